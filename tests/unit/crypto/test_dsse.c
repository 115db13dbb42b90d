#include <criterion/criterion.h>

#include "alloc_fault.h"
#include "base/limits.h"
#include "crypto/dsse.h"
#include "fixture.h"

/* From the specification's protocol.md. */
#define SPEC_TYPE    "http://example.com/HelloWorld"
#define SPEC_BODY    "hello world"
#define SPEC_ENCODED "DSSEv1 29 http://example.com/HelloWorld 11 hello world"

/* Of SPEC_ENCODED with the stock key, by another implementation of Ed25519; the id as ssh-keygen -l shows it. */
#define SPEC_SIGNATURE                                                                                       \
    "eBLjEI302FGWdRCy8Jo+3sxDSNpKQ5YdpBMNapkzExMRGMg6ZYReqVH5PmP3ELzW9P6fJmnYQf1lgyaYPLpzAg=="
#define STOCK_DSSE_ID "SHA256:sib5qEfQFPb6QpmFkdUH+6dCwglHJAa5QGj3nPMl0j0"

static struct sl_secret_key stock_secret_key(void)
{
    struct sl_secret_key key;
    struct sl_err err = {0};
    cr_assert_eq(sl_secret_key_read(&key, SL_STR(STOCK_SECRET), SL_STR(""), "a.key", &err), 0, "%s",
                 err.message);
    return key;
}

static struct sl_public_key stock_public_key(void)
{
    struct sl_public_key key;
    struct sl_err err = {0};
    cr_assert_eq(sl_public_key_read(&key, SL_STR(STOCK_PUBLIC), "a.pub", &err), 0, "%s", err.message);
    return key;
}

Test(dsse, type_and_body_are_encoded_as_the_specification_does)
{
    static const struct {
        struct sl_str type, body, encoded;
    } cases[] = {
        {SL_STR_INIT(SPEC_TYPE), SL_STR_INIT(SPEC_BODY), SL_STR_INIT(SPEC_ENCODED)},
        {SL_STR_INIT(""), SL_STR_INIT(""), SL_STR_INIT("DSSEv1 0  0 ")},
        {SL_STR_INIT("t"), SL_STR_INIT("\0\n\xff"), SL_STR_INIT("DSSEv1 1 t 3 \0\n\xff")},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sl_buf out;
        sl_buf_init(&out, 4096);
        sl_dsse_encode(&out, cases[i].type, cases[i].body);
        cr_expect(sl_str_equal(sl_buf_view(&out), cases[i].encoded), "case %zu", i);
        sl_buf_release(&out);
    }
}

Test(dsse, an_envelope_has_the_signature_that_others_make)
{
    struct sl_secret_key key = stock_secret_key();
    struct sl_err err = {0};
    struct sl_buf out;
    sl_buf_init(&out, 4096);
    cr_assert_eq(sl_dsse_write(&out, &key, SL_STR(SPEC_TYPE), SL_STR(SPEC_BODY), &err), 0, "%s", err.message);
    cr_expect_str_eq(out.ptr,
                     "{\"payload\":\"aGVsbG8gd29ybGQ=\",\"payloadType\":\"" SPEC_TYPE
                     "\",\"signatures\":[{\"keyid\":\"" STOCK_DSSE_ID "\",\"sig\":\"" SPEC_SIGNATURE "\"}]}");
    sl_buf_release(&out);
}

