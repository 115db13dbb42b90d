#include "leak_find.h"

#include "base/map.h"
#include "leak_token.h"
#include "model/name.h"

#include <stdlib.h>

enum {
    OWNERS = 2,
    PLACES = 4,
    PARTS_MAX = 16,
    NAME_SHORTEST = 3,
    FEW = 3,
    MANY = 5,
    OWNERS_COUNTED = 6,
    LONG_NAME = 9,
    LONG_MIXED = 12
};

/* What one customer does with a token. */
struct use {
    size_t customer;
    bool identity; /* it is in cluster-config.yaml */
    size_t times;
    uint64_t places[PLACES];
};

struct token {
    struct sl_str text;
    enum leak_weight weight;
    bool common; /* it is in a release, in the base or in the default overlay */
    bool name;   /* of the customer uses[0] */
    struct use uses[OWNERS];
    size_t owners;                /* those beyond OWNERS are only counted, up to OWNERS_COUNTED */
    size_t last;                  /* the customer that was counted last, plus one */
    const struct leak_text *seen; /* the text it was last noted in: once is enough */
    size_t identities;            /* customers that have it in cluster-config.yaml */
    struct use identity;          /* the first of them */
};

/* The first part of tokens, and how many parts the longest of them has. */
struct start {
    size_t parts;
};

struct finder {
    struct leaks *leaks;
    struct sl_map tokens, starts, places, texts;
};

/* Where overlays have something: how many of them do. */
struct spot {
    uint64_t place;
    size_t last, customers;
    size_t distinct; /* texts that they have there */
};

static int count_distinct(struct finder *finder, struct spot *spot, const struct leak_text *at,
                          struct sl_err *err)
{
    uint64_t *both = sl_arena_alloc(&finder->leaks->arena, sizeof *both);
    if (!both)
        return sl_fail_memory(err);
    *both = at->place * 31 + sl_hash(at->text);
    struct sl_str key = {(const char *)both, sizeof *both};
    if (sl_map_get(&finder->texts, key))
        return 0;
    spot->distinct++;
    return sl_map_put(&finder->texts, key, spot, err) < 0 ? -1 : 0;
}

static int count_place(struct finder *finder, size_t customer, const struct leak_text *at, struct sl_err *err)
{
    struct sl_str key = {(const char *)&at->place, sizeof at->place};
    struct spot *spot = sl_map_get(&finder->places, key);
    if (!spot) {
        spot = sl_arena_alloc(&finder->leaks->arena, sizeof *spot);
        if (!spot)
            return sl_fail_memory(err);
        spot->place = at->place;
        key.ptr = (const char *)&spot->place;
        if (sl_map_put(&finder->places, key, spot, err) < 0)
            return -1;
    }
    spot->customers += spot->last != customer + 1;
    spot->last = customer + 1;
    return count_distinct(finder, spot, at, err);
}

/* -- tokens -- */

static bool next_part(struct sl_str text, size_t *at, struct sl_str *part)
{
    size_t from = *at;
    while (from < text.len && !leak_is_inner(text.ptr[from]))
        from++;
    size_t to = from;
    while (to < text.len && leak_is_inner(text.ptr[to]))
        to++;
    *at = to;
    *part = sl_str_slice(text, from, to);
    return to > from;
}

static size_t count_parts(struct sl_str text, struct sl_str *first)
{
    size_t parts = 0;
    struct sl_str part;
    for (size_t at = 0; next_part(text, &at, &part); parts++)
        if (parts == 0)
            *first = part;
    return parts;
}

static int make_token(struct token **out, struct finder *finder, struct sl_str text, struct sl_err *err)
{
    struct sl_arena *arena = &finder->leaks->arena;
    struct sl_str first = {0};
    size_t parts = count_parts(text, &first);
    *out = sl_map_get(&finder->tokens, text);
    if (*out || parts == 0 || parts > PARTS_MAX)
        return 0;
    struct start *start = sl_map_get(&finder->starts, first);
    struct token *token = sl_arena_alloc(arena, sizeof *token);
    struct start *made = start ? start : sl_arena_alloc(arena, sizeof *made);
    if (!token || !made)
        return sl_fail_memory(err);
    token->text = text;
    if ((!start && sl_map_put(&finder->starts, first, made, err) < 0) ||
        sl_map_put(&finder->tokens, text, token, err) < 0)
        return -1;
    made->parts = made->parts > parts ? made->parts : parts;
    *out = token;
    return 0;
}

