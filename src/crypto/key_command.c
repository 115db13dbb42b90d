#include <sealift/key_command.h>

#include "base64.h"
#include "crypto/digest.h"
#include "lines.h"

#include <sealift/text.h>
#include <sodium.h>

static void begin(struct sl_buf *out, const char *request, const char *purpose)
{
    sl_buf_text(out, "sealift-key-command 1\nrequest ");
    sl_buf_text(out, request);
    sl_buf_text(out, "\npurpose ");
    sl_buf_text(out, purpose);
    sl_buf_text(out, "\npublic-key ");
}

void sl_key_command_ask(struct sl_buf *out, const char *purpose)
{
    begin(out, "public-key", purpose);
    sl_buf_text(out, "unknown\n");
}

void sl_key_command_ask_signature(struct sl_buf *out, const struct sl_public_key *key,
                                  const struct sl_signing_request *request)
{
    char line[SL_PUBLIC_KEY_LINE + 1];
    begin(out, "sign", request->purpose);
    sl_buf_text(out, sl_public_key_line(line, key));
    sl_buf_text(out, "\ncomment ");
    sl_buf_str(out, request->comment);
    sl_buf_text(out, "\nmessage ");
    sl_buf_hex(out, (const unsigned char *)request->message.ptr, request->message.len);
    sl_buf_byte(out, '\n');
}

/* Exactly `len` bytes in hexadecimal, of either case, or in base64. */
static bool decode(unsigned char *out, size_t len, struct sl_str text)
{
    size_t decoded = 0;
    if (text.len == 2 * len)
        return sodium_hex2bin(out, len, text.ptr, text.len, NULL, &decoded, NULL) == 0 && decoded == len;
    return sl_base64_decode(out, len, text);
}

/* minisign's form, which has an id, or the 32 bytes alone. */
static int read_key(struct sl_public_key *out, struct sl_str text, struct sl_err *err)
{
    if (text.len == SL_PUBLIC_KEY_LINE)
        return sl_public_key_read(out, text, "the public key", err);
    if (!decode(out->point, sizeof out->point, text))
        return sl_fail(
            err, SL_E_INPUT,
            "the public key is neither minisign's %d characters, nor 32 bytes in hexadecimal or base64",
            SL_PUBLIC_KEY_LINE);
    if (!crypto_core_ed25519_is_valid_point(out->point))
        return sl_fail(err, SL_E_INPUT, "the public key is not one of Ed25519");
    struct sl_digest digest;
    sl_sha256(&digest, out->point, sizeof out->point);
    memcpy(out->id, digest.bytes, sizeof out->id);
    return 0;
}

struct answer {
    struct sl_public_key key;
    unsigned char signature[SL_SIGNATURE_BYTES];
    bool has_key, has_signature;
};

static int read_line(struct answer *answer, struct sl_str line, unsigned number, struct sl_err *err)
{
    struct sl_str key = SL_STR("public-key ");
    struct sl_str signature = SL_STR("signature ");
    if (sl_str_starts_with(line, key) && !answer->has_key) {
        answer->has_key = true;
        return read_key(&answer->key, sl_str_slice(line, key.len, line.len), err);
    }
    if (!sl_str_starts_with(line, signature) || answer->has_signature) {
        char shown[128];
        return sl_fail(err, SL_E_INPUT, "line %u is not what was asked for: %s", number,
                       sl_escape(shown, sizeof shown, line));
    }
    answer->has_signature = true;
    if (decode(answer->signature, sizeof answer->signature, sl_str_slice(line, signature.len, line.len)))
        return 0;
    return sl_fail(err, SL_E_INPUT, "line %u: a signature has %d bytes, in hexadecimal or base64", number,
                   SL_SIGNATURE_BYTES);
}

static int read_answer(struct answer *answer, struct sl_str text, bool wants_signature, struct sl_err *err)
{
    struct sl_lines lines;
    if (sl_lines_start(&lines, text, SL_KEY_ANSWER_MAX, SL_E_INPUT, err) < 0)
        return -1;
    lines.may_end_open = true;
    while (lines.rest.len > 0) {
        struct sl_str line;
        if (sl_lines_next(&lines, &line, err) < 0 || read_line(answer, line, lines.number, err) < 0)
            return -1;
    }
    if (!answer->has_key)
        return sl_fail(err, SL_E_INPUT, "there is no line \"public-key ...\"");
    if (answer->has_signature == wants_signature)
        return 0;
    return sl_fail(err, SL_E_INPUT,
                   wants_signature ? "there is no line \"signature ...\""
                                   : "there is a signature, and none was asked for");
}

int sl_key_command_answer(struct sl_public_key *key, unsigned char signature[SL_SIGNATURE_BYTES],
                          struct sl_str text, const char *name, struct sl_err *err)
{
    struct answer answer = {.has_key = false};
    if (read_answer(&answer, text, signature != NULL, err) < 0)
        return sl_lines_wrap(name, err);
    *key = answer.key;
    if (signature)
        memcpy(signature, answer.signature, sizeof answer.signature);
    return 0;
}
