/*
 * Writing, and writing a bundle again with other signatures: what comes out, and what happens when it cannot.
 */
#include <criterion/criterion.h>

#include "alloc_fault.h"
#include "base/limits.h"
#include "bundle/writer.h"
#include "sample_bundle.h"
#include "sink_fault.h"

enum { LARGE = 2 << 20 };

static const struct sl_bundle_signature before[] = {{"00000000000000AB", SL_STR_INIT("the first\n")}};
static const struct sl_bundle_signature after[] = {{"00000000000000AB", SL_STR_INIT("the first\n")},
                                                   {"FEDCBA9876543210", SL_STR_INIT("the second\n")}};

/* Files of both kinds: below trust/, which stand with the head, and others, one of them empty. */
static struct sl_plan *make_plan(void)
{
    static char large[LARGE];
    static const struct {
        struct sl_str path, text;
    } rows[] = {
        {SL_STR_INIT("empty"), SL_STR_INIT("")},
        {SL_STR_INIT("large"), {large, sizeof large}},
        {SL_STR_INIT("small"), SL_STR_INIT("a few bytes\n")},
        {SL_STR_INIT("trust/1.json"), SL_STR_INIT("{}")},
        {SL_STR_INIT("trust/1.json.00000000000000AB.minisig"), SL_STR_INIT("signed\n")},
    };
    struct sl_manifest facts = {.customer = SL_STR("customer-a"),
                                .release = SL_STR("v1.0"),
                                .environment = SL_STR("production"),
                                .sequence = 17,
                                .source_kind = SL_STR("directory"),
                                .tool_version = SL_STR("0.1.0")};
    struct sl_plan *plan = NULL;
    struct sl_err err = {0};
    for (size_t i = 0; i < sizeof large; i++)
        large[i] = (char)(i * 2654435761U >> 13);
    cr_assert_eq(sl_plan_new(&plan, &err), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        cr_assert_eq(sl_plan_add_text(plan, rows[i].path, rows[i].text, false, &err), 0, "%s", err.message);
    cr_assert_eq(sl_plan_finish(plan, &facts, &err), 0, "%s", err.message);
    return plan;
}

static int write_plan(struct sl_buf *out, const struct sl_plan *plan,
                      const struct sl_bundle_signature *signatures, size_t count, struct sl_err *err)
{
    struct sl_sink *sink = NULL;
    struct sl_bundle_input input = {
        .plan = plan, .signatures = signatures, .signature_count = count, .workers = 1};
    cr_assert_eq(sl_sink_buf(&sink, out, err), 0);
    int result = sl_bundle_write(sink, &input, err);
    cr_expect_eq(sink->finished, result == 0, "finished only when all is well");
    sl_sink_free(sink);
    return result;
}

static void count_report(void *context, const char *phase, uint64_t done, uint64_t total)
{
    (void)phase;
    cr_expect_leq(done, total);
    ++*(unsigned *)context;
}

/* Reads `bundle` and writes it again. */
static int copy(struct sl_buf *out, struct sl_str bundle, const struct sl_plan *plan,
                const struct sl_bundle_signature *signatures, size_t count, struct sl_err *err)
{
    struct sl_source *source = NULL;
    struct sl_bundle_reader *reader = NULL;
    struct sl_sink *sink = NULL;
    unsigned reports = 0;
    cr_assert_eq(sl_source_memory(&source, bundle, err), 0);
    cr_assert_eq(sl_bundle_reader_open(&reader, source, err), 0, "%s", err->message);
    cr_assert_eq(sl_bundle_reader_bind(reader, sl_plan_manifest(plan), err), 0, "%s", err->message);
    cr_assert_eq(sl_sink_buf(&sink, out, err), 0);
    struct sl_bundle_copy what = {.reader = reader,
                                  .manifest = sl_plan_manifest(plan),
                                  .signatures = signatures,
                                  .signature_count = count,
                                  .progress = {count_report, &reports},
                                  .workers = 1};
    int result = sl_bundle_write_copy(sink, &what, err);
    cr_expect_eq(sink->finished, result == 0, "finished only when all is well");
    cr_expect(result < 0 || reports > 0);
    sl_sink_free(sink);
    sl_bundle_reader_free(reader);
    return result;
}

struct copying {
    struct sl_plan *plan;
    struct sl_buf bundle; /* with the signatures `before` */
    struct sl_buf out;
};

static void copying_make(struct copying *copying)
{
    struct sl_err err = {0};
    copying->plan = make_plan();
    sl_buf_init(&copying->bundle, SIZE_MAX / 2);
    sl_buf_init(&copying->out, SIZE_MAX / 2);
    cr_assert_eq(write_plan(&copying->bundle, copying->plan, before, 1, &err), 0, "%s", err.message);
}

static void copying_release(struct copying *copying)
{
    sl_plan_free(copying->plan);
    sl_buf_release(&copying->bundle);
    sl_buf_release(&copying->out);
}

Test(copy, with_other_signatures_it_is_what_would_have_been_written_with_them)
{
    struct copying copying;
    struct sl_buf expected;
    struct sl_err err = {0};
    copying_make(&copying);
    sl_buf_init(&expected, SIZE_MAX / 2);
    cr_assert_eq(write_plan(&expected, copying.plan, after, 2, &err), 0, "%s", err.message);
    cr_assert_eq(copy(&copying.out, sl_buf_view(&copying.bundle), copying.plan, after, 2, &err), 0, "%s",
                 err.message);
    cr_expect(sl_str_equal(sl_buf_view(&copying.out), sl_buf_view(&expected)));
    sl_buf_release(&expected);
    copying_release(&copying);
}

Test(copy, signatures_that_a_reader_would_refuse_are_not_written)
{
    static const struct sl_bundle_signature wrong[] = {{"FEDCBA9876543210", SL_STR_INIT("a")},
                                                       {"00000000000000AB", SL_STR_INIT("b")}};
    struct copying copying;
    struct sl_err err = {0};
    copying_make(&copying);
    cr_expect_eq(copy(&copying.out, sl_buf_view(&copying.bundle), copying.plan, wrong, 2, &err), -1);
    cr_expect_eq(err.code, SL_E_INTERNAL, "%s", err.message);
    cr_expect_eq(copying.out.len, 0);
    copying_release(&copying);
}

Test(copy, a_bundle_that_is_cut_or_changed_is_not_finished)
{
    struct copying copying;
    copying_make(&copying);
    struct sl_str whole = sl_buf_view(&copying.bundle);
    for (size_t part = 1; part < 8; part++) {
        struct sl_err err = {0};
        sl_buf_reset(&copying.out);
        struct sl_str cut = sl_str_slice(whole, 0, whole.len / 2 + whole.len / 2 * part / 8);
        cr_expect_eq(copy(&copying.out, cut, copying.plan, after, 2, &err), -1);
        cr_expect_eq(err.code, SL_E_REFUSED, "%s", err.message);
        sl_buf_reset(&copying.out);
        copying.bundle.ptr[cut.len] ^= 1;
        cr_expect_eq(copy(&copying.out, whole, copying.plan, after, 2, &err), -1);
        cr_expect_eq(err.code, SL_E_REFUSED, "%s", err.message);
        copying.bundle.ptr[cut.len] ^= 1;
    }
    copying_release(&copying);
}

static const struct {
    const char *what;
    bool copies;
} ways[] = {{"writing", false}, {"copying", true}};

static int go(struct copying *copying, bool copies, struct sl_err *err)
{
    sl_buf_reset(&copying->out);
    return copies ? copy(&copying->out, sl_buf_view(&copying->bundle), copying->plan, after, 2, err)
                  : write_plan(&copying->out, copying->plan, after, 2, err);
}

Test(copy, every_failing_write_is_reported)
{
    struct copying copying;
    copying_make(&copying);
    for (size_t way = 0; way < 2; way++) {
        size_t nth = 1;
        for (;; nth++) {
            struct sl_err err = {0};
            sink_fault_arm(nth);
            int result = go(&copying, ways[way].copies, &err);
            if (!sink_fault_disarm()) {
                cr_expect_eq(result, 0, "%s: %s", ways[way].what, err.message);
                break;
            }
            cr_expect_eq(result, -1, "%s: write %zu", ways[way].what, nth);
            cr_expect_eq(err.code, SL_E_NO_SPACE, "%s: write %zu: %s", ways[way].what, nth, err.message);
        }
        cr_expect_gt(nth, 25, "%s: there is more to write than this", ways[way].what);
    }
    copying_release(&copying);
}
