/*
 * The folders that a walk has been in: symbolic links lead in circles.
 *
 * Order of calls: folders_init(); folders_enter() before each folder is listed; folders_release().
 */
#ifndef FOLDERS_H
#define FOLDERS_H

#include "base/arena.h"
#include "base/map.h"
#include "tree/tree.h"

struct folders {
    struct sl_arena arena;
    struct sl_map been;
};

void folders_init(struct folders *folders);
void folders_release(struct folders *folders);

/* 1: go in; 0: a link led there, and the walk was there already. A folder by its own path is always gone into. What cannot be resolved is 1: listing it says why. -1 only without
 * memory. */
int folders_enter(struct folders *folders, struct sl_tree *tree, struct sl_str path,
                  struct sl_err *err) SL_MUST_USE;

#endif
