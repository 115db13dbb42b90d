#include "docops/json_patch.h"

#include "base/limits.h"

#include <sealift/text.h>
#include <stdarg.h>
#include <stdio.h>

/* The patch under way, at one operation. */
struct patching {
    struct sl_doc *doc;
    struct sl_node *root;
    const struct sl_node *operation;
    const char *name; /* of the operation */
};

/* Where a path leads: the map or list that holds it, and its last token, unescaped. */
struct place {
    struct sl_str path;
    struct sl_node *parent;
    struct sl_str token;
};

static int fail_at(const struct patching *patching, struct sl_err *err, const char *format, ...)
    SL_PRINTF(3, 4);

static int fail_at(const struct patching *patching, struct sl_err *err, const char *format, ...)
{
    char mark[SL_ERR_MESSAGE_MAX / 2];
    char message[SL_ERR_MESSAGE_MAX / 2];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return sl_fail(err, SL_E_INPUT, "%s: %s",
                   sl_mark_text(mark, sizeof mark, patching->doc, patching->operation->mark), message);
}

static int fail_path(const struct patching *patching, struct sl_str path, const char *what,
                     struct sl_err *err)
{
    char shown[320];
    return fail_at(patching, err, "%s \"%s\": %s", patching->name, sl_escape(shown, sizeof shown, path),
                   what);
}

/* -- paths -- */

/* A token with ~1 and ~0 replaced; any other tilde stays. .ptr is NULL without memory. */
static struct sl_str unescape(struct sl_doc *doc, struct sl_str token)
{
    char *text = sl_arena_alloc(&doc->arena, token.len + 1);
    size_t length = 0;
    for (size_t i = 0; text && i < token.len; i++) {
        char next = i + 1 < token.len ? token.ptr[i + 1] : '\0';
        bool escaped = token.ptr[i] == '~' && (next == '0' || next == '1');
        text[length++] = !escaped ? token.ptr[i] : next == '1' ? '/' : '~';
        i += escaped;
    }
    return (struct sl_str){text, length};
}

/* The place among `count` that the token names, from the end when negative: a decimal integer with an
 * optional sign, as Go reads one. */
static bool find_index(uint32_t *out, struct sl_str token, uint32_t count)
{
    bool negative = token.len > 0 && token.ptr[0] == '-';
    size_t i = negative || (token.len > 0 && token.ptr[0] == '+');
    uint64_t value = 0;
    if (i == token.len)
        return false;
    for (; i < token.len; i++) {
        if (token.ptr[i] < '0' || token.ptr[i] > '9' || value > UINT32_MAX)
            return false;
        value = value * 10 + (uint64_t)(token.ptr[i] - '0');
    }
    if (negative && value > 0)
        value = value <= count ? count - value : count;
    *out = (uint32_t)value;
    return value < count;
}

static struct sl_node *child(const struct sl_node *parent, struct sl_str token)
{
    uint32_t index;
    if (parent->kind == SL_LIST)
        return find_index(&index, token, parent->count) ? parent->as.items[index] : NULL;
    const struct sl_entry *entry = sl_node_entry(parent, token);
    return entry ? entry->value : NULL;
}

static bool is_container(const struct sl_node *node)
{
    return node && (node->kind == SL_MAP || node->kind == SL_LIST);
}

static int path_of(struct sl_str *out, const struct patching *patching, const char *field, struct sl_err *err)
{
    const struct sl_node *path = sl_node_get(patching->operation, field);
    *out = sl_node_text(path);
    if (!path || path->kind != SL_STRING)
        return fail_at(patching, err, "%s needs a \"%s\" that is a string", patching->name, field);
    return 0;
}

static int find_place(struct place *out, const struct patching *patching, const char *field,
                      struct sl_err *err)
{
    *out = (struct place){.parent = patching->root};
    if (path_of(&out->path, patching, field, err) < 0)
        return -1;
    struct sl_str rest = out->path;
    size_t slash = sl_str_find(rest, '/');
    if (slash == rest.len)
        return fail_path(patching, out->path, "a path begins with \"/\"", err);
    for (;;) {
        rest = sl_str_slice(rest, slash + 1, rest.len);
        slash = sl_str_find(rest, '/');
        out->token = unescape(patching->doc, sl_str_slice(rest, 0, slash));
        if (!out->token.ptr)
            return sl_fail_memory(err);
        if (slash == rest.len)
            return 0;
        out->parent = child(out->parent, out->token);
        if (is_container(out->parent))
            continue;
        char shown[256];
        char what[320];
        struct sl_str missing = sl_str_slice(out->path, 0, (size_t)(rest.ptr + slash - out->path.ptr));
        (void)snprintf(what, sizeof what, "there is no map or list at \"%s\"",
                       sl_escape(shown, sizeof shown, missing));
        return fail_path(patching, out->path, what, err);
    }
}

/* -- changing -- */

