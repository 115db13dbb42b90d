#include "stage.h"

#include "base/checked.h"
#include "base/cleanup.h"
#include "generation.h"
#include "io/file.h"
#include "io/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <sealift/text.h>
#include <stdio.h>

/* For what is written beside the payload: state files, directories, a journal's own needs. */
#define SPACE_SLACK SL_MIB
#define INODE_SLACK 16

/* -- the directory staging/ -- */

int site_staging_open(const struct site *site, struct sl_err *err)
{
    /* Nobody else's business until it is proved. */
    if (sl_sys_mkdirat(site->root, SITE_STAGING, 0700) < 0 && errno != EEXIST)
        return sl_fail_errno(err, SL_E_IO, "make %s/" SITE_STAGING, site->shown);
    bool missing;
    return site_open_dir(site, SITE_STAGING, &missing, err);
}

static bool is_ours(const char *name, bool link)
{
    return link ? strcmp(name, SITE_CURRENT) == 0 : site_generation_valid(sl_str_from(name));
}

struct sweep {
    int staging;
};

static int remove_ours(void *context, const struct sl_dir_entry *entry, struct sl_err *err)
{
    const struct sweep *sweep = context;
    if (is_ours(entry->path, S_ISLNK(entry->info.st_mode)) &&
        sl_dir_remove(sweep->staging, entry->path, err) < 0)
        return -1;
    return S_ISDIR(entry->info.st_mode) ? 1 : 0;
}

int site_staging_empty(const struct site *site, struct sl_err *err)
{
    bool missing;
    SL_CLEANUP(sl_closep) int staging = site_open_dir(site, SITE_STAGING, &missing, err);
    if (staging < 0 && missing) {
        sl_err_clear(err);
        return 0;
    }
    if (staging < 0)
        return -1;
    struct sweep sweep = {staging};
    if (sl_dir_walk(staging, remove_ours, &sweep, err) < 0)
        return sl_wrap(err, "%s/" SITE_STAGING, site->shown);
    site_staging_remove(site);
    return 0;
}

static int find_ours(void *context, const struct sl_dir_entry *entry, struct sl_err *err)
{
    (void)err;
    bool *found = context;
    *found = *found || is_ours(entry->path, S_ISLNK(entry->info.st_mode));
    return S_ISDIR(entry->info.st_mode) ? 1 : 0;
}

int site_staging_used(const struct site *site, struct sl_err *err)
{
    bool missing;
    SL_CLEANUP(sl_closep) int staging = site_open_dir(site, SITE_STAGING, &missing, err);
    if (staging < 0) {
        bool hidden = err->sys_errno == EACCES;
        if (!missing && !hidden && err->code != SL_E_EXISTS)
            return -1;
        sl_err_clear(err);
        return hidden ? 1 : 0;
    }
    bool found = false;
    if (sl_dir_walk(staging, find_ours, &found, err) == 0)
        return found ? 1 : 0;
    /* Somebody removed what was just listed. */
    if (err->code != SL_E_NOT_FOUND)
        return sl_wrap(err, "%s/" SITE_STAGING, site->shown);
    sl_err_clear(err);
    return 1;
}

void site_staging_remove(const struct site *site)
{
    (void)sl_sys_unlinkat(site->root, SITE_STAGING, AT_REMOVEDIR);
}

/* -- room -- */

static struct sl_str directory_of(struct sl_str path)
{
    size_t end = path.len;
    while (end > 0 && path.ptr[end - 1] != '/')
        end--;
    return sl_str_slice(path, 0, end ? end - 1 : 0);
}

/* Whole blocks per file, and one for each change of directory: a little more than it will be. Sizes were
 * checked when the manifest was read, so the sums fit. */
static void count_need(const struct sl_bundle_head *head, uint64_t block, uint64_t *bytes, uint64_t *inodes)
{
    const struct sl_manifest *manifest = head->manifest;
    *bytes = SPACE_SLACK + sl_round_up(head->manifest_json.len, block) + head->signer_count * block;
    *inodes = INODE_SLACK + manifest->file_count + head->signer_count;
    struct sl_str directory = {NULL, 0};
    for (size_t i = 0; i < manifest->file_count; i++) {
        *bytes += sl_round_up(manifest->files[i].size, block);
        struct sl_str parent = directory_of(manifest->files[i].path);
        if (sl_str_equal(parent, directory))
            continue;
        directory = parent;
        *bytes += block;
        ++*inodes;
    }
}

int site_space_check(const struct site *site, const struct sl_bundle_head *head, struct sl_err *err)
{
    struct statvfs info;
    if (sl_sys_fstatvfs(site->root, &info) < 0)
        return sl_fail_errno(err, SL_E_IO, "ask how much room is in %s", site->shown);
    uint64_t unit = info.f_frsize ? info.f_frsize : 1;
    bool power_of_two = (unit & (unit - 1)) == 0;
    uint64_t bytes;
    uint64_t inodes;
    count_need(head, power_of_two ? unit : 4096, &bytes, &inodes);

    uint64_t free_bytes;
    if (__builtin_mul_overflow((uint64_t)info.f_bavail, unit, &free_bytes))
        free_bytes = UINT64_MAX;
    if (bytes > free_bytes) {
        char need[16];
        char have[16];
        char more[16];
        (void)sl_fail(err, SL_E_NO_SPACE, "%s has too little room: this bundle needs %s, and %s is free",
                      site->shown, sl_size_text(need, bytes), sl_size_text(have, free_bytes));
        return sl_hint(err, "make %s free, or choose a root on a larger disk",
                       sl_size_text(more, bytes - free_bytes));
    }
    /* Some file systems have no fixed number of inodes and say 0. */
    if (info.f_files > 0 && inodes > info.f_favail)
        return sl_fail(err, SL_E_NO_SPACE, "%s has too few inodes: this bundle needs %llu, and %llu are free",
                       site->shown, (unsigned long long)inodes, (unsigned long long)info.f_favail);
    return 0;
}

