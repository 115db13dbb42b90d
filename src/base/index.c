#include "base/index.h"

#include "base/checked.h"
#include "base/cleanup.h"
#include "base/map.h"

#include <stdlib.h>

enum { FIRST_CAPACITY = 16 };

void sl_index_init(struct sl_index *index, struct sl_str (*name)(const void *things, uint32_t number))
{
    *index = (struct sl_index){.name = name};
}

void sl_index_release(struct sl_index *index)
{
    free(index->slots);
    *index = (struct sl_index){.name = index->name};
}

/* The slot of the thing with that name, or the free one where it belongs; there is always a free one. */
static uint32_t *find_slot(const struct sl_index *index, const void *things, struct sl_str name)
{
    size_t i = (size_t)sl_hash(name) & (index->capacity - 1);
    while (index->slots[i] && !sl_str_equal(index->name(things, index->slots[i] - 1), name))
        i = (i + 1) & (index->capacity - 1);
    return &index->slots[i];
}

uint32_t sl_index_find(const struct sl_index *index, const void *things, struct sl_str name)
{
    uint32_t slot = index->count ? *find_slot(index, things, name) : 0;
    return slot ? slot - 1 : SL_INDEX_NONE;
}

static int grow(struct sl_index *index, const void *things, struct sl_err *err)
{
    size_t capacity = FIRST_CAPACITY;
    if (index->capacity && sl_mul_overflows(index->capacity, 2, &capacity))
        return sl_fail_memory(err);
    SL_CLEANUP(sl_freep) uint32_t *slots = calloc(capacity, sizeof *slots);
    if (!slots)
        return sl_fail_memory(err);
    struct sl_index before = *index;
    index->slots = sl_steal(&slots);
    index->capacity = capacity;
    for (size_t i = 0; i < before.capacity; i++)
        if (before.slots[i])
            *find_slot(index, things, index->name(things, before.slots[i] - 1)) = before.slots[i];
    free(before.slots);
    return 0;
}

int sl_index_add(struct sl_index *index, const void *things, uint32_t number, struct sl_err *err)
{
    /* At most three quarters full: probes stay short, and a free slot ends every search. */
    if (index->count >= index->capacity / 4 * 3 && grow(index, things, err) < 0)
        return -1;
    *find_slot(index, things, index->name(things, number)) = number + 1;
    index->count++;
    return 0;
}
