/*
 * The permission for one rollback below the floor: who must have signed it, and how it lies on a disk.
 */
#include <criterion/criterion.h>

#include "trust_kit.h"

#include "alloc_fault.h"
#include "base/limits.h"
#include "delivery.h"
#include "sys_fault.h"
#include "temp_dir.h"

#include <errno.h>
#include <sealift/grant.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct temp_dir temp;
static struct sl_buf json; /* of the grant */

static void put(const char *name, struct sl_str text)
{
    temp_dir_write(&temp, name, text.ptr, text.len);
}

/* NAME.KEYID.minisig by the key of that number, over `message`. */
static void put_signature(const char *name, unsigned number, struct sl_str message)
{
    struct sl_secret_key key;
    struct sl_signing_key signing;
    struct sl_buf text;
    struct sl_err err = {0};
    char path[128];
    char id[SL_KEY_ID_HEX + 1];
    delivery_key(number, &key, NULL);
    sl_signing_key_of(&signing, &key);
    sl_buf_init(&text, SL_SIGNATURE_FILE_MAX);
    cr_assert_eq(sl_grant_sign(&text, message, &signing, &err), 0, "%s", err.message);
    (void)snprintf(path, sizeof path, "%s.%s.minisig", name, sl_key_id_text(id, key.id));
    put(path, sl_buf_view(&text));
    sl_buf_release(&text);
}

static void setup(void)
{
    struct sl_grant grant = {
        .customer = "customer-a", .expires = 1800000000, .manifest_sha256 = {1}, .site = {2}};
    struct sl_err err = {0};
    temp_dir_make(&temp);
    sl_buf_init(&json, SL_GRANT_BYTES_MAX);
    cr_assert_eq(sl_grant_write(&json, &grant, &err), 0, "%s", err.message);
    put("grant.json", sl_buf_view(&json));
    put_signature("grant.json", 21, sl_buf_view(&json));
}

static void teardown(void)
{
    sl_buf_release(&json);
    temp_dir_remove(&temp);
}

TestSuite(grant, .init = setup, .fini = teardown);

static int load(struct sl_grant_file **out, const char *name, struct sl_err *err)
{
    char path[PATH_MAX];
    *out = NULL;
    return sl_grant_load(out, temp_dir_join(&temp, name, path), err);
}

/* Loads and judges; the grant in *out. */
static int judge(struct sl_grant *out, const struct sl_trust *trust, const char *name, struct sl_err *err)
{
    struct sl_grant_file *file = NULL;
    int result = load(&file, name, err);
    if (result == 0)
        result = sl_grant_check(out, trust, file, err);
    sl_grant_file_free(file);
    return result;
}

Test(grant, a_grant_is_what_was_written_where_a_key_of_the_role_signed)
{
    struct sl_trust *trust = trust_kit_first();
    struct sl_grant grant;
    struct sl_err err = {0};
    cr_assert_eq(judge(&grant, trust, "grant.json", &err), 0, "%s", err.message);
    cr_expect_str_eq(grant.customer, "customer-a");
    cr_expect_eq(grant.expires, 1800000000);
    cr_expect_eq(grant.manifest_sha256[0], 1);
    cr_expect_eq(grant.site[0], 2);
    free(trust);
}

Test(grant, one_in_the_current_directory_needs_no_slash)
{
    struct sl_grant_file *file = NULL;
    struct sl_err err = {0};
    char path[PATH_MAX];
    cr_assert_eq(chdir(temp_dir_join(&temp, ".", path)), 0);
    cr_assert_eq(sl_grant_load(&file, "grant.json", &err), 0, "%s", err.message);
    cr_expect(sl_str_equal(sl_grant_file_json(file), sl_buf_view(&json)));
    sl_grant_file_free(file);
    cr_assert_eq(chdir("/"), 0);
}

struct role_case {
    const char *what;
    unsigned more;      /* a second key of role grant; 0: none */
    unsigned threshold; /* of role grant */
    unsigned signers[4];
    const char *refused; /* NULL: accepted */
};

