/*
 * Two pipes lead from the child to its parent. Through the first comes what the stages deliver; its end comes with the end of
 * the child's work. Through the second come two messages of a fixed size: how the child is confined, before it reads the first
 * byte of the file, and the outcome of its work. A child that was taken over can write what it likes into both.
 */
#include "io/isolated.h"

#include "aligned.h"
#include "base/cleanup.h"
#include "confine.h"
#include "fd.h"
#include "io/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <sealift/text.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* Handed over at a time, and what the pipe holds where the system allows as much. Small enough that what was written is
 * still in a cache when it is read: with four times as much, 1 GiB took 0.08 s longer. */
#define PIECE_BYTES ((size_t)64 * 1024)
#define PIPE_BYTES  (1 << 18)

/* Smaller than PIPE_BUF, so that it is written at once. */
struct outcome {
    enum sl_code code;
    int sys_errno;
    char message[SL_ERR_MESSAGE_MAX];
    char hint[SL_ERR_HINT_MAX];
};

struct isolated_source {
    struct sl_source source;
    pid_t child; /* 0: it has ended and was waited for */
    int data, report;
    struct sl_isolation isolation;
    unsigned char *piece;
    char label[SL_LABEL_BYTES];
};

/* -- the child -- */

static bool write_all(int fd, const void *bytes, size_t len)
{
    const unsigned char *at = bytes;
    while (len > 0) {
        ssize_t wrote = write(fd, at, len);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return false;
        at += wrote;
        len -= (size_t)wrote;
    }
    return true;
}

/* The descriptors of the child, from then on its only ones. */
enum { CHILD_FILE = 3, CHILD_DATA, CHILD_REPORT, CHILD_FIRST_CLOSED };

static void close_others(void)
{
    /* Without close_range (Linux 5.9) as many as are usual; what is left open cannot be found by its name. */
    if (syscall(SYS_close_range, CHILD_FIRST_CLOSED, ~0U, 0) < 0)
        for (int fd = CHILD_FIRST_CLOSED; fd < 4096; fd++)
            (void)close(fd);
    (void)close(STDIN_FILENO);
    (void)close(STDOUT_FILENO);
#ifndef CONFINE_SANITIZED
    (void)close(STDERR_FILENO);
#endif
}

/* Moves three descriptors, whatever their numbers, to where the child wants them. */
static bool arrange(int file, int data, int report)
{
    int high[3] = {fcntl(file, F_DUPFD, CHILD_FIRST_CLOSED), fcntl(data, F_DUPFD, CHILD_FIRST_CLOSED),
                   fcntl(report, F_DUPFD, CHILD_FIRST_CLOSED)};
    for (int i = 0; i < 3; i++)
        if (high[i] < 0 || dup2(high[i], CHILD_FILE + i) < 0)
            return false;
    close_others();
    return true;
}

static int deliver(const struct sl_isolated_work *work, const char *name, struct sl_err *err)
{
    struct sl_source *file = NULL;
    SL_CLEANUP(sl_source_freep) struct sl_source *source = NULL;
    if (sl_source_fd(&file, CHILD_FILE, name, err) < 0 || work->open(work->context, &source, file, err) < 0)
        return -1;
    for (;;) {
        const void *bytes;
        ssize_t got = sl_source_borrow(source, &bytes, PIECE_BYTES, err);
        if (got <= 0)
            return got < 0 ? -1 : 0;
        if (!write_all(CHILD_DATA, bytes, (size_t)got))
            return sl_fail(err, SL_E_INTERNAL, "nobody takes what is unpacked");
    }
}

static _Noreturn void run_child(pid_t parent, const struct sl_isolated_work *work, const char *name)
{
    struct sl_err err = {0};
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(0);
    struct sl_isolation isolation = confine_process();
    if (!write_all(CHILD_REPORT, &isolation, sizeof isolation))
        _exit(0);
    struct outcome outcome = {.code = SL_OK};
    if (deliver(work, name, &err) < 0) {
        outcome.code = err.code;
        outcome.sys_errno = err.sys_errno;
        memcpy(outcome.message, err.message, sizeof outcome.message);
        memcpy(outcome.hint, err.hint, sizeof outcome.hint);
    }
    (void)write_all(CHILD_REPORT, &outcome, sizeof outcome);
    _exit(0);
}

/* -- the parent -- */

static void end_child(struct isolated_source *isolated, int *status)
{
    *status = 0;
    if (isolated->child == 0)
        return;
    pid_t ended;
    do
        ended = waitpid(isolated->child, status, 0);
    while (ended < 0 && errno == EINTR);
    isolated->child = 0;
}

static int ended_otherwise(struct isolated_source *isolated, struct sl_err *err)
{
    int status;
    (void)kill(isolated->child, SIGKILL);
    end_child(isolated, &status);
    if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
        return sl_fail(err, SL_E_REFUSED, "the process that unpacks %s was ended by signal %d",
                       isolated->label, WTERMSIG(status));
    return sl_fail(err, SL_E_REFUSED, "the process that unpacks %s came to an unexpected end",
                   isolated->label);
}

