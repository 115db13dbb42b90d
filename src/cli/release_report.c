#include "release_report.h"

#include <errno.h>
#include <sealift/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* 1980-01-01, the earliest time every archive format can hold, where nothing better is known. */
#define DEFAULT_MTIME INT64_C(315532800)
/* The largest that ustar's mtime field holds. */
#define MTIME_MAX INT64_C(8589934591)

static int default_mtime(int64_t *out, struct sl_err *err)
{
    *out = DEFAULT_MTIME;
    const char *text = getenv("SOURCE_DATE_EPOCH");
    if (!text || !*text)
        return 0;
    char *end = NULL;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno != 0 || *end != '\0' || value < 0 || value > MTIME_MAX)
        return sl_fail(err, SL_E_USAGE, "SOURCE_DATE_EPOCH is not a number of seconds since 1970");
    *out = value;
    return 0;
}

int release_query(struct sl_release_query *out, const struct cli *cli, const struct release_options *options,
                  struct sl_err *err)
{
    *out = (struct sl_release_query){
        .repository = cli->repository,
        .revision = options->revision,
        .release = sl_str_from(options->release),
        .customer = sl_str_from(options->customer),
        .environment = sl_str_from(options->environment),
        .sequence = options->sequence,
        .allow_dirty = options->allow_dirty,
        .now = cli_now(),
    };
    if (options->helm_compat &&
        sl_helm_compat_parse(&out->helm_compat, sl_str_from(options->helm_compat), err) < 0)
        return -1;
    return default_mtime(&out->default_mtime, err);
}

void finding_line(struct sl_buf *out, const struct sl_finding *finding, const char *whom)
{
    if (finding->file.len) {
        sl_buf_escaped(out, finding->file);
        if (finding->line)
            sl_buf_printf(out, ":%u", finding->line);
        if (finding->line && finding->column)
            sl_buf_printf(out, ":%u", finding->column);
        sl_buf_text(out, ": ");
    }
    sl_buf_printf(out, "%s: ", sl_severity_name(finding->severity));
    sl_buf_escaped(out, finding->message);
    sl_buf_printf(out, "%s [%s]\n", whom, finding->rule);
    if (finding->hint.len) {
        sl_buf_text(out, "    ");
        sl_buf_escaped(out, finding->hint);
        sl_buf_byte(out, '\n');
    }
}

void findings_print(const struct sl_findings *findings)
{
    struct sl_buf text;
    sl_buf_init(&text, 64U << 20);
    for (size_t i = 0; i < sl_findings_count(findings); i++)
        finding_line(&text, sl_findings_at(findings, i), "");
    if (text.ptr)
        (void)fwrite(text.ptr, 1, text.len, stderr);
    sl_buf_release(&text);
}

void finding_members(struct sl_json *json, const struct sl_finding *finding)
{
    sl_json_key_text(json, "rule", sl_str_from(finding->rule));
    sl_json_key_text(json, "severity", sl_str_from(sl_severity_name(finding->severity)));
    sl_json_key_text(json, "file", finding->file);
    sl_json_key_unsigned(json, "line", finding->line);
    sl_json_key_unsigned(json, "column", finding->column);
    sl_json_key_text(json, "pointer", finding->pointer);
    sl_json_key_text(json, "message", finding->message);
    sl_json_key_text(json, "hint", finding->hint);
}

void findings_json(struct sl_json *json, const struct sl_findings *findings)
{
    sl_json_key(json, "findings");
    sl_json_list(json);
    for (size_t i = 0; i < sl_findings_count(findings); i++) {
        sl_json_map(json);
        finding_members(json, sl_findings_at(findings, i));
        sl_json_end(json);
    }
    sl_json_end(json);
}

void facts_print(struct cli *cli, const struct sl_release_facts *facts)
{
    cli_field(cli, "environment", SL_FMT " (" SL_FMT ")", SL_ARG(facts->environment),
              SL_ARG(facts->environment_from));
    cli_field(cli, "sequence", "%llu (" SL_FMT ")", (unsigned long long)facts->sequence,
              SL_ARG(facts->sequence_from));
    if (facts->source_commit.len)
        cli_field(cli, "source", "commit " SL_FMT "%s", SL_ARG(facts->source_commit),
                  facts->dirty ? ", with changes that are not committed" : "");
    else
        cli_field(cli, "source", "a directory without git");
}

void facts_json(struct sl_json *json, const struct sl_release_facts *facts)
{
    sl_json_key_text(json, "environment", facts->environment);
    sl_json_key_text(json, "environment_from", facts->environment_from);
    sl_json_key_unsigned(json, "sequence", facts->sequence);
    sl_json_key_text(json, "sequence_from", facts->sequence_from);
    cli_json_text(json, "commit", facts->source_commit);
    sl_json_key_bool(json, "dirty", facts->dirty);
}
