/*
 * Bytes from a process that nobody trusts to the one that forked it, through memory that both have: nothing is copied by the
 * kernel, and no page is taken or given back.
 *
 * The mapping has RING_SLOTS slots. Piece number n lies in slot n % RING_SLOTS, so that nobody ever tells a number. The writer
 * tells the length of a piece, on a way of its own, when all of it is there; the reader copies it, in parts; and it gives slots
 * back, half of them at a time, by as many bytes in a pipe, which is where a writer waits that is ahead:
 *
 *     given back <= copied <= told, and told - given back <= RING_SLOTS
 *
 * A writer that was taken over keeps to none of this. What it can do:
 *   - tell a length: it is checked against the size of a slot, and nothing else is computed from it;
 *   - change a slot while it is copied, or after: the reader looks at nothing but its own copy, which is made of each byte once
 *     and never again. That copy is what is parsed, hashed and written, so it is one string of bytes, whichever;
 *   - not take back what is given back: the reader does not wait for it, but calls it broken;
 *   - take the memory away: that is its own mapping. There is no descriptor for it (a memfd would be one) by which it could be
 *     made shorter, and the reader be ended by SIGBUS.
 */
#ifndef IO_RING_H
#define IO_RING_H

#include <stdbool.h>
#include <stddef.h>

/* So many that one wakes the other only every 2 MiB: with a quarter of them 1 GiB took 0.07 s more of CPU time. */
#define RING_SLOTS      ((size_t)32)
#define RING_SLOT_BYTES ((size_t)128 * 1024)
#define RING_LINE_BYTES ((size_t)64) /* of a cache */

struct ring {
    unsigned char *slots; /* NULL: there is no mapping */
    int given_back
        [2]; /* the pipe: the writer reads [0]; the reader keeps it open too, so that writing cannot fail */
    size_t next; /* number of the piece that is written or copied next */
    size_t free; /* writer: slots that it may fill */
    size_t owed; /* reader: slots copied and not given back yet */
};

/* Maps the slots and makes the pipe, before the fork: -1 with errno. ring_release() in both cases. */
int ring_make(struct ring *ring);
void ring_release(struct ring *ring);

/* Writer: puts `len` bytes into the piece that it makes, behind the `at` bytes of it that are there, once there is a slot for
 * it; with ring_end_piece() it is made, and its length (1 to RING_SLOT_BYTES) is told next. False when the reader is gone.
 * It is fastest where `at` is a multiple of RING_LINE_BYTES. */
bool ring_put(struct ring *ring, size_t at, const void *bytes, size_t len);
void ring_end_piece(struct ring *ring);

/* Reader: copies `len` bytes of the next piece, from byte `at` on; what lies beyond the length that was told is anything.
 * ring_drop_piece() gives its slot back, after which the next is the one behind. False when what the writer told or did breaks
 * the rules. */
bool ring_take(struct ring *ring, size_t at, unsigned char *out, size_t len);
bool ring_drop_piece(struct ring *ring);

#endif
