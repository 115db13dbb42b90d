/*
 * A child that was taken over, and one that ends or is ended at any time: what it hands on in its own way (src/io/isolated_child.h,
 * ring.h) must not hurt its parent, and the parent must neither wait for ever nor take it for the end of the data.
 */
#include <criterion/criterion.h>

#include "io/isolated.h"
#include "isolated_child.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ENOUGH ((size_t)4 * RING_SLOTS * RING_SLOT_BYTES)

static const char unexpected[] = "the process that unpacks bundle.tar.gz came to an unexpected end";

static struct sl_source *
open_source(int (*open)(void *, struct sl_source **, struct sl_source *, struct sl_err *), void *context)
{
    const struct sl_isolated_work work = {open, context};
    struct sl_source *source = NULL;
    struct sl_err err = {0};
    int fd = memfd_create("file", MFD_CLOEXEC);
    cr_assert(fd >= 0);
    cr_assert_eq(sl_source_isolated(&source, fd, "bundle.tar.gz", &work, &err), 0, "%s", err.message);
    return source;
}

static void expect_end(struct sl_source *source, enum sl_code code, const char *message, const char *what)
{
    struct sl_err err = {0};
    const void *bytes;
    ssize_t got;
    while ((got = sl_source_borrow(source, &bytes, ENOUGH, &err)) > 0)
        cr_assert_leq((size_t)got, RING_SLOT_BYTES);
    cr_expect_eq(got, -1, "%s", what);
    cr_expect_eq(err.code, code, "%s: %s", what, err.message);
    cr_expect_str_eq(err.message, message, "%s", what);
    sl_source_free(source);
    cr_expect_eq(waitpid(-1, NULL, WNOHANG), -1, "%s: the child is still there", what);
}

/* -- reports that are lies -- */

static void say(const void *bytes, size_t len)
{
    if (write(ISOLATED_REPORT, bytes, len) != (ssize_t)len)
        _exit(0);
}

static void tell(isolated_length length)
{
    say(&length, sizeof length);
}

static void a_length_beyond_a_slot(void)
{
    tell(RING_SLOT_BYTES + 1);
}

static void the_largest_length(void)
{
    tell(UINT32_MAX);
}

static void half_a_length(void)
{
    say("\1", 1);
}

static void a_piece_and_no_end(void)
{
    tell(100);
}

static void the_end_and_no_outcome(void)
{
    tell(0);
}

static void half_an_outcome(void)
{
    struct isolated_outcome outcome = {.code = SL_OK};
    tell(0);
    say(&outcome, sizeof outcome / 2);
}

static void an_outcome_of_no_meaning(void)
{
    struct isolated_outcome outcome = {.code = (enum sl_code)99};
    tell(0);
    say(&outcome, sizeof outcome);
}

static void an_outcome_without_end(void)
{
    struct isolated_outcome outcome = {.code = SL_E_REFUSED};
    memset(outcome.message, 'x', sizeof outcome.message);
    tell(0);
    say(&outcome, sizeof outcome);
}

/* Nothing is ever written into a slot, and none is taken back. */
static void a_piece_told_again_and_again(void)
{
    for (;;)
        tell(1);
}

static const struct {
    const char *name;
    void (*lie)(void);
} lies[] = {
    {"a length beyond a slot", a_length_beyond_a_slot},
    {"the largest length", the_largest_length},
    {"half a length", half_a_length},
    {"a piece and no end", a_piece_and_no_end},
    {"the end and no outcome", the_end_and_no_outcome},
    {"half an outcome", half_an_outcome},
    {"an outcome of no meaning", an_outcome_of_no_meaning},
    {"an outcome without end", an_outcome_without_end},
    {"a piece told again and again", a_piece_told_again_and_again},
};

static int lie_and_vanish(void *context, struct sl_source **out, struct sl_source *file, struct sl_err *err)
{
    void (*const *lie)(void) = context;
    (void)out;
    (void)file;
    (void)err;
    (*lie)();
    _exit(0);
}

