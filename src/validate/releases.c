#include "releases.h"

#include "base/cleanup.h"
#include "doc/yaml.h"
#include "model/report.h"

#include <stdlib.h>

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static struct sl_str without_mark(struct sl_str name)
{
    bool marked = name.len > 1 && (name.ptr[0] == 'v' || name.ptr[0] == 'V') && is_digit(name.ptr[1]);
    return marked ? sl_str_slice(name, 1, name.len) : name;
}

bool is_same_release(struct sl_str a, struct sl_str b)
{
    return sl_str_equal(without_mark(a), without_mark(b));
}

/* Takes a run of digits, or one other byte, off the front. */
static struct sl_str take(struct sl_str *text)
{
    size_t len = 0;
    while (len < text->len && is_digit(text->ptr[len]))
        len++;
    struct sl_str taken = sl_str_slice(*text, 0, len ? len : 1);
    *text = sl_str_slice(*text, taken.len, text->len);
    return taken;
}

static int compare_digits(struct sl_str a, struct sl_str b)
{
    while (a.len > 1 && a.ptr[0] == '0')
        a = sl_str_slice(a, 1, a.len);
    while (b.len > 1 && b.ptr[0] == '0')
        b = sl_str_slice(b, 1, b.len);
    if (a.len != b.len)
        return a.len < b.len ? -1 : 1;
    return sl_str_compare(a, b);
}

/* Whether what is left of the longer version makes it the earlier one: "-rc1". */
static bool is_prerelease(struct sl_str rest)
{
    return rest.len > 0 && rest.ptr[0] == '-';
}

int compare_versions(struct sl_str a, struct sl_str b)
{
    a = without_mark(a);
    b = without_mark(b);
    while (a.len > 0 && b.len > 0) {
        struct sl_str one = take(&a);
        struct sl_str other = take(&b);
        bool numbers = is_digit(one.ptr[0]) && is_digit(other.ptr[0]);
        int order = numbers ? compare_digits(one, other) : sl_str_compare(one, other);
        if (order != 0)
            return order;
    }
    if (a.len == b.len)
        return 0;
    if (a.len > 0)
        return is_prerelease(a) ? -1 : 1;
    return is_prerelease(b) ? 1 : -1;
}

static int compare_known(const void *left, const void *right)
{
    const struct known_release *a = left;
    const struct known_release *b = right;
    int order = compare_versions(a->name, b->name);
    return order ? order : sl_str_compare(a->name, b->name);
}

static void free_releases(void *made)
{
    struct known_releases *releases = made;
    if (!releases)
        return;
    sl_doc_release(&releases->doc);
    free(releases);
}

static void free_releasesp(struct known_releases **releases)
{
    free_releases(*releases);
}

/* What is wrong with another release is none of this delivery's business. */
static int read_release(struct known_release *out, struct sl_doc *doc, struct sl_tree *whole,
                        struct sl_str directory, struct sl_err *err)
{
    struct sl_err ignored = {0};
    struct sl_str bytes;
    struct sl_node *root;
    struct sl_release_file file;
    SL_CLEANUP(sl_findings_freep) struct sl_findings *findings = NULL;
    struct sl_str path = sl_arena_join(&doc->arena, directory, SL_STR("/release.yaml"));
    if (!path.ptr)
        return sl_fail_memory(err);
    if (sl_findings_new(&findings, err) < 0)
        return -1;
    if (sl_tree_read(whole, path, &bytes, &ignored) < 0 ||
        sl_yaml_read_one(&root, doc, bytes, path, SL_YAML_VALUES, &ignored) < 0 ||
        sl_release_file_read(&file, doc, root, findings, &ignored) < 0)
        return ignored.code == SL_E_NO_MEMORY ? sl_fail_memory(err) : 0;
    out->sequence = file.sequence;
    return 0;
}

static int read_releases(struct known_releases *out, struct sl_tree *whole, struct sl_err *err)
{
    const struct sl_tree_entry *entries;
    size_t count;
    if (sl_tree_list(whole, SL_STR("releases"), &entries, &count, err) < 0)
        return -1;
    out->items = sl_arena_array(&out->doc.arena, count, sizeof *out->items);
    out->names = sl_arena_array(&out->doc.arena, count, sizeof *out->names);
    if (!out->items || !out->names)
        return sl_fail_memory(err);
    for (size_t i = 0; i < count; i++) {
        if (entries[i].kind != SL_TREE_DIRECTORY)
            continue;
        struct known_release *release = &out->items[out->count++];
        release->name = entries[i].name;
        struct sl_str directory = sl_arena_join(&out->doc.arena, SL_STR("releases/"), release->name);
        if (!directory.ptr)
            return sl_fail_memory(err);
        if (read_release(release, &out->doc, whole, directory, err) < 0)
            return -1;
    }
    if (out->count > 1)
        qsort(out->items, out->count, sizeof out->items[0], compare_known);
    for (size_t i = 0; i < out->count; i++)
        out->names[i] = out->items[i].name;
    return 0;
}

static int make_releases(void **made, struct sl_tree *whole, const void *context, struct sl_err *err)
{
    (void)context;
    SL_CLEANUP(free_releasesp) struct known_releases *releases = calloc(1, sizeof *releases);
    if (!releases)
        return sl_fail_memory(err);
    sl_doc_init(&releases->doc);
    if (read_releases(releases, whole, err) < 0)
        return -1;
    *made = sl_steal(&releases);
    return 0;
}

int known_releases(const struct known_releases **out, struct sl_validation_shared *shared, struct sl_err *err)
{
    void *made;
    if (sl_validation_once(&made, shared, SL_STR("support: releases"), make_releases, NULL, free_releases,
                           err) < 0)
        return -1;
    *out = made;
    return 0;
}

const struct known_release *known_release_find(const struct known_releases *releases, struct sl_str name)
{
    for (size_t i = 0; i < releases->count; i++)
        if (is_same_release(releases->items[i].name, name))
            return &releases->items[i];
    return NULL;
}

const struct known_release *known_release_before(const struct known_releases *releases, struct sl_str name)
{
    for (size_t i = 1; i < releases->count; i++)
        if (is_same_release(releases->items[i].name, name))
            return &releases->items[i - 1];
    return NULL;
}
