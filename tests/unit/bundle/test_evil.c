#include <criterion/criterion.h>

#include "base/limits.h"
#include "bundle/container.h"
#include "reading.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One thing wrong in the container. */
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
    {"the manifest's name behind the head", BEFORE, APP, 0, "customer-a-v1.0-17/manifest.json", 0, '0',
     "\"manifest.json\" stands behind the head of the bundle"},
    {"a signature's name behind the head", BEFORE, MEMBERS, 0,
     "customer-a-v1.0-17/manifest.json.00000000000000AB.minisig", 0, '0',
     "stands behind the head of the bundle"},
    {"a name that only begins like the manifest's", BEFORE, FIRST_SIGNATURE, 0,
     "customer-a-v1.0-17/manifest.jsonx", 0, '0', NULL},
    {"the top folder itself", BEFORE, APP, 0, "customer-a-v1.0-17/", 0, '0', "is not in the folder"},
    {"a sibling of the top folder", BEFORE, APP, 0, "customer-a-v1.0-17x/a", 0, '0', "is not in the folder"},
    {"a DEL in a name", PATCH, APP, 25, "\x7f", 1, 0, "control character"},
    {"a top folder that begins with a dot", PATCH, MANIFEST, 0, ".", 1, 0, "the first member is"},
    {"a top folder with a blank", PATCH, MANIFEST, 3, " ", 1, 0, "the first member is"},
    {"a top folder with a colon", PATCH, MANIFEST, 3, ":", 1, 0, "the first member is"},
    {"a top folder with a bracket", PATCH, MANIFEST, 3, "[", 1, 0, "the first member is"},
    {"a top folder of another customer", PATCH, MANIFEST, 3, "_+", 2, 0, NULL},
    {"a top folder that is not ASCII", PATCH, MANIFEST, 3, "\xc3\xa9", 2, 0, "the first member is"},
    {"a size of the manifest that is no number", PATCH, MANIFEST, 124, "0000000000x", 11, 0,
     "the field \"size\""},
    {"a time of the manifest that is no number", PATCH, MANIFEST, 136, "x", 1, 0, "the field \"mtime\""},
    {"a size of a signature that is no number", PATCH, FIRST_SIGNATURE, 124, "8", 1, 0, "the field \"size\""},
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

Test(evil, every_evil_container_is_refused_with_its_reason)
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
