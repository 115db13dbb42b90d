#include "base/cleanup.h"
#include "base/limits.h"
#include "canon.h"
#include "crypto/digest.h"
#include "manifest_survey.h"
#include "model/manifest_text.h"
#include "model/name.h"

#include <sealift/text.h>
#include <stdlib.h>

enum { SHOWN_MAX = 96 };

/* The texts of a manifest are at most its own length, the array has 64 bytes for a file; twice over, because
 * an arena rounds up. */
#define MANIFEST_ARENA_MAX                                                                                   \
    (2 * (SL_MANIFEST_BYTES_MAX + SL_BUNDLE_FILES_MAX * sizeof(struct sl_manifest_file)))

/* The manifest and what it owns; the public struct comes first. */
struct owned {
    struct sl_manifest manifest;
    struct sl_arena arena;
};

/* The manifest on its way: what is only compared is kept behind it. */
struct reading {
    struct sl_manifest manifest;
    uint64_t schema;
    struct sl_str tool_name;
    uint64_t total_files;
    unsigned critical; /* of what is there: enum manifest_critical */
};

/* One entry of `files` on its way. */
struct file_reading {
    struct sl_manifest_file file;
    struct sl_str mode, type;
};

static int expect(const struct sl_canon *canon, const char *field, struct sl_str is, const char *must_be,
                  struct sl_err *err)
{
    if (sl_str_equal(is, sl_str_from(must_be)))
        return 0;
    char shown[SHOWN_MAX];
    return sl_fail(err, SL_E_REFUSED, "%s: %s is \"%s\", and must be \"%s\"", canon->name, field,
                   sl_escape(shown, sizeof shown, is), must_be);
}

static int read_container(struct sl_canon *canon, void *into, struct sl_err *err)
{
    struct container {
        struct sl_str compression, format;
        int64_t mtime;
    };
    static const struct sl_canon_field fields[] = {
        {"compression", SL_CANON_WORD, offsetof(struct container, compression), NULL},
        {"format", SL_CANON_WORD, offsetof(struct container, format), NULL},
        {"mtime", SL_CANON_TIME, offsetof(struct container, mtime), NULL},
    };
    struct reading *reading = into;
    struct container container = {0};
    if (sl_canon_fields(canon, fields, sizeof fields / sizeof fields[0], &container, SL_CANON_REFUSE, err) <
        0)
        return -1;
    reading->manifest.mtime = container.mtime;
    if (expect(canon, "container.compression", container.compression, "gzip", err) < 0)
        return -1;
    return expect(canon, "container.format", container.format, "ustar", err);
}

static int read_upgrade_from(struct sl_canon *canon, void *into, struct sl_err *err)
{
    struct sl_manifest *manifest = &((struct reading *)into)->manifest;
    struct sl_canon_level level = {0};
    size_t count;
    if (sl_canon_count(canon, &count, SL_UPGRADES_MAX, err) < 0 || sl_canon_list(canon, &level, err) < 0)
        return -1;
    struct sl_str *releases = sl_arena_array(canon->arena, count, sizeof *releases);
    if (!releases)
        return sl_fail_memory(err);
    int more = 0;
    for (size_t i = 0; (more = sl_canon_item(canon, &level, err)) > 0; i++) {
        struct sl_str text;
        if (sl_canon_text(canon, &text, err) < 0)
            return -1;
        releases[i] = sl_arena_str(canon->arena, text);
        if (!releases[i].ptr)
            return sl_fail_memory(err);
    }
    manifest->upgrade_from = releases;
    manifest->upgrade_from_count = count;
    return more;
}

static int read_stop(struct sl_canon *canon, struct sl_manifest_stop *stop, struct sl_err *err)
{
    static const struct sl_canon_field fields[] = {
        {"release", SL_CANON_TEXT, offsetof(struct sl_manifest_stop, release), NULL},
        {"sequence", SL_CANON_COUNT, offsetof(struct sl_manifest_stop, sequence), NULL},
    };
    return sl_canon_fields(canon, fields, sizeof fields / sizeof fields[0], stop, SL_CANON_REFUSE, err);
}

