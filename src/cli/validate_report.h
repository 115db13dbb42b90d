/*
 * The reports of `validate`, one function per format. Each writes into cli->out.
 */
#ifndef CLI_VALIDATE_REPORT_H
#define CLI_VALIDATE_REPORT_H

#include "cli.h"
#include <sealift/validate.h>

/* What was validated, for headings. */
struct validate_subject {
    const char *release;
    const struct sl_validation *validation;
};

typedef int validate_report(struct cli *cli, const struct validate_subject *subject, struct sl_err *err);

validate_report validate_text, validate_json, validate_sarif, validate_junit;

#endif
