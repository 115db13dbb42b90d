/*
 * An immutable, sorted, lazily read view of the files below one root, from a directory or from a git
 * revision. Both give the same view of the same content; who uses one cannot tell which it is.
 *
 * Order of calls: sl_tree_open_directory() or sl_tree_open_git(); any number of lists, stats and reads, in
 * any order; sl_tree_free(). Nothing is read before it is asked for, so a broken file in a folder nobody
 * looks into disturbs nobody. What was read once is kept: lists, bytes and texts handed out live as long as
 * the tree, and a second call gives the same. A tree is used from one thread at a time.
 *
 * Paths are relative to the root, with "/" between names, without empty, "." and ".." parts; the root itself
 * is "". Anything else is SL_E_INPUT: tree/path.h makes such paths from what people write. Names are bytes;
 * a name that is not UTF-8 is listed as it is.
 *
 * Symbolic links are followed where they stay below the root, part by part, and at most SL_TREE_LINKS_MAX of
 * them for one path. A link whose target is absolute or climbs above the root, were it to come back later, is
 * SL_E_INPUT, naming the link and its target. A link that leads to nothing is not there. Links to directories
 * can make a tree endless: a caller that walks counts what it meets against SL_TREE_FILES_MAX.
 *
 * What must not be used is listed all the same, so that nobody passes over it silently, and whoever touches
 * it learns why: a device, fifo or socket, a link that leaves the root or leads in circles, and a link that
 * leads to nothing are listed as files of size 0. A submodule of a git revision is a directory that is
 * SL_E_UNSUPPORTED when entered. ".git", at any level, is never there.
 *
 * Errors of every function: SL_E_IO where reading fails, SL_E_INPUT for a repository or tree that says
 * something it must not, SL_E_LIMIT (SL_PATH_MAX, SL_NAME_MAX, SL_TREE_DEPTH_MAX, SL_TREE_FILES_MAX,
 * SL_TREE_FILE_MAX, SL_TREE_MEMORY_MAX), SL_E_NO_MEMORY. A failure leaves the tree usable.
 */
#ifndef TREE_TREE_H
#define TREE_TREE_H

#include "base/arena.h"
#include "crypto/digest.h"
#include "crypto/sha1.h"
#include "io/stream.h"
#include <sealift/err.h>
#include <sealift/str.h>
#include <stdbool.h>
#include <stdint.h>

struct sl_tree;

enum sl_tree_kind { SL_TREE_FILE, SL_TREE_DIRECTORY };

struct sl_tree_entry {
    struct sl_str name; /* the last part of the path; "" for the root */
    enum sl_tree_kind kind;
    bool executable; /* of a file: its owner may run it */
    uint64_t size;   /* of a file: bytes; 0 for a directory */
};

/* The directory at `path`, as the caller's system names it; links in `path` itself are followed. The bytes
 * are those of the disk: nothing is converted. */
int sl_tree_open_directory(struct sl_tree **out, const char *path, struct sl_err *err) SL_MUST_USE;

/*
 * The files of the commit that `revision` names ("v1.0", "HEAD~2", "4f2a91c"), read from the object database;
 * the work tree is not looked at and nothing is written. `path` is a repository, bare or not, or a directory
 * inside one; then that directory, as it is in the commit, is the root.
 * SL_E_NOT_FOUND: no such path. SL_E_USAGE: no repository there, no such revision (with a hint at tags of a similar
 * name), one that is ambiguous or not a commit, no such directory in the commit.
 * SL_E_REFUSED: the repository belongs to somebody else and is not listed in git's safe.directory.
 */
int sl_tree_open_git(struct sl_tree **out, const char *path, const char *revision,
                     struct sl_err *err) SL_MUST_USE;

void sl_tree_free(struct sl_tree *tree); /* NULL is fine */
void sl_tree_freep(struct sl_tree **tree);

/*
 * Asked before anything at a path is used, be it to list, stat, read or stream it, and before a link is
 * followed. `path` is the real one: no link is left in it, except that with `is_link` it is itself one. 0: go
 * on; -1: refused, with `err` filled, for which the tree puts the link that led there in front. A refused
 * thing is listed as an empty file.
 */
typedef int (*sl_tree_guard)(void *context, struct sl_str path, bool is_link, struct sl_err *err);

/* Sets the one guard of a tree, NULL for none. Lists that were handed out before stay as they are; the next call makes
 * those anew in which a link's fate may differ. */
void sl_tree_set_guard(struct sl_tree *tree, sl_tree_guard guard, void *context);

/* What is in `directory`, ascending by the bytes of the names. SL_E_NOT_FOUND where there is no such path,
 * SL_E_INPUT where it is a file. */
int sl_tree_list(struct sl_tree *tree, struct sl_str directory, const struct sl_tree_entry **entries,
                 size_t *count, struct sl_err *err) SL_MUST_USE;

/* 1 and `out` filled: there; 0: not there; -1: error, also for what must not be used. `out` may be NULL. Its
 * name is the last part of `path`, also where that is a link, and borrows from `path`. */
