#include <criterion/criterion.h>

#include "alloc_fault.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "bundle/container.h"
#include "bundle/reader.h"
#include "io/gzip.h"
#include "io/isolated.h"
#include "reading.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Test(reader, a_bundle_is_read_as_it_was_planned)
{
    struct sample_bundle sample;
    sample_bundle_make(&sample);
    struct sl_source *source = NULL;
    struct sl_bundle_reader *reader = NULL;
    struct sl_err err = {0};
    cr_assert_eq(sl_source_memory(&source, sl_buf_view(&sample.file), &err), 0);
    cr_assert_eq(sl_bundle_reader_open(&reader, source, &err), 0, "%s", err.message);
    cr_expect(sl_str_equal(sl_bundle_reader_manifest(reader), sl_buf_view(&sample.manifest)));
    cr_assert_eq(sl_bundle_reader_signature_count(reader), 2);
    struct sl_str name;
    struct sl_str text;
    sl_bundle_reader_signature(reader, 1, &name, &text);
    cr_expect_str_eq(name.ptr, "manifest.json.FEDCBA9876543210.minisig");
    cr_expect(sl_str_equal(text, sample.signatures[1].text));
    cr_assert_eq(sl_bundle_reader_bind(reader, sl_plan_manifest(sample.plan), &err), 0, "%s", err.message);
    const struct sl_manifest_file *file = NULL;
    for (size_t i = 0; i < sl_plan_count(sample.plan); i++) {
        const struct sl_plan_member member = sl_plan_member(sample.plan, i);
        cr_assert_eq(sl_bundle_reader_next(reader, &file, &err), 1, "%s", err.message);
        cr_expect(sl_str_equal(file->path, member.path));
        struct sl_buf content;
        sl_buf_init(&content, SL_MIB);
        const void *bytes;
        ssize_t got;
        while ((got = sl_bundle_reader_read(reader, &bytes, &err)) > 0)
            sl_buf_append(&content, bytes, (size_t)got);
        cr_expect_eq(got, 0, "%s", err.message);
        cr_expect(sl_str_equal(sl_buf_view(&content), sample_content_of(&sample, &member)), "%s",
                  member.path.ptr);
        cr_expect_eq(sl_bundle_reader_read(reader, &bytes, &err), 0);
        sl_buf_release(&content);
    }
    cr_expect_eq(sl_bundle_reader_next(reader, &file, &err), 0, "%s", err.message);
    cr_expect_eq(sl_bundle_reader_next(reader, &file, &err), 0, "the end stays the end");
    sl_bundle_reader_free(reader);
    sample_bundle_release(&sample);
}

Test(reader, what_is_left_unread_is_checked_all_the_same)
{
    struct sample_bundle sample;
    sample_bundle_make(&sample);
    struct span spans[MEMBERS];
    find_spans(spans, &sample);
    sample.container.ptr[spans[CHART].content + 700] ^= 1;
    struct sl_source *source = NULL;
    struct sl_bundle_reader *reader = NULL;
    struct sl_err err = {0};
    cr_assert_eq(sl_source_memory(&source, sl_buf_view(&sample.container), &err), 0);
    cr_assert_eq(sl_bundle_reader_open_container(&reader, source, &err), 0, "%s", err.message);
    cr_assert_eq(sl_bundle_reader_bind(reader, sl_plan_manifest(sample.plan), &err), 0);
    const struct sl_manifest_file *file = NULL;
    for (int i = SUMS; i <= CHART; i++)
        cr_expect_eq(sl_bundle_reader_next(reader, &file, &err), 1, "%s", err.message);
    cr_expect_eq(sl_bundle_reader_next(reader, &file, &err), -1);
    cr_expect_str_eq(err.message,
                     "member \"charts/app-1.0.tgz\" does not have the SHA-256 that the manifest says");
    cr_expect_eq(sl_bundle_reader_next(reader, &file, &err), -1, "after a failure it stays failed");
    cr_expect_eq(err.code, SL_E_INTERNAL);
    sl_bundle_reader_free(reader);
    sample_bundle_release(&sample);
}