static struct use *use_of(struct token *token, size_t customer)
{
    for (size_t i = 0; i < OWNERS && i < token->owners; i++)
        if (token->uses[i].customer == customer)
            return &token->uses[i];
    return NULL;
}

static void note_use(struct token *token, size_t customer, const struct leak_text *at)
{
    struct use *use = use_of(token, customer);
    if (token->seen == at)
        return;
    token->seen = at;
    bool identity = at->identity;
    if (identity && (token->identities == 0 || token->identity.customer != customer)) {
        if (token->identities++ == 0)
            token->identity.customer = customer;
    }
    if (!use) {
        if (token->owners < OWNERS_COUNTED && token->last != customer + 1)
            token->owners++;
        token->last = customer + 1;
        if (token->owners > OWNERS)
            return;
        use = &token->uses[token->owners - 1];
        use->customer = customer;
    }
    use->identity = use->identity || identity;
    if (use->times < PLACES)
        use->places[use->times] = at->place;
    use->times++;
}

static int collect(struct finder *finder, size_t customer, const struct leak_text *at, struct sl_str text,
                   enum leak_weight least, struct sl_err *err)
{
    struct token *token;
    enum leak_weight weight = leak_weigh(text);
    if (weight == LEAK_COMMON || weight < least)
        return 0;
    if (make_token(&token, finder, text, err) < 0)
        return -1;
    if (!token)
        return 0;
    token->weight = weight;
    note_use(token, customer, at);
    return 0;
}

/* The domains that a host is in, and its own names. */
static int collect_labels(struct finder *finder, size_t customer, const struct leak_text *at,
                          struct sl_str word, struct sl_err *err)
{
    struct sl_str rest = word;
    while (sl_str_find(rest, '.') < rest.len) {
        size_t dot = sl_str_find(rest, '.');
        struct sl_str label = sl_str_slice(rest, 0, dot);
        if (collect(finder, customer, at, leak_trim(label), LEAK_NAME, err) < 0)
            return -1;
        rest = leak_trim(sl_str_slice(rest, dot + 1, rest.len));
        if (leak_is_host(rest) && collect(finder, customer, at, rest, LEAK_STRONG, err) < 0)
            return -1;
    }
    return 0;
}

/* What a setting is set to: site=Harbour North, class: zfs-river. */
static struct sl_str setting(struct sl_str line)
{
    for (size_t i = 0; i < line.len; i++)
        if (line.ptr[i] == '=' || (line.ptr[i] == ':' && i + 1 < line.len && line.ptr[i + 1] == ' '))
            return leak_trim(sl_str_slice(line, i, line.len));
    return (struct sl_str){0};
}

static int collect_line(struct finder *finder, size_t customer, const struct leak_text *at,
                        struct sl_str line, struct sl_err *err)
{
    struct sl_str whole = leak_trim(line);
    /* Of what somebody says only the unusual words count. */
    bool prose = sl_str_find(whole, ' ') < whole.len;
    struct sl_str word;
    if (collect(finder, customer, at, whole, LEAK_WORD, err) < 0 ||
        collect(finder, customer, at, setting(whole), LEAK_WORD, err) < 0)
        return -1;
    for (size_t from = 0; leak_next_word(line, &from, &word);)
        if (collect(finder, customer, at, word, prose ? LEAK_STRONG : LEAK_WORD, err) < 0 ||
            (leak_is_host(word) && collect_labels(finder, customer, at, word, err) < 0))
            return -1;
    return 0;
}

static int collect_text(struct finder *finder, size_t customer, const struct leak_text *at,
                        struct sl_err *err)
{
    if (at->kind == LEAK_KEY || at->kind == LEAK_VOCABULARY)
        return 0;
    for (size_t from = 0; from < at->text.len;) {
        struct sl_str rest = sl_str_slice(at->text, from, at->text.len);
        struct sl_str line = sl_str_slice(rest, 0, sl_str_find(rest, '\n'));
        from += line.len + 1;
        if (collect_line(finder, customer, at, line, err) < 0)
            return -1;
    }
    return 0;
}

