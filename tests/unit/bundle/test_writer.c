#include <criterion/criterion.h>

#include "alloc_fault.h"
#include "base/limits.h"
#include "bundle/writer.h"
#include "sample_bundle.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Content of so many bytes, lent in pieces of `piece`; what a large artifact looks like to the writer. */
struct stream {
    struct sl_source source;
    uint64_t at, size, piece;
    uint64_t flip; /* this byte comes out changed; SIZE_MAX: none */
    bool fails;
};

struct stream_spec {
    uint64_t size, piece, flip;
    bool fails, refuses;
};

static char byte_at(uint64_t at)
{
    uint64_t mixed = (at / 7 + 1) * UINT64_C(0x9e3779b97f4a7c15);
    return (char)(mixed >> 56);
}

static ssize_t stream_borrow(struct sl_source *self, const void **bytes, size_t max, struct sl_err *err)
{
    static char buffer[70000];
    struct stream *stream = (struct stream *)self;
    if (stream->fails && stream->at > 0)
        return sl_fail(err, SL_E_IO, "read x: broken");
    uint64_t len = stream->size - stream->at;
    if (len > stream->piece)
        len = stream->piece;
    if (len > sizeof buffer)
        len = sizeof buffer;
    if (len > max)
        len = max;
    for (uint64_t i = 0; i < len; i++)
        buffer[i] = byte_at(stream->at + i) ^ (stream->at + i == stream->flip);
    stream->at += len;
    *bytes = buffer;
    return (ssize_t)len;
}

static void stream_free(struct sl_source *self)
{
    free(self);
}

static int stream_open(void *context, const struct sl_plan_member *member, struct sl_source **out,
                       struct sl_err *err)
{
    static const struct sl_source_ops ops = {.borrow = stream_borrow, .free = stream_free};
    const struct stream_spec *spec = context;
    (void)member;
    if (spec->refuses)
        return sl_fail(err, SL_E_NOT_FOUND, "open x: gone");
    struct stream *stream = calloc(1, sizeof *stream);
    if (!stream)
        return sl_fail_memory(err);
    stream->source.ops = &ops;
    stream->size = spec->size;
    stream->piece = spec->piece;
    stream->flip = spec->flip;
    stream->fails = spec->fails;
    *out = &stream->source;
    return 0;
}

static struct sl_plan *plan_of_stream(uint64_t size)
{
    struct sl_plan *plan = NULL;
    struct sl_err err = {0};
    struct sl_sha256 state;
    struct sl_plan_member member = {
        .path = SL_STR("charts/x"), .origin = SL_STR("artifacts/x\033"), .size = size};
    sl_sha256_init(&state);
    for (uint64_t i = 0; i < size; i++) {
        char byte = byte_at(i);
        sl_sha256_update(&state, &byte, 1);
    }
    sl_sha256_final(&state, &member.digest);
    struct sl_manifest facts = {.customer = SL_STR("a"),
                                .release = SL_STR("v1"),
                                .environment = SL_STR("production"),
                                .sequence = 1,
                                .source_kind = SL_STR("directory"),
                                .tool_version = SL_STR("0.1.0")};
    cr_assert_eq(sl_plan_new(&plan, &err), 0);
    cr_assert_eq(sl_plan_add_file(plan, &member, &err), 0);
    cr_assert_eq(sl_plan_finish(plan, &facts, &err), 0, "%s", err.message);
    return plan;
}

static int write_stream(struct sl_buf *out, const struct sl_plan *plan, struct stream_spec spec,
                        unsigned workers, struct sl_err *err)
{
    struct sl_sink *sink = NULL;
    struct sl_bundle_input input = {
        .plan = plan, .content = {.open = stream_open, .context = &spec}, .workers = workers};
    if (sl_sink_buf(&sink, out, err) < 0)
        return -1;
    int result = sl_bundle_write(sink, &input, err);
    cr_expect_eq(sink->finished, result == 0, "finished only when all is well");
    sl_sink_free(sink);
    return result;
}

