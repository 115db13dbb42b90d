#include "io/lock.h"

#include "fd.h"
#include "io/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <sealift/text.h>
#include <stdio.h>
#include <sys/file.h>

/* Of what the holder wrote, as much is repeated. */
#define HOLDER_BYTES 256

static int held_by_other(int fd, const char *happened, struct sl_err *err)
{
    char line[HOLDER_BYTES];
    char holder[2 * HOLDER_BYTES] = "it does not say who";
    ssize_t got = sl_sys_read(fd, line, sizeof line);
    if (got > 0) {
        struct sl_str text = {line, (size_t)got};
        text.len = sl_str_find(text, '\n');
        if (text.len)
            (void)sl_escape(holder, sizeof holder, text);
    }
    (void)sl_fail(err, SL_E_BUSY, "%s: %s", happened, holder);
    return sl_hint(err,
                   "try again when it is done, or wait for it with --wait; the lock ends with that process");
}

static int acquire(int fd, const char *label, bool wait, struct sl_err *err)
{
    if (sl_sys_flock(fd, wait ? LOCK_EX : LOCK_EX | LOCK_NB) == 0)
        return 0;
    if (errno == EWOULDBLOCK)
        return held_by_other(fd, "another sealift is at work", err);
    if (errno == EINTR)
        return held_by_other(fd, "stopped while waiting for another sealift", err);
    return sl_fail_errno(err, SL_E_IO, "lock the file %s", label);
}

/* The line is for people only: where there is no room for it, the lock holds without. */
static void note_holder(int fd, const char *holder)
{
    char line[HOLDER_BYTES];
    (void)snprintf(line, sizeof line, "%s\n", holder);
    if (sl_sys_ftruncate(fd, 0) == 0)
        (void)sl_sys_write(fd, line, strlen(line));
}

int sl_lock_take(struct sl_lock *lock, int dir, const char *name, const char *holder, bool wait,
                 struct sl_err *err)
{
    lock->fd = -1;
    char label[SL_LABEL_BYTES];
    (void)sl_label(label, name);
    int fd = sl_sys_open_beneath(dir, name, O_RDWR | O_CREAT | O_NONBLOCK, 0644);
    if (fd < 0 && errno == ELOOP) {
        (void)sl_fail(err, SL_E_EXISTS, "the lock %s is in the way: it is a symbolic link, so not sealift's",
                      label);
        return sl_hint(err, "move it away: nobody's work is in it");
    }
    if (fd < 0)
        return sl_fail_errno(err, SL_E_IO, "open %s", label);
    if (acquire(fd, label, wait, err) < 0) {
        (void)sl_sys_close(fd);
        return -1;
    }
    note_holder(fd, holder);
    lock->fd = fd;
    return 0;
}

void sl_lock_release(struct sl_lock *lock)
{
    if (lock->fd < 0)
        return;
    /* Nobody should read the name of a holder who is gone. */
    (void)sl_sys_ftruncate(lock->fd, 0);
    (void)sl_sys_close(lock->fd);
    lock->fd = -1;
}
