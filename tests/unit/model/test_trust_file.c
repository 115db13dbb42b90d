#include <criterion/criterion.h>

#include "alloc_fault.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "model/trust_name.h"

#include <sealift/trust_file.h>
#include <stdio.h>
#include <stdlib.h>

/* Three public keys that another program made (RFC 8032's test keys 1 to 3, with ids 1, 2, 3). */
static const unsigned char points[3][32] = {
    {0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a,
     0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a},
    {0x3d, 0x40, 0x17, 0xc3, 0xe8, 0x43, 0x89, 0x5a, 0x92, 0xb7, 0x0a, 0xa7, 0x4d, 0x1b, 0x7e, 0xbc,
     0x9c, 0x98, 0x2c, 0xcf, 0x2e, 0xc4, 0x96, 0x8c, 0xc0, 0xcd, 0x55, 0xf1, 0x2a, 0xf4, 0x66, 0x0c},
    {0xfc, 0x51, 0xcd, 0x8e, 0x62, 0x18, 0xa1, 0xa3, 0x8d, 0xa4, 0x7e, 0xd0, 0x02, 0x30, 0xf0, 0x58,
     0x08, 0x16, 0xed, 0x13, 0xba, 0x33, 0x03, 0xac, 0x5d, 0xeb, 0x91, 0x15, 0x48, 0x90, 0x80, 0x25},
};

static struct sl_public_key key_of(unsigned number)
{
    struct sl_public_key key;
    memset(key.id, (int)number, sizeof key.id);
    memcpy(key.point, points[number - 1], sizeof key.point);
    return key;
}

static void add(struct sl_trust *trust, unsigned number, enum sl_trust_role role)
{
    struct sl_public_key key = key_of(number);
    struct sl_err err = {0};
    cr_assert_eq(sl_trust_add_key(trust, &key, role, &err), 0, "%s", err.message);
}

static void name_of(unsigned char out[32], unsigned number)
{
    struct sl_public_key key = key_of(number);
    sl_trust_key_name(out, &key);
}

/* Root 1 and 2, both needed; release 2 and 3, of which 3 is revoked above 40; a revoked bundle. */
static struct sl_trust *sample(void)
{
    struct sl_trust *trust = calloc(1, sizeof *trust);
    struct sl_err err = {0};
    unsigned char name[32];
    cr_assert_not_null(trust);
    *trust = (struct sl_trust){.version = 3,
                               .customer = "customer-a",
                               .epoch = 2,
                               .floor = 9,
                               .issued = 1700000000,
                               .expires = 1800000000};
    add(trust, 1, SL_ROLE_ROOT);
    add(trust, 2, SL_ROLE_ROOT);
    add(trust, 2, SL_ROLE_RELEASE);
    add(trust, 3, SL_ROLE_RELEASE);
    trust->thresholds[SL_ROLE_ROOT] = 2;
    trust->thresholds[SL_ROLE_RELEASE] = 1;
    name_of(name, 3);
    cr_assert_eq(sl_trust_revoke_key(trust, name, &(struct sl_trust_point){trust->epoch, 40}, 1, &err), 0);
    memset(name, 0x5c, sizeof name);
    cr_assert_eq(sl_trust_revoke_bundle(trust, name, &err), 0);
    return trust;
}

static struct sl_buf text_of(const struct sl_trust *trust)
{
    struct sl_buf text;
    struct sl_err err = {0};
    sl_buf_init(&text, SL_TRUST_FILE_MAX);
    cr_assert_eq(sl_trust_write(&text, trust, &err), 0, "%s", err.message);
    return text;
}

