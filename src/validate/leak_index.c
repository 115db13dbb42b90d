#include "leak_index.h"

#include "base/limits.h"
#include "base/map.h"
#include "leak_setting.h"
#include "leak_stated.h"

enum { NAME_SHORTEST = 3 };

/* What begins with a part. */
struct start {
    uint32_t counts; /* bit n: a token of n parts does */
};

void leak_index_init(struct leak_index *index, struct sl_arena *arena)
{
    memset(index, 0, sizeof *index);
    index->arena = arena;
    leak_sieve_init(&index->sieve);
    sl_map_init(&index->tokens);
    sl_map_init(&index->starts);
    sl_map_init(&index->places);
    sl_map_init(&index->texts);
    sl_map_init(&index->stated);
    sl_buf_init(&index->folded, SL_DOC_BYTES_MAX);
}

void leak_index_release(struct leak_index *index)
{
    sl_map_release(&index->tokens);
    sl_map_release(&index->starts);
    sl_map_release(&index->places);
    sl_map_release(&index->texts);
    sl_map_release(&index->stated);
    sl_buf_release(&index->folded);
}

/* -- places -- */

static int count_distinct(struct leak_index *index, struct leak_spot *spot, const struct leak_text *at,
                          struct sl_err *err)
{
    uint64_t *both = sl_arena_alloc(index->arena, sizeof *both);
    if (!both)
        return sl_fail_memory(err);
    *both = at->place * 31 + sl_hash(at->text);
    struct sl_str key = {(const char *)both, sizeof *both};
    if (sl_map_get(&index->texts, key))
        return 0;
    spot->distinct++;
    return sl_map_put(&index->texts, key, spot, err) < 0 ? -1 : 0;
}

static int count_place(struct leak_index *index, size_t customer, const struct leak_text *at,
                       struct sl_err *err)
{
    struct sl_str key = {(const char *)&at->place, sizeof at->place};
    struct leak_spot *spot = sl_map_get(&index->places, key);
    if (!spot) {
        spot = sl_arena_alloc(index->arena, sizeof *spot);
        if (!spot)
            return sl_fail_memory(err);
        spot->place = at->place;
        key.ptr = (const char *)&spot->place;
        if (sl_map_put(&index->places, key, spot, err) < 0)
            return -1;
    }
    spot->customers += spot->last != customer + 1;
    spot->last = customer + 1;
    return count_distinct(index, spot, at, err);
}

const struct leak_spot *leak_index_spot(const struct leak_index *index, uint64_t place)
{
    return sl_map_get(&index->places, (struct sl_str){(const char *)&place, sizeof place});
}

/* -- tokens -- */

static char fold(char byte)
{
    if (byte >= 'A' && byte <= 'Z')
        return (char)(byte | 0x20);
    return byte == '_' || byte == ' ' ? '-' : byte;
}

static struct sl_str fold_text(struct sl_buf *out, struct sl_str text)
{
    sl_buf_reset(out);
    char *room = sl_buf_reserve(out, text.len);
    for (size_t i = 0; room && i < text.len; i++)
        room[i] = fold(text.ptr[i]);
    sl_buf_commit(out, room ? text.len : 0);
    return sl_buf_view(out);
}

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

struct leak_token *leak_index_token(const struct leak_index *index, struct sl_str key)
{
    return sl_map_get(&index->tokens, key);
}

/* *out is NULL for what has too many parts, or none. */
static int make_token(struct leak_token **out, struct leak_index *index, struct sl_str text,
                      struct sl_err *err)
{
    struct sl_str key = fold_text(&index->folded, text);
    struct sl_str first = {0};
    if (sl_buf_check(&index->folded, "a text", err) < 0)
        return -1;
    *out = leak_index_token(index, key);
    size_t parts = *out ? 0 : count_parts(key, &first);
    if (*out || parts == 0 || parts > LEAK_PARTS_MAX)
        return 0;
    struct start *start = sl_map_get(&index->starts, first);
    struct leak_token *token = sl_arena_alloc(index->arena, sizeof *token);
    struct start *made = start ? start : sl_arena_alloc(index->arena, sizeof *made);
    struct sl_str kept = sl_arena_str(index->arena, key);
    if (!token || !made || !kept.ptr)
        return sl_fail_memory(err);
    token->text = text;
    token->key = kept;
    (void)count_parts(kept, &first);
    if ((!start && sl_map_put(&index->starts, first, made, err) < 0) ||
        sl_map_put(&index->tokens, kept, token, err) < 0)
        return -1;
    made->counts |= UINT32_C(1) << parts;
    leak_sieve_add(&index->sieve, kept);
    *out = token;
    return 0;
}

