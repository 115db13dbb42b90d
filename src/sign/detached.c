#include <sealift/sign.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "io/file.h"
#include "io/sys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sealift/text.h>
#include <sealift/trust.h>
#include <stdio.h>
#include <stdlib.h>

#define ENDING ".minisig"
enum { SHOWN_MAX = 256 };

struct detached_file {
    char *path;
    struct sl_buf text;
};

struct sl_detached_files {
    struct detached_file items[SL_DETACHED_MAX];
    struct sl_detached list[SL_DETACHED_MAX]; /* the same for whoever uses them */
    size_t count;
};

/* The bundle's path without what encrypting it added. */
static struct sl_str plain_path(const char *bundle)
{
    struct sl_str path = sl_str_from(bundle);
    struct sl_str age = SL_STR(".age");
    return sl_str_slice(path, 0, sl_str_ends_with(path, age) ? path.len - age.len : path.len);
}

int sl_detached_path(char out[4096], const char *bundle, const unsigned char key_id[SL_KEY_ID_BYTES],
                     struct sl_err *err)
{
    return sl_signature_path(out, plain_path(bundle), key_id, err);
}

/* -- one file -- */

/* Room for one more; NULL with err filled. */
static struct detached_file *new_item(struct sl_detached_files *files, const char *path, struct sl_err *err)
{
    if (files->count == SL_DETACHED_MAX) {
        (void)sl_fail(err, SL_E_LIMIT, "there are more than %d detached signatures", SL_DETACHED_MAX);
        return NULL;
    }
    struct detached_file *item = &files->items[files->count];
    item->path = strdup(path);
    if (!item->path) {
        (void)sl_fail_memory(err);
        return NULL;
    }
    sl_buf_init(&item->text, SL_SIGNATURE_FILE_MAX);
    files->count++;
    return item;
}

static void list_item(struct sl_detached_files *files, const struct detached_file *item)
{
    files->list[item - files->items] = (struct sl_detached){item->path, sl_buf_view(&item->text)};
}

int sl_detached_add(struct sl_detached_files *files, const char *path, struct sl_err *err)
{
    for (size_t i = 0; i < files->count; i++)
        if (strcmp(files->items[i].path, path) == 0)
            return 0;
    struct detached_file *item = new_item(files, path, err);
    if (!item || sl_file_read(&item->text, path, SL_SIGNATURE_FILE_MAX, err) < 0)
        return -1;
    list_item(files, item);
    return 0;
}

/* -- those beside the bundle -- */

struct names {
    char items[SL_DETACHED_MAX][NAME_MAX + 1]; /* ascending */
    size_t count;
};

/* BASE, a dot, 16 digits, ".minisig". */
static bool is_detached_name(struct sl_str name, struct sl_str base)
{
    if (name.len != base.len + 1 + SL_KEY_ID_HEX + sizeof ENDING - 1 || !sl_str_starts_with(name, base) ||
        name.ptr[base.len] != '.' || !sl_str_ends_with(name, SL_STR(ENDING)))
        return false;
    for (size_t i = 0; i < SL_KEY_ID_HEX; i++) {
        char digit = name.ptr[base.len + 1 + i];
        if (!(digit >= '0' && digit <= '9') && !(digit >= 'A' && digit <= 'F'))
            return false;
    }
    return true;
}

static int note_name(struct names *names, struct sl_str name, struct sl_err *err)
{
    if (names->count == SL_DETACHED_MAX)
        return sl_fail(err, SL_E_LIMIT, "there are more than %d detached signatures", SL_DETACHED_MAX);
    size_t place = names->count++;
    for (; place > 0 && sl_str_compare(sl_str_from(names->items[place - 1]), name) > 0; place--)
        memcpy(names->items[place], names->items[place - 1], sizeof names->items[place]);
    memcpy(names->items[place], name.ptr, name.len);
    names->items[place][name.len] = '\0';
    return 0;
}

static int list_names(struct names *names, int dir, struct sl_str base, struct sl_err *err)
{
    for (;;) {
        _Alignas(struct dirent64) char buffer[16384];
        ssize_t got = sl_sys_getdents(dir, buffer, sizeof buffer);
        if (got < 0)
            return sl_fail_errno(err, SL_E_IO, "list the bundle's directory");
        if (got == 0)
            return 0;
        for (size_t at = 0; at < (size_t)got;) {
            const struct dirent64 *entry = (const struct dirent64 *)(const void *)(buffer + at);
            struct sl_str name = sl_str_from(entry->d_name);
            if (is_detached_name(name, base) && note_name(names, name, err) < 0)
                return -1;
            at += entry->d_reclen;
        }
    }
}

static int read_names(struct sl_detached_files *files, const struct names *names, int dir,
                      struct sl_str directory, struct sl_err *err)
{
    for (size_t i = 0; i < names->count; i++) {
        SL_CLEANUP(sl_buf_release) struct sl_buf path;
        sl_buf_init(&path, PATH_MAX);
        sl_buf_str(&path, directory);
        sl_buf_text(&path, names->items[i]);
        if (sl_buf_check(&path, "the path of a signature", err) < 0)
            return -1;
        struct detached_file *item = new_item(files, path.ptr, err);
        if (!item || sl_file_read_beneath(&item->text, dir, names->items[i], SL_SIGNATURE_FILE_MAX, err) < 0)
            return -1;
        list_item(files, item);
    }
    return 0;
}

static int find_beside(struct sl_detached_files *files, const char *bundle, struct sl_err *err)
{
    struct sl_str path = plain_path(bundle);
    size_t start = path.len;
    while (start > 0 && path.ptr[start - 1] != '/')
        start--;
    struct sl_str directory = sl_str_slice(path, 0, start);
    SL_CLEANUP(sl_buf_release) struct sl_buf where;
    sl_buf_init(&where, PATH_MAX);
    sl_buf_str(&where, start ? directory : SL_STR("."));
    if (sl_buf_check(&where, "the path of the bundle", err) < 0)
        return -1;
    SL_CLEANUP(sl_closep) int dir = sl_sys_open(where.ptr, O_RDONLY | O_DIRECTORY, 0);
    char shown[SHOWN_MAX];
    /* One that is not there is told by whoever opens the bundle. */
    if (dir < 0 && (errno == EACCES || errno == ENOENT || errno == ENOTDIR))
        return 0;
    if (dir < 0)
        return sl_fail_errno(err, SL_E_IO, "open the directory %s",
                             sl_escape(shown, sizeof shown, sl_str_from(where.ptr)));
    struct names *names = calloc(1, sizeof *names);
    if (!names)
        return sl_fail_memory(err);
    int result = list_names(names, dir, sl_str_slice(path, start, path.len), err);
    if (result == 0)
        result = read_names(files, names, dir, directory, err);
    free(names);
    return result;
}

int sl_detached_find(struct sl_detached_files **out, const char *bundle, struct sl_err *err)
{
    struct sl_detached_files *files = calloc(1, sizeof *files);
    if (!files)
        return sl_fail_memory(err);
    if (find_beside(files, bundle, err) < 0) {
        sl_detached_free(files);
        return -1;
    }
    *out = files;
    return 0;
}

const struct sl_detached *sl_detached_list(const struct sl_detached_files *files, size_t *count)
{
    *count = files->count;
    return files->list;
}

void sl_detached_free(struct sl_detached_files *files)
{
    if (!files)
        return;
    for (size_t i = 0; i < files->count; i++) {
        free(files->items[i].path);
        sl_buf_release(&files->items[i].text);
    }
    free(files);
}

void sl_detached_freep(struct sl_detached_files **files)
{
    sl_detached_free(*files);
    *files = NULL;
}
