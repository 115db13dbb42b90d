#include <criterion/criterion.h>

#include "crypto/minisig.h"
#include "fixture.h"
#include <sealift/key_command.h>

#define POINT_HEX    "7f858d7c0db0ce60ccec8efe2ef8d891bf5d600589d01b9c2c74ca14aadc8441"
#define POINT_BASE64 "f4WNfA2wzmDM7I7+LvjYkb9dYAWJ0BucLHTKFKrchEE="
/* The first eight bytes of the point's SHA-256, 61afed125411b176, as minisign shows an id. */
#define DERIVED_ID "76B1115412EDAF61"

#define EIGHT     "0123456789abcdef"
#define HEX_64    EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT
#define BASE64_64 "ASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4mrze8BI0VniavN7w=="

Test(key_command, requests_are_these_lines)
{
    struct sl_public_key key;
    struct sl_err err = {0};
    cr_assert_eq(sl_public_key_read(&key, SL_STR(STOCK_PUBLIC), "a.pub", &err), 0);
    struct sl_signing_request request = {"bundle", SL_STR("sealift bundle=a-v1-1"), SL_STR("\x01\xab\0")};
    struct sl_buf out;
    sl_buf_init(&out, SL_KEY_REQUEST_MAX);
    sl_key_command_ask(&out, "bundle");
    cr_expect_str_eq(out.ptr,
                     "sealift-key-command 1\nrequest public-key\npurpose bundle\npublic-key unknown\n");
    sl_buf_reset(&out);
    sl_key_command_ask_signature(&out, &key, &request);
    cr_expect_str_eq(out.ptr,
                     "sealift-key-command 1\nrequest sign\npurpose bundle\npublic-key " STOCK_PUBLIC_BASE64
                     "\ncomment sealift bundle=a-v1-1\nmessage 01ab00\n");
    sl_buf_release(&out);
}

struct answer_case {
    const char *text;
    bool wants_signature;
    const char *id;      /* NULL: refused */
    const char *message; /* part of it */
};

static const struct answer_case answer_cases[] = {
    {"public-key " STOCK_PUBLIC_BASE64 "\n", false, STOCK_ID, NULL},
    {"public-key " STOCK_PUBLIC_BASE64, false, STOCK_ID, NULL},
    {"public-key " POINT_HEX "\n", false, DERIVED_ID, NULL},
    {"public-key " POINT_BASE64 "\n", false, DERIVED_ID, NULL},
    {"public-key " POINT_HEX "\nsignature " HEX_64 "\n", true, DERIVED_ID, NULL},
    {"signature " BASE64_64 "\npublic-key " STOCK_PUBLIC_BASE64 "\n", true, STOCK_ID, NULL},
    {"", false, NULL, "answer: there is no line \"public-key ...\""},
    {"signature " HEX_64 "\n", true, NULL, "there is no line \"public-key ...\""},
    {"public-key " POINT_HEX "\n", true, NULL, "there is no line \"signature ...\""},
    {"public-key " POINT_HEX "\nsignature " HEX_64 "\n", false, NULL, "and none was asked for"},
    {"public-key " POINT_HEX "\npublic-key " POINT_HEX "\n", false, NULL, "line 2 is not what was asked for"},
    {"signature " HEX_64 "\nsignature " HEX_64 "\n", true, NULL, "line 2 is not what was asked for"},
    {"\n", false, NULL, "line 1 is not what was asked for"},
    {"Enter PIN: \n", false, NULL, "line 1 is not what was asked for: Enter PIN: "},
    {"\x1b[31mpublic-key\n", false, NULL, "asked for: \\x1b[31mpublic-key"},
    {"public-key " POINT_HEX "\r\n", false, NULL, "line 1 ends with CR LF"},
    {"public-key " POINT_HEX " \n", false, NULL, "neither minisign's 56 characters, nor 32 bytes"},
    {"public-key \n", false, NULL, "neither minisign's 56 characters, nor 32 bytes"},
    {"public-key 0000000000000000000000000000000000000000000000000000000000000000\n", false, NULL,
     "not one of Ed25519"},
    {"public-key RWQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n", false, NULL, "of low order"},
    {"public-key " POINT_HEX "\nsignature " EIGHT "\n", true, NULL, "line 2: a signature has 64 bytes"},
    {"public-key " POINT_HEX "\nsignature x" BASE64_64 "\n", true, NULL, "line 2: a signature has 64 bytes"},
};

Test(key_command, an_answer_says_what_was_asked_for_and_nothing_else)
{
    for (size_t i = 0; i < sizeof answer_cases / sizeof answer_cases[0]; i++) {
        const struct answer_case *test = &answer_cases[i];
        struct sl_public_key key = {{0}, {0}};
        unsigned char signature[SL_SIGNATURE_BYTES] = {0};
        struct sl_err err = {0};
        int result = sl_key_command_answer(&key, test->wants_signature ? signature : NULL,
                                           sl_str_from(test->text), "answer", &err);
        char id[SL_KEY_ID_HEX + 1];
        cr_expect_eq(result, test->id ? 0 : -1, "%s: %s", test->text, err.message);
        cr_expect(!test->id || strcmp(sl_key_id_text(id, key.id), test->id) == 0, "%s: %s", test->text, id);
        cr_expect(!test->id || key.point[1] == 0x85);
        cr_expect_eq(signature[1], test->id && test->wants_signature ? 0x23 : 0);
        cr_expect(test->id || (err.code == SL_E_INPUT && strstr(err.message, test->message)), "%s: %s",
                  test->text, err.message);
    }
}

