#include "load.h"

#include "doc/yaml.h"
#include "scalar.h"
#include "tree/path.h"

#include <strings.h>

static bool starts_like(struct sl_str text, const char *prefix)
{
    size_t len = strlen(prefix);
    return text.len >= len && strncasecmp(text.ptr, prefix, len) == 0;
}

bool kz_is_remote(struct sl_str path)
{
    static const char *const beginnings[] = {"http://", "https://", "ssh://",      "file://",
                                             "git::",   "oci://",   "github.com/", "github.com:"};
    for (size_t i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++)
        if (starts_like(path, beginnings[i]))
            return true;
    /* user@host:path and user@host/path */
    size_t at = sl_str_find(path, '@');
    if (at == 0 || at == path.len || sl_str_find(sl_str_slice(path, 0, at), '/') < at)
        return false;
    struct sl_str rest = sl_str_slice(path, at + 1, path.len);
    return sl_str_find(rest, ':') < rest.len || sl_str_find(rest, '/') < rest.len;
}

/* How far above the root of the tree `path`, seen from `directory`, climbs. */
static size_t climbs(struct sl_str directory, struct sl_str path)
{
    size_t depth = directory.len > 0, above = 0;
    for (size_t i = 0; i < directory.len; i++)
        depth += directory.ptr[i] == '/';
    while (path.len) {
        size_t end = sl_str_find(path, '/');
        struct sl_str part = sl_str_slice(path, 0, end);
        path = sl_str_slice(path, end + 1, path.len);
        if (sl_str_equal(part, SL_STR("..")) && depth == 0)
            above++;
        else if (sl_str_equal(part, SL_STR("..")))
            depth--;
        else if (part.len && !sl_str_equal(part, SL_STR(".")))
            depth++;
    }
    return above;
}

int kz_locate(struct sl_build *build, const struct kz_place *place, const struct kz_text *path,
              struct sl_str *out, struct sl_err *err)
{
    if (sl_path_join(&build->doc.arena, place->directory, path->text, out, err) < 0) {
        if (build->options.climbs && err->code == SL_E_INPUT)
            *build->options.climbs = climbs(place->directory, path->text);
        return kz_wrap(build, path->mark, err);
    }
    const struct sl_build_options *options = &build->options;
    if (options->enter && options->enter(options->context, *out, err) < 0)
        return kz_wrap(build, path->mark, err);
    return 0;
}

int kz_use(struct sl_build *build, struct sl_str file, struct sl_err *err)
{
    return build->options.used ? build->options.used(build->options.context, file, err) : 0;
}

static bool is_below(struct sl_str path, struct sl_str directory)
{
    return directory.len == 0 || (sl_str_starts_with(path, directory) && path.len > directory.len &&
                                  path.ptr[directory.len] == '/');
}

int kz_load(struct sl_build *build, const struct kz_place *place, const struct kz_text *path,
            const char *what, struct kz_text *out, struct sl_err *err)
{
    struct sl_shown shown, base;
    if (kz_is_remote(path->text)) {
        (void)kz_refuse(build, path->mark, err, "the %s \"%s\" is elsewhere; a build reads only what is here",
                        what, sl_shown(&shown, path->text));
        return sl_hint(err, "put a copy of it into the repository");
    }
    struct sl_str file;
    if (kz_locate(build, place, path, &file, err) < 0)
        return -1;
    if (!build->options.load_restrict_none && !is_below(file, place->directory)) {
        (void)kz_fail(build, path->mark, err, "the %s \"%s\" is not in or below \"%s\"", what,
                      sl_shown(&shown, path->text), sl_shown(&base, kz_file_name(build, place->directory)));
        return sl_hint(err, "--load-restrictor none allows files from elsewhere");
    }
    struct sl_tree_entry entry;
    int there = sl_tree_stat(build->tree, file, &entry, err);
    if (there < 0)
        return kz_wrap(build, path->mark, err);
    if (!there || entry.kind != SL_TREE_FILE)
        return kz_fail(build, path->mark, err, "the %s \"%s\" %s", what, sl_shown(&shown, path->text),
                       there ? "is a directory, not a file" : "is not there");
    out->mark = (struct sl_mark){0, 0, 0};
    if (kz_use(build, file, err) < 0)
        return -1;
    if (sl_tree_read(build->tree, file, &out->text, err) < 0)
        return kz_wrap(build, path->mark, err);
    struct sl_str name = kz_file_name(build, file);
    if (!name.ptr)
        return kz_no_memory(build, err);
    out->mark.file = sl_doc_add_file(&build->doc, name);
    return out->mark.file ? 0 : kz_no_memory(build, err);
}

