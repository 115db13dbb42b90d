#include "leak_stated.h"

#include "base/map.h"

/* A port behind a host changes nothing. */
bool leak_is_all_of(struct sl_str text, struct sl_str token)
{
    text = leak_trim(text);
    return text.len == token.len || (text.len > token.len && text.ptr[token.len] == ':' &&
                                     memcmp(text.ptr, token.ptr, token.len) == 0);
}

int leak_note_statement(struct leak_index *index, struct leak_token *token, size_t customer,
                        const struct leak_text *at, struct sl_err *err)
{
    struct leak_family *family = token->family;
    if (!family)
        family = sl_arena_alloc(index->arena, sizeof *family);
    if (!family)
        return sl_fail_memory(err);
    token->family = family;
    /* Customers are taken one after the other. */
    if (family->count == 0 || family->last != customer) {
        if (family->count < LEAK_FAMILY)
            family->customers[family->count] = customer;
        family->count++;
        family->last = customer;
    }
    token->realms += at->known == LEAK_DOMAIN;
    if (at->known == LEAK_DOMAIN && leak_is_all_of(at->text, token->text) && token->domains++ == 0)
        token->domain = customer;
    return 0;
}

bool leak_is_stated_by(const struct leak_token *token, size_t customer)
{
    const struct leak_family *family = token->family;
    for (size_t i = 0; family && i < LEAK_FAMILY && i < family->count; i++)
        if (family->customers[i] == customer)
            return true;
    return family && family->count > LEAK_FAMILY;
}

/* What a customer states at a place. */
struct statement {
    uint64_t key;
    struct sl_str text;
};

static uint64_t key_of_statement(size_t customer, uint64_t place)
{
    return place * 31 + customer;
}

int leak_note_place(struct leak_index *index, size_t customer, const struct leak_text *at, struct sl_err *err)
{
    struct statement *made = sl_arena_alloc(index->arena, sizeof *made);
    if (!made)
        return sl_fail_memory(err);
    *made = (struct statement){key_of_statement(customer, at->place), at->text};
    if (at->known == LEAK_DOMAIN)
        index->domain_place = at->place;
    struct sl_str key = {(const char *)&made->key, sizeof made->key};
    return sl_map_put(&index->stated, key, made, err) < 0 ? -1 : 0;
}

static const struct statement *statement_of(const struct leak_index *index, size_t customer, uint64_t place)
{
    uint64_t key = key_of_statement(customer, place);
    return sl_map_get(&index->stated, (struct sl_str){(const char *)&key, sizeof key});
}

bool leak_index_states(const struct leak_index *index, size_t customer, uint64_t place)
{
    return statement_of(index, customer, place);
}

struct sl_str leak_domain_of(const struct leak_index *index, size_t customer)
{
    const struct statement *domain = statement_of(index, customer, index->domain_place);
    return domain ? domain->text : (struct sl_str){0};
}
