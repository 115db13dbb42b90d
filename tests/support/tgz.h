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

#endif
