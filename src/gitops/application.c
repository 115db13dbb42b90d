#include "layout_parts.h"

#include "base/cleanup.h"
#include "model/name.h"
#include "model/report.h"
#include "tree/path.h"

static const struct sl_str suffix = SL_STR_INIT("-app.yaml");

/* A chart that a document asks for. */
struct request {
    struct sl_str name, version;
    struct sl_mark mark;
    bool unsure;          /* it may be something else than a chart */
    struct sl_str folder; /* a path in a repository, where there may be one */
    struct sl_mark folder_mark;
    size_t folders;
    size_t count; /* how many different ones were seen */
};

/* `at` is where a person would look for it. */
static void take_request(struct request *request, const struct sl_node *chart, const struct sl_node *version,
                         const struct sl_node *at)
{
    struct sl_str name = sl_path_name(sl_node_text(chart)); /* Argo allows a path below an OCI registry */
    struct sl_str wanted = sl_node_text(version);
    if (name.len == 0 || !at)
        return;
    if (request->count > 0 && sl_str_equal(request->name, name) && sl_str_equal(request->version, wanted))
        return;
    request->count++;
    request->name = name;
    request->version = wanted;
    request->mark = at->mark;
}

static void take_folder(struct request *request, const struct sl_node *path)
{
    request->folder = sl_node_text(path);
    request->folder_mark = path->mark;
    request->folders++;
}

static void request_of_source(struct request *request, const struct sl_node *source, bool alone)
{
    const struct sl_node *chart = sl_node_get(source, "chart");
    const struct sl_node *address = sl_node_get(source, "repoURL");
    struct sl_str path = sl_node_text(sl_node_get(source, "path"));
    if (!chart && path.len > 0 && !sl_node_get(source, "kustomize") && !sl_node_get(source, "directory") &&
        !sl_node_get(source, "plugin"))
        take_folder(request, sl_node_get(source, "path"));
    /* The chart is the artifact itself. What has no `helm` may be manifests as well: see sl_layout_charts(). */
    bool whole = !chart && sl_str_starts_with(sl_node_text(address), SL_STR("oci://")) &&
                 (sl_str_equal(path, SL_STR(".")) || sl_str_equal(path, SL_STR("./")));
    if (whole && !sl_node_get(source, "helm") && !alone)
        return;
    if (whole)
        request->unsure = !sl_node_get(source, "helm");
    take_request(request, whole ? address : chart, sl_node_get(source, "targetRevision"),
                 whole ? address : chart);
}

/* The Flux source of that kind and name, which a reference in the namespace `space` means; NULL: the delivery has none. */
static const struct sl_node *find_flux_source(const struct sl_layout *layout, const struct sl_node *reference,
                                              struct sl_str space)
{
    struct sl_str kind = sl_node_text(sl_node_get(reference, "kind"));
    struct sl_str name = sl_node_text(sl_node_get(reference, "name"));
    struct sl_str stated = sl_node_text(sl_node_get(reference, "namespace"));
    for (size_t i = 0; i < layout->object_count; i++) {
        const struct sl_built *built = &layout->objects[i].built;
        if (sl_str_starts_with(built->api_version, SL_STR("source.toolkit.fluxcd.io/")) &&
            sl_str_equal(built->kind, kind) && sl_str_equal(built->name, name) &&
            sl_str_equal(built->effective_space, stated.len ? stated : space))
            return sl_node_get(built->node, "spec");
    }
    return NULL;
}

/* spec.chartRef: a HelmChart, or an OCIRepository whose artifact is the chart. */
static void request_of_reference(struct request *request, const struct sl_layout *layout,
                                 const struct sl_node *reference, struct sl_str space)
{
    const struct sl_node *spec = find_flux_source(layout, reference, space);
    const struct sl_node *version = sl_node_get(sl_node_get(spec, "ref"), "tag");
    if (sl_str_equal(sl_node_text(sl_node_get(reference, "kind")), SL_STR("HelmChart"))) {
        take_request(request, sl_node_get(spec, "chart"), sl_node_get(spec, "version"), reference);
        return;
    }
    if (!version)
        version = sl_node_get(sl_node_get(spec, "ref"), "semver");
    take_request(request, sl_node_get(spec, "url"), version, reference);
}

