#include "gitops/compose.h"

#include "base/limits.h"
#include "model/report.h"
#include "scope.h"

/* What the build asks while it reads. */
struct guard {
    struct sl_reading *reading;
    const struct sl_composition *composition;
    const char *rule; /* that the build was stopped by; NULL: one of kustomize's own */
};

static int enter(void *context, struct sl_str location, struct sl_err *err)
{
    struct guard *guard = context;
    const struct sl_composition *composition = guard->composition;
    struct sl_str name;
    struct sl_shown other, own;
    switch (sl_scope_of(location, composition->release, composition->customer, &name)) {
    case SL_SCOPE_OPEN:
        return 0;
    case SL_SCOPE_OTHER_RELEASE:
        guard->rule = "overlay/other-release";
        (void)sl_fail(err, SL_E_INPUT, "names release %s, but %s is packed", sl_shown(&other, name),
                      sl_shown(&own, composition->release));
        return sl_hint(err, "name no release: the one that is packed is then put first");
    case SL_SCOPE_OTHER_CUSTOMER:
        guard->rule = "overlay/other-customer";
        return sl_fail(err, SL_E_INPUT, "names the overlay of %s, but this delivery is for %s",
                       sl_shown(&other, name), sl_shown(&own, composition->customer));
    }
    return 0;
}

static int used(void *context, struct sl_str file, struct sl_err *err)
{
    const struct guard *guard = context;
    return sl_reading_use(guard->reading, file, err);
}

/* What is wrong with the files is for their authors to see among the findings; anything else stays an error.
 */
static int report_failure(const struct guard *guard, struct sl_err *err)
{
    if (err->code != SL_E_INPUT && err->code != SL_E_NOT_FOUND && err->code != SL_E_UNSUPPORTED)
        return -1;
    struct sl_finding finding = {.severity = SL_ERROR,
                                 .rule = guard->rule ? guard->rule : "kustomization/build",
                                 .hint = sl_str_from(err->hint)};
    finding.message = sl_finding_split_place(&finding, sl_str_from(err->message));
    struct sl_err report_err = {0};
    if (sl_finding_add(guard->reading->findings, &finding, &report_err) < 0) {
        *err = report_err;
        return -1;
    }
    sl_err_clear(err);
    return sl_fail(err, SL_E_FINDINGS, "the release and its overlay cannot be built");
}

static int report_warnings(struct sl_reading *reading, struct sl_err *err)
{
    for (size_t i = 0; i < sl_build_warning_count(reading->build); i++) {
        struct sl_finding finding = {.severity = SL_WARNING, .rule = "kustomization/deprecated"};
        finding.message = sl_finding_split_place(&finding, sl_build_warning(reading->build, i));
        if (sl_finding_add(reading->findings, &finding, err) < 0)
            return -1;
    }
    return 0;
}

/* One that changes nothing is there for nothing, or does not name what it means. */
static int report_idle_patches(struct sl_reading *reading, struct sl_err *err)
{
    const struct sl_doc *doc = sl_build_doc(reading->build);
    for (size_t i = 0; i < sl_build_idle_patch_count(reading->build); i++) {
        struct sl_finding finding = sl_finding_at(doc, sl_build_idle_patch(reading->build, i), SL_WARNING,
                                                  "overlay/patch-without-effect");
        finding.hint = SL_STR("take it out, or look whether its target and paths are what is meant");
        if (sl_finding_report(reading->findings, &finding, err, "this patch changes nothing") < 0)
            return -1;
    }
    return 0;
}

int sl_compose(struct sl_reading *reading, const struct sl_composition *composition, struct sl_err *err)
{
    struct guard guard = {.reading = reading, .composition = composition};
    struct sl_build_options options = {
        .load_restrict_none = true, /* within the repository, it is enter() that says what may be read */
        .order = SL_BUILD_ORDER_NONE,
        .note_idle_patches = true,
        .enter = enter,
        .used = used,
        .cache = reading->cache,
        .context = &guard,
        .trace = reading->trace,
    };
    if (sl_build_stack(&reading->build, reading->tree, composition->levels, composition->level_count,
                       &options, err) < 0)
        return report_failure(&guard, err);
    if (sl_build_count(reading->build) > SL_COMPOSE_DOCUMENTS_MAX)
        return sl_fail(err, SL_E_LIMIT, "the release and overlay come to more than %llu documents",
                       (unsigned long long)SL_COMPOSE_DOCUMENTS_MAX);
    return report_warnings(reading, err) < 0 ? -1 : report_idle_patches(reading, err);
}
