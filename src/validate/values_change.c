/*
 * What a layer makes of what is below it: values/type-change, values/empty-key, values/list-replaced, values/no-effect.
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "doc/json.h"
#include "manifest_place.h"
#include "model/report.h"
#include "values_rules.h"

#include <stdio.h>

enum { DEPTH_MAX = 64 };

struct change {
    struct values_run *run;
    const struct sl_values_layer *layer;
    size_t leaves, idle; /* values that the layer sets, and those of them that were there before */
    bool telling;        /* of idle ones, one by one */
};

static int report(struct change *change, const struct place *place, struct sl_finding finding,
                  struct sl_err *err, const char *message, struct sl_str shown)
{
    struct values_run *run = change->run;
    struct sl_mark mark = place->node->mark.file ? place->node->mark : change->layer->mark;
    const char *rule = finding.rule;
    struct sl_finding whole = sl_finding_at(change->layer->doc, mark, finding.severity, rule);
    struct sl_shown key;
    sl_buf_reset(&run->pointer);
    place_pointer(&run->pointer, place);
    if (sl_buf_check(&run->pointer, "a pointer", err) < 0)
        return -1;
    if (whole.file.len == 0)
        whole.file = change->layer->file;
    whole.pointer = sl_buf_view(&run->pointer);
    whole.hint = finding.hint;
    return sl_finding_report(run->knowing.subject->reading->findings, &whole, err, "%s %s " SL_FMT,
                             sl_shown(&key, place->key), message, SL_ARG(shown));
}

/* What is there before the layer: the last layer's, else the chart's before those of the charts inside. */
static const struct sl_node *before(const struct known *known)
{
    const struct sl_node *found = NULL;
    bool of_layer = false;
    for (size_t i = 0; i < known->count; i++) {
        const struct known_source *source = &known->items[i];
        bool is_layer = source->origin == KNOWN_LAYER;
        if (!source->node || source->origin == KNOWN_SCHEMA || (found && !is_layer && !of_layer))
            continue;
        found = source->node;
        of_layer = is_layer;
    }
    return found;
}

static bool is_number(enum sl_kind kind)
{
    return kind == SL_INT || kind == SL_UINT || kind == SL_FLOAT;
}

static bool is_empty_text(const struct sl_node *node)
{
    return node->kind == SL_NULL || (node->kind == SL_STRING && node->as.text.len == 0);
}

