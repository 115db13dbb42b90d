/*
 * What may come back to an enrolled site by rollback.
 */
#ifndef SITE_PERMIT_H
#define SITE_PERMIT_H

#include "generation.h"

/*
 * 0 where the generation may become current: of itself, or by the grant at that path (NULL: none), which counts as used from
 * here on; *used is its digest then. SL_E_REFUSED, with a receipt, where it may not. The lock is held.
 */
int site_permit(struct sl_digest *used, struct site *site, const struct site_generation *generation,
                const struct sl_site_options *options, const char *grant, struct sl_err *err) SL_MUST_USE;

#endif
