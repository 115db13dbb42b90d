#include "plan/plan.h"

#include "base/arena.h"
#include "base/limits.h"
#include "model/sums.h"

#include <stdio.h>
#include <stdlib.h>

enum { CAPACITY_FIRST = 64 };

struct sl_plan {
    struct sl_arena arena; /* texts, and the manifest's arrays */
    struct sl_plan_member *members;
    size_t count;
    size_t capacity;
    struct sl_buf sums; /* the content of SHA256SUMS */
    struct sl_manifest manifest;
    struct sl_buf json;
};

int sl_plan_new(struct sl_plan **out, struct sl_err *err)
{
    struct sl_plan *plan = calloc(1, sizeof *plan);
    if (!plan)
        return sl_fail_memory(err);
    sl_arena_init(&plan->arena, SL_PLAN_BYTES_MAX);
    sl_buf_init(&plan->sums, SL_MANIFEST_BYTES_MAX);
    sl_buf_init(&plan->json, SL_MANIFEST_BYTES_MAX);
    *out = plan;
    return 0;
}

void sl_plan_free(struct sl_plan *plan)
{
    if (!plan)
        return;
    sl_arena_release(&plan->arena);
    sl_buf_release(&plan->sums);
    sl_buf_release(&plan->json);
    free(plan->members);
    free(plan);
}

void sl_plan_freep(struct sl_plan **plan)
{
    sl_plan_free(*plan);
    *plan = NULL;
}

static int add(struct sl_plan *plan, const struct sl_plan_member *member, struct sl_err *err)
{
    if (plan->manifest.files)
        return sl_fail(err, SL_E_INTERNAL, "a finished plan was added to");
    if (plan->count == SL_BUNDLE_FILES_MAX)
        return sl_fail(err, SL_E_LIMIT, "a bundle may have %llu files",
                       (unsigned long long)SL_BUNDLE_FILES_MAX);
    if (plan->count == plan->capacity) {
        size_t capacity = plan->capacity ? 2 * plan->capacity : CAPACITY_FIRST;
        struct sl_plan_member *members = realloc(plan->members, capacity * sizeof *members);
        if (!members)
            return sl_fail_memory(err);
        plan->members = members;
        plan->capacity = capacity;
    }
    plan->members[plan->count++] = *member;
    return 0;
}

int sl_plan_add_text(struct sl_plan *plan, struct sl_str path, struct sl_str text, bool executable,
                     struct sl_err *err)
{
    if (text.len > SL_PLAN_BYTES_MAX - plan->arena.used)
        return sl_fail(err, SL_E_LIMIT, "the documents of one bundle have more than %llu bytes together",
                       (unsigned long long)SL_PLAN_BYTES_MAX);
    struct sl_plan_member member = {.path = sl_arena_str(&plan->arena, path),
                                    .text = sl_arena_str(&plan->arena, text),
                                    .size = text.len,
                                    .executable = executable};
    if (!member.path.ptr || !member.text.ptr)
        return sl_fail_memory(err);
    sl_sha256(&member.digest, text.ptr, text.len);
    return add(plan, &member, err);
}

int sl_plan_add_file(struct sl_plan *plan, const struct sl_plan_member *member, struct sl_err *err)
{
    struct sl_plan_member copy = *member;
    copy.path = sl_arena_str(&plan->arena, member->path);
    copy.origin = sl_arena_str(&plan->arena, member->origin);
    copy.text = (struct sl_str){NULL, 0};
    if (!copy.path.ptr || !copy.origin.ptr)
        return sl_fail_memory(err);
    if (copy.origin.len == 0)
        return sl_fail(err, SL_E_INTERNAL, "a file was planned without its origin");
    return add(plan, &copy, err);
}

static int compare_members(const void *left, const void *right)
{
    const struct sl_plan_member *a = left;
    const struct sl_plan_member *b = right;
    return sl_str_compare(a->path, b->path);
}

/* The file of SHA256SUMS, in front of all others. */
static int put_sums_first(struct sl_plan *plan, struct sl_err *err)
{
    struct sl_plan_member sums = {
        .path = SL_STR(SL_SUMS_NAME), .text = sl_buf_view(&plan->sums), .size = plan->sums.len};
    sl_sha256(&sums.digest, plan->sums.ptr, plan->sums.len);
    if (add(plan, &sums, err) < 0)
        return -1;
    memmove(plan->members + 1, plan->members, (plan->count - 1) * sizeof *plan->members);
    plan->members[0] = sums;
    return 0;
}

static struct sl_manifest_file file_of(const struct sl_plan_member *member)
{
    struct sl_manifest_file file = {
        .path = member->path, .size = member->size, .executable = member->executable};
    memcpy(file.sha256, member->digest.bytes, sizeof file.sha256);
    return file;
}

