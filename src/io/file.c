#include "io/file.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "fd.h"
#include "io/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#define READ_STEP ((size_t)64 * 1024)

static int too_large(const char *label, size_t max, struct sl_err *err)
{
    return sl_fail(err, SL_E_LIMIT, "%s is larger than the limit of %zu bytes", label, max);
}

/* Reads to the end. `expected` is what fstat said, so that a plain file needs one allocation and leaves no
 * copies of a secret behind; it is only a hint. */
static int read_all(struct sl_buf *out, int fd, size_t expected, size_t max, const char *label,
                    struct sl_err *err)
{
    size_t total = 0;
    for (;;) {
        char beyond;
        size_t room = max - total;
        if (room > READ_STEP && room > expected)
            room = expected > READ_STEP ? expected : READ_STEP;
        void *to = room ? sl_buf_reserve(out, room) : &beyond;
        if (!to)
            return sl_buf_check(out, label, err);
        ssize_t got = sl_sys_read(fd, to, room ? room : 1);
        if (got < 0)
            return sl_fail_errno(err, SL_E_IO, "read %s", label);
        if (got == 0)
            return 0;
        if (room == 0)
            return too_large(label, max, err);
        sl_buf_commit(out, (size_t)got);
        total += (size_t)got;
    }
}

static int read_opened(struct sl_buf *out, int fd, const struct stat *info, size_t max, const char *label,
                       struct sl_err *err)
{
    if (max > out->max - out->len)
        max = out->max - out->len;
    size_t expected = 0;
    if (S_ISREG(info->st_mode)) {
        if ((uint64_t)info->st_size > max)
            return too_large(label, max, err);
        expected = (size_t)info->st_size;
    }
    return read_all(out, fd, expected, max, label, err);
}

static int read_path(struct sl_buf *out, const char *path, size_t max, struct sl_err *err)
{
    char label[SL_LABEL_BYTES];
    (void)sl_label(label, path);
    SL_CLEANUP(sl_closep) int fd = sl_sys_open(path, O_RDONLY | O_NOCTTY, 0);
    if (fd < 0)
        return sl_fail_errno(err, SL_E_IO, "open %s", label);
    struct stat info;
    if (sl_sys_fstat(fd, &info) < 0)
        return sl_fail_errno(err, SL_E_IO, "look at %s", label);
    return read_opened(out, fd, &info, max, label, err);
}

int sl_file_read(struct sl_buf *out, const char *path, size_t max, struct sl_err *err)
{
    return read_path(out, path, max, err) < 0 ? sl_err_about(err, path) : 0;
}

static int cannot_open_beneath(const char *label, struct sl_err *err)
{
    switch (errno) {
    case ELOOP:
        return sl_fail(err, SL_E_INPUT, "%s is a symbolic link or lies behind one; links are not followed",
                       label);
    case EXDEV:
    case EINVAL:
        return sl_fail(err, SL_E_INPUT, "\"%s\" is not a plain relative path", label);
    case ENXIO:
        return sl_fail(err, SL_E_INPUT, "%s is not a regular file", label);
    default:
        return sl_fail_errno(err, SL_E_IO, "open %s", label);
    }
}

int sl_file_read_beneath(struct sl_buf *out, int dir, const char *path, size_t max, struct sl_err *err)
{
    char label[SL_LABEL_BYTES];
    (void)sl_label(label, path);
    /* O_NONBLOCK: a fifo would wait for a writer before it could be refused. */
    SL_CLEANUP(sl_closep) int fd = sl_sys_open_beneath(dir, path, O_RDONLY | O_NOCTTY | O_NONBLOCK, 0);
    if (fd < 0)
        return cannot_open_beneath(label, err);
    struct stat info;
    if (sl_sys_fstat(fd, &info) < 0)
        return sl_fail_errno(err, SL_E_IO, "look at %s", label);
    if (!S_ISREG(info.st_mode))
        return sl_fail(err, SL_E_INPUT, "%s is not a regular file", label);
    return read_opened(out, fd, &info, max, label, err);
}

int sl_file_create(const char *path, struct sl_str content, mode_t mode, bool replace, struct sl_err *err)
{
    SL_CLEANUP(sl_sink_freep) struct sl_sink *sink = NULL;
    if (sl_sink_new_file(&sink, path, mode, replace, err) < 0 ||
        sl_sink_write(sink, content.ptr, content.len, err) < 0 || sl_sink_finish(sink, err) < 0)
        return sl_err_about(err, path);
    return 0;
}

/* -- replace -- */

static int write_new(int dir, const char *name, struct sl_str content, mode_t mode, struct sl_err *err)
{
    char label[SL_LABEL_BYTES];
    (void)sl_label(label, name);
    SL_CLEANUP(sl_closep) int fd = sl_sys_open_beneath(dir, name, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (fd < 0)
        return sl_fail_errno(err, SL_E_IO, "create %s", label);
    if (sl_fd_write_all(fd, content.ptr, content.len, label, err) < 0)
        return -1;
    if (sl_sys_fchmod(fd, mode) < 0)
        return sl_fail_errno(err, SL_E_IO, "set the mode of %s", label);
    if (sl_sys_fsync(fd) < 0)
        return sl_fail_errno(err, SL_E_IO, "sync %s to disk", label);
    return sl_fd_close(&fd, label, err);
}

static int write_and_rename(int dir, const char *temporary, const char *name, struct sl_str content,
                            mode_t mode, struct sl_err *err)
{
    if (write_new(dir, temporary, content, mode, err) < 0)
        return -1;
    if (sl_sys_renameat(dir, temporary, dir, name) < 0) {
        char label[SL_LABEL_BYTES];
        return sl_fail_errno(err, SL_E_IO, "give %s its name", sl_label(label, name));
    }
    return 0;
}

int sl_file_replace(int dir, const char *name, struct sl_str content, mode_t mode, struct sl_err *err)
{
    if (sl_name_check(name, err) < 0)
        return -1;
    char temporary[SL_NAME_MAX + sizeof ".tmp"];
    (void)snprintf(temporary, sizeof temporary, "%s.tmp", name);
    char label[SL_LABEL_BYTES];
    if (sl_sys_unlinkat(dir, temporary, 0) < 0 && errno != ENOENT)
        return sl_fail_errno(err, SL_E_IO, "remove the old %s", sl_label(label, temporary));
    if (write_and_rename(dir, temporary, name, content, mode, err) < 0) {
        (void)sl_sys_unlinkat(dir, temporary, 0);
        return -1;
    }
    if (sl_fd_sync_dir(dir) < 0)
        return sl_fail_errno(err, SL_E_IO, "sync the directory of %s to disk", sl_label(label, name));
    return 0;
}
