#include "resolve.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "tree/path.h"

#include <sealift/text.h>
#include <stdio.h>

enum { TEXT_SIZE = 250, LINK_SIZE = 2 * TEXT_SIZE };

/* What may still be to walk after links were put in: every link at its longest. */
#define REST_MAX ((size_t)(SL_TREE_LINKS_MAX + 1) * (SL_PATH_MAX + 1))

/* A link whose target is being walked. It is done when no more than `tail` bytes of the rest are left. */
struct followed {
    const struct sl_listing *directory;
    const struct sl_node *link;
    size_t tail;
};

struct walk {
    struct sl_tree *tree;
    struct sl_resolved *out; /* its path grows and shrinks as the walk goes */
    /* The directories from the root down to where the walk is; the last one may be a file. */
    const struct sl_node *nodes[SL_TREE_DEPTH_MAX + 1];
    size_t depth;
    struct sl_buf rest;
    size_t at; /* where in the rest the next part begins */
    struct followed links[SL_TREE_LINKS_MAX];
    size_t open_links;  /* those whose targets are being walked */
    size_t total_links; /* all so far */
    struct followed last;
};

static void release_walk(struct walk *walk)
{
    sl_buf_release(&walk->rest);
}

void sl_resolved_release(struct sl_resolved *resolved)
{
    sl_buf_release(&resolved->path);
}

struct sl_place sl_resolved_place(const struct sl_resolved *resolved)
{
    return (struct sl_place){sl_buf_view(&resolved->path), resolved->node};
}

static struct sl_str rest_of(const struct walk *walk)
{
    return sl_str_slice(sl_buf_view(&walk->rest), walk->at, walk->rest.len);
}

/* The next part of the rest, without the slashes around it; empty at the end. */
static struct sl_str take_part(struct walk *walk)
{
    struct sl_str rest = rest_of(walk);
    while (rest.len && rest.ptr[0] == '/')
        rest = sl_str_slice(rest, 1, rest.len);
    struct sl_str part = sl_str_slice(rest, 0, sl_str_find(rest, '/'));
    walk->at = walk->rest.len - rest.len + part.len;
    return part;
}

/* A link's path and target, for messages. */
static void describe_link(const struct sl_listing *directory, const struct sl_node *link,
                          char name[LINK_SIZE], char target[TEXT_SIZE])
{
    char parent[TEXT_SIZE];
    char own[TEXT_SIZE];
    (void)snprintf(name, LINK_SIZE, "%s%s%s", sl_escape(parent, sizeof parent, directory->path),
                   directory->path.len ? "/" : "", sl_escape(own, sizeof own, link->name));
    sl_escape(target, TEXT_SIZE, link->as.target ? *link->as.target : SL_STR(""));
}

static int fail_leaving(const struct sl_listing *directory, const struct sl_node *link, struct sl_err *err)
{
    char name[LINK_SIZE];
    char target[TEXT_SIZE];
    describe_link(directory, link, name, target);
    return sl_fail(err, SL_E_INPUT, "the symbolic link %s leads out of the tree: its target is \"%s\"", name,
                   target);
}

/* Whether the tree's guard lets this real path be used. Where links led here, the last one is to blame. */
static int ask_guard(const struct walk *walk, struct sl_str path, bool is_link, struct sl_err *err)
{
    const struct sl_tree *tree = walk->tree;
    char name[LINK_SIZE];
    char target[TEXT_SIZE];
    if (!tree->guard || tree->guard(tree->guard_context, path, is_link, err) == 0)
        return 0;
    if (walk->total_links == 0)
        return -1;
    describe_link(walk->last.directory, walk->last.link, name, target);
    return sl_wrap(err, "the symbolic link %s leads to \"%s\"", name, target);
}

