/*
 * A clean work tree can still hold what its commit does not: files that git ignores, and files that a filter
 * or the conversion of line ends has changed. A bundle made with them is not what the commit would give.
 */
#include "rendering.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "model/report.h"

/* The digest in the text of a Git LFS pointer: "oid sha256:" and 64 digits on a line of their own. */
static bool read_pointer(struct sl_str text, struct sl_digest *out)
{
    struct sl_str key = SL_STR("\noid sha256:");
    struct sl_err ignored = {0};
    for (size_t i = 0; i < text.len; i++) {
        struct sl_str rest = sl_str_slice(text, i, text.len);
        if (sl_str_starts_with(rest, key))
            return sl_digest_parse(out, sl_str_slice(rest, key.len, key.len + SL_SHA256_HEX), &ignored) == 0;
    }
    return false;
}

/* What a pointer stands for can only be an artifact: it is compared when it is hashed. */
static int expect_pointer(struct sl_rendering *rendering, struct sl_tree *commit, struct sl_str path,
                          struct sl_err *err)
{
    struct sl_str bytes;
    struct sl_digest digest;
    if (sl_tree_read(commit, path, &bytes, err) < 0)
        return -1;
    if (!sl_tree_is_lfs_pointer(bytes) || !read_pointer(bytes, &digest))
        return 0;
    for (size_t i = 0; i < rendering->carried.count; i++) {
        struct carried_file *file = &rendering->carried.items[i];
        if (sl_str_equal(file->origin, path)) {
            file->from_lfs = true;
            file->lfs_digest = digest;
            return 1;
        }
    }
    return 0;
}

/* 1: the commit has the file, as large as it is here; 0: not; -1. */
static int is_in_commit(struct sl_rendering *rendering, struct sl_tree *commit, struct sl_str path,
                        struct sl_err *err)
{
    struct sl_tree_entry here, there;
    int found = sl_tree_stat(commit, path, &there, err);
    if (found <= 0)
        return found;
    if (sl_tree_stat(rendering->tree, path, &here, err) < 0)
        return -1;
    if (here.size == there.size)
        return 1;
    return there.size <= SL_KIB ? expect_pointer(rendering, commit, path, err) : 0;
}

int check_commit(struct sl_rendering *rendering, const struct sl_release_query *query, struct sl_err *err)
{
    const struct sl_tree_revision *revision = &rendering->revision;
    if (query->revision || !revision->is_git || revision->dirty)
        return 0;
    SL_CLEANUP(sl_tree_freep) struct sl_tree *commit = NULL;
    if (sl_tree_open_git(&commit, query->repository, revision->commit, err) < 0)
        return -1;
    struct sl_str first = {NULL, 0};
    size_t count = 0;
    for (size_t i = 0; i < rendering->reading.file_count; i++) {
        int found = is_in_commit(rendering, commit, rendering->reading.files[i], err);
        if (found < 0)
            return -1;
        if (!found && count++ == 0)
            first = rendering->reading.files[i];
    }
    rendering->facts.dirty = count > 0;
    if (count == 0 || query->allow_dirty)
        return 0;
    struct sl_shown shown;
    (void)sl_fail(
        err, SL_E_INPUT,
        "%zu of the files to be packed %s not as commit %.12s has them, ignored by git or changed by a "
        "filter: %s",
        count, count == 1 ? "is" : "are", revision->commit, sl_shown(&shown, first));
    return sl_hint(err, "add them to git, or give --allow-dirty, which marks the bundle");
}
