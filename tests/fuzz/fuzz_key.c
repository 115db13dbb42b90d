/*
 * Public and secret key files. scrypt is kept out: an encrypted key is only recognised, not opened, because a
 * second of work per input finds nothing that the parser would not.
 */
#include "fuzz.h"

#include <sealift/key.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sl_str text = {(const char *)data, size};
    struct sl_err err = {0};
    struct sl_public_key public_key;
    if (sl_public_key_read(&public_key, text, "fuzz", &err) < 0)
        FUZZ_REQUIRE(err.code == SL_E_INPUT || err.code == SL_E_LIMIT);
    else
        FUZZ_REQUIRE(sl_public_key_same(&public_key, &public_key));

    struct sl_secret_key secret;
    if (sl_secret_key_is_encrypted(text))
        return 0;
    if (sl_secret_key_read(&secret, text, SL_STR(""), "fuzz", &err) < 0)
        FUZZ_REQUIRE(err.code == SL_E_INPUT || err.code == SL_E_LIMIT);
    else
        sl_secret_key_wipe(&secret);
    return 0;
}
