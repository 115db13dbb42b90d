/*
 * A program of the build, not installed: writes the man pages and the completion of the shells from the same
 * tables that parse the arguments and print --help.
 *
 *     sealift_manual man                 sealift(1)
 *     sealift_manual man COMMAND         sealift-COMMAND(1)
 *     sealift_manual bash|zsh|fish       completion
 */
#include "cli.h"

#include <sealift/version.h>
#include <stdio.h>

/* roff: a backslash, and a dot or quote at the beginning of a line, mean something. */
static void roff(struct sl_buf *out, const char *text)
{
    bool line_start = true;
    for (; *text; text++) {
        if (line_start && (*text == '.' || *text == '\''))
            sl_buf_text(out, "\\&");
        if (*text == '\\')
            sl_buf_text(out, "\\e");
        else if (*text == '-')
            sl_buf_text(out, "\\-");
        else
            sl_buf_byte(out, *text);
        line_start = *text == '\n';
    }
}

/* Paragraphs are parted by an empty line. */
static void roff_paragraphs(struct sl_buf *out, const char *text)
{
    const char *part;
    while ((part = strstr(text, "\n\n")) != NULL) {
        struct sl_buf paragraph;
        sl_buf_init(&paragraph, 1U << 16);
        sl_buf_append(&paragraph, text, (size_t)(part - text));
        roff(out, paragraph.ptr ? paragraph.ptr : "");
        sl_buf_text(out, "\n.PP\n");
        sl_buf_release(&paragraph);
        text = part + 2;
    }
    roff(out, text);
    sl_buf_byte(out, '\n');
}

static void roff_option(struct sl_buf *out, const struct cli_option *option)
{
    sl_buf_text(out, ".TP\n\\fB\\-\\-");
    roff(out, option->name);
    sl_buf_text(out, "\\fR");
    if (option->argument) {
        sl_buf_text(out, " \\fI");
        roff(out, option->argument);
        sl_buf_text(out, "\\fR");
    }
    sl_buf_byte(out, '\n');
    roff(out, option->help);
    sl_buf_text(out, option->required ? " (required)\n" : "\n");
}

static void roff_end(struct sl_buf *out)
{
    sl_buf_text(out, ".SH EXIT STATUS\n"
                     ".TP\n0\ndone\n"
                     ".TP\n1\na verdict against you: findings, a refused bundle, drift\n"
                     ".TP\n2\nusage\n"
                     ".TP\n3\nsomething could not be read or written\n"
                     ".TP\n4\na defect of sealift\n");
}

static void man_command(struct sl_buf *out, const struct cli_command *command)
{
    sl_buf_printf(out, ".TH \"SEALIFT-%s\" 1 \"\" \"sealift %s\" \"sealift\"\n.SH NAME\n", command->name,
                  SL_VERSION);
    sl_buf_printf(out, "sealift\\-%s \\- %s\n.SH SYNOPSIS\n", command->name, command->summary);
    sl_buf_printf(out, "\\fBsealift %s\\fR \\fI%s\\fR", command->name, command->words);
    for (size_t i = 0; command->options[i].name; i++)
        if (command->options[i].required)
            sl_buf_printf(out, " \\fB\\-\\-%s\\fR \\fI%s\\fR", command->options[i].name,
                          command->options[i].argument);
    sl_buf_text(out, " [\\fIOPTION\\fR]...\n.SH DESCRIPTION\n");
    roff_paragraphs(out, command->description);
    sl_buf_text(out, ".SH OPTIONS\n");
    for (size_t i = 0; command->options[i].name; i++)
        roff_option(out, &command->options[i]);
    if (command->in_repository)
        sl_buf_text(out, ".TP\n\\fB\\-C\\fR \\fIDIR\\fR\n"
                         "the release repository (default: the current directory)\n");
    sl_buf_text(out, ".TP\n\\fB\\-h\\fR, \\fB\\-\\-help\\fR\nshort help\n.SH EXAMPLES\n.nf\n");
    roff(out, command->examples);
    sl_buf_text(out, ".fi\n");
    roff_end(out);
    sl_buf_text(out, ".SH SEE ALSO\n\\fBsealift\\fR(1), \\fBminisign\\fR(1)\n");
}