static int read_stops(struct sl_canon *canon, void *into, struct sl_err *err)
{
    struct reading *reading = into;
    struct sl_str field = canon->field;
    struct sl_canon_level level = {0};
    size_t count;
    if (sl_canon_count(canon, &count, SL_STOPS_MAX, err) < 0 || sl_canon_list(canon, &level, err) < 0)
        return -1;
    struct sl_manifest_stop *stops = sl_arena_array(canon->arena, count, sizeof *stops);
    if (!stops)
        return sl_fail_memory(err);
    int more = 0;
    for (size_t i = 0; (more = sl_canon_item(canon, &level, err)) > 0; i++) {
        if (read_stop(canon, &stops[i], err) < 0)
            return -1;
        canon->field = field;
    }
    reading->manifest.stops = stops;
    reading->manifest.stop_count = count;
    reading->critical |= CRITICAL_STOPS;
    return more;
}

static int read_receipt(struct sl_canon *canon, void *into, struct sl_err *err)
{
    struct reading *reading = into;
    reading->critical |= CRITICAL_RECEIPT;
    return sl_canon_sha256(canon, reading->manifest.requires_receipt, err);
}

static int read_requires(struct sl_canon *canon, void *into, struct sl_err *err)
{
    static const struct sl_canon_field fields[] = {
        {"receipt", SL_CANON_MAYBE, 0, read_receipt},
        {"stops", SL_CANON_MAYBE, 0, read_stops},
        {"upgrade_from", SL_CANON_OTHER, 0, read_upgrade_from},
    };
    return sl_canon_fields(canon, fields, sizeof fields / sizeof fields[0], into, SL_CANON_IGNORE, err);
}

static int read_expires(struct sl_canon *canon, void *into, struct sl_err *err)
{
    struct reading *reading = into;
    reading->critical |= CRITICAL_EXPIRES;
    return sl_canon_integer(canon, &reading->manifest.expires, err);
}

/* A member that is there and empty would be a second spelling of one that is not there. */
static int read_helm_compat(struct sl_canon *canon, void *into, struct sl_err *err)
{
    struct reading *reading = into;
    struct sl_str text;
    if (sl_canon_text(canon, &text, err) < 0)
        return -1;
    if (text.len == 0)
        return sl_fail(err, SL_E_REFUSED, "%s: helm_compat is empty", canon->name);
    reading->manifest.helm_compat = sl_arena_str(canon->arena, text);
    return reading->manifest.helm_compat.ptr ? 0 : sl_fail_memory(err);
}

static int read_source(struct sl_canon *canon, void *into, struct sl_err *err)
{
    static const struct sl_canon_field fields[] = {
        {"commit", SL_CANON_TEXT, offsetof(struct sl_manifest, source_commit), NULL},
        {"dirty", SL_CANON_BOOL, offsetof(struct sl_manifest, source_dirty), NULL},
        {"kind", SL_CANON_TEXT, offsetof(struct sl_manifest, source_kind), NULL},
    };
    struct reading *reading = into;
    return sl_canon_fields(canon, fields, sizeof fields / sizeof fields[0], &reading->manifest,
                           SL_CANON_IGNORE, err);
}

static int read_tool(struct sl_canon *canon, void *into, struct sl_err *err)
{
    struct tool {
        struct sl_str name, version;
    };
    static const struct sl_canon_field fields[] = {
        {"name", SL_CANON_WORD, offsetof(struct tool, name), NULL},
        {"version", SL_CANON_TEXT, offsetof(struct tool, version), NULL},
    };
    struct reading *reading = into;
    struct tool tool = {0};
    if (sl_canon_fields(canon, fields, sizeof fields / sizeof fields[0], &tool, SL_CANON_IGNORE, err) < 0)
        return -1;
    reading->manifest.tool_version = tool.version;
    reading->tool_name = tool.name;
    return 0;
}

static int read_totals(struct sl_canon *canon, void *into, struct sl_err *err)
{
    struct totals {
        uint64_t bytes, files;
    };
    static const struct sl_canon_field fields[] = {
        {"bytes", SL_CANON_COUNT, offsetof(struct totals, bytes), NULL},
        {"files", SL_CANON_COUNT, offsetof(struct totals, files), NULL},
    };
    struct reading *reading = into;
    struct totals totals = {0};
    if (sl_canon_fields(canon, fields, sizeof fields / sizeof fields[0], &totals, SL_CANON_REFUSE, err) < 0)
        return -1;
    reading->manifest.total_bytes = totals.bytes;
    reading->total_files = totals.files;
    return 0;
}

