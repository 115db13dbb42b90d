#include "scope.h"

/* The name behind "FOLDER/" in `path`; empty where path is not below the folder. */
static struct sl_str name_below(struct sl_str path, struct sl_str folder)
{
    if (!sl_str_starts_with(path, folder) || path.len <= folder.len + 1 || path.ptr[folder.len] != '/')
        return (struct sl_str){NULL, 0};
    struct sl_str rest = sl_str_slice(path, folder.len + 1, path.len);
    return sl_str_slice(rest, 0, sl_str_find(rest, '/'));
}

enum sl_scope sl_scope_of(struct sl_str path, struct sl_str release, struct sl_str customer,
                          struct sl_str *name)
{
    *name = name_below(path, SL_RELEASES);
    if (name->len > 0 && !sl_str_equal(*name, release))
        return SL_SCOPE_OTHER_RELEASE;
    *name = name_below(path, SL_OVERLAYS);
    if (name->len > 0 && !sl_str_equal(*name, customer) && !sl_str_equal(*name, SL_OVERLAY_TEMPLATE))
        return SL_SCOPE_OTHER_CUSTOMER;
    return SL_SCOPE_OPEN;
}
