/*
 * docs/formats/key-command.md: the program is run once per question, without a shell; the request is its standard
 * input, the answer its standard output; standard error and the terminal are its own.
 */
#include "key_command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sealift/text.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WORDS_MAX       64
#define SECONDS_DEFAULT 120

/* How long a program that was told to end may take, and how often it is looked whether it has ended. */
#define GRACE_MS 1000
#define STEP_MS  2

extern char **environ;

static int fail(struct sl_err *err, const char *text, const char *what)
{
    char shown[256];
    (void)sl_fail(err, SL_E_IO, "the key command %s: %s", what,
                  sl_escape(shown, sizeof shown, sl_str_from(text)));
    return sl_hint(err, "docs/formats/key-command.md says what it is asked and has to answer");
}

/* -- words -- */

struct words {
    char *items[WORDS_MAX + 1];
    size_t count;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Copies one word to `to`, without its quotes; returns what follows it, or NULL where a quote is not closed. */
static const char *copy_word(char **to, const char *from)
{
    char quote = '\0';
    for (; *from && (quote || !is_blank(*from)); from++) {
        if (quote ? *from == quote : *from == '\'' || *from == '"')
            quote = quote ? '\0' : *from;
        else
            *(*to)++ = *from;
    }
    *(*to)++ = '\0';
    return quote ? NULL : from;
}

/* `to` has room for `text`: the words go there, each with a NUL. */
static int split(struct words *words, char *to, const char *text, struct sl_err *err)
{
    for (const char *at = text; at;) {
        while (is_blank(*at))
            at++;
        if (*at == '\0')
            break;
        if (words->count == WORDS_MAX)
            return sl_fail(err, SL_E_USAGE, "a key command has more than %d words", WORDS_MAX);
        words->items[words->count++] = to;
        at = copy_word(&to, at);
        if (!at)
            return sl_fail(err, SL_E_USAGE, "a quote in the key command is not closed");
    }
    if (words->count == 0)
        return sl_fail(err, SL_E_USAGE, "the key command is empty");
    return 0;
}

/* -- one run -- */

static int64_t now_ms(void)
{
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) < 0)
        return 0;
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct run {
    const struct cli_key_command *command;
    int64_t deadline;
    int input;  /* memory with the request */
    int output; /* our end of the pipe */
    int given;  /* its end */
    pid_t pid;  /* 0: not running */
};

static void close_one(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

static int prepare(struct run *run, const struct sl_buf *request, struct sl_err *err)
{
    int ends[2];
    run->input = memfd_create("request", MFD_CLOEXEC);
    if (run->input < 0 || pipe2(ends, O_CLOEXEC) < 0)
        return sl_fail_errno(err, SL_E_IO, "make a pipe to the key command");
    run->output = ends[0];
    run->given = ends[1];
    if (write(run->input, request->ptr, request->len) != (ssize_t)request->len ||
        lseek(run->input, 0, SEEK_SET) != 0)
        return sl_fail_errno(err, SL_E_IO, "write the request for the key command");
    return 0;
}

/* The signals as they are by default: this process ignores SIGPIPE and SIGXFSZ. */
static int spawn(struct run *run, char *const *words)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t signals;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return ENOMEM;
    if (posix_spawnattr_init(&attributes) != 0) {
        (void)posix_spawn_file_actions_destroy(&actions);
        return ENOMEM;
    }
    (void)sigemptyset(&signals);
    int failed = posix_spawnattr_setsigmask(&attributes, &signals);
    (void)sigaddset(&signals, SIGPIPE);
    (void)sigaddset(&signals, SIGXFSZ);
    failed = failed ? failed : posix_spawnattr_setsigdefault(&attributes, &signals);
    failed = failed ? failed
                    : posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    failed = failed ? failed : posix_spawn_file_actions_adddup2(&actions, run->input, STDIN_FILENO);
    failed = failed ? failed : posix_spawn_file_actions_adddup2(&actions, run->given, STDOUT_FILENO);
    failed = failed ? failed : posix_spawnp(&run->pid, words[0], &actions, &attributes, words, environ);
    (void)posix_spawnattr_destroy(&attributes);
    (void)posix_spawn_file_actions_destroy(&actions);
    if (failed)
        run->pid = 0;
    return failed;
}

static int fail_late(const struct run *run, struct sl_err *err)
{
    return fail(err, run->command->text, "did not answer in time (--key-timeout)");
}

static int read_answer(const struct run *run, struct sl_buf *answer, struct sl_err *err)
{
    for (;;) {
        int64_t left = run->deadline - now_ms();
        struct pollfd wait = {.fd = run->output, .events = POLLIN};
        int ready = left > 0 ? poll(&wait, 1, left > INT32_MAX ? INT32_MAX : (int)left) : 0;
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready == 0)
            return fail_late(run, err);
        char bytes[1024];
        ssize_t got = ready < 0 ? -1 : read(run->output, bytes, sizeof bytes);
        if (got < 0)
            return sl_fail_errno(err, SL_E_IO, "read the answer of the key command");
        if (got == 0)
            return 0;
        sl_buf_append(answer, bytes, (size_t)got);
        if (sl_buf_check(answer, "the answer", err) < 0)
            return fail(err, run->command->text, "answered more than 4096 bytes");
    }
}

