/*
 * The files of a fresh release repository: everything in src/pack/template, put into the library by
 * src/cmake/EmbedFiles.cmake. A file that begins with "#!" is executable.
 */
#ifndef PACK_TEMPLATE_H
#define PACK_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

struct template_file {
    const char *path;
    const unsigned char *bytes;
    size_t size;
    bool executable;
};

extern const struct template_file template_files[]; /* ascending by path */
extern const size_t template_file_count;

#endif
