#include "helm_work.h"

#include "model/report.h"

#include <stdio.h>

static bool is_kind(const struct sl_built *built, const char *group, const char *kind)
{
    return sl_str_starts_with(built->api_version, sl_str_from(group)) &&
           sl_str_equal(built->kind, sl_str_from(kind));
}

static bool is_argo(const struct sl_built *built)
{
    return is_kind(built, "argoproj.io/", "Application");
}

static bool is_flux(const struct sl_built *built)
{
    return is_kind(built, "helm.toolkit.fluxcd.io/", "HelmRelease");
}

/* -- layers -- */

static int add_chart(struct helm_work *work, struct sl_err *err)
{
    const struct sl_chart *chart = work->values->chart;
    struct sl_values_layer layer = {.kind = SL_LAYER_CHART, .doc = &work->reading->doc};
    if (!chart)
        return 0;
    layer.file = chart->values_file;
    layer.root = chart->values;
    return helm_work_add(work, &layer, err);
}

static bool is_name_start(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
}

/* The first text that names a variable, or NULL. */
/* NOLINTNEXTLINE(misc-no-recursion): the reader of values limits their depth. */
static const struct sl_node *find_variable(const struct sl_node *node)
{
    struct sl_str text = sl_node_text(node);
    for (size_t i = 0; i + 3 < text.len; i++)
        if (text.ptr[i] == '$' && text.ptr[i + 1] == '{' && is_name_start(text.ptr[i + 2]) &&
            (i == 0 || text.ptr[i - 1] != '$'))
            return node;
    for (uint32_t i = 0; i < node->count; i++) {
        const struct sl_node *child = node->kind == SL_LIST ? node->as.items[i] : node->as.entries[i].value;
        const struct sl_node *found = find_variable(child);
        if (found)
            return found;
    }
    return NULL;
}

/* Values that are written for variables, and a customer who has none: nothing is substituted then. */
static int tell_of_variables(struct helm_work *work, const struct sl_substitution *substitution,
                             const struct sl_node *root, struct sl_err *err)
{
    bool active = substitution->variables && substitution->variables->count > 0;
    const struct sl_node *node =
        active || work->layout->told_of_variables || !root ? NULL : find_variable(root);
    struct sl_shown shown;
    char hint[256];
    if (!node)
        return 0;
    work->layout->told_of_variables = true;
    struct sl_finding finding =
        sl_finding_at(&work->reading->doc, node->mark, SL_WARNING, "substitute/no-variables");
    (void)snprintf(hint, sizeof hint, "state variables in %s", sl_shown(&shown, substitution->file));
    finding.hint = sl_str_from(hint);
    return sl_finding_report(work->reading->findings, &finding, err,
                             "names a variable, and the customer has none: the text stays as it is");
}

/* The layers of files, lowest first. */
static int add_files(struct helm_work *work, struct sl_err *err)
{
    static const enum sl_layer_kind kinds[SL_VALUES_PLACES] = {
        [SL_VALUES_BASE] = SL_LAYER_BASE,
        [SL_VALUES_RELEASE] = SL_LAYER_RELEASE,
        [SL_VALUES_DEFAULT] = SL_LAYER_DEFAULT,
        [SL_VALUES_CUSTOMER] = SL_LAYER_CUSTOMER,
    };
    struct sl_substitution substitution;
    if (sl_layout_substitution(&substitution, work->layout, work->reading, err) < 0)
        return -1;
    for (int place = 0; place < SL_VALUES_PLACES; place++) {
        struct sl_values_layer layer = {
            .kind = kinds[place], .file = work->application->values_files[place], .doc = &work->reading->doc};
        if (layer.file.len == 0)
            continue;
        if (sl_reading_optional(work->reading, layer.file, SL_YAML_VALUES, &layer.root, err) < 0 ||
            tell_of_variables(work, &substitution, layer.root, err) < 0 ||
            sl_substitute(&layer.root, &substitution, layer.root, err) < 0 ||
            helm_work_add(work, &layer, err) < 0)
            return -1;
    }
    return 0;
}

static struct sl_str release_name(const struct helm_work *work)
{
    const struct sl_node *spec = sl_node_get(work->object->built.node, "spec");
    const struct sl_node *helm = work->flux ? spec : sl_node_get(work->source, "helm");
    struct sl_str stated = sl_node_text(sl_node_get(helm, "releaseName"));
    return stated.len > 0 ? stated : work->object->built.name;
}

