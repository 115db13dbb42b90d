/*
 * The documents in metaschemas/, compiled in by src/cmake/EmbedFiles.cmake.
 */
#ifndef METASCHEMAS_H
#define METASCHEMAS_H

#include <stdbool.h>
#include <stddef.h>

struct metaschema_file {
    const char *name; /* path on https://json-schema.org/, with ".json" */
    const unsigned char *bytes;
    size_t size;
    bool executable; /* never: the embedding is shared with files that can be */
};

extern const struct metaschema_file metaschema_files[];
extern const size_t metaschema_file_count;

#endif
