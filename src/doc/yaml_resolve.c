#include "yaml_resolve.h"

#include "number.h"
#include "yaml_time.h"

#include <math.h>

static const struct {
    struct sl_str text;
    enum sl_meaning meaning;
    bool boolean;
    bool values_only; /* a boolean of YAML 1.1 that go-yaml v3 dropped */
} words[] = {
    {SL_STR_INIT(""), SL_MEANS_NULL, false, false},
    {SL_STR_INIT("~"), SL_MEANS_NULL, false, false},
    {SL_STR_INIT("null"), SL_MEANS_NULL, false, false},
    {SL_STR_INIT("Null"), SL_MEANS_NULL, false, false},
    {SL_STR_INIT("NULL"), SL_MEANS_NULL, false, false},
    {SL_STR_INIT("true"), SL_MEANS_BOOL, true, false},
    {SL_STR_INIT("True"), SL_MEANS_BOOL, true, false},
    {SL_STR_INIT("TRUE"), SL_MEANS_BOOL, true, false},
    {SL_STR_INIT("false"), SL_MEANS_BOOL, false, false},
    {SL_STR_INIT("False"), SL_MEANS_BOOL, false, false},
    {SL_STR_INIT("FALSE"), SL_MEANS_BOOL, false, false},
    {SL_STR_INIT("y"), SL_MEANS_BOOL, true, true},
    {SL_STR_INIT("Y"), SL_MEANS_BOOL, true, true},
    {SL_STR_INIT("yes"), SL_MEANS_BOOL, true, true},
    {SL_STR_INIT("Yes"), SL_MEANS_BOOL, true, true},
    {SL_STR_INIT("YES"), SL_MEANS_BOOL, true, true},
    {SL_STR_INIT("on"), SL_MEANS_BOOL, true, true},
    {SL_STR_INIT("On"), SL_MEANS_BOOL, true, true},
    {SL_STR_INIT("ON"), SL_MEANS_BOOL, true, true},
    {SL_STR_INIT("n"), SL_MEANS_BOOL, false, true},
    {SL_STR_INIT("N"), SL_MEANS_BOOL, false, true},
    {SL_STR_INIT("no"), SL_MEANS_BOOL, false, true},
    {SL_STR_INIT("No"), SL_MEANS_BOOL, false, true},
    {SL_STR_INIT("NO"), SL_MEANS_BOOL, false, true},
    {SL_STR_INIT("off"), SL_MEANS_BOOL, false, true},
    {SL_STR_INIT("Off"), SL_MEANS_BOOL, false, true},
    {SL_STR_INIT("OFF"), SL_MEANS_BOOL, false, true},
    {SL_STR_INIT(".inf"), SL_MEANS_NON_FINITE, false, false},
    {SL_STR_INIT(".Inf"), SL_MEANS_NON_FINITE, false, false},
    {SL_STR_INIT(".INF"), SL_MEANS_NON_FINITE, false, false},
    {SL_STR_INIT("+.inf"), SL_MEANS_NON_FINITE, false, false},
    {SL_STR_INIT("+.Inf"), SL_MEANS_NON_FINITE, false, false},
    {SL_STR_INIT("+.INF"), SL_MEANS_NON_FINITE, false, false},
    {SL_STR_INIT("-.inf"), SL_MEANS_NON_FINITE, false, false},
    {SL_STR_INIT("-.Inf"), SL_MEANS_NON_FINITE, false, false},
    {SL_STR_INIT("-.INF"), SL_MEANS_NON_FINITE, false, false},
    {SL_STR_INIT(".nan"), SL_MEANS_NON_FINITE, false, false},
    {SL_STR_INIT(".NaN"), SL_MEANS_NON_FINITE, false, false},
    {SL_STR_INIT(".NAN"), SL_MEANS_NON_FINITE, false, false},
};

enum { LONGEST_WORD = 5, NOTHING = -1 };

