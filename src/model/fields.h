/*
 * Reading a small map of known members into a struct, by a table: what is unknown or of the wrong kind
 * becomes a finding, and reading goes on.
 *
 * Order of calls: sl_fields_init() with the findings and the rules' names; sl_fields_read() with the root;
 * sl_fields_release().
 */
#ifndef MODEL_FIELDS_H
#define MODEL_FIELDS_H

#include "doc/node.h"
#include <sealift/buf.h>
#include <sealift/finding.h>

enum sl_field_kind {
    SL_FIELD_TEXT,  /* struct sl_str, not empty */
    SL_FIELD_LABEL, /* struct sl_str by the rules of model/name.h */
    SL_FIELD_DATE,  /* struct sl_str, YYYY-MM-DD and a day that exists */
    SL_FIELD_COUNT, /* uint64_t, 1 to 2^53 - 1 */
    SL_FIELD_LIST,  /* const struct sl_node *, a list */
    SL_FIELD_MAP,   /* const struct sl_node *, a map */
    SL_FIELD_GROUP, /* a map of known members, into the same struct */
};

struct sl_field {
    const char *key;
    enum sl_field_kind kind;
    size_t offset;      /* of the member in the struct */
    size_t mark_offset; /* of a struct sl_mark for its place; 0: not wanted */
    const struct sl_field *members;
    size_t member_count; /* of a group */
};

struct sl_fields {
    struct sl_doc *doc;
    struct sl_findings *findings;
    const char *rule_unknown; /* literals */
    const char *rule_field;
    struct sl_buf pointer; /* to the map that is being read */
    unsigned depth;        /* of that map */
};

void sl_fields_init(struct sl_fields *fields, struct sl_doc *doc, struct sl_findings *findings);
void sl_fields_release(struct sl_fields *fields);

/* A `root` that is NULL or null has no members. -1 only without memory. */
int sl_fields_read(struct sl_fields *fields, const struct sl_node *root, const struct sl_field *table,
                   size_t count, void *out, struct sl_err *err) SL_MUST_USE;

/* A finding of rule_field at `key` of the map that is being read: "KEY EXPECTED". */
int sl_fields_report(struct sl_fields *fields, const char *key, struct sl_mark mark, const char *expected,
                     struct sl_err *err) SL_MUST_USE;

/*
 * The label or text that a node stands for; a number gives the text it stands as. 1 and *out; 0 when it is
 * not one, which is reported as a finding of rule_field at `key` ("upgrade-from"); -1 without memory.
 */
int sl_fields_text(struct sl_fields *fields, const char *key, const struct sl_node *node,
                   enum sl_field_kind kind, struct sl_str *out, struct sl_err *err) SL_MUST_USE;

#endif