Test(reader, what_is_only_to_be_checked_is)
{
    struct sample_bundle sample;
    sample_bundle_make(&sample);
    struct span spans[MEMBERS];
    find_spans(spans, &sample);
    for (int damaged = 0; damaged <= 1; damaged++) {
        sample.container.ptr[spans[CHART].content + 700] ^= (char)damaged;
        struct sl_source *source = NULL;
        struct sl_bundle_reader *reader = NULL;
        struct sl_err err = {0};
        cr_assert_eq(sl_source_memory(&source, sl_buf_view(&sample.container), &err), 0);
        cr_assert_eq(sl_bundle_reader_open_container(&reader, source, &err), 0, "%s", err.message);
        cr_assert_eq(sl_bundle_reader_bind(reader, sl_plan_manifest(sample.plan), &err), 0);
        const struct sl_manifest_file *file = NULL;
        size_t files = 0;
        ssize_t got = 0;
        for (; got == 0 && sl_bundle_reader_next(reader, &file, &err) > 0; files++) {
            uint64_t total = 0;
            while ((got = sl_bundle_reader_read(reader, NULL, &err)) > 0)
                total += (uint64_t)got;
            cr_expect_eq(total, file->size, "file %zu", files);
        }
        cr_expect_eq(got, -damaged, "%s", err.message);
        cr_expect_eq(files, damaged ? CHART - SUMS + 1 : sl_plan_count(sample.plan));
        sl_bundle_reader_free(reader);
    }
    sample_bundle_release(&sample);
}

Test(reader, every_flipped_bit_of_the_container_is_refused)
{
    struct sample_bundle sample;
    sample_bundle_make(&sample);
    struct sl_str whole = sl_buf_view(&sample.container);
    for (size_t i = 0; i < whole.len; i++) {
        for (int bit = 0; bit < 8; bit += 7) {
            sample.container.ptr[i] ^= (char)(1 << bit);
            struct sl_err err = {0};
            cr_assert_eq(read_container(whole, &sample, &err), -1, "byte %zu bit %d", i, bit);
            cr_assert_eq(err.code, SL_E_REFUSED, "byte %zu bit %d: %s", i, bit, err.message);
            sample.container.ptr[i] ^= (char)(1 << bit);
        }
    }
    struct sl_err err = {0};
    cr_expect_eq(read_container(whole, &sample, &err), 0, "%s", err.message);
    sample_bundle_release(&sample);
}

/* A copy of exactly this length, so that the sanitizer sees one byte too far. */
static int read_exact_copy(struct sl_str bytes, const struct sample_bundle *sample, bool gzip,
                           struct sl_err *err)
{
    char *copy = malloc(bytes.len ? bytes.len : 1);
    cr_assert_not_null(copy);
    memcpy(copy, bytes.ptr, bytes.len);
    bytes.ptr = copy;
    int result = gzip ? read_bundle(bytes, sample, err) : read_container(bytes, sample, err);
    free(copy);
    return result;
}

Test(reader, every_truncation_is_refused)
{
    struct sample_bundle sample;
    sample_bundle_make(&sample);
    for (int gzip = 0; gzip <= 1; gzip++) {
        struct sl_str whole = sl_buf_view(gzip ? &sample.file : &sample.container);
        for (size_t len = 0; len < whole.len; len++) {
            struct sl_err err = {0};
            cr_assert_eq(read_exact_copy(sl_str_slice(whole, 0, len), &sample, gzip, &err), -1, "%zu bytes",
                         len);
            cr_assert_eq(err.code, SL_E_REFUSED, "%zu bytes: %s", len, err.message);
        }
    }
    sample_bundle_release(&sample);
}

/* Some bits of a gzip file say nothing: three fields of its header, and what fills a byte before a stored
 * block. A change there leaves the same bundle, which is all that is signed. */
Test(reader, every_flipped_bit_of_the_file_is_refused_or_says_nothing)
{
    struct sample_bundle sample;
    sample_bundle_make(&sample);
    struct sl_str whole = sl_buf_view(&sample.file);
    size_t silent = 0;
    for (size_t i = 0; i < whole.len; i++) {
        sample.file.ptr[i] ^= 0x10;
        struct sl_err err = {0};
        int result = read_bundle(whole, &sample, &err);
        silent += result == 0;
        cr_assert(result == 0 || err.code == SL_E_REFUSED, "byte %zu: %s", i, err.message);
        sample.file.ptr[i] ^= 0x10;
    }
    cr_expect_lt(silent, whole.len / 100, "%zu", silent);
    sample_bundle_release(&sample);
}

