#include "file_kinds.h"

#include "base/cleanup.h"
#include "doc/json.h"
#include "model/config.h"
#include "release_schemas.h"

#include <stdio.h>

/* The first that fits counts. Manifests that only a kustomization names are none of these: they may be patches, and are
 * judged by what comes of them. */
static const struct file_kind kinds[] = {
    {"releases/*/release.yaml", "release", SL_YAML_VALUES, SL_ERROR},
    {"releases/*/applications/*-app.yaml", "application", SL_YAML_RESOURCE, SL_ERROR},
    {"releases/*/clusters/*-cluster.yaml", "cluster", SL_YAML_RESOURCE, SL_ERROR},
    {"releases/*/projects/*-project.yaml", "project", SL_YAML_RESOURCE, SL_ERROR},
    {"releases/*/values/*/*-values.yaml", "values", SL_YAML_VALUES, SL_ERROR},
    {"base/values/*-values.yaml", "values", SL_YAML_VALUES, SL_ERROR},
    {"overlays/*/cluster-config.yaml", "cluster-config", SL_YAML_VALUES, SL_ERROR},
    {"overlays/*/custom-values/*-custom.yaml", "values", SL_YAML_VALUES, SL_ERROR},
    {"**/kustomization.yaml", "customer-kustomization", SL_YAML_KUSTOMIZATION, SL_WARNING},
    {"**/kustomization.yml", "customer-kustomization", SL_YAML_KUSTOMIZATION, SL_WARNING},
    {"**/Kustomization", "customer-kustomization", SL_YAML_KUSTOMIZATION, SL_WARNING},
    {"sealift.yaml", "sealift-config", SL_YAML_VALUES, SL_ERROR},
};

const struct file_kind *file_kind_of(struct sl_str path)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (sl_glob_match(sl_str_from(kinds[i].pattern), path))
            return &kinds[i];
    return NULL;
}

/* A schema and the document it borrows from. */
struct compiled {
    struct sl_doc doc;
    struct sl_schema *schema;
};

static void free_compiled(void *made)
{
    struct compiled *compiled = made;
    if (!compiled)
        return;
    sl_schema_free(compiled->schema);
    sl_doc_release(&compiled->doc);
    free(compiled);
}

static void free_compiledp(struct compiled **compiled)
{
    free_compiled(*compiled);
}

static const struct release_schema_file *find_file(const struct file_kind *kind)
{
    for (size_t i = 0; i < release_schema_file_count; i++) {
        struct sl_str name = sl_str_from(release_schema_files[i].name);
        if (sl_str_starts_with(name, sl_str_from(kind->schema)) &&
            sl_str_equal(sl_str_slice(name, strlen(kind->schema), name.len), SL_STR(".schema.json")))
            return &release_schema_files[i];
    }
    return NULL;
}

static int compile(void **made, struct sl_tree *whole, const void *context, struct sl_err *err)
{
    (void)whole;
    const struct file_kind *kind = context;
    const struct release_schema_file *file = find_file(kind);
    if (!file)
        return sl_fail(err, SL_E_INTERNAL, "there is no schema %s", kind->schema);
    SL_CLEANUP(free_compiledp) struct compiled *compiled = calloc(1, sizeof *compiled);
    if (!compiled)
        return sl_fail_memory(err);
    sl_doc_init(&compiled->doc);
    struct sl_node *root;
    struct sl_str text = {(const char *)file->bytes, file->size};
    if (sl_json_read(&root, &compiled->doc, text, sl_str_from(file->name), err) < 0)
        return -1;
    struct sl_schema_source source = {.doc = &compiled->doc, .root = root};
    if (sl_schema_compile(&compiled->schema, &source, NULL, err) < 0)
        return -1;
    *made = sl_steal(&compiled);
    return 0;
}

int file_kind_schema(const struct sl_schema **out, const struct file_kind *kind,
                     struct sl_validation_shared *shared, struct sl_err *err)
{
    char key[64];
    int length = snprintf(key, sizeof key, "repo: schema %s", kind->schema);
    void *made;
    if (sl_validation_once(&made, shared, (struct sl_str){key, (size_t)length}, compile, kind, free_compiled,
                           err) < 0)
        return -1;
    *out = ((const struct compiled *)made)->schema;
    return 0;
}
