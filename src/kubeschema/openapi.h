/*
 * From OpenAPI documents to kinds.json.
 */
#ifndef OPENAPI_H
#define OPENAPI_H

#include "doc/node.h"
#include <sealift/buf.h>

struct import {
    struct sl_doc doc;           /* of what is made */
    struct sl_node *definitions; /* by name, normalised */
    struct sl_node *kinds;       /* "apps/v1/Deployment" to {"$ref": ...} */
    struct sl_node *sources;     /* {"file", "sha256", "title", "version"} */
    struct sl_str version;       /* of Kubernetes, as the documents say; or empty */
    struct sl_map known;         /* definitions, for finding them */
};

int import_init(struct import *import, struct sl_err *err) SL_MUST_USE;
void import_release(struct import *import);

/* Adds one document: OpenAPI v2, v3, or a kinds.json. `name` is what it is called in messages and in `sources`. Of
 * two that have the same definition or kind the first one counts. */
int import_document(struct import *import, struct sl_str text, struct sl_str name,
                    struct sl_err *err) SL_MUST_USE;

/* Leaves out definitions that no kind leads to, and appends the file. `version` is not empty. */
int import_write(struct sl_buf *out, struct import *import, struct sl_str version, size_t *definitions,
                 struct sl_err *err) SL_MUST_USE;

/* -- write.c -- */
/* Appends JSON without white space, members ascending by name, numbers as they stood in their source. */
int write_compact(struct sl_buf *out, const struct sl_node *node, struct sl_err *err) SL_MUST_USE;

#endif
