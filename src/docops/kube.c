#include "kube_set.h"

/* The rows of the tables. Names are places in kube_names, so that nothing has to be relocated at start-up. */
struct kube_field {
    uint16_t name;
    uint16_t type;
};

struct kube_type {
    uint16_t first, fields; /* of a type with fields: in kube_fields, in the order of bytes */
    uint16_t item;          /* of a list that merges: its items' type, else 0 */
    uint16_t merge;         /* ... and its row in kube_merges */
};

struct kube_merge {
    uint16_t key_count;
    uint16_t keys[2];
};

struct kube_resource {
    uint16_t api_version, kind; /* in the order of bytes */
    uint16_t type;
    uint8_t scope;
};

#include "kube_table.inc"

/* Known, and nothing below it merges. */
enum { PLAIN = 1 };

static const struct sl_kube builtin = {.builtin_types = true};

const struct sl_kube *sl_kube_builtin(void)
{
    return &builtin;
}

static int compare_name(struct sl_str text, uint16_t name)
{
    return sl_str_compare(text, sl_str_from(&kube_names[name]));
}

static const struct kube_resource *find_resource(struct sl_str api_version, struct sl_str kind)
{
    size_t low = 0;
    size_t high = sizeof kube_resources / sizeof kube_resources[0];
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct kube_resource *row = &kube_resources[middle];
        int order = compare_name(api_version, row->api_version);
        if (order == 0)
            order = compare_name(kind, row->kind);
        if (order == 0)
            return row;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

struct sl_kube_type sl_kube_resource(const struct sl_kube *kube, struct sl_str api_version,
                                     struct sl_str kind)
{
    struct sl_kube_type type = {.kube = kube ? kube : &builtin};
    if (type.kube->openapi)
        type = sl_openapi_resource(type.kube, api_version, kind);
    if (type.id == 0 && type.kube->builtin_types) {
        const struct kube_resource *row = find_resource(api_version, kind);
        type.id = row ? row->type : 0;
    }
    return type;
}

struct sl_kube_type sl_kube_field(struct sl_kube_type type, struct sl_str field)
{
    if (type.schema)
        return sl_openapi_field(type, field);
    if (type.id <= PLAIN)
        return type;
    const struct kube_type *row = &kube_types[type.id];
    size_t low = row->first;
    size_t high = low + row->fields;
    type.id = 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare_name(field, kube_fields[middle].name);
        if (order == 0) {
            type.id = kube_fields[middle].type;
            break;
        }
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return type;
}

struct sl_kube_type sl_kube_items(struct sl_kube_type type)
{
    if (type.schema)
        return sl_openapi_items(type);
    if (type.id > PLAIN)
        type.id = kube_types[type.id].item;
    return type;
}

struct sl_kube_merge sl_kube_merge_of(struct sl_kube_type type)
{
    if (type.schema)
        return sl_openapi_merge_of(type);
    struct sl_kube_merge merge = {0};
    if (type.id <= PLAIN || kube_types[type.id].item == 0)
        return merge;
    const struct kube_merge *row = &kube_merges[kube_types[type.id].merge];
    merge.merge = true;
    merge.key_count = row->key_count;
    for (size_t i = 0; i < row->key_count; i++)
        merge.keys[i] = sl_str_from(&kube_names[row->keys[i]]);
    return merge;
}

enum sl_kube_scope sl_kube_scope_of(const struct sl_kube *kube, struct sl_str api_version, struct sl_str kind)
{
    const struct kube_resource *row = find_resource(api_version, kind);
    if (row && row->scope != SL_KUBE_UNKNOWN)
        return (enum sl_kube_scope)row->scope;
    return kube && kube->openapi ? sl_openapi_scope_of(kube, api_version, kind) : SL_KUBE_UNKNOWN;
}
