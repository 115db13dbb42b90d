#include "values_hint.h"

#include "base/cleanup.h"
#include "base/map.h"
#include "model/report.h"
#include "values_keys.h"

#include <strings.h>

enum { KEY_SHORT = 5, KEY_LONG = 9, KEY_ELSEWHERE = 6, WORD_SHORT = 4 };

/* Letters that may differ: short names are near to everything. */
static unsigned reach(struct sl_str key)
{
    return key.len < KEY_SHORT ? 1 : key.len < KEY_LONG ? 2 : 3;
}

/* -- the keys of a map -- */

struct names {
    struct knowing *knowing;
    struct sl_str *items; /* in the memory of `knowing` */
    size_t count, capacity;
    struct sl_map seen;
    bool lost; /* there was no memory */
};

static void names_release(struct names *names)
{
    sl_map_release(&names->seen);
}

static void add_name(void *context, struct sl_str key)
{
    struct names *names = context;
    struct sl_err ignored = {0};
    if (names->lost || sl_map_get(&names->seen, key))
        return;
    if (names->count == names->capacity) {
        size_t capacity = names->capacity ? 2 * names->capacity : 32;
        struct sl_str *items = sl_arena_array(&names->knowing->arena, capacity, sizeof *items);
        names->lost = !items;
        if (names->lost)
            return;
        if (names->count)
            memcpy(items, names->items, names->count * sizeof *items);
        names->items = items;
        names->capacity = capacity;
    }
    names->lost = sl_map_put(&names->seen, key, names, &ignored) < 0;
    names->items[names->count++] = key;
}

static int make_names(struct near_names **out, struct values_run *run, const struct values_slip *slip,
                      struct sl_err *err)
{
    SL_CLEANUP(names_release) struct names names = {.knowing = &run->knowing};
    sl_map_init(&names.seen);
    known_keys(slip->known, add_name, &names);
    for (const char *const *word = slip->words; word && *word; word++)
        add_name(&names, sl_str_from(*word));
    return names.lost ? sl_fail_memory(err) : near_names_new(out, names.items, names.count, err);
}

struct near {
    struct values_run *run;
    const struct values_slip *slip;
    struct values_guess *best;
    size_t index; /* of the best: of equals, the first */
};

static void try_near(void *context, size_t index, struct sl_str key, unsigned distance)
{
    struct near *near = context;
    struct values_guess *best = near->best;
    bool any = best->meant == VALUES_NEAR;
    /* Nothing of the name is left. */
    if (distance >= key.len || (any && distance > best->distance))
        return;
    bool beside = sl_node_index_entry(&near->run->knowing.index, near->slip->map->node, key) != NULL;
    if (any && distance == best->distance && (beside == best->beside ? index >= near->index : beside))
        return;
    *best = (struct values_guess){
        .meant = VALUES_NEAR, .key = key, .distance = distance, .beside = beside, .spent = best->spent};
    near->index = index;
}

/* A name of which only capitals differ is one letter away. */
static void try_case(void *context, struct sl_str key)
{
    struct near *near = context;
    struct values_guess *best = near->best;
    struct sl_str wrong = near->slip->key;
    if (best->distance == 1 || key.len != wrong.len || strncasecmp(key.ptr, wrong.ptr, key.len) != 0)
        return;
    bool beside = sl_node_index_entry(&near->run->knowing.index, near->slip->map->node, key) != NULL;
    *best = (struct values_guess){
        .meant = VALUES_NEAR, .key = key, .distance = 1, .beside = beside, .spent = best->spent};
}

int values_nearest(struct values_guess *out, struct values_run *run, const struct values_slip *slip,
                   struct sl_err *err)
{
    struct near near = {.run = run, .slip = slip, .best = out};
    *out = (struct values_guess){0};
    if (!*slip->names && make_names(slip->names, run, slip, err) < 0)
        return -1;
    near_names_each(*slip->names, slip->key, reach(slip->key), try_near, &near);
    if (out->meant != VALUES_NEAR || out->distance > 1)
        known_keys(slip->known, try_case, &near);
    out->spent = near_names_is_spent(*slip->names);
    return 0;
}

