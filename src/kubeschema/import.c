#include <sealift/kubeschema.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "io/file.h"
#include "openapi.h"

#include <fcntl.h>
#include <sealift/text.h>
#include <stdio.h>
#include <stdlib.h>

/* One input file. */
struct input {
    const char *path;
    struct sl_buf text;
    struct sl_digest digest;
};

struct inputs {
    struct input *items;
    size_t count;
};

static void inputs_release(struct inputs *inputs)
{
    for (size_t i = 0; i < inputs->count; i++)
        sl_buf_release(&inputs->items[i].text);
    free(inputs->items);
}

static int by_digest(const void *a, const void *b)
{
    const struct input *first = a, *second = b;
    return memcmp(first->digest.bytes, second->digest.bytes, sizeof first->digest.bytes);
}

/* In an order that their content gives: which of two files has a definition first must not depend on their names. */
static int read_inputs(struct inputs *inputs, const struct sl_kubeschema_import *request, struct sl_err *err)
{
    inputs->items = calloc(request->file_count + 1, sizeof *inputs->items);
    if (!inputs->items)
        return sl_fail_memory(err);
    for (size_t i = 0; i < request->file_count; i++) {
        struct input *input = &inputs->items[inputs->count++];
        input->path = request->files[i];
        sl_buf_init(&input->text, SL_DOC_BYTES_MAX);
        if (sl_file_read(&input->text, input->path, SL_DOC_BYTES_MAX, err) < 0)
            return -1;
        sl_sha256(&input->digest, input->text.ptr, input->text.len);
    }
    if (inputs->count)
        qsort(inputs->items, inputs->count, sizeof *inputs->items, by_digest);
    return 0;
}

/* The version becomes the name of a directory. */
static int choose_version(char out[32], const struct sl_kubeschema_import *request,
                          const struct import *import, struct sl_err *err)
{
    struct sl_str version = request->version ? sl_str_from(request->version) : import->version;
    if (version.len == 0) {
        (void)sl_fail(err, SL_E_INPUT, "the documents do not say of which Kubernetes they are");
        return sl_hint(err, "say it with --kubernetes 1.29.3");
    }
    if (sl_str_starts_with(version, SL_STR("v")))
        version = sl_str_slice(version, 1, version.len);
    bool fits = version.len > 0 && version.len < 32 && version.ptr[0] >= '0' && version.ptr[0] <= '9';
    for (size_t i = 0; fits && i < version.len; i++)
        fits = (version.ptr[i] >= '0' && version.ptr[i] <= '9') || version.ptr[i] == '.';
    char shown[64];
    if (!fits && !request->version) {
        /* "1.29.3+k3s1": what is behind the number is the distribution's. */
        size_t end = 0;
        while (end < version.len && end < 31 &&
               ((version.ptr[end] >= '0' && version.ptr[end] <= '9') || version.ptr[end] == '.'))
            end++;
        version.len = end;
        fits = end > 0;
    }
    if (!fits)
        return sl_fail(err, SL_E_USAGE, "\"%s\" is no version of Kubernetes like 1.29.3",
                       sl_escape(shown, sizeof shown, version));
    (void)snprintf(out, 32, SL_FMT, SL_ARG(version));
    return 0;
}

/* DIRECTORY/VERSION, made where it is missing; -1 or a descriptor. */
static int open_directory(const char *directory, const char *version, struct sl_err *err)
{
    char shown[256];
    bool is_absolute = directory[0] == '/';
    SL_CLEANUP(sl_closep) int root = open(is_absolute ? "/" : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    SL_CLEANUP(sl_buf_release) struct sl_buf path;
    sl_buf_init(&path, SL_PATH_MAX);
    sl_buf_text(&path, directory + strspn(directory, "/"));
    while (path.len && path.ptr[path.len - 1] == '/')
        path.len--;
    if (path.len)
        sl_buf_byte(&path, '/');
    sl_buf_text(&path, version);
    if (sl_buf_check(&path, "the path of a directory", err) < 0)
        return -1;
    (void)sl_escape(shown, sizeof shown, sl_str_from(directory));
    if (root < 0)
        return sl_fail_errno(err, SL_E_IO, "open the directory of %s", shown);
    if (sl_dir_make(root, path.ptr, err) < 0)
        return sl_wrap(err, "make %s/%s", shown, version);
    int made = openat(root, path.ptr, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return made < 0 ? sl_fail_errno(err, SL_E_IO, "open %s/%s", shown, version) : made;
}

static int write_out(struct sl_kubeschema_imported *out, const struct sl_kubeschema_import *request,
                     struct sl_str text, struct sl_err *err)
{
    SL_CLEANUP(sl_closep) int made = open_directory(request->directory, out->version, err);
    if (made < 0)
        return -1;
    (void)snprintf(out->path, sizeof out->path, "%s/%s/kinds.json", request->directory, out->version);
    return sl_file_create(out->path, text, 0644, request->replace, err);
}

static int import_all(struct sl_kubeschema_imported *out, struct import *import, struct inputs *inputs,
                      const struct sl_kubeschema_import *request, struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    sl_buf_init(&text, SL_DOC_BYTES_MAX);
    if (import_init(import, err) < 0 || read_inputs(inputs, request, err) < 0)
        return -1;
    for (size_t i = 0; i < inputs->count; i++)
        if (import_document(import, sl_buf_view(&inputs->items[i].text), sl_str_from(inputs->items[i].path),
                            err) < 0)
            return -1;
    if (import->kinds->count == 0)
        return sl_fail(err, SL_E_INPUT, "none of the documents describes a kind of Kubernetes");
    if (choose_version(out->version, request, import, err) < 0 ||
        import_write(&text, import, sl_str_from(out->version), &out->definitions, err) < 0)
        return -1;
    out->kinds = import->kinds->count;
    out->bytes = text.len;
    return write_out(out, request, sl_buf_view(&text), err);
}

int sl_kubeschema_import(struct sl_kubeschema_imported *out, const struct sl_kubeschema_import *request,
                         struct sl_err *err)
{
    struct import import;
    struct inputs inputs = {0};
    *out = (struct sl_kubeschema_imported){0};
    int result = import_all(out, &import, &inputs, request, err);
    inputs_release(&inputs);
    import_release(&import);
    return result;
}
