/*
 * A clean work tree can still hold what its commit does not: files that git ignores, and files that a filter
 * or the conversion of line ends has changed. A bundle made with them is not what the commit would give.
 */
#include "rendering.h"

#include "base/cleanup.h"
#include "base/index.h"
#include "base/limits.h"
#include "model/report.h"

/* How a file of the work tree stands to the commit. */
enum standing { SAME, MISSING, CHANGED };

struct comparison {
    struct sl_rendering *rendering;
    struct sl_tree *commit;
    struct sl_index carried; /* of the rendering, by their paths in the tree */
    size_t count;            /* of files that are not the same */
    struct sl_str first;     /* of these */
    enum standing how;       /* it is not */
};

static void comparison_release(struct comparison *comparison)
{
    sl_index_release(&comparison->carried);
}

static struct sl_str carried_path(const void *things, uint32_t number)
{
    return ((const struct carried_file *)things)[number].artifact->path;
}

/* What a pointer stands for can only be an artifact. 1: the commit holds one; 0: not; -1. */
static int expect_pointer(struct comparison *comparison, struct sl_str path,
                          struct carried_expected *expected, struct sl_err *err)
{
    char bytes[SL_LFS_POINTER_MAX];
    struct sl_lfs_pointer pointer;
    ssize_t len = sl_tree_peek(comparison->commit, path, bytes, sizeof bytes, err);
    if (len < 0 || !sl_tree_read_lfs_pointer((struct sl_str){bytes, (size_t)len}, &pointer))
        return len < 0 ? -1 : 0;
    expected->what = EXPECT_LFS;
    expected->as.lfs_digest = pointer.sha256;
    return 1;
}

/* Of a file that is held in memory anyway. */
static int compare_bytes(struct comparison *comparison, struct sl_str path, enum standing *out,
                         struct sl_err *err)
{
    struct sl_str bytes;
    struct sl_sha1 state;
    struct sl_blob_id here, there;
    if (sl_tree_read(comparison->rendering->tree, path, &bytes, err) < 0 ||
        sl_tree_blob_id(comparison->commit, path, &there, err) < 0)
        return -1;
    sl_blob_hash_init(&state, bytes.len);
    sl_sha1_update(&state, bytes.ptr, bytes.len);
    sl_blob_hash_final(&state, &here);
    *out = sl_blob_id_equal(&here, &there) ? SAME : CHANGED;
    return 0;
}

/* Of a file of any size: its bytes are compared when they are packed. */
static int expect_bytes(struct comparison *comparison, uint32_t number, uint64_t size, enum standing *out,
                        struct sl_err *err)
{
    const struct sl_artifact *artifact = comparison->rendering->carried.items[number].artifact;
    struct carried_expected *expected = &comparison->rendering->carried.expected[number];
    int pointer = size <= SL_LFS_POINTER_MAX ? expect_pointer(comparison, artifact->path, expected, err) : 0;
    if (pointer < 0)
        return -1;
    *out = pointer > 0 || artifact->size == size ? SAME : CHANGED;
    if (pointer > 0 || *out == CHANGED)
        return 0;
    expected->what = EXPECT_BLOB;
    return sl_tree_blob_id(comparison->commit, artifact->path, &expected->as.blob_id, err);
}

static int compare_file(struct comparison *comparison, struct sl_str path, enum standing *out,
                        struct sl_err *err)
{
    struct sl_tree_entry here, there;
    *out = MISSING;
    int found = sl_tree_stat(comparison->commit, path, &there, err);
    if (found <= 0)
        return found;
    if (sl_tree_stat(comparison->rendering->tree, path, &here, err) < 0)
        return -1;
    *out = here.kind == there.kind && here.executable == there.executable ? SAME : CHANGED;
    if (*out == CHANGED || here.kind == SL_TREE_DIRECTORY)
        return 0;
    uint32_t number = sl_index_find(&comparison->carried, comparison->rendering->carried.items, path);
    if (number != SL_INDEX_NONE)
        return expect_bytes(comparison, number, there.size, out, err);
    *out = CHANGED;
    return here.size == there.size ? compare_bytes(comparison, path, out, err) : 0;
}

static int index_carried(struct comparison *comparison, struct sl_err *err)
{
    struct carried_files *carried = &comparison->rendering->carried;
    carried->expected = calloc(carried->count + 1, sizeof *carried->expected);
    if (!carried->expected)
        return sl_fail_memory(err);
    for (size_t i = 0; i < carried->count; i++)
        if (sl_index_add(&comparison->carried, carried->items, (uint32_t)i, err) < 0)
            return -1;
    return 0;
}

