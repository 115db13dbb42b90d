#include "validate/policy.h"

#include "model/report.h"
#include <sealift/rules.h>

#include <stdio.h>
#include <time.h>

void sl_validation_day(char out[11], int64_t now)
{
    /* The last second of the year 9999. */
    const int64_t last = INT64_C(253402300799);
    time_t seconds = (time_t)(now < 0 ? 0 : now > last ? last : now);
    struct tm day;
    if (!gmtime_r(&seconds, &day) || strftime(out, 11, "%Y-%m-%d", &day) != 10)
        out[0] = '\0';
}

/* Whether a rule as it is written, "area/what" or an area and a star, means this one. */
static bool names_rule(struct sl_str written, struct sl_str id)
{
    if (!sl_str_ends_with(written, SL_STR("/*")))
        return sl_str_equal(written, id);
    struct sl_str area = sl_str_slice(written, 0, written.len - 1);
    return sl_str_starts_with(id, area);
}

static bool names_any(struct sl_str written)
{
    for (size_t i = 0; i < sl_rule_count(); i++)
        if (names_rule(written, sl_str_from(sl_rule_at(i)->id)))
            return true;
    return false;
}

/* -- reading -- */

static int report_unknown(struct sl_reading *reading, struct sl_str rule, struct sl_mark mark,
                          struct sl_err *err)
{
    struct sl_finding finding = sl_finding_at(&reading->doc, mark, SL_WARNING, "config/unknown-rule");
    char hint[96];
    const char *nearest = sl_rule_nearest(rule);
    if (nearest) {
        (void)snprintf(hint, sizeof hint, "did you mean %s?", nearest);
        finding.hint = sl_str_from(hint);
    }
    struct sl_shown shown;
    return sl_finding_report(reading->findings, &finding, err, "there is no rule %s, so this has no effect",
                             sl_shown(&shown, rule));
}

/* What is wrong with a rule that is named; `what` is "severity" or "exception". */
static int check_rule(struct sl_reading *reading, struct sl_str written, struct sl_mark mark,
                      const char *what, struct sl_err *err)
{
    if (!names_any(written))
        return report_unknown(reading, written, mark, err);
    const struct sl_rule *rule = sl_rule_find(written);
    if (!rule || !rule->fixed)
        return 0;
    struct sl_finding finding = sl_finding_at(&reading->doc, mark, SL_WARNING, "config/fixed-rule");
    return sl_finding_report(reading->findings, &finding, err, "%s stops the build: this %s has no effect",
                             rule->id, what);
}

static bool is_expired(const struct sl_validation_policy *policy, const struct sl_config_exception *exception)
{
    return policy->today[0] && sl_str_compare(exception->expires, sl_str_from(policy->today)) < 0;
}

static int check_exception(const struct sl_validation_policy *policy,
                           const struct sl_config_exception *exception, struct sl_reading *reading,
                           struct sl_err *err)
{
    if (check_rule(reading, exception->rule, exception->mark, "exception", err) < 0)
        return -1;
    if (!is_expired(policy, exception))
        return 0;
    struct sl_finding finding = sl_finding_at(&reading->doc, exception->mark, SL_WARNING, "config/expired");
    finding.hint = SL_STR("settle what it was for and remove it, or give it a new day and say why");
    struct sl_shown rule, day;
    return sl_finding_report(reading->findings, &finding, err,
                             "the exception from %s ended on %s and has no effect any more",
                             sl_shown(&rule, exception->rule), sl_shown(&day, exception->expires));
}

static int read_config(struct sl_validation_policy *out, struct sl_reading *reading, struct sl_err *err)
{
    struct sl_node *root;
    if (sl_reading_optional(reading, SL_STR("sealift.yaml"), SL_YAML_VALUES, &root, err) < 0 ||
        sl_config_file_read(&out->config, &reading->doc, root, reading->findings, err) < 0)
        return -1;
    out->used = sl_arena_array(&reading->doc.arena, out->config.exception_count, sizeof *out->used);
    return out->used ? 0 : sl_fail_memory(err);
}

int sl_validation_policy_read(struct sl_validation_policy *out, struct sl_reading *reading, int64_t now,
                              struct sl_err *err)
{
    *out = (struct sl_validation_policy){0};
    if (now > 0)
        sl_validation_day(out->today, now);
    if (read_config(out, reading, err) < 0)
        return -1;
    for (size_t i = 0; i < out->config.rule_count; i++) {
        const struct sl_config_rule *rule = &out->config.rules[i];
        if (check_rule(reading, rule->rule, rule->mark, "severity", err) < 0)
            return -1;
    }
    for (size_t i = 0; i < out->config.exception_count; i++)
        if (check_exception(out, &out->config.exceptions[i], reading, err) < 0)
            return -1;
    return 0;
}

