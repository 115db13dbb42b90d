/*
 * What a chart reads of its values, as far as its templates and the comments of its values.yaml tell: keys that have no
 * default, and maps that are handed on as a whole, so that any key may stand in them.
 */
#ifndef VALUES_READ_H
#define VALUES_READ_H

#include "validate/validate.h"

/* A key. */
struct values_read {
    struct sl_str key;
    bool whole; /* handed on: toYaml, range, a helper */
    struct values_read *first, *last, *next;
};

/* Of one chart, without those inside. */
struct values_reader {
    struct sl_arena *arena;
    struct values_read root;
    size_t count; /* keys, of SL_VALIDATE_READS_MAX at most; more are left out */
};

enum { VALUES_READ_DEPTH = 12 };

/* Notes a way down; longer ones are cut. */
int values_reader_add(struct values_reader *reader, const struct sl_str *keys, size_t count, bool whole,
                      struct sl_err *err) SL_MUST_USE;

/* values_template.c: a file of templates/. Never refuses a text: what is no template says nothing. */
int values_read_template(struct values_reader *reader, struct sl_str text, struct sl_err *err) SL_MUST_USE;

/* values_comment.c: a values.yaml, of which keys in comments count: "# resources:". */
int values_read_comments(struct values_reader *reader, struct sl_str text, struct sl_err *err) SL_MUST_USE;

/* NULL where there is nothing of that name. */
const struct values_read *values_read_below(const struct values_read *read, struct sl_str key);

/* What the chart reads; NULL where that cannot be known. It lives as long as subject->shared. */
int values_reads_of(const struct values_read **out, const struct sl_validation_subject *subject,
                    const struct sl_chart *chart, struct sl_err *err) SL_MUST_USE;

#endif
