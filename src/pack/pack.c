#include "rendering.h"

#include "attest.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "bundle/writer.h"
#include "folder.h"
#include "io/age.h"
#include "io/file.h"
#include "io/sys.h"
#include "model/name.h"
#include "model/report.h"
#include "plan/plan.h"
#include "sign/signatures.h"
#include "terms.h"

#include <fcntl.h>
#include <sealift/text.h>
#include <sealift/version.h>
#include <stdio.h>

enum { BUNDLE_PATH_MAX = sizeof((struct sl_pack_result *)0)->path };

/* Everything a pack owns while it works. */
struct packing {
    struct sl_rendering *rendering;
    struct sl_plan *plan;
    uint64_t done, total; /* of hashing */
    struct attest attest; /* which the plan makes files of */
    struct sl_signatures signatures;
};

static void packing_release(struct packing *packing)
{
    sl_signatures_release(&packing->signatures);
    sl_plan_free(packing->plan);
    attest_release(&packing->attest);
}

static int packing_init(struct packing *packing, struct sl_rendering *rendering, struct sl_err *err)
{
    *packing = (struct packing){.rendering = rendering};
    sl_signatures_init(&packing->signatures);
    for (size_t i = 0; i < rendering->carried.count; i++)
        packing->total += rendering->carried.items[i].artifact->size;
    return sl_plan_new(&packing->plan, err);
}

/* Says once more, as an error, why there is no sequence. */
static int check_sequence(const struct sl_rendering *rendering, struct sl_err *err)
{
    if (rendering->facts.sequence > 0)
        return 0;
    uint64_t count;
    struct sl_err reason = {0};
    struct sl_shown shown;
    (void)sl_shown(&shown, rendering->layout.release_directory);
    if (sl_tree_first_parent_count(rendering->tree, &count, &reason) == 0)
        return sl_fail(err, SL_E_INTERNAL, "the sequence was not derived, and can be");
    (void)sl_fail(err, SL_E_USAGE, "nothing says the sequence: %s/release.yaml does not, and %s", shown.text,
                  reason.message);
    return sl_hint(err, "give --sequence N, or state `sequence: N` in release.yaml");
}

/* Some hundred reports at most, whatever the sizes. */
static void report_progress(struct packing *packing, uint64_t more)
{
    const struct sl_progress *progress = &packing->rendering->progress;
    uint64_t step = packing->total / 200 + 1;
    uint64_t before = packing->done / step;
    packing->done += more;
    if (progress->report && packing->done / step != before)
        progress->report(progress->context, "hashing", packing->done, packing->total);
}

/* Measures and hashes one carried file; the writer compares when it reads the file again. */
static int add_carried(struct packing *packing, size_t number, struct sl_err *err)
{
    const struct carried_files *carried = &packing->rendering->carried;
    const struct carried_file *file = &carried->items[number];
    const struct sl_artifact *artifact = file->artifact;
    bool from_blob = carried->expected && carried->expected[number].what == EXPECT_BLOB;
    SL_CLEANUP(sl_source_freep) struct sl_source *source = NULL;
    if (sl_tree_source(packing->rendering->tree, artifact->path, &source, err) < 0)
        return -1;
    struct sl_plan_member member = {
        .path = file->member, .origin = artifact->path, .executable = artifact->executable};
    struct carried_content content;
    struct sl_sha256 state;
    struct sl_sha1 blob_state;
    sl_sha256_init(&state);
    sl_blob_hash_init(&blob_state, artifact->size);
    for (;;) {
        const void *bytes;
        ssize_t got = sl_source_borrow(source, &bytes, SIZE_MAX, err);
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        sl_sha256_update(&state, bytes, (size_t)got);
        if (from_blob)
            sl_sha1_update(&blob_state, bytes, (size_t)got);
        member.size += (uint64_t)got;
        report_progress(packing, (uint64_t)got);
    }
    sl_sha256_final(&state, &content.digest);
    sl_blob_hash_final(&blob_state, &content.blob_id);
    if (check_carried(packing->rendering, number, &content, err) < 0)
        return -1;
    member.digest = content.digest;
    return sl_plan_add_file(packing->plan, &member, err);
}

static int64_t member_time(const struct sl_rendering *rendering)
{
    const struct sl_tree_revision *revision = &rendering->revision;
    bool known = revision->is_git && revision->commit[0] && !rendering->facts.dirty;
    int64_t time = known ? revision->time : rendering->default_mtime;
    if (time < 0)
        return 0;
    return time > SL_MTIME_MAX ? SL_MTIME_MAX : time;
}

