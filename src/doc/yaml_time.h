/*
 * Dates and times as go-yaml knows them.
 */
#ifndef DOC_YAML_TIME_H
#define DOC_YAML_TIME_H

#include <sealift/str.h>
#include <stdbool.h>

struct sl_time {
    unsigned year, month, day, hour, minute, second, nanosecond;
    int offset; /* minutes east of Greenwich */
};

/* One of "2001-2-3", "2001-2-3 4:5:6.7", "2001-2-3T4:5:6.7Z" and "2001-2-3t4:5:6.7+08:00" that is in the
 * calendar. The fraction may be missing or begin with a comma. */
bool sl_time_parse(struct sl_time *out, struct sl_str text);

#define SL_TIME_TEXT_MAX 40

/* RFC 3339 with as many digits of the fraction as are needed. Returns the length; 0 for an offset of a day or
 * more, which RFC 3339 cannot say. */
size_t sl_time_rfc3339(char out[SL_TIME_TEXT_MAX], const struct sl_time *time);

#endif
