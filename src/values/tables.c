#include "tables.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "model/report.h"

/* From this many keys on an index pays for itself. */
enum { INDEX_FROM = 16 };

int table_open(struct table *table, struct sl_doc *doc, struct sl_node *map, struct sl_err *err)
{
    *table = (struct table){.doc = doc, .map = map};
    sl_map_init(&table->index);
    if (map->count < INDEX_FROM)
        return 0;
    table->places = sl_arena_array(&doc->arena, map->count, sizeof *table->places);
    if (!table->places)
        return sl_fail_memory(err);
    for (uint32_t i = 0; i < map->count; i++) {
        table->places[i] = i;
        if (sl_map_put(&table->index, map->as.entries[i].key, &table->places[i], err) < 0)
            return -1;
    }
    return 0;
}

void table_close(struct table *table)
{
    struct sl_node *map = table->map;
    sl_map_release(&table->index);
    if (!table->removed)
        return;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < map->count; i++)
        if (map->as.entries[i].value)
            map->as.entries[kept++] = map->as.entries[i];
    map->count = kept;
    table->removed = false;
}

struct sl_entry *table_find(const struct table *table, struct sl_str key)
{
    struct sl_entry *entry = NULL;
    if (table->places) {
        const uint32_t *place = sl_map_get(&table->index, key);
        entry = place ? &table->map->as.entries[*place] : NULL;
    } else {
        entry = sl_node_entry(table->map, key);
    }
    return entry && entry->value ? entry : NULL;
}

int tables_push(struct sl_doc *doc, struct sl_node *map, const struct sl_entry *from, struct sl_node *value,
                struct sl_err *err)
{
    if (!value)
        return sl_node_fail(doc, err);
    if (map->count == map->as.capacity) {
        uint32_t capacity = map->as.capacity ? 2 * map->as.capacity : 4;
        struct sl_entry *entries = sl_arena_array(&doc->arena, capacity, sizeof *entries);
        if (!entries)
            return sl_fail_memory(err);
        if (map->count)
            memcpy(entries, map->as.entries, map->count * sizeof *entries);
        map->as.entries = entries;
        map->as.capacity = capacity;
    }
    map->as.entries[map->count++] =
        (struct sl_entry){.key = from->key, .value = value, .key_mark = from->key_mark};
    return 0;
}

int table_add(struct table *table, const struct sl_entry *from, struct sl_node *value, struct sl_err *err)
{
    return tables_push(table->doc, table->map, from, value, err);
}

void table_remove(struct table *table, struct sl_entry *entry)
{
    entry->value = NULL;
    table->removed = true;
}

int tables_set(struct sl_doc *doc, struct sl_node *map, struct sl_str key, struct sl_node *value,
               struct sl_err *err)
{
    struct sl_entry *there = sl_node_entry(map, key);
    if (there && value) {
        there->value = value;
        return 0;
    }
    struct sl_entry entry = {.key = key};
    return tables_push(doc, map, &entry, value, err);
}

static int copy_at(struct sl_node **out, struct sl_doc *doc, const struct sl_node *node, bool clean,
                   unsigned depth, struct sl_err *err)
{
    if (depth > SL_DOC_DEPTH_MAX)
        return sl_fail(err, SL_E_LIMIT, "values are nested deeper than %d levels", SL_DOC_DEPTH_MAX);
    struct sl_node *copy = sl_node_map(doc);
    if (!copy)
        return sl_node_fail(doc, err);
    copy->mark = node->mark;
    for (uint32_t i = 0; i < node->count; i++) {
        const struct sl_entry *entry = &node->as.entries[i];
        struct sl_node *value = entry->value;
        if (clean && value->kind == SL_NULL)
            continue;
        if (value->kind == SL_MAP && copy_at(&value, doc, value, clean, depth + 1, err) < 0)
            return -1;
        if (tables_push(doc, copy, entry, value, err) < 0)
            return -1;
    }
    *out = copy;
    return 0;
}

