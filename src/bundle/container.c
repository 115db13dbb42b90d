#include "bundle/container.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "ustar.h"

#include <stdio.h>

/* What stands in the name field where the true name is in the pax header alone. */
#define NAME_IN_PAX "././@PaxName"
/* The name of the pax header itself. Python's tarfile uses the same. */
#define PAX_NAME "././@PaxHeader"

/* The largest size that 11 octal digits hold: 8 GiB - 1. */
#define USTAR_SIZE_MAX UINT64_C(077777777777)

_Static_assert(SL_MTIME_MAX == 077777777777, "a time fits 11 octal digits");

unsigned ustar_checksum(const struct ustar *header)
{
    const unsigned char *bytes = (const unsigned char *)header;
    unsigned sum = 0;
    for (size_t i = 0; i < sizeof *header; i++) {
        bool own = i >= offsetof(struct ustar, checksum) && i < offsetof(struct ustar, type);
        sum += own ? (unsigned char)' ' : bytes[i];
    }
    return sum;
}

/* `size` - 1 octal digits and a NUL. */
static void put_octal(char *field, size_t size, uint64_t value)
{
    field[size - 1] = '\0';
    for (size_t i = size - 1; i > 0; i--) {
        field[i - 1] = (char)('0' + (value & 7));
        value >>= 3;
    }
}

static void put_block(struct sl_buf *out, struct ustar *header, uint64_t size,
                      const struct sl_tar_member *member)
{
    put_octal(header->mode, sizeof header->mode,
              member->executable && header->type == USTAR_FILE ? 0755 : 0644);
    put_octal(header->uid, sizeof header->uid, 0);
    put_octal(header->gid, sizeof header->gid, 0);
    put_octal(header->size, sizeof header->size, size);
    put_octal(header->mtime, sizeof header->mtime, (uint64_t)member->mtime);
    memcpy(header->magic, "ustar", sizeof header->magic);
    memcpy(header->version, "00", sizeof header->version);
    put_octal(header->device_major, sizeof header->device_major, 0);
    put_octal(header->device_minor, sizeof header->device_minor, 0);
    put_octal(header->checksum, sizeof header->checksum - 1, ustar_checksum(header));
    header->checksum[sizeof header->checksum - 1] = ' ';
    sl_buf_append(out, header, sizeof *header);
}

static bool is_ascii(struct sl_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.ptr[i] >= 0x80)
            return false;
    }
    return true;
}

/* Puts the name into the two name fields; false when it does not fit. The prefix is as short as it can be. */
static bool put_name(struct ustar *header, struct sl_str name)
{
    if (name.len <= sizeof header->name) {
        memcpy(header->name, name.ptr, name.len);
        return true;
    }
    size_t from = name.len - sizeof header->name - 1;
    size_t slash = from + sl_str_find(sl_str_slice(name, from, name.len), '/');
    if (slash >= name.len || slash > sizeof header->prefix)
        return false;
    memcpy(header->prefix, name.ptr, slash);
    memcpy(header->name, name.ptr + slash + 1, name.len - slash - 1);
    return true;
}

/* A pax record states its own length in decimal, in front. */
static void put_record(struct sl_buf *out, const char *key, struct sl_str value)
{
    size_t rest = strlen(key) + value.len + 3; /* blank, "=" and newline */
    size_t digits = 1;
    for (size_t limit = 10; rest + digits >= limit; limit *= 10)
        digits++;
    sl_buf_printf(out, "%zu %s=", rest + digits, key);
    sl_buf_str(out, value);
    sl_buf_byte(out, '\n');
}

static void put_padding(struct sl_buf *out, uint64_t size)
{
    static const char zeros[SL_TAR_BLOCK];
    sl_buf_append(out, zeros, sl_tar_padding(size));
}

/* The name of a member as the container spells it. */
struct full_name {
    char bytes[SL_NAME_MAX + 1 + SL_PATH_MAX];
    size_t len;
};

static int join(struct full_name *name, const struct sl_tar_member *member, struct sl_err *err)
{
    if (member->top.len > SL_NAME_MAX || member->path.len > SL_PATH_MAX || member->path.len == 0 ||
        member->mtime < 0 || member->mtime > SL_MTIME_MAX)
        return sl_fail(err, SL_E_INTERNAL, "a name or time beyond the limits has reached the container");
    memcpy(name->bytes, member->top.ptr ? member->top.ptr : "", member->top.len);
    name->len = member->top.len;
    if (name->len)
        name->bytes[name->len++] = '/';
    memcpy(name->bytes + name->len, member->path.ptr, member->path.len);
    name->len += member->path.len;
    return 0;
}

/* The pax extended header: its block, the records (`path` before `size`, each only where it is needed),
 * padding.
 */
static void put_pax(struct sl_buf *out, const struct sl_tar_member *member, struct sl_str records)
{
    struct ustar header = {.name = PAX_NAME, .type = USTAR_PAX};
    put_block(out, &header, records.len, member);
    sl_buf_str(out, records);
    put_padding(out, records.len);
}

int sl_tar_header_write(struct sl_buf *out, const struct sl_tar_member *member, struct sl_err *err)
{
    struct full_name full;
    full.len = 0;
    if (join(&full, member, err) < 0)
        return -1;
    struct sl_str name = {full.bytes, full.len};
    struct ustar header = {.type = USTAR_FILE};
    bool fits = put_name(&header, name);
    if (!fits)
        memcpy(header.name, NAME_IN_PAX, sizeof NAME_IN_PAX);

    SL_CLEANUP(sl_buf_release) struct sl_buf records;
    sl_buf_init(&records, SL_TAR_HEADER_MAX);
    if (!fits || !is_ascii(name))
        put_record(&records, "path", name);
    bool large = member->size > USTAR_SIZE_MAX;
    if (large) {
        char digits[24];
        (void)snprintf(digits, sizeof digits, "%llu", (unsigned long long)member->size);
        put_record(&records, "size", sl_str_from(digits));
    }
    if (sl_buf_check(&records, "a pax header", err) < 0)
        return -1;
    if (records.len)
        put_pax(out, member, sl_buf_view(&records));
    put_block(out, &header, large ? 0 : member->size, member);
    return sl_buf_check(out, "a tar header", err);
}

size_t sl_tar_padding(uint64_t size)
{
    return (size_t)(-size & (SL_TAR_BLOCK - 1));
}
