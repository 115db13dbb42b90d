/*
 * What `render`, `pack` and `validate` share: the question, and the report of findings.
 */
#ifndef CLI_RELEASE_REPORT_H
#define CLI_RELEASE_REPORT_H

#include "cli.h"
#include <sealift/json.h>
#include <sealift/release.h>

struct release_options {
    const char *release, *customer, *environment, *revision, *helm_compat;
    uint64_t sequence;
    bool allow_dirty;
};

#define RELEASE_OPTIONS(type)                                                                                \
    {"release",                                                                                              \
     "NAME",                                                                                                 \
     "the release, a directory below releases/",                                                             \
     CLI_TEXT,                                                                                               \
     offsetof(struct type, release.release),                                                                 \
     true},                                                                                                  \
        {"customer",                                                                                         \
         "NAME",                                                                                             \
         "the customer, a directory below overlays/",                                                        \
         CLI_TEXT,                                                                                           \
         offsetof(struct type, release.customer),                                                            \
         true},                                                                                              \
        {"env",                                                                                              \
         "NAME",                                                                                             \
         "production or staging (default: the customer's cluster-config.yaml, else production)",             \
         CLI_TEXT,                                                                                           \
         offsetof(struct type, release.environment),                                                         \
         false},                                                                                             \
        {"rev",                                                                                              \
         "REVISION",                                                                                         \
         "read that git revision instead of the work tree",                                                  \
         CLI_TEXT,                                                                                           \
         offsetof(struct type, release.revision),                                                            \
         false},                                                                                             \
        {"helm-compat",                                                                                      \
         "VERSION",                                                                                          \
         "whose merge of values counts: 4.2, 3.20 or 3.17 (default: 4.2)",                                   \
         CLI_TEXT,                                                                                           \
         offsetof(struct type, release.helm_compat),                                                         \
         false},                                                                                             \
    {                                                                                                        \
        "sequence", "N", "number of the delivery (default: release.yaml's, else the commit count)",          \
            CLI_NUMBER, offsetof(struct type, release.sequence), false                                       \
    }

/* The query for the library; the time of members that no commit dates comes from SOURCE_DATE_EPOCH. */
int release_query(struct sl_release_query *out, const struct cli *cli, const struct release_options *options,
                  struct sl_err *err) SL_MUST_USE;

/* Findings as lines on stderr: "file:line:column: error: message [rule]", the hint below. */
void findings_print(const struct sl_findings *findings);

/* One of them; `whom` stands behind the message: " (for customer-a)", or "". */
void finding_line(struct sl_buf *out, const struct sl_finding *finding, const char *whom);

/* Its members, into a map that is being written. */
void finding_members(struct sl_json *json, const struct sl_finding *finding);

/* "findings": [...] into JSON that is being written. */
void findings_json(struct sl_json *json, const struct sl_findings *findings);

/* What was derived and from where, as fields or as JSON members. */
void facts_print(struct cli *cli, const struct sl_release_facts *facts);
void facts_json(struct sl_json *json, const struct sl_release_facts *facts);

#endif
