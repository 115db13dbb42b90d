#include "merge.h"

#include "base/cleanup.h"
#include "base/limits.h"

#include <inttypes.h>
#include <sealift/text.h>
#include <stdio.h>

/* From this many keys in both maps together on, an index pays for itself. */
enum { INDEX_FROM = 32 };

enum directive { MERGE, REPLACE, DELETE, UNKNOWN };

static void release_merge(struct sl_merge *merge)
{
    sl_arena_release(&merge->scratch);
}

int sl_merge_fail(const struct sl_merge *merge, const struct sl_node *node, struct sl_err *err,
                  const char *format, ...)
{
    char place[SL_ERR_MESSAGE_MAX / 2];
    char message[SL_ERR_MESSAGE_MAX / 2];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return sl_fail(err, SL_E_INPUT, "%s: %s", sl_mark_text(place, sizeof place, merge->doc, node->mark),
                   message);
}

static bool is_there(const struct sl_node *node)
{
    return node && node->kind != SL_NULL;
}

static bool is_spelled_null(const struct sl_node *node)
{
    return node && node->kind == SL_NULL && node->style != SL_STYLE_EMPTY &&
           node->style != SL_STYLE_FLOW_EMPTY;
}

struct sl_str sl_merge_spell(char buffer[32], const struct sl_node *node)
{
    struct sl_str source = sl_node_source(node);
    if (source.len > 0)
        return source;
    switch (node ? node->kind : SL_MAP) {
    case SL_STRING:
        return node->as.text;
    case SL_BOOL:
        return node->as.boolean ? SL_STR("true") : SL_STR("false");
    case SL_NULL:
        return is_spelled_null(node) ? SL_STR("null") : SL_STR("");
    case SL_INT:
        (void)snprintf(buffer, 32, "%" PRId64, node->as.integer);
        return sl_str_from(buffer);
    case SL_UINT:
        (void)snprintf(buffer, 32, "%" PRIu64, node->as.uinteger);
        return sl_str_from(buffer);
    case SL_FLOAT:
        (void)snprintf(buffer, 32, "%.17g", node->as.number);
        return sl_str_from(buffer);
    default:
        return SL_STR("");
    }
}

struct sl_str sl_merge_text(struct sl_merge *merge, const struct sl_node *node)
{
    char buffer[32];
    struct sl_str text = sl_merge_spell(buffer, node);
    if (!text.ptr)
        return SL_STR("");
    return text.ptr == buffer ? sl_arena_str(&merge->scratch, text) : text;
}

bool sl_merge_is_nothing(const struct sl_node *node)
{
    return !node || node->kind == SL_NULL || (node->kind == SL_MAP && node->count == 0);
}

/* -- directives -- */

static enum directive directive_named(struct sl_str text)
{
    if (sl_str_equal(text, SL_STR("merge")))
        return MERGE;
    if (sl_str_equal(text, SL_STR("replace")))
        return REPLACE;
    return sl_str_equal(text, SL_STR("delete")) ? DELETE : UNKNOWN;
}

static int fail_directive(const struct sl_merge *merge, const struct sl_node *value, struct sl_err *err)
{
    char buffer[32];
    char text[64];
    return sl_merge_fail(merge, value, err, "$patch: %s is none of merge, replace and delete",
                         sl_escape(text, sizeof text, sl_merge_spell(buffer, value)));
}

static void remove_entry(struct sl_node *map, struct sl_entry *entry)
{
    size_t behind = (size_t)(map->as.entries + map->count - entry) - 1;
    memmove(entry, entry + 1, behind * sizeof *entry);
    map->count--;
}

/* What `$patch` in a map of the patch says; a directive that is known is taken out. */
static enum directive take_map_directive(struct sl_node *map, const struct sl_node **value)
{
    struct sl_entry *entry = map ? sl_node_entry(map, SL_STR("$patch")) : NULL;
    if (!entry)
        return MERGE;
    *value = entry->value;
    enum directive directive = directive_named(sl_node_text(entry->value));
    if (directive != UNKNOWN)
        remove_entry(map, entry);
    return directive;
}

void sl_merge_take_out(struct sl_node *list, struct sl_str key, struct sl_str value)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        struct sl_node *item = list->as.items[i];
        const struct sl_entry *entry = sl_node_entry(item, key);
        if (!sl_merge_is_nothing(item) && !(entry && sl_str_equal(sl_node_text(entry->value), value)))
            list->as.items[kept++] = item;
    }
    list->count = kept;
}

/* What an item that is nothing but `$patch` says of its list. Only the first item with `$patch` counts. */
static enum directive take_list_directive(struct sl_node *list, const struct sl_node **value)
{
    for (uint32_t i = 0; list && i < list->count; i++) {
        const struct sl_node *item = list->as.items[i];
        *value = sl_node_get(item, "$patch");
        if (!*value)
            continue;
        if (item->count > 1)
            return MERGE;
        enum directive directive = directive_named(sl_node_text(*value));
        if (directive != UNKNOWN)
            sl_merge_take_out(list, SL_STR("$patch"), sl_node_text(*value));
        return directive;
    }
    return MERGE;
}

