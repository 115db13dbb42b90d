#include <sealift/text.h>

#include <stdio.h>

/* The well-formed byte sequences of RFC 3629, section 4: length and the range of the second byte by first
 * byte. */
struct utf8_row {
    unsigned char first_min, first_max, length, second_min, second_max;
};

static const struct utf8_row utf8_rows[] = {
    {0x00, 0x7f, 1, 0, 0},       {0xc2, 0xdf, 2, 0x80, 0xbf}, {0xe0, 0xe0, 3, 0xa0, 0xbf},
    {0xe1, 0xec, 3, 0x80, 0xbf}, {0xed, 0xed, 3, 0x80, 0x9f}, {0xee, 0xef, 3, 0x80, 0xbf},
    {0xf0, 0xf0, 4, 0x90, 0xbf}, {0xf1, 0xf3, 4, 0x80, 0xbf}, {0xf4, 0xf4, 4, 0x80, 0x8f},
};

static const struct utf8_row *row_of(unsigned char first)
{
    for (size_t i = 0; i < sizeof utf8_rows / sizeof utf8_rows[0]; i++)
        if (first >= utf8_rows[i].first_min && first <= utf8_rows[i].first_max)
            return &utf8_rows[i];
    return NULL;
}

size_t sl_utf8_decode(struct sl_str text, uint32_t *out)
{
    if (text.len == 0)
        return 0;
    const unsigned char *bytes = (const unsigned char *)text.ptr;
    const struct utf8_row *row = row_of(bytes[0]);
    if (!row || row->length > text.len)
        return 0;
    if (row->length == 1) {
        *out = bytes[0];
        return 1;
    }
    if (bytes[1] < row->second_min || bytes[1] > row->second_max)
        return 0;
    uint32_t value = bytes[0] & (0x7fU >> row->length);
    for (size_t i = 1; i < row->length; i++) {
        if ((bytes[i] & 0xc0U) != 0x80U)
            return 0;
        value = value << 6 | (bytes[i] & 0x3fU);
    }
    *out = value;
    return row->length;
}

bool sl_utf8_valid(struct sl_str text)
{
    size_t i = 0;
    while (i < text.len) {
        if ((unsigned char)text.ptr[i] < 0x80) {
            i++;
            continue;
        }
        uint32_t ignored;
        size_t length = sl_utf8_decode(sl_str_slice(text, i, text.len), &ignored);
        if (length == 0)
            return false;
        i += length;
    }
    return true;
}

