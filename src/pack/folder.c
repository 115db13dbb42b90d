#include "folder.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "io/file.h"
#include "io/sys.h"
#include "model/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

static const char ending[] = ".partial";

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
    if (last.len + sizeof ending > SL_NAME_MAX || above.len >= SL_PATH_MAX)
        return fail_path(path, "is too long a name", err);
    (void)snprintf(name, 256, SL_FMT, SL_ARG(last));
    memcpy(parent, above.len ? above.ptr : ".", above.len ? above.len : 1);
    parent[above.len ? above.len : 1] = '\0';
    return 0;
}

static int stop_at_first(void *context, const struct sl_dir_entry *entry, struct sl_err *err)
{
    (void)context;
    return sl_fail(err, SL_E_EXISTS, "is not empty: it holds %s", entry->path);
}

/* Nothing of that name, or an empty directory, which the rename replaces. */
static int check_vacant(const struct folder *folder, const char *path, struct sl_err *err)
{
    struct sl_shown shown;
    (void)sl_shown(&shown, sl_str_from(path));
    struct stat info;
    if (sl_sys_fstatat(folder->parent, folder->name, &info) < 0)
        return errno == ENOENT ? 0 : sl_fail_errno(err, SL_E_IO, "look at %s", shown.text);
    if (!S_ISDIR(info.st_mode))
        return sl_fail(err, SL_E_EXISTS, "%s exists, and is not a directory", shown.text);
    SL_CLEANUP(sl_closep)
    int directory = sl_sys_open_beneath(folder->parent, folder->name, O_RDONLY | O_DIRECTORY, 0);
    if (directory < 0)
        return sl_fail_errno(err, SL_E_IO, "open %s", shown.text);
    return sl_dir_walk(directory, stop_at_first, NULL, err) < 0 ? sl_wrap(err, "%s", shown.text) : 0;
}

int folder_begin(struct folder *folder, const char *path, struct sl_err *err)
{
    char parent[SL_PATH_MAX];
    *folder = (struct folder){.parent = -1, .partial = -1};
    if (split(path, parent, folder->name, err) < 0)
        return -1;
    struct sl_shown shown;
    folder->parent = sl_sys_open(parent, O_RDONLY | O_DIRECTORY, 0);
    if (folder->parent < 0)
        return sl_fail_errno(err, SL_E_IO, "open %s", sl_shown(&shown, sl_str_from(parent)));
    if (check_vacant(folder, path, err) < 0)
        return -1;
    char partial[256];
    (void)snprintf(partial, sizeof partial, "%.240s%s", folder->name, ending);
    if (sl_dir_remove(folder->parent, partial, err) < 0 || sl_dir_make(folder->parent, partial, err) < 0)
        return -1;
    memcpy(folder->unfinished, partial, sizeof partial);
    folder->partial = sl_sys_open_beneath(folder->parent, partial, O_RDONLY | O_DIRECTORY, 0);
    if (folder->partial < 0)
        return sl_fail_errno(err, SL_E_IO, "open %s%s", sl_shown(&shown, sl_str_from(path)), ending);
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
            return -1;
        *slash = '/';
    }
    if (write_file(folder->partial, text, content, executable ? 0755 : 0644, err) < 0)
        return sl_wrap(err, "%s", shown.text);
    return 0;
}

int folder_finish(struct folder *folder, struct sl_err *err)
{
    struct sl_shown shown;
    (void)sl_shown(&shown, sl_str_from(folder->name));
    if (sl_dir_sync_tree(folder->parent, folder->unfinished, err) < 0)
        return -1;
    if (sl_sys_renameat(folder->parent, folder->unfinished, folder->parent, folder->name) < 0)
        return sl_fail_errno(err, errno == ENOTEMPTY || errno == EEXIST ? SL_E_EXISTS : SL_E_IO,
                             "give %s its name", shown.text);
    folder->unfinished[0] = '\0';
    return sl_dir_sync(folder->parent, ".", err);
}

void folder_release(struct folder *folder)
{
    struct sl_err ignored = {0};
    if (folder->partial >= 0)
        (void)sl_sys_close(folder->partial);
    /* A failure leaves NAME.partial, which the next attempt removes. */
    if (folder->parent >= 0 && folder->unfinished[0] &&
        sl_dir_remove(folder->parent, folder->unfinished, &ignored) < 0)
        sl_err_clear(&ignored);
    if (folder->parent >= 0)
        (void)sl_sys_close(folder->parent);
    *folder = (struct folder){.parent = -1, .partial = -1};
}
