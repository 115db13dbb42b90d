#include "vars.h"

#include "doc/yaml.h"
#include "field_path.h"
#include "scalar.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const struct kz_var *find_var(const struct kz_vars *vars, struct sl_str name)
{
    for (size_t i = 0; i < vars->count; i++)
        if (sl_str_equal(vars->items[i].name.text, name))
            return &vars->items[i];
    return NULL;
}

static int add_var(struct sl_build *build, struct kz_vars *vars, const struct kz_var *var, struct sl_err *err)
{
    struct sl_shown shown;
    if (find_var(vars, var->name.text))
        return kz_fail(build, var->mark, err, "the var \"%s\" is declared twice",
                       sl_shown(&shown, var->name.text));
    if (!kz_grow(build, &vars->items, vars->count, &vars->capacity, sizeof *var))
        return kz_no_memory(build, err);
    vars->items[vars->count++] = *var;
    return 0;
}

int kz_vars_merge(struct sl_build *build, struct kz_vars *vars, const struct kz_vars *more,
                  struct sl_err *err)
{
    for (size_t i = 0; i < more->count; i++)
        if (add_var(build, vars, &more->items[i], err) < 0)
            return -1;
    return 0;
}

/* The id that objref means. */
static struct kz_id object_id(const struct kz_var *var, bool *has_space)
{
    static const struct kz_var_object none;
    const struct kz_var_object *object = var->object ? var->object : &none;
    struct kz_id id = {{object->group.text, object->version.text, object->kind.text}, object->name.text, {0}};
    struct sl_str version = object->api_version.text;
    size_t slash = sl_str_find(version, '/');
    bool once = sl_str_find(sl_str_slice(version, slash + 1, version.len), '/') + slash + 1 >= version.len;
    if (version.len && slash == version.len)
        id.gvk.version = version;
    else if (version.len && once) {
        id.gvk.group = sl_str_slice(version, 0, slash);
        id.gvk.version = sl_str_slice(version, slash + 1, version.len);
    }
    *has_space = object->space.text.len > 0;
    id.space = kz_effective_space(false, object->space.text);
    return id;
}

/* Without a namespace the id means a resource of any; of the kinds known to have none the group and version
 * must have been given, which Equals() then compares anyway. */
static bool is_object(const struct kz_resource *r, const struct kz_id *id, bool has_space)
{
    struct kz_id current = kz_current_id(r);
    if (sl_str_equal(current.name, id->name) && kz_gvk_equal(&current.gvk, &id->gvk) &&
        (!has_space || sl_str_equal(current.space, id->space)))
        return true;
    for (size_t i = 0; i < r->previous_count; i++) {
        struct kz_gvk gvk = {r->gvk.group, r->gvk.version, r->previous[i].kind};
        if (sl_str_equal(r->previous[i].name, id->name) && kz_gvk_equal(&gvk, &id->gvk) &&
            (!has_space || sl_str_equal(r->previous[i].space, id->space)))
            return true;
    }
    return false;
}

static int declare(struct sl_build *build, struct kz_resmap *map, const struct kz_var *var,
                   struct sl_err *err)
{
    bool has_space;
    struct kz_id id = object_id(var, &has_space);
    if (kz_resmap_named(build, map, id.name, err) < 0)
        return -1;
    struct kz_resource *owner = NULL;
    for (size_t i = 0; i < map->found.count; i++) {
        if (!is_object(map->found.items[i], &id, has_space))
            continue;
        struct sl_shown shown;
        if (owner)
            return kz_fail(build, var->mark, err, "the var \"%s\" could mean more than one resource",
                           sl_shown(&shown, var->name.text));
        owner = map->found.items[i];
    }
    return owner ? kz_texts_add(build, &owner->vars, var->name, err) : 0;
}