/* Clocks of two machines may differ, by a day at most. */
static int check_time(const struct sl_rendering *rendering, int64_t now, struct sl_err *err)
{
    char when[24];
    char clock[24];
    int64_t time = member_time(rendering);
    if (now == 0 || time <= now + 86400)
        return 0;
    (void)sl_fail(err, SL_E_INPUT, "the files are dated %s, and by this machine's clock it is %s",
                  sl_time_text(when, time), sl_time_text(clock, now));
    return sl_hint(err,
                   "the commit was made with a wrong clock, or this one is wrong: set it, or commit anew");
}

static struct terms terms_of(const struct sl_rendering *rendering, const struct sl_pack_options *options)
{
    const struct sl_layout *layout = &rendering->layout;
    return (struct terms){&layout->release_file, layout->customer, options};
}

/* The message is to name the file as whoever has to rename it knows it. */
static int check_name(const struct carried_file *file, struct sl_err *err)
{
    struct sl_shown shown;
    return sl_member_name_check(file->member, err) < 0
               ? sl_wrap(err, "%s", sl_shown(&shown, file->artifact->path))
               : 0;
}

static int add_files(struct packing *packing, struct sl_err *err)
{
    const struct sl_rendering *rendering = packing->rendering;
    for (size_t i = 0; i < rendering->files.count; i++)
        if (sl_plan_add_text(packing->plan, rendering->files.items[i].path, rendering->files.items[i].text,
                             false, err) < 0)
            return -1;
    for (size_t i = 0; i < rendering->carried.count; i++)
        if (add_carried(packing, i, err) < 0)
            return -1;
    return 0;
}

static int finish_plan(struct packing *packing, struct sl_pack_signers *signers,
                       const struct sl_pack_options *options, struct sl_err *err)
{
    struct sl_rendering *rendering = packing->rendering;
    const struct sl_layout *layout = &rendering->layout;
    struct terms terms = terms_of(rendering, options);
    /* What is cheap to find out first: artifacts may be large. And while they are hashed, a work tree that git believes
     * to be clean may turn out not to be, which is one of the facts below. */
    if (terms_check_signers(signers, &terms, layout->sequence, err) < 0)
        return -1;
    for (size_t i = 0; i < rendering->carried.count; i++)
        if (check_name(&rendering->carried.items[i], err) < 0)
            return -1;
    if (add_files(packing, err) < 0)
        return -1;
    bool has_commit = rendering->revision.is_git && rendering->revision.commit[0];
    struct sl_manifest facts = {
        .customer = layout->customer,
        .release = layout->release,
        .environment = layout->environment,
        .helm_compat = sl_str_from(sl_helm_compat_name(layout->helm_compat)),
        .sequence = layout->sequence,
        .source_kind = has_commit ? SL_STR("git") : SL_STR("directory"),
        .source_commit = sl_str_from(rendering->revision.commit),
        .source_dirty = rendering->facts.dirty,
        .tool_version = SL_STR(SL_VERSION),
        .mtime = member_time(rendering),
    };
    memcpy(facts.requires_receipt, options->requires_receipt, sizeof facts.requires_receipt);
    SL_CLEANUP(sl_freep) struct sl_manifest_stop *stops = NULL;
    if (terms_add(packing->plan, &facts, &stops, &terms, err) < 0 ||
        attest_add(&packing->attest, packing->plan, rendering, options, err) < 0)
        return -1;
    if (sl_plan_finish(packing->plan, &facts, err) == 0)
        return 0;
    struct sl_shown shown;
    if (err->code == SL_E_INPUT && !err->hint[0])
        (void)sl_hint(err,
                      "files below artifacts/, charts/ and images/ of a bundle are those of %s/artifacts",
                      sl_shown(&shown, layout->release_directory));
    return -1;
}

static int open_member(void *context, const struct sl_plan_member *member, struct sl_source **out,
                       struct sl_err *err)
{
    return sl_tree_source(context, member->origin, out, err);
}

/* Those given and those of the customer's file. */
static int choose_recipients(struct sl_age_recipients *out, const struct sl_rendering *rendering,
                             const struct sl_pack_options *options, struct sl_err *err)
{
    out->count = 0;
    if (options->plain)
        return 0;
    if (options->encrypt_to)
        *out = *options->encrypt_to;
    const struct sl_age_recipients *stated = &rendering->layout.customer_file.recipients;
    for (size_t i = 0; i < stated->count; i++)
        if (sl_age_recipients_add(out, &stated->items[i], err) < 0)
            return -1;
    return 0;
}

