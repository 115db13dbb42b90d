#include "validation.h"

#include "base/cleanup.h"
#include "base/map.h"

#include <sealift/buf.h>
#include <stdlib.h>

/* One merged finding while more customers may come to it. */
struct item {
    struct sl_merged_finding merged;
    size_t *customers;
    size_t capacity;
    size_t number;       /* when it came first, so that equals keep an order */
    struct item *before; /* the one that came before */
};

struct merger {
    struct sl_validation *validation;
    struct sl_map by_key; /* everything a finding says, to struct item */
    struct sl_buf key;
    struct item *newest;
    size_t count;
};

/* Five texts of at most 4 KiB and numbers. */
enum { KEY_MAX = 1 << 16 };

static void merger_release(struct merger *merger)
{
    sl_map_release(&merger->by_key);
    sl_buf_release(&merger->key);
}

static int write_key(struct merger *merger, const struct sl_finding *finding, struct sl_err *err)
{
    const struct sl_str texts[] = {sl_str_from(finding->rule), finding->file, finding->pointer,
                                   finding->message, finding->hint};
    sl_buf_reset(&merger->key);
    sl_buf_printf(&merger->key, "%d %u %u", (int)finding->severity, finding->line, finding->column);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        sl_buf_printf(&merger->key, " %zu ", texts[i].len);
        sl_buf_str(&merger->key, texts[i]);
    }
    return sl_buf_check(&merger->key, "the key of a finding", err);
}

static struct item *new_item(struct merger *merger, const struct sl_finding *finding, struct sl_err *err)
{
    struct sl_arena *arena = &merger->validation->arena;
    struct item *item = sl_arena_alloc(arena, sizeof *item);
    struct sl_str key = sl_arena_str(arena, sl_buf_view(&merger->key));
    if (!item || !key.ptr || sl_map_put(&merger->by_key, key, item, err) < 0) {
        (void)sl_fail_memory(err);
        return NULL;
    }
    item->merged.finding = *finding;
    item->number = merger->count++;
    item->before = merger->newest;
    merger->newest = item;
    return item;
}

static int add_customer(struct merger *merger, struct item *item, size_t customer, struct sl_err *err)
{
    struct sl_merged_finding *merged = &item->merged;
    /* Twice in one delivery is once. */
    if (merged->customer_count > 0 && item->customers[merged->customer_count - 1] == customer)
        return 0;
    if (merged->customer_count == item->capacity) {
        size_t capacity = item->capacity ? 2 * item->capacity : 1;
        size_t *customers = sl_arena_array(&merger->validation->arena, capacity, sizeof *customers);
        if (!customers)
            return sl_fail_memory(err);
        if (item->customers)
            memcpy(customers, item->customers, item->capacity * sizeof *customers);
        item->customers = customers;
        item->capacity = capacity;
        merged->customers = customers;
    }
    item->customers[merged->customer_count++] = customer;
    return 0;
}

static int add_findings(struct merger *merger, const struct sl_findings *findings, const size_t *customer,
                        struct sl_err *err)
{
    for (size_t i = 0; i < sl_findings_count(findings); i++) {
        const struct sl_finding *finding = sl_findings_at(findings, i);
        if (write_key(merger, finding, err) < 0)
            return -1;
        struct item *item = sl_map_get(&merger->by_key, sl_buf_view(&merger->key));
        if (!item)
            item = new_item(merger, finding, err);
        if (!item || (customer && add_customer(merger, item, *customer, err) < 0))
            return -1;
    }
    return 0;
}

static int compare_numbers(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

static int compare_items(const void *left, const void *right)
{
    const struct item *a = left;
    const struct item *b = right;
    const struct sl_finding *one = &a->merged.finding;
    const struct sl_finding *other = &b->merged.finding;
    int order = sl_str_compare(one->file, other->file);
    if (order == 0)
        order = compare_numbers(one->line, other->line);
    if (order == 0)
        order = compare_numbers(one->column, other->column);
    if (order == 0)
        order = strcmp(one->rule, other->rule);
    return order ? order : compare_numbers(a->number, b->number);
}

static int hand_over(struct merger *merger, struct sl_err *err)
{
    struct sl_arena *arena = &merger->validation->arena;
    struct merged_findings *merged = &merger->validation->merged;
    struct item *items = sl_arena_array(arena, merger->count, sizeof *items);
    merged->items = sl_arena_array(arena, merger->count, sizeof *merged->items);
    if (!items || !merged->items)
        return sl_fail_memory(err);
    for (const struct item *item = merger->newest; item; item = item->before)
        items[item->number] = *item;
    if (merger->count > 1)
        qsort(items, merger->count, sizeof *items, compare_items);
    for (size_t i = 0; i < merger->count; i++) {
        merged->items[merged->count++] = items[i].merged;
        merged->of[items[i].merged.finding.severity]++;
    }
    return 0;
}

int validation_merge(struct sl_validation *validation, struct sl_err *err)
{
    SL_CLEANUP(merger_release) struct merger merger = {.validation = validation};
    sl_map_init(&merger.by_key);
    sl_buf_init(&merger.key, KEY_MAX);
    if (add_findings(&merger, validation->general, NULL, err) < 0)
        return -1;
    for (size_t i = 0; i < validation->customer_count; i++)
        if (add_findings(&merger, validation->customers[i].findings, &i, err) < 0)
            return -1;
    return hand_over(&merger, err);
}
