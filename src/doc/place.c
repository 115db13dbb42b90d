#include "place.h"

#include <sealift/text.h>
#include <stdio.h>

int sl_fail_at(struct sl_err *err, enum sl_code code, struct sl_place place, const char *format, ...)
{
    char name[256];
    char message[SL_ERR_MESSAGE_MAX - 300];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(message, sizeof message, format, args);
    va_end(args);
    (void)sl_fail(err, code, "%s:%u:%u: %s", sl_escape(name, sizeof name, place.name), place.line,
                  place.column, message);
    char path[SL_ERR_FILE_MAX];
    (void)snprintf(path, sizeof path, SL_FMT, SL_ARG(place.name));
    return sl_err_about(err, path);
}

struct sl_mark sl_place_mark(struct sl_place place, uint16_t file)
{
    return (struct sl_mark){
        .line = place.line,
        .column = place.column < UINT16_MAX ? (uint16_t)place.column : UINT16_MAX,
        .file = file,
    };
}
