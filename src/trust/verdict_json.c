#include <sealift/verify.h>

#include <string.h>

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
        if (line->text[0])
            sl_json_key_text(json, "explanation", sl_str_from(line->text));
        sl_json_key_text(json, "outcome", sl_str_from(sl_step_outcome_name(line->outcome)));
        sl_json_key_text(json, "step", sl_str_from(sl_verdict_step_name((enum sl_verdict_step)i)));
        sl_json_end(json);
    }
    sl_json_end(json);
}

void sl_verdict_json(struct sl_json *json, const struct sl_verdict *verdict)
{
    static const unsigned char none[sizeof verdict->manifest_sha256];
    sl_json_map(json);
    sl_json_key_bool(json, "accepted", verdict->accepted);
    if (verdict->bundle[0])
        sl_json_key_text(json, "bundle", sl_str_from(verdict->bundle));
    if (memcmp(verdict->manifest_sha256, none, sizeof none) != 0)
        sl_json_key_hex(json, "manifest_sha256", verdict->manifest_sha256, sizeof none);
    if (verdict->proved_time > 0)
        sl_json_key_unsigned(json, "proved_time", (uint64_t)verdict->proved_time);
    sl_json_key_unsigned(json, "schema", 1);
    write_signers(json, verdict);
    write_steps(json, verdict);
    if (verdict->now != 0) {
        sl_json_key(json, "time");
        sl_json_integer(json, verdict->now);
    }
    sl_json_key_unsigned(json, "trust_taken", verdict->trust_taken);
    if (verdict->trust_version > 0)
        sl_json_key_unsigned(json, "trust_version", verdict->trust_version);
    sl_json_end(json);
}
