/*
 * A stack of kustomizations, each on what is below it (sl_build_stack()).
 *
 * Whether a level names a lower one is known only when all that it names has been followed. So the resources
 * of a level come together apart, and what is below goes in front of them when none of them was a reference
 * to it.
 */
#include "origin.h"
#include "target.h"

/* Says itself that it fails: an analyzer does not look into the other file. */
static int no_memory(struct sl_build *build, struct sl_err *err)
{
    (void)kz_no_memory(build, err);
    return -1;
}

/* The length of what two directories have in common, with the "/" behind it. */
static size_t common_length(struct sl_str a, struct sl_str b)
{
    size_t common = 0;
    for (size_t i = 0; i < a.len && i < b.len && a.ptr[i] == b.ptr[i]; i++)
        if (a.ptr[i] == '/')
            common = i + 1;
    return common;
}

/* The way from build->stack_from to a directory; .ptr is NULL without memory. */
static struct sl_str way_to(struct sl_build *build, struct sl_str directory)
{
    size_t common = common_length(build->stack_from, directory);
    struct sl_str up = sl_str_slice(build->stack_from, common, build->stack_from.len);
    sl_buf_reset(&build->work);
    for (size_t i = 0; i < up.len; i++)
        if (i == 0 || up.ptr[i] == '/')
            sl_buf_text(&build->work, "../");
    sl_buf_str(&build->work, sl_str_slice(directory, common, directory.len));
    return kz_origin_path(build, SL_STR(""), sl_buf_view(&build->work));
}

/* A level without kustomization file: its files are named from the root of the tree. */
static int open_files(struct sl_build *build, struct kz_target *target, const struct sl_build_level *level,
                      struct sl_err *err)
{
    struct kz_kustomization *k = kz_alloc(build, sizeof *k);
    if (!k)
        return no_memory(build, err);
    for (size_t i = 0; i < level->file_count; i++) {
        struct kz_text file = {level->files[i], {0, 0, 0}};
        if (kz_texts_add(build, &k->resources, file, err) < 0)
            return -1;
    }
    target->place.directory = SL_STR("");
    target->origin_path = way_to(build, SL_STR(""));
    target->kustomization = k;
    return target->origin_path.ptr ? 0 : no_memory(build, err);
}

/* The level at hand; `outer` is NULL for the highest with anything in it. */
static int open_level(struct sl_build *build, struct kz_target *target, const struct kz_target *outer,
                      bool is_kustomization, struct sl_err *err)
{
    const struct sl_build_level *level = &build->levels[build->level];
    struct sl_str directory = kz_str(build, level->directory);
    if (!directory.ptr)
        return no_memory(build, err);
    *target = (struct kz_target){.place = {directory, outer ? &outer->place : NULL},
                                 .origin_path = SL_STR(""),
                                 .on_below = build->level > 0};
    if (!outer)
        build->stack_from = directory;
    else
        target->origin_path = way_to(build, directory);
    if (!target->origin_path.ptr)
        return no_memory(build, err);
    if ((is_kustomization ? kz_target_open(build, target, err) : open_files(build, target, level, err)) < 0)
        return -1;
    if (!outer && !(target->kustomization->is_component && build->level > 0))
        kz_set_top(build, target->kustomization);
    return 0;
}

static int accumulate_level(struct sl_build *build, const struct kz_target *outer, struct kz_accumulator *out,
                            struct sl_err *err)
{
    const struct sl_build_level *level = &build->levels[build->level];
    int is_kustomization = sl_build_is_kustomization(build->tree, level->directory, err);
    if (is_kustomization < 0)
        return -1;
    build->below_taken = build->level == 0;
    if (!is_kustomization && level->file_count == 0 && build->level > 0)
        return kz_accumulate_below(build, outer, out, err);
    struct kz_target target;
    struct kz_accumulator all = {0}, named = {0};
    if (open_level(build, &target, outer, is_kustomization, err) < 0 ||
        kz_accumulate_paths(build, &target, &target.kustomization->resources, &named, err) < 0 ||
        kz_accumulate_below(build, &target, &all, err) < 0 ||
        kz_accumulator_merge(build, &all, &named, err) < 0 ||
        kz_accumulate_own(build, &target, &all, err) < 0)
        return -1;
    return kz_accumulator_merge(build, out, &all, err);
}

bool kz_is_lower_level(const struct sl_build *build, struct sl_str directory)
{
    for (size_t i = 0; i < build->level; i++)
        if (sl_str_equal(build->levels[i].directory, directory))
            return true;
    return false;
}

int kz_accumulate_below(struct sl_build *build, const struct kz_target *target, struct kz_accumulator *out,
                        struct sl_err *err)
{
    if (build->below_taken)
        return 0;
    build->level--;
    int result = accumulate_level(build, target, out, err);
    build->level++;
    build->below_taken = true;
    return result;
}

int kz_accumulate_stack(struct sl_build *build, struct kz_accumulator *out, struct sl_err *err)
{
    return accumulate_level(build, NULL, out, err);
}
