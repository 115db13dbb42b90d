/*
 * gzip'd tars for tests, as helm and tar write them.
 */
#ifndef TGZ_H
#define TGZ_H

#include <stddef.h>

struct tgz_member {
    const char *path;
    const char *text; /* NULL: a directory */
};

/* Writes them into the file at `path`, in their order. Ends the test where that fails. */
void tgz_write(const char *path, const struct tgz_member *members, size_t count);

/* The same with one member more at the end, which has the bytes of the file at `source`. */
void tgz_write_with(const char *path, const struct tgz_member *members, size_t count, const char *name,
                    const char *source);

#endif
