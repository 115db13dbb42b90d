/* Bundles inside an age file: the layer is taken off, and what is inside is judged as if it had come in plain. */
#include <criterion/criterion.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "delivery.h"
#include "io/age.h"

#include <sealift/verify.h>

#define NAME "bundle.tar.gz.age"

static struct sl_age_identities mine, others;

static int counter_fill(void *context, void *out, size_t len, struct sl_err *err)
{
    (void)err;
    unsigned char *next = context;
    for (size_t i = 0; i < len; i++)
        ((unsigned char *)out)[i] = (*next)++;
    return 0;
}

static void add_identity(struct sl_age_identities *list, unsigned char first)
{
    struct sl_random random = {counter_fill, &first};
    struct sl_err err = {0};
    cr_assert_eq(sl_age_identity_generate(&list->items[list->count++], &random, &err), 0);
}

static void set_up(void)
{
    mine.count = 0;
    others.count = 0;
    add_identity(&mine, 1);
    add_identity(&others, 100);
    add_identity(&others, 200);
}

TestSuite(encrypted, .init = set_up);

/* The bytes, encrypted for `mine`. Initialises `out`. */
static void encrypt(struct sl_buf *out, const struct sl_buf *bytes)
{
    unsigned char next = 5;
    struct sl_random random = {counter_fill, &next};
    struct sl_age_recipients recipients = {.items = {mine.items[0].recipient}, .count = 1};
    struct sl_err err = {0};
    struct sl_sink *below = NULL;
    SL_CLEANUP(sl_sink_freep) struct sl_sink *sink = NULL;
    sl_buf_init(out, bytes->len + 4096);
    cr_assert_eq(sl_sink_buf(&below, out, &err), 0);
    cr_assert_eq(sl_sink_age(&sink, below, &recipients, &random, &err), 0, "%s", err.message);
    cr_assert_eq(sl_sink_write(sink, bytes->ptr, bytes->len, &err), 0);
    cr_assert_eq(sl_sink_finish(sink, &err), 0, "%s", err.message);
}

struct seen {
    size_t files, bytes;
};

static int seen_begin(void *context, const struct sl_manifest_file *file, struct sl_err *err)
{
    (void)file;
    (void)err;
    ((struct seen *)context)->files++;
    return 0;
}

static int seen_data(void *context, const void *bytes, size_t len, struct sl_err *err)
{
    (void)bytes;
    (void)err;
    ((struct seen *)context)->bytes += len;
    return 0;
}

static int seen_end(void *context, const struct sl_manifest_file *file, struct sl_err *err)
{
    (void)context;
    (void)file;
    (void)err;
    return 0;
}

/* Verifies with key 1 and these identities (NULL: none); what the receiver was given is in `seen`. */
static int verify(struct seen *seen, const struct sl_buf *file, const struct sl_age_identities *list,
                  struct sl_err *err)
{
    struct sl_public_key key;
    delivery_key(1, NULL, &key);
    struct sl_policy policy = {.keys = &key, .key_count = 1};
    if (list)
        policy.age_keys = (struct sl_age_keys){.identities = list->items, .identity_count = list->count};
    struct sl_receiver receiver = {seen_begin, seen_data, seen_end, seen};
    SL_CLEANUP(sl_claim_freep) struct sl_claim *claim = NULL;
    SL_CLEANUP(sl_verified_freep) struct sl_verified *verified = NULL;
    *seen = (struct seen){0};
    if (sl_claim_open(&claim, delivery_open(file), NAME, &policy, err) < 0)
        return -1;
    return sl_claim_prove(&verified, claim, &receiver, NULL, err);
}

Test(encrypted, a_bundle_is_verified_as_the_plain_one_is)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf plain;
    SL_CLEANUP(sl_buf_release) struct sl_buf file;
    struct seen in_plain, in_file;
    struct sl_err err = {0};
    delivery_make(&plain, &(struct delivery_options){.sequence = 17});
    encrypt(&file, &plain);
    cr_assert_eq(verify(&in_plain, &plain, NULL, &err), 0, "%s", err.message);
    cr_assert_eq(verify(&in_file, &file, &mine, &err), 0, "%s", err.message);
    cr_expect(in_file.files == in_plain.files && in_file.bytes == in_plain.bytes);
    cr_assert_eq(verify(&in_plain, &plain, &mine, &err), 0, "an identity does no harm: %s", err.message);
}

Test(encrypted, without_the_identity_nothing_is_known_and_the_message_says_what_to_do)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf plain;
    SL_CLEANUP(sl_buf_release) struct sl_buf file;
    struct seen seen;
    struct sl_err err = {0};
    delivery_make(&plain, &(struct delivery_options){.sequence = 17});
    encrypt(&file, &plain);
    cr_expect_eq(verify(&seen, &file, NULL, &err), -1);
    cr_expect_eq(err.code, SL_E_USAGE);
    cr_expect_str_eq(err.message, NAME ": the bundle is encrypted for age recipients; give --identity");
    cr_expect_eq(verify(&seen, &file, &others, &err), -1);
    cr_expect_eq(err.code, SL_E_REFUSED);
    cr_expect_str_eq(err.message,
                     NAME ": none of the 2 identities given can open it: it is encrypted for somebody else");
    cr_expect_eq(seen.files, 0);
    SL_CLEANUP(sl_buf_release) struct sl_buf shown;
    sl_buf_init(&shown, SL_KIB);
    cr_expect_eq(
        sl_inspect(&shown, delivery_open(&file), NAME, NULL, &(struct sl_inspector){NULL, NULL}, &err), -1);
    cr_expect_eq(err.code, SL_E_USAGE);
}

Test(encrypted, who_can_encrypt_is_not_trusted_for_it)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf plain;
    SL_CLEANUP(sl_buf_release) struct sl_buf file;
    static const unsigned thief[] = {2};
    struct seen seen;
    struct sl_err err = {0};
    delivery_make(&plain, &(struct delivery_options){.sequence = 17, .signers = thief, .signer_count = 1});
    encrypt(&file, &plain);
    cr_expect_eq(verify(&seen, &file, &mine, &err), -1);
    cr_expect_eq(err.code, SL_E_REFUSED);
    cr_expect_eq(seen.files, 0, "nothing is handed on");
}

Test(encrypted, a_cut_anywhere_is_refused)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf plain;
    SL_CLEANUP(sl_buf_release) struct sl_buf file;
    struct sl_err err = {0};
    struct seen seen;
    delivery_make(&plain, &(struct delivery_options){.sequence = 17});
    encrypt(&file, &plain);
    size_t whole = file.len;
    for (size_t cut = 1; cut < whole; cut += 97) {
        file.len = whole - cut;
        cr_expect_eq(verify(&seen, &file, &mine, &err), -1, "%zu bytes less", cut);
    }
    file.len = whole;
    sl_buf_byte(&file, 'x');
    cr_expect_eq(verify(&seen, &file, &mine, &err), -1, "a byte more");
    cr_expect(strstr(err.message, "changed or cut off"), "%s", err.message);
}
