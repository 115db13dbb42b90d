/*
 * Why a header is not the one that belongs there, for people.
 *
 * The verdict is already fixed when this is called: the bytes differ. Here they are looked at leniently, only
 * to say in one line what was found; everything from the container goes through sl_escape().
 */
#ifndef EXPLAIN_H
#define EXPLAIN_H

#include "ustar.h"

#include <sealift/err.h>
#include <sealift/manifest.h>

/* The place in the container. */
struct explain_place {
    const struct sl_manifest *manifest; /* NULL while the head is read */
    struct sl_str top;                  /* empty before it is known */
    struct sl_str path;                 /* the member that belongs here; empty behind the last one */
    bool pax;                           /* it has a pax header, and this is the block of that header */
    bool behind_pax;                    /* it has a pax header, and this is the ustar block behind it */
};

/* `actual` is what lies there, `expected` what should (NULL behind the last member). Always returns -1, with
 * SL_E_REFUSED. */
int sl_explain_header(const struct ustar *actual, const struct ustar *expected,
                      const struct explain_place *place, struct sl_err *err);

/* A prefix, a slash and a name. */
#define SL_USTAR_NAME_MAX 256

/* The name in a header's two fields as the container spells it, each cut at its first NUL. */
struct sl_str sl_ustar_name(char out[SL_USTAR_NAME_MAX + 1], const struct ustar *header);

bool sl_block_is_zero(const void *block);

#endif
