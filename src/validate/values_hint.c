#include "values_hint.h"

#include "base/limits.h"
#include "model/report.h"

#include <sealift/text.h>

enum { WAY_MAX = 32, KEY_LONG = 6 };

/* Letters that may differ: short names are near to everything. */
static unsigned reach(struct sl_str key)
{
    return key.len < 3 ? 1 : key.len < KEY_LONG ? 2 : 3;
}

struct near {
    struct values_run *run;
    const struct values_slip *slip;
    struct sl_str best;
    unsigned distance; /* of `best`; before there is one, one more than what still counts */
    bool free;         /* `best` is not in the map beside the wrong one */
};

static void try_near(void *context, struct sl_str key)
{
    struct near *near = context;
    if (near->run->nearness_left == 0)
        return;
    near->run->nearness_left--;
    unsigned distance = sl_edit_distance(near->slip->key, key, near->distance);
    /* Nothing of the name is left. */
    if (distance > near->distance || distance >= key.len || (!near->best.ptr && distance == near->distance))
        return;
    bool free = !sl_node_entry(near->slip->map->node, key);
    if (distance == near->distance && (near->free || !free))
        return;
    near->best = key;
    near->distance = distance;
    near->free = free;
}

struct sl_str values_nearest(struct values_run *run, const struct values_slip *slip, unsigned *distance)
{
    struct near near = {.run = run, .slip = slip, .distance = reach(slip->key) + 1};
    known_keys(slip->known, try_near, &near);
    for (const char *const *word = slip->words; word && *word; word++)
        try_near(&near, sl_str_from(*word));
    *distance = near.distance;
    return near.best;
}

/* -- elsewhere -- */

/* A way down from the root. */
struct way {
    struct sl_str keys[WAY_MAX];
    size_t length;
};

struct search {
    struct values_run *run;
    const struct values_slip *slip;
    struct way from; /* to the map of the wrong key */
    struct way here, best;
    unsigned distance; /* of the best key */
    size_t steps;      /* between the two maps */
};

static size_t steps_between(const struct way *from, const struct way *to)
{
    size_t common = 0;
    while (common < from->length && common + 1 < to->length &&
           sl_str_equal(from->keys[common], to->keys[common]))
        common++;
    return from->length - common + (to->length - 1 - common);
}

static void try_here(struct search *search, struct sl_str key)
{
    if (search->run->nearness_left == 0)
        return;
    search->run->nearness_left--;
    unsigned distance = sl_edit_distance(search->slip->key, key, search->distance);
    if (distance > search->distance || distance >= key.len)
        return;
    size_t steps = steps_between(&search->from, &search->here);
    if (search->best.length && distance == search->distance && steps >= search->steps)
        return;
    search->best = search->here;
    search->distance = distance;
    search->steps = steps;
}

/* NOLINTNEXTLINE(misc-no-recursion): no deeper than WAY_MAX. */
static void search_below(struct search *search, const struct known_source *source)
{
    const struct sl_node *map =
        source->origin == KNOWN_SCHEMA ? sl_node_get(source->node, "properties") : source->node;
    struct way *here = &search->here;
    if (here->length == WAY_MAX)
        return;
    here->length++;
    for (uint32_t i = 0; map && map->kind == SL_MAP && i < map->count; i++) {
        const struct sl_entry *entry = &map->as.entries[i];
        struct known_source below = {
            .origin = source->origin, .node = entry->value, .schema_root = source->schema_root};
        here->keys[here->length - 1] = entry->key;
        try_here(search, entry->key);
        search_below(search, &below);
    }
    for (size_t i = 0; source->chart && i < source->chart->subchart_count; i++) {
        const struct sl_chart *inside = &source->chart->subcharts[i];
        struct known_source below = {.origin = KNOWN_DEFAULT, .node = inside->values, .chart = inside};
        here->keys[here->length - 1] = inside->name;
        search_below(search, &below);
    }
    here->length--;
}

static void way_to(struct way *way, const struct place *place)
{
    if (!place->above || way->length == WAY_MAX)
        return;
    way_to(way, place->above);
    if (!place->item && way->length < WAY_MAX)
        way->keys[way->length++] = place->key;
}

static void write_way(struct sl_buf *out, const struct way *way)
{
    for (size_t i = 0; i < way->length; i++) {
        struct sl_shown shown;
        if (i > 0)
            sl_buf_byte(out, '.');
        sl_buf_text(out, sl_shown(&shown, way->keys[i]));
    }
}

enum values_meant values_hint(struct values_run *run, const struct values_slip *slip, unsigned *distance)
{
    struct sl_shown shown;
    struct sl_str near = values_nearest(run, slip, distance);
    sl_buf_reset(&run->name);
    if (near.ptr) {
        sl_buf_text(&run->name, sl_shown(&shown, near));
        return VALUES_NEAR;
    }
    struct search search = {.run = run, .slip = slip, .distance = slip->key.len < KEY_LONG ? 0 : 1};
    way_to(&search.from, slip->map);
    for (size_t i = 0; i < slip->everything->count; i++)
        search_below(&search, &slip->everything->items[i]);
    write_way(&run->name, &search.best);
    *distance = search.distance;
    if (search.best.length == 0)
        return VALUES_NOTHING;
    return search.distance ? VALUES_NEAR_ELSEWHERE : VALUES_ELSEWHERE;
}
