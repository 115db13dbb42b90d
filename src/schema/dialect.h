/*
 * Which keywords there are, since when, until when, and what their values hold.
 */
#ifndef DIALECT_H
#define DIALECT_H

#include "program.h"

/* Where subschemas are in the value of a keyword. */
enum holds {
    HOLDS_NOTHING,
    HOLDS_SCHEMA,
    HOLDS_LIST,           /* a list of schemas */
    HOLDS_MAP,            /* a map of schemas */
    HOLDS_SCHEMA_OR_LIST, /* `items` */
    HOLDS_MAP_OR_NAMES    /* `dependencies`: schemas, and lists of names */
};

struct compiler;

struct keyword_rule {
    const char *name;
    enum sl_schema_draft first, last;
    unsigned vocabulary;
    enum holds holds;
    /* Adds keywords to the schema that is being compiled; NULL: somebody else does, or nobody. */
    int (*compile)(struct compiler *compiler, const struct keyword_rule *rule, const struct sl_node *value);
    enum op op;
};

/* In the order in which they are compiled and run: what is cheap and says most comes first, what needs the
 * others' annotations last. */
extern const struct keyword_rule keyword_rules[];
extern const size_t keyword_rule_count;

/* Is the keyword one of this dialect? */
bool dialect_has(const struct dialect *dialect, const struct keyword_rule *rule);

/* The draft that a text of `$schema` names, or SL_DRAFT_DEFAULT where it names none of the specification's. */
enum sl_schema_draft dialect_draft_of(struct sl_str uri);

/* The bit of a vocabulary by its URI, 0 where it is unknown. */
unsigned dialect_vocabulary_of(struct sl_str uri);

/* "draft 7" */
const char *dialect_draft_name(enum sl_schema_draft draft);

#endif
