/*
 * values/unknown-key: keys that nothing reads, because they are misspelt or in the wrong place.
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "manifest_index.h"
#include "model/report.h"
#include "values_hint.h"
#include "values_rules.h"
#include "values_siblings.h"
#include "values_words.h"

#include <stdio.h>

enum { DEPTH_MAX = 64, KEY_LONG = 8 };

/* A walk along one layer. */
struct walk {
    struct values_run *run;
    const struct sl_values_layer *layer;
    const struct known *everything; /* of the root */
    bool proven;                    /* a chart says what there is */
    bool loose;  /* nobody knows what there is, and the layer may be right: only slips of the pen are told */
    bool *doubt; /* not NULL: nothing is told, but that something would be */
};

/* The map that is looked at. */
struct map {
    const struct place *place;
    struct known known;
    const char *const *words; /* Kubernetes' own keys of such a map, or NULL */
    bool open;                /* any key may stand here, but for one that is a slip of the pen */
    bool loose;               /* open, with all that is below: another program's configuration */
    unsigned depth;
    struct near_names **names; /* for hints, see values_hint.h */
};

/* Without the chart a key that resembles none of those the release sets may well be one of the chart's. */
static bool is_worth_telling(const struct walk *walk, const struct values_guess *guess, struct sl_str key)
{
    if (walk->proven)
        return true;
    bool near = guess->meant == VALUES_NEAR || guess->meant == VALUES_NEAR_ELSEWHERE ||
                (guess->meant == VALUES_ALIKE && guess->distance > 0);
    return near && guess->distance <= (key.len < KEY_LONG ? 1 : 2);
}

/* An error is what can hardly be meant, and what nothing can read: a slip of the pen, for a key that is not there, in a map
 * of which all is known. What stands in another map, or resembles one that stands beside it, may be a key that the chart's
 * values.yaml does not list. */
static enum sl_severity severity_of(const struct map *map, const struct values_guess *guess,
                                    struct sl_str key)
{
    bool slip = guess->meant == VALUES_NEAR && !map->loose && guess->distance <= (key.len < KEY_LONG ? 1 : 2);
    return slip && known_is_sure(&map->known) ? SL_ERROR : SL_WARNING;
}

static struct values_slip slip_of(const struct walk *walk, const struct map *map, struct sl_str key)
{
    return (struct values_slip){&map->known, map->words, map->place, key, walk->everything, map->names};
}

static const char *write_hint(char *hint, size_t size, const struct values_run *run, const struct map *map,
                              const struct values_guess *guess)
{
    const char *what =
        known_is_sure(&map->known) ? "take it out" : "take it out if nothing in the chart reads it";
    if (guess->meant != VALUES_NOTHING)
        (void)snprintf(hint, size, "did you mean %s?", run->name.ptr);
    else
        (void)snprintf(
            hint, size, "%s%s, or let a schema say that it is meant: releases/V/schemas/APP.schema.json",
            guess->spent ? "the map has too many keys to look for the one that is meant; " : "", what);
    return hint;
}

/* 1: told; 0: not worth telling; -1. */
static int report(struct walk *walk, const struct map *map, const struct sl_entry *entry, struct sl_err *err)
{
    struct values_run *run = walk->run;
    const struct place place = {.above = map->place, .key = entry->key, .node = entry->value};
    const struct values_slip slip = slip_of(walk, map, entry->key);
    struct values_guess guess;
    if (values_hint(&guess, run, &slip, err) < 0)
        return -1;
    if (!is_worth_telling(walk, &guess, entry->key))
        return 0;
    struct sl_mark mark = entry->key_mark.file ? entry->key_mark : entry->value->mark;
    struct sl_finding finding = sl_finding_at(walk->layer->doc, mark.file ? mark : walk->layer->mark,
                                              severity_of(map, &guess, entry->key), "values/unknown-key");
    struct sl_shown key, application;
    char hint[256];
    sl_buf_reset(&run->pointer);
    place_pointer(&run->pointer, &place);
    run->lost = run->lost || run->pointer.fail || run->name.fail;
    if (run->lost)
        return sl_fail_memory(err);
    if (finding.file.len == 0)
        finding.file = walk->layer->file;
    finding.pointer = sl_buf_view(&run->pointer);
    finding.hint = sl_str_from(write_hint(hint, sizeof hint, run, map, &guess));
    int told = sl_finding_report(
        run->knowing.subject->reading->findings, &finding, err,
        walk->proven
            ? "%s is known to no chart default, schema or lower layer of %s"
            : "%s is in no schema and no lower layer of %s, and the release does not carry its chart",
        sl_shown(&key, entry->key), sl_shown(&application, run->values->application));
    return told < 0 ? -1 : 1;
}

