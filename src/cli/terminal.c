/*
 * Everything the command asks of the machine beside files: the terminal, the clock, randomness.
 */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <sealift/file.h>
#include <sealift/text.h>
#include <signal.h>
#include <stdio.h>
#include <sys/random.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define PASSWORD_MAX 1024

/* -- clock and randomness -- */

int64_t cli_now(void)
{
    return (int64_t)time(NULL);
}

static int fill_random(void *context, void *out, size_t len, struct sl_err *err)
{
    (void)context;
    unsigned char *bytes = out;
    while (len > 0) {
        ssize_t got = getrandom(bytes, len, 0);
        if (got < 0 && errno != EINTR)
            return sl_fail_errno(err, SL_E_IO, "get random bytes from the system");
        if (got > 0) {
            bytes += got;
            len -= (size_t)got;
        }
    }
    return 0;
}

struct sl_random cli_random(void)
{
    return (struct sl_random){fill_random, NULL};
}

void cli_holder(char out[128], const char *command)
{
    char when[24];
    char host[64] = "";
    (void)gethostname(host, sizeof host - 1);
    (void)snprintf(out, 128, "%s, process %ld on %.40s, since %s", command, (long)getpid(), host,
                   sl_time_text(when, cli_now()));
}

/* -- signals -- */

void cli_signals_hold(sigset_t *before)
{
    sigset_t held;
    (void)sigemptyset(&held);
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGALRM};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        (void)sigaddset(&held, numbers[i]);
    (void)sigprocmask(SIG_BLOCK, &held, before);
}

void cli_signals_let(const sigset_t *before)
{
    (void)sigprocmask(SIG_SETMASK, before, NULL);
}

/* Whether one of them has come meanwhile. */
static bool signal_waits(void)
{
    sigset_t pending;
    return sigpending(&pending) == 0 &&
           (sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1 ||
            sigismember(&pending, SIGHUP) == 1 || sigismember(&pending, SIGQUIT) == 1);
}

/* -- passwords -- */

/* One line from the terminal in raw mode, so that Ctrl-C can put the terminal back before anything ends. */
static int read_hidden_line(int tty, char *line, size_t *len, struct sl_err *err)
{
    *len = 0;
    for (;;) {
        char c;
        ssize_t got = read(tty, &c, 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return sl_fail_errno(err, SL_E_IO, "read the password from the terminal");
        if (got == 0 && signal_waits())
            return sl_fail(err, SL_E_USAGE, "no password was given");
        if (got == 0)
            continue;
        if (c == '\n' || c == '\r' || c == 4)
            return 0;
        if (c == 3)
            return sl_fail(err, SL_E_USAGE, "no password was given");
        if (c == 127 || c == 8)
            *len -= *len > 0;
        else if (c == 21)
            *len = 0;
        else if (*len < PASSWORD_MAX)
            line[(*len)++] = c;
    }
}

static int ask(int tty, struct sl_buf *out, const char *prompt, const char *path, struct sl_err *err)
{
    struct termios before;
    if (tcgetattr(tty, &before) < 0)
        return sl_fail_errno(err, SL_E_IO, "switch off the terminal's echo");
    sigset_t mask;
    cli_signals_hold(&mask); /* until the terminal is as it was before */
    struct termios hidden = before;
    hidden.c_lflag &= ~(tcflag_t)(ECHO | ICANON | ISIG);
    hidden.c_cc[VMIN] = 0;
    hidden.c_cc[VTIME] = 2; /* tenths of a second: how soon a signal that came is seen */
    char shown[256];
    sl_escape(shown, sizeof shown, sl_str_from(path));
    if (dprintf(tty, "%s %s: ", prompt, shown) < 0 || tcsetattr(tty, TCSAFLUSH, &hidden) < 0)
        return sl_fail_errno(err, SL_E_IO, "ask for a password at the terminal");
    char line[PASSWORD_MAX];
    size_t len = 0;
    int result = read_hidden_line(tty, line, &len, err);
    (void)tcsetattr(tty, TCSAFLUSH, &before);
    (void)dprintf(tty, "\n");
    cli_signals_let(&mask);
    sl_buf_append(out, line, len);
    explicit_bzero(line, sizeof line);
    if (result < 0)
        return -1;
    return sl_buf_check(out, "password", err);
}

static int ask_at_terminal(int tty, struct sl_buf *out, const char *path, bool confirm, struct sl_err *err)
{
    if (ask(tty, out, confirm ? "New password for" : "Password for", path, err) < 0)
        return -1;
    if (!confirm)
        return 0;
    struct sl_buf again;
    sl_buf_init(&again, PASSWORD_MAX);
    int result = ask(tty, &again, "The same once more for", path, err);
    if (result == 0 && !sl_str_equal(sl_buf_view(out), sl_buf_view(&again)))
        result = sl_fail(err, SL_E_USAGE, "the two passwords are not the same");
    if (again.ptr)
        explicit_bzero(again.ptr, again.capacity);
    sl_buf_release(&again);
    return result;
}

/* Byte by byte, so that what follows the line stays unread; into room that never moves, so that no copy is left. */
static int first_line_of_stdin(struct sl_buf *out, struct sl_err *err)
{
    char *line = sl_buf_reserve(out, PASSWORD_MAX);
    size_t len = 0;
    ssize_t got = 0;
    while (line && len < PASSWORD_MAX && (got = read(STDIN_FILENO, line + len, 1)) == 1 && line[len] != '\n')
        len++;
    if (got < 0)
        return sl_fail_errno(err, SL_E_IO, "read the password from standard input");
    if (line && got == 0 && len == 0) {
        (void)sl_fail(err, SL_E_USAGE, "the key needs a password, and none came on standard input");
        return sl_hint(err, "run it at a terminal, or give --password-file");
    }
    if (line)
        sl_buf_commit(out, len);
    return sl_buf_check(out, "password", err);
}

int cli_password(struct sl_buf *out, const char *path, const char *password_file, bool confirm,
                 struct sl_err *err)
{
    if (password_file) {
        if (sl_file_read(out, password_file, PASSWORD_MAX, err) < 0)
            return -1;
        out->len = sl_str_find(sl_buf_view(out), '\n');
        if (out->len > 0 && out->ptr[out->len - 1] == '\r') {
            (void)sl_fail(err, SL_E_INPUT,
                          "%s ends its line with CR LF, and the CR would count as part of the password",
                          password_file);
            return sl_hint(err, "save it with LF line ends");
        }
        return 0;
    }
    if (!isatty(STDIN_FILENO))
        return first_line_of_stdin(out, err);
    int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (tty < 0)
        return sl_fail_errno(err, SL_E_IO, "open the terminal to ask for a password");
    int result = ask_at_terminal(tty, out, path, confirm, err);
    (void)close(tty);
    return result;
}