#define STATUS_LOST (-1) /* waitpid() gives none such */

/* 1: it has ended, and *status says how, or that nobody knows; 0: it has not by `deadline`. */
static int wait_until(struct run *run, int64_t deadline, int *status)
{
    for (;;) {
        pid_t ended = waitpid(run->pid, status, WNOHANG);
        if (ended == run->pid || (ended < 0 && errno != EINTR)) {
            run->pid = 0;
            *status = ended < 0 ? STATUS_LOST : *status;
            return 1;
        }
        if (now_ms() >= deadline)
            return 0;
        const struct timespec step = {.tv_nsec = STEP_MS * 1000000L};
        (void)nanosleep(&step, NULL);
    }
}

/* Whatever it is doing, it is over. */
static void stop(struct run *run)
{
    int status = 0;
    if (run->pid > 0 && kill(run->pid, SIGTERM) == 0)
        (void)wait_until(run, now_ms() + GRACE_MS, &status);
    if (run->pid > 0 && kill(run->pid, SIGKILL) == 0)
        (void)waitpid(run->pid, &status, 0);
    close_one(&run->input);
    close_one(&run->output);
    close_one(&run->given);
}

static int check_status(const struct run *run, int status, struct sl_err *err)
{
    char what[64];
    if (status == STATUS_LOST)
        return fail(err, run->command->text, "ended, and how is not known (is SIGCHLD ignored?)");
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    if (WIFSIGNALED(status))
        (void)snprintf(what, sizeof what, "was ended by signal %d", WTERMSIG(status));
    else
        (void)snprintf(what, sizeof what, "ended with status %d", WEXITSTATUS(status));
    return fail(err, run->command->text, what);
}

static int ask_running(struct run *run, char *const *words, struct sl_buf *answer, struct sl_err *err)
{
    errno = spawn(run, words);
    char shown[256];
    if (errno != 0)
        return sl_fail_errno(err, SL_E_IO, "run the key command \"%s\"",
                             sl_escape(shown, sizeof shown, sl_str_from(run->command->text)));
    close_one(&run->given);
    if (read_answer(run, answer, err) < 0)
        return -1;
    int status = 0;
    if (!wait_until(run, run->deadline, &status))
        return fail_late(run, err);
    return check_status(run, status, err);
}

static int ask(const struct cli_key_command *command, const struct sl_buf *request, struct sl_buf *answer,
               struct sl_err *err)
{
    struct words words = {.count = 0};
    char *bytes = malloc(strlen(command->text) + 1);
    if (!bytes)
        return sl_fail_memory(err);
    struct run run = {
        .command = command, .deadline = now_ms() + command->timeout, .input = -1, .output = -1, .given = -1};
    int result = sl_buf_check(request, "the request", err);
    if (result == 0)
        result = split(&words, bytes, command->text, err);
    if (result == 0)
        result = prepare(&run, request, err);
    if (result == 0 && words.items[0])
        result = ask_running(&run, words.items, answer, err);
    stop(&run);
    free(bytes);
    return result;
}

/* Sends the request and reads what comes back; `signature` may be NULL. */
static int exchange(const struct cli_key_command *command, const struct sl_buf *request,
                    struct sl_public_key *key, unsigned char *signature, struct sl_err *err)
{
    struct sl_buf answer;
    sl_buf_init(&answer, SL_KEY_ANSWER_MAX);
    int result = ask(command, request, &answer, err);
    if (result == 0) {
        result = sl_key_command_answer(key, signature, sl_buf_view(&answer), "the key command's answer", err);
        if (result < 0)
            (void)sl_hint(err, "docs/formats/key-command.md says what it is asked and has to answer");
    }
    sl_buf_release(&answer);
    return result;
}

static int sign_outside(const void *context, unsigned char out[SL_SIGNATURE_BYTES],
                        const struct sl_signing_request *what, struct sl_err *err)
{
    const struct cli_key_command *command = context;
    struct sl_public_key key;
    struct sl_buf request;
    sl_buf_init(&request, SL_KEY_REQUEST_MAX);
    sl_key_command_ask_signature(&request, &command->key, what);
    int result = exchange(command, &request, &key, out, err);
    sl_buf_release(&request);
    if (result == 0 && !sl_public_key_same(&key, &command->key))
        return fail(err, command->text, "signed with another key than the one it named first");
    return result;
}

int cli_key_command_open(struct sl_signing_key *out, struct cli_key_command *command, const char *text,
                         const char *purpose, uint64_t seconds, struct sl_err *err)
{
    if (seconds > 86400)
        return sl_fail(err, SL_E_USAGE, "--key-timeout is at most 86400 seconds, a day");
    *command = (struct cli_key_command){.text = text,
                                        .timeout = (int64_t)(seconds ? seconds : SECONDS_DEFAULT) * 1000};
    struct sl_buf request;
    sl_buf_init(&request, SL_KEY_REQUEST_MAX);
    sl_key_command_ask(&request, purpose);
    int result = exchange(command, &request, &command->key, NULL, err);
    sl_buf_release(&request);
    *out = (struct sl_signing_key){.public_key = command->key, .sign = sign_outside, .context = command};
    return result;
}