Test(key_command, an_answer_without_end_is_refused)
{
    static char text[SL_KEY_ANSWER_MAX + 1];
    memset(text, 'a', sizeof text);
    struct sl_public_key key;
    struct sl_err err = {0};
    cr_assert_eq(sl_key_command_answer(&key, NULL, (struct sl_str){text, sizeof text}, "answer", &err), -1);
    cr_expect_eq(err.code, SL_E_LIMIT, "%s", err.message);
}

/* -- signing through somebody else -- */

struct outside {
    struct sl_secret_key key;
    unsigned fail_at, lie_at; /* calls, from 1; 0: never */
    unsigned calls;
};

static int sign_outside(const void *context, unsigned char out[SL_SIGNATURE_BYTES],
                        const struct sl_signing_request *request, struct sl_err *err)
{
    struct outside *outside = *(struct outside *const *)context;
    struct sl_signing_key here;
    sl_signing_key_of(&here, &outside->key);
    if (++outside->calls == outside->fail_at)
        return sl_fail(err, SL_E_IO, "the card was removed");
    cr_expect_str_eq(request->purpose, "bundle");
    cr_expect(sl_str_equal(request->comment, SL_STR("for people")));
    if (here.sign(here.context, out, request, err) < 0)
        return -1;
    out[7] ^= outside->calls == outside->lie_at ? 1 : 0;
    return 0;
}

static int sign_with(struct outside *outside, struct sl_buf *out, struct sl_err *err)
{
    struct sl_signing_key signing;
    cr_assert_eq(sl_secret_key_read(&outside->key, SL_STR(STOCK_SECRET), SL_STR(""), "a.key", err), 0);
    sl_signing_key_of(&signing, &outside->key);
    signing.sign = sign_outside;
    signing.context = &outside;
    sl_buf_init(out, 16384);
    return sl_minisig_sign(out, &signing, SL_STR(STOCK_MESSAGE), SL_STR("for people"), "bundle", err);
}

Test(key_command, a_signature_from_outside_is_the_one_that_would_be_made_here)
{
    struct outside outside = {.fail_at = 0};
    struct sl_err err = {0};
    struct sl_buf there;
    struct sl_buf here;
    cr_assert_eq(sign_with(&outside, &there, &err), 0, "%s", err.message);
    cr_expect_eq(outside.calls, 2);
    sl_buf_init(&here, 16384);
    cr_assert_eq(sl_minisig_write(&here, &outside.key, SL_STR(STOCK_MESSAGE), SL_STR("for people"), &err), 0);
    cr_expect_str_eq(there.ptr, here.ptr);
    sl_buf_release(&there);
    sl_buf_release(&here);
}

Test(key_command, a_failure_or_a_wrong_signature_from_outside_makes_none)
{
    static const struct {
        unsigned fail_at, lie_at;
        const char *message;
    } cases[] = {
        {1, 0, "the card was removed"},
        {2, 0, "the card was removed"},
        {0, 1, "what was returned as the signature of key " STOCK_ID " is not one"},
        {0, 2, "what was returned as the signature of key " STOCK_ID " is not one"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct outside outside = {.fail_at = cases[i].fail_at, .lie_at = cases[i].lie_at};
        struct sl_err err = {0};
        struct sl_buf out;
        cr_assert_eq(sign_with(&outside, &out, &err), -1);
        cr_expect_str_eq(err.message, cases[i].message);
        cr_expect_eq(out.len, 0);
        sl_buf_release(&out);
    }
}

Test(key_command, a_public_key_is_written_as_minisign_writes_it)
{
    struct sl_public_key key;
    struct sl_err err = {0};
    struct sl_buf out;
    sl_buf_init(&out, 4096);
    cr_assert_eq(sl_public_key_read(&key, SL_STR(STOCK_PUBLIC), "a.pub", &err), 0);
    sl_public_key_write(&out, &key);
    cr_expect_str_eq(out.ptr, STOCK_PUBLIC);
    sl_buf_reset(&out);
    memset(key.id, 0, sizeof key.id);
    key.id[1] = 0xa;
    sl_public_key_write(&out, &key);
    cr_expect(sl_str_starts_with(sl_buf_view(&out), SL_STR("untrusted comment: minisign public key A00\n")));
    sl_buf_reset(&out);
    key.id[1] = 0;
    sl_public_key_write(&out, &key);
    cr_expect(sl_str_starts_with(sl_buf_view(&out), SL_STR("untrusted comment: minisign public key 0\n")));
    sl_buf_release(&out);
}
