/*
 * Paths as people and links write them. The first line is a path that a file in the second line's directory
 * names; every further line is the target of a link in a small tree, and each link is followed.
 */
#include "fuzz.h"

#include "base/limits.h"
#include "resolve.h"
#include "tree/path.h"

#include <stdio.h>

enum { LINKS_MAX = 20 };

/* The tree: in each of "", "d" and "d/e" the links "0", "1" ... with these targets, the file "f" and the next
 * directory. */
struct link_tree {
    struct sl_tree tree;
    struct sl_str targets[LINKS_MAX];
    size_t count;
};

static int list(struct sl_tree *tree, struct sl_place directory, struct sl_node_list *out, struct sl_err *err)
{
    const struct link_tree *self = (const struct link_tree *)tree;
    struct sl_node file = {.name = SL_STR("f"), .kind = SL_NODE_FILE};
    struct sl_node next = {.name = directory.path.len ? SL_STR("e") : SL_STR("d"), .kind = SL_NODE_DIRECTORY};
    bool last = sl_str_equal(directory.path, SL_STR("d/e"));
    if (sl_node_list_add(tree, out, &file, err) < 0 || (!last && sl_node_list_add(tree, out, &next, err) < 0))
        return -1;
    for (size_t i = 0; i < self->count; i++) {
        char name[24];
        (void)snprintf(name, sizeof name, "%zu", i);
        struct sl_node link = {.name = sl_str_from(name), .kind = SL_NODE_LINK};
        if (sl_node_list_add(tree, out, &link, err) < 0)
            return -1;
    }
    return 0;
}

static int read_link(struct sl_tree *tree, struct sl_place link, struct sl_buf *target, struct sl_err *err)
{
    (void)err;
    const struct link_tree *self = (const struct link_tree *)tree;
    sl_buf_str(target, self->targets[strtoul(link.node->name.ptr, NULL, 10)]);
    return 0;
}

static const struct sl_tree_ops ops = {.list = list, .read_link = read_link};

static void follow(struct sl_tree *tree, const char *path)
{
    static const char *const places[] = {"", "d", "d/e", "f", "d/f", "d/e/f"};
    struct sl_resolved resolved;
    struct sl_err err = {0};
    int result = sl_tree_resolve(tree, sl_str_from(path), &resolved, &err);
    FUZZ_REQUIRE(result >= 0 || err.code == SL_E_INPUT || err.code == SL_E_LIMIT);
    bool known = false;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        known = known || sl_str_equal(sl_buf_view(&resolved.path), sl_str_from(places[i]));
    FUZZ_REQUIRE(result <= 0 || (known && resolved.node->kind != SL_NODE_LINK));
    sl_resolved_release(&resolved);
}

static struct sl_str take_line(struct sl_str *rest)
{
    size_t end = sl_str_find(*rest, '\n');
    struct sl_str line = sl_str_slice(*rest, 0, end);
    *rest = sl_str_slice(*rest, end + 1, rest->len);
    return line;
}

static void join(struct sl_str directory, struct sl_str relative)
{
    struct sl_arena arena;
    struct sl_str joined;
    struct sl_err err = {0};
    sl_arena_init(&arena, SL_MIB);
    if (sl_path_is_plain(directory) && sl_path_join(&arena, directory, relative, &joined, &err) == 0)
        FUZZ_REQUIRE(sl_path_is_plain(joined) && joined.len <= SL_PATH_MAX);
    sl_arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sl_str rest = {(const char *)data, size};
    struct sl_str relative = take_line(&rest);
    join(take_line(&rest), relative);

    struct link_tree self = {.count = 0};
    while (rest.len && self.count < LINKS_MAX)
        self.targets[self.count++] = take_line(&rest);
    sl_tree_init(&self.tree, &ops);
    for (size_t i = 0; i < self.count; i++) {
        char path[32];
        (void)snprintf(path, sizeof path, "%zu", i);
        follow(&self.tree, path);
        (void)snprintf(path, sizeof path, "d/e/%zu", i);
        follow(&self.tree, path);
    }
    sl_tree_release(&self.tree);
    return 0;
}
