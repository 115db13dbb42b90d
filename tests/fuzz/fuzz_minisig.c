/*
 * Signature files. What is read is also verified, against a key and a message that fit the corpus, so that
 * the comment's bytes are touched and a forgery would be found.
 */
#include "fuzz.h"

#include "crypto/minisig.h"

#define KEY     "RWSMZFUCg3zyoH+FjXwNsM5gzOyO/i742JG/XWAFidAbnCx0yhSq3IRB"
#define COMMENT "timestamp:1795256159\tfile:m\thashed"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sl_err err = {0};
    struct sl_public_key key;
    FUZZ_REQUIRE(sl_public_key_read(&key, SL_STR(KEY), "key", &err) == 0);

    struct sl_minisig signature;
    struct sl_str text = {(const char *)data, size};
    if (sl_minisig_read(&signature, text, "fuzz", &err) < 0) {
        FUZZ_REQUIRE(err.code == SL_E_REFUSED);
        return 0;
    }
    for (size_t i = 0; i < signature.trusted_comment.len; i++) {
        unsigned char byte = (unsigned char)signature.trusted_comment.ptr[i];
        FUZZ_REQUIRE((byte >= 0x20 || byte == '\t') && byte != 0x7f);
    }
    struct sl_signed_message message;
    sl_signed_message_of(&message, SL_STR("hi\n"));
    /* The key ever signed one thing with one comment. */
    if (sl_minisig_verify(&signature, &key, &message, "fuzz", &err) == 0)
        FUZZ_REQUIRE(sl_str_equal(signature.trusted_comment, SL_STR(COMMENT)));
    else
        FUZZ_REQUIRE(err.code == SL_E_REFUSED);
    return 0;
}
