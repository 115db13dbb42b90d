#include "kube_set.h"

#include "base/cleanup.h"
#include "doc/pointer.h"

#include <sealift/text.h>
#include <stdlib.h>

#define STRATEGY   "x-kubernetes-patch-strategy"
#define MERGE_KEY  "x-kubernetes-patch-merge-key"
#define LIST_KEYS  "x-kubernetes-list-map-keys"
#define KIND_NAMES "x-kubernetes-group-version-kind"

SL_DEFINE_FREEP(struct sl_kube, sl_kube_free)

static struct sl_openapi_kind *find_kind(const struct sl_kube *kube, struct sl_str api_version,
                                         struct sl_str kind)
{
    struct sl_openapi_kind *found = sl_map_get(&kube->kinds, kind);
    while (found && !sl_str_equal(found->api_version, api_version))
        found = found->next;
    return found;
}

/* The schema that `schema` stands for; NULL where a reference leads nowhere. Of a reference only what stands
 * behind "#" counts: kustomize looks for every one in this document. */
static const struct sl_node *resolve(const struct sl_kube *kube, const struct sl_node *schema)
{
    const struct sl_str prefix = SL_STR("/definitions/");
    for (unsigned i = 0; schema && i < SL_KUBE_REFS_MAX; i++) {
        struct sl_str reference = sl_node_text(sl_node_get(schema, "$ref"));
        if (reference.len == 0)
            return schema;
        struct sl_str pointer = sl_str_slice(reference, sl_str_find(reference, '#') + 1, reference.len);
        schema = NULL;
        if (sl_str_starts_with(pointer, prefix))
            schema = sl_map_get(&kube->definitions, sl_str_slice(pointer, prefix.len, pointer.len));
        if (!schema) /* deeper in, or with escapes */
            schema = sl_pointer_get(kube->openapi, pointer);
    }
    return NULL;
}

static struct sl_kube_type type_of(const struct sl_kube *kube, const struct sl_node *schema)
{
    struct sl_kube_type type = {.kube = kube};
    schema = resolve(kube, schema);
    if (schema && schema->kind == SL_MAP) {
        type.id = 1;
        type.schema = schema;
    }
    return type;
}

struct sl_kube_type sl_openapi_resource(const struct sl_kube *kube, struct sl_str api_version,
                                        struct sl_str kind)
{
    const struct sl_openapi_kind *found = find_kind(kube, api_version, kind);
    return type_of(kube, found ? found->definition : NULL);
}

struct sl_kube_type sl_openapi_field(struct sl_kube_type type, struct sl_str field)
{
    const struct sl_entry *entry = sl_node_entry(sl_node_get(type.schema, "properties"), field);
    return type_of(type.kube, entry ? entry->value : sl_node_get(type.schema, "additionalProperties"));
}

static bool is_list(const struct sl_node *schema)
{
    const struct sl_node *type = sl_node_get(schema, "type");
    if (type && type->kind == SL_LIST)
        type = type->count == 1 ? type->as.items[0] : NULL;
    return sl_str_equal(sl_node_text(type), SL_STR("array"));
}

struct sl_kube_type sl_openapi_items(struct sl_kube_type type)
{
    return type_of(type.kube, is_list(type.schema) ? sl_node_get(type.schema, "items") : NULL);
}

/* One of the strategies in "merge,retainKeys". */
static bool has_strategy(struct sl_str strategies, struct sl_str wanted)
{
    while (strategies.len > 0) {
        size_t end = sl_str_find(strategies, ',');
        if (sl_str_equal(sl_str_slice(strategies, 0, end), wanted))
            return true;
        strategies = sl_str_slice(strategies, end + 1, strategies.len);
    }
    return false;
}

struct sl_kube_merge sl_openapi_merge_of(struct sl_kube_type type)
{
    struct sl_kube_merge merge = {0};
    merge.merge = has_strategy(sl_node_text(sl_node_get(type.schema, STRATEGY)), SL_STR("merge"));
    if (!merge.merge)
        return merge;
    const struct sl_node *keys = sl_node_get(type.schema, LIST_KEYS);
    const struct sl_node *key = sl_node_get(type.schema, MERGE_KEY);
    if (keys) {
        for (uint32_t i = 0; i < keys->count && i < SL_MERGE_KEYS_MAX; i++)
            merge.keys[merge.key_count++] = sl_node_text(keys->as.items[i]);
    } else if (key) {
        merge.keys[merge.key_count++] = sl_node_text(key);
    }
    return merge;
}