int kz_vars_declare(struct sl_build *build, struct kz_vars *vars, struct kz_resmap *map,
                    const struct kz_list *declared, struct sl_err *err)
{
    const struct kz_var *items = declared->items;
    for (size_t i = 0; i < declared->count; i++)
        if (declare(build, map, &items[i], err) < 0)
            return -1;
    for (size_t i = 0; i < declared->count; i++)
        if (add_var(build, vars, &items[i], err) < 0)
            return -1;
    return 0;
}

/* -- resolving -- */

struct resolver {
    const struct kz_vars *vars;
    struct sl_node **values; /* of each var: a copy, so that replacing does not feed on itself */
};

/* "a[2]" is "a" and "2"; others stay. */
static int split_indexes(struct sl_build *build, struct sl_str **parts, size_t *count, struct sl_err *err)
{
    struct kz_texts out = {0};
    for (size_t i = 0; i < *count; i++) {
        struct sl_str part = (*parts)[i];
        size_t open = part.len;
        if (part.len > 2 && part.ptr[part.len - 1] == ']') {
            open = part.len - 1;
            while (open > 0 && part.ptr[open - 1] >= '0' && part.ptr[open - 1] <= '9')
                open--;
            bool is_index = open > 0 && part.ptr[open - 1] == '[' && open < part.len - 1;
            open = is_index ? open - 1 : part.len;
        }
        struct kz_text name = {sl_str_slice(part, 0, open), {0, 0, 0}};
        struct kz_text index = {sl_str_slice(part, open + 1, part.len ? part.len - 1 : 0), {0, 0, 0}};
        if ((name.text.len && kz_texts_add(build, &out, name, err) < 0) ||
            (open < part.len && kz_texts_add(build, &out, index, err) < 0))
            return -1;
    }
    *parts = sl_arena_array(&build->doc.arena, out.count + 1, sizeof **parts);
    if (!*parts)
        return kz_no_memory(build, err);
    for (size_t i = 0; i < out.count; i++)
        (*parts)[i] = out.items[i].text;
    *count = out.count;
    return 0;
}

static int find_value(struct sl_build *build, const struct kz_var *var, const struct kz_resmap *map,
                      struct sl_node **out, struct sl_err *err)
{
    struct sl_str path =
        var->field && var->field->path.text.len ? var->field->path.text : SL_STR("metadata.name");
    struct sl_shown shown, field;
    for (size_t i = 0; i < map->list.count; i++) {
        if (!kz_texts_have(&map->list.items[i]->vars, var->name.text))
            continue;
        struct sl_str *parts;
        size_t count;
        struct sl_node *node;
        if (kz_split_field_path(build, path, &parts, &count, err) < 0 ||
            split_indexes(build, &parts, &count, err) < 0 ||
            kz_field_get(build, map->list.items[i]->node, parts, count, &node, err) < 0)
            return -1;
        if (!node)
            return kz_fail(build, var->mark, err, "the var \"%s\" reads the field %s, which is not there",
                           sl_shown(&shown, var->name.text), sl_shown(&field, path));
        *out = sl_node_copy(&build->doc, &build->doc, node);
        return *out ? 0 : kz_no_memory(build, err);
    }
    return kz_fail(build, var->mark, err, "no resource is the object of the var \"%s\"",
                   sl_shown(&shown, var->name.text));
}

/* The value of a name, or NULL where it stays as written: no such var, or one that is a map or list. */
static const struct sl_node *value_of(const struct resolver *resolver, struct sl_str name)
{
    const struct kz_var *var = find_var(resolver->vars, name);
    const struct sl_node *value = var ? resolver->values[var - resolver->vars->items] : NULL;
    return value && kz_is_scalar(value) ? value : NULL;
}

/* How Go's %v writes a value inside a text. */
static void append_value(struct sl_buf *out, const struct sl_node *value)
{
    struct kz_digits digits;
    if (value->kind == SL_INT)
        sl_buf_printf(out, "%" PRId64, value->as.integer);
    else if (value->kind == SL_FLOAT && value->as.number == (double)(int64_t)value->as.number)
        sl_buf_printf(out, "%" PRId64, (int64_t)value->as.number);
    else
        sl_buf_str(out, kz_scalar_text(value, &digits));
}

