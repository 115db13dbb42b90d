#include <criterion/criterion.h>

#include "base/limits.h"
#include "sign/signatures.h"
#include "sign_kit.h"

#include <sealift/verify.h>
#include <stdio.h>
#include <sys/stat.h>

static struct sign_kit kit;

static void make(void)
{
    sign_kit_make(&kit);
}

static void remove_it(void)
{
    sign_kit_remove(&kit);
}

TestSuite(sign, .init = make, .fini = remove_it);

static int sign(struct sl_sign_result *result, const struct sl_sign_options *options, struct sl_err *err)
{
    *err = (struct sl_err){0};
    return sl_bundle_sign(result, kit.bundle, options, err);
}

Test(sign, a_signed_bundle_is_the_one_that_all_of_them_would_have_signed_at_first)
{
    static const unsigned all[] = {1, 2, 3};
    struct sl_buf expected_file;
    struct sl_buf expected;
    struct sl_buf container;
    delivery_make(&expected_file, &(struct delivery_options){.signers = all, .signer_count = 3});
    delivery_expand(&expected, sl_buf_view(&expected_file));
    const struct sl_signing_key keys[] = {kit.keys[2], kit.keys[0]};
    struct sl_sign_options options = {.keys = keys, .key_count = 2, .replace = true};
    struct sl_sign_result result;
    struct sl_err err;
    cr_assert_eq(sign(&result, &options, &err), 0, "%s", err.message);
    cr_expect_str_eq(result.bundle, "customer-a-v1.0-17");
    cr_expect_eq(result.added_count, 2);
    cr_expect(result.added[0] && result.added[1]);
    cr_expect_eq(result.signatures, 3);
    cr_expect_eq(result.files, delivery_file_count + 1);
    sign_kit_container(&kit, &container, "customer-a-v1.0-17.tar.gz");
    /* The comments are sealift's there and "sample" here: signatures differ in length, all else does not. */
    const size_t payload = (size_t)11 * 512; /* SHA256SUMS, four files, the end */
    cr_assert(container.len > payload && expected.len > payload);
    cr_expect(sl_str_equal(sl_str_slice(sl_buf_view(&container), container.len - payload, container.len),
                           sl_str_slice(sl_buf_view(&expected), expected.len - payload, expected.len)));
    sl_buf_release(&expected_file);
    sl_buf_release(&expected);
    sl_buf_release(&container);
}

struct refusal_case {
    const char *what;
    struct sl_sign_options options;
    enum sl_code code;
    const char *message;
};

