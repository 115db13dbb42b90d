#include "openapi.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "doc/json.h"
#include "normalise.h"
#include "set.h"

#include <sealift/json.h>
#include <sealift/text.h>
#include <stdlib.h>

static const struct sl_str prefix = SL_STR_INIT("#/definitions/");

int import_init(struct import *import, struct sl_err *err)
{
    *import = (struct import){0};
    sl_doc_init(&import->doc);
    sl_map_init(&import->known);
    import->definitions = sl_node_map(&import->doc);
    import->kinds = sl_node_map(&import->doc);
    import->sources = sl_node_list(&import->doc);
    return import->definitions && import->kinds && import->sources ? 0 : sl_node_fail(&import->doc, err);
}

void import_release(struct import *import)
{
    sl_map_release(&import->known);
    sl_doc_release(&import->doc);
}

/* -- reading -- */

static int add_definition(struct import *import, struct sl_str name, struct sl_node *schema,
                          struct sl_err *err)
{
    if (sl_map_get(&import->known, name))
        return 0;
    if (sl_map_add(&import->doc, import->definitions, name, schema, err) < 0)
        return -1;
    struct sl_str kept = import->definitions->as.entries[import->definitions->count - 1].key;
    return sl_map_put(&import->known, kept, schema, err) < 0 ? -1 : 0;
}

/* A definition that is one kind. Those of several are options of requests, which nobody writes into a file. */
static int add_kind(struct import *import, struct sl_str name, const struct sl_node *schema,
                    struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf key, api_version;
    sl_buf_init(&key, KEY_MAX);
    sl_buf_init(&api_version, KEY_MAX);
    const struct sl_node *kinds = sl_node_get(schema, "x-kubernetes-group-version-kind");
    if (!kinds || kinds->kind != SL_LIST || kinds->count != 1)
        return 0;
    struct sl_str group = sl_node_text(sl_node_get(kinds->as.items[0], "group"));
    struct sl_str version = sl_node_text(sl_node_get(kinds->as.items[0], "version"));
    struct sl_str kind = sl_node_text(sl_node_get(kinds->as.items[0], "kind"));
    if (version.len == 0 || kind.len == 0)
        return 0;
    (void)key_of(&api_version, group, version);
    (void)key_of(&key, group.len ? sl_buf_view(&api_version) : version, kind);
    if (sl_buf_check(&key, "the name of a kind", err) < 0)
        return -1;
    if (sl_node_entry(import->kinds, sl_buf_view(&key)))
        return 0;
    return sl_map_add(&import->doc, import->kinds, sl_buf_view(&key), reference_to(&import->doc, name), err);
}

static int add_schemas(struct import *import, const struct sl_doc *doc, const struct sl_node *schemas,
                       struct sl_err *err)
{
    struct normaliser normaliser = {&import->doc, doc, CLOSE_LISTED, err};
    for (uint32_t i = 0; i < schemas->count; i++) {
        const struct sl_entry *entry = &schemas->as.entries[i];
        bool failed = false;
        if (sl_map_get(&import->known, entry->key))
            continue;
        struct sl_node *schema = normalise_known(&normaliser, entry->key, &failed);
        if (failed)
            return sl_node_fail(&import->doc, err);
        if (!schema && normalise(&schema, &normaliser, entry->value) < 0)
            return sl_wrap(err, "the definition " SL_FMT, SL_ARG(entry->key));
        if (add_definition(import, entry->key, schema, err) < 0 ||
            add_kind(import, entry->key, entry->value, err) < 0)
            return -1;
    }
    return 0;
}

/* What an earlier import wrote, taken as it is. */
static int add_kinds_json(struct import *import, const struct sl_doc *doc, const struct sl_node *root,
                          struct sl_err *err)
{
    const struct sl_node *definitions = sl_node_get(root, "definitions"),
                         *kinds = sl_node_get(root, "properties");
    for (uint32_t i = 0; definitions && definitions->kind == SL_MAP && i < definitions->count; i++) {
        struct sl_node *copy = sl_node_copy(&import->doc, doc, definitions->as.entries[i].value);
        if (!copy)
            return sl_node_fail(&import->doc, err);
        if (add_definition(import, definitions->as.entries[i].key, copy, err) < 0)
            return -1;
    }
    for (uint32_t i = 0; kinds && kinds->kind == SL_MAP && i < kinds->count; i++) {
        const struct sl_entry *entry = &kinds->as.entries[i];
        struct sl_node *copy = sl_node_copy(&import->doc, doc, entry->value);
        if (!sl_node_entry(import->kinds, entry->key) &&
            sl_map_add(&import->doc, import->kinds, entry->key, copy, err) < 0)
            return -1;
    }
    return 0;
}

