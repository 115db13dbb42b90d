#include "mentions.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "doc/yaml.h"
#include "folders.h"
#include "tree/path.h"

#include <stdlib.h>

static const char *const kustomization_names[] = {"kustomization.yaml", "kustomization.yml", "Kustomization"};

enum { KUSTOMIZATION_NAMES = sizeof kustomization_names / sizeof kustomization_names[0] };

bool is_kustomization_name(struct sl_str name)
{
    for (size_t i = 0; i < KUSTOMIZATION_NAMES; i++)
        if (sl_str_equal(name, sl_str_from(kustomization_names[i])))
            return true;
    return false;
}

bool is_kept_apart(struct sl_str name)
{
    return sl_str_starts_with(name, SL_STR(".")) || sl_str_equal(name, SL_STR("docs")) ||
           sl_str_equal(name, SL_STR("schemas")) || sl_str_equal(name, SL_STR("artifacts"));
}

bool mentions_know_environment(const struct mentions *mentions, struct sl_str name)
{
    for (size_t i = 0; i < mentions->environment_count; i++)
        if (sl_str_equal(mentions->environments[i], name))
            return true;
    return false;
}

/* -- texts that may be paths -- */

/* Where paths go, and the directory that they count from. */
struct adding {
    struct sl_map *paths;
    struct sl_arena *arena;
    struct sl_str directory;
};

static int add_path(const struct adding *adding, struct sl_str text, struct sl_err *err)
{
    struct sl_err join_err = {0};
    struct sl_str path;
    if (text.len == 0 || text.len > SL_PATH_MAX || sl_str_find(text, '\n') < text.len)
        return 0;
    if (sl_path_join(adding->arena, adding->directory, text, &path, &join_err) < 0) {
        if (join_err.code != SL_E_NO_MEMORY)
            return 0;
        *err = join_err;
        return -1;
    }
    /* Any value that is not NULL will do: the map answers yes or no. */
    return path.len == 0 || sl_map_put(adding->paths, path, adding->paths, err) >= 0 ? 0 : -1;
}

/* "app.conf=files/app.conf" names a file behind the sign; "$values/base/x.yaml" and "/base/x.yaml" count from the root. */
static int add_text(const struct adding *adding, struct sl_str text, struct sl_err *err)
{
    size_t sign = sl_str_find(text, '=');
    size_t slash = sl_str_find(text, '/');
    bool from_root = slash == 0 || (text.len > 0 && text.ptr[0] == '$');
    struct adding root = *adding;
    root.directory = SL_STR("");
    if (sign < text.len && add_path(adding, sl_str_slice(text, sign + 1, text.len), err) < 0)
        return -1;
    if (from_root && slash < text.len)
        return add_path(&root, sl_str_slice(text, slash + 1, text.len), err);
    return add_path(adding, text, err);
}

/* NOLINTNEXTLINE(misc-no-recursion): the readers of documents limit their depth. */
static int add_texts(const struct adding *adding, const struct sl_node *node, struct sl_err *err)
{
    if (node->kind == SL_STRING)
        return add_text(adding, node->as.text, err);
    for (uint32_t i = 0; i < node->count; i++)
        if (add_texts(adding, node->kind == SL_MAP ? node->as.entries[i].value : node->as.items[i], err) < 0)
            return -1;
    return 0;
}

int mentions_of_objects(struct sl_map *paths, struct sl_arena *arena, const struct sl_layout *layout,
                        struct sl_err *err)
{
    const struct adding adding = {.paths = paths, .arena = arena};
    for (size_t i = 0; i < layout->object_count; i++) {
        const struct sl_node *object = layout->objects[i].substituted;
        struct sl_str version = sl_node_text(sl_node_get(object, "apiVersion"));
        struct sl_str group = sl_str_slice(version, 0, sl_str_find(version, '/'));
        if ((sl_str_equal(group, SL_STR("argoproj.io")) || sl_str_ends_with(group, SL_STR(".fluxcd.io"))) &&
            add_texts(&adding, object, err) < 0)
            return -1;
    }
    return 0;
}

/* -- asking -- */

