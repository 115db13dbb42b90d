#include "compare.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "crypto/minisig.h"
#include "io/file.h"
#include "io/sys.h"
#include "signatures.h"
#include "trust/meter.h"

#include <errno.h>
#include <fcntl.h>
#include <sealift/text.h>
#include <stdio.h>

/* What is read at once; hashing takes far longer than the call. */
#define READ_BYTES ((size_t)256 * 1024)
/* Beside that a mark for each file. */
#define WORK_ARENA_MAX (READ_BYTES + 2 * SL_BUNDLE_FILES_MAX)
/* Paths of at most SL_FINDINGS_MAX differences. */
#define DRIFTS_ARENA_MAX (SL_FINDINGS_MAX * ((size_t)SL_PATH_MAX + 32))

struct comparison {
    struct site_drifts *drifts;
    int dir;
    const struct site_expected *expected;
    size_t first;       /* of the files that are sorted: SHA256SUMS stands before them */
    bool *seen;         /* per file of the manifest */
    bool manifest_seen; /* manifest.json itself */
    bool *signer_seen;  /* per expected signer */
    unsigned char *buffer;
    struct sl_meter meter;
};

const char *sl_drift_name(enum sl_drift drift)
{
    switch (drift) {
    case SL_DRIFT_MISSING:
        return "missing";
    case SL_DRIFT_CHANGED:
        return "changed";
    case SL_DRIFT_MODE:
        return "mode";
    case SL_DRIFT_KIND:
        return "kind";
    case SL_DRIFT_EXTRA:
        return "extra";
    }
    return "unknown";
}

void site_drifts_init(struct site_drifts *drifts)
{
    *drifts = (struct site_drifts){0};
    sl_arena_init(&drifts->arena, DRIFTS_ARENA_MAX);
}

void site_drifts_release(struct site_drifts *drifts)
{
    free(drifts->items);
    sl_arena_release(&drifts->arena);
    site_drifts_init(drifts);
}

static int add(struct site_drifts *drifts, enum sl_drift kind, struct sl_str path, struct sl_err *err)
{
    drifts->total++;
    if (drifts->count == SL_FINDINGS_MAX)
        return 0;
    if (drifts->count == drifts->capacity) {
        size_t capacity = drifts->capacity ? 2 * drifts->capacity : 16;
        struct site_drift *items = realloc(drifts->items, capacity * sizeof *items);
        if (!items)
            return sl_fail_memory(err);
        drifts->items = items;
        drifts->capacity = capacity;
    }
    struct sl_str copy = sl_arena_str(&drifts->arena, path);
    if (!copy.ptr)
        return sl_fail_memory(err);
    drifts->items[drifts->count++] = (struct site_drift){kind, copy};
    return 0;
}

/* -- what is expected where -- */

/* Whether a file of the manifest is below the directory `path`. */
static bool is_directory(const struct comparison *work, struct sl_str path)
{
    const struct sl_manifest *manifest = work->expected->manifest;
    size_t low = work->first;
    size_t high = manifest->file_count;
    /* The first file that is not before "path/". */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct sl_str file = manifest->files[middle].path;
        int order = sl_str_compare(sl_str_slice(file, 0, path.len), path);
        bool before =
            order < 0 ||
            (order == 0 && (file.len == path.len || (unsigned char)file.ptr[path.len] < (unsigned char)'/'));
        if (before)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == manifest->file_count)
        return false;
    struct sl_str file = manifest->files[low].path;
    return file.len > path.len && file.ptr[path.len] == '/' && sl_str_starts_with(file, path);
}

static bool is_key_id(struct sl_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == '\0' || !strchr("0123456789ABCDEF", text.ptr[i]))
            return false;
    return text.len == SL_KEY_ID_HEX;
}

struct sl_str site_signature_key_id(struct sl_str path)
{
    static const struct sl_str prefix = SL_STR_INIT("manifest.json.");
    static const struct sl_str suffix = SL_STR_INIT(".minisig");
    struct sl_str id = {NULL, 0};
    if (path.len == prefix.len + SL_KEY_ID_HEX + suffix.len && sl_str_starts_with(path, prefix) &&
        sl_str_ends_with(path, suffix))
        id = sl_str_slice(path, prefix.len, prefix.len + SL_KEY_ID_HEX);
    return is_key_id(id) ? id : (struct sl_str){NULL, 0};
}

bool site_is_signature(struct sl_str text, struct sl_str key_id)
{
    struct sl_minisig signature;
    struct sl_err ignored = {0};
    char id[SL_KEY_ID_HEX + 1];
    return sl_minisig_read(&signature, text, "signature", &ignored) == 0 &&
           sl_str_equal(sl_str_from(sl_key_id_text(id, signature.key_id)), key_id);
}

/* -- one entry -- */

