#include "model/manifest_text.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "collision.h"
#include "crypto/digest.h"
#include "fold.h"
#include "model/name.h"
#include "model/sums.h"
#include "model/trust_name.h"

#include <sealift/text.h>
#include <stdio.h>

enum { SHOWN_MAX = 256 };

/* CUSTOMER-RELEASE-SEQUENCE: two labels, two dashes, the largest sequence. */
enum { BUNDLE_NAME_MAX = 2 * SL_LABEL_MAX + 2 + 16 };

void sl_sums_line(struct sl_buf *out, const struct sl_manifest_file *file)
{
    sl_buf_hex(out, file->sha256, sizeof file->sha256);
    sl_buf_text(out, "  ");
    sl_buf_str(out, file->path);
    sl_buf_byte(out, '\n');
}

static int check_number(const char *what, uint64_t value, uint64_t min, uint64_t max, struct sl_err *err)
{
    if (value >= min && value <= max)
        return 0;
    return sl_fail(err, SL_E_INPUT, "%s is %llu, and must be from %llu to %llu", what,
                   (unsigned long long)value, (unsigned long long)min, (unsigned long long)max);
}

static int check_identity(const struct sl_manifest *manifest, struct sl_err *err)
{
    if (sl_label_check("customer", manifest->customer, err) < 0 ||
        sl_label_check("release", manifest->release, err) < 0 ||
        sl_label_check("environment", manifest->environment, err) < 0 ||
        sl_label_check("tool.version", manifest->tool_version, err) < 0)
        return -1;
    if (manifest->helm_compat.len > 0 && sl_label_check("helm_compat", manifest->helm_compat, err) < 0)
        return -1;
    if (check_number("epoch", manifest->epoch, 0, SL_INTEGER_MAX, err) < 0 ||
        check_number("sequence", manifest->sequence, 1, SL_INTEGER_MAX, err) < 0 ||
        check_number("floor", manifest->floor, 0, manifest->sequence, err) < 0)
        return -1;
    char bundle[BUNDLE_NAME_MAX + 1];
    (void)snprintf(bundle, sizeof bundle, SL_FMT "-" SL_FMT "-%llu", SL_ARG(manifest->customer),
                   SL_ARG(manifest->release), (unsigned long long)manifest->sequence);
    if (sl_str_equal(manifest->bundle, sl_str_from(bundle)))
        return 0;
    /* Without the names: this may be said before it is known whether they may be. */
    return sl_fail(err, SL_E_INPUT, "bundle is not the name that customer, release and sequence make");
}

static int check_upgrades(const struct sl_manifest *manifest, struct sl_err *err)
{
    if (manifest->upgrade_from_count > SL_UPGRADES_MAX)
        return sl_fail(err, SL_E_INPUT, "requires.upgrade_from has %zu releases, and may have %d",
                       manifest->upgrade_from_count, SL_UPGRADES_MAX);
    for (size_t i = 0; i < manifest->upgrade_from_count; i++) {
        struct sl_str release = manifest->upgrade_from[i];
        if (sl_label_check("requires.upgrade_from", release, err) < 0)
            return -1;
        if (i > 0 && sl_str_compare(manifest->upgrade_from[i - 1], release) >= 0)
            return sl_fail(err, SL_E_INPUT, "requires.upgrade_from has \"" SL_FMT "\" twice or out of order",
                           SL_ARG(release));
    }
    return 0;
}

static int check_stops(const struct sl_manifest *manifest, struct sl_err *err)
{
    if (manifest->stop_count > SL_STOPS_MAX)
        return sl_fail(err, SL_E_INPUT, "requires.stops has %zu releases, and may have %d",
                       manifest->stop_count, SL_STOPS_MAX);
    for (size_t i = 0; i < manifest->stop_count; i++) {
        const struct sl_manifest_stop *stop = &manifest->stops[i];
        if (sl_label_check("requires.stops", stop->release, err) < 0 ||
            check_number("a sequence of requires.stops", stop->sequence, 1, manifest->sequence - 1, err) < 0)
            return -1;
        if (i > 0 && manifest->stops[i - 1].sequence >= stop->sequence)
            return sl_fail(err, SL_E_INPUT, "requires.stops has sequence %llu twice or out of order",
                           (unsigned long long)stop->sequence);
    }
    return 0;
}

