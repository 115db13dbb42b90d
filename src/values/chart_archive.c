#include "chart_archive.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "model/report.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>

enum { READ_SIZE = 64 * 1024 };

struct reader {
    struct archive *archive;
    const struct chart_archive *from;
    struct sl_doc *doc;
    struct chart_parts *out;
    struct sl_err source_err; /* code SL_OK while reading the source went well */
    struct sl_buf text;       /* of the member at hand */
    bool has_chart;
    char top[SL_NAME_MAX + 1]; /* the folder of the first file */
    unsigned char bytes[READ_SIZE];
};

static void reader_free(struct reader *reader)
{
    if (!reader)
        return;
    /* The only failure is of a close callback, and there is none. */
    (void)archive_read_free(reader->archive);
    sl_buf_release(&reader->text);
    free(reader);
}

SL_DEFINE_FREEP(struct reader, reader_free)

static la_ssize_t read_source(struct archive *archive, void *context, const void **bytes)
{
    struct reader *reader = context;
    *bytes = reader->bytes;
    ssize_t got =
        sl_source_read(reader->from->source, reader->bytes, sizeof reader->bytes, &reader->source_err);
    if (got < 0)
        archive_set_error(archive, EIO, "reading failed");
    return got;
}

/* Why libarchive stopped: the source's own error, or that the bytes are no such archive. */
static int fail_archive(struct reader *reader, struct sl_err *err)
{
    if (reader->source_err.code != SL_OK) {
        *err = reader->source_err;
        return -1;
    }
    if (archive_errno(reader->archive) == ENOMEM)
        return sl_fail_memory(err);
    struct sl_shown shown, reason;
    const char *text = archive_error_string(reader->archive);
    return sl_fail(err, SL_E_INPUT, "%s cannot be read as a gzip'd tar: %s",
                   sl_shown(&shown, reader->from->name),
                   sl_shown(&reason, sl_str_from(text ? text : "no reason given")));
}

static int open_archive(struct reader *reader, struct sl_err *err)
{
    reader->archive = archive_read_new();
    if (!reader->archive)
        return sl_fail_memory(err);
    if (archive_read_support_filter_gzip(reader->archive) != ARCHIVE_OK ||
        archive_read_support_format_tar(reader->archive) != ARCHIVE_OK)
        return fail_archive(reader, err);
    int opened = reader->from->source ? archive_read_open(reader->archive, reader, NULL, read_source, NULL)
                                      : archive_read_open_memory(reader->archive, reader->from->bytes.ptr,
                                                                 reader->from->bytes.len);
    return opened == ARCHIVE_OK ? 0 : fail_archive(reader, err);
}

/* TOP and the rest of "TOP/rest"; false where the name has no folder, or is not ASCII. */
static bool split_member(const char *path, struct sl_str *top, struct sl_str *rest)
{
    struct sl_str whole = sl_str_from(path);
    for (size_t i = 0; i < whole.len; i++)
        if ((unsigned char)whole.ptr[i] >= 0x80)
            return false;
    size_t slash = sl_str_find(whole, '/');
    *top = sl_str_slice(whole, 0, slash);
    *rest = sl_str_slice(whole, slash + 1, whole.len);
    return slash > 0 && slash < whole.len && top->len <= SL_NAME_MAX;
}

