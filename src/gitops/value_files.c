#include "helm_work.h"

#include "base/limits.h"
#include "model/report.h"
#include "tree/path.h"

/* Where the files of a source are. */
struct place {
    struct sl_str directory; /* in the repository */
    bool in_chart;           /* in the chart, which is in no directory here */
};

static bool is_remote(struct sl_str name)
{
    for (size_t i = 0; i + 3 <= name.len; i++)
        if (memcmp(name.ptr + i, "://", 3) == 0)
            return true;
    return false;
}

/* The source with that `ref`, or NULL. */
static const struct sl_node *find_ref(const struct helm_work *work, struct sl_str ref)
{
    const struct sl_node *spec = sl_node_get(work->object->built.node, "spec");
    const struct sl_node *sources = sl_node_get(spec, "sources");
    for (uint32_t i = 0; sources && sources->kind == SL_LIST && i < sources->count; i++)
        if (sl_str_equal(sl_node_text(sl_node_get(sources->as.items[i], "ref")), ref))
            return sources->as.items[i];
    return NULL;
}

/* Takes "$ref/" and a leading "/" off *name and says where what is left counts from. 1; 0: from nowhere here. */
static int place_of(struct place *place, struct helm_work *work, struct sl_str *name)
{
    *place = (struct place){.directory = sl_node_text(sl_node_get(work->source, "path"))};
    if (name->len == 0 || is_remote(*name))
        return 0;
    if (name->ptr[0] == '$') {
        size_t slash = sl_str_find(*name, '/');
        if (!find_ref(work, sl_str_slice(*name, 1, slash)))
            return 0;
        *name = sl_str_slice(*name, slash + 1, name->len);
        place->directory = SL_STR("");
    } else if (name->ptr[0] == '/') {
        *name = sl_str_slice(*name, 1, name->len);
        place->directory = SL_STR("");
    } else {
        place->in_chart = sl_node_get(work->source, "chart") != NULL;
    }
    return 1;
}

/* The plain path of a file; 0 where it leaves the repository. */
static int join(struct sl_str *path, struct helm_work *work, struct sl_str directory, struct sl_str name,
                struct sl_err *err)
{
    struct sl_err join_err = {0};
    struct sl_str base;
    struct sl_arena *arena = &work->reading->doc.arena;
    int joined = directory.len > 0 ? sl_path_join(arena, SL_STR(""), directory, &base, &join_err) : 0;
    if (directory.len == 0)
        base = directory;
    if (joined == 0)
        joined = sl_path_join(arena, base, name, path, &join_err);
    if (joined == 0)
        return 1;
    if (join_err.code == SL_E_INPUT || join_err.code == SL_E_LIMIT)
        return 0;
    *err = join_err;
    return -1;
}

static int is_file(struct helm_work *work, struct sl_str path, struct sl_err *err)
{
    struct sl_tree_entry entry;
    int there = sl_tree_stat(work->reading->tree, path, &entry, err);
    return there > 0 ? entry.kind == SL_TREE_FILE : there;
}

int helm_work_find_file(struct helm_work *work, struct sl_str name, struct sl_str *path, struct sl_err *err)
{
    struct place place;
    if (!place_of(&place, work, &name) || place.in_chart)
        return 0;
    int joined = join(path, work, place.directory, name, err);
    return joined > 0 ? is_file(work, *path, err) : joined;
}

/* -- globs -- */

static bool is_glob(struct sl_str name)
{
    return sl_str_find(name, '*') < name.len || sl_str_find(name, '?') < name.len ||
           sl_str_find(name, '[') < name.len;
}

