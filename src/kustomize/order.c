#include "kind_order.h"
#include "transformers.h"

#include <stdlib.h>

/* What one resource is sorted by: the rank of its kind, group_version_kind, and the whole id as one text. */
struct row {
    struct kz_resource *resource;
    long rank;
    struct sl_str gvk, id;
};

static struct sl_str or_else(struct sl_str text, const char *none)
{
    return text.len ? text : sl_str_from(none);
}

/* Later entries of a list win, as in the map that kustomize makes of it. */
static long rank_of(const struct kz_legacy_order *order, struct sl_str kind)
{
    for (size_t i = order->last.count; i > 0; i--)
        if (sl_str_equal(order->last.items[i - 1].text, kind))
            return (long)i;
    for (size_t i = order->first.count; i > 0; i--)
        if (sl_str_equal(order->first.items[i - 1].text, kind))
            return (long)(i - 1) - (long)order->first.count;
    return 0;
}

static int make_row(struct sl_build *build, const struct kz_legacy_order *order, struct kz_resource *r,
                    struct row *row, struct sl_err *err)
{
    struct sl_buf *work = &build->work;
    *row = (struct row){.resource = r, .rank = rank_of(order, r->gvk.kind)};
    sl_buf_reset(work);
    sl_buf_str(work, or_else(r->gvk.group, "~G"));
    sl_buf_byte(work, '_');
    sl_buf_str(work, or_else(r->gvk.version, "~V"));
    sl_buf_byte(work, '_');
    sl_buf_str(work, or_else(r->gvk.kind, "~K"));
    size_t len = work->len;
    sl_buf_byte(work, '|');
    sl_buf_str(work, or_else(r->space, "~X"));
    sl_buf_byte(work, '|');
    sl_buf_str(work, or_else(r->name, "~N"));
    if (sl_buf_check(work, "an id", err) < 0)
        return -1;
    row->id = kz_str(build, sl_buf_view(work));
    row->gvk = sl_str_slice(row->id, 0, len);
    return row->id.ptr ? 0 : kz_no_memory(build, err);
}

static bool is_core_namespace(const struct kz_resource *r)
{
    return r->gvk.group.len == 0 && sl_str_equal(r->gvk.kind, SL_STR("Namespace"));
}

static int compare_rows(const void *x, const void *y)
{
    const struct row *a = x, *b = y;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    int order = sl_str_compare(a->gvk, b->gvk);
    bool namespaces = sl_str_equal(a->resource->gvk.kind, SL_STR("Namespace")) &&
                      sl_str_equal(b->resource->gvk.kind, SL_STR("Namespace"));
    if (order && namespaces && (is_core_namespace(a->resource) || is_core_namespace(b->resource)))
        return -order;
    if (order == 0)
        order = sl_str_compare(a->id, b->id);
    if (order == 0)
        order = a->resource->position < b->resource->position ? -1 : 1;
    return order;
}

static int sort(struct sl_build *build, struct kz_resmap *map, const struct kz_legacy_order *order,
                struct sl_err *err)
{
    struct row *rows = sl_arena_array(&build->doc.arena, map->list.count + 1, sizeof *rows);
    if (!rows)
        return kz_no_memory(build, err);
    for (size_t i = 0; i < map->list.count; i++)
        if (make_row(build, order, map->list.items[i], &rows[i], err) < 0)
            return -1;
    qsort(rows, map->list.count, sizeof *rows, compare_rows);
    for (size_t i = 0; i < map->list.count; i++) {
        map->list.items[i] = rows[i].resource;
        rows[i].resource->position = i;
    }
    return 0;
}

static int add_kinds(struct sl_build *build, struct kz_texts *out, const char *const *kinds, size_t count,
                     struct sl_err *err)
{
    for (size_t i = 0; i < count; i++) {
        struct kz_text kind = {sl_str_from(kinds[i]), {0, 0, 0}};
        if (kz_texts_add(build, out, kind, err) < 0)
            return -1;
    }
    return 0;
}

int kz_order_legacy(struct sl_build *build, struct kz_resmap *map, struct sl_err *err)
{
    struct kz_legacy_order order = {0};
    if (add_kinds(build, &order.first, kz_first_kinds, KZ_FIRST_KINDS, err) < 0 ||
        add_kinds(build, &order.last, kz_last_kinds, KZ_LAST_KINDS, err) < 0)
        return -1;
    return sort(build, map, &order, err);
}

int kz_transform_order(struct sl_build *build, struct kz_resmap *map, const struct kz_sort_options *options,
                       struct sl_err *err)
{
    struct sl_shown shown;
    bool legacy = sl_str_equal(options->order.text, SL_STR("legacy"));
    if (!legacy && !sl_str_equal(options->order.text, SL_STR("fifo")))
        return kz_fail(build, options->order.mark.file ? options->order.mark : options->mark, err,
                       "order of sortOptions must be fifo or legacy, this is \"%s\"",
                       sl_shown(&shown, options->order.text));
    if (!legacy && options->legacy)
        return kz_fail(build, options->legacy->mark, err, "legacySortOptions needs order: legacy");
    if (!legacy)
        return 0;
    return options->legacy ? sort(build, map, options->legacy, err) : kz_order_legacy(build, map, err);
}