static int collect_name(struct finder *finder, size_t customer, struct sl_err *err)
{
    struct sl_str name = finder->leaks->customers[customer].name;
    struct token *token;
    if (name.len < NAME_SHORTEST)
        return 0;
    if (make_token(&token, finder, name, err) < 0)
        return -1;
    if (!token || token->name)
        return 0;
    /* Whatever others do with it, it is this customer's. */
    struct use first = token->uses[0];
    token->name = true;
    token->weight = leak_weigh(name);
    token->uses[0] = (struct use){.customer = customer, .identity = true, .times = PLACES};
    if (token->owners > 0 && first.customer != customer)
        token->uses[1] = first;
    token->owners = token->owners ? token->owners : 1;
    return 0;
}

/* -- finding them again -- */

/* A token in a text. */
struct match {
    struct token *token;
    bool alone; /* it is a word of its own, no part of one with dashes */
};

typedef int take_match(void *context, const struct match *match, struct sl_err *err);

static bool is_dash(struct sl_str text, size_t at)
{
    return at < text.len && (text.ptr[at] == '-' || text.ptr[at] == '_');
}

static int find_from(struct finder *finder, struct sl_str text, struct sl_str part, take_match *take,
                     void *context, struct sl_err *err)
{
    const struct start *start = sl_map_get(&finder->starts, part);
    size_t from = (size_t)(part.ptr - text.ptr);
    size_t at = from;
    for (size_t parts = 0; start && parts < start->parts && next_part(text, &at, &part); parts++) {
        struct match match = {.token = sl_map_get(&finder->tokens, sl_str_slice(text, from, at)),
                              .alone = !(from > 0 && is_dash(text, from - 1)) && !is_dash(text, at)};
        if (match.token && take(context, &match, err) < 0)
            return -1;
    }
    return 0;
}

static int find_in(struct finder *finder, struct sl_str text, take_match *take, void *context,
                   struct sl_err *err)
{
    struct sl_str part;
    for (size_t at = 0; next_part(text, &at, &part);)
        if (find_from(finder, text, part, take, context, err) < 0)
            return -1;
    return 0;
}

static int take_common(void *context, const struct match *match, struct sl_err *err)
{
    (void)context;
    (void)err;
    match->token->common = true;
    return 0;
}

/* -- verdicts -- */

static bool in_same_place(const struct use *a, const struct use *b, uint64_t *place)
{
    for (size_t i = 0; i < PLACES && i < a->times; i++)
        for (size_t other = 0; other < PLACES && other < b->times; other++)
            if (a->places[i] == b->places[other]) {
                *place = a->places[i];
                return true;
            }
    return false;
}

static const struct spot *spot_at(const struct finder *finder, const uint64_t *place)
{
    return sl_map_get(&finder->places, (struct sl_str){(const char *)place, sizeof *place});
}

/* It stands where other overlays have something too: it belongs there, whatever it is. */
static bool is_in_its_place(const struct finder *finder, const struct use *use)
{
    for (size_t i = 0; i < PLACES && i < use->times; i++) {
        const struct spot *spot = spot_at(finder, &use->places[i]);
        if (spot && spot->customers >= FEW)
            return true;
    }
    return false;
}

/* In a place where all others have something else, nobody was given a choice of two or three. */
static bool tells_apart(const struct finder *finder, uint64_t place)
{
    const struct spot *spot = spot_at(finder, &place);
    return spot && spot->customers >= MANY && 10 * spot->distinct >= 9 * spot->customers;
}

enum verdict { LEAK_NONE, LEAK_PERHAPS, LEAK_CLEAR };

