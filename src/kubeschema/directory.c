/* Where schemas lie in a tree. */
#include "base/cleanup.h"
#include "doc/yaml.h"
#include "set.h"

#include <sealift/text.h>
#include <stdlib.h>

enum { NUMBER_MAX = 1000000, NO_PATCH = -1, NEWEST = -1 };

/* -- versions -- */

struct version {
    long major, minor, patch; /* patch NO_PATCH: not said */
    struct sl_str rest;
};

/* Digits at the beginning of *text, which are cut off; -1 where there are none. */
static long take_number(struct sl_str *text)
{
    long number = 0;
    size_t at = 0;
    for (; at < text->len && text->ptr[at] >= '0' && text->ptr[at] <= '9' && number < NUMBER_MAX; at++)
        number = 10 * number + (text->ptr[at] - '0');
    *text = sl_str_slice(*text, at, text->len);
    return at ? number : -1;
}

static bool take_byte(struct sl_str *text, char byte)
{
    bool is_there = text->len && text->ptr[0] == byte;
    *text = sl_str_slice(*text, is_there, text->len);
    return is_there;
}

static bool read_version(struct version *out, struct sl_str text)
{
    (void)take_byte(&text, 'v');
    out->major = take_number(&text);
    if (out->major < 0 || !take_byte(&text, '.'))
        return false;
    out->minor = take_number(&text);
    out->patch = NO_PATCH;
    if (out->minor >= 0 && take_byte(&text, '.')) {
        out->patch = take_number(&text);
        if (out->patch < 0)
            return false;
    }
    out->rest = text;
    return out->minor >= 0 && (text.len == 0 || text.ptr[0] == '-' || text.ptr[0] == '+');
}

/* How far from what is wanted, smaller is nearer: the minor first, then the patch level, then the form. */
struct distance {
    long minor, patch, form;
};

static bool distance_of(struct distance *out, const struct version *wanted, struct sl_str name)
{
    static const struct sl_str forms[] = {SL_STR_INIT(""), SL_STR_INIT("-standalone-strict"),
                                          SL_STR_INIT("-standalone")};
    struct version version;
    if (!read_version(&version, name) || (wanted->major != NEWEST && version.major != wanted->major))
        return false;
    long patch = version.patch == NO_PATCH ? 0 : version.patch;
    out->minor = wanted->major == NEWEST ? -version.minor : labs(version.minor - wanted->minor);
    /* Twice the distance, so that of equals the higher one is nearer; without a wish the highest is. */
    out->patch =
        wanted->patch == NO_PATCH ? -patch : 2 * labs(patch - wanted->patch) - (patch > wanted->patch);
    for (out->form = 0; out->form < 3; out->form++)
        if (sl_str_equal(version.rest, forms[out->form]))
            return true;
    return false;
}

static bool is_nearer(const struct distance *a, const struct distance *b)
{
    if (a->minor != b->minor)
        return a->minor < b->minor;
    return a->patch != b->patch ? a->patch < b->patch : a->form < b->form;
}

static struct sl_str join(struct sl_doc *doc, struct sl_str directory, struct sl_str name)
{
    struct sl_str front = directory.len ? sl_arena_join(&doc->arena, directory, SL_STR("/")) : SL_STR("");
    return front.ptr ? sl_arena_join(&doc->arena, front, name) : front;
}

/* 1: there is such a directory; 0; -1. */
static int is_directory(struct sl_tree *tree, struct sl_str path, struct sl_err *err)
{
    struct sl_tree_entry entry;
    int there = sl_tree_stat(tree, path, &entry, err);
    return there <= 0 ? there : entry.kind == SL_TREE_DIRECTORY;
}

int sl_kubeschema_pick(struct sl_str *out, struct sl_doc *doc, struct sl_tree *tree, struct sl_str directory,
                       struct sl_str version, struct sl_err *err)
{
    struct version wanted = {NEWEST, 0, NO_PATCH, {0}};
    struct distance best = {0}, distance;
    const struct sl_tree_entry *entries = NULL, *found = NULL;
    size_t count = 0;
    char shown[64];
    *out = (struct sl_str){0};
    if (version.len && !read_version(&wanted, version))
        return sl_fail(err, SL_E_INPUT, "\"%s\" is no version of Kubernetes like 1.29 or v1.29.3",
                       sl_escape(shown, sizeof shown, version));
    int there = is_directory(tree, directory, err);
    if (there <= 0 || sl_tree_list(tree, directory, &entries, &count, err) < 0)
        return there <= 0 ? there : -1;
    for (size_t i = 0; i < count; i++) {
        if (entries[i].kind != SL_TREE_DIRECTORY || !distance_of(&distance, &wanted, entries[i].name) ||
            (found && !is_nearer(&distance, &best)))
            continue;
        best = distance;
        found = &entries[i];
    }
    if (!found)
        return 0;
    *out = join(doc, directory, found->name);
    if (!out->ptr)
        return sl_fail_memory(err);
    return best.minor == 0 || wanted.major == NEWEST;
}

/* -- files -- */

static int add_crds(struct sl_kubeschema *set, struct sl_tree *tree, struct sl_str path, struct sl_err *err)
{
    SL_CLEANUP(sl_doc_release) struct sl_doc doc;
    struct sl_str text;
    struct sl_node *documents = NULL;
    sl_doc_init(&doc);
    if (sl_tree_read(tree, path, &text, err) < 0 ||
        sl_yaml_read(&documents, &doc, text, path, SL_YAML_RESOURCE, err) < 0)
        return -1;
    for (uint32_t i = 0; i < documents->count; i++)
        if (sl_kubeschema_add_crd(set, &doc, documents->as.items[i], err) < 0)
            return -1;
    return 0;
}