Test(reader, what_is_wrong_with_the_gzip_layer_is_refused)
{
    struct sample_bundle sample;
    sample_bundle_make(&sample);
    struct sl_buf empty = sample_gzip(SL_STR(""));
    const struct {
        const char *what;
        struct sl_str behind;
        size_t crc; /* byte of the trailer to spoil, from the end; 0: none */
    } rows[] = {
        {"a second member", sl_buf_view(&empty), 0},
        {"the bundle twice", sl_buf_view(&sample.file), 0},
        {"a byte", SL_STR("x"), 0},
        {"a NUL", SL_STR("\0"), 0},
        {"a bad CRC", SL_STR(""), 8},
        {"a bad length", SL_STR(""), 4},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sl_buf file;
        sl_buf_init(&file, SL_MIB);
        sl_buf_str(&file, sl_buf_view(&sample.file));
        if (rows[i].crc)
            file.ptr[file.len - rows[i].crc] ^= 1;
        sl_buf_str(&file, rows[i].behind);
        struct sl_err err = {0};
        cr_expect_eq(read_bundle(sl_buf_view(&file), &sample, &err), -1, "%s", rows[i].what);
        cr_expect_eq(err.code, SL_E_REFUSED, "%s", rows[i].what);
        sl_buf_release(&file);
    }
    sl_buf_release(&empty);
    sample_bundle_release(&sample);
}

/* -- what is said of damage -- */

static void expect_once(const char *text, const char *part, const char *what)
{
    const char *first = strstr(text, part);
    cr_expect(first && !strstr(first + 1, part), "%s: %s", what, text);
}

Test(reader, damage_is_told_once_whether_it_is_met_or_looked_for)
{
    struct sample_bundle sample;
    sample_bundle_make(&sample);
    const size_t len = sample.file.len;
    const struct {
        const char *what;
        size_t len, flipped;
    } rows[] = {{"cut in the head", 60, 0}, {"cut at its end", len - 3, 0}, {"wrong CRC", len, len - 8}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        SL_CLEANUP(sl_buf_release) struct sl_buf file;
        sl_buf_init(&file, SL_MIB);
        sl_buf_append(&file, sample.file.ptr, rows[i].len);
        file.ptr[rows[i].flipped] ^= (char)(rows[i].flipped > 0);
        struct sl_source *source = NULL;
        struct sl_bundle_reader *reader = NULL;
        struct sl_err err = {0};
        cr_assert_eq(sl_source_memory(&source, sl_buf_view(&file), &err), 0);
        int result = sl_bundle_reader_open(&reader, source, &err);
        if (result == 0) {
            result = read_all(reader, &sample, &err);
            sl_bundle_reader_explain(reader, &err);
        }
        cr_expect_eq(result, -1, "%s", rows[i].what);
        cr_expect(sl_gzip_tells_damage(&err), "%s: %s", rows[i].what, err.hint);
        expect_once(err.hint, "the file is damaged", rows[i].what);
        sl_bundle_reader_free(reader);
    }
    sample_bundle_release(&sample);
}

/* Blocks that give nothing, between a bundle's container and its end, without end. */
Test(reader, the_look_for_damage_reads_little_where_little_is_given)
{
    struct sample_bundle sample;
    sample_bundle_make(&sample);
    struct sl_manifest other = *sl_plan_manifest(sample.plan);
    other.mtime++;
    SL_CLEANUP(sl_buf_release) struct sl_buf file;
    sl_buf_init(&file, 16 * SL_MIB);
    sl_buf_append(&file, "\x1f\x8b\x08\0\0\0\0\0\0\x03", 10);
    for (size_t at = 0; at < sample.container.len; at += 512) {
        sl_buf_append(&file, "\0\0\2\xff\xfd", 5);
        sl_buf_append(&file, sample.container.ptr + at, 512);
    }
    while (file.len < 12 * SL_MIB)
        sl_buf_append(&file, "\0\0\0\xff\xff", 5);
    struct sl_source *source = NULL;
    struct sl_bundle_reader *reader = NULL;
    struct sl_err err = {0};
    cr_assert_eq(sl_source_memory(&source, sl_buf_view(&file), &err), 0);
    cr_assert_eq(sl_bundle_reader_open(&reader, source, &err), 0, "%s", err.message);
    cr_assert_eq(sl_bundle_reader_bind(reader, &other, &err), -1);
    sl_bundle_reader_explain(reader, &err);
    cr_expect_str_eq(err.hint, "", "it is not damaged");
    cr_expect_leq(source->position, 2 * SL_MIB);
    sl_bundle_reader_free(reader);
    sample_bundle_release(&sample);
}

