#include "kustomization.h"

#include "model/report.h"

#include <stdio.h>

enum field_use { APPLIED, WITHOUT_EFFECT, NOT_APPLIED };

/* Every field kustomize v5.5.0 knows, and what becomes of it here. */
static const struct {
    struct sl_str key;
    enum field_use use;
    enum sl_kind kind;
} known_fields[] = {
    {SL_STR_INIT("apiVersion"), APPLIED, SL_STRING},
    {SL_STR_INIT("kind"), APPLIED, SL_STRING},
    {SL_STR_INIT("metadata"), WITHOUT_EFFECT, SL_MAP},
    {SL_STR_INIT("resources"), APPLIED, SL_LIST},
    {SL_STR_INIT("bases"), APPLIED, SL_LIST},
    {SL_STR_INIT("components"), APPLIED, SL_LIST},
    {SL_STR_INIT("namespace"), NOT_APPLIED, SL_STRING},
    {SL_STR_INIT("namePrefix"), NOT_APPLIED, SL_STRING},
    {SL_STR_INIT("nameSuffix"), NOT_APPLIED, SL_STRING},
    {SL_STR_INIT("labels"), NOT_APPLIED, SL_LIST},
    {SL_STR_INIT("commonLabels"), NOT_APPLIED, SL_MAP},
    {SL_STR_INIT("commonAnnotations"), NOT_APPLIED, SL_MAP},
    {SL_STR_INIT("patches"), NOT_APPLIED, SL_LIST},
    {SL_STR_INIT("patchesStrategicMerge"), NOT_APPLIED, SL_LIST},
    {SL_STR_INIT("patchesJson6902"), NOT_APPLIED, SL_LIST},
    {SL_STR_INIT("images"), NOT_APPLIED, SL_LIST},
    {SL_STR_INIT("imageTags"), NOT_APPLIED, SL_LIST},
    {SL_STR_INIT("replicas"), NOT_APPLIED, SL_LIST},
    {SL_STR_INIT("replacements"), NOT_APPLIED, SL_LIST},
    {SL_STR_INIT("vars"), NOT_APPLIED, SL_LIST},
    {SL_STR_INIT("configMapGenerator"), NOT_APPLIED, SL_LIST},
    {SL_STR_INIT("secretGenerator"), NOT_APPLIED, SL_LIST},
    {SL_STR_INIT("generatorOptions"), NOT_APPLIED, SL_MAP},
    {SL_STR_INIT("generators"), NOT_APPLIED, SL_LIST},
    {SL_STR_INIT("transformers"), NOT_APPLIED, SL_LIST},
    {SL_STR_INIT("validators"), NOT_APPLIED, SL_LIST},
    {SL_STR_INIT("configurations"), NOT_APPLIED, SL_LIST},
    {SL_STR_INIT("crds"), NOT_APPLIED, SL_LIST},
    {SL_STR_INIT("openapi"), NOT_APPLIED, SL_MAP},
    {SL_STR_INIT("sortOptions"), NOT_APPLIED, SL_MAP},
    {SL_STR_INIT("buildMetadata"), NOT_APPLIED, SL_LIST},
    {SL_STR_INIT("helmGlobals"), NOT_APPLIED, SL_MAP},
    {SL_STR_INIT("helmCharts"), NOT_APPLIED, SL_LIST},
    {SL_STR_INIT("helmChartInflationGenerator"), NOT_APPLIED, SL_LIST},
};

enum { KNOWN_COUNT = sizeof known_fields / sizeof known_fields[0] };

/* kustomize looks for these, in this order. */
static const struct sl_str file_names[] = {
    SL_STR_INIT("kustomization.yaml"),
    SL_STR_INIT("kustomization.yml"),
    SL_STR_INIT("Kustomization"),
};

static int report_second(struct sl_reading *reading, struct sl_str first, struct sl_str second,
                         struct sl_err *err)
{
    struct sl_finding finding = sl_finding_in_file(second, SL_ERROR, "kustomization/several");
    finding.hint = SL_STR("keep one of them");
    struct sl_shown shown;
    return sl_finding_report(reading->findings, &finding, err, "is a second kustomization file beside %s",
                             sl_shown(&shown, first));
}

int sl_kustomization_find(struct sl_reading *reading, struct sl_str directory, struct sl_str *file,
                          struct sl_err *err)
{
    *file = (struct sl_str){NULL, 0};
    for (size_t i = 0; i < sizeof file_names / sizeof file_names[0]; i++) {
        struct sl_str path;
        if (sl_reading_path(reading, &path, directory, file_names[i], err) < 0)
            return -1;
        int there = sl_tree_stat(reading->tree, path, NULL, err);
        if (there < 0)
            return -1;
        if (there && file->len == 0)
            *file = path;
        else if (there && report_second(reading, *file, path, err) < 0)
            return -1;
    }
    return file->len > 0;
}

