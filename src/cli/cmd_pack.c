#include "cmd.h"
#include "release_report.h"
#include "signers.h"

#include <sealift/text.h>
#include <stdio.h>

struct context {
    struct release_options release;
    struct cli_signer_options signers;
    struct cli_list encrypt_to;
    const char *out, *trust, *provenance_key, *builder;
    bool plain, replace, with_verifier;
    enum cli_format format;
    const char *requires_receipt;
};

static const struct cli_option options[] = {
    RELEASE_OPTIONS(context),
    CLI_SIGNER_OPTIONS(context),
    {"encrypt-to", "RECIPIENT",
     "encrypt for this age recipient (age1...), or for those in this file; may be given several times",
     CLI_LIST, offsetof(struct context, encrypt_to), false},
    {"plain", NULL, "do not encrypt, not even for the recipients in cluster-config.yaml", CLI_FLAG,
     offsetof(struct context, plain), false},
    {"provenance-key", "FILE", "sign the provenance with this secret key, which signs nothing else", CLI_TEXT,
     offsetof(struct context, provenance_key), false},
    {"builder-id", "URI", "what builds (a CI), as the provenance is to say", CLI_TEXT,
     offsetof(struct context, builder), false},
    {"out", "DIR", "where the bundle goes; made where only it is missing (default: the current directory)",
     CLI_TEXT, offsetof(struct context, out), false},
    {"trust", "PATH", "carry the versions of trust.json in this directory, or this one", CLI_TEXT,
     offsetof(struct context, trust), false},
    {"allow-dirty", NULL, "pack uncommitted changes too; the bundle says so", CLI_FLAG,
     offsetof(struct context, release.allow_dirty), false},
    {"requires-receipt", "DIGEST", "only for sites that have installed the bundle of this digest", CLI_TEXT,
     offsetof(struct context, requires_receipt), false},
    {"replace", NULL, "replace a bundle of the same name", CLI_FLAG, offsetof(struct context, replace),
     false},
    {"with-verifier", NULL, "put the site's binary, sealift-site, beside the bundle", CLI_FLAG,
     offsetof(struct context, with_verifier), false},
    CLI_FORMAT_OPTION(context),
    CLI_OPTIONS_END,
};

static const char *out_of(const struct context *context)
{
    return context->out ? context->out : ".";
}

static void print_text(struct cli *cli, const struct context *context, const struct sl_pack_result *result,
                       const struct sl_release_facts *facts)
{
    char size[16];
    char payload[16];
    sl_buf_text(&cli->out, "packed ");
    cli_escaped(cli, sl_str_from(result->path));
    sl_buf_byte(&cli->out, '\n');
    cli_field(cli, "customer", "%s", context->release.customer);
    cli_field(cli, "release", "%s", context->release.release);
    facts_print(cli, facts);
    cli_field(cli, "files", "%llu, %s; bundle %s", (unsigned long long)result->files,
              sl_size_text(payload, result->bytes), sl_size_text(size, result->bundle_bytes));
    sl_buf_text(&cli->out, "  digest       ");
    sl_buf_hex(&cli->out, result->manifest_sha256, sizeof result->manifest_sha256);
    sl_buf_byte(&cli->out, '\n');
    for (size_t i = 0; i < result->recipients.count; i++) {
        char recipient[SL_AGE_RECIPIENT_TEXT];
        cli_field(cli, i == 0 ? "encrypted" : "", "for %s",
                  sl_age_recipient_text(recipient, &result->recipients.items[i]));
    }
    if (context->with_verifier) {
        char path[CLI_VERIFIER_PATH];
        char shown[512];
        sl_escape(shown, sizeof shown, sl_str_from(cli_verifier_path(path, out_of(context))));
        cli_field(cli, "beside it", "%s, for the site", shown);
    }
    size_t signers = context->signers.keys.count + context->signers.commands.count;
    if (signers == 0)
        cli_field(cli, "signed by", "nobody: verify and install will refuse it; give --key");
    else
        cli_field(cli, "signed by", "%zu %s", signers, signers == 1 ? "key" : "keys");
}

/* On stderr, where whoever ships forty bundles in a loop sees it. Neither is a failure: others may sign after, and where a site
 * is given a key as such, a signature by it counts. */