static bool is_separator(char byte)
{
    return byte == '-' || byte == '_' || byte == '.';
}

/* Names that somebody has counted or lettered: worker1 and worker2, zone-a and zone-b, http and https. Slips of the pen are
 * rarely at the end or the beginning of a word, and short words are near to everything. */
static bool is_sibling(struct sl_str key, struct sl_str other)
{
    size_t same = 0, length = key.len < other.len ? key.len : other.len, from, to;
    while (same < length && key.ptr[same] == other.ptr[same])
        same++;
    for (from = same; from > 0 && !is_separator(key.ptr[from - 1]);)
        from--;
    for (to = same; to < key.len && !is_separator(key.ptr[to]);)
        to++;
    size_t end = same + 1 < to ? to - same : 0;
    return same == from || end < 2 || to - from < 5 || !manifest_is_slip(key, other);
}

/* A name that is wrong where any would do: one letter away from Kubernetes' own, or from what other items have, which is
 * missing here. 1, 0, -1. */
static int is_slip(struct walk *walk, const struct map *map, struct sl_str key, struct sl_err *err)
{
    const struct values_slip slip = slip_of(walk, map, key);
    struct values_guess guess;
    if (values_nearest(&guess, walk->run, &slip, err) < 0)
        return -1;
    if (guess.meant != VALUES_NEAR || guess.distance > 1 || guess.beside)
        return 0;
    return known_is_ranged(&map->known) ? !is_sibling(key, guess.key)
                                        : !walk->loose || manifest_is_slip(key, guess.key);
}

static int is_unknown(struct walk *walk, const struct map *map, struct sl_str key, struct sl_err *err)
{
    if (known_has(&walk->run->knowing, &map->known, key) || values_is_word(map->words, key))
        return 0;
    int permitted = known_permits(&map->known, key, err);
    if (permitted != 0)
        return permitted < 0 ? -1 : 0;
    return map->open ? is_slip(walk, map, key, err) : 1;
}

