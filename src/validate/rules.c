#include "groups.h"

#include "model/report.h"

#include <stdio.h>

struct group {
    const char *name; /* for messages about work that was stopped */
    int (*run)(const struct sl_validation_subject *subject, struct sl_err *err);
    bool without_resources; /* it also runs where the build was refused: there are no objects */
};

/* In the order they run. */
static const struct group groups[] = {
    {"the repository's files", sl_rules_repository, true},
    {"files that nobody reads", sl_rules_unread, false},
    {"support and upgrades", sl_rules_support, true},
    {"secrets in files", sl_rules_secret_files, true},
    {"manifests", sl_rules_manifests, false},
    {"the objects against their schemas", sl_rules_kubernetes, false},
    {"values", sl_rules_values, true},
    {"other customers' data", sl_rules_leaks, true},
    {"the names of variables", sl_rules_name_variables, true},
};

/* -- one fault, one finding -- */

enum { LINKS_MAX = 64 };

/* Links that lead where they must not, by the findings that say so. */
struct bad_links {
    struct sl_str messages[LINKS_MAX];
    bool told[LINKS_MAX]; /* the first that says so stays */
    size_t count;
};

static bool is_refused_link(const struct sl_finding *finding)
{
    return finding->severity == SL_ERROR &&
           sl_str_starts_with(finding->message, SL_STR("the symbolic link "));
}

static bool is_about(struct sl_str message, struct sl_str file)
{
    struct sl_shown shown;
    char begin[256];
    int len = snprintf(begin, sizeof begin, "the symbolic link %s leads ", sl_shown(&shown, file));
    return file.len > 0 && len > 0 && (size_t)len < sizeof begin &&
           sl_str_starts_with(message, (struct sl_str){begin, (size_t)len});
}

/* What stands in the file that such a link leads to is not this delivery's, and nothing that is wrong there is news. */
static bool is_news(void *context, struct sl_finding *finding)
{
    struct bad_links *links = context;
    for (size_t i = 0; i < links->count; i++) {
        if (sl_str_equal(finding->message, links->messages[i])) {
            bool first = !links->told[i];
            links->told[i] = true;
            return first;
        }
        if (is_about(links->messages[i], finding->file))
            return false;
    }
    return true;
}

static void drop_echoes(struct sl_findings *findings)
{
    struct bad_links links = {.count = 0};
    for (size_t i = 0; i < sl_findings_count(findings) && links.count < LINKS_MAX; i++) {
        const struct sl_finding *finding = sl_findings_at(findings, i);
        if (is_refused_link(finding))
            links.messages[links.count++] = finding->message;
    }
    if (links.count > 0)
        sl_findings_revise(findings, is_news, &links);
}

int sl_validate_subject(const struct sl_validation_subject *subject, struct sl_err *err)
{
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        const struct group *group = &groups[i];
        if (!subject->layout->composed && !group->without_resources)
            continue;
        if (group->run(subject, err) < 0)
            return sl_wrap(err, "validate %s", group->name);
    }
    drop_echoes(subject->reading->findings);
    return 0;
}
