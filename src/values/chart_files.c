#include "values/chart.h"

#include "base/limits.h"
#include "chart_archive.h"

struct finder {
    struct sl_doc *doc;
    struct sl_chart_file *items;
    size_t count, capacity;
    uint64_t room; /* bytes that may still be unpacked */
    bool (*matters)(struct sl_str path);
    bool (*wanted)(struct sl_str text); /* of those; NULL: all */
};

static bool is_archive(struct sl_str path)
{
    return sl_str_ends_with(path, SL_STR(".tgz"));
}

/* The path below the innermost chart: "crds/x/a.yaml" of "charts/db/crds/x/a.yaml", and "db-1.0.tgz" of an archive of a
 * chart, for which *archive is set; empty for what belongs to no chart. */
static struct sl_str path_in_chart(struct sl_str path, bool *archive)
{
    static const struct sl_str charts = SL_STR_INIT("charts/");
    *archive = false;
    for (unsigned depth = 0; depth < SL_CHART_DEPTH_MAX && sl_str_starts_with(path, charts); depth++) {
        path = sl_str_slice(path, charts.len, path.len);
        size_t slash = sl_str_find(path, '/');
        if (path.len == 0 || path.ptr[0] == '_' || path.ptr[0] == '.')
            return (struct sl_str){0};
        if (slash == path.len) {
            *archive = is_archive(path);
            return path;
        }
        path = sl_str_slice(path, slash + 1, path.len);
    }
    return path;
}

static bool is_crd(struct sl_str path)
{
    bool archive;
    struct sl_str below = path_in_chart(path, &archive);
    return archive || (sl_str_starts_with(below, SL_STR("crds/")) &&
                       (sl_str_ends_with(below, SL_STR(".yaml")) || sl_str_ends_with(below, SL_STR(".yml"))));
}

static bool is_template(struct sl_str path)
{
    bool archive;
    struct sl_str below = path_in_chart(path, &archive);
    return archive || sl_str_equal(below, SL_STR("values.yaml")) ||
           sl_str_starts_with(below, SL_STR("templates/"));
}

static bool is_carried(struct sl_str path)
{
    static const char *const others[] = {"Chart.yaml", "Chart.lock", "requirements.yaml",
                                         "values.schema.json", "README.md"};
    bool archive;
    struct sl_str below = path_in_chart(path, &archive);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (sl_str_equal(below, sl_str_from(others[i])))
            return false;
    return archive || (below.len > 0 && !is_template(path) && !sl_str_starts_with(below, SL_STR("crds/")));
}

static bool has_action(struct sl_str text)
{
    return memmem(text.ptr, text.len, "{{", 2) != NULL;
}

static int add(struct finder *finder, struct sl_str site, const struct chart_part *part, struct sl_err *err)
{
    struct sl_arena *arena = &finder->doc->arena;
    if (finder->count == finder->capacity) {
        size_t capacity = finder->capacity ? 2 * finder->capacity : 16;
        struct sl_chart_file *items = sl_arena_array(arena, capacity, sizeof *items);
        if (!items)
            return sl_fail_memory(err);
        if (finder->count)
            memcpy(items, finder->items, finder->count * sizeof *items);
        finder->items = items;
        finder->capacity = capacity;
    }
    struct sl_str file = sl_arena_join(arena, site, part->path);
    if (!file.ptr)
        return sl_fail_memory(err);
    finder->items[finder->count++] = (struct sl_chart_file){file, part->text};
    return 0;
}

static int find(struct finder *finder, const struct chart_archive *archive, unsigned depth,
                struct sl_err *err);

/* NOLINTNEXTLINE(misc-no-recursion): archives in one another, no deeper than SL_CHART_DEPTH_MAX. */
static int take_parts(struct finder *finder, const struct chart_parts *parts, struct sl_str name,
                      unsigned depth, struct sl_err *err)
{
    struct sl_str site = chart_site(&finder->doc->arena, name, parts->top);
    if (!site.ptr)
        return sl_fail_memory(err);
    for (size_t i = 0; i < parts->count; i++) {
        const struct chart_part *part = &parts->items[i];
        if (is_archive(part->path)) {
            struct chart_archive inner = {.bytes = part->text,
                                          .name = sl_arena_join(&finder->doc->arena, site, part->path),
                                          .room = &finder->room,
                                          .matters = finder->matters};
            if (!inner.name.ptr)
                return sl_fail_memory(err);
            if (find(finder, &inner, depth + 1, err) < 0)
                return -1;
        } else if (finder->matters(part->path) && (!finder->wanted || finder->wanted(part->text)) &&
                   add(finder, site, part, err) < 0) {
            return -1;
        }
    }
    return 1;
}

/* NOLINTNEXTLINE(misc-no-recursion): archives in one another, no deeper than SL_CHART_DEPTH_MAX. */
static int find(struct finder *finder, const struct chart_archive *archive, unsigned depth,
                struct sl_err *err)
{
    struct chart_parts parts = {0};
    if (depth > SL_CHART_DEPTH_MAX)
        return sl_fail(err, SL_E_LIMIT, "charts lie in one another deeper than %d levels",
                       SL_CHART_DEPTH_MAX);
    int found = chart_archive_read(&parts, finder->doc, archive, err);
    return found <= 0 ? found : take_parts(finder, &parts, archive->name, depth, err);
}

static int read_files(struct sl_chart_file **out, size_t *count, struct finder *finder,
                      struct sl_source *source, struct sl_str name, struct sl_err *err)
{
    struct chart_archive archive = {
        .source = source, .name = name, .room = &finder->room, .matters = finder->matters};
    finder->room = SL_CHART_BYTES_MAX;
    int found = find(finder, &archive, 0, err);
    *out = finder->items;
    *count = finder->count;
    return found;
}

int sl_chart_folder_files(struct sl_chart_list *out, struct sl_doc *doc, const struct sl_chart_list *folder,
                          enum sl_chart_files which, struct sl_str name, struct sl_err *err)
{
    static bool (*const matters[])(struct sl_str path) = {
        [SL_CHART_CRDS] = is_crd, [SL_CHART_TEMPLATES] = is_template, [SL_CHART_CARRIED] = is_carried};
    struct finder finder = {.doc = doc,
                            .room = SL_CHART_BYTES_MAX,
                            .matters = matters[which],
                            .wanted = which == SL_CHART_CARRIED ? has_action : NULL};
    struct chart_parts parts;
    int found = chart_folder_parts(&parts, doc, folder, finder.matters, err);
    if (found > 0)
        found = take_parts(&finder, &parts, name, 0, err);
    *out = (struct sl_chart_list){finder.items, finder.count};
    return found;
}

int sl_chart_read_crds(struct sl_chart_file **out, size_t *count, struct sl_doc *doc,
                       struct sl_source *source, struct sl_str name, struct sl_err *err)
{
    struct finder finder = {.doc = doc, .matters = is_crd};
    return read_files(out, count, &finder, source, name, err);
}

int sl_chart_read_templates(struct sl_chart_file **out, size_t *count, struct sl_doc *doc,
                            struct sl_source *source, struct sl_str name, struct sl_err *err)
{
    struct finder finder = {.doc = doc, .matters = is_template};
    return read_files(out, count, &finder, source, name, err);
}

int sl_chart_read_carried(struct sl_chart_file **out, size_t *count, struct sl_doc *doc,
                          struct sl_source *source, struct sl_str name, struct sl_err *err)
{
    struct finder finder = {.doc = doc, .matters = is_carried, .wanted = has_action};
    return read_files(out, count, &finder, source, name, err);
}
