#include "cmd.h"

#include <sealift/release.h>

static const struct cli_option options[] = {CLI_OPTIONS_END};

static void wrote(void *context, const char *path)
{
    struct cli *cli = context;
    sl_buf_text(&cli->out, "  ");
    cli_escaped(cli, sl_str_from(path));
    sl_buf_byte(&cli->out, '\n');
}

static int run(struct cli *cli, const void *data, struct sl_err *err)
{
    (void)data;
    sl_buf_text(&cli->out, "a new release repository in ");
    cli_escaped(cli, sl_str_from(cli->words[0]));
    sl_buf_byte(&cli->out, '\n');
    sigset_t mask;
    cli_signals_hold(&mask);
    int result = sl_repository_init(cli->words[0], wrote, cli, err);
    cli_signals_let(&mask);
    if (result < 0) {
        sl_buf_reset(&cli->out);
        return -1;
    }
    sl_buf_text(&cli->out, "\nnext: read README.md there; then\n"
                           "  git init && git add --all && git commit -m 'a new release repository'\n"
                           "  sealift render --release v1.0 --customer customer-a\n");
    return 0;
}

const struct cli_command cmd_init = {
    .name = "init",
    .words = "DIR",
    .words_min = 1,
    .words_max = 1,
    .summary = "write a new release repository",
    .description =
        "Writes a small, valid release repository into DIR, which must be missing or empty: one release, one\n"
        "customer, the template for customers, and a README.md that explains the layout.",
    .examples = "  sealift init product\n",
    .options = options,
    .context_size = 0,
    .lasting = true,
    .run = run,
};