/* Both overlays have it, and nothing else says whose it is. */
static enum verdict compare_uses(const struct finder *finder, const struct token *token,
                                 const struct use *own, const struct use *other)
{
    uint64_t place;
    bool own_place = is_in_its_place(finder, own);
    if (own_place != is_in_its_place(finder, other))
        return own_place ? LEAK_NONE : LEAK_CLEAR;
    /* What two sites have in the same place may be what both were given the choice of. */
    if (in_same_place(own, other, &place)) {
        bool telling = finder->leaks->count >= FEW && token->weight == LEAK_STRONG &&
                       (token->text.len >= LONG_MIXED || leak_is_host(token->text) ||
                        sl_str_find(token->text, '.') < token->text.len);
        return telling || tells_apart(finder, place) ? LEAK_PERHAPS : LEAK_NONE;
    }
    if (own->times == other->times)
        return LEAK_PERHAPS;
    return own->times < other->times ? LEAK_CLEAR : LEAK_NONE;
}

/* Who has it in cluster-config.yaml is known by it, unless just that was copied. */
static enum verdict judge(const struct finder *finder, const struct token *token, const struct use *own,
                          const struct use *other)
{
    if (other->identity && !own->identity)
        return LEAK_CLEAR;
    enum verdict verdict = compare_uses(finder, token, own, other);
    return verdict == LEAK_CLEAR && own->identity && !other->identity ? LEAK_PERHAPS : verdict;
}

static bool contains(struct sl_str text, struct sl_str piece)
{
    for (size_t i = 0; i + piece.len <= text.len; i++)
        if (memcmp(text.ptr + i, piece.ptr, piece.len) == 0)
            return true;
    return false;
}

/* What is to be said of a token in this customer's overlay, and who else has it. */
static enum verdict find_owner(size_t *owner, const struct finder *finder, const struct match *match,
                               size_t customer)
{
    struct token *token = match->token;
    const struct use *own = use_of(token, customer);
    const struct use *first = &token->uses[0];
    *owner = first->customer;
    if (token->owners == 0 || (token->common && !(token->name && token->weight >= LEAK_NAME)))
        return LEAK_NONE;
    if (token->name) {
        bool inside = contains(finder->leaks->customers[customer].name, token->text);
        bool whole = token->weight >= LEAK_NAME || match->alone;
        if (first->customer == customer || inside || !whole)
            return LEAK_NONE;
        /* A customer may be called by a word that others use for what it means: that must not stop their deliveries. */
        return token->weight >= LEAK_NAME ? LEAK_CLEAR : LEAK_PERHAPS;
    }
    if (token->owners > OWNERS) {
        /* More have it, but only one of them is known by it. */
        bool known = token->owners < OWNERS_COUNTED && token->identities == 1;
        *owner = token->identity.customer;
        return known && *owner != customer ? LEAK_CLEAR : LEAK_NONE;
    }
    if (!own) {
        bool whole = token->weight == LEAK_STRONG || match->alone || token->text.len >= LONG_NAME;
        return token->owners == 1 && whole ? LEAK_CLEAR : LEAK_NONE;
    }
    if (token->owners == 1)
        return LEAK_NONE;
    const struct use *other = own == first ? &token->uses[1] : first;
    *owner = other->customer;
    return judge(finder, token, own, other);
}

struct hunt {
    const struct finder *finder;
    size_t customer;
    enum verdict verdict; /* the clearest so far, and of those the longest token */
    struct sl_str token;
    size_t owner;
};

static int take_leak(void *context, const struct match *match, struct sl_err *err)
{
    struct hunt *hunt = context;
    size_t owner;
    enum verdict verdict = find_owner(&owner, hunt->finder, match, hunt->customer);
    (void)err;
    if (verdict == LEAK_NONE || verdict < hunt->verdict ||
        (verdict == hunt->verdict && match->token->text.len <= hunt->token.len))
        return 0;
    hunt->verdict = verdict;
    hunt->token = match->token->text;
    hunt->owner = owner;
    return 0;
}

