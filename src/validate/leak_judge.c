#include "leak_judge.h"

#include "base/map.h"
#include "leak_known.h"
#include "leak_setting.h"

enum { FEW = 3, MANY = 5, LONG_NAME = 9, LONG_MIXED = 12 };

/* -- what tells -- */

static bool in_same_place(const struct leak_use *a, const struct leak_use *b, uint64_t *place)
{
    for (size_t i = 0; i < LEAK_PLACES && i < a->times; i++)
        for (size_t other = 0; other < LEAK_PLACES && other < b->times; other++)
            if (a->places[i] == b->places[other]) {
                *place = a->places[i];
                return true;
            }
    return false;
}

/* In a place where all others have something else, nobody was given a choice of two or three. */
static bool tells_apart(const struct leak_judge *judge, uint64_t place)
{
    const struct leak_spot *spot = leak_index_spot(judge->index, place);
    return spot && spot->customers >= MANY && 10 * spot->distinct >= 9 * spot->customers;
}

/* What it is that the overlays have where this one has the string. */
enum standing {
    STANDING_ALONE,  /* hardly another one has anything there */
    STANDING_CHOICE, /* many have the same: one of a few things that may stand there */
    STANDING_PLACED, /* others have something there too */
    STANDING_APART,  /* each has its own */
};

static enum standing standing_of(const struct leak_judge *judge, const struct leak_use *use)
{
    enum standing standing = STANDING_ALONE;
    for (size_t i = 0; i < LEAK_PLACES && i < use->times; i++) {
        const struct leak_spot *spot = leak_index_spot(judge->index, use->places[i]);
        if (!spot || spot->customers < FEW)
            continue;
        enum standing here = STANDING_PLACED;
        if (tells_apart(judge, use->places[i]))
            here = STANDING_APART;
        else if (spot->customers >= MANY && 2 * spot->distinct <= spot->customers)
            here = STANDING_CHOICE;
        standing = here > standing ? here : standing;
    }
    return standing;
}

/* A long word of letters that somebody may well say. */
static bool is_plain_word(const struct leak_token *token)
{
    return token->weight == LEAK_WORD && !leak_looks_random(token->text);
}

static bool is_whole(const struct leak_match *match)
{
    return match->token->weight == LEAK_STRONG || match->alone || match->token->text.len >= LONG_NAME;
}

/* -- what is inside a string -- */

struct inside {
    const struct leak_token *token;
    bool found;
};

static int take_telling(void *context, const struct leak_match *match, struct sl_err *err)
{
    struct inside *inside = context;
    const struct leak_token *token = match->token;
    (void)err;
    if (token != inside->token)
        inside->found =
            inside->found || (token->shared == 0 && (token->weight == LEAK_STRONG || token->name));
    return 0;
}

/* A phrase is as strong as what stands in it and nowhere else: an image from the vendor's registry is not. */
static bool is_strong(const struct leak_judge *judge, const struct leak_token *token)
{
    bool phrase = false;
    for (size_t i = 0; i < token->key.len; i++)
        phrase = phrase || (!leak_is_inner(token->key.ptr[i]) && !strchr(".-", token->key.ptr[i]));
    if (token->weight < LEAK_STRONG || !phrase)
        return token->weight == LEAK_STRONG;
    struct inside inside = {.token = token};
    struct sl_err unused = {0};
    return leak_index_search_inside(judge->index, token, take_telling, &inside, &unused) == 0 && inside.found;
}

/* Each has its own there, and this is the one of `use`; unless it is what anybody may reach, or a piece of something. */
static enum leak_verdict judge_apart(const struct leak_judge *judge, const struct leak_token *token,
                                     const struct leak_use *use)
{
    bool piece = !use->whole && token->weight < LEAK_STRONG;
    bool anybodys =
        token->lent || leak_is_outside(judge, token, use->customer) || leak_is_in_shared_domain(judge, token);
    return piece || anybodys ? LEAK_PERHAPS : LEAK_CLEAR;
}

/* -- two overlays -- */