/* Whether the class that begins at pattern[*at], behind "[", has `byte`; moves *at behind its "]". */
static bool matches_class(struct sl_str pattern, size_t *at, char byte)
{
    bool negated = *at < pattern.len && (pattern.ptr[*at] == '^' || pattern.ptr[*at] == '!');
    bool found = false;
    *at += negated;
    for (bool first = true; *at < pattern.len && (first || pattern.ptr[*at] != ']'); first = false) {
        char low = pattern.ptr[(*at)++];
        char high = low;
        if (*at + 1 < pattern.len && pattern.ptr[*at] == '-' && pattern.ptr[*at + 1] != ']') {
            high = pattern.ptr[*at + 1];
            *at += 2;
        }
        found = found || (byte >= low && byte <= high);
    }
    *at += *at < pattern.len;
    return found != negated;
}

/* One part of a path against one part of a pattern: "*", "?" and "[a-z]". */
static bool matches(struct sl_str pattern, struct sl_str name)
{
    size_t at = 0, in = 0;
    size_t star = SIZE_MAX, star_in = 0;
    while (in < name.len) {
        size_t next = at + 1;
        bool same = at < pattern.len && (pattern.ptr[at] == '?' || pattern.ptr[at] == name.ptr[in]);
        if (at < pattern.len && pattern.ptr[at] == '*') {
            star = at++;
            star_in = in;
            continue;
        }
        if (at < pattern.len && pattern.ptr[at] == '[')
            same = matches_class(pattern, &next, name.ptr[in]);
        if (same) {
            at = next;
            in++;
        } else if (star != SIZE_MAX) {
            at = star + 1;
            in = ++star_in;
        } else {
            return false;
        }
    }
    while (at < pattern.len && pattern.ptr[at] == '*')
        at++;
    return at == pattern.len;
}

/* Whether a file is one of those that are named themselves. */
static bool is_explicit(const struct helm_work *work, struct sl_str path)
{
    for (size_t i = 0; i < work->explicit_count; i++)
        if (sl_str_equal(work->explicit_files[i], path))
            return true;
    return false;
}

static int add_path(struct helm_work *work, struct sl_str path, struct sl_err *err);

