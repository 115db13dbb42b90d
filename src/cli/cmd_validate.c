#include "cmd.h"
#include "release_report.h"
#include "validate_report.h"

#include <sealift/text.h>
#include <string.h>

struct context {
    struct release_options release;
    bool all;
    uint64_t threads;
    const char *format;
};

static const struct cli_option options[] = {
    {"release", "NAME", "the release, a directory below releases/", CLI_TEXT,
     offsetof(struct context, release.release), true},
    {"customer", "NAME", "the customer, a directory below overlays/", CLI_TEXT,
     offsetof(struct context, release.customer), false},
    {"all", NULL, "every customer: all directories below overlays/ but default", CLI_FLAG,
     offsetof(struct context, all), false},
    {"env", "NAME", "production or staging (default: the customer's cluster-config.yaml, else production)",
     CLI_TEXT, offsetof(struct context, release.environment), false},
    {"rev", "REVISION", "read that git revision instead of the work tree", CLI_TEXT,
     offsetof(struct context, release.revision), false},
    {"helm-compat", "VERSION", "whose merge of values counts: 4.2, 3.20 or 3.17 (default: 4.2)", CLI_TEXT,
     offsetof(struct context, release.helm_compat), false},
    {"allow-dirty", NULL, "say nothing about a work tree that is not what its commit holds", CLI_FLAG,
     offsetof(struct context, release.allow_dirty), false},
    {"threads", "N", "customers looked at side by side (default: one per CPU)", CLI_NUMBER,
     offsetof(struct context, threads), false},
    {"format", "FORMAT", "text, json, sarif (2.1.0) or junit (default: text)", CLI_TEXT,
     offsetof(struct context, format), false},
    CLI_OPTIONS_END,
};

static const struct {
    const char *name;
    validate_report *report;
} formats[] = {
    {"text", validate_text},
    {"json", validate_json},
    {"sarif", validate_sarif},
    {"junit", validate_junit},
};

static validate_report *find_format(const char *name)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (strcmp(formats[i].name, name ? name : "text") == 0)
            return formats[i].report;
    return NULL;
}

static int check_options(const struct context *context, struct sl_err *err)
{
    if (context->all == (context->release.customer != NULL)) {
        (void)sl_fail(err, SL_E_USAGE, "validate wants --customer NAME or --all, and only one of them");
        return sl_hint(err, "'sealift validate --help' lists the options");
    }
    if (context->threads > 1024)
        return sl_fail(err, SL_E_USAGE, "--threads wants a number from 1 to 1024");
    return find_format(context->format) ? 0
                                        : sl_fail(err, SL_E_USAGE, "--format is text, json, sarif or junit");
}

static int report(struct cli *cli, const struct context *context, const struct sl_validation *validation,
                  struct sl_err *err)
{
    struct validate_subject subject = {.release = context->release.release, .validation = validation};
    if (find_format(context->format)(cli, &subject, err) < 0)
        return -1;
    size_t errors = sl_validation_of(validation, SL_ERROR);
    if (errors == 0)
        return 0;
    char shown[128];
    return sl_fail(err, SL_E_FINDINGS, "release %s has %zu error%s",
                   sl_escape(shown, sizeof shown, sl_str_from(context->release.release)), errors,
                   errors == 1 ? "" : "s");
}

static int run(struct cli *cli, const void *data, struct sl_err *err)
{
    const struct context *context = data;
    struct sl_validation_request request = {.threads = (unsigned)context->threads};
    if (check_options(context, err) < 0 || release_query(&request.query, cli, &context->release, err) < 0)
        return -1;
    struct sl_validation *validation = NULL;
    if (sl_validation_run(&validation, &request, err) < 0)
        return -1;
    int result = report(cli, context, validation, err);
    sl_validation_free(validation);
    return result;
}

const struct cli_command cmd_validate = {
    .name = "validate",
    .words = "",
    .summary = "check a release for one customer or for all, without packing",
    .description =
        "Asks every rule about what would be packed: the repository's files, the rendered manifests, the merged\n"
        "values. What is found has a rule, a severity, a place and a hint. sealift.yaml in the repository sets\n"
        "severities and excepts what is known; docs/validation.md explains each rule. `pack` asks the same rules.\n"
        "\n"
        "With --all, what is equal for several customers is reported once. The exit status is 1 where an error\n"
        "remains; warnings and notes leave it 0.",
    .examples = "  sealift validate --release v1.0 --customer customer-a\n"
                "  sealift validate --release v1.0 --all --format sarif > findings.sarif\n",
    .options = options,
    .context_size = sizeof(struct context),
    .in_repository = true,
    .run = run,
};
