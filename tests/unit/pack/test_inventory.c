#include <criterion/criterion.h>

#include "inventory.h"

#include "base/limits.h"

struct image_case {
    const char *reference;
    const char *name; /* NULL: no reference */
    const char *tag, *digest, *purl;
};

#define DIGEST     "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define DIGEST_URL "sha256%3A0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct image_case image_cases[] = {
    {"nginx", "nginx", "", "", "pkg:oci/nginx?repository_url=docker.io/library/nginx"},
    {"nginx:1.27", "nginx", "1.27", "", "pkg:oci/nginx?repository_url=docker.io/library/nginx&tag=1.27"},
    {"a/b", "a/b", "", "", "pkg:oci/b?repository_url=docker.io/a/b"},
    {"quay.io/a/b:v1", "quay.io/a/b", "v1", "", "pkg:oci/b?repository_url=quay.io/a/b&tag=v1"},
    {"localhost/b", "localhost/b", "", "", "pkg:oci/b?repository_url=localhost/b"},
    {"r:5000/b", "r:5000/b", "", "", "pkg:oci/b?repository_url=r%3A5000/b"},
    {"r:5000/b:v1@" DIGEST, "r:5000/b", "v1", DIGEST,
     "pkg:oci/b@" DIGEST_URL "?repository_url=r%3A5000/b&tag=v1"},
    {"a/b:1+2", "a/b", "1+2", "", "pkg:oci/b?repository_url=docker.io/a/b&tag=1%2B2"},
    {"", NULL, "", "", ""},
    {"/b", NULL, "", "", ""},
    {"a/", NULL, "", "", ""},
    {"a/:1", NULL, "", "", ""},
    {":1", NULL, "", "", ""},
    {"a@", NULL, "", "", ""},
    {"{{ .Values.image }}", NULL, "", "", ""},
    {"a b", NULL, "", "", ""},
    {"a\x1b", NULL, "", "", ""},
};

Test(inventory, references_of_images_are_taken_apart_and_become_package_urls)
{
    for (size_t i = 0; i < sizeof image_cases / sizeof image_cases[0]; i++) {
        const struct image_case *test = &image_cases[i];
        struct inventory_image image;
        bool is_reference = inventory_image_parse(&image, sl_str_from(test->reference));
        cr_expect_eq(is_reference, test->name != NULL, "%s", test->reference);
        if (!is_reference)
            continue;
        struct sl_buf purl;
        sl_buf_init(&purl, SL_KIB);
        inventory_image_purl(&purl, &image);
        cr_expect(sl_str_equal(image.name, sl_str_from(test->name)), "%s", test->reference);
        cr_expect(sl_str_equal(image.tag, sl_str_from(test->tag)), "%s", test->reference);
        cr_expect(sl_str_equal(image.digest, sl_str_from(test->digest)), "%s", test->reference);
        cr_expect_str_eq(purl.ptr, test->purl);
        sl_buf_release(&purl);
    }
}

Test(inventory, a_digest_is_a_hash_only_when_it_is_a_whole_sha256)
{
    static const struct {
        const char *digest;
        size_t len;
    } cases[] = {{DIGEST, 64}, {"sha256:01", 0}, {"sha512:01", 0}, {"", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct inventory_image image = {.digest = sl_str_from(cases[i].digest)};
        cr_expect_eq(inventory_image_sha256(&image).len, cases[i].len, "%s", cases[i].digest);
    }
}

Test(inventory, charts_become_package_urls)
{
    static const struct {
        const char *name, *version, *purl;
    } cases[] = {
        {"portal", "1.0.3", "pkg:helm/portal@1.0.3"},
        {"portal", "", "pkg:helm/portal"},
        {"a b", "1.0.3+x/y", "pkg:helm/a%20b@1.0.3%2Bx%2Fy"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct inventory_chart chart = {.name = sl_str_from(cases[i].name),
                                        .version = sl_str_from(cases[i].version)};
        struct sl_buf purl;
        sl_buf_init(&purl, SL_KIB);
        inventory_chart_purl(&purl, &chart);
        cr_expect_str_eq(purl.ptr, cases[i].purl);
        sl_buf_release(&purl);
    }
}