/* Made by another program (Python's json, hashlib and base64). */
#define SAMPLE_SPELLING                                                                                      \
    "{\"customer\":\"customer-a\",\"epoch\":2,\"expires\":1800000000,\"floor\":9,\"issued\":1"               \
    "700000000,\"keys\":{\"21fe31dfa154a261626bf854046fd2271b7bed4b6abe45aa58877ef47"                        \
    "f9721b9\":\"RWQBAQEBAQEBAddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea\",\"39f713d"                       \
    "0a644253f04529421b9f51b9b08979d08295959c4f3990ee617f5139f\":\"RWQCAgICAgICAj1A"                         \
    "F8PoQ4lakrcKp00bfrycmCzPLsSWjMDNVfEq9GYM\",\"dac073e0123bdea59dd9b3bda9cf6037f"                         \
    "63aca82627d7abcd5c4ac29dd74003e\":\"RWQDAwMDAwMDA/xRzY5iGKGjjaR+0AIw8FgIFu0Tuj"                         \
    "MDrF3rkRVIkIAl\"},\"policy\":{\"clock\":\"warn\"},\"revoked_bundles\":[\"5c5c5c5c5c5c5"                 \
    "c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c\"],\"revoked_keys\":[{\"epoch\":2,\"key\""          \
    ":\"dac073e0123bdea59dd9b3bda9cf6037f63aca82627d7abcd5c4ac29dd74003e\",\"void_af"                        \
    "ter_sequence\":40}],\"roles\":{\"grant\":{\"keys\":[],\"threshold\":0},\"release\":{\"ke"               \
    "ys\":[\"39f713d0a644253f04529421b9f51b9b08979d08295959c4f3990ee617f5139f\",\"dac"                       \
    "073e0123bdea59dd9b3bda9cf6037f63aca82627d7abcd5c4ac29dd74003e\"],\"threshold\":"                        \
    "1},\"root\":{\"keys\":[\"21fe31dfa154a261626bf854046fd2271b7bed4b6abe45aa58877ef4"                      \
    "7f9721b9\",\"39f713d0a644253f04529421b9f51b9b08979d08295959c4f3990ee617f5139f\""                        \
    "],\"threshold\":2},\"site\":{\"keys\":[],\"threshold\":0}},\"schema\":1,\"version\":3}"
static const char spelling[] = SAMPLE_SPELLING;

Test(trust_file, is_written_in_this_spelling)
{
    struct sl_trust *trust = sample();
    struct sl_buf text = text_of(trust);
    cr_expect_str_eq(text.ptr, spelling);
    sl_buf_release(&text);
    free(trust);
}

Test(trust_file, what_was_written_is_read_back)
{
    struct sl_trust *trust = sample();
    struct sl_trust *read = NULL;
    struct sl_err err = {0};
    cr_assert_eq(sl_trust_read(&read, SL_STR(SAMPLE_SPELLING), "trust.json", &err), 0, "%s", err.message);
    struct sl_buf again = text_of(read); /* same document, same bytes */
    cr_expect_str_eq(again.ptr, SAMPLE_SPELLING);
    sl_buf_release(&again);
    cr_expect_eq(sl_trust_role_size(read, SL_ROLE_ROOT), 2);
    cr_expect_eq(sl_trust_role_size(read, SL_ROLE_RELEASE), 1, "one is revoked");
    cr_expect_eq(sl_trust_role_size(read, SL_ROLE_SITE), 0);
    trust->clock_refuses = true;
    trust->customer[0] = '*';
    trust->customer[1] = '\0';
    struct sl_buf text = text_of(trust);
    sl_trust_free(read);
    cr_assert_eq(sl_trust_read(&read, sl_buf_view(&text), "trust.json", &err), 0, "%s", err.message);
    cr_expect(read->clock_refuses);
    cr_expect_str_eq(read->customer, "*");
    sl_trust_free(read);
    sl_buf_release(&text);
    free(trust);
}

/* -- what is refused -- */

struct change {
    const char *from, *to; /* the first place in the text; "" is its end */
    const char *why;
};