/* Most texts are no word of these, and this says so at once. */
static bool may_be_word(struct sl_str text)
{
    if (text.len == 0)
        return true;
    if (text.len > LONGEST_WORD)
        return false;
    switch (text.ptr[0]) {
    case '~':
    case '.':
    case '+':
    case '-':
    case 'n':
    case 'N':
    case 't':
    case 'T':
    case 'f':
    case 'F':
    case 'y':
    case 'Y':
    case 'o':
    case 'O':
        return true;
    default:
        return false;
    }
}

static bool find_word(struct sl_scalar *out, struct sl_str text, enum sl_yaml_rules rules)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (!sl_str_equal(words[i].text, text) || (words[i].values_only && rules == SL_YAML_RESOURCE))
            continue;
        out->meaning = words[i].meaning;
        out->boolean = words[i].boolean;
        return true;
    }
    return false;
}

/* -- numbers: underscores may stand anywhere behind the first character and say nothing -- */

static size_t skip_underscores(struct sl_str text, size_t at)
{
    while (at < text.len && text.ptr[at] == '_')
        at++;
    return at;
}

/* The next byte that says something, or NOTHING. */
static int peek(struct sl_str text, size_t *at)
{
    *at = skip_underscores(text, *at);
    return *at < text.len ? (unsigned char)text.ptr[*at] : NOTHING;
}

static bool accept(struct sl_str text, size_t *at, const char *bytes)
{
    int byte = peek(text, at);
    if (byte <= 0 || !strchr(bytes, byte))
        return false;
    (*at)++;
    return true;
}

/* Digits of `base` up to the end of the text; at least `min`. */
static bool magnitude(uint64_t *out, struct sl_str text, size_t at, unsigned base, unsigned min)
{
    uint64_t value = 0;
    unsigned count = 0;
    for (int byte = peek(text, &at); byte != NOTHING; byte = peek(text, &at)) {
        char digit = (char)byte;
        uint64_t digit_value;
        if (!sl_digits_parse(&digit_value, (struct sl_str){&digit, 1}, base) ||
            __builtin_mul_overflow(value, base, &value) || __builtin_add_overflow(value, digit_value, &value))
            return false;
        at++;
        count = 1;
    }
    *out = value;
    return count >= min;
}

/* What a leading zero says about the base; goes behind the prefix. 0b, 0o and 0x need something behind them;
 * the zero of 0777 is a prefix too, and may stand alone. */
static unsigned find_base(struct sl_str text, size_t *at, unsigned *min_digits)
{
    static const struct {
        const char *letters;
        unsigned base;
    } prefixes[] = {{"bB", 2}, {"oO", 8}, {"xX", 16}};
    *min_digits = 1;
    if (!accept(text, at, "0"))
        return 10;
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        size_t behind = *at;
        if (accept(text, &behind, prefixes[i].letters) && peek(text, &behind) != NOTHING) {
            *at = behind;
            return prefixes[i].base;
        }
    }
    *min_digits = 0;
    return 8;
}

static bool set_integer(struct sl_scalar *out, bool negative, bool signed_only, uint64_t value)
{
    int fits = sl_integer_join(&out->integer, &out->uinteger, negative, value);
    if (fits == 0 || (fits == 2 && signed_only))
        return false;
    out->meaning = fits == 1 ? SL_MEANS_INT : SL_MEANS_UINT;
    return true;
}

static bool resolve_integer(struct sl_scalar *out, struct sl_str text)
{
    size_t at = 0;
    uint64_t value;
    unsigned min_digits;
    bool negative = accept(text, &at, "-");
    bool has_sign = negative || accept(text, &at, "+");
    unsigned base = find_base(text, &at, &min_digits);
    return magnitude(&value, text, at, base, min_digits) && set_integer(out, negative, has_sign, value);
}

/* "0b-101": both versions of go-yaml take a sign behind the prefix too, v3 also behind 0o. */
static bool resolve_sign_inside(struct sl_scalar *out, struct sl_str text, enum sl_yaml_rules rules)
{
    size_t at = 0;
    uint64_t value;
    if (!accept(text, &at, "0"))
        return false;
    unsigned base = 0;
    if (accept(text, &at, "b"))
        base = 2;
    else if (rules == SL_YAML_RESOURCE && accept(text, &at, "o"))
        base = 8;
    if (base == 0)
        return false;
    bool negative = accept(text, &at, "-");
    if (!negative && !accept(text, &at, "+"))
        return false;
    return magnitude(&value, text, at, base, 1) && set_integer(out, negative, true, value);
}

