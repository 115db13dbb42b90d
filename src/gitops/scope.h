/*
 * Where things are in a release repository, and what a delivery may read of it.
 */
#ifndef GITOPS_SCOPE_H
#define GITOPS_SCOPE_H

#include <sealift/str.h>

#define SL_RELEASES         SL_STR("releases")
#define SL_OVERLAYS         SL_STR("overlays")
#define SL_OVERLAY_TEMPLATE SL_STR("default")

enum sl_scope {
    SL_SCOPE_OPEN,           /* base/, this release, this customer, overlays/default */
    SL_SCOPE_OTHER_RELEASE,  /* at or below releases/X */
    SL_SCOPE_OTHER_CUSTOMER, /* at or below overlays/X */
};

/* What `path` belongs to, seen from a delivery of `release` for `customer`. *name is the X. */
enum sl_scope sl_scope_of(struct sl_str path, struct sl_str release, struct sl_str customer,
                          struct sl_str *name);

#endif