static const struct change changes[] = {
    {"\"customer\":\"customer-a\"", "\"customer\":\"customer a\"", "customer \"customer a\" may only have"},
    {"\"customer\":\"customer-a\"", "\"customer\":\"\"", "is empty"},
    {"\"customer\":\"customer-a\"", "\"customer\":\"**\"", "may only have"},
    {"\"customer\":\"customer-a\"",
     "\"customer\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"", "longer than 63"},
    {"\"customer\":\"customer-a\",", "", "\"customer\" is missing"},
    {"\"customer\":\"customer-a\"", "\"customer\":7", "must be a text"},
    {"\"epoch\":2", "\"epoch\":-1", "must not be negative"},
    {"\"epoch\":2", "\"epoch\":9007199254740992", "beyond 2^53 - 1"},
    {"\"epoch\":2", "\"epoch\":\"2\"", "must be an integer"},
    {"\"epoch\":2,", "", "\"epoch\" is missing"},
    {"\"expires\":1800000000", "\"expires\":1700000000", "expires is not later than issued"},
    {"\"expires\":1800000000,", "", "\"expires\" is missing"},
    {"\"floor\":9", "\"floor\":9.0", "not an integer in its shortest form"},
    {"\"floor\":9,", "", "\"floor\" is missing"},
    {"\"issued\":1700000000,", "", "\"issued\" is missing"},
    {"\"policy\":{\"clock\":\"warn\"}", "\"policy\":{\"clock\":\"ask\"}", "policy.clock is \"ask\""},
    {"\"policy\":{\"clock\":\"warn\"}", "\"policy\":{}", "\"clock\" is missing"},
    {"\"policy\":{\"clock\":\"warn\"}", "\"policy\":{\"clock\":\"warn\",\"other\":1}",
     "\"other\" does not belong here"},
    {"\"schema\":1", "\"schema\":2", "has schema 2, and this sealift knows schema 1"},
    {"\"schema\":1,", "", "has schema 0"},
    {"\"schema\":1", "\"schema\":\"1\"", "must be an integer"},
    {"\"version\":3", "\"version\":0", "version is 0, and must be from 1"},
    {"\"version\":3", "\"version\":4097", "version is 4097, and must be from 1 to 4096"},
    {",\"version\":3", "", "\"version\" is missing"},
    {"\"version\":3", "\"version\":3,\"zone\":1", "\"zone\" does not belong here"},
    {"{\"customer\"", "{\"criticals\":[],\"customer\"", "\"criticals\" does not belong here"},
    {"\"void_after_sequence\":40", "\"void_after_sequence\":-1", "must not be negative"},
    {"\"void_after_sequence\":40", "\"void_after_sequence\":40,\"why\":\"lost\"",
     "\"why\" does not belong here"},
    {",\"void_after_sequence\":40", "", "\"void_after_sequence\" is missing"},
    {"[{\"epoch\":2,", "[{", "\"epoch\" is missing"},
    {"[{\"epoch\":2,", "[{\"epoch\":3,", "counts in epoch 3, and this is only epoch 2"},
    {"\"threshold\":2", "\"threshold\":3",
     "threshold of the role root is 3, and with 2 keys must be from 1 to 2"},
    {"\"threshold\":2", "\"threshold\":0", "threshold of the role root is 0"},
    {"\"threshold\":2", "\"threshold\":9007199254740991", "threshold of the role root is 33"},
    {"\"threshold\":2", "\"threshold\":2,\"weight\":1", "\"weight\" does not belong here"},
    {"\"threshold\":1", "\"threshold\":2", "threshold of the role release is 2, and with 1 keys"},
    {"\"threshold\":0", "\"threshold\":1",
     "threshold of the role grant is 1, and with 0 keys must be from 0 to 0"},
    {"\"revoked_bundles\":[\"5c", "\"revoked_bundles\":[\"5C", "a SHA-256 digest"},
    {"\"revoked_bundles\":[\"5c", "\"revoked_bundles\":[\"", "a SHA-256 digest"},
    {"\"revoked_bundles\":[", "\"revoked_bundles\":[7,", "a text"},
    {"\"site\":{", "\"spy\":{", "\"site\" is missing"},
    {"\"keys\":{", "\"keys\":7,\"l\":{", "\"keys\" must be a map"},
    {"\"policy\":{", "\"policy\":7,\"q\":{", "\"policy\" must be a map"},
    {"\"revoked_bundles\":[", "\"revoked_bundles\":7,\"revoked_c\":[", "\"revoked_bundles\" must be a list"},
    {"\"revoked_keys\":[", "\"revoked_keys\":7,\"revoked_l\":[", "\"revoked_keys\" must be a list"},
    {"\"roles\":{", "\"roles\":7,\"s\":{", "\"roles\" must be a map"},
    {"\"grant\":{\"keys\":[", "\"grant\":{\"keys\":7,\"l\":[", "\"keys\" must be a list"},
    {"\"grant\":{\"keys\":[", "\"grant\":{\"keys\":[7", "must be a text"},
    {"", " ", "something follows"},
    {"", "\n", "something follows"},
    {"{\"customer\"", " {\"customer\"", "a map is expected"},
};

static void replace(struct sl_buf *out, const char *text, const char *from, const char *to)
{
    const char *at = *from ? strstr(text, from) : text + strlen(text);
    cr_assert_not_null(at, "%s is not there", from);
    sl_buf_init(out, 2 * SL_TRUST_FILE_MAX);
    sl_buf_append(out, text, (size_t)(at - text));
    sl_buf_text(out, to);
    sl_buf_text(out, at + strlen(from));
}

static void expect_refused(struct sl_str text, const char *why, const char *what)
{
    struct sl_trust *trust = NULL;
    struct sl_err err = {0};
    cr_expect_eq(sl_trust_read(&trust, text, "trust.json", &err), -1, "%s: accepted", what);
    cr_expect_eq(err.code, SL_E_REFUSED, "%s: %s", what, err.message);
    cr_expect(strstr(err.message, why), "%s: %s", what, err.message);
    cr_expect_null(trust);
}

Test(trust_file, every_field_has_its_rules)
{
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct sl_buf text;
        replace(&text, spelling, changes[i].from, changes[i].to);
        expect_refused(sl_buf_view(&text), changes[i].why, changes[i].to);
        sl_buf_release(&text);
    }
}