/* -- applying -- */

struct application {
    struct sl_validation_policy *policy;
    struct sl_str release, customer;
    size_t left_out;
};

static bool is_at_or_below(struct sl_str pointer, struct sl_str top)
{
    if (!sl_str_starts_with(pointer, top))
        return false;
    return pointer.len == top.len || top.len == 0 || pointer.ptr[top.len] == '/';
}

/* Whether an exception is for this release and customer at all. */
static bool concerns(const struct sl_config_exception *exception, struct sl_str release,
                     struct sl_str customer)
{
    return (exception->release.len == 0 || sl_str_equal(exception->release, release)) &&
           (exception->customer.len == 0 || sl_str_equal(exception->customer, customer));
}

static bool excepts(const struct sl_config_exception *exception, const struct sl_finding *finding)
{
    return names_rule(exception->rule, sl_str_from(finding->rule)) &&
           (exception->file.len == 0 || sl_glob_match(exception->file, finding->file)) &&
           is_at_or_below(finding->pointer, exception->pointer);
}

/* Every exception that fits counts as used: which of two came first must not decide what is said of the other. */
static bool is_excepted(struct application *application, const struct sl_finding *finding)
{
    const struct sl_validation_policy *policy = application->policy;
    bool found = false;
    for (size_t i = 0; i < policy->config.exception_count; i++) {
        const struct sl_config_exception *exception = &policy->config.exceptions[i];
        if (is_expired(policy, exception) ||
            !concerns(exception, application->release, application->customer) || !excepts(exception, finding))
            continue;
        policy->used[i] = true;
        found = true;
    }
    return found;
}

/* A rule by name goes before its area, whatever the order in the file. */
static const struct sl_config_rule *find_severity(const struct sl_config_file *config, struct sl_str id)
{
    const struct sl_config_rule *found = NULL;
    for (size_t i = 0; i < config->rule_count; i++) {
        const struct sl_config_rule *rule = &config->rules[i];
        if (sl_str_equal(rule->rule, id))
            return rule;
        if (names_rule(rule->rule, id))
            found = rule;
    }
    return found;
}

static bool keep(void *context, struct sl_finding *finding)
{
    struct application *application = context;
    struct sl_str id = sl_str_from(finding->rule);
    const struct sl_rule *registered = sl_rule_find(id);
    if (registered && registered->fixed)
        return true;
    const struct sl_config_rule *rule = find_severity(&application->policy->config, id);
    if (rule && rule->off)
        return false;
    if (is_excepted(application, finding)) {
        application->left_out++;
        return false;
    }
    if (rule)
        finding->severity = rule->severity;
    return true;
}

size_t sl_validation_policy_apply(struct sl_validation_policy *policy, struct sl_findings *findings,
                                  struct sl_str release, struct sl_str customer)
{
    struct application application = {.policy = policy, .release = release, .customer = customer};
    sl_findings_revise(findings, keep, &application);
    return application.left_out;
}

/* -- what was of no use -- */

static bool can_be_judged(const struct sl_config_exception *exception, struct sl_str release,
                          struct sl_str customer)
{
    if (exception->release.len > 0 && !sl_str_equal(exception->release, release))
        return false;
    return customer.len == 0 || sl_str_equal(exception->customer, customer);
}

int sl_validation_policy_report_unused(const struct sl_validation_policy *policy, const struct sl_doc *doc,
                                       struct sl_findings *findings, struct sl_str release,
                                       struct sl_str customer, struct sl_err *err)
{
    const struct sl_config_rule *severity = find_severity(&policy->config, SL_STR("config/unused"));
    if (severity && severity->off)
        return 0;
    for (size_t i = 0; i < policy->config.exception_count; i++) {
        const struct sl_config_exception *exception = &policy->config.exceptions[i];
        if (policy->used[i] || is_expired(policy, exception) || !names_any(exception->rule) ||
            !can_be_judged(exception, release, customer))
            continue;
        struct sl_finding finding = sl_finding_at(doc, exception->mark, SL_WARNING, "config/unused");
        if (severity)
            finding.severity = severity->severity;
        finding.hint = exception->release.len
                           ? SL_STR("remove it, or check its file and pointer")
                           : SL_STR("remove it, or say with `release:` where it is needed");
        struct sl_shown rule;
        if (sl_finding_report(findings, &finding, err, "the exception from %s excepts nothing",
                              sl_shown(&rule, exception->rule)) < 0)
            return -1;
    }
    return 0;
}
