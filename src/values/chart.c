#include "values/chart.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "doc/yaml.h"
#include "model/report.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>

enum { READ_SIZE = 64 * 1024 };

struct reader {
    struct archive *archive;
    struct sl_source *source;
    struct sl_err source_err; /* code SL_OK while reading the source went well */
    struct sl_buf chart;      /* Chart.yaml */
    struct sl_buf values;
    bool has_chart, has_values;
    char top[SL_NAME_MAX + 1]; /* the folder of the first file */
    unsigned char bytes[READ_SIZE];
};

static void reader_free(struct reader *reader)
{
    if (!reader)
        return;
    /* The only failure is of a close callback, and there is none. */
    (void)archive_read_free(reader->archive);
    sl_buf_release(&reader->chart);
    sl_buf_release(&reader->values);
    free(reader);
}

SL_DEFINE_FREEP(struct reader, reader_free)

static la_ssize_t read_source(struct archive *archive, void *context, const void **bytes)
{
    struct reader *reader = context;
    *bytes = reader->bytes;
    ssize_t got = sl_source_read(reader->source, reader->bytes, sizeof reader->bytes, &reader->source_err);
    if (got < 0)
        archive_set_error(archive, EIO, "reading failed");
    return got;
}

/* Why libarchive stopped: the source's own error, or that the bytes are no such archive. */
static int fail_archive(struct reader *reader, struct sl_str name, struct sl_err *err)
{
    if (reader->source_err.code != SL_OK) {
        *err = reader->source_err;
        return -1;
    }
    if (archive_errno(reader->archive) == ENOMEM)
        return sl_fail_memory(err);
    struct sl_shown shown, reason;
    const char *text = archive_error_string(reader->archive);
    return sl_fail(err, SL_E_INPUT, "%s cannot be read as a gzip'd tar: %s", sl_shown(&shown, name),
                   sl_shown(&reason, sl_str_from(text ? text : "no reason given")));
}