/* Rules about keys, on the struct: the writer keeps the same ones as the reader. */
static void swap_keys(struct sl_trust *trust)
{
    struct sl_trust_key key = trust->keys[0];
    trust->keys[0] = trust->keys[1];
    trust->keys[1] = key;
}

static void double_key(struct sl_trust *trust)
{
    trust->keys[1] = trust->keys[0];
}

static void rename_key(struct sl_trust *trust)
{
    trust->keys[0].sha256[31] ^= 1;
}

static void share_id(struct sl_trust *trust)
{
    memcpy(trust->keys[1].key.id, trust->keys[0].key.id, sizeof trust->keys[0].key.id);
}

static void idle_key(struct sl_trust *trust)
{
    trust->keys[0].roles = 0;
}

static void odd_role(struct sl_trust *trust)
{
    trust->keys[0].roles |= 16;
}

static void revoked_root(struct sl_trust *trust)
{
    memcpy(trust->revoked_keys[0].sha256, trust->keys[0].sha256, 32);
    trust->keys[0].roles = 1U << SL_ROLE_ROOT;
}

static void no_release(struct sl_trust *trust)
{
    for (size_t i = 0; i < trust->key_count; i++)
        if (trust->keys[i].roles != 1U << SL_ROLE_RELEASE)
            trust->keys[i].roles = 1U << SL_ROLE_ROOT;
}

static void no_root(struct sl_trust *trust)
{
    for (size_t i = 0; i < trust->key_count; i++)
        trust->keys[i].roles = 1U << SL_ROLE_RELEASE;
}

static void double_revocation(struct sl_trust *trust)
{
    trust->revoked_keys[1] = trust->revoked_keys[0];
    trust->revoked_key_count = 2;
}

static void void_beyond(struct sl_trust *trust)
{
    trust->revoked_keys[0].void_after_sequence = SL_INTEGER_MAX + 1;
}

static void double_bundle(struct sl_trust *trust)
{
    memcpy(trust->revoked_bundles[1], trust->revoked_bundles[0], 32);
    trust->revoked_bundle_count = 2;
}

static void before_1970(struct sl_trust *trust)
{
    trust->issued = -1;
}

static void expires_before_1970(struct sl_trust *trust)
{
    trust->expires = -1;
}

static void floor_beyond(struct sl_trust *trust)
{
    trust->floor = SL_INTEGER_MAX + 1;
}

static void epoch_beyond(struct sl_trust *trust)
{
    trust->epoch = SL_INTEGER_MAX + 1;
}

static const struct {
    void (*change)(struct sl_trust *trust);
    const char *why;
} struct_cases[] = {
    {swap_keys, "comes twice or out of order"},
    {double_key, "comes twice or out of order"},
    {rename_key, "under a name that is not its SHA-256"},
    {share_id, "two keys have the key id"},
    {idle_key, "has no role"},
    {odd_role, "has no role"},
    {revoked_root, "is revoked, and has a role beside release"},
    {no_release, "there is no key in the role release that is not revoked"},
    {no_root, "there is no key in the role root"},
    {double_revocation, "the revoked key"},
    {void_beyond, "void_after_sequence is"},
    {double_bundle, "the revoked bundle 5c5c5c5c5c5c5c5c comes twice"},
    {before_1970, "issued is"},
    {expires_before_1970, "expires is"},
    {floor_beyond, "floor is"},
    {epoch_beyond, "epoch is"},
};

Test(trust_file, nothing_is_written_that_would_be_refused)
{
    for (size_t i = 0; i < sizeof struct_cases / sizeof struct_cases[0]; i++) {
        struct sl_trust *trust = sample();
        struct sl_buf text;
        struct sl_err err = {0};
        sl_buf_init(&text, SL_TRUST_FILE_MAX);
        struct_cases[i].change(trust);
        cr_expect_eq(sl_trust_write(&text, trust, &err), -1, "%s", struct_cases[i].why);
        cr_expect_eq(err.code, SL_E_INPUT, "%s", err.message);
        cr_expect(strstr(err.message, struct_cases[i].why), "%s: %s", struct_cases[i].why, err.message);
        cr_expect_eq(text.len, 0);
        sl_buf_release(&text);
        free(trust);
    }
}

