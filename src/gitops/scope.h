/*
 * Where things are in a release repository, and what a delivery may read of it.
 */
#ifndef GITOPS_SCOPE_H
#define GITOPS_SCOPE_H

#include <sealift/err.h>
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

struct sl_delivery_scope {
    struct sl_str release, customer;
};

/*
 * An sl_tree_guard; its context is a struct sl_delivery_scope. Real paths are judged as written ones are. The
 * directories that tell releases and customers apart must not be links themselves: what they led to would be
 * nobody's, and any delivery could name it.
 */
int sl_scope_guard(void *context, struct sl_str path, bool is_link, struct sl_err *err);

#endif