/* Whether a file says what a chart is; like Helm, what begins with "_" or "." in charts/ is passed over. */
static bool matters(struct sl_str path)
{
    static const struct sl_str names[] = {
        SL_STR_INIT("Chart.yaml"),
        SL_STR_INIT("values.yaml"),
        SL_STR_INIT("values.schema.json"),
        SL_STR_INIT("requirements.yaml"),
    };
    const struct sl_str charts = SL_STR("charts/");
    for (unsigned depth = 0; sl_str_starts_with(path, charts); depth++) {
        path = sl_str_slice(path, charts.len, path.len);
        size_t slash = sl_str_find(path, '/');
        if (depth == SL_CHART_DEPTH_MAX || path.len == 0 || path.ptr[0] == '_' || path.ptr[0] == '.')
            return false;
        if (slash == path.len)
            return sl_str_ends_with(path, SL_STR(".tgz"));
        path = sl_str_slice(path, slash + 1, path.len);
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (sl_str_equal(path, names[i]))
            return true;
    return false;
}

static int read_member(struct reader *reader, struct sl_err *err)
{
    sl_buf_reset(&reader->text);
    for (;;) {
        void *room = sl_buf_reserve(&reader->text, READ_SIZE);
        if (!room)
            break;
        la_ssize_t got = archive_read_data(reader->archive, room, READ_SIZE);
        if (got < 0)
            return fail_archive(reader, err);
        if (got == 0)
            break;
        sl_buf_commit(&reader->text, (size_t)got);
    }
    struct sl_shown shown;
    if (sl_buf_check(&reader->text, "a file of the chart", err) < 0)
        return sl_wrap(err, "%s", sl_shown(&shown, reader->from->name));
    return 0;
}

static int keep(struct reader *reader, struct sl_str path, struct sl_err *err)
{
    struct chart_parts *out = reader->out;
    struct sl_arena *arena = &reader->doc->arena;
    if (out->count == out->capacity) {
        size_t capacity = out->capacity ? 2 * out->capacity : 8;
        struct chart_part *items = sl_arena_array(arena, capacity, sizeof *items);
        if (!items)
            return sl_fail_memory(err);
        if (out->count)
            memcpy(items, out->items, out->count * sizeof *items);
        out->items = items;
        out->capacity = capacity;
    }
    struct chart_part part = {.path = sl_arena_str(arena, path), .number = out->count};
    if (!part.path.ptr || read_member(reader, err) < 0)
        return part.path.ptr ? -1 : sl_fail_memory(err);
    part.text = sl_arena_str(arena, sl_buf_view(&reader->text));
    if (!part.text.ptr)
        return sl_fail_memory(err);
    out->items[out->count++] = part;
    return 0;
}

/* One member. 1: go on; 0: this is no chart; -1: error. */
static int take_member(struct reader *reader, struct archive_entry *entry, struct sl_err *err)
{
    if (archive_entry_filetype(entry) != AE_IFREG)
        return 1;
    struct sl_str top, rest;
    const char *path = archive_entry_pathname(entry);
    if (!path || !split_member(path, &top, &rest))
        return path && !strchr(path, '/') && !reader->has_chart ? 0 : 1;
    if (!reader->top[0])
        memcpy(reader->top, top.ptr, top.len);
    bool is_chart = sl_str_equal(rest, SL_STR("Chart.yaml"));
    bool (*wanted)(struct sl_str path) = reader->from->matters ? reader->from->matters : matters;
    if (!sl_str_equal(top, sl_str_from(reader->top)) || (!is_chart && !wanted(rest)))
        return 1;
    reader->has_chart = reader->has_chart || is_chart;
    return keep(reader, rest, err) < 0 ? -1 : 1;
}

/* Members one by one until the end, or a limit. */
static int scan(struct reader *reader, struct sl_err *err)
{
    for (uint64_t members = 0;; members++) {
        struct archive_entry *entry;
        int status = archive_read_next_header(reader->archive, &entry);
        if (status == ARCHIVE_EOF)
            return 0;
        if (status < ARCHIVE_WARN)
            return fail_archive(reader, err);
        la_int64_t size = archive_entry_size(entry);
        la_int64_t before = archive_filter_bytes(reader->archive, 0);
        bool large = size < 0 || before < 0 || (uint64_t)size > *reader->from->room ||
                     (uint64_t)before + (uint64_t)size > *reader->from->room;
        if (large || members == SL_CHART_MEMBERS_MAX) {
            struct sl_shown shown;
            if (!reader->has_chart)
                return 0;
            return sl_fail(err, SL_E_LIMIT, "the chart in %s is larger than %llu MiB or has over %llu files",
                           sl_shown(&shown, reader->from->name),
                           (unsigned long long)(SL_CHART_BYTES_MAX / SL_MIB),
                           (unsigned long long)SL_CHART_MEMBERS_MAX);
        }
        int more = take_member(reader, entry, err);
        if (more <= 0)
            return more;
    }
}

static int compare_parts(const void *left, const void *right)
{
    const struct chart_part *a = left;
    const struct chart_part *b = right;
    int order = sl_str_compare(a->path, b->path);
    return order != 0 ? order : (a->number > b->number) - (a->number < b->number);
}

/* Ascending, and of two members of one path the first. */
static void sort_parts(struct chart_parts *parts)
{
    if (parts->count < 2)
        return;
    qsort(parts->items, parts->count, sizeof parts->items[0], compare_parts);
    size_t kept = 1;
    for (size_t i = 1; i < parts->count; i++)
        if (!sl_str_equal(parts->items[i].path, parts->items[kept - 1].path))
            parts->items[kept++] = parts->items[i];
    parts->count = kept;
}

int chart_archive_read(struct chart_parts *out, struct sl_doc *doc, const struct chart_archive *archive,
                       struct sl_err *err)
{
    *out = (struct chart_parts){0};
    SL_CLEANUP(reader_freep) struct reader *reader = calloc(1, sizeof *reader);
    if (!reader)
        return sl_fail_memory(err);
    reader->from = archive;
    reader->doc = doc;
    reader->out = out;
    sl_buf_init(&reader->text, SL_CHART_FILE_MAX + READ_SIZE);
    if (open_archive(reader, err) < 0 || scan(reader, err) < 0)
        return -1;
    la_int64_t took = archive_filter_bytes(reader->archive, 0);
    *archive->room -= took > 0 && (uint64_t)took < *archive->room ? (uint64_t)took : *archive->room;
    if (!reader->has_chart)
        return 0;
    sort_parts(out);
    out->top = sl_arena_str(&doc->arena, sl_str_from(reader->top));
    return out->top.ptr ? 1 : sl_fail_memory(err);
}

int chart_folder_parts(struct chart_parts *out, struct sl_doc *doc, const struct sl_chart_list *folder,
                       bool (*wanted)(struct sl_str path), struct sl_err *err)
{
    bool has_chart = false;
    *out = (struct chart_parts){.items = sl_arena_array(&doc->arena, folder->count + 1, sizeof *out->items)};
    if (!out->items)
        return sl_fail_memory(err);
    for (size_t i = 0; i < folder->count; i++) {
        struct sl_str path = folder->files[i].file;
        bool is_chart = sl_str_equal(path, SL_STR("Chart.yaml"));
        has_chart = has_chart || is_chart;
        if (is_chart || (wanted ? wanted(path) : matters(path)))
            out->items[out->count++] =
                (struct chart_part){.path = path, .text = folder->files[i].text, .number = i};
    }
    sort_parts(out);
    return has_chart;
}

struct sl_str chart_site(struct sl_arena *arena, struct sl_str name, struct sl_str top)
{
    struct sl_str front = top.len ? sl_arena_join(arena, name, SL_STR("!")) : name;
    struct sl_str site = front.ptr && top.len ? sl_arena_join(arena, front, top) : front;
    return site.ptr ? sl_arena_join(arena, site, SL_STR("/")) : site;
}
