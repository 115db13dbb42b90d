/*
 * `sealift keygen --age`.
 */
#ifndef CLI_KEYGEN_AGE_H
#define CLI_KEYGEN_AGE_H

#include "cli.h"

/* SL_E_EXISTS where something has that name: a key is never overwritten. */
int keygen_check_free(const char *path, struct sl_err *err) SL_MUST_USE;

/* SL_E_USAGE where `base` ends in no name: the files would be hidden ones in a directory. */
int keygen_check_base(const char *base, struct sl_err *err) SL_MUST_USE;

/* Writes BASE.identity and BASE.recipient, both or none; neither may be there. */
int keygen_age(struct cli *cli, const char *base, struct sl_err *err) SL_MUST_USE;

#endif