/* -- maps -- */

/* The patch's value for each entry of `dest`; those that it has besides go to `added`. */
struct partners {
    struct sl_node **of;     /* one per entry of dest, NULL where the patch has none */
    struct sl_entry **added; /* entries of the patch */
    uint32_t added_count;
};

static int find_partners(struct partners *partners, struct sl_merge *merge, const struct sl_pair *pair,
                         struct sl_err *err)
{
    const struct sl_node *dest = pair->dest;
    const struct sl_node *origin = pair->origin;
    SL_CLEANUP(sl_map_release) struct sl_map index;
    sl_map_init(&index);
    partners->of = sl_arena_array(&merge->scratch, dest->count, sizeof(struct sl_node *));
    partners->added = sl_arena_array(&merge->scratch, origin->count, sizeof(struct sl_entry *));
    if (!partners->of || !partners->added)
        return sl_fail_memory(err);
    bool indexed = dest->count > INDEX_FROM / 2 && origin->count > INDEX_FROM / 2;
    for (uint32_t i = 0; indexed && i < dest->count; i++)
        if (sl_map_put(&index, dest->as.entries[i].key, &dest->as.entries[i], err) < 0)
            return -1;
    for (uint32_t i = 0; i < origin->count; i++) {
        struct sl_entry *entry = &origin->as.entries[i];
        const struct sl_entry *below =
            indexed ? sl_map_get(&index, entry->key) : sl_node_entry(dest, entry->key);
        if (below)
            partners->of[below - dest->as.entries] = entry->value;
        else
            partners->added[partners->added_count++] = entry;
    }
    return 0;
}

/* The value that takes the place of another takes its style too, as in kustomize: what replaces a folded text
 * is written folded, and a number that replaces a text in quotes is one. */
static int keep_style(struct sl_merge *merge, struct sl_node *value, const struct sl_node *replaced,
                      struct sl_err *err)
{
    bool text = replaced->kind == SL_STRING && replaced->style != SL_STYLE_ANY;
    if (value == replaced || value->kind == SL_MAP || value->kind == SL_LIST || value->kind == SL_NULL)
        return 0;
    if (text && value->kind != SL_STRING) {
        char buffer[32];
        struct sl_str spelled = sl_arena_str(&merge->doc->arena, sl_merge_spell(buffer, value));
        if (!spelled.ptr)
            return sl_fail_memory(err);
        value->kind = SL_STRING;
        value->as.text = spelled;
    }
    if (value->kind == SL_STRING)
        value->style = text ? replaced->style : SL_STYLE_ANY;
    return 0;
}

static int merge_entry(struct sl_node **out, struct sl_merge *merge, const struct sl_pair *maps,
                       struct sl_str key, struct sl_pair values, struct sl_err *err)
{
    values.type = sl_kube_field(maps->type, key);
    values.depth = maps->depth + 1;
    return sl_merge_nodes(out, merge, &values, err);
}

static int add_entries(struct sl_merge *merge, const struct sl_pair *pair, const struct partners *partners,
                       struct sl_err *err)
{
    for (uint32_t i = 0; i < partners->added_count; i++) {
        const struct sl_entry *entry = partners->added[i];
        struct sl_node *value;
        if (merge_entry(&value, merge, pair, entry->key, (struct sl_pair){.origin = entry->value}, err) < 0)
            return -1;
        if (!value)
            continue;
        if (sl_map_add(merge->doc, pair->dest, entry->key, value, err) < 0)
            return -1;
        pair->dest->as.entries[pair->dest->count - 1].key_mark = entry->key_mark;
    }
    return 0;
}

/* Merges the fields of two maps, or of one with itself, into pair->dest. */
static int merge_fields(struct sl_merge *merge, const struct sl_pair *pair, struct sl_err *err)
{
    struct partners partners = {0};
    struct sl_node *dest = pair->dest;
    bool self = pair->origin == dest;
    if (pair->origin && !self && find_partners(&partners, merge, pair, err) < 0)
        return -1;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < dest->count; i++) {
        struct sl_entry entry = dest->as.entries[i];
        struct sl_pair values = {.dest = entry.value, .origin = self ? entry.value : NULL};
        if (partners.of)
            values.origin = partners.of[i];
        struct sl_node *value;
        if (merge_entry(&value, merge, pair, entry.key, values, err) < 0)
            return -1;
        if (!value)
            continue;
        if (keep_style(merge, value, entry.value, err) < 0)
            return -1;
        /* Into the node that is there: another place of the target may share it, and changes with it. */
        if (value != entry.value)
            *entry.value = *value;
        dest->as.entries[kept++] = entry;
    }
    dest->count = kept;
    return add_entries(merge, pair, &partners, err);
}