/* Both overlays have it, and nothing else says whose it is. That each has its own there, and which, is as good as a
 * statement; anything else may be chance. */
static enum leak_verdict compare_uses(const struct leak_judge *judge, const struct leak_token *token,
                                      const struct leak_use *own, const struct leak_use *other)
{
    uint64_t place;
    enum standing here = standing_of(judge, own), there = standing_of(judge, other);
    bool strong = is_strong(judge, token);
    bool own_place = here >= STANDING_PLACED, other_place = there >= STANDING_PLACED;
    if (!strong && (here == STANDING_CHOICE || there == STANDING_CHOICE))
        return LEAK_NONE;
    if (own_place != other_place) {
        if (own_place)
            return LEAK_NONE;
        return there == STANDING_APART ? judge_apart(judge, token, other) : LEAK_PERHAPS;
    }
    /* What two sites have in the same place may be what both were given the choice of. */
    if (in_same_place(own, other, &place)) {
        bool telling = judge->count >= FEW && strong &&
                       (token->text.len >= LONG_MIXED || leak_is_host(token->text) ||
                        sl_str_find(token->text, '.') < token->text.len);
        bool apart = tells_apart(judge, place) && (strong || own->whole);
        return telling || apart ? LEAK_PERHAPS : LEAK_NONE;
    }
    if (is_plain_word(token) && there != STANDING_APART)
        return LEAK_NONE;
    return own->times > other->times ? LEAK_NONE : LEAK_PERHAPS;
}

/* Who states it in cluster-config.yaml is known by it, unless just that was copied. */
static enum leak_verdict compare(const struct leak_judge *judge, const struct leak_token *token,
                                 const struct leak_use *own, const struct leak_use *other)
{
    enum leak_verdict known = leak_judge_known(judge, token, other->customer, own->customer);
    enum leak_verdict verdict = compare_uses(judge, token, own, other);
    if (known == LEAK_CLEAR)
        return LEAK_CLEAR;
    if (own->known == other->known)
        return verdict;
    if (own->known > other->known)
        return verdict != LEAK_NONE && other->whole && standing_of(judge, other) == STANDING_APART
                   ? LEAK_PERHAPS
                   : LEAK_NONE;
    if (verdict == LEAK_NONE && (own->known || is_plain_word(token)))
        return LEAK_NONE;
    return verdict == LEAK_NONE && other->known == LEAK_STATED && token->weight < LEAK_STRONG ? LEAK_NONE
           : verdict == LEAK_CLEAR                                                            ? LEAK_CLEAR
                                                                                              : LEAK_PERHAPS;
}

/* The name of another customer. One may be called by a word that others use for what it means: that must not stop their
 * deliveries. */
static enum leak_verdict judge_name(const struct leak_judge *judge, const struct leak_match *match,
                                    size_t customer)
{
    const struct leak_token *token = match->token;
    bool sure = token->weight >= LEAK_NAME && !match->spaced;
    if (token->uses[0].customer == customer || leak_has_name(judge, token, customer))
        return LEAK_NONE;
    if (!sure && (token->shared > 0 || token->lent || !match->alone))
        return LEAK_NONE;
    return sure && !leak_are_sites_of_one(judge, token->uses[0].customer, customer) ? LEAK_CLEAR
                                                                                    : LEAK_PERHAPS;
}

/* One other overlay has it, and this one only as a part of something. */
static enum leak_verdict judge_part(const struct leak_judge *judge, const struct leak_match *match,
                                    size_t customer)
{
    const struct leak_token *token = match->token;
    const struct leak_use *use = &token->uses[0];
    if (token->owners != 1 || !is_whole(match))
        return LEAK_NONE;
    enum standing standing = standing_of(judge, use);
    if (leak_judge_known(judge, token, use->customer, customer) == LEAK_CLEAR)
        return LEAK_CLEAR;
    if (standing == STANDING_APART)
        return judge_apart(judge, token, use);
    if (is_strong(judge, token) || use->known)
        return LEAK_PERHAPS;
    return is_plain_word(token) || standing == STANDING_CHOICE ? LEAK_NONE : LEAK_PERHAPS;
}

