/* Encrypted bundles: what is inside is the same, and randomness reaches the layer around it only. */
#include "base/cleanup.h"
#include "pack_kit.h"
#include "release_repo.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define IDENTITY  "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"
#define RECIPIENT "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
#define OTHER     "age1q73he0q5yzfu3d64msd3p6rvksnrwjk3d2598mgtmlqt9wrdr37q2vrn72"

static struct temp_dir temp;
static char repo[PATH_MAX];

static void set_up(void)
{
    struct temp_dir inner;
    temp_dir_make(&temp);
    temp_dir_make_dir(&temp, "repo");
    (void)snprintf(inner.path, sizeof inner.path, "%s", temp_dir_join(&temp, "repo", repo));
    release_repo_write(&inner);
}

static void tear_down(void)
{
    temp_dir_remove(&temp);
}

TestSuite(encrypt, .init = set_up, .fini = tear_down);

struct counter {
    unsigned char next;
    unsigned calls, fail_at;
};

static int counter_fill(void *context, void *out, size_t len, struct sl_err *err)
{
    struct counter *counter = context;
    if (++counter->calls == counter->fail_at)
        return sl_fail(err, SL_E_IO, "no randomness today");
    for (size_t i = 0; i < len; i++)
        ((unsigned char *)out)[i] = counter->next++;
    return 0;
}

static struct sl_age_recipients recipients_of(const char *text)
{
    struct sl_age_recipients list = {.count = 0};
    struct sl_age_recipient recipient;
    struct sl_err err = {0};
    cr_assert_eq(sl_age_recipient_parse(&recipient, sl_str_from(text), &err), 0, "%s", err.message);
    cr_assert_eq(sl_age_recipients_add(&list, &recipient, &err), 0);
    return list;
}

/* Packs into `out` below temp. */
static int pack(struct sl_pack_result *result, const char *out, const struct sl_age_recipients *to,
                bool plain, struct counter *counter, struct sl_err *err)
{
    struct pack_kit kit;
    char directory[PATH_MAX];
    struct sl_release_query query = pack_kit_query(repo);
    pack_kit_render(&kit, &query);
    cr_assert_eq(kit.result, 0, "%s: %s", kit.err.message, pack_kit_findings(&kit));
    struct sl_pack_options options = {.encrypt_to = to,
                                      .plain = plain,
                                      .random = {counter_fill, counter},
                                      .out = temp_dir_join(&temp, out, directory)};
    int packed = sl_release_pack(result, kit.rendering, &options, err);
    pack_kit_release(&kit);
    return packed;
}

