#include "decode.h"

#include "scalar.h"

#include <strings.h>

struct decoder {
    struct sl_build *build;
    enum kz_strictness strictness;
    struct sl_err *err;
};

static int wrong_type(const struct decoder *d, const char *name, const char *wanted,
                      const struct sl_node *node)
{
    return kz_fail(d->build, node->mark, d->err, "%s must be %s, this is %s", name, wanted,
                   sl_kind_name(node->kind));
}

static int decode_map(const struct decoder *d, void *out, const struct kz_shape *shape,
                      const struct sl_node *node);

static int decode_text(const struct decoder *d, const char *name, struct kz_text *out,
                       const struct sl_node *node)
{
    *out = (struct kz_text){{"", 0}, node->mark};
    bool taken = node->kind == SL_STRING || (d->strictness != KZ_STRICT && kz_is_scalar(node));
    if (taken && node->kind != SL_NULL)
        out->text = kz_scalar_keep(d->build, node);
    if (!out->text.ptr)
        return kz_no_memory(d->build, d->err);
    if (taken || node->kind == SL_NULL)
        return 0;
    (void)wrong_type(d, name, "a string", node);
    return kz_is_scalar(node) ? sl_hint(d->err, "put the value in quotes") : -1;
}

static int decode_integer(const struct decoder *d, const char *name, int64_t *out, const struct sl_node *node)
{
    if (node->kind == SL_INT)
        *out = node->as.integer;
    else if (node->kind == SL_FLOAT && node->as.number >= -1e15 && node->as.number <= 1e15 &&
             (double)(int64_t)node->as.number == node->as.number)
        *out = (int64_t)node->as.number;
    else
        return wrong_type(d, name, "a whole number", node);
    return 0;
}

static int decode_texts(const struct decoder *d, const char *name, struct kz_texts *out,
                        const struct sl_node *node)
{
    if (node->kind != SL_LIST)
        return wrong_type(d, name, "a list of strings", node);
    *out = (struct kz_texts){0};
    for (uint32_t i = 0; i < node->count; i++) {
        struct kz_text text;
        if (decode_text(d, name, &text, node->as.items[i]) < 0 ||
            kz_texts_add(d->build, out, text, d->err) < 0)
            return -1;
    }
    return 0;
}

static int decode_pairs(const struct decoder *d, const struct kz_field *field, struct kz_pairs *out,
                        const struct sl_node *node)
{
    bool flags = field->type == KZ_FLAGS;
    if (node->kind != SL_MAP)
        return wrong_type(d, field->name, flags ? "a map of booleans" : "a map of strings", node);
    *out = (struct kz_pairs){.given = true};
    for (uint32_t i = 0; i < node->count; i++) {
        const struct sl_entry *entry = &node->as.entries[i];
        struct kz_pair pair = {entry->key, {{"", 0}, entry->value->mark}};
        if (flags && entry->value->kind != SL_BOOL && entry->value->kind != SL_NULL)
            return wrong_type(d, field->name, "a map of booleans", entry->value);
        if (flags)
            pair.value.text =
                entry->value->kind == SL_BOOL && entry->value->as.boolean ? SL_STR("true") : SL_STR("false");
        else if (decode_text(d, field->name, &pair.value, entry->value) < 0)
            return -1;
        if (!kz_grow(d->build, &out->items, out->count, &out->capacity, sizeof pair))
            return kz_no_memory(d->build, d->err);
        out->items[out->count++] = pair;
    }
    return 0;
}

static int decode_structs(const struct decoder *d, const struct kz_field *field, struct kz_list *out,
                          const struct sl_node *node)
{
    if (node->kind != SL_LIST)
        return wrong_type(d, field->name, "a list of maps", node);
    char *items = sl_arena_array(&d->build->doc.arena, node->count ? node->count : 1, field->shape->size);
    if (!items)
        return kz_no_memory(d->build, d->err);
    for (uint32_t i = 0; i < node->count; i++) {
        const struct sl_node *item = node->as.items[i];
        char *into = items + i * field->shape->size;
        memcpy(into, &item->mark, sizeof item->mark); /* an item that says nothing has a place, too */
        if (item->kind != SL_NULL && decode_map(d, into, field->shape, item) < 0)
            return -1;
    }
    *out = (struct kz_list){items, node->count};
    return 0;
}

