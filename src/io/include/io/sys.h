/*
 * Every system call with which sealift changes or reads a file system, counted in one place.
 *
 * These are thin: same arguments, same results, same errno as the call they are named for, with EINTR
 * retried. They exist so that tests can put a fault between any two of them: a test program links with
 * -Wl,--wrap=sl_sys_write and so on, counts the calls, and lets the Nth one fail or end the process
 * (tests/support/sys_fault.h). There is no switch in the product. Nothing else in sealift calls the file
 * system directly (libgit2 and libarchive read through their own).
 */
#ifndef IO_SYS_H
#define IO_SYS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/types.h>

/*
 * Opens `path`, relative, below `dir` so that neither ".." nor any symbolic link, in any component, is
 * followed: openat2(2) with RESOLVE_BENEATH, NO_SYMLINKS and NO_MAGICLINKS, or where the kernel lacks it
 * (before 5.6, ENOSYS, or EPERM from an old seccomp filter) a walk component by component with O_NOFOLLOW.
 * O_CLOEXEC is always added.
 *
 * The path is checked first, so both ways refuse the same: EXDEV for an absolute path and a ".." component,
 * EINVAL for an empty or "." component, ENAMETOOLONG, ENOENT for an empty path. The path "." alone is `dir`
 * itself, opened anew. A link gives ELOOP.
 */
int sl_sys_open_beneath(int dir, const char *path, int flags, mode_t mode);

/* open(2) of a path the user named; links are followed, O_CLOEXEC is added. */
int sl_sys_open(const char *path, int flags, mode_t mode);

/* A regular file in directory `dir` that has no name, and is gone when it is closed (O_TMPFILE), for writing. Fails with
 * EOPNOTSUPP, EISDIR or the like where the file system has none (FAT, NFS), and with EOPNOTSUPP where sl_sys_link_unnamed()
 * could not name it because there is no /proc. */
int sl_sys_open_unnamed(int dir, mode_t mode);

/* Gives it a name in `dir`, which never replaces: EEXIST. */
int sl_sys_link_unnamed(int fd, int dir, const char *name);

ssize_t sl_sys_read(int fd, void *out, size_t len);
ssize_t sl_sys_pread(int fd, void *out, size_t len, off_t at);
ssize_t sl_sys_write(int fd, const void *bytes, size_t len);
int sl_sys_close(int fd); /* EINTR counts as closed, as it is on Linux */
int sl_sys_fsync(int fd);
int sl_sys_syncfs(int fd);
int sl_sys_fchmod(int fd, mode_t mode);
int sl_sys_ftruncate(int fd, off_t len);
int sl_sys_fstat(int fd, struct stat *out);
int sl_sys_fstatat(int dir, const char *name, struct stat *out); /* AT_SYMLINK_NOFOLLOW */
int sl_sys_fstatvfs(int fd, struct statvfs *out);
ssize_t sl_sys_getdents(int dir, void *out,
                        size_t size); /* getdents64(2): struct dirent64, one after another */
int sl_sys_mkdirat(int dir, const char *name, mode_t mode);
int sl_sys_unlinkat(int dir, const char *name, int flags);
int sl_sys_renameat(int from_dir, const char *from, int to_dir, const char *to);

/* RENAME_NOREPLACE. A file system without it (NFS) answers EINVAL; then a file is linked to its new name,
 * which also never replaces, and unlinked from the old. A directory there stays EINVAL. */
int sl_sys_renameat_noreplace(int from_dir, const char *from, int to_dir, const char *to);

int sl_sys_symlinkat(const char *target, int dir, const char *name);
ssize_t sl_sys_readlinkat(int dir, const char *name, char *out, size_t size);
int sl_sys_flock(int fd, int operation); /* EINTR is returned: a waiting lock can be interrupted */

#endif