/* One leak for one text: the longest says most. */
static int hunt_text(struct finder *finder, size_t index, const struct leak_text *text, struct sl_err *err)
{
    struct leak_customer *customer = &finder->leaks->customers[index];
    struct hunt hunt = {.finder = finder, .customer = index};
    if (text->kind == LEAK_VOCABULARY)
        return 0;
    if (find_in(finder, text->text, take_leak, &hunt, err) < 0)
        return -1;
    if (hunt.verdict == LEAK_NONE)
        return 0;
    struct leak *leak = sl_arena_alloc(&finder->leaks->arena, sizeof *leak);
    if (!leak)
        return sl_fail_memory(err);
    *leak = (struct leak){.at = text,
                          .token = hunt.token,
                          .owner = finder->leaks->customers[hunt.owner].name,
                          .clear = hunt.verdict == LEAK_CLEAR};
    *(customer->last ? &customer->last->next : &customer->first) = leak;
    customer->last = leak;
    return 0;
}

/* -- all of it -- */

/* What cannot be a customer's name is no customer's: repo/customer-name says so. */
static bool is_customer(struct sl_str name)
{
    struct sl_err unused = {0};
    return sl_label_check("customer", name, &unused) == 0;
}

static int read_customers(struct leaks *leaks, struct sl_tree *tree, struct sl_err *err)
{
    const struct sl_tree_entry *entries;
    size_t count;
    int there = sl_tree_stat(tree, SL_STR("overlays"), NULL, err);
    if (there <= 0)
        return there;
    if (sl_tree_list(tree, SL_STR("overlays"), &entries, &count, err) < 0)
        return -1;
    leaks->customers = sl_arena_array(&leaks->arena, count, sizeof *leaks->customers);
    if (!leaks->customers)
        return sl_fail_memory(err);
    for (size_t i = 0; i < count; i++) {
        struct leak_customer *customer = &leaks->customers[leaks->count];
        struct sl_str folder = sl_arena_join(&leaks->arena, SL_STR("overlays/"), entries[i].name);
        if (entries[i].kind != SL_TREE_DIRECTORY || sl_str_equal(entries[i].name, SL_STR("default")) ||
            !is_customer(entries[i].name))
            continue;
        if (!folder.ptr)
            return sl_fail_memory(err);
        customer->name = entries[i].name;
        leaks->count++;
        if (leak_texts_read(&customer->texts, &leaks->arena, tree, folder, false, err) < 0)
            return -1;
    }
    return 0;
}

/* What everybody is given belongs to nobody. */
static int find_common(struct finder *finder, struct sl_tree *tree, struct sl_err *err)
{
    static const char *const folders[] = {"releases", "base", "overlays/default"};
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        struct leak_texts texts = {0};
        if (leak_texts_read(&texts, &finder->leaks->arena, tree, sl_str_from(folders[i]), true, err) < 0)
            return -1;
        for (size_t text = 0; text < texts.count; text++)
            if (find_in(finder, texts.items[text].text, take_common, NULL, err) < 0)
                return -1;
    }
    return 0;
}

static int find(struct finder *finder, struct sl_tree *tree, struct sl_err *err)
{
    struct leaks *leaks = finder->leaks;
    for (size_t i = 0; i < leaks->count; i++)
        for (size_t text = 0; text < leaks->customers[i].texts.count; text++)
            if (count_place(finder, i, &leaks->customers[i].texts.items[text], err) < 0 ||
                collect_text(finder, i, &leaks->customers[i].texts.items[text], err) < 0)
                return -1;
    for (size_t i = 0; i < leaks->count; i++)
        if (collect_name(finder, i, err) < 0)
            return -1;
    if (find_common(finder, tree, err) < 0)
        return -1;
    for (size_t i = 0; i < leaks->count; i++)
        for (size_t text = 0; text < leaks->customers[i].texts.count; text++)
            if (hunt_text(finder, i, &leaks->customers[i].texts.items[text], err) < 0)
                return -1;
    return 0;
}

int leaks_find(struct leaks *leaks, struct sl_tree *whole, struct sl_err *err)
{
    struct finder finder = {.leaks = leaks};
    sl_map_init(&finder.tokens);
    sl_map_init(&finder.starts);
    sl_map_init(&finder.places);
    sl_map_init(&finder.texts);
    int result = read_customers(leaks, whole, err);
    if (result == 0 && leaks->count > 1)
        result = find(&finder, whole, err);
    sl_map_release(&finder.tokens);
    sl_map_release(&finder.starts);
    sl_map_release(&finder.places);
    sl_map_release(&finder.texts);
    return result;
}