/* -- where it comes from -- */

static int put_text(struct import *import, struct sl_node *map, const char *key, struct sl_str text,
                    struct sl_err *err)
{
    return text.len ? sl_map_set(&import->doc, map, sl_str_from(key), sl_node_string(&import->doc, text), err)
                    : 0;
}

static int add_source(struct import *import, const struct sl_node *root, struct sl_str text,
                      struct sl_str name, struct sl_err *err)
{
    const struct sl_node *info = sl_node_get(root, "info");
    struct sl_digest digest;
    char hex[SL_SHA256_HEX + 1];
    size_t cut = name.len;
    while (cut > 0 && name.ptr[cut - 1] != '/')
        cut--;
    struct sl_node *source = sl_node_map(&import->doc);
    if (!source)
        return sl_node_fail(&import->doc, err);
    sl_sha256(&digest, text.ptr, text.len);
    (void)sl_digest_hex(hex, &digest);
    if (put_text(import, source, "file", sl_str_slice(name, cut, name.len), err) < 0 ||
        put_text(import, source, "sha256", sl_str_from(hex), err) < 0 ||
        put_text(import, source, "title", sl_node_text(sl_node_get(info, "title")), err) < 0 ||
        put_text(import, source, "version", sl_node_text(sl_node_get(info, "version")), err) < 0)
        return -1;
    return sl_list_add(&import->doc, import->sources, source, err);
}

static int add_sources(struct import *import, const struct sl_doc *doc, const struct sl_node *sources,
                       struct sl_err *err)
{
    for (uint32_t i = 0; sources && sources->kind == SL_LIST && i < sources->count; i++)
        if (sl_list_add(&import->doc, import->sources, sl_node_copy(&import->doc, doc, sources->as.items[i]),
                        err) < 0)
            return -1;
    return 0;
}

/* The version of Kubernetes: a document of a group without a title of its own may say "unversioned". */
static int note_version(struct import *import, struct sl_str version, struct sl_err *err)
{
    if (sl_str_starts_with(version, SL_STR("v")))
        version = sl_str_slice(version, 1, version.len);
    if (import->version.len || version.len == 0 || version.ptr[0] < '0' || version.ptr[0] > '9')
        return 0;
    import->version = sl_arena_str(&import->doc.arena, version);
    return import->version.ptr ? 0 : sl_fail_memory(err);
}

int import_document(struct import *import, struct sl_str text, struct sl_str name, struct sl_err *err)
{
    SL_CLEANUP(sl_doc_release) struct sl_doc doc;
    struct sl_node *root = NULL;
    char shown[256];
    sl_doc_init(&doc);
    if (sl_json_read(&root, &doc, text, name, err) < 0)
        return -1;
    bool is_own = sl_node_get(root, "sealift") != NULL;
    const struct sl_node *schemas = sl_node_get(root, "definitions");
    if (!schemas)
        schemas = sl_node_get(sl_node_get(root, "components"), "schemas");
    if (!is_own && !sl_node_get(root, "swagger") && !sl_node_get(root, "openapi")) {
        (void)sl_fail(err, SL_E_INPUT, "%s: neither \"swagger\" nor \"openapi\" is a member: not OpenAPI",
                      sl_escape(shown, sizeof shown, name));
        return sl_hint(err, "kubectl get --raw /openapi/v2 > openapi.json");
    }
    struct sl_str version = sl_node_text(is_own ? sl_node_get(root, "kubernetes")
                                                : sl_node_get(sl_node_get(root, "info"), "version"));
    if (note_version(import, version, err) < 0)
        return -1;
    if (is_own)
        return add_kinds_json(import, &doc, root, err) < 0
                   ? -1
                   : add_sources(import, &doc, sl_node_get(root, "source"), err);
    /* A path without any type is among those that a server of OpenAPI v3 lists. */
    if (!schemas || schemas->kind != SL_MAP)
        return 0;
    if (add_schemas(import, &doc, schemas, err) < 0)
        return sl_wrap(err, "%s", sl_escape(shown, sizeof shown, name));
    return add_source(import, root, text, name, err);
}

/* -- what is needed -- */

struct needed {
    struct import *import;
    struct sl_map seen;
    const struct sl_node **pending; /* definitions whose references are still to be followed */
    size_t count;
    struct sl_err *err;
};

