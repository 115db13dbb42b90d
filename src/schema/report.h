/*
 * What does not fit: errors while they are collected, and the words they are put in.
 */
#ifndef REPORT_H
#define REPORT_H

#include "base/arena.h"
#include "program.h"

/* One step into the instance. */
struct step {
    const struct step *outer;
    struct sl_str key; /* .ptr NULL: an item */
    uint32_t index;
};

/* An error, and what says how good it is. */
struct collected {
    struct sl_schema_error error;
    enum op op;
    unsigned depth;  /* steps into the instance */
    unsigned number; /* in the order they came */
};

struct sl_schema_report {
    struct sl_arena arena;
    struct collected *errors;
    size_t count, capacity;
    bool cut;
};

struct collector {
    struct sl_schema_report *report;
    unsigned numbers;
};

int collector_init(struct collector *collector, struct sl_err *err) SL_MUST_USE;
void collector_release(struct collector *collector);
/* Sorts, best first, and hands the report over. */
int collector_finish(struct collector *collector, struct sl_schema_report **out,
                     struct sl_err *err) SL_MUST_USE;

struct finding_place {
    const struct schema *schema;
    const char *keyword; /* NULL: the schema itself */
    enum op op;
    const struct step *at;
    bool member; /* the last step is a member that must not be there: it is the map that is wrong */
    struct sl_mark mark;
};
/* One error more; beyond SL_SCHEMA_ERRORS_MAX only the report's `cut` is set. */
int collector_add(struct collector *collector, const struct finding_place *place, struct sl_str message,
                  struct sl_str hint, struct sl_err *err) SL_MUST_USE;

/* Whether a further error is only counted. */
bool collector_is_full(const struct collector *collector);

/* -- alternatives -- */
/* How many errors there are now; what comes later can be looked at and dropped again. */
size_t collector_mark(const struct collector *collector);
void collector_drop(struct collector *collector, size_t from, size_t to);

/* -- words -- */
enum { SHOWN_MAX = 96 };
/* "\"text\"", "17", "true", "a map": a value, cut to fit, harmless on a terminal. Returns `out`. */
const char *show_value(char out[SHOWN_MAX], const struct sl_node *node);
/* The same for a name, in quotes. */
const char *show_name(char out[SHOWN_MAX], struct sl_str name);
/* At most `max` bytes of a text, cut between two characters. */
struct sl_str cut_text(struct sl_str text, size_t max);
/* The name of `names` that `name` is a misspelling of, or .ptr NULL. */
struct nearest {
    struct sl_str name; /* what was written */
    struct sl_str best;
    unsigned distance;
    uint64_t *budget; /* names that may still be compared */
};
struct nearest nearest_start(struct sl_str name, uint64_t *budget);
/* Whether it is nearer than the best, which it then may become. */
bool nearest_is_nearer(struct nearest *nearest, struct sl_str candidate, unsigned *distance);
void nearest_try(struct nearest *nearest, struct sl_str candidate);
enum { MEANT_MAX = SHOWN_MAX + 32 };
/* The question ("did you mean") with the best one behind it; that too many names have been compared; or nothing. In `out`. */
struct sl_str nearest_hint(char out[MEANT_MAX], const struct nearest *nearest, const char *question);

#endif
