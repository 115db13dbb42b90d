#include "bundle_report.h"

#include <sealift/text.h>
#include <stdio.h>

static void field(struct cli *cli, const char *label, struct sl_str value)
{
    sl_buf_printf(&cli->out, "  %-12s ", label);
    cli_escaped(cli, value);
    sl_buf_byte(&cli->out, '\n');
}

static void print_source(struct cli *cli, const struct sl_manifest *manifest)
{
    sl_buf_printf(&cli->out, "  %-12s ", "source");
    if (manifest->source_commit.len) {
        sl_buf_text(&cli->out, "commit ");
        cli_escaped(cli, manifest->source_commit);
    } else {
        sl_buf_text(&cli->out, "a directory without git");
    }
    if (manifest->source_dirty) {
        sl_buf_text(&cli->out, ", ");
        cli_marked(cli, '~', "with changes that are in no commit");
    }
    sl_buf_byte(&cli->out, '\n');
}

static void print_signer(struct cli *cli, const struct sl_signer *signer, bool proved)
{
    const char *standing = "claimed, not checked";
    if (proved)
        standing = signer->trusted ? "signature proved" : "not one of the given keys, counts for nothing";
    cli_field(cli, "signed by", "key %s (%s%s)", signer->key_id, standing,
              signer->detached ? "; beside the bundle" : "");
    if (signer->trusted)
        field(cli, "", signer->trusted_comment);
}

/* What a site must have, and until when; nothing where nothing is asked. */
static void print_terms(struct cli *cli, const struct sl_manifest *manifest)
{
    char when[24];
    for (size_t i = 0; i < manifest->upgrade_from_count; i++)
        field(cli, i ? "" : "may follow", manifest->upgrade_from[i]);
    if (sl_manifest_requires_receipt(manifest)) {
        sl_buf_printf(&cli->out, "  %-12s the bundle ", "only after");
        sl_buf_hex(&cli->out, manifest->requires_receipt, sizeof manifest->requires_receipt);
        sl_buf_byte(&cli->out, '\n');
    }
    for (size_t i = 0; i < manifest->stop_count; i++) {
        sl_buf_printf(&cli->out, "  %-12s ", i ? "" : "not without");
        cli_escaped(cli, manifest->stops[i].release);
        sl_buf_printf(&cli->out, ", sequence %llu\n", (unsigned long long)manifest->stops[i].sequence);
    }
    if (manifest->expires > 0)
        cli_field(cli, "expires", "%s", sl_time_text(when, manifest->expires));
    if (manifest->epoch > 0)
        cli_field(cli, "epoch", "%llu", (unsigned long long)manifest->epoch);
    if (manifest->floor > 0)
        cli_field(cli, "floor", "%llu", (unsigned long long)manifest->floor);
}

/* minisign does not look for a signature of this name by itself. */
static void print_stock_command(struct cli *cli, const struct sl_bundle_head *head, bool proved)
{
    for (size_t i = 0; i < head->signer_count; i++) {
        const struct sl_signer *signer = &head->signers[i];
        if (signer->detached || (proved && !signer->trusted))
            continue;
        cli_field(cli, "by hand", "minisign -VHm manifest.json -x manifest.json.%s.minisig -p FILE.pub",
                  signer->key_id);
        return;
    }
}

void head_print(struct cli *cli, const struct sl_bundle_head *head, bool proved)
{
    const struct sl_manifest *manifest = head->manifest;
    char size[16];
    char when[24];
    field(cli, "customer", manifest->customer);
    field(cli, "release", manifest->release);
    field(cli, "environment", manifest->environment);
    if (manifest->helm_compat.len > 0)
        cli_field(cli, "values as", "Helm " SL_FMT " merges them", SL_ARG(manifest->helm_compat));
    cli_field(cli, "sequence", "%llu", (unsigned long long)manifest->sequence);
    print_terms(cli, manifest);
    print_source(cli, manifest);
    cli_field(cli, "dated", "%s", sl_time_text(when, manifest->mtime));
    sl_buf_text(&cli->out, "  packed by    sealift ");
    cli_escaped(cli, manifest->tool_version);
    sl_buf_byte(&cli->out, '\n');
    cli_field(cli, "files", "%zu, %s", manifest->file_count, sl_size_text(size, manifest->total_bytes));
    sl_buf_text(&cli->out, "  digest       ");
    sl_buf_hex(&cli->out, head->manifest_sha256, sizeof head->manifest_sha256);
    sl_buf_byte(&cli->out, '\n');
    for (size_t i = 0; i < head->signer_count; i++)
        print_signer(cli, &head->signers[i], proved);
    if (head->signer_count == 0)
        cli_field(cli, "signed by", "nobody");
    print_stock_command(cli, head, proved);
}

void digest_json(struct sl_json *json, const char *key, const unsigned char sha256[32])
{
    static const unsigned char none[32];
    if (memcmp(sha256, none, sizeof none) != 0)
        sl_json_key_hex(json, key, sha256, 32);
}