/* 1: one of kustomize's files is in the directory. */
static int has_kustomization(struct sl_tree *tree, struct sl_str directory, struct sl_err *err)
{
    const struct sl_tree_entry *entries;
    size_t count;
    if (sl_tree_list(tree, directory, &entries, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (is_kustomization_name(entries[i].name))
            return 1;
    return 0;
}

int mentions_have(const struct sl_map *paths, struct sl_tree *tree, struct sl_str path, struct sl_err *err)
{
    struct sl_str directory = sl_path_directory(path);
    if (sl_map_get(paths, path) ||
        (is_kustomization_name(sl_path_name(path)) && sl_map_get(paths, directory)))
        return 1;
    /* base, releases/V and overlays/C are named often, and say nothing of what is in them. */
    for (;; directory = sl_path_directory(directory)) {
        struct sl_str above = sl_path_directory(directory);
        if (above.len == 0 || sl_str_equal(above, SL_STR("releases")) ||
            sl_str_equal(above, SL_STR("overlays")))
            return 0;
        if (!sl_map_get(paths, directory))
            continue;
        int judged = has_kustomization(tree, directory, err);
        if (judged <= 0)
            return judged < 0 ? -1 : 1;
    }
}

/* -- the whole repository -- */

static void free_mentions(void *made)
{
    struct mentions *mentions = made;
    if (!mentions)
        return;
    sl_map_release(&mentions->paths);
    sl_doc_release(&mentions->doc);
    free(mentions);
}

static void free_mentionsp(struct mentions **mentions)
{
    free_mentions(*mentions);
}

/* Nobody is told a place of these files. */
static const struct sl_str any_file = SL_STR_INIT("a file");

struct scan {
    struct mentions *mentions;
    struct sl_tree *whole;
    size_t environment_capacity;
    uint64_t files;
    struct folders folders;
};

static void scan_release(struct scan *scan)
{
    folders_release(&scan->folders);
}

/* The root of a file, or NULL: what is wrong with it is told where it is needed. */
static int read_root(struct sl_node **root, struct scan *scan, struct sl_str path, enum sl_yaml_rules rules,
                     struct sl_err *err)
{
    struct sl_err ignored = {0};
    struct sl_str bytes;
    *root = NULL;
    if (sl_tree_read(scan->whole, path, &bytes, &ignored) == 0 &&
        sl_yaml_read_one(root, &scan->mentions->doc, bytes, any_file, rules, &ignored) == 0)
        return 0;
    *root = NULL;
    return ignored.code == SL_E_NO_MEMORY ? sl_fail_memory(err) : 0;
}

static int add_environment(struct scan *scan, struct sl_str name, struct sl_err *err)
{
    struct mentions *mentions = scan->mentions;
    struct sl_arena *arena = &mentions->doc.arena;
    if (mentions_know_environment(mentions, name))
        return 0;
    if (mentions->environment_count == scan->environment_capacity) {
        size_t capacity = scan->environment_capacity ? 2 * scan->environment_capacity : 8;
        struct sl_str *names = sl_arena_array(arena, capacity, sizeof *names);
        if (!names)
            return sl_fail_memory(err);
        if (mentions->environment_count)
            memcpy(names, mentions->environments, mentions->environment_count * sizeof *names);
        mentions->environments = names;
        scan->environment_capacity = capacity;
    }
    struct sl_str copy = sl_arena_str(arena, name);
    if (!copy.ptr)
        return sl_fail_memory(err);
    mentions->environments[mentions->environment_count++] = copy;
    return 0;
}

static int scan_file(struct scan *scan, struct sl_str path, struct sl_err *err)
{
    struct sl_str name = sl_path_name(path);
    struct sl_str directory = sl_path_directory(path);
    struct sl_node *root;
    if (is_kustomization_name(name)) {
        const struct adding adding = {&scan->mentions->paths, &scan->mentions->doc.arena, directory};
        if (read_root(&root, scan, path, SL_YAML_KUSTOMIZATION, err) < 0)
            return -1;
        return root ? add_texts(&adding, root, err) : 0;
    }
    if (sl_str_equal(name, SL_STR("cluster-config.yaml"))) {
        if (read_root(&root, scan, path, SL_YAML_VALUES, err) < 0)
            return -1;
        struct sl_str stated = sl_node_text(sl_node_get(root, "environment"));
        return add_environment(scan, stated.len ? stated : SL_STR("production"), err);
    }
    const struct sl_str suffix = SL_STR("-cluster.yaml");
    if (!sl_str_equal(sl_path_name(directory), SL_STR("clusters")) || !sl_str_ends_with(name, suffix))
        return 0;
    return add_environment(scan, sl_str_slice(name, 0, name.len - suffix.len), err);
}

/* NOLINTNEXTLINE(misc-no-recursion): no deeper than SL_TREE_DEPTH_MAX. */
static int scan_below(struct scan *scan, struct sl_str directory, unsigned depth, struct sl_err *err)
{
    const struct sl_tree_entry *entries;
    size_t count;
    struct sl_err ignored = {0};
    int enter = folders_enter(&scan->folders, scan->whole, directory, err);
    if (enter <= 0)
        return enter;
    if (sl_tree_list(scan->whole, directory, &entries, &count, &ignored) < 0)
        return ignored.code == SL_E_NO_MEMORY ? sl_fail_memory(err) : 0;
    for (size_t i = 0; i < count; i++) {
        if (is_kept_apart(entries[i].name))
            continue;
        if (++scan->files > SL_TREE_FILES_MAX)
            return 0;
        struct sl_arena *arena = &scan->mentions->doc.arena;
        struct sl_str path = sl_arena_join(arena, directory, SL_STR("/"));
        path = path.ptr ? sl_arena_join(arena, path, entries[i].name) : path;
        if (!path.ptr)
            return sl_fail_memory(err);
        int scanned = entries[i].kind == SL_TREE_FILE ? scan_file(scan, path, err)
                      : depth < SL_TREE_DEPTH_MAX     ? scan_below(scan, path, depth + 1, err)
                                                      : 0;
        if (scanned < 0)
            return -1;
    }
    return 0;
}

static int make_mentions(void **made, struct sl_tree *whole, const void *context, struct sl_err *err)
{
    (void)context;
    SL_CLEANUP(free_mentionsp) struct mentions *mentions = calloc(1, sizeof *mentions);
    if (!mentions)
        return sl_fail_memory(err);
    sl_doc_init(&mentions->doc);
    sl_map_init(&mentions->paths);
    if (!sl_doc_add_file(&mentions->doc, any_file))
        return sl_fail_memory(err);
    SL_CLEANUP(scan_release) struct scan scan = {.mentions = mentions, .whole = whole};
    folders_init(&scan.folders);
    const struct sl_str areas[] = {SL_STR("base"), SL_STR("overlays"), SL_STR("releases")};
    for (size_t i = 0; i < sizeof areas / sizeof areas[0]; i++)
        if (scan_below(&scan, areas[i], 0, err) < 0)
            return -1;
    *made = sl_steal(&mentions);
    return 0;
}

int mentions_of_repository(const struct mentions **out, struct sl_validation_shared *shared,
                           struct sl_err *err)
{
    void *made;
    if (sl_validation_once(&made, shared, SL_STR("unread: mentions"), make_mentions, NULL, free_mentions,
                           err) < 0)
        return -1;
    *out = made;
    return 0;
}
