/*
 * values/schema: what templates will see against values.schema.json of the chart, then of the charts inside it, as Helm
 * does, and against the schema that the release brings.
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "doc/pointer.h"
#include "model/report.h"
#include "values_charts.h"
#include "values_rules.h"

#include <stdio.h>

/* The values of one chart, within those of the application. */
struct section {
    const struct section *outer; /* NULL: the application's */
    struct sl_str name;
    const struct sl_node *values;
};

static void write_pointer(struct sl_buf *out, const struct section *section)
{
    if (!section->outer)
        return;
    write_pointer(out, section->outer);
    sl_pointer_push(out, section->name);
}

/* A member that nothing knows has been told as an error, with a better hint. */
static bool is_told(const struct sl_findings *findings, const struct sl_finding *finding)
{
    for (size_t i = 0; i < sl_findings_count(findings); i++) {
        const struct sl_finding *other = sl_findings_at(findings, i);
        if (strcmp(other->rule, "values/unknown-key") == 0 && other->severity == SL_ERROR &&
            other->line == finding->line && sl_str_equal(other->file, finding->file) &&
            sl_str_equal(other->pointer, finding->pointer))
            return true;
    }
    return false;
}

static int report(struct values_run *run, const struct section *section, const struct sl_schema_error *error,
                  struct sl_str schema_file, struct sl_err *err)
{
    struct sl_reading *reading = run->knowing.subject->reading;
    struct sl_finding finding = sl_finding_at(&reading->doc, error->mark, SL_ERROR, "values/schema");
    struct sl_shown application, file, keyword;
    sl_buf_reset(&run->pointer);
    write_pointer(&run->pointer, section);
    sl_buf_str(&run->pointer, error->instance);
    if (sl_buf_check(&run->pointer, "a pointer", err) < 0)
        return -1;
    finding.pointer = sl_buf_view(&run->pointer);
    finding.hint = error->hint;
    if (finding.file.len == 0)
        finding.file = schema_file;
    if (is_told(reading->findings, &finding))
        return 0;
    return sl_finding_report(reading->findings, &finding, err, "values of %s, %s: %s (%s, %s)",
                             sl_shown(&application, run->values->application),
                             finding.pointer.len ? finding.pointer.ptr : "the whole", error->message.ptr,
                             sl_shown(&file, schema_file), sl_shown(&keyword, error->keyword));
}

static int report_problem(struct values_run *run, struct sl_str problem, struct sl_str schema_file,
                          const char *hint, struct sl_err *err)
{
    struct sl_finding finding = sl_finding_in_file(schema_file, SL_WARNING, "values/bad-schema");
    struct sl_str message = sl_finding_split_place(&finding, problem);
    finding.hint = sl_str_from(hint);
    return sl_finding_report(run->knowing.subject->reading->findings, &finding, err, SL_FMT, SL_ARG(message));
}

/* One schema that asks for too much stops nothing else. */
static int report_too_much(struct values_run *run, struct sl_str schema_file, struct sl_err *err)
{
    struct sl_err why = *err;
    struct sl_shown name;
    char message[SL_ERR_MESSAGE_MAX + sizeof name];
    sl_err_clear(err);
    (void)snprintf(message, sizeof message, "the values of %s cannot be checked: %s",
                   sl_shown(&name, run->values->application), why.message);
    return report_problem(
        run, sl_str_from(message), schema_file,
        "what else it says of these values is not known; write it so that it takes less work", err);
}

static int check_against(struct values_run *run, const struct section *section,
                         const struct values_schema *schema, struct sl_str file, struct sl_err *err)
{
    SL_CLEANUP(sl_schema_report_freep) struct sl_schema_report *errors = NULL;
    if (!schema)
        return 0;
    if (!schema->schema)
        return report_problem(run, schema->problem, file,
                              schema->of_chart
                                  ? "nothing is checked against it; Helm refuses a chart with such a schema"
                                  : "nothing is checked against it",
                              err);
    int valid = sl_schema_validate(&errors, schema->schema, section->values, err);
    if (valid < 0 && err->code == SL_E_LIMIT)
        return report_too_much(run, file, err);
    if (valid != 0)
        return valid < 0 ? -1 : 0;
    for (size_t i = 0; i < sl_schema_report_count(errors); i++)
        if (report(run, section, sl_schema_report_at(errors, i), file, err) < 0)
            return -1;
    return 0;
}

