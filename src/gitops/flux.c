#include "helm_work.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "model/report.h"

/* What a valuesFrom entry names. */
struct reference {
    struct sl_node *entry;
    struct sl_str kind, name, key, target;
    bool optional, literal;
};

static bool is_true(const struct sl_node *node)
{
    return node && node->kind == SL_BOOL && node->as.boolean;
}

static struct reference read_reference(struct sl_node *entry)
{
    struct reference reference = {
        .entry = entry,
        .kind = sl_node_text(sl_node_get(entry, "kind")),
        .name = sl_node_text(sl_node_get(entry, "name")),
        .key = sl_node_text(sl_node_get(entry, "valuesKey")),
        .target = sl_node_text(sl_node_get(entry, "targetPath")),
        .optional = is_true(sl_node_get(entry, "optional")),
        .literal = is_true(sl_node_get(entry, "literal")),
    };
    if (reference.key.len == 0)
        reference.key = SL_STR("values.yaml");
    return reference;
}

/* The object a reference means, in the namespace of the HelmRelease; NULL: it is not in the release, or encrypted. */
static struct sl_object *find_object(const struct helm_work *work, const struct reference *reference)
{
    for (size_t i = 0; i < work->layout->object_count; i++) {
        struct sl_object *object = &work->layout->objects[i];
        const struct sl_built *built = &object->built;
        if (sl_str_equal(built->api_version, SL_STR("v1")) && sl_str_equal(built->kind, reference->kind) &&
            sl_str_equal(built->name, reference->name) &&
            sl_str_equal(built->effective_space, work->object->built.effective_space))
            return sl_node_get(built->node, "sops") ? NULL : object;
    }
    return NULL;
}

static int digit_of(char byte)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *place = byte != '\0' ? strchr(digits, byte) : NULL;
    return place ? (int)(place - digits) : -1;
}

/* The bytes of a Secret's data, which is base64 with white space and padding; false where it is none. */
static bool decode(struct sl_buf *out, struct sl_str text)
{
    unsigned bits = 0, have = 0;
    for (size_t i = 0; i < text.len; i++) {
        int digit = digit_of(text.ptr[i]);
        if (text.ptr[i] == '\n' || text.ptr[i] == '\r' || text.ptr[i] == '=')
            continue;
        if (digit < 0)
            return false;
        bits = ((bits << 6) | (unsigned)digit) & 0xffff;
        have += 6;
        if (have >= 8) {
            have -= 8;
            sl_buf_byte(out, (char)(bits >> have));
        }
    }
    return true;
}

/* The text under the key. 1: *node and *text are filled; 0: there is no such key, or it is no text; -1. */
static int find_text(struct helm_work *work, const struct sl_object *object,
                     const struct reference *reference, const struct sl_node **node, struct sl_str *text,
                     struct sl_err *err)
{
    const struct sl_node *root = object->built.node;
    bool secret = sl_str_equal(reference->kind, SL_STR("Secret"));
    const struct sl_entry *entry =
        sl_node_entry(sl_node_get(root, secret ? "stringData" : "data"), reference->key);
    bool encoded = secret && !entry;
    if (encoded)
        entry = sl_node_entry(sl_node_get(root, "data"), reference->key);
    if (!entry || entry->value->kind != SL_STRING)
        return 0;
    *node = entry->value;
    *text = entry->value->as.text;
    if (!encoded)
        return 1;
    SL_CLEANUP(sl_buf_release) struct sl_buf bytes;
    sl_buf_init(&bytes, SL_DOC_BYTES_MAX);
    if (!decode(&bytes, *text))
        return 0;
    if (sl_buf_check(&bytes, "a Secret's data", err) < 0)
        return -1;
    *text = sl_arena_str(&work->reading->doc.arena, sl_buf_view(&bytes));
    return text->ptr ? 1 : sl_fail_memory(err);
}

static int report_missing(struct helm_work *work, const struct reference *reference, bool there,
                          struct sl_err *err)
{
    struct sl_shown kind, name, key;
    struct sl_finding finding = helm_work_finding(work, reference->entry, there ? SL_ERROR : SL_WARNING,
                                                  there ? "values/from-key" : "values/from-elsewhere");
    int reported;
    if (there) {
        reported = sl_finding_report(work->reading->findings, &finding, err,
                                     "%s %s has no text under the key %s", sl_shown(&kind, reference->kind),
                                     sl_shown(&name, reference->name), sl_shown(&key, reference->key));
    } else {
        finding.hint = SL_STR("it stays in valuesFrom, below the values that are carried");
        reported =
            sl_finding_report(work->reading->findings, &finding, err,
                              "%s %s is not in the release, or is encrypted: what it says is not looked at",
                              sl_shown(&kind, reference->kind), sl_shown(&name, reference->name));
    }
    return reported < 0 ? -1 : helm_work_keep(work, &work->kept, reference->entry, err);
}