static void man_all(struct sl_buf *out)
{
    sl_buf_printf(out, ".TH \"SEALIFT\" 1 \"\" \"sealift %s\" \"sealift\"\n", SL_VERSION);
    sl_buf_text(
        out,
        ".SH NAME\nsealift \\- carry software releases across an air gap\n.SH SYNOPSIS\n"
        "\\fBsealift\\fR [\\fB\\-C\\fR \\fIREPOSITORY\\fR] \\fICOMMAND\\fR [\\fIOPTION\\fR]...\n.SH DESCRIPTION\n"
        "Packs one release for one customer into one signed, reproducible file, verifies it without network,\n"
        "and installs it so that a site has the old or the new state and never something between.\n"
        ".SH COMMANDS\n");
    for (size_t i = 0; cli_commands[i]; i++)
        sl_buf_printf(out, ".TP\n\\fBsealift\\-%s\\fR(1)\n%s\n", cli_commands[i]->name,
                      cli_commands[i]->summary);
    sl_buf_text(
        out,
        ".SH ENVIRONMENT\n"
        ".TP\n\\fBNO_COLOR\\fR\nwhen set and not empty, reports have no colour\n"
        ".TP\n\\fBSOURCE_DATE_EPOCH\\fR\nseconds since 1970: the time of members that no commit dates\n");
    roff_end(out);
}

/* What --format takes; NULL where the command has none. */
static const char *formats(const struct cli_command *command, const char *separator)
{
    for (size_t i = 0; command->options[i].name; i++)
        if (strcmp(command->options[i].name, "format") == 0) {
            bool reports_only = command->options[i].kind == CLI_FORMAT;
            return *separator == ' ' ? (reports_only ? "text json" : "text json sarif junit")
                                     : (reports_only ? "text\\njson" : "text\\njson\\nsarif\\njunit");
        }
    return NULL;
}

static void bash_formats(struct sl_buf *out)
{
    sl_buf_text(out, "# What --format of $command takes.\n_sealift_formats()\n{\n    case $command in\n");
    for (size_t i = 0; cli_commands[i]; i++)
        if (formats(cli_commands[i], "\n"))
            sl_buf_printf(out, "    %s) printf '%s' ;;\n", cli_commands[i]->name,
                          formats(cli_commands[i], "\n"));
    sl_buf_text(out, "    esac\n}\n\n");
}

static void bash(struct sl_buf *out)
{
    sl_buf_text(out, "# bash completion for sealift\n"
                     "# The directories in $repository/$1, by their names.\n"
                     "_sealift_below()\n{\n"
                     "    local path\n"
                     "    for path in \"$repository/$1/$current\"*/; do\n"
                     "        [[ -d $path ]] && path=${path%/} && COMPREPLY+=(\"${path##*/}\")\n"
                     "    done\n}\n\n");
    bash_formats(out);
    sl_buf_text(
        out,
        "_sealift()\n{\n"
        "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command= word before=\n"
        "    local repository=. IFS=$'\\n'\n"
        "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
        "        [[ $before == -C ]] && repository=$word\n"
        "        before=$word\n"
        "    done\n"
        "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
        "        case $word in\n");
    sl_buf_text(out, "        ");
    for (size_t i = 0; cli_commands[i]; i++)
        sl_buf_printf(out, "%s%s", i ? "|" : "", cli_commands[i]->name);
    sl_buf_text(out,
                ") command=$word; break ;;\n        esac\n    done\n"
                "    case $previous in\n"
                "    --format) COMPREPLY=($(compgen -W \"$(_sealift_formats)\" -- \"$current\")); return ;;\n"
                "    --env) COMPREPLY=($(compgen -W $'production\\nstaging' -- \"$current\")); return ;;\n"
                "    --release) _sealift_below releases; return ;;\n"
                "    --customer) _sealift_below overlays; return ;;\n"
                "    esac\n"
                "    if [[ $current != -* && -n $command ]]; then\n"
                "        COMPREPLY=($(compgen -f -- \"$current\"))\n        return\n    fi\n"
                "    case $command in\n");
    for (size_t i = 0; cli_commands[i]; i++) {
        const struct cli_command *command = cli_commands[i];
        sl_buf_printf(out, "    %s) COMPREPLY=($(compgen -W $'--help", command->name);
        for (size_t j = 0; command->options[j].name; j++)
            sl_buf_printf(out, "\\n--%s", command->options[j].name);
        sl_buf_text(out, "' -- \"$current\")) ;;\n");
    }
    sl_buf_text(out, "    *) COMPREPLY=($(compgen -W $'");
    for (size_t i = 0; cli_commands[i]; i++)
        sl_buf_printf(out, "%s\\n", cli_commands[i]->name);
    sl_buf_text(out, "--help\\n--version' -- \"$current\")) ;;\n    esac\n}\n"
                     "complete -o filenames -F _sealift sealift\n");
}