/* Gives so many blocks of zeros, which are no bundle, and is ended by a signal then. */
struct crashing {
    struct sl_source source;
    uint64_t blocks;
};

static ssize_t crash(struct sl_source *self, void *out, size_t len, struct sl_err *err)
{
    (void)err;
    if (self->position >= ((struct crashing *)self)->blocks * SL_TAR_BLOCK) {
        (void)signal(SIGILL, SIG_DFL);
        __builtin_trap();
    }
    size_t part = len < SL_TAR_BLOCK ? len : SL_TAR_BLOCK;
    memset(out, 0, part);
    return (ssize_t)part;
}

static void free_crashing(struct sl_source *self)
{
    free(self);
}

static int open_crashing(void *context, struct sl_source **out, struct sl_source *file, struct sl_err *err)
{
    static const struct sl_source_ops ops = {.read = crash, .free = free_crashing};
    sl_source_free(file);
    struct crashing *crashing = calloc(1, sizeof *crashing);
    if (!crashing)
        return sl_fail_memory(err);
    crashing->source.ops = &ops;
    crashing->blocks = *(const uint64_t *)context;
    *out = &crashing->source;
    return 0;
}

Test(reader, a_crash_of_who_unpacks_is_no_damage)
{
    /* Before anything was refused; and, with the second piece, while it is looked whether what was refused is damaged, too. */
    for (uint64_t blocks = 0; blocks <= 256; blocks += 256) {
        const struct sl_isolated_work work = {open_crashing, &blocks};
        struct sl_source *source = NULL;
        struct sl_bundle_reader *reader = NULL;
        struct sl_err err = {0};
        int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
        cr_assert_eq(sl_source_isolated(&source, fd, "the bundle", &work, &err), 0, "%s", err.message);
        source->waits = false; /* as of a regular file */
        cr_expect_eq(sl_bundle_reader_open_container(&reader, source, &err), -1);
        cr_expect_eq(err.code, SL_E_REFUSED);
        cr_expect_eq(strstr(err.message, "crashed") != NULL, blocks == 0, "%s", err.message);
        cr_expect_null(strstr(err.hint, "damaged"), "%s", err.hint);
        cr_expect_eq(err.hint[0] != 0, blocks == 0, "%s", err.hint);
    }
}

Test(reader, a_container_that_expands_without_end_is_refused_at_once)
{
    struct sample_bundle sample;
    sample_bundle_make(&sample);
    struct sl_buf container;
    sl_buf_init(&container, SIZE_MAX / 2);
    sl_buf_str(&container, sl_buf_view(&sample.container));
    memset(sl_buf_reserve(&container, 64 * SL_MIB), 0, 64 * SL_MIB);
    sl_buf_commit(&container, 64 * SL_MIB);
    struct sl_buf file = sample_gzip(sl_buf_view(&container));
    struct sl_source *source = NULL;
    struct sl_bundle_reader *reader = NULL;
    struct sl_err err = {0};
    cr_assert_eq(sl_source_memory(&source, sl_buf_view(&file), &err), 0);
    cr_assert_eq(sl_bundle_reader_open(&reader, source, &err), 0);
    cr_expect_eq(read_all(reader, &sample, &err), -1);
    cr_expect_str_eq(err.message, "something follows the end of the container");
    sl_bundle_reader_free(reader);
    sl_buf_release(&file);
    sl_buf_release(&container);
    sample_bundle_release(&sample);
}

