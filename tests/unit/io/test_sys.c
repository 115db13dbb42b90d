#include <criterion/criterion.h>

#include "base/cleanup.h"
#include "beneath.h"
#include "io/sys.h"
#include "scratch.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

typedef int open_beneath(int dir, const char *path, int flags, mode_t mode);

#define DIRECTORY (O_RDONLY | O_DIRECTORY)
#define NEW       (O_WRONLY | O_CREAT | O_EXCL)
#define ANY_NEW   (O_WRONLY | O_CREAT)

static const struct {
    const char *path;
    int flags;
    int number; /* errno, or 0 where it opens */
} beneath_cases[] = {
    {"file", O_RDONLY, 0},
    {"a/b/file", O_RDONLY, 0},
    {"a/b", DIRECTORY, 0},
    {"a/b", O_PATH | O_DIRECTORY, 0},
    {".", DIRECTORY, 0},
    {"...", O_RDONLY, ENOENT},
    {"", O_RDONLY, ENOENT},
    {"/", DIRECTORY, EXDEV},
    {"/etc/passwd", O_RDONLY, EXDEV},
    {"..", DIRECTORY, EXDEV},
    {"a/..", DIRECTORY, EXDEV},
    {"a/../file", O_RDONLY, EXDEV},
    {"../outside/secret", O_RDONLY, EXDEV},
    {"./file", O_RDONLY, EINVAL},
    {"a/./b", DIRECTORY, EINVAL},
    {"a//b", DIRECTORY, EINVAL},
    {"a/b/", DIRECTORY, EINVAL},
    {"nothing", O_RDONLY, ENOENT},
    {"nothing/file", O_RDONLY, ENOENT},
    {"file/below", O_RDONLY, ENOTDIR},
    {"file", DIRECTORY, ENOTDIR},
    {"to-file", O_RDONLY, ELOOP},
    {"to-file", O_PATH, ELOOP},
    {"to-nothing", O_RDONLY, ELOOP},
    {"to-a", DIRECTORY, ELOOP},
    {"to-a/b/file", O_RDONLY, ELOOP},
    {"a/to-b/file", O_RDONLY, ELOOP},
    {"to-outside/secret", O_RDONLY, ELOOP},
    {"to-root/etc/passwd", O_RDONLY, ELOOP},
    {"a/up/file", O_RDONLY, ELOOP},
    {"a/new", NEW, 0},
    {"file", NEW, EEXIST},
    {"to-nothing", NEW, EEXIST},
    {"to-a/new", NEW, ELOOP},
    {"to-outside/new", NEW, ELOOP},
    {"file", ANY_NEW, 0},
    {"a/newer", ANY_NEW, 0},
    {"to-nothing", ANY_NEW, ELOOP},
    {"to-secret", ANY_NEW, ELOOP},
};

static void run_beneath_cases(open_beneath *open_one, const char *way)
{
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    scratch_write(&scratch, "root/file", "file");
    scratch_write(&scratch, "root/a/b/file", "file");
    scratch_write(&scratch, "outside/secret", "secret");
    scratch_link(&scratch, "root/to-file", "file");
    scratch_link(&scratch, "root/to-nothing", "nothing");
    scratch_link(&scratch, "root/to-a", "a");
    scratch_link(&scratch, "root/a/to-b", "b");
    scratch_link(&scratch, "root/a/up", "..");
    scratch_link(&scratch, "root/to-outside", "../outside");
    scratch_link(&scratch, "root/to-secret", "../outside/secret");
    scratch_link(&scratch, "root/to-root", "/");
    SL_CLEANUP(sl_closep) int dir = openat(scratch.dir, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);

    for (size_t i = 0; i < sizeof beneath_cases / sizeof beneath_cases[0]; i++) {
        errno = 0;
        SL_CLEANUP(sl_closep) int fd = open_one(dir, beneath_cases[i].path, beneath_cases[i].flags, 0640);
        int number = fd < 0 ? errno : 0;
        cr_expect_eq(number, beneath_cases[i].number, "%s: \"%s\" with %#x gives %d %s", way,
                     beneath_cases[i].path, (unsigned)beneath_cases[i].flags, number, strerror(number));
        if (fd >= 0)
            cr_expect(fcntl(fd, F_GETFD) & FD_CLOEXEC, "%s: \"%s\" survives exec", way,
                      beneath_cases[i].path);
    }
    cr_expect(!scratch_has(&scratch, "outside/new"));
    cr_expect(!scratch_has(&scratch, "root/nothing"));
    cr_expect_str_eq(scratch_read(&scratch, "outside/secret"), "secret");
    struct stat info;
    cr_expect_eq(fstatat(dir, "a/new", &info, 0), 0);
    cr_expect_eq(info.st_mode & 0777, 0640);
}

