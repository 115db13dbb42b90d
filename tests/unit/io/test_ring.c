/*
 * The memory between the process that unpacks and its parent, both ends in one process: what arrives, and what a writer that
 * keeps to nothing can do.
 */
#include <criterion/criterion.h>

#include "base/cleanup.h"
#include "ring.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The ends as they are after a fork: the mapping and the pipe are the same, the counters are not. */
struct pair {
    struct ring writer, reader;
    unsigned char *piece, *copy;
};

static void pair_make(struct pair *pair)
{
    cr_assert_eq(ring_make(&pair->reader), 0);
    pair->writer = pair->reader;
    pair->copy = malloc(RING_SLOT_BYTES);
    pair->piece = malloc(RING_SLOT_BYTES);
    cr_assert(pair->copy && pair->piece);
}

static void pair_release(struct pair *pair)
{
    ring_release(&pair->reader);
    free(pair->copy);
    free(pair->piece);
}

static bool hand_on(struct pair *pair, const void *bytes, size_t len)
{
    bool put = ring_put(&pair->writer, 0, bytes, len);
    ring_end_piece(&pair->writer);
    return put;
}

static bool take(struct pair *pair, size_t len)
{
    return ring_take(&pair->reader, 0, pair->copy, len) && ring_drop_piece(&pair->reader);
}

static void put(struct pair *pair, size_t number, size_t len)
{
    memset(pair->piece, (int)(number % 251), len);
    cr_assert(hand_on(pair, pair->piece, len));
}

static void expect_piece(struct pair *pair, size_t number, size_t len)
{
    cr_assert(take(pair, len), "piece %zu", number);
    for (size_t i = 0; i < len; i++)
        cr_assert_eq(pair->copy[i], number % 251, "piece %zu, byte %zu", number, i);
}

Test(ring, pieces_arrive_in_their_order_however_far_the_writer_is_ahead)
{
    for (size_t ahead = 1; ahead <= RING_SLOTS; ahead++) {
        SL_CLEANUP(pair_release) struct pair pair;
        pair_make(&pair);
        size_t taken = 0;
        for (size_t number = 0; number < 5 * RING_SLOTS; number++) {
            if (number - taken == ahead) {
                /* The reader gives slots back by the half: it may have to take more before there is one. */
                while (taken < number && (number - taken == ahead || pair.reader.owed > 0)) {
                    expect_piece(&pair, taken, 100);
                    taken++;
                }
            }
            put(&pair, number, 100);
        }
        for (; taken < 5 * RING_SLOTS; taken++)
            expect_piece(&pair, taken, 100);
    }
}

Test(ring, a_whole_slot_can_be_used)
{
    SL_CLEANUP(pair_release) struct pair pair;
    pair_make(&pair);
    for (size_t number = 0; number < 2 * RING_SLOTS; number++) {
        put(&pair, number, RING_SLOT_BYTES);
        expect_piece(&pair, number, RING_SLOT_BYTES);
    }
}

/* Lines, parts of lines, and none of the bytes behind. */
Test(ring, every_length_arrives_and_nothing_more)
{
    SL_CLEANUP(pair_release) struct pair pair;
    pair_make(&pair);
    for (size_t len = 1; len < 300; len++) {
        for (size_t i = 0; i < len; i++)
            pair.piece[i] = (unsigned char)(i + len);
        memset(pair.copy, 0xee, 301);
        cr_assert(hand_on(&pair, pair.piece, len));
        cr_assert(take(&pair, len));
        cr_expect_eq(memcmp(pair.copy, pair.piece, len), 0, "%zu bytes", len);
        cr_expect_eq(pair.copy[len], 0xee);
    }
}

/* Parts of lines again, which end and begin anywhere. */
Test(ring, a_piece_is_made_and_copied_in_parts)
{
    static const size_t steps[] = {1, 63, 64, 65, 1000, 4096, 16383, RING_SLOT_BYTES};
    enum { LEN = 40000 };
    const size_t count = sizeof steps / sizeof steps[0];
    for (size_t i = 0; i < count * count; i++) {
        size_t in = steps[i / count];
        size_t out = steps[i % count];
        SL_CLEANUP(pair_release) struct pair pair;
        pair_make(&pair);
        for (size_t at = 0; at < LEN; at++)
            pair.piece[at] = (unsigned char)(at % 251);
        for (size_t at = 0; at < LEN; at += in)
            cr_assert(ring_put(&pair.writer, at, pair.piece + at, at + in < LEN ? in : LEN - at));
        ring_end_piece(&pair.writer);
        for (size_t at = 0; at < LEN; at += out)
            cr_assert(ring_take(&pair.reader, at, pair.copy + at, at + out < LEN ? out : LEN - at));
        cr_expect_eq(memcmp(pair.copy, pair.piece, LEN), 0, "put by %zu, taken by %zu", in, out);
    }
}

Test(ring, what_lies_beyond_a_slot_is_refused)
{
    static const struct {
        size_t at, len;
    } parts[] = {
        {0, RING_SLOT_BYTES + 1}, {0, RING_SLOT_BYTES * RING_SLOTS}, {0, SIZE_MAX}, {1, RING_SLOT_BYTES},
        {RING_SLOT_BYTES, 1},     {RING_SLOT_BYTES + 1, 1},          {SIZE_MAX, 1}, {SIZE_MAX, SIZE_MAX}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        SL_CLEANUP(pair_release) struct pair pair;
        pair_make(&pair);
        put(&pair, 0, 1);
        cr_expect_not(ring_take(&pair.reader, parts[i].at, pair.copy, parts[i].len), "%zu bytes from %zu",
                      parts[i].len, parts[i].at);
    }
}

Test(ring, what_was_copied_does_not_change_with_the_slot)
{
    SL_CLEANUP(pair_release) struct pair pair;
    pair_make(&pair);
    for (size_t number = 0; number < 2 * RING_SLOTS; number++) {
        unsigned char *slot = pair.writer.slots + number % RING_SLOTS * RING_SLOT_BYTES;
        put(&pair, number, RING_SLOT_BYTES);
        expect_piece(&pair, number, RING_SLOT_BYTES);
        memset(slot, 0xee, RING_SLOT_BYTES);
        for (size_t i = 0; i < RING_SLOT_BYTES; i++)
            cr_assert_eq(pair.copy[i], number % 251);
    }
}

/* The same pieces told again and again, and no slot taken back: the reader must neither wait nor run without end. */
Test(ring, a_writer_that_takes_nothing_back_is_found_out, .timeout = 60)
{
    SL_CLEANUP(pair_release) struct pair pair;
    pair_make(&pair);
    size_t taken = 0;
    while (take(&pair, 1))
        cr_assert_lt(taken++, (size_t)64 << 20);
    cr_expect_geq(taken, RING_SLOTS);
}

Test(ring, a_writer_without_reader_comes_to_an_end, .timeout = 60)
{
    SL_CLEANUP(pair_release) struct pair pair;
    pair_make(&pair);
    for (size_t number = 0; number < RING_SLOTS; number++)
        put(&pair, number, 1);
    sl_closep(&pair.reader.given_back[1]);
    cr_expect_not(ring_put(&pair.writer, 0, pair.piece, 1));
}

Test(ring, what_was_not_made_can_be_released)
{
    struct ring ring = {.given_back = {-1, -1}};
    ring_release(&ring);
    ring_release(&ring);
    cr_expect_null(ring.slots);
}