static int open_archive(struct reader *reader, struct sl_str name, struct sl_err *err)
{
    reader->archive = archive_read_new();
    if (!reader->archive)
        return sl_fail_memory(err);
    if (archive_read_support_filter_gzip(reader->archive) != ARCHIVE_OK ||
        archive_read_support_format_tar(reader->archive) != ARCHIVE_OK ||
        archive_read_open(reader->archive, reader, NULL, read_source, NULL) != ARCHIVE_OK)
        return fail_archive(reader, name, err);
    return 0;
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

static int read_member(struct reader *reader, struct sl_buf *out, struct sl_str name, struct sl_err *err)
{
    for (;;) {
        void *room = sl_buf_reserve(out, READ_SIZE);
        if (!room)
            break;
        la_ssize_t got = archive_read_data(reader->archive, room, READ_SIZE);
        if (got < 0)
            return fail_archive(reader, name, err);
        if (got == 0)
            break;
        sl_buf_commit(out, (size_t)got);
    }
    struct sl_shown shown;
    if (sl_buf_check(out, "a file of the chart", err) < 0)
        return sl_wrap(err, "%s", sl_shown(&shown, name));
    return 0;
}

/* One member. 1: go on; 0: nothing that follows matters; -1: error. */
static int take_member(struct reader *reader, struct archive_entry *entry, struct sl_str name,
                       struct sl_err *err)
{
    if (archive_entry_filetype(entry) != AE_IFREG)
        return 1;
    struct sl_str top, rest;
    const char *path = archive_entry_pathname(entry);
    if (!path || !split_member(path, &top, &rest))
        return path && !strchr(path, '/') ? 0 : 1;
    if (!reader->top[0])
        memcpy(reader->top, top.ptr, top.len);
    if (!sl_str_equal(top, sl_str_from(reader->top)))
        return 1;
    struct sl_buf *into = NULL;
    if (sl_str_equal(rest, SL_STR("Chart.yaml")) && !reader->has_chart) {
        reader->has_chart = true;
        into = &reader->chart;
    } else if (sl_str_equal(rest, SL_STR("values.yaml")) && !reader->has_values) {
        reader->has_values = true;
        into = &reader->values;
    }
    if (into && read_member(reader, into, name, err) < 0)
        return -1;
    return reader->has_chart && reader->has_values ? 0 : 1;
}

/* Members one by one until both files are there, the end, or a limit. */
static int scan(struct reader *reader, struct sl_str name, struct sl_err *err)
{
    for (uint64_t members = 0;; members++) {
        struct archive_entry *entry;
        int status = archive_read_next_header(reader->archive, &entry);
        if (status == ARCHIVE_EOF)
            return 0;
        if (status < ARCHIVE_WARN)
            return fail_archive(reader, name, err);
        la_int64_t size = archive_entry_size(entry);
        la_int64_t before = archive_filter_bytes(reader->archive, 0);
        bool large = size < 0 || before < 0 || (uint64_t)size > SL_CHART_BYTES_MAX ||
                     (uint64_t)before + (uint64_t)size > SL_CHART_BYTES_MAX;
        if (large || members == SL_CHART_MEMBERS_MAX) {
            struct sl_shown shown;
            if (!reader->has_chart)
                return 0;
            return sl_fail(err, SL_E_LIMIT, "the chart in %s is larger than %llu MiB or has over %llu files",
                           sl_shown(&shown, name), (unsigned long long)(SL_CHART_BYTES_MAX / SL_MIB),
                           (unsigned long long)SL_CHART_MEMBERS_MAX);
        }
        int more = take_member(reader, entry, name, err);
        if (more <= 0)
            return more;
    }
}

/* The root of a file of the chart; its marks say "NAME!TOP/FILE". */
static int parse(struct sl_node **root, struct sl_doc *doc, const struct reader *reader, const char *file,
                 struct sl_str name, struct sl_err *err)
{
    const struct sl_buf *text = strcmp(file, "Chart.yaml") == 0 ? &reader->chart : &reader->values;
    SL_CLEANUP(sl_buf_release) struct sl_buf where;
    sl_buf_init(&where, SL_PATH_MAX + 2 * SL_NAME_MAX);
    sl_buf_str(&where, name);
    sl_buf_printf(&where, "!%s/%s", reader->top, file);
    if (sl_buf_check(&where, "the name of a file in a chart", err) < 0)
        return -1;
    return sl_yaml_read_one(root, doc, sl_buf_view(text), sl_buf_view(&where), SL_YAML_VALUES, err);
}

int sl_chart_read(struct sl_chart *out, struct sl_doc *doc, struct sl_source *source, struct sl_str name,
                  struct sl_err *err)
{
    SL_CLEANUP(reader_freep) struct reader *reader = calloc(1, sizeof *reader);
    if (!reader)
        return sl_fail_memory(err);
    reader->source = source;
    sl_buf_init(&reader->chart, SL_CHART_FILE_MAX + READ_SIZE);
    sl_buf_init(&reader->values, SL_CHART_FILE_MAX + READ_SIZE);
    if (open_archive(reader, name, err) < 0 || scan(reader, name, err) < 0)
        return -1;
    if (!reader->has_chart)
        return 0;

    struct sl_node *chart, *values = NULL;
    if (parse(&chart, doc, reader, "Chart.yaml", name, err) < 0 ||
        (reader->has_values && parse(&values, doc, reader, "values.yaml", name, err) < 0))
        return -1;
    struct sl_chart found = {
        .name = sl_node_text(sl_node_get(chart, "name")),
        .version = sl_node_text(sl_node_get(chart, "version")),
        .values = values,
    };
    struct sl_shown shown;
    if (found.name.len == 0 || found.version.len == 0)
        return sl_fail(err, SL_E_INPUT, "Chart.yaml in %s must have a name and a version, both texts",
                       sl_shown(&shown, name));
    *out = found;
    return 1;
}
