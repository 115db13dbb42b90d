#include "base/cleanup.h"
#include "fd.h"
#include "io/file.h"
#include "io/sys.h"
#include "walk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sealift/text.h>

/* What sealift makes is at most SL_TREE_DEPTH_MAX deep below a directory of its own; the rest is margin for
 * those. Each level costs a descriptor. */
#define OWN_DEPTH_MAX (2 * SL_TREE_DEPTH_MAX)

/* -- make -- */

/* Makes `name` in `dir` unless it is there, and opens it. */
static int make_one(int dir, const char *name, const char *label, struct sl_err *err)
{
    bool made = sl_sys_mkdirat(dir, name, 0755) == 0;
    if (!made && errno != EEXIST)
        return sl_fail_errno(err, SL_E_IO, "make the directory %s", label);
    int fd = sl_sys_open_beneath(dir, name, O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0 && (errno == ELOOP || errno == ENOTDIR)) {
        const char *what = errno == ELOOP ? "symbolic link" : "file";
        char in_the_way[SL_LABEL_BYTES / 2];
        (void)sl_escape(in_the_way, sizeof in_the_way, sl_str_from(name));
        return sl_fail(err, SL_E_EXISTS, "cannot make the directory %s: a %s named \"%s\" is in the way",
                       label, what, in_the_way);
    }
    if (fd < 0)
        return sl_fail_errno(err, SL_E_IO, "open the directory %s", label);
    if (made && sl_sys_fchmod(fd, 0755) < 0) {
        (void)sl_fail_errno(err, SL_E_IO, "set the mode of the directory %s", label);
        (void)sl_sys_close(fd);
        return -1;
    }
    return fd;
}

static int make_each(int dir, const char *path, const char *label, struct sl_err *err)
{
    SL_CLEANUP(sl_closep) int held = -1;
    int at = dir;
    for (unsigned depth = 1;; depth++) {
        if (depth > SL_TREE_DEPTH_MAX)
            return sl_fail(err, SL_E_LIMIT, "%s is nested deeper than the limit of %d directories", label,
                           SL_TREE_DEPTH_MAX);
        char name[SL_NAME_MAX + 1];
        size_t len = strcspn(path, "/");
        if (len > SL_NAME_MAX)
            return sl_fail(err, SL_E_LIMIT, "a name in %s is longer than %d bytes", label, SL_NAME_MAX);
        memcpy(name, path, len);
        name[len] = '\0';
        int next = make_one(at, name, label, err);
        if (next < 0)
            return -1;
        sl_closep(&held);
        at = held = next;
        if (path[len] == '\0')
            return 0;
        path += len + 1;
    }
}

int sl_dir_make(int dir, const char *path, struct sl_err *err)
{
    char label[SL_LABEL_BYTES];
    (void)sl_label(label, path);
    /* Mostly it is there already. */
    int there = sl_sys_open_beneath(dir, path, O_PATH | O_DIRECTORY, 0);
    if (there >= 0) {
        (void)sl_sys_close(there);
        return 0;
    }
    if (errno == EXDEV || errno == EINVAL)
        return sl_fail(err, SL_E_INPUT, "\"%s\" is not a plain relative path", label);
    return make_each(dir, path, label, err);
}

/* Cuts `path` into the directory it lies in and its name there: false where it names none ("", "..", "/"). */
static bool split_last(char *path, const char **above, const char **name)
{
    size_t len = strlen(path);
    while (len > 1 && (path[len - 1] == '/' || (path[len - 1] == '.' && path[len - 2] == '/')))
        path[--len] = '\0';
    char *slash = strrchr(path, '/');
    *name = slash ? slash + 1 : path;
    *above = !slash ? "." : slash == path ? "/" : path;
    if (slash)
        *slash = '\0';
    return **name && strcmp(*name, ".") != 0 && strcmp(*name, "..") != 0;
}

static int no_directory_above(const char *label, const char *above, struct sl_err *err)
{
    char shown[SL_LABEL_BYTES / 2];
    (void)sl_fail_errno(err, SL_E_IO, "make the directory %s: open %s", label,
                        sl_escape(shown, sizeof shown, sl_str_from(above)));
    if (err->code == SL_E_NOT_FOUND)
        return sl_hint(
            err,
            "only the last directory of a path is made: is it spelt rightly? else make the others first");
    return -1;
}

