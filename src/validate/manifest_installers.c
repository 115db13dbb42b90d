/*
 * What a site will have besides the objects of the delivery because charts and other repositories bring it,
 * which are not rendered here: Argo CD Applications, Flux HelmReleases and Kustomizations, and the like.
 *
 * Charts name what they make after their release or themselves; names of another kind are given to them in
 * values. So of something that is missing in a namespace with charts it can be told how likely they make it.
 */
#include "manifest_index.h"

#include "base/limits.h"

/* One thing that is installed into a namespace. */
struct installer {
    struct sl_str release, chart; /* both empty: no chart, so anything may come */
    struct installer *next;
};

/* Of one namespace, or of all together. */
struct installers {
    struct installer *first;
};

static bool is_same_letter(char a, char b)
{
    return (b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b) == a;
}

bool manifest_is_named_like(struct sl_str longer, struct sl_str shorter)
{
    for (size_t i = 0; i + shorter.len <= longer.len; i++) {
        bool starts = i == 0 || longer.ptr[i - 1] == '-' || longer.ptr[i - 1] == '.';
        size_t end = i + shorter.len;
        bool ends = end == longer.len || longer.ptr[end] == '-' || longer.ptr[end] == '.';
        size_t same = 0;
        while (starts && ends && same < shorter.len &&
               is_same_letter(longer.ptr[i + same], shorter.ptr[same]))
            same++;
        if (same > 0 && same == shorter.len)
            return true;
    }
    return false;
}

int manifests_add_space(struct manifests *manifests, struct sl_str space, struct manifest_object *maker,
                        struct sl_err *err)
{
    if (space.len == 0)
        return 0;
    if (manifests_note(manifests, &manifests->made_spaces, &space, 1, maker, err) < 0)
        return -1;
    return manifests_note(manifests, &manifests->spaces, &space, 1, maker, err);
}

static int add(struct manifests *manifests, struct sl_str space, const struct installer *installer,
               struct sl_err *err)
{
    struct installers *list = sl_map_get(&manifests->filled, space);
    if (!list) {
        list = sl_arena_alloc(&manifests->arena, sizeof *list);
        if (!list)
            return sl_fail_memory(err);
        if (manifests_note(manifests, &manifests->filled, &space, 1, list, err) < 0)
            return -1;
    }
    struct installer *kept = sl_arena_alloc(&manifests->arena, sizeof *kept);
    if (!kept)
        return sl_fail_memory(err);
    *kept = *installer;
    kept->next = list->first;
    list->first = kept;
    return 0;
}

/* Something installs into `space`; empty, or filled in later: into any. */
static int add_installer(struct manifests *manifests, struct sl_str space, struct sl_str release,
                         struct sl_str chart, struct sl_err *err)
{
    struct installer installer = {.release = release, .chart = chart};
    if (chart.len == 0)
        manifests->foreign = true;
    if (add(manifests, SL_STR(""), &installer, err) < 0)
        return -1;
    if (space.len == 0 || manifest_is_template(space)) {
        manifests->filled_all = true;
        return 0;
    }
    return add(manifests, space, &installer, err);
}

/* -- Argo CD -- */

static bool creates_namespace(const struct sl_node *application_spec)
{
    const struct sl_node *options = sl_node_get(sl_node_get(application_spec, "syncPolicy"), "syncOptions");
    for (uint32_t i = 0; options && options->kind == SL_LIST && i < options->count; i++)
        if (sl_str_equal(sl_node_text(options->as.items[i]), SL_STR("CreateNamespace=true")))
            return true;
    return false;
}

struct application {
    struct manifests *manifests;
    struct sl_str name, space;
};

static int find_source(const struct place *source, void *context, struct sl_err *err)
{
    const struct application *application = context;
    struct sl_str release = sl_node_text(sl_node_get(sl_node_get(source->node, "helm"), "releaseName"));
    struct sl_str chart = sl_node_text(sl_node_get(source->node, "chart"));
    /* One that only holds values files installs nothing. */
    if (chart.len == 0 && sl_node_get(source->node, "ref") && !sl_node_get(source->node, "path"))
        return 0;
    return add_installer(application->manifests, application->space,
                         release.len ? release : application->name, chart, err);
}

static int find_application(struct manifests *manifests, struct manifest_object *object,
                            const struct place *spec, struct sl_err *err)
{
    struct application application = {
        .manifests = manifests,
        .name = object->name,
        .space = sl_node_text(sl_node_get(sl_node_get(spec->node, "destination"), "namespace")),
    };
    if (creates_namespace(spec->node) && manifests_add_space(manifests, application.space, object, err) < 0)
        return -1;
    if (place_each(spec, "source", find_source, &application, err) < 0)
        return -1;
    return place_each(spec, "sources/*", find_source, &application, err);
}