Test(reader, a_manifest_of_another_bundle_does_not_bind)
{
    struct sample_bundle sample;
    sample_bundle_make(&sample);
    const struct {
        struct sl_str bundle;
        int64_t mtime;
        const char *why;
    } rows[] = {
        {SL_STR("customer-a-v1.0-18"), 1700000000,
         "the top folder is \"customer-a-v1.0-17\", but the manifest"},
        {SL_STR("customer-a-v1.0-17"), 1700000001, "has the time 1700000000, and must have 1700000001"},
    };
    for (size_t i = 0; i < 2; i++) {
        struct sl_manifest manifest = *sl_plan_manifest(sample.plan);
        manifest.bundle = rows[i].bundle;
        manifest.mtime = rows[i].mtime;
        struct sl_source *source = NULL;
        struct sl_bundle_reader *reader = NULL;
        struct sl_err err = {0};
        cr_assert_eq(sl_source_memory(&source, sl_buf_view(&sample.container), &err), 0);
        cr_assert_eq(sl_bundle_reader_open_container(&reader, source, &err), 0);
        cr_expect_eq(sl_bundle_reader_bind(reader, &manifest, &err), -1);
        cr_expect_eq(err.code, SL_E_REFUSED);
        cr_expect_not_null(strstr(err.message, rows[i].why), "%s", err.message);
        const struct sl_manifest_file *file;
        cr_expect_eq(sl_bundle_reader_next(reader, &file, &err), -1);
        cr_expect_eq(err.code, SL_E_INTERNAL);
        sl_bundle_reader_free(reader);
    }
    sample_bundle_release(&sample);
}

/* A container of a manifest and so many signatures, which is all that the head needs. */
static struct sl_buf container_with_signatures(unsigned count)
{
    struct sl_buf out;
    struct sl_err err = {0};
    sl_buf_init(&out, SL_MIB);
    for (unsigned i = 0; i <= count; i++) {
        char name[64] = "manifest.json";
        if (i > 0)
            snprintf(name, sizeof name, "manifest.json.%016X.minisig", i);
        struct sl_tar_member member = {.top = SL_STR("a-1-1"), .path = sl_str_from(name)};
        cr_assert_eq(sl_tar_header_write(&out, &member, &err), 0);
    }
    memset(sl_buf_reserve(&out, SL_TAR_END), 0, SL_TAR_END);
    sl_buf_commit(&out, SL_TAR_END);
    return out;
}

Test(reader, up_to_sixteen_signatures_are_read)
{
    static const unsigned counts[] = {0, 1, SL_SIGNATURES_MAX, SL_SIGNATURES_MAX + 1};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        struct sl_buf container = container_with_signatures(counts[i]);
        struct sl_source *source = NULL;
        struct sl_bundle_reader *reader = NULL;
        struct sl_err err = {0};
        cr_assert_eq(sl_source_memory(&source, sl_buf_view(&container), &err), 0);
        int result = sl_bundle_reader_open_container(&reader, source, &err);
        if (counts[i] <= SL_SIGNATURES_MAX) {
            cr_assert_eq(result, 0, "%s", err.message);
            cr_expect_eq(sl_bundle_reader_signature_count(reader), counts[i]);
        } else {
            cr_expect_eq(result, -1);
            cr_expect_str_eq(err.message, "there are more than 16 signatures");
        }
        sl_bundle_reader_free(reader);
        sl_buf_release(&container);
    }
}

static void add_empty(struct sl_buf *out, const char *name)
{
    struct sl_tar_member member = {.top = SL_STR("a-1-1"), .path = sl_str_from(name)};
    struct sl_err err = {0};
    cr_assert_eq(sl_tar_header_write(out, &member, &err), 0);
}

static int open_head(const struct sl_buf *container, size_t *trust_count, struct sl_err *err)
{
    struct sl_source *source = NULL;
    struct sl_bundle_reader *reader = NULL;
    cr_assert_eq(sl_source_memory(&source, sl_buf_view(container), err), 0);
    int result = sl_bundle_reader_open_container(&reader, source, err);
    if (result == 0)
        *trust_count = sl_bundle_reader_trust_count(reader);
    sl_bundle_reader_free(reader);
    return result;
}

