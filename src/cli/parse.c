/*
 * Arguments to a command and its context, by getopt_long(3), so that they behave as GNU users expect:
 * `--name=value` or `--name value`, unambiguous beginnings, options before or after words, `--` to end them.
 */
#include "cli.h"

#include <errno.h>
#include <getopt.h>
#include <sealift/text.h>
#include <stdio.h>
#include <stdlib.h>

/* What the formats hold that it goes into: beyond, readers of JSON disagree. */
#define NUMBER_MAX UINT64_C(9007199254740991)

enum { OPTIONS_MAX = 48, OPTION_HELP = 1000, OPTION_VERSION };

static const struct cli_command *find_command(const char *name)
{
    for (size_t i = 0; cli_commands[i]; i++)
        if (strcmp(cli_commands[i]->name, name) == 0)
            return cli_commands[i];
    return NULL;
}

static int unknown_command(const char *program, const char *name, struct sl_err *err)
{
    const char *nearest = NULL;
    unsigned best = 3;
    for (size_t i = 0; cli_commands[i]; i++) {
        unsigned distance = sl_edit_distance(sl_str_from(name), sl_str_from(cli_commands[i]->name), best);
        if (distance < best) {
            best = distance;
            nearest = cli_commands[i]->name;
        }
    }
    char shown[64];
    sl_escape(shown, sizeof shown, sl_str_from(name));
    (void)sl_fail(err, SL_E_USAGE, "there is no command '%s'", shown);
    if (nearest)
        return sl_hint(err, "did you mean '%s %s'?", program, nearest);
    return sl_hint(err, "'%s --help' lists the commands", program);
}

static int parse_number(uint64_t *out, uint64_t least, const char *name, const char *text, struct sl_err *err)
{
    char *end = NULL;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if ((errno != 0 && errno != ERANGE) || end == text || *end != '\0' || text[0] < '0' || text[0] > '9' ||
        value < least) {
        char shown[64];
        return sl_fail(err, SL_E_USAGE, "--%s wants a whole number from %u, not '%s'", name, (unsigned)least,
                       sl_escape(shown, sizeof shown, sl_str_from(text)));
    }
    if (value > NUMBER_MAX)
        return sl_fail(err, SL_E_USAGE, "--%s is at most %llu", name, (unsigned long long)NUMBER_MAX);
    *out = value;
    return 0;
}

static int parse_format(enum cli_format *out, const char *text, struct sl_err *err)
{
    if (strcmp(text, "text") == 0)
        *out = CLI_AS_TEXT;
    else if (strcmp(text, "json") == 0)
        *out = CLI_AS_JSON;
    else
        return sl_fail(err, SL_E_USAGE, "--format is text or json");
    return 0;
}

static int store(unsigned char *context, const struct cli_option *option, const char *value,
                 struct sl_err *err)
{
    void *place = context + option->offset;
    bool text = option->kind == CLI_TEXT || option->kind == CLI_LIST;
    if (text && *value == '\0')
        return sl_fail(err, SL_E_USAGE, "--%s wants %s, not an empty text", option->name, option->argument);
    switch (option->kind) {
    case CLI_FLAG:
        *(bool *)place = true;
        return 0;
    case CLI_TEXT:
        *(const char **)place = value;
        return 0;
    case CLI_NUMBER:
        return parse_number(place, 1, option->name, value, err);
    case CLI_COUNT:
        ((struct cli_count *)place)->given = true;
        return parse_number(&((struct cli_count *)place)->value, 0, option->name, value, err);
    case CLI_FORMAT:
        return parse_format(place, value, err);
    case CLI_LIST: {
        struct cli_list *list = place;
        if (list->count == CLI_LIST_MAX)
            return sl_fail(err, SL_E_USAGE, "--%s can be given at most %d times", option->name, CLI_LIST_MAX);
        list->items[list->count++] = value;
        return 0;
    }
    }
    return sl_fail(err, SL_E_INTERNAL, "option --%s has an unknown kind", option->name);
}

static bool is_given(const unsigned char *context, const struct cli_option *option)
{
    const void *place = context + option->offset;
    if (option->kind == CLI_LIST)
        return ((const struct cli_list *)place)->count > 0;
    if (option->kind == CLI_COUNT)
        return ((const struct cli_count *)place)->given;
    return option->kind != CLI_TEXT || *(const char *const *)place != NULL;
}

