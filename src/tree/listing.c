#include "view.h"

#include "base/checked.h"
#include "base/cleanup.h"
#include "base/limits.h"

#include <sealift/text.h>

enum { TEXT_SIZE = 300 };

void sl_tree_init(struct sl_tree *tree, const struct sl_tree_ops *ops)
{
    tree->ops = ops;
    tree->root.kind = SL_NODE_DIRECTORY;
    tree->root.name = SL_STR("");
    sl_arena_init(&tree->arena, SL_TREE_MEMORY_MAX);
    sl_map_init(&tree->listings);
    sl_map_init(&tree->contents);
}

void sl_tree_release(struct sl_tree *tree)
{
    sl_git_close(&tree->git);
    sl_map_release(&tree->contents);
    sl_map_release(&tree->listings);
    sl_arena_release(&tree->arena);
}

void *sl_tree_alloc(struct sl_tree *tree, size_t size, struct sl_err *err)
{
    void *memory = sl_arena_alloc(&tree->arena, size);
    if (memory)
        return memory;
    if (size > tree->arena.max - tree->arena.used)
        sl_fail(err, SL_E_LIMIT, "what was read of the tree does not fit into the limit of %zu bytes",
                tree->arena.max);
    else
        sl_fail_memory(err);
    return NULL;
}

int sl_tree_copy(struct sl_tree *tree, struct sl_str text, struct sl_str *out, struct sl_err *err)
{
    size_t size;
    if (sl_add_overflows(text.len, 1, &size))
        return sl_fail_memory(err);
    char *memory = sl_tree_alloc(tree, size, err);
    if (!memory)
        return -1;
    if (text.len)
        memcpy(memory, text.ptr, text.len);
    *out = (struct sl_str){memory, text.len};
    return 0;
}

static void free_node_list(struct sl_node_list *list)
{
    free(list->nodes);
}

/* A git tree can hold any bytes as a name, and one that lies could point out of its directory. */
static int check_name(struct sl_str name, struct sl_err *err)
{
    char text[TEXT_SIZE];
    if (name.len > SL_NAME_MAX)
        return sl_fail(err, SL_E_LIMIT, "the name \"%s\" has more than %d bytes",
                       sl_escape(text, sizeof text, name), SL_NAME_MAX);
    if (name.len == 0 || sl_str_equal(name, SL_STR(".")) || sl_str_equal(name, SL_STR("..")) ||
        sl_str_find(name, '/') < name.len)
        return sl_fail(err, SL_E_INPUT, "the name \"%s\" is not one that a file can have",
                       sl_escape(text, sizeof text, name));
    return 0;
}

static int grow(struct sl_node_list *list, struct sl_err *err)
{
    enum { FIRST_CAPACITY = 16 };
    size_t capacity = list->capacity ? list->capacity * 2 : FIRST_CAPACITY;
    size_t bytes;
    if (sl_mul_overflows(capacity, sizeof *list->nodes, &bytes))
        return sl_fail_memory(err);
    struct sl_node *nodes = realloc(list->nodes, bytes);
    if (!nodes)
        return sl_fail_memory(err);
    list->nodes = nodes;
    list->capacity = capacity;
    return 0;
}

int sl_node_list_add(struct sl_tree *tree, struct sl_node_list *list, const struct sl_node *node,
                     struct sl_err *err)
{
    if (sl_str_equal(node->name, SL_STR(".git")))
        return 0;
    if (check_name(node->name, err) < 0)
        return -1;
    if (tree->node_count + list->count >= SL_TREE_FILES_MAX)
        return sl_fail(err, SL_E_LIMIT, "the directories looked at have more than %ju entries",
                       (uintmax_t)SL_TREE_FILES_MAX);
    if (list->count == list->capacity && grow(list, err) < 0)
        return -1;
    struct sl_node *added = &list->nodes[list->count];
    *added = *node;
    if (sl_tree_copy(tree, node->name, &added->name, err) < 0)
        return -1;
    list->count++;
    return 0;
}

static int compare_nodes(const void *a, const void *b)
{
    const struct sl_node *first = a;
    const struct sl_node *second = b;
    return sl_str_compare(first->name, second->name);
}

/* Brings the nodes into order and under the listing's own roof. */
static int settle(struct sl_tree *tree, struct sl_node_list *list, struct sl_listing *out, struct sl_err *err)
{
    char text[TEXT_SIZE];
    if (list->count == 0)
        return 0;
    qsort(list->nodes, list->count, sizeof *list->nodes, compare_nodes);
    for (size_t i = 1; i < list->count; i++)
        if (sl_str_equal(list->nodes[i - 1].name, list->nodes[i].name))
            return sl_fail(err, SL_E_INPUT, "the name \"%s\" is there twice",
                           sl_escape(text, sizeof text, list->nodes[i].name));
    size_t bytes = list->count * sizeof *out->nodes; /* fits: realloc gave as much */
    out->nodes = sl_tree_alloc(tree, bytes, err);
    if (!out->nodes)
        return -1;
    memcpy(out->nodes, list->nodes, bytes);
    out->count = list->count;
    return 0;
}

static int load(struct sl_tree *tree, struct sl_place directory, struct sl_listing **out, struct sl_err *err)
{
    SL_CLEANUP(free_node_list) struct sl_node_list list = {0};
    struct sl_listing *listing = sl_tree_alloc(tree, sizeof *listing, err);
    if (!listing || sl_tree_copy(tree, directory.path, &listing->path, err) < 0 ||
        tree->ops->list(tree, directory, &list, err) < 0 || settle(tree, &list, listing, err) < 0 ||
        sl_map_put(&tree->listings, listing->path, listing, err) < 0)
        return -1;
    tree->node_count += listing->count;
    *out = listing;
    return 0;
}

int sl_tree_listing(struct sl_tree *tree, struct sl_place directory, struct sl_listing **out,
                    struct sl_err *err)
{
    *out = sl_map_get(&tree->listings, directory.path);
    if (*out)
        return 0;
    if (load(tree, directory, out, err) == 0)
        return 0;
    char text[TEXT_SIZE];
    struct sl_str shown = directory.path.len ? directory.path : SL_STR(".");
    return sl_wrap(err, "directory %s", sl_escape(text, sizeof text, shown));
}

struct sl_node *sl_listing_find(const struct sl_listing *listing, struct sl_str name)
{
    size_t low = 0;
    size_t high = listing->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = sl_str_compare(listing->nodes[middle].name, name);
        if (order == 0)
            return &listing->nodes[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
