#include "validation.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "gitops/layout.h"
#include "model/report.h"

#include <stdlib.h>

static int keep_used(struct validated_customer *customer, const struct sl_validation_policy *policy,
                     struct sl_err *err)
{
    size_t count = policy->config.exception_count;
    if (count == 0)
        return 0;
    customer->used = malloc(count * sizeof *customer->used);
    if (!customer->used)
        return sl_fail_memory(err);
    memcpy(customer->used, policy->used, count * sizeof *customer->used);
    customer->used_count = count;
    return 0;
}

/* Whether the values of an application can be held against a chart, or a schema that the release has for it: 1, 0, -1. */
static int is_checked(struct sl_rendering *rendering, const struct sl_application *application,
                      struct sl_err *err)
{
    struct sl_str schema;
    if (application->chart || application->several_charts || application->values_count == 0)
        return 1;
    if (sl_reading_format(&rendering->reading, &schema, err, SL_FMT "/schemas/" SL_FMT ".schema.json",
                          SL_ARG(rendering->layout.release_directory), SL_ARG(application->name)) < 0)
        return -1;
    return sl_tree_stat(rendering->reading.tree, schema, NULL, err);
}

static int keep_unchecked(struct validated_customer *customer, struct sl_rendering *rendering,
                          struct sl_err *err)
{
    const struct sl_layout *layout = &rendering->layout;
    sl_arena_init(&customer->arena, SL_DOC_MEMORY_MAX);
    customer->unchecked =
        sl_arena_array(&customer->arena, layout->application_count + 1, sizeof *customer->unchecked);
    if (!customer->unchecked)
        return sl_fail_memory(err);
    for (size_t i = 0; i < layout->application_count; i++) {
        int checked = is_checked(rendering, &layout->applications[i], err);
        if (checked < 0)
            return -1;
        if (checked)
            continue;
        struct sl_str name = sl_arena_str(&customer->arena, layout->applications[i].name);
        if (!name.ptr)
            return sl_fail_memory(err);
        customer->unchecked[customer->unchecked_count++] = name;
    }
    return 0;
}

/* What is wrong with files stops this delivery, but is a finding like others for whoever looks at all of them. */
static int report_stopped(struct validated_customer *customer, bool alone, const struct sl_err *why,
                          struct sl_err *err)
{
    /* What cannot be read of one customer is told, and says nothing about the others. */
    bool told = why->code == SL_E_IO && !alone;
    if (!told && why->code != SL_E_INPUT && why->code != SL_E_UNSUPPORTED && why->code != SL_E_LIMIT) {
        *err = *why;
        return -1;
    }
    struct sl_finding finding = {
        .severity = SL_ERROR, .rule = "repo/unreadable", .hint = sl_str_from(why->hint)};
    finding.message = sl_finding_split_place(&finding, sl_str_from(why->message));
    return sl_finding_add(customer->findings, &finding, err);
}

void validation_of_customer(struct validated_customer *customer, const struct sl_validation_request *request,
                            const struct rendering_common *common, bool alone)
{
    SL_CLEANUP(sl_rendering_freep) struct sl_rendering *rendering = NULL;
    struct sl_release_query query = request->query;
    struct sl_err *err = &customer->failure;
    query.customer = customer->name;
    query.progress = (struct sl_progress){0};
    struct sl_err why = {0};
    int result = rendering_check(&rendering, &query, common, customer->findings, &why);
    if (result < 0)
        result = report_stopped(customer, alone, &why, err);
    if (result == 0 && rendering) {
        customer->excepted = rendering->excepted;
        if (keep_used(customer, &rendering->policy, err) == 0)
            (void)keep_unchecked(customer, rendering, err);
    }
    sl_findings_sort(customer->findings);
}