/* Reads a link's target, once. */
static int load_target(struct walk *walk, struct sl_str path, struct sl_node *link, struct sl_err *err)
{
    if (link->as.target)
        return 0;
    SL_CLEANUP(sl_buf_release) struct sl_buf target;
    sl_buf_init(&target, SL_PATH_MAX);
    if (walk->tree->ops->read_link(walk->tree, (struct sl_place){path, link}, &target, err) < 0)
        return -1;
    char text[TEXT_SIZE];
    sl_escape(text, sizeof text, path);
    if (target.fail == SL_E_LIMIT)
        return sl_fail(err, SL_E_LIMIT, "the symbolic link %s has a target longer than %d bytes", text,
                       SL_PATH_MAX);
    if (sl_buf_check(&target, "the target of a symbolic link", err) < 0)
        return -1;
    struct sl_str view = sl_buf_view(&target);
    if (sl_str_find(view, '\0') < view.len)
        return sl_fail(err, SL_E_INPUT, "the symbolic link %s has a target with a NUL in it", text);
    struct sl_str *kept = sl_tree_alloc(walk->tree, sizeof *kept, err);
    if (!kept || sl_tree_copy(walk->tree, view, kept, err) < 0)
        return -1;
    link->as.target = kept;
    return 0;
}

/* Asks whether the link may be followed, and learns where to. */
static int look_at_link(struct walk *walk, const struct sl_listing *directory, struct sl_node *link,
                        struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf path;
    sl_buf_init(&path, SL_PATH_MAX);
    sl_buf_str(&path, directory->path);
    if (path.len)
        sl_buf_byte(&path, '/');
    sl_buf_str(&path, link->name);
    if (sl_buf_check(&path, "the path of a symbolic link", err) < 0 ||
        ask_guard(walk, sl_buf_view(&path), true, err) < 0)
        return -1;
    return load_target(walk, sl_buf_view(&path), link, err);
}

/* Puts the link's target in front of the rest. 1 go on, 0 it leads to nothing, -1 error. */
static int follow(struct walk *walk, const struct sl_listing *directory, struct sl_node *link,
                  struct sl_err *err)
{
    char name[LINK_SIZE];
    char target[TEXT_SIZE];
    if (look_at_link(walk, directory, link, err) < 0)
        return -1;
    if (walk->total_links == SL_TREE_LINKS_MAX) {
        describe_link(directory, link, name, target);
        return sl_fail(err, SL_E_INPUT, "more than %d symbolic links on one path, the last one %s to \"%s\"",
                       SL_TREE_LINKS_MAX, name, target);
    }
    struct sl_str tail = rest_of(walk);
    walk->total_links++;
    walk->last = (struct followed){directory, link, tail.len};
    walk->links[walk->open_links++] = walk->last;
    if (link->as.target->len == 0)
        return 0;
    if (link->as.target->ptr[0] == '/')
        return fail_leaving(directory, link, err);

    struct sl_buf rest;
    sl_buf_init(&rest, REST_MAX);
    sl_buf_str(&rest, *link->as.target);
    sl_buf_str(&rest, tail);
    sl_buf_release(&walk->rest);
    walk->rest = rest;
    walk->at = 0;
    return sl_buf_check(&walk->rest, "the path behind symbolic links", err) < 0 ? -1 : 1;
}

/* Goes into `node`, which is no link. 1 or -1. */
static int enter(struct walk *walk, const struct sl_node *node, struct sl_err *err)
{
    if (walk->depth == SL_TREE_DEPTH_MAX)
        return sl_fail(err, SL_E_LIMIT, "more than %d directories inside each other", SL_TREE_DEPTH_MAX);
    if (walk->out->path.len)
        sl_buf_byte(&walk->out->path, '/');
    sl_buf_str(&walk->out->path, node->name);
    if (sl_buf_check(&walk->out->path, "the path", err) < 0)
        return -1;
    walk->nodes[++walk->depth] = node;
    return 1;
}

/* One directory up; only the target of a link says "..". */
static int climb(struct walk *walk, struct sl_err *err)
{
    if (walk->depth == 0) {
        const struct followed *last = &walk->links[walk->open_links - 1];
        return fail_leaving(last->directory, last->link, err);
    }
    walk->depth--;
    walk->out->path.len = sl_path_directory(sl_buf_view(&walk->out->path)).len;
    walk->out->path.ptr[walk->out->path.len] = '\0';
    return 1;
}

