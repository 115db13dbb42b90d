#include "field_path.h"

#include "base/limits.h"
#include "doc/yaml.h"
#include "regex.h"
#include "scalar.h"

/* A whole number as Go's Atoi reads one: false for anything else and what is absurdly large. */
static bool index_of(struct sl_str part, long *out)
{
    size_t at = part.len > 1 && (part.ptr[0] == '-' || part.ptr[0] == '+');
    if (part.len == at || part.len > 10)
        return false;
    long value = 0;
    for (size_t i = at; i < part.len; i++) {
        if (part.ptr[i] < '0' || part.ptr[i] > '9')
            return false;
        value = value * 10 + (part.ptr[i] - '0');
    }
    *out = part.ptr[0] == '-' ? -value : value;
    return true;
}

static bool is_bracket(struct sl_str part)
{
    return part.len > 1 && part.ptr[0] == '[' && part.ptr[part.len - 1] == ']';
}

/* "key" and "value" of "[key=value]"; false without "=". */
static bool split_bracket(struct sl_str part, struct sl_str *key, struct sl_str *value)
{
    struct sl_str inner = sl_str_slice(part, 1, part.len - 1);
    size_t equal = sl_str_find(inner, '=');
    *key = sl_str_slice(inner, 0, equal);
    *value = sl_str_slice(inner, equal + 1, inner.len);
    return equal < inner.len;
}

static struct sl_str trim(struct sl_str text)
{
    while (text.len && (text.ptr[0] == ' ' || text.ptr[0] == '\t'))
        text = sl_str_slice(text, 1, text.len);
    while (text.len && (text.ptr[text.len - 1] == ' ' || text.ptr[text.len - 1] == '\t'))
        text.len--;
    return text;
}

static int wrong_kind(struct sl_build *build, const struct sl_node *node, const char *wanted,
                      struct sl_str part, struct sl_err *err)
{
    struct sl_shown shown;
    return kz_fail(build, node->mark, err, "\"%s\" of a field path needs %s, this is %s",
                   sl_shown(&shown, part), wanted, sl_kind_name(node->kind));
}

struct finder {
    struct sl_build *build;
    const struct kz_field_query *query;
    struct kz_nodes *out;
    struct sl_err *err;
};

/* The same for a path of a query: what it has made itself has no place, the path does. */
static int wrong_kind_of(const struct finder *f, const struct sl_node *node, const char *wanted, size_t at)
{
    struct sl_node shown = *node;
    if (!shown.mark.file)
        shown.mark = f->query->mark;
    return wrong_kind(f->build, &shown, wanted, f->query->parts[at], f->err);
}

static struct sl_node *item_with(const struct sl_node *list, struct sl_str key, struct sl_str value)
{
    for (uint32_t i = 0; i < list->count; i++) {
        struct sl_node *item = list->as.items[i];
        struct kz_digits digits;
        if (key.len == 0 && kz_is_scalar(item) && sl_str_equal(kz_scalar_text(item, &digits), value))
            return item;
        const struct sl_entry *entry = item->kind == SL_MAP ? sl_node_entry(item, key) : NULL;
        if (entry && kz_is_scalar(entry->value) && sl_str_equal(kz_scalar_text(entry->value, &digits), value))
            return item;
    }
    return NULL;
}

/* One step of kz_field_get(); *node becomes NULL where there is nothing. */
static int step(struct sl_build *build, struct sl_node **node, struct sl_str part, struct sl_err *err)
{
    struct sl_node *now = *node;
    long index = 0;
    bool is_index = index_of(part, &index), is_last = sl_str_equal(part, SL_STR("-"));
    if (now->kind == SL_NULL) {
        *node = NULL;
        return 0;
    }
    if (is_index || is_last || is_bracket(part)) {
        if (now->kind != SL_LIST)
            return wrong_kind(build, now, "a list", part, err);
        struct sl_str key, value;
        if (is_last)
            index = (long)now->count - 1;
        if (is_last || is_index)
            *node = index >= 0 && index < (long)now->count ? now->as.items[index] : NULL;
        else if (split_bracket(part, &key, &value))
            *node = item_with(now, key, value);
        else
            return wrong_kind(build, now, "key=value", part, err);
        return is_index && index < 0 ? wrong_kind(build, now, "a place in the list", part, err) : 0;
    }
    if (sl_str_equal(part, SL_STR("*")))
        return wrong_kind(build, now, "to be a name", part, err);
    if (now->kind != SL_MAP)
        return wrong_kind(build, now, "a map", part, err);
    struct sl_entry *entry = sl_node_entry(now, part);
    *node = entry ? entry->value : NULL;
    return 0;
}

