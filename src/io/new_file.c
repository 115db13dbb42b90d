#include "base/cleanup.h"
#include "base/limits.h"
#include "fd.h"
#include "io/file.h"
#include "io/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* So many names are tried for a file that has to have one before it is finished. */
#define PARTIAL_NAMES      99
#define PARTIAL_ENDING_MAX (sizeof ".partial-99" - 1)

struct new_file {
    struct sl_sink sink;
    int dir; /* held from the start: PATH means the same directory at the end, whatever is renamed meanwhile
              */
    int fd;
    mode_t mode;
    bool replace;
    bool named; /* `partial` is made here, and ours to remove; else the file has no name yet */
    char name[SL_NAME_MAX + 1];
    char partial[SL_NAME_MAX + 1];
    char label[SL_LABEL_BYTES]; /* PATH */
};

static int new_file_write(struct sl_sink *self, const void *bytes, size_t len, struct sl_err *err)
{
    struct new_file *file = (struct new_file *)self;
    return sl_fd_write_all(file->fd, bytes, len, file->label, err);
}

static int exists(const struct new_file *file, struct sl_err *err)
{
    return sl_fail(err, SL_E_EXISTS, "%s exists already", file->label);
}

static int set_mode(const struct new_file *file, mode_t mode, struct sl_err *err)
{
    /* EPERM: a file system without modes. */
    if (sl_sys_fchmod(file->fd, mode) < 0 && errno != EPERM)
        return sl_fail_errno(err, SL_E_IO, "set the mode of %s", file->label);
    return 0;
}

/* Gives the file a name of its own beside PATH: one that is free, whatever lies there stays. `make` answers EEXIST for one
 * that is not. */
static int take_partial_name(struct new_file *file, int (*make)(struct new_file *file), struct sl_err *err)
{
    for (int i = 1; i <= PARTIAL_NAMES; i++) {
        int len = snprintf(file->partial, sizeof file->partial, "%s.partial", file->name);
        if (i > 1)
            (void)snprintf(file->partial + len, sizeof file->partial - (size_t)len, "-%d", i);
        if (make(file) == 0) {
            file->named = true;
            return 0;
        }
        if (errno != EEXIST)
            return sl_fail_errno(err, SL_E_IO, "create %s.partial", file->label);
    }
    (void)sl_fail(err, SL_E_EXISTS, "%s.partial is in the way, and so is every name up to %s.partial-%d",
                  file->label, file->label, PARTIAL_NAMES);
    return sl_hint(err, "they may be what stopped runs left: remove those that nobody needs");
}

static int link_partial(struct new_file *file)
{
    return sl_sys_link_unnamed(file->fd, file->dir, file->partial);
}

/* By a link, which never replaces; only what has to replace needs a second name, for one rename. */
static int name_unnamed(struct new_file *file, struct sl_err *err)
{
    if (sl_sys_link_unnamed(file->fd, file->dir, file->name) == 0)
        return 0;
    if (errno != EEXIST)
        return sl_fail_errno(err, SL_E_IO, "give %s its name", file->label);
    if (!file->replace)
        return exists(file, err);
    return take_partial_name(file, link_partial, err);
}

static int give_name(struct new_file *file, struct sl_err *err)
{
    if (!file->named && name_unnamed(file, err) < 0)
        return -1;
    if (!file->named)
        return 0;
    int renamed = file->replace ? sl_sys_renameat(file->dir, file->partial, file->dir, file->name)
                                : sl_sys_renameat_noreplace(file->dir, file->partial, file->dir, file->name);
    if (renamed < 0 && errno == EEXIST)
        return exists(file, err);
    if (renamed < 0)
        return sl_fail_errno(err, SL_E_IO, "give %s its name", file->label);
    file->named = false;
    return 0;
}

