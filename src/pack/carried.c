#include "rendering.h"

#include "tree/path.h"

#include <stdlib.h>

/* folder + name, which most paths end with. */
static int name_member(struct sl_rendering *rendering, struct sl_str *out, struct sl_str path,
                       struct sl_str folder, struct sl_str name, struct sl_err *err)
{
    size_t len = folder.len + name.len;
    struct sl_str end = sl_str_slice(path, len < path.len ? path.len - len : 0, path.len);
    bool is_end = end.len == len && sl_str_starts_with(end, folder) && sl_str_ends_with(end, name);
    *out = is_end ? end : sl_arena_join(&rendering->reading.doc.arena, folder, name);
    return out->ptr ? 0 : sl_fail_memory(err);
}

static int add(struct sl_rendering *rendering, const struct sl_artifact *artifact, struct sl_str folder,
               struct sl_str name, struct sl_err *err)
{
    struct carried_files *carried = &rendering->carried;
    if (carried->count == carried->capacity) {
        size_t capacity = carried->capacity ? 2 * carried->capacity : 16;
        struct carried_file *items = realloc(carried->items, capacity * sizeof *items);
        if (!items)
            return sl_fail_memory(err);
        carried->items = items;
        carried->capacity = capacity;
    }
    struct carried_file file = {.artifact = artifact};
    if (name_member(rendering, &file.member, artifact->path, folder, name, err) < 0)
        return -1;
    carried->items[carried->count++] = file;
    return 0;
}

/* Charts lie flat in charts/, images keep their layout, everything else goes to artifacts/ as it is. */
static int add_artifact(struct sl_rendering *rendering, const struct sl_artifact *artifact,
                        struct sl_err *err)
{
    struct sl_str images = SL_STR("images/");
    struct sl_str below = sl_artifact_below(artifact);
    if (artifact->kind == SL_ARTIFACT_CHART)
        return add(rendering, artifact, SL_STR("charts/"), sl_path_name(artifact->path), err);
    if (sl_str_starts_with(below, images))
        return add(rendering, artifact, images, sl_str_slice(below, images.len, below.len), err);
    return add(rendering, artifact, SL_STR("artifacts/"), below, err);
}

/* What else goes along, and where to. README.md and VERSION.md stay: they may name other releases. */
static int add_folder(struct sl_rendering *rendering, struct sl_str path, struct sl_str folder,
                      struct sl_err *err)
{
    struct sl_artifacts found = {0};
    if (sl_artifacts_find(&found, &rendering->reading, path, false, err) < 0)
        return -1;
    for (size_t i = 0; i < found.count; i++)
        if (add(rendering, &found.items[i], folder, sl_artifact_below(&found.items[i]), err) < 0)
            return -1;
    return 0;
}

int find_carried(struct sl_rendering *rendering, struct sl_err *err)
{
    const struct sl_layout *layout = &rendering->layout;
    for (size_t i = 0; i < layout->artifacts.count; i++)
        if (add_artifact(rendering, &layout->artifacts.items[i], err) < 0)
            return -1;
    struct sl_str docs, schemas;
    if (sl_reading_path(&rendering->reading, &docs, layout->release_directory, SL_STR("docs"), err) < 0 ||
        sl_reading_path(&rendering->reading, &schemas, layout->release_directory, SL_STR("schemas"), err) <
            0 ||
        add_folder(rendering, SL_STR("DEPLOYMENT.md"), SL_STR("docs/"), err) < 0 ||
        add_folder(rendering, docs, SL_STR("docs/"), err) < 0)
        return -1;
    return add_folder(rendering, schemas, SL_STR("schemas/"), err);
}
