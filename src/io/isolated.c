/*
 * The parent's side. The child is in isolated_child.c, what both hold to in isolated_child.h and ring.h.
 */
#include "io/isolated.h"

#include "base/cleanup.h"
#include "fd.h"
#include "io/sys.h"
#include "isolated_child.h"
#include "ring.h"

#include <errno.h>
#include <fcntl.h>
#include <sealift/text.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct isolated_source {
    struct sl_source source;
    pid_t child; /* 0: it has ended and was waited for */
    int report;
    struct ring ring;
    struct sl_isolation isolation;
    size_t at, len; /* of the piece that is next in the ring: [at, len) is still to be copied */
    char label[SL_LABEL_BYTES];
};

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
static int take_outcome(struct isolated_source *isolated, struct sl_err *err)
{
    struct isolated_outcome outcome;
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

/* Learns of the next piece: 1, 0 that was the end, -1. */
static int next_piece(struct isolated_source *isolated, struct sl_err *err)
{
    isolated_length length;
    if (read_message(isolated, &length, sizeof length, err) < 0)
        return -1;
    if (length == 0)
        return take_outcome(isolated, err);
    if (length > RING_SLOT_BYTES)
        return ended_otherwise(isolated, err);
    isolated->at = 0;
    isolated->len = length;
    return 1;
}

/* Out of the memory that the child has too, into the caller's, which is all that anybody ever looks at. */
static ssize_t isolated_read(struct sl_source *self, void *out, size_t len, struct sl_err *err)
{
    struct isolated_source *isolated = (struct isolated_source *)self;
    if (isolated->at == isolated->len) {
        int more = next_piece(isolated, err);
        if (more <= 0)
            return more;
    }
    size_t rest = isolated->len - isolated->at;
    size_t part = rest < len ? rest : len;
    if (!ring_take(&isolated->ring, isolated->at, out, part))
        return ended_otherwise(isolated, err);
    isolated->at += part;
    if (part == rest && !ring_drop_piece(&isolated->ring))
        return ended_otherwise(isolated, err);
    return (ssize_t)part;
}

static void isolated_free(struct sl_source *self)
{
    struct isolated_source *isolated = (struct isolated_source *)self;
    int status;
    if (isolated->child)
        (void)kill(isolated->child, SIGKILL);
    end_child(isolated, &status);
    sl_closep(&isolated->report);
    ring_release(&isolated->ring);
    free(isolated);
}

static void isolated_freep(struct isolated_source **isolated)
{
    if (*isolated)
        isolated_free(&(*isolated)->source);
}

/* Forks. The parent keeps the end of the report that it reads. */
static int start(struct isolated_source *isolated, int fd, const struct sl_isolated_work *work,
                 struct sl_err *err)
{
    int report[2];
    if (ring_make(&isolated->ring) < 0)
        return sl_fail_errno(err, SL_E_IO, "share memory with the process that unpacks %s", isolated->label);
    if (pipe2(report, O_CLOEXEC) < 0)
        return sl_fail_errno(err, SL_E_IO, "make a pipe");
    isolated->report = report[0];
    const struct isolated_child child = {.parent = getpid(),
                                         .file = fd,
                                         .report = report[1],
                                         .ring = &isolated->ring,
                                         .work = work,
                                         .name = isolated->label};
    pid_t started = fork();
    if (started == 0)
        isolated_child_run(&child);
    int number = errno;
    sl_closep(&report[1]);
    errno = number;
    if (started < 0)
        return sl_fail_errno(err, SL_E_IO, "start the process that unpacks %s", isolated->label);
    isolated->child = started;
    return 0;
}

int sl_source_isolated(struct sl_source **out, int fd, const char *name, const struct sl_isolated_work *work,
                       struct sl_err *err)
{
    static const struct sl_source_ops ops = {.read = isolated_read, .free = isolated_free};
    SL_CLEANUP(isolated_freep) struct isolated_source *isolated = calloc(1, sizeof *isolated);
    if (!isolated)
        return sl_fail_memory(err);
    isolated->report = isolated->ring.given_back[0] = isolated->ring.given_back[1] = -1;
    isolated->source.ops = &ops;
    (void)sl_label(isolated->label, name);
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
