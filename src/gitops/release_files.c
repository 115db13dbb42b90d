#include "layout_parts.h"

#include "base/checked.h"
#include "model/report.h"

#include <stdio.h>

/* The folders of a release without kustomization.yaml, in the order of composition. */
static const struct folder {
    struct sl_str name, suffix;
    bool by_environment; /* only the environment's own file */
} folders[] = {
    {SL_STR_INIT("projects"), SL_STR_INIT("-project.yaml"), false},
    {SL_STR_INIT("clusters"), SL_STR_INIT("-cluster.yaml"), true},
    {SL_STR_INIT("applications"), SL_STR_INIT("-app.yaml"), false},
};

enum { FOLDER_COUNT = sizeof folders / sizeof folders[0] };

struct found {
    struct sl_str *files;
    size_t count;
    size_t capacity;
};

static int append(struct found *found, struct sl_reading *reading, struct sl_str path, struct sl_err *err)
{
    if (found->count == found->capacity) {
        size_t capacity = found->capacity ? 2 * found->capacity : 16;
        struct sl_str *files = sl_arena_array(&reading->doc.arena, capacity, sizeof *files);
        if (!files)
            return sl_fail_memory(err);
        if (found->count)
            memcpy(files, found->files, found->count * sizeof *files);
        found->files = files;
        found->capacity = capacity;
    }
    found->files[found->count++] = path;
    return 0;
}

static bool is_yaml(struct sl_str name)
{
    return sl_str_ends_with(name, SL_STR(".yaml")) || sl_str_ends_with(name, SL_STR(".yml"));
}

static int report_not_composed(struct sl_reading *reading, struct sl_str path, const struct folder *folder,
                               struct sl_err *err)
{
    struct sl_finding finding = sl_finding_in_file(path, SL_WARNING, "release/not-composed");
    finding.hint = SL_STR("rename it, or name it in a kustomization.yaml of the release");
    return sl_finding_report(reading->findings, &finding, err,
                             "is not packed: files of this folder end in " SL_FMT, SL_ARG(folder->suffix));
}

static int take_folder(struct found *found, const struct sl_layout *layout, struct sl_reading *reading,
                       const struct folder *folder, struct sl_err *err)
{
    struct sl_str directory;
    const struct sl_tree_entry *entries;
    size_t count;
    if (sl_reading_path(reading, &directory, layout->release_directory, folder->name, err) < 0 ||
        sl_reading_list(reading, directory, &entries, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        struct sl_str name = entries[i].name;
        struct sl_str path;
        if (entries[i].kind == SL_TREE_DIRECTORY || !is_yaml(name))
            continue;
        if (sl_reading_path(reading, &path, directory, name, err) < 0)
            return -1;
        if (!sl_str_ends_with(name, folder->suffix) || name.len == folder->suffix.len) {
            if (report_not_composed(reading, path, folder, err) < 0)
                return -1;
            continue;
        }
        struct sl_str stem = sl_str_slice(name, 0, name.len - folder->suffix.len);
        bool wanted = !folder->by_environment || sl_str_equal(stem, layout->environment);
        if (wanted && append(found, reading, path, err) < 0)
            return -1;
    }
    return 0;
}

/* The environments a release knows: of its cluster files, or of its directories of values. */
static int list_environments(struct found *names, const struct sl_layout *layout, struct sl_reading *reading,
                             bool of_values, struct sl_err *err)
{
    struct sl_str directory;
    struct sl_str suffix = folders[1].suffix;
    const struct sl_tree_entry *entries;
    size_t count;
    if (sl_reading_path(reading, &directory, layout->release_directory,
                        of_values ? SL_STR("values") : folders[1].name, err) < 0 ||
        sl_reading_list(reading, directory, &entries, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        struct sl_str name = entries[i].name;
        bool is_directory = entries[i].kind == SL_TREE_DIRECTORY;
        if (of_values != is_directory || (!of_values && !sl_str_ends_with(name, suffix)))
            continue;
        if (!of_values)
            name = sl_str_slice(name, 0, name.len - suffix.len);
        if (append(names, reading, name, err) < 0)
            return -1;
    }
    return 0;
}

static bool holds(const struct found *names, struct sl_str name)
{
    for (size_t i = 0; i < names->count; i++)
        if (sl_str_equal(names->files[i], name))
            return true;
    return false;
}

static int report_environment(const struct sl_layout *layout, struct sl_reading *reading,
                              const struct found *known, struct sl_finding finding, const char *lacks,
                              struct sl_err *err)
{
    char hint[128];
    struct sl_shown shown;
    ptrdiff_t nearest = sl_nearest(layout->environment, known->files, known->count);
    if (nearest >= 0) {
        (void)snprintf(hint, sizeof hint, "did you mean %s?", sl_shown(&shown, known->files[nearest]));
        finding.hint = sl_str_from(hint);
    }
    return sl_finding_report(reading->findings, &finding, err, "has no %s for the environment %s", lacks,
                             sl_shown(&shown, layout->environment));
}

/* What the release lacks for the environment, where it has it for others. */
static int check_environment(const struct sl_layout *layout, struct sl_reading *reading, bool own_composition,
                             bool given, struct sl_err *err)
{
    struct found clusters = {0}, values = {0};
    if (list_environments(&clusters, layout, reading, false, err) < 0 ||
        list_environments(&values, layout, reading, true, err) < 0)
        return -1;
    bool lacks_cluster = !own_composition && clusters.count > 0 && !holds(&clusters, layout->environment);
    bool lacks_values = values.count > 0 && !holds(&values, layout->environment);
    struct sl_finding finding = sl_finding_in_file(layout->release_directory, SL_ERROR, NULL);
    bool nowhere = !holds(&clusters, layout->environment) && !holds(&values, layout->environment);
    if (given && nowhere && (lacks_cluster || lacks_values)) {
        finding.rule = "release/unknown-environment";
        return report_environment(layout, reading, lacks_values ? &values : &clusters, finding,
                                  "cluster file and no values", err);
    }
    finding.severity = SL_WARNING;
    finding.rule = "release/no-cluster";
    if (lacks_cluster && report_environment(layout, reading, &clusters, finding, "cluster file", err) < 0)
        return -1;
    finding.rule = "release/no-values";
    if (lacks_values && report_environment(layout, reading, &values, finding, "values", err) < 0)
        return -1;
    return 0;
}

int sl_layout_release_files(const struct sl_layout *layout, struct sl_reading *reading, bool given,
                            struct sl_str **files, size_t *count, struct sl_err *err)
{
    struct found found = {0};
    int own_composition = sl_build_is_kustomization(reading->tree, layout->release_directory, err);
    if (own_composition < 0 || check_environment(layout, reading, own_composition, given, err) < 0)
        return -1;
    for (size_t i = 0; i < FOLDER_COUNT && !own_composition; i++)
        if (take_folder(&found, layout, reading, &folders[i], err) < 0)
            return -1;
    *files = found.files;
    *count = found.count;
    return 0;
}