static void decrypt(const char *from, const char *to)
{
    static struct sl_age_identities identities;
    struct sl_err err = {0};
    char path[PATH_MAX];
    identities.count = 0;
    cr_assert_eq(sl_age_identities_read(&identities, SL_STR(IDENTITY), "site", &err), 0);
    struct sl_age_keys keys = {.identities = identities.items, .identity_count = 1};
    SL_CLEANUP(sl_closep) int in = open(from, O_RDONLY);
    SL_CLEANUP(sl_closep) int out = open(temp_dir_join(&temp, to, path), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    cr_assert(in >= 0 && out >= 0);
    cr_assert_eq(sl_age_decrypt_fd(out, in, &keys, NULL, &err), 0, "%s", err.message);
}

static bool has_suffix(const char *path, const char *suffix)
{
    return sl_str_ends_with(sl_str_from(path), sl_str_from(suffix));
}

Test(encrypt, what_is_inside_is_the_plain_bundle_whatever_the_randomness)
{
    struct sl_age_recipients to = recipients_of(RECIPIENT);
    struct sl_pack_result plain, first, second;
    struct counter none = {.fail_at = 1}, one = {.next = 1}, two = {.next = 2};
    struct sl_err err = {0};
    char a[PATH_MAX], b[PATH_MAX];
    cr_assert_eq(pack(&plain, "plain", NULL, false, &none, &err), 0, "%s", err.message);
    cr_expect_eq(none.calls, 0, "a plain bundle draws nothing");
    cr_assert_eq(pack(&first, "first", &to, false, &one, &err), 0, "%s", err.message);
    cr_assert_eq(pack(&second, "second", &to, false, &two, &err), 0, "%s", err.message);
    cr_expect(has_suffix(plain.path, "/customer-a-v1.0-3.tar.gz"), "%s", plain.path);
    cr_expect(has_suffix(first.path, "/customer-a-v1.0-3.tar.gz.age"), "%s", first.path);
    cr_expect_eq(first.recipients.count, 1);
    cr_expect_gt(first.bundle_bytes, plain.bundle_bytes);
    cr_expect_arr_eq(first.manifest_sha256, plain.manifest_sha256, sizeof plain.manifest_sha256);
    decrypt(first.path, "a");
    decrypt(second.path, "b");
    pack_kit_expect_same(plain.path, temp_dir_join(&temp, "a", a), "inside the first");
    pack_kit_expect_same(plain.path, temp_dir_join(&temp, "b", b), "inside the second");
    size_t size_a, size_b;
    char *bytes_a = pack_kit_read(first.path, &size_a);
    char *bytes_b = pack_kit_read(second.path, &size_b);
    cr_expect(size_a == size_b && memcmp(bytes_a, bytes_b, size_a) != 0, "the layers differ");
    free(bytes_a);
    free(bytes_b);
}

Test(encrypt, those_given_come_with_those_of_the_customers_file_and_plain_leaves_both_out)
{
    struct sl_age_recipients to = recipients_of(OTHER);
    struct sl_pack_result result;
    struct counter counter = {.next = 1};
    struct sl_err err = {0};
    temp_dir_write_text(&temp, "repo/overlays/customer-a/cluster-config.yaml",
                        "customer: customer-a\nage-recipients: [" RECIPIENT "]\n");
    cr_assert_eq(pack(&result, "stated", NULL, false, &counter, &err), 0, "%s", err.message);
    cr_expect_eq(result.recipients.count, 1);
    cr_assert_eq(pack(&result, "both", &to, false, &counter, &err), 0, "%s", err.message);
    cr_expect_eq(result.recipients.count, 2);
    decrypt(result.path, "a");
    cr_assert_eq(pack(&result, "plain", &to, true, &counter, &err), 0, "%s", err.message);
    cr_expect_eq(result.recipients.count, 0);
    cr_expect(has_suffix(result.path, ".tar.gz"));
}

Test(encrypt, randomness_that_fails_leaves_no_bundle)
{
    struct sl_age_recipients to = recipients_of(RECIPIENT);
    for (unsigned fail_at = 1; fail_at <= 3; fail_at++) {
        struct sl_pack_result result;
        struct counter counter = {.fail_at = fail_at};
        struct sl_err err = {0};
        char path[PATH_MAX];
        cr_expect_eq(pack(&result, "out", &to, false, &counter, &err), -1);
        cr_expect_str_eq(err.message, "no randomness today");
        cr_expect_neq(access(temp_dir_join(&temp, "out/customer-a-v1.0-3.tar.gz.age", path), F_OK), 0);
        cr_expect_neq(access(temp_dir_join(&temp, "out/customer-a-v1.0-3.tar.gz.age.partial", path), F_OK),
                      0);
    }
}

Test(encrypt, more_recipients_than_the_limit_are_refused)
{
    struct sl_age_recipients to = recipients_of(OTHER);
    struct sl_pack_result result;
    struct counter counter = {.next = 1};
    struct sl_err err = {0};
    for (; to.count < SL_AGE_RECIPIENTS_MAX; to.count++) {
        to.items[to.count] = to.items[0];
        to.items[to.count].point[0] = (unsigned char)to.count;
    }
    temp_dir_write_text(&temp, "repo/overlays/customer-a/cluster-config.yaml",
                        "customer: customer-a\nage-recipients: [" RECIPIENT "]\n");
    cr_expect_eq(pack(&result, "out", &to, false, &counter, &err), -1);
    cr_expect_eq(err.code, SL_E_LIMIT);
}