Test(writer, neither_workers_nor_pieces_show_in_the_bytes)
{
    enum { SIZE = 1500000 };
    struct sl_plan *plan = plan_of_stream(SIZE);
    struct sl_buf first;
    struct sl_err err = {0};
    sl_buf_init(&first, SIZE_MAX / 2);
    cr_assert_eq(
        write_stream(&first, plan, (struct stream_spec){SIZE, 70000, SIZE_MAX, false, false}, 1, &err), 0);
    static const struct {
        unsigned workers;
        uint64_t piece;
    } rows[] = {{1, 999}, {2, 70000}, {3, 4096}, {8, 65536}, {0, 70000}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sl_buf again;
        sl_buf_init(&again, SIZE_MAX / 2);
        struct stream_spec spec = {SIZE, rows[i].piece, SIZE_MAX, false, false};
        cr_assert_eq(write_stream(&again, plan, spec, rows[i].workers, &err), 0, "%s", err.message);
        cr_expect(sl_str_equal(sl_buf_view(&again), sl_buf_view(&first)), "row %zu", i);
        sl_buf_release(&again);
    }
    sl_buf_release(&first);
    sl_plan_free(plan);
}

Test(writer, content_that_changed_is_noticed)
{
    enum { SIZE = 200000 };
    static const struct {
        const char *what;
        struct stream_spec spec;
        enum sl_code code;
        const char *why;
    } rows[] = {
        {"another byte",
         {SIZE, 70000, 199999, false, false},
         SL_E_INPUT,
         "artifacts/x\\x1b changed while it was packed"},
        {"a byte less", {SIZE - 1, 70000, SIZE_MAX, false, false}, SL_E_INPUT, "changed while it was packed"},
        {"a byte more", {SIZE + 1, 70000, SIZE_MAX, false, false}, SL_E_INPUT, "changed while it was packed"},
        {"nothing", {0, 70000, SIZE_MAX, false, false}, SL_E_INPUT, "changed while it was packed"},
        {"endless", {UINT64_MAX, 70000, SIZE_MAX, false, false}, SL_E_INPUT, "changed while it was packed"},
        {"a broken disk", {SIZE, 70000, SIZE_MAX, true, false}, SL_E_IO, "read x: broken"},
        {"a file that is gone", {SIZE, 70000, SIZE_MAX, false, true}, SL_E_NOT_FOUND, "open x: gone"},
    };
    struct sl_plan *plan = plan_of_stream(SIZE);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sl_buf out;
        struct sl_err err = {0};
        sl_buf_init(&out, SIZE_MAX / 2);
        cr_expect_eq(write_stream(&out, plan, rows[i].spec, 2, &err), -1, "%s", rows[i].what);
        cr_expect_eq(err.code, rows[i].code, "%s: %s", rows[i].what, err.message);
        cr_expect_not_null(strstr(err.message, rows[i].why), "%s: %s", rows[i].what, err.message);
        sl_buf_release(&out);
    }
    sl_plan_free(plan);
}

/* A text that is right the first time, when the plan measures it, and then not. */
struct moody {
    const char *later;
    unsigned *times;
};

static int write_moody(const void *context, struct sl_buf *out, struct sl_err *err)
{
    const struct moody *moody = context;
    (void)err;
    sl_buf_text(out, ++*moody->times == 1 ? "as planned" : moody->later);
    return 0;
}

Test(writer, what_is_made_differently_the_second_time_is_our_defect)
{
    static const struct {
        const char *later;
        const char *why; /* NULL: all is well */
    } rows[] = {
        {"as planned", NULL},
        {"as planneD", "made was made differently the second time"},
        {"as planne", "made was made differently the second time"},
        {"", "made was made differently the second time"},
        {"as planned!", "longer the second time"},
    };
    struct sl_manifest facts = {.customer = SL_STR("a"),
                                .release = SL_STR("v1"),
                                .environment = SL_STR("production"),
                                .sequence = 1,
                                .source_kind = SL_STR("directory"),
                                .tool_version = SL_STR("0.1.0")};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sl_err err = {0};
        struct sl_plan *plan = NULL;
        struct sl_buf out;
        unsigned times = 0;
        struct moody moody = {rows[i].later, &times};
        const struct sl_maker maker = {write_moody, &moody};
        sl_buf_init(&out, SL_MIB);
        cr_assert_eq(sl_plan_new(&plan, &err), 0);
        cr_assert_eq(sl_plan_add_made(plan, SL_STR("made"), &maker, 100, &err), 0);
        cr_assert_eq(sl_plan_finish(plan, &facts, &err), 0, "%s", err.message);
        int result = write_stream(&out, plan, (struct stream_spec){0, 1, SIZE_MAX, false, false}, 1, &err);
        cr_expect_eq(result == 0, rows[i].why == NULL, "row %zu: %s", i, err.message);
        cr_expect(!rows[i].why || (err.code == SL_E_INTERNAL && strstr(err.message, rows[i].why)),
                  "row %zu: %s", i, err.message);
        sl_buf_release(&out);
        sl_plan_free(plan);
    }
}

