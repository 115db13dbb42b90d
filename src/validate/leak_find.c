#include "leak_find.h"

#include "base/limits.h"
#include "base/map.h"
#include "leak_hunt.h"
#include "leak_lent.h"
#include "leak_long.h"
#include "model/name.h"

/* -- reading -- */

/* What cannot be a customer's name is no customer's: repo/customer-name says so. */
static bool is_customer(const struct sl_tree_entry *entry)
{
    struct sl_err unused = {0};
    return entry->kind == SL_TREE_DIRECTORY && !sl_str_equal(entry->name, SL_STR("default")) &&
           sl_label_check("customer", entry->name, &unused) == 0;
}

static int read_customers(struct leaks *leaks, struct sl_tree *tree, struct sl_err *err)
{
    const struct leak_source source = {
        .arena = &leaks->arena, .tree = tree, .comments = true, .no_links = true};
    const struct sl_tree_entry *entries;
    size_t count;
    int there = sl_tree_stat(tree, SL_STR("overlays"), NULL, err);
    if (there <= 0)
        return there;
    if (sl_tree_list(tree, SL_STR("overlays"), &entries, &count, err) < 0)
        return -1;
    leaks->customers = sl_arena_array(&leaks->arena, count, sizeof *leaks->customers);
    leaks->names = sl_arena_array(&leaks->arena, count, sizeof *leaks->names);
    if (!leaks->customers || !leaks->names)
        return sl_fail_memory(err);
    for (size_t i = 0; i < count; i++) {
        struct sl_str folder = sl_arena_join(&leaks->arena, SL_STR("overlays/"), entries[i].name);
        if (!is_customer(&entries[i]))
            continue;
        if (!folder.ptr)
            return sl_fail_memory(err);
        leaks->names[leaks->count] = entries[i].name;
        if (leak_texts_read(&leaks->customers[leaks->count++].texts, &source, folder, err) < 0)
            return -1;
    }
    return 0;
}

/* NOLINTNEXTLINE(misc-no-recursion): charts lie in one another no deeper than SL_CHART_DEPTH_MAX. */
static int read_chart(struct leaks *leaks, const struct leak_source *source, const struct sl_chart *chart,
                      struct sl_err *err)
{
    size_t mark = sl_str_find(chart->values_file, '!');
    struct sl_str inside = sl_str_slice(chart->values_file, mark, chart->values_file.len);
    if (leak_texts_read_node(&leaks->given, source, chart->values_file, inside, chart->values, err) < 0)
        return -1;
    for (size_t i = 0; i < chart->subchart_count; i++)
        if (read_chart(leaks, source, &chart->subcharts[i], err) < 0)
            return -1;
    return 0;
}

/* What goes along as it is from elsewhere than the release's own folder, and the values inside charts. */
static int read_carried(struct leaks *leaks, const struct leak_source *source,
                        const struct sl_validation_subject *subject, struct sl_err *err)
{
    const struct sl_layout *layout = subject->layout;
    for (size_t i = 0; i < subject->files.count; i++) {
        struct sl_str path = subject->files.items[i].origin;
        if (path.len && !sl_str_starts_with(path, layout->release_directory) &&
            leak_texts_read_file(&leaks->given, source, SL_STR(""), path, err) < 0)
            return -1;
    }
    for (size_t i = 0; i < layout->artifacts.count; i++)
        if (layout->artifacts.items[i].chart &&
            read_chart(leaks, source, layout->artifacts.items[i].chart, err) < 0)
            return -1;
    return 0;
}

static int read_given(struct leaks *leaks, struct sl_tree *tree, const struct sl_validation_subject *subject,
                      struct sl_err *err)
{
    const struct leak_source source = {
        .arena = &leaks->arena, .index = &leaks->index, .carried = &leaks->carried, .tree = tree};
    const struct leak_source yaml = {
        .arena = &leaks->arena, .index = &leaks->index, .tree = tree, .only_yaml = true};
    struct sl_str release = sl_arena_str(&leaks->arena, subject->layout->release_directory);
    if (!release.ptr)
        return sl_fail_memory(err);
    if (carried_hits_init(&leaks->carried, &leaks->arena, &subject->files, err) < 0 ||
        leak_texts_read(&leaks->given, &source, release, err) < 0 ||
        leak_texts_read(&leaks->given, &yaml, SL_STR("base"), err) < 0 ||
        leak_texts_read(&leaks->given, &yaml, SL_STR("overlays/default"), err) < 0)
        return -1;
    if (read_carried(leaks, &source, subject, err) < 0)
        return -1;
    carried_hits_close(&leaks->carried);
    return 0;
}

