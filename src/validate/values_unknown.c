/*
 * values/unknown-key: keys that nothing reads, because they are misspelt or in the wrong place.
 */
#include "base/limits.h"
#include "model/report.h"
#include "values_hint.h"
#include "values_rules.h"
#include "values_words.h"

#include <stdio.h>

enum { DEPTH_MAX = 64, KEY_LONG = 8 };

/* A walk along one layer. */
struct walk {
    struct values_run *run;
    const struct sl_values_layer *layer;
    const struct known *everything; /* of the root */
    bool proven;                    /* a chart says what there is */
};

/* The map that is looked at. */
struct map {
    const struct place *place;
    struct known known;
    const char *const *words; /* Kubernetes' own keys of such a map, or NULL */
    bool open;                /* any key may stand here, but for one that is a slip of the pen */
    unsigned depth;
};

/* Without the chart a key that resembles none of those the release sets may well be one of the chart's. */
static bool is_worth_telling(const struct walk *walk, enum values_meant meant, unsigned distance,
                             struct sl_str key)
{
    if (walk->proven)
        return true;
    return (meant == VALUES_NEAR || meant == VALUES_NEAR_ELSEWHERE) &&
           distance <= (key.len < KEY_LONG ? 1 : 2);
}

static int report(struct walk *walk, const struct map *map, const struct sl_entry *entry, struct sl_err *err)
{
    struct values_run *run = walk->run;
    const struct place place = {.above = map->place, .key = entry->key, .node = entry->value};
    const struct values_slip slip = {&map->known, map->words, map->place, entry->key, walk->everything};
    unsigned distance;
    enum values_meant meant = values_hint(run, &slip, &distance);
    if (!is_worth_telling(walk, meant, distance, entry->key))
        return 0;
    struct sl_mark mark = entry->key_mark.file ? entry->key_mark : entry->value->mark;
    struct sl_finding finding =
        sl_finding_at(walk->layer->doc, mark.file ? mark : walk->layer->mark,
                      meant == VALUES_NOTHING ? SL_WARNING : SL_ERROR, "values/unknown-key");
    struct sl_shown key, application;
    char hint[256] = "take it out, or let a schema say that it is meant: releases/V/schemas/APP.schema.json";
    if (meant != VALUES_NOTHING)
        (void)snprintf(hint, sizeof hint, "did you mean %s?", run->name.ptr);
    sl_buf_reset(&run->pointer);
    place_pointer(&run->pointer, &place);
    run->lost = run->lost || run->pointer.fail || run->name.fail;
    if (run->lost)
        return sl_fail_memory(err);
    if (finding.file.len == 0)
        finding.file = walk->layer->file;
    finding.pointer = sl_buf_view(&run->pointer);
    finding.hint = sl_str_from(hint);
    return sl_finding_report(
        run->knowing.subject->reading->findings, &finding, err,
        walk->proven
            ? "%s is known to no chart default, schema or lower layer of %s"
            : "%s is in no schema and no lower layer of %s, and the release does not carry its chart",
        sl_shown(&key, entry->key), sl_shown(&application, run->values->application));
}

/* A name that is wrong where any would do: one letter away from Kubernetes' own, or from what other items have, which is
 * missing here. */
static bool is_slip(struct walk *walk, const struct map *map, struct sl_str key)
{
    const struct values_slip slip = {&map->known, map->words, map->place, key, walk->everything};
    unsigned distance;
    struct sl_str near = values_nearest(walk->run, &slip, &distance);
    return near.ptr && distance <= 1 && !sl_node_entry(map->place->node, near);
}

static bool is_unknown(struct walk *walk, const struct map *map, struct sl_str key)
{
    if (known_has(&map->known, key) || values_is_word(map->words, key))
        return false;
    return !map->open || is_slip(walk, map, key);
}

/* The map is one of Kubernetes' own if what is known of it looks like it. */
struct looks {
    const char *const *words;
    bool any, alike;
};

static void look_at(void *context, struct sl_str key)
{
    struct looks *looks = context;
    looks->any = true;
    looks->alike = looks->alike || values_is_word(looks->words, key);
}

static const char *const *words_of(const struct known *known, struct sl_str key)
{
    struct looks looks = {.words = values_words(key)};
    if (looks.words)
        known_keys(known, look_at, &looks);
    return !looks.any || looks.alike ? looks.words : NULL;
}

