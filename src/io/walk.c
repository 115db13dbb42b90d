#include "walk.h"

#include "base/arena.h"
#include "base/checked.h"
#include "fd.h"
#include "io/sys.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>

/* Names of one directory: half a million long ones. Only a removal can meet it before its count of entries.
 */
#define NAMES_BYTES_MAX (128 * SL_MIB)

struct node {
    bool directory;
    bool descend;
    size_t len;
    char name[]; /* with a '/' behind it, and a NUL behind that */
};

/* A directory is in the list twice: as "a", to be handed out, and as "a/", to be entered. Sorted together,
 * all paths of the walk come in byte order: "a" < "a-b" < "a/x". */
struct item {
    struct node *node;
    bool inside;
};

struct sl_walk_frame {
    struct sl_walk_frame *outer;
    int fd;
    size_t prefix; /* length of its path and the slash behind */
    struct sl_arena names;
    struct item *items;
    size_t count;
    size_t capacity;
    size_t next;
    bool left; /* handed out as leaving; gone at the next step */
};

static int compare_items(const void *left, const void *right)
{
    const struct item *a = left;
    const struct item *b = right;
    return sl_str_compare((struct sl_str){a->node->name, a->node->len + a->inside},
                          (struct sl_str){b->node->name, b->node->len + b->inside});
}

static int add_item(struct sl_walk_frame *frame, struct node *node, bool inside, struct sl_err *err)
{
    if (frame->count == frame->capacity) {
        size_t capacity = frame->capacity ? frame->capacity * 2 : 32;
        size_t bytes;
        struct item *items = NULL;
        if (!sl_mul_overflows(capacity, sizeof *items, &bytes))
            items = realloc(frame->items, bytes);
        if (!items)
            return sl_fail_memory(err);
        frame->items = items;
        frame->capacity = capacity;
    }
    frame->items[frame->count++] = (struct item){node, inside};
    return 0;
}

/* What the file system did not say in the listing is looked up. */
static int is_directory(const struct sl_walk_frame *frame, const struct dirent64 *entry, bool *out,
                        struct sl_err *err)
{
    *out = entry->d_type == DT_DIR;
    if (entry->d_type != DT_UNKNOWN)
        return 0;
    struct stat info;
    char label[SL_LABEL_BYTES];
    if (sl_sys_fstatat(frame->fd, entry->d_name, &info) < 0)
        return sl_fail_errno(err, SL_E_IO, "look at %s", sl_label(label, entry->d_name));
    *out = S_ISDIR(info.st_mode);
    return 0;
}

static int add_entry(struct sl_walk *walk, struct sl_walk_frame *frame, const struct dirent64 *entry,
                     struct sl_err *err)
{
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
        return 0;
    size_t len = strlen(entry->d_name);
    if (frame->prefix + len > SL_PATH_MAX)
        return sl_fail(err, SL_E_LIMIT, "a path is longer than the limit of %d bytes", SL_PATH_MAX);
    if (walk->entries_left == 0)
        return sl_fail(err, SL_E_LIMIT, "there are more files and directories than the limit allows");
    walk->entries_left--;

    bool directory;
    if (is_directory(frame, entry, &directory, err) < 0)
        return -1;
    struct node *node = sl_arena_alloc(&frame->names, sizeof *node + len + 2);
    if (!node)
        return sl_fail_memory(err);
    node->directory = directory;
    node->descend = directory;
    node->len = len;
    memcpy(node->name, entry->d_name, len);
    node->name[len] = '/';
    if (add_item(frame, node, false, err) < 0)
        return -1;
    return directory ? add_item(frame, node, true, err) : 0;
}

static int list(struct sl_walk *walk, struct sl_walk_frame *frame, struct sl_err *err)
{
    _Alignas(struct dirent64) char buffer[16 * 1024];
    for (;;) {
        ssize_t got = sl_sys_getdents(frame->fd, buffer, sizeof buffer);
        if (got < 0) {
            char label[SL_LABEL_BYTES];
            return sl_fail_errno(err, SL_E_IO, "read the directory %s", sl_label(label, walk->path));
        }
        if (got == 0)
            break;
        for (ssize_t at = 0; at < got;) {
            const struct dirent64 *entry = (const struct dirent64 *)(const void *)(buffer + at);
            if (add_entry(walk, frame, entry, err) < 0)
                return -1;
            at += entry->d_reclen;
        }
    }
    if (frame->count)
        qsort(frame->items, frame->count, sizeof *frame->items, compare_items);
    return 0;
}