static bool is_hex(struct sl_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.ptr[i];
        if (!(byte >= '0' && byte <= '9') && !(byte >= 'a' && byte <= 'f'))
            return false;
    }
    return true;
}

static int check_source(const struct sl_manifest *manifest, struct sl_err *err)
{
    struct sl_str commit = manifest->source_commit;
    char shown[SHOWN_MAX];
    if (sl_str_equal(manifest->source_kind, SL_STR("directory"))) {
        if (commit.len == 0)
            return 0;
        return sl_fail(err, SL_E_INPUT, "source.commit is \"%s\", but a directory has no commit",
                       sl_escape(shown, sizeof shown, commit));
    }
    if (!sl_str_equal(manifest->source_kind, SL_STR("git")))
        return sl_fail(err, SL_E_INPUT, "source.kind is \"%s\", and must be \"git\" or \"directory\"",
                       sl_escape(shown, sizeof shown, manifest->source_kind));
    if ((commit.len == 40 || commit.len == 64) && is_hex(commit))
        return 0;
    return sl_fail(err, SL_E_INPUT,
                   "source.commit is \"%s\", and must be 40 or 64 hexadecimal digits in lower case",
                   sl_escape(shown, sizeof shown, commit));
}

/* Names that only the head of a bundle may have. Folded: on many disks MANIFEST.JSON is manifest.json. */
static bool is_head_name(struct sl_str path)
{
    static const struct sl_str head = SL_STR_INIT("manifest.json");
    struct sl_fold room;
    struct sl_str folded = sl_fold_into(&room, path);
    if (!sl_str_starts_with(folded, head))
        return false;
    return folded.len == head.len || folded.ptr[head.len] == '.' || folded.ptr[head.len] == '/';
}

/* What lies below trust/ is read before the manifest is: it has fixed names. */
static int check_trust_name(const struct sl_manifest_file *file, struct sl_err *err)
{
    static const struct sl_str folder = SL_STR_INIT(SL_TRUST_FOLDER);
    char shown[SHOWN_MAX];
    struct sl_trust_name name;
    if (!sl_str_starts_with(file->path, folder))
        return 0;
    if (sl_trust_name_parse(&name, sl_str_slice(file->path, folder.len, file->path.len)) && !file->executable)
        return 0;
    return sl_fail(
        err, SL_E_INPUT,
        "the file \"%s\" is not N.json or N.json.KEYID.minisig of mode 0644, and below " SL_TRUST_FOLDER
        " there is nothing else",
        sl_escape(shown, sizeof shown, file->path));
}

static int check_file(const struct sl_manifest *manifest, size_t index, struct sl_err *err)
{
    const struct sl_manifest_file *file = &manifest->files[index];
    char shown[SHOWN_MAX];
    if (sl_member_name_check(file->path, err) < 0)
        return -1;
    if (is_head_name(file->path))
        return sl_fail(err, SL_E_INPUT, "the name \"%s\" is kept for the manifest and its signatures",
                       sl_escape(shown, sizeof shown, file->path));
    if (check_trust_name(file, err) < 0)
        return -1;
    if (index > 1 && sl_str_compare(manifest->files[index - 1].path, file->path) >= 0)
        return sl_fail(err, SL_E_INPUT, "the file \"%s\" comes twice or out of order",
                       sl_escape(shown, sizeof shown, file->path));
    if (file->size > SL_BUNDLE_BYTES_MAX)
        return sl_fail(err, SL_E_INPUT, "the file \"%s\" has %llu bytes, and all may have %llu together",
                       sl_escape(shown, sizeof shown, file->path), (unsigned long long)file->size,
                       (unsigned long long)SL_BUNDLE_BYTES_MAX);
    return 0;
}

