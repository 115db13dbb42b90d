#include "io/sys.h"

#include "beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RETRY(call)                                                                                          \
    __extension__({                                                                                          \
        __typeof__(call) retry_result;                                                                       \
        do                                                                                                   \
            retry_result = (call);                                                                           \
        while (retry_result < 0 && errno == EINTR);                                                          \
        retry_result;                                                                                        \
    })

/* Whether openat2 may be missing here, rather than the file be out of reach. The walk gives the same answer
 * where the error was about the file. */
static bool may_lack_openat2(int number)
{
    return number == ENOSYS || number == EPERM || number == EINVAL;
}

int sl_sys_open_beneath(int dir, const char *path, int flags, mode_t mode)
{
    if (sl_beneath_check(path) < 0)
        return -1;
    int fd = RETRY(sl_beneath_openat2(dir, path, flags, mode));
    if (fd < 0 && may_lack_openat2(errno))
        fd = RETRY(sl_beneath_walk(dir, path, flags, mode));
    return fd;
}

int sl_sys_open(const char *path, int flags, mode_t mode)
{
    return RETRY(open(path, flags | O_CLOEXEC, mode));
}

#define PROC_PATH_BYTES 40

static const char *proc_path(char out[PROC_PATH_BYTES], int fd)
{
    (void)snprintf(out, PROC_PATH_BYTES, "/proc/self/fd/%d", fd);
    return out;
}

int sl_sys_open_unnamed(int dir, mode_t mode)
{
    char path[PROC_PATH_BYTES];
    int fd = RETRY(openat(dir, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, mode));
    if (fd < 0 || RETRY(faccessat(AT_FDCWD, proc_path(path, fd), F_OK, 0)) == 0)
        return fd;
    (void)close(fd);
    errno = EOPNOTSUPP;
    return -1;
}

int sl_sys_link_unnamed(int fd, int dir, const char *name)
{
    char path[PROC_PATH_BYTES];
    return RETRY(linkat(AT_FDCWD, proc_path(path, fd), dir, name, AT_SYMLINK_FOLLOW));
}

ssize_t sl_sys_read(int fd, void *out, size_t len)
{
    return RETRY(read(fd, out, len));
}

ssize_t sl_sys_pread(int fd, void *out, size_t len, off_t at)
{
    return RETRY(pread(fd, out, len, at));
}

ssize_t sl_sys_write(int fd, const void *bytes, size_t len)
{
    return RETRY(write(fd, bytes, len));
}

int sl_sys_close(int fd)
{
    int result = close(fd);
    return result < 0 && errno == EINTR ? 0 : result;
}

int sl_sys_fsync(int fd)
{
    return RETRY(fsync(fd));
}

int sl_sys_syncfs(int fd)
{
    return RETRY(syncfs(fd));
}

int sl_sys_fchmod(int fd, mode_t mode)
{
    return RETRY(fchmod(fd, mode));
}

int sl_sys_ftruncate(int fd, off_t len)
{
    return RETRY(ftruncate(fd, len));
}

int sl_sys_fstat(int fd, struct stat *out)
{
    return RETRY(fstat(fd, out));
}

int sl_sys_fstatat(int dir, const char *name, struct stat *out)
{
    return RETRY(fstatat(dir, name, out, AT_SYMLINK_NOFOLLOW));
}

int sl_sys_fstatvfs(int fd, struct statvfs *out)
{
    return RETRY(fstatvfs(fd, out));
}

ssize_t sl_sys_getdents(int dir, void *out, size_t size)
{
    return RETRY(syscall(SYS_getdents64, dir, out, size));
}

int sl_sys_mkdirat(int dir, const char *name, mode_t mode)
{
    return RETRY(mkdirat(dir, name, mode));
}

int sl_sys_unlinkat(int dir, const char *name, int flags)
{
    return RETRY(unlinkat(dir, name, flags));
}

int sl_sys_renameat(int from_dir, const char *from, int to_dir, const char *to)
{
    return RETRY(renameat(from_dir, from, to_dir, to));
}

int sl_sys_renameat_noreplace(int from_dir, const char *from, int to_dir, const char *to)
{
    int result = RETRY(renameat2(from_dir, from, to_dir, to, RENAME_NOREPLACE));
    if (result == 0 || errno != EINVAL)
        return result;
    if (RETRY(linkat(from_dir, from, to_dir, to, 0)) < 0) {
        if (errno == EPERM)
            errno = EINVAL;
        return -1;
    }
    if (RETRY(unlinkat(from_dir, from, 0)) == 0)
        return 0;
    int why = errno;
    (void)unlinkat(to_dir, to, 0); /* a file with both names would be neither moved nor left where it was */
    errno = why;
    return -1;
}

int sl_sys_symlinkat(const char *target, int dir, const char *name)
{
    return RETRY(symlinkat(target, dir, name));
}

ssize_t sl_sys_readlinkat(int dir, const char *name, char *out, size_t size)
{
    return RETRY(readlinkat(dir, name, out, size));
}

int sl_sys_flock(int fd, int operation)
{
    return flock(fd, operation);
}
