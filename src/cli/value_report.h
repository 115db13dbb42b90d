/*
 * What `values` and `explain` share: places, values, and the layers that set one.
 */
#ifndef CLI_VALUE_REPORT_H
#define CLI_VALUE_REPORT_H

#include "cli.h"
#include <sealift/values.h>

/* "file:line:column", or the file alone where line is 0. */
void value_place_print(struct cli *cli, struct sl_str file, uint32_t line, uint32_t column);
/* One that does not exist has no pointer. */
void value_print(struct cli *cli, struct sl_str value);

/* The members "file", "line" and "column". */
void value_place_json(struct sl_json *json, struct sl_str file, uint32_t line, uint32_t column);
/* The members "there" and, where it is, "value". */
void value_json(struct sl_json *json, struct sl_str value);
/* A map: the place of a value and its layers, the lowest first. */
void value_chain_json(struct sl_json *json, const struct sl_value_place *place);

#endif