/* SHA256SUMS is what the other entries say, or the stock tools would check something else than sealift. */
static int check_sums(const struct sl_manifest *manifest, struct sl_err *err)
{
    const struct sl_manifest_file *sums = &manifest->files[0];
    struct sl_sha256 state;
    sl_sha256_init(&state);
    SL_CLEANUP(sl_buf_release) struct sl_buf line;
    sl_buf_init(&line, SL_SHA256_HEX + 3 + SL_PATH_MAX);
    uint64_t size = 0;
    for (size_t i = 1; i < manifest->file_count; i++) {
        sl_buf_reset(&line);
        sl_sums_line(&line, &manifest->files[i]);
        if (sl_buf_check(&line, "a line of " SL_SUMS_NAME, err) < 0)
            return -1;
        sl_sha256_update(&state, line.ptr, line.len);
        size += line.len;
    }
    struct sl_digest digest;
    sl_sha256_final(&state, &digest);
    if (sums->size == size && memcmp(sums->sha256, digest.bytes, sizeof digest.bytes) == 0 &&
        !sums->executable)
        return 0;
    char hex[SL_SHA256_HEX + 1];
    return sl_fail(err, SL_E_INPUT,
                   SL_SUMS_NAME
                   " must have mode 0644, %llu bytes and the SHA-256 %s: it lists the other files",
                   (unsigned long long)size, sl_digest_hex(hex, &digest));
}

static int check_files(const struct sl_manifest *manifest, struct sl_err *err)
{
    if (manifest->file_count < 2)
        return sl_fail(err, SL_E_INPUT, "there is no file to carry");
    if (manifest->file_count > SL_BUNDLE_FILES_MAX)
        return sl_fail(err, SL_E_INPUT, "there are %zu files, and may be %llu", manifest->file_count,
                       (unsigned long long)SL_BUNDLE_FILES_MAX);
    uint64_t total = 0;
    for (size_t i = 0; i < manifest->file_count; i++) {
        if (check_file(manifest, i, err) < 0)
            return -1;
        total += manifest->files[i].size; /* cannot overflow: 50,000 times 16 TiB */
    }
    if (!sl_str_equal(manifest->files[0].path, SL_STR(SL_SUMS_NAME)))
        return sl_fail(err, SL_E_INPUT, "the first file is not " SL_SUMS_NAME);
    if (check_number("totals.bytes", manifest->total_bytes, 0, SL_BUNDLE_BYTES_MAX, err) < 0)
        return -1;
    if (total != manifest->total_bytes)
        return sl_fail(err, SL_E_INPUT, "totals.bytes is %llu, but the sizes add up to %llu",
                       (unsigned long long)manifest->total_bytes, (unsigned long long)total);
    if (sl_collision_check(manifest->files, manifest->file_count, err) < 0)
        return -1;
    return check_sums(manifest, err);
}

_Static_assert(SL_BUNDLE_BYTES_MAX <= UINT64_MAX / SL_BUNDLE_FILES_MAX,
               "the sum of the sizes cannot overflow");
_Static_assert(SL_BUNDLE_BYTES_MAX <= SL_INTEGER_MAX, "a size can be written as JSON");

int sl_manifest_check(const struct sl_manifest *manifest, struct sl_err *err)
{
    if (check_identity(manifest, err) < 0 || check_upgrades(manifest, err) < 0 ||
        check_stops(manifest, err) < 0 || check_source(manifest, err) < 0)
        return -1;
    if (manifest->mtime < 0 || manifest->mtime > SL_MTIME_MAX)
        return sl_fail(err, SL_E_INPUT, "container.mtime is %lld, and must be from 0 to %lld",
                       (long long)manifest->mtime, (long long)SL_MTIME_MAX);
    if (manifest->expires < 0 || manifest->expires > SL_MTIME_MAX)
        return sl_fail(err, SL_E_INPUT, "expires is %lld, and must be from 0 to %lld",
                       (long long)manifest->expires, (long long)SL_MTIME_MAX);
    return check_files(manifest, err);
}

bool sl_manifest_requires_receipt(const struct sl_manifest *manifest)
{
    static const unsigned char none[32];
    return memcmp(manifest->requires_receipt, none, sizeof none) != 0;
}