/* Whether Helm is given anything that the chart does not say itself. */
static bool has_own_layer(const struct sl_values *values)
{
    return values->layer_count > (values->chart ? 1 : 0);
}

/* One that asks for Helm's work, or, with no object, the files alone; into application->values. */
static int work_on(struct helm_work *work, struct sl_application *application, struct sl_err *err)
{
    struct sl_values *values = &application->values[application->values_count];
    *values = (struct sl_values){
        .application = application->name,
        .release_name = work->object ? release_name(work) : (struct sl_str){NULL, 0},
        .chart = application->chart ? application->chart->chart : NULL,
        .compat = work->layout->helm_compat,
    };
    work->values = values;
    if (add_chart(work, err) < 0 || add_files(work, err) < 0)
        return -1;
    if (work->object && (work->flux ? flux_layers(work, err) : argo_layers(work, err)) < 0)
        return -1;
    if (values->layer_count == 0)
        return 0;
    application->values_count++;
    if (sl_values_resolve(values, &work->reading->doc, work->reading->findings, err) < 0)
        return -1;
    if (!work->object || !has_own_layer(values))
        return 0;
    return work->flux ? flux_fold(work, err) : argo_fold(work, err);
}

/* -- who asks -- */

/* What Argo CD runs on a source instead of Helm, because the source says so; NULL: nothing else. Beside one of these
 * it refuses `helm` (ApplicationSource.ExplicitType: "multiple application sources defined"). */
static const char *other_tool(const struct sl_node *source)
{
    static const char *const tools[] = {"kustomize", "directory", "plugin"};
    for (size_t i = 0; i < sizeof tools / sizeof tools[0]; i++) {
        const struct sl_node *tool = sl_node_get(source, tools[i]);
        if (tool && tool->kind != SL_NULL)
            return tools[i];
    }
    return NULL;
}

/* Whether Helm works on a source: it names a chart, or says something to Helm. */
static bool is_for_helm(const struct sl_node *source)
{
    return sl_node_get(source, "chart") || sl_node_get(source, "helm");
}

/* How many sources have `key`. */
static uint32_t count_with(const struct sl_node *sources, const char *key)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < sources->count; i++)
        count += sl_node_get(sources->as.items[i], key) != NULL;
    return count;
}

/* Sources that each say something to Helm, none of which names a chart: nobody can say which of them is meant. */
static int report_several(const struct helm_work *work, const struct sl_node *sources, struct sl_err *err)
{
    struct sl_shown shown;
    struct sl_finding finding = helm_work_finding(work, sources, SL_NOTE, "values/several-charts");
    return sl_finding_report(work->reading->findings, &finding, err,
                             "%s has several sources for Helm: what is merged here is given to none of them",
                             sl_shown(&shown, work->application->name));
}

/* 1: no source could be chosen, which is told. */
static int work_on_application(struct helm_work work, struct sl_application *application, bool files,
                               struct sl_err *err)
{
    const struct sl_node *spec = sl_node_get(work.object->built.node, "spec");
    const struct sl_node *sources = sl_node_get(spec, "sources");
    const struct sl_node *source = sl_node_get(spec, "source");
    if (!sources || sources->kind != SL_LIST || sources->count == 0) {
        work.source = source;
        /* A directory may be anything; where there are values for it, it is a chart. */
        bool wanted =
            source && !other_tool(source) && (is_for_helm(source) || (files && sl_node_get(source, "path")));
        return wanted ? work_on(&work, application, err) : 0;
    }
    /* Beside a chart, a directory with a `helm` of its own is another matter. */
    const char *key = count_with(sources, "chart") > 0 ? "chart" : "helm";
    if (strcmp(key, "helm") == 0 && count_with(sources, key) > 1)
        return report_several(&work, sources, err) < 0 ? -1 : 1;
    for (uint32_t i = 0; i < sources->count; i++) {
        struct helm_work one = work;
        one.source = sources->as.items[i];
        if (sl_node_get(one.source, key) && !other_tool(one.source) && work_on(&one, application, err) < 0)
            return -1;
    }
    return 0;
}

