#include "folder.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "io/file.h"
#include "io/sys.h"
#include "model/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

/* So many names are tried for the directory that is not finished. */
#define PARTIAL_NAMES        99
#define PARTIAL_ENDING_BYTES sizeof ".partial-99"

static int fail_path(const char *path, const char *why, struct sl_err *err)
{
    struct sl_shown shown;
    return sl_fail(err, SL_E_USAGE, "%s %s", sl_shown(&shown, sl_str_from(path)), why);
}

static struct sl_str without_slashes(struct sl_str path)
{
    while (path.len > 1 && path.ptr[path.len - 1] == '/')
        path.len--;
    return path;
}

/* The path of the directory that `path` lies in, and its name there. */
static int split(const char *path, char parent[SL_PATH_MAX], char name[256], struct sl_err *err)
{
    struct sl_str whole = without_slashes(sl_str_from(path));
    size_t slash = whole.len;
    while (slash > 0 && whole.ptr[slash - 1] != '/')
        slash--;
    struct sl_str last = sl_str_slice(whole, slash, whole.len);
    struct sl_str above = without_slashes(sl_str_slice(whole, 0, slash));
    if (last.len == 0 || sl_str_equal(last, SL_STR(".")) || sl_str_equal(last, SL_STR("..")))
        return fail_path(path, "is no name for a new directory", err);
    if (last.len + PARTIAL_ENDING_BYTES > SL_NAME_MAX || above.len >= SL_PATH_MAX)
        return fail_path(path, "is too long a name", err);
    (void)snprintf(name, 256, SL_FMT, SL_ARG(last));
    memcpy(parent, above.len ? above.ptr : ".", above.len ? above.len : 1);
    parent[above.len ? above.len : 1] = '\0';
    return 0;
}

static int stop_at_first(void *context, const struct sl_dir_entry *entry, struct sl_err *err)
{
    struct sl_shown shown;
    (void)context;
    return sl_fail(err, SL_E_EXISTS, "is not empty: it holds %s", sl_shown(&shown, sl_str_from(entry->path)));
}

/* Nothing of that name, or an empty directory, which the rename replaces. */
static int check_vacant(const struct folder *folder, struct sl_err *err)
{
    struct stat info;
    if (sl_sys_fstatat(folder->parent, folder->name, &info) < 0)
        return errno == ENOENT ? 0 : sl_fail_errno(err, SL_E_IO, "look at %s", folder->path.text);
    if (!S_ISDIR(info.st_mode))
        return sl_fail(err, SL_E_EXISTS, "%s exists, and is not a directory", folder->path.text);
    SL_CLEANUP(sl_closep)
    int directory = sl_sys_open_beneath(folder->parent, folder->name, O_RDONLY | O_DIRECTORY, 0);
    if (directory < 0)
        return sl_fail_errno(err, SL_E_IO, "open %s", folder->path.text);
    return sl_dir_walk(directory, stop_at_first, NULL, err) < 0 ? sl_wrap(err, "%s", folder->path.text) : 0;
}

/* Only one that this makes is ours to write to, and to remove. */
static int make_partial(struct folder *folder, struct sl_err *err)
{
    char partial[256];
    for (int i = 1; i <= PARTIAL_NAMES; i++) {
        int len = snprintf(partial, sizeof partial, "%.240s.partial", folder->name);
        if (i > 1)
            (void)snprintf(partial + len, sizeof partial - (size_t)len, "-%d", i);
        if (sl_sys_mkdirat(folder->parent, partial, 0755) == 0) {
            memcpy(folder->unfinished, partial, sizeof partial);
            return 0;
        }
        if (errno != EEXIST)
            return sl_fail_errno(err, SL_E_IO, "make the directory %s.partial", folder->path.text);
    }
    (void)sl_fail(err, SL_E_EXISTS, "%s.partial is in the way, and so is every name up to %s.partial-%d",
                  folder->path.text, folder->path.text, PARTIAL_NAMES);
    return sl_hint(err, "they may be what stopped runs left: remove those that nobody needs");
}