static int add_kinds_file(struct sl_kubeschema *set, struct sl_tree *tree, struct sl_str path,
                          struct sl_err *err)
{
    struct sl_str text;
    if (sl_tree_read(tree, path, &text, err) < 0)
        return -1;
    return sl_kubeschema_add_kinds(set, text, path, err);
}

static int add_file(struct sl_kubeschema *set, struct sl_tree *tree, struct sl_str path,
                    const struct sl_kubeproblems *problems, struct sl_err *err)
{
    bool is_kinds = sl_str_ends_with(path, SL_STR(".json"));
    if ((is_kinds ? add_kinds_file : add_crds)(set, tree, path, err) == 0)
        return 0;
    struct sl_err why = *err;
    if (!problems || (why.code != SL_E_INPUT && why.code != SL_E_UNSUPPORTED))
        return -1;
    sl_err_clear(err);
    return problems->tell(problems->context, &why, err);
}

int sl_kubeschema_add_directory(struct sl_kubeschema *set, struct sl_tree *tree, struct sl_str directory,
                                const struct sl_kubeproblems *problems, struct sl_err *err)
{
    SL_CLEANUP(sl_doc_release) struct sl_doc doc;
    const struct sl_tree_entry *entries = NULL;
    size_t count = 0;
    sl_doc_init(&doc);
    int there = is_directory(tree, directory, err);
    if (there <= 0 || sl_tree_list(tree, directory, &entries, &count, err) < 0)
        return there <= 0 ? there : -1;
    for (size_t i = 0; i < count; i++) {
        struct sl_str name = entries[i].name;
        bool is_yaml = sl_str_ends_with(name, SL_STR(".yaml")) || sl_str_ends_with(name, SL_STR(".yml"));
        if (entries[i].kind != SL_TREE_FILE || (!is_yaml && !sl_str_equal(name, SL_STR("kinds.json"))))
            continue;
        struct sl_str path = join(&doc, directory, name);
        if (!path.ptr)
            return sl_fail_memory(err);
        if (add_file(set, tree, path, problems, err) < 0)
            return -1;
    }
    return 0;
}

/* -- kubeconform's layouts -- */

static void put_lower(struct sl_buf *out, struct sl_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.ptr[i];
        sl_buf_byte(out, byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte);
    }
}

/* DIRECTORY/KIND[-GROUP]-VERSION.json, the group up to its first dot; or DIRECTORY/GROUP/KIND_VERSION.json. */
static void put_path(struct sl_buf *out, struct sl_str directory, struct sl_str api_version,
                     struct sl_str kind, bool by_group)
{
    size_t slash = sl_str_find(api_version, '/');
    struct sl_str group = slash == api_version.len ? (struct sl_str){0} : sl_str_slice(api_version, 0, slash);
    struct sl_str version =
        slash == api_version.len ? api_version : sl_str_slice(api_version, slash + 1, api_version.len);
    sl_buf_reset(out);
    sl_buf_str(out, directory);
    if (directory.len)
        sl_buf_byte(out, '/');
    if (by_group) {
        sl_buf_str(out, group);
        sl_buf_byte(out, '/');
    }
    put_lower(out, kind);
    if (!by_group && group.len) {
        sl_buf_byte(out, '-');
        put_lower(out, sl_str_slice(group, 0, sl_str_find(group, '.')));
    }
    sl_buf_byte(out, by_group ? '_' : '-');
    put_lower(out, version);
    sl_buf_text(out, ".json");
}

/* A path is made of what an object says of itself: only letters, digits and a few others can be in a file's name. */
static bool is_plain(struct sl_str text)
{
    bool plain = text.len > 0;
    for (size_t i = 0; plain && i < text.len; i++) {
        char byte = text.ptr[i];
        plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                (byte >= '0' && byte <= '9') || byte == '-' ||
                (byte == '.' && i > 0 && text.ptr[i - 1] != '.') || (byte == '/' && i > 0);
    }
    return plain;
}

int sl_kubeschema_add_kind_file(struct sl_kubeschema *set, struct sl_tree *tree, struct sl_str directory,
                                struct sl_str api_version, struct sl_str kind, struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf path;
    struct sl_str text;
    sl_buf_init(&path, SL_PATH_MAX);
    if (!is_plain(api_version) || !is_plain(kind) || sl_str_find(kind, '/') < kind.len)
        return 0;
    bool has_group = sl_str_find(api_version, '/') < api_version.len;
    for (int by_group = 0; by_group <= has_group; by_group++) {
        put_path(&path, directory, api_version, kind, by_group != 0);
        if (sl_buf_check(&path, "the path of a schema", err) < 0)
            return -1;
        int there = sl_tree_stat(tree, sl_buf_view(&path), NULL, err);
        if (there < 0)
            return -1;
        if (there == 0)
            continue;
        if (sl_tree_read(tree, sl_buf_view(&path), &text, err) < 0 ||
            sl_kubeschema_add_file(set, api_version, kind, text, sl_buf_view(&path), err) < 0)
            return -1;
        return 1;
    }
    return 0;
}
