#include "values/chart.h"

#include "base/limits.h"
#include "chart_archive.h"
#include "doc/yaml.h"
#include "model/report.h"

/* The files of one chart among those of its archive. */
struct site {
    struct sl_doc *doc;
    const struct chart_parts *parts;
    struct sl_str origin;  /* the outermost archive or folder */
    struct sl_str archive; /* its name */
    struct sl_str below;   /* what all its paths begin with: "", "charts/db/" */
    size_t first, end;     /* of parts->items: those that do */
    unsigned depth;
    uint64_t *room;             /* bytes that all archives in one another may unpack to */
    struct sl_doc_cache *cache; /* or NULL */
};

static int read_parts(struct sl_chart *out, const struct site *site, struct sl_err *err);

static const struct chart_part *find(const struct site *site, const char *name)
{
    for (size_t i = site->first; i < site->end; i++) {
        struct sl_str path = site->parts->items[i].path;
        if (sl_str_equal(sl_str_slice(path, site->below.len, path.len), sl_str_from(name)))
            return &site->parts->items[i];
    }
    return NULL;
}

/* "ARCHIVE!TOP/BELOW/NAME", of a folder "FOLDER/BELOW/NAME", in the document's memory. */
static int file_name(struct sl_str *out, const struct site *site, struct sl_str name, struct sl_err *err)
{
    struct sl_arena *arena = &site->doc->arena;
    struct sl_str front = chart_site(arena, site->archive, site->parts->top);
    struct sl_str below = front.ptr ? sl_arena_join(arena, front, site->below) : front;
    *out = below.ptr ? sl_arena_join(arena, below, name) : below;
    return out->ptr ? 0 : sl_fail_memory(err);
}

/* The root of a YAML file of the chart, NULL where there is none. */
static int parse(struct sl_node **root, const struct site *site, const char *name, struct sl_str *file,
                 struct sl_err *err)
{
    *root = NULL;
    const struct chart_part *part = find(site, name);
    if (file_name(file, site, sl_str_from(name), err) < 0)
        return -1;
    if (!part)
        return 0;
    const struct sl_doc_text text = {part->text, *file, SL_YAML_VALUES};
    return sl_doc_cache_read_one(site->cache, root, site->doc, &text, err);
}

static const struct sl_node *list_of(const struct sl_node *map, const char *key)
{
    const struct sl_node *node = sl_node_get(map, key);
    return node && node->kind == SL_LIST ? node : NULL;
}

static int read_dependencies(struct sl_chart *chart, const struct site *site, struct sl_err *err)
{
    struct sl_node *requirements;
    struct sl_str file;
    if (parse(&requirements, site, "requirements.yaml", &file, err) < 0)
        return -1;
    const struct sl_node *list = list_of(requirements, "dependencies");
    if (!list)
        list = list_of(chart->metadata, "dependencies");
    if (!list)
        return 0;
    chart->dependencies = sl_arena_array(&site->doc->arena, list->count, sizeof *chart->dependencies);
    if (!chart->dependencies)
        return sl_fail_memory(err);
    for (uint32_t i = 0; i < list->count; i++) {
        const struct sl_node *entry = list->as.items[i];
        struct sl_chart_dependency dependency = {
            .name = sl_node_text(sl_node_get(entry, "name")),
            .alias = sl_node_text(sl_node_get(entry, "alias")),
            .version = sl_node_text(sl_node_get(entry, "version")),
            .condition = sl_node_text(sl_node_get(entry, "condition")),
            .tags = list_of(entry, "tags"),
            .import_values = list_of(entry, "import-values"),
            .mark = entry->mark,
        };
        if (dependency.name.len > 0)
            chart->dependencies[chart->dependency_count++] = dependency;
    }
    return 0;
}

/* A .tgz in charts/. 1: a chart, 0: none. */
static int read_archive(struct sl_chart *out, const struct site *site, const struct chart_part *part,
                        struct sl_err *err)
{
    struct chart_parts parts;
    struct site inner = {.doc = site->doc,
                         .parts = &parts,
                         .depth = site->depth + 1,
                         .room = site->room,
                         .origin = site->origin};
    struct sl_str name = sl_str_slice(part->path, site->below.len, part->path.len);
    if (file_name(&inner.archive, site, name, err) < 0)
        return -1;
    struct chart_archive archive = {.bytes = part->text, .name = inner.archive, .room = site->room};
    int found = chart_archive_read(&parts, site->doc, &archive, err);
    if (found <= 0)
        return found;
    inner.end = parts.count;
    return read_parts(out, &inner, err) < 0 ? -1 : 1;
}

