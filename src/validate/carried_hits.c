#include "carried_hits.h"

#include "base/map.h"

static struct sl_str origin_of(const void *things, uint32_t number)
{
    const struct carried_hits *carried = things;
    return carried->files.items[carried->items[number].file].origin;
}

int carried_hits_init(struct carried_hits *carried, struct sl_arena *arena,
                      const struct sl_validation_files *files, struct sl_err *err)
{
    *carried = (struct carried_hits){.arena = arena, .files = *files};
    sl_index_init(&carried->by_origin, origin_of);
    carried->items = sl_arena_array(arena, files->count, sizeof *carried->items);
    if (!carried->items)
        return sl_fail_memory(err);
    for (size_t i = 0; i < files->count; i++) {
        struct sl_str origin = files->items[i].origin;
        if (origin.len == 0)
            continue;
        carried->items[carried->count].origin = sl_hash(origin);
        carried->items[carried->count].file = (uint32_t)i;
        if (sl_index_add(&carried->by_origin, carried, (uint32_t)carried->count, err) < 0)
            return -1;
        carried->count++;
    }
    return 0;
}

void carried_hits_close(struct carried_hits *carried)
{
    sl_index_release(&carried->by_origin);
    carried->files = (struct sl_validation_files){NULL, 0};
}

int carried_hits_take(struct carried_hits *carried, struct sl_str path, struct sl_str bytes,
                      struct sl_err *err)
{
    uint32_t number = sl_index_find(&carried->by_origin, carried, path);
    struct carried_file_hits *item = number == SL_INDEX_NONE ? NULL : &carried->items[number];
    if (!item || item->searched)
        return 0;
    struct secret_file_hits found = {.count = 0};
    secret_file_search(&found, bytes);
    if (found.count) {
        item->hits = sl_arena_alloc(carried->arena, sizeof *item->hits);
        if (!item->hits)
            return sl_fail_memory(err);
        *item->hits = found;
    }
    item->searched = true;
    return 0;
}

bool carried_hits_get(const struct carried_hits *carried, size_t number, struct sl_str origin,
                      const struct secret_file_hits **out)
{
    if (number >= carried->count || !carried->items[number].searched ||
        carried->items[number].origin != sl_hash(origin))
        return false;
    *out = carried->items[number].hits;
    return true;
}