static int report_secret(struct helm_work *work, const struct reference *reference, struct sl_err *err)
{
    struct sl_shown name;
    struct sl_finding finding = helm_work_finding(work, reference->entry, SL_NOTE, "values/secret-carried");
    finding.hint = SL_STR("an encrypted Secret, or one that is made at the site, stays in valuesFrom");
    return sl_finding_report(
        work->reading->findings, &finding, err,
        "the values of Secret %s become part of the HelmRelease and of values/, in plain text",
        sl_shown(&name, reference->name));
}

/* The first part of a path, and whether that is all of it. */
static struct sl_str first_part(struct sl_str path, bool *whole)
{
    size_t end = 0;
    while (end < path.len && path.ptr[end] != '.' && path.ptr[end] != '[')
        end++;
    *whole = end == path.len;
    return sl_str_slice(path, 0, end);
}

/*
 * Whether a targetPath wins over the inline values. Flux lays the inline values over what it has before each of them,
 * writes into that, and lays them over once more at the end: what was written is overwritten, unless it went into a
 * map that is the very one of the inline values, and that is so until something has been merged into it.
 */
static bool wins(const struct helm_work *work, struct sl_str path)
{
    bool whole;
    struct sl_str first = first_part(path, &whole);
    if (whole)
        return false;
    for (size_t i = 0; i < work->values->layer_count; i++) {
        const struct sl_values_layer *layer = &work->values->layers[i];
        bool before = layer->kind == SL_LAYER_VALUES_FROM || layer->kind == SL_LAYER_TARGET_PATH;
        if (before && layer->root && sl_node_entry(layer->root, first))
            return false;
    }
    return true;
}

/* Whether the inline values say something at the very place that a line of --set names. */
static bool inline_has(const struct sl_node *values, struct sl_str path)
{
    while (values && path.len > 0) {
        bool whole;
        struct sl_str part = first_part(path, &whole);
        const struct sl_entry *entry = sl_node_entry(values, part);
        values = entry ? entry->value : NULL;
        if (!whole && path.ptr[part.len] == '[')
            break;
        path = sl_str_slice(path, part.len + 1, path.len);
    }
    return values != NULL;
}

static int add_target(struct helm_work *work, const struct reference *reference, struct sl_str text,
                      struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf line_text;
    bool quoted = text.len >= 2 && (text.ptr[0] == '"' || text.ptr[0] == '\'') &&
                  (text.ptr[text.len - 1] == '"' || text.ptr[text.len - 1] == '\'');
    struct sl_set_line line = {.mode = quoted ? SL_SET_STRING : SL_SET_TYPED, .mark = reference->entry->mark};
    sl_buf_init(&line_text, SL_DOC_BYTES_MAX);
    sl_buf_str(&line_text, reference->target);
    sl_buf_byte(&line_text, '=');
    if (reference->literal) {
        line.mode = SL_SET_FILE;
        line.content = text;
        sl_buf_text(&line_text, "text");
    } else {
        while (quoted && text.len > 0 && (text.ptr[0] == '"' || text.ptr[0] == '\''))
            text = sl_str_slice(text, 1, text.len);
        while (quoted && text.len > 0 && (text.ptr[text.len - 1] == '"' || text.ptr[text.len - 1] == '\''))
            text = sl_str_slice(text, 0, text.len - 1);
        sl_buf_str(&line_text, text);
    }
    if (sl_buf_check(&line_text, "a targetPath", err) < 0)
        return -1;
    line.text = sl_arena_str(&work->reading->doc.arena, sl_buf_view(&line_text));
    if (!line.text.ptr)
        return sl_fail_memory(err);
    return helm_work_add_line(work, SL_LAYER_TARGET_PATH, reference->target, &line, err);
}

static int report_target(struct helm_work *work, const struct reference *reference, bool target_wins,
                         struct sl_err *err)
{
    struct sl_shown path;
    struct sl_finding finding = helm_work_finding(work, reference->entry, SL_WARNING, "values/target-path");
    finding.hint = SL_STR("set it in one of the two places");
    return sl_finding_report(work->reading->findings, &finding, err,
                             "%s is set by spec.values too, and Flux then takes the one of %s",
                             sl_shown(&path, reference->target), target_wins ? "targetPath" : "spec.values");
}

