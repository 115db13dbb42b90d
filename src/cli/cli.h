/*
 * The command: what its commands are made of. Nothing here is seen by the library.
 *
 * A command is a row of data: name, texts for the help, a table of options, the size of the struct its
 * options are written into, and a function. The same rows make --help, the man pages and the shell completion
 * (manual.c), so that they cannot disagree.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <sealift/age.h>
#include <sealift/buf.h>
#include <sealift/json.h>
#include <sealift/key.h>
#include <sealift/progress.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* -- options -- */

#define CLI_LIST_MAX 64

struct cli_list {
    const char *items[CLI_LIST_MAX];
    size_t count;
};

struct cli_count {
    bool given;
    uint64_t value;
};

enum cli_option_kind {
    CLI_FLAG,   /* bool: true when given */
    CLI_TEXT,   /* const char *: NULL when not given */
    CLI_NUMBER, /* uint64_t: 0 when not given; 0 cannot be given */
    CLI_COUNT,  /* struct cli_count: where 0 says something */
    CLI_LIST,   /* struct cli_list: may be given several times */
    CLI_FORMAT, /* enum cli_format */
};

enum cli_format { CLI_AS_TEXT, CLI_AS_JSON };

struct cli_option {
    const char *name;     /* long name, without dashes; NULL ends a table */
    const char *argument; /* "FILE"; NULL for a flag */
    const char *help;
    enum cli_option_kind kind;
    size_t offset; /* into the command's context */
    bool required;
};

#define CLI_FORMAT_OPTION(type)                                                                              \
    {                                                                                                        \
        "format", "FORMAT", "text, or json for other programs (default: text)", CLI_FORMAT,                  \
            offsetof(struct type, format), false                                                             \
    }
#define CLI_OPTIONS_END                                                                                      \
    {                                                                                                        \
        NULL, NULL, NULL, CLI_FLAG, 0, false                                                                 \
    }

/* -- commands -- */

#define CLI_PATHS_MAX 32

struct cli {
    const char *program;      /* "sealift" */
    const char *repository;   /* of -C; "." when not given */
    const char *const *words; /* what is left beside options */
    size_t word_count;
    const char *paths[CLI_PATHS_MAX]; /* of files and directories that options name; the first of them */
    size_t path_count;
    bool color;          /* stdout is a terminal and NO_COLOR is not set */
    struct sl_buf out;   /* the report, written to stdout when the command returns */
    struct sl_json json; /* of cli_json() */
    bool json_begun;
};

struct cli_command {
    const char *name;
    const char *words; /* "BUNDLE", or "" */
    size_t words_min, words_max;
    const char *summary;     /* one line, lower case, no full stop */
    const char *description; /* paragraphs parted by an empty line */
    const char *examples;    /* lines that can be run as they stand */
    const struct cli_option *options;
    size_t context_size;
    bool lasting;       /* leaves something that its report is only about */
    bool in_repository; /* works on the release repository, so that -C means something */
    /* An exit status (usually 0), or -1 with err filled. */
    int (*run)(struct cli *cli, const void *context, struct sl_err *err);
};

/* The commands of this binary, ending with a row whose name is NULL; commands_full.c or commands_site.c
 * defines it. */
extern const struct cli_command *const cli_commands[];

/* Enough for the largest context of any command. */
#define CLI_CONTEXT_MAX 8192

/* -- parse.c -- */
struct cli_parsed {
    const struct cli_command *command; /* NULL: help or version was asked for without one */
    bool help, version;
    bool json; /* --format json was asked for, also where the arguments make no sense otherwise */
    union {
        max_align_t align;
        unsigned char bytes[CLI_CONTEXT_MAX];
    } context;
};
/* Fills `cli` and `parsed` from the arguments; SL_E_USAGE with a "did you mean" where one is near. May
 * reorder argv. */
int cli_parse(struct cli_parsed *parsed, struct cli *cli, int argc, char **argv,
              struct sl_err *err) SL_MUST_USE;

/* secrets.c: SL_E_USAGE where an argument is a secret key itself, which the message does not repeat. */
int cli_refuse_secrets(int argc, char **argv, struct sl_err *err) SL_MUST_USE;

/* A digest in 64 hexadecimal digits, lower case. */
bool cli_sha256(unsigned char out[32], const char *text);

/* -- help.c -- */
/* "usage: sealift verify BUNDLE --pubkey FILE [OPTION]..." */
void cli_usage(struct sl_buf *out, const struct cli_command *command);
void cli_help_all(struct sl_buf *out);
void cli_help_command(struct sl_buf *out, const struct cli_command *command);

/* -- report.c: pieces that several reports share -- */
/* "  label        value" */
void cli_field(struct cli *cli, const char *label, const char *format, ...) SL_PRINTF(3, 4);
/* A word in colour where there is colour: '+' green, '!' red, '~' yellow. */
void cli_marked(struct cli *cli, char mark, const char *word);
/* Whoever mistypes the path of a directory that is made where it is missing has to see it: asked before the work, told on
 * stderr after it, also of work that failed. */
bool cli_is_missing(const char *path);
void cli_tell_made(bool missing, const char *path);
/* Text from a bundle, escaped, into the report. */
void cli_escaped(struct cli *cli, struct sl_str text);
/* A value as JSON in one line, into the report; long ones are cut. */
void cli_json_value(struct cli *cli, struct sl_str value);