Test(isolated_lies, are_refused_and_nobody_waits, .timeout = 120)
{
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        void (*lie)(void) = lies[i].lie;
        expect_end(open_source(lie_and_vanish, (void *)&lie), SL_E_REFUSED, unexpected, lies[i].name);
    }
}

/* -- memory that changes -- */

/* Fills the slots that it has handed over with something else, as often as it comes to do anything. Where they are its parent
 * tells it, in memory of the test's own: a child that was taken over knows. */
struct meddler {
    struct sl_source source;
    unsigned char *volatile *slots;
    size_t given;
};

enum { PIECES = 3 * RING_SLOTS };

static ssize_t meddle(struct sl_source *self, void *out, size_t len, struct sl_err *err)
{
    struct meddler *meddler = (struct meddler *)self;
    (void)err;
    while (!*meddler->slots)
        continue;
    if (meddler->given > 0)
        memset(*meddler->slots, 0xee, RING_SLOTS * RING_SLOT_BYTES);
    if (meddler->given == PIECES * RING_SLOT_BYTES)
        return 0;
    memset(out, 0x11, len);
    meddler->given += len;
    return (ssize_t)len;
}

static void meddler_free(struct sl_source *self)
{
    free(self);
}

static int open_meddler(void *context, struct sl_source **out, struct sl_source *file, struct sl_err *err)
{
    static const struct sl_source_ops ops = {.read = meddle, .free = meddler_free};
    struct meddler *meddler = calloc(1, sizeof *meddler);
    sl_source_free(file);
    if (!meddler)
        return sl_fail_memory(err);
    meddler->source.ops = &ops;
    meddler->slots = context;
    *out = &meddler->source;
    return 0;
}

/* The one shared mapping of the ring's size. */
static unsigned char *find_slots(void)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512];
    uintptr_t found = 0;
    cr_assert(maps);
    while (fgets(line, sizeof line, maps)) {
        char *end;
        uintptr_t from = strtoul(line, &end, 16);
        uintptr_t to = *end == '-' ? strtoul(end + 1, &end, 16) : 0;
        if (strncmp(end, " rw-s", 5) == 0 && to - from == RING_SLOTS * RING_SLOT_BYTES)
            found = from;
    }
    (void)fclose(maps);
    cr_assert(found);
    return (unsigned char *)found; // NOLINT(performance-no-int-to-ptr)
}

static void give_the_child_time(void)
{
    const struct timespec pause = {.tv_nsec = 20000000L};
    (void)nanosleep(&pause, NULL);
}

