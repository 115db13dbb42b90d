#include "inventory_parts.h"

#include "base/limits.h"
#include "tree/path.h"

#include <stdlib.h>

/* Charts inside charts, beyond which nobody looks. */
enum { SUBCHART_DEPTH_MAX = 16 };

/* -- growing -- */

void *inventory_grow(struct inventory *inventory, void *items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return items;
    size_t wanted = *capacity ? 2 * *capacity : 16;
    void *more = sl_arena_array(&inventory->arena, wanted, size);
    if (!more)
        return NULL;
    if (count)
        memcpy(more, items, count * size);
    *capacity = wanted;
    return more;
}

int inventory_add_edge(struct inventory *inventory, struct sl_str from, struct sl_str to, struct sl_err *err)
{
    if (sl_str_equal(from, to))
        return 0;
    struct inventory_edge *edges = inventory_grow(inventory, inventory->edges, inventory->edge_count,
                                                  &inventory->edge_capacity, sizeof *edges);
    if (!edges)
        return sl_fail_memory(err);
    inventory->edges = edges;
    edges[inventory->edge_count++] = (struct inventory_edge){from, to};
    return 0;
}

/* -- charts -- */

/* False where no file of the plan has that path. */
static bool find_member(struct sl_plan_member *out, const struct sl_plan *plan, struct sl_str folder,
                        struct sl_str name)
{
    for (size_t i = 0; i < sl_plan_count(plan); i++) {
        *out = sl_plan_member(plan, i);
        if (out->path.len == folder.len + name.len && sl_str_starts_with(out->path, folder) &&
            sl_str_ends_with(out->path, name))
            return true;
    }
    return false;
}

static struct sl_str chart_ref(struct inventory *inventory, struct sl_str name, struct sl_str version)
{
    struct sl_str ref = sl_arena_join(&inventory->arena, SL_STR("chart:"), name);
    if (ref.ptr && version.len)
        ref = sl_arena_join(&inventory->arena, ref, SL_STR("@"));
    return ref.ptr && version.len ? sl_arena_join(&inventory->arena, ref, version) : ref;
}

/* `member` is NULL where it is not known to be in the bundle. */
static void carry(struct inventory_chart *chart, const struct sl_plan_member *member)
{
    if (!member || chart->carried)
        return;
    chart->carried = true;
    chart->file = member->path;
    chart->digest = member->digest;
}

/* Notes a chart, once; `ref` is how it is called. */
static int add_chart(struct inventory *inventory, struct sl_str name, struct sl_str version,
                     const struct sl_plan_member *member, struct sl_str *ref, struct sl_err *err)
{
    *ref = chart_ref(inventory, name, version);
    if (!ref->ptr)
        return sl_fail_memory(err);
    for (size_t i = 0; i < inventory->chart_count; i++) {
        struct inventory_chart *chart = &inventory->charts[i];
        if (!sl_str_equal(chart->ref, *ref))
            continue;
        *ref = chart->ref;
        carry(chart, member);
        return 0;
    }
    struct inventory_chart *charts = inventory_grow(inventory, inventory->charts, inventory->chart_count,
                                                    &inventory->chart_capacity, sizeof *charts);
    if (!charts)
        return sl_fail_memory(err);
    inventory->charts = charts;
    struct inventory_chart *chart = &charts[inventory->chart_count++];
    *chart = (struct inventory_chart){.ref = *ref, .name = name, .version = version};
    carry(chart, member);
    return 0;
}

static int add_subcharts(struct inventory *inventory, const struct sl_chart *chart, struct sl_str above,
                         unsigned depth, struct sl_err *err)
{
    for (size_t i = 0; i < chart->subchart_count && depth < SUBCHART_DEPTH_MAX; i++) {
        const struct sl_chart *inner = &chart->subcharts[i];
        struct sl_str ref;
        if (add_chart(inventory, inner->name, inner->version, NULL, &ref, err) < 0 ||
            inventory_add_edge(inventory, above, ref, err) < 0 ||
            add_subcharts(inventory, inner, ref, depth + 1, err) < 0)
            return -1;
    }
    return 0;
}

