/*
 * What a view is inside: what its loader says of each directory, kept, and the loader itself.
 *
 * Two kinds of path meet here. An asked path may lead through symbolic links. A real path does not: it is
 * what is left when every link is followed, names one thing in one way, and is what loaders get and lists and
 * contents are kept under. resolve.c makes the one of the other.
 */
#ifndef TREE_VIEW_H
#define TREE_VIEW_H

#include "base/arena.h"
#include "base/map.h"
#include "git_repository.h"
#include "tree/tree.h"

enum sl_node_kind {
    SL_NODE_FILE,
    SL_NODE_DIRECTORY,
    SL_NODE_LINK,
    SL_NODE_SUBMODULE,
    SL_NODE_SPECIAL, /* device, fifo, socket */
};

/* A name in a directory, links not followed. There may be very many, so nothing is in one twice. */
struct sl_node {
    struct sl_str name;
    union {
        uint64_t size;               /* of a file */
        const struct sl_str *target; /* of a link, once it was read; NULL before */
    } as;
    git_oid id; /* of the git loader */
    enum sl_node_kind kind : 8;
    bool executable;
};
_Static_assert(sizeof(struct sl_node) <= 48, "one of 50,000 nodes has grown");

struct sl_listing {
    struct sl_str path; /* real */
    struct sl_node *nodes;
    size_t count;
    struct sl_tree_entry *entries; /* one for each node; NULL until somebody asks */
    bool has_links;                /* among the nodes, so that the guard has a say in the entries */
    uint64_t guard_number;         /* of the guard that was asked */
};

/* A thing in the tree: its real path, NUL terminated, and its node. */
struct sl_place {
    struct sl_str path;
    const struct sl_node *node;
};

/* The nodes of one directory while its loader collects them. */
struct sl_node_list {
    struct sl_node *nodes;
    size_t count;
    size_t capacity;
};

struct sl_tree_ops {
    bool has_ids; /* nodes know their objects in git */
    /* Adds every node of a directory, in any order. */
    int (*list)(struct sl_tree *tree, struct sl_place directory, struct sl_node_list *out,
                struct sl_err *err);
    /* Appends the target of a link. */
    int (*read_link)(struct sl_tree *tree, struct sl_place link, struct sl_buf *target, struct sl_err *err);
    /* All bytes of a file, from sl_tree_alloc(). */
    int (*read)(struct sl_tree *tree, struct sl_place file, struct sl_str *bytes, struct sl_err *err);
    int (*source)(struct sl_tree *tree, struct sl_place file, struct sl_source **out, struct sl_err *err);
    /* What sl_tree_revision() hands out. */
    int (*revision)(struct sl_tree *tree, struct sl_tree_revision *out, struct sl_err *err);
    /* Frees what the loader holds, and `tree`. */
    void (*free)(struct sl_tree *tree);
};

struct sl_tree {
    const struct sl_tree_ops *ops;
    struct sl_arena arena;
    struct sl_map listings; /* real path: struct sl_listing */
    struct sl_map contents; /* real path: struct sl_str */
    size_t node_count;      /* in all listings */
    struct sl_node root;
    struct sl_git git; /* of a directory: opened when its revision is asked for */
    struct sl_tree_revision *revision;
    struct sl_str *tags; /* NULL: nobody asked */
    size_t tag_count;
    sl_tree_guard guard;   /* or NULL */
    uint64_t guard_number; /* how many there were before it */
    void *guard_context;
};

/* Makes a zeroed tree ready for use; release undoes it, without freeing `tree`. */
void sl_tree_init(struct sl_tree *tree, const struct sl_tree_ops *ops);
void sl_tree_release(struct sl_tree *tree);

/* Memory of the tree's arena; NULL after SL_E_LIMIT or SL_E_NO_MEMORY. */
void *sl_tree_alloc(struct sl_tree *tree, size_t size, struct sl_err *err);

/* A NUL-terminated copy in the arena. */
int sl_tree_copy(struct sl_tree *tree, struct sl_str text, struct sl_str *out,
                 struct sl_err *err) SL_MUST_USE;

/* For loaders: takes a copy of `node`, whose name need not live on. ".git" is passed over. A name that no
 * file system could have made is SL_E_INPUT. */
int sl_node_list_add(struct sl_tree *tree, struct sl_node_list *list, const struct sl_node *node,
                     struct sl_err *err) SL_MUST_USE;

/* The listing of a directory, from the cache or the loader. */
int sl_tree_listing(struct sl_tree *tree, struct sl_place directory, struct sl_listing **out,
                    struct sl_err *err) SL_MUST_USE;

/* The node of this name, or NULL. */
struct sl_node *sl_listing_find(const struct sl_listing *listing, struct sl_str name);

#endif
