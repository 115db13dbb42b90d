#include <sealift/grant.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "beside.h"
#include "crypto/minisig.h"
#include "io/file.h"
#include "io/sys.h"

struct sl_grant_file {
    struct sl_buf json;
    struct sl_buf texts[SL_SIGNATURES_MAX];
    struct sl_trust_signature signatures[SL_SIGNATURES_MAX];
    size_t count;
};

void sl_grant_file_free(struct sl_grant_file *file)
{
    if (!file)
        return;
    sl_buf_release(&file->json);
    for (size_t i = 0; i < SL_SIGNATURES_MAX; i++)
        sl_buf_release(&file->texts[i]);
    free(file);
}

void sl_grant_file_freep(struct sl_grant_file **file)
{
    sl_grant_file_free(*file);
    *file = NULL;
}

struct sl_str sl_grant_file_json(const struct sl_grant_file *file)
{
    return sl_buf_view(&file->json);
}

int sl_grant_sign(struct sl_buf *out, struct sl_str json, const struct sl_signing_key *key,
                  struct sl_err *err)
{
    return sl_minisig_sign_document(out, key, json, "grant", "", err);
}

/* -- from a disk -- */

struct loading {
    struct sl_grant_file *file;
    const char *name; /* of the grant, in its directory */
    int dir;
};

static int visit(void *context, const struct sl_dir_entry *entry, struct sl_err *err)
{
    struct loading *loading = context;
    struct sl_grant_file *file = loading->file;
    char key_id[SL_KEY_ID_HEX + 1];
    if (S_ISDIR(entry->info.st_mode))
        return 1;
    if (!trust_is_beside(key_id, sl_str_from(loading->name), sl_str_from(entry->path)))
        return 0;
    if (file->count == SL_SIGNATURES_MAX)
        return sl_fail(err, SL_E_LIMIT, "the grant has more than %d signatures", SL_SIGNATURES_MAX);
    struct sl_trust_signature *signature = &file->signatures[file->count];
    struct sl_buf *text = &file->texts[file->count];
    if (sl_file_read_beneath(text, loading->dir, entry->path, SL_SIGNATURE_FILE_MAX, err) < 0)
        return -1;
    memcpy(signature->key_id, key_id, sizeof key_id);
    signature->text = sl_buf_view(text);
    file->count++;
    return 0;
}

int sl_grant_load(struct sl_grant_file **out, const char *path, struct sl_err *err)
{
    SL_CLEANUP(sl_grant_file_freep) struct sl_grant_file *file = calloc(1, sizeof *file);
    if (!file)
        return sl_fail_memory(err);
    sl_buf_init(&file->json, SL_GRANT_BYTES_MAX);
    for (size_t i = 0; i < SL_SIGNATURES_MAX; i++)
        sl_buf_init(&file->texts[i], SL_SIGNATURE_FILE_MAX);
    if (sl_file_read(&file->json, path, SL_GRANT_BYTES_MAX, err) < 0)
        return -1;
    const char *name = NULL;
    SL_CLEANUP(sl_closep) int dir = trust_open_parent(&name, path, err);
    if (dir < 0)
        return -1;
    struct loading loading = {.file = file, .name = name, .dir = dir};
    if (sl_dir_walk(dir, visit, &loading, err) < 0)
        return -1;
    *out = sl_steal(&file);
    return 0;
}

/* -- judging -- */

int sl_grant_check(struct sl_grant *out, const struct sl_trust *trust, const struct sl_grant_file *file,
                   struct sl_err *err)
{
    struct sl_trust_tally tally;
    const struct sl_trust_step signed_text = {
        .json = sl_buf_view(&file->json), .signatures = file->signatures, .signature_count = file->count};
    if (sl_trust_tally_signatures(&tally, trust, SL_ROLE_GRANT, &signed_text, err) < 0)
        return sl_wrap(err, "the grant");
    unsigned valid = sl_trust_count_valid(trust, tally.signed_by, UINT64_MAX, UINT64_MAX);
    if (!sl_trust_tally_met(&tally) || valid < tally.threshold) {
        (void)sl_fail(err, SL_E_REFUSED,
                      "the grant is signed by %u of the %u keys of role grant that are needed", valid,
                      tally.threshold);
        return sl_hint(err, "its signatures lie beside it, as NAME.KEYID.minisig: copy them too");
    }
    return sl_grant_read(out, signed_text.json, "the grant", err);
}