/* Of `size` bytes of content: little is handed on when the bundle ends, much while the content is written. */
static void expect_full_sink_reported(uint64_t size)
{
    struct sl_plan *plan = plan_of_stream(size);
    struct stream_spec spec = {size, 70000, SIZE_MAX, false, false};
    struct sl_buf whole;
    struct sl_err none = {0};
    sl_buf_init(&whole, SIZE_MAX / 2);
    cr_assert_eq(write_stream(&whole, plan, spec, 1, &none), 0);
    for (size_t part = 0; part < 8; part++) {
        struct sl_buf out;
        struct sl_err err = {0};
        sl_buf_init(&out, part < 7 ? whole.len * part / 7 : whole.len - 1);
        cr_expect_eq(write_stream(&out, plan, spec, 1, &err), -1);
        cr_expect_eq(err.code, SL_E_LIMIT, "%s", err.message);
        sl_buf_release(&out);
    }
    sl_buf_release(&whole);
    sl_plan_free(plan);
}

Test(writer, a_sink_that_is_full_is_reported)
{
    expect_full_sink_reported(200000);
    expect_full_sink_reported(4 << 20);
}

/* Enough text members that the compressor hands on what it has while they are written. */
static struct sl_plan *plan_of_texts(void)
{
    enum { SIZE = 300000 };
    static char text[SIZE];
    uint32_t state = 2463534242;
    for (size_t i = 0; i < SIZE; i++) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        text[i] = (char)state;
    }
    struct sl_plan *plan = NULL;
    struct sl_err err = {0};
    struct sl_manifest facts = {.customer = SL_STR("a"),
                                .release = SL_STR("v1"),
                                .environment = SL_STR("production"),
                                .sequence = 1,
                                .source_kind = SL_STR("directory"),
                                .tool_version = SL_STR("0.1.0")};
    cr_assert_eq(sl_plan_new(&plan, &err), 0);
    for (const char *name = "abcdefgh"; *name; name++)
        cr_assert_eq(
            sl_plan_add_text(plan, (struct sl_str){name, 1}, (struct sl_str){text, SIZE}, false, &err), 0);
    cr_assert_eq(sl_plan_finish(plan, &facts, &err), 0, "%s", err.message);
    return plan;
}

Test(writer, a_sink_that_fills_up_between_members_is_reported)
{
    struct sl_plan *plan = plan_of_texts();
    struct sl_buf whole;
    struct sl_err none = {0};
    struct stream_spec spec = {0};
    sl_buf_init(&whole, SIZE_MAX / 2);
    cr_assert_eq(write_stream(&whole, plan, spec, 2, &none), 0, "%s", none.message);
    cr_assert_gt(whole.len, 2000000, "the texts must not shrink");
    for (size_t part = 0; part < 40; part++) {
        struct sl_buf out;
        struct sl_err err = {0};
        sl_buf_init(&out, whole.len * part / 40);
        cr_expect_eq(write_stream(&out, plan, spec, 1 + part % 2, &err), -1);
        cr_expect_eq(err.code, SL_E_LIMIT, "%s", err.message);
        sl_buf_release(&out);
    }
    sl_buf_release(&whole);
    sl_plan_free(plan);
}