Test(reader, up_to_so_many_members_below_trust_are_read)
{
    for (unsigned more = 0; more < 2; more++) {
        struct sl_buf container;
        struct sl_err err = {0};
        size_t count = 0;
        sl_buf_init(&container, SL_MIB);
        add_empty(&container, "manifest.json");
        for (unsigned i = 0; i < SL_TRUST_MEMBERS_MAX + more; i++) {
            char name[64];
            snprintf(name, sizeof name, "trust/1.json.%016X.minisig", i);
            add_empty(&container, name);
        }
        memset(sl_buf_reserve(&container, SL_TAR_END), 0, SL_TAR_END);
        sl_buf_commit(&container, SL_TAR_END);
        cr_expect_eq(open_head(&container, &count, &err), more ? -1 : 0, "%s", err.message);
        cr_expect(more || count == SL_TRUST_MEMBERS_MAX);
        cr_expect(!more || strstr(err.message, "more than 256 members below trust/"), "%s", err.message);
        sl_buf_release(&container);
    }
}

Test(reader, signatures_stand_before_what_is_below_trust)
{
    struct sl_buf container;
    struct sl_err err = {0};
    size_t count = 0;
    sl_buf_init(&container, SL_MIB);
    add_empty(&container, "manifest.json");
    add_empty(&container, "trust/1.json");
    add_empty(&container, "manifest.json.00000000000000AB.minisig");
    cr_expect_eq(open_head(&container, &count, &err), -1);
    cr_expect_eq(err.code, SL_E_REFUSED);
    cr_expect_not_null(strstr(err.message, "minisig\" comes twice or out of order"), "%s", err.message);
    sl_buf_release(&container);
}

Test(reader, what_is_no_bundle_is_refused)
{
    static char text[2048];
    memset(text, 'x', sizeof text);
    static char zeros[2048];
    const struct sl_str rows[] = {{"", 0}, {text, 100}, {text, sizeof text}, {zeros, sizeof zeros}};
    struct sample_bundle sample;
    sample_bundle_make(&sample);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sl_err err = {0};
        cr_expect_eq(read_container(rows[i], &sample, &err), -1);
        cr_expect_eq(err.code, SL_E_REFUSED, "row %zu: %s", i, err.message);
        cr_expect_eq(read_bundle(rows[i], &sample, &err), -1);
        cr_expect_eq(err.code, SL_E_REFUSED, "row %zu: %s", i, err.message);
    }
    sample_bundle_release(&sample);
}

/* Containers in the fuzz corpus that a program in another language made. */
Test(reader, bundles_of_another_writer_are_accepted)
{
    static const struct {
        const char *name;
        size_t signatures, files;
    } rows[] = {{"smallest.tar", 0, 2}, {"signed.tar", 2, 2}, {"pax.tar", 0, 4}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char path[1024];
        struct sl_err err = {0};
        struct sl_source *source = NULL;
        struct sl_bundle_reader *reader = NULL;
        struct sl_manifest *manifest = NULL;
        snprintf(path, sizeof path, SEALIFT_SOURCE_DIR "/tests/fuzz/corpus/bundle_reader/%s", rows[i].name);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        cr_assert_geq(fd, 0, "%s", path);
        cr_assert_eq(sl_source_fd(&source, fd, path, &err), 0);
        cr_assert_eq(sl_bundle_reader_open_container(&reader, source, &err), 0, "%s: %s", path, err.message);
        cr_expect_eq(sl_bundle_reader_signature_count(reader), rows[i].signatures);
        cr_assert_eq(sl_manifest_read(&manifest, sl_bundle_reader_manifest(reader), &err), 0, "%s",
                     err.message);
        cr_assert_eq(sl_bundle_reader_bind(reader, manifest, &err), 0, "%s", err.message);
        const struct sl_manifest_file *file;
        size_t files = 0;
        int more;
        while ((more = sl_bundle_reader_next(reader, &file, &err)) > 0)
            files++;
        cr_expect_eq(more, 0, "%s: %s", path, err.message);
        cr_expect_eq(files, rows[i].files);
        sl_bundle_reader_free(reader);
        sl_manifest_free(manifest);
    }
}

/* Bytes in pieces of at most `piece`; the nth request fails (0: none). */
struct pieces {
    struct sl_source source;
    struct sl_str rest;
    size_t piece;
    size_t countdown;
};

