/*
 * What `sealift trust revoke` takes back: keys, from a point on, and bundles.
 */
#include "cmd_trust.h"

#include <sealift/text.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* -- whom -- */

enum { LISTED_MAX = 160, PATH_BYTES = 4096, TYPING_ERRORS = 8 };

/* A key that was given by its id, until a version is found that lists it, or by its name. */
struct sought {
    const char *typed;
    bool named;
    unsigned char name[32];
};

static bool seek_in(struct sought *sought, const struct sl_trust *trust)
{
    char id[SL_KEY_ID_HEX + 1];
    if (sought->named)
        return sl_trust_key_find(trust, sought->name) || sl_trust_key_revoked(trust, sought->name);
    for (size_t i = 0; i < trust->key_count && !sought->named; i++)
        if (strcasecmp(sought->typed, sl_key_id_text(id, trust->keys[i].key.id)) == 0) {
            memcpy(sought->name, trust->keys[i].sha256, sizeof sought->name);
            sought->named = true;
        }
    return sought->named;
}

/* False with nothing in `unknown` where there is no such file. */
static bool seek_in_file(struct sought *sought, const char *path, struct sl_err *unknown)
{
    struct trust_opened opened;
    struct sl_err why = {0};
    if (access(path, F_OK) != 0)
        return false;
    int result = trust_open_one(&opened, path, &why);
    bool found = result == 0 && seek_in(sought, opened.trust);
    trust_opened_release(&opened);
    if (result < 0 && !unknown->message[0])
        *unknown = why;
    return found;
}

/* In an earlier version that lies beside this one: what such a key signed may still be somewhere. `trust` has the number of the
 * next version already. What could not be looked at is in `unknown`. */
static bool seek_earlier(struct sought *sought, const struct sl_trust *trust, const char *path,
                         struct sl_err *unknown)
{
    char own[32];
    char shown[256];
    char earlier[PATH_BYTES];
    (void)snprintf(own, sizeof own, "%llu.json", (unsigned long long)trust->version - 1);
    size_t own_len = strlen(own);
    struct sl_str directory = sl_str_from(path);
    bool numbered = sl_str_ends_with(directory, sl_str_from(own));
    directory.len -= numbered ? own_len : 0;
    if (!numbered || (directory.len > 0 && !sl_str_ends_with(directory, SL_STR("/")))) {
        if (trust->version > 2)
            (void)sl_fail(unknown, SL_E_USAGE,
                          "none was looked for, since %s, which is version %llu, is not called %s",
                          sl_escape(shown, sizeof shown, sl_str_from(path)),
                          (unsigned long long)trust->version - 1, own);
        return false;
    }
    for (uint64_t version = trust->version - 2; version > 0; version--) {
        int length = snprintf(earlier, sizeof earlier, "%.*s%llu.json", (int)directory.len, path,
                              (unsigned long long)version);
        if (length > 0 && (size_t)length < sizeof earlier && seek_in_file(sought, earlier, unknown))
            return true;
    }
    return false;
}

static bool seek(struct sought *sought, const struct sl_trust *trust, const char *path,
                 struct sl_err *unknown)
{
    *unknown = (struct sl_err){0};
    if (!sought->named && strlen(sought->typed) != SL_KEY_ID_HEX)
        return false;
    return seek_in(sought, trust) || seek_earlier(sought, trust, path, unknown);
}

/* As it was typed: the ids of the keys that are listed, or the one that was meant, so it seems. */
static int hint_listed(const struct sl_trust *trust, const char *typed, const char *otherwise,
                       struct sl_err *err)
{
    char list[LISTED_MAX] = "";
    char id[SL_KEY_ID_HEX + 1];
    size_t used = 0;
    for (size_t i = 0; i < trust->key_count; i++) {
        char hex[65];
        (void)sl_key_id_text(id, trust->keys[i].key.id);
        for (size_t at = 0; at < 32; at++)
            (void)snprintf(hex + 2 * at, 3, "%02x", trust->keys[i].sha256[at]);
        struct sl_str said = sl_str_from(typed);
        if (sl_edit_distance(said, sl_str_from(hex), TYPING_ERRORS) < TYPING_ERRORS ||
            sl_edit_distance(said, sl_str_from(id), TYPING_ERRORS / 2) < TYPING_ERRORS / 2)
            return sl_hint(err, "did you mean key %s, %s? %s", id, hex, otherwise);
        if (used + sizeof id + 2 < sizeof list)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", used ? ", " : "", id);
    }
    return sl_hint(err, "listed are %s; %s", list, otherwise);
}

/* Whoever revokes a stolen key in a hurry must not believe that it is done when a digit was wrong. */
static int not_listed(const struct sl_trust *trust, const char *typed, const struct sl_err *unknown,
                      struct sl_err *err)
{
    char shown[128];
    (void)sl_escape(shown, sizeof shown, sl_str_from(typed));
    if (unknown->message[0]) {
        (void)sl_fail(
            err, SL_E_USAGE,
            "--key %s: this version does not list that key, and whether an earlier one does is not known: %s",
            shown, unknown->message);
        return sl_hint(err, "--unlisted revokes it all the same, by its .pub file or its SHA-256");
    }
    (void)sl_fail(err, SL_E_USAGE,
                  "--key %s: no version here lists that key, so revoking it takes nothing back", shown);
    return hint_listed(trust, typed, "--unlisted for one of a version that is not here", err);
}