static int new_file_finish(struct sl_sink *self, struct sl_err *err)
{
    struct new_file *file = (struct new_file *)self;
    if (set_mode(file, file->mode, err) < 0)
        return -1;
    if (sl_sys_fsync(file->fd) < 0)
        return sl_fail_errno(err, SL_E_IO, "sync %s to disk", file->label);
    /* An unnamed file is gone once it is closed. */
    if (give_name(file, err) < 0 || sl_fd_close(&file->fd, file->label, err) < 0)
        return -1;
    if (sl_fd_sync_dir(file->dir) < 0)
        return sl_fail_errno(err, SL_E_IO, "sync the directory of %s to disk", file->label);
    return 0;
}

static void new_file_free(struct sl_sink *self)
{
    struct new_file *file = (struct new_file *)self;
    if (file->named)
        (void)sl_sys_unlinkat(file->dir, file->partial, 0);
    sl_closep(&file->fd);
    sl_closep(&file->dir);
    free(file);
}

/* Opens the directory part of `path` and sets the names. */
static int open_directory(struct new_file *file, const char *path, struct sl_err *err)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return sl_fail(err, SL_E_USAGE, "\"%s\" does not end in a file name", file->label);
    if (strlen(name) > SL_NAME_MAX - PARTIAL_ENDING_MAX)
        return sl_fail(err, SL_E_USAGE, "the file name of %s is too long", file->label);
    (void)snprintf(file->name, sizeof file->name, "%s", name);

    char directory[PATH_MAX] = ".";
    if (slash) {
        size_t len = slash == path ? 1 : (size_t)(slash - path);
        if (len >= sizeof directory)
            return sl_fail(err, SL_E_USAGE, "the path %s is too long", file->label);
        memcpy(directory, path, len);
        directory[len] = '\0';
    }
    file->dir = sl_sys_open(directory, O_RDONLY | O_DIRECTORY, 0);
    if (file->dir < 0)
        return sl_fail_errno(err, SL_E_IO, "open the directory of %s", file->label);
    return 0;
}

static int check_target(const struct new_file *file, struct sl_err *err)
{
    struct stat info;
    if (sl_sys_fstatat(file->dir, file->name, &info) < 0) {
        if (errno == ENOENT)
            return 0;
        return sl_fail_errno(err, SL_E_IO, "look at %s", file->label);
    }
    if (S_ISDIR(info.st_mode))
        return sl_fail(err, SL_E_EXISTS, "%s is a directory", file->label);
    return file->replace ? 0 : exists(file, err);
}

static int create_partial(struct new_file *file)
{
    file->fd = sl_sys_open_beneath(file->dir, file->partial, O_WRONLY | O_CREAT | O_EXCL, 0600);
    return file->fd < 0 ? -1 : 0;
}

/* Not "the disk is full", which a file with a name would meet too. */
static bool may_lack_unnamed(int number)
{
    return number == EOPNOTSUPP || number == EISDIR || number == EINVAL || number == ENOSYS ||
           number == ENOENT || number == EPERM || number == EACCES;
}

static int open_partial(struct new_file *file, struct sl_err *err)
{
    file->fd = sl_sys_open_unnamed(file->dir, 0600);
    if (file->fd >= 0)
        return 0;
    if (!may_lack_unnamed(errno))
        return sl_fail_errno(err, SL_E_IO, "create %s", file->label);
    return take_partial_name(file, create_partial, err);
}

static void new_file_freep(struct new_file **file)
{
    if (*file)
        new_file_free(&(*file)->sink);
}

int sl_sink_new_file(struct sl_sink **out, const char *path, mode_t mode, bool replace, struct sl_err *err)
{
    static const struct sl_sink_ops ops = {
        .write = new_file_write, .finish = new_file_finish, .free = new_file_free};
    SL_CLEANUP(new_file_freep) struct new_file *file = calloc(1, sizeof *file);
    if (!file)
        return sl_fail_memory(err);
    *file = (struct new_file){.sink.ops = &ops, .dir = -1, .fd = -1, .mode = mode, .replace = replace};
    (void)sl_label(file->label, path);
    if (open_directory(file, path, err) < 0 || check_target(file, err) < 0 || open_partial(file, err) < 0)
        return sl_err_about(err, path);
    *out = &sl_steal(&file)->sink;
    return 0;
}
