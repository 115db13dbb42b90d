#include "yaml_time.h"

#include <stdio.h>

/* A position in a text; `bad` once something did not fit. */
struct cursor {
    struct sl_str text;
    size_t at;
    bool bad;
};

static char peek(const struct cursor *cursor)
{
    return cursor->at < cursor->text.len ? cursor->text.ptr[cursor->at] : '\0';
}

static bool at_digit(const struct cursor *cursor)
{
    return peek(cursor) >= '0' && peek(cursor) <= '9';
}

static bool accept(struct cursor *cursor, char byte)
{
    if (peek(cursor) != byte)
        return false;
    cursor->at++;
    return true;
}

static void expect(struct cursor *cursor, char byte)
{
    if (!accept(cursor, byte))
        cursor->bad = true;
}

/* Between `min` and `max` digits. */
static unsigned number(struct cursor *cursor, unsigned min, unsigned max)
{
    unsigned value = 0;
    unsigned count = 0;
    for (; count < max && at_digit(cursor); count++)
        value = value * 10 + (unsigned)(cursor->text.ptr[cursor->at++] - '0');
    if (count < min)
        cursor->bad = true;
    return value;
}

/* ".123" or ",123" of any length; what is behind the ninth digit does not count. */
static unsigned fraction(struct cursor *cursor)
{
    if (peek(cursor) != '.' && peek(cursor) != ',')
        return 0;
    cursor->at++;
    if (!at_digit(cursor))
        cursor->bad = true;
    unsigned value = 0;
    for (unsigned count = 0; count < 9; count++)
        value = value * 10 + (at_digit(cursor) ? (unsigned)(cursor->text.ptr[cursor->at++] - '0') : 0);
    while (at_digit(cursor))
        cursor->at++;
    return value;
}

static void clock_time(struct cursor *cursor, struct sl_time *out)
{
    out->hour = number(cursor, 1, 2);
    expect(cursor, ':');
    out->minute = number(cursor, 1, 2);
    expect(cursor, ':');
    out->second = number(cursor, 1, 2);
    out->nanosecond = fraction(cursor);
    if (out->hour > 23 || out->minute > 59 || out->second > 59)
        cursor->bad = true;
}

static void zone(struct cursor *cursor, struct sl_time *out)
{
    if (accept(cursor, 'Z'))
        return;
    bool west = peek(cursor) == '-';
    if (!west && peek(cursor) != '+')
        cursor->bad = true;
    cursor->at++;
    unsigned hours = number(cursor, 2, 2);
    expect(cursor, ':');
    unsigned minutes = number(cursor, 2, 2);
    if (hours > 24 || minutes > 60)
        cursor->bad = true;
    int offset = (int)(hours * 60 + minutes);
    out->offset = west ? -offset : offset;
}

static unsigned days_in(unsigned month, unsigned year)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : days[month - 1];
}

bool sl_time_parse(struct sl_time *out, struct sl_str text)
{
    struct cursor cursor = {.text = text};
    *out = (struct sl_time){0};
    out->year = number(&cursor, 4, 4);
    expect(&cursor, '-');
    out->month = number(&cursor, 1, 2);
    expect(&cursor, '-');
    out->day = number(&cursor, 1, 2);
    if (cursor.bad || out->month < 1 || out->month > 12 || out->day < 1 ||
        out->day > days_in(out->month, out->year))
        return false;
    if (cursor.at == text.len)
        return true;
    if (accept(&cursor, ' ')) {
        while (accept(&cursor, ' '))
            continue;
        clock_time(&cursor, out);
    } else {
        if (!accept(&cursor, 'T'))
            expect(&cursor, 't');
        clock_time(&cursor, out);
        zone(&cursor, out);
    }
    return !cursor.bad && cursor.at == text.len;
}

size_t sl_time_rfc3339(char out[SL_TIME_TEXT_MAX], const struct sl_time *time)
{
    unsigned offset = (unsigned)(time->offset < 0 ? -time->offset : time->offset);
    if (offset >= 24 * 60)
        return 0;
    int used = snprintf(out, SL_TIME_TEXT_MAX, "%04u-%02u-%02uT%02u:%02u:%02u", time->year, time->month,
                        time->day, time->hour, time->minute, time->second);
    size_t length = (size_t)used;
    if (time->nanosecond > 0) {
        length += (size_t)snprintf(out + length, SL_TIME_TEXT_MAX - length, ".%09u", time->nanosecond);
        while (out[length - 1] == '0')
            length--;
    }
    if (offset == 0)
        return length + (size_t)snprintf(out + length, SL_TIME_TEXT_MAX - length, "Z");
    return length + (size_t)snprintf(out + length, SL_TIME_TEXT_MAX - length, "%c%02u:%02u",
                                     time->offset < 0 ? '-' : '+', offset / 60, offset % 60);
}
