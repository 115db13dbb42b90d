/*
 * Small release repositories for tests: a sound one, and what differs from it.
 */
#ifndef RELEASE_REPO_H
#define RELEASE_REPO_H

#include "temp_dir.h"

#include <stddef.h>

struct repo_file {
    const char *path;
    const char *text; /* NULL: the file is not there */
};

/* The sound one, in `dir`: release v1.0 with the applications web and prometheus (also called monitoring),
 * sequence 3, environments production and staging, customer-a. Nothing is reported about it. */
void release_repo_write(const struct temp_dir *dir);

/* Changes files of it; rows end with a NULL path or after `count`. */
void release_repo_change(const struct temp_dir *dir, const struct repo_file *files, size_t count);

#endif
