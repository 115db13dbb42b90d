#include "normalise.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "doc/json.h"

#include <sealift/text.h>

/* What becomes of the value of a keyword. */
enum how {
    TAKE,      /* as it is */
    TAKE_TRUE, /* where it is true */
    FORMAT,
    LIST_TYPE,
    COUNT,    /* how many there are */
    FIELD,    /* a schema of something inside, or a boolean */
    FIELDS,   /* a map of those */
    ASIDE,    /* a schema of the same value, or of parts of it: it closes nothing */
    ASIDE_ALL /* a list of those */
};

static const struct {
    const char *name;
    enum how how;
} keywords[] = {
    {"$ref", TAKE},
    {"$schema", TAKE},
    {"type", TAKE},
    {"enum", TAKE},
    {"const", TAKE},
    {"minimum", TAKE},
    {"maximum", TAKE},
    {"exclusiveMinimum", TAKE},
    {"exclusiveMaximum", TAKE},
    {"multipleOf", TAKE},
    {"minLength", TAKE},
    {"maxLength", TAKE},
    {"pattern", TAKE},
    {"minItems", TAKE},
    {"maxItems", TAKE},
    {"uniqueItems", TAKE},
    {"minProperties", TAKE},
    {"maxProperties", TAKE},
    {"required", TAKE},
    {"format", FORMAT},
    {"properties", FIELDS},
    {"patternProperties", FIELDS},
    {"definitions", FIELDS},
    {"additionalProperties", FIELD},
    {"items", FIELD},
    {"allOf", ASIDE_ALL},
    {"anyOf", ASIDE_ALL},
    {"oneOf", ASIDE_ALL},
    {"not", ASIDE},
    {"x-kubernetes-embedded-resource", TAKE_TRUE},
    {"x-kubernetes-preserve-unknown-fields", TAKE_TRUE},
    {"x-kubernetes-list-type", LIST_TYPE},
    {"x-kubernetes-list-map-keys", TAKE},
    {"x-kubernetes-patch-merge-key", TAKE},
    {"x-kubernetes-validations", COUNT},
};

/* How the tools that make CustomResourceDefinitions of Go code write a quantity. */
static const char quantity_pattern[] = "^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|"
                                       "([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$";

static int convert(struct sl_node **out, const struct normaliser *normaliser, const struct sl_node *schema,
                   bool spine);

static int fail_at(const struct normaliser *normaliser, const struct sl_node *node, const char *what)
{
    char place[256];
    return sl_fail(normaliser->err, SL_E_INPUT, "%s: %s, not %s",
                   sl_mark_text(place, sizeof place, normaliser->from, node->mark), what,
                   sl_kind_name(node->kind));
}

static int put(const struct normaliser *normaliser, struct sl_node *map, const char *key,
               struct sl_node *value)
{
    return sl_map_set(normaliser->to, map, sl_str_from(key), value, normaliser->err);
}

static struct sl_node *text_node(const struct normaliser *normaliser, const char *text)
{
    return sl_node_string(normaliser->to, sl_str_from(text));
}

static bool is_true(const struct sl_node *node)
{
    return node && node->kind == SL_BOOL && node->as.boolean;
}

static bool text_is(const struct sl_node *node, const char *text)
{
    return node && node->kind == SL_STRING && sl_str_equal(node->as.text, sl_str_from(text));
}

struct sl_node *reference_to(struct sl_doc *doc, struct sl_str name)
{
    struct sl_err err = {0};
    struct sl_node *map = sl_node_map(doc);
    struct sl_str pointer = sl_arena_join(&doc->arena, SL_STR("#/definitions/"), name);
    if (!map || !pointer.ptr || sl_map_add(doc, map, SL_STR("$ref"), sl_node_string(doc, pointer), &err) < 0)
        return NULL;
    return map;
}

/* {"type": [first, second]}, with a format or without one. */
static struct sl_node *either(const struct normaliser *normaliser, const char *first, const char *second,
                              const char *format)
{
    struct sl_doc *doc = normaliser->to;
    struct sl_node *map = sl_node_map(doc), *types = sl_node_list(doc);
    if (!map || !types || sl_list_add(doc, types, text_node(normaliser, first), normaliser->err) < 0 ||
        sl_list_add(doc, types, text_node(normaliser, second), normaliser->err) < 0 ||
        (format && put(normaliser, map, "format", text_node(normaliser, format)) < 0) ||
        put(normaliser, map, "type", types) < 0)
        return NULL;
    return map;
}

struct sl_node *normalise_known(const struct normaliser *normaliser, struct sl_str name, bool *failed)
{
    struct sl_node *known = NULL;
    bool is_known = true;
    if (sl_str_ends_with(name, SL_STR(".api.resource.Quantity")))
        known = either(normaliser, "number", "string", "quantity");
    else if (sl_str_ends_with(name, SL_STR(".util.intstr.IntOrString")))
        known = either(normaliser, "integer", "string", NULL);
    else if (sl_str_ends_with(name, SL_STR(".JSON")) ||
             sl_str_ends_with(name, SL_STR(".JSONSchemaPropsOrArray")) ||
             sl_str_ends_with(name, SL_STR(".JSONSchemaPropsOrBool")) ||
             sl_str_ends_with(name, SL_STR(".JSONSchemaPropsOrStringArray")))
        known = sl_node_map(normaliser->to);
    else
        is_known = false;
    *failed = is_known && !known;
    return known;
}