static int need(struct needed *needed, struct sl_str reference)
{
    if (!sl_str_starts_with(reference, prefix))
        return 0;
    struct sl_str name = sl_str_slice(reference, prefix.len, reference.len);
    struct sl_node *schema = sl_map_get(&needed->import->known, name);
    if (!schema || sl_map_get(&needed->seen, name))
        return 0;
    if (sl_map_put(&needed->seen, name, schema, needed->err) < 0)
        return -1;
    needed->pending[needed->count++] = schema;
    return 0;
}

static int need_all(struct needed *needed, const struct sl_node *node)
{
    const struct sl_node *reference = sl_node_get(node, "$ref");
    if (reference && need(needed, sl_node_text(reference)) < 0)
        return -1;
    for (uint32_t i = 0; node->kind == SL_MAP && i < node->count; i++)
        if (need_all(needed, node->as.entries[i].value) < 0)
            return -1;
    for (uint32_t i = 0; node->kind == SL_LIST && i < node->count; i++)
        if (need_all(needed, node->as.items[i]) < 0)
            return -1;
    return 0;
}

static int follow(struct sl_node **out, struct needed *needed)
{
    const struct sl_node *all = needed->import->definitions;
    struct sl_doc *doc = &needed->import->doc;
    if (need_all(needed, needed->import->kinds) < 0)
        return -1;
    while (needed->count)
        if (need_all(needed, needed->pending[--needed->count]) < 0)
            return -1;
    *out = sl_node_map(doc);
    if (!*out)
        return sl_node_fail(doc, needed->err);
    for (uint32_t i = 0; i < all->count; i++)
        if (sl_map_get(&needed->seen, all->as.entries[i].key) &&
            sl_map_add(doc, *out, all->as.entries[i].key, all->as.entries[i].value, needed->err) < 0)
            return -1;
    return 0;
}

/* *out: the definitions that the kinds lead to. */
static int keep_needed(struct sl_node **out, struct import *import, struct sl_err *err)
{
    struct needed needed = {.import = import, .err = err};
    needed.pending = calloc(import->definitions->count + 1U, sizeof(void *));
    if (!needed.pending)
        return sl_fail_memory(err);
    sl_map_init(&needed.seen);
    int result = follow(out, &needed);
    free((void *)needed.pending);
    sl_map_release(&needed.seen);
    return result;
}

/* -- writing -- */

static int by_digest(const void *a, const void *b)
{
    const struct sl_node *const *first = a, *const *second = b;
    return sl_str_compare(sl_node_text(sl_node_get(*first, "sha256")),
                          sl_node_text(sl_node_get(*second, "sha256")));
}

/* Ascending, each on a line of its own, so that versions can be compared line by line. */
static int write_lines(struct sl_buf *out, const char *name, struct sl_node *map, struct sl_err *err)
{
    struct sl_node *one = NULL;
    sl_buf_printf(out, "\"%s\":{", name);
    for (uint32_t i = 0; i < map->count; i++) {
        sl_buf_text(out, i ? ",\n" : "\n");
        sl_buf_json_string(out, map->as.entries[i].key);
        sl_buf_byte(out, ':');
        one = map->as.entries[i].value;
        if (write_compact(out, one, err) < 0)
            return -1;
    }
    sl_buf_byte(out, '}');
    return sl_buf_check(out, "kinds.json", err);
}

static int by_key(const void *a, const void *b)
{
    const struct sl_entry *first = a, *second = b;
    return sl_str_compare(first->key, second->key);
}

int import_write(struct sl_buf *out, struct import *import, struct sl_str version, size_t *definitions,
                 struct sl_err *err)
{
    struct sl_node *needed = import->definitions, *kinds = import->kinds;
    if (keep_needed(&needed, import, err) < 0)
        return -1;
    if (needed->count)
        qsort(needed->as.entries, needed->count, sizeof *needed->as.entries, by_key);
    if (kinds->count)
        qsort(kinds->as.entries, kinds->count, sizeof *kinds->as.entries, by_key);
    if (import->sources->count)
        qsort(import->sources->as.items, import->sources->count, sizeof(struct sl_node *), by_digest);
    *definitions = needed->count;
    sl_buf_text(out, "{\"$schema\":\"http://json-schema.org/draft-04/schema#\",\n");
    if (write_lines(out, "definitions", needed, err) < 0)
        return -1;
    sl_buf_text(out, ",\n\"kubernetes\":");
    sl_buf_json_string(out, version);
    sl_buf_text(out, ",\n");
    if (write_lines(out, "properties", kinds, err) < 0)
        return -1;
    sl_buf_text(out, ",\n\"sealift\":\"kubernetes-kinds/1\",\n\"source\":");
    if (write_compact(out, import->sources, err) < 0)
        return -1;
    sl_buf_text(out, "}\n");
    return sl_buf_check(out, "kinds.json", err);
}
