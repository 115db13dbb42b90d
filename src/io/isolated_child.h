/*
 * What runs in the child of sl_source_isolated(): see there.
 */
#ifndef IO_ISOLATED_CHILD_H
#define IO_ISOLATED_CHILD_H

#include "io/isolated.h"
#include "ring.h"

#include <stdint.h>

/*
 * What the child reports, in this order: how it is confined (struct sl_isolation), before it reads the first byte of the file;
 * for each piece in the ring its length; a length of 0; and the outcome. A child that was taken over can report what it likes.
 * One that cannot even begin reports nothing, and has the errno of that as its exit status.
 */
typedef uint32_t isolated_length;

/* Smaller than PIPE_BUF, so that it is written at once. */
struct isolated_outcome {
    enum sl_code code;
    int sys_errno;
    char message[SL_ERR_MESSAGE_MAX];
    char hint[SL_ERR_HINT_MAX];
};

/* The descriptors that it has from then on. */
enum isolated_descriptor { ISOLATED_FILE = 3, ISOLATED_REPORT, ISOLATED_GIVEN_BACK, ISOLATED_FIRST_CLOSED };

/* `file` and the ring are what the child works with, `report` is its end of the pipe; of all else it lets go. */
struct isolated_child {
    pid_t parent;
    int file, report;
    bool waits; /* of the file: see io/stream.h */
    struct ring *ring;
    const struct sl_isolated_work *work;
    const char *name; /* of the file, for messages */
};

/* Called right after the fork. */
_Noreturn void isolated_child_run(const struct isolated_child *child);

#endif