/* A table may have a format of its own, with more of them (validate). */
static bool wants_json(const struct cli_parsed *parsed)
{
    const struct cli_option *option = parsed->command ? parsed->command->options : NULL;
    for (; option && option->name; option++) {
        const void *place = parsed->context.bytes + option->offset;
        if (option->kind == CLI_FORMAT)
            return *(const enum cli_format *)place == CLI_AS_JSON;
        if (strcmp(option->name, "format") == 0)
            return *(const char *const *)place && strcmp(*(const char *const *)place, "json") == 0;
    }
    return false;
}

/* Where the arguments make no sense, what they were meant to say about the format is still looked for. */
static bool mentions_json(int argc, char **argv)
{
    bool json = false;
    for (int i = 1; i < argc && argv[i] && strcmp(argv[i], "--") != 0; i++) {
        size_t len = strcspn(argv[i], "=");
        if (len < 3 || len > strlen("--format") || strncmp(argv[i], "--format", len) != 0)
            continue;
        const char *value = argv[i][len] == '=' ? argv[i] + len + 1 : i + 1 < argc ? argv[i + 1] : NULL;
        json = value && strcmp(value, "json") == 0;
    }
    return json;
}

/* "--files=1": the one option that this can be, if it takes no value. */
static const char *flag_with_value(const struct cli_command *command, const char *text)
{
    const char *found = NULL;
    size_t len = strcspn(text, "=");
    if (!command || len < 3 || !text[len] || strncmp(text, "--", 2) != 0)
        return NULL;
    for (const struct cli_option *option = command->options; option->name; option++) {
        if (strncmp(option->name, text + 2, len - 2) != 0)
            continue;
        if (strlen(option->name) == len - 2)
            return option->argument ? NULL : option->name;
        if (found || option->argument)
            return NULL;
        found = option->name;
    }
    return found;
}

/* getopt's own complaint goes to stderr in its words; this says it in ours. */
static int bad_option(const struct cli_command *command, char **argv, int result, struct sl_err *err)
{
    char shown[64];
    sl_escape(shown, sizeof shown, sl_str_from(argv[optind - 1]));
    const char *name = command ? command->name : "";
    const char *flag = flag_with_value(command, argv[optind - 1]);
    if (flag)
        (void)sl_fail(err, SL_E_USAGE, "option '--%s' takes no value", flag);
    else if (result == ':')
        (void)sl_fail(err, SL_E_USAGE, "option '%s' needs a value", shown);
    else
        (void)sl_fail(err, SL_E_USAGE, "unknown or ambiguous option '%s'", shown);
    return sl_hint(err, "'sealift %s%s--help' lists the options", name, command ? " " : "");
}

static size_t build_options(struct option longs[OPTIONS_MAX], const struct cli_command *command)
{
    size_t count = 0;
    longs[count++] = (struct option){"help", no_argument, NULL, OPTION_HELP};
    longs[count++] = (struct option){"version", no_argument, NULL, OPTION_VERSION};
    if (!command)
        return count;
    for (int i = 0; command->options[i].name; i++) {
        const struct cli_option *option = &command->options[i];
        int argument = option->argument ? required_argument : no_argument;
        longs[count++] = (struct option){option->name, argument, NULL, i};
    }
    return count;
}

static bool names_path(const struct cli_option *option)
{
    static const char *const arguments[] = {"FILE", "DIR", "PATH", "BASE"};
    for (size_t i = 0; option->argument && i < sizeof arguments / sizeof arguments[0]; i++)
        if (strcmp(option->argument, arguments[i]) == 0)
            return true;
    return false;
}

static void note_path(struct cli *cli, const char *path)
{
    if (cli->path_count < CLI_PATHS_MAX)
        cli->paths[cli->path_count++] = path;
}

/* Reads options until the end, or, without a command ("+"), until the first word. */
static int parse_options(struct cli_parsed *parsed, struct cli *cli, int argc, char **argv,
                         struct sl_err *err)
{
    const struct cli_command *command = parsed->command;
    struct option longs[OPTIONS_MAX] = {0};
    (void)build_options(longs, command);
    opterr = 0;
    optind = 0; /* GNU: start afresh */
    for (;;) {
        int result = getopt_long(argc, argv, command ? ":C:h" : "+:C:h", longs, NULL);
        if (result == -1)
            return 0;
        if (result == '?' || result == ':')
            return bad_option(command, argv, result, err);
        if (result == 'C' && *optarg == '\0')
            return sl_fail(err, SL_E_USAGE, "-C wants a directory, not an empty text");
        if (result == 'C')
            note_path(cli, cli->repository = optarg);
        else if (result == 'h' || result == OPTION_HELP)
            parsed->help = true;
        else if (result == OPTION_VERSION)
            parsed->version = true;
        else if (!command)
            return bad_option(command, argv, result, err);
        else if (store(parsed->context.bytes, &command->options[result], optarg, err) < 0)
            return -1;
        else if (names_path(&command->options[result]))
            note_path(cli, optarg);
    }
}

