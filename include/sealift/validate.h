/*
 * Validation of a release for one customer or for all of them, without packing anything.
 *
 * Order of calls: sl_validation_run(); then whoever reports asks for the findings, merged or per customer;
 * sl_validation_free(). sealift/rules.h says what there is to be found, and sealift.yaml in the repository how strict
 * it is (docs/validation.md).
 */
#ifndef SEALIFT_VALIDATE_H
#define SEALIFT_VALIDATE_H

#include <sealift/finding.h>
#include <sealift/release.h>

struct sl_validation_request {
    /* As for sl_release_render(); `customer` empty: every directory in overlays/ but "default". With `allow_dirty`
     * nothing is said about a work tree that is not what its commit holds. */
    struct sl_release_query query;
    unsigned threads; /* that work at the same time; 0: as many as there are CPUs to run on */
};

struct sl_validation;

/*
 * 0 whatever was found, also for files that cannot be parsed, which are findings here. -1 for what keeps the whole
 * from being looked at: SL_E_USAGE for a release or customer that is not there, SL_E_NOT_FOUND for such a repository or
 * revision, SL_E_IO, SL_E_NO_MEMORY. Equal files give equal results, however many threads there are.
 */
int sl_validation_run(struct sl_validation **out, const struct sl_validation_request *request,
                      struct sl_err *err) SL_MUST_USE;
void sl_validation_free(struct sl_validation *validation); /* NULL is fine */

/* -- what was found, customer by customer: ascending by name -- */
size_t sl_validation_customer_count(const struct sl_validation *validation);
struct sl_str sl_validation_customer(const struct sl_validation *validation, size_t index);
/* Sorted. */
const struct sl_findings *sl_validation_findings_of(const struct sl_validation *validation, size_t index);

/* -- the same, merged: what is equal for several customers is there once -- */
struct sl_merged_finding {
    struct sl_finding finding; /* borrowed from the validation */
    const size_t *customers;   /* indexes, ascending; none: it is about the repository as a whole */
    size_t customer_count;
};

/* Sorted as findings are. */
size_t sl_validation_count(const struct sl_validation *validation);
struct sl_merged_finding sl_validation_at(const struct sl_validation *validation, size_t index);
/* How many there are of a severity, each counted once. */
size_t sl_validation_of(const struct sl_validation *validation, enum sl_severity severity);
/* How many findings exceptions of sealift.yaml took away, counted for each customer. */
size_t sl_validation_excepted(const struct sl_validation *validation);
/* Applications whose values could be held against neither a chart nor a schema of the release, for any customer;
 * ascending, each once. */
size_t sl_validation_unchecked_count(const struct sl_validation *validation);
struct sl_str sl_validation_unchecked(const struct sl_validation *validation, size_t index);

#endif
