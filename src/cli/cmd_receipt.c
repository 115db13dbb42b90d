/*
 * Receipts: taken out of a site, and on the ops side held against each other.
 */
#include "anchor.h"
#include "bundle_report.h"
#include "cmd.h"
#include "site_options.h"

#include <sealift/file.h>
#include <sealift/json.h>
#include <sealift/receipt.h>
#include <sealift/text.h>
#include <stdio.h>

/* Of one export: SL_RECEIPTS_MAX receipts do not need more. */
#define EXPORT_MAX (256U << 20)

struct context {
    const char *root, *out, *trust, *fingerprint;
    struct cli_list key;
    uint64_t from;
    enum cli_format format;
};

static const struct cli_option options[] = {
    {"root", "DIR", "export: the directory that holds the installation", CLI_TEXT,
     offsetof(struct context, root), false},
    {"from", "N", "export: begin with receipt N (default: the first)", CLI_NUMBER,
     offsetof(struct context, from), false},
    {"out", "FILE", "export: write to FILE instead of standard output", CLI_TEXT,
     offsetof(struct context, out), false},
    {"pubkey", "FILE", "check: the site's public key, state/site.pub, as it came at the enrolment", CLI_LIST,
     offsetof(struct context, key), false},
    {"trust", "FILE", "check: trust.json, or a directory of its versions: its role site has that key",
     CLI_TEXT, offsetof(struct context, trust), false},
    {"fingerprint", "HEX", "check: what the SHA-256 of the first version of --trust must be", CLI_TEXT,
     offsetof(struct context, fingerprint), false},
    CLI_FORMAT_OPTION(context),
    CLI_OPTIONS_END,
};

/* -- export -- */

static int run_export(struct cli *cli, const struct context *context, struct sl_err *err)
{
    if (!context->root || cli->word_count > 1)
        return sl_fail(err, SL_E_USAGE, "receipt export needs --root DIR, and nothing besides");
    struct cli_site site;
    struct sl_buf text;
    uint64_t count = 0;
    sl_buf_init(&text, EXPORT_MAX);
    cli_site_begin(&site, "receipt", context->root, false);
    int result = sl_site_receipts(&text, &count, &site.options, context->from, err);
    cli_progress_end(&site.progress);
    if (result == 0 && context->out)
        result = sl_file_create(context->out, sl_buf_view(&text), 0644, false, err);
    if (result == 0 && !context->out)
        sl_buf_str(&cli->out, sl_buf_view(&text));
    if (result == 0 && context->out && context->format == CLI_AS_JSON) {
        sl_json_key_text(cli_json(cli), "path", sl_str_from(context->out));
        sl_json_key_unsigned(cli_json(cli), "receipts", count);
    } else if (result == 0 && context->out) {
        sl_buf_printf(&cli->out, "wrote %llu receipt%s to ", (unsigned long long)count,
                      count == 1 ? "" : "s");
        cli_escaped(cli, sl_str_from(context->out));
        sl_buf_byte(&cli->out, '\n');
    }
    sl_buf_release(&text);
    return result;
}

/* -- check -- */

static size_t count_errors(const struct sl_receipt_check *check)
{
    size_t errors = 0;
    for (size_t i = 0; i < sl_receipt_check_problems(check); i++)
        errors += sl_receipt_check_problem(check, i)->fault != SL_RECEIPT_CLOCK;
    return errors;
}

static void print_text(struct cli *cli, const struct sl_receipt_check *check)
{
    for (size_t i = 0; i < sl_receipt_check_count(check); i++) {
        const struct sl_receipt *receipt = &sl_receipt_check_at(check, i)->receipt;
        char when[24];
        sl_buf_printf(&cli->out, "%6llu  %s  %-8s  ", (unsigned long long)receipt->number,
                      sl_time_text(when, receipt->time), sl_receipt_action_name(receipt->action));
        cli_escaped(cli, receipt->bundle.len ? receipt->bundle : SL_STR("-"));
        if (receipt->detail.len) {
            sl_buf_text(&cli->out, "  ");
            cli_escaped(cli, receipt->detail);
        }
        sl_buf_byte(&cli->out, '\n');
    }
    for (size_t i = 0; i < sl_receipt_check_problems(check); i++) {
        const struct sl_receipt_problem *problem = sl_receipt_check_problem(check, i);
        bool warning = problem->fault == SL_RECEIPT_CLOCK;
        cli_marked(cli, warning ? '~' : '!', warning ? "warning" : "error");
        sl_buf_printf(&cli->out, ": %s: %s\n", sl_receipt_fault_name(problem->fault), problem->text);
    }
}

