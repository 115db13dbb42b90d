/*
 * The chart inside a .tgz, as far as values need it: what Chart.yaml says, values.yaml, values.schema.json, and the
 * same of the charts in its charts/ folder, as folders or archives, however deep.
 *
 * A chart archive is somebody else's: it is read with libarchive, in one pass, with Helm's own limits on
 * sizes (SL_CHART_*), and nothing of it is ever written to disk. Member names are only compared, and only
 * ASCII ones count, because libarchive translates the others by the locale.
 */
#ifndef VALUES_CHART_H
#define VALUES_CHART_H

#include "doc/cache.h"
#include "io/stream.h"

/* An entry of `dependencies` in Chart.yaml (or requirements.yaml of a chart of apiVersion v1). */
struct sl_chart_dependency {
    struct sl_str name;                  /* of the chart */
    struct sl_str alias;                 /* what it is called here; empty: its name */
    struct sl_str version;               /* a range; empty: any */
    struct sl_str condition;             /* paths of values, parted by commas; empty: none */
    const struct sl_node *tags;          /* a list, or NULL */
    const struct sl_node *import_values; /* a list, or NULL */
    struct sl_mark mark;
};

/* Everything lives as long as the document it was read into. */
struct sl_chart {
    struct sl_str origin;        /* the archive or folder that it was read from, or lies in */
    struct sl_str name, version; /* of Chart.yaml */
    struct sl_node *metadata;    /* the root of Chart.yaml */
    struct sl_node *values;      /* the root of values.yaml; NULL when there is none or it is empty */
    struct sl_str
        values_file; /* "NAME!TOP/values.yaml", of a folder "NAME/values.yaml", whether it is there or not */
    struct sl_str schema;      /* the text of values.schema.json; .ptr is NULL where there is none */
    struct sl_str schema_file; /* "NAME!TOP/values.schema.json" */
    struct sl_chart_dependency *dependencies;
    size_t dependency_count;
    struct sl_chart
        *subcharts; /* in charts/, ascending by their path there, whether Chart.yaml lists them or not */
    size_t subchart_count;
};

/*
 * Reads `source` as far as it must. `name` is the archive's path, for messages and marks: values have marks
 * in the file "NAME!TOP/values.yaml". What `out` gets lives as long as `doc`. 1: a chart. 0: a readable
 * archive that is none (no TOP/Chart.yaml within the limits). -1: SL_E_INPUT for what cannot be read as a
 * gzip'd tar, or a chart that is broken; SL_E_LIMIT for a chart beyond the limits; and what the source fails
 * with. `cache` is of files parsed before, or NULL.
 */
int sl_chart_read(struct sl_chart *out, struct sl_doc *doc, struct sl_source *source, struct sl_str name,
                  struct sl_doc_cache *cache, struct sl_err *err) SL_MUST_USE;

/* A file of a chart. */
struct sl_chart_file {
    struct sl_str file; /* "NAME!TOP/crds/a.yaml" */
    struct sl_str text;
};

struct sl_chart_list {
    struct sl_chart_file *files;
    size_t count;
};

/* The same as sl_chart_read() of a folder, whose path is `name`: all its files, with their paths below it. */
int sl_chart_read_folder(struct sl_chart *out, struct sl_doc *doc, const struct sl_chart_list *folder,
                         struct sl_str name, struct sl_doc_cache *cache, struct sl_err *err) SL_MUST_USE;

/* The CustomResourceDefinitions that Helm installs before a chart: the YAML files of its `crds/` folder, and of those of
 * the charts in it, in the order of their paths. Otherwise as sl_chart_read(). */
int sl_chart_read_crds(struct sl_chart_file **out, size_t *count, struct sl_doc *doc,
                       struct sl_source *source, struct sl_str name, struct sl_err *err) SL_MUST_USE;

/* values.yaml and everything in `templates/`, as text, of the chart and of the charts in it. Otherwise the same. */
int sl_chart_read_templates(struct sl_chart_file **out, size_t *count, struct sl_doc *doc,
                            struct sl_source *source, struct sl_str name, struct sl_err *err) SL_MUST_USE;

/* All other files that templates may read with .Files and that have a "{{" in them. Otherwise the same. */
int sl_chart_read_carried(struct sl_chart_file **out, size_t *count, struct sl_doc *doc,
                          struct sl_source *source, struct sl_str name, struct sl_err *err) SL_MUST_USE;

/* What the three above take of a chart, of a folder. */
enum sl_chart_files { SL_CHART_CRDS, SL_CHART_TEMPLATES, SL_CHART_CARRIED };
int sl_chart_folder_files(struct sl_chart_list *out, struct sl_doc *doc, const struct sl_chart_list *folder,
                          enum sl_chart_files which, struct sl_str name, struct sl_err *err) SL_MUST_USE;

#endif
