/*
 * From libyaml's events to nodes: what the parts of the YAML reader share.
 */
#ifndef DOC_YAML_READER_H
#define DOC_YAML_READER_H

#include "base/map.h"
#include "builder.h"
#include "doc/yaml.h"
#include "yaml_problem.h"

#include <yaml.h>

/* One parser over one piece of the file. */
struct sl_yaml_reader {
    struct sl_builder builder;
    enum sl_yaml_rules rules; /* SL_YAML_PATCH is SL_YAML_RESOURCE with */
    bool any_key;             /* keys that are no strings taken as their text */
    struct sl_yaml_source source;
    yaml_parser_t parser;
    struct sl_map anchors; /* of the document at hand; name to struct sl_yaml_anchor */
    uint64_t alias_budget; /* nodes that aliases may still make */
    unsigned flow;         /* braces and brackets around what is read */
};

struct sl_yaml_anchor {
    struct sl_node *node;
    bool open; /* the node has not ended yet */
};

struct sl_place sl_yaml_event_place(const struct sl_yaml_reader *reader, const yaml_event_t *event);

/* The next event, for yaml_event_delete(). */
int sl_yaml_next(struct sl_yaml_reader *reader, yaml_event_t *event) SL_MUST_USE;

/* The node that begins with `event`, `depth` levels below the root. */
int sl_yaml_node(struct sl_yaml_reader *reader, struct sl_node **out, const yaml_event_t *event,
                 unsigned depth) SL_MUST_USE;

int sl_yaml_fail_depth(struct sl_yaml_reader *reader, const yaml_event_t *event);

/* Lets aliases find the node by `name`, which may be NULL. *out is NULL without a name; its owner clears
 * `open` when a list or map has ended. */
int sl_yaml_anchor_add(struct sl_yaml_reader *reader, const yaml_char_t *name, struct sl_node *node,
                       struct sl_yaml_anchor **out) SL_MUST_USE;

/* The node that an alias event repeats; NULL with an error where there is none. */
struct sl_node *sl_yaml_anchor_find(struct sl_yaml_reader *reader, const yaml_event_t *event);

/* A copy of it for a place `depth` levels below the root. */
int sl_yaml_anchor_copy(struct sl_yaml_reader *reader, struct sl_node **out, const yaml_event_t *event,
                        unsigned depth) SL_MUST_USE;

/* Notes that the node has come to stand outside of braces: a list or map keeps those it has, a scalar has
 * none.
 */
void sl_yaml_out_of_flow(struct sl_node *node);

#endif
