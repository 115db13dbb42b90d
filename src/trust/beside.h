/*
 * A document on a disk with its signatures beside it: NAME and NAME.KEYID.minisig.
 */
#ifndef TRUST_BESIDE_H
#define TRUST_BESIDE_H

#include <sealift/err.h>
#include <sealift/key.h>
#include <sealift/str.h>

/* Opens the directory that a file is in: a descriptor, or -1. *name is what the file is called in there. */
int trust_open_parent(const char **name, const char *path, struct sl_err *err) SL_MUST_USE;

/* Whether `file` is called as a signature over `document` is, and by which key. */
bool trust_is_beside(char key_id[SL_KEY_ID_HEX + 1], struct sl_str document, struct sl_str file);

#endif
