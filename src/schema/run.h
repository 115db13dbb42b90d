/*
 * Holding an instance against a program.
 *
 * Twice, where it must be: first for yes or no, stopping at the first thing that does not fit; then, for an
 * instance that does not, again with a collector, through everything. So a valid instance costs no texts.
 *
 * Every check returns 1 (fits), 0 (does not) or -1 (err says why it could not be told).
 */
#ifndef RUN_H
#define RUN_H

#include "program.h"
#include "report.h"

/* Which members or items of one instance have been looked at, for the unevaluated* keywords. */
struct marks {
    uint64_t few;   /* the bits of up to 64 */
    uint64_t *many; /* the bits of more; NULL: few */
    uint32_t count;
};

/* The resources that the run is in, innermost first. */
struct scope {
    const struct scope *outer;
    const struct resource *resource;
};

struct run {
    const struct sl_schema *program;
    struct sl_err *err;
    uint64_t budget;
    uint64_t nearness; /* names that hints may still compare */
    unsigned depth;
    struct regex_matcher matcher;
    const struct scope *scope;
    const struct step *at;       /* where in the instance */
    struct collector *collector; /* NULL: yes or no is enough */
};

/* A subschema against a value. `marks`: the ones of the same value around it, which get what a fitting
 * subschema looked at; NULL where nobody asks, or where the value is another one. */
int run_schema(struct run *run, const struct schema *schema, const struct sl_node *node, struct marks *marks);
/* The same for yes or no only, whatever the run collects. */
int run_quietly(struct run *run, const struct schema *schema, const struct sl_node *node,
                struct marks *marks);
/* The same for a member or an item. */
int run_member(struct run *run, const struct schema *schema, const struct sl_node *map, uint32_t index);
int run_item(struct run *run, const struct schema *schema, const struct sl_node *list, uint32_t index);

int marks_init(struct marks *marks, uint32_t count, struct sl_err *err) SL_MUST_USE;
void marks_release(struct marks *marks);
void marks_set(struct marks *marks, uint32_t index); /* NULL is fine */
bool marks_has(const struct marks *marks, uint32_t index);
void marks_add(struct marks *marks, const struct marks *others);

/* Text of pattern matches goes through here: errors name the pattern. 1, 0, -1. */
int run_regex(struct run *run, const struct regex *regex, struct sl_str pattern, struct sl_str text);

/* Is it the schema `false`? */
static inline bool schema_is_false(const struct schema *schema)
{
    return schema->count == 1 && schema->keywords[0].op == OP_FALSE;
}

struct check {
    struct run *run;
    const struct schema *schema;
    const struct keyword *keyword;
    const struct sl_node *node;
    struct marks *marks;
    struct sl_str hint; /* for the error */
};

/* Does not fit: collects an error where errors are collected. Returns 0, or -1 without memory. */
int check_fail(const struct check *check, const char *format, ...) SL_PRINTF(2, 3);
/* The same for a member of the value; only while errors are collected. `keyword` may differ from the check's. */
int check_fail_member(const struct check *check, const char *keyword, uint32_t index, const char *message);

typedef int check_function(const struct check *check);
check_function check_false, check_type, check_enum, check_const, check_multiple_of, check_limit, check_length,
    check_pattern, check_format, check_count, check_unique_items, check_prefix_items, check_items,
    check_contains, check_required, check_dependencies, check_properties, check_property_names,
    check_reference, check_dynamic_reference, check_recursive_reference, check_all_of, check_any_of,
    check_one_of, check_not, check_if, check_unevaluated_items, check_unevaluated_properties;

#endif
