#include "value_add.h"

#include "doc/yaml.h"
#include "field_path.h"
#include "scalar.h"
#include "selector.h"
#include "transformers.h"
#include "tree/path.h"

struct target {
    struct sl_mark mark;
    struct kz_selector *selector;
    struct kz_text path;
    int64_t position; /* from 1 among the parts of a file path; 0: the whole value */
};

static const struct kz_field target_fields[] = {
    {"selector", KZ_STRUCT, offsetof(struct target, selector), &kz_selector_shape},
    {"fieldPath", KZ_TEXT, offsetof(struct target, path), NULL},
    {"filePathPosition", KZ_INTEGER, offsetof(struct target, position), NULL},
    KZ_FIELDS_END,
};
const struct kz_shape kz_value_target_shape = {"a target of ValueAddTransformer", sizeof(struct target),
                                               target_fields};

struct targets_file {
    struct sl_mark mark;
    struct kz_list targets;
};
static const struct kz_field file_fields[] = {
    {"targets", KZ_STRUCTS, offsetof(struct targets_file, targets), &kz_value_target_shape},
    KZ_FIELDS_END,
};
static const struct kz_shape file_shape = {"a file of targets", sizeof(struct targets_file), file_fields};

static struct sl_str trim(struct sl_str text)
{
    while (text.len && strchr(" \t\r\n", text.ptr[0]))
        text = sl_str_slice(text, 1, text.len);
    while (text.len && strchr(" \t\r\n", text.ptr[text.len - 1]))
        text.len--;
    return text;
}

/* Puts `value` into a path of files, in front of its part `position`. */
static int insert_part(struct sl_build *build, struct sl_str path, int64_t position, struct sl_str value,
                       struct sl_str *out, struct sl_err *err)
{
    struct sl_buf *work = &build->work;
    bool absolute = path.len && path.ptr[0] == '/', placed = false;
    int64_t at = 0;
    sl_buf_reset(work);
    if (absolute)
        path = sl_str_slice(path, 1, path.len);
    for (bool more = path.len > 0; more || !placed; at++) {
        if (at == position || !more) {
            sl_buf_text(work, work->len || absolute ? "/" : "");
            sl_buf_str(work, value);
            placed = true;
        }
        if (!more)
            break;
        size_t end = sl_str_find(path, '/');
        sl_buf_text(work, work->len || absolute ? "/" : "");
        sl_buf_str(work, sl_str_slice(path, 0, end));
        more = end < path.len;
        path = sl_str_slice(path, end + 1, path.len);
    }
    if (sl_buf_check(work, "a path", err) < 0)
        return -1;
    *out = kz_str(build, sl_buf_view(work));
    return out->ptr ? 0 : kz_no_memory(build, err);
}

static int set_value(struct sl_build *build, struct kz_resource *r, const struct target *target,
                     const struct kz_text *value, struct sl_err *err)
{
    struct sl_str *parts;
    struct kz_nodes found = {0};
    struct kz_field_query query = {.create = true, .kind = SL_STRING, .mark = target->path.mark};
    if (kz_split_path(build, target->path.text, '/', &parts, &query.count, err) < 0)
        return -1;
    query.parts = parts;
    if (kz_field_find(build, r->node, &query, &found, err) < 0)
        return -1;
    for (size_t i = 0; i < found.count; i++) {
        struct sl_node *node = found.items[i];
        struct sl_str text = value->text, old = kz_scalar_keep(build, node);
        if (!old.ptr)
            return kz_no_memory(build, err);
        if (!kz_is_scalar(node))
            return kz_fail(build, node->mark, err, "a value is expected here, this is %s",
                           sl_kind_name(node->kind));
        if (target->position > 0 && value->text.len &&
            insert_part(build, old, target->position - 1, value->text, &text, err) < 0)
            return -1;
        if (kz_set_plain(build, node, text, err) < 0)
            return -1;
    }
    return 0;
}

static int apply(struct sl_build *build, struct kz_resmap *map, const struct target *target,
                 const struct kz_text *value, struct sl_err *err)
{
    struct kz_resources list = map->list;
    if (target->path.text.len == 0)
        return kz_fail(build, target->mark, err, "a target needs fieldPath");
    if (target->position < 0)
        return kz_fail(build, target->mark, err, "filePathPosition must not be negative");
    if (target->selector) {
        if (kz_select(build, map, target->selector, err) < 0)
            return -1;
        list.count = map->found.count;
        list.items = kz_copy(build, map->found.items, list.count, sizeof(struct kz_resource *));
        if (!list.items)
            return kz_no_memory(build, err);
    }
    struct kz_namespace space = {.name = *value};
    bool is_space = sl_str_equal(target->path.text, SL_STR("metadata/namespace"));
    for (size_t i = 0; i < list.count; i++) {
        struct kz_resource *r = list.items[i];
        int result =
            is_space ? kz_namespace_apply(build, r, &space, err) : set_value(build, r, target, value, err);
        if (result < 0 || kz_resmap_changed(build, map, r, err) < 0)
            return -1;
    }
    return 0;
}

static int apply_list(struct sl_build *build, struct kz_resmap *map, const struct kz_list *targets,
                      const struct kz_text *value, struct sl_err *err)
{
    const struct target *items = targets->items;
    for (size_t i = 0; i < targets->count; i++)
        if (apply(build, map, &items[i], value, err) < 0)
            return -1;
    return 0;
}

int kz_transform_value_add(struct sl_build *build, struct kz_resmap *map, const struct kz_place *place,
                           const struct kz_value_add *config, struct sl_mark mark, struct sl_err *err)
{
    struct kz_text value = {trim(config->value.text), config->value.mark};
    struct targets_file file = {0};
    struct kz_text text;
    struct sl_node *root;
    if (value.text.len == 0)
        value.text = sl_path_name(place->directory.len ? place->directory : build->options.root);
    if (config->file.text.len) {
        if (kz_load(build, place, &config->file, "file of targets", &text, err) < 0 ||
            sl_yaml_read_one(&root, &build->doc, text.text, build->doc.files[text.mark.file - 1],
                             SL_YAML_KUSTOMIZATION, err) < 0)
            return -1;
        if (!kz_is_null(root) && kz_decode(build, &file, &file_shape, root, KZ_LENIENT, err) < 0)
            return -1;
    }
    if (config->targets.count + file.targets.count == 0)
        return kz_fail(build, mark, err, "ValueAddTransformer needs a target");
    if (apply_list(build, map, &config->targets, &value, err) < 0)
        return -1;
    return apply_list(build, map, &file.targets, &value, err);
}