/* The `nth` key of the map "keys" in the text, and so on: what a table of strings cannot say. */
Test(trust_file, keys_have_one_spelling_and_one_place)
{
    struct sl_trust *trust = sample();
    char line[SL_PUBLIC_KEY_LINE + 1];
    (void)sl_public_key_line(line, &trust->keys[0].key);
    char first[65];
    struct sl_digest digest;
    memcpy(digest.bytes, trust->keys[0].sha256, 32);
    (void)sl_digest_hex(first, &digest);
    char whole[200];
    char made[400];
    struct sl_buf text;
    (void)snprintf(whole, sizeof whole, "\"%s\":\"%s\"", first, line);

    (void)snprintf(made, sizeof made, "%s,%s", whole, whole);
    replace(&text, spelling, whole, made);
    expect_refused(sl_buf_view(&text), "comes twice or out of order", "a key twice");
    sl_buf_release(&text);
    (void)snprintf(made, sizeof made, "\"%s\":\"%s\\n\"", first, line);
    replace(&text, spelling, whole, made);
    expect_refused(sl_buf_view(&text), "trust.json", "an escape behind the key");
    sl_buf_release(&text);
    (void)snprintf(made, sizeof made, "\"%s\":\"untrusted comment: x\"", first);
    replace(&text, spelling, whole, made);
    expect_refused(sl_buf_view(&text), "trust.json", "no key");
    sl_buf_release(&text);
    (void)snprintf(made, sizeof made, "\"%.63s\":\"%s\"", first, line);
    replace(&text, spelling, whole, made);
    expect_refused(sl_buf_view(&text), "the name of a key", "a short name");
    sl_buf_release(&text);
    (void)snprintf(made, sizeof made, "\"%s\":1", first);
    replace(&text, spelling, whole, made);
    expect_refused(sl_buf_view(&text), "must be a text", "a number");
    sl_buf_release(&text);
    replace(&text, spelling, whole, "");
    expect_refused(sl_buf_view(&text), "trust.json", "a comma too much");
    sl_buf_release(&text);
    (void)snprintf(made, sizeof made, "%s,", whole);
    replace(&text, spelling, made, "");
    expect_refused(sl_buf_view(&text), "which is not listed", "a key of a role is missing");
    sl_buf_release(&text);
    (void)snprintf(made, sizeof made, "[\"%s\",", first);
    char twice[200];
    (void)snprintf(twice, sizeof twice, "[\"%s\",\"%s\",", first, first);
    replace(&text, spelling, made, twice);
    expect_refused(sl_buf_view(&text), "twice or out of order", "a key twice in a role");
    sl_buf_release(&text);
    free(trust);
}

Test(trust_file, truncations_are_refused)
{
    for (size_t len = 0; len + 1 < sizeof spelling; len++) {
        struct sl_trust *trust = NULL;
        struct sl_err err = {0};
        cr_assert_eq(sl_trust_read(&trust, (struct sl_str){spelling, len}, "t", &err), -1, "%zu bytes", len);
        cr_expect_eq(err.code, SL_E_REFUSED);
    }
}

/* What is accepted of a changed text is another document, in its one spelling. */
Test(trust_file, every_flipped_bit_is_refused_or_is_another_document)
{
    char copy[sizeof spelling];
    size_t accepted = 0;
    memcpy(copy, spelling, sizeof copy);
    for (size_t at = 0; at + 1 < sizeof spelling; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            struct sl_trust *trust = NULL;
            struct sl_err err = {0};
            copy[at] = (char)(spelling[at] ^ (1 << bit));
            if (sl_trust_read(&trust, (struct sl_str){copy, sizeof copy - 1}, "t", &err) == 0) {
                struct sl_buf text = text_of(trust);
                cr_assert_eq(memcmp(text.ptr, copy, sizeof copy - 1), 0, "byte %zu", at);
                sl_buf_release(&text);
                accepted++;
            }
            sl_trust_free(trust);
        }
        copy[at] = spelling[at];
    }
    cr_expect_gt(accepted, 0);
    cr_expect_lt(accepted, 8 * sizeof spelling / 4);
}

/* -- limits -- */

/* Puts `count` items behind `before`: `item`, a number in 64 digits, `after`. */
static void repeat(struct sl_buf *out, const char *before, size_t count, const char *item, const char *after)
{
    const char *at = strstr(spelling, before);
    cr_assert_not_null(at);
    at += strlen(before);
    sl_buf_init(out, 2 * SL_TRUST_FILE_MAX);
    sl_buf_append(out, spelling, (size_t)(at - spelling));
    for (size_t i = 0; i < count; i++)
        sl_buf_printf(out, "%s%064zx%s", item, i, after);
    sl_buf_text(out, at);
}

