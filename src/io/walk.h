/*
 * A walk over everything below a directory, without recursion and without following a link.
 *
 * Order of calls: sl_walk_open(); sl_walk_next() until it returns 0 or -1; sl_walk_release() in every case.
 * Each entry comes once, in byte order of the paths; each directory comes a second time, `leaving`, after all
 * that is below it and before its parent. The names of a directory are read when it is entered, so removing
 * entries that were handed out does not disturb the walk.
 */
#ifndef IO_WALK_H
#define IO_WALK_H

#include "base/limits.h"
#include <sealift/err.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sl_walk_frame;

struct sl_walk {
    struct sl_walk_frame *top; /* the innermost open directory */
    unsigned depth;            /* of directories open */
    unsigned depth_max;
    uint64_t entries_left; /* how many more are allowed */
    bool *descend;         /* of the directory last handed out */
    char path[SL_PATH_MAX + 1];
};

struct sl_walk_step {
    const char *path; /* relative to where the walk began; until the next step */
    const char *name; /* its last part */
    int parent;       /* descriptor of the directory `name` is in */
    int self;         /* leaving: descriptor of the directory itself; else -1 */
    bool directory;
    bool leaving;
};

/* `dir` stays the caller's and is not kept. */
int sl_walk_open(struct sl_walk *walk, int dir, const char *path, unsigned depth_max, uint64_t entries_max,
                 struct sl_err *err) SL_MUST_USE;

/* 1: *step is the next entry; 0: that was all; -1: error. */
int sl_walk_next(struct sl_walk *walk, struct sl_walk_step *step, struct sl_err *err) SL_MUST_USE;

/* Leaves out what is below the directory that was handed out last. */
void sl_walk_skip(struct sl_walk *walk);

void sl_walk_release(struct sl_walk *walk);

#endif
