/*
 * The rules that findings come from: every id that a finding can have, with what it means.
 *
 * A constant table, ascending by id. docs/validation.md explains each rule with an example.
 */
#ifndef SEALIFT_RULES_H
#define SEALIFT_RULES_H

#include <sealift/finding.h>
#include <stdbool.h>

struct sl_rule {
    const char *id;            /* "release/version-disagrees" */
    enum sl_severity severity; /* unless sealift.yaml says otherwise; of a rule with several, the worst */
    bool fixed;                /* it stops the build: neither severity nor exception changes that */
    const char *summary;       /* one line: what is wrong where it speaks */
};

size_t sl_rule_count(void);
const struct sl_rule *sl_rule_at(size_t index);

/* NULL: there is no such rule. */
const struct sl_rule *sl_rule_find(struct sl_str id);

/* The id somebody who wrote `wrong` most likely meant; NULL: none is near. */
const char *sl_rule_nearest(struct sl_str wrong);

#endif
