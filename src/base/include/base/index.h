/*
 * From a name to the number of the thing that has it, where there may be many things: five to eleven bytes for each, because
 * neither names nor hashes are kept. base/map.h is for all else.
 *
 * Order of calls: sl_index_init(), sl_index_add() and sl_index_find() in any order, sl_index_release(). The things are the
 * caller's, may move between two calls, and keep their names.
 */
#ifndef BASE_INDEX_H
#define BASE_INDEX_H

#include <sealift/err.h>
#include <sealift/str.h>
#include <stdint.h>

#define SL_INDEX_NONE UINT32_MAX

struct sl_index {
    struct sl_str (*name)(const void *things, uint32_t number);
    uint32_t *slots; /* number + 1, or 0; a power of two of them */
    size_t capacity;
    size_t count;
};

/* `name` says what the thing of a number is called. */
void sl_index_init(struct sl_index *index, struct sl_str (*name)(const void *things, uint32_t number));
void sl_index_release(struct sl_index *index);

/* The number of the thing with that name, or SL_INDEX_NONE. */
uint32_t sl_index_find(const struct sl_index *index, const void *things, struct sl_str name);

/* Adds a thing whose name is new and whose number is less than SL_INDEX_NONE - 1. -1 only without memory. */
int sl_index_add(struct sl_index *index, const void *things, uint32_t number, struct sl_err *err) SL_MUST_USE;

#endif
