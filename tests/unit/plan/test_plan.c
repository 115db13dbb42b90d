#include <criterion/criterion.h>

#include "alloc_fault.h"
#include "base/limits.h"
#include "made_text.h"
#include "plan/plan.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct sl_manifest facts(void)
{
    return (struct sl_manifest){.customer = SL_STR("customer-a"),
                                .release = SL_STR("v1.0"),
                                .environment = SL_STR("production"),
                                .sequence = 17,
                                .source_kind = SL_STR("directory"),
                                .tool_version = SL_STR("0.1.0"),
                                .mtime = 1700000000};
}

static const char *const names[] = {"manifests/b.yaml",   "a", "values/z.yaml",
                                    "manifests/B/c.yaml", "Z", "manifests-x"};
enum { NAMES = sizeof names / sizeof names[0] };

/* Adds the names in the order of the permutation with this number. */
static struct sl_plan *plan_of(unsigned permutation, const struct sl_manifest *about, int *result,
                               struct sl_err *err)
{
    struct sl_plan *plan = NULL;
    bool used[NAMES] = {false};
    *result = sl_plan_new(&plan, err);
    for (size_t left = NAMES; left > 0 && *result == 0; left--) {
        size_t pick = permutation % left;
        permutation /= (unsigned)left;
        size_t i = 0;
        while (used[i] || pick > 0) {
            pick -= !used[i];
            i++;
        }
        used[i] = true;
        struct sl_plan_member member = {.path = sl_str_from(names[i]), .origin = SL_STR("x/y"), .size = 7};
        if (i == 0)
            *result = sl_plan_add_file(plan, &member, err);
        else
            *result = sl_plan_add_text(plan, member.path, sl_str_from(names[i]), i == 1, err);
    }
    if (*result == 0)
        *result = sl_plan_finish(plan, about, err);
    return plan;
}

static struct sl_buf manifest_of(const struct sl_plan *plan)
{
    const struct sl_maker maker = sl_plan_manifest_maker(plan);
    return made_text(&maker);
}

Test(plan, members_are_in_bundle_order_with_the_sums_first)
{
    static const char *const order[] = {
        "SHA256SUMS", "Z", "a", "manifests-x", "manifests/B/c.yaml", "manifests/b.yaml", "values/z.yaml"};
    struct sl_err err = {0};
    struct sl_manifest about = facts();
    int result;
    struct sl_plan *plan = plan_of(0, &about, &result, &err);
    cr_assert_eq(result, 0, "%s", err.message);
    cr_assert_eq(sl_plan_count(plan), NAMES + 1);
    uint64_t total = 0;
    for (size_t i = 0; i <= NAMES; i++) {
        const struct sl_plan_member member = sl_plan_member(plan, i);
        const struct sl_manifest_file *file = &sl_plan_manifest(plan)->files[i];
        cr_expect_str_eq(member.path.ptr, order[i]);
        cr_expect(sl_str_equal(file->path, member.path));
        cr_expect_eq(file->size, member.size);
        cr_expect_eq(file->executable, member.executable);
        cr_expect_eq(memcmp(file->sha256, member.digest.bytes, 32), 0);
        total += file->size;
    }
    cr_expect(sl_plan_member(plan, 2).executable);
    cr_expect_eq(sl_plan_manifest(plan)->total_bytes, total);
    cr_expect_str_eq(sl_plan_manifest(plan)->bundle.ptr, "customer-a-v1.0-17");
    sl_plan_free(plan);
}

Test(plan, the_sums_are_what_sha256sum_prints)
{
    struct sl_err err = {0};
    struct sl_plan *plan = NULL;
    struct sl_manifest about = facts();
    cr_assert_eq(sl_plan_new(&plan, &err), 0);
    cr_assert_eq(sl_plan_add_text(plan, SL_STR("b"), SL_STR("abc"), false, &err), 0);
    cr_assert_eq(sl_plan_add_text(plan, SL_STR("a"), SL_STR(""), false, &err), 0);
    cr_assert_eq(sl_plan_finish(plan, &about, &err), 0, "%s", err.message);
    struct sl_buf sums = made_text(sl_plan_member(plan, 0).maker);
    cr_expect_str_eq(sums.ptr, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a\n"
                               "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  b\n");
    sl_buf_release(&sums);
    sl_plan_free(plan);
}