/* Which of the two bytes comes is the child's affair, and may differ within a piece: but what was lent stays. */
Test(isolated_lies, what_was_lent_stays_whatever_the_child_does_to_the_slot, .timeout = 120)
{
    unsigned char *volatile *slots =
        mmap(NULL, sizeof *slots, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    cr_assert_neq((void *)slots, MAP_FAILED);
    struct sl_source *source = open_source(open_meddler, (void *)slots);
    *slots = find_slots();
    unsigned char *seen = malloc(RING_SLOT_BYTES);
    struct sl_err err = {0};
    const void *lent;
    ssize_t got;
    cr_assert(seen);
    size_t pieces = 0;
    for (; (got = sl_source_borrow(source, &lent, ENOUGH, &err)) > 0; pieces++) {
        memcpy(seen, lent, (size_t)got);
        give_the_child_time();
        cr_expect_eq(memcmp(seen, lent, (size_t)got), 0, "piece %zu", pieces);
    }
    cr_expect_eq(got, 0, "%s", err.message);
    cr_expect_eq(pieces, PIECES);
    free(seen);
    sl_source_free(source);
}

/* -- an end at any time -- */

struct endless {
    struct sl_source source;
};

static ssize_t endless_read(struct sl_source *self, void *out, size_t len, struct sl_err *err)
{
    (void)self;
    (void)err;
    memset(out, 'x', len);
    return (ssize_t)len;
}

static void endless_free(struct sl_source *self)
{
    free(self);
}

static int open_endless(void *context, struct sl_source **out, struct sl_source *file, struct sl_err *err)
{
    static const struct sl_source_ops ops = {.read = endless_read, .free = endless_free};
    struct endless *endless = calloc(1, sizeof *endless);
    (void)context;
    sl_source_free(file);
    if (!endless)
        return sl_fail_memory(err);
    endless->source.ops = &ops;
    *out = &endless->source;
    return 0;
}

/* The child of this process; there is one. */
static pid_t the_child(void)
{
    DIR *proc = opendir("/proc");
    cr_assert(proc);
    pid_t found = 0;
    for (struct dirent *entry; (entry = readdir(proc));) {
        char name[300];
        char line[512] = "";
        (void)snprintf(name, sizeof name, "/proc/%s/stat", entry->d_name);
        FILE *stat = fopen(name, "r");
        if (!stat)
            continue;
        /* "PID (NAME) STATE PARENT ..." */
        const char *behind_name = fgets(line, sizeof line, stat) ? strrchr(line, ')') : NULL;
        if (behind_name && strlen(behind_name) > 4 && strtol(behind_name + 4, NULL, 10) == getpid())
            found = (pid_t)strtol(entry->d_name, NULL, 10);
        (void)fclose(stat);
    }
    (void)closedir(proc);
    cr_assert_gt(found, 0);
    return found;
}

Test(isolated_end, a_child_that_is_killed_is_no_end_of_the_data, .timeout = 120)
{
    for (size_t before = 0; before <= 3 * RING_SLOTS; before += RING_SLOTS / 2) {
        struct sl_source *source = open_source(open_endless, NULL);
        struct sl_err err = {0};
        const void *bytes;
        while (source->position < before * RING_SLOT_BYTES)
            cr_assert_gt(sl_source_borrow(source, &bytes, ENOUGH, &err), 0, "%s", err.message);
        cr_assert_eq(kill(the_child(), SIGKILL), 0);
        expect_end(source, SL_E_IO,
                   "the process that unpacks bundle.tar.gz was ended from outside, by signal 9", "killed");
    }
}

static const struct {
    int signal;
    enum sl_code code;
} ends[] = {
    {SIGKILL, SL_E_IO},      {SIGTERM, SL_E_IO},      {SIGINT, SL_E_IO},      {SIGHUP, SL_E_IO},
    {SIGQUIT, SL_E_IO},      {SIGSEGV, SL_E_REFUSED}, {SIGBUS, SL_E_REFUSED}, {SIGFPE, SL_E_REFUSED},
    {SIGILL, SL_E_REFUSED},  {SIGABRT, SL_E_REFUSED}, {SIGSYS, SL_E_REFUSED}, {SIGXCPU, SL_E_IO},
    {SIGTRAP, SL_E_REFUSED}, {SIGXFSZ, SL_E_REFUSED},
};

/* What a file can do to its reader stays its fault; what somebody else did to it, or the kernel for want of memory, does not. */
Test(isolated_end, a_crash_refuses_the_file_and_an_end_from_outside_does_not, .timeout = 120)
{
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        /* A sanitizer's handler would be inherited. */
        (void)signal(ends[i].signal, SIG_DFL);
        struct sl_source *source = open_source(open_endless, NULL);
        char message[128];
        (void)snprintf(message, sizeof message, "the process that unpacks bundle.tar.gz %s by signal %d",
                       ends[i].code == SL_E_IO ? "was ended from outside," : "crashed: it was ended",
                       ends[i].signal);
        cr_assert_eq(kill(the_child(), ends[i].signal), 0);
        expect_end(source, ends[i].code, message, strsignal(ends[i].signal));
    }
}

/* SIGCHLD ignored, which programs inherit, and somebody who waits for every child: neither is the bundle's fault, nor no fault. */
Test(isolated_end, an_end_that_somebody_else_has_waited_for_is_no_verdict, .timeout = 120)
{
    static const int signals[] = {SIGKILL, SIGSEGV};
    for (size_t i = 0; i < 4; i++) {
        bool ignored = i < 2;
        (void)signal(signals[i % 2], SIG_DFL);
        (void)signal(SIGCHLD, ignored ? SIG_IGN : SIG_DFL);
        struct sl_source *source = open_source(open_endless, NULL);
        cr_assert_eq(kill(the_child(), signals[i % 2]), 0);
        if (!ignored)
            cr_assert_gt(waitpid(-1, NULL, 0), 0);
        expect_end(source, SL_E_IO, "how the process that unpacks bundle.tar.gz ended is not known",
                   strsignal(signals[i % 2]));
    }
}

