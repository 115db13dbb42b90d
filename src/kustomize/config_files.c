#include "config.h"

#include "base/limits.h"
#include "doc/json.h"
#include "doc/yaml.h"
#include "scalar.h"

/* A `configurations:` file, read into structs. */
struct references_file {
    struct sl_mark mark;
    struct kz_text group, version, kind;
    struct kz_list fields;
};

struct config_file {
    struct sl_mark mark;
    struct kz_list sections[KZ_SECTIONS]; /* struct kz_field_spec */
    struct kz_list references;            /* struct references_file */
};

static const struct kz_field references_fields[] = {
    {"group", KZ_TEXT, offsetof(struct references_file, group), NULL},
    {"version", KZ_TEXT, offsetof(struct references_file, version), NULL},
    {"kind", KZ_TEXT, offsetof(struct references_file, kind), NULL},
    {"fieldSpecs", KZ_STRUCTS, offsetof(struct references_file, fields), &kz_field_spec_shape},
    KZ_FIELDS_END,
};
static const struct kz_shape references_shape = {"an entry of nameReference", sizeof(struct references_file),
                                                 references_fields};

#define SECTION(name, section)                                                                               \
    {                                                                                                        \
        name, KZ_STRUCTS, offsetof(struct config_file, sections) + (section) * sizeof(struct kz_list),       \
            &kz_field_spec_shape                                                                             \
    }
static const struct kz_field config_fields[] = {
    SECTION("namePrefix", KZ_NAME_PREFIX),
    SECTION("nameSuffix", KZ_NAME_SUFFIX),
    SECTION("namespace", KZ_NAMESPACE),
    SECTION("commonLabels", KZ_COMMON_LABELS),
    SECTION("labels", KZ_LABELS),
    SECTION("templateLabels", KZ_TEMPLATE_LABELS),
    SECTION("commonAnnotations", KZ_COMMON_ANNOTATIONS),
    SECTION("varReference", KZ_VAR_REFERENCE),
    SECTION("images", KZ_IMAGES),
    SECTION("replicas", KZ_REPLICAS),
    {"nameReference", KZ_STRUCTS, offsetof(struct config_file, references), &references_shape},
    KZ_FIELDS_END,
};
static const struct kz_shape config_shape = {"a transformer configuration", sizeof(struct config_file),
                                             config_fields};

static int add_file(struct sl_build *build, const struct config_file *file, struct kz_config *out,
                    struct sl_err *err)
{
    for (int section = 0; section < KZ_SECTIONS; section++) {
        const struct kz_field_spec *fields = file->sections[section].items;
        for (size_t i = 0; i < file->sections[section].count; i++) {
            struct kz_spec spec = kz_spec_of(&fields[i]);
            if (kz_specs_add(build, &out->sections[section], &spec, fields[i].mark, err) < 0)
                return -1;
        }
    }
    const struct references_file *references = file->references.items;
    for (size_t i = 0; i < file->references.count; i++) {
        struct kz_reference reference = {
            {references[i].group.text, references[i].version.text, references[i].kind.text}, {NULL, 0, 0}};
        if (kz_specs_of(build, &reference.referrers, &references[i].fields, err) < 0 ||
            kz_references_add(build, out, &reference, err) < 0)
            return -1;
    }
    return 0;
}

int kz_config_files(struct sl_build *build, const struct kz_place *place, const struct kz_texts *paths,
                    struct kz_config *out, struct sl_err *err)
{
    for (size_t i = 0; i < paths->count; i++) {
        struct kz_text text;
        struct sl_node *root;
        struct config_file file = {0};
        if (kz_load(build, place, &paths->items[i], "configuration", &text, err) < 0 ||
            sl_yaml_read_one(&root, &build->doc, text.text, build->doc.files[text.mark.file - 1],
                             SL_YAML_VALUES, err) < 0)
            return -1;
        if (kz_is_null(root))
            continue;
        if (kz_decode(build, &file, &config_shape, root, KZ_CONFIG, err) < 0 ||
            add_file(build, &file, out, err) < 0)
            return -1;
    }
    return 0;
}

/* -- crds: OpenAPI definitions of types, with extensions that say what their fields are -- */

struct crd_walk {
    struct sl_build *build;
    const struct sl_node *definitions;
    struct kz_gvk gvk;
    struct kz_config *out;
    struct sl_err *err;
};

static int add_spec(const struct crd_walk *w, enum kz_section section, struct sl_str path)
{
    struct kz_spec spec = {.gvk = w->gvk, .path = path};
    return kz_specs_add(w->build, &w->out->sections[section], &spec, (struct sl_mark){0, 0, 0}, w->err);
}

