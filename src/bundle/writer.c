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
    struct sl_str top;
    int64_t mtime;
    struct sl_progress progress;
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
    const struct sl_progress *progress = &writing->progress;
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

/* A text on its way into the container. */
struct pouring {
    struct writing *writing;
    struct sl_sha256 state;
    uint64_t left;
};

static int made_otherwise(struct sl_str path, struct sl_err *err)
{
    char shown[SHOWN_MAX];
    return sl_fail(err, SL_E_INTERNAL, "%s was made differently the second time",
                   sl_escape(shown, sizeof shown, path));
}

static int pour(void *context, struct sl_str bytes, struct sl_err *err)
{
    struct pouring *pouring = context;
    if (bytes.len > pouring->left)
        return sl_fail(err, SL_E_INTERNAL, "what is made is longer the second time");
    pouring->left -= bytes.len;
    sl_sha256_update(&pouring->state, bytes.ptr, bytes.len);
    return sl_sink_write(pouring->writing->tar, bytes.ptr, bytes.len, err);
}

/* What was made once to be measured; only the path, size, digest and maker of the member count. */
static int write_made(struct writing *writing, const struct sl_plan_member *member, struct sl_err *err)
{
    struct sl_digest digest;
    struct pouring pouring = {.writing = writing, .left = member->size};
    struct sl_drain drain = {.take = pour, .context = &pouring};
    sl_sha256_init(&pouring.state);
    if (write_header(writing, member->path, member->size, false, err) < 0 ||
        sl_maker_run(member->maker, SIZE_MAX, &drain, member->path.ptr, err) < 0)
        return -1;
    sl_sha256_final(&pouring.state, &digest);
    if (pouring.left > 0 || !sl_digest_equal(&digest, &member->digest))
        return made_otherwise(member->path, err);
    return write_zeros(writing, sl_tar_padding(member->size), err);
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

static int write_content(struct writing *writing, const struct sl_content *content,
                         const struct sl_plan_member *member, struct sl_err *err)
{
    SL_CLEANUP(sl_source_freep) struct sl_source *source = NULL;
    if (content->open(content->context, member, &source, err) < 0)
        return -1;
    if (write_header(writing, member->path, member->size, member->executable, err) < 0 ||
        copy_content(writing, member, source, err) < 0)
        return -1;
    return write_zeros(writing, sl_tar_padding(member->size), err);
}

/* Files below trust/ stand with the head, so that a reader has them before it judges the signatures. */
static bool is_of_head(struct sl_str path)
{
    return sl_str_starts_with(path, SL_STR(SL_TRUST_FOLDER));
}

static int write_member(struct writing *writing, const struct sl_content *content,
                        const struct sl_plan_member *member, struct sl_err *err)
{
    if (member->origin.len)
        return write_content(writing, content, member, err);
    int written = member->maker ? write_made(writing, member, err)
                                : write_text(writing, member->path, member->text, member->executable, err);
    if (written < 0)
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

struct signatures {
    const struct sl_bundle_signature *items;
    size_t count;
};

/* A reader would refuse what is wrong here, so it is a defect of the caller's. */
static int check_signatures(const struct signatures *signatures, struct sl_err *err)
{
    if (signatures->count > SL_SIGNATURES_MAX)
        return sl_fail(err, SL_E_LIMIT, "a bundle may have %d signatures", SL_SIGNATURES_MAX);
    for (size_t i = 0; i < signatures->count; i++) {
        const struct sl_bundle_signature *signature = &signatures->items[i];
        bool ascends = i == 0 || strcmp(signatures->items[i - 1].key_id, signature->key_id) < 0;
        if (!is_key_id(signature->key_id) || !ascends || signature->text.len > SL_SIGNATURE_FILE_MAX)
            return sl_fail(err, SL_E_INTERNAL, "a signature is too long, misnamed or out of order");
    }
    return 0;
}

static int write_signatures(struct writing *writing, const struct signatures *signatures, struct sl_err *err)
{
    for (size_t i = 0; i < signatures->count; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "manifest.json.%s.minisig", signatures->items[i].key_id);
        if (write_text(writing, sl_str_from(name), signatures->items[i].text, false, err) < 0)
            return -1;
    }
    return 0;
}

static int write_end(struct writing *writing, struct sl_err *err)
{
    if (write_zeros(writing, SL_TAR_END, err) < 0 || sl_sink_finish(writing->tar, err) < 0)
        return -1;
    report(writing, true);
    return 0;
}

/* Those of the head, or all others. */
static int write_members(struct writing *writing, const struct sl_bundle_input *input, bool of_head,
                         struct sl_err *err)
{
    for (size_t i = 0; i < sl_plan_count(input->plan); i++) {
        const struct sl_plan_member member = sl_plan_member(input->plan, i);
        if (is_of_head(member.path) == of_head && write_member(writing, &input->content, &member, err) < 0)
            return -1;
    }
    return 0;
}

static int write_planned(struct writing *writing, const void *what, struct sl_err *err)
{
    const struct sl_bundle_input *input = what;
    const struct signatures signatures = {input->signatures, input->signature_count};
    const struct sl_text_digests *digests = sl_plan_manifest_digests(input->plan);
    const struct sl_maker maker = sl_plan_manifest_maker(input->plan);
    const struct sl_plan_member manifest = {
        .path = SL_STR("manifest.json"), .maker = &maker, .size = digests->size, .digest = digests->sha256};
    if (write_made(writing, &manifest, err) < 0 || write_signatures(writing, &signatures, err) < 0 ||
        write_members(writing, input, true, err) < 0 || write_members(writing, input, false, err) < 0)
        return -1;
    return write_end(writing, err);
}

/* One file, from the reader: it says that the file ended only when size and digest were right. */
static int copy_file(struct writing *writing, struct sl_bundle_reader *reader,
                     const struct sl_manifest_file *file, struct sl_err *err)
{
    if (write_header(writing, file->path, file->size, file->executable, err) < 0)
        return -1;
    for (;;) {
        const void *bytes;
        ssize_t got = sl_bundle_reader_read(reader, &bytes, err);
        if (got < 0)
            return -1;
        if (got == 0)
            return write_zeros(writing, sl_tar_padding(file->size), err);
        if (sl_sink_write(writing->tar, bytes, (size_t)got, err) < 0)
            return -1;
        writing->done += (uint64_t)got;
        report(writing, false);
    }
}

/* The files that the reader holds already. */
static int copy_held(struct writing *writing, const struct sl_bundle_reader *reader, struct sl_err *err)
{
    for (size_t i = 0; i < sl_bundle_reader_trust_count(reader); i++) {
        struct sl_str text;
        char name[SL_TRUST_NAME_MAX];
        char path[SL_TRUST_NAME_MAX + sizeof SL_TRUST_FOLDER];
        (void)snprintf(path, sizeof path, SL_TRUST_FOLDER "%s",
                       sl_trust_name_text(name, sl_bundle_reader_trust(reader, i, &text)));
        if (write_text(writing, sl_str_from(path), text, false, err) < 0)
            return -1;
        writing->done += text.len;
    }
    return 0;
}

static int write_copied(struct writing *writing, const void *what, struct sl_err *err)
{
    const struct sl_bundle_copy *copy = what;
    const struct signatures signatures = {copy->signatures, copy->signature_count};
    if (write_text(writing, SL_STR("manifest.json"), sl_bundle_reader_manifest(copy->reader), false, err) <
            0 ||
        write_signatures(writing, &signatures, err) < 0 || copy_held(writing, copy->reader, err) < 0)
        return -1;
    for (;;) {
        const struct sl_manifest_file *file;
        int more = sl_bundle_reader_next(copy->reader, &file, err);
        if (more < 0)
            return -1;
        if (more == 0)
            return write_end(writing, err);
        if (!is_of_head(file->path) && copy_file(writing, copy->reader, file, err) < 0)
            return -1;
    }
}

static int write_container(struct writing *writing, struct sl_sink *sink, unsigned workers,
                           int (*write)(struct writing *, const void *, struct sl_err *), const void *what,
                           struct sl_err *err)
{
    if (open_container(&writing->tar, sink, workers, err) < 0)
        return -1;
    sl_buf_init(&writing->header, SL_TAR_HEADER_MAX);
    int result = write(writing, what, err);
    sl_buf_release(&writing->header);
    sl_sink_free(writing->tar);
    return result;
}

static struct writing writing_of(const struct sl_manifest *manifest, const struct sl_progress *progress)
{
    return (struct writing){.top = manifest->bundle,
                            .mtime = manifest->mtime,
                            .total = manifest->total_bytes,
                            .progress = *progress};
}

int sl_bundle_write(struct sl_sink *sink, const struct sl_bundle_input *input, struct sl_err *err)
{
    const struct signatures signatures = {input->signatures, input->signature_count};
    struct writing writing = writing_of(sl_plan_manifest(input->plan), &input->progress);
    if (check_signatures(&signatures, err) < 0)
        return -1;
    return write_container(&writing, sink, input->workers, write_planned, input, err);
}

int sl_bundle_write_copy(struct sl_sink *sink, const struct sl_bundle_copy *copy, struct sl_err *err)
{
    const struct signatures signatures = {copy->signatures, copy->signature_count};
    struct writing writing = writing_of(copy->manifest, &copy->progress);
    if (check_signatures(&signatures, err) < 0)
        return -1;
    return write_container(&writing, sink, copy->workers, write_copied, copy, err);
}
