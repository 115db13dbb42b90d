#include "scalar.h"

#include "doc/yaml.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

bool kz_is_scalar(const struct sl_node *node)
{
    return node->kind != SL_LIST && node->kind != SL_MAP;
}

bool kz_is_null(const struct sl_node *node)
{
    return !node || node->kind == SL_NULL;
}

bool kz_is_empty(const struct sl_node *node)
{
    return kz_is_null(node) || (!kz_is_scalar(node) && node->count == 0);
}

/* Whether YAML could take `text`, written plain, for anything but a string. */
static bool may_be_special(struct sl_str text)
{
    if (text.len == 0)
        return true;
    if (text.len > 64 || sl_str_find(text, '#') < text.len || sl_str_find(text, '\n') < text.len)
        return false;
    return strchr("0123456789+-.~nNtTfF", text.ptr[0]) != NULL;
}

static struct sl_str float_text(double number, struct kz_digits *digits)
{
    for (int precision = 1; precision <= 17; precision++) {
        (void)snprintf(digits->text, sizeof digits->text, "%.*g", precision, number);
        if (strtod(digits->text, NULL) == number)
            break;
    }
    return sl_str_from(digits->text);
}

struct sl_str kz_scalar_text(const struct sl_node *node, struct kz_digits *digits)
{
    digits->text[0] = '\0';
    if (!node)
        return (struct sl_str){"", 0};
    switch (node->kind) {
    case SL_STRING:
        return node->as.text;
    case SL_BOOL:
        return node->as.boolean ? SL_STR("true") : SL_STR("false");
    case SL_INT:
    case SL_UINT:
    case SL_FLOAT:
        if (node->as.source)
            return sl_str_from(node->as.source);
        if (node->kind == SL_FLOAT)
            return float_text(node->as.number, digits);
        if (node->kind == SL_INT)
            (void)snprintf(digits->text, sizeof digits->text, "%" PRId64, node->as.integer);
        else
            (void)snprintf(digits->text, sizeof digits->text, "%" PRIu64, node->as.uinteger);
        return sl_str_from(digits->text);
    case SL_NULL:
        return node->style == SL_STYLE_ANY ? SL_STR("null") : SL_STR("");
    case SL_LIST:
    case SL_MAP:
        break;
    }
    return (struct sl_str){"", 0};
}

struct sl_node *kz_node_nothing(struct sl_build *build)
{
    struct sl_node *node = sl_node_null(&build->doc);
    if (node)
        node->style = SL_STYLE_EMPTY;
    return node;
}

struct sl_str kz_scalar_keep(struct sl_build *build, const struct sl_node *node)
{
    struct kz_digits digits;
    struct sl_str text = kz_scalar_text(node, &digits);
    return text.ptr == digits.text ? kz_str(build, text) : text;
}

void kz_set_string(struct sl_node *node, struct sl_str text)
{
    node->kind = SL_STRING;
    node->style = SL_STYLE_ANY;
    node->count = 0;
    node->as.text = text.ptr ? text : SL_STR("");
}

void kz_set_list(struct sl_node *node)
{
    node->kind = SL_LIST;
    node->style = SL_STYLE_ANY;
    node->count = 0;
    node->as.items = NULL;
    node->as.capacity = 0;
}

void kz_set_map(struct sl_node *node)
{
    kz_set_list(node);
    node->kind = SL_MAP;
    node->as.entries = NULL;
}

struct sl_node *kz_resolve(struct sl_build *build, struct sl_str text)
{
    if (!may_be_special(text))
        return sl_node_string(&build->doc, text);
    if (text.len == 0)
        return kz_node_nothing(build);
    struct sl_err ignored = {0};
    struct sl_node *node = NULL;
    int result = sl_yaml_read_one(&node, &build->doc, text, SL_STR("value"), SL_YAML_RESOURCE, &ignored);
    if (result == 0 && node && kz_is_scalar(node))
        return node;
    return sl_node_string(&build->doc, text);
}

void kz_set_new(struct sl_node *node, struct sl_str text)
{
    kz_set_string(node, text);
    if (may_be_special(text))
        node->style = SL_STYLE_QUOTED;
}

int kz_set_plain(struct sl_build *build, struct sl_node *node, struct sl_str text, struct sl_err *err)
{
    struct sl_mark mark = node->mark;
    enum sl_style style = node->style;
    bool quoted = node->kind == SL_STRING && (style == SL_STYLE_QUOTED || style == SL_STYLE_FOLDED);
    if (quoted || !may_be_special(text)) {
        kz_set_string(node, text);
        node->style = quoted ? style : SL_STYLE_ANY;
        return 0;
    }
    struct sl_node *after = kz_resolve(build, text);
    if (!after)
        return kz_no_memory(build, err);
    *node = *after;
    node->mark = mark;
    return 0;
}

