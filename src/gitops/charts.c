#include "layout_parts.h"

#include "constraint.h"
#include "gitops/chart_folder.h"
#include "model/report.h"

#include <sealift/text.h>
#include <stdio.h>

/* "1.2.3" with or without v; what is less, or has other characters, is a range for somebody to choose from.
 */
static bool is_exact(struct sl_str version)
{
    struct sl_str number = sl_version_number(version);
    unsigned dots = 0;
    for (size_t i = 0; i < number.len; i++) {
        char byte = number.ptr[i];
        if (byte == '+' || byte == '-')
            break;
        if (byte == '.')
            dots++;
        else if (byte < '0' || byte > '9')
            return false;
    }
    return dots == 2;
}

static int report_version(struct sl_reading *reading, const struct sl_application *application,
                          const struct sl_artifact *carried, size_t candidates, struct sl_err *err)
{
    struct sl_finding finding =
        sl_finding_at(application->chart_doc, application->chart_mark, SL_WARNING, "values/chart-version");
    finding.hint = SL_STR("the chart's own values are left out of the merge");
    struct sl_shown chart, wanted, version, path;
    if (candidates > 1)
        return sl_finding_report(reading->findings, &finding, err,
                                 "asks for chart %s %s, and the release carries %zu versions of it",
                                 sl_shown(&chart, application->chart_name),
                                 sl_shown(&wanted, application->chart_version), candidates);
    return sl_finding_report(
        reading->findings, &finding, err, "asks for chart %s %s, but the release carries %s (%s)",
        sl_shown(&chart, application->chart_name), sl_shown(&wanted, application->chart_version),
        sl_shown(&version, carried->chart->version), sl_shown(&path, carried->path));
}

/* The tag of an artifact in a registry has "_" for the "+" of a version. */
static bool is_same_version(struct sl_str carried, struct sl_str wanted)
{
    bool same = carried.len == wanted.len;
    for (size_t i = 0; same && i < carried.len; i++)
        same = carried.ptr[i] == wanted.ptr[i] || (carried.ptr[i] == '+' && wanted.ptr[i] == '_');
    return same;
}

/* Charts have long names that differ in few letters only where they are variants of each other. */
static bool is_slip(struct sl_str wrong, struct sl_str name)
{
    enum { SHORT = 4, LONG = 8 };
    unsigned reach = wrong.len < SHORT ? 0 : wrong.len < LONG ? 1 : 2;
    return sl_edit_distance(wrong, name, reach) <= reach;
}

static bool is_asked_for(const struct sl_layout *layout, struct sl_str name)
{
    for (size_t i = 0; i < layout->application_count; i++)
        if (sl_str_equal(layout->applications[i].chart_name, name))
            return true;
    return false;
}

/* A chart that the release does not carry, beside one that nobody asks for and that has nearly its name. */
static int check_name(const struct sl_application *application, const struct sl_layout *layout,
                      struct sl_reading *reading, struct sl_err *err)
{
    for (size_t i = 0; i < layout->artifacts.count; i++) {
        const struct sl_artifact *artifact = &layout->artifacts.items[i];
        if (artifact->kind != SL_ARTIFACT_CHART || !is_slip(application->chart_name, artifact->chart->name) ||
            is_asked_for(layout, artifact->chart->name))
            continue;
        struct sl_finding finding =
            sl_finding_at(application->chart_doc, application->chart_mark, SL_WARNING, "values/chart-name");
        struct sl_shown chart, carried, path;
        char hint[192];
        (void)snprintf(hint, sizeof hint, "did you mean %s?", sl_shown(&carried, artifact->chart->name));
        finding.hint = sl_str_from(hint);
        return sl_finding_report(
            reading->findings, &finding, err,
            "asks for chart %s, which the release does not carry, while nothing asks for %s (%s)",
            sl_shown(&chart, application->chart_name), carried.text, sl_shown(&path, artifact->path));
    }
    return 0;
}

static int find_chart(struct sl_application *application, const struct sl_layout *layout,
                      struct sl_reading *reading, struct sl_err *err)
{
    struct sl_str wanted = sl_version_number(application->chart_version);
    const struct sl_artifacts *artifacts = &layout->artifacts;
    const struct sl_artifact *candidate = NULL, *fits = NULL;
    size_t candidates = 0, fitting = 0;
    for (size_t i = 0; i < artifacts->count; i++) {
        const struct sl_artifact *artifact = &artifacts->items[i];
        if (artifact->kind != SL_ARTIFACT_CHART ||
            !sl_str_equal(artifact->chart->name, application->chart_name))
            continue;
        if (is_same_version(sl_version_number(artifact->chart->version), wanted)) {
            application->chart = artifact;
            return 0;
        }
        candidate = artifact;
        candidates++;
        /* What is no range may be the name of a branch or a tag. */
        if (sl_version_in_range(artifact->chart->version, application->chart_version) == 0)
            continue;
        fits = artifact;
        fitting++;
    }
    if (candidates == 0 && application->chart_unsure) {
        application->chart_name = application->chart_version = (struct sl_str){NULL, 0};
        return 0;
    }
    if (candidates == 0)
        return check_name(application, layout, reading, err);
    if (fitting == 1 && !is_exact(application->chart_version)) {
        application->chart = fits;
        return 0;
    }
    return report_version(reading, application, candidate, candidates, err);
}

/* A chart that cannot be read, or is too large for one, is another matter for Argo CD too. */
static int report_folder(const struct sl_application *application, struct sl_reading *reading,
                         const struct sl_err *why, struct sl_err *err)
{
    bool broken = why->code == SL_E_INPUT;
    struct sl_finding finding = sl_finding_at(application->chart_doc, application->chart_mark,
                                              broken ? SL_ERROR : SL_WARNING, "artifacts/unreadable");
    finding.hint = SL_STR("nothing is taken from the chart");
    return sl_finding_report(reading->findings, &finding, err, "names a chart that cannot be read: %s",
                             why->message);
}

/* A folder of the repository that is a chart: that the Application means this repository nobody says, but it has the path. */
static int find_folder(struct sl_application *application, struct sl_reading *reading, struct sl_err *err)
{
    struct sl_arena *arena = &reading->doc.arena;
    struct sl_artifact *artifact = sl_arena_alloc(arena, sizeof *artifact);
    struct sl_chart *chart = sl_arena_alloc(arena, sizeof *chart);
    struct sl_chart_list folder;
    struct sl_err why = {0};
    if (!artifact || !chart)
        return sl_fail_memory(err);
    int found = sl_chart_folder_read(&folder, reading->tree, application->chart_folder, arena, &why);
    if (found > 0)
        found = sl_chart_read_folder(chart, &reading->doc, &folder, application->chart_folder, reading->cache,
                                     &why);
    if (found < 0 && (why.code == SL_E_INPUT || why.code == SL_E_LIMIT))
        return report_folder(application, reading, &why, err);
    if (found < 0)
        *err = why;
    if (found <= 0)
        return found;
    *artifact =
        (struct sl_artifact){.path = application->chart_folder, .kind = SL_ARTIFACT_CHART, .chart = chart};
    application->chart = artifact;
    return 0;
}

int sl_layout_charts(struct sl_layout *layout, struct sl_reading *reading, struct sl_err *err)
{
    for (size_t i = 0; i < layout->application_count; i++) {
        struct sl_application *application = &layout->applications[i];
        if ((application->chart_folder.len > 0 && find_folder(application, reading, err) < 0) ||
            (application->chart_name.len > 0 && !application->chart &&
             find_chart(application, layout, reading, err) < 0))
            return -1;
    }
    return 0;
}
