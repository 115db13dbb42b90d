/* Names, labels and annotations: their syntax is the same for every kind, known or not.
 * Source: Kubernetes, "Object Names and IDs", "Labels and Selectors", "Annotations". */
#include "checking.h"

enum { LABEL_MAX = 63, SUBDOMAIN_MAX = 253, CRON_JOB_MAX = 52, ANNOTATIONS_MAX = 256 * 1024 };

static bool is_lower(char byte)
{
    return byte >= 'a' && byte <= 'z';
}

static bool is_alphanumeric(char byte)
{
    return is_lower(byte) || (byte >= '0' && byte <= '9');
}

/* RFC 1123's label. */
static bool is_label(struct sl_str text)
{
    bool fits = text.len > 0 && text.len <= LABEL_MAX && is_alphanumeric(text.ptr[0]) &&
                is_alphanumeric(text.ptr[text.len - 1]);
    for (size_t i = 0; fits && i < text.len; i++)
        fits = is_alphanumeric(text.ptr[i]) || text.ptr[i] == '-';
    return fits;
}

/* RFC 1035's label. */
static bool is_old_label(struct sl_str text)
{
    return is_label(text) && is_lower(text.ptr[0]);
}

/* Parts between dots begin and end with a letter or digit; only the whole has a length. */
static bool is_subdomain(struct sl_str text)
{
    bool fits = text.len > 0 && text.len <= SUBDOMAIN_MAX;
    for (size_t i = 0; fits && i < text.len; i++) {
        char byte = text.ptr[i];
        bool at_edge = i == 0 || i + 1 == text.len || text.ptr[i - 1] == '.' || text.ptr[i + 1] == '.';
        fits = is_alphanumeric(byte) || (!at_edge && byte == '-') ||
               (byte == '.' && i > 0 && i + 1 < text.len && text.ptr[i - 1] != '.');
    }
    return fits;
}

static bool is_cron_job_name(struct sl_str text)
{
    return text.len <= CRON_JOB_MAX && is_subdomain(text);
}

/* What can be a part of a path in a URL. */
static bool is_path_part(struct sl_str text)
{
    return text.len > 0 && !sl_str_equal(text, SL_STR(".")) && !sl_str_equal(text, SL_STR("..")) &&
           !memchr(text.ptr, '/', text.len) && !memchr(text.ptr, '%', text.len);
}

struct name_rule {
    bool (*fits)(struct sl_str name);
    const char *words;
};

static const struct name_rule subdomain = {
    is_subdomain,
    "at most 253 of a-z, 0-9, \"-\" and \".\", with a letter or digit at both ends of every part"};
static const struct name_rule label = {
    is_label, "at most 63 of a-z, 0-9 and \"-\", with a letter or digit at both ends"};
static const struct name_rule old_label = {
    is_old_label,
    "at most 63 of a-z, 0-9 and \"-\", with a letter in front and a letter or digit at the end"};
static const struct name_rule cron_job = {
    is_cron_job_name,
    "at most 52 of a-z, 0-9, \"-\" and \".\", with a letter or digit at both ends of every part"};
static const struct name_rule path_part = {is_path_part, "without \"/\" and \"%\", and not \".\" or \"..\""};

/* Kinds whose rule is another than the subdomain's; a group without kind is all of it. */
static const struct {
    struct sl_str group, kind;
    const struct name_rule *rule;
} special[] = {
    {SL_STR_INIT(""), SL_STR_INIT("Namespace"), &label},
    {SL_STR_INIT(""), SL_STR_INIT("Service"), &old_label},
    {SL_STR_INIT("batch"), SL_STR_INIT("CronJob"), &cron_job},
    {SL_STR_INIT("rbac.authorization.k8s.io"), SL_STR_INIT(""), &path_part},
    {SL_STR_INIT("authorization.openshift.io"), SL_STR_INIT(""), &path_part},
    {SL_STR_INIT("user.openshift.io"), SL_STR_INIT(""), &path_part},
    {SL_STR_INIT("oauth.openshift.io"), SL_STR_INIT(""), &path_part},
    {SL_STR_INIT("image.openshift.io"), SL_STR_INIT(""), &path_part},
    {SL_STR_INIT("certificates.k8s.io"), SL_STR_INIT("ClusterTrustBundle"), &path_part},
    {SL_STR_INIT("networking.k8s.io"), SL_STR_INIT("IPAddress"), &path_part},
};

static struct sl_str group_of(struct sl_str api_version)
{
    size_t slash = sl_str_find(api_version, '/');
    return sl_str_slice(api_version, 0, slash == api_version.len ? 0 : slash);
}

/* Of Kubernetes itself, so that the rules of its kinds are known without a schema. */
static bool is_built_in(struct sl_str group)
{
    static const struct sl_str plain[] = {
        SL_STR_INIT(""),      SL_STR_INIT("apps"),   SL_STR_INIT("autoscaling"),
        SL_STR_INIT("batch"), SL_STR_INIT("policy"), SL_STR_INIT("extensions")};
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        if (sl_str_equal(group, plain[i]))
            return true;
    return sl_str_ends_with(group, SL_STR(".k8s.io"));
}

/* A kind that nobody knows may be that of an API server with rules of its own. */
static const struct name_rule *rule_of(const struct checking *checking)
{
    struct sl_str group = group_of(checking->api_version);
    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++)
        if (sl_str_equal(special[i].group, group) &&
            (special[i].kind.len == 0 || sl_str_equal(special[i].kind, checking->kind)))
            return special[i].rule;
    return checking->is_known || is_built_in(group) ? &subdomain : &path_part;
}