static size_t skip_digits(struct sl_str text, size_t *at)
{
    size_t count = 0;
    while (accept(text, at, "0123456789"))
        count++;
    return count;
}

/* [-+]? ( .digits | digits [.digits?] ) ( [eE] [-+]? digits )? */
static bool resolve_float(struct sl_scalar *out, struct sl_str text)
{
    size_t at = 0;
    (void)accept(text, &at, "+-");
    size_t whole = skip_digits(text, &at);
    size_t fraction = 0;
    if (accept(text, &at, "."))
        fraction = skip_digits(text, &at);
    if (whole + fraction == 0)
        return false;
    if (accept(text, &at, "eE")) {
        (void)accept(text, &at, "+-");
        if (skip_digits(text, &at) == 0)
            return false;
    }
    if (peek(text, &at) != NOTHING || !sl_double_parse(&out->number, text))
        return false;
    out->meaning = SL_MEANS_FLOAT;
    return true;
}

/* A number that begins with its point takes underscores only between digits. */
static bool underscores_between_digits(struct sl_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != '_')
            continue;
        bool good = i > 0 && i + 1 < text.len && text.ptr[i - 1] >= '0' && text.ptr[i - 1] <= '9' &&
                    text.ptr[i + 1] >= '0' && text.ptr[i + 1] <= '9';
        if (!good)
            return false;
    }
    return true;
}

struct sl_scalar sl_yaml_resolve(struct sl_str text, enum sl_yaml_rules rules)
{
    struct sl_scalar scalar = {.meaning = SL_MEANS_STRING};
    char first = text.len ? text.ptr[0] : '~';
    bool may_be_number = (first >= '0' && first <= '9') || first == '+' || first == '-';
    if (may_be_word(text) && find_word(&scalar, text, rules))
        return scalar;
    if (first == '.' && underscores_between_digits(text))
        (void)resolve_float(&scalar, text);
    if (!may_be_number)
        return scalar;
    struct sl_time ignored;
    bool may_be_time = text.len > 4 && text.ptr[4] == '-';
    if (may_be_time && sl_time_parse(&ignored, text)) {
        scalar.meaning = SL_MEANS_TIME;
        return scalar;
    }
    if (!resolve_integer(&scalar, text) && !resolve_float(&scalar, text))
        (void)resolve_sign_inside(&scalar, text, rules);
    return scalar;
}

/* [-+]? digit (digit|_)* ( : [0-5]? digit )+ ( . (digit|_)* )? */
bool sl_yaml_is_base60(struct sl_str text)
{
    size_t at = 0;
    size_t groups = 0;
    if (text.len > 0 && (text.ptr[0] == '-' || text.ptr[0] == '+'))
        at++;
    if (at == text.len || text.ptr[at] < '0' || text.ptr[at] > '9')
        return false;
    while (at < text.len && (text.ptr[at] == '_' || (text.ptr[at] >= '0' && text.ptr[at] <= '9')))
        at++;
    while (at + 1 < text.len && text.ptr[at] == ':') {
        uint64_t value;
        size_t end = at + 1;
        while (end < text.len && text.ptr[end] >= '0' && text.ptr[end] <= '9')
            end++;
        size_t count = end - at - 1;
        if (count > 2 || !sl_digits_parse(&value, sl_str_slice(text, at + 1, end), 10) || value > 59)
            return false;
        at = end;
        groups++;
    }
    if (groups > 0 && at < text.len && text.ptr[at] == '.')
        while (++at < text.len && (text.ptr[at] == '_' || (text.ptr[at] >= '0' && text.ptr[at] <= '9')))
            continue;
    return groups > 0 && at == text.len;
}
