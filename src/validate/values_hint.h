/*
 * What somebody meant who wrote a key that nothing knows.
 */
#ifndef VALUES_HINT_H
#define VALUES_HINT_H

#include "manifest_place.h"
#include "values_rules.h"

/* The place of the unknown key. */
struct values_slip {
    const struct known *known; /* of the map it stands in */
    const char *const *words;  /* Kubernetes' own, or NULL */
    const struct place *map;   /* the map itself */
    struct sl_str key;
    const struct known *everything; /* of the root */
};

/* The key of the same map that is nearest; .ptr is NULL where none is near. *distance is how far it is. */
struct sl_str values_nearest(struct values_run *run, const struct values_slip *slip, unsigned *distance);

enum values_meant {
    VALUES_NOTHING,
    VALUES_NEAR,      /* a key of the same map */
    VALUES_ELSEWHERE, /* the same key in another map */
    VALUES_NEAR_ELSEWHERE,
};

/* Writes the likely key to run->name: one of the same map, else the dotted path of the same key elsewhere, else that
 * of a near one. *distance is how many letters differ. */
enum values_meant values_hint(struct values_run *run, const struct values_slip *slip, unsigned *distance);

#endif
