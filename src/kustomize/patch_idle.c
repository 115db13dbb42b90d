#include "patch_apply.h"

int kz_patch_remember(struct sl_build *build, const struct sl_node *node, struct sl_node **out,
                      struct sl_err *err)
{
    *out = NULL;
    if (!build->options.note_idle_patches || build->patch_told)
        return 0;
    *out = sl_node_copy(&build->doc, &build->doc, node);
    return *out ? 0 : kz_no_memory(build, err);
}

void kz_patch_note(struct sl_build *build, const struct sl_node *before, const struct sl_node *after)
{
    if (before)
        build->patch_told = !after || !sl_node_equal(before, after);
}