/* A message of the child, all of it; a child that does not send it whole has ended. */
static int read_message(struct isolated_source *isolated, void *out, size_t len, struct sl_err *err)
{
    unsigned char *at = out;
    while (len > 0) {
        ssize_t got = sl_sys_read(isolated->report, at, len);
        if (got < 0)
            return sl_fail_errno(err, SL_E_IO, "read from the process that unpacks %s", isolated->label);
        if (got == 0)
            return ended_otherwise(isolated, err);
        at += got;
        len -= (size_t)got;
    }
    return 0;
}

/* One line that can be shown, ended within its array. */
static bool is_line(const char *text, size_t size)
{
    size_t len = strnlen(text, size);
    if (len == size || !sl_utf8_valid((struct sl_str){text, len}))
        return false;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            return false;
    return true;
}

/* What the child says how it ended is believed where it makes sense. */
static ssize_t take_outcome(struct isolated_source *isolated, struct sl_err *err)
{
    struct outcome outcome;
    if (read_message(isolated, &outcome, sizeof outcome, err) < 0)
        return -1;
    if ((int)outcome.code < SL_OK || outcome.code > SL_E_INTERNAL ||
        !is_line(outcome.message, sizeof outcome.message) || !is_line(outcome.hint, sizeof outcome.hint))
        return ended_otherwise(isolated, err);
    if (outcome.code == SL_OK)
        return 0;
    (void)sl_fail(err, outcome.code, "%s", outcome.message);
    err->sys_errno = outcome.sys_errno;
    return outcome.hint[0] ? sl_hint(err, "%s", outcome.hint) : -1;
}

static ssize_t isolated_borrow(struct sl_source *self, const void **bytes, size_t max, struct sl_err *err)
{
    struct isolated_source *isolated = (struct isolated_source *)self;
    unsigned char *piece = sl_aligned(isolated->piece);
    ssize_t got = sl_sys_read(isolated->data, piece, max < PIECE_BYTES ? max : PIECE_BYTES);
    if (got < 0)
        return sl_fail_errno(err, SL_E_IO, "read what was unpacked of %s", isolated->label);
    if (got == 0)
        return take_outcome(isolated, err);
    *bytes = piece;
    return got;
}

static void isolated_free(struct sl_source *self)
{
    struct isolated_source *isolated = (struct isolated_source *)self;
    int status;
    if (isolated->child)
        (void)kill(isolated->child, SIGKILL);
    end_child(isolated, &status);
    sl_closep(&isolated->data);
    sl_closep(&isolated->report);
    free(isolated->piece);
    free(isolated);
}

static void isolated_freep(struct isolated_source **isolated)
{
    if (*isolated)
        isolated_free(&(*isolated)->source);
}

/* Forks. The parent keeps the ends it reads, the child those it writes. */
static int start(struct isolated_source *isolated, int fd, const struct sl_isolated_work *work,
                 struct sl_err *err)
{
    int data[2] = {-1, -1};
    int report[2] = {-1, -1};
    if (pipe2(data, O_CLOEXEC) < 0)
        return sl_fail_errno(err, SL_E_IO, "make a pipe");
    if (pipe2(report, O_CLOEXEC) < 0) {
        (void)sl_fail_errno(err, SL_E_IO, "make a pipe");
        sl_closep(&data[0]);
        sl_closep(&data[1]);
        return -1;
    }
    (void)fcntl(data[1], F_SETPIPE_SZ, PIPE_BYTES);
    isolated->data = data[0];
    isolated->report = report[0];
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0) {
        if (!arrange(fd, data[1], report[1]))
            _exit(0);
        run_child(parent, work, isolated->label);
    }
    int number = errno;
    sl_closep(&data[1]);
    sl_closep(&report[1]);
    errno = number;
    if (child < 0)
        return sl_fail_errno(err, SL_E_IO, "start the process that unpacks %s", isolated->label);
    isolated->child = child;
    return 0;
}

int sl_source_isolated(struct sl_source **out, int fd, const char *name, const struct sl_isolated_work *work,
                       struct sl_err *err)
{
    static const struct sl_source_ops ops = {.borrow = isolated_borrow, .free = isolated_free};
    SL_CLEANUP(isolated_freep) struct isolated_source *isolated = calloc(1, sizeof *isolated);
    if (!isolated)
        return sl_fail_memory(err);
    isolated->data = isolated->report = -1;
    isolated->source.ops = &ops;
    (void)sl_label(isolated->label, name);
    isolated->piece = malloc(PIECE_BYTES + SL_ALIGNMENT);
    if (!isolated->piece)
        return sl_fail_memory(err);
    if (start(isolated, fd, work, err) < 0)
        return -1;
    if (read_message(isolated, &isolated->isolation, sizeof isolated->isolation, err) < 0)
        return -1;
    (void)sl_sys_close(fd);
    *out = &sl_steal(&isolated)->source;
    return 0;
}

struct sl_isolation sl_source_isolation(const struct sl_source *source)
{
    return ((const struct isolated_source *)source)->isolation;
}
