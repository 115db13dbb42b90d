/*
 * What a template has in hand, as far as that matters: where in the values it comes from. NULL is what comes from nowhere in
 * them, or is a text that is not known.
 */
#ifndef TEMPLATE_VALUE_H
#define TEMPLATE_VALUE_H

#include "values_read.h"

enum template_value_kind {
    TEMPLATE_VALUE_ROOT,   /* what a file of templates/ is given: has .Values, .Release, .Files */
    TEMPLATE_VALUE_PATH,   /* a place in the values */
    TEMPLATE_VALUE_TEXT,   /* a text that stands in the template */
    TEMPLATE_VALUE_NUMBER, /* the same */
    TEMPLATE_VALUE_RAW,    /* a text that is not known, and may be a template of the chart's own making */
    TEMPLATE_VALUE_BASE,   /* what has .Template in it: the path of a file of templates/ */
    TEMPLATE_VALUE_MAP,    /* made by the template; a list too, by "0", "1" */
    TEMPLATE_VALUE_ONE_OF,
};

enum { TEMPLATE_OPTIONS_MAX = 32 };

struct template_member {
    struct sl_str key;
    struct template_value *value;
    struct template_member *next;
};

struct template_value {
    enum template_value_kind kind;
    struct values_reader *reader; /* of a root or path: whose values */
    struct values_read *read;     /* of a path */
    struct sl_str text;
    struct template_member *first;   /* of a map */
    struct template_value *rest;     /* of a map: what stands under keys that are not known */
    struct template_value *under;    /* of a map: what it is a copy of, or was merged with */
    struct template_value **options; /* of one of several: TEMPLATE_OPTIONS_MAX at most, none of them such */
    size_t option_count;
    bool more; /* or something that comes from nowhere in the values */
};

/* What values are made with. */
struct template_values {
    struct sl_arena arena;
    struct values_reader **readers; /* of all charts */
    size_t reader_count;
    size_t changes; /* of variables, and of maps that were there before */
    size_t steps;   /* of SL_VALIDATE_TEMPLATES_STEPS */
    bool spent;     /* too much was asked for: nothing is known of all charts */
    bool lost;      /* there was no memory */
};

/* Why all entries of something are asked for. */
enum template_reason {
    TEMPLATE_RANGED,  /* they are gone through */
    TEMPLATE_INDEXED, /* one is meant, and nobody knows which */
    TEMPLATE_QUIET    /* an item of a list */
};

struct template_value *template_value_make(struct template_values *values, enum template_value_kind kind);
struct template_value *template_value_text(struct template_values *values, enum template_value_kind kind,
                                           struct sl_str text);
struct template_value *template_value_root(struct template_values *values, struct values_reader *reader);

/* What may be the one or the other. */
struct template_value *template_value_join(struct template_values *values, struct template_value *one,
                                           struct template_value *other);

/* Its options one after the other; a value alone is one. NULL behind the last. */
struct template_value *template_value_option(struct template_value *value, size_t index);

/* value.name */
struct template_value *template_value_field(struct template_values *values, struct template_value *value,
                                            struct sl_str name);
/* .Values.PathValue "a.b" and .Values.Table "a"; NULL for what is not .Values. */
struct template_value *template_value_at(struct template_values *values, struct template_value *value,
                                         struct template_value *way);
/* index value key */
struct template_value *template_value_index(struct template_values *values, struct template_value *value,
                                            struct template_value *key);
struct template_value *template_value_items(struct template_values *values, struct template_value *value,
                                            enum template_reason reason);
/* The keys of a map that is made by the template. */
struct template_value *template_value_keys(struct template_values *values, struct template_value *value);

/* Whether it is, or has in it, a text that may be a template. */
bool template_value_is_raw(struct template_values *values, struct template_value *value);

/* It is what a template is run with that stands in the values. Those are followed as well, with the root of their chart: what
 * else is in it goes where nobody follows. */
void template_value_lend(struct template_values *values, struct template_value *value);

/* What of it lies below something that is in `outer` goes where nobody follows it. False: there is no such. */
bool template_value_escape_deeper(struct template_values *values, struct template_value *value,
                                  struct template_value *outer);

/* The same for what a variable is given again and again: nobody knows what is read below it. False: some of it is not such. */
bool template_value_doubt_deeper(struct template_values *values, struct template_value *value,
                                 struct template_value *outer);

/* It goes where nobody follows it. */
void template_value_escape(struct template_values *values, struct template_value *value);

/* Puts it into a map that the template has in hand; key NULL: nobody knows where. */
void template_value_set(struct template_values *values, struct template_value *map,
                        struct template_value *key, struct template_value *value);
/* Adds all that is in it to a map. */
void template_value_merge(struct template_values *values, struct template_value *map,
                          struct template_value *value);

/* Equal for what templates cannot tell apart. */
uint64_t template_value_hash(struct template_values *values, const struct template_value *value);

/* One step more; false: there were too many, or there is no memory. */
bool template_values_go_on(struct template_values *values);

#endif
