#include "ring.h"

#include "base/cleanup.h"
#include "io/sys.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define BATCH (RING_SLOTS / 2)

int ring_make(struct ring *ring)
{
    *ring = (struct ring){.given_back = {-1, -1}, .free = RING_SLOTS};
    void *slots =
        mmap(NULL, RING_SLOTS * RING_SLOT_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (slots == MAP_FAILED)
        return -1;
    ring->slots = slots;
    if (pipe2(ring->given_back, O_CLOEXEC) < 0)
        return -1;
    return fcntl(ring->given_back[1], F_SETFL, O_NONBLOCK);
}

void ring_release(struct ring *ring)
{
    if (ring->slots)
        (void)munmap(ring->slots, RING_SLOTS * RING_SLOT_BYTES);
    ring->slots = NULL;
    sl_closep(&ring->given_back[0]);
    sl_closep(&ring->given_back[1]);
}

static unsigned char *slot_of(const struct ring *ring, size_t piece)
{
    return ring->slots + piece % RING_SLOTS * RING_SLOT_BYTES;
}

unsigned char *ring_slot(struct ring *ring)
{
    if (ring->free == 0) {
        char bytes[RING_SLOTS];
        ssize_t got = sl_sys_read(ring->given_back[0], bytes, sizeof bytes);
        if (got <= 0)
            return NULL;
        ring->free = (size_t)got;
    }
    return slot_of(ring, ring->next);
}

void ring_filled(struct ring *ring)
{
    ring->free--;
    ring->next++;
}

static bool give_back(struct ring *ring)
{
    static const char bytes[BATCH] = {0};
    return sl_sys_write(ring->given_back[1], bytes, sizeof bytes) == (ssize_t)sizeof bytes;
}

bool ring_take(struct ring *ring, unsigned char *out, size_t len)
{
    if (len == 0 || len > RING_SLOT_BYTES)
        return false;
    memcpy(out, slot_of(ring, ring->next), len);
    /* From here on the compiler, too, must take the slot for something else than the copy. */
    atomic_thread_fence(memory_order_seq_cst);
    ring->next++;
    if (++ring->owed < BATCH)
        return true;
    ring->owed = 0;
    return give_back(ring);
}