Test(plan, the_order_of_adding_does_not_show)
{
    struct sl_err err = {0};
    struct sl_manifest about = facts();
    int result;
    struct sl_plan *first = plan_of(0, &about, &result, &err);
    cr_assert_eq(result, 0, "%s", err.message);
    struct sl_buf expected = manifest_of(first);
    for (unsigned permutation = 1; permutation < 720; permutation++) {
        struct sl_plan *plan = plan_of(permutation, &about, &result, &err);
        cr_assert_eq(result, 0);
        struct sl_buf text = manifest_of(plan);
        cr_assert(sl_str_equal(sl_buf_view(&text), sl_buf_view(&expected)));
        sl_buf_release(&text);
        sl_plan_free(plan);
    }
    sl_buf_release(&expected);
    sl_plan_free(first);
}

Test(plan, the_manifest_that_was_planned_is_the_one_that_is_read)
{
    struct sl_err err = {0};
    struct sl_manifest about = facts();
    struct sl_str upgrades[] = {SL_STR("v0.9"), SL_STR("v0.8"), SL_STR("v0.9")};
    about.upgrade_from = upgrades;
    about.upgrade_from_count = 3;
    int result;
    struct sl_plan *plan = plan_of(5, &about, &result, &err);
    cr_assert_eq(result, 0, "%s", err.message);
    struct sl_manifest *read = NULL;
    struct sl_buf text = manifest_of(plan);
    cr_assert_eq(sl_manifest_read(&read, sl_buf_view(&text), &err), 0, "%s", err.message);
    struct sl_text_digests digests;
    sl_text_digests(&digests, sl_buf_view(&text));
    cr_expect_eq(sl_plan_manifest_digests(plan)->size, digests.size);
    cr_expect(sl_digest_equal(&sl_plan_manifest_digests(plan)->sha256, &digests.sha256));
    cr_expect_arr_eq(sl_plan_manifest_digests(plan)->message.digest, digests.message.digest,
                     sizeof digests.message.digest);
    sl_buf_release(&text);
    cr_expect_eq(read->file_count, sl_plan_count(plan));
    cr_assert_eq(read->upgrade_from_count, 2);
    cr_expect_str_eq(read->upgrade_from[0].ptr, "v0.8");
    cr_expect_str_eq(read->upgrade_from[1].ptr, "v0.9");
    sl_manifest_free(read);
    sl_plan_free(plan);
}

/* Lists what the plan has, with what is known of it. */
static int write_list(const void *context, struct sl_buf *out, struct sl_err *err)
{
    const struct sl_plan *plan = context;
    for (size_t i = 0; i < sl_plan_count(plan); i++) {
        struct sl_plan_member member = sl_plan_member(plan, i);
        if (!sl_str_equal(member.path, SL_STR("SHA256SUMS")))
            sl_buf_printf(out, "%s %02x %d\n", member.path.ptr, member.digest.bytes[0], (int)member.size);
    }
    sl_buf_printf(out, "%s\n", sl_plan_manifest(plan)->bundle.ptr);
    return sl_buf_check(out, "the list", err);
}

static int write_line(const void *context, struct sl_buf *out, struct sl_err *err)
{
    (void)context;
    (void)err;
    sl_buf_text(out, "a line\n");
    return 0;
}

