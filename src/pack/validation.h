/*
 * A validation of several customers: validate.c runs it, validate_customer.c looks at one of them, merge.c puts together
 * what was found.
 */
#ifndef PACK_VALIDATION_H
#define PACK_VALIDATION_H

#include "base/arena.h"
#include "rendering.h"
#include <sealift/validate.h>

struct validated_customer {
    struct sl_str name;
    struct sl_findings *findings;
    size_t excepted;
    bool *used; /* exceptions of sealift.yaml that took something away; in malloc'd memory */
    size_t used_count;
    struct sl_str
        *unchecked; /* applications whose values nothing could be held against; in the arena below */
    size_t unchecked_count;
    struct sl_arena arena;
    struct sl_err failure; /* code SL_OK: none */
};

struct merged_findings {
    struct sl_merged_finding *items;
    size_t count;
    size_t of[SL_ERROR + 1];
};

struct sl_validation {
    struct sl_arena arena;
    struct validated_customer *customers; /* ascending by name */
    size_t customer_count;
    struct sl_findings *general; /* what is about no customer's delivery */
    struct merged_findings merged;
    struct sl_str *unchecked; /* of all customers */
    size_t unchecked_count;
};

/* Fills customer->findings and what follows it, with customer->failure; `customer` has its name and empty findings.
 * `alone`: nobody else is looked at, so that what cannot be read is a failure; otherwise it is a finding. */
void validation_of_customer(struct validated_customer *customer, const struct sl_validation_request *request,
                            const struct rendering_common *common, bool alone);

/* Fills validation->merged from what was found; borrows the findings. */
int validation_merge(struct sl_validation *validation, struct sl_err *err) SL_MUST_USE;

#endif