/* -- a tree in it -- */

static int in_stage(const struct site_stage *stage, const char *path, struct sl_err *err)
{
    char shown[200];
    return sl_wrap(err, "%s/" SITE_STAGING "/%s/%s", stage->site->shown, stage->name,
                   sl_escape(shown, sizeof shown, sl_str_from(path)));
}

int site_stage_begin(struct site_stage *stage, const struct site *site, const char *name, struct sl_err *err)
{
    *stage = (struct site_stage){.site = site, .tree = -1, .parent = -1, .file = -1};
    (void)snprintf(stage->name, sizeof stage->name, "%s", name);
    SL_CLEANUP(sl_closep) int staging = site_staging_open(site, err);
    if (staging < 0)
        return -1;
    if (sl_sys_mkdirat(staging, name, 0700) < 0)
        return sl_fail_errno(err, SL_E_IO, "make %s/" SITE_STAGING "/%s", site->shown, name);
    stage->tree = sl_sys_open_beneath(staging, name, O_RDONLY | O_DIRECTORY, 0);
    if (stage->tree < 0)
        return sl_fail_errno(err, SL_E_IO, "open %s/" SITE_STAGING "/%s", site->shown, name);
    return 0;
}

static void copy_path(char out[SL_PATH_MAX + 1], struct sl_str path)
{
    size_t len = path.len < SL_PATH_MAX ? path.len : SL_PATH_MAX;
    if (len)
        memcpy(out, path.ptr, len);
    out[len] = '\0';
}

/* The directory of `path`: open already when the file before was in it, as members come sorted. */
static int enter_directory(struct site_stage *stage, struct sl_str path, struct sl_err *err)
{
    struct sl_str parent = directory_of(path);
    if (stage->parent >= 0 && sl_str_equal(parent, sl_str_from(stage->parent_path)))
        return 0;
    sl_closep(&stage->parent);
    copy_path(stage->parent_path, parent);
    if (parent.len > 0 && sl_dir_make(stage->tree, stage->parent_path, err) < 0)
        return in_stage(stage, "", err);
    stage->parent =
        sl_sys_open_beneath(stage->tree, parent.len ? stage->parent_path : ".", O_RDONLY | O_DIRECTORY, 0);
    if (stage->parent < 0) {
        (void)sl_fail_errno(err, SL_E_IO, "open the directory");
        return in_stage(stage, stage->parent_path, err);
    }
    return 0;
}

static int begin_file(void *context, const struct sl_manifest_file *file, struct sl_err *err)
{
    struct site_stage *stage = context;
    if (file->path.len > SL_PATH_MAX)
        return sl_fail(err, SL_E_INTERNAL, "a path is longer than a manifest can have");
    if (enter_directory(stage, file->path, err) < 0)
        return -1;
    copy_path(stage->path, file->path);
    const char *slash = strrchr(stage->path, '/');
    /* For its owner only until every byte was right. */
    stage->file = sl_sys_open_beneath(stage->parent, slash ? slash + 1 : stage->path,
                                      O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (stage->file < 0) {
        (void)sl_fail_errno(err, SL_E_IO, "create the file");
        return in_stage(stage, stage->path, err);
    }
    stage->left = file->size;
    return 0;
}

static int write_data(void *context, const void *bytes, size_t len, struct sl_err *err)
{
    struct site_stage *stage = context;
    if (len > stage->left)
        return sl_fail(err, SL_E_INTERNAL, "a file got more bytes than its manifest says");
    stage->left -= len;
    for (size_t done = 0; done < len;) {
        ssize_t put = sl_sys_write(stage->file, (const char *)bytes + done, len - done);
        if (put == 0)
            errno = EIO;
        if (put <= 0) {
            (void)sl_fail_errno(err, SL_E_IO, "write");
            return in_stage(stage, stage->path, err);
        }
        done += (size_t)put;
    }
    return 0;
}

static int end_file(void *context, const struct sl_manifest_file *file, struct sl_err *err)
{
    struct site_stage *stage = context;
    if (stage->left > 0)
        return sl_fail(err, SL_E_INTERNAL, "a file got fewer bytes than its manifest says");
    int fd = stage->file;
    stage->file = -1;
    int failed = sl_sys_fchmod(fd, file->executable ? 0755 : 0644) < 0;
    if (failed)
        (void)sl_fail_errno(err, SL_E_IO, "set the mode");
    if (sl_sys_close(fd) < 0 && !failed) {
        (void)sl_fail_errno(err, SL_E_IO, "close the file");
        failed = true;
    }
    return failed ? in_stage(stage, stage->path, err) : 0;
}

struct sl_receiver site_stage_receiver(struct site_stage *stage)
{
    return (struct sl_receiver){.begin = begin_file, .data = write_data, .end = end_file, .context = stage};
}

int site_stage_finish(struct site_stage *stage, struct sl_err *err)
{
    if (sl_sys_fchmod(stage->tree, 0755) < 0) {
        (void)sl_fail_errno(err, SL_E_IO, "set the mode");
        return in_stage(stage, "", err);
    }
    return 0;
}

void site_stage_release(struct site_stage *stage)
{
    sl_closep(&stage->file);
    sl_closep(&stage->parent);
    sl_closep(&stage->tree);
}