static bool is_empty(const struct sl_node *node)
{
    bool collection = node->kind == SL_LIST || node->kind == SL_MAP;
    return node->kind == SL_NULL || (collection && node->count == 0) ||
           (node->kind == SL_STRING && node->as.text.len == 0);
}

static int report_unknown(struct sl_reading *reading, const struct sl_entry *entry, struct sl_err *err)
{
    struct sl_str names[KNOWN_COUNT];
    for (size_t i = 0; i < KNOWN_COUNT; i++)
        names[i] = known_fields[i].key;
    ptrdiff_t nearest = sl_nearest(entry->key, names, KNOWN_COUNT);
    struct sl_finding finding =
        sl_finding_at(&reading->doc, entry->key_mark, SL_ERROR, "kustomization/field");
    char hint[64];
    if (nearest >= 0) {
        (void)snprintf(hint, sizeof hint, "did you mean " SL_FMT "?", SL_ARG(names[nearest]));
        finding.hint = sl_str_from(hint);
    }
    struct sl_shown shown;
    return sl_finding_report(reading->findings, &finding, err, "kustomize has no field %s",
                             sl_shown(&shown, entry->key));
}

static int judge_field(struct sl_reading *reading, const struct sl_entry *entry, struct sl_err *err)
{
    size_t i = 0;
    while (i < KNOWN_COUNT && !sl_str_equal(entry->key, known_fields[i].key))
        i++;
    if (i == KNOWN_COUNT)
        return report_unknown(reading, entry, err);
    if (is_empty(entry->value))
        return 0;
    if (entry->value->kind != known_fields[i].kind) {
        struct sl_finding finding =
            sl_finding_at(&reading->doc, entry->value->mark, SL_ERROR, "kustomization/field");
        return sl_finding_report(reading->findings, &finding, err, SL_FMT " must be %s, this is %s",
                                 SL_ARG(entry->key), sl_kind_name(known_fields[i].kind),
                                 sl_kind_name(entry->value->kind));
    }
    if (known_fields[i].use != NOT_APPLIED)
        return 0;
    struct sl_finding finding =
        sl_finding_at(&reading->doc, entry->key_mark, SL_WARNING, "kustomization/not-applied");
    return sl_finding_report(reading->findings, &finding, err,
                             SL_FMT " is not applied by this version: documents are packed as they are",
                             SL_ARG(entry->key));
}

/* 1: a Kustomization or Component; 0: something else, which is reported; -1. */
static int judge_kind(struct sl_reading *reading, const struct sl_node *root, struct sl_err *err)
{
    const struct sl_node *kind = sl_node_get(root, "kind");
    const struct sl_node *version = sl_node_get(root, "apiVersion");
    struct sl_str text = sl_node_text(kind);
    bool good_kind =
        !kind || sl_str_equal(text, SL_STR("Kustomization")) || sl_str_equal(text, SL_STR("Component"));
    bool good_version =
        !version || sl_str_starts_with(sl_node_text(version), SL_STR("kustomize.config.k8s.io/"));
    if (good_kind && good_version)
        return 1;
    struct sl_mark mark = good_kind ? version->mark : kind->mark;
    struct sl_finding finding = sl_finding_at(&reading->doc, mark, SL_ERROR, "kustomization/kind");
    finding.hint = SL_STR("apiVersion kustomize.config.k8s.io/v1beta1 and kind Kustomization, "
                          "or v1alpha1 and Component");
    struct sl_shown shown_version, shown_kind;
    return sl_finding_report(reading->findings, &finding, err,
                             "must be a Kustomization or Component of kustomize.config.k8s.io, this is %s %s",
                             sl_shown(&shown_version, sl_node_text(version)), sl_shown(&shown_kind, text));
}

int sl_kustomization_read(struct sl_reading *reading, struct sl_str file, const struct sl_node **root,
                          struct sl_err *err)
{
    bool first_time = !sl_map_get(&reading->file_index, file);
    struct sl_node *node;
    *root = NULL;
    if (sl_reading_optional(reading, file, SL_YAML_VALUES, &node, err) < 0)
        return -1;
    if (!node || node->kind == SL_NULL)
        return 0;
    if (node->kind != SL_MAP) {
        struct sl_finding finding = sl_finding_at(&reading->doc, node->mark, SL_ERROR, "kustomization/field");
        return sl_finding_report(reading->findings, &finding, err,
                                 "a kustomization must be a map, this is %s", sl_kind_name(node->kind));
    }
    int good = judge_kind(reading, node, err);
    if (good <= 0)
        return good;
    *root = node;
    for (uint32_t i = 0; i < node->count && first_time; i++)
        if (judge_field(reading, &node->as.entries[i], err) < 0)
            return -1;
    return 0;
}
