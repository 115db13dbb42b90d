/*
 * Versions of trust.json that somebody is about to sign.
 */
#include "cmd_trust.h"

#include <sealift/file.h>
#include <sealift/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DOCUMENT_MAX = 65536, PATH_BYTES = 4096, SECONDS_OF_DAY = 86400 };

/* -- options -- */

static int role_of(enum sl_trust_role *out, struct sl_str name, struct sl_err *err)
{
    char shown[64];
    for (int role = 0; role < SL_ROLE_COUNT; role++) {
        *out = (enum sl_trust_role)role;
        if (sl_str_equal(name, sl_str_from(sl_trust_role_name(*out))))
            return 0;
    }
    return sl_fail(err, SL_E_USAGE, "\"%s\" is no role: grant, release, root or site",
                   sl_escape(shown, sizeof shown, name));
}

/* "root=2" */
static int set_threshold(struct sl_trust *trust, const char *text, struct sl_err *err)
{
    enum sl_trust_role role = SL_ROLE_ROOT;
    struct sl_str whole = sl_str_from(text);
    size_t equals = sl_str_find(whole, '=');
    if (role_of(&role, sl_str_slice(whole, 0, equals), err) < 0)
        return -1;
    struct sl_str number = sl_str_slice(whole, equals + 1, whole.len);
    unsigned value = 0;
    for (size_t i = 0; i < number.len && i < 3 && number.ptr[i] >= '0' && number.ptr[i] <= '9'; i++)
        value = value * 10 + (unsigned)(number.ptr[i] - '0');
    if (value == 0 || number.len > 2)
        return sl_fail(err, SL_E_USAGE, "--threshold wants ROLE=N, with N from 1 to %d", SL_TRUST_KEYS_MAX);
    trust->thresholds[role] = value;
    return 0;
}

/* The first second of that day, UTC. `option` is for the message. */
static int parse_day(int64_t *out, const char *option, const char *text, struct sl_err *err)
{
    struct tm day = {0};
    const char *end = strptime(text, "%Y-%m-%d", &day);
    if (!end || *end || strlen(text) != sizeof "2035-12-31" - 1)
        return sl_fail(err, SL_E_USAGE, "--%s wants a day, written as 2035-12-31", option);
    *out = (int64_t)timegm(&day);
    if (*out < 0)
        return sl_fail(err, SL_E_USAGE, "--%s wants a day from 1970-01-01 on", option);
    return 0;
}

/* What init and every change may set. */
static int apply_settings(struct sl_trust *trust, const struct trust_context *context, struct sl_err *err)
{
    /* A floor is a sequence, and those begin anew. */
    if (context->epoch > 0 && context->epoch != trust->epoch)
        trust->floor = 0;
    if (context->epoch > 0)
        trust->epoch = context->epoch;
    if (context->floor.given)
        trust->floor = context->floor.value;
    if (context->issued && parse_day(&trust->issued, "issued", context->issued, err) < 0)
        return -1;
    if (cli_now() < 0) {
        (void)sl_fail(err, SL_E_USAGE,
                      "the clock of this machine says a time before 1970, which no document can have");
        return sl_hint(
            err, "set the clock: sites take the day on which a version was issued as proved to be past");
    }
    if (trust->issued > cli_now())
        return sl_fail(err, SL_E_USAGE,
                       "--issued is a day to come, and sites would take it as proved to be past");
    if (context->expires) {
        if (parse_day(&trust->expires, "expires", context->expires, err) < 0)
            return -1;
        trust->expires += SECONDS_OF_DAY; /* it is the last one on which it counts */
    }
    if (context->clock) {
        trust->clock_refuses = strcmp(context->clock, "refuse") == 0;
        if (!trust->clock_refuses && strcmp(context->clock, "warn") != 0)
            return sl_fail(err, SL_E_USAGE, "--clock is warn or refuse");
    }
    for (size_t i = 0; i < context->thresholds.count; i++)
        if (set_threshold(trust, context->thresholds.items[i], err) < 0)
            return -1;
    return 0;
}

typedef int key_change(struct sl_trust *trust, const struct sl_public_key *key, enum sl_trust_role role,
                       struct sl_err *err);

/* Calls `change` for every key that was given for a role; *count is how many those were. */
static int each_role_key(struct sl_trust *trust, const struct trust_context *context, key_change *change,
                         size_t *count, struct sl_err *err)
{
    *count = 0;
    for (int role = 0; role < SL_ROLE_COUNT; role++) {
        struct cli_keys keys;
        if (cli_public_keys(&keys, &context->role_keys[role], err) < 0)
            return -1;
        for (size_t i = 0; i < keys.count; i++, (*count)++)
            if (change(trust, &keys.keys[i], (enum sl_trust_role)role, err) < 0)
                return sl_wrap(err, "%s", context->role_keys[role].items[i]);
    }
    return 0;
}