/* -- document.c: the one JSON document of --format json, docs/formats/json.md -- */
/* The document, with its outermost map open; begun with the first call. Add members to the map, leave it open. */
struct sl_json *cli_json(struct cli *cli);
/* Forgets what was begun, where what is in it is not true. */
void cli_json_drop(struct cli *cli);
/* A member with a text, or none where it is empty. */
void cli_json_text(struct sl_json *json, const char *key, struct sl_str text);
/* A document that is written: characters that could act on a terminal become \uXXXX. */
void cli_json_shield(struct cli *cli);
/* For main(), after the command: adds the error of one that failed, and closes the document. Returns `status`, or -1
 * with `err` where the document could not be made. */
int cli_json_finish(struct cli *cli, int status, struct sl_err *err) SL_MUST_USE;

/* -- terminal.c -- */
/* The password of key file `path`: the first line of `password_file`, else asked at the terminal without echo
 * (twice when `confirm`), else the first line of standard input. The caller wipes and releases `out`. */
int cli_password(struct sl_buf *out, const char *path, const char *password_file, bool confirm,
                 struct sl_err *err) SL_MUST_USE;
/* Signals that end or stop the process wait from here, for a moment only, until cli_signals_let(): so that what is
 * unfinished is put away before anything ends. */
void cli_signals_hold(sigset_t *before);
void cli_signals_let(const sigset_t *before);
/* getrandom(2). */
struct sl_random cli_random(void);
/* Seconds since 1970. */
int64_t cli_now(void);
/* "install, process 4711, since ...": for the lock. */
void cli_holder(char out[128], const char *command);

/* -- progress.c -- */
/* A progress line on stderr, where that is a terminal, for work longer than a second. Nothing else is written to stderr between
 * start and end; end it in every case, once or more. */
struct cli_progress {
    struct cli_progress_line *line; /* NULL: none is shown */
};
struct sl_progress cli_progress_start(struct cli_progress *progress);
void cli_progress_end(struct cli_progress *progress);
/* A terminal that cannot move its cursor, or none is named. */
bool cli_terminal_is_dumb(void);

/* -- keys.c -- */
#define IDENTITY_OPTION(type)                                                                                \
    {                                                                                                        \
        "identity", "FILE", "an age identity that opens encrypted bundles; may be given several times",      \
            CLI_LIST, offsetof(struct type, identities), false                                               \
    }
/* For commands that ask for no other password. */
#define IDENTITY_PASSWORD_OPTION(type)                                                                       \
    {                                                                                                        \
        "password-file", "FILE",                                                                             \
            "take the password of an identity file that is encrypted itself from the first line of FILE",    \
            CLI_TEXT, offsetof(struct type, password_file), false                                            \
    }
/* The identities of all these files, or none of them; a password is asked for where a file is encrypted with one
 * (identities.c). Wipe them in every case. */
int cli_identities(struct sl_age_identities *out, const struct cli_list *paths, const char *password_file,
                   struct sl_err *err) SL_MUST_USE;
/* A key that is none is a mistake in the command line, in the file `path` or itself (NULL): exit status 1 would tell a
 * script that the bundle was refused. Returns -1. */
int cli_key_failed(struct sl_err *err, const char *path);

/* Whether it begins as a bundle does, or an encrypted one. */
bool cli_is_bundle(const char *path);
/* Overwrites and releases. */
void cli_wipe(struct sl_buf *buf);
/* Each is a recipient ("age1...") or a file of them. */
int cli_recipients(struct sl_age_recipients *out, const struct cli_list *items,
                   struct sl_err *err) SL_MUST_USE;
struct cli_keys {
    struct sl_public_key keys[CLI_LIST_MAX];
    size_t count;
};
int cli_public_keys(struct cli_keys *out, const struct cli_list *paths, struct sl_err *err) SL_MUST_USE;
/* Whether it is a secret key at all, before long work and without asking for a password. What is no file, a pipe, can be
 * read only once and is passed. */
int cli_secret_key_check(const char *path, struct sl_err *err) SL_MUST_USE;
int cli_secret_key(struct sl_secret_key *out, const char *path, const char *password_file,
                   struct sl_err *err) SL_MUST_USE;
/* The site's binary, found beside this program or in its libexec directory; far above its weight is the
 * limit. */
#define CLI_VERIFIER_MAX (64U << 20)
int cli_verifier_find(struct sl_buf *out, struct sl_err *err) SL_MUST_USE;
/* 1: the same program lies in `directory` already; 0: none, or one that may be replaced; -1: SL_E_EXISTS for another one. */
int cli_verifier_look(const struct sl_buf *program, const char *directory, bool replace,
                      struct sl_err *err) SL_MUST_USE;
int cli_verifier_put(const struct sl_buf *program, const char *directory, struct sl_err *err) SL_MUST_USE;
/* Where it lies in `directory`; returns `out`. */
#define CLI_VERIFIER_PATH 8192
const char *cli_verifier_path(char out[CLI_VERIFIER_PATH], const char *directory);
/* Into the policy: the signatures beside the bundle, and those named with --signature. The caller frees `out` after all
 * that was made with the policy, also after a failure. */
struct sl_detached_files;
struct sl_policy;
#define CLI_SIGNATURE_OPTION(type)                                                                           \
    {                                                                                                        \
        "signature", "FILE", "a detached signature; those beside the bundle are found without", CLI_LIST,    \
            offsetof(struct type, signatures), false                                                         \
    }
int cli_detached(struct sl_detached_files **out, struct sl_policy *policy, const char *bundle,
                 const struct cli_list *signatures, struct sl_err *err) SL_MUST_USE;
/* Opens a bundle for reading. */
int cli_open_bundle(int *fd, const char *path, struct sl_err *err) SL_MUST_USE;

#endif
