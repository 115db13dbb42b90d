/*
 * The progress line on stderr.
 *
 * A thread of its own paints it, because the longest waits are single calls into the kernel, a flush of a slow disk or a
 * file lock, in which whoever works can report nothing.
 */
#include "cli.h"

#include <pthread.h>
#include <sealift/text.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define FIRST_AFTER_MS 1000
#define PAINT_EVERY_MS 150

struct cli_progress_line {
    pthread_mutex_t mutex;
    pthread_cond_t ended;
    pthread_t painter;
    bool end, shown;
    const char *phase;
    uint64_t done, total;
    int64_t started; /* of the phase, monotonic milliseconds */
};

static int64_t milliseconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool cli_terminal_is_dumb(void)
{
    const char *terminal = getenv("TERM");
    return !terminal || strcmp(terminal, "dumb") == 0;
}

static unsigned terminal_width(void)
{
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
        return 80;
    return size.ws_col;
}

/* "verifying [####................]  20 %  1.2 GiB, 800.0 MiB/s, 6 s left"; without a total "flushing  3 s". */
static int line_text(char *line, size_t size, const struct cli_progress_line *progress, int64_t elapsed)
{
    if (progress->total == 0 || progress->done > progress->total)
        return snprintf(line, size, "%s  %lld s", progress->phase, (long long)(elapsed / 1000));
    char so_far[16], rate[16], bar[21];
    double share = (double)progress->done / (double)progress->total;
    unsigned filled = (unsigned)(share * 20.0);
    for (unsigned i = 0; i < 20; i++)
        bar[i] = i < filled ? '#' : '.';
    bar[20] = '\0';
    uint64_t per_second = (uint64_t)((double)progress->done * 1000.0 / (double)elapsed);
    char left[32] = "";
    if (per_second)
        (void)snprintf(left, sizeof left, ", %llu s left",
                       (unsigned long long)((progress->total - progress->done) / per_second));
    return snprintf(line, size, "%s [%s] %3u %%  %s, %s/s%s", progress->phase, bar, (unsigned)(share * 100.0),
                    sl_size_text(so_far, progress->done), sl_size_text(rate, per_second), left);
}

static void paint(struct cli_progress_line *progress)
{
    char line[160];
    int64_t elapsed = milliseconds() - progress->started;
    int len = line_text(line, sizeof line, progress, elapsed > 0 ? elapsed : 1);
    if (len < 0)
        return;
    unsigned width = terminal_width() - 1;
    int visible = (unsigned)len < width ? len : (int)width;
    (void)dprintf(STDERR_FILENO, "\r%.*s\x1b[K", visible, line);
    progress->shown = true;
}

static void *paint_until_end(void *data)
{
    struct cli_progress_line *progress = data;
    int64_t next = milliseconds() + FIRST_AFTER_MS;
    (void)pthread_mutex_lock(&progress->mutex);
    while (!progress->end) {
        struct timespec until = {.tv_sec = (time_t)(next / 1000), .tv_nsec = (long)(next % 1000) * 1000000};
        (void)pthread_cond_timedwait(&progress->ended, &progress->mutex, &until);
        if (progress->end || milliseconds() < next)
            continue;
        paint(progress);
        next = milliseconds() + PAINT_EVERY_MS;
    }
    (void)pthread_mutex_unlock(&progress->mutex);
    return NULL;
}

static void report(void *context, const char *phase, uint64_t done, uint64_t total)
{
    struct cli_progress_line *progress = ((struct cli_progress *)context)->line;
    if (!progress)
        return;
    (void)pthread_mutex_lock(&progress->mutex);
    if (progress->phase != phase) {
        progress->phase = phase;
        progress->started = milliseconds();
    }
    progress->done = done;
    progress->total = total;
    (void)pthread_mutex_unlock(&progress->mutex);
}

/* Signals are for the thread that works: it knows how to end. */
static bool start_painter(struct cli_progress_line *progress)
{
    pthread_condattr_t attributes;
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&progress->mutex, NULL);
    (void)pthread_cond_init(&progress->ended, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = pthread_create(&progress->painter, NULL, paint_until_end, progress) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

struct sl_progress cli_progress_start(struct cli_progress *progress)
{
    *progress = (struct cli_progress){NULL};
    if (cli_terminal_is_dumb() || !isatty(STDERR_FILENO))
        return (struct sl_progress){NULL, NULL};
    struct cli_progress_line *line = calloc(1, sizeof *line);
    if (line) {
        line->phase = "working";
        line->started = milliseconds();
        if (start_painter(line)) {
            progress->line = line;
            return (struct sl_progress){report, progress};
        }
        free(line);
    }
    return (struct sl_progress){NULL, NULL};
}

void cli_progress_end(struct cli_progress *progress)
{
    struct cli_progress_line *line = progress->line;
    if (!line)
        return;
    progress->line = NULL;
    (void)pthread_mutex_lock(&line->mutex);
    line->end = true;
    (void)pthread_cond_signal(&line->ended);
    (void)pthread_mutex_unlock(&line->mutex);
    (void)pthread_join(line->painter, NULL);
    if (line->shown)
        (void)dprintf(STDERR_FILENO, "\r\x1b[K");
    (void)pthread_cond_destroy(&line->ended);
    (void)pthread_mutex_destroy(&line->mutex);
    free(line);
}