/* A folder in charts/, whose files are `folder->first` to `folder->end`. 1: a chart, 0: none. */
static int read_folder(struct sl_chart *out, const struct site *folder, struct sl_err *err)
{
    if (!find(folder, "Chart.yaml"))
        return 0;
    return read_parts(out, folder, err) < 0 ? -1 : 1;
}

/* Where the files that begin with the first `len` bytes of the path of `first` end. */
static size_t end_of(const struct site *site, size_t first, size_t len)
{
    struct sl_str start = sl_str_slice(site->parts->items[first].path, 0, len);
    size_t end = first + 1;
    while (end < site->end && sl_str_starts_with(site->parts->items[end].path, start))
        end++;
    return end;
}

static int read_subcharts(struct sl_chart *chart, const struct site *site, struct sl_err *err)
{
    const size_t skip = site->below.len + SL_STR("charts/").len;
    chart->subcharts = sl_arena_array(&site->doc->arena, site->end - site->first, sizeof *chart->subcharts);
    if (!chart->subcharts)
        return sl_fail_memory(err);
    for (size_t i = site->first; i < site->end;) {
        const struct chart_part *part = &site->parts->items[i];
        struct sl_str rest = sl_str_slice(part->path, site->below.len, part->path.len);
        size_t end = i + 1;
        int found = 0;
        if (sl_str_starts_with(rest, SL_STR("charts/"))) {
            struct sl_str inside = sl_str_slice(part->path, skip, part->path.len);
            size_t slash = sl_str_find(inside, '/');
            if (slash == inside.len) {
                found = read_archive(&chart->subcharts[chart->subchart_count], site, part, err);
            } else {
                end = end_of(site, i, skip + slash + 1);
                struct site folder = *site;
                folder.below = sl_str_slice(part->path, 0, skip + slash + 1);
                folder.first = i;
                folder.end = end;
                folder.depth++;
                found = read_folder(&chart->subcharts[chart->subchart_count], &folder, err);
            }
        }
        if (found < 0)
            return -1;
        chart->subchart_count += (size_t)found;
        i = end;
    }
    return 0;
}

static int read_parts(struct sl_chart *out, const struct site *site, struct sl_err *err)
{
    struct sl_shown shown;
    struct sl_str file;
    *out = (struct sl_chart){.origin = site->origin};
    if (site->depth > SL_CHART_DEPTH_MAX)
        return sl_fail(err, SL_E_LIMIT, "charts in %s lie in one another deeper than %d levels",
                       sl_shown(&shown, site->archive), SL_CHART_DEPTH_MAX);
    if (parse(&out->metadata, site, "Chart.yaml", &file, err) < 0 ||
        parse(&out->values, site, "values.yaml", &out->values_file, err) < 0 ||
        file_name(&out->schema_file, site, SL_STR("values.schema.json"), err) < 0)
        return -1;
    out->name = sl_node_text(sl_node_get(out->metadata, "name"));
    out->version = sl_node_text(sl_node_get(out->metadata, "version"));
    if (out->name.len == 0 || out->version.len == 0)
        return sl_fail(err, SL_E_INPUT, "Chart.yaml in %s must have a name and a version, both texts",
                       sl_shown(&shown, site->depth == 0 ? site->archive : file));
    const struct chart_part *schema = find(site, "values.schema.json");
    if (schema)
        out->schema = schema->text;
    if (read_dependencies(out, site, err) < 0)
        return -1;
    return read_subcharts(out, site, err);
}

/* All parts that were found, as the chart `site->origin`: 1 or -1. */
static int read_whole(struct sl_chart *out, struct site *site, struct sl_err *err)
{
    site->archive = site->origin;
    site->end = site->parts->count;
    return read_parts(out, site, err) < 0 ? -1 : 1;
}

int sl_chart_read(struct sl_chart *out, struct sl_doc *doc, struct sl_source *source, struct sl_str name,
                  struct sl_doc_cache *cache, struct sl_err *err)
{
    struct chart_parts parts;
    uint64_t room = SL_CHART_BYTES_MAX;
    struct chart_archive archive = {.source = source, .name = name, .room = &room};
    int found = chart_archive_read(&parts, doc, &archive, err);
    struct site site = {.doc = doc, .parts = &parts, .origin = name, .room = &room, .cache = cache};
    return found <= 0 ? found : read_whole(out, &site, err);
}

int sl_chart_read_folder(struct sl_chart *out, struct sl_doc *doc, const struct sl_chart_list *folder,
                         struct sl_str name, struct sl_doc_cache *cache, struct sl_err *err)
{
    struct chart_parts parts;
    uint64_t room = SL_CHART_BYTES_MAX;
    int found = chart_folder_parts(&parts, doc, folder, NULL, err);
    struct site site = {.doc = doc, .parts = &parts, .origin = name, .room = &room, .cache = cache};
    return found <= 0 ? found : read_whole(out, &site, err);
}