static int add_reference(const struct crd_walk *w, const struct sl_node *property, struct sl_str path)
{
    const struct sl_node *version = sl_node_get(property, "x-kubernetes-object-ref-api-version");
    const struct sl_node *kind = sl_node_get(property, "x-kubernetes-object-ref-kind");
    const struct sl_node *key = sl_node_get(property, "x-kubernetes-object-ref-name-key");
    if (!version || version->kind != SL_STRING || !kind || kind->kind != SL_STRING)
        return 0;
    struct sl_str name = key && key->kind == SL_STRING ? key->as.text : SL_STR("name");
    struct kz_spec spec = {.gvk = w->gvk, .path = kz_join(w->build, path, SL_STR("/"), name)};
    struct kz_reference reference = {{{NULL, 0}, version->as.text, kind->as.text}, {NULL, 0, 0}};
    if (!spec.path.ptr)
        return kz_no_memory(w->build, w->err);
    if (kz_specs_add(w->build, &reference.referrers, &spec, (struct sl_mark){0, 0, 0}, w->err) < 0)
        return -1;
    return kz_references_add(w->build, w->out, &reference, w->err);
}

static int walk_type(const struct crd_walk *w, struct sl_str type, struct sl_str path, unsigned depth);

static int walk_property(const struct crd_walk *w, const struct sl_entry *entry, struct sl_str outer,
                         unsigned depth)
{
    static const struct {
        const char *extension;
        enum kz_section section;
    } marks[] = {
        {"x-kubernetes-annotation", KZ_COMMON_ANNOTATIONS},
        {"x-kubernetes-label-selector", KZ_COMMON_LABELS},
        {"x-kubernetes-identity", KZ_NAME_PREFIX},
    };
    struct sl_str path = entry->key;
    if (outer.len)
        path = kz_join(w->build, outer, SL_STR("/"), entry->key);
    if (!path.ptr)
        return kz_no_memory(w->build, w->err);
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        const struct sl_node *value = sl_node_get(entry->value, marks[i].extension);
        if (value && value->kind == SL_STRING && add_spec(w, marks[i].section, path) < 0)
            return -1;
    }
    if (add_reference(w, entry->value, path) < 0)
        return -1;
    struct sl_str type = sl_node_text(sl_node_get(entry->value, "$ref"));
    return type.len ? walk_type(w, type, path, depth + 1) : 0;
}

static int walk_type(const struct crd_walk *w, struct sl_str type, struct sl_str path, unsigned depth)
{
    const struct sl_entry *definition = sl_node_entry(w->definitions, type);
    const struct sl_node *schema = definition ? sl_node_get(definition->value, "Schema") : NULL;
    const struct sl_node *properties = sl_node_get(schema, "properties");
    if (depth > SL_CRD_DEPTH_MAX)
        return kz_fail(w->build, definition ? definition->value->mark : (struct sl_mark){0, 0, 0}, w->err,
                       "the types of this definition refer to one another more than %d deep",
                       SL_CRD_DEPTH_MAX);
    for (uint32_t i = 0; properties && properties->kind == SL_MAP && i < properties->count; i++)
        if (walk_property(w, &properties->as.entries[i], path, depth) < 0)
            return -1;
    return 0;
}

static bool is_resource_type(const struct sl_node *definition)
{
    const struct sl_node *properties = sl_node_get(sl_node_get(definition, "Schema"), "properties");
    return sl_node_get(properties, "kind") && sl_node_get(properties, "apiVersion") &&
           sl_node_get(properties, "metadata");
}

static struct sl_str after_last_dot(struct sl_str name)
{
    size_t start = name.len;
    while (start > 0 && name.ptr[start - 1] != '.')
        start--;
    return sl_str_slice(name, start, name.len);
}

int kz_config_crds(struct sl_build *build, const struct kz_place *place, const struct kz_texts *paths,
                   struct kz_config *out, struct sl_err *err)
{
    for (size_t i = 0; i < paths->count; i++) {
        struct kz_text text;
        struct sl_node *root = NULL;
        if (kz_load(build, place, &paths->items[i], "CRD definition", &text, err) < 0)
            return -1;
        struct sl_str name = build->doc.files[text.mark.file - 1];
        bool json = text.text.len && text.text.ptr[0] == '{';
        if (json ? sl_json_read(&root, &build->doc, text.text, name, err) < 0
                 : sl_yaml_read_one(&root, &build->doc, text.text, name, SL_YAML_VALUES, err) < 0)
            return -1;
        if (!kz_is_null(root) && root->kind != SL_MAP)
            return kz_fail(build, paths->items[i].mark, err, "this file must hold a map of definitions");
        for (uint32_t j = 0; root && j < root->count; j++) {
            struct sl_str type = root->as.entries[j].key;
            struct crd_walk walk = {build, root, {{NULL, 0}, {NULL, 0}, after_last_dot(type)}, out, err};
            if (is_resource_type(root->as.entries[j].value) && walk_type(&walk, type, SL_STR(""), 0) < 0)
                return -1;
        }
    }
    return 0;
}
