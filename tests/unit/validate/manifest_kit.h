/*
 * The rules on manifests and secrets in tests: what they find in a small delivery.
 */
#ifndef MANIFEST_KIT_H
#define MANIFEST_KIT_H

#include "temp_dir.h"
#include "tgz.h"
#include "validate/validate.h"

#include <stddef.h>

/* One delivery of release v1.0 for customer-a; what is NULL is not there. */
struct delivery {
    const char *objects; /* releases/v1.0/clusters/production-cluster.yaml */
    const char *version; /* of the customer's cluster */
    const char *values;  /* values/web.yaml of the bundle */
    struct {
        const char *path, *text;
    } files[12];                    /* more files of the repository */
    const struct tgz_member *chart; /* releases/v1.0/artifacts/chart.tgz */
    size_t chart_count;
};

/* A delivery that is read and ready to be validated. */
struct manifest_kit {
    struct temp_dir dir;
    struct sl_tree *tree;
    struct sl_findings *findings;
    struct sl_reading reading;
    struct sl_layout layout;
    struct sl_validation_shared *shared;
    struct sl_validation_file files[8];
    struct sl_validation_subject subject;
};
void manifest_kit_open(struct manifest_kit *kit, const struct delivery *delivery);
void manifest_kit_close(struct manifest_kit *kit);

/* What the rules of `area` ("manifests", "secrets") say about it, as "rule LINE:COLUMN POINTER" with a line
 * for each finding; a file other than that of the objects stands before LINE. Lives until the next call. */
const char *manifest_kit_findings(const struct delivery *delivery, const char *area);

/* The same with ": message (hint)" behind each. */
const char *manifest_kit_messages(const struct delivery *delivery, const char *area);

/* "SEVERITY POINTER (hint)" with a line for each. */
const char *manifest_kit_severities(const struct delivery *delivery, const char *area);

/* As "SEVERITY FILE:LINE MESSAGE". */
const char *manifest_kit_verdicts(const struct delivery *delivery, const char *area);

/* A case of a table: objects, and what is found. */
struct manifest_case {
    const char *name, *objects, *findings;
};
void manifest_kit_expect(const struct manifest_case *cases, size_t count, const char *area);

#endif