static ssize_t pieces_read(struct sl_source *self, void *out, size_t len, struct sl_err *err)
{
    struct pieces *pieces = (struct pieces *)self;
    if (pieces->countdown && --pieces->countdown == 0)
        return sl_fail(err, SL_E_IO, "read: broken");
    len = len < pieces->piece ? len : pieces->piece;
    len = len < pieces->rest.len ? len : pieces->rest.len;
    memcpy(out, pieces->rest.ptr, len);
    pieces->rest = sl_str_slice(pieces->rest, len, pieces->rest.len);
    return (ssize_t)len;
}

static void pieces_free(struct sl_source *self)
{
    free(self);
}

static struct pieces *pieces_new(struct sl_str bytes, size_t piece, size_t failing)
{
    static const struct sl_source_ops ops = {.read = pieces_read, .free = pieces_free};
    struct pieces *pieces = calloc(1, sizeof *pieces);
    cr_assert_not_null(pieces);
    pieces->source.ops = &ops;
    pieces->rest = bytes;
    pieces->piece = piece;
    pieces->countdown = failing;
    return pieces;
}

Test(reader, the_size_of_the_reads_does_not_matter)
{
    static const size_t sizes[] = {1, 7, 511, 512, 513, 4096};
    struct sample_bundle sample;
    sample_bundle_make(&sample);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct pieces *pieces = pieces_new(sl_buf_view(&sample.container), sizes[i], 0);
        SL_CLEANUP(sl_bundle_reader_freep) struct sl_bundle_reader *reader = NULL;
        struct sl_err err = {0};
        cr_assert_eq(sl_bundle_reader_open_container(&reader, &pieces->source, &err), 0, "%s", err.message);
        cr_expect_eq(read_all(reader, &sample, &err), 0, "%s", err.message);
    }
    sample_bundle_release(&sample);
}

Test(reader, every_failing_read_is_reported_as_what_it_is)
{
    struct sample_bundle sample;
    sample_bundle_make(&sample);
    size_t nth = 1;
    for (;; nth++) {
        struct pieces *pieces = pieces_new(sl_buf_view(&sample.container), 300, nth);
        struct sl_bundle_reader *reader = NULL;
        struct sl_err err = {0};
        int result = sl_bundle_reader_open_container(&reader, &pieces->source, &err);
        if (result == 0) {
            result = read_all(reader, &sample, &err);
            bool happened = pieces->countdown == 0;
            sl_bundle_reader_free(reader);
            if (!happened) {
                cr_expect_eq(result, 0, "%s", err.message);
                break;
            }
        }
        cr_assert_eq(result, -1, "read %zu", nth);
        cr_assert_eq(err.code, SL_E_IO, "read %zu: %s", nth, err.message);
    }
    cr_expect_gt(nth, 30);
    sample_bundle_release(&sample);
}

Test(reader, nothing_is_read_on_before_the_manifest_is_bound)
{
    struct sample_bundle sample;
    sample_bundle_make(&sample);
    struct sl_source *source = NULL;
    struct sl_bundle_reader *reader = NULL;
    struct sl_err err = {0};
    cr_assert_eq(sl_source_memory(&source, sl_buf_view(&sample.container), &err), 0);
    cr_assert_eq(sl_bundle_reader_open_container(&reader, source, &err), 0);
    const struct sl_manifest_file *file = NULL;
    const void *bytes = NULL;
    cr_expect_eq(sl_bundle_reader_next(reader, &file, &err), -1);
    cr_expect_eq(err.code, SL_E_INTERNAL);
    cr_expect_eq(sl_bundle_reader_read(reader, &bytes, &err), -1);
    cr_expect_eq(err.code, SL_E_INTERNAL);
    sl_bundle_reader_free(reader);
    sl_bundle_reader_free(NULL);
    sample_bundle_release(&sample);
}

Test(reader, every_failing_allocation_is_reported)
{
    struct sample_bundle sample;
    sample_bundle_make(&sample);
    size_t nth = 1;
    for (;; nth++) {
        struct sl_err err = {0};
        alloc_fault_arm(nth);
        int result = read_bundle(sl_buf_view(&sample.file), &sample, &err);
        if (!alloc_fault_disarm()) {
            cr_expect_eq(result, 0, "%s", err.message);
            break;
        }
        if (result < 0)
            cr_assert_eq(err.code, SL_E_NO_MEMORY, "allocation %zu: %s", nth, err.message);
    }
    cr_expect_gt(nth, 5);
    sample_bundle_release(&sample);
}