static ssize_t spin(struct sl_source *self, void *out, size_t len, struct sl_err *err)
{
    volatile bool on = true;
    (void)self, (void)out, (void)len, (void)err;
    while (on)
        continue;
    return 0;
}

static int open_spinning(void *context, struct sl_source **out, struct sl_source *file, struct sl_err *err)
{
    static const struct sl_source_ops ops = {.read = spin};
    static struct sl_source spinning = {.ops = &ops};
    (void)context, (void)file, (void)err;
    *out = &spinning;
    return 0;
}

/* The kernel warns at the soft limit, with SIGXCPU, and kills at the hard one. */
Test(isolated_end, a_limit_on_cpu_time_is_told_as_that, .timeout = 120)
{
    static const rlim_t hard[] = {RLIM_INFINITY, 1};
    for (size_t i = 0; i < sizeof hard / sizeof hard[0]; i++) {
        const struct rlimit limit = {1, hard[i]};
        (void)signal(SIGXCPU, SIG_DFL);
        cr_assert_eq(setrlimit(RLIMIT_CPU, &limit), 0);
        expect_end(open_source(open_spinning, NULL), SL_E_IO,
                   "the process that unpacks bundle.tar.gz used up the CPU time that it may have",
                   i == 0 ? "soft" : "hard");
    }
}

/* What the program does at its own end is none of its child's business. */
static void end_otherwise(int number)
{
    (void)number;
    _exit(3);
}

Test(isolated_end, the_handler_of_the_program_is_not_the_childs, .timeout = 120)
{
    cr_assert_neq(signal(SIGXCPU, end_otherwise), SIG_ERR);
    struct sl_source *source = open_source(open_endless, NULL);
    cr_assert_eq(kill(the_child(), SIGXCPU), 0);
    expect_end(source, SL_E_IO, "the process that unpacks bundle.tar.gz was ended from outside, by signal 24",
               "a handler");
}

/* A kill is one for want of time only where the time was used up. */
Test(isolated_end, a_kill_below_the_limit_on_cpu_time_is_a_kill, .timeout = 120)
{
    const struct rlimit limit = {1000, 1000};
    cr_assert_eq(setrlimit(RLIMIT_CPU, &limit), 0);
    struct sl_source *source = open_source(open_endless, NULL);
    cr_assert_eq(kill(the_child(), SIGKILL), 0);
    expect_end(source, SL_E_IO, "the process that unpacks bundle.tar.gz was ended from outside, by signal 9",
               "killed");
}

/* Whoever reads waits, as for any slow disk; whoever has read enough does not. */
Test(isolated_end, a_child_that_was_stopped_is_ended_with_its_source, .timeout = 120)
{
    struct sl_source *source = open_source(open_endless, NULL);
    cr_assert_eq(kill(the_child(), SIGSTOP), 0);
    sl_source_free(source);
    cr_expect_eq(waitpid(-1, NULL, WNOHANG), -1);
}

Test(isolated_end, it_does_not_outlive_its_parent, .timeout = 120)
{
    for (size_t before = 0; before <= 2 * RING_SLOTS; before += RING_SLOTS) {
        cr_assert_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
        pid_t parent = fork();
        if (parent == 0) {
            struct sl_source *source = open_source(open_endless, NULL);
            struct sl_err err = {0};
            const void *bytes;
            while (source->position < before * RING_SLOT_BYTES &&
                   sl_source_borrow(source, &bytes, ENOUGH, &err) > 0)
                continue;
            (void)kill(getpid(), SIGKILL);
        }
        /* Both end here: the second is ours since the first is gone. */
        cr_expect_gt(waitpid(-1, NULL, 0), 0);
        cr_expect_gt(waitpid(-1, NULL, 0), 0);
        cr_expect_eq(waitpid(-1, NULL, 0), -1);
    }
}