/* 64 digits in either case: other programs print them in upper case. */
static bool parse_sha256(unsigned char out[32], const char *typed)
{
    char lower[65];
    size_t len = strlen(typed);
    for (size_t i = 0; i <= len && i < sizeof lower; i++)
        lower[i] = (char)(typed[i] >= 'A' && typed[i] <= 'F' ? typed[i] - 'A' + 'a' : typed[i]);
    return len == sizeof lower - 1 && cli_sha256(out, lower);
}

/* A key by its file, its SHA-256 or its id; one that no version lists only where that is meant. */
static int find_key(unsigned char out[32], const struct sl_trust *trust, const struct trust_context *context,
                    const char *typed, struct sl_err *err)
{
    struct sl_err unknown;
    struct sought sought = {.typed = typed};
    sought.named = parse_sha256(sought.name, typed);
    bool listed = seek(&sought, trust, context->before, &unknown);
    if (!sought.named && access(typed, F_OK) != 0) {
        char shown[128];
        if (unknown.message[0])
            return not_listed(trust, typed, &unknown, err);
        (void)sl_fail(err, SL_E_USAGE, "\"%s\" is no key id or SHA-256 of a key that is listed, nor a file",
                      sl_escape(shown, sizeof shown, sl_str_from(typed)));
        return hint_listed(trust, typed, "a SHA-256 has 64 digits", err);
    }
    if (!sought.named) {
        struct cli_keys keys;
        struct cli_list list = {.items = {typed}, .count = 1};
        if (cli_public_keys(&keys, &list, err) < 0)
            return -1;
        sl_trust_key_name(sought.name, &keys.keys[0]);
        sought.named = true;
        listed = seek(&sought, trust, context->before, &unknown);
    }
    memcpy(out, sought.name, sizeof sought.name);
    return listed || context->unlisted ? 0 : not_listed(trust, typed, &unknown, err);
}

/* -- from where on -- */

/* Digits only, at most 2^53 - 1. */
static bool parse_count(uint64_t *out, struct sl_str text)
{
    *out = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9' || text.len > 16)
            return false;
        *out = *out * 10 + (uint64_t)(text.ptr[i] - '0');
    }
    return text.len > 0 && *out <= UINT64_C(9007199254740991);
}

/*
 * "17" or "2:17", a sequence and its epoch. After the first epoch a bare number is ambiguous: the key was stolen in one epoch,
 * the document may have the next one already, and the wrong guess would let the thief sign. 0 means nothing in any of them.
 */
static int parse_point(struct sl_trust_point *out, const struct sl_trust *trust, const char *item,
                       struct sl_err *err)
{
    char shown[64];
    struct sl_str text = sl_str_from(item);
    size_t colon = sl_str_find(text, ':');
    bool both = colon < text.len;
    struct sl_str sequence = both ? sl_str_slice(text, colon + 1, text.len) : text;
    out->epoch = trust->epoch;
    if (!parse_count(&out->sequence, sequence) ||
        (both && !parse_count(&out->epoch, sl_str_slice(text, 0, colon))))
        return sl_fail(err, SL_E_USAGE, "--void-after wants a sequence, or EPOCH:SEQUENCE, not \"%s\"",
                       sl_escape(shown, sizeof shown, text));
    if (out->epoch > trust->epoch)
        return sl_fail(err, SL_E_USAGE, "--void-after %s is of an epoch to come: this is epoch %llu",
                       sl_escape(shown, sizeof shown, text), (unsigned long long)trust->epoch);
    if (both || out->sequence == 0 || trust->epoch <= 1)
        return 0;
    (void)sl_fail(
        err, SL_E_USAGE,
        "--void-after %s: this is epoch %llu, and sequences begin anew with each: of which epoch is "
        "it?",
        sl_escape(shown, sizeof shown, text), (unsigned long long)trust->epoch);
    return sl_hint(
        err,
        "write EPOCH:SEQUENCE, as --void-after %llu:%s, once for each epoch in which anything that "
        "the key signed still counts; in all others nothing does",
        (unsigned long long)trust->epoch - 1, shown);
}

static int parse_points(struct sl_trust_point out[CLI_LIST_MAX], const struct sl_trust *trust,
                        const struct cli_list *list, struct sl_err *err)
{
    for (size_t i = 0; i < list->count; i++) {
        if (parse_point(&out[i], trust, list->items[i], err) < 0)
            return -1;
        for (size_t k = 0; k < i; k++)
            if (out[k].epoch == out[i].epoch)
                return sl_fail(err, SL_E_USAGE, "--void-after was given twice for epoch %llu",
                               (unsigned long long)out[i].epoch);
    }
    return 0;
}

int trust_revoke(struct sl_trust *trust, const struct trust_context *context, struct sl_err *err)
{
    struct sl_trust_point points[CLI_LIST_MAX];
    if (context->signers.keys.count + context->bundles.count == 0)
        return sl_fail(err, SL_E_USAGE, "trust revoke needs --key KEY or --bundle SHA256");
    if (parse_points(points, trust, &context->void_after, err) < 0)
        return -1;
    for (size_t i = 0; i < context->signers.keys.count; i++) {
        unsigned char name[32];
        const char *typed = context->signers.keys.items[i];
        if (find_key(name, trust, context, typed, err) < 0 ||
            sl_trust_revoke_key(trust, name, points, context->void_after.count, err) < 0)
            return -1;
    }
    for (size_t i = 0; i < context->bundles.count; i++) {
        unsigned char digest[32];
        if (!cli_sha256(digest, context->bundles.items[i]))
            return sl_fail(err, SL_E_USAGE, "--bundle wants the 64 digits of a digest, as inspect shows it");
        if (sl_trust_revoke_bundle(trust, digest, err) < 0)
            return -1;
    }
    return 0;
}
