#include "leak_known.h"

#include "leak_stated.h"

/* What is looked for inside a string, and what was found. */
struct inside {
    const struct leak_judge *judge;
    const struct leak_token *token;
    size_t owner, reader;
    enum leak_known known;
    size_t own_domain, other_domain; /* the longest, how long */
    bool own_name, own_stated, own_used;
    bool in_own_domain; /* it is below what the reader itself is reached under */
    enum leak_verdict verdict;
};

const struct leak_use *leak_use_of(const struct leak_token *token, size_t customer)
{
    for (size_t i = 0; i < LEAK_OWNERS && i < token->owners; i++)
        if (token->uses[i].customer == customer)
            return &token->uses[i];
    return NULL;
}

bool leak_is_name_of(const struct leak_token *token, size_t customer)
{
    return token->name && token->weight >= LEAK_NAME && token->uses[0].customer == customer;
}

static bool contains(struct sl_str text, struct sl_str piece)
{
    for (size_t i = 0; i + piece.len <= text.len; i++)
        if (memcmp(text.ptr + i, piece.ptr, piece.len) == 0)
            return true;
    return false;
}

bool leak_has_name(const struct leak_judge *judge, const struct leak_token *token, size_t customer)
{
    return contains(judge->names[customer], token->text);
}

static bool is_only_stated_by(const struct leak_token *token, size_t customer)
{
    return token->family && token->family->count == 1 && token->family->customers[0] == customer;
}

static size_t longer(size_t a, size_t b)
{
    return a > b ? a : b;
}

bool leak_is_in_shared_domain(const struct leak_judge *judge, const struct leak_token *token)
{
    struct sl_str rest = token->key;
    for (size_t dot = sl_str_find(rest, '.'); dot < rest.len; dot = sl_str_find(rest, '.')) {
        rest = sl_str_slice(rest, dot + 1, rest.len);
        const struct leak_token *domain = leak_index_token(judge->index, rest);
        if (domain && domain->shared > token->shared)
            return true;
    }
    return false;
}

/* acme of acme-north */
static struct sl_str first_part(struct sl_str name)
{
    return sl_str_slice(name, 0, sl_str_find(name, '-'));
}

bool leak_are_sites_of_one(const struct leak_judge *judge, size_t a, size_t b)
{
    if (!sl_str_equal(first_part(judge->names[a]), first_part(judge->names[b])))
        return false;
    struct sl_str rest = leak_domain_of(judge->index, b);
    while (sl_str_find(rest, '.') < rest.len) {
        const struct leak_token *domain = leak_index_token(judge->index, rest);
        if (domain && domain->realms > 1 && leak_is_stated_by(domain, a))
            return true;
        rest = sl_str_slice(rest, sl_str_find(rest, '.') + 1, rest.len);
    }
    return false;
}

/* -- one's own -- */

static int take_own(void *context, const struct leak_match *match, struct sl_err *err)
{
    struct inside *inside = context;
    const struct leak_token *token = match->token;
    const struct leak_use *use = leak_use_of(token, inside->reader);
    bool stated = leak_is_stated_by(token, inside->reader) && inside->known != LEAK_DOMAIN;
    (void)err;
    inside->own_name = inside->own_name || leak_is_name_of(token, inside->reader);
    if (token == inside->token && inside->known != LEAK_UNKNOWN)
        return 0;
    if (token->realms && stated)
        inside->own_domain = longer(inside->own_domain, token->key.len);
    else if (token->domains)
        inside->other_domain = longer(inside->other_domain, token->key.len);
    if (token->weight == LEAK_STRONG && stated && is_only_stated_by(token, inside->reader)) {
        inside->own_stated = true;
        inside->own_used = inside->own_used || (use && use->known >= LEAK_SET);
    }
    return 0;
}

enum leak_own leak_is_own(const struct leak_judge *judge, const struct leak_token *token, size_t customer,
                          enum leak_known known)
{
    struct inside inside = {.judge = judge, .token = token, .reader = customer, .known = known};
    struct sl_err unused = {0};
    if (leak_index_search_inside(judge->index, token, take_own, &inside, &unused) < 0)
        return LEAK_OWN_NOT;
    if (inside.own_name || inside.own_used || inside.own_domain > inside.other_domain)
        return LEAK_OWN_SURE;
    return inside.own_stated ? LEAK_OWN_WEAK : LEAK_OWN_NOT;
}

