/*
 * Tokens in files: values files, the customer's cluster-config.yaml, and the text files that travel as they are. What a file holds is found once
 * for all customers.
 */
#include "secret_file.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "carried_hits.h"
#include "groups.h"
#include "leak_find.h"
#include "model/report.h"
#include "secret_scan.h"

#include <stdio.h>
#include <stdlib.h>

/* Line and column, in characters, of hits in ascending order. */
struct position {
    size_t at;
    uint32_t line, column;
};

static void advance(struct position *position, struct sl_str text, size_t to)
{
    for (; position->at < to; position->at++) {
        unsigned char byte = (unsigned char)text.ptr[position->at];
        if (byte == '\n') {
            position->line++;
            position->column = 1;
        } else if ((byte & 0xc0U) != 0x80U)
            position->column++;
    }
}

void secret_file_search(struct secret_file_hits *hits, struct sl_str text)
{
    size_t look = text.len < SECRET_LOOK_BINARY ? text.len : SECRET_LOOK_BINARY;
    if (look == 0 || memchr(text.ptr, '\0', look))
        return;
    struct position position = {.line = 1, .column = 1};
    struct secret_hit hit;
    for (size_t at = 0; hits->count < SECRET_HITS_MAX && secret_next(text, at, &hit);
         at = hit.at + hit.length) {
        advance(&position, text, hit.at);
        struct secret_file_hit *item = &hits->items[hits->count++];
        *item = (struct secret_file_hit){.what = hit.what, .line = position.line, .column = position.column};
        if (hit.telling)
            memcpy(item->begins, text.ptr + hit.at, SECRET_TELLING);
    }
}

/* All of a file; nothing where it is no text, which its first bytes tell, or longer than is looked into. */
static int read_text(struct sl_buf *out, struct sl_tree *tree, struct sl_str path, struct sl_err *err)
{
    SL_CLEANUP(sl_source_freep) struct sl_source *source = NULL;
    if (sl_tree_source(tree, path, &source, err) < 0)
        return -1;
    for (;;) {
        void *room = sl_buf_reserve(out, SECRET_LOOK_BINARY);
        if (!room)
            return sl_buf_check(out, "a file that is searched for secrets", err);
        ssize_t got = sl_source_read(source, room, SECRET_LOOK_BINARY, err);
        if (got < 0)
            return -1;
        bool first = out->len == 0;
        sl_buf_commit(out, (size_t)got);
        if (first && out->len && memchr(out->ptr, '\0', out->len))
            sl_buf_reset(out);
        if (got == 0 || out->len == 0)
            return 0;
    }
}

static int make_hits(void **made, struct sl_tree *whole, const void *context, struct sl_err *err)
{
    const struct sl_str *path = context;
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    sl_buf_init(&text, 2 * SL_VALIDATE_SEARCHED_MAX);
    if (read_text(&text, whole, *path, err) < 0)
        return -1;
    struct secret_file_hits found = {.count = 0};
    secret_file_search(&found, sl_buf_view(&text));
    if (found.count == 0)
        return 0;
    struct secret_file_hits *hits = malloc(sizeof *hits);
    if (!hits)
        return sl_fail_memory(err);
    *hits = found;
    *made = hits;
    return 0;
}

static int tell(const struct sl_validation_subject *subject, struct sl_str path,
                const struct secret_file_hits *hits, struct sl_err *err)
{
    for (size_t i = 0; hits && i < hits->count; i++) {
        const struct secret_file_hit *hit = &hits->items[i];
        struct sl_finding finding = sl_finding_in_file(path, SL_ERROR, "secrets/token");
        finding.line = hit->line;
        finding.column = hit->column;
        finding.hint = SL_STR("take it out and revoke it: whoever has the bundle, or the repository, has it");
        struct sl_shown begins;
        if (sl_finding_report(subject->reading->findings, &finding, err, "holds %s in plain text%s%s",
                              hit->what, hit->begins[0] ? ", beginning with " : "",
                              sl_shown(&begins, sl_str_from(hit->begins))) < 0)
            return -1;
    }
    return 0;
}

static int search_file(const struct sl_validation_subject *subject, struct sl_str path, struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf key;
    sl_buf_init(&key, SL_PATH_MAX + SL_KIB);
    sl_buf_text(&key, "secrets/file/");
    sl_buf_str(&key, path);
    if (sl_buf_check(&key, "the path of a file", err) < 0)
        return -1;
    void *made;
    if (sl_validation_once(&made, subject->shared, sl_buf_view(&key), make_hits, &path, free, err) < 0)
        return -1;
    return tell(subject, path, made, err);
}

/* The customer's facts: variables get into manifests and values from there. */
static int search_customer(const struct sl_validation_subject *subject, struct sl_err *err)
{
    struct sl_str path;
    if (sl_reading_path(subject->reading, &path, subject->layout->overlay_directory,
                        SL_STR("cluster-config.yaml"), err) < 0)
        return -1;
    int there = sl_tree_stat(subject->reading->tree, path, NULL, err);
    return there <= 0 ? there : search_file(subject, path, err);
}

/* What is carried, most of which has been read to find what is other customers'. */
static int search_carried(const struct sl_validation_subject *subject, struct sl_err *err)
{
    const struct leaks *leaks;
    size_t number = 0;
    if (leaks_of(&leaks, subject, err) < 0)
        return -1;
    for (size_t i = 0; i < subject->files.count; i++) {
        const struct sl_validation_file *file = &subject->files.items[i];
        const struct secret_file_hits *hits;
        if (file->origin.len == 0)
            continue;
        bool searched = carried_hits_get(&leaks->carried, number++, file->origin, &hits);
        if (file->size > SL_VALIDATE_SEARCHED_MAX)
            continue;
        if ((searched ? tell(subject, file->origin, hits, err) : search_file(subject, file->origin, err)) < 0)
            return -1;
    }
    return 0;
}

int sl_rules_secret_files(const struct sl_validation_subject *subject, struct sl_err *err)
{
    const struct sl_layout *layout = subject->layout;
    if (search_customer(subject, err) < 0)
        return -1;
    for (size_t i = 0; i < layout->application_count; i++)
        for (size_t j = 0; j < SL_VALUES_PLACES; j++) {
            struct sl_str path = layout->applications[i].values_files[j];
            if (path.len && search_file(subject, path, err) < 0)
                return -1;
        }
    return search_carried(subject, err);
}
