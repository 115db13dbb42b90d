#include "scope.h"

#include "model/report.h"

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

static bool is_entry(struct sl_str path, struct sl_str folder, struct sl_str name)
{
    return path.len == folder.len + 1 + name.len && sl_str_equal(name_below(path, folder), name);
}

/* releases, overlays, and in them the directory of this delivery. */
static bool tells_apart(const struct sl_delivery_scope *scope, struct sl_str path)
{
    return sl_str_equal(path, SL_RELEASES) || sl_str_equal(path, SL_OVERLAYS) ||
           is_entry(path, SL_RELEASES, scope->release) || is_entry(path, SL_OVERLAYS, scope->customer);
}

int sl_scope_guard(void *context, struct sl_str path, bool is_link, struct sl_err *err)
{
    const struct sl_delivery_scope *scope = context;
    struct sl_shown shown, own;
    struct sl_str name;
    if (is_link && tells_apart(scope, path)) {
        (void)sl_fail(err, SL_E_INPUT, "%s is a symbolic link, and must be a directory",
                      sl_shown(&shown, path));
        return sl_hint(err, "releases and customers are told apart by where their files really are");
    }
    switch (sl_scope_of(path, scope->release, scope->customer, &name)) {
    case SL_SCOPE_OPEN:
        return 0;
    case SL_SCOPE_OTHER_RELEASE:
        return sl_fail(err, SL_E_INPUT, "%s is of another release, and %s is packed", sl_shown(&shown, path),
                       sl_shown(&own, scope->release));
    case SL_SCOPE_OTHER_CUSTOMER:
        return sl_fail(err, SL_E_INPUT, "%s is another customer's, and this delivery is for %s",
                       sl_shown(&shown, path), sl_shown(&own, scope->customer));
    }
    return 0;
}
