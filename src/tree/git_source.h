/*
 * Blobs of a git repository as sources. They are freed before the repository is closed.
 */
#ifndef TREE_GIT_SOURCE_H
#define TREE_GIT_SOURCE_H

#include "git_repository.h"

struct sl_git_blob_wanted {
    struct sl_blob_id id;
    uint64_t size;
    struct sl_str path; /* for messages, and copied */
};

/* Streams a blob that git keeps as a file of its own or whole in a pack. 1: *out is it; 0: this one cannot be
 * streamed, because it is kept as the difference to another; -1: error. Who reads it to the end learns there,
 * by SL_E_INPUT, that it was not what its id and size say. */
int sl_git_source_stream(struct sl_source **out, const struct sl_git *git, git_odb *objects,
                         const struct sl_git_blob_wanted *wanted, struct sl_err *err) SL_MUST_USE;

/* Reads an object that is in memory, and takes it over. */
int sl_git_source_object(struct sl_source **out, const struct sl_git *git, git_odb_object *object,
                         struct sl_err *err) SL_MUST_USE;

#endif