int kz_field_get(struct sl_build *build, struct sl_node *root, const struct sl_str *parts, size_t count,
                 struct sl_node **out, struct sl_err *err)
{
    struct sl_node *node = root;
    for (size_t i = 0; i < count && node; i++) {
        struct sl_str part = trim(parts[i]);
        if (part.len && step(build, &node, part, err) < 0)
            return -1;
    }
    *out = node;
    return 0;
}

/* -- all of them -- */

static int find(const struct finder *f, struct sl_node *node, size_t at, unsigned depth);

static int found(const struct finder *f, struct sl_node *node)
{
    if (!kz_grow(f->build, &f->out->items, f->out->count, &f->out->capacity, sizeof(struct sl_node *)))
        return kz_no_memory(f->build, f->err);
    f->out->items[f->out->count++] = node;
    return 0;
}

/* What a field is made as that part `at` leads on from: a list for an index or bracket, else a map. */
static struct sl_node *make(const struct finder *f, size_t at)
{
    long index;
    if (at >= f->query->count)
        return f->query->kind == SL_MAP    ? sl_node_map(&f->build->doc)
               : f->query->kind == SL_LIST ? sl_node_list(&f->build->doc)
                                           : kz_node_nothing(f->build);
    struct sl_str part = f->query->parts[at];
    if (is_bracket(part) || (index_of(part, &index) && index >= 0))
        return sl_node_list(&f->build->doc);
    return sl_node_map(&f->build->doc);
}

static int find_field(const struct finder *f, struct sl_node *node, size_t at, unsigned depth)
{
    struct sl_str part = f->query->parts[at];
    if (node->kind != SL_MAP && node->kind != SL_NULL)
        return wrong_kind_of(f, node, "a map", at);
    struct sl_entry *entry = node->kind == SL_MAP ? sl_node_entry(node, part) : NULL;
    if (entry)
        return find(f, entry->value, at + 1, depth);
    if (!f->query->create)
        return 0;
    struct sl_node *made = make(f, at + 1);
    if (!made)
        return kz_no_memory(f->build, f->err);
    if (kz_key_check(f->build, part, f->query->mark, f->err) < 0)
        return -1;
    if (node->kind == SL_MAP && sl_map_add(&f->build->doc, node, part, made, f->err) < 0)
        return -1;
    return find(f, made, at + 1, depth);
}

static int find_index(const struct finder *f, struct sl_node *node, size_t at, unsigned depth)
{
    long index = 0;
    (void)index_of(f->query->parts[at], &index);
    if (node->kind != SL_LIST && node->kind != SL_NULL)
        return wrong_kind_of(f, node, "a list", at);
    if (node->kind == SL_LIST && f->query->create && index == (long)node->count &&
        sl_list_add(&f->build->doc, node, make(f, at + 1), f->err) < 0)
        return -1;
    if (index >= (long)node->count)
        return kz_fail(f->build, node->mark.file ? node->mark : f->query->mark, f->err,
                       "a field path asks for item %ld, there are %u", index, (unsigned)node->count);
    return find(f, node->as.items[index], at + 1, depth);
}

