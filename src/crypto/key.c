#include <sealift/key.h>

#include "base/limits.h"
#include "base64.h"
#include "layout.h"
#include "lines.h"

#include <sodium.h>

_Static_assert(sizeof(((struct sl_public_key *)0)->point) == crypto_sign_PUBLICKEYBYTES, "Ed25519");
_Static_assert(SL_PUBLIC_KEY_LINE == SL_BASE64_LENGTH(sizeof(struct sl_public_line)), "one line of base64");
_Static_assert(sizeof(((struct sl_secret_key *)0)->seed_and_point) == crypto_sign_SECRETKEYBYTES, "Ed25519");

const char *sl_key_id_text(char out[SL_KEY_ID_HEX + 1], const unsigned char id[SL_KEY_ID_BYTES])
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < SL_KEY_ID_BYTES; i++) {
        unsigned char byte = id[SL_KEY_ID_BYTES - 1 - i];
        out[2 * i] = digits[byte >> 4];
        out[2 * i + 1] = digits[byte & 15];
    }
    out[SL_KEY_ID_HEX] = '\0';
    return out;
}

const char *sl_public_key_line(char out[SL_PUBLIC_KEY_LINE + 1], const struct sl_public_key *key)
{
    struct sl_public_line line = {.algorithm = "Ed"};
    memcpy(line.id, key->id, sizeof line.id);
    memcpy(line.point, key->point, sizeof line.point);
    return sodium_bin2base64(out, SL_PUBLIC_KEY_LINE + 1, (const unsigned char *)&line, sizeof line,
                             sodium_base64_VARIANT_ORIGINAL);
}

void sl_secret_key_public(struct sl_public_key *out, const struct sl_secret_key *key)
{
    memcpy(out->id, key->id, sizeof out->id);
    memcpy(out->point, key->seed_and_point + sizeof key->seed_and_point - sizeof out->point,
           sizeof out->point);
}

void sl_public_key_write(struct sl_buf *out, const struct sl_public_key *key)
{
    /* As a number, minisign shows the id without leading zeros here. */
    char id[SL_KEY_ID_HEX + 1];
    char line[SL_PUBLIC_KEY_LINE + 1];
    size_t zeros = strspn(sl_key_id_text(id, key->id), "0");
    sl_buf_text(out, SL_UNTRUSTED_PREFIX "minisign public key ");
    sl_buf_text(out, id + (zeros < SL_KEY_ID_HEX ? zeros : SL_KEY_ID_HEX - 1));
    sl_buf_byte(out, '\n');
    sl_buf_text(out, sl_public_key_line(line, key));
    sl_buf_byte(out, '\n');
}

bool sl_public_key_same(const struct sl_public_key *a, const struct sl_public_key *b)
{
    return memcmp(a->point, b->point, sizeof a->point) == 0;
}

static int decode_public_line(struct sl_public_line *out, struct sl_str line, unsigned number,
                              struct sl_err *err)
{
    const char *kind = sl_lines_kind(line);
    if (line.len != SL_BASE64_LENGTH(sizeof *out) && kind) {
        (void)sl_fail(err, SL_E_INPUT, "this is %s, not a public key", kind);
        return sl_hint(err, "the public key is in the file that ends in .pub");
    }
    if (!sl_base64_decode((unsigned char *)out, sizeof *out, line))
        return sl_fail(err, SL_E_INPUT,
                       "line %u is not a public key: %zu characters of base64, strictly encoded", number,
                       SL_BASE64_LENGTH(sizeof *out));
    if (memcmp(out->algorithm, "Ed", sizeof out->algorithm) != 0)
        return sl_fail(err, SL_E_INPUT, "line %u is not an Ed25519 public key of minisign", number);
    if (!crypto_core_ed25519_is_valid_point(out->point))
        return sl_fail(err, SL_E_INPUT,
                       "line %u holds no usable public key: the point is not on the curve or of low order",
                       number);
    return 0;
}

static int parse_public(struct sl_public_key *out, struct sl_str text, struct sl_err *err)
{
    struct sl_lines lines;
    if (sl_lines_start(&lines, text, SL_KEY_FILE_MAX, SL_E_INPUT, err) < 0)
        return -1;
    lines.may_end_open = true;
    /* Without a comment it is what minisign prints for its option -P. */
    bool bare = sl_lines_kind(sl_str_slice(text, 0, sl_str_find(text, '\n'))) != NULL &&
                !sl_str_starts_with(text, SL_STR(SL_UNTRUSTED_PREFIX));
    struct sl_str comment, line;
    if (!bare &&
        sl_lines_comment(&lines, SL_STR(SL_UNTRUSTED_PREFIX), SL_UNTRUSTED_COMMENT_MAX, &comment, err) < 0)
        return -1;
    if (sl_lines_next(&lines, &line, err) < 0)
        return -1;
    struct sl_public_line decoded;
    if (decode_public_line(&decoded, line, lines.number, err) < 0 || sl_lines_end(&lines, err) < 0)
        return -1;
    memcpy(out->id, decoded.id, sizeof out->id);
    memcpy(out->point, decoded.point, sizeof out->point);
    return 0;
}

int sl_public_key_read(struct sl_public_key *out, struct sl_str text, const char *name, struct sl_err *err)
{
    struct sl_public_key key;
    if (parse_public(&key, text, err) < 0)
        return sl_lines_wrap(name, err);
    *out = key;
    return 0;
}
