#include "isolated_child.h"

#include "base/cleanup.h"
#include "confine.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static void close_others(void)
{
    /* Without close_range (Linux 5.9) as many as are usual; what is left open cannot be found by its name. */
    if (syscall(SYS_close_range, ISOLATED_FIRST_CLOSED, ~0U, 0) < 0)
        for (int fd = ISOLATED_FIRST_CLOSED; fd < 4096; fd++)
            (void)close(fd);
    (void)close(STDIN_FILENO);
    (void)close(STDOUT_FILENO);
#ifndef CONFINE_SANITIZED
    (void)close(STDERR_FILENO);
#endif
}

/* Moves three descriptors, whatever their numbers, to where the child wants them; false with errno. */
static bool arrange(int file, int report, int given_back)
{
    int high[3] = {fcntl(file, F_DUPFD, ISOLATED_FIRST_CLOSED), fcntl(report, F_DUPFD, ISOLATED_FIRST_CLOSED),
                   fcntl(given_back, F_DUPFD, ISOLATED_FIRST_CLOSED)};
    for (int i = 0; i < 3; i++)
        if (high[i] < 0 || dup2(high[i], ISOLATED_FILE + i) < 0)
            return false;
    close_others();
    return true;
}

static bool report(const void *bytes, size_t len)
{
    const unsigned char *at = bytes;
    while (len > 0) {
        ssize_t wrote = write(ISOLATED_REPORT, at, len);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return false;
        at += wrote;
        len -= (size_t)wrote;
    }
    return true;
}

static bool report_length(isolated_length length)
{
    return report(&length, sizeof length);
}

/* So little that it is in the first cache from when it is looked at until it is copied. */
#define STEP_BYTES ((size_t)16 * 1024)

/* From `at` in a slot up to a border of lines. */
static size_t step_at(size_t at)
{
    size_t step = STEP_BYTES - at % RING_LINE_BYTES;
    return step < RING_SLOT_BYTES - at ? step : RING_SLOT_BYTES - at;
}

/* Hands one piece on, as large as it can be: 1, 0 it was the last, -1. What came before a failure is handed on too. */
static int deliver_piece(const struct isolated_child *child, struct sl_source *source, struct sl_err *err)
{
    size_t len = 0;
    ssize_t got = 1;
    while (len < RING_SLOT_BYTES) {
        const void *bytes;
        got = sl_source_borrow(source, &bytes, step_at(len), err);
        if (got <= 0)
            break;
        if (!ring_put(child->ring, len, bytes, (size_t)got))
            return sl_fail(err, SL_E_INTERNAL, "nobody takes what is unpacked");
        len += (size_t)got;
    }
    if (len == 0)
        return (int)got;
    ring_end_piece(child->ring);
    if (!report_length((isolated_length)len))
        return sl_fail(err, SL_E_INTERNAL, "nobody takes what is unpacked");
    return got > 0 ? 1 : (int)got;
}

static int deliver(const struct isolated_child *child, struct sl_err *err)
{
    struct sl_source *file = NULL;
    SL_CLEANUP(sl_source_freep) struct sl_source *source = NULL;
    if (sl_source_fd(&file, ISOLATED_FILE, child->name, err) < 0)
        return -1;
    file->waits = child->waits; /* fstat() is none of the calls that are left */
    if (child->work->open(child->work->context, &source, file, err) < 0)
        return -1;
    int more;
    do
        more = deliver_piece(child, source, err);
    while (more > 0);
    return more;
}

static void report_outcome(int result, const struct sl_err *err)
{
    struct isolated_outcome outcome = {.code = SL_OK};
    if (result < 0) {
        outcome.code = err->code;
        outcome.sys_errno = err->sys_errno;
        memcpy(outcome.message, err->message, sizeof outcome.message);
        memcpy(outcome.hint, err->hint, sizeof outcome.hint);
    }
    if (report_length(0))
        (void)report(&outcome, sizeof outcome);
}

_Noreturn void isolated_child_run(const struct isolated_child *child)
{
    struct sl_err err = {0};
    /* What the program says at its own end would be no end by a signal, and be said twice. */
    (void)signal(SIGXCPU, SIG_DFL);
    if (!arrange(child->file, child->report, child->ring->given_back[0]))
        _exit(errno);
    child->ring->given_back[0] = ISOLATED_GIVEN_BACK;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != child->parent)
        _exit(0);
    struct sl_isolation isolation = confine_process();
    if (report(&isolation, sizeof isolation))
        report_outcome(deliver(child, &err), &err);
    _exit(0);
}