/* More than two have it. */
static enum leak_verdict judge_many(size_t *owner, const struct leak_judge *judge,
                                    const struct leak_token *token, size_t customer)
{
    const struct leak_family *family = token->family;
    if (!family || family->count != 1 || token->owners >= LEAK_OWNERS_COUNTED)
        return LEAK_NONE;
    *owner = family->customers[0];
    return *owner == customer ? LEAK_NONE : leak_judge_known(judge, token, *owner, customer);
}

/* Of a string that is in the overlay, and in no way this customer's own. */
static enum leak_verdict judge_foreign(size_t *owner, const struct leak_judge *judge,
                                       const struct leak_match *match, size_t customer)
{
    const struct leak_token *token = match->token;
    const struct leak_use *first = &token->uses[0];
    const struct leak_use *own = leak_use_of(token, customer);
    if (token->owners > LEAK_OWNERS)
        return judge_many(owner, judge, token, customer);
    if (!own)
        return judge_part(judge, match, customer);
    if (token->owners == 1)
        return LEAK_NONE;
    const struct leak_use *other = own == first ? &token->uses[1] : first;
    *owner = other->customer;
    return compare(judge, token, own, other);
}

/* The other one of those that say they are reached under the same domain. */
static bool find_namesake(size_t *owner, const struct leak_match *match, size_t customer)
{
    const struct leak_token *token = match->token;
    if (match->known != LEAK_DOMAIN || token->domains < 2 || token->family->count > LEAK_FAMILY)
        return false;
    *owner = token->family->customers[token->family->customers[0] == customer];
    return true;
}

enum leak_verdict leak_judge_own(size_t *owner, const struct leak_judge *judge,
                                 const struct leak_match *match, size_t customer)
{
    const struct leak_token *token = match->token;
    *owner = token->uses[0].customer;
    if (token->owners == 0)
        return LEAK_NONE;
    if (find_namesake(owner, match, customer))
        return LEAK_PERHAPS;
    enum leak_own own = leak_is_own(judge, token, customer, match->known);
    if (own == LEAK_OWN_SURE)
        return LEAK_NONE;
    if (token->name)
        return judge_name(judge, match, customer);
    if (token->shared > 0) {
        enum leak_verdict verdict = leak_judge_shared(owner, judge, match);
        return *owner == customer ? LEAK_NONE : verdict;
    }
    size_t users = leak_use_of(token, customer) || token->owners > LEAK_OWNERS;
    enum leak_verdict family = leak_judge_family(owner, token, customer, users);
    if (family != LEAK_NONE)
        return family;
    enum leak_verdict verdict = judge_foreign(owner, judge, match, customer);
    /* What stands where overlays may take it from is nobody's, unless something says so. */
    if (token->lent && leak_judge_known(judge, token, *owner, customer) != LEAK_CLEAR)
        return LEAK_NONE;
    return own == LEAK_OWN_WEAK && verdict < LEAK_CLEAR ? LEAK_NONE : verdict;
}

/* -- what all are given -- */

static enum leak_verdict judge_shared_name(const struct leak_match *match)
{
    const struct leak_token *token = match->token;
    bool everywhere = token->shared >= LEAK_SHARED;
    if (token->weight >= LEAK_NAME)
        return everywhere || match->spaced ? LEAK_PERHAPS : LEAK_CLEAR;
    /* A word of letters is what it means to whoever wrote the release, unless it means nothing. */
    bool odd = leak_looks_random(token->text) || sl_str_find(token->key, '-') < token->key.len;
    return odd && match->alone && !everywhere ? LEAK_PERHAPS : LEAK_NONE;
}

/* Only one customer has it, or is known by it. */
static bool find_only_owner(size_t *owner, const struct leak_token *token)
{
    bool stated = token->family && token->family->count == 1;
    *owner = stated ? token->family->customers[0] : token->uses[0].customer;
    return token->owners == 1 || (stated && token->owners < LEAK_OWNERS_COUNTED);
}

