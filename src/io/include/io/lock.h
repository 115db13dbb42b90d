/*
 * One writer at a time: flock(2) on a file that says who holds it. The lock ends with the process, whatever
 * ends it.
 */
#ifndef IO_LOCK_H
#define IO_LOCK_H

#include <sealift/err.h>
#include <stdbool.h>

struct sl_lock {
    int fd; /* -1: not held */
};

/*
 * Takes the lock `name` in `dir` (made when missing, mode 0644). `holder` is one line written into it for
 * others to read ("install, process 4711, since 2026-11-21T09:58:54Z"). When it is held: with `wait` waits,
 * else SL_E_BUSY and the message repeats, escaped, what the holder wrote; the caller puts in front what is
 * locked. A signal ends the wait, also with SL_E_BUSY.
 */
int sl_lock_take(struct sl_lock *lock, int dir, const char *name, const char *holder, bool wait,
                 struct sl_err *err) SL_MUST_USE;

void sl_lock_release(struct sl_lock *lock); /* for SL_CLEANUP(); does nothing when not held */

#endif
