#include "facts.h"

#include <stdio.h>
#include <stdlib.h>

static int compare_texts(const void *left, const void *right)
{
    return sl_str_compare(*(const struct sl_str *)left, *(const struct sl_str *)right);
}

/* Ascending, each once, whatever the order in the release's file. */
static int copy_upgrades(struct sl_manifest *out, const struct sl_manifest *facts, struct sl_arena *arena,
                         struct sl_err *err)
{
    struct sl_str *sorted = sl_arena_array(arena, facts->upgrade_from_count, sizeof *sorted);
    if (!sorted)
        return sl_fail_memory(err);
    for (size_t i = 0; i < facts->upgrade_from_count; i++) {
        sorted[i] = sl_arena_str(arena, facts->upgrade_from[i]);
        if (!sorted[i].ptr)
            return sl_fail_memory(err);
    }
    if (facts->upgrade_from_count > 1)
        qsort(sorted, facts->upgrade_from_count, sizeof *sorted, compare_texts);
    size_t kept = 0;
    for (size_t i = 0; i < facts->upgrade_from_count; i++) {
        if (kept == 0 || !sl_str_equal(sorted[kept - 1], sorted[i]))
            sorted[kept++] = sorted[i];
    }
    out->upgrade_from = sorted;
    out->upgrade_from_count = kept;
    return 0;
}

static int compare_stops(const void *left, const void *right)
{
    uint64_t a = ((const struct sl_manifest_stop *)left)->sequence;
    uint64_t b = ((const struct sl_manifest_stop *)right)->sequence;
    return (a > b) - (a < b);
}

/* Ascending; two of one sequence are refused when the manifest is written. */
static int copy_stops(struct sl_manifest *out, const struct sl_manifest *facts, struct sl_arena *arena,
                      struct sl_err *err)
{
    struct sl_manifest_stop *sorted = sl_arena_array(arena, facts->stop_count, sizeof *sorted);
    if (!sorted)
        return sl_fail_memory(err);
    for (size_t i = 0; i < facts->stop_count; i++) {
        sorted[i].sequence = facts->stops[i].sequence;
        sorted[i].release = sl_arena_str(arena, facts->stops[i].release);
        if (!sorted[i].release.ptr)
            return sl_fail_memory(err);
    }
    if (facts->stop_count > 1)
        qsort(sorted, facts->stop_count, sizeof *sorted, compare_stops);
    out->stops = sorted;
    return 0;
}

int facts_copy(struct sl_manifest *out, const struct sl_manifest *facts, struct sl_arena *arena,
               struct sl_err *err)
{
    *out = *facts;
    out->files = NULL;
    out->file_count = 0;
    out->total_bytes = 0;
    struct sl_str *const texts[] = {&out->customer,      &out->release,     &out->environment,
                                    &out->source_commit, &out->source_kind, &out->tool_version,
                                    &out->helm_compat};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        *texts[i] = sl_arena_str(arena, *texts[i]);
        if (!texts[i]->ptr)
            return sl_fail_memory(err);
    }
    char sequence[32];
    (void)snprintf(sequence, sizeof sequence, "-%llu", (unsigned long long)facts->sequence);
    struct sl_str bundle = sl_arena_join(arena, out->customer, SL_STR("-"));
    if (bundle.ptr)
        bundle = sl_arena_join(arena, bundle, out->release);
    if (bundle.ptr)
        bundle = sl_arena_join(arena, bundle, sl_str_from(sequence));
    out->bundle = bundle;
    if (!bundle.ptr)
        return sl_fail_memory(err);
    return copy_upgrades(out, facts, arena, err) < 0 ? -1 : copy_stops(out, facts, arena, err);
}
