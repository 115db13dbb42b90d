#include "sign/signatures.h"

#include "crypto/digest.h"
#include "crypto/minisig.h"

#include <stdio.h>

void sl_signatures_init(struct sl_signatures *signatures)
{
    signatures->count = 0;
    for (size_t i = 0; i < SL_SIGNATURES_MAX; i++)
        sl_buf_init(&signatures->texts[i], SL_SIGNATURE_FILE_MAX);
}

void sl_signatures_release(struct sl_signatures *signatures)
{
    for (size_t i = 0; i < SL_SIGNATURES_MAX; i++)
        sl_buf_release(&signatures->texts[i]);
}

/* Room for one more text. */
static struct sl_buf *claim_text(struct sl_signatures *signatures, struct sl_err *err)
{
    if (signatures->count < SL_SIGNATURES_MAX)
        return &signatures->texts[signatures->count];
    (void)sl_fail(err, SL_E_LIMIT, "a bundle may have %d signatures", SL_SIGNATURES_MAX);
    return NULL;
}

/* Lists the text that was claimed, in its place by key id. */
static void put(struct sl_signatures *signatures, const unsigned char key_id[SL_KEY_ID_BYTES],
                const struct sl_buf *text)
{
    struct sl_bundle_signature *items = signatures->items;
    char id[SL_KEY_ID_HEX + 1];
    (void)sl_key_id_text(id, key_id);
    size_t place = signatures->count++;
    for (; place > 0 && strcmp(items[place - 1].key_id, id) > 0; place--)
        items[place] = items[place - 1];
    memcpy(items[place].key_id, id, sizeof id);
    items[place].text = sl_buf_view(text);
}

int sl_signatures_keep(struct sl_signatures *signatures, const unsigned char key_id[SL_KEY_ID_BYTES],
                       struct sl_str text, struct sl_err *err)
{
    struct sl_buf *room = claim_text(signatures, err);
    if (!room)
        return -1;
    sl_buf_str(room, text);
    if (sl_buf_check(room, "a signature", err) < 0)
        return -1;
    put(signatures, key_id, room);
    return 0;
}

int sl_signatures_make(struct sl_signatures *signatures, const struct sl_signing_key *key,
                       const struct sl_manifest *manifest, const struct sl_text_digests *digests,
                       struct sl_err *err)
{
    struct sl_buf *room = claim_text(signatures, err);
    if (!room)
        return -1;
    char hex[SL_SHA256_HEX + 1];
    char comment[1024];
    int length = snprintf(comment, sizeof comment,
                          "sealift bundle=" SL_FMT " customer=" SL_FMT " release=" SL_FMT
                          " sequence=%llu manifest-sha256=%s",
                          SL_ARG(manifest->bundle), SL_ARG(manifest->customer), SL_ARG(manifest->release),
                          (unsigned long long)manifest->sequence, sl_digest_hex(hex, &digests->sha256));
    if (length < 0 || (size_t)length >= sizeof comment)
        return sl_fail(err, SL_E_INTERNAL, "the trusted comment is longer than its names can make it");
    if (sl_minisig_sign_prehashed(room, key, &digests->message, sl_str_from(comment), "bundle", err) < 0)
        return -1;
    put(signatures, key->public_key.id, room);
    return 0;
}

const struct sl_bundle_signature *sl_signatures_find(const struct sl_signatures *signatures,
                                                     const unsigned char key_id[SL_KEY_ID_BYTES])
{
    char id[SL_KEY_ID_HEX + 1];
    (void)sl_key_id_text(id, key_id);
    for (size_t i = 0; i < signatures->count; i++)
        if (strcmp(signatures->items[i].key_id, id) == 0)
            return &signatures->items[i];
    return NULL;
}

int sl_signing_keys_check(const struct sl_signing_key *keys, size_t count, struct sl_err *err)
{
    if (count > SL_SIGNATURES_MAX)
        return sl_fail(err, SL_E_USAGE, "a bundle has at most %d signatures, and %zu keys were given",
                       SL_SIGNATURES_MAX, count);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < i; j++) {
            const struct sl_public_key *a = &keys[i].public_key;
            const struct sl_public_key *b = &keys[j].public_key;
            bool same = sl_public_key_same(a, b);
            char id[SL_KEY_ID_HEX + 1];
            if (same || memcmp(a->id, b->id, sizeof a->id) == 0)
                return sl_fail(err, SL_E_USAGE, "keys %zu and %zu are %s: %s", j + 1, i + 1,
                               same ? "the same" : "two with one key id", sl_key_id_text(id, a->id));
        }
    }
    return 0;
}
