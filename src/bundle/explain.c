#include "explain.h"

#include <sealift/text.h>
#include <stdio.h>

enum { SHOWN_MAX = 256 };

bool sl_block_is_zero(const void *block)
{
    static const char zeros[SL_TAR_BLOCK];
    return memcmp(block, zeros, sizeof zeros) == 0;
}

static struct sl_str field_text(const char *field, size_t size)
{
    return (struct sl_str){field, strnlen(field, size)};
}

struct sl_str sl_ustar_name(char out[SL_USTAR_NAME_MAX + 1], const struct ustar *header)
{
    struct sl_str prefix = field_text(header->prefix, sizeof header->prefix);
    struct sl_str name = field_text(header->name, sizeof header->name);
    memcpy(out, prefix.ptr, prefix.len);
    size_t len = prefix.len;
    if (len)
        out[len++] = '/';
    memcpy(out + len, name.ptr, name.len);
    return (struct sl_str){out, len + name.len};
}

/* What POSIX, GNU tar and others have called each type; files, 'x', 'g', 'L' and 'K' are looked at elsewhere.
 */
static const char *type_text(char type)
{
    static const struct {
        char type;
        const char *text;
    } types[] = {{'1', "is a hard link"},        {'2', "is a symbolic link"},
                 {'3', "is a character device"}, {'4', "is a block device"},
                 {'5', "is a directory"},        {'6', "is a fifo"},
                 {'7', "is a contiguous file"},  {'S', "is a sparse file"},
                 {'V', "is a volume label"},     {'M', "is the rest of a file from another volume"},
                 {'D', "is a directory dump"},   {'\0', "has the type of tar before POSIX"}};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (types[i].type == type)
            return types[i].text;
    }
    return "has a type that is not known";
}

/* A number as tar writes it: octal digits, then only NUL and blanks. False for anything else. */
static bool read_octal(const char *field, size_t size, uint64_t *value)
{
    size_t i = 0;
    *value = 0;
    for (; i < size && field[i] >= '0' && field[i] <= '7'; i++)
        *value = *value << 3 | (uint64_t)(field[i] - '0');
    size_t digits = i;
    while (i < size && (field[i] == '\0' || field[i] == ' '))
        i++;
    return digits > 0 && i == size;
}

static bool has_parent_component(struct sl_str name)
{
    for (size_t from = 0; from <= name.len;) {
        size_t len = sl_str_find(sl_str_slice(name, from, name.len), '/');
        if (sl_str_equal(sl_str_slice(name, from, from + len), SL_STR("..")))
            return true;
        from += len + 1;
    }
    return false;
}

static bool has_control(struct sl_str name)
{
    for (size_t i = 0; i < name.len; i++) {
        if ((unsigned char)name.ptr[i] < 0x20 || name.ptr[i] == 0x7f)
            return true;
    }
    return false;
}

/* Something behind the NUL that ends the name: one reader would see it, another not. */
static bool has_bytes_behind_nul(const struct ustar *header)
{
    size_t len = strnlen(header->name, sizeof header->name);
    for (size_t i = len; i < sizeof header->name; i++) {
        if (header->name[i] != '\0')
            return true;
    }
    return false;
}

/* What is wrong with the name whatever the manifest says, or NULL. */
static const char *name_fault(const struct ustar *header, struct sl_str name)
{
    if (name.len > 0 && name.ptr[0] == '/')
        return "has an absolute path";
    if (has_parent_component(name))
        return "has \"..\" in its path";
    if (has_control(name))
        return "has a control character in its name";
    if (has_bytes_behind_nul(header))
        return "has a NUL inside its name";
    return name.len == 0 ? "has an empty name" : NULL;
}

