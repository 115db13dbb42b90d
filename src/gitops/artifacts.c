#include "gitops/artifacts.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "model/report.h"
#include "tree/path.h"

struct walk {
    struct sl_artifact *items; /* what was found so far; moved into the document's memory at the end */
    size_t count;
    size_t capacity;
    struct sl_reading *reading;
    struct sl_str root;
    bool open_charts;
};

static bool is_for_git(struct sl_str name)
{
    return sl_str_equal(name, SL_STR(".gitkeep")) || sl_str_equal(name, SL_STR(".gitignore")) ||
           sl_str_equal(name, SL_STR(".gitattributes"));
}

static int add(struct walk *walk, const struct sl_artifact *artifact, struct sl_err *err)
{
    if (walk->count == walk->capacity) {
        size_t capacity = walk->capacity ? 2 * walk->capacity : 16;
        struct sl_artifact *items = realloc(walk->items, capacity * sizeof *items);
        if (!items)
            return sl_fail_memory(err);
        walk->items = items;
        walk->capacity = capacity;
    }
    walk->items[walk->count++] = *artifact;
    return 0;
}

static int check_count(const struct walk *walk, struct sl_err *err)
{
    struct sl_shown shown;
    if (walk->count < SL_TREE_FILES_MAX)
        return 0;
    return sl_fail(err, SL_E_LIMIT, "%s holds more than %llu files", sl_shown(&shown, walk->root),
                   (unsigned long long)SL_TREE_FILES_MAX);
}

static int check_lfs(struct walk *walk, const struct sl_artifact *artifact, struct sl_err *err)
{
    if (artifact->size > SL_LFS_POINTER_MAX)
        return 0;
    char bytes[SL_LFS_POINTER_MAX];
    ssize_t len = sl_tree_peek(walk->reading->tree, artifact->path, bytes, sizeof bytes, err);
    if (len < 0 || !sl_tree_is_lfs_pointer((struct sl_str){bytes, (size_t)len}))
        return len < 0 ? -1 : 0;
    struct sl_finding finding = sl_finding_in_file(artifact->path, SL_ERROR, "artifacts/lfs-pointer");
    finding.hint =
        SL_STR("run `git lfs pull` and pack from the work tree; a commit alone holds only the note");
    return sl_finding_report(walk->reading->findings, &finding, err,
                             "is not the file itself but the note that Git LFS leaves in its place");
}

/* Whether the .tgz is a chart. What is wrong with one is a finding; what is wrong with reading it an error.
 */
static int open_chart(struct walk *walk, struct sl_artifact *artifact, struct sl_err *err)
{
    SL_CLEANUP(sl_source_freep) struct sl_source *source = NULL;
    if (sl_tree_source(walk->reading->tree, artifact->path, &source, err) < 0)
        return -1;
    struct sl_chart *chart = sl_arena_alloc(&walk->reading->doc.arena, sizeof *chart);
    if (!chart)
        return sl_fail_memory(err);
    struct sl_err chart_err = {0};
    struct sl_shown shown;
    /* Which libarchive takes for an archive of nothing. */
    int is_chart = artifact->size == 0
                       ? sl_fail(&chart_err, SL_E_INPUT, "%s is empty", sl_shown(&shown, artifact->path))
                       : sl_chart_read(chart, &walk->reading->doc, source, artifact->path,
                                       walk->reading->cache, &chart_err);
    if (is_chart >= 0) {
        artifact->kind = is_chart ? SL_ARTIFACT_CHART : SL_ARTIFACT_FILE;
        artifact->chart = is_chart ? chart : NULL;
        return 0;
    }
    if (chart_err.code != SL_E_INPUT && chart_err.code != SL_E_LIMIT) {
        *err = chart_err;
        return -1;
    }
    /* Beyond a limit of ours, Helm at the site may still read it. */
    bool broken = chart_err.code == SL_E_INPUT;
    struct sl_finding finding =
        sl_finding_in_file(artifact->path, broken ? SL_ERROR : SL_WARNING, "artifacts/unreadable");
    finding.hint = broken
                       ? SL_STR("no Helm will read it either: fetch it again; if it is no chart, except it")
                       : SL_STR("it is carried as it is, and nothing is taken from it");
    return sl_finding_report(walk->reading->findings, &finding, err, "%s", chart_err.message);
}