/* Replaces in `text`, into build->work. *whole is the value when the text is nothing but one reference. */
static void expand(struct sl_build *build, const struct resolver *resolver, struct sl_str text,
                   const struct sl_node **whole)
{
    struct sl_buf *out = &build->work;
    sl_buf_reset(out);
    *whole = NULL;
    for (size_t i = 0; i < text.len;) {
        char next = i + 1 < text.len ? text.ptr[i + 1] : '\0';
        if (text.ptr[i] != '$' || i + 1 == text.len) {
            sl_buf_byte(out, text.ptr[i++]);
            continue;
        }
        size_t end = next == '(' ? sl_str_find(sl_str_slice(text, i, text.len), ')') + i : text.len;
        if (next == '$') {
            sl_buf_byte(out, '$');
        } else if (end < text.len) {
            const struct sl_node *value = value_of(resolver, sl_str_slice(text, i + 2, end));
            if (value && i == 0 && end + 1 == text.len)
                *whole = value;
            if (value)
                append_value(out, value);
            else
                sl_buf_str(out, sl_str_slice(text, i, end + 1));
            i = end + 1;
            continue;
        } else {
            sl_buf_byte(out, '$');
            sl_buf_byte(out, next);
        }
        i += 2;
    }
}

static int replace_scalar(struct sl_build *build, const struct resolver *resolver, struct sl_node *node,
                          struct sl_err *err)
{
    const struct sl_node *whole;
    if (sl_str_find(node->as.text, '$') == node->as.text.len)
        return 0;
    expand(build, resolver, node->as.text, &whole);
    if (sl_buf_check(&build->work, "a text with vars", err) < 0)
        return -1;
    struct sl_mark mark = node->mark;
    if (whole) {
        *node = *whole;
        node->style = SL_STYLE_ANY;
        node->mark = mark;
        return 0;
    }
    struct sl_str text = kz_str(build, sl_buf_view(&build->work));
    if (!text.ptr)
        return kz_no_memory(build, err);
    kz_set_string(node, text);
    return 0;
}

static int replace(struct sl_build *build, const void *context, struct sl_node *node, struct sl_err *err)
{
    const struct resolver *resolver = context;
    if (node->kind == SL_STRING)
        return replace_scalar(build, resolver, node, err);
    for (uint32_t i = 0; node->kind == SL_MAP && i < node->count; i++)
        if (node->as.entries[i].value->kind == SL_STRING &&
            replace_scalar(build, resolver, node->as.entries[i].value, err) < 0)
            return -1;
    for (uint32_t i = 0; node->kind == SL_LIST && i < node->count; i++) {
        struct sl_node *item = node->as.items[i];
        if (item->kind != SL_STRING)
            return kz_fail(build, item->mark, err, "a string is expected here, this is %s",
                           sl_kind_name(item->kind));
        if (replace_scalar(build, resolver, item, err) < 0)
            return -1;
    }
    return 0;
}

int kz_vars_resolve(struct sl_build *build, const struct kz_vars *vars, struct kz_resmap *map,
                    const struct kz_config *config, struct sl_err *err)
{
    if (vars->count == 0)
        return 0;
    struct resolver resolver = {vars,
                                sl_arena_array(&build->doc.arena, vars->count, sizeof(struct sl_node *))};
    if (!resolver.values)
        return kz_no_memory(build, err);
    for (size_t i = 0; i < vars->count; i++)
        if (find_value(build, &vars->items[i], map, &resolver.values[i], err) < 0)
            return -1;
    struct kz_setter setter = {replace, &resolver, SL_LIST};
    for (size_t i = 0; i < map->list.count; i++) {
        struct kz_resource *r = map->list.items[i];
        if (kz_specs_apply(build, &config->sections[KZ_VAR_REFERENCE], r, &setter, err) < 0 ||
            kz_resmap_changed(build, map, r, err) < 0)
            return -1;
    }
    return 0;
}