/* -- Flux, and k3s -- */

/* "charts/portal" of a git repository is the chart portal. */
static struct sl_str last_part(struct sl_str path)
{
    size_t from = path.len;
    while (from > 0 && path.ptr[from - 1] != '/')
        from--;
    return sl_str_slice(path, from, path.len);
}

static int find_release(struct manifests *manifests, struct manifest_object *object,
                        const struct sl_node *spec, struct sl_err *err)
{
    struct sl_str space = sl_node_text(sl_node_get(spec, "targetNamespace"));
    struct sl_str release = sl_node_text(sl_node_get(spec, "releaseName"));
    const struct sl_node *chart = sl_node_get(spec, "chart");
    struct sl_str chart_name = last_part(sl_node_text(chart));
    if (chart_name.len == 0)
        chart_name = last_part(sl_node_text(sl_node_get(sl_node_get(chart, "spec"), "chart")));
    if (chart_name.len == 0)
        chart_name = sl_node_text(sl_node_get(sl_node_get(spec, "chartRef"), "name"));
    if (chart_name.len == 0)
        chart_name = object->name;
    if (space.len == 0)
        space = object->space;
    const struct sl_node *create = sl_node_get(sl_node_get(spec, "install"), "createNamespace");
    bool creates = create && create->kind == SL_BOOL && create->as.boolean;
    if (creates && manifests_add_space(manifests, space, object, err) < 0)
        return -1;
    return add_installer(manifests, space, release.len ? release : object->name, chart_name, err);
}

int manifests_find_installer(struct manifests *manifests, struct manifest_object *object, struct sl_err *err)
{
    if (object->group.len == 0)
        return 0;
    struct place root = place_root(object->node);
    struct place spec = place_get(&root, "spec");
    struct place template = place_get(&spec, "template");
    struct place inner = place_get(&template, "spec");
    if (manifest_is(object, "argoproj.io", "Application"))
        return find_application(manifests, object, &spec, err);
    if (manifest_is(object, "argoproj.io", "ApplicationSet"))
        return find_application(manifests, object, &inner, err);
    if (manifest_is(object, "helm.toolkit.fluxcd.io", "HelmRelease") ||
        manifest_is(object, "helm.cattle.io", "HelmChart"))
        return find_release(manifests, object, spec.node, err);
    if (!manifest_is(object, "kustomize.toolkit.fluxcd.io", "Kustomization"))
        return 0;
    struct sl_str none = {NULL, 0};
    return add_installer(manifests, sl_node_text(sl_node_get(spec.node, "targetNamespace")), none, none, err);
}

/* -- what may be there -- */

/* Whether merged values have a name in them. */
static bool is_in_values(struct manifests *manifests, struct sl_str name)
{
    const struct sl_validation_files *files = &manifests->subject->files;
    for (size_t i = 0; name.len > 0 && i < files->count; i++) {
        const struct sl_validation_file *file = &files->items[i];
        if (!file->text.ptr || !sl_str_starts_with(file->path, SL_STR("values/")))
            continue;
        if (manifests->values_left < file->text.len)
            return true;
        manifests->values_left -= file->text.len;
        if (memmem(file->text.ptr, file->text.len, name.ptr, name.len))
            return true;
    }
    return false;
}

static enum manifest_elsewhere of_installers(struct manifests *manifests, struct sl_str space,
                                             struct sl_str name)
{
    const struct installers *list = sl_map_get(&manifests->filled, space);
    if (!list)
        return MANIFEST_NOWHERE;
    for (const struct installer *at = list->first; at; at = at->next) {
        if (manifests->nearness_left == 0)
            return MANIFEST_LIKELY;
        manifests->nearness_left--;
        if (at->chart.len == 0 || manifest_is_named_like(name, at->release) ||
            manifest_is_named_like(name, at->chart))
            return MANIFEST_LIKELY;
    }
    return is_in_values(manifests, name) ? MANIFEST_LIKELY : MANIFEST_PERHAPS;
}

enum manifest_elsewhere manifests_elsewhere(struct manifests *manifests, struct sl_str space,
                                            struct sl_str name)
{
    if (manifests->filled_all)
        return MANIFEST_LIKELY;
    if (space.len == 0)
        return manifests->operators ? MANIFEST_LIKELY : of_installers(manifests, space, name);
    if (!sl_map_get(&manifests->spaces, space) ||
        (manifest_is_platform_space(space) && !sl_str_equal(space, SL_STR("default"))))
        return MANIFEST_LIKELY;
    return of_installers(manifests, space, name);
}
