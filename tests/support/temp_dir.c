#include "temp_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static _Noreturn void give_up(const char *what, const char *path)
{
    fprintf(stderr, "temp_dir: %s %s: %s\n", what, path, strerror(errno));
    abort();
}

void temp_dir_make(struct temp_dir *dir)
{
    const char *base = getenv("TMPDIR");
    char pattern[PATH_MAX];
    (void)snprintf(pattern, sizeof pattern, "%s/sealift-test-XXXXXX", base && base[0] == '/' ? base : "/tmp");
    if (!mkdtemp(pattern))
        give_up("make", pattern);
    if (!realpath(pattern, dir->path))
        give_up("resolve", pattern);
}

static int open_up(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)info;
    (void)where;
    if (type == FTW_D || type == FTW_DNR)
        (void)chmod(path, 0700);
    return 0;
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)info;
    (void)type;
    (void)where;
    return remove(path);
}

void temp_dir_remove(struct temp_dir *dir)
{
    if (dir->path[0] == '\0')
        return;
    (void)nftw(dir->path, open_up, 32, FTW_PHYS);
    if (nftw(dir->path, remove_one, 32, FTW_PHYS | FTW_DEPTH) != 0)
        give_up("remove", dir->path);
    dir->path[0] = '\0';
}

const char *temp_dir_join(const struct temp_dir *dir, const char *name, char out[PATH_MAX])
{
    int len = snprintf(out, PATH_MAX, "%s/%s", dir->path, name);
    if (len < 0 || len >= PATH_MAX) {
        errno = ENAMETOOLONG;
        give_up("name", name);
    }
    return out;
}

/* Makes each directory that `path` has in front of a slash behind the first `from` bytes. */
static void make_parents(char *path, size_t from)
{
    for (char *slash = strchr(path + from, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(path, 0755) < 0 && errno != EEXIST)
            give_up("make", path);
        *slash = '/';
    }
}

static void join_with_parents(const struct temp_dir *dir, const char *name, char out[PATH_MAX])
{
    temp_dir_join(dir, name, out);
    make_parents(out, strlen(dir->path) + 1);
}

void temp_dir_write(const struct temp_dir *dir, const char *name, const void *bytes, size_t len)
{
    char path[PATH_MAX];
    join_with_parents(dir, name, path);
    FILE *file = fopen(path, "wb");
    if (!file)
        give_up("open", path);
    if (fwrite(bytes, 1, len, file) != len)
        give_up("write", path);
    if (fclose(file) != 0)
        give_up("close", path);
}

void temp_dir_write_text(const struct temp_dir *dir, const char *name, const char *text)
{
    temp_dir_write(dir, name, text, strlen(text));
}

void temp_dir_make_dir(const struct temp_dir *dir, const char *name)
{
    char path[PATH_MAX];
    join_with_parents(dir, name, path);
    if (mkdir(path, 0755) < 0 && errno != EEXIST)
        give_up("make", path);
}

void temp_dir_link(const struct temp_dir *dir, const char *name, const char *target)
{
    char path[PATH_MAX];
    join_with_parents(dir, name, path);
    if (symlink(target, path) < 0)
        give_up("link", path);
}