static void warn_of_signers(const struct sl_pack_result *result, const struct cli_signers *signers)
{
    const struct sl_pack_signers *told = &result->signers;
    unsigned long long version = told->version;
    char path[512];
    struct sl_buf text;
    sl_buf_init(&text, 8192);
    sl_escape(path, sizeof path, sl_str_from(result->path));
    if (told->counted < told->needed) {
        sl_buf_printf(
            &text, "warning: %s: %u of %u release signatures of version %llu of trust.json; missing %u of ",
            path, told->counted, told->needed, version, told->needed - told->counted);
        for (size_t i = 0; i < told->missing_count; i++)
            sl_buf_printf(&text, "%s%s", i ? ", " : "", told->missing[i]);
        sl_buf_text(&text, "\n         no enrolled site takes it before sealift sign has added them\n");
    }
    for (size_t i = 0; i < told->other_count; i++) {
        char id[SL_KEY_ID_HEX + 1];
        (void)sl_key_id_text(id, signers->keys[told->others[i]].public_key.id);
        sl_buf_printf(&text,
                      "warning: %s: the key %s is no release key of version %llu of trust.json\n"
                      "         no enrolled site counts its signature\n",
                      path, id, version);
    }
    if (text.len > 0)
        (void)fwrite(text.ptr, 1, text.len, stderr);
    sl_buf_release(&text);
}

static void signers_json(struct sl_json *json, const struct sl_pack_signers *told)
{
    sl_json_key(json, "release_signatures");
    sl_json_map(json);
    sl_json_key_unsigned(json, "count", told->counted);
    sl_json_key(json, "missing");
    sl_json_list(json);
    for (size_t i = 0; i < told->missing_count; i++)
        sl_json_text(json, sl_str_from(told->missing[i]));
    sl_json_end(json);
    sl_json_key_unsigned(json, "threshold", told->needed);
    sl_json_key_unsigned(json, "trust_version", told->version);
    sl_json_end(json);
}

static void print_json(struct cli *cli, const struct context *context, const struct sl_pack_result *result,
                       const struct sl_rendering *rendering)
{
    struct sl_json *json = cli_json(cli);
    sl_json_key_text(json, "path", sl_str_from(result->path));
    sl_json_key_text(json, "customer", sl_str_from(context->release.customer));
    sl_json_key_text(json, "release", sl_str_from(context->release.release));
    facts_json(json, sl_rendering_facts(rendering));
    sl_json_key_hex(json, "manifest_sha256", result->manifest_sha256, sizeof result->manifest_sha256);
    sl_json_key_unsigned(json, "files", result->files);
    sl_json_key_unsigned(json, "bytes", result->bytes);
    sl_json_key_unsigned(json, "bundle_bytes", result->bundle_bytes);
    sl_json_key_unsigned(json, "signatures", context->signers.keys.count + context->signers.commands.count);
    if (result->signers.version > 0)
        signers_json(json, &result->signers);
    char path[CLI_VERIFIER_PATH];
    if (context->with_verifier)
        sl_json_key_text(json, "verifier", sl_str_from(cli_verifier_path(path, out_of(context))));
    sl_json_key(json, "recipients");
    sl_json_list(json);
    for (size_t i = 0; i < result->recipients.count; i++) {
        char recipient[SL_AGE_RECIPIENT_TEXT];
        sl_json_text(json, sl_str_from(sl_age_recipient_text(recipient, &result->recipients.items[i])));
    }
    sl_json_end(json);
}

/* A key that is none is told before anything is rendered. */
static int check_keys(const struct context *context, struct sl_err *err)
{
    for (size_t i = 0; i < context->signers.keys.count; i++)
        if (cli_secret_key_check(context->signers.keys.items[i], err) < 0)
            return -1;
    return context->provenance_key ? cli_secret_key_check(context->provenance_key, err) : 0;
}