int sl_tree_stat(struct sl_tree *tree, struct sl_str path, struct sl_tree_entry *out,
                 struct sl_err *err) SL_MUST_USE;

/* The path that `path` leads to, without any link on the way, in `arena`. 1; 0: not there; -1: error. */
int sl_tree_real_path(struct sl_tree *tree, struct sl_str path, struct sl_arena *arena, struct sl_str *out,
                      struct sl_err *err) SL_MUST_USE;

/* All bytes of a file, at most SL_TREE_FILE_MAX; NUL terminated behind them. SL_E_NOT_FOUND, SL_E_INPUT for a
 * directory. */
int sl_tree_read(struct sl_tree *tree, struct sl_str path, struct sl_str *bytes,
                 struct sl_err *err) SL_MUST_USE;

/*
 * A file of any size as a stream, which must be freed before the tree. A file of a directory may change
 * between two streams when somebody writes to it; one that sl_tree_read() has read gives those bytes. A blob
 * that git keeps as the difference to another is held in memory as a whole while its source lives. Whether a
 * large one is what its id says shows at its end: SL_E_INPUT.
 */
int sl_tree_source(struct sl_tree *tree, struct sl_str path, struct sl_source **out,
                   struct sl_err *err) SL_MUST_USE;

/* The first bytes of a file, up to `size`, of which the tree keeps nothing: for a look at one of many. How many there are, or
 * -1. */
ssize_t sl_tree_peek(struct sl_tree *tree, struct sl_str path, void *out, size_t size,
                     struct sl_err *err) SL_MUST_USE;

/* Where the files come from. */
struct sl_tree_revision {
    bool is_view;          /* of a git revision that was asked for, not of a directory */
    bool is_git;           /* false: the directory is in no work tree of git; all but is_bare is blank */
    bool is_bare;          /* the directory is, or lies in, a git repository that has no work tree */
    char commit[65];       /* lower-case hexadecimal; "" in a repository without a commit */
    int64_t time;          /* the committer's, seconds since 1970 in UTC */
    bool dirty;            /* of a directory: the work tree is not what the commit holds */
    struct sl_str changed; /* the first path that differs, relative to the repository */
    size_t changed_count;  /* paths that differ; an untracked directory counts as one */
    bool shallow;          /* the history was cut off when it was cloned */
};

/*
 * Of a git view: its commit. Of a directory: HEAD of the repository around it, and whether anything in the directory
 * differs from it; what the repository has beside it does not count, nor what must not be read: whoever needs
 * that is told when it is read. Differs: changed, staged, deleted or untracked; ignored files do not count, nor
 * does a file that is what the Git LFS pointer in its place stands for. Looked at once, at the first call.
 * Neither index nor anything else is written.
 */
int sl_tree_revision(struct sl_tree *tree, struct sl_tree_revision *out, struct sl_err *err) SL_MUST_USE;

/* The names of the repository's tags ("v1.0", "releases/v1.0"), ascending by bytes; none without a repository. They live
 * as long as the tree. */
int sl_tree_tags(struct sl_tree *tree, const struct sl_str **names, size_t *count,
                 struct sl_err *err) SL_MUST_USE;

/* The commit that a tag names, through annotated tags: 1; 0: it names something else, or is not there. */
int sl_tree_tag_commit(struct sl_tree *tree, struct sl_str name, char commit[65],
                       struct sl_err *err) SL_MUST_USE;

/* Commits from the first one to this view's, along first parents: 1 for the first. SL_E_INPUT for a shallow
 * repository, where the count would be wrong, and where there is no repository or no commit. */
int sl_tree_first_parent_count(struct sl_tree *tree, uint64_t *out, struct sl_err *err) SL_MUST_USE;

/* What git calls the bytes of a file, whatever its name and mode. */
struct sl_blob_id {
    unsigned char bytes[SL_SHA1_BYTES];
};

/* Of a file of a git view, as its commit says; no bytes are read. SL_E_NOT_FOUND, SL_E_INPUT for a directory;
 * SL_E_INTERNAL for a view of a directory. */
int sl_tree_blob_id(struct sl_tree *tree, struct sl_str path, struct sl_blob_id *out,
                    struct sl_err *err) SL_MUST_USE;

/* Of bytes as they are, nothing converted. `size` of them go to sl_sha1_update() after the one and before the
 * other. */
void sl_blob_hash_init(struct sl_sha1 *state, uint64_t size);
void sl_blob_hash_final(struct sl_sha1 *state, struct sl_blob_id *out);

bool sl_blob_id_equal(const struct sl_blob_id *a, const struct sl_blob_id *b);

/* Whether these bytes are not the file but the note Git LFS leaves in its place: the first line says so. */
bool sl_tree_is_lfs_pointer(struct sl_str bytes);

struct sl_lfs_pointer {
    struct sl_digest sha256;
    uint64_t size;
};

/* What such a note stands for. False, and `out` undefined, where it does not say it exactly once, or has more
 * than SL_LFS_POINTER_MAX bytes. Source: Git LFS Specification, "The Pointer". */
bool sl_tree_read_lfs_pointer(struct sl_str bytes, struct sl_lfs_pointer *out);

#endif