/* Every file below `directory` that the rest of a pattern fits, in the order of their names; how many, or -1. */
/* NOLINTNEXTLINE(misc-no-recursion): a path has at most SL_TREE_DEPTH_MAX parts. */
static int expand(struct helm_work *work, struct sl_str directory, struct sl_str pattern, unsigned depth,
                  struct sl_err *err)
{
    size_t slash = sl_str_find(pattern, '/');
    struct sl_str part = sl_str_slice(pattern, 0, slash);
    struct sl_str rest = sl_str_slice(pattern, slash + 1, pattern.len);
    bool any_depth = sl_str_equal(part, SL_STR("**"));
    const struct sl_tree_entry *entries;
    size_t count;
    int found = 0;
    if (depth > SL_TREE_DEPTH_MAX)
        return sl_fail(err, SL_E_LIMIT, "a pattern of valueFiles goes deeper than %d directories",
                       SL_TREE_DEPTH_MAX);
    if (any_depth && rest.len > 0) {
        found = expand(work, directory, rest, depth + 1, err);
        if (found < 0)
            return -1;
    }
    if (sl_reading_list(work->reading, directory, &entries, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        bool folder = entries[i].kind == SL_TREE_DIRECTORY;
        struct sl_str path;
        if (folder != (any_depth || rest.len > 0) || (!any_depth && !matches(part, entries[i].name)))
            continue;
        if (sl_reading_path(work->reading, &path, directory, entries[i].name, err) < 0)
            return -1;
        int more = 1;
        if (folder)
            more = expand(work, path, any_depth ? pattern : rest, depth + 1, err);
        else if (!is_explicit(work, path) && add_path(work, path, err) < 0)
            return -1;
        if (more < 0)
            return -1;
        found += more;
    }
    return found;
}

/* -- layers -- */

/* Whether a file is a layer already: for itself, or because it is named twice. */
static bool is_layer(const struct helm_work *work, struct sl_str path)
{
    for (size_t i = 0; i < work->values->layer_count; i++)
        if (sl_str_equal(work->values->layers[i].file, path))
            return true;
    return false;
}

static int add_path(struct helm_work *work, struct sl_str path, struct sl_err *err)
{
    struct sl_values_layer layer = {.kind = SL_LAYER_VALUE_FILE, .file = path, .doc = &work->reading->doc};
    struct sl_substitution substitution;
    if (is_layer(work, path))
        return 0;
    if (sl_reading_optional(work->reading, path, SL_YAML_VALUES, &layer.root, err) < 0 ||
        sl_layout_substitution(&substitution, work->layout, work->reading, err) < 0 ||
        sl_substitute(&layer.root, &substitution, layer.root, err) < 0)
        return -1;
    return helm_work_add(work, &layer, err);
}

static int report_elsewhere(struct helm_work *work, struct sl_node *file, const char *where,
                            struct sl_err *err)
{
    struct sl_finding finding = helm_work_finding(work, file, SL_WARNING, "values/file-elsewhere");
    struct sl_shown shown;
    finding.hint = SL_STR("it stays in the Application, below the values that are carried; "
                          "values files of the repository are layers without being named");
    if (sl_finding_report(work->reading->findings, &finding, err, "names %s, which %s",
                          sl_shown(&shown, sl_node_text(file)), where) < 0)
        return -1;
    return helm_work_keep(work, &work->kept, file, err);
}

/* One of valueFiles. */
static int add_file(struct helm_work *work, struct sl_node *file, bool may_miss, struct sl_err *err)
{
    struct sl_str name = sl_node_text(file);
    struct sl_str path;
    struct place place;
    if (!place_of(&place, work, &name))
        return report_elsewhere(
            work, file, is_remote(name) ? "would have to be fetched" : "leads to no source of that ref", err);
    if (place.in_chart)
        /* The chart's own defaults are below everything anyway. */
        return sl_str_equal(name, SL_STR("values.yaml"))
                   ? 0
                   : report_elsewhere(work, file, "lies in the chart", err);
    int found = join(&path, work, place.directory, name, err);
    if (found > 0 && is_glob(name))
        found = expand(work, SL_STR(""), path, 0, err);
    else if (found > 0) {
        found = is_file(work, path, err);
        if (found > 0 && add_path(work, path, err) < 0)
            return -1;
    }
    if (found != 0)
        return found < 0 ? -1 : 0;
    return may_miss ? 0 : report_elsewhere(work, file, "is no file of the repository", err);
}

/* Argo CD leaves out of what a glob finds the files that are named themselves, before or behind it: those keep the
 * place where they are named, the first one (ResolveValueFilePathsOrUrls of Argo CD 3.4, docs/user-guide/helm.md). */
static int find_explicit(struct helm_work *work, const struct sl_node *files, struct sl_err *err)
{
    work->explicit_count = 0;
    work->explicit_files =
        sl_arena_array(&work->reading->doc.arena, files->count, sizeof *work->explicit_files);
    if (!work->explicit_files)
        return sl_fail_memory(err);
    for (uint32_t i = 0; i < files->count; i++) {
        struct sl_str name = sl_node_text(files->as.items[i]);
        struct sl_str path;
        struct place place;
        if (is_glob(name) || !place_of(&place, work, &name) || place.in_chart)
            continue;
        int joined = join(&path, work, place.directory, name, err);
        if (joined < 0)
            return -1;
        if (joined > 0)
            work->explicit_files[work->explicit_count++] = path;
    }
    return 0;
}

int helm_work_value_files(struct helm_work *work, const struct sl_node *helm, struct sl_err *err)
{
    const struct sl_node *files = sl_node_get(helm, "valueFiles");
    const struct sl_node *ignore = sl_node_get(helm, "ignoreMissingValueFiles");
    bool may_miss = ignore && ignore->kind == SL_BOOL && ignore->as.boolean;
    if (files && files->kind == SL_LIST && find_explicit(work, files, err) < 0)
        return -1;
    for (uint32_t i = 0; files && files->kind == SL_LIST && i < files->count; i++)
        if (add_file(work, files->as.items[i], may_miss, err) < 0)
            return -1;
    return 0;
}