/* The first line of the command's help, as the hint. */
static int hint_usage(const struct cli_command *command, struct sl_err *err)
{
    struct sl_buf usage;
    sl_buf_init(&usage, SL_ERR_HINT_MAX);
    cli_usage(&usage, command);
    (void)sl_hint(err, "%s", usage.ptr ? usage.ptr : "");
    sl_buf_release(&usage);
    return -1;
}

static int check_words(const struct cli_command *command, const struct cli *cli, struct sl_err *err)
{
    if (cli->word_count < command->words_min) {
        (void)sl_fail(err, SL_E_USAGE, "%s needs %s", command->name, command->words);
        return hint_usage(command, err);
    }
    for (size_t i = 0; i < cli->word_count; i++) {
        if (*cli->words[i])
            continue;
        (void)sl_fail(err, SL_E_USAGE, "%s wants %s, not an empty text", command->name, command->words);
        return hint_usage(command, err);
    }
    if (cli->word_count > command->words_max) {
        char shown[64];
        sl_escape(shown, sizeof shown, sl_str_from(cli->words[command->words_max]));
        (void)sl_fail(err, SL_E_USAGE, "%s does not know what to do with '%s'", command->name, shown);
        return hint_usage(command, err);
    }
    return 0;
}

static int check_required(const struct cli_parsed *parsed, struct sl_err *err)
{
    const struct cli_command *command = parsed->command;
    for (size_t i = 0; command->options[i].name; i++) {
        const struct cli_option *option = &command->options[i];
        if (option->required && !is_given(parsed->context.bytes, option)) {
            (void)sl_fail(err, SL_E_USAGE, "%s needs --%s %s", command->name, option->name, option->argument);
            return sl_hint(err, "'sealift %s --help' lists the options", command->name);
        }
    }
    return 0;
}

static int parse(struct cli_parsed *parsed, struct cli *cli, int argc, char **argv, struct sl_err *err)
{
    if (parse_options(parsed, cli, argc, argv, err) < 0)
        return -1;
    if (parsed->help || parsed->version)
        return 0;
    if (optind >= argc) {
        (void)sl_fail(err, SL_E_USAGE, "which command?");
        return sl_hint(err, "'%s --help' lists the commands", cli->program);
    }
    const char *name = argv[optind];
    argv += optind;
    argc -= optind;
    if (strcmp(name, "help") == 0) {
        parsed->help = true;
        if (argc > 1)
            name = argv[1];
        parsed->command = find_command(name);
        return argc > 1 && !parsed->command ? unknown_command(cli->program, name, err) : 0;
    }
    parsed->command = find_command(name);
    if (!parsed->command)
        return unknown_command(cli->program, name, err);

    if (parsed->command->context_size > CLI_CONTEXT_MAX)
        return sl_fail(err, SL_E_INTERNAL, "the options of %s do not fit", name);
    if (parse_options(parsed, cli, argc, argv, err) < 0)
        return -1;
    cli->words = (const char *const *)argv + optind;
    cli->word_count = (size_t)(argc - optind);
    if (parsed->help || parsed->version)
        return 0;
    if (check_words(parsed->command, cli, err) < 0)
        return -1;
    return check_required(parsed, err);
}

int cli_parse(struct cli_parsed *parsed, struct cli *cli, int argc, char **argv, struct sl_err *err)
{
    *parsed = (struct cli_parsed){0};
    int result = cli_refuse_secrets(argc, argv, err) < 0 ? -1 : parse(parsed, cli, argc, argv, err);
    parsed->json =
        result < 0 ? mentions_json(argc, argv) : wants_json(parsed) && !parsed->help && !parsed->version;
    return result;
}

bool cli_sha256(unsigned char out[32], const char *text)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < 64; i++) {
        const char *digit = text[i] ? strchr(digits, text[i]) : NULL;
        if (!digit)
            return false;
        unsigned high = i % 2 ? (unsigned)out[i / 2] << 4 : 0;
        out[i / 2] = (unsigned char)(high | (unsigned)(digit - digits));
    }
    return text[64] == '\0';
}