/* The text of a value as kustomize matches it: as YAML, which has quotes where they are needed. */
static int yaml_text(const struct finder *f, const struct sl_node *node, struct sl_str *out)
{
    struct kz_digits digits;
    if (kz_is_scalar(node) && node->kind != SL_STRING && node->kind != SL_NULL) {
        *out = kz_str(f->build, kz_scalar_text(node, &digits));
        return out->ptr ? 0 : kz_no_memory(f->build, f->err);
    }
    sl_buf_reset(&f->build->work);
    if (sl_yaml_write(&f->build->work, node, f->err) < 0)
        return -1;
    *out = sl_buf_view(&f->build->work);
    while (out->len && (out->ptr[out->len - 1] == '\n' || out->ptr[out->len - 1] == ' '))
        out->len--;
    return 0;
}

static int match_items(const struct finder *f, struct sl_node *list, size_t at, unsigned depth)
{
    struct sl_str key;
    struct kz_text pattern = {{NULL, 0}, f->query->mark};
    (void)split_bracket(f->query->parts[at], &key, &pattern.text);
    const struct kz_regex *regex;
    if (list->count && kz_regex_get(f->build, &regex, &pattern, KZ_ANYWHERE, f->err) < 0)
        return -1;
    for (uint32_t i = 0; i < list->count; i++) {
        struct sl_node *item = list->as.items[i];
        const struct sl_entry *entry = item->kind == SL_MAP && key.len ? sl_node_entry(item, key) : NULL;
        if (key.len && !entry)
            continue;
        struct sl_str text;
        if (yaml_text(f, entry ? entry->value : item, &text) < 0)
            return -1;
        int matches = kz_regex_match(f->build, regex, text, f->err);
        if (matches < 0 || (matches && (key.len ? find(f, item, at + 1, depth) : found(f, item)) < 0))
            return -1;
    }
    return 0;
}

static int find_bracket(const struct finder *f, struct sl_node *node, size_t at, unsigned depth)
{
    struct sl_str key, value;
    if (!split_bracket(f->query->parts[at], &key, &value))
        return wrong_kind_of(f, node, "key=value", at);
    if (node->kind != SL_LIST && node->kind != SL_NULL)
        return wrong_kind_of(f, node, "a list", at);
    size_t before = f->out->count;
    if (node->kind == SL_NULL || match_items(f, node, at, depth) < 0)
        return node->kind == SL_NULL ? 0 : -1;
    if (f->out->count > before || !f->query->create)
        return 0;
    struct sl_node *text = kz_resolve(f->build, value);
    struct sl_node *item = key.len ? sl_node_map(&f->build->doc) : text;
    if (key.len && sl_map_set(&f->build->doc, item, key, text, f->err) < 0)
        return -1;
    if (sl_list_add(&f->build->doc, node, item, f->err) < 0)
        return -1;
    if (match_items(f, node, at, depth) < 0)
        return -1;
    struct sl_shown shown;
    return f->out->count > before
               ? 0
               : kz_fail(f->build, f->query->mark, f->err, "\"%s\" cannot be made: it does not match itself",
                         sl_shown(&shown, f->query->parts[at]));
}

static int find(const struct finder *f, struct sl_node *node, size_t at, unsigned depth)
{
    if (at == f->query->count)
        return found(f, node);
    if (depth > SL_DOC_DEPTH_MAX)
        return sl_fail(f->err, SL_E_LIMIT, "a field path has more than %d parts", SL_DOC_DEPTH_MAX);
    struct sl_str part = f->query->parts[at];
    long index;
    if (index_of(part, &index) && index >= 0)
        return find_index(f, node, at, depth + 1);
    if (is_bracket(part))
        return find_bracket(f, node, at, depth + 1);
    if (!sl_str_equal(part, SL_STR("*")))
        return find_field(f, node, at, depth + 1);
    if (node->kind != SL_LIST && node->kind != SL_NULL)
        return wrong_kind_of(f, node, "a list", at);
    for (uint32_t i = 0; i < node->count; i++)
        if (find(f, node->as.items[i], at + 1, depth + 1) < 0)
            return -1;
    return 0;
}

int kz_field_find(struct sl_build *build, struct sl_node *root, const struct kz_field_query *query,
                  struct kz_nodes *out, struct sl_err *err)
{
    struct finder finder = {build, query, out, err};
    return find(&finder, root, 0, 0);
}