static int take_file(struct walk *walk, struct sl_str path, const struct sl_tree_entry *entry,
                     struct sl_err *err)
{
    if (is_for_git(entry->name))
        return 0;
    if (check_count(walk, err) < 0 || sl_reading_use_kept(walk->reading, path, err) < 0)
        return -1;
    size_t front = walk->root.len < path.len ? walk->root.len + 1 : path.len - sl_path_name(path).len;
    struct sl_artifact artifact = {
        .path = path,
        .front = (uint32_t)front,
        .size = entry->size,
        .executable = entry->executable,
    };
    if (check_lfs(walk, &artifact, err) < 0)
        return -1;
    if (walk->open_charts && sl_str_ends_with(path, SL_STR(".tgz")) && open_chart(walk, &artifact, err) < 0)
        return -1;
    return add(walk, &artifact, err);
}

static int walk_directory(struct walk *walk, struct sl_str directory, unsigned depth, struct sl_err *err)
{
    struct sl_shown shown;
    if (depth > SL_TREE_DEPTH_MAX)
        return sl_fail(err, SL_E_LIMIT, "%s lies deeper than %d directories", sl_shown(&shown, directory),
                       SL_TREE_DEPTH_MAX);
    const struct sl_tree_entry *entries;
    size_t count;
    if (sl_tree_list(walk->reading->tree, directory, &entries, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        struct sl_str path;
        struct sl_tree_entry entry;
        if (sl_reading_path(walk->reading, &path, directory, entries[i].name, err) < 0)
            return -1;
        if (entries[i].kind == SL_TREE_DIRECTORY) {
            if (walk_directory(walk, path, depth + 1, err) < 0)
                return -1;
            continue;
        }
        /* A list also names what must not be used; asking about it says why. */
        int there = sl_tree_stat(walk->reading->tree, path, &entry, err);
        if (there == 0)
            return sl_fail(err, SL_E_INPUT, "%s is a link that leads to nothing", sl_shown(&shown, path));
        if (there < 0 || take_file(walk, path, &entry, err) < 0)
            return -1;
    }
    return 0;
}

static int walk_all(struct walk *walk, struct sl_err *err)
{
    struct sl_tree_entry entry;
    struct sl_str path;
    int there = sl_tree_stat(walk->reading->tree, walk->root, &entry, err);
    if (there <= 0)
        return there;
    if (entry.kind == SL_TREE_DIRECTORY)
        return walk_directory(walk, walk->root, 1, err);
    return sl_reading_path(walk->reading, &path, SL_STR(""), walk->root, err) < 0
               ? -1
               : take_file(walk, path, &entry, err);
}

static int find(struct sl_artifacts *out, struct walk *walk, struct sl_err *err)
{
    if (walk_all(walk, err) < 0)
        return -1;
    if (walk->count == 0)
        return 0;
    out->items = sl_arena_array(&walk->reading->doc.arena, walk->count, sizeof *out->items);
    if (!out->items)
        return sl_fail_memory(err);
    memcpy(out->items, walk->items, walk->count * sizeof *out->items);
    out->count = walk->count;
    return 0;
}

int sl_artifacts_find(struct sl_artifacts *out, struct sl_reading *reading, struct sl_str path,
                      bool open_charts, struct sl_err *err)
{
    struct walk walk = {.reading = reading, .root = path, .open_charts = open_charts};
    *out = (struct sl_artifacts){.count = 0};
    int result = find(out, &walk, err);
    free(walk.items);
    return result;
}