int sl_fail_submodule(struct sl_str path, struct sl_err *err)
{
    char text[TEXT_SIZE];
    sl_fail(err, SL_E_UNSUPPORTED,
            "%s is a git submodule: its files are in another repository and cannot be read from here",
            sl_escape(text, sizeof text, path));
    return sl_hint(err, "put the files into this repository instead");
}

int sl_fail_missing(struct sl_str path, const struct sl_resolved *resolved, struct sl_err *err)
{
    char text[TEXT_SIZE];
    char name[LINK_SIZE];
    char target[TEXT_SIZE];
    sl_escape(text, sizeof text, path);
    if (!resolved->link)
        return sl_fail(err, SL_E_NOT_FOUND, "%s is not there", text);
    describe_link(resolved->link_directory, resolved->link, name, target);
    return sl_fail(err, SL_E_NOT_FOUND,
                   "%s is not there: the symbolic link %s leads to \"%s\", which does not exist", text, name,
                   target);
}

static bool is_file(const struct sl_node *node)
{
    return node->kind == SL_NODE_FILE || node->kind == SL_NODE_SPECIAL;
}

/* Goes one part on. 1 go on, 0 it is not there, -1 error. */
static int step(struct walk *walk, struct sl_str part, struct sl_err *err)
{
    const struct sl_node *here = walk->nodes[walk->depth];
    if (here->kind == SL_NODE_SUBMODULE)
        return sl_fail_submodule(sl_buf_view(&walk->out->path), err);
    if (is_file(here))
        return 0;
    if (sl_str_equal(part, SL_STR(".")))
        return 1;
    if (sl_str_equal(part, SL_STR("..")))
        return climb(walk, err);
    struct sl_listing *listing;
    struct sl_place place = {sl_buf_view(&walk->out->path), here};
    if (sl_tree_listing(walk->tree, place, &listing, err) < 0)
        return -1;
    struct sl_node *node = sl_listing_find(listing, part);
    if (!node)
        return 0;
    return node->kind == SL_NODE_LINK ? follow(walk, listing, node, err) : enter(walk, node, err);
}

static int run(struct walk *walk, struct sl_err *err)
{
    for (;;) {
        while (walk->open_links && rest_of(walk).len <= walk->links[walk->open_links - 1].tail)
            walk->open_links--;
        bool slash = rest_of(walk).len > 0;
        struct sl_str part = take_part(walk);
        if (part.len == 0) /* a slash at the end asks for a directory */
            return slash && is_file(walk->nodes[walk->depth]) ? 0 : 1;
        int result = step(walk, part, err);
        if (result <= 0)
            return result;
    }
}

int sl_tree_resolve(struct sl_tree *tree, struct sl_str path, struct sl_resolved *out, struct sl_err *err)
{
    *out = (struct sl_resolved){0};
    sl_buf_init(&out->path, SL_PATH_MAX);
    sl_buf_text(&out->path, "");
    if (sl_buf_check(&out->path, "the path", err) < 0)
        return -1;
    char text[TEXT_SIZE];
    if (path.len > SL_PATH_MAX)
        return sl_fail(err, SL_E_LIMIT, "the path %s has more than %d bytes",
                       sl_escape(text, sizeof text, path), SL_PATH_MAX);
    if (!sl_path_is_plain(path))
        return sl_fail(err, SL_E_INPUT, "\"%s\" is not a plain relative path",
                       sl_escape(text, sizeof text, path));

    SL_CLEANUP(release_walk) struct walk walk = {.tree = tree, .out = out, .nodes = {&tree->root}};
    sl_buf_init(&walk.rest, REST_MAX);
    sl_buf_str(&walk.rest, path);
    if (sl_buf_check(&walk.rest, "the path", err) < 0)
        return -1;
    int result = run(&walk, err);
    if (result > 0 && ask_guard(&walk, sl_buf_view(&out->path), false, err) < 0)
        return -1;
    if (result > 0)
        out->node = walk.nodes[walk.depth];
    if (result == 0 && walk.open_links) {
        out->link_directory = walk.links[walk.open_links - 1].directory;
        out->link = walk.links[walk.open_links - 1].link;
    }
    return result;
}