/* -- keywords -- */

/* Formats are kept that are checked: by the schema module, or under a name of our own by kube_format.c. */
static struct sl_node *convert_format(const struct normaliser *normaliser, const struct sl_node *value)
{
    static const char *const kept[] = {"date-time", "date", "ipv4", "ipv6", "uuid",     "int32",
                                       "int64",     "byte", "cidr", "mac",  "quantity", "go-duration"};
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        if (text_is(value, kept[i]))
            return text_node(normaliser, kept[i]);
    /* In JSON Schema this is a duration of ISO 8601, in Kubernetes one of Go. */
    return text_is(value, "duration") ? text_node(normaliser, "go-duration") : NULL;
}

static int convert_fields(struct sl_node **out, const struct normaliser *normaliser,
                          const struct sl_node *value, bool spine)
{
    if (value->kind != SL_MAP)
        return fail_at(normaliser, value, "a map of schemas is expected");
    *out = sl_node_map(normaliser->to);
    for (uint32_t i = 0; *out && i < value->count; i++) {
        const struct sl_entry *entry = &value->as.entries[i];
        struct sl_node *child = NULL;
        if (convert(&child, normaliser, entry->value, spine) < 0 ||
            sl_map_add(normaliser->to, *out, entry->key, child, normaliser->err) < 0)
            return -1;
    }
    return *out ? 0 : sl_node_fail(normaliser->to, normaliser->err);
}

static int convert_list(struct sl_node **out, const struct normaliser *normaliser,
                        const struct sl_node *value)
{
    if (value->kind != SL_LIST)
        return fail_at(normaliser, value, "a list of schemas is expected");
    *out = sl_node_list(normaliser->to);
    for (uint32_t i = 0; *out && i < value->count; i++) {
        struct sl_node *child = NULL;
        if (convert(&child, normaliser, value->as.items[i], false) < 0 ||
            sl_list_add(normaliser->to, *out, child, normaliser->err) < 0)
            return -1;
    }
    return *out ? 0 : sl_node_fail(normaliser->to, normaliser->err);
}

static int taken(struct sl_node **out, const struct normaliser *normaliser, struct sl_node *made)
{
    *out = made;
    return made ? 0 : sl_node_fail(normaliser->to, normaliser->err);
}

/* *out stays NULL where nothing is left of the keyword. */
static int convert_value(struct sl_node **out, const struct normaliser *normaliser, enum how how,
                         const struct sl_node *value, bool spine)
{
    switch (how) {
    case TAKE:
        return taken(out, normaliser, sl_node_copy(normaliser->to, normaliser->from, value));
    case TAKE_TRUE:
        return is_true(value) ? taken(out, normaliser, sl_node_bool(normaliser->to, true)) : 0;
    case FORMAT:
        *out = convert_format(normaliser, value);
        return 0;
    case LIST_TYPE:
        return text_is(value, "set") ? taken(out, normaliser, text_node(normaliser, "set")) : 0;
    case COUNT:
        if (value->kind != SL_LIST || value->count == 0)
            return value->kind == SL_INT
                       ? taken(out, normaliser, sl_node_int(normaliser->to, value->as.integer))
                       : 0;
        return taken(out, normaliser, sl_node_int(normaliser->to, value->count));
    case FIELD:
        if (value->kind == SL_BOOL)
            return taken(out, normaliser, sl_node_bool(normaliser->to, value->as.boolean));
        return convert(out, normaliser, value, spine);
    case FIELDS:
        return convert_fields(out, normaliser, value, spine);
    case ASIDE:
        return convert(out, normaliser, value, false);
    case ASIDE_ALL:
        break;
    }
    return convert_list(out, normaliser, value);
}

/* -- what several keywords say together -- */

/* `nullable` is a type more. */
static int add_null(const struct normaliser *normaliser, struct sl_node *out)
{
    struct sl_node *type = sl_node_get(out, "type");
    if (!type || type->kind != SL_STRING)
        return 0;
    struct sl_node *types = sl_node_list(normaliser->to);
    if (!types || sl_list_add(normaliser->to, types, text_node(normaliser, "null"), normaliser->err) < 0 ||
        sl_list_add(normaliser->to, types, type, normaliser->err) < 0)
        return types ? -1 : sl_node_fail(normaliser->to, normaliser->err);
    return put(normaliser, out, "type", types);
}

/* [{"type": "integer"}, {"type": "string"}], which goes without saying beside x-kubernetes-int-or-string. */
static bool says_int_or_string(const struct sl_node *list)
{
    return list && list->kind == SL_LIST && list->count == 2 &&
           text_is(sl_node_get(list->as.items[0], "type"), "integer") &&
           text_is(sl_node_get(list->as.items[1], "type"), "string");
}

