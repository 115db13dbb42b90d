/*
 * A signed bundle on disk, in a directory of its own, and keys that sign it: those of delivery.h.
 */
#ifndef SIGN_KIT_H
#define SIGN_KIT_H

#include "delivery.h"
#include "temp_dir.h"

#include <sealift/sign.h>

struct sign_kit {
    struct temp_dir temp;
    char bundle[PATH_MAX]; /* signed by key 2 */
    struct sl_buf bytes;   /* of it */
    struct sl_secret_key secrets[4];
    struct sl_signing_key keys[4]; /* numbers 1 to 4 */
};

void sign_kit_make(struct sign_kit *kit);
void sign_kit_remove(struct sign_kit *kit);

/* The container of a file in the directory; initialises `out`. */
void sign_kit_container(const struct sign_kit *kit, struct sl_buf *out, const char *name);

/* The bundle has its first bytes again, and nothing else lies beside it. */
void sign_kit_reset(const struct sign_kit *kit);

/* How many entries the directory has, the bundle among them. */
unsigned sign_kit_entries(const struct sign_kit *kit);

bool sign_kit_unchanged(const struct sign_kit *kit);

#endif