Test(plan, what_is_made_knows_what_was_added_before_it)
{
    struct sl_err err = {0};
    struct sl_plan *plan = NULL;
    struct sl_manifest about = facts();
    cr_assert_eq(sl_plan_new(&plan, &err), 0);
    const struct sl_maker line = {write_line, NULL};
    const struct sl_maker list = {write_list, plan};
    cr_assert_eq(sl_plan_add_text(plan, SL_STR("z"), SL_STR("abc"), false, &err), 0);
    cr_assert_eq(sl_plan_add_made(plan, SL_STR("q"), &line, 7, &err), 0);
    cr_assert_eq(sl_plan_add_text(plan, SL_STR("a"), SL_STR(""), false, &err), 0);
    cr_assert_eq(sl_plan_add_made(plan, SL_STR("list"), &list, 1000, &err), 0);
    cr_assert_eq(sl_plan_finish(plan, &about, &err), 0, "%s", err.message);
    struct sl_digest digest;
    char expected[128];
    sl_sha256(&digest, "a line\n", 7);
    (void)snprintf(expected, sizeof expected, "a e3 0\nlist 00 0\nq %02x 7\nz ba 3\ncustomer-a-v1.0-17\n",
                   digest.bytes[0]);
    struct sl_plan_member made = sl_plan_member(plan, 3);
    cr_expect(sl_digest_equal(&made.digest, &digest));
    cr_expect_eq(made.size, 7);
    made = sl_plan_member(plan, 2);
    sl_sha256(&digest, expected, strlen(expected));
    cr_expect_str_eq(made.path.ptr, "list");
    cr_expect(sl_digest_equal(&made.digest, &digest));
    cr_expect_eq(made.size, strlen(expected));
    sl_plan_free(plan);
}

Test(plan, what_is_made_has_a_limit_and_failures_of_its_own)
{
    struct sl_err err = {0};
    struct sl_plan *plan = NULL;
    struct sl_manifest about = facts();
    cr_assert_eq(sl_plan_new(&plan, &err), 0);
    const struct sl_maker line = {write_line, NULL};
    cr_assert_eq(sl_plan_add_made(plan, SL_STR("six"), &line, 6, &err), 0);
    for (size_t i = 1; i < SL_PLAN_MADE_MAX; i++)
        cr_assert_eq(sl_plan_add_made(plan, SL_STR("seven"), &line, 7, &err), 0);
    cr_expect_eq(sl_plan_add_made(plan, SL_STR("seven"), &line, 7, &err), -1);
    cr_expect_eq(err.code, SL_E_INTERNAL);
    cr_expect_eq(sl_plan_finish(plan, &about, &err), -1);
    cr_expect_eq(err.code, SL_E_LIMIT);
    cr_expect_str_eq(err.message, "six is larger than the limit of 6 bytes");
    sl_plan_free(plan);
}