static void receipt_json(struct sl_json *json, const struct sl_receipt_entry *entry)
{
    const struct sl_receipt *receipt = &entry->receipt;
    sl_json_map(json);
    sl_json_key_unsigned(json, "number", receipt->number);
    sl_json_key_text(json, "action", sl_str_from(sl_receipt_action_name(receipt->action)));
    sl_json_key_text(json, "customer", receipt->customer);
    cli_json_text(json, "bundle", receipt->bundle);
    digest_json(json, "manifest_sha256", receipt->manifest_sha256);
    cli_json_text(json, "from", receipt->from);
    cli_json_text(json, "to", receipt->to);
    cli_json_text(json, "verdict", receipt->verdict);
    cli_json_text(json, "detail", receipt->detail);
    sl_json_key(json, "time");
    sl_json_integer(json, receipt->time);
    sl_json_key_unsigned(json, "epoch", receipt->epoch);
    sl_json_key_unsigned(json, "highest_sequence", receipt->highest_sequence);
    sl_json_key_unsigned(json, "floor", receipt->floor);
    sl_json_key(json, "proved_time");
    sl_json_integer(json, receipt->proved_time);
    sl_json_key_unsigned(json, "trust_epoch", receipt->trust_epoch);
    sl_json_key_unsigned(json, "trust_version", receipt->trust_version);
    digest_json(json, "grant", receipt->grant);
    digest_json(json, "sha256", entry->sha256);
    sl_json_end(json);
}

static void print_json(struct cli *cli, const struct sl_receipt_check *check)
{
    struct sl_json *json = cli_json(cli);
    sl_json_key_bool(json, "whole", count_errors(check) == 0);
    sl_json_key(json, "receipts");
    sl_json_list(json);
    for (size_t i = 0; i < sl_receipt_check_count(check); i++)
        receipt_json(json, sl_receipt_check_at(check, i));
    sl_json_end(json);
    sl_json_key(json, "problems");
    sl_json_list(json);
    for (size_t i = 0; i < sl_receipt_check_problems(check); i++) {
        const struct sl_receipt_problem *problem = sl_receipt_check_problem(check, i);
        sl_json_map(json);
        sl_json_key_text(json, "fault", sl_str_from(sl_receipt_fault_name(problem->fault)));
        sl_json_key_unsigned(json, "number", problem->number);
        sl_json_key_text(json, "message", sl_str_from(problem->text));
        sl_json_end(json);
    }
    sl_json_end(json);
}

static int read_export(struct sl_buf *text, const char *path, struct sl_err *err)
{
    sl_buf_init(text, EXPORT_MAX);
    return sl_file_read(text, path, EXPORT_MAX, err);
}

static int add_file(struct sl_receipt_check *check, const char *path, struct sl_err *err)
{
    struct sl_buf text;
    if (cli_is_bundle(path)) {
        char shown[512];
        (void)sl_fail(err, SL_E_USAGE, "%s is a bundle, not receipts",
                      sl_escape(shown, sizeof shown, sl_str_from(path)));
        return sl_hint(err, "receipts are what sealift receipt export --root DIR writes at the site");
    }
    int result = read_export(&text, path, err);
    if (result == 0)
        result = sl_receipt_check_add(check, sl_buf_view(&text), path, err);
    sl_buf_release(&text);
    return result;
}

/* Nothing that was given is a receipt by this key. */
static bool is_anothers(const struct sl_receipt_check *check)
{
    for (size_t i = 0; i < sl_receipt_check_problems(check); i++)
        if (sl_receipt_check_problem(check, i)->fault != SL_RECEIPT_UNSIGNED)
            return false;
    return sl_receipt_check_count(check) == 0;
}

static int judge(struct cli *cli, const struct context *context, struct sl_receipt_check *check,
                 struct sl_err *err)
{
    for (size_t i = 1; i < cli->word_count; i++)
        if (add_file(check, cli->words[i], err) < 0)
            return -1;
    if (sl_receipt_check_finish(check, err) < 0)
        return -1;
    if (context->format == CLI_AS_TEXT)
        print_text(cli, check);
    else
        print_json(cli, check);
    size_t errors = count_errors(check);
    if (sl_receipt_check_count(check) == 0 && errors == 0)
        return sl_fail(err, SL_E_REFUSED, "there is no receipt in what was given");
    if (errors == 0)
        return 0;
    (void)sl_fail(err, SL_E_REFUSED, "the receipts are no unbroken line: %zu error%s", errors,
                  errors == 1 ? "" : "s");
    if (is_anothers(check))
        return sl_hint(
            err,
            "not one is a receipt that this key signed: is it the key of that site, and are these its receipts?");
    return sl_hint(err, "ask the site for all of them: sealift receipt export --root DIR");
}

/* -- whose key -- */

/* The first version of a line must be the one that was told on another way. */
static int check_fingerprint(const struct cli_anchor *anchor, const char *text, struct sl_err *err)
{
    unsigned char given[32];
    unsigned char is[32];
    if (!cli_sha256(given, text))
        return sl_fail(err, SL_E_USAGE, "--fingerprint wants 64 hexadecimal digits in lower case");
    if (!anchor->trust)
        return sl_fail(err, SL_E_USAGE, "--fingerprint is that of a --trust");
    sl_trust_fingerprint(is, sl_trust_steps_at(anchor->steps, 0)->json);
    if (memcmp(is, given, sizeof is) == 0)
        return 0;
    (void)sl_fail(err, SL_E_REFUSED, "this trust.json has not the fingerprint that was given");
    return sl_hint(err, "give --trust the directory with all versions: the fingerprint is that of version 1");
}