static const struct step metadata_step = {.key = SL_STR_INIT("metadata")};

static int check_name(struct checking *checking, const struct sl_node *metadata)
{
    struct sl_shown shown;
    const struct sl_node *name = sl_node_get(metadata, "name");
    const struct name_rule *rule = rule_of(checking);
    struct found_at found = {.rule = "kube/name",
                             .severity = SL_ERROR,
                             .at = &metadata_step,
                             .mark = metadata ? metadata->mark : checking->object->mark};
    if ((!name || name->kind == SL_NULL) && sl_node_text(sl_node_get(metadata, "generateName")).len == 0)
        return checking_report_at(checking, &found, "has no name");
    if (!name || name->kind != SL_STRING || has_placeholder(name->as.text) || rule->fits(name->as.text))
        return 0;
    found.key = SL_STR("name");
    found.mark = name->mark;
    return checking_report_at(checking, &found, "\"%s\" cannot be the name: it must have %s",
                              sl_shown(&shown, name->as.text), rule->words);
}

static int check_namespace(struct checking *checking, const struct sl_node *metadata)
{
    struct sl_shown shown;
    const struct sl_node *name = sl_node_get(metadata, "namespace");
    if (!name || name->kind != SL_STRING || name->as.text.len == 0 || has_placeholder(name->as.text) ||
        is_label(name->as.text))
        return 0;
    struct found_at found = {.rule = "kube/name",
                             .severity = SL_ERROR,
                             .at = &metadata_step,
                             .key = SL_STR("namespace"),
                             .mark = name->mark};
    return checking_report_at(checking, &found, "\"%s\" cannot be a namespace: it must have %s",
                              sl_shown(&shown, name->as.text), label.words);
}

/* -- labels and annotations -- */

static bool is_joint(char byte)
{
    return byte == '-' || byte == '_' || byte == '.';
}

/* Letters, digits, "-", "_" and "."; letters or digits at both ends. */
static bool is_label_text(struct sl_str text, bool any_case)
{
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.ptr[i];
        bool is_edge = i == 0 || i + 1 == text.len;
        bool is_upper = any_case && byte >= 'A' && byte <= 'Z';
        if (!is_alphanumeric(byte) && !is_upper && (is_edge || !is_joint(byte)))
            return false;
    }
    return text.len <= LABEL_MAX;
}

/* [PREFIX/]NAME */
static bool is_qualified(struct sl_str key)
{
    size_t slash = sl_str_find(key, '/');
    struct sl_str name = slash == key.len ? key : sl_str_slice(key, slash + 1, key.len);
    return name.len > 0 && is_label_text(name, true) &&
           (slash == key.len || is_subdomain(sl_str_slice(key, 0, slash)));
}

static int check_entry(struct checking *checking, const struct step *at, const struct sl_entry *entry,
                       bool is_annotation)
{
    struct sl_shown shown;
    struct found_at found = {
        .rule = "kube/label", .severity = SL_ERROR, .at = at, .key = entry->key, .mark = entry->key_mark};
    if (found.mark.file == 0)
        found.mark = entry->value->mark;
    if (!is_qualified(entry->key) && !has_placeholder(entry->key))
        return checking_report_at(
            checking, &found,
            "\"%s\" cannot be a key: it must have at most 63 letters, digits, \"-\", \"_\" "
            "and \".\", with a letter or digit at both ends, and may have a domain and \"/\" "
            "in front",
            sl_shown(&shown, entry->key));
    struct sl_str value = sl_node_text(entry->value);
    if (is_annotation || has_placeholder(value) || is_label_text(value, true))
        return 0;
    found.mark = entry->value->mark;
    return checking_report_at(
        checking, &found,
        "\"%s\" cannot be the value of a label: it must have at most 63 letters, digits, "
        "\"-\", \"_\" and \".\", with a letter or digit at both ends",
        sl_shown(&shown, value));
}

int kube_check_labels(struct checking *checking, const struct step *at, const struct sl_node *labels,
                      bool are_annotations)
{
    uint64_t bytes = 0;
    for (uint32_t i = 0; labels->kind == SL_MAP && i < labels->count; i++) {
        const struct sl_entry *entry = &labels->as.entries[i];
        bytes += entry->key.len + sl_node_text(entry->value).len;
        if (check_entry(checking, at, entry, are_annotations) < 0)
            return -1;
    }
    if (!are_annotations || bytes <= ANNOTATIONS_MAX)
        return 0;
    struct found_at found = {.rule = "kube/label", .severity = SL_ERROR, .at = at, .mark = labels->mark};
    return checking_report_at(checking, &found, "all annotations together have %llu bytes, and may have %d",
                              (unsigned long long)bytes, ANNOTATIONS_MAX);
}

int kube_check_names(struct checking *checking)
{
    const struct sl_node *metadata = sl_node_get(checking->object, "metadata");
    const struct sl_node *labels = sl_node_get(metadata, "labels");
    const struct sl_node *annotations = sl_node_get(metadata, "annotations");
    struct step labels_step = {&metadata_step, SL_STR("labels"), 0};
    struct step annotations_step = {&metadata_step, SL_STR("annotations"), 0};
    if (check_name(checking, metadata) < 0 || check_namespace(checking, metadata) < 0 ||
        (labels && kube_check_labels(checking, &labels_step, labels, false) < 0))
        return -1;
    return annotations ? kube_check_labels(checking, &annotations_step, annotations, true) : 0;
}