int folder_begin(struct folder *folder, const char *path, struct sl_err *err)
{
    char parent[SL_PATH_MAX];
    *folder = (struct folder){.parent = -1, .partial = -1};
    if (split(path, parent, folder->name, err) < 0)
        return -1;
    struct sl_shown shown;
    (void)sl_shown(&folder->path, without_slashes(sl_str_from(path)));
    folder->parent = sl_sys_open(parent, O_RDONLY | O_DIRECTORY, 0);
    if (folder->parent < 0)
        return sl_fail_errno(err, SL_E_IO, "open %s", sl_shown(&shown, sl_str_from(parent)));
    if (check_vacant(folder, err) < 0 || make_partial(folder, err) < 0)
        return sl_err_about(err, path);
    folder->partial = sl_sys_open_beneath(folder->parent, folder->unfinished, O_RDONLY | O_DIRECTORY, 0);
    if (folder->partial < 0)
        return sl_fail_errno(err, SL_E_IO, "open %s.partial", folder->path.text);
    if (sl_sys_fchmod(folder->partial, 0755) < 0 && errno != EPERM)
        return sl_fail_errno(err, SL_E_IO, "set the mode of %s.partial", folder->path.text);
    return 0;
}

/* Everything but giving the file its bytes to the disk; the caller wraps the error with the file's name. */
static int write_file(int dir, const char *path, struct sl_str content, mode_t mode, struct sl_err *err)
{
    SL_CLEANUP(sl_closep) int fd = sl_sys_open_beneath(dir, path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (fd < 0)
        return sl_fail_errno(err, SL_E_IO, "make it");
    while (content.len > 0) {
        ssize_t wrote = sl_sys_write(fd, content.ptr, content.len);
        if (wrote < 0)
            return sl_fail_errno(err, SL_E_IO, "write");
        content = sl_str_slice(content, (size_t)wrote, content.len);
    }
    if (sl_sys_fchmod(fd, mode) < 0 || sl_sys_fsync(fd) < 0)
        return sl_fail_errno(err, SL_E_IO, "sync");
    return 0;
}

int folder_add(struct folder *folder, struct sl_str path, struct sl_str content, bool executable,
               struct sl_err *err)
{
    char text[SL_PATH_MAX + 1];
    struct sl_shown shown;
    (void)sl_shown(&shown, path);
    if (path.len > SL_PATH_MAX)
        return sl_fail(err, SL_E_LIMIT, "%s is longer than %d bytes", shown.text, SL_PATH_MAX);
    (void)snprintf(text, sizeof text, "%.*s", (int)path.len, path.ptr);
    char *slash = strrchr(text, '/');
    if (slash) {
        *slash = '\0';
        if (sl_dir_make(folder->partial, text, err) < 0)
            return sl_wrap(err, "write %s/%s", folder->path.text, shown.text);
        *slash = '/';
    }
    if (write_file(folder->partial, text, content, executable ? 0755 : 0644, err) < 0)
        return sl_wrap(err, "write %s/%s", folder->path.text, shown.text);
    return 0;
}

int folder_finish(struct folder *folder, struct sl_err *err)
{
    if (sl_dir_sync_tree(folder->parent, folder->unfinished, err) < 0)
        return sl_wrap(err, "%s", folder->path.text);
    if (sl_sys_renameat(folder->parent, folder->unfinished, folder->parent, folder->name) < 0)
        return sl_fail_errno(err, errno == ENOTEMPTY || errno == EEXIST ? SL_E_EXISTS : SL_E_IO,
                             "give %s its name", folder->path.text);
    folder->unfinished[0] = '\0';
    return sl_dir_sync(folder->parent, ".", err);
}

void folder_release(struct folder *folder)
{
    struct sl_err ignored = {0};
    if (folder->partial >= 0)
        (void)sl_sys_close(folder->partial);
    if (folder->parent >= 0 && folder->unfinished[0] &&
        sl_dir_remove(folder->parent, folder->unfinished, &ignored) < 0)
        sl_err_clear(&ignored);
    if (folder->parent >= 0)
        (void)sl_sys_close(folder->parent);
    *folder = (struct folder){.parent = -1, .partial = -1};
}