static const char *const *words_at(const struct place *place)
{
    struct sl_str above = place->above ? place->above->key : (struct sl_str){0};
    return values_words(above, place->key);
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

static const char *const *words_of(const struct known *known, const struct place *place)
{
    struct looks looks = {.words = words_at(place)};
    if (looks.words)
        known_keys(known, look_at, &looks);
    return !looks.any || looks.alike ? looks.words : NULL;
}

static int check_map(struct walk *walk, const struct map *map, struct sl_err *err);

/* Items are told apart by nothing, so all keys that any of those known has are known of each. */
/* NOLINTNEXTLINE(misc-no-recursion): no deeper than DEPTH_MAX. */
static int check_items(struct walk *walk, const struct map *list, struct sl_err *err)
{
    struct known items;
    if (known_items(&items, &walk->run->knowing, &list->known, err) < 0)
        return -1;
    for (size_t i = 0; i < items.count; i++)
        if (items.items[i].origin != KNOWN_READ &&
            (!items.items[i].node || items.items[i].node->kind != SL_MAP))
            return 0;
    bool open = true;
    SL_CLEANUP(near_names_freep) struct near_names *names = NULL;
    for (size_t i = 0; i < items.count; i++)
        open = open && items.items[i].origin != KNOWN_SCHEMA;
    for (size_t i = 0; i < place_items(list->place); i++) {
        const struct place place = place_item(list->place, i);
        const struct map map = {.place = &place,
                                .known = items,
                                .words = words_at(list->place),
                                .open = open || list->loose || known_is_open(&items),
                                .loose = list->loose,
                                .depth = list->depth + 1,
                                .names = &names};
        if (place.node->kind == SL_MAP && check_map(walk, &map, err) < 0)
            return -1;
    }
    return 0;
}

/* NOLINTNEXTLINE(misc-no-recursion): no deeper than DEPTH_MAX. */
static int check_below(struct walk *walk, const struct map *map, const struct place *place,
                       struct sl_err *err)
{
    bool list = place->node->kind == SL_LIST;
    /* A map of them may have any key; items of a list are Kubernetes' own: env, extraVolumes. */
    if ((!list && place->node->kind != SL_MAP) || (values_is_free(place->key) && !(list && words_at(place))))
        return 0;
    SL_CLEANUP(near_names_freep) struct near_names *names = NULL;
    struct map below = {.place = place,
                        .loose = map->loose || values_is_configuration(place->key),
                        .depth = map->depth + 1,
                        .names = &names};
    if (known_below(&below.known, &walk->run->knowing, &map->known, place->key, err) < 0)
        return -1;
    if (list)
        return check_items(walk, &below, err);
    int alike = values_siblings(&below.known, &walk->run->knowing, &map->known, map->place, place->key, err);
    if (alike < 0)
        return -1;
    below.open = below.loose || alike > 0 || known_is_open(&below.known);
    below.words = below.open ? words_at(place) : words_of(&below.known, place);
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
        int unknown = is_unknown(walk, map, entry->key, err);
        if (unknown > 0 && walk->doubt) {
            *walk->doubt = true;
            return 0;
        }
        int told = unknown > 0 ? report(walk, map, entry, err) : unknown;
        if (told < 0 || (told == 0 && check_below(walk, map, &place, err) < 0))
            return -1;
    }
    return 0;
}

/* Where the chart is not there, the release's own layers are what is known; of each other they know only what is nearly
 * the same. */
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

/* `doubt`: see struct walk. */
static int check_layers(struct values_run *run, bool *doubt, struct sl_err *err)
{
    struct known known = run->release,
                 below = {0}; /* `below`: of the release's own layers, those that came before */
    const struct sl_values *values = run->values;
    bool proven = values->chart != NULL;
    for (size_t i = 0; !proven && i < run->release.count; i++)
        if (known_add(&below, &run->knowing, run->release.items[i], err) < 0)
            return -1;
    for (size_t i = 0; !proven && i < values->layer_count; i++)
        if (is_reference(values->layers[i].kind) &&
            add_layer(&known, &run->knowing, &values->layers[i], err) < 0)
            return -1;
    for (size_t i = 0; i < values->layer_count; i++) {
        const struct sl_values_layer *layer = &values->layers[i];
        bool loose = !proven && is_reference(layer->kind);
        const struct known *all = loose ? &below : &known;
        struct walk walk = {run, layer, all, proven, loose, doubt};
        if (layer->kind == SL_LAYER_CHART)
            continue;
        if (values_is_checked(run, layer)) {
            const struct place root = place_root(layer->root);
            SL_CLEANUP(near_names_freep) struct near_names *names = NULL;
            const struct map map = {.place = &root,
                                    .known = *all,
                                    .open = loose || known_is_open(all),
                                    .loose = loose,
                                    .names = &names};
            if (check_map(&walk, &map, err) < 0)
                return -1;
        }
        if ((!loose && add_layer(&known, &run->knowing, layer, err) < 0) ||
            (loose && add_layer(&below, &run->knowing, layer, err) < 0))
            return -1;
    }
    return 0;
}

/* Templates among the values are only looked at where that may make a key known. */
int values_check_keys(struct values_run *run, struct sl_err *err)
{
    bool doubt = false;
    if (check_layers(run, &doubt, err) < 0)
        return -1;
    if (!doubt)
        return 0;
    if (values_spoken_new(&run->spoken, run->knowing.subject, run->values, err) < 0)
        return -1;
    if (run->spoken) {
        run->knowing.spoken = run->spoken;
        run->release = (struct known){0};
        if (known_add_release(&run->release, &run->knowing, run->values, err) < 0)
            return -1;
    }
    return check_layers(run, NULL, err);
}
