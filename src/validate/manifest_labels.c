#include "manifest_labels.h"

/* Carriers that one selector is compared with, beyond which it counts as matching: its rarest label leads to
 * few, so this is only met by expressions that exclude. */
enum { COMPARED_MAX = 1000, NEAREST_COMPARED_MAX = 100 };

struct label_item {
    struct label_carrier carrier;
    struct label_item *next;
};

struct label_list {
    struct label_item *first, *last;
    size_t count;
};

void labels_init(struct labels *labels, struct manifests *manifests)
{
    *labels = (struct labels){.manifests = manifests};
    sl_map_init(&labels->carriers);
}

void labels_release(struct labels *labels)
{
    sl_map_release(&labels->carriers);
}

static struct label_list *list_of(struct labels *labels, const struct sl_str *parts, size_t count)
{
    return sl_map_get(&labels->carriers, manifests_key(labels->manifests, parts, count));
}

static int add(struct labels *labels, const struct sl_str *parts, size_t count,
               const struct label_carrier *carrier, struct sl_err *err)
{
    struct sl_arena *arena = &labels->manifests->arena;
    struct label_list *list = list_of(labels, parts, count);
    if (!list) {
        list = sl_arena_alloc(arena, sizeof *list);
        if (!list)
            return sl_fail_memory(err);
        if (manifests_note(labels->manifests, &labels->carriers, parts, count, list, err) < 0)
            return -1;
    }
    struct label_item *item = sl_arena_alloc(arena, sizeof *item);
    if (!item)
        return sl_fail_memory(err);
    item->carrier = *carrier;
    if (list->last)
        list->last->next = item;
    else
        list->first = item;
    list->last = item;
    list->count++;
    return 0;
}

int labels_add(struct labels *labels, const struct label_carrier *carrier, struct sl_err *err)
{
    struct sl_str spaces[] = {carrier->object->space, SL_STR("")};
    for (size_t i = 0; i < 2; i++) {
        if (add(labels, &spaces[i], 1, carrier, err) < 0)
            return -1;
        const struct sl_node *map = carrier->labels;
        for (uint32_t j = 0; map && map->kind == SL_MAP && j < map->count; j++) {
            const struct sl_entry *entry = &map->as.entries[j];
            struct sl_str parts[] = {spaces[i], entry->key, sl_node_text(entry->value)};
            if (add(labels, parts, 3, carrier, err) < 0)
                return -1;
        }
    }
    return 0;
}

struct selector selector_of(const struct sl_node *node)
{
    return (struct selector){sl_node_get(node, "matchLabels"), sl_node_get(node, "matchExpressions")};
}

static uint32_t map_count(const struct sl_node *node)
{
    return node && node->kind == SL_MAP ? node->count : 0;
}

static uint32_t list_count(const struct sl_node *node)
{
    return node && node->kind == SL_LIST ? node->count : 0;
}

bool selector_is_empty(const struct selector *selector)
{
    return map_count(selector->labels) == 0 && list_count(selector->expressions) == 0;
}

