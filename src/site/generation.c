#include "generation.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "io/file.h"
#include "io/sys.h"
#include "signatures.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

/* Of the manifest's digest in a name: enough to tell bundles of one sequence and release apart by eye. What
 * counts is the whole digest, in the history. */
#define DIGEST_DIGITS 12

/* A path below ROOT: "generations/NAME". */
struct place {
    char path[sizeof SITE_GENERATIONS "/" + SL_GENERATION_NAME_MAX];
};

/* Not empty, and nothing else in it. */
static bool only(struct sl_str text, const char *allowed)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == '\0' || !strchr(allowed, text.ptr[i]))
            return false;
    return text.len > 0;
}

static size_t find_last(struct sl_str text, char byte)
{
    for (size_t i = text.len; i > 0; i--)
        if (text.ptr[i - 1] == byte)
            return i - 1;
    return text.len;
}

static bool is_number(struct sl_str text)
{
    return only(text, "0123456789") && text.ptr[0] != '0';
}

bool site_generation_valid(struct sl_str name)
{
    static const char label[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._+-";
    if (name.len >= SL_GENERATION_NAME_MAX)
        return false;
    size_t first = sl_str_find(name, '-');
    size_t last = find_last(name, '-');
    if (last == name.len || first == last)
        return false;
    struct sl_str sequence = sl_str_slice(name, 0, first);
    struct sl_str release = sl_str_slice(name, first + 1, last);
    struct sl_str digest = sl_str_slice(name, last + 1, last + 1 + DIGEST_DIGITS);
    struct sl_str copy = sl_str_slice(name, last + 1 + DIGEST_DIGITS, name.len);
    if (copy.len && (copy.ptr[0] != '.' || !is_number(sl_str_slice(copy, 1, copy.len))))
        return false;
    return is_number(sequence) && only(release, label) && release.ptr[0] != '.' &&
           digest.len == DIGEST_DIGITS && only(digest, "0123456789abcdef");
}

int site_generation_name(char out[SL_GENERATION_NAME_MAX], const struct sl_bundle_head *head, unsigned copy,
                         struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf name;
    sl_buf_init(&name, SL_GENERATION_NAME_MAX - 1);
    sl_buf_printf(&name, "%llu-", (unsigned long long)head->manifest->sequence);
    sl_buf_str(&name, head->manifest->release);
    sl_buf_byte(&name, '-');
    sl_buf_hex(&name, head->manifest_sha256, DIGEST_DIGITS / 2);
    if (copy > 1)
        sl_buf_printf(&name, ".%u", copy);
    if (sl_buf_check(&name, "the name of the generation", err) < 0)
        return -1;
    if (!site_generation_valid(sl_buf_view(&name)))
        return sl_fail(err, SL_E_INTERNAL, "no generation can be named after this bundle");
    site_generation_copy(out, sl_buf_view(&name));
    return 0;
}

uint64_t site_generation_sequence(struct sl_str name)
{
    uint64_t sequence = 0;
    for (size_t i = 0; i < name.len && name.ptr[i] >= '0' && name.ptr[i] <= '9'; i++)
        if (__builtin_mul_overflow(sequence, (uint64_t)10, &sequence) ||
            __builtin_add_overflow(sequence, (uint64_t)(name.ptr[i] - '0'), &sequence))
            return UINT64_MAX;
    return sequence;
}

void site_generation_copy(char out[SL_GENERATION_NAME_MAX], struct sl_str name)
{
    (void)snprintf(out, SL_GENERATION_NAME_MAX, SL_FMT, SL_ARG(name));
}

static void find_place(struct place *out, struct sl_str name)
{
    (void)snprintf(out->path, sizeof out->path, SITE_GENERATIONS "/" SL_FMT, SL_ARG(name));
}

int site_generation_dir(const struct site *site, struct sl_str name, struct sl_err *err)
{
    struct place place;
    find_place(&place, name);
    int fd = sl_sys_open_beneath(site->root, place.path, O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0 && (errno == ENOTDIR || errno == ELOOP))
        return sl_fail(err, SL_E_REFUSED, "%s/%s is not a directory", site->shown, place.path);
    if (fd < 0)
        return sl_fail_errno(err, SL_E_IO, "open %s/%s", site->shown, place.path);
    return fd;
}

int site_generation_present(const struct site *site, struct sl_str name, struct sl_err *err)
{
    SL_CLEANUP(sl_closep) int dir = site_generation_dir(site, name, err);
    if (dir >= 0)
        return 1;
    if (err->code != SL_E_NOT_FOUND && err->code != SL_E_REFUSED)
        return -1;
    sl_err_clear(err);
    return 0;
}

static int manifest_is_wrong(const struct site *site, struct sl_str name, const char *why, struct sl_err *err)
{
    (void)sl_fail(err, SL_E_REFUSED,
                  "%s/" SITE_GENERATIONS "/" SL_FMT
                  "/manifest.json is not the manifest that was installed: %s",
                  site->shown, SL_ARG(name), why);
    return site_hint_altered(site, name, false, err);
}

static int open_manifest(struct site_generation *out, const struct site *site, struct sl_str name,
                         struct sl_err *err)
{
    out->dir = site_generation_dir(site, name, err);
    if (out->dir < 0)
        return -1;
    if (sl_file_read_beneath(&out->manifest_json, out->dir, "manifest.json", SL_MANIFEST_BYTES_MAX, err) <
        0) {
        if (err->code == SL_E_NOT_FOUND)
            return manifest_is_wrong(site, name, "it is missing", err);
        if (err->code == SL_E_INPUT)
            return manifest_is_wrong(site, name, "it is no regular file", err);
        if (err->code == SL_E_LIMIT)
            return manifest_is_wrong(site, name, "it is larger than any may be", err);
        return sl_wrap(err, "%s/" SITE_GENERATIONS "/" SL_FMT, site->shown, SL_ARG(name));
    }
    struct sl_digest digest;
    sl_sha256(&digest, out->manifest_json.ptr, out->manifest_json.len);
    if (!sl_digest_equal(&digest, &out->change->manifest))
        return manifest_is_wrong(site, name, "its SHA-256 differs from the one in the history", err);
    return sl_manifest_read(&out->manifest, sl_buf_view(&out->manifest_json), err);
}

int site_generation_open(struct site_generation *out, const struct site *site, struct sl_str name,
                         struct sl_err *err)
{
    *out = (struct site_generation){.dir = -1, .change = site_change_to(site, name)};
    sl_buf_init(&out->manifest_json, SL_MANIFEST_BYTES_MAX);
    if (!out->change) {
        (void)sl_fail(err, SL_E_REFUSED, "the history of %s does not know the generation " SL_FMT,
                      site->shown, SL_ARG(name));
        return sl_hint(err, "somebody changed " SITE_CURRENT " or " SITE_STATE "/" SITE_HISTORY " by hand");
    }
    if (open_manifest(out, site, name, err) < 0) {
        site_generation_release(out);
        return -1;
    }
    return 0;
}

void site_generation_release(struct site_generation *generation)
{
    sl_closep(&generation->dir);
    sl_buf_release(&generation->manifest_json);
    sl_manifest_free(generation->manifest);
    generation->manifest = NULL;
}

int site_generation_compare(struct site_drifts *out, const struct site *site,
                            const struct site_generation *generation, const struct sl_progress *progress,
                            struct sl_err *err)
{
    struct sl_str name = generation->change->to;
    const struct sl_site_change *made = site_change_making(site, name);
    struct sl_str manifest_json = sl_buf_view(&generation->manifest_json);
    SL_CLEANUP(site_signatures_release) struct site_signatures proved;
    if (site_signatures_check(&proved, site, name, generation->dir, manifest_json, err) < 0)
        return -1;
    struct site_expected expected = {
        .manifest = generation->manifest,
        .manifest_json = manifest_json,
        .proved = &proved,
        .signers = made ? made->signers : NULL,
        .signer_count = made ? made->signer_count : 0,
    };
    return site_compare(out, generation->dir, &expected, progress, err);
}
