/*
 * Finds the command, runs it, prints its report or its error, and turns the error into the exit status.
 */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <sealift/text.h>
#include <sealift/version.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define REPORT_MAX (256U << 20)

/* What is unsafe and malformed bytes become "?", which is no longer than they are; what is escaped already, and line ends,
 * stay. Returns the length that is left. */
static size_t make_safe(char *text, size_t len)
{
    size_t kept = 0;
    for (size_t at = 0; at < len;) {
        uint32_t character = 0;
        size_t took = sl_utf8_decode((struct sl_str){text + at, len - at}, &character);
        if (took > 0 && (character == '\n' || !sl_is_unsafe(character))) {
            memmove(text + kept, text + at, took);
            kept += took;
        } else {
            text[kept++] = '?';
        }
        at += took ? took : 1;
    }
    return kept;
}

/* Messages are ours and escape what is not; this is the second fence in front of the terminal. It needs no memory, since the
 * message may be that there is none. */
static void print_error(const struct sl_err *err)
{
    char text[SL_ERR_MESSAGE_MAX + SL_ERR_HINT_MAX + 32];
    bool hint = err->hint[0] != '\0';
    int len = snprintf(text, sizeof text, "sealift: %s\n%s%s%s", err->message, hint ? "         " : "",
                       err->hint, hint ? "\n" : "");
    if (len > 0)
        (void)fwrite(text, 1, make_safe(text, (size_t)len), stderr);
}

static int print_report(const struct cli *cli, struct sl_err *err)
{
    if (sl_buf_check(&cli->out, "the report", err) < 0)
        return -1;
    if (cli->out.len == 0)
        return 0;
    if (fwrite(cli->out.ptr, 1, cli->out.len, stdout) == cli->out.len && fflush(stdout) == 0)
        return 0;
    /* Who reads has seen enough (`| head -1`): neither an error nor an end by a signal, and the verdict stays the
     * verdict. */
    if (errno == EPIPE)
        return 0;
    return sl_fail_errno(err, SL_E_IO, "write to standard output");
}

/* A file must not get the number of a closed standard stream: reports and messages would go into it. Writing to a closed
 * one still fails. */
static int occupy_standard_streams(void)
{
    static const int modes[] = {O_WRONLY, O_RDONLY, O_RDONLY};
    for (int fd = 0; fd < 3; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", modes[fd]) != fd)
            return -1;
    return 0;
}

static int run(struct cli *cli, struct cli_parsed *parsed, struct sl_err *err)
{
    if (parsed->version) {
        sl_buf_printf(&cli->out, "sealift %s\n", SL_VERSION);
        return 0;
    }
    if (parsed->help && parsed->command)
        cli_help_command(&cli->out, parsed->command);
    else if (parsed->help)
        cli_help_all(&cli->out);
    else
        return parsed->command->run(cli, parsed->context.bytes, err);
    return 0;
}

/* Secret keys are in memory here. One byte is too little for a core file, and the only limit that also keeps a core from a
 * program that takes it through a pipe (core(5)); where none is allowed already, it stays so. */
static int leave_no_core(void)
{
    struct rlimit one = {1, 1};
    struct rlimit none = {0, 0};
    return setrlimit(RLIMIT_CORE, &one) == 0 ? 0 : setrlimit(RLIMIT_CORE, &none);
}

/* Only calls that are allowed in a handler of signals, and no clean-up: an end like that by a kill, told. */
static void end_for_want_of_time(int number)
{
    static const char text[] =
        "sealift: the CPU time that this process may have is used up\n"
        "         raise the limit (ulimit -t; LimitCPU= of a unit of systemd), then try again\n";
    (void)number;
    ssize_t wrote = write(STDERR_FILENO, text, sizeof text - 1);
    (void)wrote;
    _exit(3); /* as of SL_E_IO */
}

/* The kernel warns at the soft limit on CPU time, and kills without a word at the hard one. Where both are the same, as
 * `ulimit -t` sets them, the warning would never come, so it is wanted a second before. */
static int hear_of_cpu_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_CPU, &limit) == 0 && limit.rlim_cur == limit.rlim_max &&
        limit.rlim_max != RLIM_INFINITY && limit.rlim_max > 1) {
        limit.rlim_cur--;
        (void)setrlimit(RLIMIT_CPU, &limit);
    }
    return signal(SIGXCPU, end_for_want_of_time) == SIG_ERR ? -1 : 0;
}

/* A closed pipe, or a file that may not grow, is a write that fails, never an end in the middle of an install. How a child ended
 * is lost where who started this one has it ignored. */
static int set_signals(void)
{
    bool set = signal(SIGPIPE, SIG_IGN) != SIG_ERR && signal(SIGXFSZ, SIG_IGN) != SIG_ERR &&
               signal(SIGCHLD, SIG_DFL) != SIG_ERR;
    return set && hear_of_cpu_limit() == 0 ? 0 : -1;
}

/* What every command relies on. */
static int prepare(struct sl_err *err)
{
    if (set_signals() < 0)
        return sl_fail_errno(err, SL_E_IO, "say which signals end this process");
    if (occupy_standard_streams() < 0)
        return sl_fail_errno(err, SL_E_IO, "open /dev/null in the place of a closed standard stream");
    if (leave_no_core() == 0)
        return 0;
    (void)sl_fail_errno(err, SL_E_IO, "forbid a core file, which would have keys in it");
    return sl_hint(
        err, "something in this environment keeps programs from setrlimit(2), a seccomp filter for instance");
}

int main(int argc, char **argv)
{
    struct sl_err unprepared = {0};
    int prepared = prepare(&unprepared);
    struct cli cli = {.program = "sealift", .repository = "."};
    const char *no_color = getenv("NO_COLOR");
    cli.color = isatty(STDOUT_FILENO) && !(no_color && *no_color) && !cli_terminal_is_dumb();
    sl_buf_init(&cli.out, REPORT_MAX);

    struct sl_err err = {0};
    struct cli_parsed parsed;
    int status = cli_parse(&parsed, &cli, argc, argv, &err);
    if (status == 0 && prepared < 0) {
        err = unprepared;
        status = -1;
    }
    if (status == 0)
        status = run(&cli, &parsed, &err);
    if (parsed.json)
        status = cli_json_finish(&cli, status, &err);
    /* What a command has to report is printed even where it failed: findings, drift. */
    struct sl_err print_err = {0};
    if (print_report(&cli, &print_err) < 0 && status >= 0) {
        err = print_err;
        if (status == 0 && parsed.command && parsed.command->lasting)
            (void)sl_hint(&err, "the work itself is done; only its report could not be printed");
        status = -1;
    }
    sl_buf_release(&cli.out);
    if (status < 0) {
        print_error(&err);
        status = sl_err_exit_status(err.code);
    }
    return status;
}