Test(trust_file, lists_have_limits)
{
    static const struct {
        const char *before, *item, *after, *why;
        size_t count;
    } rows[] = {
        {"\"revoked_bundles\":[", "\"", "\",", "more than 512 revoked bundles", SL_TRUST_REVOKED_BUNDLES_MAX},
        {"\"revoked_keys\":[", "{\"epoch\":2,\"key\":\"", "\",\"void_after_sequence\":1},",
         "more than 64 revoked keys", SL_TRUST_REVOKED_KEYS_MAX},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sl_buf text;
        repeat(&text, rows[i].before, rows[i].count, rows[i].item, rows[i].after);
        expect_refused(sl_buf_view(&text), rows[i].why, rows[i].why);
        sl_buf_release(&text);
        struct sl_trust *trust = NULL;
        struct sl_err err = {0};
        repeat(&text, rows[i].before, rows[i].count - 1, rows[i].item, rows[i].after);
        cr_expect_eq(sl_trust_read(&trust, sl_buf_view(&text), "t", &err), 0, "%s", err.message);
        sl_trust_free(trust);
        sl_buf_release(&text);
    }
    struct sl_buf large;
    sl_buf_init(&large, 2 * SL_TRUST_FILE_MAX);
    for (size_t i = 0; i <= SL_TRUST_FILE_MAX; i++)
        sl_buf_byte(&large, '[');
    expect_refused(sl_buf_view(&large), "has 65537 bytes, and may have 65536", "a large text");
    sl_buf_release(&large);
}

Test(trust_file, what_is_full_still_fits_into_its_file)
{
    struct sl_trust *trust = sample();
    struct sl_err err = {0};
    unsigned char digest[32] = {0};
    for (unsigned i = 0; trust->revoked_bundle_count < SL_TRUST_REVOKED_BUNDLES_MAX; i++) {
        memcpy(digest, &i, sizeof i);
        cr_assert_eq(sl_trust_revoke_bundle(trust, digest, &err), 0, "%s", err.message);
    }
    digest[31] = 7;
    cr_expect_eq(sl_trust_revoke_bundle(trust, digest, &err), -1);
    cr_expect_eq(err.code, SL_E_LIMIT);
    for (unsigned i = 0; trust->revoked_key_count < SL_TRUST_REVOKED_KEYS_MAX; i++) {
        memcpy(digest, &i, sizeof i);
        cr_assert_eq(sl_trust_revoke_key(trust, digest,
                                         &(struct sl_trust_point){trust->epoch, SL_INTEGER_MAX}, 1, &err),
                     0, "%s", err.message);
    }
    digest[30] = 7;
    cr_expect_eq(sl_trust_revoke_key(trust, digest, &(struct sl_trust_point){trust->epoch, 1}, 1, &err), -1);
    cr_expect_eq(err.code, SL_E_LIMIT);
    /* 32 keys in all roles add 32 * (2 * 64 + 56 + 3 * 67) bytes or so. */
    struct sl_buf text = text_of(trust);
    cr_expect_lt(text.len + (size_t)32 * (4 * 67 + 64 + 56 + 8), SL_TRUST_FILE_MAX);
    sl_buf_release(&text);
    free(trust);
}

/* -- changes -- */

Test(trust_file, keys_come_into_roles_and_leave_them)
{
    struct sl_trust *trust = sample();
    struct sl_public_key key = key_of(1);
    struct sl_err err = {0};
    unsigned char name[32];
    name_of(name, 1);
    cr_expect_eq(sl_trust_add_key(trust, &key, SL_ROLE_ROOT, &err), -1);
    cr_expect(strstr(err.message, "has the role root already"), "%s", err.message);
    cr_expect_eq(sl_trust_drop_key(trust, name, SL_ROLE_GRANT, &err), -1);
    cr_expect(strstr(err.message, "has not the role grant"), "%s", err.message);
    cr_expect_eq(sl_trust_add_key(trust, &key, SL_ROLE_GRANT, &err), 0);
    cr_expect_eq(sl_trust_key_find(trust, name)->roles, 1U << SL_ROLE_GRANT | 1U << SL_ROLE_ROOT);
    cr_expect_eq(sl_trust_drop_key(trust, name, SL_ROLE_GRANT, &err), 0);
    cr_expect_eq(sl_trust_drop_key(trust, name, SL_ROLE_ROOT, &err), 0);
    cr_expect_null(sl_trust_key_find(trust, name), "a key without a role is not listed");
    cr_expect_eq(trust->key_count, 2);
    cr_expect_eq(sl_trust_drop_key(trust, name, SL_ROLE_ROOT, &err), -1);
    struct sl_public_key third = key_of(3);
    cr_expect_eq(sl_trust_add_key(trust, &third, SL_ROLE_SITE, &err), -1);
    cr_expect(strstr(err.message, "a revocation is for good"), "%s", err.message);
    free(trust);
}

