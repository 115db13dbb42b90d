#include "leak_find.h"

#include "base/limits.h"
#include "base/map.h"
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
    const struct leak_source source = {.arena = &leaks->arena, .tree = tree, .comments = true};
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
static int read_chart(struct leaks *leaks, const struct sl_chart *chart, struct sl_err *err)
{
    size_t mark = sl_str_find(chart->values_file, '!');
    struct sl_str inside = sl_str_slice(chart->values_file, mark, chart->values_file.len);
    if (leak_texts_read_node(&leaks->given, &leaks->arena, chart->values_file, inside, chart->values, err) <
        0)
        return -1;
    for (size_t i = 0; i < chart->subchart_count; i++)
        if (read_chart(leaks, &chart->subcharts[i], err) < 0)
            return -1;
    return 0;
}

/* What goes along as it is from elsewhere than the release's own folder, and the values inside charts. */
static int read_carried(struct leaks *leaks, const struct leak_source *source,
                        const struct sl_validation_subject *subject, struct sl_err *err)
{
    const struct sl_layout *layout = subject->layout;
    for (size_t i = 0; i < subject->files.count; i++) {
        struct sl_str path = sl_arena_str(&leaks->arena, subject->files.items[i].origin);
        if (!path.ptr)
            return sl_fail_memory(err);
        if (path.len && !sl_str_starts_with(path, layout->release_directory) &&
            leak_texts_read_file(&leaks->given, source, SL_STR(""), path, err) < 0)
            return -1;
    }
    for (size_t i = 0; i < layout->artifacts.count; i++)
        if (layout->artifacts.items[i].chart && read_chart(leaks, layout->artifacts.items[i].chart, err) < 0)
            return -1;
    return 0;
}

static int read_given(struct leaks *leaks, struct sl_tree *tree, const struct sl_validation_subject *subject,
                      struct sl_err *err)
{
    const struct leak_source source = {.arena = &leaks->arena, .tree = tree};
    const struct leak_source yaml = {.arena = &leaks->arena, .tree = tree, .only_yaml = true};
    struct sl_str release = sl_arena_str(&leaks->arena, subject->layout->release_directory);
    if (!release.ptr)
        return sl_fail_memory(err);
    if (leak_texts_read(&leaks->given, &source, release, err) < 0 ||
        leak_texts_read(&leaks->given, &yaml, SL_STR("base"), err) < 0 ||
        leak_texts_read(&leaks->given, &yaml, SL_STR("overlays/default"), err) < 0)
        return -1;
    return read_carried(leaks, &source, subject, err);
}

/* -- what all are given belongs to nobody, mostly -- */

static int share(struct leaks *leaks, const struct leak_texts *texts, struct sl_err *err)
{
    for (size_t i = 0; i < texts->count; i++)
        if (leak_index_share(&leaks->index, &texts->items[i], err) < 0)
            return -1;
    return 0;
}

/* What other releases have is no customer's either. Each is read like the packed one, so that equal files of them are one
 * place. */
static int share_others(struct leaks *leaks, struct sl_tree *tree, struct sl_str packed, struct sl_err *err)
{
    const struct leak_source yaml = {.arena = &leaks->arena, .tree = tree, .only_yaml = true};
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
        if (leak_texts_read(&texts, &yaml, folder, err) < 0 || share(leaks, &texts, err) < 0)
            return -1;
    }
    return 0;
}

/* -- looking for them -- */

static bool is_better(const struct leak *a, const struct leak *b)
{
    return a->verdict != b->verdict ? a->verdict > b->verdict : a->token->key.len > b->token->key.len;
}

void leak_best_take(struct leak_best *best, const struct leak *leak)
{
    struct leak *first = &best->items[0], *second = &best->items[1];
    if (!first->token || is_better(leak, first)) {
        if (first->token && first->owner != leak->owner)
            *second = *first;
        *first = *leak;
    } else if (first->owner != leak->owner && (!second->token || is_better(leak, second)))
        *second = *leak;
}

struct hunt {
    const struct leak_judge *judge;
    const struct leak_text *at;
    const size_t *customer; /* NULL: in what all are given */
    struct leak_best best;
};

static int take_leak(void *context, const struct leak_match *match, struct sl_err *err)
{
    struct hunt *hunt = context;
    struct leak leak = {.at = hunt->at, .token = match->token};
    leak.verdict = hunt->customer ? leak_judge_own(&leak.owner, hunt->judge, match, *hunt->customer)
                                  : leak_judge_shared(&leak.owner, hunt->judge, match);
    (void)err;
    if (leak.verdict != LEAK_NONE)
        leak_best_take(&hunt->best, &leak);
    return 0;
}

static int keep(struct leaks *leaks, struct leak_list *list, const struct leak *leak, struct sl_err *err)
{
    struct leak *kept = sl_arena_alloc(&leaks->arena, sizeof *kept);
    if (!kept)
        return sl_fail_memory(err);
    *kept = *leak;
    *(list->last ? &list->last->next : &list->first) = kept;
    list->last = kept;
    return 0;
}

/* What a comment says is told where it is clear, and nowhere else in the file. */
static bool is_worth_telling(const struct leak_list *list, const struct leak *leak)
{
    if (leak->at->kind != LEAK_COMMENT)
        return true;
    for (const struct leak *other = list->first; other; other = other->next)
        if (other->token == leak->token && sl_str_equal(other->at->file, leak->at->file))
            return false;
    return leak->verdict == LEAK_CLEAR;
}

static int hunt_texts(struct leaks *leaks, struct leak_list *list, const struct leak_texts *texts,
                      const size_t *customer, struct sl_err *err)
{
    for (size_t i = 0; i < texts->count; i++) {
        struct hunt hunt = {.judge = &leaks->judge, .at = &texts->items[i], .customer = customer};
        if (hunt.at->kind == LEAK_VOCABULARY)
            continue;
        if (leak_index_search(&leaks->index, &leaks->index.folded, hunt.at->text, take_leak, &hunt, err) < 0)
            return -1;
        /* Of an overlay one is enough; what all are given may be of one customer and told to another. */
        for (size_t j = 0; j < (customer ? 1 : LEAKS_OF_TEXT); j++)
            if (hunt.best.items[j].token && is_worth_telling(list, &hunt.best.items[j]) &&
                keep(leaks, list, &hunt.best.items[j], err) < 0)
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

static int hunt_all(struct leaks *leaks, struct sl_err *err)
{
    for (size_t i = 0; i < leaks->count; i++)
        if (hunt_texts(leaks, &leaks->customers[i].leaks, &leaks->customers[i].texts, &i, err) < 0)
            return -1;
    return hunt_texts(leaks, &leaks->shared, &leaks->given, NULL, err);
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
        share(leaks, &leaks->given, err) < 0 ||
        share_others(leaks, whole, subject->layout->release_directory, err) < 0)
        return -1;
    return hunt_all(leaks, err);
}

void leaks_release(struct leaks *leaks)
{
    leak_index_release(&leaks->index);
    sl_arena_release(&leaks->arena);
}
