#include "plan/plan.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "facts.h"
#include "model/manifest_text.h"
#include "model/sums.h"

#include <stdlib.h>

enum { CAPACITY_FIRST = 64 };

enum source_kind { FROM_TEXT, FROM_ORIGIN, FROM_MAKER };

/* Where the content of a file comes from. */
struct source {
    enum source_kind kind;
    union {
        struct sl_str text; /* or origin */
        size_t made;
    } as;
};

struct made {
    struct sl_maker maker;
    size_t max;
};

struct sl_plan {
    struct sl_arena arena;          /* texts, and the manifest's arrays */
    struct sl_manifest_file *files; /* the manifest's, in the end */
    struct source *sources;         /* one for each file */
    size_t count;
    size_t capacity;
    struct made made[SL_PLAN_MADE_MAX + 1]; /* with SHA256SUMS */
    size_t made_count;
    bool finished;
    struct sl_manifest manifest;
    struct sl_text_digests digests; /* of its text */
};

int sl_plan_new(struct sl_plan **out, struct sl_err *err)
{
    struct sl_plan *plan = calloc(1, sizeof *plan);
    if (!plan)
        return sl_fail_memory(err);
    sl_arena_init(&plan->arena, SL_PLAN_BYTES_MAX);
    *out = plan;
    return 0;
}

void sl_plan_free(struct sl_plan *plan)
{
    if (!plan)
        return;
    sl_arena_release(&plan->arena);
    free(plan->files);
    free(plan->sources);
    free(plan);
}

void sl_plan_freep(struct sl_plan **plan)
{
    sl_plan_free(*plan);
    *plan = NULL;
}

/* -- adding -- */

static int make_room(struct sl_plan *plan, struct sl_err *err)
{
    if (plan->count < plan->capacity)
        return 0;
    size_t capacity = plan->capacity ? 2 * plan->capacity : CAPACITY_FIRST;
    struct sl_manifest_file *files = realloc(plan->files, capacity * sizeof *files);
    if (!files)
        return sl_fail_memory(err);
    plan->files = files;
    struct source *sources = realloc(plan->sources, capacity * sizeof *sources);
    if (!sources)
        return sl_fail_memory(err);
    plan->sources = sources;
    plan->capacity = capacity;
    return 0;
}

static int add(struct sl_plan *plan, const struct sl_manifest_file *file, const struct source *source,
               struct sl_err *err)
{
    if (plan->count == SL_BUNDLE_FILES_MAX)
        return sl_fail(err, SL_E_LIMIT, "a bundle may have %llu files",
                       (unsigned long long)SL_BUNDLE_FILES_MAX);
    if (make_room(plan, err) < 0)
        return -1;
    plan->files[plan->count] = *file;
    plan->sources[plan->count++] = *source;
    return 0;
}

static int check_open(const struct sl_plan *plan, struct sl_err *err)
{
    return plan->finished ? sl_fail(err, SL_E_INTERNAL, "a finished plan was added to") : 0;
}

static void set_digest(struct sl_manifest_file *file, uint64_t size, const struct sl_digest *digest)
{
    file->size = size;
    memcpy(file->sha256, digest->bytes, sizeof file->sha256);
}

int sl_plan_add_text(struct sl_plan *plan, struct sl_str path, struct sl_str text, bool executable,
                     struct sl_err *err)
{
    if (check_open(plan, err) < 0)
        return -1;
    if (text.len > SL_PLAN_BYTES_MAX - plan->arena.used)
        return sl_fail(err, SL_E_LIMIT, "the documents of one bundle have more than %llu bytes together",
                       (unsigned long long)SL_PLAN_BYTES_MAX);
    struct sl_manifest_file file = {.path = sl_arena_str(&plan->arena, path), .executable = executable};
    struct source source = {.kind = FROM_TEXT, .as.text = sl_arena_str(&plan->arena, text)};
    if (!file.path.ptr || !source.as.text.ptr)
        return sl_fail_memory(err);
    struct sl_digest digest;
    sl_sha256(&digest, text.ptr, text.len);
    set_digest(&file, text.len, &digest);
    return add(plan, &file, &source, err);
}

