#include <sealift/build.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "doc/yaml.h"
#include "io/file.h"
#include "kustomize/build.h"
#include "tree/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <sealift/text.h>
#include <stdio.h>
#include <stdlib.h>

struct sl_built_directory {
    struct sl_tree *tree;
    struct sl_build *build;
};

/* The path without links, and without the "/" in front; the caller frees *real. */
static int resolve(const char *path, char **real, struct sl_str *plain, struct sl_err *err)
{
    char shown[256];
    *real = realpath(path, NULL);
    if (!*real)
        return sl_fail_errno(err, SL_E_IO, "open directory %s",
                             sl_escape(shown, sizeof shown, sl_str_from(path)));
    *plain = sl_str_from(*real + 1);
    return 0;
}

int sl_directory_build(struct sl_built_directory **out, const struct sl_directory_request *request,
                       struct sl_err *err)
{
    SL_CLEANUP(sl_freep) char *real = NULL;
    struct sl_str directory = {NULL, 0};
    if (resolve(request->directory, &real, &directory, err) < 0)
        return -1;
    struct sl_build_options options = {.load_restrict_none = request->load_restrict_none,
                                       .managed_by_label = request->managed_by_label,
                                       .order = request->order};
    if (request->working_directory && request->working_directory[0] == '/')
        options.named_from = sl_str_from(request->working_directory + 1);
    struct sl_built_directory *built = calloc(1, sizeof *built);
    if (!built)
        return sl_fail_memory(err);
    if (sl_tree_open_directory(&built->tree, "/", err) < 0 ||
        sl_build(&built->build, built->tree, directory, &options, err) < 0) {
        sl_built_free(built);
        return -1;
    }
    *out = built;
    return 0;
}

void sl_built_free(struct sl_built_directory *built)
{
    if (!built)
        return;
    sl_build_free(built->build);
    sl_tree_free(built->tree);
    free(built);
}

size_t sl_built_count(const struct sl_built_directory *built)
{
    return sl_build_count(built->build);
}

int sl_built_stream(const struct sl_built_directory *built, struct sl_buf *out, struct sl_err *err)
{
    return sl_build_write(built->build, out, err);
}

size_t sl_built_warning_count(const struct sl_built_directory *built)
{
    return sl_build_warning_count(built->build);
}

struct sl_str sl_built_warning(const struct sl_built_directory *built, size_t index)
{
    return sl_build_warning(built->build, index);
}

/* -- one file each -- */

static void append_lower(struct sl_buf *out, struct sl_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.ptr[i];
        bool upper = byte >= 'A' && byte <= 'Z';
        sl_buf_byte(out, byte == '/' ? '_' : (char)(upper ? byte - 'A' + 'a' : byte));
    }
    sl_buf_byte(out, '_');
}

static bool several_namespaces(const struct sl_build *build)
{
    for (size_t i = 1; i < sl_build_count(build); i++)
        if (!sl_str_equal(sl_build_at(build, i).effective_space, sl_build_at(build, 0).effective_space))
            return true;
    return false;
}

/* "[namespace_]group_version_kind_name.yaml" */
static int file_name(struct sl_buf *out, const struct sl_built *r, bool with_space, struct sl_err *err)
{
    sl_buf_reset(out);
    if (with_space && !r->cluster)
        append_lower(out, r->effective_space);
    if (r->api_version.len)
        append_lower(out, r->api_version);
    append_lower(out, r->kind);
    append_lower(out, r->name);
    if (out->len)
        out->len--;
    sl_buf_text(out, ".yaml");
    char shown[256];
    if (sl_buf_check(out, "a file name", err) < 0)
        return -1;
    return out->len <= SL_NAME_MAX ? 0
                                   : sl_fail(err, SL_E_LIMIT, "the file name %s has more than %d bytes",
                                             sl_escape(shown, sizeof shown, sl_buf_view(out)), SL_NAME_MAX);
}

int sl_built_write(const struct sl_built_directory *built, const char *directory, struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf name;
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    SL_CLEANUP(sl_closep) int folder = -1;
    sl_buf_init(&name, SL_KIB);
    sl_buf_init(&text, 4 * SL_DOC_BYTES_MAX);
    char shown[256];
    sl_escape(shown, sizeof shown, sl_str_from(directory));
    if (mkdir(directory, 0755) < 0 && errno != EEXIST)
        return sl_fail_errno(err, SL_E_IO, "make directory %s", shown);
    folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return sl_fail_errno(err, SL_E_IO, "open directory %s", shown);
    bool with_space = several_namespaces(built->build);
    for (size_t i = 0; i < sl_build_count(built->build); i++) {
        struct sl_built r = sl_build_at(built->build, i);
        sl_buf_reset(&text);
        if (file_name(&name, &r, with_space, err) < 0 || sl_yaml_write(&text, r.node, err) < 0 ||
            sl_file_replace(folder, name.ptr, sl_buf_view(&text), 0644, err) < 0)
            return -1;
    }
    return 0;
}