/* -- what lies behind a refusal -- */

/* Zeros, which no bundle begins with, and then an end of its own. */
struct zeros {
    struct sl_source source;
    uint64_t size; /* UINT64_MAX: endless */
    enum sl_code end;
    const char *hint;
    uint64_t *taken;
};

static ssize_t zeros_borrow(struct sl_source *self, const void **bytes, size_t max, struct sl_err *err)
{
    static const char none[65536];
    struct zeros *zeros = (struct zeros *)self;
    uint64_t left = zeros->size - *zeros->taken;
    size_t len = left < max ? (size_t)left : max;
    if (len > sizeof none)
        len = sizeof none;
    if (len == 0 && zeros->end != SL_OK) {
        (void)sl_fail(err, zeros->end, "the end");
        return zeros->hint ? sl_hint(err, "%s", zeros->hint) : -1;
    }
    *zeros->taken += len;
    *bytes = none;
    return (ssize_t)len;
}

static void zeros_free(struct sl_source *self)
{
    free(self);
}

/* As it is told of compressed data. */
#define DAMAGE                                                                                                    \
    "the file is damaged, as by a bad stick or a copy that was stopped: copy it again, and compare its size and " \
    "sha256sum with the vendor's"

static const struct {
    const char *what;
    uint64_t size;
    bool waits;
    enum sl_code end;
    const char *hint;
    bool told;         /* the hint of the end becomes that of the refusal */
    uint64_t taken[2]; /* at least and at most */
} behind[] = {
    {"an end", 3 << 20, false, SL_OK, NULL, false, {3 << 20, 3 << 20}},
    {"no end", UINT64_MAX, false, SL_OK, NULL, false, {8 << 20, 9 << 20}},
    {"no end of a pipe", UINT64_MAX, true, SL_OK, NULL, false, {1, 1 << 20}},
    {"damage", 3 << 20, false, SL_E_REFUSED, DAMAGE, true, {3 << 20, 3 << 20}},
    {"damage of a pipe", 3 << 20, true, SL_E_REFUSED, DAMAGE, false, {1, 1 << 20}},
    {"another refusal", 3 << 20, false, SL_E_REFUSED, "ask the vendor", false, {3 << 20, 3 << 20}},
    {"a refusal that says nothing", 3 << 20, false, SL_E_REFUSED, NULL, false, {3 << 20, 3 << 20}},
    {"a disk that fails", 3 << 20, false, SL_E_IO, "look at the disk", false, {3 << 20, 3 << 20}},
};

Test(reader, behind_a_refusal_damage_is_looked_for_and_nothing_else_changes_it)
{
    static const struct sl_source_ops ops = {.borrow = zeros_borrow, .free = zeros_free};
    char message[SL_ERR_MESSAGE_MAX] = "";
    for (size_t i = 0; i < sizeof behind / sizeof behind[0]; i++) {
        struct zeros *zeros = calloc(1, sizeof *zeros);
        struct sl_bundle_reader *reader = NULL;
        struct sl_err err = {0};
        uint64_t taken = 0;
        cr_assert_not_null(zeros);
        *zeros = (struct zeros){
            {.ops = &ops, .waits = behind[i].waits}, behind[i].size, behind[i].end, behind[i].hint, &taken};
        cr_assert_eq(sl_bundle_reader_open_container(&reader, &zeros->source, &err), -1);
        cr_expect_eq(err.code, SL_E_REFUSED, "%s", behind[i].what);
        if (i == 0)
            memcpy(message, err.message, sizeof message);
        cr_expect_str_eq(err.message, message, "%s", behind[i].what);
        cr_expect_eq(behind[i].hint && strstr(err.hint, behind[i].hint), behind[i].told, "%s: %s",
                     behind[i].what, err.hint);
        cr_expect(taken >= behind[i].taken[0] && taken <= behind[i].taken[1], "%s: %llu bytes",
                  behind[i].what, (unsigned long long)taken);
    }
}