int sl_plan_add_file(struct sl_plan *plan, const struct sl_plan_member *member, struct sl_err *err)
{
    struct sl_manifest_file file = {.path = member->path, .executable = member->executable};
    struct source source = {.kind = FROM_ORIGIN, .as.text = member->origin};
    if (check_open(plan, err) < 0)
        return -1;
    if (member->origin.len == 0)
        return sl_fail(err, SL_E_INTERNAL, "a file was planned without its origin");
    set_digest(&file, member->size, &member->digest);
    return add(plan, &file, &source, err);
}

int sl_plan_add_made(struct sl_plan *plan, struct sl_str path, const struct sl_maker *maker, size_t max,
                     struct sl_err *err)
{
    struct sl_manifest_file file = {.path = path};
    struct source source = {.kind = FROM_MAKER, .as.made = plan->made_count};
    if (check_open(plan, err) < 0)
        return -1;
    if (plan->made_count == SL_PLAN_MADE_MAX)
        return sl_fail(err, SL_E_INTERNAL, "too many files of a plan are to be made");
    plan->made[plan->made_count++] = (struct made){*maker, max};
    return add(plan, &file, &source, err);
}

/* -- order -- */

/* Which file belongs into a place; NULL once it is there. */
struct place {
    const struct sl_manifest_file *file;
};

static int compare_places(const void *left, const void *right)
{
    const struct place *a = left;
    const struct place *b = right;
    return sl_str_compare(a->file->path, b->file->path);
}

/* Moves file and source where the sorted places want them, along each circle of places. */
static void arrange(struct sl_plan *plan, struct place *places)
{
    for (size_t start = 0; start < plan->count; start++) {
        struct sl_manifest_file file = plan->files[start];
        struct source source = plan->sources[start];
        for (size_t to = start; places[to].file;) {
            size_t from = (size_t)(places[to].file - plan->files);
            places[to].file = NULL;
            plan->files[to] = from == start ? file : plan->files[from];
            plan->sources[to] = from == start ? source : plan->sources[from];
            to = from;
        }
    }
}

static int sort(struct sl_plan *plan, struct sl_err *err)
{
    if (plan->count < 2)
        return 0;
    SL_CLEANUP(sl_freep) struct place *places = malloc(plan->count * sizeof *places);
    if (!places)
        return sl_fail_memory(err);
    for (size_t i = 0; i < plan->count; i++)
        places[i].file = &plan->files[i];
    qsort(places, plan->count, sizeof *places, compare_places);
    arrange(plan, places);
    return 0;
}

/* -- what is made -- */

static int hash_piece(void *context, struct sl_str bytes, struct sl_err *err)
{
    (void)err;
    sl_sha256_update(context, bytes.ptr, bytes.len);
    return 0;
}

/* Has the content of a file made, to know its size and digest. */
static int measure(struct sl_plan *plan, size_t index, struct sl_err *err)
{
    struct sl_manifest_file *file = &plan->files[index];
    const struct made *made = &plan->made[plan->sources[index].as.made];
    struct sl_digest digest;
    struct sl_sha256 state;
    struct sl_drain drain = {.take = hash_piece, .context = &state};
    sl_sha256_init(&state);
    if (sl_maker_run(&made->maker, made->max, &drain, file->path.ptr, err) < 0)
        return -1;
    sl_sha256_final(&state, &digest);
    set_digest(file, drain.taken, &digest);
    return 0;
}

/* In the order of adding: what came later may say something of what came before. */
static int measure_all(struct sl_plan *plan, struct sl_err *err)
{
    for (size_t made = 0; made < plan->made_count; made++)
        for (size_t i = 0; i < plan->count; i++)
            if (plan->sources[i].kind == FROM_MAKER && plan->sources[i].as.made == made &&
                measure(plan, i, err) < 0)
                return -1;
    return 0;
}

static int write_sums(const void *context, struct sl_buf *out, struct sl_err *err)
{
    const struct sl_plan *plan = context;
    for (size_t i = 1; i < plan->count; i++)
        sl_sums_line(out, &plan->files[i]);
    return sl_buf_check(out, SL_SUMS_NAME, err);
}