/* -- another one's -- */

/* What cluster-config.yaml says it is. */
static enum leak_verdict judge_stated(const struct inside *inside, const struct leak_token *token)
{
    const struct leak_use *use = leak_use_of(token, inside->owner);
    bool itself = token == inside->token;
    if (!use || !is_only_stated_by(token, inside->owner) || (!itself && token->weight < LEAK_STRONG))
        return LEAK_NONE;
    if (use->known == LEAK_OWN)
        return token->weight >= LEAK_NAME ? LEAK_CLEAR : LEAK_PERHAPS;
    /* A registry may be used by others, but not by who has another one; a site may have several storage classes. */
    if (use->known == LEAK_SET && inside->reader != LEAK_NOBODY && token->weight == LEAK_STRONG &&
        token->owners <= LEAK_OWNERS && !leak_is_in_shared_domain(inside->judge, token) &&
        leak_index_states(inside->judge->index, inside->reader, use->known_place))
        return LEAK_CLEAR;
    return use->known >= LEAK_SET || (itself && token->weight == LEAK_STRONG) ? LEAK_PERHAPS : LEAK_NONE;
}

static enum leak_verdict judge_inner(struct inside *inside, const struct leak_token *token)
{
    bool reader = inside->reader != LEAK_NOBODY;
    if (leak_is_name_of(token, inside->owner) &&
        !(reader && leak_has_name(inside->judge, token, inside->reader)))
        return reader && leak_are_sites_of_one(inside->judge, inside->owner, inside->reader) ? LEAK_PERHAPS
                                                                                             : LEAK_CLEAR;
    if (token->domains > 0 && reader && token->domain == inside->reader)
        inside->in_own_domain = true;
    if (token->domains == 1 && token->domain == inside->owner && token->weight == LEAK_STRONG &&
        !(reader && leak_is_stated_by(token, inside->reader)))
        return LEAK_CLEAR;
    return judge_stated(inside, token);
}

static int take_known(void *context, const struct leak_match *match, struct sl_err *err)
{
    struct inside *inside = context;
    enum leak_verdict verdict = judge_inner(inside, match->token);
    (void)err;
    inside->verdict = verdict > inside->verdict ? verdict : inside->verdict;
    return 0;
}

enum leak_verdict leak_judge_known(const struct leak_judge *judge, const struct leak_token *token,
                                   size_t owner, size_t reader)
{
    struct inside inside = {.judge = judge, .token = token, .owner = owner, .reader = reader};
    struct sl_err unused = {0};
    if (leak_index_search_inside(judge->index, token, take_known, &inside, &unused) < 0)
        return LEAK_NONE;
    return inside.verdict == LEAK_CLEAR && inside.in_own_domain ? LEAK_PERHAPS : inside.verdict;
}

enum leak_verdict leak_judge_family(size_t *owner, const struct leak_token *token, size_t reader,
                                    size_t users)
{
    const struct leak_family *family = token->family;
    if (token->realms < 2 || family->count > LEAK_FAMILY || token->weight < LEAK_STRONG ||
        token->shared >= LEAK_SHARED || (token->shared > 0 && token->domains == 0))
        return LEAK_NONE;
    if ((reader != LEAK_NOBODY && leak_is_stated_by(token, reader)) || token->owners > family->count + users)
        return LEAK_NONE;
    *owner = token->domains ? token->domain : family->customers[0];
    return token->domains && token->shared == 0 ? LEAK_CLEAR : LEAK_PERHAPS;
}

bool leak_is_outside(const struct leak_judge *judge, const struct leak_token *token, size_t customer)
{
    bool host = leak_is_host(token->text) || sl_str_find(token->text, '@') < token->text.len ||
                sl_str_find(token->text, '/') < token->text.len;
    return host && leak_index_states(judge->index, customer, judge->index->domain_place);
}
