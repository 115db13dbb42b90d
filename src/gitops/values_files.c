#include "layout_parts.h"

#include "base/cleanup.h"
#include "model/report.h"

#include <stdio.h>

/* A place where values files are, and how they are named there. */
struct place {
    struct sl_str directory;
    struct sl_str suffix;
    enum sl_severity severity; /* of a file that belongs to no application */
};

struct matcher {
    struct sl_layout *layout;
    struct sl_reading *reading;
    struct sl_map by_name; /* application names and aliases to struct sl_application */
    struct sl_str *names;  /* the same, for "did you mean" */
    size_t name_count;
};

static void matcher_release(struct matcher *matcher)
{
    sl_map_release(&matcher->by_name);
}

static int report_alias(struct matcher *matcher, const struct sl_release_alias *alias, bool is_application,
                        struct sl_err *err)
{
    struct sl_finding finding =
        sl_finding_at(&matcher->reading->doc, alias->mark, SL_ERROR, "release/unknown-alias");
    struct sl_shown name, application, near;
    if (is_application)
        return sl_finding_report(matcher->reading->findings, &finding, err,
                                 "the alias %s is itself an application of the release",
                                 sl_shown(&name, alias->name));
    char hint[192];
    ptrdiff_t nearest = sl_nearest(alias->application, matcher->names, matcher->layout->application_count);
    if (nearest >= 0) {
        (void)snprintf(hint, sizeof hint, "did you mean %s?", sl_shown(&near, matcher->names[nearest]));
        finding.hint = sl_str_from(hint);
    }
    return sl_finding_report(matcher->reading->findings, &finding, err,
                             "the alias %s stands for %s, which is no application of the release",
                             sl_shown(&name, alias->name), sl_shown(&application, alias->application));
}

static int add_name(struct matcher *matcher, struct sl_str name, struct sl_application *application,
                    struct sl_err *err)
{
    matcher->names[matcher->name_count++] = name;
    return sl_map_put(&matcher->by_name, name, application, err) < 0 ? -1 : 0;
}

static int index_names(struct matcher *matcher, struct sl_err *err)
{
    struct sl_layout *layout = matcher->layout;
    const struct sl_release_file *release = &layout->release_file;
    matcher->names = sl_arena_array(&matcher->reading->doc.arena,
                                    layout->application_count + release->alias_count, sizeof(struct sl_str));
    if (!matcher->names)
        return sl_fail_memory(err);
    for (size_t i = 0; i < layout->application_count; i++)
        if (add_name(matcher, layout->applications[i].name, &layout->applications[i], err) < 0)
            return -1;
    for (size_t i = 0; i < release->alias_count; i++) {
        const struct sl_release_alias *alias = &release->aliases[i];
        struct sl_application *application = sl_map_get(&matcher->by_name, alias->application);
        bool taken = sl_map_get(&matcher->by_name, alias->name) != NULL;
        if (application && !taken) {
            if (add_name(matcher, alias->name, application, err) < 0)
                return -1;
        } else if (report_alias(matcher, alias, taken, err) < 0) {
            return -1;
        }
    }
    return 0;
}

static int report_no_application(struct matcher *matcher, const struct place *place, struct sl_str path,
                                 struct sl_str stem, struct sl_err *err)
{
    struct sl_finding finding = sl_finding_in_file(path, place->severity, "values/no-application");
    char hint[256];
    struct sl_shown shown;
    ptrdiff_t nearest = sl_nearest(stem, matcher->names, matcher->name_count);
    if (nearest >= 0) {
        (void)snprintf(hint, sizeof hint, "did you mean %s" SL_FMT "?",
                       sl_shown(&shown, matcher->names[nearest]), SL_ARG(place->suffix));
        finding.hint = sl_str_from(hint);
    }
    struct sl_shown release;
    return sl_finding_report(matcher->reading->findings, &finding, err,
                             "belongs to no application: release %s has no %s",
                             sl_shown(&release, matcher->layout->release), sl_shown(&shown, stem));
}

