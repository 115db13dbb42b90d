/*
 * Scalars of a YAML file: tag, style and text together say what one means.
 */
#ifndef DOC_YAML_VALUE_H
#define DOC_YAML_VALUE_H

#include "builder.h"
#include "yaml_resolve.h"

#include <yaml.h>

/* A scalar that is understood but not a node yet: keys never become one. */
struct sl_value {
    struct sl_scalar scalar;
    struct sl_str text; /* in the event, or in the arena */
    bool in_arena;
};

/* The place of a mark of libyaml's, which counts from 0; `line` is that of the text it read. */
struct sl_place sl_yaml_place(const struct sl_builder *builder, yaml_mark_t mark, uint32_t line);

/* Understands a scalar event. SL_E_INPUT for a tag that the text contradicts. */
int sl_value_read(struct sl_value *out, const struct sl_builder *builder, const yaml_event_t *event,
                  enum sl_yaml_rules rules, struct sl_place place) SL_MUST_USE;

/* Makes the node. SL_E_INPUT for what JSON (and so Kubernetes) cannot say: infinity, dates that RFC 3339 has
 * no words for. */
int sl_value_node(struct sl_node **out, const struct sl_builder *builder, const struct sl_value *value,
                  enum sl_yaml_rules rules, struct sl_place place) SL_MUST_USE;

/* The key that the scalar spells, in the arena. At the root of a resource any scalar is one, as it stands; in
 * its depths a key has to be a string; values turn what is none into text. */
int sl_value_key(struct sl_str *out, struct sl_builder *builder, const struct sl_value *value,
                 enum sl_yaml_rules rules, bool at_root, struct sl_place place) SL_MUST_USE;

#endif