/* A role that got its first keys needs one signature, unless something else is said. */
static int add_key(struct sl_trust *trust, const struct sl_public_key *key, enum sl_trust_role role,
                   struct sl_err *err)
{
    if (trust->thresholds[role] == 0)
        trust->thresholds[role] = 1;
    return sl_trust_add_key(trust, key, role, err);
}

/* A role that has lost its last key needs nothing any more. */
static int drop_key(struct sl_trust *trust, const struct sl_public_key *key, enum sl_trust_role role,
                    struct sl_err *err)
{
    unsigned char name[32];
    sl_trust_key_name(name, key);
    if (sl_trust_drop_key(trust, name, role, err) < 0)
        return -1;
    if (sl_trust_role_size(trust, role) == 0)
        trust->thresholds[role] = 0;
    return 0;
}

/* -- writing -- */

static void print_needs(struct cli *cli, const struct sl_trust *before, const struct sl_trust *trust)
{
    if (before)
        cli_field(cli, "needs", "%u of %zu root signatures of version %llu, and",
                  before->thresholds[SL_ROLE_ROOT], sl_trust_role_size(before, SL_ROLE_ROOT),
                  (unsigned long long)before->version);
    cli_field(cli, before ? "" : "needs", "%u of %zu root signatures of version %llu",
              trust->thresholds[SL_ROLE_ROOT], sl_trust_role_size(trust, SL_ROLE_ROOT),
              (unsigned long long)trust->version);
}

static int write_document(struct cli *cli, const struct sl_trust *before, const struct sl_trust *trust,
                          const char *path, struct sl_err *err)
{
    struct sl_buf text;
    sl_buf_init(&text, DOCUMENT_MAX);
    int result = sl_trust_write(&text, trust, err);
    if (result == 0)
        result = sl_file_create(path, sl_buf_view(&text), 0644, false, err);
    else if (err->code == SL_E_INPUT)
        err->code = SL_E_USAGE; /* it was put together here */
    if (result < 0 && err->code == SL_E_USAGE && !err->hint[0])
        (void)sl_hint(err,
                      "keys are added with --root-key and so on, thresholds set with --threshold ROLE=N");
    sl_buf_release(&text);
    if (result < 0)
        return -1;
    sl_buf_text(&cli->out, "wrote ");
    cli_escaped(cli, sl_str_from(path));
    sl_buf_printf(&cli->out, ", version %llu, not signed yet\n", (unsigned long long)trust->version);
    print_needs(cli, before, trust);
    sl_buf_text(&cli->out, "\nnext: sealift trust sign ");
    cli_escaped(cli, sl_str_from(path));
    sl_buf_text(&cli->out, " --key KEY, by everybody who must\n");
    return 0;
}

/* --out, or N+1.json beside N.json. */
static int next_path(char out[PATH_BYTES], const struct trust_context *context, const char *path,
                     uint64_t version, struct sl_err *err)
{
    char own[32];
    int length = -1;
    (void)snprintf(own, sizeof own, "%llu.json", (unsigned long long)version);
    size_t len = strlen(path);
    size_t own_len = strlen(own);
    bool named = len >= own_len && strcmp(path + len - own_len, own) == 0 &&
                 (len == own_len || path[len - own_len - 1] == '/');
    if (context->out)
        length = snprintf(out, PATH_BYTES, "%s", context->out);
    else if (named)
        length = snprintf(out, PATH_BYTES, "%.*s%llu.json", (int)(len - own_len), path,
                          (unsigned long long)version + 1);
    else
        return sl_fail(err, SL_E_USAGE,
                       "the file is not called %s, so --out must say where the next version goes", own);
    if (length < 0 || length >= PATH_BYTES)
        return sl_fail(err, SL_E_USAGE, "the path of the new version is too long");
    return 0;
}

/* No site that holds the version before would take anything else. */
static int check_next(const struct sl_trust *before, const struct sl_trust *trust, struct sl_err *err)
{
    if (sl_trust_check_follows(before, trust, err) == 0)
        return 0;
    err->code = SL_E_USAGE;
    return sl_hint(err, "no site that holds the version before takes such a one");
}

typedef int version_change(struct sl_trust *trust, const struct trust_context *context, struct sl_err *err);