static int compare_files_used(struct comparison *comparison, struct sl_err *err)
{
    const struct sl_rendering *rendering = comparison->rendering;
    for (size_t i = 0; i < rendering->reading.file_count; i++) {
        enum standing standing;
        if (compare_file(comparison, rendering->reading.files[i], &standing, err) < 0)
            return -1;
        if (standing != SAME && comparison->count++ == 0) {
            comparison->first = rendering->reading.files[i];
            comparison->how = standing;
        }
    }
    return 0;
}

static int fail_changed(const struct sl_rendering *rendering, struct sl_str path, size_t count,
                        struct sl_err *err)
{
    struct sl_shown shown;
    (void)sl_fail(
        err, SL_E_INPUT,
        "%zu of the files to be packed %s not as commit %.12s has %s, though git sees no change (line "
        "ends, a filter, or the executable bit): %s",
        count, count == 1 ? "is" : "are", rendering->revision.commit, count == 1 ? "it" : "them",
        sl_shown(&shown, path));
    return sl_hint(err, "--rev HEAD packs what the commit has; --allow-dirty marks the bundle");
}

static int fail_missing(const struct comparison *comparison, struct sl_err *err)
{
    const struct sl_rendering *rendering = comparison->rendering;
    struct sl_shown shown;
    (void)sl_shown(&shown, comparison->first);
    if (sl_str_equal(comparison->first, rendering->layout.overlay_directory)) {
        (void)sl_fail(err, SL_E_INPUT, "commit %.12s has no directory %s: git keeps none without files",
                      rendering->revision.commit, shown.text);
        return sl_hint(err, "add a file in it to git, or give --allow-dirty, which marks the bundle");
    }
    (void)sl_fail(err, SL_E_INPUT, "%zu of the files to be packed %s not in commit %.12s as %s: %s",
                  comparison->count, comparison->count == 1 ? "is" : "are", rendering->revision.commit,
                  comparison->count == 1 ? "it is here" : "they are here", shown.text);
    return sl_hint(err,
                   "git ignores it: add it with git add -f, or give --allow-dirty, which marks the bundle");
}

int check_commit(struct sl_rendering *rendering, const struct sl_release_query *query, struct sl_err *err)
{
    const struct sl_tree_revision *revision = &rendering->revision;
    if (query->revision || !revision->is_git || rendering->facts.dirty)
        return 0;
    SL_CLEANUP(sl_tree_freep) struct sl_tree *commit = NULL;
    if (sl_tree_open_git(&commit, query->repository, revision->commit, err) < 0)
        return -1;
    SL_CLEANUP(comparison_release)
    struct comparison comparison = {.rendering = rendering, .commit = commit};
    sl_index_init(&comparison.carried, carried_path);
    if (index_carried(&comparison, err) < 0 || compare_files_used(&comparison, err) < 0)
        return -1;
    rendering->facts.dirty = comparison.count > 0;
    if (comparison.count == 0 || query->allow_dirty)
        return 0;
    return comparison.how == MISSING ? fail_missing(&comparison, err)
                                     : fail_changed(rendering, comparison.first, comparison.count, err);
}

int check_carried(struct sl_rendering *rendering, size_t number, const struct carried_content *content,
                  struct sl_err *err)
{
    struct sl_shown shown;
    struct sl_str path = rendering->carried.items[number].artifact->path;
    const struct carried_expected *expected =
        rendering->carried.expected ? &rendering->carried.expected[number] : NULL;
    if (rendering->facts.dirty || !expected)
        return 0;
    if (expected->what == EXPECT_LFS && !sl_digest_equal(&content->digest, &expected->as.lfs_digest)) {
        (void)sl_fail(err, SL_E_INPUT, "%s is not the file that the commit's Git LFS pointer names",
                      sl_shown(&shown, path));
        return sl_hint(err, "run `git lfs pull`");
    }
    if (expected->what != EXPECT_BLOB || sl_blob_id_equal(&content->blob_id, &expected->as.blob_id))
        return 0;
    rendering->facts.dirty = rendering->allow_dirty;
    return rendering->allow_dirty ? 0 : fail_changed(rendering, path, 1, err);
}
