#include "leak_hunt.h"

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
    struct leak_match found = *match;
    if (leak_trim(hunt->at->text).len == match->token->text.len)
        found.known = hunt->at->known;
    leak.verdict = hunt->customer ? leak_judge_own(&leak.owner, hunt->judge, &found, *hunt->customer)
                                  : leak_judge_shared(&leak.owner, hunt->judge, &found);
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

int leak_hunt_text(struct leaks *leaks, struct leak_list *list, const struct leak_text *at,
                   const size_t *customer, struct sl_err *err)
{
    struct hunt hunt = {.judge = &leaks->judge, .at = at, .customer = customer};
    if (at->kind == LEAK_VOCABULARY)
        return 0;
    if (leak_index_search(&leaks->index, &leaks->index.folded, at->text, take_leak, &hunt, err) < 0)
        return -1;
    /* Of an overlay one is enough; what all are given may be of one customer and told to another. */
    for (size_t i = 0; i < (customer ? 1 : LEAKS_OF_TEXT); i++)
        if (hunt.best.items[i].token && is_worth_telling(list, &hunt.best.items[i]) &&
            keep(leaks, list, &hunt.best.items[i], err) < 0)
            return -1;
    return 0;
}

int leak_hunt_texts(struct leaks *leaks, struct leak_list *list, const struct leak_texts *texts,
                    const size_t *customer, struct sl_err *err)
{
    for (size_t i = 0; i < texts->count; i++)
        if (leak_hunt_text(leaks, list, &texts->items[i], customer, err) < 0)
            return -1;
    return 0;
}
