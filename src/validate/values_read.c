#include "values_read.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"
#include "gitops/chart_folder.h"
#include "templates.h"

#include <stdlib.h>

/* From so many keys on there is a table of them. */
enum { FEW = 16 };

static size_t slot_of(const struct values_read *read, struct sl_str key)
{
    size_t slot = (size_t)sl_hash(key) & (read->room - 1);
    while (read->table[slot] && !sl_str_equal(read->table[slot]->key, key))
        slot = (slot + 1) & (read->room - 1);
    return slot;
}

static struct values_read *find_below(const struct values_read *read, struct sl_str key)
{
    if (read->table)
        return read->table[slot_of(read, key)];
    struct values_read *below = read->first;
    while (below && !sl_str_equal(below->key, key))
        below = below->next;
    return below;
}

const struct values_read *values_read_below(const struct values_read *read, struct sl_str key)
{
    return find_below(read, key);
}

static bool make_table(struct values_reader *reader, struct values_read *read)
{
    if (read->count < FEW || 2 * read->count < read->room)
        return true;
    size_t room = 4 * read->count;
    while (room & (room - 1))
        room += room & (~room + 1);
    struct values_read **table = sl_arena_array(reader->arena, room, sizeof(struct values_read *));
    if (!table)
        return false;
    read->table = table;
    read->room = room;
    for (struct values_read *below = read->first; below; below = below->next)
        table[slot_of(read, below->key)] = below;
    return true;
}

/* NULL where there is no room for one more. */
static struct values_read *make_read(struct values_reader *reader, struct values_read *above)
{
    if (reader->count == SL_VALIDATE_READS_MAX) {
        reader->unsure = true;
        return NULL;
    }
    if (above->depth == VALUES_READ_DEPTH) {
        above->whole = true;
        return NULL;
    }
    struct values_read *made = sl_arena_alloc(reader->arena, sizeof *made);
    reader->lost = reader->lost || !made;
    if (!made)
        return NULL;
    made->depth = above->depth + 1;
    made->above = above;
    reader->count++;
    return made;
}

struct values_read *values_reader_below(struct values_reader *reader, struct values_read *read,
                                        struct sl_str key)
{
    struct values_read *below = find_below(read, key);
    if (below)
        return below;
    below = make_read(reader, read);
    if (!below)
        return NULL;
    below->key = sl_arena_str(reader->arena, key);
    if (!below->key.ptr || !make_table(reader, read)) {
        reader->lost = true;
        return NULL;
    }
    *(read->last ? &read->last->next : &read->first) = below;
    read->last = below;
    read->count++;
    if (read->table)
        read->table[slot_of(read, key)] = below;
    return below;
}

struct values_read *values_reader_any(struct values_reader *reader, struct values_read *read)
{
    if (!read->any)
        read->any = make_read(reader, read);
    return read->any;
}

int values_reader_add(struct values_reader *reader, const struct sl_str *keys, size_t count, bool whole,
                      struct sl_err *err)
{
    struct values_read *read = &reader->root;
    for (size_t i = 0; i < count; i++) {
        read = values_reader_below(reader, read, keys[i]);
        if (!read)
            return reader->lost ? sl_fail_memory(err) : 0;
    }
    read->whole = read->whole || (whole && count > 0);
    return 0;
}

int values_read_template(struct values_reader *reader, struct sl_str text, struct sl_err *err)
{
    SL_CLEANUP(templates_freep) struct templates *templates = NULL;
    if (templates_new(&templates, err) < 0 || templates_add(templates, reader, TEMPLATES_FILE, text, err) < 0)
        return -1;
    return templates_run(templates, err);
}

/* -- the charts of an archive -- */

struct site {
    struct sl_str name; /* "ARCHIVE!TOP/": what the names of the chart's files begin with */
    struct values_reader reader;
    struct site *next;
};

struct reads {
    struct sl_arena arena;
    struct sl_doc doc; /* of the files, whose texts the templates borrow */
    struct templates *templates;
    struct sl_str origin; /* the archive or folder */
    struct site *sites;
};

