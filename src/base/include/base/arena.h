/*
 * Memory that dies together: a document, a tree or a plan owns one arena and releases it at once.
 *
 * Order of calls: sl_arena_init(), any number of allocations, sl_arena_release(). Nothing is freed in
 * between. What comes back is zeroed and aligned for any type. NULL means that memory ran out or the arena's
 * maximum was reached; callers turn it into sl_fail_memory().
 *
 * With the build option SEALIFT_ARENA_MALLOC every allocation is one malloc, so that the sanitizers see its
 * borders.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <sealift/str.h>
#include <stddef.h>

struct sl_arena_chunk;

struct sl_arena {
    struct sl_arena_chunk *chunks; /* newest first */
    size_t used;                   /* bytes handed out */
    size_t max;                    /* bytes it may hand out at most */
};

void sl_arena_init(struct sl_arena *arena, size_t max);
void sl_arena_release(struct sl_arena *arena);

void *sl_arena_alloc(struct sl_arena *arena, size_t size);

/* count * size, checked for overflow. */
void *sl_arena_array(struct sl_arena *arena, size_t count, size_t size);

/* A NUL-terminated copy; .ptr is NULL when memory ran out, and never NULL otherwise. */
struct sl_str sl_arena_str(struct sl_arena *arena, struct sl_str text);

/* a + b as one NUL-terminated text; .ptr is NULL when memory ran out. */
struct sl_str sl_arena_join(struct sl_arena *arena, struct sl_str a, struct sl_str b);

#endif
