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
#include <sys/resource.h>
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

struct end {
    bool known; /* false: somebody else has waited for it, or the kernel did because SIGCHLD is ignored */
    int status;
    struct rusage used;
};

/* A child that has ended already keeps the status it ended with. One that is gone has left its number to others: none is ended. */
static void end_child(struct isolated_source *isolated, struct end *out)
{
    *out = (struct end){.known = false};
    if (isolated->child == 0)
        return;
    siginfo_t info;
    if (waitid(P_PID, (id_t)isolated->child, &info, WEXITED | WNOHANG | WNOWAIT) == 0)
        (void)kill(isolated->child, SIGKILL);
    pid_t ended;
    do
        ended = wait4(isolated->child, &out->status, 0, &out->used);
    while (ended < 0 && errno == EINTR);
    out->known = ended > 0;
    isolated->child = 0;
}

/* Of this machine, not of the file. */
static int hint_machine(struct sl_err *err)
{
    return sl_hint(
        err,
        "this says nothing about the bundle: look at the limits and the memory of this machine (ulimit -a, "
        "free, dmesg), then try again");
}

/* No content of a file ends its reader so: the child may send no signals. */
static bool is_from_outside(int signal)
{
    return signal == SIGKILL || signal == SIGTERM || signal == SIGINT || signal == SIGHUP ||
           signal == SIGQUIT || signal == SIGXCPU;
}

/*
 * Whether that signal was the kernel's answer to the CPU time the child took. The limit is one that it was started with: there is
 * none of our own, since what a file can cost is bounded by its sizes. At the hard limit the kernel sends what it sends for want of
 * memory, too, so there the time must have been used up.
 */
static bool was_cpu_limit(int signal, const struct rusage *used)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_CPU, &limit) < 0)
        return false;
    if (signal == SIGXCPU)
        return limit.rlim_cur != RLIM_INFINITY;
    int64_t half_seconds = 2 * ((int64_t)used->ru_utime.tv_sec + used->ru_stime.tv_sec) +
                           (used->ru_utime.tv_usec + used->ru_stime.tv_usec) / 500000;
    return signal == SIGKILL && limit.rlim_max != RLIM_INFINITY &&
           ((rlim_t)half_seconds + 1) / 2 >= limit.rlim_max;
}

/* The child has told something else than the truth. */
static int refuse_lie(struct isolated_source *isolated, struct sl_err *err)
{
    struct end end;
    end_child(isolated, &end);
    return sl_fail(err, SL_E_REFUSED, "the process that unpacks %s came to an unexpected end",
                   isolated->label);
}

/*
 * The child is gone without a word. One that was ended from outside, because memory or CPU time was short mostly, says nothing about the
 * file; one that crashed may have been made to by it. A child that was taken over and lets go of its pipe is ended here, and so
 * counts as the first: it could have told of a failed read as well, and neither lets anything pass.
 */
static int ended_otherwise(struct isolated_source *isolated, struct sl_err *err)
{
    struct end end;
    end_child(isolated, &end);
    if (!end.known) {
        (void)sl_fail(err, SL_E_IO, "how the process that unpacks %s ended is not known", isolated->label);
        return sl_hint(
            err,
            "this says nothing about the bundle: something else in this program waits for every child, or "
            "ignores SIGCHLD");
    }
    int number = WIFSIGNALED(end.status) ? WTERMSIG(end.status) : 0;
    if (number == 0)
        return sl_fail(err, SL_E_REFUSED, "the process that unpacks %s came to an unexpected end",
                       isolated->label);
    if (was_cpu_limit(number, &end.used)) {
        (void)sl_fail(err, SL_E_IO, "the process that unpacks %s used up the CPU time that it may have",
                      isolated->label);
        return sl_hint(err, "this says nothing about the bundle: raise the limit (ulimit -t; LimitCPU= of a "
                            "unit of systemd), then try again");
    }
    if (is_from_outside(number)) {
        (void)sl_fail(err, SL_E_IO, "the process that unpacks %s was ended from outside, by signal %d",
                      isolated->label, number);
        return hint_machine(err);
    }
    (void)sl_fail(err, SL_E_REFUSED, "the process that unpacks %s crashed: it was ended by signal %d",
                  isolated->label, number);
    return sl_hint(
        err,
        "the bundle may have been made to do that: do not use it, and tell the vendor and the makers of sealift");
}

/* Before it has read anything, whatever happens to the child has nothing to do with the file. */
static int not_started(struct isolated_source *isolated, struct sl_err *err)
{
    struct end end;
    end_child(isolated, &end);
    if (end.known && WIFEXITED(end.status) && WEXITSTATUS(end.status) > 0) {
        errno = WEXITSTATUS(end.status);
        (void)sl_fail_errno(err, SL_E_IO, "start the process that unpacks %s", isolated->label);
    } else {
        (void)sl_fail(err, SL_E_IO, "the process that unpacks %s ended before it had begun", isolated->label);
    }
    return hint_machine(err);
}

/* A message of the child: 1 all of it, 0 the child has ended before, -1. */
static int read_message(struct isolated_source *isolated, void *out, size_t len, struct sl_err *err)
{
    unsigned char *at = out;
    while (len > 0) {
        ssize_t got = sl_sys_read(isolated->report, at, len);
        if (got < 0)
            return sl_fail_errno(err, SL_E_IO, "read from the process that unpacks %s", isolated->label);
        if (got == 0)
            return 0;
        at += got;
        len -= (size_t)got;
    }
    return 1;
}

/* One that has to come. */
static int take_message(struct isolated_source *isolated, void *out, size_t len, struct sl_err *err)
{
    int got = read_message(isolated, out, len, err);
    return got == 0 ? ended_otherwise(isolated, err) : got;
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
    if (take_message(isolated, &outcome, sizeof outcome, err) < 0)
        return -1;
    if ((int)outcome.code < SL_OK || outcome.code > SL_E_INTERNAL ||
        !is_line(outcome.message, sizeof outcome.message) || !is_line(outcome.hint, sizeof outcome.hint))
        return refuse_lie(isolated, err);
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
    if (take_message(isolated, &length, sizeof length, err) < 0)
        return -1;
    if (length == 0)
        return take_outcome(isolated, err);
    if (length > RING_SLOT_BYTES)
        return refuse_lie(isolated, err);
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
        return refuse_lie(isolated, err);
    isolated->at += part;
    if (part == rest && !ring_drop_piece(&isolated->ring))
        return refuse_lie(isolated, err);
    return (ssize_t)part;
}

static void isolated_free(struct sl_source *self)
{
    struct isolated_source *isolated = (struct isolated_source *)self;
    struct end end;
    end_child(isolated, &end);
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
                                         .waits = isolated->source.waits,
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
    struct stat info;
    isolated->source.waits = sl_sys_fstat(fd, &info) < 0 || !S_ISREG(info.st_mode);
    (void)sl_label(isolated->label, name);
    if (start(isolated, fd, work, err) < 0)
        return hint_machine(err);
    int begun = read_message(isolated, &isolated->isolation, sizeof isolated->isolation, err);
    if (begun <= 0)
        return begun < 0 ? -1 : not_started(isolated, err);
    (void)sl_sys_close(fd);
    *out = &sl_steal(&isolated)->source;
    return 0;
}

struct sl_isolation sl_source_isolation(const struct sl_source *source)
{
    return ((const struct isolated_source *)source)->isolation;
}