static int add_carried_charts(struct inventory *inventory, const struct sl_layout *layout,
                              const struct sl_plan *plan, struct sl_err *err)
{
    for (size_t i = 0; i < layout->artifacts.count; i++) {
        const struct sl_artifact *artifact = &layout->artifacts.items[i];
        if (artifact->kind != SL_ARTIFACT_CHART)
            continue;
        struct sl_plan_member member;
        struct sl_str ref;
        bool there = find_member(&member, plan, SL_STR("charts/"), sl_path_name(artifact->path));
        if (add_chart(inventory, artifact->chart->name, artifact->chart->version, there ? &member : NULL,
                      &ref, err) < 0 ||
            inventory_add_edge(inventory, (struct sl_str){NULL, 0}, ref, err) < 0 ||
            add_subcharts(inventory, artifact->chart, ref, 0, err) < 0)
            return -1;
    }
    return 0;
}

/* What an application asks for, and the images that its values name. */
static int add_application(struct inventory *inventory, const struct sl_application *application,
                           struct sl_err *err)
{
    struct sl_str from = {NULL, 0};
    if (application->chart_name.len &&
        (add_chart(inventory, application->chart_name, application->chart_version, NULL, &from, err) < 0 ||
         inventory_add_edge(inventory, (struct sl_str){NULL, 0}, from, err) < 0))
        return -1;
    for (size_t i = 0; i < application->values_count; i++)
        if (application->values[i].effective &&
            inventory_values_images(inventory, application->values[i].effective, from, err) < 0)
            return -1;
    return 0;
}

/* -- order -- */

static int compare_charts(const void *left, const void *right)
{
    const struct inventory_chart *a = left;
    const struct inventory_chart *b = right;
    return sl_str_compare(a->ref, b->ref);
}

static int compare_images(const void *left, const void *right)
{
    const struct inventory_image *a = left;
    const struct inventory_image *b = right;
    return sl_str_compare(a->ref, b->ref);
}

static int compare_edges(const void *left, const void *right)
{
    const struct inventory_edge *a = left;
    const struct inventory_edge *b = right;
    int order = sl_str_compare(a->from, b->from);
    return order ? order : sl_str_compare(a->to, b->to);
}

static void sort(struct inventory *inventory)
{
    if (inventory->chart_count > 1)
        qsort(inventory->charts, inventory->chart_count, sizeof inventory->charts[0], compare_charts);
    if (inventory->image_count > 1)
        qsort(inventory->images, inventory->image_count, sizeof inventory->images[0], compare_images);
    if (inventory->edge_count < 2)
        return;
    qsort(inventory->edges, inventory->edge_count, sizeof inventory->edges[0], compare_edges);
    size_t kept = 1;
    for (size_t i = 1; i < inventory->edge_count; i++)
        if (compare_edges(&inventory->edges[kept - 1], &inventory->edges[i]) != 0)
            inventory->edges[kept++] = inventory->edges[i];
    inventory->edge_count = kept;
}

int inventory_make(struct inventory *out, struct sl_rendering *rendering, const struct sl_plan *plan,
                   struct sl_err *err)
{
    *out = (struct inventory){.chart_count = 0};
    sl_arena_init(&out->arena, SL_PLAN_BYTES_MAX);
    const struct sl_layout *layout = &rendering->layout;
    if (add_carried_charts(out, layout, plan, err) < 0)
        return -1;
    for (size_t i = 0; i < layout->application_count; i++)
        if (add_application(out, &layout->applications[i], err) < 0)
            return -1;
    for (size_t i = 0; i < layout->object_count; i++)
        if (inventory_manifest_images(out, layout->objects[i].built.node, err) < 0)
            return -1;
    if (inventory_layout_images(out, rendering, err) < 0)
        return -1;
    sort(out);
    return 0;
}

void inventory_release(struct inventory *inventory)
{
    sl_arena_release(&inventory->arena);
}