/* The name is the one that belongs here: which field is not? */
static int explain_fields(const struct ustar *actual, const struct ustar *expected, const char *name,
                          struct sl_err *err)
{
    static const struct {
        const char *name;
        size_t offset, size;
    } fields[] = {
        {"name", offsetof(struct ustar, name), sizeof actual->name},
        {"mode", offsetof(struct ustar, mode), sizeof actual->mode},
        {"uid", offsetof(struct ustar, uid), sizeof actual->uid},
        {"gid", offsetof(struct ustar, gid), sizeof actual->gid},
        {"size", offsetof(struct ustar, size), sizeof actual->size},
        {"mtime", offsetof(struct ustar, mtime), sizeof actual->mtime},
        {"linkname", offsetof(struct ustar, link), sizeof actual->link},
        {"version", offsetof(struct ustar, version), sizeof actual->version},
        {"uname", offsetof(struct ustar, uname), sizeof actual->uname},
        {"gname", offsetof(struct ustar, gname), sizeof actual->gname},
        {"devmajor", offsetof(struct ustar, device_major), sizeof actual->device_major},
        {"devminor", offsetof(struct ustar, device_minor), sizeof actual->device_minor},
        {"prefix", offsetof(struct ustar, prefix), sizeof actual->prefix},
        {"unused", offsetof(struct ustar, unused), sizeof actual->unused},
    };
    const char *field = "chksum";
    for (size_t i = sizeof fields / sizeof fields[0]; i > 0; i--) {
        size_t offset = fields[i - 1].offset;
        if (memcmp((const char *)actual + offset, (const char *)expected + offset, fields[i - 1].size) != 0)
            field = fields[i - 1].name;
    }
    uint64_t is;
    uint64_t should_be; /* of our own writing, so it can be read */
    if (strcmp(field, "mode") == 0 && read_octal(actual->mode, sizeof actual->mode, &is)) {
        (void)read_octal(expected->mode, sizeof expected->mode, &should_be);
        const char *special = is & 07000 ? " (set-user-id, set-group-id or sticky)" : "";
        return sl_fail(err, SL_E_REFUSED, "member \"%s\" has mode %04llo%s, and must have %04llo", name,
                       (unsigned long long)is, special, (unsigned long long)should_be);
    }
    (void)read_octal(expected->size, sizeof expected->size, &should_be);
    if (strcmp(field, "size") == 0 && read_octal(actual->size, sizeof actual->size, &is) && is != should_be)
        return sl_fail(err, SL_E_REFUSED, "member \"%s\" has %llu bytes, and %llu in the manifest", name,
                       (unsigned long long)is, (unsigned long long)should_be);
    return sl_fail(err, SL_E_REFUSED, "member \"%s\": the field \"%s\" of its header is not as it must be",
                   name, field);
}

/* Whether `name` is top/path; `*path` gets what is below the top folder, or stays empty. */
static bool split_name(struct sl_str name, struct sl_str top, struct sl_str *path)
{
    *path = (struct sl_str){NULL, 0};
    if (!sl_str_starts_with(name, top) || name.len <= top.len + 1 || name.ptr[top.len] != '/')
        return false;
    *path = sl_str_slice(name, top.len + 1, name.len);
    return true;
}

/* The name is a proper one, and not the one that belongs here. */
static int explain_name(struct sl_str name, const struct explain_place *place, struct sl_err *err)
{
    char shown[SHOWN_MAX];
    char wanted[SHOWN_MAX];
    struct sl_str path;
    sl_escape(shown, sizeof shown, name);
    if (!place->manifest)
        return sl_fail(err, SL_E_REFUSED, "the first member is \"%s\", and must be manifest.json in a folder",
                       shown);
    if (!split_name(name, place->top, &path))
        return sl_fail(err, SL_E_REFUSED, "member \"%s\" is not in the folder \"%s\"", shown,
                       sl_escape(wanted, sizeof wanted, place->top));
    sl_escape(shown, sizeof shown, path);
    if (sl_str_equal(path, SL_STR("manifest.json")) || sl_str_starts_with(path, SL_STR("manifest.json.")))
        return sl_fail(err, SL_E_REFUSED, "member \"%s\" stands behind the head of the bundle", shown);
    const struct sl_manifest_file *found = sl_manifest_find(place->manifest, path);
    if (!found)
        return sl_fail(err, SL_E_REFUSED, "member \"%s\" is not in the manifest", shown);
    const struct sl_manifest_file *missing = sl_manifest_find(place->manifest, place->path);
    if (!missing || found < missing)
        return sl_fail(err, SL_E_REFUSED, "member \"%s\" comes twice or out of order", shown);
    return sl_fail(err, SL_E_REFUSED, "member \"%s\" is missing: \"%s\" stands in its place",
                   sl_escape(wanted, sizeof wanted, place->path), shown);
}

