/*
 * What the readers of JSON and YAML have in common: collecting the entries of a map or list whose number is
 * not known before its end.
 *
 * Order of calls, for every list or map: remember `count`; push the entries (of a list with no key), where
 * between them other lists and maps may open and close; check, for a map; close with the number remembered.
 */
#ifndef DOC_BUILDER_H
#define DOC_BUILDER_H

#include "place.h"

/* Keys that were met before: the same few stand in every resource, and one copy of each is less to keep, and
 * near at hand when it is compared. */
#define SL_BUILDER_KEYS 128

struct sl_builder {
    struct sl_doc *doc;
    struct sl_err *err;
    struct sl_str name; /* of the file, for messages */
    uint16_t file;
    struct sl_entry *open; /* the entries of all that is open, innermost last */
    size_t count;
    size_t capacity;
    struct sl_str keys[SL_BUILDER_KEYS]; /* each in the place its hash gives it, the last one met */
};

/* `name` must live as long as the builder. */
void sl_builder_init(struct sl_builder *builder, struct sl_doc *doc, struct sl_str name, struct sl_err *err);
void sl_builder_release(struct sl_builder *builder);

int sl_builder_push(struct sl_builder *builder, struct sl_entry entry) SL_MUST_USE;

/* The entries from `base` on; NULL before the first was ever pushed, where C allows no sum with 0. */
static inline struct sl_entry *sl_builder_from(const struct sl_builder *builder, size_t base)
{
    return builder->open ? builder->open + base : NULL;
}

/* An error that names both places where a key stands twice among the entries from `base` on. */
int sl_builder_check_unique(const struct sl_builder *builder, size_t base) SL_MUST_USE;

/* The text in the document's arena; .ptr is NULL without memory. */
struct sl_str sl_builder_key(struct sl_builder *builder, struct sl_str text);

/* Moves the entries from `base` on into `node`. */
int sl_builder_close(struct sl_builder *builder, struct sl_node *node, size_t base) SL_MUST_USE;

/* What it means that a maker returned NULL: memory ran out, or the document is full, which has a place. */
int sl_builder_fail_node(const struct sl_builder *builder, struct sl_place place);

/* Gives a new node its place and passes it on; NULL, with the reason in `err`, when `node` is NULL. */
struct sl_node *sl_builder_mark(const struct sl_builder *builder, struct sl_node *node,
                                struct sl_place place);

#endif