/* The file of SHA256SUMS, in front of all others. */
static int put_sums_first(struct sl_plan *plan, struct sl_err *err)
{
    struct sl_manifest_file sums = {.path = SL_STR(SL_SUMS_NAME)};
    struct source source = {.kind = FROM_MAKER, .as.made = plan->made_count};
    for (size_t i = 0; i < plan->count; i++)
        if (sl_str_equal(plan->files[i].path, sums.path))
            return sl_fail(err, SL_E_INPUT, "the name \"" SL_SUMS_NAME "\" is kept for the list of digests");
    if (add(plan, &sums, &source, err) < 0)
        return -1;
    plan->made[plan->made_count++] = (struct made){{write_sums, plan}, SL_MANIFEST_BYTES_MAX};
    memmove(plan->files + 1, plan->files, (plan->count - 1) * sizeof *plan->files);
    memmove(plan->sources + 1, plan->sources, (plan->count - 1) * sizeof *plan->sources);
    plan->files[0] = sums;
    plan->sources[0] = source;
    return measure(plan, 0, err);
}

/* -- the manifest -- */

static void list_files(struct sl_plan *plan)
{
    plan->manifest.files = plan->files;
    plan->manifest.file_count = plan->count;
    for (size_t i = 0; i < plan->count; i++)
        plan->manifest.total_bytes += plan->files[i].size;
}

static int write_manifest(const void *context, struct sl_buf *out, struct sl_err *err)
{
    const struct sl_plan *plan = context;
    return sl_manifest_text(out, &plan->manifest, err);
}

struct hashing {
    struct sl_sha256 sha256;
    struct sl_blake2b blake2b;
};

static int hash_manifest_piece(void *context, struct sl_str bytes, struct sl_err *err)
{
    struct hashing *hashing = context;
    (void)err;
    sl_sha256_update(&hashing->sha256, bytes.ptr, bytes.len);
    sl_blake2b_512_update(&hashing->blake2b, bytes.ptr, bytes.len);
    return 0;
}

static int measure_manifest(struct sl_plan *plan, struct sl_err *err)
{
    struct hashing hashing;
    struct sl_drain drain = {.take = hash_manifest_piece, .context = &hashing};
    struct sl_maker maker = sl_plan_manifest_maker(plan);
    sl_sha256_init(&hashing.sha256);
    sl_blake2b_512_init(&hashing.blake2b);
    if (sl_maker_run(&maker, SL_MANIFEST_BYTES_MAX, &drain, "manifest.json", err) < 0)
        return -1;
    plan->digests.size = drain.taken;
    sl_sha256_final(&hashing.sha256, &plan->digests.sha256);
    sl_blake2b_512_final(&hashing.blake2b, plan->digests.message.digest);
    return 0;
}

int sl_plan_finish(struct sl_plan *plan, const struct sl_manifest *facts, struct sl_err *err)
{
    if (plan->finished)
        return sl_fail(err, SL_E_INTERNAL, "a plan was finished twice");
    plan->finished = true;
    if (facts_copy(&plan->manifest, facts, &plan->arena, err) < 0 || sort(plan, err) < 0 ||
        measure_all(plan, err) < 0 || put_sums_first(plan, err) < 0)
        return -1;
    list_files(plan);
    return sl_manifest_check(&plan->manifest, err) < 0 ? -1 : measure_manifest(plan, err);
}

const struct sl_manifest *sl_plan_manifest(const struct sl_plan *plan)
{
    return &plan->manifest;
}

struct sl_maker sl_plan_manifest_maker(const struct sl_plan *plan)
{
    return (struct sl_maker){write_manifest, plan};
}

const struct sl_text_digests *sl_plan_manifest_digests(const struct sl_plan *plan)
{
    return &plan->digests;
}

size_t sl_plan_count(const struct sl_plan *plan)
{
    return plan->count;
}

struct sl_plan_member sl_plan_member(const struct sl_plan *plan, size_t index)
{
    const struct sl_manifest_file *file = &plan->files[index];
    const struct source *source = &plan->sources[index];
    struct sl_plan_member member = {.path = file->path, .size = file->size, .executable = file->executable};
    memcpy(member.digest.bytes, file->sha256, sizeof member.digest.bytes);
    if (source->kind == FROM_TEXT)
        member.text = source->as.text;
    else if (source->kind == FROM_ORIGIN)
        member.origin = source->as.text;
    else
        member.maker = &plan->made[source->as.made].maker;
    return member;
}