/* Nothing that is signed may have more than 16 signatures. */
Test(trust_file, a_threshold_that_could_never_be_met_is_refused)
{
    for (unsigned threshold = SL_SIGNATURES_MAX; threshold <= SL_SIGNATURES_MAX + 1; threshold++) {
        struct sl_trust *trust = sample();
        struct sl_err err = {0};
        for (unsigned i = 0; i < 20; i++) {
            struct sl_public_key key = key_of(1);
            key.point[0] = (unsigned char)i;
            key.id[0] = (unsigned char)(i + 100);
            cr_assert_eq(sl_trust_add_key(trust, &key, SL_ROLE_GRANT, &err), 0, "%s", err.message);
        }
        trust->thresholds[SL_ROLE_GRANT] = threshold;
        struct sl_buf text;
        sl_buf_init(&text, SL_TRUST_FILE_MAX);
        int result = sl_trust_write(&text, trust, &err);
        cr_expect_eq(result == 0, threshold == SL_SIGNATURES_MAX, "%u: %s", threshold, err.message);
        if (result < 0)
            cr_expect(strstr(err.message,
                             "the threshold of the role grant is 17, and nothing may have more than 16"),
                      "%s", err.message);
        sl_buf_release(&text);
        free(trust);
    }
}

Test(trust_file, there_is_an_end_to_the_keys)
{
    struct sl_trust *trust = calloc(1, sizeof *trust);
    struct sl_err err = {0};
    cr_assert_not_null(trust);
    for (unsigned i = 0; i <= SL_TRUST_KEYS_MAX; i++) {
        struct sl_public_key key = key_of(1);
        key.point[0] = (unsigned char)i; /* no point of the curve, which is not asked here */
        int result = sl_trust_add_key(trust, &key, SL_ROLE_ROOT, &err);
        cr_expect_eq(result, i < SL_TRUST_KEYS_MAX ? 0 : -1);
        for (size_t j = 1; j < trust->key_count; j++)
            cr_assert_lt(memcmp(trust->keys[j - 1].sha256, trust->keys[j].sha256, 32), 0);
    }
    cr_expect_eq(err.code, SL_E_LIMIT);
    free(trust);
}

Test(trust_file, a_revoked_key_keeps_only_what_it_signed_before)
{
    struct sl_trust *trust = sample();
    struct sl_err err = {0};
    unsigned char name[32];
    name_of(name, 2);
    cr_expect_eq(sl_trust_revoke_key(trust, name, &(struct sl_trust_point){trust->epoch, 50}, 1, &err), 0);
    cr_expect_eq(sl_trust_key_find(trust, name)->roles, 1U << SL_ROLE_RELEASE, "it is root no more");
    cr_expect_eq(sl_trust_revoke_key(trust, name, &(struct sl_trust_point){trust->epoch, 50}, 1, &err), -1);
    cr_expect_eq(sl_trust_revoke_key(trust, name, &(struct sl_trust_point){trust->epoch, 51}, 1, &err), -1);
    cr_expect(strstr(err.message, "void after sequence 50 of epoch 2"), "%s", err.message);
    cr_expect_eq(sl_trust_void_after(trust, name, 2), 50);
    cr_expect_eq(sl_trust_void_after(trust, name, 1), 0,
                 "what it signed in an epoch that is not named is void");
    trust->epoch = 3;
    cr_expect_eq(sl_trust_revoke_key(trust, name, &(struct sl_trust_point){3, 1}, 1, &err), -1);
    cr_expect(strstr(err.message, "void after sequence 0 of epoch 3"), "%s", err.message);
    cr_expect_eq(sl_trust_revoke_key(trust, name, &(struct sl_trust_point){2, 49}, 1, &err), 0);
    cr_expect_eq(sl_trust_void_after(trust, name, 2), 49);
    cr_expect_eq(sl_trust_revoke_key(trust, name, NULL, 0, &err), 0);
    cr_expect(sl_trust_key_revoked(trust, name));
    cr_expect_eq(sl_trust_void_after(trust, name, 2), 0);
    cr_expect_eq(sl_trust_void_after(trust, name, 3), 0);
    cr_expect_eq(sl_trust_revoke_key(trust, name, NULL, 0, &err), -1, "it says nothing more");
    name_of(name, 1);
    cr_expect_not(sl_trust_key_revoked(trust, name));
    cr_expect_eq(sl_trust_revoke_key(trust, name, NULL, 0, &err), 0);
    cr_expect_null(sl_trust_key_find(trust, name), "a root key has no other role to keep");
    memset(name, 0x5c, sizeof name);
    cr_expect_eq(sl_trust_revoke_bundle(trust, name, &err), -1);
    cr_expect_eq(err.code, SL_E_USAGE);
    free(trust);
}