static int check_map(struct walk *walk, const struct map *map, struct sl_err *err);

/* Items are told apart by nothing, so all keys that any of those known has are known of each. */
/* NOLINTNEXTLINE(misc-no-recursion): no deeper than DEPTH_MAX. */
static int check_items(struct walk *walk, const struct map *list, struct sl_str key, struct sl_err *err)
{
    struct known items;
    if (known_items(&items, &walk->run->knowing, &list->known, err) < 0)
        return -1;
    for (size_t i = 0; i < items.count; i++)
        if (!items.items[i].node || items.items[i].node->kind != SL_MAP)
            return 0;
    bool open = true;
    for (size_t i = 0; i < items.count; i++)
        open = open && items.items[i].origin != KNOWN_SCHEMA;
    for (size_t i = 0; i < place_items(list->place); i++) {
        const struct place place = place_item(list->place, i);
        const struct map map = {.place = &place,
                                .known = items,
                                .words = values_words(key),
                                .open = open || known_is_open(&items),
                                .depth = list->depth + 1};
        if (place.node->kind == SL_MAP && check_map(walk, &map, err) < 0)
            return -1;
    }
    return 0;
}

/* NOLINTNEXTLINE(misc-no-recursion): no deeper than DEPTH_MAX. */
static int check_below(struct walk *walk, const struct map *map, const struct place *place,
                       struct sl_err *err)
{
    if ((place->node->kind != SL_MAP && place->node->kind != SL_LIST) || values_is_free(place->key))
        return 0;
    struct map below = {.place = place, .depth = map->depth + 1};
    if (known_below(&below.known, &walk->run->knowing, &map->known, place->key, err) < 0)
        return -1;
    if (place->node->kind == SL_LIST)
        return check_items(walk, &below, place->key, err);
    below.open = known_is_open(&below.known);
    below.words = below.open ? values_words(place->key) : words_of(&below.known, place->key);
    return check_map(walk, &below, err);
}

/* NOLINTNEXTLINE(misc-no-recursion): no deeper than DEPTH_MAX. */
static int check_map(struct walk *walk, const struct map *map, struct sl_err *err)
{
    if (map->depth > DEPTH_MAX)
        return 0;
    for (uint32_t i = 0; i < map->place->node->count; i++) {
        const struct sl_entry *entry = &map->place->node->as.entries[i];
        const struct place place = place_entry(map->place, i);
        if (is_unknown(walk, map, entry->key)) {
            if (report(walk, map, entry, err) < 0)
                return -1;
        } else if (check_below(walk, map, &place, err) < 0) {
            return -1;
        }
    }
    return 0;
}

/* Where the chart is not there, the release's own layers are what is known. */
static bool is_reference(enum sl_layer_kind kind)
{
    return kind == SL_LAYER_BASE || kind == SL_LAYER_RELEASE || kind > SL_LAYER_CUSTOMER;
}

static int add_layer(struct known *known, struct knowing *knowing, const struct sl_values_layer *layer,
                     struct sl_err *err)
{
    struct known_source source = {.origin = KNOWN_LAYER, .node = layer->root};
    return layer->root ? known_add(known, knowing, source, err) : 0;
}

int values_check_keys(struct values_run *run, struct sl_err *err)
{
    struct known known = run->release;
    const struct sl_values *values = run->values;
    bool proven = values->chart != NULL;
    for (size_t i = 0; !proven && i < values->layer_count; i++)
        if (is_reference(values->layers[i].kind) &&
            add_layer(&known, &run->knowing, &values->layers[i], err) < 0)
            return -1;
    for (size_t i = 0; i < values->layer_count; i++) {
        const struct sl_values_layer *layer = &values->layers[i];
        bool reference = layer->kind == SL_LAYER_CHART || (!proven && is_reference(layer->kind));
        struct walk walk = {run, layer, &known, proven};
        if (reference)
            continue;
        if (values_is_checked(run, layer)) {
            const struct place root = place_root(layer->root);
            const struct map map = {.place = &root, .known = known, .open = known_is_open(&known)};
            if (check_map(&walk, &map, err) < 0)
                return -1;
        }
        if (add_layer(&known, &run->knowing, layer, err) < 0)
            return -1;
    }
    return 0;
}
