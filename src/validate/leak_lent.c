#include "leak_lent.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"
#include "tree/path.h"

struct lending {
    struct leak_texts *lent;
    const struct leak_source source;
    struct sl_map seen; /* paths that were looked at */
};

static void lending_release(struct lending *lending)
{
    sl_map_release(&lending->seen);
}

/* What must not be used, or is not there, is a finding of those who need it. */
static int pass_over(struct sl_err *err)
{
    if (err->code == SL_E_NO_MEMORY || err->code == SL_E_INTERNAL)
        return -1;
    sl_err_clear(err);
    return 0;
}

static bool is_within(struct sl_str path, const char *folder)
{
    size_t length = strlen(folder);
    return sl_str_starts_with(path, sl_str_from(folder)) && (path.len == length || path.ptr[length] == '/');
}

static bool is_elsewhere(struct sl_str path)
{
    return path.len > 0 && !is_within(path, "overlays") && !is_within(path, "releases") &&
           !is_within(path, "base");
}

bool leak_is_kustomization(struct sl_str file)
{
    struct sl_str name = sl_path_name(file);
    return sl_str_equal(name, SL_STR("kustomization.yaml")) ||
           sl_str_equal(name, SL_STR("kustomization.yml")) || sl_str_equal(name, SL_STR("Kustomization"));
}

/* Whether the path was not looked at before, nor a folder that it is in. */
static int note(struct lending *lending, struct sl_str path, struct sl_err *err)
{
    for (struct sl_str above = path; above.len; above = sl_path_directory(above))
        if (sl_map_get(&lending->seen, above))
            return 0;
    return sl_map_put(&lending->seen, path, lending, err) < 0 ? -1 : 1;
}

static int read_path(struct lending *lending, struct sl_str written, struct sl_err *err)
{
    struct sl_tree_entry entry;
    struct sl_str path;
    int there = sl_tree_real_path(lending->source.tree, written, lending->source.arena, &path, err);
    if (there > 0)
        there = sl_tree_stat(lending->source.tree, path, &entry, err);
    if (there <= 0)
        return there < 0 ? pass_over(err) : 0;
    if (!is_elsewhere(path))
        return 0;
    int fresh = note(lending, path, err);
    if (fresh <= 0)
        return fresh;
    return entry.kind == SL_TREE_DIRECTORY
               ? leak_texts_read(lending->lent, &lending->source, path, err)
               : leak_texts_read_file(lending->lent, &lending->source, sl_path_directory(path), path, err);
}

/* A text in a kustomization that leads out of its folder. */
static int follow(struct lending *lending, const struct leak_text *text, struct sl_err *err)
{
    struct sl_str path;
    if (text->kind != LEAK_SCALAR || text->text.len > SL_PATH_MAX || !leak_is_kustomization(text->file) ||
        !sl_str_starts_with(text->text, SL_STR("..")))
        return 0;
    if (sl_path_join(lending->source.arena, sl_path_directory(text->file), text->text, &path, err) < 0)
        return pass_over(err);
    return is_elsewhere(path) ? read_path(lending, path, err) : 0;
}

static int follow_all(struct lending *lending, const struct leak_texts *texts, struct sl_err *err)
{
    for (size_t i = 0; i < texts->count; i++) {
        const struct leak_text text = texts->items[i];
        if (follow(lending, &text, err) < 0)
            return -1;
    }
    return 0;
}

int leak_read_lent(struct leaks *leaks, struct sl_tree *tree, struct sl_err *err)
{
    SL_CLEANUP(lending_release)
    struct lending lending = {
        .lent = &leaks->lent,
        .source = {.arena = &leaks->arena, .index = &leaks->index, .tree = tree, .only_yaml = true}};
    sl_map_init(&lending.seen);
    if (follow_all(&lending, &leaks->given, err) < 0)
        return -1;
    for (size_t i = 0; i < leaks->count; i++)
        if (follow_all(&lending, &leaks->customers[i].texts, err) < 0)
            return -1;
    /* It grows meanwhile. */
    return follow_all(&lending, &leaks->lent, err);
}
