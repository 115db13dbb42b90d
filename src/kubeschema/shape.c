#include "shape.h"

#include "kube_format.h"

#include <stdlib.h>

static int by_name(const void *a, const void *b)
{
    const struct shape_field *first = a, *second = b;
    return sl_str_compare(first->name, second->name);
}

const struct shape *shape_of_field(const struct shape *shape, struct sl_str name)
{
    struct shape_field wanted = {.name = name};
    const struct shape_field *found =
        shape->field_count ? bsearch(&wanted, shape->fields, shape->field_count, sizeof wanted, by_name)
                           : NULL;
    return found ? found->shape : shape->additional;
}

static bool allows_null(const struct sl_node *schema)
{
    const struct sl_node *type = sl_node_get(schema, "type");
    for (uint32_t i = 0; type && type->kind == SL_LIST && i < type->count; i++)
        if (sl_str_equal(sl_node_text(type->as.items[i]), SL_STR("null")))
            return true;
    return false;
}

static bool has_members(const struct sl_node *map, const char *const *names)
{
    for (; *names; names++)
        if (!sl_node_get(map, *names))
            return false;
    return true;
}

static int make_keys(struct shape *shape, const struct shaper *shaper, const struct sl_node *schema)
{
    const struct sl_node *keys = sl_node_get(schema, "x-kubernetes-list-map-keys");
    const struct sl_node *merge_key = sl_node_get(schema, "x-kubernetes-patch-merge-key");
    bool is_map = keys && keys->kind == SL_LIST && keys->count;
    if (!is_map && sl_node_text(merge_key).len == 0)
        return 0;
    unsigned count = is_map ? keys->count : 1;
    if (count > SL_MERGE_KEYS_MAX)
        return 0;
    shape->keys = sl_arena_array(shaper->arena, count, sizeof *shape->keys);
    if (!shape->keys)
        return sl_fail_memory(shaper->err);
    for (unsigned i = 0; i < count; i++)
        shape->keys[i] = is_map ? sl_node_text(keys->as.items[i]) : sl_node_text(merge_key);
    shape->key_count = count;
    shape->merges_only = !is_map;
    return 0;
}

static int make_fields(struct shape *shape, struct shaper *shaper, const struct sl_node *properties)
{
    if (!properties || properties->kind != SL_MAP || properties->count == 0)
        return 0;
    shape->fields = sl_arena_array(shaper->arena, properties->count, sizeof *shape->fields);
    if (!shape->fields)
        return sl_fail_memory(shaper->err);
    for (uint32_t i = 0; i < properties->count; i++) {
        struct shape_field *field = &shape->fields[shape->field_count];
        field->name = properties->as.entries[i].key;
        if (shape_make(&field->shape, shaper, properties->as.entries[i].value) < 0)
            return -1;
        shape->field_count++;
    }
    qsort(shape->fields, shape->field_count, sizeof *shape->fields, by_name);
    return 0;
}

static int make_child(struct shape **out, struct shaper *shaper, const struct sl_node *schema)
{
    return schema && schema->kind == SL_MAP ? shape_make(out, shaper, schema) : 0;
}

/* Beside its own fields a schema may have those of one member of allOf: metadata, see normalise.c. */
static const struct sl_node *spine_of(const struct sl_node *schema)
{
    const struct sl_node *all = sl_node_get(schema, "allOf");
    bool has_own = sl_node_get(schema, "type") || sl_node_get(schema, "properties");
    if (has_own || !all || all->kind != SL_LIST || all->count == 0 || !sl_node_get(all->as.items[0], "$ref"))
        return schema;
    return all->as.items[0];
}

static bool is_bare(const struct shape *shape)
{
    bool has_fields = shape->additional || shape->items;
    for (size_t i = 0; i < shape->field_count; i++)
        has_fields |= shape->fields[i].shape != NULL;
    return !has_fields && !shape->nullable && !shape->is_set && !shape->is_object_meta &&
           !shape->is_selector && !shape->key_count && !shape->format;
}

static int fill(struct shape *shape, struct shaper *shaper, const struct sl_node *schema)
{
    static const char *const meta[] = {"annotations", "generateName", "labels", "name", NULL};
    static const char *const selector[] = {"matchExpressions", "matchLabels", NULL};
    const struct sl_node *properties = sl_node_get(schema, "properties");
    const struct sl_node *rules = sl_node_get(schema, "x-kubernetes-validations");
    if (rules && rules->kind == SL_INT && rules->as.integer > 0)
        shaper->rules += (uint64_t)rules->as.integer;
    shape->nullable = allows_null(schema);
    shape->is_set = sl_node_get(schema, "x-kubernetes-list-type") != NULL;
    shape->is_object_meta = has_members(properties, meta);
    shape->is_selector = has_members(properties, selector);
    shape->format = kube_format_of(sl_node_text(sl_node_get(schema, "format")));
    if (make_keys(shape, shaper, schema) < 0 || make_fields(shape, shaper, properties) < 0)
        return -1;
    if (make_child(&shape->additional, shaper, sl_node_get(schema, "additionalProperties")) < 0)
        return -1;
    return make_child(&shape->items, shaper, sl_node_get(schema, "items"));
}

static int fill_deeper(struct shape *shape, struct shaper *shaper, const struct sl_node *schema)
{
    if (shaper->depth == SL_SCHEMA_DEPTH_MAX)
        return sl_fail(shaper->err, SL_E_LIMIT, "more than %d schemas inside one another",
                       SL_SCHEMA_DEPTH_MAX);
    shaper->depth++;
    int result = fill(shape, shaper, schema);
    shaper->depth--;
    return result;
}

static int make_definition(struct shape **out, struct shaper *shaper, struct sl_str reference)
{
    static const struct sl_str prefix = SL_STR_INIT("#/definitions/");
    if (!sl_str_starts_with(reference, prefix))
        return 0;
    struct sl_str name = sl_str_slice(reference, prefix.len, reference.len);
    *out = sl_map_get(&shaper->known, name);
    const struct sl_entry *entry = shaper->definitions ? sl_node_entry(shaper->definitions, name) : NULL;
    if (*out || !entry || entry->value->kind != SL_MAP)
        return 0;
    /* Known from here on, for what inside it refers to it. */
    *out = sl_arena_alloc(shaper->arena, sizeof **out);
    if (!*out)
        return sl_fail_memory(shaper->err);
    if (sl_map_put(&shaper->known, entry->key, *out, shaper->err) < 0)
        return -1;
    const struct sl_node *schema = spine_of(entry->value);
    if (sl_node_get(schema, "$ref"))
        return 0;
    return fill_deeper(*out, shaper, schema);
}

int shape_make(struct shape **out, struct shaper *shaper, const struct sl_node *schema)
{
    *out = NULL;
    schema = spine_of(schema);
    const struct sl_node *reference = sl_node_get(schema, "$ref");
    if (reference)
        return make_definition(out, shaper, sl_node_text(reference));
    struct shape *shape = sl_arena_alloc(shaper->arena, sizeof *shape);
    if (!shape)
        return sl_fail_memory(shaper->err);
    int result = fill_deeper(shape, shaper, schema);
    *out = is_bare(shape) ? NULL : shape;
    return result;
}
