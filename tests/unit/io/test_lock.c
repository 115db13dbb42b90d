#include <criterion/criterion.h>

#include "base/cleanup.h"
#include "io/lock.h"
#include "scratch.h"
#include "sys_fault.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

Test(lock, says_who_holds_it)
{
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    struct sl_err err = {0};
    SL_CLEANUP(sl_lock_release) struct sl_lock first;
    cr_assert_eq(sl_lock_take(&first, scratch.dir, "lock", "install, process 4711\x1b[31m", false, &err), 0);
    SL_CLEANUP(sl_lock_release) struct sl_lock second;
    cr_expect_eq(sl_lock_take(&second, scratch.dir, "lock", "rollback", false, &err), -1);
    cr_expect_eq(err.code, SL_E_BUSY);
    cr_expect_str_eq(err.message, "another sealift is at work: install, process 4711\\x1b[31m");
    cr_expect(strstr(err.hint, "--wait"), "%s", err.hint);
    cr_expect_eq(second.fd, -1);

    sl_lock_release(&first);
    cr_expect_str_eq(scratch_read(&scratch, "lock"), "");
    cr_expect_eq(sl_lock_take(&second, scratch.dir, "lock", "rollback", false, &err), 0, "%s", err.message);
    cr_expect_str_eq(scratch_read(&scratch, "lock"), "rollback\n");
    sl_lock_release(&second);
    sl_lock_release(&second);
}

static const struct {
    const char *written, *told;
} holder_cases[] = {
    {"", "it does not say who"},
    {"\nsecond line", "it does not say who"},
    {"first\nsecond", "first"},
    {"two\twords", "two\\x09words"},
};

Test(lock, repeats_one_line_whatever_is_written)
{
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    for (size_t i = 0; i < sizeof holder_cases / sizeof holder_cases[0]; i++) {
        scratch_write(&scratch, "lock", holder_cases[i].written);
        SL_CLEANUP(sl_closep) int other = openat(scratch.dir, "lock", O_RDWR);
        cr_assert_eq(flock(other, LOCK_EX | LOCK_NB), 0);
        struct sl_err err = {0};
        struct sl_lock lock;
        cr_expect_eq(sl_lock_take(&lock, scratch.dir, "lock", "x", false, &err), -1);
        static const char before[] = "another sealift is at work: ";
        cr_assert_eq(strncmp(err.message, before, strlen(before)), 0, "%s", err.message);
        cr_expect_str_eq(err.message + strlen(before), holder_cases[i].told);
    }
}

static pid_t hold_in_child(const struct scratch *scratch, long milliseconds)
{
    int ready[2];
    cr_assert_eq(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        struct sl_err err;
        struct sl_lock lock;
        if (sl_lock_take(&lock, scratch->dir, "lock", "the child", false, &err) < 0)
            _exit(1);
        (void)!write(ready[1], "x", 1);
        (void)nanosleep(&(struct timespec){milliseconds / 1000, milliseconds % 1000 * 1000000}, NULL);
        _exit(0); /* without a release: the lock ends with the process */
    }
    char c;
    cr_assert_eq(read(ready[0], &c, 1), 1);
    (void)close(ready[0]);
    (void)close(ready[1]);
    return child;
}

Test(lock, waits_until_the_holder_is_gone)
{
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    pid_t child = hold_in_child(&scratch, 200);
    struct sl_err err = {0};
    SL_CLEANUP(sl_lock_release) struct sl_lock lock;
    cr_expect_eq(sl_lock_take(&lock, scratch.dir, "lock", "x", false, &err), -1);
    cr_expect_eq(sl_lock_take(&lock, scratch.dir, "lock", "x", true, &err), 0, "%s", err.message);
    int status;
    cr_expect_eq(waitpid(child, &status, 0), child);
    cr_expect_eq(status, 0);
}

static void on_alarm(int number)
{
    (void)number;
}

Test(lock, a_signal_ends_the_wait)
{
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    pid_t child = hold_in_child(&scratch, 10000);
    struct sigaction action = {.sa_handler = on_alarm};
    cr_assert_eq(sigaction(SIGALRM, &action, NULL), 0);
    (void)alarm(1);
    struct sl_err err = {0};
    struct sl_lock lock;
    cr_expect_eq(sl_lock_take(&lock, scratch.dir, "lock", "x", true, &err), -1);
    cr_expect_eq(err.code, SL_E_BUSY);
    cr_expect_str_eq(err.message, "stopped while waiting for another sealift: the child");
    (void)kill(child, SIGKILL);
    (void)waitpid(child, NULL, 0);
}

Test(lock, does_not_follow_a_link)
{
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    scratch_write(&scratch, "target", "kept");
    scratch_link(&scratch, "lock", "target");
    struct sl_err err = {0};
    struct sl_lock lock;
    cr_expect_eq(sl_lock_take(&lock, scratch.dir, "lock", "x", false, &err), -1);
    cr_expect_eq(err.code, SL_E_EXISTS);
    cr_expect_str_eq(err.message, "the lock lock is in the way: it is a symbolic link, so not sealift's");
    cr_expect_str_eq(scratch_read(&scratch, "target"), "kept");
}

/* Calls of a take: open, flock, ftruncate, write. Without the note the lock still holds. */
Test(lock, holds_on_a_full_disk)
{
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    scratch_write(&scratch, "lock", "");
    for (size_t nth = 3; nth <= 4; nth++) {
        struct sl_err err = {0};
        SL_CLEANUP(sl_lock_release) struct sl_lock lock;
        sys_fault_arm((struct sys_fault){SYS_FAULT_FAIL, nth, ENOSPC, false});
        cr_expect_eq(sl_lock_take(&lock, scratch.dir, "lock", "x", false, &err), 0, "%s", err.message);
        cr_expect(sys_fault_disarm());
    }
}