static struct leak_use *use_of(struct leak_token *token, size_t customer)
{
    for (size_t i = 0; i < LEAK_OWNERS && i < token->owners; i++)
        if (token->uses[i].customer == customer)
            return &token->uses[i];
    return NULL;
}

/* What a setting is set to: site=Harbour North, class: zfs-river. */
static struct sl_str setting(struct sl_str line)
{
    for (size_t i = 0; i < line.len; i++)
        if (line.ptr[i] == '=' || (line.ptr[i] == ':' && i + 1 < line.len && line.ptr[i + 1] == ' '))
            return leak_trim(sl_str_slice(line, i, line.len));
    return (struct sl_str){0};
}

static void note_use(struct leak_token *token, size_t customer, const struct leak_text *at)
{
    struct leak_use *use = use_of(token, customer);
    if (!use) {
        if (token->owners < LEAK_OWNERS_COUNTED && token->last != customer + 1)
            token->owners++;
        token->last = customer + 1;
        if (token->owners > LEAK_OWNERS)
            return;
        use = &token->uses[token->owners - 1];
        use->customer = customer;
        use->first = at;
    }
    enum leak_known known =
        at->known == LEAK_UNKNOWN || leak_is_all_of(at->text, token->text) ? at->known : LEAK_STATED;
    if (known > use->known) {
        use->known = known;
        use->known_place = at->place;
    }
    use->whole =
        use->whole || leak_trim(at->text).len == token->text.len || setting(at->text).len == token->text.len;
    if (use->times < LEAK_PLACES) {
        use->places[use->times] = at->place;
        use->ways[use->times] = at->pointer;
    }
    use->times++;
}

/* -- collecting -- */

struct collecting {
    struct leak_index *index;
    size_t customer;
    const struct leak_text *at;
};

static int collect(const struct collecting *to, struct sl_str text, enum leak_weight least,
                   struct sl_err *err)
{
    struct leak_token *token;
    enum leak_weight weight = leak_weigh(text);
    if (weight == LEAK_COMMON || weight < least)
        return 0;
    if (make_token(&token, to->index, text, err) < 0)
        return -1;
    if (!token)
        return 0;
    token->weight = weight > token->weight ? weight : token->weight;
    if (token->seen == to->at)
        return 0;
    token->seen = to->at;
    note_use(token, to->customer, to->at);
    return to->at->known == LEAK_UNKNOWN ? 0
                                         : leak_note_statement(to->index, token, to->customer, to->at, err);
}

/* The domains that a host is in, and its own names. */
static int collect_labels(const struct collecting *to, struct sl_str word, struct sl_err *err)
{
    struct sl_str rest = word;
    while (sl_str_find(rest, '.') < rest.len) {
        size_t dot = sl_str_find(rest, '.');
        struct sl_str label = sl_str_slice(rest, 0, dot);
        if (collect(to, leak_trim(label), LEAK_NAME, err) < 0)
            return -1;
        rest = leak_trim(sl_str_slice(rest, dot + 1, rest.len));
        if (leak_is_host(rest) && collect(to, rest, LEAK_STRONG, err) < 0)
            return -1;
    }
    return 0;
}

static int collect_line(const struct collecting *to, struct sl_str line, struct sl_err *err)
{
    struct sl_str whole = leak_trim(line);
    /* Of what somebody says only the unusual words count. */
    bool prose = sl_str_find(whole, ' ') < whole.len;
    struct sl_str word;
    if (collect(to, whole, LEAK_WORD, err) < 0 || collect(to, setting(whole), LEAK_WORD, err) < 0)
        return -1;
    for (size_t from = 0; leak_next_word(line, &from, &word);)
        if (!leak_is_digest(line, word) && (collect(to, word, prose ? LEAK_STRONG : LEAK_WORD, err) < 0 ||
                                            (leak_is_host(word) && collect_labels(to, word, err) < 0)))
            return -1;
    return 0;
}

