/*
 * Blobs of a git repository as sources. They are freed before the repository is closed.
 */
#ifndef TREE_GIT_SOURCE_H
#define TREE_GIT_SOURCE_H

#include "git_repository.h"

/* Streams a blob that git keeps as a file of its own. 1: *out is it; 0: this one cannot be streamed, because
 * it is in a pack; -1: error. `path` is for messages and copied. */
int sl_git_source_stream(struct sl_source **out, const struct sl_git *git, git_odb *objects,
                         const git_oid *id, struct sl_str path, struct sl_err *err) SL_MUST_USE;

/* Reads an object that is in memory, and takes it over. */
int sl_git_source_object(struct sl_source **out, const struct sl_git *git, git_odb_object *object,
                         struct sl_err *err) SL_MUST_USE;

#endif