/* 1 the bytes are right, 0 they are not, -1 cannot be read. `*denied`: by its mode. */
static int check_content(struct comparison *work, const char *path, const struct sl_manifest_file *file,
                         bool *denied, struct sl_err *err)
{
    *denied = false;
    char shown[200];
    (void)sl_escape(shown, sizeof shown, sl_str_from(path));
    SL_CLEANUP(sl_closep)
    int fd = sl_sys_open_beneath(work->dir, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    if (fd < 0 && errno == EACCES) {
        *denied = true;
        return 0;
    }
    if (fd < 0)
        return sl_fail_errno(err, SL_E_IO, "open %s", shown);
    struct sl_sha256 hash;
    sl_sha256_init(&hash);
    uint64_t size = 0;
    for (;;) {
        ssize_t got = sl_sys_read(fd, work->buffer, READ_BYTES);
        if (got < 0)
            return sl_fail_errno(err, SL_E_IO, "read %s", shown);
        if (got == 0)
            break;
        size += (uint64_t)got;
        if (size > file->size)
            return 0;
        sl_sha256_update(&hash, work->buffer, (size_t)got);
        sl_meter_add(&work->meter, (uint64_t)got);
    }
    struct sl_digest digest;
    sl_sha256_final(&hash, &digest);
    return size == file->size && memcmp(digest.bytes, file->sha256, sizeof digest.bytes) == 0;
}

/* Of the wrong kind, or of none that is known: 1, so that what is below it counts as part of it. */
static int add_whole(struct comparison *work, enum sl_drift kind, const struct sl_dir_entry *entry,
                     struct sl_err *err)
{
    return add(work->drifts, kind, sl_str_from(entry->path), err) < 0 ? -1 : 1;
}

static int visit_file(struct comparison *work, const struct sl_dir_entry *entry,
                      const struct sl_manifest_file *file, struct sl_err *err)
{
    if (!S_ISREG(entry->info.st_mode))
        return add_whole(work, SL_DRIFT_KIND, entry, err);
    struct sl_str path = sl_str_from(entry->path);
    bool mode_differs = (entry->info.st_mode & 07777) != (file->executable ? 0755U : 0644U);
    if (mode_differs && add(work->drifts, SL_DRIFT_MODE, path, err) < 0)
        return -1;
    if ((uint64_t)entry->info.st_size != file->size)
        return add(work->drifts, SL_DRIFT_CHANGED, path, err);
    bool denied;
    int same = check_content(work, entry->path, file, &denied, err);
    if (same < 0)
        return -1;
    if (denied && !mode_differs) {
        char shown[200];
        return sl_fail(err, SL_E_IO, "no permission to read %s", sl_escape(shown, sizeof shown, path));
    }
    return same || denied ? 0 : add(work->drifts, SL_DRIFT_CHANGED, path, err);
}

/* Of what nobody can look at it is not known that it is missing. */
static void skip_below(struct comparison *work, struct sl_str path)
{
    const struct sl_manifest *manifest = work->expected->manifest;
    for (size_t i = work->first; i < manifest->file_count; i++) {
        struct sl_str file = manifest->files[i].path;
        bool below = sl_str_starts_with(file, path) && file.len > path.len && file.ptr[path.len] == '/';
        work->seen[i] = work->seen[i] || below;
    }
}

/* 1: do not go into it. */
static int visit_directory(struct comparison *work, const struct sl_dir_entry *entry, struct sl_err *err)
{
    if (!S_ISDIR(entry->info.st_mode))
        return add_whole(work, SL_DRIFT_KIND, entry, err);
    if ((entry->info.st_mode & 07777) == 0755)
        return 0;
    if (add(work->drifts, SL_DRIFT_MODE, sl_str_from(entry->path), err) < 0)
        return -1;
    SL_CLEANUP(sl_closep) int fd = sl_sys_open_beneath(work->dir, entry->path, O_RDONLY | O_DIRECTORY, 0);
    SL_CLEANUP(sl_closep) int inside = fd < 0 ? -1 : sl_sys_open_beneath(fd, ".", O_RDONLY | O_DIRECTORY, 0);
    if (inside < 0)
        skip_below(work, sl_str_from(entry->path));
    return inside < 0 ? 1 : 0;
}

static int visit_signature(struct comparison *work, const struct sl_dir_entry *entry, struct sl_str key_id,
                           struct sl_err *err)
{
    const struct site_expected *expected = work->expected;
    bool wanted = false;
    for (size_t i = 0; i < expected->signer_count; i++)
        if (sl_str_equal(expected->signers[i], key_id))
            wanted = work->signer_seen[i] = true;
    if (!S_ISREG(entry->info.st_mode))
        return add_whole(work, SL_DRIFT_KIND, entry, err);
    if ((entry->info.st_mode & 07777) != 0644)
        return add(work->drifts, SL_DRIFT_MODE, sl_str_from(entry->path), err);
    if (!wanted)
        return 0;
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    sl_buf_init(&text, SL_SIGNATURE_FILE_MAX);
    bool read = (uint64_t)entry->info.st_size <= SL_SIGNATURE_FILE_MAX;
    if (read && sl_file_read_beneath(&text, work->dir, entry->path, SL_SIGNATURE_FILE_MAX, err) < 0)
        return -1;
    bool good = read && site_is_signature(sl_buf_view(&text), key_id) &&
                !(expected->proved && site_signatures_false(expected->proved, key_id));
    return good ? 0 : add(work->drifts, SL_DRIFT_CHANGED, sl_str_from(entry->path), err);
}

static int visit_manifest(struct comparison *work, const struct sl_dir_entry *entry, struct sl_err *err)
{
    struct sl_str json = work->expected->manifest_json;
    struct sl_manifest_file file = {.path = SL_STR("manifest.json"), .size = json.len};
    struct sl_digest digest;
    sl_sha256(&digest, json.ptr, json.len);
    memcpy(file.sha256, digest.bytes, sizeof digest.bytes);
    work->manifest_seen = true;
    return visit_file(work, entry, &file, err);
}

static int visit(void *context, const struct sl_dir_entry *entry, struct sl_err *err)
{
    struct comparison *work = context;
    struct sl_str path = sl_str_from(entry->path);
    const struct sl_manifest *manifest = work->expected->manifest;
    const struct sl_manifest_file *file = sl_manifest_find(manifest, path);
    if (file) {
        work->seen[file - manifest->files] = true;
        return visit_file(work, entry, file, err);
    }
    if (is_directory(work, path))
        return visit_directory(work, entry, err);
    if (sl_str_equal(path, SL_STR("manifest.json")))
        return visit_manifest(work, entry, err);
    struct sl_str key_id = site_signature_key_id(path);
    if (key_id.len)
        return visit_signature(work, entry, key_id, err);
    return add_whole(work, SL_DRIFT_EXTRA, entry, err);
}

/* The walk is about what is below. */
static int check_top(struct comparison *work, struct sl_err *err)
{
    struct stat info;
    if (sl_sys_fstat(work->dir, &info) < 0)
        return sl_fail_errno(err, SL_E_IO, "look at the generation");
    return (info.st_mode & 07777) == 0755 ? 0 : add(work->drifts, SL_DRIFT_MODE, SL_STR("."), err);
}

/* -- all of it -- */

static int add_missing(struct comparison *work, struct sl_err *err)
{
    const struct site_expected *expected = work->expected;
    for (size_t i = 0; i < expected->manifest->file_count; i++)
        if (!work->seen[i] && add(work->drifts, SL_DRIFT_MISSING, expected->manifest->files[i].path, err) < 0)
            return -1;
    if (!work->manifest_seen && add(work->drifts, SL_DRIFT_MISSING, SL_STR("manifest.json"), err) < 0)
        return -1;
    for (size_t i = 0; i < expected->signer_count; i++) {
        char name[64];
        if (work->signer_seen[i])
            continue;
        (void)snprintf(name, sizeof name, "manifest.json." SL_FMT ".minisig", SL_ARG(expected->signers[i]));
        if (add(work->drifts, SL_DRIFT_MISSING, sl_str_from(name), err) < 0)
            return -1;
    }
    return 0;
}

static int by_path(const void *a, const void *b)
{
    const struct site_drift *left = a;
    const struct site_drift *right = b;
    int order = sl_str_compare(left->path, right->path);
    return order ? order : (int)left->kind - (int)right->kind;
}

int site_compare(struct site_drifts *out, int generation, const struct site_expected *expected,
                 const struct sl_progress *progress, struct sl_err *err)
{
    const struct sl_manifest *manifest = expected->manifest;
    SL_CLEANUP(sl_arena_release) struct sl_arena arena;
    sl_arena_init(&arena, WORK_ARENA_MAX);
    bool sums_first = manifest->file_count && sl_str_equal(manifest->files[0].path, SL_STR("SHA256SUMS"));
    struct comparison work = {
        .drifts = out,
        .dir = generation,
        .expected = expected,
        .first = sums_first ? 1 : 0,
        .seen = sl_arena_array(&arena, manifest->file_count, sizeof *work.seen),
        .signer_seen = sl_arena_array(&arena, expected->signer_count, sizeof *work.signer_seen),
        .buffer = sl_arena_alloc(&arena, READ_BYTES),
    };
    if (!work.seen || !work.signer_seen || !work.buffer)
        return sl_fail_memory(err);
    sl_meter_start(&work.meter, progress, "comparing", manifest->total_bytes + expected->manifest_json.len);
    if (check_top(&work, err) < 0 || sl_dir_walk(generation, visit, &work, err) < 0 ||
        add_missing(&work, err) < 0)
        return -1;
    if (out->count)
        qsort(out->items, out->count, sizeof *out->items, by_path);
    return 0;
}
