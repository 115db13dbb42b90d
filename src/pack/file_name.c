#include "file_name.h"

#include "crypto/digest.h"

#include <stdio.h>

/* Leaves room in a file name (255 bytes) for the digest and the ending. */
enum { STEM_MAX = 200, DIGEST_SHOWN = 8 };

/* The parts are framed by their lengths, since names may hold any byte. */
static void add_part(struct sl_buf *out, struct sl_str part)
{
    sl_buf_printf(out, "%zu:", part.len);
    sl_buf_str(out, part);
}

void object_key(struct sl_buf *out, const struct object_id *id)
{
    add_part(out, id->group);
    add_part(out, id->kind);
    add_part(out, id->namespace);
    add_part(out, id->name);
}

/* Appends one part; true when anything but the case of a kind had to change. */
static bool add_safe(struct sl_buf *out, struct sl_str part, bool may_fold)
{
    bool changed = false;
    for (size_t i = 0; i < part.len; i++) {
        char byte = part.ptr[i];
        bool letter = byte >= 'a' && byte <= 'z';
        bool capital = byte >= 'A' && byte <= 'Z';
        bool digit = byte >= '0' && byte <= '9';
        bool joint = byte == '.' || byte == '-';
        bool first = out->len == 0; /* a file name does not begin with a joint */
        char safe = byte;
        if (capital)
            safe = (char)(byte - 'A' + 'a');
        else if (!letter && !digit && !(joint && !first))
            safe = first ? 'x' : '-';
        changed = changed || (safe != byte && !(capital && may_fold));
        sl_buf_byte(out, safe);
    }
    return changed;
}

void object_file_name(struct sl_buf *out, const struct object_id *id, bool distinct)
{
    const struct sl_str parts[] = {id->group, id->version, id->kind, id->namespace, id->name};
    struct sl_buf stem;
    sl_buf_init(&stem, out->max);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (parts[i].len == 0)
            continue;
        if (stem.len > 0)
            sl_buf_byte(&stem, '_');
        if (add_safe(&stem, parts[i], i == 2))
            distinct = true;
    }
    if (stem.fail != SL_OK)
        out->fail = stem.fail;
    bool cut = stem.len > STEM_MAX;
    sl_buf_str(out, sl_str_slice(sl_buf_view(&stem), 0, STEM_MAX));
    sl_buf_release(&stem);
    if (distinct || cut) {
        struct sl_sha256 state;
        struct sl_digest digest;
        sl_sha256_init(&state);
        for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
            char frame[24];
            int length = snprintf(frame, sizeof frame, "%zu:", parts[i].len);
            sl_sha256_update(&state, frame, (size_t)length);
            sl_sha256_update(&state, parts[i].ptr, parts[i].len);
        }
        sl_sha256_final(&state, &digest);
        sl_buf_byte(out, '-');
        sl_buf_hex(out, digest.bytes, DIGEST_SHOWN);
    }
    sl_buf_text(out, ".yaml");
}