/* Extended headers, of POSIX and of GNU tar: `type` is theirs. */
static int explain_extension(char type, const struct explain_place *place, const char *before,
                             struct sl_err *err)
{
    if (type == 'g')
        return sl_fail(err, SL_E_REFUSED, "a global pax header stands before %s", before);
    if (type != USTAR_PAX)
        return sl_fail(err, SL_E_REFUSED, "a GNU header for a long name stands before %s", before);
    if (place->pax)
        return sl_fail(err, SL_E_REFUSED, "the pax header of %s is not as it must be", before);
    return sl_fail(err, SL_E_REFUSED, "a pax header stands before %s, which must have none", before);
}

static int explain_file(const struct ustar *actual, const struct ustar *expected, struct sl_str name,
                        const struct explain_place *place, struct sl_err *err)
{
    char wanted[SHOWN_MAX];
    struct sl_str path;
    sl_escape(wanted, sizeof wanted, place->path);
    if (expected && place->behind_pax)
        return explain_fields(actual, expected, wanted, err);
    if (!expected || !split_name(name, place->top, &path) || !sl_str_equal(path, place->path))
        return explain_name(name, place, err);
    if (place->pax)
        return sl_fail(err, SL_E_REFUSED, "member \"%s\" lacks its pax header", wanted);
    return explain_fields(actual, expected, wanted, err);
}

/* Not a header at all, or one that was damaged. */
static int explain_block(const struct ustar *actual, const char *before, struct sl_err *err)
{
    static const struct ustar proper = {.magic = "ustar", .version = {'0', '0'}};
    uint64_t stated;
    if (memcmp(actual->magic, "ustar  ", sizeof actual->magic + sizeof actual->version) == 0)
        return sl_fail(err, SL_E_REFUSED, "a header in GNU tar's own format stands before %s", before);
    if (memcmp(actual->magic, proper.magic, sizeof actual->magic) != 0)
        return sl_fail(err, SL_E_REFUSED, "something that is not a tar header stands before %s", before);
    if (!read_octal(actual->checksum, sizeof actual->checksum, &stated) || stated != ustar_checksum(actual))
        return sl_fail(err, SL_E_REFUSED, "the tar header before %s is damaged: its checksum is wrong",
                       before);
    return 0;
}

int sl_explain_header(const struct ustar *actual, const struct ustar *expected,
                      const struct explain_place *place, struct sl_err *err)
{
    char shown[SHOWN_MAX];
    char before[SHOWN_MAX + 16] = "the end of the container";
    char room[SL_USTAR_NAME_MAX + 1];
    if (place->path.len)
        (void)snprintf(before, sizeof before, "the content of \"%s\"",
                       sl_escape(shown, sizeof shown, place->path));
    if (place->path.len && sl_block_is_zero(actual))
        return sl_fail(err, SL_E_REFUSED, "member \"%s\" is missing: the container ends before it", shown);
    if (explain_block(actual, before, err) < 0)
        return -1;
    if (actual->type == USTAR_PAX || actual->type == 'g' || actual->type == 'L' || actual->type == 'K')
        return explain_extension(actual->type, place, before, err);

    struct sl_str name = sl_ustar_name(room, actual);
    const char *fault = name_fault(actual, name);
    if (actual->type != USTAR_FILE)
        fault = type_text(actual->type);
    if (fault)
        return sl_fail(err, SL_E_REFUSED, "member \"%s\" %s", sl_escape(shown, sizeof shown, name), fault);
    return explain_file(actual, expected, name, place, err);
}
