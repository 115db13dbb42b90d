/* Dates and times: RFC 3339, with the leap seconds that UTC can have; durations: its appendix A. */
#include "format.h"

/* Reads exactly two (or four) digits from *text. */
static bool take_number(struct sl_str *text, size_t digits, unsigned *out)
{
    if (text->len < digits)
        return false;
    *out = 0;
    for (size_t i = 0; i < digits; i++) {
        if (!is_digit(text->ptr[i]))
            return false;
        *out = *out * 10 + (unsigned)(text->ptr[i] - '0');
    }
    *text = sl_str_slice(*text, digits, text->len);
    return true;
}

static bool take_byte(struct sl_str *text, const char *set)
{
    if (text->len == 0 || !is_one_of(text->ptr[0], set))
        return false;
    *text = sl_str_slice(*text, 1, text->len);
    return true;
}

static bool take_date(struct sl_str *text)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    unsigned year;
    unsigned month;
    unsigned day;
    if (!take_number(text, 4, &year) || !take_byte(text, "-") || !take_number(text, 2, &month) ||
        !take_byte(text, "-") || !take_number(text, 2, &day) || month < 1 || month > 12)
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day >= 1 && day <= days[month - 1] + (unsigned)(leap && month == 2);
}

static bool skip_digits(struct sl_str *text)
{
    size_t at = 0;
    while (at < text->len && is_digit(text->ptr[at]))
        at++;
    *text = sl_str_slice(*text, at, text->len);
    return at > 0;
}

/* The offset in minutes. */
static bool take_offset(struct sl_str *text, int *minutes)
{
    unsigned hour;
    unsigned minute;
    *minutes = 0;
    if (take_byte(text, "zZ"))
        return true;
    bool west = text->len && text->ptr[0] == '-';
    if (!take_byte(text, "+-") || !take_number(text, 2, &hour) || !take_byte(text, ":") ||
        !take_number(text, 2, &minute) || hour > 23 || minute > 59)
        return false;
    *minutes = (int)(hour * 60 + minute) * (west ? -1 : 1);
    return true;
}

static bool take_time(struct sl_str *text)
{
    enum { DAY = 24 * 60 };
    unsigned hour;
    unsigned minute;
    unsigned second;
    int offset;
    if (!take_number(text, 2, &hour) || !take_byte(text, ":") || !take_number(text, 2, &minute) ||
        !take_byte(text, ":") || !take_number(text, 2, &second))
        return false;
    if (take_byte(text, ".") && !skip_digits(text))
        return false;
    if (!take_offset(text, &offset) || hour > 23 || minute > 59 || second > 60)
        return false;
    /* A leap second is the last one of a day in UTC. */
    int utc = ((int)(hour * 60 + minute) - offset + 2 * DAY) % DAY;
    return second < 60 || utc == DAY - 1;
}

bool format_date(struct sl_str text)
{
    return take_date(&text) && text.len == 0;
}

bool format_time(struct sl_str text)
{
    return take_time(&text) && text.len == 0;
}

bool format_date_time(struct sl_str text)
{
    return take_date(&text) && take_byte(&text, "Tt") && take_time(&text) && text.len == 0;
}

/* Digits and a unit, where each unit comes directly behind the one before it in `units`. */
static bool take_units(struct sl_str *text, const char *units)
{
    const char *expected = NULL;
    while (text->len && text->ptr[0] != 'T') {
        if (!skip_digits(text) || text->len == 0)
            return false;
        const char *unit = text->ptr[0] ? strchr(units, text->ptr[0]) : NULL;
        if (!unit || (expected && unit != expected))
            return false;
        expected = unit + 1;
        *text = sl_str_slice(*text, 1, text->len);
    }
    return expected != NULL;
}

bool format_duration(struct sl_str text)
{
    if (!take_byte(&text, "P"))
        return false;
    struct sl_str weeks = text;
    if (skip_digits(&weeks) && sl_str_equal(weeks, SL_STR("W")))
        return true;
    bool time_only = text.len && text.ptr[0] == 'T';
    if (!time_only && !take_units(&text, "YMD"))
        return false;
    return text.len == 0 || (take_byte(&text, "T") && take_units(&text, "HMS") && text.len == 0);
}
