/*
 * URI references (RFC 3986): taken apart, put together again, resolved against a base.
 */
#ifndef URI_H
#define URI_H

#include "base/arena.h"

/* A part that is not there has .ptr NULL; one that is there and empty has not. The path is always there. */
struct uri {
    struct sl_str scheme, authority, path, query, fragment;
};

struct uri uri_split(struct sl_str text);

/* `reference` against `base`, which has no fragment; the result keeps the fragment of the reference. .ptr is
 * NULL when memory ran out. Dot segments are removed; nothing else is normalised. */
struct sl_str uri_resolve(struct sl_arena *arena, struct sl_str base, struct sl_str reference);

/* The part before "#", and the part behind it; .ptr NULL where there is no "#". */
struct sl_str uri_without_fragment(struct sl_str text);
struct sl_str uri_fragment(struct sl_str text);

/* %XX undone; malformed ones stay as they are. .ptr is NULL when memory ran out. */
struct sl_str uri_decode(struct sl_arena *arena, struct sl_str text);

#endif
