#include "sys_fault.h"

#include "io/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static struct sys_fault armed;
static atomic_size_t counted;
static atomic_bool happened;

static bool runs_work; /* this process is the child of sys_fault_run() */

/* What the code under test forks is not what is stopped and disturbed: its calls would be counted twice. */
static void disarm_child(void)
{
    if (!runs_work)
        armed = (struct sys_fault){0};
    runs_work = false;
}

void sys_fault_arm(struct sys_fault fault)
{
    static bool watches_forks;
    if (!watches_forks)
        watches_forks = pthread_atfork(NULL, NULL, disarm_child) == 0;
    armed = fault;
    atomic_store(&counted, 0);
    atomic_store(&happened, false);
}

bool sys_fault_disarm(void)
{
    armed = (struct sys_fault){0};
    return atomic_load(&happened);
}

size_t sys_fault_count(void)
{
    return atomic_load(&counted);
}

bool sys_fault_run(void (*work)(void *context), void *context)
{
    (void)fflush(NULL);
    runs_work = true;
    pid_t child = fork();
    if (child != 0)
        runs_work = false;
    if (child == 0) {
        work(context);
        _exit(0);
    }
    int status = -1;
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status) ||
        (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != SYS_FAULT_STATUS)) {
        (void)fprintf(stderr, "sys_fault_run: the child came to another end (status %#x)\n",
                      (unsigned)status);
        abort();
    }
    (void)sys_fault_disarm();
    return WEXITSTATUS(status) == SYS_FAULT_STATUS;
}

/* Counts a call; true when it is the one that has to go wrong. */
static bool is_due(bool changes)
{
    if (armed.changes_only && !changes)
        return false;
    size_t call = atomic_fetch_add(&counted, 1) + 1;
    if (armed.action == SYS_FAULT_FAIL_ON)
        return call >= armed.nth;
    return call == armed.nth && armed.action != SYS_FAULT_COUNT;
}

/* True: the call has to fail, errno is set. Does not return where it has to die. */
static bool fails(bool changes)
{
    if (!is_due(changes))
        return false;
    atomic_store(&happened, true);
    if (armed.action == SYS_FAULT_DIE || armed.action == SYS_FAULT_DIE_WRITING)
        _exit(SYS_FAULT_STATUS);
    errno = armed.number;
    return true;
}

/* WRAP(result, name, changes, (parameters), (arguments)): the linker calls it in place of sl_sys_name, see
 * ld(1) under --wrap. */
#define WRAP(result, name, changes, parameters, arguments)                                                   \
    result __real_sl_sys_##name parameters;                                                                  \
    result __wrap_sl_sys_##name parameters;                                                                  \
    result __wrap_sl_sys_##name parameters                                                                   \
    {                                                                                                        \
        return fails(changes) ? -1 : __real_sl_sys_##name arguments;                                         \
    }

WRAP(int, open_beneath, (flags & (O_CREAT | O_TRUNC)) != 0,
     (int dir, const char *path, int flags, mode_t mode), (dir, path, flags, mode))
WRAP(int, open, (flags & (O_CREAT | O_TRUNC)) != 0, (const char *path, int flags, mode_t mode),
     (path, flags, mode))
WRAP(int, open_unnamed, true, (int dir, mode_t mode), (dir, mode))
WRAP(int, link_unnamed, true, (int fd, int dir, const char *name), (fd, dir, name))
WRAP(ssize_t, read, false, (int fd, void *out, size_t len), (fd, out, len))
WRAP(ssize_t, pread, false, (int fd, void *out, size_t len, off_t at), (fd, out, len, at))
WRAP(int, fsync, true, (int fd), (fd))
WRAP(int, syncfs, true, (int fd), (fd))
WRAP(int, fchmod, true, (int fd, mode_t mode), (fd, mode))
WRAP(int, ftruncate, true, (int fd, off_t len), (fd, len))
WRAP(int, fstat, false, (int fd, struct stat *out), (fd, out))
WRAP(int, fstatat, false, (int dir, const char *name, struct stat *out), (dir, name, out))
WRAP(int, fstatvfs, false, (int fd, struct statvfs *out), (fd, out))
WRAP(ssize_t, getdents, false, (int dir, void *out, size_t size), (dir, out, size))
WRAP(int, mkdirat, true, (int dir, const char *name, mode_t mode), (dir, name, mode))
WRAP(int, unlinkat, true, (int dir, const char *name, int flags), (dir, name, flags))
WRAP(int, renameat, true, (int from_dir, const char *from, int to_dir, const char *to),
     (from_dir, from, to_dir, to))
WRAP(int, renameat_noreplace, true, (int from_dir, const char *from, int to_dir, const char *to),
     (from_dir, from, to_dir, to))
WRAP(int, symlinkat, true, (const char *target, int dir, const char *name), (target, dir, name))
WRAP(ssize_t, readlinkat, false, (int dir, const char *name, char *out, size_t size), (dir, name, out, size))
WRAP(int, flock, false, (int fd, int operation), (fd, operation))

ssize_t __real_sl_sys_write(int fd, const void *bytes, size_t len);
ssize_t __wrap_sl_sys_write(int fd, const void *bytes, size_t len);
ssize_t __wrap_sl_sys_write(int fd, const void *bytes, size_t len)
{
    if (armed.action == SYS_FAULT_SHORT_WRITES && len > 1) {
        atomic_store(&happened, true);
        return __real_sl_sys_write(fd, bytes, len - len / 2);
    }
    if (!is_due(true))
        return __real_sl_sys_write(fd, bytes, len);
    atomic_store(&happened, true);
    if (armed.action == SYS_FAULT_DIE_WRITING)
        (void)__real_sl_sys_write(fd, bytes, len - len / 2);
    if (armed.action == SYS_FAULT_DIE || armed.action == SYS_FAULT_DIE_WRITING)
        _exit(SYS_FAULT_STATUS);
    errno = armed.number;
    return -1;
}

/* A descriptor whose close failed is closed all the same. */
int __real_sl_sys_close(int fd);
int __wrap_sl_sys_close(int fd);
int __wrap_sl_sys_close(int fd)
{
    bool failed = fails(false);
    int result = __real_sl_sys_close(fd);
    if (!failed)
        return result;
    errno = armed.number;
    return -1;
}