static int int_or_string(struct sl_node **out, const struct normaliser *normaliser,
                         const struct sl_node *schema)
{
    bool is_quantity = text_is(sl_node_get(schema, "pattern"), quantity_pattern);
    *out = either(normaliser, "integer", "string", is_quantity ? "quantity" : NULL);
    return *out ? 0 : sl_node_fail(normaliser->to, normaliser->err);
}

static bool is_int_or_string(const struct sl_node *schema)
{
    return is_true(sl_node_get(schema, "x-kubernetes-int-or-string")) ||
           text_is(sl_node_get(schema, "format"), "int-or-string");
}

/* Is the keyword already said by what int_or_string() made? */
static bool is_said(const struct sl_node *schema, const struct sl_entry *entry)
{
    if (!is_int_or_string(schema))
        return false;
    return sl_str_equal(entry->key, SL_STR("type")) || sl_str_equal(entry->key, SL_STR("format")) ||
           says_int_or_string(entry->value) ||
           (sl_str_equal(entry->key, SL_STR("pattern")) && text_is(entry->value, quantity_pattern));
}

/* allOf with nothing but one reference is how OpenAPI v3 puts a description beside it. */
static const struct sl_node *only_reference(const struct sl_node *schema)
{
    const struct sl_node *all = sl_node_get(schema, "allOf");
    if (!all || all->kind != SL_LIST || all->count != 1 || sl_node_get(schema, "properties"))
        return NULL;
    const struct sl_node *reference = all->as.items[0];
    return reference->kind == SL_MAP && reference->count == 1 ? sl_node_get(reference, "$ref") : NULL;
}

static int close_fields(const struct normaliser *normaliser, struct sl_node *out)
{
    bool lists = sl_node_get(out, "properties") != NULL;
    bool is_object = lists || text_is(sl_node_get(out, "type"), "object");
    if (normaliser->closing == CLOSE_NOTHING || !is_object || sl_node_get(out, "additionalProperties") ||
        sl_node_get(out, "x-kubernetes-preserve-unknown-fields"))
        return 0;
    if (normaliser->closing == CLOSE_LISTED && !lists)
        return 0;
    return put(normaliser, out, "additionalProperties", sl_node_bool(normaliser->to, false));
}

static int finish(const struct normaliser *normaliser, struct sl_node *out, const struct sl_node *schema,
                  bool spine)
{
    if (spine && sl_node_get(out, "x-kubernetes-embedded-resource") &&
        normalise_object(normaliser, out, schema) < 0)
        return -1;
    if (spine && close_fields(normaliser, out) < 0)
        return -1;
    return is_true(sl_node_get(schema, "nullable")) ? add_null(normaliser, out) : 0;
}

/* References begin with #/definitions/ whatever they begin with in the source. */
static int convert_reference(struct sl_node **out, const struct normaliser *normaliser,
                             const struct sl_node *reference)
{
    static const struct sl_str prefix = SL_STR_INIT("#/components/schemas/");
    struct sl_str text = sl_node_text(reference);
    if (sl_str_starts_with(text, prefix)) {
        *out = reference_to(normaliser->to, sl_str_slice(text, prefix.len, text.len));
        return *out ? 0 : sl_node_fail(normaliser->to, normaliser->err);
    }
    *out = sl_node_map(normaliser->to);
    return *out ? put(normaliser, *out, "$ref", sl_node_string(normaliser->to, text))
                : sl_node_fail(normaliser->to, normaliser->err);
}

static int convert(struct sl_node **out, const struct normaliser *normaliser, const struct sl_node *schema,
                   bool spine)
{
    if (schema->kind != SL_MAP)
        return fail_at(normaliser, schema, "a schema must be a map");
    const struct sl_node *reference = sl_node_get(schema, "$ref");
    if (!reference && normaliser->closing != CLOSE_NOTHING)
        reference = only_reference(schema);
    if (reference && reference->kind == SL_STRING)
        return convert_reference(out, normaliser, reference);
    *out = sl_node_map(normaliser->to);
    if (!*out)
        return sl_node_fail(normaliser->to, normaliser->err);
    if (is_int_or_string(schema) && int_or_string(out, normaliser, schema) < 0)
        return -1;
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++) {
        const struct sl_entry *entry = sl_node_entry(schema, sl_str_from(keywords[i].name));
        struct sl_node *value = NULL;
        if (!entry || is_said(schema, entry))
            continue;
        if (convert_value(&value, normaliser, keywords[i].how, entry->value, spine) < 0 ||
            (value && put(normaliser, *out, keywords[i].name, value) < 0))
            return -1;
    }
    return finish(normaliser, *out, schema, spine);
}

int normalise(struct sl_node **out, const struct normaliser *normaliser, const struct sl_node *schema)
{
    return convert(out, normaliser, schema, true);
}

int normalise_aside(struct sl_node **out, const struct normaliser *normaliser, const struct sl_node *schema)
{
    return convert(out, normaliser, schema, false);
}