Test(sign, what_makes_no_sense_is_refused_before_anything_is_read)
{
    const struct sl_signing_key twice[] = {kit.keys[0], kit.keys[0]};
    struct sl_signing_key one_id[] = {kit.keys[0], kit.keys[2]};
    memcpy(one_id[1].public_key.id, one_id[0].public_key.id, SL_KEY_ID_BYTES);
    struct sl_signing_key many[SL_SIGNATURES_MAX + 1];
    for (size_t i = 0; i < SL_SIGNATURES_MAX + 1; i++)
        many[i] = kit.keys[0];
    const struct refusal_case cases[] = {
        {"no keys", {.replace = true}, SL_E_USAGE, "no key was given"},
        {"nowhere", {.keys = kit.keys, .key_count = 1}, SL_E_USAGE, "was not said"},
        {"both", {.keys = kit.keys, .key_count = 1, .detached = true, .out = "x"}, SL_E_USAGE, "beside"},
        {"the same",
         {.keys = twice, .key_count = 2, .replace = true},
         SL_E_USAGE,
         "keys 1 and 2 are the same"},
        {"one id", {.keys = one_id, .key_count = 2, .replace = true}, SL_E_USAGE, "two with one key id"},
        {"too many",
         {.keys = many, .key_count = SL_SIGNATURES_MAX + 1, .replace = true},
         SL_E_USAGE,
         "at most 16"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sl_sign_result result;
        struct sl_err err;
        cr_expect_eq(sign(&result, &cases[i].options, &err), -1, "%s", cases[i].what);
        cr_expect_eq(err.code, cases[i].code, "%s", cases[i].what);
        cr_expect(strstr(err.message, cases[i].message), "%s: %s", cases[i].what, err.message);
        cr_expect(sign_kit_unchanged(&kit));
    }
}

/* -- signatures that should not be there -- */

static void misname(void *context, struct delivery_signatures *all, struct sl_str manifest)
{
    (void)context;
    (void)manifest;
    (void)snprintf(all->items[0].key_id, sizeof all->items[0].key_id, "00000000000000AA");
}

static void spoil(void *context, struct delivery_signatures *all, struct sl_str manifest)
{
    (void)context;
    (void)manifest;
    all->items[0].text.ptr[0] = 'x';
}

Test(sign, a_bundle_with_a_bad_signature_gets_no_other)
{
    static const struct {
        void (*alter)(void *, struct delivery_signatures *, struct sl_str);
        const char *message;
    } cases[] = {
        {misname,
         "manifest.json.00000000000000AA.minisig: the signature in it names the key 0101010101010101"},
        {spoil, "manifest.json.0101010101010101.minisig: line 1 does not begin with"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sl_buf bytes;
        delivery_make(&bytes, &(struct delivery_options){.alter_signatures = cases[i].alter});
        temp_dir_write(&kit.temp, "customer-a-v1.0-17.tar.gz", bytes.ptr, bytes.len);
        struct sl_sign_options options = {.keys = &kit.keys[2], .key_count = 1, .replace = true};
        struct sl_sign_result result;
        struct sl_err err;
        cr_expect_eq(sign(&result, &options, &err), -1);
        cr_expect_eq(err.code, SL_E_REFUSED);
        cr_expect(strstr(err.message, cases[i].message), "%s", err.message);
        cr_expect(strstr(err.message, kit.bundle), "%s", err.message);
        sl_buf_release(&bytes);
    }
}

Test(sign, a_key_that_signed_adds_nothing_and_a_liar_with_its_id_is_found_out)
{
    const struct sl_signing_key keys[] = {kit.keys[0], kit.keys[1]};
    struct sl_sign_options options = {.keys = keys, .key_count = 2, .replace = true};
    struct sl_sign_result result;
    struct sl_err err;
    cr_assert_eq(sign(&result, &options, &err), 0, "%s", err.message);
    cr_expect(result.added[0] && !result.added[1]);
    cr_expect_eq(result.signatures, 2);

    struct sl_signing_key liar = kit.keys[2];
    memcpy(liar.public_key.id, kit.keys[1].public_key.id, SL_KEY_ID_BYTES);
    options = (struct sl_sign_options){.keys = &liar, .key_count = 1, .replace = true};
    cr_expect_eq(sign(&result, &options, &err), -1);
    cr_expect_eq(err.code, SL_E_REFUSED, "%s", err.message);
}

Test(sign, a_signature_beside_a_bundle_is_found_with_it)
{
    struct sl_sign_options options = {.keys = kit.keys, .key_count = 4, .detached = true};
    struct sl_sign_result result;
    struct sl_err err;
    cr_assert_eq(sign(&result, &options, &err), 0, "%s", err.message);
    cr_expect_eq(result.added_count, 4, "also by the key that signed inside");
    cr_expect_eq(result.signatures, 1);
    cr_expect(sign_kit_unchanged(&kit));
    struct sl_detached_files *files = NULL;
    size_t count = 0;
    cr_assert_eq(sl_detached_find(&files, kit.bundle, &err), 0, "%s", err.message);
    const struct sl_detached *list = sl_detached_list(files, &count);
    cr_assert_eq(count, 4);
    for (size_t i = 0; i < count; i++) {
        char path[4096];
        cr_assert_eq(sl_detached_path(path, kit.bundle, kit.keys[i].public_key.id, &err), 0);
        cr_expect_str_eq(list[i].name, path);
        cr_expect(sl_str_starts_with(list[i].text, SL_STR("untrusted comment: ")));
        cr_expect_eq(sl_detached_add(files, path, &err), 0, "the same once more");
    }
    (void)sl_detached_list(files, &count);
    cr_expect_eq(count, 4);
    sl_detached_free(files);
}

Test(sign, sixteen_signatures_beside_a_bundle_are_the_most)
{
    struct sl_detached_files *files = NULL;
    struct sl_err err = {0};
    char path[PATH_MAX];
    char name[32];
    cr_assert_eq(sl_detached_find(&files, kit.bundle, &err), 0);
    for (int i = 0; i <= SL_DETACHED_MAX; i++) {
        (void)snprintf(name, sizeof name, "%d.minisig", i);
        temp_dir_write_text(&kit.temp, name, "x\n");
        cr_expect_eq(sl_detached_add(files, temp_dir_join(&kit.temp, name, path), &err),
                     i < SL_DETACHED_MAX ? 0 : -1, "%d: %s", i, err.message);
    }
    cr_expect_eq(err.code, SL_E_LIMIT);
    sl_detached_freep(&files);
    cr_expect_null(files);
}

Test(sign, there_are_no_signatures_beside_what_is_not_there)
{
    char path[PATH_MAX];
    struct sl_detached_files *files = NULL;
    struct sl_err err = {0};
    size_t count = 1;
    cr_assert_eq(sl_detached_find(&files, temp_dir_join(&kit.temp, "none/x.tar.gz", path), &err), 0);
    (void)sl_detached_list(files, &count);
    cr_expect_eq(count, 0);
    cr_expect_eq(sl_detached_add(files, temp_dir_join(&kit.temp, "none.minisig", path), &err), -1);
    cr_expect_eq(err.code, SL_E_NOT_FOUND);
    sl_detached_free(files);
    sl_detached_free(NULL);
}

Test(sign, a_path_that_is_too_long_for_a_signature_s_is_refused)
{
    static char bundle[4200];
    memset(bundle, 'a', sizeof bundle - 1);
    char path[4096];
    struct sl_err err = {0};
    const unsigned char id[SL_KEY_ID_BYTES] = {1};
    cr_expect_eq(sl_detached_path(path, bundle, id, &err), -1);
    cr_expect_eq(err.code, SL_E_USAGE);
    bundle[4096 - 26] = '\0';
    cr_expect_eq(sl_detached_path(path, bundle, id, &err), 0);
    cr_expect_eq(strlen(path), 4095);
    bundle[4096 - 26] = 'a';
    bundle[4096 - 25] = '\0';
    cr_expect_eq(sl_detached_path(path, bundle, id, &err), -1);
}
