/*
 * What a view wants of a git repository, through libgit2. Only reads: no work tree, index, reference or
 * object is written.
 */
#ifndef TREE_GIT_REPOSITORY_H
#define TREE_GIT_REPOSITORY_H

#include "base/arena.h"
#include "git_api.h"
#include "tree/tree.h"

struct sl_git {
    struct sl_git_api api;
    bool started; /* libgit2 counts its starts: each needs its end */
    git_repository *repository;
};

/* Opens the repository that `path` is or lies in; `path` is absolute and without links. 1 opened, 0 there is
 * none, -1 error. To be closed in every case, also without having been opened, from a zeroed start. */
int sl_git_open(struct sl_git *git, const char *path, struct sl_err *err) SL_MUST_USE;
void sl_git_close(struct sl_git *git);

/* Fails with libgit2's own words behind ours. The code is SL_E_NO_MEMORY or SL_E_IO where libgit2 says so,
 * else SL_E_INPUT; never SL_E_NOT_FOUND, because a missing object is not a file that somebody may do without.
 */
int sl_git_fail(const struct sl_git *git, struct sl_err *err, const char *format, ...) SL_PRINTF(3, 4);

/* The commit that a revision names. */
int sl_git_find_commit(const struct sl_git *git, const char *revision, git_oid *out,
                       struct sl_err *err) SL_MUST_USE;

/* The commit of HEAD: 1 there, 0 nothing is committed yet, -1 error. */
int sl_git_head(const struct sl_git *git, git_oid *out, struct sl_err *err) SL_MUST_USE;

/* Fills what is known of a commit: id, time, shallow. */
int sl_git_describe(const struct sl_git *git, const git_oid *commit, struct sl_tree_revision *out,
                    struct sl_err *err) SL_MUST_USE;

/* The commit behind a tag: 1, 0 there is none, -1 error. */
int sl_git_tag_commit(const struct sl_git *git, struct sl_str name, char commit[65],
                      struct sl_err *err) SL_MUST_USE;

/* Commits from `commit` to the first, along first parents. */
int sl_git_count_first_parents(const struct sl_git *git, const git_oid *commit, uint64_t *out,
                               struct sl_err *err) SL_MUST_USE;

/* Compares the work tree with HEAD: fills dirty, changed, which is in `arena`, and changed_count. */
int sl_git_compare(const struct sl_git *git, struct sl_str inside, struct sl_arena *arena,
                   struct sl_tree_revision *out, struct sl_err *err) SL_MUST_USE;

/* Whether `path`, which is absolute and without links, lies in the work tree and not in ".git"; `inside`,
 * which borrows from it, is where: "" for the work tree itself. */
bool sl_git_path_inside(const struct sl_git *git, const char *path, struct sl_str *inside);

#endif
