#include "gitops/layout.h"

#include "base/cleanup.h"
#include "layout_parts.h"
#include "model/name.h"
#include "model/report.h"
#include "scope.h"

static int check_names(const struct sl_layout_query *query, struct sl_err *err)
{
    if (sl_label_check("release", query->release, err) < 0 ||
        sl_label_check("customer", query->customer, err) < 0)
        return -1;
    return query->environment.len ? sl_label_check("environment", query->environment, err) : 0;
}

/* From here on nothing of another release or customer can be read, however a path gets there. */
static int guard_tree(struct sl_reading *reading, const struct sl_layout_query *query, struct sl_err *err)
{
    struct sl_arena *arena = &reading->doc.arena;
    struct sl_delivery_scope *scope = sl_arena_alloc(arena, sizeof *scope);
    if (!scope)
        return sl_fail_memory(err);
    scope->release = sl_arena_str(arena, query->release);
    scope->customer = sl_arena_str(arena, query->customer);
    if (!scope->release.ptr || !scope->customer.ptr)
        return sl_fail_memory(err);
    sl_tree_set_guard(reading->tree, sl_scope_guard, scope);
    return 0;
}

/* The names as texts of the reading, and the directories they lead to. */
static int place_names(struct sl_layout *layout, struct sl_reading *reading,
                       const struct sl_layout_query *query, struct sl_err *err)
{
    layout->release = sl_arena_str(&reading->doc.arena, query->release);
    layout->customer = sl_arena_str(&reading->doc.arena, query->customer);
    if (!layout->release.ptr || !layout->customer.ptr)
        return sl_fail_memory(err);
    if (sl_reading_path(reading, &layout->release_directory, SL_RELEASES, layout->release, err) < 0)
        return -1;
    if (sl_reading_path(reading, &layout->overlay_directory, SL_OVERLAYS, layout->customer, err) < 0)
        return -1;
    /* An overlay may be an empty directory, and git knows none: whoever compares with a commit has to see it.
     */
    return sl_reading_use(reading, layout->overlay_directory, err);
}

static int read_release_file(struct sl_layout *layout, struct sl_reading *reading, struct sl_err *err)
{
    struct sl_str path;
    struct sl_node *root;
    if (sl_reading_path(reading, &path, layout->release_directory, SL_STR("release.yaml"), err) < 0 ||
        sl_reading_optional(reading, path, SL_YAML_VALUES, &root, err) < 0)
        return -1;
    return sl_release_file_read(&layout->release_file, &reading->doc, root, reading->findings, err);
}

static int read_customer_file(struct sl_layout *layout, struct sl_reading *reading, struct sl_str *path,
                              struct sl_err *err)
{
    struct sl_node *root;
    if (sl_reading_path(reading, path, layout->overlay_directory, SL_STR("cluster-config.yaml"), err) < 0 ||
        sl_reading_optional(reading, *path, SL_YAML_VALUES, &root, err) < 0 ||
        sl_customer_file_read(&layout->customer_file, &reading->doc, root, reading->findings, err) < 0)
        return -1;
    struct sl_str stated = layout->customer_file.customer;
    if (stated.len == 0 || sl_str_equal(stated, layout->customer))
        return 0;
    struct sl_finding finding = sl_finding_at(&reading->doc, layout->customer_file.customer_mark, SL_ERROR,
                                              "customer/name-disagrees");
    finding.pointer = SL_STR("/customer");
    struct sl_shown shown, directory;
    return sl_finding_report(reading->findings, &finding, err, "says customer %s, but the directory is %s",
                             sl_shown(&shown, stated), sl_shown(&directory, layout->overlay_directory));
}

static int derive_environment(struct sl_layout *layout, struct sl_reading *reading, struct sl_str asked_for,
                              struct sl_str customer_file, struct sl_err *err)
{
    if (asked_for.len) {
        layout->environment = sl_arena_str(&reading->doc.arena, asked_for);
        layout->environment_from = SL_STR("asked for");
    } else if (layout->customer_file.environment.len) {
        layout->environment = layout->customer_file.environment;
        layout->environment_from = customer_file;
    } else {
        layout->environment = SL_STR("production");
        layout->environment_from = SL_STR("nothing says otherwise");
    }
    return layout->environment.ptr ? 0 : sl_fail_memory(err);
}

/* Stays 0 where there is no history to count; whoever needs a sequence says so then. */
static int derive_sequence(struct sl_layout *layout, struct sl_reading *reading, uint64_t asked_for,
                           struct sl_err *err)
{
    if (asked_for) {
        layout->sequence = asked_for;
        layout->sequence_from = SL_STR("asked for");
        return 0;
    }
    if (layout->release_file.sequence) {
        layout->sequence = layout->release_file.sequence;
        return sl_reading_path(reading, &layout->sequence_from, layout->release_directory,
                               SL_STR("release.yaml"), err);
    }
    struct sl_err count_err = {0};
    if (sl_tree_first_parent_count(reading->tree, &layout->sequence, &count_err) < 0) {
        layout->sequence = 0;
        if (count_err.code == SL_E_INPUT)
            return 0;
        *err = count_err;
        return -1;
    }
    layout->sequence_from = SL_STR("the number of commits along first parents");
    return 0;
}

static int compose(struct sl_layout *layout, struct sl_reading *reading, bool given, struct sl_err *err)
{
    struct sl_str *files;
    size_t file_count;
    if (sl_layout_release_files(layout, reading, given, &files, &file_count, err) < 0)
        return -1;
    struct sl_build_level levels[] = {
        {.directory = layout->release_directory, .files = files, .file_count = file_count},
        {.directory = SL_STR("overlays/default")},
        {.directory = layout->overlay_directory},
    };
    struct sl_composition composition = {
        .levels = levels,
        .level_count = sizeof levels / sizeof levels[0],
        .release = layout->release,
        .customer = layout->customer,
    };
    if (sl_compose(reading, &composition, err) < 0)
        return -1;
    layout->composed = true;
    return 0;
}

int sl_layout_resolve(struct sl_layout *out, struct sl_reading *reading, const struct sl_layout_query *query,
                      struct sl_err *err)
{
    *out = (struct sl_layout){.helm_compat = query->helm_compat};
    struct sl_str customer_file;
    struct sl_str artifacts;
    if (check_names(query, err) < 0 || guard_tree(reading, query, err) < 0 ||
        sl_layout_require(reading, SL_RELEASES, query->release, "release", err) < 0 ||
        sl_layout_require(reading, SL_OVERLAYS, query->customer, "customer", err) < 0 ||
        place_names(out, reading, query, err) < 0 || read_release_file(out, reading, err) < 0 ||
        sl_layout_check_version(out, reading, err) < 0 ||
        read_customer_file(out, reading, &customer_file, err) < 0 ||
        derive_environment(out, reading, query->environment, customer_file, err) < 0 ||
        derive_sequence(out, reading, query->sequence, err) < 0)
        return -1;
    bool given = query->environment.len > 0 || out->customer_file.environment.len > 0;
    if (compose(out, reading, given, err) < 0 || sl_layout_objects(out, reading, err) < 0 ||
        sl_layout_applications(out, reading, err) < 0 ||
        sl_reading_path(reading, &artifacts, out->release_directory, SL_STR("artifacts"), err) < 0 ||
        sl_artifacts_find(&out->artifacts, reading, artifacts, true, err) < 0 ||
        sl_layout_charts(out, reading, err) < 0 || sl_layout_values_files(out, reading, err) < 0)
        return -1;
    return sl_layout_values(out, reading, err);
}