static int insert_item(const struct patching *patching, const struct place *place, struct sl_node *value,
                       struct sl_err *err)
{
    struct sl_node *list = place->parent;
    uint32_t index = list->count;
    if (!sl_str_equal(place->token, SL_STR("-")) && !find_index(&index, place->token, list->count + 1))
        return fail_path(patching, place->path, "the list has no such place", err);
    if (sl_list_add(patching->doc, list, value, err) < 0)
        return -1;
    memmove(&list->as.items[index + 1], &list->as.items[index],
            (list->count - 1 - index) * sizeof(struct sl_node *));
    list->as.items[index] = value;
    return 0;
}

static int add_value(const struct patching *patching, const struct place *place, struct sl_node *value,
                     struct sl_err *err)
{
    if (place->parent->kind == SL_LIST)
        return insert_item(patching, place, value, err);
    return sl_map_set(patching->doc, place->parent, place->token, value, err);
}

static int remove_value(const struct patching *patching, const struct place *place, struct sl_err *err)
{
    struct sl_node *parent = place->parent;
    uint32_t index;
    if (parent->kind == SL_LIST) {
        if (!find_index(&index, place->token, parent->count))
            return fail_path(patching, place->path, "the list has no such item", err);
        memmove(&parent->as.items[index], &parent->as.items[index + 1],
                (parent->count - 1 - index) * sizeof(struct sl_node *));
    } else {
        const struct sl_entry *entry = sl_node_entry(parent, place->token);
        if (!entry)
            return fail_path(patching, place->path, "there is no such key", err);
        index = (uint32_t)(entry - parent->as.entries);
        memmove(&parent->as.entries[index], &parent->as.entries[index + 1],
                (parent->count - 1 - index) * sizeof(struct sl_entry));
    }
    parent->count--;
    return 0;
}

/* A copy of a node, or null for one that is not there. NULL without memory. */
static struct sl_node *copy_or_null(const struct patching *patching, const struct sl_node *node)
{
    return node ? sl_node_copy(patching->doc, patching->doc, node) : sl_node_null(patching->doc);
}

static int own_value(struct sl_node **out, const struct patching *patching, struct sl_err *err)
{
    *out = copy_or_null(patching, sl_node_get(patching->operation, "value"));
    return *out ? 0 : sl_node_fail(patching->doc, err);
}

/* -- comparing -- */

static bool number_of(double *out, const struct sl_node *node)
{
    if (node->kind == SL_INT)
        *out = (double)node->as.integer;
    else if (node->kind == SL_UINT)
        *out = (double)node->as.uinteger;
    else if (node->kind == SL_FLOAT)
        *out = node->as.number;
    return node->kind == SL_INT || node->kind == SL_UINT || node->kind == SL_FLOAT;
}

static bool same_value(const struct sl_node *a, const struct sl_node *b, unsigned depth)
{
    double left;
    double right;
    if (depth > SL_DOC_DEPTH_MAX)
        return false;
    if (a->kind != b->kind)
        return number_of(&left, a) && number_of(&right, b) && left == right;
    if (!is_container(a))
        return sl_node_equal(a, b);
    if (a->count != b->count)
        return false;
    for (uint32_t i = 0; i < a->count; i++) {
        const struct sl_node *x = a->kind == SL_LIST ? a->as.items[i] : a->as.entries[i].value;
        const struct sl_node *y = a->kind == SL_LIST ? b->as.items[i] : child(b, a->as.entries[i].key);
        if (!y || !same_value(x, y, depth + 1))
            return false;
    }
    return true;
}

/* -- the operations -- */

static int run_add(struct patching *patching, struct sl_err *err)
{
    struct place place;
    struct sl_node *value;
    if (find_place(&place, patching, "path", err) < 0 || own_value(&value, patching, err) < 0)
        return -1;
    return add_value(patching, &place, value, err);
}

static int run_remove(struct patching *patching, struct sl_err *err)
{
    struct place place;
    if (find_place(&place, patching, "path", err) < 0)
        return -1;
    return remove_value(patching, &place, err);
}

static int run_replace(struct patching *patching, struct sl_err *err)
{
    struct place place;
    struct sl_node *value;
    struct sl_str path;
    uint32_t index;
    if (path_of(&path, patching, "path", err) < 0 || own_value(&value, patching, err) < 0)
        return -1;
    if (path.len == 0) {
        if (is_container(value))
            patching->root = value;
        return 0;
    }
    if (find_place(&place, patching, "path", err) < 0)
        return -1;
    if (place.parent->kind == SL_MAP)
        return add_value(patching, &place, value, err);
    if (!find_index(&index, place.token, place.parent->count))
        return fail_path(patching, path, "the list has no such item", err);
    place.parent->as.items[index] = value;
    return 0;
}

static int run_move(struct patching *patching, struct sl_err *err)
{
    struct place from;
    struct place to;
    if (find_place(&from, patching, "from", err) < 0)
        return -1;
    struct sl_node *value = child(from.parent, from.token);
    if (remove_value(patching, &from, err) < 0 || find_place(&to, patching, "path", err) < 0)
        return -1;
    return add_value(patching, &to, value, err);
}

