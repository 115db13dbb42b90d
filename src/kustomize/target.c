#include "target.h"

#include "base/limits.h"
#include "doc/json.h"
#include "doc/yaml.h"

#include <sealift/text.h>
#include <stdio.h>

static const struct sl_str file_names[] = {
    SL_STR_INIT("kustomization.yaml"),
    SL_STR_INIT("kustomization.yml"),
    SL_STR_INIT("Kustomization"),
};

static struct sl_str shown_directory(struct sl_build *build, struct sl_str directory)
{
    struct sl_str name = kz_file_name(build, directory);
    return name.len ? name : SL_STR(".");
}

int sl_build_is_kustomization(struct sl_tree *tree, struct sl_str directory, struct sl_err *err)
{
    for (size_t i = 0; i < sizeof file_names / sizeof file_names[0]; i++) {
        char path[SL_PATH_MAX + 32];
        struct sl_tree_entry entry;
        (void)snprintf(path, sizeof path, SL_FMT "%s" SL_FMT, SL_ARG(directory), directory.len ? "/" : "",
                       SL_ARG(file_names[i]));
        int there = sl_tree_stat(tree, sl_str_from(path), &entry, err);
        if (there < 0)
            return -1;
        struct sl_shown shown;
        if (there && entry.kind == SL_TREE_DIRECTORY)
            return sl_fail(err, SL_E_INPUT,
                           "%s:1:1: is a directory, and should be the file that lists what is built",
                           sl_shown(&shown, sl_str_from(path)));
        if (there && entry.kind == SL_TREE_FILE)
            return 1;
    }
    return 0;
}

static int find_file(struct sl_build *build, struct kz_target *target, struct sl_str *path,
                     struct sl_err *err)
{
    struct sl_shown shown;
    struct sl_str directory = target->place.directory;
    target->file = (struct sl_str){NULL, 0};
    for (size_t i = 0; i < sizeof file_names / sizeof file_names[0]; i++) {
        struct sl_str candidate =
            kz_join(build, directory, directory.len ? SL_STR("/") : SL_STR(""), file_names[i]);
        if (!candidate.ptr)
            return kz_no_memory(build, err);
        struct sl_tree_entry entry;
        int there = sl_tree_stat(build->tree, candidate, &entry, err);
        if (there < 0)
            return -1;
        if (!there || entry.kind != SL_TREE_FILE)
            continue;
        if (target->file.len)
            return sl_fail(err, SL_E_INPUT, "\"%s\" has both " SL_FMT " and " SL_FMT,
                           sl_shown(&shown, shown_directory(build, directory)), SL_ARG(target->file),
                           SL_ARG(file_names[i]));
        target->file = file_names[i];
        *path = candidate;
    }
    if (target->file.len)
        return 0;
    return sl_fail(err, SL_E_NOT_FOUND,
                   "\"%s\" has no kustomization.yaml (nor kustomization.yml nor Kustomization)",
                   sl_shown(&shown, shown_directory(build, directory)));
}

static const struct kz_pair *find_pair(const struct kz_pairs *pairs, struct sl_str key)
{
    for (size_t i = 0; i < pairs->count; i++)
        if (sl_str_equal(pairs->items[i].key, key))
            return &pairs->items[i];
    return NULL;
}

static int use_schema(struct sl_build *build, const struct kz_text *path, const struct kz_text *text,
                      struct sl_err *err)
{
    struct sl_str name = build->doc.files[text->mark.file - 1];
    struct sl_node *root = NULL;
    bool json = text->text.len && text->text.ptr[0] == '{';
    if (json ? sl_json_read(&root, &build->doc, text->text, name, err) < 0
             : sl_yaml_read_one(&root, &build->doc, text->text, name, SL_YAML_VALUES, err) < 0)
        return -1;
    if (!root || root->kind != SL_MAP)
        return kz_fail(build, path->mark, err, "the schema must be a map, an OpenAPI document");
    if (sl_kube_with_openapi(&build->own_kube, root, err) < 0) {
        struct sl_shown shown;
        return sl_wrap(err, "%s", sl_shown(&shown, name));
    }
    build->kube = build->own_kube;
    return 0;
}

/* The first schema that is met counts for the whole build, as with kustomize. */
static int set_schema(struct sl_build *build, const struct kz_target *target, struct sl_err *err)
{
    const struct kz_pairs *openapi = &target->kustomization->openapi;
    const struct kz_pair *path = find_pair(openapi, SL_STR("path"));
    const struct kz_pair *version = find_pair(openapi, SL_STR("version"));
    struct kz_text text;
    struct sl_shown shown;
    if (path && kz_load(build, &target->place, &path->value, "schema", &text, err) < 0)
        return -1;
    if (build->kube_is_set || (!path && !version))
        return 0;
    if (path && version)
        return kz_fail(build, version->value.mark, err, "openapi takes a version or a path, not both");
    build->kube_is_set = true;
    if (path)
        return use_schema(build, &path->value, &text, err);
    if (version->value.text.len == 0)
        build->kube_is_set = false;
    else if (!sl_str_equal(version->value.text, SL_STR("v1.21.2")))
        return kz_fail(build, version->value.mark, err,
                       "the OpenAPI version \"%s\" is not built in; v1.21.2 is",
                       sl_shown(&shown, version->value.text));
    return 0;
}

int kz_target_open(struct sl_build *build, struct kz_target *target, struct sl_err *err)
{
    struct sl_str path = {NULL, 0};
    struct sl_str text = {NULL, 0};
    struct sl_shown shown;
    if (find_file(build, target, &path, err) < 0 || kz_use(build, path, err) < 0 ||
        sl_tree_read(build->tree, path, &text, err) < 0 ||
        kz_kustomization_read(build, &target->kustomization, text, kz_file_name(build, path), err) < 0)
        return -1;
    const struct kz_kustomization *k = target->kustomization;
    if (target->on_below ? k->is_blank : k->is_empty) {
        (void)sl_fail(err, SL_E_INPUT, "%s:1:1: this kustomization is empty",
                      sl_shown(&shown, kz_file_name(build, path)));
        return sl_hint(err, target->on_below
                                ? "list its files under resources; one that adds nothing says `resources: []`"
                                : "list at least one file under resources");
    }
    return set_schema(build, target, err);
}
