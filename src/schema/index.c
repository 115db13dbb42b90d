#include "compiler.h"

#include "base/limits.h"
#include "uri.h"

/* Only where a subschema can stand are ids and anchors what they are called: the same words within `enum`,
 * `default` or a keyword nobody knows mean nothing. */

struct resource *resource_at(const struct sl_schema *program, const struct sl_node *node)
{
    return sl_map_get(&program->resource_by_node, address_key(&node));
}

/* The bytes of the resource's address, and the name. */
static struct sl_str anchor_key(struct compiler *compiler, const struct resource *resource,
                                struct sl_str name)
{
    struct sl_str owner = address_key(&resource);
    return sl_arena_join(&compiler->program->arena, owner, name);
}

int anchor_at(struct compiler *compiler, struct anchor **out, const struct resource *resource,
              struct sl_str name)
{
    struct sl_str key = anchor_key(compiler, resource, name);
    if (!key.ptr)
        return sl_fail_memory(compiler->err);
    *out = sl_map_get(&compiler->program->anchor_by_name, key);
    return *out != NULL;
}

int resource_name(struct compiler *compiler, struct resource *resource, struct sl_str uri)
{
    struct sl_map *map = &compiler->program->resource_by_uri;
    if (sl_map_get(map, uri))
        return 0;
    return sl_map_put(map, uri, resource, compiler->err) < 0 ? -1 : 0;
}

static struct resource *add_resource(struct compiler *compiler, struct sl_str uri, const struct sl_doc *doc,
                                     const struct sl_node *root)
{
    struct sl_schema *program = compiler->program;
    struct resource *resource = sl_arena_alloc(&program->arena, sizeof *resource);
    struct sl_str copy = sl_arena_str(&program->arena, uri);
    if (!resource || !copy.ptr) {
        (void)sl_fail_memory(compiler->err);
        return NULL;
    }
    *resource = (struct resource){.next = program->resources, .uri = copy, .doc = doc, .root = root};
    program->resources = resource;
    if (resource_name(compiler, resource, copy) < 0 ||
        sl_map_put(&program->resource_by_node, address_key(&resource->root), resource, compiler->err) < 0)
        return NULL;
    return resource;
}

static int add_anchor(struct compiler *compiler, const struct place *place, struct sl_str name, bool dynamic)
{
    struct sl_arena *arena = &compiler->program->arena;
    struct anchor *anchor = sl_arena_alloc(arena, sizeof *anchor);
    struct sl_str key = anchor_key(compiler, place->resource, name);
    if (!anchor || !key.ptr)
        return sl_fail_memory(compiler->err);
    *anchor =
        (struct anchor){.name = name, .node = place->node, .pointer = place->pointer, .dynamic = dynamic};
    if (sl_map_put(&compiler->program->anchor_by_name, key, anchor, compiler->err) < 0)
        return -1;
    if (dynamic) {
        anchor->next = place->resource->dynamic;
        place->resource->dynamic = anchor;
    }
    return 0;
}

/* The id of a schema, by the draft it has or says it has; empty where there is none. */
static struct sl_str id_of(const struct sl_node *node, enum sl_schema_draft draft)
{
    enum sl_schema_draft own = dialect_draft_of(sl_node_text(sl_node_get(node, "$schema")));
    if (own != SL_DRAFT_DEFAULT)
        draft = own;
    if (draft <= SL_DRAFT_7 && sl_node_get(node, "$ref"))
        return (struct sl_str){0};
    return sl_node_text(sl_node_get(node, draft == SL_DRAFT_4 ? "id" : "$id"));
}

/* Gives the place a resource of its own where it has an id, and the anchors of an id's fragment. */
static int index_id(struct compiler *compiler, struct place *place)
{
    struct resource *around = place->resource;
    struct sl_str id = id_of(place->node, around->dialect.draft);
    struct sl_str fragment = uri_fragment(id);
    if (uri_without_fragment(id).len && place->node != around->root) {
        struct sl_str uri = uri_resolve(&compiler->program->arena, around->uri, uri_without_fragment(id));
        if (!uri.ptr)
            return sl_fail_memory(compiler->err);
        struct resource *own = add_resource(compiler, uri, around->doc, place->node);
        if (!own || resolve_dialect(compiler, &own->dialect, around->doc, place->node, around) < 0)
            return -1;
        place->resource = own;
        place->pointer = SL_STR("");
    }
    if (fragment.len && fragment.ptr[0] != '/' && place->resource->dialect.draft <= SL_DRAFT_7)
        return add_anchor(compiler, place, fragment, false);
    return 0;
}

static int index_anchors(struct compiler *compiler, const struct place *place)
{
    enum sl_schema_draft draft = place->resource->dialect.draft;
    if (draft < SL_DRAFT_2019_09)
        return 0;
    struct sl_str anchor = sl_node_text(sl_node_get(place->node, "$anchor"));
    struct sl_str dynamic = sl_node_text(sl_node_get(place->node, "$dynamicAnchor"));
    if (anchor.len && add_anchor(compiler, place, anchor, false) < 0)
        return -1;
    if (draft >= SL_DRAFT_2020_12 && dynamic.len && add_anchor(compiler, place, dynamic, true) < 0)
        return -1;
    const struct sl_node *recursive = sl_node_get(place->node, "$recursiveAnchor");
    if (draft == SL_DRAFT_2019_09 && place->node == place->resource->root && recursive &&
        recursive->kind == SL_BOOL && recursive->as.boolean)
        place->resource->recursive = true;
    return 0;
}

