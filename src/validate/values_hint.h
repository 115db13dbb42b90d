/*
 * What somebody meant who wrote a key that nothing knows.
 */
#ifndef VALUES_HINT_H
#define VALUES_HINT_H

#include "manifest_place.h"
#include "near.h"
#include "values_rules.h"

/* The place of the unknown key. */
struct values_slip {
    const struct known *known; /* of the map it stands in */
    const char *const *words;  /* Kubernetes' own, or NULL */
    const struct place *map;   /* the map itself */
    struct sl_str key;
    const struct known *everything; /* of the root */
    struct near_names **names;      /* of the map, made when first asked for: the caller's, who frees them */
};

enum values_meant {
    VALUES_NOTHING,
    VALUES_NEAR,      /* a key of the same map */
    VALUES_ELSEWHERE, /* the same key in another map */
    VALUES_NEAR_ELSEWHERE,
    VALUES_ALIKE, /* the only key of the same map that has the word in it, or is a part of it */
};

struct values_guess {
    enum values_meant meant;
    struct sl_str key; /* of the same map */
    unsigned distance; /* letters that differ */
    bool beside;       /* that key stands beside the wrong one, so it was hardly meant */
    bool spent;        /* the map is too large to look through for each key */
};

/* The key of the same map that is nearest: VALUES_NEAR or VALUES_NOTHING. */
int values_nearest(struct values_guess *out, struct values_run *run, const struct values_slip *slip,
                   struct sl_err *err) SL_MUST_USE;

/* Writes the likely key to run->name: one of the same map, else the dotted path of the same key elsewhere, else one of the
 * same map that has the word in it, else the path of a near one elsewhere. */
int values_hint(struct values_guess *out, struct values_run *run, const struct values_slip *slip,
                struct sl_err *err) SL_MUST_USE;

/* Frees what the hints of a run have made. */
void values_hint_release(struct values_run *run);

#endif
