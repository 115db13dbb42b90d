#include "selector.h"

#include "base/cleanup.h"
#include "scalar.h"

#include <stdlib.h>

/* Kubernetes' label selectors (k8s.io/apimachinery/pkg/labels, "Label selectors" of the Kubernetes
 * documentation): requirements with commas between them, all of which must hold. */

enum token_kind { END, WORD, COMMA, OPEN, CLOSE, NOT, EQUAL, NOT_EQUAL, LESS, GREATER };

struct token {
    enum token_kind kind;
    struct sl_str text;
};

struct parser {
    struct sl_build *build;
    const struct kz_text *selector;
    struct sl_str rest;
    struct token token;
    const struct sl_node *map; /* labels or annotations; NULL: none */
    struct sl_err *err;
};

static bool is_special(char byte)
{
    return strchr("=!(),<>", byte) != NULL && byte;
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static struct token special(struct sl_str text)
{
    bool doubled = text.len > 1 && text.ptr[1] == '=';
    switch (text.ptr[0]) {
    case ',':
        return (struct token){COMMA, sl_str_slice(text, 0, 1)};
    case '(':
        return (struct token){OPEN, sl_str_slice(text, 0, 1)};
    case ')':
        return (struct token){CLOSE, sl_str_slice(text, 0, 1)};
    case '=':
        return (struct token){EQUAL, sl_str_slice(text, 0, doubled ? 2 : 1)};
    case '!':
        return (struct token){doubled ? NOT_EQUAL : NOT, sl_str_slice(text, 0, doubled ? 2 : 1)};
    case '<':
        return (struct token){LESS, sl_str_slice(text, 0, 1)};
    default:
        return (struct token){GREATER, sl_str_slice(text, 0, 1)};
    }
}

static void next(struct parser *p)
{
    while (p->rest.len && is_blank(p->rest.ptr[0]))
        p->rest = sl_str_slice(p->rest, 1, p->rest.len);
    if (p->rest.len == 0) {
        p->token = (struct token){END, p->rest};
        return;
    }
    size_t len = 0;
    while (len < p->rest.len && !is_special(p->rest.ptr[len]) && !is_blank(p->rest.ptr[len]))
        len++;
    p->token = len ? (struct token){WORD, sl_str_slice(p->rest, 0, len)} : special(p->rest);
    p->rest = sl_str_slice(p->rest, p->token.text.len, p->rest.len);
}

static int unexpected(const struct parser *p, const char *wanted)
{
    struct sl_shown shown, found;
    return kz_fail(p->build, p->selector->mark, p->err, "in the selector \"%s\" %s is expected, not \"%s\"",
                   sl_shown(&shown, p->selector->text), wanted, sl_shown(&found, p->token.text));
}

static bool is_name_char(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           byte == '-' || byte == '_' || byte == '.';
}

static bool is_end_char(char byte)
{
    return is_name_char(byte) && byte != '-' && byte != '_' && byte != '.';
}

static bool is_label_text(struct sl_str text)
{
    if (text.len > 63 || (text.len && (!is_end_char(text.ptr[0]) || !is_end_char(text.ptr[text.len - 1]))))
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (!is_name_char(text.ptr[i]))
            return false;
    return true;
}

static bool is_label_key(struct sl_str key)
{
    size_t slash = sl_str_find(key, '/');
    if (slash < key.len) {
        struct sl_str prefix = sl_str_slice(key, 0, slash);
        if (prefix.len == 0 || prefix.len > 253)
            return false;
        for (size_t i = 0; i < prefix.len; i++)
            if (!is_name_char(prefix.ptr[i]) || prefix.ptr[i] == '_' ||
                (prefix.ptr[i] >= 'A' && prefix.ptr[i] <= 'Z'))
                return false;
        key = sl_str_slice(key, slash + 1, key.len);
    }
    return key.len && is_label_text(key);
}

static bool value_of(const struct parser *p, struct sl_str key, struct kz_digits *digits,
                     struct sl_str *value)
{
    const struct sl_entry *entry = p->map ? sl_node_entry(p->map, key) : NULL;
    if (entry)
        *value = kz_scalar_text(entry->value, digits);
    return entry != NULL;
}

/* One value, which may be empty; the token that ends it is left. */
static int one_value(struct parser *p, struct sl_str *out)
{
    *out = SL_STR("");
    if (p->token.kind != WORD)
        return 0;
    *out = p->token.text;
    if (!is_label_text(*out))
        return unexpected(p, "a label value");
    next(p);
    return 0;
}

/* "(a, b, c)": whether `value` is among them. */
static int in_list(struct parser *p, struct sl_str value, bool *is_in)
{
    if (p->token.kind != OPEN)
        return unexpected(p, "(");
    *is_in = false;
    do {
        next(p);
        struct sl_str item;
        if (one_value(p, &item) < 0)
            return -1;
        *is_in = *is_in || sl_str_equal(item, value);
    } while (p->token.kind == COMMA);
    if (p->token.kind != CLOSE)
        return unexpected(p, "a comma or )");
    next(p);
    return 0;
}

static int compare_numbers(struct parser *p, bool greater, bool has, struct sl_str value)
{
    char number[32] = "", own[32] = "";
    struct sl_str text;
    if (one_value(p, &text) < 0)
        return -1;
    if (text.len == 0 || text.len >= sizeof number || strspn(text.ptr, "0123456789-") < text.len)
        return unexpected(p, "a whole number");
    memcpy(number, text.ptr, text.len);
    if (!has || value.len == 0 || value.len >= sizeof own || strspn(value.ptr, "0123456789-") < value.len)
        return 0;
    memcpy(own, value.ptr, value.len);
    long long a = strtoll(own, NULL, 10), b = strtoll(number, NULL, 10);
    return greater ? a > b : a < b;
}

/* What follows the key: 1 when it holds, 0, -1. */
static int requirement_rest(struct parser *p, bool has, struct sl_str value)
{
    struct token operator= p->token;
    bool is_in = false;
    struct sl_str wanted;
    if (operator.kind != END && operator.kind != COMMA)
        next(p);
    switch (operator.kind) {
    case END:
    case COMMA:
        return has;
    case EQUAL:
    case NOT_EQUAL:
        if (one_value(p, &wanted) < 0)
            return -1;
        is_in = has && sl_str_equal(wanted, value);
        return operator.kind == EQUAL ? is_in : !is_in;
    case LESS:
    case GREATER:
        return compare_numbers(p, operator.kind == GREATER, has, value);
    case WORD:
        if (!sl_str_equal(operator.text, SL_STR("in")) && !sl_str_equal(operator.text, SL_STR("notin")))
            break;
        if (in_list(p, value, &is_in) < 0)
            return -1;
        return operator.text.len == 2 ? has && is_in : !has || !is_in;
    default:
        break;
    }
    p->token = operator;
    return unexpected(p, "=, !=, in or notin");
}

static int requirement(struct parser *p)
{
    bool negated = p->token.kind == NOT;
    if (negated)
        next(p);
    if (p->token.kind != WORD)
        return unexpected(p, "the name of a label");
    struct sl_str key = p->token.text;
    if (!is_label_key(key))
        return unexpected(p, "the name of a label");
    next(p);
    struct kz_digits digits;
    struct sl_str value = {"", 0};
    bool has = value_of(p, key, &digits, &value);
    if (negated)
        return !has;
    return requirement_rest(p, has, value);
}

int kz_labels_match(struct sl_build *build, const struct kz_resource *resource, const char *field,
                    const struct kz_text *selector, struct sl_err *err)
{
    if (selector->text.len == 0)
        return 1;
    struct parser parser = {
        build, selector, selector->text, {END, {NULL, 0}}, kz_resource_meta(resource, field), err};
    bool all = true;
    for (next(&parser); parser.token.kind != END;) {
        int holds = requirement(&parser);
        if (holds < 0)
            return -1;
        all = all && holds;
        if (parser.token.kind == END)
            break;
        if (parser.token.kind != COMMA)
            return unexpected(&parser, "a comma");
        next(&parser);
        if (parser.token.kind == END)
            return unexpected(&parser, "the name of a label");
    }
    return all;
}
