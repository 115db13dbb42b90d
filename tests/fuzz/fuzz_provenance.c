/*
 * provenance.intoto.json. The first byte says what the rest is: an envelope, or ("s") the statement in one that is
 * signed here, because no search would ever find a signature.
 */
#include "fuzz.h"

#include "../support/made_text.h"
#include "crypto/dsse.h"

#include <sealift/provenance.h>

#define TYPE "application/vnd.in-toto+json"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct sl_manifest_file files[] = {{.path = SL_STR("SHA256SUMS")}, {.path = SL_STR("a")}};
    struct sl_manifest manifest = {.customer = SL_STR("c"),
                                   .release = SL_STR("r"),
                                   .environment = SL_STR("e"),
                                   .sequence = 1,
                                   .files = files,
                                   .file_count = 2};
    /* The pair of RFC 8032, section 7.1, test 1. */
    struct sl_secret_key secret = {
        .seed_and_point = {0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92,
                           0xec, 0x2c, 0xc4, 0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b,
                           0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60, 0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a,
                           0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a, 0x0e, 0xe1, 0x72, 0xf3,
                           0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a}};
    struct sl_public_key key;
    struct sl_provenance provenance;
    struct sl_err err = {0};
    struct sl_buf envelope;
    struct sl_str text = {(const char *)data + 1, size - 1};
    sl_secret_key_public(&key, &secret);
    sl_buf_init(&envelope, SL_PROVENANCE_MAX);
    if (data[0] == 's') {
        const struct sl_maker maker = text_maker(&text);
        unsigned char signature[SL_SIGNATURE_BYTES];
        FUZZ_REQUIRE(sl_dsse_sign(signature, &secret, SL_STR(TYPE), &maker, &err) == 0);
        FUZZ_REQUIRE(sl_dsse_write(&envelope, &secret, signature, SL_STR(TYPE), &maker, &err) == 0);
        text = sl_buf_view(&envelope);
    }
    if (sl_provenance_check(&provenance, text, &manifest, &key, 1, &err) < 0)
        FUZZ_REQUIRE(err.code == SL_E_REFUSED);
    else
        FUZZ_REQUIRE(provenance.signatures >= 1 && provenance.signer[0] && provenance.builder[0]);
    sl_buf_release(&envelope);
    return 0;
}
