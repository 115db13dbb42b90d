/* CustomResourceDefinitions: each version becomes a kind. */
#include "base/cleanup.h"
#include "normalise.h"
#include "set.h"

struct crd {
    struct sl_kubeschema *set;
    struct source *source;
    struct normaliser normaliser;
    struct sl_str group, kind;
    const struct sl_node *shared; /* v1beta1: the one schema of all versions */
    struct sl_node *kinds;        /* `properties` of the source's root */
};

static bool is_false(const struct sl_node *node)
{
    return node && node->kind == SL_BOOL && !node->as.boolean;
}

/* A version without a schema has one that says nothing: it may hold anything. */
static int make_schema(struct sl_node **out, const struct crd *crd, const struct sl_node *schema)
{
    if (!schema) {
        *out = sl_node_map(crd->normaliser.to);
        return *out ? 0 : sl_node_fail(crd->normaliser.to, crd->normaliser.err);
    }
    if (normalise(out, &crd->normaliser, schema) < 0)
        return -1;
    return normalise_object(&crd->normaliser, *out, schema);
}

static int add_version(const struct crd *crd, struct sl_str version, const struct sl_node *schema)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf key, api_version;
    struct sl_node *made = NULL;
    struct sl_err *err = crd->normaliser.err;
    sl_buf_init(&key, KEY_MAX);
    sl_buf_init(&api_version, KEY_MAX);
    (void)key_of(&api_version, crd->group, version);
    (void)key_of(&key, sl_buf_view(&api_version), crd->kind);
    if (sl_buf_check(&key, "the name of a kind", err) < 0)
        return -1;
    if (make_schema(&made, crd, schema) < 0) {
        struct sl_err why = *err;
        if (why.code != SL_E_INPUT)
            return -1;
        sl_err_clear(err);
        return set_add_problem(crd->set, sl_buf_view(&key), sl_str_from(why.message), err);
    }
    return sl_map_set(crd->normaliser.to, crd->kinds, sl_buf_view(&key), made, err);
}

static int add_versions(const struct crd *crd, const struct sl_node *spec)
{
    const struct sl_node *versions = sl_node_get(spec, "versions");
    if (!versions || versions->kind != SL_LIST || versions->count == 0) {
        struct sl_str only = sl_node_text(sl_node_get(spec, "version"));
        return only.len ? add_version(crd, only, crd->shared) : 0;
    }
    for (uint32_t i = 0; i < versions->count; i++) {
        const struct sl_node *version = versions->as.items[i];
        const struct sl_node *schema = sl_node_get(sl_node_get(version, "schema"), "openAPIV3Schema");
        struct sl_str name = sl_node_text(sl_node_get(version, "name"));
        if (name.len == 0 || is_false(sl_node_get(version, "served")))
            continue;
        if (add_version(crd, name, schema ? schema : crd->shared) < 0)
            return -1;
    }
    return 0;
}

/* {"definitions": {metadata's}, "properties": {a schema per kind}} */
static int make_root(struct crd *crd)
{
    struct sl_doc *doc = crd->normaliser.to;
    struct sl_err *err = crd->normaliser.err;
    struct sl_node *root = sl_node_map(doc), *definitions = sl_node_map(doc), *metadata = NULL;
    crd->kinds = sl_node_map(doc);
    crd->source->root = root;
    if (!root || !definitions)
        return sl_node_fail(doc, err);
    if (normalise_object_meta(&metadata, &crd->normaliser) < 0 ||
        sl_map_set(doc, definitions, SL_STR(OBJECT_META), metadata, err) < 0 ||
        sl_map_set(doc, root, SL_STR("definitions"), definitions, err) < 0)
        return -1;
    return sl_map_set(doc, root, SL_STR("properties"), crd->kinds, err);
}

int sl_kubeschema_add_crd(struct sl_kubeschema *set, const struct sl_doc *doc, const struct sl_node *document,
                          struct sl_err *err)
{
    struct sl_str api_version = sl_node_text(sl_node_get(document, "apiVersion"));
    const struct sl_node *spec = sl_node_get(document, "spec");
    bool is_old = sl_str_equal(api_version, SL_STR("apiextensions.k8s.io/v1beta1"));
    if (!sl_str_equal(sl_node_text(sl_node_get(document, "kind")), SL_STR("CustomResourceDefinition")) ||
        (!is_old && !sl_str_equal(api_version, SL_STR("apiextensions.k8s.io/v1"))))
        return 0;
    struct crd crd = {.set = set, .source = source_new(set)};
    if (!crd.source)
        return sl_fail_memory(err);
    /* v1beta1 keeps unknown fields unless told otherwise, and so does what is old and was carried over. */
    bool prunes = is_old ? is_false(sl_node_get(spec, "preserveUnknownFields")) : true;
    crd.normaliser = (struct normaliser){&crd.source->doc, doc, prunes ? CLOSE_ALL : CLOSE_LISTED, err};
    crd.group = sl_node_text(sl_node_get(spec, "group"));
    crd.kind = sl_node_text(sl_node_get(sl_node_get(spec, "names"), "kind"));
    crd.shared = sl_node_get(sl_node_get(spec, "validation"), "openAPIV3Schema");
    if (crd.group.len == 0 || crd.kind.len == 0)
        return 1;
    if (make_root(&crd) < 0 || add_versions(&crd, spec) < 0)
        return -1;
    return source_add_kinds(set, crd.source, true, err) < 0 ? -1 : 1;
}