/* DIRECTORY/CUSTOMER-RELEASE-SEQUENCE.tar.gz, with ".age" behind it when it is encrypted. */
static int bundle_path(char path[BUNDLE_PATH_MAX], const struct sl_layout *layout, const char *directory,
                       bool encrypted, struct sl_err *err)
{
    size_t len = strlen(directory);
    const char *slash = len > 0 && directory[len - 1] == '/' ? "" : "/";
    bool here = strcmp(directory, ".") == 0;
    int length =
        snprintf(path, BUNDLE_PATH_MAX, "%s%s" SL_FMT "-" SL_FMT "-%llu.tar.gz%s", here ? "" : directory,
                 here ? "" : slash, SL_ARG(layout->customer), SL_ARG(layout->release),
                 (unsigned long long)layout->sequence, encrypted ? ".age" : "");
    if (length < 0 || length >= BUNDLE_PATH_MAX)
        return sl_fail(err, SL_E_USAGE, "the path of the bundle is longer than %d bytes", BUNDLE_PATH_MAX);
    return 0;
}

/* Puts the encrypting stage on *sink. */
static int encrypt(struct sl_sink **sink, const struct sl_age_recipients *recipients,
                   const struct sl_random *random, struct sl_err *err)
{
    struct sl_sink *stage = NULL;
    if (sl_sink_age(&stage, *sink, recipients, random, err) < 0)
        return -1;
    *sink = stage;
    return 0;
}

static int write_bundle(struct packing *packing, struct sl_pack_result *result,
                        const struct sl_pack_options *options, struct sl_err *err)
{
    const struct sl_manifest *manifest = sl_plan_manifest(packing->plan);
    SL_CLEANUP(sl_closep) int directory = -1;
    bool encrypted = result->recipients.count > 0;
    if (sl_dir_open_or_make(&directory, options->out, err) < 0 ||
        bundle_path(result->path, &packing->rendering->layout, options->out, encrypted, err) < 0)
        return -1;
    SL_CLEANUP(sl_sink_freep) struct sl_sink *sink = NULL;
    if (sl_sink_new_file(&sink, result->path, 0644, options->replace, err) < 0)
        return -1;
    const struct sl_sink *file = sink;
    if (encrypted && encrypt(&sink, &result->recipients, &options->random, err) < 0)
        return -1;
    struct sl_bundle_input input = {
        .plan = packing->plan,
        .signatures = packing->signatures.items,
        .signature_count = packing->signatures.count,
        .content = {.open = open_member, .context = packing->rendering->tree},
        .progress = packing->rendering->progress,
    };
    if (sl_bundle_write(sink, &input, err) < 0)
        return -1;
    result->files = manifest->file_count;
    result->bytes = manifest->total_bytes;
    result->bundle_bytes = file->position;
    return 0;
}

int sl_release_pack_check(const struct sl_rendering *rendering, const struct sl_pack_options *options,
                          struct sl_err *err)
{
    char path[BUNDLE_PATH_MAX];
    struct stat info;
    struct sl_age_recipients recipients;
    struct terms terms = terms_of(rendering, options);
    if (check_sequence(rendering, err) < 0 || check_time(rendering, options->now, err) < 0 ||
        terms_check(&terms, err) < 0 || choose_recipients(&recipients, rendering, options, err) < 0 ||
        bundle_path(path, &rendering->layout, options->out, recipients.count > 0, err) < 0)
        return -1;
    if (options->replace || sl_sys_fstatat(AT_FDCWD, path, &info) < 0)
        return 0;
    struct sl_shown shown;
    (void)sl_fail(err, SL_E_EXISTS, "%s exists already", sl_shown(&shown, sl_str_from(path)));
    return sl_err_about(err, path);
}

int sl_release_pack(struct sl_pack_result *out, struct sl_rendering *rendering,
                    const struct sl_pack_options *options, struct sl_err *err)
{
    *out = (struct sl_pack_result){0};
    if (sl_signing_keys_check(options->keys, options->key_count, err) < 0 ||
        check_sequence(rendering, err) < 0 ||
        choose_recipients(&out->recipients, rendering, options, err) < 0)
        return -1;
    SL_CLEANUP(packing_release) struct packing packing;
    if (packing_init(&packing, rendering, err) < 0 || finish_plan(&packing, &out->signers, options, err) < 0)
        return -1;
    const struct sl_text_digests *digests = sl_plan_manifest_digests(packing.plan);
    memcpy(out->manifest_sha256, digests->sha256.bytes, sizeof out->manifest_sha256);
    for (size_t i = 0; i < options->key_count; i++)
        if (sl_signatures_make(&packing.signatures, &options->keys[i], sl_plan_manifest(packing.plan),
                               digests, err) < 0)
            return -1;
    return write_bundle(&packing, out, options, err);
}
