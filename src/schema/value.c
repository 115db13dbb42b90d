#include "value.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "decimal.h"

#include <stdlib.h>

/* Lists up to this length are compared pair by pair, longer ones by hashes first. */
enum { PAIRS_MAX = 8 };

int budget_take(uint64_t *budget, uint64_t steps, struct sl_err *err)
{
    if (*budget < steps) {
        (void)sl_fail(err, SL_E_LIMIT, "checking against the schema takes more than %llu steps",
                      (unsigned long long)SL_SCHEMA_STEPS_MAX);
        return sl_hint(err,
                       "the schema repeats work, or the document is far larger than schemas are made for");
    }
    *budget -= steps;
    return 0;
}

static int equal(const struct sl_node *a, const struct sl_node *b, unsigned depth, uint64_t *budget,
                 struct sl_err *err);

static int equal_lists(const struct sl_node *a, const struct sl_node *b, unsigned depth, uint64_t *budget,
                       struct sl_err *err)
{
    int same = 1;
    for (uint32_t i = 0; i < a->count && same == 1; i++)
        same = equal(a->as.items[i], b->as.items[i], depth, budget, err);
    return same;
}

static int equal_maps(const struct sl_node *a, const struct sl_node *b, unsigned depth, uint64_t *budget,
                      struct sl_err *err)
{
    int same = 1;
    for (uint32_t i = 0; i < a->count && same == 1; i++) {
        /* Most often the order is the same too. */
        const struct sl_entry *entry = &a->as.entries[i];
        const struct sl_entry *other = &b->as.entries[i];
        if (!sl_str_equal(entry->key, other->key)) {
            if (budget_take(budget, 1 + b->count / 8, err) < 0)
                return -1;
            other = sl_node_entry(b, entry->key);
        }
        same = other ? equal(entry->value, other->value, depth, budget, err) : 0;
    }
    return same;
}

static int equal(const struct sl_node *a, const struct sl_node *b, unsigned depth, uint64_t *budget,
                 struct sl_err *err)
{
    if (budget_take(budget, 1, err) < 0)
        return -1;
    if (node_is_number(a) && node_is_number(b)) {
        int order;
        return number_compare(&order, a, b, err) < 0 ? -1 : order == 0;
    }
    if (a->kind != b->kind || a->count != b->count || depth > SL_DOC_DEPTH_MAX)
        return 0;
    switch (a->kind) {
    case SL_BOOL:
        return a->as.boolean == b->as.boolean;
    case SL_STRING:
        return sl_str_equal(a->as.text, b->as.text);
    case SL_LIST:
        return equal_lists(a, b, depth + 1, budget, err);
    case SL_MAP:
        return equal_maps(a, b, depth + 1, budget, err);
    default:
        return 1;
    }
}

int value_equal(const struct sl_node *a, const struct sl_node *b, uint64_t *budget, struct sl_err *err)
{
    return equal(a, b, 0, budget, err);
}

/* -- unique items -- */

struct hashed {
    uint64_t hash;
    uint32_t index;
};

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t mixed = (a ^ b) * UINT64_C(0xff51afd7ed558ccd);
    return mixed ^ mixed >> 32;
}

/* The order of members must not matter: their hashes are added. */
static int hash_value(uint64_t *out, const struct sl_node *node, unsigned depth, uint64_t *budget,
                      struct sl_err *err)
{
    *out = (uint64_t)node->kind + 1;
    if (budget_take(budget, 1, err) < 0)
        return -1;
    if (node_is_number(node)) {
        SL_CLEANUP(decimal_release) struct decimal decimal = {0};
        if (decimal_read(&decimal, node, err) < 0)
            return -1;
        *out = decimal_hash(&decimal);
        return 0;
    }
    if (node->kind == SL_STRING)
        *out = sl_hash(node->as.text);
    if (node->kind == SL_BOOL)
        *out = node->as.boolean ? 11 : 13;
    if ((node->kind != SL_LIST && node->kind != SL_MAP) || depth > SL_DOC_DEPTH_MAX)
        return 0;
    for (uint32_t i = 0; i < node->count; i++) {
        bool map = node->kind == SL_MAP;
        const struct sl_node *child = map ? node->as.entries[i].value : node->as.items[i];
        uint64_t hash;
        if (hash_value(&hash, child, depth + 1, budget, err) < 0)
            return -1;
        *out = map ? *out + mix(sl_hash(node->as.entries[i].key), hash) : mix(*out, hash);
    }
    return 0;
}

static int compare_hashed(const void *left, const void *right)
{
    const struct hashed *a = left;
    const struct hashed *b = right;
    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    return (a->index > b->index) - (a->index < b->index);
}

static int pairs_unique(const struct sl_node *list, uint32_t pair[2], uint64_t *budget, struct sl_err *err)
{
    for (uint32_t j = 1; j < list->count; j++)
        for (uint32_t i = 0; i < j; i++) {
            int same = value_equal(list->as.items[i], list->as.items[j], budget, err);
            if (same == 0)
                continue;
            pair[0] = i;
            pair[1] = j;
            return same < 0 ? -1 : 0;
        }
    return 1;
}

/* What has the same hash stands side by side, the later ones of the list behind. */
static int hashes_unique(const struct sl_node *list, const struct hashed *hashes, uint32_t pair[2],
                         uint64_t *budget, struct sl_err *err)
{
    for (uint32_t j = 1; j < list->count; j++)
        for (uint32_t i = j; i > 0 && hashes[i - 1].hash == hashes[j].hash; i--) {
            pair[0] = hashes[i - 1].index;
            pair[1] = hashes[j].index;
            int same = value_equal(list->as.items[pair[0]], list->as.items[pair[1]], budget, err);
            if (same != 0)
                return same < 0 ? -1 : 0;
        }
    return 1;
}

static int hash_items(struct hashed *hashes, const struct sl_node *list, uint64_t *budget, struct sl_err *err)
{
    for (uint32_t i = 0; i < list->count; i++) {
        hashes[i].index = i;
        if (hash_value(&hashes[i].hash, list->as.items[i], 0, budget, err) < 0)
            return -1;
    }
    qsort(hashes, list->count, sizeof *hashes, compare_hashed);
    return 0;
}

int value_items_unique(const struct sl_node *list, uint32_t pair[2], uint64_t *budget, struct sl_err *err)
{
    if (list->count <= PAIRS_MAX)
        return pairs_unique(list, pair, budget, err);
    struct hashed *hashes = calloc(list->count, sizeof *hashes);
    if (!hashes)
        return sl_fail_memory(err);
    int unique = hash_items(hashes, list, budget, err);
    if (unique == 0)
        unique = hashes_unique(list, hashes, pair, budget, err);
    free(hashes);
    return unique;
}