int tables_copy(struct sl_node **out, struct sl_doc *doc, const struct sl_node *node, bool clean,
                struct sl_err *err)
{
    if (node && node->kind == SL_MAP)
        return copy_at(out, doc, node, clean, 0, err);
    *out = sl_node_map(doc);
    return *out ? 0 : sl_node_fail(doc, err);
}

/* Whether the mark leads into a chart: nobody who packs can change what stands there. */
static bool is_of_chart(const struct sl_doc *doc, struct sl_mark mark)
{
    if (mark.file == 0 || mark.file > doc->file_count)
        return true;
    struct sl_str name = doc->files[mark.file - 1];
    return sl_str_find(name, '!') < name.len;
}

int tables_warn(const struct helm *helm, struct sl_str key, const struct sl_node *high, struct sl_err *err)
{
    if (!helm->findings || helm->silent || is_of_chart(helm->doc, high->mark))
        return 0;
    bool map = high->kind == SL_MAP;
    struct sl_shown shown;
    struct sl_finding finding = sl_finding_at(helm->doc, high->mark, SL_WARNING,
                                              map ? "values/map-over-scalar" : "values/scalar-over-map");
    finding.hint = SL_STR("Helm takes it with a warning; templates are made for what the chart has there");
    return sl_finding_report(helm->findings, &finding, err, "%s is %s here, and the chart has %s",
                             sl_shown(&shown, key), sl_kind_name(high->kind),
                             map ? "none there" : "a map there");
}

static int merge_at(const struct helm *helm, struct sl_node *high, struct sl_node *low, bool keep,
                    unsigned depth, struct sl_err *err);

/* A key that both maps may have. */
static int merge_key(const struct helm *helm, struct table *high, const struct sl_entry *below, bool keep,
                     unsigned depth, struct sl_err *err)
{
    struct sl_entry *above = table_find(high, below->key);
    if (!above)
        return table_add(high, below, below->value, err);
    enum sl_kind kind = above->value->kind;
    enum sl_kind below_kind = below->value->kind;
    if (kind == SL_NULL) {
        if (!keep && (helm->compat != SL_HELM_4_2 || below_kind != SL_NULL))
            table_remove(high, above);
        return 0;
    }
    if (kind == SL_MAP && below_kind == SL_MAP)
        return merge_at(helm, above->value, below->value, keep, depth + 1, err);
    if ((kind == SL_MAP) != (below_kind == SL_MAP) && below_kind != SL_NULL)
        return tables_warn(helm, below->key, above->value, err);
    return 0;
}

static int merge_at(const struct helm *helm, struct sl_node *high, struct sl_node *low, bool keep,
                    unsigned depth, struct sl_err *err)
{
    if (depth > SL_DOC_DEPTH_MAX)
        return sl_fail(err, SL_E_LIMIT, "values are nested deeper than %d levels", SL_DOC_DEPTH_MAX);
    if (high == low)
        return 0;
    uint32_t own = high->count;
    SL_CLEANUP(table_close) struct table table;
    if (table_open(&table, helm->doc, high, err) < 0)
        return -1;
    for (uint32_t i = 0; i < low->count; i++)
        if (merge_key(helm, &table, &low->as.entries[i], keep, depth, err) < 0)
            return -1;
    /* These versions also take away a null over nothing, but only in a map that the chart has too. */
    for (uint32_t i = 0; helm->compat == SL_HELM_3_20 && !keep && i < own; i++)
        if (high->as.entries[i].value && high->as.entries[i].value->kind == SL_NULL)
            table_remove(&table, &high->as.entries[i]);
    return 0;
}

int tables_merge(const struct helm *helm, struct sl_node *high, struct sl_node *low, bool keep,
                 struct sl_err *err)
{
    return merge_at(helm, high, low, keep, 0, err);
}