Test(plan, bad_content_is_refused_with_the_names)
{
    static const struct {
        const char *a, *b, *why;
    } rows[] = {
        {"a", "a", "\"a\" comes twice"},
        {"README", "readme", "\"README\" and \"readme\" are one name"},
        {"a", "a/b", "\"a\" is a file and also the directory of \"a/b\""},
        {"SHA256SUMS", "b", "\"SHA256SUMS\" is kept"},
        {"manifest.json", "b", "\"manifest.json\" is kept"},
        {"../x", "b", "\"../x\" cannot travel"},
        {"a\x1b[2J", "b", "\"a\\x1b[2J\" cannot travel"},
        {"cafe\xcc\x81", "b", "NFC"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sl_err err = {0};
        struct sl_plan *plan = NULL;
        struct sl_manifest about = facts();
        cr_assert_eq(sl_plan_new(&plan, &err), 0);
        cr_assert_eq(sl_plan_add_text(plan, sl_str_from(rows[i].b), SL_STR("1"), false, &err), 0);
        cr_assert_eq(sl_plan_add_text(plan, sl_str_from(rows[i].a), SL_STR("2"), false, &err), 0);
        cr_expect_eq(sl_plan_finish(plan, &about, &err), -1, "row %zu", i);
        cr_expect_eq(err.code, SL_E_INPUT);
        cr_expect_not_null(strstr(err.message, rows[i].why), "row %zu: %s", i, err.message);
        sl_plan_free(plan);
    }
}

Test(plan, bad_facts_are_refused)
{
    struct sl_err err = {0};
    int result;
    struct sl_manifest about = facts();
    about.customer = SL_STR("a/b");
    sl_plan_free(plan_of(0, &about, &result, &err));
    cr_expect(result < 0 && strstr(err.message, "customer"), "%s", err.message);
    about = facts();
    about.sequence = 0;
    sl_plan_free(plan_of(0, &about, &result, &err));
    cr_expect(result < 0 && strstr(err.message, "sequence is 0"), "%s", err.message);
}

Test(plan, is_made_once_and_then_stays)
{
    struct sl_err err = {0};
    struct sl_manifest about = facts();
    int result;
    struct sl_plan *plan = plan_of(0, &about, &result, &err);
    cr_assert_eq(result, 0);
    cr_expect_eq(sl_plan_add_text(plan, SL_STR("late"), SL_STR(""), false, &err), -1);
    cr_expect_eq(err.code, SL_E_INTERNAL);
    cr_expect_eq(sl_plan_finish(plan, &about, &err), -1);
    cr_expect_eq(err.code, SL_E_INTERNAL);
    sl_plan_free(plan);
    cr_assert_eq(sl_plan_new(&plan, &err), 0);
    struct sl_plan_member member = {.path = SL_STR("a")};
    cr_expect_eq(sl_plan_add_file(plan, &member, &err), -1);
    cr_expect_eq(err.code, SL_E_INTERNAL);
    sl_plan_free(plan);
}

Test(plan, the_largest_number_of_files)
{
    struct sl_err err = {0};
    struct sl_plan *plan = NULL;
    cr_assert_eq(sl_plan_new(&plan, &err), 0);
    char path[16];
    for (unsigned i = 0; i < SL_BUNDLE_FILES_MAX - 1; i++) {
        snprintf(path, sizeof path, "f%u", i);
        cr_assert_eq(sl_plan_add_text(plan, sl_str_from(path), SL_STR(""), false, &err), 0);
    }
    struct sl_manifest about = facts();
    cr_expect_eq(sl_plan_finish(plan, &about, &err), 0, "%s", err.message);
    sl_plan_free(plan);
}

Test(plan, one_file_too_many)
{
    struct sl_err err = {0};
    struct sl_plan *plan = NULL;
    cr_assert_eq(sl_plan_new(&plan, &err), 0);
    for (unsigned i = 0; i < SL_BUNDLE_FILES_MAX; i++)
        cr_assert_eq(sl_plan_add_text(plan, SL_STR("same"), SL_STR(""), false, &err), 0);
    cr_expect_eq(sl_plan_add_text(plan, SL_STR("same"), SL_STR(""), false, &err), -1);
    cr_expect_eq(err.code, SL_E_LIMIT);
    sl_plan_free(plan);
}

Test(plan, every_failing_allocation_is_reported)
{
    struct sl_manifest about = facts();
    struct sl_str upgrades[] = {SL_STR("v0.9"), SL_STR("v0.8")};
    about.upgrade_from = upgrades;
    about.upgrade_from_count = 2;
    size_t nth = 1;
    for (;; nth++) {
        struct sl_err err = {0};
        int result;
        alloc_fault_arm(nth);
        struct sl_plan *plan = plan_of(3, &about, &result, &err);
        bool happened = alloc_fault_disarm();
        sl_plan_free(plan);
        if (!happened) {
            cr_expect_eq(result, 0, "%s", err.message);
            break;
        }
        cr_assert_eq(result, -1, "allocation %zu", nth);
        cr_assert_eq(err.code, SL_E_NO_MEMORY, "allocation %zu: %s", nth, err.message);
    }
    cr_expect_gt(nth, 10);
}