static int refuse_file(const struct sl_canon *canon, const struct sl_manifest_file *file, const char *field,
                       struct sl_str is, const char *must_be, struct sl_err *err)
{
    char path[SHOWN_MAX];
    char shown[SHOWN_MAX];
    return sl_fail(err, SL_E_REFUSED, "%s: the file \"%s\" has the %s \"%s\", and must have %s", canon->name,
                   sl_escape(path, sizeof path, file->path), field, sl_escape(shown, sizeof shown, is),
                   must_be);
}

/* No name that may travel needs an escape of JSON. One that has it is shown as it is spelt there, and not escaped again. */
static int check_escapes(const struct sl_canon *canon, struct sl_str path, struct sl_err *err)
{
    size_t at = sl_str_find(path, '\\');
    if (at == path.len)
        return 0;
    char shown[SHOWN_MAX];
    size_t len = 0;
    (void)sl_escape(shown, sizeof shown, path);
    for (size_t i = 0; shown[i]; i++) {
        i += shown[i] == '\\' && shown[i + 1] == '\\';
        shown[len++] = shown[i];
    }
    shown[len] = '\0';
    bool mark = at + 1 < path.len && (path.ptr[at + 1] == '\\' || path.ptr[at + 1] == '"');
    return sl_fail(err, SL_E_REFUSED, "%s: the name \"%s\" cannot travel in a bundle: it has %s", canon->name,
                   shown, mark ? "one of \\ : * ? \" < > |" : "a control character");
}

static int read_file(struct sl_canon *canon, struct sl_manifest_file *out, struct sl_err *err)
{
    static const struct sl_canon_field fields[] = {
        {"mode", SL_CANON_WORD, offsetof(struct file_reading, mode), NULL},
        {"path", SL_CANON_TEXT, offsetof(struct file_reading, file.path), NULL},
        {"sha256", SL_CANON_SHA256, offsetof(struct file_reading, file.sha256), NULL},
        {"size", SL_CANON_COUNT, offsetof(struct file_reading, file.size), NULL},
        {"type", SL_CANON_WORD, offsetof(struct file_reading, type), NULL},
    };
    struct file_reading reading = {0};
    if (sl_canon_fields(canon, fields, sizeof fields / sizeof fields[0], &reading, SL_CANON_REFUSE, err) < 0)
        return -1;
    if (check_escapes(canon, reading.file.path, err) < 0)
        return -1;
    reading.file.executable = sl_str_equal(reading.mode, SL_STR("0755"));
    if (!reading.file.executable && !sl_str_equal(reading.mode, SL_STR("0644")))
        return refuse_file(canon, &reading.file, "mode", reading.mode, "0644 or 0755", err);
    if (!sl_str_equal(reading.type, SL_STR("file")))
        return refuse_file(canon, &reading.file, "type", reading.type, "\"file\"", err);
    *out = reading.file;
    return 0;
}

static int read_files(struct sl_canon *canon, void *into, struct sl_err *err)
{
    struct reading *reading = into;
    struct sl_str field = canon->field;
    struct sl_canon_level level = {0};
    size_t count;
    if (sl_canon_count(canon, &count, SL_BUNDLE_FILES_MAX, err) < 0 || sl_canon_list(canon, &level, err) < 0)
        return -1;
    struct sl_manifest_file *files = sl_arena_array(canon->arena, count, sizeof *files);
    if (!files)
        return sl_fail_memory(err);
    int more = 0;
    for (size_t i = 0; (more = sl_canon_item(canon, &level, err)) > 0; i++) {
        if (read_file(canon, &files[i], err) < 0)
            return -1;
        canon->field = field;
    }
    reading->manifest.files = files;
    reading->manifest.file_count = count;
    return more;
}

static int skip_critical(struct sl_canon *canon, void *into, struct sl_err *err)
{
    (void)into;
    return sl_canon_skip(canon, err);
}

