#include "folders.h"

#include "base/limits.h"

void folders_init(struct folders *folders)
{
    sl_arena_init(&folders->arena, SL_TREE_MEMORY_MAX);
    sl_map_init(&folders->been);
}

void folders_release(struct folders *folders)
{
    sl_map_release(&folders->been);
    sl_arena_release(&folders->arena);
}

int folders_enter(struct folders *folders, struct sl_tree *tree, struct sl_str path, struct sl_err *err)
{
    struct sl_err why = {0};
    struct sl_str real;
    int there = sl_tree_real_path(tree, path, &folders->arena, &real, &why);
    if (there <= 0)
        return there < 0 && why.code == SL_E_NO_MEMORY ? sl_fail_memory(err) : 1;
    int fresh = sl_map_put(&folders->been, real, folders, err);
    return fresh == 0 && sl_str_equal(real, path) ? 1 : fresh;
}
