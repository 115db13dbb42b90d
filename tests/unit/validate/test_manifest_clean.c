/*
 * Correct repositories, about which there is nothing to say.
 */
#include <criterion/criterion.h>
#include <sealift/release.h>

static void expect_clean(const char *release, const char *customer)
{
    struct sl_err err = {0};
    struct sl_findings *findings;
    struct sl_rendering *rendering = NULL;
    struct sl_release_query query = {
        .repository = SEALIFT_SOURCE_DIR "/tests/fixtures/release-repo",
        .release = sl_str_from(release),
        .customer = sl_str_from(customer),
        .sequence = 1,
        .allow_dirty = true,
        .now = 1767225600, /* 2026-01-01 */
    };
    cr_assert_eq(sl_findings_new(&findings, &err), 0);
    cr_expect_eq(sl_release_render(&rendering, &query, findings, &err), 0, "%s", err.message);
    for (size_t i = 0; i < sl_findings_count(findings); i++) {
        const struct sl_finding *finding = sl_findings_at(findings, i);
        cr_expect_fail("%s for %s: %s %s:%u:%u: %s", release, customer, finding->rule, finding->file.ptr,
                       finding->line, finding->column, finding->message.ptr);
    }
    sl_rendering_free(rendering);
    sl_findings_free(findings);
}

Test(manifest_clean, the_example_repository)
{
    expect_clean("v1.0", "customer-a");
    expect_clean("v1.0", "customer-b");
    expect_clean("v1.1", "customer-a");
    expect_clean("v1.1", "customer-b");
}
