#include <criterion/criterion.h>

#include "crypto/digest.h"
#include "crypto/sha1.h"
#include <stdlib.h>

/* The examples of NIST for FIPS 180-4. */
static const struct {
    struct sl_str message;
    const char *hex;
} sha256_answers[] = {
    {SL_STR_INIT(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {SL_STR_INIT("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {SL_STR_INIT("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {SL_STR_INIT("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqr"
                 "lmnopqrsmnopqrstnopqrstu"),
     "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
};

Test(sha256, gives_the_known_answers)
{
    for (size_t i = 0; i < sizeof sha256_answers / sizeof sha256_answers[0]; i++) {
        struct sl_digest digest;
        char hex[SL_SHA256_HEX + 1];
        sl_sha256(&digest, sha256_answers[i].message.ptr, sha256_answers[i].message.len);
        cr_expect_str_eq(sl_digest_hex(hex, &digest), sha256_answers[i].hex);
    }
}

Test(sha256, of_a_million_times_a_in_pieces_is_the_known_answer)
{
    char piece[1000];
    memset(piece, 'a', sizeof piece);
    struct sl_sha256 state;
    sl_sha256_init(&state);
    for (int i = 0; i < 1000; i++)
        sl_sha256_update(&state, piece, sizeof piece);
    struct sl_digest digest;
    sl_sha256_final(&state, &digest);
    char hex[SL_SHA256_HEX + 1];
    cr_expect_str_eq(sl_digest_hex(hex, &digest),
                     "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

Test(sha256, does_not_depend_on_how_the_data_is_cut)
{
    unsigned char data[200];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (unsigned char)(i * 7);
    struct sl_digest whole;
    sl_sha256(&whole, data, sizeof data);
    for (size_t cut = 0; cut <= sizeof data; cut++) {
        struct sl_sha256 state;
        struct sl_digest digest;
        sl_sha256_init(&state);
        sl_sha256_update(&state, data, cut);
        sl_sha256_update(&state, NULL, 0);
        sl_sha256_update(&state, data + cut, sizeof data - cut);
        sl_sha256_final(&state, &digest);
        cr_expect(sl_digest_equal(&digest, &whole), "cut at %zu", cut);
    }
}

/* The first is the example of RFC 7693, appendix A. */
Test(blake2b, gives_the_known_answers)
{
    static const struct {
        struct sl_str message;
        unsigned char digest[SL_BLAKE2B_BYTES];
    } answers[] = {
        {SL_STR_INIT("abc"),
         {0xba, 0x80, 0xa5, 0x3f, 0x98, 0x1c, 0x4d, 0x0d, 0x6a, 0x27, 0x97, 0xb6, 0x9f, 0x12, 0xf6, 0xe9,
          0x4c, 0x21, 0x2f, 0x14, 0x68, 0x5a, 0xc4, 0xb7, 0x4b, 0x12, 0xbb, 0x6f, 0xdb, 0xff, 0xa2, 0xd1,
          0x7d, 0x87, 0xc5, 0x39, 0x2a, 0xab, 0x79, 0x2d, 0xc2, 0x52, 0xd5, 0xde, 0x45, 0x33, 0xcc, 0x95,
          0x18, 0xd3, 0x8a, 0xa8, 0xdb, 0xf1, 0x92, 0x5a, 0xb9, 0x23, 0x86, 0xed, 0xd4, 0x00, 0x99, 0x23}},
        {{NULL, 0},
         {0x78, 0x6a, 0x02, 0xf7, 0x42, 0x01, 0x59, 0x03, 0xc6, 0xc6, 0xfd, 0x85, 0x25, 0x52, 0xd2, 0x72,
          0x91, 0x2f, 0x47, 0x40, 0xe1, 0x58, 0x47, 0x61, 0x8a, 0x86, 0xe2, 0x17, 0xf7, 0x1f, 0x54, 0x19,
          0xd2, 0x5e, 0x10, 0x31, 0xaf, 0xee, 0x58, 0x53, 0x13, 0x89, 0x64, 0x44, 0x93, 0x4e, 0xb0, 0x4b,
          0x90, 0x3a, 0x68, 0x5b, 0x14, 0x48, 0xb7, 0x55, 0xd5, 0x6f, 0x70, 0x1a, 0xfe, 0x9b, 0xe2, 0xce}},
    };
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        unsigned char digest[SL_BLAKE2B_BYTES];
        sl_blake2b_512(digest, answers[i].message.ptr, answers[i].message.len);
        cr_expect_arr_eq(digest, answers[i].digest, sizeof digest);
    }
}

Test(blake2b, in_pieces_is_that_of_the_whole)
{
    char text[1000];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)i;
    unsigned char whole[SL_BLAKE2B_BYTES];
    sl_blake2b_512(whole, text, sizeof text);
    for (size_t piece = 1; piece < sizeof text; piece += 61) {
        unsigned char digest[SL_BLAKE2B_BYTES];
        struct sl_blake2b state;
        sl_blake2b_512_init(&state);
        for (size_t at = 0; at < sizeof text; at += piece)
            sl_blake2b_512_update(&state, text + at, at + piece < sizeof text ? piece : sizeof text - at);
        sl_blake2b_512_final(&state, digest);
        cr_expect_arr_eq(digest, whole, sizeof digest, "pieces of %zu", piece);
    }
}

Test(digest, text_and_bytes_are_the_same_both_ways)
{
    struct sl_err err = {0};
    for (size_t i = 0; i < sizeof sha256_answers / sizeof sha256_answers[0]; i++) {
        struct sl_digest digest;
        char hex[SL_SHA256_HEX + 1];
        cr_assert_eq(sl_digest_parse(&digest, sl_str_from(sha256_answers[i].hex), &err), 0, "%s",
                     err.message);
        cr_expect_str_eq(sl_digest_hex(hex, &digest), sha256_answers[i].hex);
    }
}

Test(digest, equality_sees_every_bit)
{
    struct sl_digest a;
    sl_sha256(&a, "abc", 3);
    for (size_t bit = 0; bit < 8 * sizeof a.bytes; bit++) {
        struct sl_digest b = a;
        cr_expect(sl_digest_equal(&a, &b));
        b.bytes[bit / 8] ^= (unsigned char)(1U << bit % 8);
        cr_expect(!sl_digest_equal(&a, &b), "bit %zu", bit);
    }
}

#define SIXTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852"

Test(digest, what_is_not_64_lower_case_digits_is_refused_with_the_place)
{
    static const struct {
        struct sl_str text;
        const char *says;
    } rows[] = {
        {SL_STR_INIT(""), "0 bytes"},
        {SL_STR_INIT(SIXTY "b85"), "63 bytes"},
        {SL_STR_INIT(SIXTY "b855\n"), "65 bytes"},
        {SL_STR_INIT(SIXTY "b85B"), "place 64"},
        {SL_STR_INIT(SIXTY "B855"), "place 61"},
        {SL_STR_INIT(SIXTY "b 55"), "place 62"},
        {SL_STR_INIT(SIXTY "b8\0005"), "place 63"},
        {SL_STR_INIT(SIXTY "b8g5"), "place 63"},
        {SL_STR_INIT(SIXTY "b8/5"), "place 63"},
        {SL_STR_INIT(SIXTY "b8:5"), "place 63"},
        {SL_STR_INIT(SIXTY "b8`5"), "place 63"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sl_digest digest = {{1}};
        struct sl_err err = {0};
        cr_expect_eq(sl_digest_parse(&digest, rows[i].text, &err), -1, "row %zu", i);
        cr_expect_eq(err.code, SL_E_INPUT);
        cr_expect_not_null(strstr(err.message, rows[i].says), "row %zu says: %s", i, err.message);
        cr_expect_eq(digest.bytes[0], 1, "row %zu wrote a result", i);
    }
}

/* The example of FIPS 180-4, whole and in pieces. */
Test(sha1, gives_the_known_answer)
{
    static const unsigned char answer[SL_SHA1_BYTES] = {0x84, 0x98, 0x3e, 0x44, 0x1c, 0x3b, 0xd2,
                                                        0x6e, 0xba, 0xae, 0x4a, 0xa1, 0xf9, 0x51,
                                                        0x29, 0xe5, 0xe5, 0x46, 0x70, 0xf1};
    static const char message[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    for (size_t piece = 1; piece < sizeof message; piece++) {
        unsigned char out[SL_SHA1_BYTES];
        struct sl_sha1 state;
        sl_sha1_init(&state);
        for (size_t at = 0; at < sizeof message - 1; at += piece) {
            size_t left = sizeof message - 1 - at;
            sl_sha1_update(&state, message + at, left < piece ? left : piece);
        }
        sl_sha1_final(&state, out);
        cr_expect_arr_eq(out, answer, sizeof out, "pieces of %zu", piece);
    }
}
