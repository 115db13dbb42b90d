/*
 * What the tests of schemas share: a schema and an instance, both JSON, held against one another.
 */
#ifndef SCHEMA_KIT_H
#define SCHEMA_KIT_H

#include "schema/schema.h"

#include <sealift/buf.h>

struct kit {
    struct sl_doc doc;
    struct sl_schema *schema;
    struct sl_schema_report *report;
    struct sl_err err;
};

void kit_init(struct kit *kit);
void kit_release(struct kit *kit);

/* 0 or -1; schema is "" where there is none. */
int kit_compile(struct kit *kit, const char *schema, const struct sl_schema_options *options);
/* 1, 0 or -1. A text that is no JSON ends the test. */
int kit_validate(struct kit *kit, const char *instance);
struct sl_node *kit_read(struct kit *kit, const char *json);

/* "POINTER: MESSAGE [KEYWORD]" of the best error; "" where it fits. Lives as long as the kit. */
const char *kit_best(struct kit *kit);

#endif