static void reads_free(void *made)
{
    struct reads *reads = made;
    if (!reads)
        return;
    templates_free(reads->templates);
    sl_doc_release(&reads->doc);
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

/* What stands before "values.yaml", "templates/..." or another file of a chart: the last of what may be a chart's name.
 * `origin` is the archive or folder of the outermost. */
static struct sl_str site_of(struct sl_str file, struct sl_str origin)
{
    static const char charts[] = "charts/";
    size_t slash = origin.len;
    while (slash < file.len && file.ptr[slash] != '/')
        slash++;
    struct sl_str site = sl_str_slice(file, 0, slash + 1);
    for (;;) {
        struct sl_str rest = sl_str_slice(file, site.len, file.len);
        if (!sl_str_starts_with(rest, sl_str_from(charts)))
            return site;
        size_t from = site.len + strlen(charts);
        while (from < file.len && file.ptr[from] != '/')
            from++;
        if (from == file.len)
            return site;
        site = sl_str_slice(file, 0, from + 1);
    }
}

static struct site *site_at(struct reads *reads, struct sl_str file, struct sl_err *err)
{
    struct sl_str name = site_of(file, reads->origin);
    struct site *site = find_site(reads, name);
    if (site)
        return site;
    site = sl_arena_alloc(&reads->arena, sizeof *site);
    struct sl_str copy = site ? sl_arena_str(&reads->arena, name) : (struct sl_str){0};
    if (!copy.ptr) {
        (void)sl_fail_memory(err);
        return NULL;
    }
    site->name = copy;
    site->reader.arena = &reads->arena;
    site->next = reads->sites;
    reads->sites = site;
    return site;
}

/* A chart that cannot be read has been told of: artifacts/unreadable. */
static int pass_over(struct sl_err *err)
{
    if (err->code != SL_E_INPUT && err->code != SL_E_LIMIT && err->code != SL_E_UNSUPPORTED)
        return -1;
    sl_err_clear(err);
    return 0;
}

struct files {
    struct sl_chart_list list;
    bool cut; /* there may be more */
};

static int load(struct files *out, struct sl_tree *whole, struct sl_str path, struct sl_doc *doc,
                enum sl_chart_files which, struct sl_err *err)
{
    if (sl_chart_files_at(&out->list, doc, whole, path, which, err) == 0)
        return 0;
    out->cut = true;
    return pass_over(err);
}

static bool mentions(struct sl_str text, const char *word)
{
    return memmem(text.ptr, text.len, word, strlen(word)) != NULL;
}

/* tpl (.Files.Get "a.yaml") . */
static bool runs_files(const struct files *files)
{
    bool tpl = false, get = false;
    for (size_t i = 0; i < files->list.count; i++) {
        tpl = tpl || mentions(files->list.files[i].text, "tpl");
        get = get || mentions(files->list.files[i].text, ".Files");
    }
    return tpl && get;
}

static int add_files(struct templates *templates, struct reads *reads, const struct files *files,
                     enum templates_kind kind, struct sl_err *err)
{
    for (size_t i = 0; i < files->list.count; i++) {
        const struct sl_chart_file *file = &files->list.files[i];
        struct site *site = site_at(reads, file->file, err);
        bool values = sl_str_equal(sl_str_slice(file->file, site ? site->name.len : 0, file->file.len),
                                   SL_STR("values.yaml"));
        if (!site)
            return -1;
        int added = values ? values_read_comments(&site->reader, file->text, err)
                           : templates_add(templates, &site->reader, kind, file->text, err);
        if (added < 0)
            return -1;
    }
    return 0;
}

static int make_reads(void **made, struct sl_tree *whole, const void *context, struct sl_err *err)
{
    const struct sl_str *path = context;
    SL_CLEANUP(reads_freep) struct reads *reads = calloc(1, sizeof *reads);
    struct files files = {.cut = false}, carried = {.cut = false};
    if (!reads)
        return sl_fail_memory(err);
    sl_doc_init(&reads->doc);
    sl_arena_init(&reads->arena, SL_DOC_MEMORY_MAX);
    reads->origin = sl_arena_str(&reads->arena, *path);
    if (!reads->origin.ptr)
        return sl_fail_memory(err);
    if (load(&files, whole, *path, &reads->doc, SL_CHART_TEMPLATES, err) < 0 ||
        (runs_files(&files) && load(&carried, whole, *path, &reads->doc, SL_CHART_CARRIED, err) < 0) ||
        templates_new(&reads->templates, err) < 0 ||
        add_files(reads->templates, reads, &files, TEMPLATES_FILE, err) < 0 ||
        add_files(reads->templates, reads, &carried, TEMPLATES_CARRIED, err) < 0 ||
        templates_run(reads->templates, err) < 0)
        return -1;
    for (struct site *site = reads->sites; site; site = site->next)
        site->reader.root.unsure = site->reader.unsure || files.cut || carried.cut;
    *made = sl_steal(&reads);
    return 0;
}

/* NULL where nothing is known of the archive. */
static int find_reads(struct reads **out, const struct sl_validation_subject *subject,
                      const struct sl_chart *chart, struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf key;
    void *made = NULL;
    *out = NULL;
    sl_buf_init(&key, SL_PATH_MAX + SL_KIB);
    if (chart->origin.len == 0)
        return 0;
    sl_buf_text(&key, "values: read by ");
    sl_buf_str(&key, chart->origin);
    if (sl_buf_check(&key, "the path of a chart", err) < 0 ||
        sl_validation_once(&made, subject->shared, sl_buf_view(&key), make_reads, &chart->origin, reads_free,
                           err) < 0)
        return -1;
    *out = made;
    return 0;
}

int values_reads_of(const struct values_read **out, const struct sl_validation_subject *subject,
                    const struct sl_chart *chart, struct sl_err *err)
{
    struct reads *reads;
    if (find_reads(&reads, subject, chart, err) < 0)
        return -1;
    const struct site *site = reads ? find_site(reads, site_of(chart->values_file, chart->origin)) : NULL;
    *out = site ? &site->reader.root : NULL;
    return 0;
}

int values_templates_of(const struct templates **out, const struct sl_validation_subject *subject,
                        const struct sl_chart *chart, struct sl_err *err)
{
    struct reads *reads;
    if (find_reads(&reads, subject, chart, err) < 0)
        return -1;
    *out = reads ? reads->templates : NULL;
    return 0;
}