/* One entry of valuesFrom: now, or, a targetPath that wins over the inline values, when those are in. */
static int add_reference(struct helm_work *work, struct sl_node *entry, const struct sl_node *values,
                         struct sl_str *later, struct sl_err *err)
{
    struct reference reference = read_reference(entry);
    struct sl_object *object = find_object(work, &reference);
    const struct sl_node *node = NULL;
    *later = (struct sl_str){NULL, 0};
    if (object && helm_work_own(object, work->reading, err) < 0)
        return -1;
    int found = object ? find_text(work, object, &reference, &node, later, err) : 0;
    struct sl_str text = *later;
    later->ptr = NULL;
    if (found < 0)
        return -1;
    if (found == 0)
        return object && reference.optional ? 0 : report_missing(work, &reference, object != NULL, err);
    if (sl_str_equal(reference.kind, SL_STR("Secret")) && report_secret(work, &reference, err) < 0)
        return -1;
    if (reference.target.len == 0)
        return helm_work_add_text(work, SL_LAYER_VALUES_FROM, node, text, err);
    bool target_wins = wins(work, reference.target);
    if (inline_has(values, reference.target) && report_target(work, &reference, target_wins, err) < 0)
        return -1;
    if (!target_wins)
        return add_target(work, &reference, text, err);
    *later = text;
    return 0;
}

static int add_inline(struct helm_work *work, struct sl_node *values, struct sl_err *err)
{
    struct sl_values_layer layer = {
        .kind = SL_LAYER_INLINE,
        .file = work->object->built.file,
        .doc = &work->reading->doc,
        .root = values,
    };
    if (!values || values->kind == SL_NULL)
        return 0;
    layer.mark = values->mark;
    return helm_work_add(work, &layer, err);
}

int flux_layers(struct helm_work *work, struct sl_err *err)
{
    const struct sl_node *spec = sl_node_get(work->object->built.node, "spec");
    const struct sl_node *list = sl_node_get(spec, "valuesFrom");
    struct sl_node *values = sl_node_get(spec, "values");
    uint32_t count = list && list->kind == SL_LIST ? list->count : 0;
    struct sl_str *later = sl_arena_array(&work->reading->doc.arena, count, sizeof *later);
    if (!later)
        return sl_fail_memory(err);
    for (uint32_t i = 0; i < count; i++)
        if (add_reference(work, list->as.items[i], values, &later[i], err) < 0)
            return -1;
    if (add_inline(work, values, err) < 0)
        return -1;
    for (uint32_t i = 0; i < count; i++) {
        struct reference reference = read_reference(list->as.items[i]);
        if (later[i].ptr && add_target(work, &reference, later[i], err) < 0)
            return -1;
    }
    return 0;
}

int flux_fold(struct helm_work *work, struct sl_err *err)
{
    struct sl_doc *doc = &work->reading->doc;
    const struct sl_node *root = work->object->built.node;
    const struct sl_node *spec = sl_node_get(root, "spec");
    struct sl_node *made = sl_node_map(doc);
    struct sl_node *made_spec = sl_node_map(doc);
    if (!made || !made_spec)
        return sl_node_fail(doc, err);
    for (uint32_t i = 0; spec && spec->kind == SL_MAP && i < spec->count; i++) {
        const struct sl_entry *entry = &spec->as.entries[i];
        bool folded =
            sl_str_equal(entry->key, SL_STR("values")) || sl_str_equal(entry->key, SL_STR("valuesFrom"));
        if (!folded && helm_work_copy_entry(work, made_spec, entry, err) < 0)
            return -1;
    }
    if (work->kept && sl_map_add(doc, made_spec, SL_STR("valuesFrom"), work->kept, err) < 0)
        return -1;
    if (sl_map_add(doc, made_spec, SL_STR("values"), work->values->carried, err) < 0)
        return -1;
    made->mark = root->mark;
    made_spec->mark = spec ? spec->mark : root->mark;
    for (uint32_t i = 0; i < root->count; i++)
        if (!sl_str_equal(root->as.entries[i].key, SL_STR("spec")) &&
            helm_work_copy_entry(work, made, &root->as.entries[i], err) < 0)
            return -1;
    if (sl_map_add(doc, made, SL_STR("spec"), made_spec, err) < 0)
        return -1;
    work->object->built.node = made;
    return 0;
}