static int run_copy(struct patching *patching, struct sl_err *err)
{
    struct place from;
    struct place to;
    if (find_place(&from, patching, "from", err) < 0 || find_place(&to, patching, "path", err) < 0)
        return -1;
    const struct sl_node *source = child(from.parent, from.token);
    if (!source && from.parent->kind == SL_LIST)
        return fail_path(patching, from.path, "the list has no such item", err);
    struct sl_node *value = copy_or_null(patching, source);
    if (!value)
        return sl_node_fail(patching->doc, err);
    return add_value(patching, &to, value, err);
}

static int run_test(struct patching *patching, struct sl_err *err)
{
    struct place place = {0};
    struct sl_node *value;
    struct sl_str path;
    if (path_of(&path, patching, "path", err) < 0 || own_value(&value, patching, err) < 0)
        return -1;
    const struct sl_node *found = patching->root;
    if (path.len > 0) {
        if (find_place(&place, patching, "path", err) < 0)
            return -1;
        found = child(place.parent, place.token);
        if (!found && place.parent->kind == SL_LIST)
            return fail_path(patching, path, "the list has no such item", err);
    }
    if (found ? same_value(found, value, 0) : value->kind == SL_NULL)
        return 0;
    return fail_path(patching, path, found ? "there is another value" : "there is nothing", err);
}

static int run_operation(struct patching *patching, struct sl_err *err)
{
    static const struct {
        struct sl_str name;
        int (*run)(struct patching *, struct sl_err *);
    } operations[] = {
        {SL_STR_INIT("add"), run_add},         {SL_STR_INIT("remove"), run_remove},
        {SL_STR_INIT("replace"), run_replace}, {SL_STR_INIT("move"), run_move},
        {SL_STR_INIT("copy"), run_copy},       {SL_STR_INIT("test"), run_test},
    };
    struct sl_str name = sl_node_text(sl_node_get(patching->operation, "op"));
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        patching->name = operations[i].name.ptr;
        if (sl_str_equal(name, operations[i].name))
            return operations[i].run(patching, err);
    }
    char shown[64];
    return fail_at(patching, err, "\"op\" has to be add, remove, replace, move, copy or test, not \"%s\"",
                   sl_escape(shown, sizeof shown, name));
}

/* -- what becomes of a tree that is written as JSON and read again -- */

/* Of styles only the folded text's stays: what it does to a text is done once, by who writes it out. */
static void forget_style(struct sl_node *node)
{
    if (node->style == SL_STYLE_FLOW_EMPTY) {
        node->kind = SL_STRING;
        node->as.text = SL_STR("");
    }
    if (node->style != SL_STYLE_FOLDED)
        node->style = SL_STYLE_ANY;
}

static void round_integer(struct sl_node *node)
{
    const int64_t exact = INT64_C(1) << 53;
    bool beyond = node->kind == SL_UINT ||
                  (node->kind == SL_INT && (node->as.integer > exact || node->as.integer < -exact));
    double number;
    if (!beyond || !number_of(&number, node))
        return;
    node->kind = SL_FLOAT;
    node->as.number = number;
    node->as.source = NULL;
}

static int read_again(struct sl_node *node, unsigned depth, struct sl_err *err)
{
    if (depth > SL_DOC_DEPTH_MAX)
        return sl_fail(err, SL_E_LIMIT, "a patched document is nested deeper than %d levels",
                       SL_DOC_DEPTH_MAX);
    forget_style(node);
    round_integer(node);
    for (uint32_t i = 0; i < node->count; i++) {
        struct sl_node *inner = node->kind == SL_LIST ? node->as.items[i] : node->as.entries[i].value;
        if (read_again(inner, depth + 1, err) < 0)
            return -1;
    }
    return 0;
}

int sl_json_patch(struct sl_node **out, struct sl_doc *doc, struct sl_node *target,
                  const struct sl_node *patch, struct sl_err *err)
{
    struct patching patching = {.doc = doc, .root = target, .operation = patch};
    if (patch->kind != SL_LIST)
        return fail_at(&patching, err, "a JSON patch is a list of operations, not %s",
                       sl_kind_name(patch->kind));
    if (patch->count > SL_JSON_PATCH_MAX)
        return sl_fail(err, SL_E_LIMIT, "a JSON patch has more than %d operations", SL_JSON_PATCH_MAX);
    for (uint32_t i = 0; i < patch->count; i++) {
        patching.operation = patch->as.items[i];
        if (run_operation(&patching, err) < 0)
            return -1;
    }
    if (patching.root->kind != SL_MAP)
        return fail_at(&patching, err, "the patch leaves %s, and a resource is a map",
                       sl_kind_name(patching.root->kind));
    *out = patching.root;
    return read_again(patching.root, 0, err);
}