/* Kubernetes takes both a number and a text there. */
static bool takes_both(struct sl_str key)
{
    static const char *const names[] = {
        "cpu",      "memory",         "storage",      "size", "ephemeral-storage",
        "maxSurge", "maxUnavailable", "minAvailable", "port", "targetPort"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (sl_str_equal(key, sl_str_from(names[i])))
            return true;
    return sl_str_ends_with(key, SL_STR("Port")) || sl_str_ends_with(key, SL_STR("Size"));
}

/* A text, whatever its default is: of 1.10, a number has 1.1 left. */
static bool is_version(struct sl_str key)
{
    return sl_str_equal(key, SL_STR("tag")) || sl_str_equal(key, SL_STR("version")) ||
           sl_str_ends_with(key, SL_STR("Tag")) || sl_str_ends_with(key, SL_STR("Version"));
}

/* A number that templates print as it stands in the file: 8080 and 2.3; not 2.30, 1e5, 0x1F, 01067, and nothing from a
 * million on, which is 1e+06 to Helm. */
static bool prints_as_it_stands(const struct sl_node *number)
{
    struct sl_str source = sl_node_source(number);
    size_t at = source.len > 0 && source.ptr[0] == '-', from = at, dot;
    if (source.len == 0)
        return number->kind == SL_INT && number->as.integer < 1000000 && number->as.integer > -1000000;
    while (at < source.len && source.ptr[at] >= '0' && source.ptr[at] <= '9')
        at++;
    dot = at;
    bool whole = dot > from && dot - from <= 6 && (source.ptr[from] != '0' || dot - from == 1);
    if (at == source.len)
        return whole;
    for (at++; at < source.len && source.ptr[at] >= '0' && source.ptr[at] <= '9';)
        at++;
    bool tiny = sl_str_starts_with(sl_str_slice(source, dot, at), SL_STR(".0000"));
    return whole && at == source.len && source.ptr[dot] == '.' && at - dot <= 9 && !tiny &&
           source.ptr[at - 1] != '0' && source.ptr[at - 1] != '.';
}

/* 1: told. */
static int check_number(struct change *change, const struct place *place, const struct sl_node *was,
                        struct sl_err *err)
{
    const struct sl_node *is = place->node;
    bool text = was && was->kind == SL_STRING, version = is_version(place->key);
    bool exact = is_number(is->kind) && prints_as_it_stands(is);
    if (!is_number(is->kind) || exact || !(text || version) || takes_both(place->key))
        return 0;
    struct sl_finding finding = {.severity = SL_WARNING,
                                 .rule = "values/type-change",
                                 .hint = SL_STR("put it in quotes, so that it stays as it is written")};
    struct sl_str source = sl_node_source(is);
    char digits[24];
    if (source.len == 0) {
        int length = snprintf(digits, sizeof digits, "%lld", (long long)is->as.integer);
        source = (struct sl_str){digits, (size_t)length};
    }
    struct sl_shown shown;
    const char *message =
        text ? "is a number where a text stands below it, and templates print it in another way:"
             : "is a number where a text is meant, and templates print it in another way:";
    return report(change, place, finding, err, message, sl_str_from(sl_shown(&shown, source))) < 0 ? -1 : 1;
}

/* "8080" and 8080, "true" and true. */
static bool same_text(const struct sl_node *text, const struct sl_node *other)
{
    char written[32];
    struct sl_str source = sl_node_source(other);
    if (other->kind == SL_BOOL)
        source = other->as.boolean ? SL_STR("true") : SL_STR("false");
    else if (other->kind == SL_INT && source.len == 0) {
        int length = snprintf(written, sizeof written, "%lld", (long long)other->as.integer);
        source = (struct sl_str){written, (size_t)length};
    }
    return text->kind == SL_STRING && sl_str_equal(text->as.text, source);
}

/* Left empty: nobody wrote null, so nobody need have meant that what is below goes. */
static bool is_left_empty(const struct sl_node *node)
{
    return node->kind == SL_NULL && (node->style == SL_STYLE_OMITTED || node->style == SL_STYLE_EMPTY);
}

static int check_empty(struct change *change, const struct place *place, const struct sl_node *was,
                       struct sl_err *err)
{
    bool structure = was->kind == SL_MAP || was->kind == SL_LIST;
    if (!is_left_empty(place->node) || is_empty_text(was) || (structure && was->count == 0))
        return 0;
    struct sl_finding finding = {.severity = SL_WARNING,
                                 .rule = "values/empty-key",
                                 .hint =
                                     SL_STR("take the key out, or give it a value; write null where it is "
                                            "to go")};
    char text[64];
    int length = snprintf(text, sizeof text, "%s", sl_kind_name(was->kind));
    if (structure)
        (void)snprintf(text + length, sizeof text - (size_t)length, " of %u %s", was->count,
                       was->count == 1 ? "entry" : "entries");
    return report(change, place, finding, err,
                  "is left empty, which takes away what is below it:", sl_str_from(text));
}

static int check_type(struct change *change, const struct place *place, const struct sl_node *was,
                      struct sl_err *err)
{
    const struct sl_node *is = place->node;
    struct sl_finding finding = {.severity = SL_WARNING, .rule = "values/type-change"};
    if (is->kind == was->kind || (is_number(is->kind) && is_number(was->kind)) || is_empty_text(is) ||
        is_empty_text(was))
        return 0;
    bool structure = is->kind == SL_MAP || is->kind == SL_LIST || was->kind == SL_MAP || was->kind == SL_LIST;
    bool empty = (was->kind == SL_MAP || was->kind == SL_LIST) && was->count == 0;
    if (!structure && !is_version(place->key) && (same_text(is, was) || same_text(was, is))) {
        finding.hint = is->kind == SL_STRING ? SL_STR("take the quotes away") : SL_STR("put it in quotes");
        return report(change, place, finding, err,
                      is->kind == SL_STRING ? "is the same in quotes here, so a string and no longer"
                                            : "is the same without quotes here, so no longer a string but",
                      sl_str_from(sl_kind_name(is->kind == SL_STRING ? was->kind : is->kind)));
    }
    /* A default that says only that there is nothing yet. */
    if (empty || (!structure && (takes_both(place->key) || is_version(place->key))) ||
        (was->kind == SL_BOOL && !was->as.boolean && structure))
        return 0;
    char text[64];
    (void)snprintf(text, sizeof text, "%s; below it is %s", sl_kind_name(is->kind), sl_kind_name(was->kind));
    finding.hint = SL_STR("templates that expect the one fail with the other, or render nothing");
    return report(change, place, finding, err, "is", sl_str_from(text));
}

/* -- lists -- */

static bool starts_or_ends(struct sl_str key)
{
    static const char *const names[] = {
        "env",         "envFrom",          "args",           "volumes",  "volumeMounts",
        "tolerations", "imagePullSecrets", "initContainers", "sidecars", "receivers",
        "rules",       "plugins",          "annotations"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (sl_str_equal(key, sl_str_from(names[i])))
            return true;
    return sl_str_starts_with(key, SL_STR("extra")) || sl_str_starts_with(key, SL_STR("additional"));
}

/* What an item is told by, in the arena: the canonical JSON of all of it, or of its name with a byte in front that begins
 * no JSON. .ptr NULL: it has no name. */
static int item_key(struct sl_str *out, struct values_run *run, const struct sl_node *item, bool by_name,
                    struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    const struct sl_node *node = by_name ? sl_node_get(item, "name") : item;
    *out = (struct sl_str){NULL, 0};
    if (!node)
        return 0;
    sl_buf_init(&text, SL_DOC_BYTES_MAX);
    if (by_name)
        sl_buf_byte(&text, '=');
    if (sl_json_write_canonical(&text, node, err) < 0 || sl_buf_check(&text, "an item of a list", err) < 0)
        return -1;
    *out = sl_arena_str(&run->knowing.arena, sl_buf_view(&text));
    return out->ptr ? 0 : sl_fail_memory(err);
}

/* Whether an item of `was` is one of `is` too: the same, or of the same name. */
static int shares_item(struct values_run *run, const struct sl_node *is, const struct sl_node *was,
                       struct sl_err *err)
{
    SL_CLEANUP(sl_map_release) struct sl_map keys;
    struct sl_str key;
    sl_map_init(&keys);
    for (uint32_t i = 0; i < 2 * is->count; i++)
        if (item_key(&key, run, is->as.items[i / 2], i % 2, err) < 0 ||
            (key.ptr && sl_map_put(&keys, key, run, err) < 0))
            return -1;
    for (uint32_t i = 0; i < 2 * was->count; i++) {
        if (item_key(&key, run, was->as.items[i / 2], i % 2, err) < 0)
            return -1;
        if (key.ptr && sl_map_get(&keys, key))
            return 1;
    }
    return 0;
}

static bool all_named(const struct sl_node *list)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (!sl_node_get(list->as.items[i], "name"))
            return false;
    return true;
}

static int check_list(struct change *change, const struct place *place, const struct sl_node *was,
                      struct sl_err *err)
{
    const struct sl_node *is = place->node;
    if (is->kind != SL_LIST || was->kind != SL_LIST || is->count == 0 || was->count == 0 ||
        !(starts_or_ends(place->key) || (all_named(is) && all_named(was))))
        return 0;
    int shared = shares_item(change->run, is, was, err);
    if (shared != 0)
        return shared < 0 ? -1 : 0;
    struct sl_finding finding = {.severity = SL_NOTE,
                                 .rule = "values/list-replaced",
                                 .hint =
                                     SL_STR("Helm replaces lists whole: repeat the items that are to stay")};
    char text[64];
    (void)snprintf(text, sizeof text, "%u %s", was->count, was->count == 1 ? "item" : "items");
    return report(change, place, finding, err, "replaces a list of which nothing stays:", sl_str_from(text));
}

/* -- the walk -- */

static int check_leaf(struct change *change, const struct place *place, const struct sl_node *was,
                      struct sl_err *err)
{
    /* Without the chart nobody knows what a null takes away. */
    bool idle =
        was ? sl_node_equal(place->node, was) : place->node->kind == SL_NULL && change->run->values->chart;
    change->leaves++;
    change->idle += idle;
    if (idle && change->telling) {
        struct sl_finding finding = {
            .severity = SL_NOTE,
            .rule = "values/no-effect",
            .hint = SL_STR("take it out, unless it is to stay when the layers below change")};
        return report(change, place, finding, err, "is what it already was", SL_STR("without it"));
    }
    if (idle || change->telling)
        return 0;
    int number = check_number(change, place, was, err);
    if (number != 0 || !was)
        return number < 0 ? -1 : 0;
    if (check_empty(change, place, was, err) < 0 || check_type(change, place, was, err) < 0)
        return -1;
    return check_list(change, place, was, err);
}

/* NOLINTNEXTLINE(misc-no-recursion): no deeper than DEPTH_MAX. */
static int check_map(struct change *change, const struct place *map, const struct known *known,
                     unsigned depth, struct sl_err *err)
{
    for (uint32_t i = 0; depth < DEPTH_MAX && i < map->node->count; i++) {
        const struct place place = place_entry(map, i);
        struct known below;
        if (known_below(&below, &change->run->knowing, known, place.key, err) < 0)
            return -1;
        const struct sl_node *was = before(&below);
        bool inner = place.node->kind == SL_MAP && place.node->count > 0 && was && was->kind == SL_MAP;
        int checked =
            inner ? check_map(change, &place, &below, depth + 1, err) : check_leaf(change, &place, was, err);
        if (checked < 0)
            return -1;
    }
    return 0;
}

/* A customer's own file may repeat what is there; one that does nothing else is one that nobody needs. */
static int tell_idle(struct change *change, const struct place *root, const struct known *known,
                     struct sl_err *err)
{
    enum sl_layer_kind kind = change->layer->kind;
    if (change->idle == 0 || (kind != SL_LAYER_DEFAULT && kind != SL_LAYER_CUSTOMER))
        return 0;
    if (change->idle < change->leaves) {
        change->telling = true;
        return check_map(change, root, known, 0, err);
    }
    struct sl_finding finding = sl_finding_in_file(change->layer->file, SL_WARNING, "values/no-effect");
    finding.hint = SL_STR("take it out: all it sets is so without it");
    return sl_finding_report(change->run->knowing.subject->reading->findings, &finding, err,
                             "the file changes nothing");
}

int values_check_changes(struct values_run *run, struct sl_err *err)
{
    struct known known = run->release;
    const struct sl_values *values = run->values;
    for (size_t i = 0; i < values->layer_count; i++) {
        const struct sl_values_layer *layer = &values->layers[i];
        struct change change = {.run = run, .layer = layer};
        struct known_source source = {.origin = KNOWN_LAYER, .node = layer->root};
        if (layer->kind == SL_LAYER_CHART || !layer->root)
            continue;
        const struct place root = place_root(layer->root);
        if (values_is_checked(run, layer) &&
            (check_map(&change, &root, &known, 0, err) < 0 || tell_idle(&change, &root, &known, err) < 0))
            return -1;
        if (known_add(&known, &run->knowing, source, err) < 0)
            return -1;
    }
    return 0;
}