static void signers_json(struct sl_json *json, const struct sl_bundle_head *head, bool proved)
{
    sl_json_key(json, "signers");
    sl_json_list(json);
    for (size_t i = 0; i < head->signer_count; i++) {
        const struct sl_signer *signer = &head->signers[i];
        sl_json_map(json);
        sl_json_key_text(json, "key_id", sl_str_from(signer->key_id));
        sl_json_key_bool(json, "proved", proved && signer->trusted);
        sl_json_key_bool(json, "detached", signer->detached);
        if (signer->trusted)
            sl_json_key_text(json, "trusted_comment", signer->trusted_comment);
        sl_json_end(json);
    }
    sl_json_end(json);
}

static void requires_json(struct sl_json *json, const struct sl_manifest *manifest)
{
    sl_json_key(json, "requires");
    sl_json_map(json);
    if (sl_manifest_requires_receipt(manifest))
        digest_json(json, "receipt", manifest->requires_receipt);
    sl_json_key(json, "stops");
    sl_json_list(json);
    for (size_t i = 0; i < manifest->stop_count; i++) {
        sl_json_map(json);
        sl_json_key_text(json, "release", manifest->stops[i].release);
        sl_json_key_unsigned(json, "sequence", manifest->stops[i].sequence);
        sl_json_end(json);
    }
    sl_json_end(json);
    sl_json_key(json, "upgrade_from");
    sl_json_list(json);
    for (size_t i = 0; i < manifest->upgrade_from_count; i++)
        sl_json_text(json, manifest->upgrade_from[i]);
    sl_json_end(json);
    sl_json_end(json);
}

void head_json(struct sl_json *json, const struct sl_bundle_head *head, bool proved)
{
    const struct sl_manifest *manifest = head->manifest;
    sl_json_key_text(json, "bundle", manifest->bundle);
    sl_json_key_text(json, "customer", manifest->customer);
    sl_json_key_text(json, "release", manifest->release);
    sl_json_key_text(json, "environment", manifest->environment);
    cli_json_text(json, "helm_compat", manifest->helm_compat);
    sl_json_key_unsigned(json, "sequence", manifest->sequence);
    sl_json_key_unsigned(json, "epoch", manifest->epoch);
    sl_json_key_unsigned(json, "floor", manifest->floor);
    if (manifest->expires > 0)
        sl_json_key_unsigned(json, "expires", (uint64_t)manifest->expires);
    requires_json(json, manifest);
    sl_json_key(json, "source");
    sl_json_map(json);
    sl_json_key_text(json, "kind", manifest->source_kind);
    cli_json_text(json, "commit", manifest->source_commit);
    sl_json_key_bool(json, "dirty", manifest->source_dirty);
    sl_json_end(json);
    sl_json_key_text(json, "tool_version", manifest->tool_version);
    sl_json_key(json, "mtime");
    sl_json_integer(json, manifest->mtime);
    sl_json_key_unsigned(json, "file_count", manifest->file_count);
    sl_json_key_unsigned(json, "total_bytes", manifest->total_bytes);
    digest_json(json, "manifest_sha256", head->manifest_sha256);
    signers_json(json, head, proved);
}

void files_print(struct cli *cli, const struct sl_manifest *manifest)
{
    for (size_t i = 0; i < manifest->file_count; i++) {
        const struct sl_manifest_file *file = &manifest->files[i];
        sl_buf_text(&cli->out, "  ");
        sl_buf_hex(&cli->out, file->sha256, sizeof file->sha256);
        sl_buf_printf(&cli->out, " %c %12llu  ", file->executable ? 'x' : '-',
                      (unsigned long long)file->size);
        cli_escaped(cli, file->path);
        sl_buf_byte(&cli->out, '\n');
    }
}

void files_json(struct sl_json *json, const struct sl_manifest *manifest)
{
    sl_json_key(json, "files");
    sl_json_list(json);
    for (size_t i = 0; i < manifest->file_count; i++) {
        const struct sl_manifest_file *file = &manifest->files[i];
        sl_json_map(json);
        sl_json_key_text(json, "path", file->path);
        sl_json_key_unsigned(json, "size", file->size);
        sl_json_key_bool(json, "executable", file->executable);
        digest_json(json, "sha256", file->sha256);
        sl_json_end(json);
    }
    sl_json_end(json);
}

void verdict_print(struct cli *cli, const struct sl_verdict *verdict)
{
    static const char marks[] = {
        [SL_NOT_REACHED] = ' ', [SL_PASSED] = '+', [SL_WARNED] = '~', [SL_SKIPPED] = ' ', [SL_REFUSED] = '!'};
    for (int i = 0; i < SL_STEP_COUNT; i++) {
        const struct sl_verdict_line *line = &verdict->steps[i];
        char outcome[16];
        (void)snprintf(outcome, sizeof outcome, "%-*s", line->text[0] ? 11 : 0,
                       sl_step_outcome_name(line->outcome));
        sl_buf_printf(&cli->out, "  %2d %-12s ", i + 1, sl_verdict_step_name((enum sl_verdict_step)i));
        if (marks[line->outcome] == ' ')
            sl_buf_text(&cli->out, outcome);
        else
            cli_marked(cli, marks[line->outcome], outcome);
        sl_buf_printf(&cli->out, "%s%s\n", line->text[0] ? " " : "", line->text);
    }
}
