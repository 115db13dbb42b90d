#include "listing.h"

#include "base/limits.h"
#include "crypto/digest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Plain system calls on purpose: what it sees must not depend on the code under test or its faults. */

static _Noreturn void give_up(const char *path)
{
    (void)fprintf(stderr, "listing: %s: %s\n", path, strerror(errno));
    abort();
}

static void join(char out[PATH_MAX], const char *directory, const char *name)
{
    int len = snprintf(out, PATH_MAX, "%s%s%s", directory, *directory ? "/" : "", name);
    if (len < 0 || len >= PATH_MAX) {
        errno = ENAMETOOLONG;
        give_up(directory);
    }
}

static void add_file(struct sl_buf *out, const char *path)
{
    struct sl_sha256 hash;
    sl_sha256_init(&hash);
    unsigned char bytes[4096];
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        sl_buf_text(out, " (unreadable)");
        return;
    }
    for (;;) {
        ssize_t got = read(fd, bytes, sizeof bytes);
        if (got < 0)
            give_up(path);
        if (got == 0)
            break;
        sl_sha256_update(&hash, bytes, (size_t)got);
    }
    (void)close(fd);
    struct sl_digest digest;
    char hex[SL_SHA256_HEX + 1];
    sl_sha256_final(&hash, &digest);
    sl_buf_printf(out, " %s", sl_digest_hex(hex, &digest));
}

static void add_link(struct sl_buf *out, const char *path)
{
    char target[PATH_MAX];
    ssize_t len = readlink(path, target, sizeof target);
    if (len < 0)
        give_up(path);
    sl_buf_text(out, " -> ");
    sl_buf_append(out, target, (size_t)len);
}

static void add_directory(struct sl_buf *out, const char *root, const char *path, listing_skip *skip);

static void add_entry(struct sl_buf *out, const char *root, const char *path, listing_skip *skip)
{
    char full[PATH_MAX];
    join(full, root, path);
    struct stat info;
    if (lstat(full, &info) < 0)
        give_up(full);
    sl_buf_printf(out, "%06o %s", (unsigned)info.st_mode, path);
    if (S_ISREG(info.st_mode))
        add_file(out, full);
    if (S_ISLNK(info.st_mode))
        add_link(out, full);
    sl_buf_byte(out, '\n');
    if (S_ISDIR(info.st_mode))
        add_directory(out, root, path, skip);
}

static void add_directory(struct sl_buf *out, const char *root, const char *path, listing_skip *skip)
{
    char full[PATH_MAX];
    join(full, root, path);
    struct dirent **names = NULL;
    int count = scandir(full, &names, NULL, alphasort);
    if (count < 0 && errno == EACCES)
        return;
    if (count < 0)
        give_up(full);
    for (int i = 0; i < count; i++) {
        const char *name = names[i]->d_name;
        char below[PATH_MAX];
        join(below, path, name);
        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && !(skip && skip(below)))
            add_entry(out, root, below, skip);
        free(names[i]);
    }
    free(names);
}

void listing_make(struct sl_buf *out, const char *root, listing_skip *skip)
{
    sl_buf_init(out, 16 * SL_MIB);
    struct stat info;
    if (lstat(root, &info) == 0)
        add_directory(out, root, "", skip);
    struct sl_err err = {0};
    if (sl_buf_check(out, "the listing", &err) < 0)
        give_up(root);
    if (!out->ptr)
        sl_buf_text(out, "");
}