static const struct role_case role_cases[] = {
    {"nobody", 0, 1, {0}, "signed by 0 of the 1 keys of role grant"},
    {"the one", 0, 1, {21}, NULL},
    {"another role", 0, 1, {11, 1}, "signed by 0 of the 1 keys"},
    {"a stranger", 0, 1, {99}, "signed by 0 of the 1 keys"},
    {"a stranger besides", 0, 1, {21, 99}, NULL},
    {"one of two", 22, 2, {21}, "signed by 1 of the 2 keys"},
    {"both", 22, 2, {21, 22}, NULL},
};

Test(grant, the_threshold_of_the_role_decides)
{
    for (size_t i = 0; i < sizeof role_cases / sizeof role_cases[0]; i++) {
        const struct role_case *test = &role_cases[i];
        struct sl_trust *trust = trust_kit_first();
        struct sl_grant grant;
        struct sl_err err = {0};
        char name[64];
        if (test->more)
            trust_kit_add(trust, test->more, SL_ROLE_GRANT);
        trust->thresholds[SL_ROLE_GRANT] = test->threshold;
        (void)snprintf(name, sizeof name, "case-%zu/grant.json", i);
        put(name, sl_buf_view(&json));
        for (size_t k = 0; test->signers[k]; k++)
            put_signature(name, test->signers[k], sl_buf_view(&json));
        cr_expect_eq(judge(&grant, trust, name, &err), test->refused ? -1 : 0, "%s: %s", test->what,
                     err.message);
        if (test->refused) {
            cr_expect_eq(err.code, SL_E_REFUSED, "%s", test->what);
            cr_expect(strstr(err.message, test->refused), "%s: %s", test->what, err.message);
        }
        free(trust);
    }
}

Test(grant, a_revoked_key_permits_nothing)
{
    struct sl_trust *trust = trust_kit_first();
    struct sl_grant grant;
    struct sl_err err = {0};
    unsigned char name[32];
    trust_kit_name(name, 21);
    trust_kit_add(trust, 22, SL_ROLE_GRANT);
    cr_assert_eq(sl_trust_revoke_key(trust, name, &(struct sl_trust_point){trust->epoch, 40}, 1, &err), 0,
                 "%s", err.message);
    cr_expect_eq(judge(&grant, trust, "grant.json", &err), -1);
    cr_expect_eq(err.code, SL_E_REFUSED, "%s", err.message);
    /* A document that keeps it in the role cannot be read, but who made one in memory is not believed either. */
    for (size_t i = 0; i < trust->key_count; i++)
        if (memcmp(trust->keys[i].sha256, name, sizeof name) == 0)
            trust->keys[i].roles |= 1U << SL_ROLE_GRANT;
    cr_expect_eq(judge(&grant, trust, "grant.json", &err), -1);
    free(trust);
}

Test(grant, no_flipped_bit_and_no_truncation_is_accepted)
{
    struct sl_trust *trust = trust_kit_first();
    struct sl_grant grant;
    struct sl_err err = {0};
    put_signature("changed", 21, sl_buf_view(&json));
    for (size_t i = 0; i < json.len; i++) {
        json.ptr[i] ^= 1;
        put("changed", sl_buf_view(&json));
        cr_expect_eq(judge(&grant, trust, "changed", &err), -1, "byte %zu", i);
        cr_expect_eq(err.code, SL_E_REFUSED, "byte %zu: %s", i, err.message);
        json.ptr[i] ^= 1;
        put("changed", sl_str_slice(sl_buf_view(&json), 0, i));
        cr_expect_eq(judge(&grant, trust, "changed", &err), -1, "%zu bytes", i);
    }
    free(trust);
}

Test(grant, a_malformed_signature_beside_it_refuses_it)
{
    struct sl_trust *trust = trust_kit_first();
    struct sl_grant grant;
    struct sl_err err = {0};
    put("grant.json.0B0B0B0B0B0B0B0B.minisig", SL_STR("not a signature"));
    cr_expect_eq(judge(&grant, trust, "grant.json", &err), -1);
    cr_expect_eq(err.code, SL_E_REFUSED);
    cr_expect(strstr(err.message, "the grant: the signature named for key 0B0B0B0B0B0B0B0B"), "%s",
              err.message);
    free(trust);
}

