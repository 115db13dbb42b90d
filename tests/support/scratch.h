/*
 * A directory of its own for a test, below $TMPDIR or /tmp.
 *
 *     SL_CLEANUP(scratch_remove) struct scratch scratch;
 *     scratch_make(&scratch);
 *     scratch_write(&scratch, "a/b", "content");     // makes a/
 *
 * Whatever goes wrong in here fails the test.
 */
#ifndef SCRATCH_H
#define SCRATCH_H

#include <stdbool.h>
#include <stddef.h>

struct scratch {
    int dir; /* descriptor of the directory */
    char path[256];
};

void scratch_make(struct scratch *scratch);
void scratch_remove(struct scratch *scratch); /* with all that is in it, links not followed */

/* `path` in the directory as an absolute path; lives until the call after the next seven. */
const char *scratch_path(const struct scratch *scratch, const char *path);

/* Makes the directories that are missing above it, and the file or link, whatever was there. */
void scratch_write(const struct scratch *scratch, const char *path, const char *content);
void scratch_link(const struct scratch *scratch, const char *path, const char *target);
void scratch_mkdir(const struct scratch *scratch, const char *path);

/* Whether there is such an entry; links are not followed. */
bool scratch_has(const struct scratch *scratch, const char *path);

/* The content of a small text file, or "(none)"; lives until the next call. */
const char *scratch_read(const struct scratch *scratch, const char *path);

#endif