/* In whatever order they are given; the text is the same, and read again as it was. */
Test(trust_file, a_revoked_key_may_count_in_several_epochs)
{
    static const struct sl_trust_point given[][3] = {{{0, 7}, {1, 40}, {2, 5}}, {{2, 5}, {0, 7}, {1, 40}}};
    struct sl_buf texts[2];
    for (size_t i = 0; i < 2; i++) {
        struct sl_trust *trust = sample();
        struct sl_trust *again = NULL;
        struct sl_err err = {0};
        unsigned char name[32];
        name_of(name, 1);
        cr_assert_eq(sl_trust_revoke_key(trust, name, given[i], 3, &err), 0, "%s", err.message);
        trust->thresholds[SL_ROLE_ROOT] = 1;
        cr_expect_eq(trust->revoked_key_count, 4);
        texts[i] = text_of(trust);
        cr_assert_eq(sl_trust_read(&again, sl_buf_view(&texts[i]), "trust.json", &err), 0, "%s", err.message);
        for (size_t k = 0; k < 3; k++)
            cr_expect_eq(sl_trust_void_after(again, name, given[i][k].epoch), given[i][k].sequence);
        /* Once more with one of the three: the other two are void. */
        cr_assert_eq(sl_trust_revoke_key(again, name, &(struct sl_trust_point){1, 40}, 1, &err), 0);
        cr_expect_eq(again->revoked_key_count, 2);
        cr_expect_eq(sl_trust_void_after(again, name, 0), 0);
        cr_expect_eq(sl_trust_void_after(again, name, 1), 40);
        cr_expect_eq(sl_trust_void_after(again, name, 2), 0);
        name_of(name, 3);
        cr_expect_eq(sl_trust_void_after(again, name, 2), 40, "the other key is as it was");
        sl_trust_free(again);
        free(trust);
    }
    cr_expect(sl_str_equal(sl_buf_view(&texts[0]), sl_buf_view(&texts[1])));
    sl_buf_release(&texts[0]);
    sl_buf_release(&texts[1]);
}

Test(trust_file, without_memory_it_is_not_read)
{
    struct sl_trust *trust = NULL;
    struct sl_err err = {0};
    alloc_fault_arm(1);
    int result = sl_trust_read(&trust, SL_STR(SAMPLE_SPELLING), "trust.json", &err);
    cr_expect(alloc_fault_disarm());
    cr_expect_eq(result, -1);
    cr_expect_eq(err.code, SL_E_NO_MEMORY);
}

/* -- names -- */

Test(trust_file, names_of_versions_and_signatures)
{
    static const struct {
        const char *name;
        uint64_t version; /* 0: no such name */
        const char *key_id;
    } rows[] = {
        {"1.json", 1, ""},
        {"9007199254740991.json", UINT64_C(9007199254740991), ""},
        {"12.json.0123456789ABCDEF.minisig", 12, "0123456789ABCDEF"},
        {"9007199254740992.json", 0, ""},
        {"99999999999999999999999.json", 0, ""},
        {"0.json", 0, ""},
        {"01.json", 0, ""},
        {"-1.json", 0, ""},
        {".json", 0, ""},
        {"1", 0, ""},
        {"1.jso", 0, ""},
        {"1.json.", 0, ""},
        {"1.jsonx", 0, ""},
        {"x1.json", 0, ""},
        {"1.json.0123456789ABCDEF", 0, ""},
        {"1.json.0123456789abcdef.minisig", 0, ""},
        {"1.json.0123456789ABCDE.minisig", 0, ""},
        {"1.json.0123456789ABCDEF0.minisig", 0, ""},
        {"1.json.0123456789ABCDEG.minisig", 0, ""},
        {"1.json-0123456789ABCDEF.minisig", 0, ""},
        {"1.json.0123456789ABCDEF.minisig.", 0, ""},
        {"1.json/x", 0, ""},
        {"", 0, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sl_trust_name name;
        char text[SL_TRUST_NAME_MAX];
        bool known = sl_trust_name_parse(&name, sl_str_from(rows[i].name));
        cr_expect_eq(known, rows[i].version > 0, "%s", rows[i].name);
        if (!known)
            continue;
        cr_expect_eq(name.version, rows[i].version);
        cr_expect_str_eq(name.key_id, rows[i].key_id);
        cr_expect_str_eq(sl_trust_name_text(text, &name), rows[i].name);
    }
}

Test(trust_file, roles_have_names)
{
    cr_expect_str_eq(sl_trust_role_name(SL_ROLE_ROOT), "root");
    cr_expect_str_eq(sl_trust_role_name(SL_ROLE_GRANT), "grant");
}