Test(dsse, only_the_key_s_signature_of_this_type_and_body_is_right)
{
    struct sl_public_key right = stock_public_key();
    struct sl_public_key wrong = right;
    wrong.point[0] ^= 1;
    struct sl_buf signature;
    struct sl_buf changed;
    sl_buf_init(&signature, 128);
    sl_buf_init(&changed, 128);
    cr_assert(sl_dsse_decode(&signature, SL_STR(SPEC_SIGNATURE)));
    sl_buf_str(&changed, sl_buf_view(&signature));
    changed.ptr[9] ^= 4;
    struct sl_str good = sl_buf_view(&signature);
    const struct {
        const char *what;
        const struct sl_public_key *key;
        struct sl_str signature, type, body;
        bool expected;
    } cases[] = {
        {"right", &right, good, SL_STR(SPEC_TYPE), SL_STR(SPEC_BODY), true},
        {"another key", &wrong, good, SL_STR(SPEC_TYPE), SL_STR(SPEC_BODY), false},
        {"another type", &right, good, SL_STR("http://example.com/HelloWorlds"), SL_STR(SPEC_BODY), false},
        {"another body", &right, good, SL_STR(SPEC_TYPE), SL_STR("hello world "), false},
        {"a border moved", &right, good, SL_STR(SPEC_TYPE " "), SL_STR("11 hello world"), false},
        {"a changed signature", &right, sl_buf_view(&changed), SL_STR(SPEC_TYPE), SL_STR(SPEC_BODY), false},
        {"a cut signature", &right, sl_str_slice(good, 0, 63), SL_STR(SPEC_TYPE), SL_STR(SPEC_BODY), false},
        {"no signature", &right, {NULL, 0}, SL_STR(SPEC_TYPE), SL_STR(SPEC_BODY), false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool verified = !cases[i].expected;
        struct sl_err err = {0};
        cr_assert_eq(
            sl_dsse_verify(&verified, cases[i].key, cases[i].signature, cases[i].type, cases[i].body, &err),
            0);
        cr_expect_eq(verified, cases[i].expected, "%s", cases[i].what);
    }
    sl_buf_release(&signature);
    sl_buf_release(&changed);
}

Test(dsse, both_kinds_of_base64_are_read_and_nothing_else)
{
    static const struct {
        const char *text;
        const char *bytes; /* NULL: refused */
    } cases[] = {
        {"", ""},
        {"+/+/", "\xfb\xff\xbf"},
        {"-_-_", "\xfb\xff\xbf"},
        {"+/8=", "\xfb\xff"},
        {"+/8", "\xfb\xff"},
        {"-_8=", "\xfb\xff"},
        {"-_8", "\xfb\xff"},
        {"+_8=", NULL},
        {"+/8=\n", NULL},
        {"+/8==", NULL},
        {"+/9", NULL}, /* spare bits */
        {"A", NULL},
        {"????", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sl_buf out;
        sl_buf_init(&out, 64);
        bool read = sl_dsse_decode(&out, sl_str_from(cases[i].text));
        cr_expect_eq(read, cases[i].bytes != NULL, "%s", cases[i].text);
        cr_expect(!read || sl_str_equal(sl_buf_view(&out), sl_str_from(cases[i].bytes)), "%s", cases[i].text);
        sl_buf_release(&out);
    }
}

Test(dsse, running_out_of_memory_is_reported_at_every_allocation)
{
    struct sl_secret_key secret = stock_secret_key();
    struct sl_public_key key = stock_public_key();
    for (size_t nth = 1;; nth++) {
        struct sl_err err = {0};
        struct sl_buf out;
        struct sl_buf decoded;
        bool verified = false;
        sl_buf_init(&out, 4096);
        sl_buf_init(&decoded, 4096);
        alloc_fault_arm(nth);
        int result = sl_dsse_write(&out, &secret, SL_STR(SPEC_TYPE), SL_STR(SPEC_BODY), &err);
        if (result == 0 && !sl_dsse_decode(&decoded, SL_STR(SPEC_SIGNATURE)))
            result = sl_buf_check(&decoded, "the signature", &err);
        if (result == 0)
            result = sl_dsse_verify(&verified, &key, sl_buf_view(&decoded), SL_STR(SPEC_TYPE),
                                    SL_STR(SPEC_BODY), &err);
        bool happened = alloc_fault_disarm();
        sl_buf_release(&out);
        sl_buf_release(&decoded);
        cr_expect_eq(result, happened ? -1 : 0);
        cr_expect_eq(verified, !happened);
        if (!happened)
            break;
        cr_expect_eq(err.code, SL_E_NO_MEMORY);
    }
}