enum sl_kube_scope sl_openapi_scope_of(const struct sl_kube *kube, struct sl_str api_version,
                                       struct sl_str kind)
{
    const struct sl_openapi_kind *found = find_kind(kube, api_version, kind);
    return found ? found->scope : SL_KUBE_UNKNOWN;
}

/* -- reading -- */

static int fail_at(struct sl_str where, struct sl_err *err, const char *what)
{
    char escaped[256];
    return sl_fail(err, SL_E_INPUT, "%s: %s", sl_escape(escaped, sizeof escaped, where), what);
}

static bool is_text_or_absent(const struct sl_node *node)
{
    return !node || node->kind == SL_STRING;
}

static int check_keys(const struct sl_node *keys, struct sl_str where, struct sl_err *err)
{
    if (!keys)
        return 0;
    if (keys->kind != SL_LIST)
        return fail_at(where, err, LIST_KEYS " is not a list");
    for (uint32_t i = 0; i < keys->count; i++)
        if (keys->as.items[i]->kind != SL_STRING)
            return fail_at(where, err, LIST_KEYS " holds something that is not a string");
    if (keys->count > SL_MERGE_KEYS_MAX) {
        char escaped[256];
        return sl_fail(err, SL_E_LIMIT, "%s: " LIST_KEYS " has more than %d keys",
                       sl_escape(escaped, sizeof escaped, where), SL_MERGE_KEYS_MAX);
    }
    return 0;
}

/* What merging will read later, in `schema` and all schemas inside it. */
static int check_schema(const struct sl_node *schema, struct sl_str where, unsigned depth, struct sl_err *err)
{
    if (!schema || schema->kind != SL_MAP)
        return 0;
    if (depth > SL_DOC_DEPTH_MAX)
        return fail_at(where, err, "nested too deep");
    if (!is_text_or_absent(sl_node_get(schema, STRATEGY)))
        return fail_at(where, err, STRATEGY " is not a string");
    if (!is_text_or_absent(sl_node_get(schema, MERGE_KEY)))
        return fail_at(where, err, MERGE_KEY " is not a string");
    if (check_keys(sl_node_get(schema, LIST_KEYS), where, err) < 0)
        return -1;
    const struct sl_node *properties = sl_node_get(schema, "properties");
    for (uint32_t i = 0; properties && properties->kind == SL_MAP && i < properties->count; i++)
        if (check_schema(properties->as.entries[i].value, where, depth + 1, err) < 0)
            return -1;
    if (check_schema(sl_node_get(schema, "items"), where, depth + 1, err) < 0)
        return -1;
    return check_schema(sl_node_get(schema, "additionalProperties"), where, depth + 1, err);
}

/* "group/version", or just the version. .ptr is NULL without memory. */
static struct sl_str api_version_of(struct sl_kube *kube, const struct sl_node *names)
{
    struct sl_str version = sl_node_text(sl_node_get(names, "version"));
    struct sl_str group = sl_node_text(sl_node_get(names, "group"));
    if (group.len == 0)
        return version;
    struct sl_str start = sl_arena_join(&kube->arena, group, SL_STR("/"));
    return start.ptr ? sl_arena_join(&kube->arena, start, version) : start;
}