static int by_openat2(int dir, const char *path, int flags, mode_t mode)
{
    return sl_beneath_check(path) < 0 ? -1 : sl_beneath_openat2(dir, path, flags, mode);
}

static int by_walk(int dir, const char *path, int flags, mode_t mode)
{
    return sl_beneath_check(path) < 0 ? -1 : sl_beneath_walk(dir, path, flags, mode);
}

static bool has_openat2(void)
{
    SL_CLEANUP(sl_closep) int fd = sl_beneath_openat2(AT_FDCWD, ".", O_PATH, 0);
    return fd >= 0;
}

Test(open_beneath, follows_nothing_by_openat2)
{
    if (has_openat2())
        run_beneath_cases(by_openat2, "openat2");
    else
        cr_skip_test("this kernel has no openat2");
}

Test(open_beneath, follows_nothing_by_walking)
{
    umask(022);
    run_beneath_cases(by_walk, "walk");
}

/* From here on a system call fails in this process, as on an old kernel, under a filter of a container, or on
 * a file system that lacks it. */
static void deny(long call, int number)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)call, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)number),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof code / sizeof code[0], code};
    cr_assert_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    cr_assert_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0, "%s", strerror(errno));
}

Test(open_beneath, works_as_the_kernel_has_it)
{
    run_beneath_cases(sl_sys_open_beneath, "as it is");
}

Test(open_beneath, works_on_a_kernel_without_openat2)
{
    deny(SYS_openat2, ENOSYS);
    cr_assert(!has_openat2());
    run_beneath_cases(sl_sys_open_beneath, "ENOSYS");
}

Test(open_beneath, works_under_a_filter_that_refuses_openat2)
{
    deny(SYS_openat2, EPERM);
    cr_assert(!has_openat2());
    run_beneath_cases(sl_sys_open_beneath, "EPERM");
}

Test(open_beneath, refuses_names_and_paths_the_kernel_would)
{
    char name[NAME_MAX + 2];
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    cr_expect_eq(sl_beneath_check(name), -1);
    cr_expect_eq(errno, ENAMETOOLONG);
    name[NAME_MAX] = '\0';
    cr_expect_eq(sl_beneath_check(name), 0);

    static char path[2 * PATH_MAX];
    for (size_t i = 0; i < sizeof path - 1; i++)
        path[i] = i % 2 ? '/' : 'a';
    cr_expect_eq(sl_beneath_check(path), -1);
    cr_expect_eq(errno, ENAMETOOLONG);
    path[PATH_MAX - 1] = '\0';
    cr_expect_eq(sl_beneath_check(path), 0);
}

Test(rename_noreplace, never_replaces)
{
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    scratch_write(&scratch, "new", "new");
    scratch_write(&scratch, "old", "old");
    cr_expect_eq(sl_sys_renameat_noreplace(scratch.dir, "new", scratch.dir, "old"), -1);
    cr_expect_eq(errno, EEXIST);
    cr_expect_str_eq(scratch_read(&scratch, "old"), "old");
    cr_expect_eq(sl_sys_renameat_noreplace(scratch.dir, "new", scratch.dir, "other"), 0);
    cr_expect_str_eq(scratch_read(&scratch, "other"), "new");
    cr_expect(!scratch_has(&scratch, "new"));
}

Test(rename_noreplace, never_replaces_on_a_file_system_that_cannot_promise_it)
{
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    scratch_write(&scratch, "new", "new");
    scratch_write(&scratch, "old", "old");
    scratch_mkdir(&scratch, "directory");
    deny(SYS_renameat2, EINVAL);
    cr_expect_eq(sl_sys_renameat_noreplace(scratch.dir, "new", scratch.dir, "old"), -1);
    cr_expect_eq(errno, EEXIST);
    cr_expect_str_eq(scratch_read(&scratch, "old"), "old");
    cr_expect_eq(sl_sys_renameat_noreplace(scratch.dir, "new", scratch.dir, "other"), 0);
    cr_expect_str_eq(scratch_read(&scratch, "other"), "new");
    cr_expect(!scratch_has(&scratch, "new"));
    cr_expect_eq(sl_sys_renameat_noreplace(scratch.dir, "directory", scratch.dir, "moved"), -1);
    cr_expect_eq(errno, EINVAL);
}
