#include "cli.h"

/* The site's binary has no command that a release repository means anything to. */
static bool any_in_repository(void)
{
    for (size_t i = 0; cli_commands[i]; i++)
        if (cli_commands[i]->in_repository)
            return true;
    return false;
}

void cli_help_all(struct sl_buf *out)
{
    bool in_repository = any_in_repository();
    sl_buf_printf(
        out,
        "usage: sealift %sCOMMAND [OPTION]...\n\n"
        "Carries software releases across an air gap: one release for one customer in one signed file.\n\n"
        "Commands:\n",
        in_repository ? "[-C REPOSITORY] " : "");
    for (size_t i = 0; cli_commands[i]; i++)
        sl_buf_printf(out, "  %-10s %s\n", cli_commands[i]->name, cli_commands[i]->summary);
    sl_buf_text(out, "\nOptions:\n");
    if (in_repository)
        sl_buf_text(out, "  -C DIR      the release repository (default: the current directory)\n");
    sl_buf_text(out,
                "  -h, --help  this help; after a command, the help of that command\n"
                "  --version   the version\n\n"
                "Exit status: 0 done; 1 a verdict against you (findings, a refused bundle, drift); 2 usage;\n"
                "3 something could not be read or written; 4 a defect of sealift.\n");
}

static void option_line(struct sl_buf *out, const struct cli_option *option)
{
    char left[64];
    struct sl_buf text;
    sl_buf_init(&text, sizeof left);
    sl_buf_printf(&text, "--%s%s%s", option->name, option->argument ? " " : "",
                  option->argument ? option->argument : "");
    sl_buf_printf(out, "  %-22s %s\n", text.ptr ? text.ptr : "", option->help);
    sl_buf_release(&text);
}

void cli_usage(struct sl_buf *out, const struct cli_command *command)
{
    sl_buf_printf(out, "usage: sealift %s%s%s", command->name, *command->words ? " " : "", command->words);
    for (size_t i = 0; command->options[i].name; i++)
        if (command->options[i].required)
            sl_buf_printf(out, " --%s %s", command->options[i].name, command->options[i].argument);
    sl_buf_text(out, " [OPTION]...");
}

void cli_help_command(struct sl_buf *out, const struct cli_command *command)
{
    cli_usage(out, command);
    sl_buf_printf(out, "\n\n%s\n\nOptions:\n", command->description);
    for (size_t i = 0; command->options[i].name; i++)
        option_line(out, &command->options[i]);
    if (command->in_repository)
        sl_buf_text(out,
                    "  -C DIR                 the release repository (default: the current directory)\n");
    sl_buf_text(out, "  -h, --help             this help\n\nExamples:\n");
    sl_buf_printf(out, "%s", command->examples);
}