static int index_schema(struct compiler *compiler, struct place place, unsigned depth);

static int index_child(struct compiler *compiler, const struct place *place, const struct sl_node *node,
                       struct sl_str token, unsigned depth)
{
    struct place child = {.resource = place->resource,
                          .node = node,
                          .pointer = compiler_pointer(compiler, place->pointer, token)};
    if (!child.pointer.ptr)
        return sl_fail_memory(compiler->err);
    return index_schema(compiler, child, depth);
}

/* The members of a list or map that is itself the value of a keyword. */
static int index_children(struct compiler *compiler, const struct place *place, const struct sl_node *value,
                          struct sl_str name, unsigned depth)
{
    struct place holder = *place;
    holder.pointer = compiler_pointer(compiler, place->pointer, name);
    if (!holder.pointer.ptr)
        return sl_fail_memory(compiler->err);
    for (uint32_t i = 0; i < value->count; i++) {
        char number[16];
        bool map = value->kind == SL_MAP;
        const struct sl_node *node = map ? value->as.entries[i].value : value->as.items[i];
        struct sl_str token = map ? value->as.entries[i].key : index_text(number, i);
        if (map && node->kind == SL_LIST)
            continue; /* names, in `dependencies` */
        if (index_child(compiler, &holder, node, token, depth) < 0)
            return -1;
    }
    return 0;
}

static int index_keyword(struct compiler *compiler, const struct place *place, const struct sl_entry *entry,
                         enum holds holds, unsigned depth)
{
    const struct sl_node *value = entry->value;
    bool list = value->kind == SL_LIST && (holds == HOLDS_LIST || holds == HOLDS_SCHEMA_OR_LIST);
    bool map = value->kind == SL_MAP && (holds == HOLDS_MAP || holds == HOLDS_MAP_OR_NAMES);
    bool single = holds == HOLDS_SCHEMA || holds == HOLDS_SCHEMA_OR_LIST;
    if (list || map)
        return index_children(compiler, place, value, entry->key, depth);
    return single ? index_child(compiler, place, value, entry->key, depth) : 0;
}

static enum holds holds_of(struct sl_str keyword, enum sl_schema_draft draft)
{
    for (size_t i = 0; i < keyword_rule_count; i++) {
        const struct keyword_rule *rule = &keyword_rules[i];
        if (rule->holds != HOLDS_NOTHING && rule->first <= draft && draft <= rule->last &&
            sl_str_equal(keyword, sl_str_from(rule->name)))
            return rule->holds;
    }
    return HOLDS_NOTHING;
}

static int index_schema(struct compiler *compiler, struct place place, unsigned depth)
{
    if (depth > SL_DOC_DEPTH_MAX)
        return sl_fail(compiler->err, SL_E_LIMIT, "a schema nested deeper than %d levels", SL_DOC_DEPTH_MAX);
    if (place.node->kind == SL_MAP && index_id(compiler, &place) < 0)
        return -1;
    if (compiler->eager && !compiler_schema(compiler, &place))
        return -1;
    if (place.node->kind != SL_MAP)
        return 0;
    if (index_anchors(compiler, &place) < 0)
        return -1;
    for (uint32_t i = 0; i < place.node->count; i++) {
        const struct sl_entry *entry = &place.node->as.entries[i];
        enum holds holds = holds_of(entry->key, place.resource->dialect.draft);
        if (holds != HOLDS_NOTHING && index_keyword(compiler, &place, entry, holds, depth + 1) < 0)
            return -1;
    }
    return 0;
}

int index_document(struct compiler *compiler, struct resource **out, const struct sl_schema_source *source,
                   const struct resource *from)
{
    struct dialect dialect;
    if (resolve_dialect(compiler, &dialect, source->doc, source->root, from) < 0)
        return -1;
    struct sl_arena *arena = &compiler->program->arena;
    struct sl_str uri = source->uri;
    struct sl_str id = uri_without_fragment(id_of(source->root, dialect.draft));
    if (id.len)
        uri = uri_resolve(arena, source->uri, id);
    struct sl_str place_uri = sl_arena_str(arena, source->uri);
    if (!uri.ptr && id.len)
        return sl_fail_memory(compiler->err);
    if (!place_uri.ptr)
        return sl_fail_memory(compiler->err);
    struct resource *resource = add_resource(compiler, uri, source->doc, source->root);
    if (!resource || resource_name(compiler, resource, place_uri) < 0)
        return -1;
    resource->dialect = dialect;
    *out = resource;
    struct place place = {.resource = resource, .node = source->root, .pointer = SL_STR("")};
    return index_schema(compiler, place, 0);
}
