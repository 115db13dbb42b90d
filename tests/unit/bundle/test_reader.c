#include <criterion/criterion.h>

#include "alloc_fault.h"
#include "base/limits.h"
#include "bundle/container.h"
#include "bundle/reader.h"
#include "io/gzip.h"
#include "sample_bundle.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The members of the sample, in order: what the rows below call them. */
enum {
    MANIFEST,
    FIRST_SIGNATURE,
    SECOND_SIGNATURE,
    SUMS,
    LONG,
    PREFIXED,
    CHART,
    DOCS,
    APP,
    RUN,
    EMPTY,
    MEMBERS
};

/* Where a member stands in the container. */
struct span {
    size_t header;  /* first byte of its header */
    size_t content; /* first byte of its content */
    size_t padding; /* first byte behind its content */
    size_t end;     /* first byte behind it */
};

static void find_spans(struct span spans[MEMBERS], const struct sample_bundle *sample)
{
    const struct sl_manifest *manifest = sl_plan_manifest(sample->plan);
    size_t at = 0;
    for (int i = 0; i < MEMBERS; i++) {
        struct sl_tar_member member = {.top = manifest->bundle, .path = SL_STR("manifest.json")};
        member.size = sl_plan_manifest_json(sample->plan).len;
        if (i == FIRST_SIGNATURE || i == SECOND_SIGNATURE)
            member.size = sample->signatures[i - FIRST_SIGNATURE].text.len;
        if (i >= SUMS) {
            member.path = manifest->files[i - SUMS].path;
            member.size = manifest->files[i - SUMS].size;
        }
        struct sl_buf header;
        struct sl_err err = {0};
        sl_buf_init(&header, SL_TAR_HEADER_MAX);
        cr_assert_eq(sl_tar_header_write(&header, &member, &err), 0);
        spans[i].header = at;
        spans[i].content = at + header.len;
        spans[i].padding = spans[i].content + member.size;
        spans[i].end = spans[i].padding + sl_tar_padding(member.size);
        at = spans[i].end;
        sl_buf_release(&header);
    }
    cr_assert_eq(at + SL_TAR_END, sample->container.len);
}

/* Reads to the end. What verify does, without keys: the raw head must be the one that was written. */
static int read_all(struct sl_bundle_reader *reader, const struct sample_bundle *sample, struct sl_err *err)
{
    if (!sl_str_equal(sl_bundle_reader_manifest(reader), sl_plan_manifest_json(sample->plan)))
        return sl_fail(err, SL_E_REFUSED, "the manifest is another");
    for (size_t i = 0; i < sl_bundle_reader_signature_count(reader); i++) {
        struct sl_str name;
        struct sl_str text;
        sl_bundle_reader_signature(reader, i, &name, &text);
        if (!sl_str_equal(text, sample->signatures[i].text) ||
            !strstr(name.ptr, sample->signatures[i].key_id))
            return sl_fail(err, SL_E_REFUSED, "a signature is another");
    }
    if (sl_bundle_reader_signature_count(reader) != SAMPLE_SIGNATURES)
        return sl_fail(err, SL_E_REFUSED, "there are more or fewer signatures");
    if (sl_bundle_reader_bind(reader, sl_plan_manifest(sample->plan), err) < 0)
        return -1;
    const struct sl_manifest_file *file;
    int more;
    while ((more = sl_bundle_reader_next(reader, &file, err)) > 0) {
        const void *bytes;
        ssize_t got;
        while ((got = sl_bundle_reader_read(reader, &bytes, err)) > 0) {
        }
        if (got < 0)
            return -1;
    }
    return more;
}

static int read_container(struct sl_str bytes, const struct sample_bundle *sample, struct sl_err *err)
{
    struct sl_source *source = NULL;
    struct sl_bundle_reader *reader = NULL;
    if (sl_source_memory(&source, bytes, err) < 0 ||
        sl_bundle_reader_open_container(&reader, source, err) < 0)
        return -1;
    int result = read_all(reader, sample, err);
    sl_bundle_reader_free(reader);
    return result;
}