static int read_fields(struct sl_canon *canon, struct reading *reading, struct sl_err *err)
{
    static const struct sl_canon_field fields[] = {
        {"bundle", SL_CANON_TEXT, offsetof(struct reading, manifest.bundle), NULL},
        {"container", SL_CANON_OTHER, 0, read_container},
        {"critical", SL_CANON_OTHER, 0, skip_critical},
        {"customer", SL_CANON_TEXT, offsetof(struct reading, manifest.customer), NULL},
        {"environment", SL_CANON_TEXT, offsetof(struct reading, manifest.environment), NULL},
        {"epoch", SL_CANON_COUNT, offsetof(struct reading, manifest.epoch), NULL},
        {"expires", SL_CANON_MAYBE, 0, read_expires},
        {"files", SL_CANON_OTHER, 0, read_files},
        {"floor", SL_CANON_COUNT, offsetof(struct reading, manifest.floor), NULL},
        {"helm_compat", SL_CANON_MAYBE, 0, read_helm_compat},
        {"release", SL_CANON_TEXT, offsetof(struct reading, manifest.release), NULL},
        {"requires", SL_CANON_OTHER, 0, read_requires},
        {"schema", SL_CANON_COUNT, offsetof(struct reading, schema), NULL},
        {"sequence", SL_CANON_COUNT, offsetof(struct reading, manifest.sequence), NULL},
        {"source", SL_CANON_OTHER, 0, read_source},
        {"tool", SL_CANON_OTHER, 0, read_tool},
        {"totals", SL_CANON_OTHER, 0, read_totals},
    };
    return sl_canon_fields(canon, fields, sizeof fields / sizeof fields[0], reading, SL_CANON_IGNORE, err);
}

/* A member that is there and empty would be a second spelling of one that is not there. */
static int check_critical(const struct sl_canon *canon, const struct reading *reading, unsigned named,
                          struct sl_err *err)
{
    const struct sl_manifest *manifest = &reading->manifest;
    unsigned expected = (manifest->expires ? CRITICAL_EXPIRES : 0U) |
                        (manifest->stop_count ? CRITICAL_STOPS : 0U) |
                        (sl_manifest_requires_receipt(manifest) ? CRITICAL_RECEIPT : 0U);
    if (reading->critical == named && named == expected)
        return 0;
    return sl_fail(
        err, SL_E_REFUSED,
        "%s: critical must name those of \"expires\", \"requires.receipt\" and \"requires.stops\" that "
        "are there, and none of them may be empty",
        canon->name);
}

static int check(const struct sl_canon *canon, const struct reading *reading, struct sl_err *err)
{
    const struct sl_manifest *manifest = &reading->manifest;
    if (reading->total_files != manifest->file_count)
        return sl_fail(err, SL_E_REFUSED, "%s: totals.files is %llu, but there are %zu files", canon->name,
                       (unsigned long long)reading->total_files, manifest->file_count);
    if (sl_label_check("tool.name", reading->tool_name, err) == 0 && sl_manifest_check(manifest, err) == 0)
        return 0;
    if (err->code == SL_E_INPUT || err->code == SL_E_USAGE)
        err->code = SL_E_REFUSED;
    return sl_wrap(err, "%s", canon->name);
}

int sl_manifest_read(struct sl_manifest **out, struct sl_str json, struct sl_err *err)
{
    struct sl_canon canon;
    unsigned named;
    if (json.len > SL_MANIFEST_BYTES_MAX)
        return sl_fail(err, SL_E_REFUSED, "manifest.json has %zu bytes, and may have %llu", json.len,
                       (unsigned long long)SL_MANIFEST_BYTES_MAX);
    sl_canon_open(&canon, json, "manifest.json", NULL);
    if (sl_manifest_survey(&canon, &named, err) < 0)
        return -1;

    struct owned *owned = calloc(1, sizeof *owned);
    if (!owned)
        return sl_fail_memory(err);
    SL_CLEANUP(sl_manifest_freep) struct sl_manifest *manifest = &owned->manifest;
    sl_arena_init(&owned->arena, MANIFEST_ARENA_MAX);
    struct reading reading = {0};
    sl_canon_open(&canon, json, "manifest.json", &owned->arena);
    if (read_fields(&canon, &reading, err) < 0 || check_critical(&canon, &reading, named, err) < 0 ||
        check(&canon, &reading, err) < 0)
        return -1;
    *manifest = reading.manifest;
    *out = sl_steal(&manifest);
    return 0;
}

void sl_manifest_free(struct sl_manifest *manifest)
{
    struct owned *owned = (struct owned *)(void *)manifest;
    if (!owned)
        return;
    sl_arena_release(&owned->arena);
    free(owned);
}

void sl_manifest_freep(struct sl_manifest **manifest)
{
    sl_manifest_free(*manifest);
    *manifest = NULL;
}

const struct sl_manifest_file *sl_manifest_find(const struct sl_manifest *manifest, struct sl_str path)
{
    if (manifest->file_count == 0)
        return NULL;
    if (sl_str_equal(manifest->files[0].path, path))
        return &manifest->files[0];
    size_t low = 1;
    size_t high = manifest->file_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = sl_str_compare(manifest->files[middle].path, path);
        if (order == 0)
            return &manifest->files[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