static int decode_struct(const struct decoder *d, const struct kz_field *field, void **out,
                         const struct sl_node *node)
{
    void *made = *out ? *out : kz_alloc(d->build, field->shape->size);
    if (!made)
        return kz_no_memory(d->build, d->err);
    *out = made;
    return decode_map(d, made, field->shape, node);
}

static int decode_field(const struct decoder *d, const struct kz_field *field, void *place,
                        const struct sl_node *node)
{
    if (node->kind == SL_NULL)
        return 0;
    switch (field->type) {
    case KZ_TEXT:
        return decode_text(d, field->name, place, node);
    case KZ_BOOL:
        if (node->kind != SL_BOOL)
            return wrong_type(d, field->name, "true or false", node);
        *(bool *)place = node->as.boolean;
        return 0;
    case KZ_INTEGER:
        return decode_integer(d, field->name, place, node);
    case KZ_TEXTS:
        return decode_texts(d, field->name, place, node);
    case KZ_PAIRS:
    case KZ_FLAGS:
        return decode_pairs(d, field, place, node);
    case KZ_STRUCT:
        return decode_struct(d, field, place, node);
    case KZ_STRUCTS:
        return decode_structs(d, field, place, node);
    case KZ_NODE:
        *(const struct sl_node **)place = node;
        return 0;
    }
    return 0;
}

static const struct kz_field *find_field(const struct kz_shape *shape, struct sl_str key)
{
    const struct kz_field *folded = NULL;
    for (const struct kz_field *field = shape->fields; field->name; field++) {
        if (sl_str_equal(key, sl_str_from(field->name)))
            return field;
        if (!folded && strlen(field->name) == key.len && strncasecmp(field->name, key.ptr, key.len) == 0)
            folded = field;
    }
    return folded;
}

static int unknown_key(const struct decoder *d, const struct kz_shape *shape, const struct sl_entry *entry)
{
    struct sl_str names[64];
    size_t count = 0;
    for (const struct kz_field *field = shape->fields; field->name && count < 64; field++)
        names[count++] = sl_str_from(field->name);
    ptrdiff_t nearest = sl_nearest(entry->key, names, count);
    struct sl_shown shown;
    (void)kz_fail(d->build, entry->key_mark, d->err, "%s has no field \"%s\"", shape->what,
                  sl_shown(&shown, entry->key));
    return nearest < 0 ? -1 : sl_hint(d->err, "did you mean " SL_FMT "?", SL_ARG(names[nearest]));
}

static int decode_map(const struct decoder *d, void *out, const struct kz_shape *shape,
                      const struct sl_node *node)
{
    if (node->kind != SL_MAP)
        return kz_fail(d->build, node->mark, d->err, "%s must be a map, this is %s", shape->what,
                       sl_kind_name(node->kind));
    memcpy(out, &node->mark, sizeof node->mark);
    for (uint32_t i = 0; i < node->count; i++) {
        const struct sl_entry *entry = &node->as.entries[i];
        const struct kz_field *field = find_field(shape, entry->key);
        if (!field && d->strictness != KZ_LENIENT)
            return unknown_key(d, shape, entry);
        if (field && decode_field(d, field, (char *)out + field->offset, entry->value) < 0)
            return -1;
    }
    return 0;
}

int kz_decode(struct sl_build *build, void *out, const struct kz_shape *shape, const struct sl_node *node,
              enum kz_strictness strictness, struct sl_err *err)
{
    struct decoder decoder = {build, strictness, err};
    return decode_map(&decoder, out, shape, node);
}