Test(grant, files_of_other_names_are_not_looked_at)
{
    struct sl_grant_file *file = NULL;
    struct sl_trust *trust = trust_kit_first();
    struct sl_grant grant;
    struct sl_err err = {0};
    put("grant.json.0b0b0b0b0b0b0b0b.minisig", SL_STR("x"));
    put("grant.json.0B0B0B0B0B0B0B0B.minisix", SL_STR("x"));
    put("grant.json-0B0B0B0B0B0B0B0B.minisig", SL_STR("x"));
    put("grant.json.0B0B0B0B0B0B0B0B.minisig.old", SL_STR("x"));
    put("other.json.0B0B0B0B0B0B0B0B.minisig", SL_STR("x"));
    put("below/grant.json.0B0B0B0B0B0B0B0B.minisig", SL_STR("x"));
    cr_assert_eq(load(&file, "grant.json", &err), 0, "%s", err.message);
    cr_expect_eq(sl_grant_check(&grant, trust, file, &err), 0, "%s", err.message);
    sl_grant_file_freep(&file);
    cr_expect_null(file);
    sl_grant_file_free(NULL);
    free(trust);
}

Test(grant, what_cannot_be_read_is_said)
{
    static const struct {
        const char *name;
        enum sl_code code;
        const char *why;
    } rows[] = {
        {"nobody.json", SL_E_NOT_FOUND, "nobody.json"},
        {"large.json", SL_E_LIMIT, "large.json"},
        {"many.json", SL_E_LIMIT, "the grant has more than 16 signatures"},
        {"heavy.json", SL_E_LIMIT, "heavy.json.0000000000000001.minisig"},
    };
    struct sl_buf large;
    char name[64];
    sl_buf_init(&large, SL_MIB);
    for (size_t i = 0; i <= SL_SIGNATURE_FILE_MAX; i++)
        sl_buf_byte(&large, 'x');
    put("large.json", sl_buf_view(&large));
    put("many.json", sl_buf_view(&json));
    for (unsigned i = 0; i <= SL_SIGNATURES_MAX; i++) {
        (void)snprintf(name, sizeof name, "many.json.%016X.minisig", i);
        put(name, SL_STR("x"));
    }
    put("heavy.json", sl_buf_view(&json));
    put("heavy.json.0000000000000001.minisig", sl_buf_view(&large));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sl_grant_file *file = NULL;
        struct sl_err err = {0};
        cr_expect_eq(load(&file, rows[i].name, &err), -1, "%s", rows[i].name);
        cr_expect_eq(err.code, rows[i].code, "%s: %s", rows[i].name, err.message);
        cr_expect(strstr(err.message, rows[i].why), "%s: %s", rows[i].name, err.message);
    }
    /* A long way round to a file that is there. */
    struct sl_grant_file *file = NULL;
    struct sl_err err = {0};
    sl_buf_reset(&large);
    sl_buf_printf(&large, "%s/", temp.path);
    while (large.len < SL_PATH_MAX)
        sl_buf_text(&large, "./");
    sl_buf_text(&large, "grant.json");
    cr_expect_eq(sl_grant_load(&file, large.ptr, &err), -1);
    cr_expect_eq(err.code, SL_E_USAGE, "%s", err.message);
    sl_buf_release(&large);
}

Test(grant, every_call_that_fails_is_reported)
{
    for (size_t nth = 1;; nth++) {
        struct sl_grant_file *file = NULL;
        struct sl_err err = {0};
        sys_fault_arm((struct sys_fault){.action = SYS_FAULT_FAIL, .nth = nth, .number = EIO});
        int result = load(&file, "grant.json", &err);
        bool happened = sys_fault_disarm();
        sl_grant_file_free(file);
        if (!happened) {
            cr_expect_eq(result, 0, "%s", err.message);
            cr_expect_gt(nth, 6);
            break;
        }
        /* A close that fails after reading is no news. */
        cr_expect(result == 0 || err.code == SL_E_IO, "call %zu: %s", nth, err.message);
    }
}

Test(grant, without_memory_it_fails_cleanly)
{
    for (size_t nth = 1;; nth++) {
        struct sl_grant_file *file = NULL;
        struct sl_err err = {0};
        alloc_fault_arm(nth);
        int result = load(&file, "grant.json", &err);
        bool happened = alloc_fault_disarm();
        sl_grant_file_free(file);
        if (!happened) {
            cr_expect_eq(result, 0, "%s", err.message);
            break;
        }
        cr_expect_eq(result, -1, "allocation %zu", nth);
    }
}
