/*
 * How the versions of trust.json and the signatures over them are called, in a bundle below its top folder, in
 * a directory of the ops side below that: one place for writer, reader and manifest.
 */
#ifndef MODEL_TRUST_NAME_H
#define MODEL_TRUST_NAME_H

#include <sealift/key.h>
#include <sealift/str.h>
#include <stdbool.h>
#include <stdint.h>

#define SL_TRUST_FOLDER "trust/"

/* "trust/" + 16 digits + ".json." + 16 digits + ".minisig" and a NUL. */
#define SL_TRUST_NAME_MAX 64

struct sl_trust_name {
    uint64_t version;
    char key_id[SL_KEY_ID_HEX + 1]; /* empty: the document itself */
};

/* N.json, or N.json.KEYID.minisig, with N from 1 to 2^53 - 1 without leading zeros. */
bool sl_trust_name_parse(struct sl_trust_name *out, struct sl_str name);

/* The name below trust/. Returns `out`. */
const char *sl_trust_name_text(char out[SL_TRUST_NAME_MAX], const struct sl_trust_name *name);

/* 16 upper-case hexadecimal digits. */
bool sl_is_key_id(struct sl_str text);

#endif
