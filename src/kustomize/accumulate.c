#include "target.h"

#include "base/limits.h"
#include "origin.h"
#include "scalar.h"
#include "trace.h"
#include "tree/path.h"

/* One entry of resources or components. */
struct step {
    const struct kz_text *path;
    bool component;
    struct sl_str location; /* in the tree */
};

/* Whether `directory` is `inner` or contains it. */
static bool contains(struct sl_str directory, struct sl_str inner)
{
    return directory.len == 0 || sl_str_equal(directory, inner) ||
           (sl_str_starts_with(inner, directory) && inner.ptr[directory.len] == '/');
}

static void show_place(struct sl_build *build, struct sl_buf *out, const struct kz_place *place)
{
    struct sl_shown shown;
    struct sl_str name = kz_file_name(build, place->directory);
    sl_buf_text(out, sl_shown(&shown, name.len ? name : SL_STR(".")));
}

/* The way from the place that is met again to here, and back to it. */
static int fail_circle(struct sl_build *build, const struct kz_place *here, const struct kz_place *again,
                       const struct kz_place *next, struct sl_mark mark, struct sl_err *err)
{
    const struct kz_place *way[SL_BUILD_DEPTH_MAX + 1];
    size_t count = 0;
    for (const struct kz_place *place = here; place && count <= SL_BUILD_DEPTH_MAX; place = place->outer) {
        way[count++] = place;
        if (place == again)
            break;
    }
    struct sl_buf *out = &build->work;
    sl_buf_reset(out);
    while (count > 0) {
        show_place(build, out, way[--count]);
        sl_buf_text(out, " -> ");
    }
    show_place(build, out, next);
    return kz_fail(build, mark, err, "these kustomizations go in a circle: " SL_FMT,
                   SL_ARG(sl_buf_view(out)));
}

static int check_circle(struct sl_build *build, const struct kz_place *here, const struct kz_place *next,
                        struct sl_mark mark, struct sl_err *err)
{
    for (const struct kz_place *place = here; place; place = place->outer)
        if (contains(next->directory, place->directory))
            return fail_circle(build, here, place, next, mark, err);
    if (build->depth >= SL_BUILD_DEPTH_MAX || build->visits >= SL_BUILD_VISITS_MAX) {
        (void)kz_fail(build, mark, err, "more than %d kustomizations inside one another, or %d in all",
                      SL_BUILD_DEPTH_MAX, SL_BUILD_VISITS_MAX);
        err->code = SL_E_LIMIT;
        return -1;
    }
    return 0;
}

int kz_accumulator_merge(struct sl_build *build, struct kz_accumulator *out,
                         const struct kz_accumulator *inner, struct sl_err *err)
{
    if (kz_resmap_append_all(build, &out->map, &inner->map, err) < 0 ||
        kz_config_merge(build, &out->config, out->config, inner->config, err) < 0)
        return -1;
    return kz_vars_merge(build, &out->vars, &inner->vars, err);
}

static int check_kind(struct sl_build *build, const struct kz_target *inner, bool component,
                      const struct kz_text *path, struct sl_err *err)
{
    if (inner->kustomization->is_component == component)
        return 0;
    struct sl_shown shown;
    if (component)
        return kz_fail(build, path->mark, err, "\"%s\" must be a Component, it is a Kustomization",
                       sl_shown(&shown, path->text));
    (void)kz_fail(build, path->mark, err, "\"%s\" is a Component", sl_shown(&shown, path->text));
    return sl_hint(err, "list it under components");
}

/* Adds what the kustomization in `directory`, to which `path` of `outer` led, yields. */
static int accumulate_directory(struct sl_build *build, const struct kz_target *outer,
                                const struct step *step, struct kz_accumulator *out, struct sl_err *err)
{
    const struct kz_text *path = step->path;
    bool component = step->component;
    struct kz_target inner = {.place = {step->location, &outer->place}};
    if (check_circle(build, &outer->place, &inner.place, path->mark, err) < 0)
        return -1;
    inner.origin_path = kz_origin_path(build, outer->origin_path, path->text);
    if (!inner.origin_path.ptr)
        return kz_no_memory(build, err);
    if (kz_target_open(build, &inner, err) < 0)
        return err->code == SL_E_NOT_FOUND ? kz_wrap(build, path->mark, err) : -1;
    if (check_kind(build, &inner, component, path, err) < 0)
        return -1;
    build->depth++;
    build->visits++;
    /* A component works on all that is there, and then that, too, is added anew, so that two of one id are noticed. */
    struct kz_accumulator own = {0};
    if (component) {
        own = *out;
        *out = (struct kz_accumulator){0};
    }
    int result = kz_accumulate(build, &inner, &own, err);
    if (result == 0)
        result = kz_accumulator_merge(build, out, &own, err);
    build->depth--;
    return result;
}

