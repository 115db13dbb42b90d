/*
 * Editing nodes in place, the way kustomize's setters do it.
 *
 * kustomize works on YAML nodes that are text with a tag and a style, and finds out what they mean only when
 * it writes them. Where the difference shows, the functions here do the same: what a setter writes without a
 * tag into a plain scalar is read again afterwards and may turn into a number.
 */
#ifndef SCALAR_H
#define SCALAR_H

#include "engine.h"

/* Memory for the text of a number that was not read from a file. */
struct kz_digits {
    char text[40];
};

/* The text a scalar was written as; empty for maps, lists and NULL. */
struct sl_str kz_scalar_text(const struct sl_node *node, struct kz_digits *digits);
/* The same, copied into the arena where it would not live long enough; .ptr is NULL without memory. */
struct sl_str kz_scalar_keep(struct sl_build *build, const struct sl_node *node);

bool kz_is_scalar(const struct sl_node *node); /* also null */
bool kz_is_null(const struct sl_node *node);   /* or not there */
bool kz_is_empty(const struct sl_node *node);  /* not there, null, {} or [] */

/* Makes the node a string. `text` must live as long as the build. */
void kz_set_string(struct sl_node *node, struct sl_str text);
/* Makes a field that was not there a string that stays one. */
void kz_set_new(struct sl_node *node, struct sl_str text);
/* Sets text without a tag: a plain scalar may turn into something else than a string. */
int kz_set_plain(struct sl_build *build, struct sl_node *node, struct sl_str text,
                 struct sl_err *err) SL_MUST_USE;
/* Sets text and keeps the kind: text that cannot be of that kind is an error. */
int kz_set_same_kind(struct sl_build *build, struct sl_node *node, struct sl_str text,
                     struct sl_err *err) SL_MUST_USE;
void kz_set_list(struct sl_node *node);
void kz_set_map(struct sl_node *node);

/* A null that was written as nothing at all: what a field is before it gets its value. */
struct sl_node *kz_node_nothing(struct sl_build *build);
/* What `text` is as a plain scalar of a resource, as a new node; NULL without memory. */
struct sl_node *kz_resolve(struct sl_build *build, struct sl_str text);

/* Takes `key` out of a map; false where it was not there. */
bool kz_map_remove(struct sl_node *map, struct sl_str key);
/* The value of `key`, made as a node of `kind` where it is missing or null. */
int kz_map_need(struct sl_build *build, struct sl_node *map, struct sl_str key, enum sl_kind kind,
                struct sl_node **out, struct sl_err *err) SL_MUST_USE;
/* Fails where YAML would not take `key`, written plain, for text: kustomize writes the keys that it makes without quotes, and
 * cannot print what it then reads. */
int kz_key_check(struct sl_build *build, struct sl_str key, struct sl_mark mark,
                 struct sl_err *err) SL_MUST_USE;
/* Whether kustomize quotes a value that it adds: 1 when YAML 1.1 would take it for anything but text, 0, -1. */
int kz_needs_quotes(struct sl_build *build, struct sl_str text, struct sl_err *err) SL_MUST_USE;
/* Sets `key`, which kz_key_check() must take where it is new, to a string. */
int kz_map_text(struct sl_build *build, struct sl_node *map, struct sl_str key, struct kz_text text,
                struct sl_err *err) SL_MUST_USE;

#endif
