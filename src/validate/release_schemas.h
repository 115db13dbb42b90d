/*
 * The documents of releases-schema/, compiled in by src/cmake/EmbedFiles.cmake.
 */
#ifndef VALIDATE_RELEASE_SCHEMAS_H
#define VALIDATE_RELEASE_SCHEMAS_H

#include <stdbool.h>
#include <stddef.h>

struct release_schema_file {
    const char *name; /* "values.schema.json" */
    const unsigned char *bytes;
    size_t size;
    bool executable; /* never: the embedding is shared with files that can be */
};

extern const struct release_schema_file release_schema_files[];
extern const size_t release_schema_file_count;

#endif
