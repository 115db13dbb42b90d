/*
 * How strict validation is: what sealift.yaml says about severities and exceptions, put over the findings of one
 * delivery.
 *
 * Order of calls: sl_validation_policy_read(), which may find faults of sealift.yaml itself; the rules;
 * sl_validation_policy_apply() once everything is found; after the last delivery that the caller wants to judge,
 * sl_validation_policy_report_unused().
 *
 * A rule that the registry calls fixed keeps its severity, and no exception takes it away. A severity for a rule goes
 * before one for its area.
 */
#ifndef VALIDATE_POLICY_H
#define VALIDATE_POLICY_H

#include "gitops/layout.h"
#include "model/config.h"

struct sl_validation_policy {
    struct sl_config_file config; /* lives as long as the reading it was read with */
    char today[11];               /* YYYY-MM-DD; empty: unknown, and nothing expires */
    bool *used;                   /* in the reading's memory, per exception: it took a finding away */
};

/*
 * Reads sealift.yaml, where it is, through the reading. Findings, besides those of model/config.h:
 *   config/unknown-rule (warning)  there is no such rule
 *   config/fixed-rule (warning)    a severity or an exception for a rule that has to stay as it is
 *   config/expired (warning)       an exception whose last day is over; it has no effect
 * `now` is in seconds since 1970; 0: unknown. -1 also where the file cannot be parsed.
 */
int sl_validation_policy_read(struct sl_validation_policy *out, struct sl_reading *reading, int64_t now,
                              struct sl_err *err) SL_MUST_USE;

/* Sets the severities of all findings, and takes out those that are off or excepted for this release and customer.
 * Returns how many exceptions took out. */
size_t sl_validation_policy_apply(struct sl_validation_policy *policy, struct sl_findings *findings,
                                  struct sl_str release, struct sl_str customer);

/*
 * config/unused (warning) for every exception that has not expired and took nothing away, as far as that can be known:
 * one for another release or customer is not judged, and one for no customer in particular only where `customer` is
 * empty, which means that all were looked at.
 */
int sl_validation_policy_report_unused(const struct sl_validation_policy *policy, const struct sl_doc *doc,
                                       struct sl_findings *findings, struct sl_str release,
                                       struct sl_str customer, struct sl_err *err) SL_MUST_USE;

/* The day that `now` is in, in UTC, as YYYY-MM-DD; the years 1970 to 9999. */
void sl_validation_day(char out[11], int64_t now);

#endif