/* Sorts, and derives SHA256SUMS and the manifest's list of files. */
static int derive_files(struct sl_plan *plan, struct sl_err *err)
{
    if (plan->count > 1)
        qsort(plan->members, plan->count, sizeof *plan->members, compare_members);
    for (size_t i = 0; i < plan->count; i++) {
        struct sl_manifest_file file = file_of(&plan->members[i]);
        if (sl_str_equal(file.path, SL_STR(SL_SUMS_NAME)))
            return sl_fail(err, SL_E_INPUT, "the name \"" SL_SUMS_NAME "\" is kept for the list of digests");
        sl_sums_line(&plan->sums, &file);
    }
    if (sl_buf_check(&plan->sums, SL_SUMS_NAME, err) < 0 || put_sums_first(plan, err) < 0)
        return -1;
    struct sl_manifest_file *files = sl_arena_array(&plan->arena, plan->count, sizeof *files);
    if (!files)
        return sl_fail_memory(err);
    for (size_t i = 0; i < plan->count; i++) {
        files[i] = file_of(&plan->members[i]);
        plan->manifest.total_bytes += files[i].size;
    }
    plan->manifest.files = files;
    plan->manifest.file_count = plan->count;
    return 0;
}

static int compare_texts(const void *left, const void *right)
{
    return sl_str_compare(*(const struct sl_str *)left, *(const struct sl_str *)right);
}

/* Ascending, each once, whatever the order in the release's file. */
static int copy_upgrades(struct sl_plan *plan, const struct sl_manifest *facts, struct sl_err *err)
{
    struct sl_str *sorted = sl_arena_array(&plan->arena, facts->upgrade_from_count, sizeof *sorted);
    if (!sorted)
        return sl_fail_memory(err);
    for (size_t i = 0; i < facts->upgrade_from_count; i++) {
        sorted[i] = sl_arena_str(&plan->arena, facts->upgrade_from[i]);
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
    plan->manifest.upgrade_from = sorted;
    plan->manifest.upgrade_from_count = kept;
    return 0;
}

static int compare_stops(const void *left, const void *right)
{
    uint64_t a = ((const struct sl_manifest_stop *)left)->sequence;
    uint64_t b = ((const struct sl_manifest_stop *)right)->sequence;
    return (a > b) - (a < b);
}

/* Ascending; two of one sequence are refused when the manifest is written. */
static int copy_stops(struct sl_plan *plan, const struct sl_manifest *facts, struct sl_err *err)
{
    struct sl_manifest_stop *sorted = sl_arena_array(&plan->arena, facts->stop_count, sizeof *sorted);
    if (!sorted)
        return sl_fail_memory(err);
    for (size_t i = 0; i < facts->stop_count; i++) {
        sorted[i].sequence = facts->stops[i].sequence;
        sorted[i].release = sl_arena_str(&plan->arena, facts->stops[i].release);
        if (!sorted[i].release.ptr)
            return sl_fail_memory(err);
    }
    if (facts->stop_count > 1)
        qsort(sorted, facts->stop_count, sizeof *sorted, compare_stops);
    plan->manifest.stops = sorted;
    return 0;
}

/* Everything that is not derived, with the texts in the plan's own memory. */
static int copy_facts(struct sl_plan *plan, const struct sl_manifest *facts, struct sl_err *err)
{
    struct sl_manifest *manifest = &plan->manifest;
    *manifest = *facts;
    manifest->files = NULL;
    manifest->file_count = 0;
    manifest->total_bytes = 0;
    struct sl_str *const texts[] = {&manifest->customer,      &manifest->release,     &manifest->environment,
                                    &manifest->source_commit, &manifest->source_kind, &manifest->tool_version,
                                    &manifest->helm_compat};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        *texts[i] = sl_arena_str(&plan->arena, *texts[i]);
        if (!texts[i]->ptr)
            return sl_fail_memory(err);
    }
    char sequence[32];
    (void)snprintf(sequence, sizeof sequence, "-%llu", (unsigned long long)facts->sequence);
    struct sl_str bundle = sl_arena_join(&plan->arena, manifest->customer, SL_STR("-"));
    if (bundle.ptr)
        bundle = sl_arena_join(&plan->arena, bundle, manifest->release);
    if (bundle.ptr)
        bundle = sl_arena_join(&plan->arena, bundle, sl_str_from(sequence));
    manifest->bundle = bundle;
    if (!bundle.ptr)
        return sl_fail_memory(err);
    return copy_upgrades(plan, facts, err) < 0 ? -1 : copy_stops(plan, facts, err);
}

int sl_plan_finish(struct sl_plan *plan, const struct sl_manifest *facts, struct sl_err *err)
{
    if (plan->manifest.files)
        return sl_fail(err, SL_E_INTERNAL, "a plan was finished twice");
    if (copy_facts(plan, facts, err) < 0 || derive_files(plan, err) < 0)
        return -1;
    return sl_manifest_write(&plan->json, &plan->manifest, err);
}

struct sl_str sl_plan_manifest_json(const struct sl_plan *plan)
{
    return sl_buf_view(&plan->json);
}

const struct sl_manifest *sl_plan_manifest(const struct sl_plan *plan)
{
    return &plan->manifest;
}

size_t sl_plan_count(const struct sl_plan *plan)
{
    return plan->count;
}

const struct sl_plan_member *sl_plan_member(const struct sl_plan *plan, size_t index)
{
    return &plan->members[index];
}
