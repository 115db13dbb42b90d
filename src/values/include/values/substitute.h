/*
 * ${name}: what the customer's cluster-config.yaml knows, in values and in manifests.
 *
 * By the rules of Flux's postBuild: ${name} is the variable, ${name:=text} and ${name:-text} the same or, where it is
 * unknown or empty, the text, in which further variables may stand; $$ is a dollar sign, so $${name} stays ${name};
 * a dollar sign before anything else is one. Line breaks in a variable are left out. Without any variables nothing is
 * substituted at all, $$ included.
 *
 * Unlike Flux: it is single values that are worked on, not the text around them, so a variable cannot bring in
 * further YAML; a value in quotes stays a text (Flux loses the quotes, and a number may come of it); and what is
 * unknown and has no default is not made empty but stays, and is an error.
 *
 * Source: github.com/fluxcd/pkg/envsubst 1.9.0.
 */
#ifndef VALUES_SUBSTITUTE_H
#define VALUES_SUBSTITUTE_H

#include "doc/node.h"
#include <sealift/buf.h>
#include <sealift/finding.h>

/* A text that a variable had a part in. */
struct sl_substituted {
    struct sl_mark at;               /* of the text */
    const struct sl_entry *variable; /* the first one */
};

/* All of them, in the memory of the document that the marks belong to. */
struct sl_substitution_trail {
    struct sl_substituted *items;
    size_t count, capacity;
};

struct sl_substitution {
    struct sl_doc *doc;              /* in which new nodes are made, and to which the marks belong */
    const struct sl_node *variables; /* a map of scalars, or NULL */
    struct sl_str file;              /* of the variables, for hints */
    struct sl_findings *findings;
    struct sl_substitution_trail *trail; /* to be added to; NULL: not wanted */
};

/* *out is `node` with every text in it substituted; what holds no $ is shared. A plain text that comes to a number, a
 * boolean or nothing is that. Findings:
 *   substitute/unknown-variable (error)  neither a variable nor a default
 *   substitute/syntax (error)            a ${ that begins nothing of the above
 *   substitute/duplicate-key (error)     two keys of a map that become one
 */
int sl_substitute(struct sl_node **out, const struct sl_substitution *substitution, struct sl_node *node,
                  struct sl_err *err) SL_MUST_USE;

/* -- one text -- */
enum sl_substitute_trouble { SL_SUBSTITUTE_FINE, SL_SUBSTITUTE_UNKNOWN, SL_SUBSTITUTE_SYNTAX };

struct sl_substitute_verdict {
    enum sl_substitute_trouble trouble; /* of the first place that has any; such places stay as they are */
    struct sl_str at;                   /* that place, in the text */
    struct sl_str name;                 /* of the unknown variable */
    const struct sl_entry *used;        /* the first variable that is known; NULL: none */
};

/* Appends `text` with `variables` substituted. */
int sl_substitute_text(struct sl_buf *out, struct sl_substitute_verdict *verdict, struct sl_str text,
                       const struct sl_node *variables, struct sl_err *err) SL_MUST_USE;

#endif