static int read_bundle(struct sl_str bytes, const struct sample_bundle *sample, struct sl_err *err)
{
    struct sl_source *source = NULL;
    struct sl_bundle_reader *reader = NULL;
    if (sl_source_memory(&source, bytes, err) < 0 || sl_bundle_reader_open(&reader, source, err) < 0)
        return -1;
    int result = read_all(reader, sample, err);
    sl_bundle_reader_free(reader);
    return result;
}

Test(reader, a_bundle_is_read_as_it_was_planned)
{
    struct sample_bundle sample;
    sample_bundle_make(&sample);
    struct sl_source *source = NULL;
    struct sl_bundle_reader *reader = NULL;
    struct sl_err err = {0};
    cr_assert_eq(sl_source_memory(&source, sl_buf_view(&sample.file), &err), 0);
    cr_assert_eq(sl_bundle_reader_open(&reader, source, &err), 0, "%s", err.message);
    cr_expect(sl_str_equal(sl_bundle_reader_manifest(reader), sl_plan_manifest_json(sample.plan)));
    cr_assert_eq(sl_bundle_reader_signature_count(reader), 2);
    struct sl_str name;
    struct sl_str text;
    sl_bundle_reader_signature(reader, 1, &name, &text);
    cr_expect_str_eq(name.ptr, "manifest.json.FEDCBA9876543210.minisig");
    cr_expect(sl_str_equal(text, sample.signatures[1].text));
    cr_assert_eq(sl_bundle_reader_bind(reader, sl_plan_manifest(sample.plan), &err), 0, "%s", err.message);
    const struct sl_manifest_file *file = NULL;
    for (size_t i = 0; i < sl_plan_count(sample.plan); i++) {
        const struct sl_plan_member *member = sl_plan_member(sample.plan, i);
        cr_assert_eq(sl_bundle_reader_next(reader, &file, &err), 1, "%s", err.message);
        cr_expect(sl_str_equal(file->path, member->path));
        struct sl_buf content;
        sl_buf_init(&content, SL_MIB);
        const void *bytes;
        ssize_t got;
        while ((got = sl_bundle_reader_read(reader, &bytes, &err)) > 0)
            sl_buf_append(&content, bytes, (size_t)got);
        cr_expect_eq(got, 0, "%s", err.message);
        cr_expect(sl_str_equal(sl_buf_view(&content), sample_content_of(member)), "%s", member->path.ptr);
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

/* -- one thing wrong in the container -- */

enum operation {
    PATCH,    /* `bytes` over the container at `offset` of the member's header, checksum made right */
    SPOIL,    /* the same, checksum left */
    CONTENT,  /* the same, over the content */
    PADDING,  /* the same, over what is behind the content */
    BEFORE,   /* a header of this name and type in front of the member */
    DELETE,   /* the member left out */
    TWICE,    /* the member repeated behind itself */
    SWAP,     /* the member and the next one change places */
    DROP_PAX, /* of its header only the last block stays */
    AT_END,   /* `bytes` behind everything */
    SHORTEN,  /* `len` bytes off the end */
    CLAIM,    /* the header says `len` bytes more, checksum made right */
};

static const struct evil {
    const char *what;
    enum operation operation;
    int member;
    size_t offset;
    const char *bytes;
    size_t len;
    char type;
    const char *why;
} evils[] = {
    /* names: at offset 0, with room up to 100 */
    {"an absolute path", PATCH, APP, 0, "/etc/passwd\0", 12, 0, "\"/etc/passwd\" has an absolute path"},
    {"a parent directory", PATCH, APP, 0, "customer-a-v1.0-17/../x\0", 24, 0, "has \"..\" in its path"},
    {"only a parent directory", PATCH, APP, 0, "..\0", 3, 0, "has \"..\" in its path"},
    {"an escape", PATCH, APP, 19, "\033[2J", 4, 0, "\\x1b[2J"},
    {"a newline", PATCH, APP, 25, "\n", 1, 0, "control character"},
    {"a NUL in the middle", PATCH, APP, 22, "\0", 1, 0, "has a NUL inside its name"},
    {"no name", PATCH, EMPTY, 0, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
     36, 0, "has an empty name"},
    {"another folder", PATCH, APP, 0, "customer-b", 10, 0, "is not in the folder \"customer-a-v1.0-17\""},
    {"an unlisted name", PATCH, APP, 29, "b", 1, 0, "\"manifests/bpp.yaml\" is not in the manifest"},
    {"a name in another case", PATCH, APP, 19, "M", 1, 0, "\"Manifests/app.yaml\" is not in the manifest"},
    {"a prefix of its own", PATCH, APP, 345, "..", 2, 0, "has \"..\" in its path"},
    /* types */
    {"a hard link", PATCH, APP, 156, "1", 1, 0, "app.yaml\" is a hard link"},
    {"a symbolic link", PATCH, APP, 156, "2", 1, 0, "app.yaml\" is a symbolic link"},
    {"a character device", PATCH, APP, 156, "3", 1, 0, "is a character device"},
    {"a block device", PATCH, APP, 156, "4", 1, 0, "is a block device"},
    {"a directory", PATCH, APP, 156, "5", 1, 0, "is a directory"},
    {"a fifo", PATCH, APP, 156, "6", 1, 0, "is a fifo"},
    {"a contiguous file", PATCH, APP, 156, "7", 1, 0, "is a contiguous file"},
    {"an old file", PATCH, APP, 156, "\0", 1, 0, "has the type of tar before POSIX"},
    {"a sparse file", PATCH, APP, 156, "S", 1, 0, "is a sparse file"},
    {"an unknown type", PATCH, APP, 156, "Z", 1, 0, "has a type that is not known"},
    {"a volume label", PATCH, APP, 156, "V", 1, 0, "is a volume label"},
    {"a continued file", PATCH, APP, 156, "M", 1, 0, "from another volume"},
    {"a symbolic link among the signatures", PATCH, FIRST_SIGNATURE, 156, "2", 1, 0,
     "minisig\" is a symbolic link"},
    {"a symbolic link for a manifest", PATCH, MANIFEST, 156, "2", 1, 0, "manifest.json\" is a symbolic link"},
    /* fields */
    {"set-user-id", PATCH, RUN, 100, "0004755", 7, 0, "\"tools/run\" has mode 4755 (set-user-id"},
    {"set-group-id", PATCH, RUN, 100, "0002755", 7, 0, "has mode 2755 (set-user-id"},
    {"executable", PATCH, APP, 100, "0000755", 7, 0, "has mode 0755, and must have 0644"},
    {"no longer executable", PATCH, RUN, 100, "0000644", 7, 0, "has mode 0644, and must have 0755"},
    {"a mode in blanks", PATCH, RUN, 100, "   755 ", 7, 0, "the field \"mode\""},
    {"an owner", PATCH, APP, 108, "0001750", 7, 0, "the field \"uid\""},
    {"a group", PATCH, APP, 116, "0001750", 7, 0, "the field \"gid\""},
    {"an owner by name", PATCH, APP, 265, "root", 4, 0, "the field \"uname\""},
    {"a group by name", PATCH, APP, 297, "root", 4, 0, "the field \"gname\""},
    {"a link target", PATCH, APP, 157, "/etc/passwd", 11, 0, "the field \"linkname\""},
    {"a device number", PATCH, APP, 329, "0000001", 7, 0, "the field \"devmajor\""},
    {"a minor device number", PATCH, APP, 337, "0000001", 7, 0, "the field \"devminor\""},
    {"another time", PATCH, APP, 136, "00000000000", 11, 0, "the field \"mtime\""},
    {"another time of a signature", PATCH, FIRST_SIGNATURE, 136, "00000000000", 11, 0, "the field \"mtime\""},
    {"another version", PATCH, APP, 263, "01", 2, 0, "the field \"version\""},
    {"bytes at the end of the header", PATCH, APP, 511, "x", 1, 0, "the field \"unused\""},
    {"a size in base 256", PATCH, APP, 124, "\x80\0\0\0\0\0\0\0\0\0\0\x10", 12, 0, "the field \"size\""},
    {"a size without its NUL", PATCH, APP, 135, " ", 1, 0, "the field \"size\""},
    {"more bytes", CLAIM, APP, 0, NULL, 1, 0, "app.yaml\" has 17 bytes, and 16 in the manifest"},
    {"far more bytes", CLAIM, APP, 0, NULL, 077777770000, 0, "and 16 in the manifest"},
    {"a manifest of more bytes", CLAIM, MANIFEST, 0, NULL, 1, 0, NULL},
    {"a manifest too large to hold", CLAIM, MANIFEST, 0, NULL, SL_MANIFEST_BYTES_MAX, 0,
     "\"manifest.json\" has "},
    {"a signature too large to hold", CLAIM, FIRST_SIGNATURE, 0, NULL, SL_SIGNATURE_FILE_MAX, 0,
     "and may have 16384"},
    {"a checksum that is wrong", SPOIL, APP, 0, "x", 1, 0, "its checksum is wrong"},
    {"a checksum in blanks", SPOIL, APP, 148, "        ", 8, 0, "its checksum is wrong"},
    {"a checksum that is right and spelt otherwise", SPOIL, APP, 154, " \0", 2, 0, "the field \"chksum\""},
    {"a header of GNU tar", SPOIL, APP, 257, "ustar  \0", 8, 0, "GNU tar's own format"},
    {"a header before POSIX", SPOIL, APP, 257, "\0\0\0\0\0\0\0\0", 8, 0, "not a tar header"},
    {"a first header that is none", SPOIL, MANIFEST, 257, "xxxxx", 5, 0, "not a tar header"},
    /* pax and GNU headers */
    {"a pax header too many", BEFORE, APP, 0, "././@PaxHeader", 0, 'x',
     "a pax header stands before the content of"},
    {"a global pax header", BEFORE, APP, 0, "pax_global_header", 0, 'g', "a global pax header"},
    {"a GNU long name", BEFORE, APP, 0, "././@LongLink", 0, 'L', "a GNU header for a long name"},
    {"a GNU long link", BEFORE, APP, 0, "././@LongLink", 0, 'K', "a GNU header for a long name"},
    {"a pax header at the front", BEFORE, MANIFEST, 0, "././@PaxHeader", 0, 'x',
     "a pax header stands before"},
    {"a pax header before a signature", BEFORE, FIRST_SIGNATURE, 0, "././@PaxHeader", 0, 'x', NULL},
    {"a pax header before a pax header", BEFORE, DOCS, 0, "././@PaxHeader", 0, 'x', "the pax header of"},
    {"a pax header at the end", BEFORE, MEMBERS, 0, "././@PaxHeader", 0, 'x',
     "before the end of the container"},
    {"a pax header that is missing", DROP_PAX, DOCS, 0, NULL, 0, 0, "lacks its pax header"},
    {"a pax path that contradicts", SPOIL, DOCS, 512 + 10, "b", 1, 0, "contradicts the manifest"},
    {"a pax path for all the world", SPOIL, LONG, 512 + 9, "/etc/passwd\n", 12, 0,
     "contradicts the manifest"},
    {"a pax record more", SPOIL, DOCS, 512 + 60, "13 size=1234\n", 13, 0, "contradicts the manifest"},
    {"a sparse map", SPOIL, DOCS, 512, "22 GNU.sparse.major=1\n", 22, 0, "contradicts the manifest"},
    {"a ustar name that contradicts its pax header", PATCH, DOCS, 1024 + 19, "x", 1, 0, "the field \"name\""},
    {"a ustar size that contradicts its pax header", PATCH, DOCS, 1024 + 133, "0", 1, 0,
     "has 0 bytes, and 8"},
    {"a type behind a pax header", PATCH, DOCS, 1024 + 156, "2", 1, 0, "is a symbolic link"},
    /* which members, and in which order */
    {"a member left out", DELETE, APP, 0, NULL, 0, 0,
     "\"manifests/app.yaml\" is missing: \"tools/run\" stands"},
    {"the last member left out", DELETE, EMPTY, 0, NULL, 0, 0,
     "\"values/empty.yaml\" is missing: the container ends"},
    {"no sums", DELETE, SUMS, 0, NULL, 0, 0, "before the content of \"SHA256SUMS\""},
    {"no manifest", DELETE, MANIFEST, 0, NULL, 0, 0, "the first member is "},
    {"a member twice", TWICE, APP, 0, NULL, 0, 0, "\"manifests/app.yaml\" comes twice or out of order"},
    {"the last member twice", TWICE, EMPTY, 0, NULL, 0, 0,
     "\"values/empty.yaml\" comes twice or out of order"},
    {"the manifest twice", TWICE, MANIFEST, 0, NULL, 0, 0, "\"manifest.json\" comes twice"},
    {"a signature twice", TWICE, FIRST_SIGNATURE, 0, NULL, 0, 0, "comes twice or out of order"},
    {"two members in the wrong order", SWAP, APP, 0, NULL, 0, 0,
     "\"manifests/app.yaml\" is missing: \"tools/run\""},
    {"signatures in the wrong order", SWAP, FIRST_SIGNATURE, 0, NULL, 0, 0, "comes twice or out of order"},
    {"a signature behind the sums", SWAP, SECOND_SIGNATURE, 0, NULL, 0, 0, NULL},
    {"a signature with another name", PATCH, FIRST_SIGNATURE, 19 + 14, "g", 1, 0,
     "not named as a signature is"},
    {"a signature with a longer ending", PATCH, FIRST_SIGNATURE, 19 + 38, "x", 1, 0,
     "not named as a signature is"},
    {"a member more", BEFORE, APP, 0, "customer-a-v1.0-17/extra", 0, '0', "\"extra\" is not in the manifest"},
    {"a member more at the end", BEFORE, MEMBERS, 0, "customer-a-v1.0-17/zzz", 0, '0',
     "\"zzz\" is not in the manifest"},
    {"a directory more", BEFORE, APP, 0, "customer-a-v1.0-17/manifests/", 0, '5', "is a directory"},
    {"a member before the manifest", BEFORE, MANIFEST, 0, "customer-a-v1.0-17/a", 0, '0',
     "the first member is"},
    {"a link before the manifest", BEFORE, MANIFEST, 0, "x", 0, '2', "\"x\" is a symbolic link"},
    /* content */
    {"another byte of content", CONTENT, CHART, 1499, "", 1, 0,
     "\"charts/app-1.0.tgz\" does not have the SHA-256"},
    {"another byte of the sums", CONTENT, SUMS, 0, "z", 1, 0, "\"SHA256SUMS\" does not have the SHA-256"},
    {"something in the padding", PADDING, APP, 0, "x", 1, 0,
     "the padding behind member \"manifests/app.yaml\""},
    {"something in the last byte of padding", PADDING, RUN, 501, "x", 1, 0,
     "the padding behind member \"tools/run\""},
    {"something in the padding of the manifest", PADDING, MANIFEST, 0, "x", 1, 0,
     "the padding behind member"},
    {"something in the padding of a signature", PADDING, SECOND_SIGNATURE, 0, "x", 1, 0,
     "the padding behind member"},
    /* the end */
    {"one zero block", SHORTEN, 0, 0, NULL, 512, 0, "ends in the middle of the end of the container"},
    {"no zero block", SHORTEN, 0, 0, NULL, 1024, 0, "ends in the middle of the end of the container"},
    {"a byte more", AT_END, 0, 0, "", 1, 0, "something follows the end of the container"},
    {"a zero block more", AT_END, 0, 0, "\0\0\0\0\0\0\0\0", 8, 0,
     "something follows the end of the container"},
    {"something in the end", SPOIL, MEMBERS, 1023, "x", 1, 0, "something stands in the end of the container"},
    {"something in the first zero block", SPOIL, MEMBERS, 0, "x", 1, 0, "not a tar header"},
};

static void put_checksum(char *header)
{
    unsigned sum = 0;
    for (size_t i = 0; i < 512; i++)
        sum += i >= 148 && i < 156 ? ' ' : (unsigned char)header[i];
    snprintf(header + 148, 8, "%06o", sum);
    header[155] = ' ';
}

static void put_header(struct sl_buf *out, const struct evil *evil)
{
    struct sl_tar_member member = {.path = sl_str_from(evil->bytes), .mtime = 1700000000};
    struct sl_err err = {0};
    size_t at = out->len;
    cr_assert_eq(sl_tar_header_write(out, &member, &err), 0);
    out->ptr[at + 156] = evil->type;
    put_checksum(out->ptr + at);
}

/* The container with the one thing wrong; the caller releases it. */
static struct sl_buf make_evil(const struct evil *evil, const struct sample_bundle *sample,
                               const struct span *spans)
{
    struct sl_buf out;
    sl_buf_init(&out, SIZE_MAX / 2);
    struct sl_str whole = sl_buf_view(&sample->container);
    struct span span = {whole.len - SL_TAR_END, 0, 0, whole.len};
    if (evil->member < MEMBERS)
        span = spans[evil->member];
    sl_buf_str(&out, sl_str_slice(whole, 0, span.header));
    if (evil->operation == BEFORE)
        put_header(&out, evil);
    size_t header_end = span.content - 512;
    if (evil->operation == SWAP)
        sl_buf_str(&out, sl_str_slice(whole, span.end, spans[evil->member + 1].end));
    if (evil->operation == DROP_PAX)
        sl_buf_str(&out, sl_str_slice(whole, header_end, span.end));
    else if (evil->operation != DELETE)
        sl_buf_str(&out, sl_str_slice(whole, span.header, span.end));
    if (evil->operation == TWICE)
        sl_buf_str(&out, sl_str_slice(whole, span.header, span.end));
    sl_buf_str(&out, sl_str_slice(whole, evil->operation == SWAP ? spans[evil->member + 1].end : span.end,
                                  whole.len));
    cr_assert_eq(out.fail, SL_OK);

    char *at = out.ptr + span.header + evil->offset;
    if (evil->operation == CONTENT)
        at = out.ptr + span.content + evil->offset;
    if (evil->operation == PADDING)
        at = out.ptr + span.padding + evil->offset;
    if (evil->operation <= PADDING)
        memcpy(at, evil->bytes, evil->len);
    if (evil->operation == CLAIM)
        snprintf(out.ptr + span.header + 124, 12, "%011zo", span.padding - span.content + evil->len);
    if (evil->operation == PATCH || evil->operation == CLAIM)
        put_checksum(out.ptr + span.header + evil->offset / 512 * 512);
    if (evil->operation == AT_END)
        sl_buf_append(&out, evil->bytes, evil->len);
    if (evil->operation == SHORTEN)
        out.len -= evil->len;
    return out;
}

Test(reader, every_evil_container_is_refused_with_its_reason)
{
    struct sample_bundle sample;
    sample_bundle_make(&sample);
    struct span spans[MEMBERS];
    find_spans(spans, &sample);
    for (size_t i = 0; i < sizeof evils / sizeof evils[0]; i++) {
        struct sl_buf container = make_evil(&evils[i], &sample, spans);
        struct sl_buf file = sample_gzip(sl_buf_view(&container));
        struct sl_err err = {0};
        cr_expect_eq(read_bundle(sl_buf_view(&file), &sample, &err), -1, "%s", evils[i].what);
        cr_expect_eq(err.code, SL_E_REFUSED, "%s: %s", evils[i].what, err.message);
        cr_expect(!evils[i].why || strstr(err.message, evils[i].why), "%s: %s", evils[i].what, err.message);
        for (const char *byte = err.message; *byte; byte++)
            cr_expect((unsigned char)*byte >= 0x20 && *byte != 0x7f, "%s: a raw control character",
                      evils[i].what);
        sl_buf_release(&file);
        sl_buf_release(&container);
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