int sl_dir_open_or_make(int *fd, const char *path, struct sl_err *err)
{
    char label[SL_LABEL_BYTES];
    char parts[PATH_MAX];
    const char *above;
    const char *name;
    (void)sl_label(label, path);
    *fd = sl_sys_open(path, O_RDONLY | O_DIRECTORY, 0);
    if (*fd >= 0)
        return 0;
    if (errno != ENOENT)
        return sl_fail_errno(err, SL_E_IO, "open %s", label);
    size_t len = strlen(path);
    if (len < sizeof parts)
        memcpy(parts, path, len + 1);
    if (len == 0 || len >= sizeof parts || !split_last(parts, &above, &name))
        return sl_fail(err, SL_E_USAGE, "\"%s\" is no name for a directory", label);
    SL_CLEANUP(sl_closep) int directory = sl_sys_open(above, O_RDONLY | O_DIRECTORY, 0);
    if (directory < 0)
        return no_directory_above(label, above, err);
    *fd = make_one(directory, name, label, err);
    if (*fd < 0)
        return -1;
    if (sl_fd_sync_dir(*fd) == 0 && sl_fd_sync_dir(directory) == 0)
        return 1;
    (void)sl_fail_errno(err, SL_E_IO, "sync %s to disk", label);
    sl_closep(fd);
    return -1;
}

/* -- remove -- */

static int remove_at(int dir, const char *name, const char *path, int flags, struct sl_err *err)
{
    char label[SL_LABEL_BYTES];
    if (sl_sys_unlinkat(dir, name, flags) < 0 && errno != ENOENT)
        return sl_fail_errno(err, SL_E_IO, "remove %s", sl_label(label, path));
    return 0;
}

static int remove_below(int dir, const char *name, struct sl_err *err)
{
    SL_CLEANUP(sl_walk_release) struct sl_walk walk;
    if (sl_walk_open(&walk, dir, name, OWN_DEPTH_MAX, UINT64_MAX, err) < 0)
        return -1;
    struct sl_walk_step step;
    int more;
    while ((more = sl_walk_next(&walk, &step, err)) > 0) {
        if (step.directory && !step.leaving)
            continue;
        if (remove_at(step.parent, step.name, step.path, step.directory ? AT_REMOVEDIR : 0, err) < 0)
            return -1;
    }
    return more;
}

int sl_dir_remove(int dir, const char *name, struct sl_err *err)
{
    if (sl_name_check(name, err) < 0)
        return -1;
    struct stat info;
    char label[SL_LABEL_BYTES];
    if (sl_sys_fstatat(dir, name, &info) < 0) {
        if (errno == ENOENT)
            return 0;
        return sl_fail_errno(err, SL_E_IO, "look at %s", sl_label(label, name));
    }
    if (!S_ISDIR(info.st_mode))
        return remove_at(dir, name, name, 0, err);
    if (remove_below(dir, name, err) < 0)
        return sl_wrap(err, "remove %s", sl_label(label, name));
    return remove_at(dir, name, name, AT_REMOVEDIR, err);
}

/* -- sync -- */

static int sync_opened(int fd, const char *path, struct sl_err *err)
{
    char label[SL_LABEL_BYTES];
    if (sl_fd_sync_dir(fd) < 0)
        return sl_fail_errno(err, SL_E_IO, "sync the directory %s to disk", sl_label(label, path));
    return 0;
}

int sl_dir_sync(int dir, const char *path, struct sl_err *err)
{
    char label[SL_LABEL_BYTES];
    SL_CLEANUP(sl_closep) int fd = sl_sys_open_beneath(dir, path, O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0)
        return sl_fail_errno(err, SL_E_IO, "open the directory %s", sl_label(label, path));
    return sync_opened(fd, path, err);
}

int sl_dir_sync_tree(int dir, const char *path, struct sl_err *err)
{
    SL_CLEANUP(sl_walk_release) struct sl_walk walk;
    if (sl_walk_open(&walk, dir, path, OWN_DEPTH_MAX, UINT64_MAX, err) < 0)
        return -1;
    struct sl_walk_step step;
    int more;
    while ((more = sl_walk_next(&walk, &step, err)) > 0) {
        if (step.leaving && sync_opened(step.self, step.path, err) < 0)
            return -1;
    }
    return more < 0 ? -1 : sl_dir_sync(dir, path, err);
}

/* -- walk -- */

int sl_dir_walk(int dir, sl_dir_visit *visit, void *context, struct sl_err *err)
{
    SL_CLEANUP(sl_walk_release) struct sl_walk walk;
    if (sl_walk_open(&walk, dir, ".", SL_TREE_DEPTH_MAX, SL_TREE_FILES_MAX, err) < 0)
        return -1;
    struct sl_walk_step step;
    int more;
    while ((more = sl_walk_next(&walk, &step, err)) > 0) {
        if (step.leaving)
            continue;
        char label[SL_LABEL_BYTES];
        struct sl_dir_entry entry = {.path = step.path};
        if (sl_sys_fstatat(step.parent, step.name, &entry.info) < 0)
            return sl_fail_errno(err, SL_E_IO, "look at %s", sl_label(label, step.path));
        int verdict = visit(context, &entry, err);
        if (verdict < 0)
            return -1;
        if (verdict > 0)
            sl_walk_skip(&walk);
    }
    return more;
}
