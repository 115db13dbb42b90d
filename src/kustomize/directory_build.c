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

static void close_build(struct sl_built_directory *built)
{
    sl_build_free(built->build);
    sl_tree_free(built->tree);
    *built = (struct sl_built_directory){NULL, NULL};
}

/* Builds `path`, absolute and without links, in a tree whose root is its first `root_length` bytes. */
static int build_below(struct sl_built_directory *built, const char *path, size_t root_length,
                       const struct sl_directory_request *request, size_t *climbs, struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf root;
    sl_buf_init(&root, SL_PATH_MAX + (size_t)SL_PATH_MAX);
    sl_buf_str(&root, sl_str_slice(sl_str_from(path), 0, root_length ? root_length : 1));
    if (sl_buf_check(&root, "the path of a directory", err) < 0)
        return -1;
    const char *below = path + root_length;
    struct sl_build_options options = {.load_restrict_none = request->load_restrict_none,
                                       .managed_by_label = request->managed_by_label,
                                       .order = request->order,
                                       .climbs = climbs};
    /* messages name files by their whole path, as seen from the working directory */
    options.root = sl_str_slice(sl_str_from(path), 1, root_length);
    if (request->working_directory && request->working_directory[0] == '/')
        options.named_from = sl_str_from(request->working_directory + 1);
    if (sl_tree_open_directory(&built->tree, root.ptr, err) < 0)
        return -1;
    return sl_build(&built->build, built->tree, sl_str_from(*below == '/' ? below + 1 : below), &options,
                    err);
}

/* The length of `path` without its last `count` names. */
static size_t shorten(const char *path, size_t length, size_t count)
{
    for (; count && length; count--)
        while (length && path[--length] != '/')
            continue;
    return length;
}

/*
 * The root of the tree is the directory itself, and as much above it as the kustomizations turn out to need:
 * what lies beside the way down from "/" is nobody's business, and reading it takes time. When a build fails
 * for another reason, a link may have led out of this root; the last word has "/".
 */
static int build_anywhere(struct sl_built_directory *built, const char *path,
                          const struct sl_directory_request *request, struct sl_err *err)
{
    size_t root_length = strlen(path);
    if (root_length == 1)
        root_length = 0;
    for (;;) {
        size_t climbs = 0;
        int result = build_below(built, path, root_length, request, &climbs, err);
        if (result == 0 || root_length == 0 || (err->code != SL_E_INPUT && err->code != SL_E_NOT_FOUND))
            return result;
        close_build(built);
        sl_err_clear(err);
        root_length = climbs ? shorten(path, root_length, climbs) : 0;
    }
}

int sl_directory_build(struct sl_built_directory **out, const struct sl_directory_request *request,
                       struct sl_err *err)
{
    char shown[256];
    SL_CLEANUP(sl_freep) char *path = realpath(request->directory, NULL);
    if (!path)
        return sl_fail_errno(err, SL_E_IO, "open directory %s",
                             sl_escape(shown, sizeof shown, sl_str_from(request->directory)));
    struct sl_built_directory *built = calloc(1, sizeof *built);
    if (!built)
        return sl_fail_memory(err);
    if (build_anywhere(built, path, request, err) < 0) {
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
    close_build(built);
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

/* What is cluster-wide is in none, and does not count. */
static bool several_namespaces(const struct sl_build *build)
{
    struct sl_str first = {NULL, 0};
    for (size_t i = 0; i < sl_build_count(build); i++) {
        struct sl_built r = sl_build_at(build, i);
        if (r.cluster)
            continue;
        if (!first.ptr)
            first = r.effective_space;
        else if (!sl_str_equal(r.effective_space, first))
            return true;
    }
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
