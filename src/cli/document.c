/*
 * The one JSON document on stdout that `--format json` asks for, whatever becomes of the command.
 *
 * A command that has something to report begins the document and writes members into its outermost map; main() puts the
 * error there, if there is one, and closes it. So a failure looks the same everywhere, and no command can forget it:
 * docs/formats/json.md.
 */
#include "cli.h"

#include <sealift/text.h>

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

/* A bundle that was named on the command line is what a message is about that begins with it. */
static const char *file_of(const struct cli *cli, const struct sl_err *error)
{
    if (error->file[0])
        return error->file;
    for (size_t i = 0; i < cli->word_count; i++) {
        char shown[512];
        sl_escape(shown, sizeof shown, sl_str_from(cli->words[i]));
        size_t len = strlen(shown);
        if (len > 0 && strncmp(error->message, shown, len) == 0 && error->message[len] == ':')
            return cli->words[i];
    }
    return NULL;
}

static void write_error(struct cli *cli, const struct sl_err *error)
{
    struct sl_json *json = cli_json(cli);
    const char *file = file_of(cli, error);
    sl_json_key(json, "error");
    sl_json_map(json);
    sl_json_key_text(json, "code", sl_str_from(sl_code_name(error->code)));
    sl_json_key_unsigned(json, "status", (uint64_t)sl_err_exit_status(error->code));
    sl_json_key_text(json, "message", sl_str_from(error->message));
    cli_json_text(json, "hint", sl_str_from(error->hint));
    cli_json_text(json, "file", sl_str_from(file));
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

int cli_json_finish(struct cli *cli, int status, struct sl_err *err)
{
    if (status >= 0 && !cli->json_begun)
        return status;
    struct sl_err report = {0};
    if (end_document(cli, status < 0 ? err : NULL, &report) == 0)
        return status;
    /* A failure in the middle of a list leaves it open, a report may be too large: the error alone always fits. */
    cli_json_drop(cli);
    if (status >= 0)
        *err = report;
    if (end_document(cli, err, &report) < 0)
        sl_buf_reset(&cli->out);
    return -1;
}
