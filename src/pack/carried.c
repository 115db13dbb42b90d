#include "rendering.h"

#include "tree/path.h"

static int add(struct sl_rendering *rendering, const struct sl_artifact *artifact, struct sl_str folder,
               struct sl_str name, struct sl_err *err)
{
    struct carried_files *carried = &rendering->carried;
    struct sl_arena *arena = &rendering->reading.doc.arena;
    if (carried->count == carried->capacity) {
        size_t capacity = carried->capacity ? 2 * carried->capacity : 16;
        struct carried_file *items = sl_arena_array(arena, capacity, sizeof *items);
        if (!items)
            return sl_fail_memory(err);
        if (carried->count)
            memcpy(items, carried->items, carried->count * sizeof *items);
        carried->items = items;
        carried->capacity = capacity;
    }
    struct sl_str member = sl_arena_join(arena, folder, name);
    if (!member.ptr)
        return sl_fail_memory(err);
    carried->items[carried->count++] = (struct carried_file){
        .member = member,
        .origin = artifact->path,
        .size = artifact->size,
        .executable = artifact->executable,
    };
    return 0;
}

/* Charts lie flat in charts/, images keep their layout, everything else goes to artifacts/ as it is. */
static int add_artifact(struct sl_rendering *rendering, const struct sl_artifact *artifact,
                        struct sl_err *err)
{
    struct sl_str images = SL_STR("images/");
    if (artifact->kind == SL_ARTIFACT_CHART)
        return add(rendering, artifact, SL_STR("charts/"), sl_path_name(artifact->path), err);
    if (sl_str_starts_with(artifact->below, images))
        return add(rendering, artifact, images,
                   sl_str_slice(artifact->below, images.len, artifact->below.len), err);
    return add(rendering, artifact, SL_STR("artifacts/"), artifact->below, err);
}

/* What else goes along, and where to. README.md and VERSION.md stay: they may name other releases. */
static int add_folder(struct sl_rendering *rendering, struct sl_str path, struct sl_str folder,
                      struct sl_err *err)
{
    struct sl_artifacts found = {0};
    if (sl_artifacts_find(&found, &rendering->reading, path, false, err) < 0)
        return -1;
    for (size_t i = 0; i < found.count; i++)
        if (add(rendering, &found.items[i], folder, found.items[i].below, err) < 0)
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
