#include <sealift/verify.h>

#include "crypto/digest.h"

static void write_signers(struct sl_json *json, const struct sl_verdict *verdict)
{
    sl_json_key(json, "signers");
    sl_json_list(json);
    for (size_t i = 0; i < verdict->signer_count; i++)
        sl_json_text(json, sl_str_from(verdict->signers[i]));
    sl_json_end(json);
}

static void write_steps(struct sl_json *json, const struct sl_verdict *verdict)
{
    sl_json_key(json, "steps");
    sl_json_list(json);
    for (int i = 0; i < SL_STEP_COUNT; i++) {
        const struct sl_verdict_line *line = &verdict->steps[i];
        sl_json_map(json);
        sl_json_key_text(json, "explanation", sl_str_from(line->text));
        sl_json_key_text(json, "outcome", sl_str_from(sl_step_outcome_name(line->outcome)));
        sl_json_key_text(json, "step", sl_str_from(sl_verdict_step_name((enum sl_verdict_step)i)));
        sl_json_end(json);
    }
    sl_json_end(json);
}

void sl_verdict_json(struct sl_json *json, const struct sl_verdict *verdict)
{
    struct sl_digest digest;
    char hex[SL_SHA256_HEX + 1];
    memcpy(digest.bytes, verdict->manifest_sha256, sizeof digest.bytes);
    sl_json_map(json);
    sl_json_key_bool(json, "accepted", verdict->accepted);
    sl_json_key_text(json, "bundle", sl_str_from(verdict->bundle));
    sl_json_key_text(json, "manifest_sha256", sl_str_from(sl_digest_hex(hex, &digest)));
    sl_json_key_unsigned(json, "proved_time", (uint64_t)verdict->proved_time);
    sl_json_key_unsigned(json, "schema", 1);
    write_signers(json, verdict);
    write_steps(json, verdict);
    sl_json_key(json, "time");
    sl_json_integer(json, verdict->now);
    sl_json_key_unsigned(json, "trust_taken", verdict->trust_taken);
    sl_json_key_unsigned(json, "trust_version", verdict->trust_version);
    sl_json_end(json);
}
