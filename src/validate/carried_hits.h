/*
 * What has the shape of a secret in the files that a delivery carries, found while they are read for something else: the
 * search for what is another customer's goes through nearly all of them.
 *
 * Order of calls: carried_hits_init(); carried_hits_take() for files in any order, then carried_hits_close();
 * carried_hits_get() by any number of threads. All memory is the arena's and the subject's, whose list of files
 * has to be there until carried_hits_close().
 */
#ifndef CARRIED_HITS_H
#define CARRIED_HITS_H

#include "base/arena.h"
#include "base/index.h"
#include "secret_file.h"
#include "validate/validate.h"

struct carried_file_hits {
    uint64_t origin; /* hash of the path */
    uint32_t file;   /* its number in the list, while files are taken */
    bool searched;
    struct secret_file_hits *hits; /* NULL: none */
};

struct carried_hits {
    struct sl_arena *arena;
    struct carried_file_hits *items; /* of the carried files, in the subject's order */
    size_t count;
    struct sl_validation_files files; /* the caller's, while files are taken; so is the index */
    struct sl_index by_origin;
};

int carried_hits_init(struct carried_hits *carried, struct sl_arena *arena,
                      const struct sl_validation_files *files, struct sl_err *err) SL_MUST_USE;
void carried_hits_close(struct carried_hits *carried);

/* Searches the file of this path, if it is carried. `bytes` is all of it, or its beginning where that shows that it is no
 * text. */
int carried_hits_take(struct carried_hits *carried, struct sl_str path, struct sl_str bytes,
                      struct sl_err *err) SL_MUST_USE;

/* Whether the carried file of that number, from 0, was searched, and lies where it did. *out may be NULL: it has none. */
bool carried_hits_get(const struct carried_hits *carried, size_t number, struct sl_str origin,
                      const struct secret_file_hits **out);

#endif
