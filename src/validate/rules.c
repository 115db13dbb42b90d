#include "groups.h"

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

int sl_validate_subject(const struct sl_validation_subject *subject, struct sl_err *err)
{
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        const struct group *group = &groups[i];
        if (!subject->layout->composed && !group->without_resources)
            continue;
        if (group->run(subject, err) < 0)
            return sl_wrap(err, "validate %s", group->name);
    }
    return 0;
}
