#include "normalise.h"

#include "doc/json.h"

static const char object_meta[] =
    "{\"type\":\"object\",\"properties\":{"
    "\"annotations\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}},"
    "\"clusterName\":{\"type\":\"string\"},"
    "\"creationTimestamp\":{\"type\":[\"null\",\"string\"],\"format\":\"date-time\"},"
    "\"deletionGracePeriodSeconds\":{\"type\":\"integer\",\"format\":\"int64\"},"
    "\"deletionTimestamp\":{\"type\":[\"null\",\"string\"],\"format\":\"date-time\"},"
    "\"finalizers\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
    "\"generateName\":{\"type\":\"string\"},"
    "\"generation\":{\"type\":\"integer\",\"format\":\"int64\"},"
    "\"labels\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}},"
    "\"managedFields\":{\"type\":\"array\",\"items\":{\"type\":\"object\"}},"
    "\"name\":{\"type\":\"string\"},"
    "\"namespace\":{\"type\":\"string\"},"
    "\"ownerReferences\":{\"type\":\"array\",\"x-kubernetes-list-map-keys\":[\"uid\"],\"items\":{"
    "\"type\":\"object\",\"additionalProperties\":false,"
    "\"required\":[\"apiVersion\",\"kind\",\"name\",\"uid\"],\"properties\":{"
    "\"apiVersion\":{\"type\":\"string\"},\"blockOwnerDeletion\":{\"type\":\"boolean\"},"
    "\"controller\":{\"type\":\"boolean\"},\"kind\":{\"type\":\"string\"},\"name\":{\"type\":\"string\"},"
    "\"uid\":{\"type\":\"string\"}}}},"
    "\"resourceVersion\":{\"type\":\"string\"},"
    "\"selfLink\":{\"type\":\"string\"},"
    "\"uid\":{\"type\":\"string\"}},\"additionalProperties\":false}";

int normalise_object_meta(struct sl_node **out, const struct normaliser *normaliser)
{
    return sl_json_read(out, normaliser->to, sl_str_from(object_meta), SL_STR("metadata"), normaliser->err);
}

static int require(const struct normaliser *normaliser, struct sl_node *schema, const char *name)
{
    struct sl_node *required = sl_node_get(schema, "required");
    if (!required) {
        required = sl_node_list(normaliser->to);
        if (sl_map_set(normaliser->to, schema, SL_STR("required"), required, normaliser->err) < 0)
            return -1;
    }
    for (uint32_t i = 0; required->kind == SL_LIST && i < required->count; i++)
        if (sl_str_equal(sl_node_text(required->as.items[i]), sl_str_from(name)))
            return 0;
    return required->kind == SL_LIST
               ? sl_list_add(normaliser->to, required, sl_node_string(normaliser->to, sl_str_from(name)),
                             normaliser->err)
               : 0;
}

static int add_text_field(const struct normaliser *normaliser, struct sl_node *fields, const char *name)
{
    if (sl_node_get(fields, name))
        return 0;
    struct sl_node *field = sl_node_map(normaliser->to);
    if (!field || sl_map_set(normaliser->to, field, SL_STR("type"),
                             sl_node_string(normaliser->to, SL_STR("string")), normaliser->err) < 0)
        return field ? -1 : sl_node_fail(normaliser->to, normaliser->err);
    return sl_map_set(normaliser->to, fields, sl_str_from(name), field, normaliser->err);
}

/* What the schema says about metadata (a name's length, say) holds beside what metadata is. */
static int add_metadata(const struct normaliser *normaliser, struct sl_node *fields,
                        const struct sl_node *own)
{
    struct sl_node *metadata = reference_to(normaliser->to, SL_STR(OBJECT_META));
    if (!metadata)
        return sl_node_fail(normaliser->to, normaliser->err);
    if (sl_node_get(sl_node_get(fields, "metadata"), "$ref"))
        return 0;
    if (sl_node_get(own, "properties")) {
        struct sl_node *aside = NULL;
        struct sl_node *both = sl_node_list(normaliser->to), *all = sl_node_map(normaliser->to);
        if (!both || !all)
            return sl_node_fail(normaliser->to, normaliser->err);
        if (normalise_aside(&aside, normaliser, own) < 0 ||
            sl_list_add(normaliser->to, both, metadata, normaliser->err) < 0 ||
            sl_list_add(normaliser->to, both, aside, normaliser->err) < 0 ||
            sl_map_set(normaliser->to, all, SL_STR("allOf"), both, normaliser->err) < 0)
            return -1;
        metadata = all;
    }
    return sl_map_set(normaliser->to, fields, SL_STR("metadata"), metadata, normaliser->err);
}

int normalise_object(const struct normaliser *normaliser, struct sl_node *schema,
                     const struct sl_node *original)
{
    const struct sl_node *metadata = sl_node_get(sl_node_get(original, "properties"), "metadata");
    struct sl_node *fields = sl_node_get(schema, "properties");
    if (!fields || fields->kind != SL_MAP) {
        fields = sl_node_map(normaliser->to);
        if (sl_map_set(normaliser->to, schema, SL_STR("properties"), fields, normaliser->err) < 0)
            return -1;
    }
    if (add_text_field(normaliser, fields, "apiVersion") < 0 ||
        add_text_field(normaliser, fields, "kind") < 0 || require(normaliser, schema, "apiVersion") < 0 ||
        require(normaliser, schema, "kind") < 0)
        return -1;
    return add_metadata(normaliser, fields, metadata);
}