/* -- what all are given belongs to nobody, mostly -- */

static int share(struct leaks *leaks, const struct leak_texts *texts, bool lent, struct sl_err *err)
{
    for (size_t i = 0; i < texts->count; i++)
        if (leak_index_share(&leaks->index, &texts->items[i], lent, err) < 0)
            return -1;
    return 0;
}

/* What other releases have is no customer's either. Each is read like the packed one, so that equal files of them are one
 * place. */
static int share_others(struct leaks *leaks, struct sl_tree *tree, struct sl_str packed, struct sl_err *err)
{
    const struct leak_source yaml = {
        .arena = &leaks->arena, .index = &leaks->index, .tree = tree, .only_yaml = true};
    const struct sl_tree_entry *entries;
    size_t count;
    if (sl_tree_list(tree, SL_STR("releases"), &entries, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        struct leak_texts texts = {0};
        struct sl_str folder = sl_arena_join(&leaks->arena, SL_STR("releases/"), entries[i].name);
        if (!folder.ptr)
            return sl_fail_memory(err);
        if (entries[i].kind != SL_TREE_DIRECTORY || sl_str_equal(folder, packed))
            continue;
        if (leak_texts_read(&texts, &yaml, folder, err) < 0 || share(leaks, &texts, false, err) < 0)
            return -1;
    }
    return 0;
}

/* -- all of it -- */

static int collect(struct leaks *leaks, struct sl_err *err)
{
    for (size_t i = 0; i < leaks->count; i++)
        for (size_t text = 0; text < leaks->customers[i].texts.count; text++)
            if (leak_index_collect(&leaks->index, i, &leaks->customers[i].texts.items[text], err) < 0)
                return -1;
    for (size_t i = 0; i < leaks->count; i++)
        if (leak_index_name(&leaks->index, i, leaks->names[i], err) < 0)
            return -1;
    return 0;
}

/* Everything of some texts, with what is too long to be kept. */
static int hunt(struct leaks *leaks, struct leak_list *list, struct leak_texts *texts, const size_t *customer,
                struct sl_tree *tree, struct sl_err *err)
{
    if (leak_hunt_texts(leaks, list, texts, customer, err) < 0)
        return -1;
    return leak_hunt_long(leaks, list, texts, customer, tree, err);
}

static int hunt_all(struct leaks *leaks, struct sl_tree *tree, struct sl_err *err)
{
    for (size_t i = 0; i < leaks->count; i++)
        if (hunt(leaks, &leaks->customers[i].leaks, &leaks->customers[i].texts, &i, tree, err) < 0)
            return -1;
    if (hunt(leaks, &leaks->shared, &leaks->given, NULL, tree, err) < 0)
        return -1;
    return hunt(leaks, &leaks->taken, &leaks->lent, NULL, tree, err);
}

int leaks_find(struct leaks *leaks, struct sl_tree *whole, const struct sl_validation_subject *subject,
               struct sl_err *err)
{
    *leaks = (struct leaks){0};
    sl_arena_init(&leaks->arena, SL_DOC_MEMORY_MAX);
    leak_index_init(&leaks->index, &leaks->arena);
    if (read_customers(leaks, whole, err) < 0)
        return -1;
    leaks->judge = (struct leak_judge){&leaks->index, leaks->names, leaks->count};
    if (leaks->count < 2)
        return 0;
    if (collect(leaks, err) < 0 || read_given(leaks, whole, subject, err) < 0 ||
        leak_read_lent(leaks, whole, err) < 0 || share(leaks, &leaks->given, false, err) < 0 ||
        share(leaks, &leaks->lent, true, err) < 0 ||
        share_others(leaks, whole, subject->layout->release_directory, err) < 0)
        return -1;
    return hunt_all(leaks, whole, err);
}

void leaks_release(struct leaks *leaks)
{
    carried_hits_close(&leaks->carried);
    leak_index_release(&leaks->index);
    sl_arena_release(&leaks->arena);
}