static int report_misnamed(struct matcher *matcher, const struct place *place, struct sl_str path,
                           struct sl_err *err)
{
    struct sl_finding finding = sl_finding_in_file(path, place->severity, "values/misnamed");
    return sl_finding_report(matcher->reading->findings, &finding, err,
                             "is not used: values in this folder are named APP" SL_FMT,
                             SL_ARG(place->suffix));
}

static int report_two(struct matcher *matcher, struct sl_str path, struct sl_str other,
                      const struct sl_application *application, struct sl_err *err)
{
    struct sl_finding finding = sl_finding_in_file(path, SL_ERROR, "values/two-files");
    finding.hint = SL_STR("make one file of the two");
    struct sl_shown first, name;
    return sl_finding_report(matcher->reading->findings, &finding, err,
                             "belongs to the application %s, and so does %s",
                             sl_shown(&name, application->name), sl_shown(&first, other));
}

static bool is_yaml(struct sl_str name)
{
    return sl_str_ends_with(name, SL_STR(".yaml")) || sl_str_ends_with(name, SL_STR(".yml"));
}

static int match_file(struct matcher *matcher, const struct place *place, enum sl_values_place where,
                      struct sl_str name, struct sl_err *err)
{
    struct sl_str path;
    if (sl_reading_path(matcher->reading, &path, place->directory, name, err) < 0)
        return -1;
    if (!sl_str_ends_with(name, place->suffix) || name.len == place->suffix.len)
        return is_yaml(name) ? report_misnamed(matcher, place, path, err) : 0;
    struct sl_str stem = sl_str_slice(name, 0, name.len - place->suffix.len);
    struct sl_application *application = sl_map_get(&matcher->by_name, stem);
    if (!application)
        return report_no_application(matcher, place, path, stem, err);
    struct sl_str *file = &application->values_files[where];
    if (file->len > 0)
        return report_two(matcher, path, *file, application, err);
    *file = path;
    return 0;
}

static int match_place(struct matcher *matcher, const struct place *place, enum sl_values_place where,
                       struct sl_err *err)
{
    const struct sl_tree_entry *entries;
    size_t count;
    if (sl_reading_list(matcher->reading, place->directory, &entries, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (entries[i].kind == SL_TREE_FILE && match_file(matcher, place, where, entries[i].name, err) < 0)
            return -1;
    return 0;
}

int sl_layout_values_files(struct sl_layout *layout, struct sl_reading *reading, struct sl_err *err)
{
    SL_CLEANUP(matcher_release) struct matcher matcher = {.layout = layout, .reading = reading};
    sl_map_init(&matcher.by_name);
    struct place places[SL_VALUES_PLACES] = {
        [SL_VALUES_BASE] = {SL_STR("base/values"), SL_STR("-values.yaml"), SL_WARNING},
        [SL_VALUES_RELEASE] = {{NULL, 0}, SL_STR("-values.yaml"), SL_ERROR},
        [SL_VALUES_DEFAULT] = {SL_STR("overlays/default/custom-values"), SL_STR("-custom.yaml"), SL_WARNING},
        [SL_VALUES_CUSTOMER] = {{NULL, 0}, SL_STR("-custom.yaml"), SL_ERROR},
    };
    if (sl_reading_format(reading, &places[SL_VALUES_RELEASE].directory, err, SL_FMT "/values/" SL_FMT,
                          SL_ARG(layout->release_directory), SL_ARG(layout->environment)) < 0 ||
        sl_reading_path(reading, &places[SL_VALUES_CUSTOMER].directory, layout->overlay_directory,
                        SL_STR("custom-values"), err) < 0 ||
        index_names(&matcher, err) < 0)
        return -1;
    for (int where = 0; where < SL_VALUES_PLACES; where++)
        if (match_place(&matcher, &places[where], (enum sl_values_place)where, err) < 0)
            return -1;
    return 0;
}
