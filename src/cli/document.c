/*
 * The one JSON document on stdout that `--format json` asks for, whatever becomes of the command.
 *
 * A command that has something to report begins the document and writes members into its outermost map; main() puts the
 * error there, if there is one, and closes it. So a failure looks the same everywhere, and no command can forget it:
 * docs/formats/json.md.
 */
#include "cli.h"

#include <sealift/text.h>
#include <string.h>

struct sl_json *cli_json(struct cli *cli)
{
    if (!cli->json_begun) {
        sl_buf_reset(&cli->out);
        sl_json_begin(&cli->json, &cli->out, SL_JSON_INDENTED);
        sl_json_map(&cli->json);
        cli->json_begun = true;
    }
    return &cli->json;
}

void cli_json_drop(struct cli *cli)
{
    cli->json_begun = false;
    sl_buf_reset(&cli->out);
}

void cli_json_text(struct sl_json *json, const char *key, struct sl_str text)
{
    if (text.len > 0)
        sl_json_key_text(json, key, text);
}

/* Whether `text` goes on at `at` with this path, or with something below it: the length of what stands there, or 0. */
static size_t path_at(const char *text, size_t at, const char *path)
{
    size_t len = strlen(path);
    if (len == 0 || (at > 0 && !strchr(" \"", text[at - 1])) || strncmp(text + at, path, len) != 0)
        return 0;
    size_t end = len + strcspn(text + at + len, " ,:;\"\\");
    bool whole = end == len || path[len - 1] == '/' || text[at + len] == '/';
    return whole ? end : 0;
}

/* The first place where the message speaks of `path`, as SIZE_MAX where it does not. */
static size_t place_of(const char *message, const char *path, size_t *len)
{
    for (size_t at = 0; message[at]; at++)
        if ((*len = path_at(message, at, path)) > 0)
            return at;
    return SIZE_MAX;
}

struct mention {
    size_t at, len;
};

static void look_for(struct mention *first, const char *message, const char *path)
{
    char shown[512];
    size_t len = 0;
    /* What is escaped in the message is not what a program could open. */
    if (strcmp(sl_escape(shown, sizeof shown, sl_str_from(path)), path) != 0)
        return;
    size_t at = place_of(message, path, &len);
    if (at < first->at || (at == first->at && at != SIZE_MAX && len > first->len))
        *first = (struct mention){at, len};
}

/* Where nobody has said which file it is: the one that the command line names and the message begins with, or mentions
 * first, or a file below it. A word may be something else than a path: it only counts in front. A bundle for somebody else is
 * not named: its name says whose it is. */
static struct sl_str file_of(const struct cli *cli, const struct sl_err *error)
{
    if (error->file[0])
        return sl_str_from(error->file);
    struct mention first = {SIZE_MAX, 0};
    for (size_t i = 0; i < cli->path_count; i++)
        look_for(&first, error->message, cli->paths[i]);
    for (size_t i = 0; i < cli->word_count; i++) {
        size_t len = path_at(error->message, 0, cli->words[i]);
        if (len > 0 && error->message[len] != '\0' && (first.at > 0 || len > first.len))
            first = (struct mention){0, len};
    }
    if (first.at != SIZE_MAX)
        return sl_str_slice(sl_str_from(error->message), first.at, first.at + first.len);
    return (struct sl_str){NULL, 0};
}

static void write_error(struct cli *cli, const struct sl_err *error)
{
    struct sl_json *json = cli_json(cli);
    struct sl_str file = file_of(cli, error);
    sl_json_key(json, "error");
    sl_json_map(json);
    sl_json_key_text(json, "code", sl_str_from(sl_code_name(error->code)));
    sl_json_key_unsigned(json, "status", (uint64_t)sl_err_exit_status(error->code));
    sl_json_key_text(json, "message", sl_str_from(error->message));
    cli_json_text(json, "hint", sl_str_from(error->hint));
    cli_json_text(json, "file", file);
    sl_json_end(json);
}

static int end_document(struct cli *cli, const struct sl_err *error, struct sl_err *err)
{
    if (error)
        write_error(cli, error);
    sl_json_end(&cli->json);
    cli->json_begun = false;
    return sl_json_close(&cli->json, err);
}

/* What could act on a terminal, or order its text anew, stands only inside strings: there it is what \uXXXX says too. */
static bool acts_on_terminal(uint32_t c)
{
    return (c >= 0x7f && c <= 0x9f) || c == 0x61c || c == 0x200e || c == 0x200f ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

void cli_json_shield(struct cli *cli)
{
    struct sl_buf safe;
    struct sl_str text = sl_buf_view(&cli->out);
    size_t from = 0;
    sl_buf_init(&safe, cli->out.max);
    for (size_t at = 0; at < text.len;) {
        uint32_t c = 0;
        size_t len =
            (unsigned char)text.ptr[at] < 0x7f ? 1 : sl_utf8_decode(sl_str_slice(text, at, text.len), &c);
        if (len > 0 && acts_on_terminal(c)) {
            sl_buf_str(&safe, sl_str_slice(text, from, at));
            sl_buf_printf(&safe, "\\u%04x", (unsigned)c);
            from = at + len;
        }
        at += len ? len : 1;
    }
    if (from == 0)
        return;
    sl_buf_str(&safe, sl_str_slice(text, from, text.len));
    sl_buf_release(&cli->out);
    cli->out = safe; /* with its failure, where it has one: print_report() looks */
}

int cli_json_finish(struct cli *cli, int status, struct sl_err *err)
{
    if (status >= 0 && !cli->json_begun)
        return status;
    struct sl_err report = {0};
    if (end_document(cli, status < 0 ? err : NULL, &report) == 0) {
        cli_json_shield(cli);
        return status;
    }
    /* A failure in the middle of a list leaves it open, a report may be too large: the error alone always fits. */
    cli_json_drop(cli);
    if (status >= 0)
        *err = report;
    if (end_document(cli, err, &report) < 0)
        sl_buf_reset(&cli->out);
    return -1;
}
