#include "doc/json.h"
#include "doc/yaml.h"
#include "patch_apply.h"

/* A patch text and what it turned out to be: strategic merge patches, or the operations of a JSON patch. */
struct loaded {
    struct kz_resources patches;
    struct sl_node *operations; /* NULL: not a JSON patch */
};

static struct sl_str trim(struct sl_str text)
{
    while (text.len && strchr(" \t\r\n\v\f", text.ptr[0]) && text.ptr[0])
        text = sl_str_slice(text, 1, text.len);
    while (text.len && strchr(" \t\r\n\v\f", text.ptr[text.len - 1]) && text.ptr[text.len - 1])
        text.len--;
    return text;
}

/* Whether a YAML text begins with a list: then it can only be a JSON patch. */
static bool begins_with_list(struct sl_str text)
{
    for (struct sl_str whole; sl_str_next_line(&whole, &text);) {
        struct sl_str line = trim(whole);
        bool skip = line.len == 0 || line.ptr[0] == '#' || sl_str_starts_with(line, SL_STR("---")) ||
                    line.ptr[0] == '%';
        if (!skip)
            return line.ptr[0] == '[' || (line.ptr[0] == '-' && (line.len == 1 || line.ptr[1] == ' '));
    }
    return false;
}

static int read_operations(struct sl_build *build, struct sl_str text, struct sl_str name,
                           struct sl_node **out, struct sl_err *err)
{
    *out = NULL;
    if (text.len && text.ptr[0] == '[')
        return sl_json_read(out, &build->doc, text, name, err);
    struct sl_node *documents = NULL;
    if (sl_yaml_read(&documents, &build->doc, text, name, SL_YAML_KUSTOMIZATION, err) < 0)
        return -1;
    if (documents->count)
        *out = documents->as.items[0];
    return 0;
}

/* Where the patch is from: a name for marks. */
static int name_of(struct sl_build *build, const struct kz_text *text, bool is_inline, struct sl_str *out,
                   struct sl_err *err)
{
    *out = text->mark.file ? build->doc.files[text->mark.file - 1] : SL_STR("patch");
    if (!is_inline)
        return 0;
    char place[512];
    *out = kz_join(build, sl_str_from(sl_mark_text(place, sizeof place, &build->doc, text->mark)),
                   SL_STR(" (inline)"), SL_STR(""));
    return out->ptr ? 0 : kz_no_memory(build, err);
}

static int load(struct sl_build *build, const struct kz_text *text, bool is_inline, struct loaded *out,
                struct sl_err *err)
{
    struct sl_str name;
    *out = (struct loaded){0};
    if (name_of(build, text, is_inline, &name, err) < 0)
        return -1;
    if (!begins_with_list(text->text))
        return kz_read_patches(build, text->text, name, &out->patches, err);
    if (read_operations(build, text->text, name, &out->operations, err) < 0)
        return -1;
    if (!out->operations || out->operations->kind != SL_LIST)
        return kz_fail(build, text->mark, err, "a JSON patch must be a list of operations");
    if (out->operations->count == 0)
        return kz_fail(build, text->mark, err, "a JSON patch without an operation");
    for (uint32_t i = 0; i < out->operations->count; i++) {
        const struct sl_node *operation = out->operations->as.items[i];
        if (operation->kind != SL_MAP && operation->kind != SL_NULL)
            return kz_fail(build, operation->mark, err,
                           "an operation of a JSON patch must be a map, this is %s",
                           sl_kind_name(operation->kind));
    }
    return 0;
}

/* -- the three fields -- */

static bool option(const struct kz_patch *patch, struct sl_str name)
{
    for (size_t i = 0; i < patch->options.count; i++)
        if (sl_str_equal(patch->options.items[i].key, name))
            return sl_str_equal(patch->options.items[i].value.text, SL_STR("true"));
    return false;
}

/* The patch's text, from its field or its file. */
static int text_of(struct sl_build *build, const struct kz_place *place, const struct kz_patch *patch,
                   const char *field, struct kz_text *out, struct sl_err *err)
{
    if (patch->text.text.len && patch->path.text.len)
        return kz_fail(build, patch->path.mark, err, "a patch has either %s or path, not both", field);
    *out = patch->text;
    if (patch->path.text.len)
        return kz_load(build, place, &patch->path, "patch", out, err);
    if (patch->text.text.len == 0)
        return kz_fail(build, patch->mark, err, "a patch needs %s or path", field);
    return 0;
}

/* A file of no bytes is to kustomize a JSON patch that does nothing, where it has a target. */
static int apply_nothing(struct sl_build *build, struct kz_resmap *map, const struct kz_selector *target,
                         struct sl_err *err)
{
    const struct sl_node *operations = sl_node_list(&build->doc);
    return operations ? kz_patch_json(build, map, target, operations, true, err) : kz_no_memory(build, err);
}