/* Of the role site, the one that the receipts say they were signed with; whether they were is proved afterwards. */
static int find_site_key(struct sl_public_key *out, const struct sl_trust *trust, const char *path,
                         struct sl_err *err)
{
    struct sl_buf text;
    unsigned char site[32];
    int result = read_export(&text, path, err);
    if (result == 0)
        result = sl_receipt_export_site(site, sl_buf_view(&text), err);
    sl_buf_release(&text);
    if (result < 0)
        return -1;
    const struct sl_trust_key *key = sl_trust_key_find(trust, site);
    if (key && key->roles >> SL_ROLE_SITE & 1U) {
        *out = key->key;
        return 0;
    }
    (void)sl_fail(err, SL_E_REFUSED,
                  "the key of these receipts is not in the role site of version %llu of trust.json",
                  (unsigned long long)trust->version);
    (void)sl_err_about(err, path);
    return sl_hint(
        err,
        "`sealift trust add-key --site-key` puts it there, after it was compared with the site on another way");
}

/* A site may not speak for another customer than those whose trust.json has its key. */
static int check_customer(const struct sl_trust *trust, const struct sl_receipt_check *check,
                          struct sl_err *err)
{
    bool any = !trust || strcmp(trust->customer, "*") == 0 || sl_receipt_check_count(check) == 0;
    if (any || sl_str_equal(sl_receipt_check_at(check, 0)->receipt.customer, sl_str_from(trust->customer)))
        return 0;
    return sl_fail(err, SL_E_REFUSED, "the receipts are of another customer than this trust.json, %s",
                   trust->customer);
}

static int check_with(struct cli *cli, const struct context *context, const struct cli_anchor *anchor,
                      struct sl_err *err)
{
    struct sl_receipt_check *check = NULL;
    struct sl_public_key key;
    if (context->fingerprint && check_fingerprint(anchor, context->fingerprint, err) < 0)
        return -1;
    if (!anchor->trust)
        key = anchor->keys.keys[0];
    else if (find_site_key(&key, anchor->trust, cli->words[1], err) < 0)
        return -1;
    int result = sl_receipt_check_new(&check, &key, err);
    if (result == 0)
        result = judge(cli, context, check, err);
    /* Of several it is known only together that they are no line. */
    if (result < 0 && cli->word_count == 2)
        (void)sl_err_about(err, cli->words[1]);
    if (result == 0)
        result = check_customer(anchor->trust, check, err);
    sl_receipt_check_free(check);
    return result;
}

static int run_check(struct cli *cli, const struct context *context, struct sl_err *err)
{
    if (cli->word_count < 2 || context->key.count > 1)
        return sl_fail(err, SL_E_USAGE,
                       "receipt check needs exported FILEs and one --pubkey FILE or --trust FILE");
    struct cli_anchor anchor;
    int result = cli_anchor_open(&anchor, "receipt check", &context->key, context->trust, err);
    if (result == 0)
        result = check_with(cli, context, &anchor, err);
    cli_anchor_release(&anchor);
    return result;
}

static int run(struct cli *cli, const void *data, struct sl_err *err)
{
    if (strcmp(cli->words[0], "export") == 0)
        return run_export(cli, data, err);
    if (strcmp(cli->words[0], "check") == 0)
        return run_check(cli, data, err);
    char shown[64];
    (void)sl_fail(err, SL_E_USAGE, "receipt does not know how to '%s'",
                  sl_escape(shown, sizeof shown, sl_str_from(cli->words[0])));
    return sl_hint(err, "it can export and check");
}

const struct cli_command cmd_receipt = {
    .name = "receipt",
    .words = "export|check [FILE]...",
    .words_min = 1,
    .words_max = 256,
    .summary = "take a site's receipts out, or check those that came back",
    .description =
        "An enrolled site writes a receipt of every install, refusal and rollback, signed with its own key, each\n"
        "holding the digest of the one before.\n\n"
        "export prints those of ROOT, one line each, for the way back to the vendor. check takes any number of such\n"
        "files of one site, proves every signature, lists what was done when, and finds gaps, forks (the state of the\n"
        "site was put back or copied), and a floor that fell. Exit status 1 when they are no unbroken line.\n\n"
        "With --trust the site's key is taken from the role site of trust.json, which the root keys have signed; an auditor\n"
        "then needs the versions of trust.json and their fingerprint, and no file from the site but its receipts.",
    .examples = "  sealift receipt export --root /opt/product --out receipts.jsonl\n"
                "  sealift receipt check receipts.jsonl --pubkey customer-a-site.pub\n"
                "  sealift receipt check receipts.jsonl --trust trust --fingerprint bf2f...\n",
    .options = options,
    .context_size = sizeof(struct context),
    .run = run,
};