/* The default overlay's cluster-config.yaml has it too. */
static bool is_default(const struct leak_token *token, const struct leak_use *use)
{
    for (size_t i = 0; use && i < LEAK_PLACES && i < use->times; i++)
        for (size_t j = 0; j < token->shared; j++)
            if (use->places[i] == token->shared_places[j])
                return true;
    return false;
}

/* One customer's, as far as the overlays go; and no domain. */
static enum leak_verdict judge_only(const struct leak_judge *judge, const struct leak_match *match,
                                    size_t owner)
{
    const struct leak_token *token = match->token;
    const struct leak_use *use = leak_use_of(token, owner);
    bool strong = token->weight == LEAK_STRONG;
    enum leak_verdict known = leak_judge_known(judge, token, owner, LEAK_NOBODY);
    if (known == LEAK_CLEAR)
        return is_whole(match) ? LEAK_CLEAR : LEAK_NONE;
    if (use && standing_of(judge, use) == STANDING_APART)
        return is_whole(match) ? judge_apart(judge, token, use) : LEAK_NONE;
    if (leak_is_in_shared_domain(judge, token))
        return LEAK_NONE;
    if (known == LEAK_PERHAPS)
        return LEAK_PERHAPS;
    bool long_one = token->text.len >= LONG_MIXED || sl_str_find(token->text, '.') < token->text.len;
    bool telling = token->shared <= 1 && (strong ? long_one : leak_looks_random(token->text));
    return telling ? LEAK_PERHAPS : LEAK_NONE;
}

enum leak_verdict leak_judge_shared(size_t *owner, const struct leak_judge *judge,
                                    const struct leak_match *match)
{
    const struct leak_token *token = match->token;
    *owner = token->uses[0].customer;
    if (token->owners == 0)
        return LEAK_NONE;
    if (token->name)
        return judge_shared_name(match);
    enum leak_verdict family = leak_judge_family(owner, token, LEAK_NOBODY, 0);
    if (family != LEAK_NONE || !find_only_owner(owner, token))
        return family;
    const struct leak_use *use = leak_use_of(token, *owner);
    bool strong = token->weight == LEAK_STRONG;
    bool domain = token->domains == 1 && strong && !is_default(token, use);
    if (token->restated && !domain)
        return strong && use && standing_of(judge, use) == STANDING_APART ? LEAK_PERHAPS : LEAK_NONE;
    if (token->shared >= LEAK_SHARED)
        return domain ? LEAK_PERHAPS : LEAK_NONE;
    return domain ? LEAK_CLEAR : judge_only(judge, match, *owner);
}

/* -- what is made of it -- */

enum leak_verdict leak_judge_made(size_t *owner, const struct leak_judge *judge,
                                  const struct leak_match *match, size_t customer, bool own)
{
    const struct leak_token *token = match->token;
    *owner = token->uses[0].customer;
    /* What stands somewhere as it is has been judged there. */
    if (token->owners == 0 || token->shared > 0 || leak_use_of(token, customer) || !is_whole(match) ||
        leak_is_own(judge, token, customer, LEAK_UNKNOWN) == LEAK_OWN_SURE)
        return LEAK_NONE;
    if (token->name)
        return token->weight >= LEAK_NAME ? judge_name(judge, match, customer) : LEAK_NONE;
    enum leak_verdict family = leak_judge_family(owner, token, customer, 0);
    if (family != LEAK_NONE || !find_only_owner(owner, token) || *owner == customer)
        return family;
    const struct leak_use *use = leak_use_of(token, *owner);
    if (token->lent)
        return LEAK_NONE;
    if (leak_judge_known(judge, token, *owner, customer) == LEAK_CLEAR)
        return LEAK_CLEAR;
    if (use && standing_of(judge, use) == STANDING_APART)
        return judge_apart(judge, token, use);
    return is_strong(judge, token) || token->family || (own && token->weight == LEAK_NAME) ? LEAK_PERHAPS
                                                                                           : LEAK_NONE;
}
