#include "bundle/writer.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "bundle/container.h"
#include "io/gzip.h"
#include "model/trust_name.h"

#include <sealift/text.h>
#include <stdio.h>
#include <stdlib.h>

enum { SHOWN_MAX = 256, REPORTS = 200 };

/* The bytes of one report at least, so that small bundles do not report every file. */
#define REPORT_STEP_MIN SL_MIB

struct writing {
    const struct sl_bundle_input *input;
    struct sl_str top;
    int64_t mtime;
    struct sl_sink *tar;
    struct sl_buf header; /* room, used again for every member */
    uint64_t done, total; /* bytes of the files */
    uint64_t reported;
};

/* A stage that leaves the sink below it to its owner. */
struct lent {
    struct sl_sink sink;
    struct sl_sink *below;
};

static int lent_write(struct sl_sink *self, const void *bytes, size_t len, struct sl_err *err)
{
    return sl_sink_write(((struct lent *)self)->below, bytes, len, err);
}

static int lent_finish(struct sl_sink *self, struct sl_err *err)
{
    return sl_sink_finish(((struct lent *)self)->below, err);
}

static void lent_free(struct sl_sink *self)
{
    free(self);
}

static int lend(struct sl_sink **out, struct sl_sink *below, struct sl_err *err)
{
    static const struct sl_sink_ops ops = {.write = lent_write, .finish = lent_finish, .free = lent_free};
    struct lent *lent = calloc(1, sizeof *lent);
    if (!lent)
        return sl_fail_memory(err);
    lent->sink.ops = &ops;
    lent->below = below;
    *out = &lent->sink;
    return 0;
}

static int open_container(struct sl_sink **out, struct sl_sink *below, unsigned workers, struct sl_err *err)
{
    struct sl_sink *lent = NULL;
    if (lend(&lent, below, err) < 0)
        return -1;
    if (sl_sink_gzip(out, lent, workers, err) < 0) {
        sl_sink_free(lent);
        return -1;
    }
    return 0;
}

static void report(struct writing *writing, bool last)
{
    const struct sl_progress *progress = &writing->input->progress;
    uint64_t step = writing->total / REPORTS;
    if (step < REPORT_STEP_MIN)
        step = REPORT_STEP_MIN;
    if (!progress->report || (!last && writing->done - writing->reported < step))
        return;
    writing->reported = writing->done;
    progress->report(progress->context, "packing", writing->done, writing->total);
}

static int write_header(struct writing *writing, struct sl_str path, uint64_t size, bool executable,
                        struct sl_err *err)
{
    struct sl_tar_member member = {
        .top = writing->top, .path = path, .size = size, .mtime = writing->mtime, .executable = executable};
    sl_buf_reset(&writing->header);
    if (sl_tar_header_write(&writing->header, &member, err) < 0)
        return -1;
    return sl_sink_write(writing->tar, writing->header.ptr, writing->header.len, err);
}

static int write_zeros(struct writing *writing, size_t len, struct sl_err *err)
{
    static const char zeros[SL_TAR_END];
    return sl_sink_write(writing->tar, zeros, len, err);
}

static int write_text(struct writing *writing, struct sl_str path, struct sl_str text, bool executable,
                      struct sl_err *err)
{
    if (write_header(writing, path, text.len, executable, err) < 0 ||
        sl_sink_write(writing->tar, text.ptr, text.len, err) < 0)
        return -1;
    return write_zeros(writing, sl_tar_padding(text.len), err);
}

static int changed(const struct sl_plan_member *member, struct sl_err *err)
{
    char shown[SHOWN_MAX];
    (void)sl_fail(err, SL_E_INPUT, "%s changed while it was packed",
                  sl_escape(shown, sizeof shown, member->origin));
    return sl_hint(err, "pack again when nothing writes to it any more");
}

/* Copies until the source ends; more or fewer bytes than planned, or other ones, are an error. */
static int copy_content(struct writing *writing, const struct sl_plan_member *member,
                        struct sl_source *source, struct sl_err *err)
{
    struct sl_sha256 state;
    struct sl_digest digest;
    uint64_t left = member->size;
    sl_sha256_init(&state);
    for (;;) {
        const void *bytes;
        ssize_t got = sl_source_borrow(source, &bytes, SIZE_MAX, err);
        if (got < 0)
            return -1;
        if ((uint64_t)got > left || (got == 0 && left > 0))
            return changed(member, err);
        if (got == 0)
            break;
        if (sl_sink_write(writing->tar, bytes, (size_t)got, err) < 0)
            return -1;
        sl_sha256_update(&state, bytes, (size_t)got);
        left -= (uint64_t)got;
        writing->done += (uint64_t)got;
        report(writing, false);
    }
    sl_sha256_final(&state, &digest);
    return sl_digest_equal(&digest, &member->digest) ? 0 : changed(member, err);
}

