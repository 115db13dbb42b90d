#include "cli.h"

#include <sealift/text.h>
#include <stdio.h>
#include <unistd.h>

void cli_field(struct cli *cli, const char *label, const char *format, ...)
{
    char value[2048];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(value, sizeof value, format, args);
    va_end(args);
    sl_buf_printf(&cli->out, "  %-12s %s\n", label, value);
}

void cli_marked(struct cli *cli, char mark, const char *word)
{
    if (!cli->color) {
        sl_buf_text(&cli->out, word);
        return;
    }
    const char *code = mark == '+' ? "32" : mark == '!' ? "31" : "33";
    sl_buf_printf(&cli->out, "\x1b[1;%sm%s\x1b[0m", code, word);
}

bool cli_is_missing(const char *path)
{
    return access(path, F_OK) != 0;
}

void cli_tell_made(bool missing, const char *path)
{
    char shown[512];
    if (missing && !cli_is_missing(path))
        (void)fprintf(stderr, "sealift: made the directory %s\n",
                      sl_escape(shown, sizeof shown, sl_str_from(path)));
}

/* JSON has escaped its control characters already: a backslash is its own, and stays one. */
void cli_json_value(struct cli *cli, struct sl_str value)
{
    enum { SHOWN_MAX = 160 };
    char shown[SHOWN_MAX];
    sl_escape(shown, sizeof shown, value);
    for (const char *at = shown; *at; at++) {
        sl_buf_byte(&cli->out, *at);
        at += at[0] == '\\' && at[1] == '\\';
    }
}

void cli_escaped(struct cli *cli, struct sl_str text)
{
    sl_buf_escaped(&cli->out, text);
}
