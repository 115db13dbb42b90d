/*
 * Any text: refused, or a trust.json that is written again in the same bytes, and that no signature which nobody
 * made opens. Behind a NUL may come a signature file over it.
 */
#include "fuzz.h"

#include "base/limits.h"
#include <sealift/trust.h>

static void require_closed(struct sl_str json, struct sl_str signature, uint64_t version)
{
    struct sl_trust_signature given = {.key_id = "0000000000000000", .text = signature};
    struct sl_trust_step step = {
        .version = version, .json = json, .signatures = &given, .signature_count = 1};
    struct sl_trust *trust = NULL;
    struct sl_err err = {0};
    FUZZ_REQUIRE(sl_trust_open(&trust, &step, &err) < 0);
    FUZZ_REQUIRE(err.code == SL_E_REFUSED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sl_str whole = {(const char *)data, size};
    struct sl_str json = sl_str_slice(whole, 0, sl_str_find(whole, '\0'));
    struct sl_trust *trust = NULL;
    struct sl_err err = {0};
    if (sl_trust_read(&trust, json, "trust.json", &err) < 0) {
        FUZZ_REQUIRE(err.code == SL_E_REFUSED);
        return 0;
    }
    struct sl_buf again;
    sl_buf_init(&again, SL_TRUST_FILE_MAX);
    FUZZ_REQUIRE(sl_trust_write(&again, trust, &err) == 0);
    FUZZ_REQUIRE(sl_str_equal(sl_buf_view(&again), json));
    require_closed(json, sl_str_slice(whole, json.len + 1, whole.len), trust->version);
    sl_buf_release(&again);
    sl_trust_free(trust);
    return 0;
}
