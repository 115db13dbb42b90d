/*
 * What a plain scalar means: the rules of go-yaml v3 (resources) and v2 (values, and everything written).
 */
#ifndef DOC_YAML_RESOLVE_H
#define DOC_YAML_RESOLVE_H

#include "doc/yaml.h"

enum sl_meaning {
    SL_MEANS_NULL,
    SL_MEANS_BOOL,
    SL_MEANS_INT,
    SL_MEANS_UINT,
    SL_MEANS_FLOAT,
    SL_MEANS_NON_FINITE, /* .inf, .nan: no JSON number */
    SL_MEANS_TIME,
    SL_MEANS_STRING,
};

struct sl_scalar {
    enum sl_meaning meaning;
    bool boolean;
    int64_t integer;
    uint64_t uinteger;
    double number;
};

struct sl_scalar sl_yaml_resolve(struct sl_str text, enum sl_yaml_rules rules);

/* Has the text the look of a YAML 1.1 number to base 60 ("12:30:45")? Nobody here reads it as one, but
 * writers quote it. */
bool sl_yaml_is_base60(struct sl_str text);

#endif
