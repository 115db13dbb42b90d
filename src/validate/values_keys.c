#include "values_keys.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "near.h"

#include <stdlib.h>

/* Of one name, so many places are compared. */
enum { SAME_MAX = 256 };

/* A key at one place; places count from 1, 0 is none. */
struct spot {
    struct sl_str key;
    uint32_t above, next; /* the key above; the next place of the same key */
    uint32_t depth;       /* keys on the way, with this one */
};

struct values_keys {
    struct spot *spots;
    uint32_t count, capacity;
    struct sl_map first;  /* the first place of each name: a struct name */
    struct name *names;   /* in the order of their first places */
    struct sl_str *texts; /* of the names */
    size_t name_count, name_capacity;
    struct near_names *near; /* of the names; NULL before it is asked for */
    size_t sources;
};

struct name {
    uint32_t first, last; /* places */
};

void values_keys_free(struct values_keys *keys)
{
    if (!keys)
        return;
    sl_map_release(&keys->first);
    near_names_free(keys->near);
    free(keys->spots);
    free(keys->names);
    free(keys->texts);
    free(keys);
}

static void free_keysp(struct values_keys **keys)
{
    values_keys_free(*keys);
}

size_t values_keys_sources(const struct values_keys *keys)
{
    return keys->sources;
}

static int make_room(struct values_keys *keys, struct sl_err *err)
{
    if (keys->count == keys->capacity) {
        uint32_t capacity = keys->capacity ? 2 * keys->capacity : 256;
        struct spot *spots = realloc(keys->spots, capacity * sizeof *spots);
        if (!spots)
            return sl_fail_memory(err);
        keys->spots = spots;
        keys->capacity = capacity;
    }
    if (keys->name_count < keys->name_capacity)
        return 0;
    size_t capacity = keys->name_capacity ? 2 * keys->name_capacity : 256;
    struct name *names = realloc(keys->names, capacity * sizeof *names);
    if (names)
        keys->names = names;
    struct sl_str *texts = realloc(keys->texts, capacity * sizeof *texts);
    if (texts)
        keys->texts = texts;
    if (!names || !texts)
        return sl_fail_memory(err);
    keys->name_capacity = capacity;
    return 0;
}

/* The map holds places in the array of names as pointers that are never followed: the array moves. */
static size_t name_of(const struct values_keys *keys, struct sl_str key)
{
    return (size_t)(uintptr_t)sl_map_get(&keys->first, key);
}

/* The place of a key below another one. 0: there are too many. */
static int add_spot(struct values_keys *keys, uint32_t above, struct sl_str key, uint32_t *at,
                    struct sl_err *err)
{
    *at = 0;
    if (keys->count == SL_VALIDATE_KEYS_MAX)
        return 0;
    if (make_room(keys, err) < 0)
        return -1;
    *at = ++keys->count;
    keys->spots[*at - 1] =
        (struct spot){.key = key, .above = above, .depth = above ? keys->spots[above - 1].depth + 1 : 1};
    size_t name = name_of(keys, key);
    if (name) {
        keys->spots[keys->names[name - 1].last - 1].next = *at;
        keys->names[name - 1].last = *at;
        return 0;
    }
    keys->texts[keys->name_count] = key;
    keys->names[keys->name_count++] = (struct name){.first = *at, .last = *at};
    /* NOLINTNEXTLINE(performance-no-int-to-ptr): a number, see name_of(). */
    return sl_map_put(&keys->first, key, (void *)(uintptr_t)keys->name_count, err) < 0 ? -1 : 0;
}

/* NOLINTNEXTLINE(misc-no-recursion): no deeper than VALUES_WAY_MAX. */
static int add_below(struct values_keys *keys, uint32_t above, const struct known_source *source,
                     struct sl_err *err)
{
    const struct sl_node *map =
        source->origin == KNOWN_SCHEMA ? sl_node_get(source->node, "properties") : source->node;
    uint32_t at;
    if (above && keys->spots[above - 1].depth == VALUES_WAY_MAX)
        return 0;
    for (uint32_t i = 0; map && map->kind == SL_MAP && i < map->count; i++) {
        const struct sl_entry *entry = &map->as.entries[i];
        struct known_source below = {.origin = source->origin,
                                     .node = entry->value,
                                     .schema_root = source->schema_root,
                                     .schema = source->schema};
        if (add_spot(keys, above, entry->key, &at, err) < 0 || (at && add_below(keys, at, &below, err) < 0))
            return -1;
    }
    for (size_t i = 0; source->chart && i < source->chart->subchart_count; i++) {
        const struct sl_chart *inside = &source->chart->subcharts[i];
        struct known_source below = {.origin = KNOWN_DEFAULT, .node = inside->values, .chart = inside};
        if (add_spot(keys, above, inside->name, &at, err) < 0 || (at && add_below(keys, at, &below, err) < 0))
            return -1;
    }
    return 0;
}

int values_keys_new(struct values_keys **out, const struct known *everything, struct sl_err *err)
{
    SL_CLEANUP(free_keysp) struct values_keys *keys = calloc(1, sizeof *keys);
    if (!keys)
        return sl_fail_memory(err);
    sl_map_init(&keys->first);
    keys->sources = everything->count;
    for (size_t i = 0; i < everything->count; i++)
        if (add_below(keys, 0, &everything->items[i], err) < 0)
            return -1;
    if (near_names_new(&keys->near, keys->texts, keys->name_count, err) < 0)
        return -1;
    *out = sl_steal(&keys);
    return 0;
}

static void way_to(struct values_way *way, const struct values_keys *keys, uint32_t at)
{
    way->length = keys->spots[at - 1].depth;
    for (size_t i = way->length; i-- > 0; at = keys->spots[at - 1].above)
        way->keys[i] = keys->spots[at - 1].key;
}

static size_t steps_between(const struct values_way *from, const struct values_way *to)
{
    size_t common = 0;
    while (common < from->length && common + 1 < to->length &&
           sl_str_equal(from->keys[common], to->keys[common]))
        common++;
    return from->length - common + (to->length - 1 - common);
}

struct search {
    const struct values_keys *keys;
    const struct values_way *from;
    struct values_way *found;
    size_t steps; /* to the best; SIZE_MAX: there is none */
    size_t index; /* of its name: of equals, the first */
};

static void try_name(struct search *search, size_t index)
{
    uint32_t at = search->keys->names[index].first;
    struct values_way way;
    for (size_t tried = 0; at && tried < SAME_MAX; tried++, at = search->keys->spots[at - 1].next) {
        way_to(&way, search->keys, at);
        size_t steps = steps_between(search->from, &way);
        if (steps > search->steps || (steps == search->steps && index >= search->index))
            continue;
        search->steps = steps;
        search->index = index;
        *search->found = way;
    }
}

static void visit(void *context, size_t index, struct sl_str name, unsigned distance)
{
    if (distance < name.len)
        try_name(context, index);
}

bool values_keys_find(struct values_keys *keys, struct sl_str key, unsigned limit,
                      const struct values_way *from, struct values_way *found, unsigned *distance)
{
    struct search search = {.keys = keys, .from = from, .found = found, .steps = SIZE_MAX, .index = SIZE_MAX};
    size_t name = name_of(keys, key);
    *distance = name ? 0 : 1;
    if (name)
        try_name(&search, name - 1);
    else if (limit)
        near_names_each(keys->near, key, 1, visit, &search);
    return search.steps != SIZE_MAX;
}