static int accumulate_file(struct sl_build *build, const struct kz_target *target, const struct kz_text *path,
                           struct kz_accumulator *out, struct sl_err *err)
{
    struct kz_text text;
    struct kz_resources resources = {0};
    if (kz_load(build, &target->place, path, "resource", &text, err) < 0 ||
        kz_read_resources(build, text.text, build->doc.files[text.mark.file - 1], &resources, err) < 0)
        return -1;
    struct kz_origin *origin = NULL;
    if (build->track_origin) {
        origin = kz_alloc(build, sizeof *origin);
        if (!origin)
            return kz_no_memory(build, err);
        origin->path = kz_origin_path(build, target->origin_path, path->text);
        if (!origin->path.ptr)
            return kz_no_memory(build, err);
    }
    for (size_t i = 0; i < resources.count; i++) {
        resources.items[i]->origin = origin;
        if (kz_resmap_append(build, &out->map, resources.items[i], err) < 0 ||
            kz_trace_come(build, resources.items[i], "resources", path->mark, err) < 0)
            return -1;
    }
    return 0;
}

/* "did you mean": the nearest name in the directory where `path` should have been. */
static int not_there(struct sl_build *build, const struct kz_text *path, struct sl_str location,
                     struct sl_err *err)
{
    struct sl_shown shown;
    (void)kz_fail(build, path->mark, err, "\"%s\" is not there", sl_shown(&shown, path->text));
    err->code = SL_E_NOT_FOUND;
    const struct sl_tree_entry *entries;
    size_t count;
    struct sl_err ignored = {0};
    if (sl_tree_list(build->tree, sl_path_directory(location), &entries, &count, &ignored) < 0)
        return -1;
    struct sl_str names[256];
    for (size_t i = 0; i < count && i < 256; i++)
        names[i] = entries[i].name;
    ptrdiff_t nearest = sl_nearest(sl_path_name(location), names, count < 256 ? count : 256);
    return nearest < 0 ? -1 : sl_hint(err, "did you mean %s?", sl_shown(&shown, names[nearest]));
}

static int accumulate_path(struct sl_build *build, const struct kz_target *target, const struct kz_text *path,
                           bool component, struct kz_accumulator *out, struct sl_err *err)
{
    struct step step = {path, component, {NULL, 0}};
    struct sl_shown shown;
    struct sl_tree_entry entry;
    if (path->text.len == 0)
        return kz_fail(build, path->mark, err, "this path is empty");
    if (kz_is_remote(path->text)) {
        (void)kz_refuse(build, path->mark, err, "\"%s\" is elsewhere; a build reads only what is here",
                        sl_shown(&shown, path->text));
        return sl_hint(err, "put a copy of it into the repository and name that");
    }
    if (kz_locate(build, &target->place, path, &step.location, err) < 0)
        return -1;
    int there = sl_tree_stat(build->tree, step.location, &entry, err);
    if (there < 0)
        return kz_wrap(build, path->mark, err);
    if (!there)
        return not_there(build, path, step.location, err);
    if (entry.kind == SL_TREE_DIRECTORY)
        return kz_is_lower_level(build, step.location) ? kz_accumulate_below(build, target, out, err)
                                                       : accumulate_directory(build, target, &step, out, err);
    if (component)
        return kz_fail(build, path->mark, err, "a component must be a directory, \"%s\" is a file",
                       sl_shown(&shown, path->text));
    return accumulate_file(build, target, path, out, err);
}

int kz_accumulate_paths(struct sl_build *build, const struct kz_target *target, const struct kz_texts *paths,
                        struct kz_accumulator *out, struct sl_err *err)
{
    for (size_t i = 0; i < paths->count; i++)
        if (accumulate_path(build, target, &paths->items[i], false, out, err) < 0)
            return -1;
    return 0;
}

static int merge_config(struct sl_build *build, const struct kz_target *target, struct kz_accumulator *out,
                        struct sl_err *err)
{
    const struct kz_kustomization *k = target->kustomization;
    const struct kz_config *config;
    if (kz_config_default(build, &config, err) < 0)
        return -1;
    if (k->configurations.count) {
        struct kz_config *own = kz_alloc(build, sizeof *own);
        if (!own)
            return kz_no_memory(build, err);
        if (kz_config_files(build, &target->place, &k->configurations, own, err) < 0 ||
            kz_config_merge(build, &config, config, own, err) < 0)
            return -1;
    }
    if (kz_config_merge(build, &out->config, out->config, config, err) < 0)
        return -1;
    if (k->crds.count == 0)
        return 0;
    struct kz_config *crds = kz_alloc(build, sizeof *crds);
    if (!crds)
        return kz_no_memory(build, err);
    if (kz_config_crds(build, &target->place, &k->crds, crds, err) < 0)
        return -1;
    return kz_config_merge(build, &out->config, out->config, crds, err);
}

int kz_accumulate(struct sl_build *build, const struct kz_target *target, struct kz_accumulator *out,
                  struct sl_err *err)
{
    if (kz_accumulate_paths(build, target, &target->kustomization->resources, out, err) < 0)
        return -1;
    return kz_accumulate_own(build, target, out, err);
}

int kz_accumulate_own(struct sl_build *build, const struct kz_target *target, struct kz_accumulator *out,
                      struct sl_err *err)
{
    const struct kz_kustomization *k = target->kustomization;
    if (merge_config(build, target, out, err) < 0 || kz_run_generators(build, target, out, err) < 0)
        return -1;
    for (size_t i = 0; i < k->components.count; i++)
        if (accumulate_path(build, target, &k->components.items[i], true, out, err) < 0)
            return -1;
    if (kz_run_transformers(build, target, out, err) < 0 || kz_run_validators(build, target, out, err) < 0)
        return -1;
    return kz_vars_declare(build, &out->vars, &out->map, &k->vars, err);
}