static int pack(struct cli *cli, const struct context *context, struct cli_signers *signers,
                const struct sl_buf *verifier, struct sl_findings *findings, struct sl_err *err)
{
    struct sl_release_query query;
    struct sl_age_recipients recipients;
    if (context->plain && context->encrypt_to.count > 0)
        return sl_fail(err, SL_E_USAGE, "--plain and --encrypt-to contradict each other");
    unsigned char required[32] = {0};
    if (context->requires_receipt && !cli_sha256(required, context->requires_receipt))
        return sl_fail(err, SL_E_USAGE, "--requires-receipt wants the 64 digits of a digest");
    if (release_query(&query, cli, &context->release, err) < 0 ||
        cli_recipients(&recipients, &context->encrypt_to, err) < 0)
        return -1;
    struct cli_progress progress;
    query.progress = cli_progress_start(&progress);
    struct sl_pack_options pack_options = {
        .keys = signers->keys,
        .encrypt_to = &recipients,
        .plain = context->plain,
        .random = cli_random(),
        .builder = context->builder,
        .out = out_of(context),
        .replace = context->replace,
        .trust = context->trust,
        .now = cli_now(),
    };
    memcpy(pack_options.requires_receipt, required, sizeof required);
    struct sl_pack_result packed;
    struct sl_rendering *rendering = NULL;
    int result = sl_release_render(&rendering, &query, findings, err);
    if (result == 0)
        result = sl_release_pack_check(rendering, &pack_options, err);
    struct sl_secret_key provenance_key = {.id = {0}};
    if (result == 0) {
        cli_progress_end(&progress); /* a password may be asked for */
        result = cli_signers_open(signers, &context->signers, "bundle", err);
        if (result == 0 && context->provenance_key)
            result =
                cli_secret_key(&provenance_key, context->provenance_key, context->signers.password_file, err);
        query.progress = cli_progress_start(&progress);
    }
    pack_options.provenance_key = context->provenance_key ? &provenance_key : NULL;
    pack_options.key_count = signers->count;
    int verifier_there = 1;
    if (result == 0 && context->with_verifier)
        result = verifier_there = cli_verifier_look(verifier, pack_options.out, context->replace, err);
    if (result >= 0)
        result = sl_release_pack(&packed, rendering, &pack_options, err);
    sl_secret_key_wipe(&provenance_key);
    cli_progress_end(&progress);
    if (result < 0 && err->code == SL_E_EXISTS && !err->hint[0])
        (void)sl_hint(err, "--replace replaces it, --out puts the new one elsewhere");
    if (result == 0 && verifier_there == 0 && cli_verifier_put(verifier, pack_options.out, err) < 0)
        result = sl_wrap(err, "the bundle is written, what goes beside it is not");
    if (result == 0)
        warn_of_signers(&packed, signers);
    if (result == 0 && context->format == CLI_AS_JSON)
        print_json(cli, context, &packed, rendering);
    else if (result == 0)
        print_text(cli, context, &packed, sl_rendering_facts(rendering));
    sl_rendering_free(rendering);
    return result;
}

static int run(struct cli *cli, const void *data, struct sl_err *err)
{
    const struct context *context = data;
    struct cli_signers signers = {.count = 0};
    struct sl_findings *findings = NULL;
    struct sl_buf verifier;
    sl_buf_init(&verifier, CLI_VERIFIER_MAX);
    int result = check_keys(context, err);
    if (result == 0)
        result = sl_findings_new(&findings, err);
    if (result == 0 && context->with_verifier)
        result = cli_verifier_find(&verifier, err);
    const char *out = out_of(context);
    bool missing = cli_is_missing(out);
    if (result == 0)
        result = pack(cli, context, &signers, &verifier, findings, err);
    cli_tell_made(missing, out);
    sl_buf_release(&verifier);
    if (findings)
        findings_print(findings);
    if (findings && context->format == CLI_AS_JSON)
        findings_json(cli_json(cli), findings);
    sl_findings_free(findings);
    cli_signers_close(&signers);
    return result;
}

const struct cli_command cmd_pack = {
    .name = "pack",
    .words = "",
    .summary = "write one signed bundle: one release for one customer",
    .description =
        "Renders and validates one release for one customer and writes CUSTOMER-RELEASE-SEQUENCE.tar.gz: manifests,\n"
        "merged values, artifacts, checksums, and a manifest signed by each --key\n"
        "and --key-command.\n\n"
        "With --encrypt-to, or with age-recipients in the customer's cluster-config.yaml, the bundle is encrypted for all\n"
        "of them and its name ends in .tar.gz.age; stock age opens it too. What is inside is the same either way.\n\n"
        "sbom.cdx.json says what is in the bundle, provenance.intoto.json where it came from; with --provenance-key that\n"
        "is signed by whoever builds, to be asked apart from the bundle.\n\n"
        "With --trust the newest version must list a key that signs, and revoke none; a warning says which signatures it\n"
        "wants besides, for sealift sign to add.\n\n"
        "With --rev the named commit is packed and the work tree is not touched or looked at. Without, the work tree\n"
        "is packed, and one with uncommitted changes is refused unless --allow-dirty marks the bundle so.\n\n"
        "Equal inputs give equal bytes. Where no commit gives a time, members carry SOURCE_DATE_EPOCH, else 1980-01-01.\n"
        "--with-verifier copies sealift-site, found beside this program or in its libexec directory.",
    .examples =
        "  sealift pack --release v1.0 --customer customer-a --key ops.key\n"
        "  sealift pack --release v1.0 --customer customer-a --rev v1.0 --key ops.key --out bundles\n"
        "  sealift pack --release v1.0 --customer customer-a --key ops.key --encrypt-to site.recipient\n",
    .options = options,
    .context_size = sizeof(struct context),
    .in_repository = true,
    .lasting = true,
    .run = run,
};