/* -- words -- */

struct alike {
    struct values_run *run;
    const struct values_slip *slip;
    struct sl_str found;
    bool several;
};

/* A plural is the same word. */
static struct sl_str stem(struct sl_str key)
{
    return key.len > KEY_SHORT && key.ptr[key.len - 1] == 's' ? sl_str_slice(key, 0, key.len - 1) : key;
}

static bool has_word(struct sl_str key, struct sl_str word)
{
    for (size_t at = 0; at + word.len <= key.len; at++)
        if (strncasecmp(key.ptr + at, word.ptr, word.len) == 0)
            return true;
    return false;
}

static void try_word(void *context, struct sl_str key)
{
    struct alike *alike = context;
    struct sl_str one = stem(alike->slip->key), other = stem(key);
    if (one.len < WORD_SHORT || other.len < WORD_SHORT || (!has_word(one, other) && !has_word(other, one)) ||
        sl_str_equal(key, alike->found) ||
        sl_node_index_entry(&alike->run->knowing.index, alike->slip->map->node, key))
        return;
    alike->several = alike->several || alike->found.len > 0;
    alike->found = key;
}

static void find_alike(struct values_guess *out, struct values_run *run, const struct values_slip *slip)
{
    struct alike alike = {.run = run, .slip = slip};
    struct sl_shown shown;
    known_keys(slip->known, try_word, &alike);
    if (alike.found.len == 0 || alike.several)
        return;
    sl_buf_text(&run->name, sl_shown(&shown, alike.found));
    out->meant = VALUES_ALIKE;
    out->key = alike.found;
}

/* -- elsewhere -- */

static void write_way(struct sl_buf *out, const struct values_way *way)
{
    for (size_t i = 0; i < way->length; i++) {
        struct sl_shown shown;
        if (i > 0)
            sl_buf_byte(out, '.');
        sl_buf_text(out, sl_shown(&shown, way->keys[i]));
    }
}

static void way_to(struct values_way *way, const struct place *place)
{
    if (!place->above || way->length == VALUES_WAY_MAX)
        return;
    way_to(way, place->above);
    if (!place->item && way->length < VALUES_WAY_MAX)
        way->keys[way->length++] = place->key;
}

int values_hint(struct values_guess *out, struct values_run *run, const struct values_slip *slip,
                struct sl_err *err)
{
    struct sl_shown shown;
    struct values_way from = {.length = 0}, found;
    sl_buf_reset(&run->name);
    if (values_nearest(out, run, slip, err) < 0)
        return -1;
    if (out->meant == VALUES_NEAR && !out->beside) {
        sl_buf_text(&run->name, sl_shown(&shown, out->key));
        return 0;
    }
    out->meant = VALUES_NOTHING;
    if (run->keys && values_keys_sources(run->keys) != slip->everything->count) {
        values_keys_free(run->keys);
        run->keys = NULL;
    }
    if (!run->keys && values_keys_new(&run->keys, slip->everything, err) < 0)
        return -1;
    way_to(&from, slip->map);
    out->distance = 0;
    bool any = values_keys_find(run->keys, slip->key, slip->key.len < KEY_ELSEWHERE ? 0 : 1, &from, &found,
                                &out->distance);
    if (!any || out->distance)
        find_alike(out, run, slip);
    if (!any || out->meant == VALUES_ALIKE)
        return 0;
    write_way(&run->name, &found);
    out->meant = out->distance ? VALUES_NEAR_ELSEWHERE : VALUES_ELSEWHERE;
    return 0;
}

void values_hint_release(struct values_run *run)
{
    values_keys_free(run->keys);
    run->keys = NULL;
}
