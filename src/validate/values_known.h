/*
 * What is known of the values of an application: the charts' defaults, schemas, and the layers that came before. One
 * struct known is all that is known of one place of the tree; a walk along a layer goes from place to place with
 * known_below() and known_items().
 */
#ifndef VALUES_KNOWN_H
#define VALUES_KNOWN_H

#include "doc/node_index.h"
#include "validate/validate.h"
#include "values_read.h"
#include "values_schema.h"
#include "values_spoken.h"

enum known_origin {
    KNOWN_DEFAULT, /* of a chart's values.yaml */
    KNOWN_SCHEMA,  /* of a values.schema.json, or of the release's schema */
    KNOWN_READ,    /* by the templates of a chart, or the comments of its values.yaml */
    KNOWN_LAYER,   /* a lower layer, or the reference where there is neither chart nor schema */
};

struct known_source {
    enum known_origin origin;
    const struct sl_node
        *node; /* of a schema: the subschema; NULL: a chart without values.yaml, what is read */
    const struct sl_node *schema_root;  /* of a schema: where its references begin */
    const struct values_schema *schema; /* of a schema: all of it */
    const struct values_read *read;     /* of what is read; NULL: nothing by its name */
    bool whole;                         /* what is read: it lies in a map that is handed on */
    bool unsure;                        /* what is read: nobody knows what else */
    const struct sl_chart *chart; /* of a default: the chart whose values begin at this place, or NULL */
    bool inside;                  /* that chart lies in another one */
};

struct known {
    struct known_source *items; /* charts first, then schemas, then layers, the lowest first */
    size_t count, capacity;
};

/* What all of it needs. */
struct knowing {
    const struct sl_validation_subject *subject;
    struct sl_arena arena;              /* of everything in a struct known */
    struct sl_node_index index;         /* of large maps */
    const struct values_spoken *spoken; /* templates among the values, once a key is unknown; NULL: none */
};

void knowing_init(struct knowing *knowing, const struct sl_validation_subject *subject);
void knowing_release(struct knowing *knowing);

int known_add(struct known *known, struct knowing *knowing, struct known_source source,
              struct sl_err *err) SL_MUST_USE;

/* A subschema of the file that the source `at` is in, with all that it refers to or is composed of, each as a source of
 * its own. */
int known_add_schema(struct known *known, struct knowing *knowing, const struct known_source *at,
                     const struct sl_node *node, struct sl_err *err) SL_MUST_USE;

int known_add_whole_schema(struct known *known, struct knowing *knowing, const struct values_schema *schema,
                           struct sl_err *err) SL_MUST_USE;

/* Adds what templates among the values read of those of a chart, see values_spoken_of(). */
int known_add_spoken(struct known *known, struct knowing *knowing, const struct sl_chart *chart,
                     struct sl_err *err) SL_MUST_USE;

/* Adds what the release knows of the application: its chart, the charts inside, schemas. */
int known_add_release(struct known *known, struct knowing *knowing, const struct sl_values *values,
                      struct sl_err *err) SL_MUST_USE;

/* What is known below a key, and of the items of a list. */
int known_add_below(struct known *out, struct knowing *knowing, const struct known *known, struct sl_str key,
                    struct sl_err *err) SL_MUST_USE;
int known_below(struct known *out, struct knowing *knowing, const struct known *known, struct sl_str key,
                struct sl_err *err) SL_MUST_USE;
int known_items(struct known *out, struct knowing *knowing, const struct known *known,
                struct sl_err *err) SL_MUST_USE;

/* Whether anything says that the key belongs here. */
bool known_has(struct knowing *knowing, const struct known *known, struct sl_str key);

/* Whether a schema says that a key which it does not name may stand there. 1, 0, -1. */
int known_permits(const struct known *known, struct sl_str key, struct sl_err *err) SL_MUST_USE;

/* A map that may have any key: its default is empty, the chart hands it on as a whole, or the schema says so. */
bool known_is_open(const struct known *known);

/* Its entries have names of their own, which templates go through. */
bool known_is_ranged(const struct known *known);

/* It is proven that nothing reads a key which is not known: a default or a schema lists what there is, and all that reads
 * the map does so by names. */
bool known_is_sure(const struct known *known);

/* Calls `each` for every key that is known here; some come more than once. */
void known_keys(const struct known *known, void (*each)(void *context, struct sl_str key), void *context);

#endif
