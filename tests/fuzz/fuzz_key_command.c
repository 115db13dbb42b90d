/*
 * What an external signer prints. The first byte says whether a signature was asked for.
 */
#include "fuzz.h"

#include <sealift/key_command.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct sl_err err = {0};
    struct sl_public_key key;
    struct sl_public_key again;
    unsigned char signature[SL_SIGNATURE_BYTES];
    struct sl_str text = {(const char *)data + 1, size - 1};
    if (sl_key_command_answer(&key, data[0] == 's' ? signature : NULL, text, "fuzz", &err) < 0) {
        FUZZ_REQUIRE(err.code == SL_E_INPUT || err.code == SL_E_LIMIT);
        return 0;
    }
    /* A key that was accepted can be written and read. */
    struct sl_buf written;
    sl_buf_init(&written, 4096);
    sl_public_key_write(&written, &key);
    FUZZ_REQUIRE(sl_public_key_read(&again, sl_buf_view(&written), "fuzz", &err) == 0);
    FUZZ_REQUIRE(sl_public_key_same(&key, &again));
    sl_buf_release(&written);
    return 0;
}
