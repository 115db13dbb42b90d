#include "regex.h"

/* WhiteSpace and LineTerminator of ECMA-262, between the brackets of a class. */
#define SPACES                                                                                               \
    "\\t\\n\\x0b\\f\\r \\u{a0}\\u{1680}\\u{2000}-\\u{200a}\\u{2028}\\u{2029}\\u{202f}\\u{205f}\\u{3000}\\u{feff}"
/* And everything else, for \S inside of a class. */
#define NO_SPACES                                                                                            \
    "\\u{0}-\\x08\\x0e-\\x1f!-\\u{9f}\\u{a1}-\\u{167f}\\u{1681}-\\u{1fff}\\u{200b}-\\u{2027}"                \
    "\\u{202a}-\\u{202e}\\u{2030}-\\u{205e}\\u{2060}-\\u{2fff}\\u{3001}-\\u{d7ff}\\u{e000}-\\u{fefe}"        \
    "\\u{ff00}-\\u{10ffff}"

/* Names of general categories that ECMA-262 has and PCRE2 does not. */
static const struct {
    struct sl_str name;
    const char *category;
} categories[] = {
    {SL_STR_INIT("Any"), "Any"},
    {SL_STR_INIT("Cased_Letter"), "L&"},
    {SL_STR_INIT("Close_Punctuation"), "Pe"},
    {SL_STR_INIT("Connector_Punctuation"), "Pc"},
    {SL_STR_INIT("Control"), "Cc"},
    {SL_STR_INIT("Currency_Symbol"), "Sc"},
    {SL_STR_INIT("Dash_Punctuation"), "Pd"},
    {SL_STR_INIT("Decimal_Number"), "Nd"},
    {SL_STR_INIT("Enclosing_Mark"), "Me"},
    {SL_STR_INIT("Final_Punctuation"), "Pf"},
    {SL_STR_INIT("Format"), "Cf"},
    {SL_STR_INIT("Initial_Punctuation"), "Pi"},
    {SL_STR_INIT("Letter"), "L"},
    {SL_STR_INIT("Letter_Number"), "Nl"},
    {SL_STR_INIT("Line_Separator"), "Zl"},
    {SL_STR_INIT("Lowercase_Letter"), "Ll"},
    {SL_STR_INIT("Mark"), "M"},
    {SL_STR_INIT("Math_Symbol"), "Sm"},
    {SL_STR_INIT("Modifier_Letter"), "Lm"},
    {SL_STR_INIT("Modifier_Symbol"), "Sk"},
    {SL_STR_INIT("Nonspacing_Mark"), "Mn"},
    {SL_STR_INIT("Number"), "N"},
    {SL_STR_INIT("Open_Punctuation"), "Ps"},
    {SL_STR_INIT("Other"), "C"},
    {SL_STR_INIT("Other_Letter"), "Lo"},
    {SL_STR_INIT("Other_Number"), "No"},
    {SL_STR_INIT("Other_Punctuation"), "Po"},
    {SL_STR_INIT("Other_Symbol"), "So"},
    {SL_STR_INIT("Paragraph_Separator"), "Zp"},
    {SL_STR_INIT("Private_Use"), "Co"},
    {SL_STR_INIT("Punctuation"), "P"},
    {SL_STR_INIT("Separator"), "Z"},
    {SL_STR_INIT("Space_Separator"), "Zs"},
    {SL_STR_INIT("Spacing_Mark"), "Mc"},
    {SL_STR_INIT("Surrogate"), "Cs"},
    {SL_STR_INIT("Symbol"), "S"},
    {SL_STR_INIT("Titlecase_Letter"), "Lt"},
    {SL_STR_INIT("Unassigned"), "Cn"},
    {SL_STR_INIT("Uppercase_Letter"), "Lu"},
    {SL_STR_INIT("cntrl"), "Cc"},
    {SL_STR_INIT("digit"), "Nd"},
    {SL_STR_INIT("punct"), "P"},
};

/* \p{...}: the name without "General_Category=" and the like, in PCRE2's spelling. */
static void put_property(struct sl_buf *out, struct sl_str name)
{
    size_t equals = sl_str_find(name, '=');
    struct sl_str kind = sl_str_slice(name, 0, equals);
    struct sl_str value = sl_str_slice(name, equals + 1, name.len);
    bool category = sl_str_equal(kind, SL_STR("General_Category")) || sl_str_equal(kind, SL_STR("gc"));
    bool script = sl_str_equal(kind, SL_STR("Script")) || sl_str_equal(kind, SL_STR("sc"));
    if (equals < name.len && (category || script))
        name = value;
    for (size_t i = 0; i < sizeof categories / sizeof categories[0]; i++)
        if (sl_str_equal(name, categories[i].name))
            name = sl_str_from(categories[i].category);
    sl_buf_byte(out, '{');
    sl_buf_str(out, name);
    sl_buf_byte(out, '}');
}

/* An escape at p[0] = '\\'; returns its length. *is_class: it stands for several characters. */
static size_t put_escape(struct sl_buf *out, struct sl_str p, bool in_class, bool *is_class)
{
    char letter = p.len > 1 ? p.ptr[1] : '\0';
    *is_class = letter && strchr("dDwWsSpP", letter);
    if (letter == 's' || letter == 'S') {
        if (in_class)
            sl_buf_text(out, letter == 's' ? SPACES : NO_SPACES);
        else
            sl_buf_text(out, letter == 's' ? "[" SPACES "]" : "[^" SPACES "]");
        return 2;
    }
    size_t end = sl_str_find(p, '}');
    if ((letter == 'p' || letter == 'P') && p.len > 3 && p.ptr[2] == '{' && end < p.len) {
        sl_buf_append(out, p.ptr, 2);
        put_property(out, sl_str_slice(p, 3, end));
        return end + 1;
    }
    size_t len = p.len > 1 ? 2 : 1;
    sl_buf_append(out, p.ptr, len);
    return len;
}

void regex_rewrite(struct sl_buf *out, struct sl_str pattern)
{
    bool in_class = false;
    bool after_class = false; /* behind \d and the like, within brackets */
    for (size_t i = 0; i < pattern.len;) {
        char byte = pattern.ptr[i];
        if (byte == '\\') {
            i += put_escape(out, sl_str_slice(pattern, i, pattern.len), in_class, &after_class);
            continue;
        }
        char next = i + 1 < pattern.len ? pattern.ptr[i + 1] : '\0';
        /* Within brackets "[:alpha:]" and "[.a.]" mean nothing special; and no range can begin with a class, so
         * that a hyphen behind one stands for itself. */
        if (in_class && (byte == '[' || (byte == '-' && next != ']' && after_class)))
            sl_buf_byte(out, '\\');
        if (byte == '[' || byte == ']')
            in_class = byte == '[';
        sl_buf_byte(out, byte);
        after_class = false;
        i++;
    }
}
