#include "compiler.h"

#include "base/limits.h"
#include "doc/json.h"
#include "doc/pointer.h"
#include "metaschemas.h"
#include "uri.h"
#include "value.h"

#include <sealift/text.h>

enum { METASCHEMAS_DEPTH_MAX = 8 };

static int count_document(struct compiler *compiler)
{
    if (compiler->documents++ < SL_SCHEMA_DOCUMENTS_MAX)
        return 0;
    return sl_fail(compiler->err, SL_E_LIMIT, "the schema refers to more than %d documents",
                   SL_SCHEMA_DOCUMENTS_MAX);
}

/* One of the documents that are compiled in: 1, 0 or -1. */
static int load_metaschema(struct compiler *compiler, struct sl_schema_source *out, struct sl_str uri)
{
    struct sl_str sites[] = {SL_STR("http://json-schema.org/"), SL_STR("https://json-schema.org/")};
    struct sl_str path = {0};
    for (size_t i = 0; i < 2; i++)
        if (sl_str_starts_with(uri, sites[i]))
            path = sl_str_slice(uri, sites[i].len, uri.len);
    if (sl_str_equal(path, SL_STR("schema")))
        path = SL_STR("draft/2020-12/schema");
    for (size_t i = 0; path.len && i < metaschema_file_count; i++) {
        const struct metaschema_file *file = &metaschema_files[i];
        struct sl_str name = sl_str_from(file->name);
        if (!sl_str_starts_with(name, path) ||
            !sl_str_equal(sl_str_slice(name, path.len, name.len), SL_STR(".json")))
            continue;
        struct sl_doc *doc = &compiler->program->metaschemas;
        struct sl_str text = {(const char *)file->bytes, file->size};
        struct sl_node *root = NULL;
        if (sl_json_read(&root, doc, text, name, compiler->err) < 0)
            return -1;
        *out = (struct sl_schema_source){.doc = doc, .root = root};
        return 1;
    }
    return 0;
}

int resolve_resource(struct compiler *compiler, struct resource **out, struct sl_str uri,
                     const struct resource *from)
{
    *out = sl_map_get(&compiler->program->resource_by_uri, uri);
    if (*out)
        return 0;
    struct sl_schema_source source = {0};
    const struct sl_schema_loader *loader = &compiler->options->loader;
    if (count_document(compiler) < 0)
        return -1;
    int found = load_metaschema(compiler, &source, uri);
    bool metaschema = found == 1;
    if (found == 0 && loader->load && uri.len)
        found = loader->load(loader->context, &source, uri, compiler->err);
    if (found <= 0)
        return found;
    bool eager = compiler->eager;
    compiler->eager = false;
    source.uri = uri;
    int result = index_document(compiler, out, &source, metaschema ? NULL : from);
    compiler->eager = eager;
    return result;
}

static int refuse_reference(struct compiler *compiler, const struct sl_doc *doc, const struct sl_node *node,
                            struct sl_str uri)
{
    char shown[256];
    (void)sl_escape(shown, sizeof shown, uri);
    (void)compiler_fail(compiler, doc, node, "refers to %s, which is not there", shown);
    if (sl_str_starts_with(uri, SL_STR("file:")))
        return sl_hint(compiler->err,
                       "only files in or below the directory of the schema are read, and those of "
                       "a URL that is mapped (--schema-map URL=DIR)");
    if (sl_str_starts_with(uri, SL_STR("http")))
        return sl_hint(compiler->err,
                       "nothing is fetched: map the URL to a directory (--schema-map URL=DIR)");
    return -1;
}

/* -- dialects -- */

static int read_vocabularies(struct compiler *compiler, struct dialect *out, const struct sl_doc *doc,
                             const struct sl_node *schema_uri, const struct sl_node *map)
{
    if (!map || map->kind != SL_MAP)
        return 0;
    out->vocabularies = 0;
    for (uint32_t i = 0; i < map->count; i++) {
        const struct sl_entry *entry = &map->as.entries[i];
        unsigned bits = dialect_vocabulary_of(entry->key);
        bool required = entry->value->kind == SL_BOOL && entry->value->as.boolean;
        out->vocabularies |= bits;
        if (bits || !required)
            continue;
        char shown[256];
        (void)compiler_fail(compiler, doc, schema_uri,
                            "its metaschema requires the vocabulary %s, which nobody here knows",
                            sl_escape(shown, sizeof shown, entry->key));
        compiler->err->code = SL_E_UNSUPPORTED;
        return -1;
    }
    return 0;
}

/* A metaschema that is not the specification's: what it is read by holds here too, less the vocabularies it
 * leaves out. */