Test(writer, signatures_that_a_reader_would_refuse_are_not_written)
{
    static char long_text[SL_SIGNATURE_FILE_MAX + 1];
    static const struct {
        struct sl_bundle_signature signatures[2];
        size_t count;
    } rows[] = {
        {{{"FEDCBA9876543210", SL_STR_INIT("a")}, {"00000000000000AB", SL_STR_INIT("b")}}, 2},
        {{{"00000000000000AB", SL_STR_INIT("a")}, {"00000000000000AB", SL_STR_INIT("b")}}, 2},
        {{{"00000000000000ab", SL_STR_INIT("a")}}, 1},
        {{{"0000000000000AB", SL_STR_INIT("a")}}, 1},
        {{{"../../../../../x", SL_STR_INIT("a")}}, 1},
        {{{{'0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', 'A', 'B', '/'},
           SL_STR_INIT("a")}},
         1},
        {{{"00000000000000AB", {long_text, sizeof long_text}}}, 1},
        {{{"", SL_STR_INIT("")}}, SL_SIGNATURES_MAX + 1},
    };
    struct sl_plan *plan = sample_plan(false);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sl_buf out;
        struct sl_sink *sink = NULL;
        struct sl_err err = {0};
        sl_buf_init(&out, SL_MIB);
        cr_assert_eq(sl_sink_buf(&sink, &out, &err), 0);
        struct sl_bundle_input input = {.plan = plan,
                                        .signatures = rows[i].signatures,
                                        .signature_count = rows[i].count,
                                        .content = {.open = sample_content}};
        cr_expect_eq(sl_bundle_write(sink, &input, &err), -1, "row %zu", i);
        cr_expect_eq(out.len, 0);
        sl_sink_free(sink);
        sl_buf_release(&out);
    }
    sl_plan_free(plan);
}

struct reports {
    unsigned count;
    uint64_t last, total;
};

static void count_report(void *context, const char *phase, uint64_t done, uint64_t total)
{
    struct reports *reports = context;
    cr_expect_str_eq(phase, "packing");
    cr_expect_geq(done, reports->last);
    reports->count++;
    reports->last = done;
    reports->total = total;
}

Test(writer, progress_is_told_some_hundred_times_at_most)
{
    static const uint64_t sizes[] = {100, 30000000};
    for (size_t i = 0; i < 2; i++) {
        struct sl_plan *plan = plan_of_stream(sizes[i]);
        struct reports reports = {0};
        struct stream_spec spec = {sizes[i], 70000, SIZE_MAX, false, false};
        struct sl_bundle_input input = {.plan = plan,
                                        .content = {.open = stream_open, .context = &spec},
                                        .progress = {.report = count_report, .context = &reports},
                                        .workers = 1};
        struct sl_buf out;
        struct sl_sink *sink = NULL;
        struct sl_err err = {0};
        sl_buf_init(&out, SIZE_MAX / 2);
        cr_assert_eq(sl_sink_buf(&sink, &out, &err), 0);
        cr_assert_eq(sl_bundle_write(sink, &input, &err), 0, "%s", err.message);
        cr_expect_eq(reports.last, reports.total);
        cr_expect_eq(reports.total, sl_plan_manifest(plan)->total_bytes);
        cr_expect(reports.count >= 1 && reports.count <= 201, "%u", reports.count);
        cr_expect(i == 0 || reports.count >= 20, "%u", reports.count);
        sl_sink_free(sink);
        sl_buf_release(&out);
        sl_plan_free(plan);
    }
}

Test(writer, every_failing_allocation_is_reported)
{
    struct sl_plan *plan = plan_of_stream(200000);
    struct stream_spec spec = {200000, 70000, SIZE_MAX, false, false};
    size_t nth = 1;
    for (;; nth++) {
        struct sl_buf out;
        struct sl_err err = {0};
        sl_buf_init(&out, SL_MIB);
        alloc_fault_arm(nth);
        int result = write_stream(&out, plan, spec, 1, &err);
        bool happened = alloc_fault_disarm();
        sl_buf_release(&out);
        if (!happened) {
            cr_expect_eq(result, 0, "%s", err.message);
            break;
        }
        if (result < 0)
            cr_assert_eq(err.code, SL_E_NO_MEMORY, "allocation %zu: %s", nth, err.message);
    }
    cr_expect_gt(nth, 5);
    sl_plan_free(plan);
}
