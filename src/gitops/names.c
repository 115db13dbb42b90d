#include "layout_parts.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "model/name.h"
#include "model/report.h"
#include "scope.h"

#include <sealift/text.h>

static bool is_template(struct sl_str folder, struct sl_str name)
{
    return sl_str_equal(folder, SL_OVERLAYS) && sl_str_equal(name, SL_OVERLAY_TEMPLATE);
}

/* The directories of `folder` that can be packed: the releases, or the customers. */
static int list_names(struct sl_reading *reading, struct sl_str folder, struct sl_str **names, size_t *count,
                      struct sl_err *err)
{
    const struct sl_tree_entry *entries;
    size_t entry_count;
    if (sl_reading_list(reading, folder, &entries, &entry_count, err) < 0)
        return -1;
    *names = sl_arena_array(&reading->doc.arena, entry_count, sizeof **names);
    *count = 0;
    if (!*names)
        return sl_fail_memory(err);
    for (size_t i = 0; i < entry_count; i++) {
        struct sl_err ignored = {0};
        if (entries[i].kind == SL_TREE_DIRECTORY && !is_template(folder, entries[i].name) &&
            sl_label_check("name", entries[i].name, &ignored) == 0)
            (*names)[(*count)++] = entries[i].name;
    }
    return 0;
}

/* "there are a, b and c", as far as a message goes. */
static int fail_unknown(struct sl_str name, const char *what, const struct sl_str *names, size_t count,
                        struct sl_err *err)
{
    enum { SHOWN_MAX = 20 };
    SL_CLEANUP(sl_buf_release) struct sl_buf list;
    sl_buf_init(&list, 64 * SL_KIB);
    for (size_t i = 0; i < count && i < SHOWN_MAX; i++) {
        sl_buf_text(&list, i == 0 ? "" : ", ");
        sl_buf_escaped(&list, names[i]);
    }
    if (count > SHOWN_MAX)
        sl_buf_printf(&list, " and %zu more", count - SHOWN_MAX);
    if (sl_buf_check(&list, "a list of names", err) < 0)
        return -1;
    struct sl_shown shown;
    if (count == 0)
        return sl_fail(err, SL_E_USAGE, "there is no %s %s, nor any other", what, sl_shown(&shown, name));
    (void)sl_fail(err, SL_E_USAGE, "there is no %s %s; there %s %s", what, sl_shown(&shown, name),
                  count == 1 ? "is" : "are", list.ptr);
    ptrdiff_t nearest = sl_nearest(name, names, count);
    return nearest >= 0 ? sl_hint(err, "did you mean %s?", sl_shown(&shown, names[nearest])) : -1;
}

static int no_repository(struct sl_str folder, struct sl_err *err)
{
    (void)sl_fail(err, SL_E_USAGE, "this is no release repository: it has no directory " SL_FMT,
                  SL_ARG(folder));
    return sl_hint(err, "name the repository with -C, or make a new one with `sealift init`");
}

int sl_layout_require(struct sl_reading *reading, struct sl_str folder, struct sl_str name, const char *what,
                      struct sl_err *err)
{
    struct sl_str *names;
    size_t count;
    int there = sl_tree_stat(reading->tree, folder, NULL, err);
    if (there < 0)
        return -1;
    if (!there)
        return no_repository(folder, err);
    /* A list does not say why a link must not be used. */
    struct sl_str path;
    if (sl_reading_path(reading, &path, folder, name, err) < 0 ||
        sl_tree_stat(reading->tree, path, NULL, err) < 0 ||
        list_names(reading, folder, &names, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (sl_str_equal(names[i], name))
            return 0;
    if (is_template(folder, name))
        return sl_fail(err, SL_E_USAGE,
                       "overlays/default is the template below every customer: nothing is packed for it");
    return fail_unknown(name, what, names, count, err);
}