/* An Argo CD Application or a Flux HelmRelease; anything else asks for no chart. */
static void request_of(struct request *request, const struct sl_layout *layout, const struct sl_built *built)
{
    const struct sl_node *root = built->node;
    struct sl_str version = sl_node_text(sl_node_get(root, "apiVersion"));
    struct sl_str kind = sl_node_text(sl_node_get(root, "kind"));
    const struct sl_node *spec = sl_node_get(root, "spec");
    if (sl_str_starts_with(version, SL_STR("argoproj.io/")) && sl_str_equal(kind, SL_STR("Application"))) {
        request_of_source(request, sl_node_get(spec, "source"), true);
        const struct sl_node *sources = sl_node_get(spec, "sources");
        for (uint32_t i = 0; sources && sources->kind == SL_LIST && i < sources->count; i++)
            request_of_source(request, sources->as.items[i], false);
    } else if (sl_str_starts_with(version, SL_STR("helm.toolkit.fluxcd.io/")) &&
               sl_str_equal(kind, SL_STR("HelmRelease"))) {
        const struct sl_node *chart = sl_node_get(sl_node_get(spec, "chart"), "spec");
        const struct sl_node *named = sl_node_get(chart, "chart");
        take_request(request, named, sl_node_get(chart, "version"), named);
        struct sl_str source = sl_node_text(sl_node_get(sl_node_get(chart, "sourceRef"), "kind"));
        /* Of git, the chart is a path. */
        if (named && sl_str_equal(source, SL_STR("GitRepository")))
            take_folder(request, named);
        request_of_reference(request, layout, sl_node_get(spec, "chartRef"), built->effective_space);
    }
}

static int read_request(struct sl_application *application, const struct sl_layout *layout, size_t first,
                        struct sl_reading *reading, struct sl_err *err)
{
    struct request request = {0};
    for (size_t i = first; i < layout->object_count; i++) {
        const struct sl_object *object = &layout->objects[i];
        if (!sl_str_equal(object->built.file, application->file))
            continue;
        size_t before = request.count + request.folders;
        request_of(&request, layout, &object->built);
        if (request.count + request.folders != before)
            application->chart_doc = object->doc;
    }
    if (request.count > 1) {
        struct sl_finding finding =
            sl_finding_at(application->chart_doc, request.mark, SL_NOTE, "values/several-charts");
        struct sl_shown shown;
        application->several_charts = true;
        return sl_finding_report(
            reading->findings, &finding, err,
            "%s asks for more than one chart: the charts' own values are left out, and what is merged "
            "here is given to none of them",
            sl_shown(&shown, application->name));
    }
    application->chart_name = request.name;
    application->chart_version = request.version;
    application->chart_mark = request.mark;
    application->chart_unsure = request.unsure;
    /* Beside a chart, a folder is another source. */
    bool other = request.count > 0 && !(request.mark.line == request.folder_mark.line &&
                                        request.mark.column == request.folder_mark.column);
    if (other || request.folders != 1)
        return 0;
    application->chart_mark = request.folder_mark;
    /* What is no path of a repository leads to no chart. */
    struct sl_err why = {0};
    if (sl_path_join(&reading->doc.arena, SL_STR(""), request.folder, &application->chart_folder, &why) == 0)
        return 0;
    application->chart_folder = (struct sl_str){NULL, 0};
    return why.code == SL_E_NO_MEMORY ? sl_fail_memory(err) : 0;
}

static int report_twice(struct sl_reading *reading, const struct sl_application *first, struct sl_str file,
                        struct sl_err *err)
{
    struct sl_finding finding = sl_finding_in_file(file, SL_ERROR, "release/application-twice");
    struct sl_shown shown, name;
    return sl_finding_report(reading->findings, &finding, err,
                             "is a second file of the application %s, beside %s",
                             sl_shown(&name, first->name), sl_shown(&shown, first->file));
}

/* The name becomes that of a file in the bundle, and part of messages and paths. */
static int check_name(struct sl_reading *reading, struct sl_str name, struct sl_str file, struct sl_err *err)
{
    struct sl_err label_err = {0};
    if (sl_label_check("the application's name", name, &label_err) == 0)
        return 0;
    struct sl_finding finding = sl_finding_in_file(file, SL_ERROR, "release/application-name");
    return sl_finding_report(reading->findings, &finding, err, "%s", label_err.message);
}

int sl_layout_applications(struct sl_layout *layout, struct sl_reading *reading, struct sl_err *err)
{
    SL_CLEANUP(sl_map_release) struct sl_map by_name;
    sl_map_init(&by_name);
    layout->applications =
        sl_arena_array(&reading->doc.arena, layout->object_count, sizeof(struct sl_application));
    if (!layout->applications)
        return sl_fail_memory(err);
    struct sl_str last = {NULL, 0};
    for (size_t i = 0; i < layout->object_count; i++) {
        struct sl_str file = layout->objects[i].built.file;
        struct sl_str name = sl_path_name(file);
        bool same_file = sl_str_equal(file, last);
        last = file;
        if (same_file || !sl_str_ends_with(name, suffix) || name.len == suffix.len)
            continue;
        name = sl_str_slice(name, 0, name.len - suffix.len);
        const struct sl_application *known = sl_map_get(&by_name, name);
        if (known && !sl_str_equal(known->file, file) && report_twice(reading, known, file, err) < 0)
            return -1;
        if (known)
            continue;
        struct sl_application *application = &layout->applications[layout->application_count++];
        application->name = name;
        application->file = file;
        if (sl_map_put(&by_name, name, application, err) < 0 || check_name(reading, name, file, err) < 0 ||
            read_request(application, layout, i, reading, err) < 0)
            return -1;
    }
    return 0;
}