static int transform_patch(struct sl_build *build, struct kz_resmap *map, const struct kz_place *place,
                           const struct kz_patch *patch, struct sl_err *err)
{
    struct kz_patch trimmed = *patch;
    trimmed.text.text = trim(patch->text.text);
    struct kz_text text = {{NULL, 0}, {0, 0, 0}};
    struct loaded loaded;
    if (text_of(build, place, &trimmed, "patch", &text, err) < 0)
        return -1;
    if (patch->path.text.len && text.text.len == 0 && patch->target)
        return apply_nothing(build, map, patch->target, err);
    if (load(build, &text, patch->path.text.len == 0, &loaded, err) < 0)
        return -1;
    struct sl_mark mark = patch->path.text.len ? patch->path.mark : patch->text.mark;
    if (loaded.operations && !patch->target)
        return kz_fail(build, patch->mark, err, "a JSON patch needs a target");
    if (loaded.operations)
        return kz_patch_json(build, map, patch->target, loaded.operations, true, err);
    if (loaded.patches.count == 0)
        return kz_fail(build, mark, err, "this patch is empty");
    for (size_t i = 0; i < loaded.patches.count; i++) {
        struct kz_resource *one = loaded.patches.items[i];
        one->allow_name_change = option(patch, SL_STR("allowNameChange"));
        one->allow_kind_change = option(patch, SL_STR("allowKindChange"));
        /* Noting that in an annotation makes strings of the patch's others, and a null there deletes nothing. */
        bool noted = one->allow_name_change || one->allow_kind_change;
        if (noted && kz_resource_stringify(build, one, "annotations", err) < 0)
            return -1;
    }
    return kz_patch_each(build, map, patch, &loaded.patches, err);
}

int kz_transform_patch(struct sl_build *build, struct kz_resmap *map, const struct kz_place *place,
                       const struct kz_patch *patch, struct sl_err *err)
{
    build->patch_told = false;
    if (transform_patch(build, map, place, patch, err) < 0)
        return -1;
    if (!build->options.note_idle_patches || build->patch_told)
        return 0;
    struct kz_text entry = patch->path.text.len ? patch->path : patch->text;
    return kz_texts_add(build, &build->idle_patches, entry, err);
}

int kz_transform_json6902(struct sl_build *build, struct kz_resmap *map, const struct kz_place *place,
                          const struct kz_patch *patch, struct sl_err *err)
{
    if (!patch->target || patch->target->name.text.len == 0)
        return kz_fail(build, patch->mark, err, "an entry of patchesJson6902 needs a target with a name");
    struct kz_text text = {{NULL, 0}, {0, 0, 0}};
    struct sl_str name;
    struct sl_node *operations;
    bool is_inline = patch->path.text.len == 0;
    if (text_of(build, place, patch, "patch", &text, err) < 0 ||
        name_of(build, &text, is_inline, &name, err) < 0 ||
        read_operations(build, text.text, name, &operations, err) < 0)
        return -1;
    if (!operations || operations->kind != SL_LIST || operations->count == 0)
        return kz_fail(build, is_inline ? patch->text.mark : patch->path.mark, err,
                       "a JSON patch must be a list of operations");
    return kz_patch_json(build, map, patch->target, operations, false, err);
}

int kz_transform_strategic(struct sl_build *build, struct kz_resmap *map, const struct kz_place *place,
                           const struct kz_texts *paths, const struct kz_text *text, struct sl_err *err)
{
    struct kz_resources patches = {0};
    for (size_t i = 0; i < paths->count; i++) {
        const struct kz_text *path = &paths->items[i];
        bool is_inline = sl_str_find(path->text, '\n') < path->text.len ||
                         sl_str_find(path->text, '{') < path->text.len || path->text.len == 0;
        struct kz_text loaded;
        if (is_inline ? kz_read_inline(build, path, &patches, err) < 0
                      : kz_load(build, place, path, "patch", &loaded, err) < 0 ||
                            kz_read_patches(build, loaded.text, build->doc.files[loaded.mark.file - 1],
                                            &patches, err) < 0)
            return -1;
    }
    if (text->text.len && kz_read_inline(build, text, &patches, err) < 0)
        return -1;
    if (patches.count == 0)
        return paths->count || text->text.len
                   ? kz_fail(build, paths->count ? paths->items[0].mark : text->mark, err,
                             "no patch is in here")
                   : kz_fail(build, text->mark, err, "a strategic merge patch needs paths or patches");
    return kz_patch_as_copies(build, map, &patches, err);
}
