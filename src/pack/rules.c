/* What the rules are given of a rendering. */
#include "rendering.h"

#include "base/cleanup.h"

#include <stdlib.h>

static int compare_paths(const void *left, const void *right)
{
    const struct sl_validation_file *a = left;
    const struct sl_validation_file *b = right;
    return sl_str_compare(a->path, b->path);
}

/* *out is the caller's to free: it is of no use when the rules are done. */
static int list_files(const struct sl_rendering *rendering, struct sl_validation_file **out, size_t *listed,
                      struct sl_err *err)
{
    size_t count = rendering->files.count + rendering->carried.count;
    struct sl_validation_file *items = calloc(count + 1, sizeof *items);
    if (!items)
        return sl_fail_memory(err);
    for (size_t i = 0; i < rendering->files.count; i++) {
        const struct rendered_file *file = &rendering->files.items[i];
        items[i] =
            (struct sl_validation_file){.path = file->path, .text = file->text, .size = file->text.len};
    }
    for (size_t i = 0; i < rendering->carried.count; i++) {
        const struct carried_file *file = &rendering->carried.items[i];
        items[rendering->files.count + i] = (struct sl_validation_file){
            .path = file->member, .origin = file->artifact->path, .size = file->artifact->size};
    }
    if (count > 1)
        qsort(items, count, sizeof items[0], compare_paths);
    *out = items;
    *listed = count;
    return 0;
}

int rendering_validate(struct sl_rendering *rendering, const struct sl_release_query *query,
                       struct sl_validation_shared *shared, struct sl_err *err)
{
    struct sl_validation_subject subject = {
        .reading = &rendering->reading,
        .layout = &rendering->layout,
        .now = query->now,
        .shared = shared,
    };
    SL_CLEANUP(sl_freep) struct sl_validation_file *files = NULL;
    if (list_files(rendering, &files, &subject.files.count, err) < 0)
        return -1;
    subject.files.items = files;
    return sl_validate_subject(&subject, err);
}