static int write_content(struct writing *writing, const struct sl_plan_member *member, struct sl_err *err)
{
    const struct sl_content *content = &writing->input->content;
    SL_CLEANUP(sl_source_freep) struct sl_source *source = NULL;
    if (content->open(content->context, member, &source, err) < 0)
        return -1;
    if (write_header(writing, member->path, member->size, member->executable, err) < 0 ||
        copy_content(writing, member, source, err) < 0)
        return -1;
    return write_zeros(writing, sl_tar_padding(member->size), err);
}

/* Files below trust/ stand with the head, so that a reader has them before it judges the signatures. */
static bool is_of_head(const struct sl_plan_member *member)
{
    return sl_str_starts_with(member->path, SL_STR(SL_TRUST_FOLDER));
}

static int write_member(struct writing *writing, const struct sl_plan_member *member, struct sl_err *err)
{
    if (member->origin.len)
        return write_content(writing, member, err);
    if (write_text(writing, member->path, member->text, member->executable, err) < 0)
        return -1;
    writing->done += member->size;
    report(writing, false);
    return 0;
}

static bool is_key_id(const char *text)
{
    size_t len = strspn(text, "0123456789ABCDEF");
    return len == 16 && text[len] == '\0';
}

/* A reader would refuse what is wrong here, so it is a defect of the caller's. */
static int check_signatures(const struct sl_bundle_input *input, struct sl_err *err)
{
    if (input->signature_count > SL_SIGNATURES_MAX)
        return sl_fail(err, SL_E_LIMIT, "a bundle may have %d signatures", SL_SIGNATURES_MAX);
    for (size_t i = 0; i < input->signature_count; i++) {
        const struct sl_bundle_signature *signature = &input->signatures[i];
        bool ascends = i == 0 || strcmp(input->signatures[i - 1].key_id, signature->key_id) < 0;
        if (!is_key_id(signature->key_id) || !ascends || signature->text.len > SL_SIGNATURE_FILE_MAX)
            return sl_fail(err, SL_E_INTERNAL, "a signature is too long, misnamed or out of order");
    }
    return 0;
}

static int write_head(struct writing *writing, struct sl_err *err)
{
    const struct sl_bundle_input *input = writing->input;
    if (write_text(writing, SL_STR("manifest.json"), sl_plan_manifest_json(input->plan), false, err) < 0)
        return -1;
    for (size_t i = 0; i < input->signature_count; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "manifest.json.%s.minisig", input->signatures[i].key_id);
        if (write_text(writing, sl_str_from(name), input->signatures[i].text, false, err) < 0)
            return -1;
    }
    return 0;
}

/* Those of the head, or all others. */
static int write_members(struct writing *writing, bool of_head, struct sl_err *err)
{
    const struct sl_plan *plan = writing->input->plan;
    for (size_t i = 0; i < sl_plan_count(plan); i++) {
        const struct sl_plan_member *member = sl_plan_member(plan, i);
        if (is_of_head(member) == of_head && write_member(writing, member, err) < 0)
            return -1;
    }
    return 0;
}

static int write_all(struct writing *writing, struct sl_err *err)
{
    if (write_head(writing, err) < 0 || write_members(writing, true, err) < 0 ||
        write_members(writing, false, err) < 0)
        return -1;
    if (write_zeros(writing, SL_TAR_END, err) < 0 || sl_sink_finish(writing->tar, err) < 0)
        return -1;
    report(writing, true);
    return 0;
}

int sl_bundle_write(struct sl_sink *sink, const struct sl_bundle_input *input, struct sl_err *err)
{
    const struct sl_manifest *manifest = sl_plan_manifest(input->plan);
    struct writing writing = {
        .input = input, .top = manifest->bundle, .mtime = manifest->mtime, .total = manifest->total_bytes};
    if (check_signatures(input, err) < 0 || open_container(&writing.tar, sink, input->workers, err) < 0)
        return -1;
    sl_buf_init(&writing.header, SL_TAR_HEADER_MAX);
    int result = write_all(&writing, err);
    sl_buf_release(&writing.header);
    sl_sink_free(writing.tar);
    return result;
}
