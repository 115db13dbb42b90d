/*
 * What `sealift trust revoke` takes back: keys, from a point on, and bundles.
 */
#include "cmd_trust.h"

#include <sealift/text.h>
#include <string.h>
#include <unistd.h>

/* A key by its file, its SHA-256 or its id. */
static int find_key(unsigned char out[32], const struct sl_trust *trust, const char *name, struct sl_err *err)
{
    char id[SL_KEY_ID_HEX + 1];
    char shown[256];
    if (cli_sha256(out, name))
        return 0;
    for (size_t i = 0; i < trust->key_count; i++) {
        memcpy(out, trust->keys[i].sha256, 32);
        if (strcmp(name, sl_key_id_text(id, trust->keys[i].key.id)) == 0)
            return 0;
    }
    if (access(name, F_OK) != 0)
        return sl_fail(err, SL_E_USAGE, "\"%s\" is no key id or SHA-256 of a key that is listed, nor a file",
                       sl_escape(shown, sizeof shown, sl_str_from(name)));
    struct cli_keys keys;
    struct cli_list list = {.items = {name}, .count = 1};
    if (cli_public_keys(&keys, &list, err) < 0)
        return -1;
    sl_trust_key_name(out, &keys.keys[0]);
    return 0;
}

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
        if (find_key(name, trust, context->signers.keys.items[i], err) < 0 ||
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
