/*
 * Checking files against a JSON Schema: drafts 4, 6, 7, 2019-09 and 2020-12.
 *
 * Order of calls: sl_schema_checker_new() reads and compiles the schema; sl_schema_check_file() for each file;
 * sl_schema_checker_free(). What does not fit becomes findings, the best first among equals of a document.
 *
 * Files are JSON where their name ends in ".json", else YAML as Helm reads it: each document of the stream is
 * checked. References lead to files in or below the schema's own directory, and to those of mapped URLs;
 * nothing is fetched, no link is followed.
 */
#ifndef SEALIFT_SCHEMA_H
#define SEALIFT_SCHEMA_H

#include <sealift/finding.h>
#include <stdbool.h>

/* References that begin with `url` are read below `directory`. A "/" at the end of `url` is added where it is
 * missing. */
struct sl_schema_map {
    const char *url, *directory;
};

struct sl_schema_request {
    const char *schema; /* path of the file */
    const struct sl_schema_map *maps;
    size_t map_count;
    bool assert_formats; /* check `format` too, which otherwise only says something */
};

struct sl_schema_checker;

/* SL_E_INPUT for a schema that is wrong, beginning "file:line:column: "; SL_E_UNSUPPORTED for a draft nobody
 * here knows; SL_E_NOT_FOUND, SL_E_IO, SL_E_LIMIT. */
int sl_schema_checker_new(struct sl_schema_checker **out, const struct sl_schema_request *request,
                          struct sl_err *err) SL_MUST_USE;
void sl_schema_checker_free(struct sl_schema_checker *checker); /* NULL is fine */

struct sl_schema_tally {
    size_t documents, invalid; /* a file that cannot be parsed counts as one that is invalid */
};

/* Adds findings "schema/mismatch" and "schema/unreadable", and to `tally`. -1 where the file cannot be read, or
 * where checking takes too much work (SL_E_LIMIT). */
int sl_schema_check_file(struct sl_schema_checker *checker, const char *path, struct sl_findings *findings,
                         struct sl_schema_tally *tally, struct sl_err *err) SL_MUST_USE;

#endif