/* For the descriptions in zsh, where these end the text, and in fish, where the quote does. */
static void described(struct sl_buf *out, const char *text)
{
    for (; *text; text++)
        if (*text == '\'')
            sl_buf_text(out, "\xe2\x80\x99"); /* a plain apostrophe would end the shell's quotes */
        else if (!strchr("[]:\\", *text))
            sl_buf_byte(out, *text);
}

/* What a value may be, where that is known: files for FILE and DIR, nothing where it could be any word. */
static void zsh_values(struct sl_buf *out, const struct cli_command *command, const struct cli_option *option)
{
    const char *argument = option->argument;
    if (!argument)
        sl_buf_text(out, "]'");
    else if (strcmp(option->name, "format") == 0)
        sl_buf_printf(out, "]:format:(%s)'", formats(command, " "));
    else if (strcmp(option->name, "release") == 0 || strcmp(option->name, "customer") == 0)
        sl_buf_printf(out, "]:%s:_files -W %s -/'", option->name,
                      strcmp(option->name, "release") == 0 ? "releases" : "overlays");
    else
        sl_buf_text(out, strstr(argument, "FILE") || strstr(argument, "DIR") ? "]:file:_files'" : "]: :'");
}

static void zsh(struct sl_buf *out)
{
    sl_buf_text(out, "#compdef sealift\n_sealift()\n{\n    local -a commands\n    commands=(\n");
    for (size_t i = 0; cli_commands[i]; i++) {
        sl_buf_printf(out, "        '%s:", cli_commands[i]->name);
        described(out, cli_commands[i]->summary);
        sl_buf_text(out, "'\n");
    }
    sl_buf_text(
        out,
        "    )\n    if (( CURRENT == 2 )); then\n        _describe command commands\n        return\n    fi\n"
        "    case $words[2] in\n");
    for (size_t i = 0; cli_commands[i]; i++) {
        const struct cli_command *command = cli_commands[i];
        sl_buf_printf(out, "    %s) _arguments", command->name);
        for (size_t j = 0; command->options[j].name; j++) {
            sl_buf_printf(out, " '*--%s[", command->options[j].name);
            described(out, command->options[j].help);
            zsh_values(out, command, &command->options[j]);
        }
        sl_buf_text(out, " '*:file:_files' ;;\n");
    }
    sl_buf_text(out, "    esac\n}\n_sealift \"$@\"\n");
}

static void fish(struct sl_buf *out)
{
    for (size_t i = 0; cli_commands[i]; i++) {
        const struct cli_command *command = cli_commands[i];
        sl_buf_printf(out, "complete -c sealift -n __fish_use_subcommand -f -a %s -d '", command->name);
        described(out, command->summary);
        sl_buf_text(out, "'\n");
        for (size_t j = 0; command->options[j].name; j++) {
            const struct cli_option *option = &command->options[j];
            sl_buf_printf(out, "complete -c sealift -n '__fish_seen_subcommand_from %s' -l %s%s -d '",
                          command->name, option->name, option->argument ? " -r" : "");
            described(out, option->help);
            sl_buf_text(out, "'\n");
        }
    }
}

static bool man(struct sl_buf *out, const char *name)
{
    if (!name) {
        man_all(out);
        return true;
    }
    for (size_t i = 0; cli_commands[i]; i++) {
        if (strcmp(cli_commands[i]->name, name) == 0) {
            man_command(out, cli_commands[i]);
            return true;
        }
    }
    return false;
}

static bool generate(struct sl_buf *out, int argc, char **argv)
{
    if (argc < 2)
        return false;
    if (strcmp(argv[1], "man") == 0)
        return man(out, argc > 2 ? argv[2] : NULL);
    if (strcmp(argv[1], "bash") == 0)
        bash(out);
    else if (strcmp(argv[1], "zsh") == 0)
        zsh(out);
    else if (strcmp(argv[1], "fish") == 0)
        fish(out);
    return out->len > 0;
}

int main(int argc, char **argv)
{
    struct sl_buf out;
    struct sl_err err = {0};
    sl_buf_init(&out, 1U << 20);
    bool made = generate(&out, argc, argv) && sl_buf_check(&out, "the page", &err) == 0;
    bool written = made && fwrite(out.ptr, 1, out.len, stdout) == out.len && fflush(stdout) == 0;
    sl_buf_release(&out);
    return written ? 0 : 2;
}