/* The next version: what the change makes of the one before, with what the options set. */
static int make_next(struct cli *cli, const struct trust_context *context, const char *path,
                     version_change *change, struct sl_err *err)
{
    struct trust_opened opened;
    char next[PATH_BYTES];
    struct sl_trust *trust = malloc(sizeof *trust);
    if (!trust)
        return sl_fail_memory(err);
    int result = trust_open_one(&opened, path, err);
    if (result == 0)
        result = next_path(next, context, path, opened.trust->version, err);
    if (result == 0) {
        *trust = *opened.trust;
        trust->version++;
        trust->issued = cli_now();
        if (trust->expires > 0 && trust->expires <= trust->issued)
            trust->expires = 0;
        result = change(trust, context, err);
    }
    if (result == 0)
        result = apply_settings(trust, context, err);
    if (result == 0)
        result = check_next(opened.trust, trust, err);
    if (result == 0)
        result = write_document(cli, opened.trust, trust, next, err);
    sl_trust_free(trust);
    trust_opened_release(&opened);
    return result;
}

/* -- the actions -- */

int trust_run_init(struct cli *cli, const struct trust_context *context, const char *path, struct sl_err *err)
{
    if (!context->customer) {
        (void)sl_fail(err, SL_E_USAGE, "trust init needs --customer NAME");
        return sl_hint(err, "--customer '*' makes one for the sites of all customers");
    }
    struct sl_trust *trust = calloc(1, sizeof *trust);
    if (!trust)
        return sl_fail_memory(err);
    size_t count = 0;
    trust->version = 1;
    trust->epoch = 1;
    trust->issued = cli_now();
    (void)snprintf(trust->customer, sizeof trust->customer, "%s", context->customer);
    int result = strlen(context->customer) < sizeof trust->customer
                     ? each_role_key(trust, context, add_key, &count, err)
                     : sl_fail(err, SL_E_USAGE, "the name of the customer is longer than 63 characters");
    if (result == 0)
        result = apply_settings(trust, context, err);
    if (result == 0)
        result = write_document(cli, NULL, trust, path, err);
    sl_trust_free(trust);
    return result;
}

static int change_keys(struct sl_trust *trust, const struct trust_context *context, key_change *change,
                       struct sl_err *err)
{
    size_t count = 0;
    if (each_role_key(trust, context, change, &count, err) < 0)
        return -1;
    if (count > 0)
        return 0;
    (void)sl_fail(err, SL_E_USAGE, "no key was given");
    return sl_hint(err, "--root-key, --release-key, --grant-key and --site-key name a key and its role");
}

static int add_keys(struct sl_trust *trust, const struct trust_context *context, struct sl_err *err)
{
    return change_keys(trust, context, add_key, err);
}

static int drop_keys(struct sl_trust *trust, const struct trust_context *context, struct sl_err *err)
{
    return change_keys(trust, context, drop_key, err);
}

int trust_run_add_key(struct cli *cli, const struct trust_context *context, const char *path,
                      struct sl_err *err)
{
    return make_next(cli, context, path, add_keys, err);
}

int trust_run_drop_key(struct cli *cli, const struct trust_context *context, const char *path,
                       struct sl_err *err)
{
    return make_next(cli, context, path, drop_keys, err);
}

static int revoke_all(struct sl_trust *trust, const struct trust_context *context, struct sl_err *err)
{
    if (trust_revoke(trust, context, err) < 0)
        return -1;
    for (int role = 0; role < SL_ROLE_COUNT; role++)
        if (sl_trust_role_size(trust, (enum sl_trust_role)role) == 0)
            trust->thresholds[role] = 0;
    /* What takes the place of a revoked key may come in the same version. */
    size_t count = 0;
    return each_role_key(trust, context, add_key, &count, err);
}

int trust_run_revoke(struct cli *cli, const struct trust_context *context, const char *path,
                     struct sl_err *err)
{
    struct trust_context revoking = *context;
    revoking.before = path;
    return make_next(cli, &revoking, path, revoke_all, err);
}

static int set_nothing_else(struct sl_trust *trust, const struct trust_context *context, struct sl_err *err)
{
    (void)trust;
    if (context->epoch || context->floor.given || context->expires || context->clock ||
        context->thresholds.count)
        return 0;
    return sl_fail(err, SL_E_USAGE, "trust set needs --epoch, --floor, --expires, --clock or --threshold");
}

int trust_run_set(struct cli *cli, const struct trust_context *context, const char *path, struct sl_err *err)
{
    return make_next(cli, context, path, set_nothing_else, err);
}
