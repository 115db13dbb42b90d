/*
 * The example repository: what it renders to is kept in tests/fixtures/expected, one text per delivery. To
 * renew a text after a change that is meant: sealift -C tests/fixtures/release-repo render --release v1.0
 * --customer customer-a > FILE
 */
#include "../tree/repository.h"
#include "pack_kit.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#define FIXTURES SEALIFT_SOURCE_DIR "/tests/fixtures/"

static const struct {
    const char *release, *customer, *expected;
} deliveries[] = {
    {"v1.0", "customer-a", FIXTURES "expected/customer-a-v1.0.yaml"},
    {"v1.0", "customer-b", FIXTURES "expected/customer-b-v1.0.yaml"},
    {"v1.1", "customer-a", FIXTURES "expected/customer-a-v1.1.yaml"},
    {"v1.1", "customer-b", FIXTURES "expected/customer-b-v1.1.yaml"},
};

/* Everything in one text, as the command prints it. */
static char *as_printed(const struct sl_rendering *rendering)
{
    char *all = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&all, &size);
    cr_assert_not_null(file);
    for (size_t i = 0; i < sl_rendering_count(rendering); i++) {
        struct sl_str path, text;
        sl_rendering_at(rendering, i, &path, &text);
        (void)fprintf(file, "---\n# %.*s\n%.*s", (int)path.len, path.ptr, (int)text.len, text.ptr);
    }
    cr_assert_eq(fclose(file), 0);
    return all;
}

Test(fixture, every_delivery_renders_to_what_is_expected_and_without_findings)
{
    for (size_t i = 0; i < sizeof deliveries / sizeof deliveries[0]; i++) {
        struct pack_kit kit;
        struct sl_release_query query = pack_kit_query(FIXTURES "release-repo");
        query.release = sl_str_from(deliveries[i].release);
        query.customer = sl_str_from(deliveries[i].customer);
        pack_kit_render(&kit, &query);
        cr_assert_eq(kit.result, 0, "%s: %s", kit.err.message, pack_kit_findings(&kit));
        cr_expect_str_eq(pack_kit_findings(&kit), "", "%s", pack_kit_findings(&kit));
        size_t size;
        char *expected = pack_kit_read(deliveries[i].expected, &size);
        char *printed = as_printed(kit.rendering);
        cr_expect(strcmp(printed, expected) == 0, "%s is not what %s for %s renders to",
                  deliveries[i].expected, deliveries[i].release, deliveries[i].customer);
        free(printed);
        free(expected);
        pack_kit_release(&kit);
    }
}

/* The names of the other customer, its hosts and its storage are in none of the files of a bundle. */
Test(fixture, nothing_of_the_other_customer_is_in_a_bundle)
{
    static const struct {
        const char *customer, *other;
    } pairs[] = {{"customer-a", "customer-b"}, {"customer-b", "customer-a"}};
    for (size_t i = 0; i < 2; i++) {
        struct temp_dir temp;
        struct pack_kit kit;
        struct sl_pack_result result;
        char script[1024];
        repository_make_temp(&temp);
        struct sl_release_query query = pack_kit_query(FIXTURES "release-repo");
        query.customer = sl_str_from(pairs[i].customer);
        pack_kit_render(&kit, &query);
        cr_assert_eq(pack_kit_pack(&kit, &result, temp.path, 0), 0, "%s", kit.err.message);
        pack_kit_release(&kit);
        (void)snprintf(script, sizeof script,
                       "tar xzf *.tar.gz && if grep -rl -e %s *-v1.0-17; then exit 1; fi", pairs[i].other);
        repository_run(&temp, script);
        temp_dir_remove(&temp);
    }
}