int kz_set_same_kind(struct sl_build *build, struct sl_node *node, struct sl_str text, struct sl_err *err)
{
    if (node->kind == SL_STRING) {
        node->as.text = text.ptr ? text : SL_STR("");
        return 0;
    }
    if (node->kind == SL_NULL)
        return 0;
    struct sl_node *after = kz_resolve(build, text);
    if (!after)
        return kz_no_memory(build, err);
    bool integer = after->kind == SL_INT || after->kind == SL_UINT;
    bool wants_integer = node->kind == SL_INT || node->kind == SL_UINT;
    bool same = after->kind == node->kind || (integer && (wants_integer || node->kind == SL_FLOAT));
    if (!same) {
        struct sl_shown shown;
        return kz_fail(build, node->mark, err, "\"%s\" cannot stand where %s stands", sl_shown(&shown, text),
                       sl_kind_name(node->kind));
    }
    struct sl_mark mark = node->mark;
    *node = *after;
    node->mark = mark;
    return 0;
}

bool kz_map_remove(struct sl_node *map, struct sl_str key)
{
    struct sl_entry *entry = map ? sl_node_entry(map, key) : NULL;
    if (!entry)
        return false;
    size_t index = (size_t)(entry - map->as.entries);
    memmove(entry, entry + 1, (map->count - index - 1) * sizeof *entry);
    map->count--;
    return true;
}

int kz_map_need(struct sl_build *build, struct sl_node *map, struct sl_str key, enum sl_kind kind,
                struct sl_node **out, struct sl_err *err)
{
    struct sl_entry *entry = sl_node_entry(map, key);
    if (entry) {
        *out = entry->value;
        if (kz_is_null(entry->value) && kind == SL_MAP)
            kz_set_map(entry->value);
        return 0;
    }
    *out = kind == SL_MAP ? sl_node_map(&build->doc) : kz_node_nothing(build);
    return sl_map_add(&build->doc, map, key, *out, err);
}

static bool is_word(struct sl_str text, const char *word)
{
    return text.len == strlen(word) && strncasecmp(text.ptr, word, text.len) == 0;
}

/* Whether a key could be anything but text; most cannot, and are not read. */
static bool may_be_no_text(struct sl_str key)
{
    if (key.len == 0 || sl_str_equal(key, SL_STR("<<")))
        return true;
    bool digits = key.len <= 64 && key.ptr[0] && strchr("0123456789+-.~", key.ptr[0]);
    for (size_t i = 0; i < key.len && digits; i++) {
        char letter = (char)(key.ptr[i] | 0x20);
        digits = (letter >= 'a' && letter <= 'z') || (key.ptr[i] && strchr("0123456789+-.~_: ", key.ptr[i]));
    }
    return digits || is_word(key, "null") || is_word(key, "true") || is_word(key, "false");
}

/* What reading a text comes to: 1 where it is what is wanted, 0, -1 without memory. */
static int answer(bool wanted, const struct sl_err *read, struct sl_err *err)
{
    if (read->code != SL_E_NO_MEMORY)
        return wanted;
    *err = *read;
    return -1;
}

static int is_text_key(struct sl_build *build, struct sl_str key, struct sl_err *err)
{
    struct sl_err read = {0};
    struct sl_node *node = NULL;
    if (key.len == 0 || sl_str_equal(key, SL_STR("<<")))
        return 0;
    struct sl_str text = kz_join(build, SL_STR("a:\n  "), key, SL_STR(": 0\n"));
    if (!text.ptr)
        return kz_no_memory(build, err);
    int result = sl_yaml_read_one(&node, &build->doc, text, SL_STR("key"), SL_YAML_RESOURCE, &read);
    return answer(result == 0, &read, err);
}

int kz_key_check(struct sl_build *build, struct sl_str key, struct sl_mark mark, struct sl_err *err)
{
    int is_text = may_be_no_text(key) ? is_text_key(build, key, err) : 1;
    if (is_text)
        return is_text < 0 ? -1 : 0;
    struct sl_shown shown;
    (void)kz_fail(build, mark, err, "\"%s\" is not text where it is a key", sl_shown(&shown, key));
    return sl_hint(err,
                   "keys are written without quotes here, as in kustomize, which cannot build this either");
}

int kz_needs_quotes(struct sl_build *build, struct sl_str text, struct sl_err *err)
{
    struct sl_err read = {0};
    struct sl_node *node = NULL;
    if (text.len == 0 || sl_str_find(text, '\n') < text.len)
        return 0;
    int result = sl_yaml_read_one(&node, &build->doc, text, SL_STR("value"), SL_YAML_KUSTOMIZATION, &read);
    return answer(result == 0 && (!node || node->kind != SL_STRING), &read, err);
}

int kz_map_text(struct sl_build *build, struct sl_node *map, struct sl_str key, struct kz_text text,
                struct sl_err *err)
{
    struct sl_node *value;
    if (!sl_node_entry(map, key) && kz_key_check(build, key, text.mark, err) < 0)
        return -1;
    if (kz_map_need(build, map, key, SL_NULL, &value, err) < 0)
        return -1;
    kz_set_string(value, text.text);
    value->mark = text.mark;
    return 0;
}
