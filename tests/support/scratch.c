#include "scratch.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void scratch_make(struct scratch *scratch)
{
    const char *base = getenv("TMPDIR");
    (void)snprintf(scratch->path, sizeof scratch->path, "%s/sealift-test-XXXXXX",
                   base && *base ? base : "/tmp");
    cr_assert_not_null(mkdtemp(scratch->path), "mkdtemp %s: %s", scratch->path, strerror(errno));
    scratch->dir = open(scratch->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    cr_assert_geq(scratch->dir, 0);
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)info;
    (void)type;
    (void)where;
    return remove(path);
}

void scratch_remove(struct scratch *scratch)
{
    (void)close(scratch->dir);
    cr_assert_eq(nftw(scratch->path, remove_one, 32, FTW_DEPTH | FTW_PHYS), 0, "remove %s: %s", scratch->path,
                 strerror(errno));
}

const char *scratch_path(const struct scratch *scratch, const char *path)
{
    static char texts[8][4096];
    static unsigned turn;
    char *text = texts[turn++ % 8];
    (void)snprintf(text, sizeof texts[0], "%s/%s", scratch->path, path);
    return text;
}

static void make_above(const struct scratch *scratch, const char *path)
{
    char part[4096];
    for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        (void)snprintf(part, sizeof part, "%.*s", (int)(slash - path), path);
        cr_assert(mkdirat(scratch->dir, part, 0755) == 0 || errno == EEXIST, "mkdir %s: %s", part,
                  strerror(errno));
    }
}

void scratch_write(const struct scratch *scratch, const char *path, const char *content)
{
    make_above(scratch, path);
    (void)unlinkat(scratch->dir, path, 0);
    int fd = openat(scratch->dir, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    cr_assert_geq(fd, 0, "create %s: %s", path, strerror(errno));
    cr_assert_eq(write(fd, content, strlen(content)), (ssize_t)strlen(content));
    cr_assert_eq(close(fd), 0);
}

void scratch_link(const struct scratch *scratch, const char *path, const char *target)
{
    make_above(scratch, path);
    (void)unlinkat(scratch->dir, path, 0);
    cr_assert_eq(symlinkat(target, scratch->dir, path), 0, "link %s: %s", path, strerror(errno));
}

void scratch_mkdir(const struct scratch *scratch, const char *path)
{
    make_above(scratch, path);
    cr_assert_eq(mkdirat(scratch->dir, path, 0755), 0, "mkdir %s: %s", path, strerror(errno));
}

bool scratch_has(const struct scratch *scratch, const char *path)
{
    struct stat info;
    return fstatat(scratch->dir, path, &info, AT_SYMLINK_NOFOLLOW) == 0;
}

const char *scratch_read(const struct scratch *scratch, const char *path)
{
    static char text[64 * 1024];
    int fd = openat(scratch->dir, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return "(none)";
    ssize_t got = read(fd, text, sizeof text - 1);
    cr_assert_geq(got, 0);
    (void)close(fd);
    text[got] = '\0';
    return text;
}