/* -- charts inside -- */

/* The boolean at a dotted path; -1 where there is none. */
static int boolean_at(const struct sl_node *values, struct sl_str path)
{
    while (values && path.len > 0) {
        size_t dot = sl_str_find(path, '.');
        const struct sl_entry *entry = sl_node_entry(values, sl_str_slice(path, 0, dot));
        values = entry ? entry->value : NULL;
        path = sl_str_slice(path, dot + 1, path.len);
    }
    return values && values->kind == SL_BOOL ? values->as.boolean : -1;
}

/* Whether tags, and then the first condition that says anything, leave the chart in. Tags are those of the outermost
 * chart, as Helm has it. */
static bool is_enabled(const struct sl_chart_dependency *dependency, const struct section *section)
{
    const struct sl_node *values = section->values;
    const struct section *outermost = section;
    while (outermost->outer)
        outermost = outermost->outer;
    const struct sl_node *tags = sl_node_get(outermost->values, "tags");
    bool some_true = false, some_false = false;
    for (uint32_t i = 0; dependency->tags && dependency->tags->kind == SL_LIST && i < dependency->tags->count;
         i++) {
        int tag = boolean_at(tags, sl_node_text(dependency->tags->as.items[i]));
        some_true = some_true || tag == 1;
        some_false = some_false || tag == 0;
    }
    bool enabled = some_true || !some_false;
    struct sl_str rest = dependency->condition;
    while (rest.len > 0) {
        size_t comma = sl_str_find(rest, ',');
        struct sl_str path = sl_str_slice(rest, 0, comma);
        while (path.len > 0 && path.ptr[0] == ' ')
            path = sl_str_slice(path, 1, path.len);
        int said = boolean_at(values, path);
        if (said >= 0)
            return said == 1;
        rest = sl_str_slice(rest, comma + 1, rest.len);
    }
    return enabled;
}

static int check_chart(struct values_run *run, const struct section *section, const struct sl_chart *chart,
                       struct sl_err *err);

/* NOLINTNEXTLINE(misc-no-recursion): charts lie in one another no deeper than SL_CHART_DEPTH_MAX. */
static int check_named(struct values_run *run, const struct section *section, const struct sl_chart *chart,
                       struct sl_str name, struct sl_err *err)
{
    const struct sl_entry *entry = sl_node_entry(section->values, name);
    const struct section inside = {.outer = section, .name = name, .values = entry ? entry->value : NULL};
    return entry && entry->value->kind == SL_MAP ? check_chart(run, &inside, chart, err) : 0;
}

/* NOLINTNEXTLINE(misc-no-recursion): charts lie in one another no deeper than SL_CHART_DEPTH_MAX. */
static int check_inside(struct values_run *run, const struct section *section, const struct sl_chart *chart,
                        const struct sl_chart *inside, struct sl_err *err)
{
    const struct sl_chart_dependency *dependency;
    struct sl_str name;
    for (size_t i = 0; values_chart_name(&name, &dependency, chart, inside, i); i++)
        if ((!dependency || is_enabled(dependency, section)) &&
            check_named(run, section, inside, name, err) < 0)
            return -1;
    return 0;
}

/* NOLINTNEXTLINE(misc-no-recursion): charts lie in one another no deeper than SL_CHART_DEPTH_MAX. */
static int check_chart(struct values_run *run, const struct section *section, const struct sl_chart *chart,
                       struct sl_err *err)
{
    const struct values_schema *schema;
    if (values_schema_of_chart(&schema, run->knowing.subject, chart, err) < 0 ||
        check_against(run, section, schema, chart->schema_file, err) < 0)
        return -1;
    for (size_t i = 0; i < chart->subchart_count; i++)
        if (check_inside(run, section, chart, &chart->subcharts[i], err) < 0)
            return -1;
    return 0;
}

int values_check_schemas(struct values_run *run, struct sl_err *err)
{
    const struct sl_values *values = run->values;
    const struct section all = {.values = values->effective};
    const struct values_schema *schema;
    struct sl_str file;
    if (!values->effective)
        return 0;
    if ((values->chart && check_chart(run, &all, values->chart, err) < 0) ||
        values_schema_of_release(&schema, &file, run->knowing.subject, values->application, err) < 0)
        return -1;
    return check_against(run, &all, schema, file, err);
}
