/*
 * A directory of a test's own, gone when the test is.
 *
 *     static struct temp_dir temp;
 *     static void make(void) { temp_dir_make(&temp); }
 *     static void remove_it(void) { temp_dir_remove(&temp); }
 *     TestSuite(thing, .init = make, .fini = remove_it);
 *
 * Whatever goes wrong in here ends the test with a line that says so: a test has no use for the error.
 */
#ifndef TEMP_DIR_H
#define TEMP_DIR_H

#include <limits.h>
#include <stddef.h>

struct temp_dir {
    char path[PATH_MAX]; /* absolute, without links */
};

/* Below TMPDIR, or /tmp. Mode 0700. */
void temp_dir_make(struct temp_dir *dir);

/* With everything in it, also where modes forbid it. */
void temp_dir_remove(struct temp_dir *dir);

/* The absolute path of `name` in `dir`, in `out`, which it returns. */
const char *temp_dir_join(const struct temp_dir *dir, const char *name, char out[PATH_MAX]);

/* A file with these bytes, after making the directories it lies in; replaces what is there. */
void temp_dir_write(const struct temp_dir *dir, const char *name, const void *bytes, size_t len);

/* The same for text. */
void temp_dir_write_text(const struct temp_dir *dir, const char *name, const char *text);

/* A directory, with those above it. */
void temp_dir_make_dir(const struct temp_dir *dir, const char *name);

/* A symbolic link, after making the directories it lies in. */
void temp_dir_link(const struct temp_dir *dir, const char *name, const char *target);

#endif