/* The kind that a {group, version, kind} names, made when it is new; NULL on failure. */
static struct sl_openapi_kind *kind_named(struct sl_kube *kube, const struct sl_node *names,
                                          struct sl_str where, struct sl_err *err)
{
    const struct sl_node *version = sl_node_get(names, "version");
    const struct sl_node *kind = sl_node_get(names, "kind");
    if (!version || version->kind != SL_STRING || !kind || kind->kind != SL_STRING) {
        (void)fail_at(where, err, KIND_NAMES " without a version or a kind");
        return NULL;
    }
    struct sl_str api_version = api_version_of(kube, names);
    struct sl_openapi_kind *found = api_version.ptr ? find_kind(kube, api_version, sl_node_text(kind)) : NULL;
    if (found)
        return found;
    found = api_version.ptr ? sl_arena_alloc(&kube->arena, sizeof *found) : NULL;
    if (!found) {
        (void)sl_fail_memory(err);
        return NULL;
    }
    found->api_version = api_version;
    found->next = sl_map_get(&kube->kinds, sl_node_text(kind));
    return sl_map_put(&kube->kinds, sl_node_text(kind), found, err) < 0 ? NULL : found;
}

static int read_definition(struct sl_kube *kube, const struct sl_entry *entry, struct sl_err *err)
{
    if (sl_map_put(&kube->definitions, entry->key, entry->value, err) < 0 ||
        check_schema(entry->value, entry->key, 0, err) < 0)
        return -1;
    const struct sl_node *kinds = sl_node_get(entry->value, KIND_NAMES);
    for (uint32_t i = 0; kinds && kinds->kind == SL_LIST && i < kinds->count; i++) {
        if (kinds->as.items[i]->kind != SL_MAP)
            continue;
        struct sl_openapi_kind *kind = kind_named(kube, kinds->as.items[i], entry->key, err);
        if (!kind)
            return -1;
        kind->definition = entry->value;
    }
    return 0;
}

/* A kind that is served under a namespace's path lives in one; one that is served only elsewhere does not. */
static int read_path(struct sl_kube *kube, const struct sl_entry *path, struct sl_err *err)
{
    static const char marker[] = "namespaces/{namespace}";
    const struct sl_node *names = sl_node_get(sl_node_get(path->value, "get"), KIND_NAMES);
    if (!names || names->kind != SL_MAP)
        return 0;
    struct sl_openapi_kind *kind = kind_named(kube, names, path->key, err);
    if (!kind)
        return -1;
    if (path->key.len > 0 && memmem(path->key.ptr, path->key.len, marker, sizeof marker - 1))
        kind->scope = SL_KUBE_NAMESPACED;
    else if (kind->scope == SL_KUBE_UNKNOWN)
        kind->scope = SL_KUBE_CLUSTER;
    return 0;
}

static int read_map(struct sl_kube *kube, const char *name,
                    int (*read)(struct sl_kube *, const struct sl_entry *, struct sl_err *),
                    struct sl_err *err)
{
    const struct sl_node *map = sl_node_get(kube->openapi, name);
    if (!map || map->kind == SL_NULL)
        return 0;
    if (map->kind != SL_MAP)
        return sl_fail(err, SL_E_INPUT, "%s: is %s, and has to be a map", name, sl_kind_name(map->kind));
    for (uint32_t i = 0; i < map->count; i++)
        if (read(kube, &map->as.entries[i], err) < 0)
            return sl_wrap(err, "%s", name);
    return 0;
}

int sl_kube_with_openapi(struct sl_kube **out, const struct sl_node *openapi, struct sl_err *err)
{
    SL_CLEANUP(sl_kube_freep) struct sl_kube *kube = calloc(1, sizeof *kube);
    if (!kube)
        return sl_fail_memory(err);
    kube->openapi = openapi;
    sl_arena_init(&kube->arena, SL_KUBE_MEMORY_MAX);
    sl_map_init(&kube->definitions);
    sl_map_init(&kube->kinds);
    if (openapi->kind != SL_MAP)
        return sl_fail(err, SL_E_INPUT, "an OpenAPI document has to be a map, not %s",
                       sl_kind_name(openapi->kind));
    if (read_map(kube, "definitions", read_definition, err) < 0 ||
        read_map(kube, "paths", read_path, err) < 0)
        return -1;
    *out = sl_steal(&kube);
    return 0;
}

void sl_kube_keep_builtin(struct sl_kube *kube)
{
    kube->builtin_types = true;
}

void sl_kube_free(struct sl_kube *kube)
{
    if (!kube)
        return;
    sl_map_release(&kube->definitions);
    sl_map_release(&kube->kinds);
    sl_arena_release(&kube->arena);
    free(kube);
}
