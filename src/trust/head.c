#include "head.h"

#include "crypto/digest.h"

int trust_head_read(struct sl_bundle_head *out, struct sl_manifest **manifest,
                    const struct sl_bundle_reader *reader, const struct trust_judgement *judgement,
                    struct sl_err *err)
{
    struct sl_str json = sl_bundle_reader_manifest(reader);
    if (sl_manifest_read(manifest, json, err) < 0)
        return -1;
    struct sl_digest digest;
    sl_sha256(&digest, json.ptr, json.len);
    *out = (struct sl_bundle_head){
        .manifest = *manifest,
        .manifest_json = json,
        .signers = judgement->signers,
        .signer_count = judgement->count,
    };
    memcpy(out->manifest_sha256, digest.bytes, sizeof digest.bytes);
    return 0;
}