int leak_index_collect(struct leak_index *index, size_t customer, const struct leak_text *text,
                       struct sl_err *err)
{
    struct collecting to = {index, customer, text};
    if (text->kind == LEAK_COMMENT)
        return 0;
    /* Lines of a file have no place that the lines of another one could be compared with. */
    if ((text->pointer.len || text->kind == LEAK_FILE_NAME) && count_place(index, customer, text, err) < 0)
        return -1;
    if (text->known >= LEAK_SET && leak_note_place(index, customer, text, err) < 0)
        return -1;
    if (text->kind == LEAK_KEY || text->kind == LEAK_VOCABULARY)
        return 0;
    struct sl_str rest = text->text;
    for (struct sl_str line; sl_str_next_line(&line, &rest);)
        if (collect_line(&to, line, err) < 0)
            return -1;
    return 0;
}

int leak_index_name(struct leak_index *index, size_t customer, struct sl_str name, struct sl_err *err)
{
    struct leak_token *token;
    if (name.len < NAME_SHORTEST)
        return 0;
    if (make_token(&token, index, name, err) < 0)
        return -1;
    if (!token || token->name)
        return 0;
    struct leak_use first = token->uses[0];
    token->name = true;
    token->weight = leak_weigh(name);
    token->uses[0] = (struct leak_use){.customer = customer, .known = LEAK_OWN, .times = LEAK_PLACES};
    if (token->owners > 0 && first.customer != customer)
        token->uses[1] = first;
    token->owners = token->owners ? token->owners : 1;
    return 0;
}

/* -- finding them again -- */

static bool is_dash(struct sl_str text, size_t at)
{
    return at < text.len && (text.ptr[at] == '-' || text.ptr[at] == '_');
}

static bool has_space(struct sl_str text)
{
    return sl_str_find(text, ' ') < text.len;
}

/* A text, and its key, which is as long. */
struct searched {
    struct sl_str text, key;
};

static int search_from(const struct leak_index *index, const struct searched *in, struct sl_str part,
                       leak_take *take, void *context, struct sl_err *err)
{
    const struct start *start = sl_map_get(&index->starts, part);
    size_t from = (size_t)(part.ptr - in->key.ptr);
    size_t at = from;
    for (uint32_t counts = start ? start->counts >> 1 : 0; counts && next_part(in->key, &at, &part);
         counts >>= 1) {
        if (!(counts & 1))
            continue;
        struct leak_match match = {.token = leak_index_token(index, sl_str_slice(in->key, from, at)),
                                   .alone =
                                       !(from > 0 && is_dash(in->text, from - 1)) && !is_dash(in->text, at)};
        if (!match.token)
            continue;
        match.spaced = has_space(sl_str_slice(in->text, from, at)) && !has_space(match.token->text);
        if (take(context, &match, err) < 0)
            return -1;
    }
    return 0;
}

static int search(const struct leak_index *index, const struct searched *in, leak_take *take, void *context,
                  struct sl_err *err)
{
    struct sl_str part;
    for (size_t at = 0; next_part(in->key, &at, &part);)
        if (search_from(index, in, part, take, context, err) < 0)
            return -1;
    return 0;
}

int leak_index_search_inside(const struct leak_index *index, const struct leak_token *token, leak_take *take,
                             void *context, struct sl_err *err)
{
    const struct searched in = {token->text, token->key};
    return search(index, &in, take, context, err);
}

int leak_index_search(const struct leak_index *index, struct sl_buf *folded, struct sl_str text,
                      leak_take *take, void *context, struct sl_err *err)
{
    const struct searched in = {text, fold_text(folded, text)};
    if (sl_buf_check(folded, "a text", err) < 0)
        return -1;
    return search(index, &in, take, context, err);
}

/* -- what all are given -- */

struct sharing {
    const struct leak_text *at;
    bool lent;
};

static int take_shared(void *context, const struct leak_match *match, struct sl_err *err)
{
    struct sharing *sharing = context;
    struct leak_token *token = match->token;
    (void)err;
    token->lent = token->lent || sharing->lent;
    for (size_t i = 0; i < token->shared; i++)
        if (token->shared_places[i] == sharing->at->place)
            return 0;
    if (token->shared < LEAK_SHARED && !sharing->lent)
        token->shared_places[token->shared++] = sharing->at->place;
    for (size_t i = 0; i < LEAK_PLACES && i < token->uses[0].times && !token->name; i++)
        token->restated =
            token->restated || leak_is_same_setting(token->uses[0].ways[i], sharing->at->pointer);
    return 0;
}

int leak_index_share(struct leak_index *index, const struct leak_text *text, bool lent, struct sl_err *err)
{
    struct sharing sharing = {text, lent};
    return leak_index_search(index, &index->folded, text->text, take_shared, &sharing, err);
}
