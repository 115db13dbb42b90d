#include "beneath.h"

#include "base/cleanup.h"
#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static int check_name(const char *name, size_t len)
{
    if (len == 0 || (len == 1 && name[0] == '.')) {
        errno = EINVAL;
        return -1;
    }
    if (len == 2 && name[0] == '.' && name[1] == '.') {
        errno = EXDEV;
        return -1;
    }
    if (len > SL_NAME_MAX) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return 0;
}

int sl_beneath_check(const char *path)
{
    if (path[0] == '\0' || path[0] == '/') {
        errno = path[0] ? EXDEV : ENOENT;
        return -1;
    }
    if (strcmp(path, ".") == 0)
        return 0;
    if (strnlen(path, PATH_MAX) == PATH_MAX) {
        errno = ENAMETOOLONG;
        return -1;
    }
    for (const char *at = path;;) {
        size_t len = strcspn(at, "/");
        if (check_name(at, len) < 0)
            return -1;
        if (at[len] == '\0')
            return 0;
        at += len + 1;
    }
}

static bool creates(int flags)
{
    return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;
}

int sl_beneath_openat2(int dir, const char *path, int flags, mode_t mode)
{
    /* openat2 refuses a mode where nothing is created. */
    struct open_how how = {
        .flags = (uint64_t)(unsigned)(flags | O_CLOEXEC),
        .mode = creates(flags) ? mode & 07777U : 0,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
    };
    return (int)syscall(SYS_openat2, dir, path, &how, sizeof how);
}

/* Where the caller asked for a directory and met a link, the kernel says ENOTDIR with O_NOFOLLOW, but ELOOP
 * from openat2: make it the one that tells more. */
static void tell_links_apart(int dir, const char *name)
{
    struct stat info;
    if (errno != ENOTDIR)
        return;
    bool link = fstatat(dir, name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(info.st_mode);
    errno = link ? ELOOP : ENOTDIR;
}

static int open_one(int dir, const char *name, int flags, mode_t mode)
{
    int fd = openat(dir, name, flags | O_NOFOLLOW | O_CLOEXEC, mode);
    if (fd < 0) {
        tell_links_apart(dir, name);
        return -1;
    }
    /* O_PATH with O_NOFOLLOW opens the link itself; only who asked for both may have it. */
    struct stat info;
    if ((flags & O_PATH) && !(flags & O_NOFOLLOW) && (fstat(fd, &info) < 0 || S_ISLNK(info.st_mode))) {
        (void)close(fd);
        errno = ELOOP;
        return -1;
    }
    return fd;
}

int sl_beneath_walk(int dir, const char *path, int flags, mode_t mode)
{
    SL_CLEANUP(sl_closep) int held = -1;
    int at = dir;
    for (;;) {
        char name[SL_NAME_MAX + 1];
        size_t len = strcspn(path, "/");
        memcpy(name, path, len);
        name[len] = '\0';
        if (path[len] == '\0')
            return open_one(at, name, flags, mode);

        int next = open_one(at, name, O_PATH | O_DIRECTORY, 0);
        if (next < 0)
            return -1;
        sl_closep(&held);
        at = held = next;
        path += len + 1;
    }
}
