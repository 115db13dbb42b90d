/*
 * The head of a bundle: manifest.json and its signatures, read before anything is known or trusted. What is
 * parsed here is one name, one size and one time; the header is then built anew from them and compared, so
 * that a wrong guess cannot be told from a wrong header.
 */
#include "base/cleanup.h"
#include "explain.h"
#include "reader_state.h"

#include <sealift/text.h>
#include <stdlib.h>

static const struct sl_str manifest_name = SL_STR_INIT("manifest.json");

static const struct sl_str trust_folder = SL_STR_INIT(SL_TRUST_FOLDER);

enum { SHOWN_MAX = 256 };

/* Octal digits up to the NUL that ends the field; -1 for anything else. */
static int64_t canonical_octal(const char *field, size_t size)
{
    int64_t value = 0;
    for (size_t i = 0; i + 1 < size; i++) {
        if (field[i] < '0' || field[i] > '7')
            return -1;
        value = value << 3 | (int64_t)(field[i] - '0');
    }
    return field[size - 1] == '\0' ? value : -1;
}

static bool is_top(struct sl_str top)
{
    static const struct sl_str marks = SL_STR_INIT("._+-");
    for (size_t i = 0; i < top.len; i++) {
        char byte = top.ptr[i];
        bool plain =
            (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
        if (!plain && (i == 0 || sl_str_find(marks, byte) == marks.len))
            return false;
    }
    return top.len > 0;
}

static int read_block(struct sl_bundle_reader *reader, struct ustar *block, struct sl_err *err)
{
    if (sl_source_read_exactly(reader->tar, block, sizeof *block, "a header", err) >= 0)
        return 0;
    if (err->code != SL_E_REFUSED || reader->manifest_json.len == 0)
        return -1;
    return sl_wrap(err, "behind manifest.json");
}

/* Compares with the only header that a member of the head of this name, size and time may have. */
static int check_header(const struct ustar *actual, const struct sl_tar_member *member, struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf expected;
    sl_buf_init(&expected, SL_TAR_HEADER_MAX);
    if (sl_tar_header_write(&expected, member, err) < 0)
        return -1;
    /* One block: the top folder fits the prefix and every name of the head the name, both ASCII, so that none has a
     * pax header. */
    if (memcmp(expected.ptr, actual, sizeof *actual) == 0)
        return 0;
    struct explain_place place = {.top = member->top, .path = member->path};
    return sl_explain_header(actual, (const struct ustar *)(const void *)expected.ptr, &place, err);
}

static int read_text(struct sl_bundle_reader *reader, struct sl_buf *text, uint64_t size, struct sl_str path,
                     struct sl_err *err)
{
    char shown[SHOWN_MAX];
    sl_escape(shown, sizeof shown, path);
    if (size > text->max)
        return sl_fail(err, SL_E_REFUSED, "member \"%s\" has %llu bytes, and may have %zu", shown,
                       (unsigned long long)size, text->max);
    for (size_t left = (size_t)size; left > 0;) {
        const void *bytes;
        ssize_t got = sl_source_borrow(reader->tar, &bytes, left, err);
        if (got < 0)
            return sl_broke_off(path, err);
        if (got == 0)
            return sl_fail(err, SL_E_REFUSED, "the bundle ends in the middle of member \"%s\"", shown);
        sl_buf_append(text, bytes, (size_t)got);
        if (sl_buf_check(text, shown, err) < 0)
            return -1;
        left -= (size_t)got;
    }
    return sl_padding_read(reader, size, path, err);
}

static int read_manifest(struct sl_bundle_reader *reader, struct sl_err *err)
{
    struct ustar header;
    char room[SL_USTAR_NAME_MAX + 1];
    if (read_block(reader, &header, err) < 0)
        return -1;
    struct sl_str name = sl_ustar_name(room, &header);
    struct sl_str top = sl_str_slice(name, 0, sl_str_find(name, '/'));
    if (!sl_str_equal(sl_str_slice(name, top.len + 1, name.len), manifest_name) || !is_top(top)) {
        struct explain_place place = {.path = manifest_name};
        return sl_explain_header(&header, NULL, &place, err);
    }
    int64_t size = canonical_octal(header.size, sizeof header.size);
    int64_t mtime = canonical_octal(header.mtime, sizeof header.mtime);
    struct sl_tar_member member = {.top = top,
                                   .path = manifest_name,
                                   .size = size < 0 ? 0 : (uint64_t)size,
                                   .mtime = mtime < 0 ? 0 : mtime};
    if (check_header(&header, &member, err) < 0)
        return -1;
    memcpy(reader->top, top.ptr, top.len);
    reader->mtime = member.mtime;
    return read_text(reader, &reader->manifest_json, member.size, manifest_name, err);
}

/* "manifest.json.", 16 hexadecimal digits in upper case, ".minisig". */
static bool is_signature_name(struct sl_str path)
{
    if (path.len != SL_SIGNATURE_NAME_LEN || !sl_str_ends_with(path, SL_STR(".minisig")))
        return false;
    return sl_is_key_id(sl_str_slice(path, manifest_name.len + 1, manifest_name.len + 1 + SL_KEY_ID_HEX));
}

static int read_signature(struct sl_bundle_reader *reader, const struct ustar *header, struct sl_str path,
                          struct sl_err *err)
{
    char shown[SHOWN_MAX];
    sl_escape(shown, sizeof shown, path);
    if (sl_str_equal(path, manifest_name))
        return sl_fail(err, SL_E_REFUSED, "member \"%s\" comes twice", shown);
    if (!is_signature_name(path))
        return sl_fail(err, SL_E_REFUSED, "member \"%s\" is not named as a signature is", shown);
    int64_t size = canonical_octal(header->size, sizeof header->size);
    struct sl_tar_member member = {.top = sl_str_from(reader->top),
                                   .path = path,
                                   .size = size < 0 ? 0 : (uint64_t)size,
                                   .mtime = reader->mtime};
    if (check_header(header, &member, err) < 0)
        return -1;
    size_t count = reader->signature_count;
    if (count > 0 && sl_str_compare(sl_str_from(reader->signatures[count - 1].name), path) >= 0)
        return sl_fail(err, SL_E_REFUSED, "member \"%s\" comes twice or out of order", shown);
    if (count == SL_SIGNATURES_MAX)
        return sl_fail(err, SL_E_REFUSED, "there are more than %d signatures", SL_SIGNATURES_MAX);
    struct reader_signature *signature = &reader->signatures[count];
    memcpy(signature->name, path.ptr, path.len);
    sl_buf_init(&signature->text, SL_SIGNATURE_FILE_MAX);
    reader->signature_count++;
    return read_text(reader, &signature->text, member.size, path, err);
}

/* -- trust/ -- */

static int make_trust_room(struct sl_bundle_reader *reader, struct sl_err *err)
{
    if (!reader->trust)
        reader->trust = calloc(SL_TRUST_MEMBERS_MAX, sizeof *reader->trust);
    if (reader->trust)
        return 0;
    (void)sl_fail_memory(err);
    return -1;
}

/* How many bytes a member of that name may have. */
static size_t trust_size_max(const struct sl_bundle_reader *reader, const struct sl_trust_name *name)
{
    size_t max = name->key_id[0] ? SL_SIGNATURE_FILE_MAX : SL_TRUST_FILE_MAX;
    size_t left = SL_TRUST_BYTES_MAX - reader->trust_bytes;
    return max < left ? max : left;
}

static int read_trust(struct sl_bundle_reader *reader, const struct ustar *header, struct sl_str path,
                      struct sl_err *err)
{
    char shown[SHOWN_MAX];
    struct sl_trust_name name;
    (void)sl_escape(shown, sizeof shown, path);
    if (!sl_trust_name_parse(&name, sl_str_slice(path, trust_folder.len, path.len)))
        return sl_fail(err, SL_E_REFUSED, "member \"%s\" is not named as a version of trust.json is", shown);
    int64_t size = canonical_octal(header->size, sizeof header->size);
    struct sl_tar_member member = {.top = sl_str_from(reader->top),
                                   .path = path,
                                   .size = size < 0 ? 0 : (uint64_t)size,
                                   .mtime = reader->mtime};
    if (check_header(header, &member, err) < 0 || make_trust_room(reader, err) < 0)
        return -1;
    size_t count = reader->trust_count;
    if (count > 0 && sl_str_compare(sl_str_from(reader->trust[count - 1].path), path) >= 0)
        return sl_fail(err, SL_E_REFUSED, "member \"%s\" comes twice or out of order", shown);
    if (count == SL_TRUST_MEMBERS_MAX)
        return sl_fail(err, SL_E_REFUSED, "there are more than %d members below " SL_TRUST_FOLDER,
                       SL_TRUST_MEMBERS_MAX);
    struct reader_trust *trust = &reader->trust[count];
    memcpy(trust->path, path.ptr, path.len);
    trust->name = name;
    sl_buf_init(&trust->text, trust_size_max(reader, &name));
    reader->trust_count++;
    if (read_text(reader, &trust->text, member.size, path, err) < 0)
        return -1;
    reader->trust_bytes += trust->text.len;
    return 0;
}

/* -- the head -- */

/* What is below the top folder when the header is that of a member of the head; empty otherwise. */
static struct sl_str head_path(const struct sl_bundle_reader *reader, struct sl_str name)
{
    struct sl_str top = sl_str_from(reader->top);
    struct sl_str path = sl_str_slice(name, top.len + 1, name.len);
    bool inside = sl_str_starts_with(name, top) && name.len > top.len && name.ptr[top.len] == '/';
    bool of_manifest = sl_str_starts_with(path, manifest_name) &&
                       (path.len == manifest_name.len || path.ptr[manifest_name.len] == '.');
    bool of_head = of_manifest || sl_str_starts_with(path, trust_folder);
    return inside && of_head ? path : (struct sl_str){NULL, 0};
}

/* One member behind the manifest: signatures first, then what is below trust/. */
static int read_member(struct sl_bundle_reader *reader, const struct ustar *header, struct sl_str path,
                       struct sl_err *err)
{
    char shown[SHOWN_MAX];
    if (sl_str_starts_with(path, trust_folder))
        return read_trust(reader, header, path, err);
    if (reader->trust_count > 0)
        return sl_fail(err, SL_E_REFUSED, "member \"%s\" comes twice or out of order",
                       sl_escape(shown, sizeof shown, path));
    return read_signature(reader, header, path, err);
}

int sl_head_read(struct sl_bundle_reader *reader, struct sl_err *err)
{
    if (read_manifest(reader, err) < 0)
        return -1;
    for (;;) {
        struct ustar header;
        char room[SL_USTAR_NAME_MAX + 1];
        if (read_block(reader, &header, err) < 0)
            return -1;
        struct sl_str path = head_path(reader, sl_ustar_name(room, &header));
        if (path.len == 0) {
            memcpy(reader->ahead, &header, sizeof header);
            reader->has_ahead = true;
            return 0;
        }
        if (read_member(reader, &header, path, err) < 0)
            return -1;
    }
}
