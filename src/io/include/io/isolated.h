/*
 * A source whose stages run in a process of their own that can do nothing but read the file and hand on bytes.
 *
 * What unpacks and decrypts is the part that a hostile file can attack before any signature was checked. It works in a child
 * that has given up everything else: it holds the file and two pipes and no other descriptor, cannot gain rights
 * (no_new_privs), cannot open a path or a socket (Landlock, seccomp), cannot run a program or start a process or thread
 * (seccomp, limits), and dies with its parent. Taken over, it could hand on other bytes, which the signatures and digests that
 * the parent checks would refuse, and nothing else.
 *
 * What it unpacks comes over through shared memory (src/io/ring.h), and is copied before anybody looks at it: what the source
 * lends is the parent's alone, and stays as it is whatever the child does.
 *
 * What a kernel does not have is left out; sl_isolation tells which of it is active. Neither side makes a network system call.
 *
 * The child is a fork(2) without exec: `open` and the stages it makes run in it and must not rely on threads or locks of the
 * parent. In a program with threads, memory must be had from glibc's malloc, which is safe to use after fork.
 */
#ifndef IO_ISOLATED_H
#define IO_ISOLATED_H

#include "io/stream.h"
#include <sealift/isolation.h>

/* Makes the stages in the child. `file` is its descriptor as a source, taken over also on failure. */
struct sl_isolated_work {
    int (*open)(void *context, struct sl_source **out, struct sl_source *file, struct sl_err *err);
    void *context;
};

/*
 * `fd` is taken over; on failure it stays the caller's. `name` is for messages. Errors of the stages come out of the reads, as
 * they are. A child that came to another end is SL_E_REFUSED where the file may have done that, by a crash or by taking it over;
 * one that could not begin, or was killed from outside (memory or CPU time was short), is SL_E_IO: no verdict about the file. So is one
 * of which it is not known how it ended, because the program waits for every child or ignores SIGCHLD. Freeing the
 * source ends the child.
 */
int sl_source_isolated(struct sl_source **out, int fd, const char *name, const struct sl_isolated_work *work,
                       struct sl_err *err) SL_MUST_USE;

/* Of a source that sl_source_isolated() made. */
struct sl_isolation sl_source_isolation(const struct sl_source *source);

#endif