static int merge_maps(struct sl_node **out, struct sl_merge *merge, const struct sl_pair *pair,
                      struct sl_err *err)
{
    struct sl_pair fields = *pair;
    const struct sl_node *value = NULL;
    *out = NULL;
    if (is_there(pair->dest) && pair->origin && !is_there(pair->origin))
        return 0;
    enum directive directive = take_map_directive(pair->origin, &value);
    if (directive == DELETE)
        return 0;
    if (!is_there(pair->dest) || directive == REPLACE)
        fields.dest = pair->origin;
    /* kustomize lets an unknown directive pass, and stay, where the patch adds the map. */
    else if (directive == UNKNOWN)
        return fail_directive(merge, value, err);
    *out = fields.dest;
    return merge_fields(merge, &fields, err);
}

/* -- lists and scalars -- */

static int merge_lists(struct sl_node **out, struct sl_merge *merge, const struct sl_pair *pair,
                       const struct sl_kube_merge *how, struct sl_err *err)
{
    struct sl_pair lists = *pair;
    *out = NULL;
    if (!is_there(pair->dest)) {
        lists.dest = pair->origin;
    } else if (pair->origin) {
        const struct sl_node *value = NULL;
        if (!is_there(pair->origin))
            return 0;
        enum directive directive = take_list_directive(pair->origin, &value);
        if (directive == UNKNOWN)
            return fail_directive(merge, value, err);
        if (directive == DELETE)
            return 0;
        if (directive == REPLACE)
            lists.dest = pair->origin;
    }
    *out = lists.dest;
    return sl_merge_keyed_lists(merge, &lists, how, err);
}

/* Lists that do not merge, and scalars: the patch's, when it has one; null takes it away. */
static void take_upper(struct sl_node **out, const struct sl_pair *pair)
{
    struct sl_node *upper = pair->origin ? pair->origin : pair->dest;
    *out = is_there(upper) ? upper : NULL;
}

/* A map that says what it is, inside one of which nothing is known, is merged as what it says. */
static struct sl_kube_type type_of(const struct sl_pair *pair)
{
    const struct sl_node *const nodes[] = {pair->dest, pair->origin};
    struct sl_kube_type type = pair->type;
    for (size_t i = 0; i < 2 && type.id == 0; i++) {
        struct sl_str kind = sl_node_text(sl_node_get(nodes[i], "kind"));
        struct sl_str api_version = sl_node_text(sl_node_get(nodes[i], "apiVersion"));
        if (kind.len > 0 && api_version.len > 0)
            type = sl_kube_resource(type.kube, api_version, kind);
    }
    return type;
}

/* What may lie on what: a map on a map, a list on a list, any scalar on any other. */
static enum sl_kind shape_of(const struct sl_node *node)
{
    return node->kind == SL_MAP || node->kind == SL_LIST ? node->kind : SL_STRING;
}

static int check_shapes(const struct sl_merge *merge, const struct sl_pair *pair, struct sl_err *err)
{
    char place[256];
    const struct sl_node *dest = pair->dest;
    const struct sl_node *origin = pair->origin;
    if (!is_there(dest) || !is_there(origin) || shape_of(dest) == shape_of(origin))
        return 0;
    return sl_merge_fail(merge, origin, err, "%s cannot be merged with the %s at %s",
                         sl_kind_name(origin->kind), strchr(sl_kind_name(dest->kind), ' ') + 1,
                         sl_mark_text(place, sizeof place, merge->doc, dest->mark));
}

int sl_merge_nodes(struct sl_node **out, struct sl_merge *merge, const struct sl_pair *pair,
                   struct sl_err *err)
{
    struct sl_pair typed = *pair;
    const struct sl_node *first = is_there(pair->dest) ? pair->dest : pair->origin;
    *out = NULL;
    if (pair->depth > SL_DOC_DEPTH_MAX)
        return sl_fail(err, SL_E_LIMIT, "nested deeper than %d levels", SL_DOC_DEPTH_MAX);
    if (check_shapes(merge, pair, err) < 0)
        return -1;
    if (!is_there(first)) {
        /* A null of the target stays when it is written out and the patch does not mention it. */
        *out = !pair->origin && is_spelled_null(pair->dest) ? pair->dest : NULL;
        return 0;
    }
    if (first->kind == SL_MAP) {
        typed.type = type_of(pair);
        return merge_maps(out, merge, &typed, err);
    }
    if (first->kind == SL_LIST) {
        struct sl_kube_merge how = sl_kube_merge_of(pair->type);
        if (how.merge)
            return merge_lists(out, merge, &typed, &how, err);
    }
    take_upper(out, pair);
    return 0;
}

int sl_strategic_merge(struct sl_node **out, struct sl_doc *doc, struct sl_node *target,
                       const struct sl_node *patch, struct sl_kube_type type, struct sl_err *err)
{
    SL_CLEANUP(release_merge) struct sl_merge merge = {.doc = doc};
    sl_arena_init(&merge.scratch, SL_DOC_MEMORY_MAX);
    struct sl_pair pair = {.dest = target, .origin = sl_node_copy(doc, doc, patch), .type = type};
    if (!pair.origin)
        return sl_node_fail(doc, err);
    return sl_merge_nodes(out, &merge, &pair, err);
}
