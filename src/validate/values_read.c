#include "values_read.h"

#include "base/cleanup.h"
#include "base/limits.h"

#include <stdlib.h>

const struct values_read *values_read_below(const struct values_read *read, struct sl_str key)
{
    const struct values_read *below = read->first;
    while (below && !sl_str_equal(below->key, key))
        below = below->next;
    return below;
}

static int add_below(struct values_read **out, struct values_reader *reader, struct values_read *read,
                     struct sl_str key, struct sl_err *err)
{
    struct values_read *below = read->first;
    while (below && !sl_str_equal(below->key, key))
        below = below->next;
    *out = below;
    if (below || reader->count == SL_VALIDATE_READS_MAX)
        return 0;
    below = sl_arena_alloc(reader->arena, sizeof *below);
    if (!below)
        return sl_fail_memory(err);
    below->key = sl_arena_str(reader->arena, key);
    if (!below->key.ptr)
        return sl_fail_memory(err);
    *(read->last ? &read->last->next : &read->first) = below;
    read->last = below;
    reader->count++;
    *out = below;
    return 0;
}

int values_reader_add(struct values_reader *reader, const struct sl_str *keys, size_t count, bool whole,
                      struct sl_err *err)
{
    struct values_read *read = &reader->root;
    for (size_t i = 0; i < count && i < VALUES_READ_DEPTH; i++) {
        if (add_below(&read, reader, read, keys[i], err) < 0)
            return -1;
        if (!read)
            return 0;
    }
    /* All values handed to a helper of the chart's own say nothing. */
    read->whole = read->whole || (whole && count > 0 && count <= VALUES_READ_DEPTH);
    return 0;
}

/* -- the charts of an archive -- */

struct site {
    struct sl_str name; /* "ARCHIVE!TOP/": what the names of the chart's files begin with */
    struct values_reader reader;
    struct site *next;
};

struct reads {
    struct sl_arena arena;
    struct site *sites;
};

static void reads_free(void *made)
{
    struct reads *reads = made;
    if (!reads)
        return;
    sl_arena_release(&reads->arena);
    free(reads);
}

static void reads_freep(struct reads **reads)
{
    reads_free(*reads);
    *reads = NULL;
}

static struct site *find_site(const struct reads *reads, struct sl_str name)
{
    struct site *site = reads->sites;
    while (site && !sl_str_equal(site->name, name))
        site = site->next;
    return site;
}

/* "values.yaml", or "templates/..." behind the last of what may be a chart's name. */
static struct sl_str site_of(struct sl_str file)
{
    struct sl_str templates = SL_STR("templates/");
    if (sl_str_ends_with(file, SL_STR("/values.yaml")))
        return sl_str_slice(file, 0, file.len - strlen("values.yaml"));
    for (size_t at = 0; at + templates.len <= file.len; at++)
        if (at > 0 && file.ptr[at - 1] == '/' &&
            sl_str_starts_with(sl_str_slice(file, at, file.len), templates))
            return sl_str_slice(file, 0, at);
    return (struct sl_str){0};
}

static int read_file(struct reads *reads, const struct sl_chart_file *file, struct sl_err *err)
{
    struct sl_str name = site_of(file->file);
    struct site *site = find_site(reads, name);
    if (!site) {
        site = sl_arena_alloc(&reads->arena, sizeof *site);
        if (!site)
            return sl_fail_memory(err);
        site->name = sl_arena_str(&reads->arena, name);
        if (!site->name.ptr)
            return sl_fail_memory(err);
        site->reader.arena = &reads->arena;
        site->next = reads->sites;
        reads->sites = site;
    }
    return sl_str_ends_with(file->file, SL_STR("/values.yaml"))
               ? values_read_comments(&site->reader, file->text, err)
               : values_read_template(&site->reader, file->text, err);
}

/* A chart that cannot be read has been told of: artifacts/unreadable. */
static int pass_over(struct sl_err *err)
{
    if (err->code != SL_E_INPUT && err->code != SL_E_LIMIT && err->code != SL_E_UNSUPPORTED)
        return -1;
    sl_err_clear(err);
    return 0;
}

static int make_reads(void **made, struct sl_tree *whole, const void *context, struct sl_err *err)
{
    const struct sl_str *path = context;
    SL_CLEANUP(sl_doc_release) struct sl_doc doc;
    SL_CLEANUP(sl_source_freep) struct sl_source *source = NULL;
    SL_CLEANUP(reads_freep) struct reads *reads = calloc(1, sizeof *reads);
    struct sl_chart_file *files = NULL;
    size_t count = 0;
    sl_doc_init(&doc);
    if (!reads)
        return sl_fail_memory(err);
    sl_arena_init(&reads->arena, SL_DOC_MEMORY_MAX);
    if (sl_tree_source(whole, *path, &source, err) < 0)
        return -1;
    if (sl_chart_read_templates(&files, &count, &doc, source, *path, err) < 0 && pass_over(err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (read_file(reads, &files[i], err) < 0)
            return -1;
    *made = sl_steal(&reads);
    return 0;
}

int values_reads_of(const struct values_read **out, const struct sl_validation_subject *subject,
                    const struct sl_chart *chart, struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf key;
    struct sl_str file = chart->values_file;
    struct sl_str archive = sl_str_slice(file, 0, sl_str_find(file, '!'));
    void *made = NULL;
    *out = NULL;
    sl_buf_init(&key, SL_PATH_MAX + SL_KIB);
    if (archive.len == file.len)
        return 0;
    sl_buf_text(&key, "values: read by ");
    sl_buf_str(&key, archive);
    if (sl_buf_check(&key, "the path of a chart", err) < 0 ||
        sl_validation_once(&made, subject->shared, sl_buf_view(&key), make_reads, &archive, reads_free, err) <
            0)
        return -1;
    const struct site *site = find_site(made, site_of(file));
    *out = site ? &site->reader.root : NULL;
    return 0;
}
