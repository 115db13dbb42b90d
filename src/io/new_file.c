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
#include <sys/file.h>
#include <unistd.h>

struct new_file {
    struct sl_sink sink;
    int dir; /* held from the start: PATH means the same directory at the end, whatever is renamed meanwhile
              */
    int fd;
    mode_t mode;
    bool replace;
    bool written; /* the partial file is ours to remove */
    char name[SL_NAME_MAX + 1];
    char partial[SL_NAME_MAX + sizeof ".partial"];
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

static int give_name(struct new_file *file, struct sl_err *err)
{
    int renamed = file->replace ? sl_sys_renameat(file->dir, file->partial, file->dir, file->name)
                                : sl_sys_renameat_noreplace(file->dir, file->partial, file->dir, file->name);
    if (renamed < 0 && errno == EEXIST)
        return exists(file, err);
    if (renamed < 0)
        return sl_fail_errno(err, SL_E_IO, "give %s its name", file->label);
    file->written = false;
    return 0;
}

static int new_file_finish(struct sl_sink *self, struct sl_err *err)
{
    struct new_file *file = (struct new_file *)self;
    if (set_mode(file, file->mode, err) < 0)
        return -1;
    if (sl_sys_fsync(file->fd) < 0)
        return sl_fail_errno(err, SL_E_IO, "sync %s to disk", file->label);
    /* The lock on the partial name has to last until the name is gone, so closing comes last. */
    if (give_name(file, err) < 0)
        return -1;
    if (sl_fd_close(&file->fd, file->label, err) < 0)
        return -1;
    if (sl_fd_sync_dir(file->dir) < 0)
        return sl_fail_errno(err, SL_E_IO, "sync the directory of %s to disk", file->label);
    return 0;
}

static void new_file_free(struct sl_sink *self)
{
    struct new_file *file = (struct new_file *)self;
    if (file->written)
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
    if (strlen(name) > SL_NAME_MAX - (sizeof ".partial" - 1))
        return sl_fail(err, SL_E_USAGE, "the file name of %s is too long", file->label);
    (void)snprintf(file->name, sizeof file->name, "%s", name);
    (void)snprintf(file->partial, sizeof file->partial, "%s.partial", name);

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

/* Whether the partial name still is the file that was opened: between open and lock another process may have
 * finished it, and what is held would be its good file. */
static bool still_partial(const struct new_file *file, const struct stat *held)
{
    struct stat named;
    return sl_sys_fstatat(file->dir, file->partial, &named) == 0 && named.st_dev == held->st_dev &&
           named.st_ino == held->st_ino;
}

static int in_the_way(const struct new_file *file, struct sl_err *err)
{
    (void)sl_fail(err, SL_E_EXISTS, "%s.partial is in the way: not a file that sealift left for this user",
                  file->label);
    return sl_hint(err, "remove it, or write into another directory");
}

static int busy(const struct new_file *file, struct sl_err *err)
{
    return sl_fail(err, SL_E_BUSY, "another process is writing %s.partial", file->label);
}

/* Creates the partial file, or opens one that is there. Of another user it could be one that this user goes on holding, to
 * read a secret that is written into it. A file made here is ours whoever the file system says owns it. */
static int create_or_take(struct new_file *file, struct stat *held, struct sl_err *err)
{
    file->fd = sl_sys_open_beneath(file->dir, file->partial, O_WRONLY | O_CREAT | O_EXCL, 0600);
    bool made = file->fd >= 0;
    if (!made && errno == EEXIST)
        file->fd = sl_sys_open_beneath(file->dir, file->partial, O_WRONLY | O_NONBLOCK, 0);
    if (file->fd < 0 && (errno == ELOOP || errno == ENXIO)) /* a link, a fifo */
        return in_the_way(file, err);
    if (file->fd < 0 && errno == ENOENT) /* there just now */
        return busy(file, err);
    if (file->fd < 0)
        return sl_fail_errno(err, SL_E_IO, "create %s.partial", file->label);
    if (sl_sys_fstat(file->fd, held) < 0)
        return sl_fail_errno(err, SL_E_IO, "look at %s.partial", file->label);
    if (!S_ISREG(held->st_mode) || held->st_nlink > 1 || (!made && held->st_uid != geteuid()))
        return in_the_way(file, err);
    return 0;
}

static int open_partial(struct new_file *file, struct sl_err *err)
{
    struct stat held = {0};
    if (create_or_take(file, &held, err) < 0)
        return -1;
    /* A file system without locks has nobody to wait for; only a held lock counts. */
    bool locked = sl_sys_flock(file->fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK;
    if (locked || !still_partial(file, &held))
        return busy(file, err);
    file->written = true;
    if (sl_sys_ftruncate(file->fd, 0) < 0)
        return sl_fail_errno(err, SL_E_IO, "empty %s.partial", file->label);
    /* A kill may have come after its mode was opened up. */
    return set_mode(file, 0600, err);
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
        return -1;
    *out = &sl_steal(&file)->sink;
    return 0;
}
