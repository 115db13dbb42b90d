#include "signatures.h"

#include "base/cleanup.h"
#include "compare.h"
#include "crypto/minisig.h"
#include "enrolled.h"
#include "io/file.h"

#include <stdio.h>

/* -- what is there -- */

struct loading {
    struct site_signatures *into;
    int dir;
};

static int take(void *context, const struct sl_dir_entry *entry, struct sl_err *err)
{
    const struct loading *loading = context;
    struct site_signatures *into = loading->into;
    if (S_ISDIR(entry->info.st_mode))
        return 1;
    struct sl_str key_id = site_signature_key_id(sl_str_from(entry->path));
    if (key_id.len == 0 || into->count == SITE_SIGNATURES_MAX)
        return 0;
    struct sl_buf *text = &into->texts[into->count];
    sl_buf_init(text, SL_SIGNATURE_FILE_MAX);
    if (sl_file_read_beneath(text, loading->dir, entry->path, SL_SIGNATURE_FILE_MAX, err) < 0) {
        sl_buf_release(text);
        if (err->code == SL_E_NO_MEMORY)
            return -1;
        /* What cannot be read proves nothing. */
        sl_err_clear(err);
        return 0;
    }
    if (!site_is_signature(sl_buf_view(text), key_id)) {
        sl_buf_release(text);
        return 0;
    }
    struct sl_trust_signature *signature = &into->items[into->count++];
    (void)snprintf(signature->key_id, sizeof signature->key_id, SL_FMT, SL_ARG(key_id));
    signature->text = sl_buf_view(text);
    return 0;
}

int site_signatures_load(struct site_signatures *out, int generation, struct sl_err *err)
{
    *out = (struct site_signatures){.count = 0};
    struct loading loading = {out, generation};
    return sl_dir_walk(generation, take, &loading, err);
}

void site_signatures_release(struct site_signatures *signatures)
{
    for (size_t i = 0; i < signatures->count; i++)
        sl_buf_release(&signatures->texts[i]);
    signatures->count = 0;
}

/* -- whether it is good -- */

static void try_key(struct site_signatures *signatures, const struct sl_signed_message *manifest,
                    const struct sl_public_key *key)
{
    for (size_t i = 0; i < signatures->count; i++) {
        struct sl_minisig signature;
        struct sl_err ignored = {0};
        const struct sl_trust_signature *item = &signatures->items[i];
        if (signatures->good[i] || sl_minisig_read(&signature, item->text, "signature", &ignored) < 0 ||
            memcmp(signature.key_id, key->id, sizeof key->id) != 0)
            continue;
        signatures->known[i] = true;
        signatures->good[i] = sl_minisig_verify(&signature, key, manifest, "signature", &ignored) == 0;
    }
}

static void try_trust(struct site_signatures *signatures, const struct sl_signed_message *manifest,
                      const struct sl_trust *trust)
{
    for (size_t i = 0; i < trust->key_count; i++)
        if (trust->keys[i].roles >> SL_ROLE_RELEASE & 1U)
            try_key(signatures, manifest, &trust->keys[i].key);
}

static bool all_good(const struct site_signatures *signatures)
{
    for (size_t i = 0; i < signatures->count; i++)
        if (!signatures->good[i])
            return false;
    return true;
}

int site_signatures_prove(struct site_signatures *signatures, struct sl_str manifest_json,
                          const struct site_provers *by, struct sl_err *err)
{
    struct sl_signed_message manifest;
    sl_signed_message_of(&manifest, manifest_json);
    for (size_t i = 0; i < by->key_count; i++)
        try_key(signatures, &manifest, &by->keys[i]);
    if (by->trust)
        try_trust(signatures, &manifest, by->trust);
    /* The newest has them mostly, and there may be thousands. */
    for (size_t i = by->steps ? sl_trust_steps_count(by->steps) : 0; i > 0 && !all_good(signatures); i--) {
        SL_CLEANUP(sl_trust_freep) struct sl_trust *trust = NULL;
        if (sl_trust_read(&trust, sl_trust_steps_at(by->steps, i - 1)->json, "trust.json", err) < 0)
            return -1;
        try_trust(signatures, &manifest, trust);
    }
    return 0;
}

bool site_signatures_false(const struct site_signatures *signatures, struct sl_str key_id)
{
    for (size_t i = 0; i < signatures->count; i++)
        if (sl_str_equal(sl_str_from(signatures->items[i].key_id), key_id))
            return signatures->known[i] && !signatures->good[i];
    return false;
}

/* -- without a bundle -- */

static bool judged_by_trust(const struct site *site, struct sl_str name)
{
    for (size_t i = 0; i < site->history.count; i++) {
        const struct sl_site_change *change = &site->history.changes[i];
        if (change->signer_count > 0 && change->trust_version > 0 && sl_str_equal(change->to, name))
            return true;
    }
    return false;
}

static int prove_here(struct site_signatures *signatures, const struct site *site,
                      struct sl_str manifest_json, struct sl_err *err)
{
    SL_CLEANUP(sl_trust_steps_freep) struct sl_trust_steps *steps = NULL;
    if (site_trust_versions(&steps, site, err) < 0)
        return -1;
    const struct site_provers by = {.steps = steps};
    return site_signatures_prove(signatures, manifest_json, &by, err);
}

int site_signatures_check(struct site_signatures *out, const struct site *site, struct sl_str name,
                          int generation, struct sl_str manifest_json, struct sl_err *err)
{
    *out = (struct site_signatures){.count = 0};
    if (!site->identity.enrolled || !judged_by_trust(site, name))
        return 0;
    if (site_signatures_load(out, generation, err) == 0 && prove_here(out, site, manifest_json, err) == 0)
        return 0;
    site_signatures_release(out);
    if (err->code == SL_E_NO_MEMORY)
        return -1;
    sl_err_clear(err);
    return 0;
}
