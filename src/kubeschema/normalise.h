/*
 * From the many ways to write down a Kubernetes type to one: JSON Schema draft 4, in which it is said where
 * unknown fields end, with the x-kubernetes-* keywords that are checked, and without all that only describes.
 * docs/formats/kinds.md lists what is left.
 */
#ifndef NORMALISE_H
#define NORMALISE_H

#include "doc/node.h"

/* Which maps have no other fields than those they list. */
enum closing {
    CLOSE_NOTHING, /* the schema says so itself */
    CLOSE_LISTED,  /* those that list any: OpenAPI, in which an object without fields may hold anything */
    CLOSE_ALL      /* all that do not say otherwise: structural schemas, whose unknown fields are pruned */
};

#define OBJECT_META "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"

struct normaliser {
    struct sl_doc *to;
    const struct sl_doc *from;
    enum closing closing;
    struct sl_err *err;
};

/* *out is the schema in `to`. -1: SL_E_INPUT for what is no schema, with its place. */
int normalise(struct sl_node **out, const struct normaliser *normaliser,
              const struct sl_node *schema) SL_MUST_USE;

/* Likewise of a schema that stands beside another one of the same value: it closes nothing. */
int normalise_aside(struct sl_node **out, const struct normaliser *normaliser,
                    const struct sl_node *schema) SL_MUST_USE;

/* The one of a definition that Kubernetes writes by hand, so that its schema is not what is read: quantities,
 * integers or strings, JSON. NULL for any other name; *failed where there is no memory. */
struct sl_node *normalise_known(const struct normaliser *normaliser, struct sl_str name, bool *failed);

/* {"$ref": "#/definitions/NAME"}; NULL without memory. */
struct sl_node *reference_to(struct sl_doc *doc, struct sl_str name);

/* -- normalise_object.c -- */

/* Makes `schema`, which is `original` normalised, that of a whole object: apiVersion, kind and metadata are fields
 * of it. */
int normalise_object(const struct normaliser *normaliser, struct sl_node *schema,
                     const struct sl_node *original) SL_MUST_USE;

/* The schema of metadata, for sets that do not bring one. */
int normalise_object_meta(struct sl_node **out, const struct normaliser *normaliser) SL_MUST_USE;

#endif