/* How many there may be at most. */
static size_t count_sources(const struct sl_object *object)
{
    const struct sl_node *sources = sl_node_get(sl_node_get(object->built.node, "spec"), "sources");
    return sources && sources->kind == SL_LIST ? sources->count + 1 : 1;
}

static bool is_of(const struct sl_object *object, const struct sl_application *application)
{
    return sl_str_equal(object->built.file, application->file) &&
           (is_argo(&object->built) || is_flux(&object->built));
}

static bool has_files(const struct sl_application *application)
{
    for (int place = 0; place < SL_VALUES_PLACES; place++)
        if (application->values_files[place].len > 0)
            return true;
    return false;
}

/* Why no object of the application's file takes values. */
static void say_why(char out[200], const struct sl_layout *layout, const struct sl_application *application)
{
    const char *why = "no Application and no HelmRelease is in it";
    for (size_t i = 0; i < layout->object_count; i++) {
        const struct sl_built *built = &layout->objects[i].built;
        if (!sl_str_equal(built->file, application->file))
            continue;
        const struct sl_node *spec = sl_node_get(built->node, "spec");
        const struct sl_node *sources = sl_node_get(spec, "sources");
        const char *tool = other_tool(sl_node_get(spec, "source"));
        for (uint32_t s = 0; !tool && sources && sources->kind == SL_LIST && s < sources->count; s++)
            tool = other_tool(sources->as.items[s]);
        if (is_kind(built, "argoproj.io/", "ApplicationSet"))
            why = "what an ApplicationSet makes at the site is not changed here";
        else if (is_argo(built))
            why = "no source of its Application is one for Helm";
        if (is_argo(built) && tool) {
            (void)snprintf(out, 200, "its Application is one of %s, beside which Argo CD permits no Helm",
                           tool);
            return;
        }
    }
    (void)snprintf(out, 200, "%s", why);
}

/* Values files that nobody at the site is given. Told at the one that is laid on top. */
static int report_not_taken(const struct sl_layout *layout, struct sl_reading *reading,
                            const struct sl_application *application, struct sl_err *err)
{
    char why[200];
    struct sl_shown name, file;
    int place = SL_VALUES_PLACES - 1;
    while (place > 0 && application->values_files[place].len == 0)
        place--;
    struct sl_finding finding =
        sl_finding_in_file(application->values_files[place], SL_WARNING, "values/not-taken");
    finding.hint = SL_STR(
        "they are in values/ of the bundle only, for whoever gives them to Helm by hand; take the file "
        "out, or make the application one of Helm's");
    say_why(why, layout, application);
    return sl_finding_report(reading->findings, &finding, err,
                             "nothing at the site is given the values of %s: %s (%s)",
                             sl_shown(&name, application->name), why, sl_shown(&file, application->file));
}

static int resolve(struct sl_application *application, struct sl_layout *layout, struct sl_reading *reading,
                   struct sl_err *err)
{
    struct helm_work work = {.layout = layout, .reading = reading, .application = application};
    size_t room = 1;
    bool told = application->several_charts;
    for (size_t i = 0; i < layout->object_count; i++)
        if (is_of(&layout->objects[i], application))
            room += count_sources(&layout->objects[i]);
    application->values = sl_arena_array(&reading->doc.arena, room, sizeof *application->values);
    if (!application->values)
        return sl_fail_memory(err);
    for (size_t i = 0; i < layout->object_count && !application->several_charts; i++) {
        struct sl_object *object = &layout->objects[i];
        if (!is_of(object, application))
            continue;
        if (helm_work_own(object, reading, err) < 0)
            return -1;
        struct helm_work one = work;
        one.object = object;
        one.flux = is_flux(&object->built);
        int done = one.flux ? work_on(&one, application, err)
                            : work_on_application(one, application, has_files(application), err);
        if (done < 0)
            return -1;
        told = told || done > 0;
    }
    if (application->values_count == 0 && !told && has_files(application) &&
        report_not_taken(layout, reading, application, err) < 0)
        return -1;
    return application->values_count > 0 ? 0 : work_on(&work, application, err);
}

int sl_layout_values(struct sl_layout *layout, struct sl_reading *reading, struct sl_err *err)
{
    for (size_t i = 0; i < layout->application_count; i++)
        if (resolve(&layout->applications[i], layout, reading, err) < 0)
            return -1;
    return 0;
}
