#include <criterion/criterion.h>

#include "alloc_fault.h"
#include "base/limits.h"
#include "crypto/dsse.h"
#include "fixture.h"
#include "made_text.h"

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

static int seal(struct sl_buf *out, const struct sl_secret_key *key, struct sl_err *err)
{
    const struct sl_str type = SL_STR(SPEC_TYPE);
    const struct sl_str body = SL_STR(SPEC_BODY);
    const struct sl_maker maker = text_maker(&body);
    unsigned char signature[SL_SIGNATURE_BYTES];
    return sl_dsse_sign(signature, key, type, &maker, err) < 0
               ? -1
               : sl_dsse_write(out, key, signature, type, &maker, err);
}

Test(dsse, an_envelope_has_the_signature_that_others_make)
{
    struct sl_secret_key key = stock_secret_key();
    struct sl_err err = {0};
    struct sl_buf out;
    sl_buf_init(&out, 4096);
    cr_assert_eq(seal(&out, &key, &err), 0, "%s", err.message);
    cr_expect_str_eq(out.ptr,
                     "{\"payload\":\"aGVsbG8gd29ybGQ=\",\"payloadType\":\"" SPEC_TYPE
                     "\",\"signatures\":[{\"keyid\":\"" STOCK_DSSE_ID "\",\"sig\":\"" SPEC_SIGNATURE "\"}]}");
    sl_buf_release(&out);
}

/* Makes its body in pieces so long that each goes on alone; one byte more with each time, where that is asked for. */
struct body {
    size_t piece, count;
    size_t *grows;
};

static int write_pieces(const void *context, struct sl_buf *out, struct sl_err *err)
{
    const struct body *body = context;
    for (size_t i = 0; i < body->count; i++) {
        char *room = sl_buf_reserve(out, body->piece);
        for (size_t j = 0; room && j < body->piece; j++)
            room[j] = (char)(i * 31 + j * 7);
        if (room)
            sl_buf_commit(out, body->piece);
    }
    for (size_t i = 0; body->grows && i < *body->grows; i++)
        sl_buf_byte(out, 'x');
    if (body->grows)
        ++*body->grows;
    return sl_buf_check(out, "the body", err);
}

Test(dsse, a_body_of_pieces_is_signed_and_enveloped_as_the_whole_of_it)
{
    static const size_t pieces[] = {20000, 20001, 20002, 1, 2};
    struct sl_secret_key key = stock_secret_key();
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        struct sl_err err = {0};
        unsigned char signatures[2][SL_SIGNATURE_BYTES];
        struct sl_buf out[2];
        struct body body = {.piece = pieces[i], .count = 5};
        const struct sl_maker maker = {write_pieces, &body};
        struct sl_buf held = made_text(&maker);
        struct sl_str text = sl_buf_view(&held);
        const struct sl_maker makers[] = {maker, text_maker(&text)};
        for (size_t j = 0; j < 2; j++) {
            sl_buf_init(&out[j], SL_MIB);
            cr_assert_eq(sl_dsse_sign(signatures[j], &key, SL_STR(SPEC_TYPE), &makers[j], &err), 0);
            cr_assert_eq(sl_dsse_write(&out[j], &key, signatures[j], SL_STR(SPEC_TYPE), &makers[j], &err), 0);
        }
        cr_expect(sl_str_equal(sl_buf_view(&out[0]), sl_buf_view(&out[1])), "pieces of %zu", pieces[i]);
        struct sl_str head = SL_STR("{\"payload\":\"");
        struct sl_str payload = sl_str_slice(sl_buf_view(&out[0]), head.len, out[0].len);
        struct sl_buf decoded;
        sl_buf_init(&decoded, SL_MIB);
        cr_assert(sl_dsse_decode(&decoded, sl_str_slice(payload, 0, sl_str_find(payload, '"'))));
        cr_expect(sl_str_equal(sl_buf_view(&decoded), text));
        bool verified = false;
        struct sl_public_key public_key = stock_public_key();
        struct sl_str signature = {(const char *)signatures[0], SL_SIGNATURE_BYTES};
        cr_assert_eq(sl_dsse_verify(&verified, &public_key, signature, SL_STR(SPEC_TYPE), text, &err), 0);
        cr_expect(verified);
        sl_buf_release(&decoded);
        sl_buf_release(&held);
        sl_buf_release(&out[0]);
        sl_buf_release(&out[1]);
    }
}

Test(dsse, a_body_that_is_made_differently_the_second_time_is_not_signed)
{
    struct sl_secret_key key = stock_secret_key();
    struct sl_err err = {0};
    size_t grows = 0;
    struct body body = {.piece = 10, .count = 1, .grows = &grows};
    const struct sl_maker maker = {write_pieces, &body};
    unsigned char signature[SL_SIGNATURE_BYTES];
    cr_expect_eq(sl_dsse_sign(signature, &key, SL_STR(SPEC_TYPE), &maker, &err), -1);
    cr_expect_eq(err.code, SL_E_INTERNAL);
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
        int result = seal(&out, &secret, &err);
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
