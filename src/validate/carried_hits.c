#include "carried_hits.h"

int carried_hits_init(struct carried_hits *carried, struct sl_arena *arena,
                      const struct sl_validation_files *files, struct sl_err *err)
{
    *carried = (struct carried_hits){.arena = arena};
    carried->items = sl_arena_array(arena, files->count, sizeof *carried->items);
    if (!carried->items)
        return sl_fail_memory(err);
    for (size_t i = 0; i < files->count; i++) {
        struct sl_str origin = files->items[i].origin;
        struct carried_file_hits *item = &carried->items[carried->count];
        if (origin.len == 0)
            continue;
        item->origin = sl_hash(origin);
        if (sl_map_put(&carried->by_origin, origin, item, err) < 0)
            return -1;
        carried->count++;
    }
    return 0;
}

void carried_hits_close(struct carried_hits *carried)
{
    sl_map_release(&carried->by_origin);
}

int carried_hits_take(struct carried_hits *carried, struct sl_str path, struct sl_str bytes,
                      struct sl_err *err)
{
    struct carried_file_hits *item = sl_map_get(&carried->by_origin, path);
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