bool sl_is_unsafe(uint32_t character)
{
    static const struct {
        uint32_t min, max;
    } ranges[] = {
        {0x00, 0x1f},     {0x7f, 0x9f},     {0xad, 0xad},     {0x61c, 0x61c},   {0x200b, 0x200f},
        {0x2028, 0x202e}, {0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (character >= ranges[i].min && character <= ranges[i].max)
            return true;
    return false;
}

/* One character of `text` at `at` as it may be shown, into `piece`; returns how many bytes of text it took.
 */
static size_t escape_one(struct sl_str text, size_t at, char piece[16])
{
    uint32_t c = 0;
    size_t length = sl_utf8_decode(sl_str_slice(text, at, text.len), &c);
    if (length == 0 || (length == 1 && sl_is_unsafe(c))) {
        (void)snprintf(piece, 16, "\\x%02x", (unsigned)(unsigned char)text.ptr[at]);
        return 1;
    }
    if (c == '\\') {
        memcpy(piece, "\\\\", 3);
    } else if (sl_is_unsafe(c)) {
        (void)snprintf(piece, 16, "\\u{%04x}", (unsigned)c);
    } else {
        memcpy(piece, text.ptr + at, length);
        piece[length] = '\0';
    }
    return length;
}

void sl_buf_escaped(struct sl_buf *out, struct sl_str text)
{
    char piece[16];
    for (size_t i = 0; i < text.len;) {
        i += escape_one(text, i, piece);
        sl_buf_text(out, piece);
    }
}

void sl_buf_shell_word(struct sl_buf *out, struct sl_str text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./@%+=:,-";
    size_t harmless = 0;
    while (harmless < text.len && memchr(plain, text.ptr[harmless], sizeof plain - 1))
        harmless++;
    if (harmless == text.len && text.len > 0) {
        sl_buf_append(out, text.ptr, text.len);
        return;
    }
    sl_buf_byte(out, '\'');
    for (size_t i = 0; i < text.len;) {
        char piece[16];
        size_t length = escape_one(text, i, piece);
        if (text.ptr[i] == '\\')
            sl_buf_byte(out, '\\'); /* means itself between single quotes */
        else
            sl_buf_text(out, text.ptr[i] == '\'' ? "'\\''" : piece);
        i += length;
    }
    sl_buf_byte(out, '\'');
}

const char *sl_escape(char *out, size_t size, struct sl_str text)
{
    char piece[16];
    size_t used = 0;
    for (size_t i = 0; i < text.len;) {
        i += escape_one(text, i, piece);
        size_t length = strlen(piece);
        /* Four bytes stay free for "..." and the NUL. */
        if (used + length > size - 4) {
            memcpy(out + used, "...", 3);
            used += 3;
            break;
        }
        memcpy(out + used, piece, length);
        used += length;
    }
    out[used] = '\0';
    return out;
}

const char *sl_size_text(char out[16], uint64_t bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    unsigned unit = 0;
    uint64_t whole = bytes;
    uint64_t rest = 0;
    while (whole >= 1024) {
        rest = whole % 1024;
        whole /= 1024;
        unit++;
    }
    if (unit == 0)
        (void)snprintf(out, 16, "%u B", (unsigned)whole);
    else
        (void)snprintf(out, 16, "%u.%u %s", (unsigned)whole, (unsigned)(rest * 10 / 1024), units[unit]);
    return out;
}

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
    unsigned least = a < b ? a : b;
    return least < c ? least : c;
}

unsigned sl_edit_distance(struct sl_str a, struct sl_str b, unsigned limit)
{
    enum { MAX = 64 };
    a = sl_str_slice(a, 0, MAX);
    b = sl_str_slice(b, 0, MAX);
    unsigned rows[3][MAX + 1];
    size_t longer = a.len > b.len ? a.len - b.len : b.len - a.len;
    if (longer > limit)
        return limit + 1;
    for (unsigned j = 0; j <= b.len; j++)
        rows[0][j] = j;
    unsigned least = 0, least_before; /* of a row, and of the one before: no way leads past two rows */
    for (unsigned i = 1; i <= a.len; i++) {
        unsigned *now = rows[i % 3];
        const unsigned *last = rows[(i + 2) % 3];
        const unsigned *before_last = rows[(i + 1) % 3];
        now[0] = i;
        least_before = least;
        least = i;
        for (unsigned j = 1; j <= b.len; j++) {
            unsigned change = a.ptr[i - 1] == b.ptr[j - 1] ? 0 : 1;
            now[j] = min3(last[j] + 1, now[j - 1] + 1, last[j - 1] + change);
            bool swapped = i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1];
            if (swapped && before_last[j - 2] + 1 < now[j])
                now[j] = before_last[j - 2] + 1;
            least = now[j] < least ? now[j] : least;
        }
        if (least > limit && least_before > limit)
            return limit + 1;
    }
    unsigned distance = rows[a.len % 3][b.len];
    return distance > limit ? limit + 1 : distance;
}

/* Civil date of a day number. Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms". gmtime_r()
 * would do too, but its result type has a year of int and its static zone data is shared with the
 * environment's TZ. */
static void civil_of_days(int64_t days, unsigned *year, unsigned *month, unsigned *day)
{
    days += 719468;
    int64_t era = days / 146097;
    unsigned day_of_era = (unsigned)(days - era * 146097);
    unsigned year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    unsigned shifted = (5 * day_of_year + 2) / 153;
    *day = day_of_year - (153 * shifted + 2) / 5 + 1;
    *month = shifted < 10 ? shifted + 3 : shifted - 9;
    *year = year_of_era + (unsigned)era * 400 + (*month <= 2 ? 1 : 0);
}

const char *sl_time_text(char out[24], int64_t seconds)
{
    const int64_t last = INT64_C(253402300799); /* 9999-12-31T23:59:59Z */
    if (seconds < 0)
        seconds = 0;
    if (seconds > last)
        seconds = last;
    unsigned year, month, day;
    civil_of_days(seconds / 86400, &year, &month, &day);
    unsigned rest = (unsigned)(seconds % 86400);
    /* The remainders change nothing; they show an optimising compiler that the text fits. */
    (void)snprintf(out, 24, "%04u-%02u-%02uT%02u:%02u:%02uZ", year % 10000, month % 100, day % 100,
                   rest / 3600 % 24, rest / 60 % 60, rest % 60);
    return out;
}
