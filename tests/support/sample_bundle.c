#include "sample_bundle.h"

#include "io/gzip.h"
#include "made_text.h"
#include <criterion/criterion.h>
#include <stdlib.h>

#define TEN     "abcdefghi/"
#define FIFTY   TEN TEN TEN TEN TEN
#define TEXT(t) SL_STR_INIT(t)

/* In the order of a bundle. */
static const struct {
    struct sl_str path, text;
    bool executable, streamed;
} rows[] = {
    {TEXT("charts/app-1.0.tgz"), TEXT(""), false, true},
    {TEXT("docs/gr\xc3\xbc\xc3\x9f"
          "e.md"),
     TEXT("Gr\xc3\xbc\xc3\x9f"
          "e\n"),
     false, false},
    {TEXT(FIFTY FIFTY FIFTY FIFTY FIFTY "does-not-fit-ustar"), TEXT("far down\n"), false, false},
    {TEXT(FIFTY FIFTY "needs-the-prefix"), TEXT("down\n"), false, false},
    {TEXT("manifests/app.yaml"), TEXT("kind: ConfigMap\n"), false, false},
    {TEXT("tools/run"), TEXT("#!/bin/sh\n"), true, false},
    {TEXT("values/empty.yaml"), TEXT(""), false, false},
};
enum { ROWS = sizeof rows / sizeof rows[0], CHART_BYTES = 1500 };

/* Bytes that do not shrink; the same every time. */
static struct sl_str chart_bytes(void)
{
    static char bytes[CHART_BYTES];
    uint32_t state = 2463534242;
    for (size_t i = 0; i < sizeof bytes; i++) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        bytes[i] = (char)state;
    }
    return (struct sl_str){bytes, sizeof bytes};
}

struct sl_str sample_content_of(const struct sample_bundle *sample, const struct sl_plan_member *member)
{
    if (member->maker)
        return sl_buf_view(&sample->sums);
    return member->origin.len ? chart_bytes() : member->text;
}

int sample_content(void *context, const struct sl_plan_member *member, struct sl_source **out,
                   struct sl_err *err)
{
    (void)context;
    (void)member;
    return sl_source_memory(out, chart_bytes(), err);
}

static void add_row(struct sl_plan *plan, size_t i)
{
    struct sl_err err = {0};
    if (!rows[i].streamed) {
        cr_assert_eq(sl_plan_add_text(plan, rows[i].path, rows[i].text, rows[i].executable, &err), 0, "%s",
                     err.message);
        return;
    }
    struct sl_plan_member member = {.path = rows[i].path,
                                    .origin = SL_STR("releases/v1.0/artifacts/app-1.0.tgz")};
    struct sl_str bytes = chart_bytes();
    member.size = bytes.len;
    sl_sha256(&member.digest, bytes.ptr, bytes.len);
    cr_assert_eq(sl_plan_add_file(plan, &member, &err), 0, "%s", err.message);
}

struct sl_plan *sample_plan(bool backwards)
{
    struct sl_plan *plan = NULL;
    struct sl_err err = {0};
    cr_assert_eq(sl_plan_new(&plan, &err), 0);
    for (size_t i = 0; i < ROWS; i++)
        add_row(plan, backwards ? ROWS - 1 - i : i);
    struct sl_str upgrades[] = {SL_STR("v0.9"), SL_STR("v0.8"), SL_STR("v0.9")};
    struct sl_manifest facts = {.customer = SL_STR("customer-a"),
                                .release = SL_STR("v1.0"),
                                .environment = SL_STR("production"),
                                .sequence = 17,
                                .upgrade_from = upgrades,
                                .upgrade_from_count = 3,
                                .source_kind = SL_STR("directory"),
                                .source_commit = SL_STR(""),
                                .tool_version = SL_STR("0.1.0"),
                                .mtime = 1700000000};
    cr_assert_eq(sl_plan_finish(plan, &facts, &err), 0, "%s", err.message);
    return plan;
}

struct sl_buf sample_gzip(struct sl_str bytes)
{
    struct sl_buf out;
    struct sl_sink *below = NULL;
    struct sl_sink *sink = NULL;
    struct sl_err err = {0};
    sl_buf_init(&out, SIZE_MAX / 2);
    cr_assert_eq(sl_sink_buf(&below, &out, &err), 0);
    cr_assert_eq(sl_sink_gzip(&sink, below, 1, &err), 0);
    cr_assert_eq(sl_sink_write(sink, bytes.ptr, bytes.len, &err), 0);
    cr_assert_eq(sl_sink_finish(sink, &err), 0);
    sl_sink_free(sink);
    return out;
}

static void gunzip(struct sl_buf *out, struct sl_str bytes)
{
    struct sl_source *below = NULL;
    struct sl_source *source = NULL;
    struct sl_err err = {0};
    cr_assert_eq(sl_source_memory(&below, bytes, &err), 0);
    cr_assert_eq(sl_source_gzip(&source, below, SIZE_MAX / 2, &err), 0);
    const void *piece;
    ssize_t got;
    while ((got = sl_source_borrow(source, &piece, SIZE_MAX / 2, &err)) > 0)
        sl_buf_append(out, piece, (size_t)got);
    cr_assert_eq(got, 0, "%s", err.message);
    sl_source_free(source);
}

void sample_bundle_make(struct sample_bundle *sample)
{
    *sample = (struct sample_bundle){
        .signatures = {
            {"00000000000000AB", TEXT("untrusted comment: first\nAAAA\ntrusted comment: a\nBBBB\n")},
            {"FEDCBA9876543210", TEXT("untrusted comment: second\nCCCC\ntrusted comment: b\nDDDD\n")}}};
    sample->plan = sample_plan(false);
    const struct sl_maker manifest = sl_plan_manifest_maker(sample->plan);
    sample->manifest = made_text(&manifest);
    sample->sums = made_text(sl_plan_member(sample->plan, 0).maker);
    sl_buf_init(&sample->container, SIZE_MAX / 2);
    sl_buf_init(&sample->file, SIZE_MAX / 2);
    struct sl_sink *sink = NULL;
    struct sl_err err = {0};
    cr_assert_eq(sl_sink_buf(&sink, &sample->file, &err), 0);
    struct sl_bundle_input input = {.plan = sample->plan,
                                    .signatures = sample->signatures,
                                    .signature_count = SAMPLE_SIGNATURES,
                                    .content = {.open = sample_content},
                                    .workers = 1};
    cr_assert_eq(sl_bundle_write(sink, &input, &err), 0, "%s", err.message);
    sl_sink_free(sink);
    gunzip(&sample->container, sl_buf_view(&sample->file));
}

void sample_bundle_release(struct sample_bundle *sample)
{
    sl_plan_free(sample->plan);
    sl_buf_release(&sample->container);
    sl_buf_release(&sample->file);
    sl_buf_release(&sample->manifest);
    sl_buf_release(&sample->sums);
}