static void pop(struct sl_walk *walk)
{
    struct sl_walk_frame *frame = walk->top;
    walk->top = frame->outer;
    walk->depth--;
    (void)sl_sys_close(frame->fd);
    sl_arena_release(&frame->names);
    free(frame->items);
    free(frame);
}

/* Opens `path` below `dir` and makes it the innermost directory. */
static int push(struct sl_walk *walk, int dir, const char *path, size_t prefix, struct sl_err *err)
{
    char label[SL_LABEL_BYTES];
    if (walk->depth == walk->depth_max)
        return sl_fail(err, SL_E_LIMIT, "%s is nested deeper than the limit of %u directories",
                       sl_label(label, walk->path), walk->depth_max);
    struct sl_walk_frame *frame = calloc(1, sizeof *frame);
    if (!frame)
        return sl_fail_memory(err);
    frame->fd = sl_sys_open_beneath(dir, path, O_RDONLY | O_DIRECTORY, 0);
    if (frame->fd < 0) {
        free(frame);
        return sl_fail_errno(err, SL_E_IO, "open the directory %s", sl_label(label, walk->path));
    }
    sl_arena_init(&frame->names, NAMES_BYTES_MAX);
    frame->prefix = prefix;
    frame->outer = walk->top;
    walk->top = frame;
    walk->depth++;
    return list(walk, frame, err);
}

int sl_walk_open(struct sl_walk *walk, int dir, const char *path, unsigned depth_max, uint64_t entries_max,
                 struct sl_err *err)
{
    *walk = (struct sl_walk){.depth_max = depth_max, .entries_left = entries_max};
    size_t len = strlen(path);
    if (len <= SL_PATH_MAX)
        memcpy(walk->path, path, len + 1); /* for messages, until the first step */
    return push(walk, dir, path, 0, err);
}

/* Puts the name of `node` behind the path of the innermost directory. */
static void set_path(struct sl_walk *walk, const struct node *node)
{
    char *name = walk->path + walk->top->prefix;
    memcpy(name, node->name, node->len);
    name[node->len] = '\0';
}

static int enter(struct sl_walk *walk, const struct node *node, struct sl_err *err)
{
    set_path(walk, node);
    size_t at = walk->top->prefix;
    if (push(walk, walk->top->fd, walk->path + at, at + node->len + 1, err) < 0)
        return -1;
    walk->path[at + node->len] = '/';
    return 0;
}

static int leave(struct sl_walk *walk, struct sl_walk_step *step)
{
    struct sl_walk_frame *frame = walk->top;
    frame->left = true;
    walk->path[frame->prefix - 1] = '\0';
    *step = (struct sl_walk_step){
        .path = walk->path,
        .name = walk->path + frame->outer->prefix,
        .parent = frame->outer->fd,
        .self = frame->fd,
        .directory = true,
        .leaving = true,
    };
    return 1;
}

int sl_walk_next(struct sl_walk *walk, struct sl_walk_step *step, struct sl_err *err)
{
    walk->descend = NULL;
    if (walk->top->left)
        pop(walk);
    for (;;) {
        struct sl_walk_frame *frame = walk->top;
        if (frame->next == frame->count)
            return frame->outer ? leave(walk, step) : 0;
        struct item item = frame->items[frame->next++];
        if (!item.inside) {
            set_path(walk, item.node);
            walk->descend = &item.node->descend;
            *step = (struct sl_walk_step){
                .path = walk->path,
                .name = walk->path + frame->prefix,
                .parent = frame->fd,
                .self = -1,
                .directory = item.node->directory,
            };
            return 1;
        }
        if (item.node->descend && enter(walk, item.node, err) < 0)
            return -1;
    }
}

void sl_walk_skip(struct sl_walk *walk)
{
    if (walk->descend)
        *walk->descend = false;
}

void sl_walk_release(struct sl_walk *walk)
{
    while (walk->top)
        pop(walk);
}
