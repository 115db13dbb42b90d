#include "gitops/chart_folder.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "model/report.h"

struct walk {
    struct sl_chart_list *out;
    struct sl_tree *tree;
    struct sl_arena *arena;
    struct sl_str top;
    size_t capacity;
    uint64_t room; /* bytes that may still come */
};

static int add(struct walk *walk, struct sl_str path, const struct sl_tree_entry *entry, struct sl_err *err)
{
    struct sl_chart_list *out = walk->out;
    struct sl_shown shown;
    struct sl_chart_file file = {.file = sl_str_slice(path, walk->top.len + 1, path.len)};
    if (entry->size > SL_CHART_FILE_MAX || entry->size > walk->room || out->count == SL_CHART_MEMBERS_MAX)
        return sl_fail(err, SL_E_LIMIT, "the chart in %s is larger than %llu MiB or has over %llu files",
                       sl_shown(&shown, walk->top), (unsigned long long)(SL_CHART_BYTES_MAX / SL_MIB),
                       (unsigned long long)SL_CHART_MEMBERS_MAX);
    walk->room -= entry->size;
    if (out->count == walk->capacity) {
        size_t capacity = walk->capacity ? 2 * walk->capacity : 32;
        struct sl_chart_file *files = sl_arena_array(walk->arena, capacity, sizeof *files);
        if (!files)
            return sl_fail_memory(err);
        if (out->count)
            memcpy(files, out->files, out->count * sizeof *files);
        out->files = files;
        walk->capacity = capacity;
    }
    if (sl_tree_read(walk->tree, path, &file.text, err) < 0)
        return -1;
    out->files[out->count++] = file;
    return 0;
}

static int walk_directory(struct walk *walk, struct sl_str directory, unsigned depth, struct sl_err *err)
{
    const struct sl_tree_entry *entries;
    size_t count;
    if (depth > SL_TREE_DEPTH_MAX || sl_tree_list(walk->tree, directory, &entries, &count, err) < 0)
        return depth > SL_TREE_DEPTH_MAX ? 0 : -1;
    struct sl_str front = sl_arena_join(walk->arena, directory, SL_STR("/"));
    for (size_t i = 0; front.ptr && i < count; i++) {
        struct sl_str path = sl_arena_join(walk->arena, front, entries[i].name);
        struct sl_tree_entry entry;
        if (!path.ptr)
            return sl_fail_memory(err);
        /* A link that leads to nothing is nobody's file. */
        int there = sl_tree_stat(walk->tree, path, &entry, err);
        bool folder = there > 0 && entry.kind == SL_TREE_DIRECTORY;
        if (there < 0 || (folder && walk_directory(walk, path, depth + 1, err) < 0) ||
            (there > 0 && !folder && add(walk, path, &entry, err) < 0))
            return -1;
    }
    return front.ptr ? 0 : sl_fail_memory(err);
}

int sl_chart_folder_read(struct sl_chart_list *out, struct sl_tree *tree, struct sl_str path,
                         struct sl_arena *arena, struct sl_err *err)
{
    struct walk walk = {.out = out, .tree = tree, .arena = arena, .top = path, .room = SL_CHART_BYTES_MAX};
    struct sl_tree_entry entry;
    *out = (struct sl_chart_list){.count = 0};
    struct sl_str chart = sl_arena_join(arena, path, SL_STR("/Chart.yaml"));
    if (!chart.ptr)
        return sl_fail_memory(err);
    int there = sl_tree_stat(tree, chart, &entry, err);
    if (there < 0 && err->code == SL_E_INPUT) {
        /* Another customer's, or another release's: not ours to read. */
        sl_err_clear(err);
        there = 0;
    }
    if (there <= 0 || entry.kind == SL_TREE_DIRECTORY)
        return there < 0 ? -1 : 0;
    return walk_directory(&walk, path, 1, err) < 0 ? -1 : 1;
}

typedef int read_files(struct sl_chart_file **out, size_t *count, struct sl_doc *doc,
                       struct sl_source *source, struct sl_str name, struct sl_err *err);

static int files_of_archive(struct sl_chart_list *out, struct sl_doc *doc, struct sl_tree *tree,
                            struct sl_str path, enum sl_chart_files which, struct sl_err *err)
{
    static read_files *const readers[] = {[SL_CHART_CRDS] = sl_chart_read_crds,
                                          [SL_CHART_TEMPLATES] = sl_chart_read_templates,
                                          [SL_CHART_CARRIED] = sl_chart_read_carried};
    SL_CLEANUP(sl_source_freep) struct sl_source *source = NULL;
    if (sl_tree_source(tree, path, &source, err) < 0)
        return -1;
    return readers[which](&out->files, &out->count, doc, source, path, err) < 0 ? -1 : 0;
}

int sl_chart_files_at(struct sl_chart_list *out, struct sl_doc *doc, struct sl_tree *tree, struct sl_str path,
                      enum sl_chart_files which, struct sl_err *err)
{
    struct sl_chart_list folder;
    struct sl_tree_entry entry;
    *out = (struct sl_chart_list){.count = 0};
    int there = sl_tree_stat(tree, path, &entry, err);
    if (there <= 0)
        return there;
    if (entry.kind != SL_TREE_DIRECTORY)
        return files_of_archive(out, doc, tree, path, which, err);
    if (sl_chart_folder_read(&folder, tree, path, &doc->arena, err) < 0)
        return -1;
    return sl_chart_folder_files(out, doc, &folder, which, path, err) < 0 ? -1 : 0;
}
