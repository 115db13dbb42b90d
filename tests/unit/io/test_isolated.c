/*
 * The process that unpacks: what it delivers, and what it cannot do. How it lies: test_isolated_lies.c.
 */
#include <criterion/criterion.h>

#include "alloc_fault.h"
#include "io/isolated.h"
#include "sys_fault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LARGE = 3 << 20 };

static int file_with(const void *bytes, size_t len)
{
    int fd = memfd_create("file", MFD_CLOEXEC);
    cr_assert(fd >= 0);
    cr_assert_eq(write(fd, bytes, len), (ssize_t)len);
    cr_assert_eq(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

static int pass_through(void *context, struct sl_source **out, struct sl_source *file, struct sl_err *err)
{
    (void)context;
    (void)err;
    *out = file;
    return 0;
}

static void open_source(struct sl_source **source, int fd, const struct sl_isolated_work *work)
{
    struct sl_err err = {0};
    cr_assert_eq(sl_source_isolated(source, fd, "bundle.tar.gz", work, &err), 0, "%s", err.message);
}

static bool has_children(void)
{
    return waitpid(-1, NULL, WNOHANG) >= 0 || errno != ECHILD;
}

Test(isolated, what_the_stages_deliver_arrives_unchanged)
{
    const struct sl_isolated_work work = {pass_through, NULL};
    unsigned char *bytes = malloc(LARGE);
    unsigned char *back = malloc(LARGE);
    cr_assert(bytes && back);
    for (size_t i = 0; i < LARGE; i++)
        bytes[i] = (unsigned char)(i * 7 + i / 251);
    struct sl_source *source;
    struct sl_err err = {0};
    open_source(&source, file_with(bytes, LARGE), &work);
    cr_assert_eq(sl_source_read_exactly(source, back, LARGE, "it", &err), LARGE, "%s", err.message);
    cr_expect_eq(memcmp(bytes, back, LARGE), 0);
    cr_expect_eq(sl_source_read(source, back, 1, &err), 0);
    sl_source_free(source);
    cr_expect_not(has_children());
    free(bytes);
    free(back);
}

static int fail_with_hint(void *context, struct sl_source **out, struct sl_source *file, struct sl_err *err)
{
    (void)context;
    (void)out;
    sl_source_free(file);
    (void)sl_fail(err, SL_E_LIMIT, "it is too large");
    return sl_hint(err, "make it smaller");
}

Test(isolated, an_error_of_the_stages_comes_out_as_it_was)
{
    const struct sl_isolated_work work = {fail_with_hint, NULL};
    struct sl_source *source;
    struct sl_err err = {0};
    char byte;
    open_source(&source, file_with("x", 1), &work);
    cr_expect_eq(sl_source_read(source, &byte, 1, &err), -1);
    cr_expect_eq(err.code, SL_E_LIMIT);
    cr_expect_str_eq(err.message, "it is too large");
    cr_expect_str_eq(err.hint, "make it smaller");
    sl_source_free(source);
}

static int fail_with_escape(void *context, struct sl_source **out, struct sl_source *file, struct sl_err *err)
{
    (void)context;
    (void)out;
    sl_source_free(file);
    return sl_fail(err, SL_E_REFUSED, "\x1b[2Jall is well");
}

Test(isolated, a_message_that_could_act_on_a_terminal_is_not_passed_on)
{
    const struct sl_isolated_work work = {fail_with_escape, NULL};
    struct sl_source *source;
    struct sl_err err = {0};
    char byte;
    open_source(&source, file_with("x", 1), &work);
    cr_expect_eq(sl_source_read(source, &byte, 1, &err), -1);
    cr_expect_eq(err.code, SL_E_REFUSED);
    cr_expect_str_eq(err.message, "the process that unpacks bundle.tar.gz came to an unexpected end");
    sl_source_free(source);
}

static int vanish(void *context, struct sl_source **out, struct sl_source *file, struct sl_err *err)
{
    (void)context;
    (void)out;
    (void)file;
    (void)err;
    _exit(0);
}

Test(isolated, a_child_that_vanishes_is_no_end_of_the_data)
{
    const struct sl_isolated_work work = {vanish, NULL};
    struct sl_source *source;
    struct sl_err err = {0};
    char byte;
    open_source(&source, file_with("x", 1), &work);
    cr_expect_eq(sl_source_read(source, &byte, 1, &err), -1);
    cr_expect_eq(err.code, SL_E_REFUSED);
    sl_source_free(source);
    cr_expect_not(has_children());
}

Test(isolated, freed_early_it_takes_the_child_along)
{
    const struct sl_isolated_work work = {pass_through, NULL};
    unsigned char *bytes = calloc(1, LARGE);
    struct sl_source *source;
    open_source(&source, file_with(bytes, LARGE), &work);
    sl_source_free(source);
    cr_expect_not(has_children());
    free(bytes);
}

/* 1 when it is the child that could not begin; 0 when all could. */
static int try_to_start(int fd)
{
    const struct sl_isolated_work work = {pass_through, NULL};
    struct sl_source *source = NULL;
    struct sl_err err = {0};
    if (sl_source_isolated(&source, fd, "bundle.tar.gz", &work, &err) == 0) {
        sl_source_free(source);
        return 0;
    }
    cr_expect_eq(err.code, SL_E_IO, "%s", err.message);
    cr_expect_neq(strstr(err.hint, "says nothing about the bundle"), NULL, "%s", err.message);
    cr_expect_not(has_children());
    return strncmp(err.message, "start the process that unpacks bundle.tar.gz: ", 46) == 0 ? 1 : -1;
}

Test(isolated, a_child_that_cannot_begin_is_no_verdict)
{
    cr_expect_eq(try_to_start(-1), 1);
    int seen = 0;
    int result = -1;
    /* From too few descriptors for the parent, by too few for the child, to enough. */
    for (rlim_t count = 4; count < 256 && result != 0; count++) {
        int fd = file_with("x", 1);
        struct rlimit before;
        cr_assert_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
        const struct rlimit few = {count, before.rlim_max};
        cr_assert_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
        result = try_to_start(fd);
        seen += result == 1;
        cr_assert_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
        if (result != 0)
            (void)close(fd);
    }
    cr_expect_eq(result, 0);
    cr_expect_gt(seen, 0);
}

/* What a child that was taken over would try; each gives what the system answered, and what was gained is of no more use. */
static long open_a_file(void)
{
    return open("/etc/passwd", O_RDONLY | O_CLOEXEC);
}

static long make_a_file(void)
{
    return open("/tmp/made-by-the-child", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
}

static long open_a_socket(void)
{
    return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static long start_a_process(void)
{
    long child = syscall(SYS_clone, 0, NULL, NULL, NULL, 0);
    if (child == 0)
        _exit(0);
    return child;
}

static long run_a_program(void)
{
    return execl("/bin/true", "true", (char *)NULL);
}

static long run_memory(void)
{
    void *memory = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? -1 : 0;
}

static long make_memory_run(void)
{
    void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? 0 : mprotect(memory, 4096, PROT_READ | PROT_EXEC);
}

static long signal_the_parent(void)
{
    return kill(getppid(), 0);
}

static long poison_memory(void)
{
    void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? 0 : madvise(memory, 4096, MADV_REMOVE);
}

static long use_stdin(void)
{
    char byte;
    return read(STDIN_FILENO, &byte, 1);
}

static const struct {
    const char *name;
    long (*attempt)(void);
    bool by_seccomp; /* nothing else stops it */
} attempts[] = {
    {"open a file", open_a_file, false},
    {"make a file", make_a_file, false},
    {"open a socket", open_a_socket, false},
    {"start a process", start_a_process, true},
    {"run a program", run_a_program, true},
    {"run memory", run_memory, true},
    {"make memory run", make_memory_run, true},
    {"signal the parent", signal_the_parent, true},
    {"treat memory in a way that others see", poison_memory, true},
    {"read what the parent reads", use_stdin, false},
};

static int attempt(void *context, struct sl_source **out, struct sl_source *file, struct sl_err *err)
{
    long (*const *what)(void) = context;
    (void)out;
    sl_source_free(file);
    return (*what)() < 0 ? sl_fail(err, SL_E_UNSUPPORTED, "denied") : sl_fail(err, SL_E_INTERNAL, "allowed");
}

Test(isolated, the_child_can_do_nothing_but_read_and_hand_on)
{
    for (size_t i = 0; i < sizeof attempts / sizeof attempts[0]; i++) {
        long (*what)(void) = attempts[i].attempt;
        const struct sl_isolated_work work = {attempt, (void *)&what};
        struct sl_source *source;
        struct sl_err err = {0};
        char byte;
        open_source(&source, file_with("x", 1), &work);
        struct sl_isolation isolation = sl_source_isolation(source);
        cr_expect(isolation.no_new_privs && isolation.limits);
        cr_expect_eq(sl_source_read(source, &byte, 1, &err), -1);
        if (isolation.seccomp || !attempts[i].by_seccomp)
            cr_expect_str_eq(err.message, "denied", "%s: %s", attempts[i].name, err.message);
        sl_source_free(source);
    }
    cr_expect_eq(access("/tmp/made-by-the-child", F_OK), -1);
}

/* -- faults -- */

/* Everything that comes, or an error: never other bytes, and never no end. */
static int read_all(const unsigned char *expected, size_t len, struct sl_err *err)
{
    const struct sl_isolated_work work = {pass_through, NULL};
    int fd = file_with(expected, len);
    struct sl_source *source;
    if (sl_source_isolated(&source, fd, "bundle.tar.gz", &work, err) < 0) {
        (void)close(fd);
        return -1;
    }
    const void *bytes;
    size_t at = 0;
    ssize_t got;
    while ((got = sl_source_borrow(source, &bytes, len, err)) > 0) {
        cr_assert(at + (size_t)got <= len && memcmp(bytes, expected + at, (size_t)got) == 0);
        at += (size_t)got;
    }
    cr_expect(got < 0 || at == len);
    sl_source_free(source);
    cr_expect_not(has_children());
    return (int)got;
}

Test(isolated, a_failed_allocation_or_call_is_an_error_on_either_side, .timeout = 120)
{
    unsigned char *bytes = calloc(1, LARGE);
    memset(bytes, 'x', LARGE);
    /* What happens in the child shows in the result alone. */
    bool more = true;
    for (size_t nth = 1; more; nth++) {
        struct sl_err err = {0};
        alloc_fault_arm(nth);
        int result = read_all(bytes, LARGE, &err);
        more = alloc_fault_disarm() || result < 0;
        cr_expect(result == 0 || err.code == SL_E_NO_MEMORY, "allocation %zu: %s", nth, err.message);
    }
    bool happened = true;
    for (size_t nth = 1; happened; nth++) {
        struct sl_err err = {0};
        sys_fault_arm((struct sys_fault){.action = SYS_FAULT_FAIL, .nth = nth, .number = EIO});
        int result = read_all(bytes, LARGE, &err);
        happened = sys_fault_disarm();
        cr_expect(result == 0 || err.code == SL_E_IO || err.code == SL_E_REFUSED, "call %zu: %s", nth,
                  err.message);
    }
    free(bytes);
}
