/*
 * What a chart reads of its values, as far as its templates and the comments of its values.yaml tell: keys that have no
 * default, and maps that are handed on as a whole, so that any key may stand in them.
 */
#ifndef VALUES_READ_H
#define VALUES_READ_H

#include "validate/validate.h"

/* A key, or (`any` of another one) each entry of a map or list. */
struct values_read {
    struct sl_str key;
    bool whole;                /* handed on, with all below: toYaml, a function that nobody knows */
    bool ranged;               /* its entries are gone through, so they may have any names */
    bool indexed;              /* an entry is read whose name is made by the template */
    bool mixed;                /* what lies in its entries is read in another place as well */
    bool unsure;               /* there may be more that is read, anywhere below */
    unsigned depth;            /* keys on the way */
    struct values_read *above; /* NULL: it is the root */
    struct values_read *any;   /* what is read of each entry; NULL: nothing */
    struct values_read *first, *last, *next;
    struct values_read **table; /* of what is below, by name, once that is much; a power of two */
    size_t count, room;
};

/* Of one chart, without those inside. */
struct values_reader {
    struct sl_arena *arena;
    struct values_read root;
    size_t count; /* keys, of SL_VALIDATE_READS_MAX at most; more are left out */
    bool unsure;  /* there may be more: all values go somewhere, or a template was not understood */
    bool lost;    /* there was no memory */
};

/* Keys on a way; what lies deeper is handed on with what it is in. */
enum { VALUES_READ_DEPTH = 12 };

/* The key below `read`, made if need be. NULL: it is left out, and the reader is unsure or lost. */
struct values_read *values_reader_below(struct values_reader *reader, struct values_read *read,
                                        struct sl_str key);

/* Each entry of `read`; otherwise the same. */
struct values_read *values_reader_any(struct values_reader *reader, struct values_read *read);

/* Notes a way down; longer ones are cut. */
int values_reader_add(struct values_reader *reader, const struct sl_str *keys, size_t count, bool whole,
                      struct sl_err *err) SL_MUST_USE;

/* A file of templates/ alone. Never refuses a text: what is no template says nothing. */
int values_read_template(struct values_reader *reader, struct sl_str text, struct sl_err *err) SL_MUST_USE;

/* values_comment.c: a values.yaml, of which keys in comments count: "# resources:". */
int values_read_comments(struct values_reader *reader, struct sl_str text, struct sl_err *err) SL_MUST_USE;

/* NULL where there is nothing of that name. */
const struct values_read *values_read_below(const struct values_read *read, struct sl_str key);

/* What the chart reads; NULL where that cannot be known. It lives as long as subject->shared. */
int values_reads_of(const struct values_read **out, const struct sl_validation_subject *subject,
                    const struct sl_chart *chart, struct sl_err *err) SL_MUST_USE;

/* The templates of the chart, of those in it and of those it is in, which have been run; NULL as above. */
struct templates;
int values_templates_of(const struct templates **out, const struct sl_validation_subject *subject,
                        const struct sl_chart *chart, struct sl_err *err) SL_MUST_USE;

#endif
