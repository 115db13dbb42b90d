/*
 * The first half of reading a chart: from an archive to the few files of it that matter.
 */
#ifndef CHART_ARCHIVE_H
#define CHART_ARCHIVE_H

#include "doc/node.h"
#include "io/stream.h"
#include "values/chart.h"

/* A file below TOP: one that says what a chart is, of the chart itself or of one in charts/, or an archive in a
 * charts/ folder. */
struct chart_part {
    struct sl_str path; /* below TOP: "values.yaml", "charts/db/Chart.yaml", "charts/db-1.0.tgz" */
    struct sl_str text;
    size_t number; /* in the order of the archive */
};

struct chart_parts {
    struct sl_str top; /* the name of the archive's one folder; empty where there is none, or no archive */
    struct chart_part *items; /* ascending by path, each path once: of two the first */
    size_t count;
    size_t capacity;
};

/* Where the bytes of an archive are: in `source`, or, where that is NULL, in `bytes`. */
struct chart_archive {
    struct sl_source *source;
    struct sl_str bytes;
    struct sl_str name; /* for messages */
    uint64_t *room;     /* bytes it may unpack to; what it took goes from that */
    /* Which files matter, beside Chart.yaml; NULL: those that say what a chart is. */
    bool (*matters)(struct sl_str path);
};

/* Reads all of the archive. 1; 0: a readable archive without TOP/Chart.yaml within the limits, or -1. Texts are in
 * the document's memory. */
int chart_archive_read(struct chart_parts *out, struct sl_doc *doc, const struct chart_archive *archive,
                       struct sl_err *err) SL_MUST_USE;

/* The same of a folder; all that has a size. */
int chart_folder_parts(struct chart_parts *out, struct sl_doc *doc, const struct sl_chart_list *folder,
                       bool (*wanted)(struct sl_str path), struct sl_err *err) SL_MUST_USE;

/* "NAME!TOP/", of a folder "NAME/": what the paths of a chart's files begin with. .ptr NULL: there is no memory. */
struct sl_str chart_site(struct sl_arena *arena, struct sl_str name, struct sl_str top);

#endif