/* Labels that pods get when they are made. */
static bool is_of_the_cluster(struct sl_str key)
{
    static const char *const keys[] = {
        "apps.kubernetes.io/pod-index",
        "batch.kubernetes.io/controller-uid",
        "batch.kubernetes.io/job-completion-index",
        "batch.kubernetes.io/job-name",
        "controller-revision-hash",
        "controller-uid",
        "job-name",
        "pod-template-generation",
        "pod-template-hash",
        "rollouts-pod-template-hash",
        "statefulset.kubernetes.io/pod-name",
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (sl_str_equal(key, sl_str_from(keys[i])))
            return true;
    return false;
}

static bool is_among(struct sl_str text, const struct sl_node *list)
{
    for (uint32_t i = 0; i < list_count(list); i++)
        if (sl_str_equal(text, sl_node_text(list->as.items[i])))
            return true;
    return false;
}

static bool expression_matches(const struct sl_node *expression, const struct sl_node *labels)
{
    struct sl_str key = sl_node_text(sl_node_get(expression, "key"));
    struct sl_str operator= sl_node_text(sl_node_get(expression, "operator"));
    const struct sl_node *values = sl_node_get(expression, "values");
    const struct sl_entry *entry = sl_node_entry(labels, key);
    if (is_of_the_cluster(key))
        return true;
    if (sl_str_equal(operator, SL_STR("Exists")))
        return entry != NULL;
    if (sl_str_equal(operator, SL_STR("DoesNotExist")))
        return entry == NULL;
    if (sl_str_equal(operator, SL_STR("In")))
        return entry && is_among(sl_node_text(entry->value), values);
    if (sl_str_equal(operator, SL_STR("NotIn")))
        return !entry || !is_among(sl_node_text(entry->value), values);
    return true;
}

bool selector_pair_matches(const struct sl_entry *pair, const struct sl_node *labels)
{
    const struct sl_entry *entry = sl_node_entry(labels, pair->key);
    return is_of_the_cluster(pair->key) ||
           (entry && sl_str_equal(sl_node_text(entry->value), sl_node_text(pair->value)));
}

bool selector_matches(const struct selector *selector, const struct sl_node *labels)
{
    for (uint32_t i = 0; i < map_count(selector->labels); i++)
        if (!selector_pair_matches(&selector->labels->as.entries[i], labels))
            return false;
    for (uint32_t i = 0; i < list_count(selector->expressions); i++)
        if (!expression_matches(selector->expressions->as.items[i], labels))
            return false;
    return true;
}

static bool can_be_said(const struct selector *selector)
{
    for (uint32_t i = 0; i < map_count(selector->labels); i++) {
        const struct sl_node *value = selector->labels->as.entries[i].value;
        if (value->kind != SL_STRING || manifest_is_template(value->as.text))
            return false;
    }
    return true;
}

bool labels_find(struct labels *labels, struct sl_str space, const struct selector *selector)
{
    if (!can_be_said(selector))
        return true;
    const struct label_list *rarest = list_of(labels, &space, 1);
    for (uint32_t i = 0; rarest && i < map_count(selector->labels); i++) {
        const struct sl_entry *pair = &selector->labels->as.entries[i];
        if (is_of_the_cluster(pair->key))
            continue;
        struct sl_str parts[] = {space, pair->key, sl_node_text(pair->value)};
        const struct label_list *list = list_of(labels, parts, 3);
        if (!list || list->count < rarest->count)
            rarest = list;
    }
    size_t compared = 0;
    for (const struct label_item *item = rarest ? rarest->first : NULL; item; item = item->next)
        if (++compared > COMPARED_MAX || selector_matches(selector, item->carrier.labels))
            return true;
    return false;
}

const struct label_carrier *labels_nearest(struct labels *labels, struct sl_str space,
                                           const struct selector *selector, const struct sl_entry **lacking)
{
    const struct label_carrier *nearest = NULL;
    size_t most = 0;
    size_t compared = 0;
    const struct label_list *all = list_of(labels, &space, 1);
    for (const struct label_item *item = all ? all->first : NULL; item && compared < NEAREST_COMPARED_MAX;
         item = item->next, compared++) {
        size_t matching = 0;
        const struct sl_entry *first = NULL;
        for (uint32_t i = 0; i < map_count(selector->labels); i++) {
            const struct sl_entry *pair = &selector->labels->as.entries[i];
            const struct sl_entry *entry = sl_node_entry(item->carrier.labels, pair->key);
            bool matches = selector_pair_matches(pair, item->carrier.labels);
            matching += matches ? 2 : entry != NULL; /* the same key with another value counts half */
            first = matches || first ? first : pair;
        }
        if (matching > most) {
            most = matching;
            nearest = &item->carrier;
            *lacking = first;
        }
    }
    return nearest;
}