static int resolve_own_metaschema(struct compiler *compiler, struct dialect *out, const struct sl_doc *doc,
                                  const struct sl_node *node)
{
    struct resource *metaschema = NULL;
    struct sl_str uri = uri_without_fragment(node->as.text);
    if (compiler->metas == METASCHEMAS_DEPTH_MAX)
        return compiler_fail(compiler, doc, node, "a metaschema whose metaschemas have no end");
    compiler->metas++;
    int result = resolve_resource(compiler, &metaschema, uri, NULL);
    compiler->metas--;
    if (result < 0)
        return -1;
    if (!metaschema) {
        char shown[256];
        (void)compiler_fail(compiler, doc, node, "the draft %s is not known",
                            sl_escape(shown, sizeof shown, node->as.text));
        compiler->err->code = SL_E_UNSUPPORTED;
        return sl_hint(compiler->err, "known are drafts 4, 6, 7, 2019-09 and 2020-12");
    }
    *out = metaschema->dialect;
    if (out->draft < SL_DRAFT_2019_09)
        return 0;
    return read_vocabularies(compiler, out, doc, node, sl_node_get(metaschema->root, "$vocabulary"));
}

int resolve_dialect(struct compiler *compiler, struct dialect *out, const struct sl_doc *doc,
                    const struct sl_node *root, const struct resource *from)
{
    enum sl_schema_draft draft = compiler->options->draft;
    *out = (struct dialect){draft == SL_DRAFT_DEFAULT ? SL_DRAFT_2020_12 : draft, VOCABULARY_ALL};
    if (from)
        *out = from->dialect;
    const struct sl_node *node = sl_node_get(root, "$schema");
    if (!node)
        return 0;
    if (node->kind != SL_STRING)
        return compiler_fail(compiler, doc, node, "$schema must be a string, not %s",
                             sl_kind_name(node->kind));
    enum sl_schema_draft named = dialect_draft_of(node->as.text);
    if (named == SL_DRAFT_DEFAULT)
        return resolve_own_metaschema(compiler, out, doc, node);
    *out = (struct dialect){named, VOCABULARY_ALL};
    return 0;
}

/* -- references -- */

/* One step of a JSON Pointer; into a schema with an id it leads into that resource. 1, 0 where it leads
 * nowhere, -1. */
static int follow_token(struct compiler *compiler, struct place *place, struct sl_str token)
{
    struct sl_arena *arena = &compiler->program->arena;
    if (place->node->kind != SL_MAP && place->node->kind != SL_LIST)
        return 0;
    if (place->node->kind == SL_MAP &&
        budget_take(&compiler->budget, 1 + place->node->count / 4, compiler->err) < 0)
        return -1;
    /* One token is a pointer of its own. */
    struct sl_str pointer = sl_arena_join(arena, SL_STR("/"), token);
    if (pointer.ptr)
        place->pointer = sl_arena_join(arena, place->pointer, pointer);
    if (!pointer.ptr || !place->pointer.ptr)
        return sl_fail_memory(compiler->err);
    place->node = sl_pointer_get(place->node, pointer);
    struct resource *own = place->node ? resource_at(compiler->program, place->node) : NULL;
    if (own) {
        place->resource = own;
        place->pointer = SL_STR("");
    }
    return place->node != NULL;
}

static int follow_pointer(struct compiler *compiler, struct place *place, struct sl_str pointer)
{
    int found = 1;
    while (found == 1 && pointer.len) {
        pointer = sl_str_slice(pointer, 1, pointer.len);
        size_t end = sl_str_find(pointer, '/');
        found = follow_token(compiler, place, sl_str_slice(pointer, 0, end));
        pointer = sl_str_slice(pointer, end, pointer.len);
    }
    return found;
}

static int resolve_fragment(struct compiler *compiler, struct place *out, struct sl_str fragment)
{
    struct sl_str decoded = uri_decode(&compiler->program->arena, fragment);
    if (!decoded.ptr)
        return sl_fail_memory(compiler->err);
    *out = (struct place){.resource = out->resource, .node = out->resource->root, .pointer = SL_STR("")};
    if (decoded.len == 0)
        return 1;
    if (decoded.ptr[0] == '/')
        return follow_pointer(compiler, out, decoded);
    int found = anchor_at(compiler, &out->anchor, out->resource, decoded);
    if (found == 1) {
        out->node = out->anchor->node;
        out->pointer = out->anchor->pointer;
    }
    return found;
}

int resolve_reference(struct compiler *compiler, struct place *out, struct resource *from,
                      const struct sl_node *node)
{
    struct sl_str uri = uri_resolve(&compiler->program->arena, from->uri, node->as.text);
    if (!uri.ptr)
        return sl_fail_memory(compiler->err);
    struct resource *resource = NULL;
    if (resolve_resource(compiler, &resource, uri_without_fragment(uri), from) < 0)
        return -1;
    *out = (struct place){.resource = resource};
    int found = resource ? resolve_fragment(compiler, out, uri_fragment(uri)) : 0;
    if (found < 0)
        return -1;
    return found ? 0 : refuse_reference(compiler, from->doc, node, uri);
}
