#include "leak_encoded.h"

#include "secret_scan.h"

#include <sealift/text.h>

enum { WHOLE_MIN = 8, PART_MIN = 16, LINE_MIN = 60 };

/* Where the digits end that begin at `from`: lines of them, as long as the tools break them, belong together. */
static size_t end_of_digits(struct sl_str text, size_t from)
{
    size_t line = from;
    for (size_t i = from; i < text.len; i++) {
        if (secret_base64_digit(text.ptr[i]) >= 0)
            continue;
        bool goes_on = text.ptr[i] == '\n' && i - line >= LINE_MIN && i + 1 < text.len &&
                       secret_base64_digit(text.ptr[i + 1]) >= 0;
        if (!goes_on)
            return i;
        line = i + 1;
    }
    return text.len;
}

static bool is_readable(struct sl_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.ptr[i];
        if (byte == 0x7f || (byte < ' ' && byte != '\n' && byte != '\r' && byte != '\t'))
            return false;
    }
    return text.len > 0 && sl_utf8_valid(text);
}

static void decode(struct sl_buf *out, struct sl_str digits)
{
    unsigned bits = 0, count = 0;
    sl_buf_reset(out);
    for (size_t i = 0; i < digits.len; i++) {
        int digit = secret_base64_digit(digits.ptr[i]);
        if (digit < 0)
            continue;
        bits = (bits << 6 | (unsigned)digit) & 0xffffU;
        count += 6;
        if (count < 8)
            continue;
        count -= 8;
        sl_buf_byte(out, (char)(bits >> count & 0xffU));
    }
}

bool leak_next_encoded(struct sl_str text, size_t *at, struct sl_buf *out)
{
    while (*at < text.len) {
        size_t from = *at;
        if (secret_base64_digit(text.ptr[from]) < 0) {
            (*at)++;
            continue;
        }
        size_t to = end_of_digits(text, from);
        *at = to;
        size_t rest = to;
        while (rest < text.len && (text.ptr[rest] == '=' || text.ptr[rest] == '\n'))
            rest++;
        bool whole = from == 0 && rest == text.len;
        if (to - from < (whole ? WHOLE_MIN : PART_MIN))
            continue;
        decode(out, sl_str_slice(text, from, to));
        if (!out->fail && is_readable(sl_buf_view(out)))
            return true;
    }
    return false;
}

/* Whether so many digits, fewer than LINE_MIN, come to a readable text. */
static bool is_encoded(struct sl_str digits)
{
    char room[LINE_MIN];
    struct sl_str text = {room, 0};
    unsigned bits = 0, count = 0;
    for (size_t i = 0; i < digits.len; i++) {
        bits = (bits << 6 | (unsigned)secret_base64_digit(digits.ptr[i])) & 0xffffU;
        count += 6;
        if (count < 8)
            continue;
        count -= 8;
        room[text.len++] = (char)(bits >> count & 0xffU);
        /* Most words end here, at their first byte. */
        if (text.len == 1 && ((unsigned char)room[0] & 0xc0U) == 0x80U)
            return false;
    }
    return is_readable(text);
}

bool leak_may_be_encoded(struct sl_str bytes)
{
    for (size_t from = 0; from + WHOLE_MIN <= bytes.len;) {
        /* From the far end: what is no digit there spares a look at what is before it. */
        size_t to = from + WHOLE_MIN;
        while (to > from && secret_base64_digit(bytes.ptr[to - 1]) >= 0)
            to--;
        if (to > from) {
            from = to;
            continue;
        }
        to = from + WHOLE_MIN;
        while (to < bytes.len && secret_base64_digit(bytes.ptr[to]) >= 0)
            to++;
        /* Long ones may go on in the next line. */
        if (to - from >= LINE_MIN || is_encoded(sl_str_slice(bytes, from, to)))
            return true;
        from = to;
    }
    return false;
}