/* What kustomize demands of a resource. */
static int check_resource(struct sl_build *build, const struct sl_node *node, struct sl_err *err)
{
    if (node->kind != SL_MAP)
        return kz_fail(build, node->mark, err, "a resource must be a map, this is %s",
                       sl_kind_name(node->kind));
    const struct sl_node *kind = sl_node_get(node, "kind");
    const struct sl_node *metadata = sl_node_get(node, "metadata");
    struct kz_digits digits;
    if (kz_is_empty(kind) || kz_scalar_text(kind, &digits).len == 0)
        return kz_fail(build, node->mark, err, "this resource has no kind");
    if (sl_str_ends_with(kz_scalar_text(kind, &digits), SL_STR("List")))
        return 0;
    const struct sl_node *name = kz_is_empty(metadata) ? NULL : sl_node_get(metadata, "name");
    if (kz_is_empty(name) || kz_scalar_text(name, &digits).len == 0)
        return kz_fail(build, node->mark, err, "this resource has no metadata.name");
    return 0;
}

static int add_resource(struct sl_build *build, struct sl_node *node, struct kz_resources *out,
                        struct sl_err *err)
{
    if (!kz_grow(build, &out->items, out->count, &out->capacity, sizeof(struct kz_resource *)))
        return kz_no_memory(build, err);
    return kz_resource_new(build, &out->items[out->count++], node, err);
}

/* Lists are replaced by their items, which come after everything else. */
static int take_apart(struct sl_build *build, struct sl_node *queue, struct kz_resources *out,
                      struct sl_err *err)
{
    for (uint32_t i = 0; i < queue->count; i++) {
        struct sl_node *node = queue->as.items[i];
        if (kz_is_empty(node))
            continue;
        if (check_resource(build, node, err) < 0)
            return -1;
        struct kz_digits digits;
        struct sl_str kind = kz_scalar_text(sl_node_get(node, "kind"), &digits);
        struct sl_node *items = sl_node_get(node, "items");
        if (!items || !sl_str_ends_with(kind, SL_STR("List"))) {
            if (add_resource(build, node, out, err) < 0)
                return -1;
            continue;
        }
        if (items->kind != SL_LIST && items->kind != SL_NULL)
            return kz_fail(build, items->mark, err, "items of a " SL_FMT " must be a list, this is %s",
                           SL_ARG(kind), sl_kind_name(items->kind));
        for (uint32_t j = 0; j < items->count; j++)
            if (sl_list_add(&build->doc, queue, items->as.items[j], err) < 0)
                return -1;
    }
    return 0;
}

static int read_by(struct sl_build *build, struct sl_str text, struct sl_str name, enum sl_yaml_rules rules,
                   struct kz_resources *out, struct sl_err *err)
{
    struct sl_node *documents;
    const struct sl_doc_text file = {text, name, rules};
    if (sl_doc_cache_read(build->options.cache, &documents, &build->doc, &file, err) < 0)
        return -1;
    return take_apart(build, documents, out, err);
}

int kz_read_resources(struct sl_build *build, struct sl_str text, struct sl_str name,
                      struct kz_resources *out, struct sl_err *err)
{
    return read_by(build, text, name, SL_YAML_RESOURCE, out, err);
}

int kz_read_patches(struct sl_build *build, struct sl_str text, struct sl_str name, struct kz_resources *out,
                    struct sl_err *err)
{
    return read_by(build, text, name, SL_YAML_PATCH, out, err);
}

int kz_read_inline(struct sl_build *build, const struct kz_text *text, struct kz_resources *out,
                   struct sl_err *err)
{
    struct sl_str name = SL_STR("inline");
    if (text->mark.file) {
        char place[512];
        name = kz_join(build, sl_str_from(sl_mark_text(place, sizeof place, &build->doc, text->mark)),
                       SL_STR(" (inline)"), SL_STR(""));
        if (!name.ptr)
            return kz_no_memory(build, err);
    }
    return kz_read_resources(build, text->text, name, out, err);
}
