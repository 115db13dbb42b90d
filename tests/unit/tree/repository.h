/*
 * A git repository in a temporary directory, made with the git command.
 */
#ifndef REPOSITORY_H
#define REPOSITORY_H

#include "temp_dir.h"

#include <tree/tree.h>

/* Makes `temp` and points git and libgit2 at no configuration but the repository's own. For .init. */
void repository_make_temp(struct temp_dir *temp);

/* The directory where libgit2 looks for .gitconfig, "" for none. */
void repository_set_home(const char *home);

/* Runs a shell script in `temp`, stopping at the first command that fails; ends the test when one does. */
void repository_run(const struct temp_dir *temp, const char *script);

/* An empty repository at the top of `temp`. */
void repository_init(const struct temp_dir *temp);

/* Commits all there is, ignored or not. */
void repository_commit_all(const struct temp_dir *temp);

/* Opens `name` in `temp`, "" for `temp` itself, as a view; ends the test when it cannot. */
struct sl_tree *repository_open_directory(const struct temp_dir *temp, const char *name);
struct sl_tree *repository_open_git(const struct temp_dir *temp, const char *name, const char *revision);

/* Everything a source gives, malloc'd, in *len; NULL and `err` when it fails on the way. Frees the source. */
char *repository_drain(struct sl_source *source, size_t *len, struct sl_err *err);

/* The object id that `name` in `temp` holds, as `git rev-parse` prints it. */
struct sl_blob_id repository_read_id(const struct temp_dir *temp, const char *name);

/* Expects `source` to give exactly what the file `name` in `temp` holds. Frees it. */
void repository_expect_content(const struct temp_dir *temp, const char *name, struct sl_source *source);

#endif
