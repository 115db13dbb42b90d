/*
 * The one clean-up idiom: a variable marked SL_CLEANUP(f) has f(&variable) called when it goes out of scope,
 * so that every early return cleans up. sl_steal() hands a pointer over and leaves NULL behind, for the
 * return that succeeds.
 *
 *     SL_CLEANUP(sl_buf_release) struct sl_buf text;
 *     sl_buf_init(&text, SL_KIB);
 *
 *     SL_CLEANUP(sl_thing_freep) struct sl_thing *thing = NULL;
 *     ...
 *     *out = sl_steal(&thing);
 */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <stdlib.h>
#include <unistd.h>

#define SL_CLEANUP(function) __attribute__((cleanup(function)))

/* Defines name##p(), which frees the pointer it points at and is what SL_CLEANUP() wants. */
/* NOLINTBEGIN(bugprone-macro-parentheses): a type in parentheses declares nothing. */
#define SL_DEFINE_FREEP(type, name)                                                                          \
    static inline void name##p(type **pointer)                                                               \
    {                                                                                                        \
        name(*pointer);                                                                                      \
        *pointer = NULL;                                                                                     \
    }
/* NOLINTEND(bugprone-macro-parentheses) */

#define sl_steal(pointer)                                                                                    \
    __extension__({                                                                                          \
        __typeof__(*(pointer)) sl_stolen = *(pointer);                                                       \
        *(pointer) = NULL;                                                                                   \
        sl_stolen;                                                                                           \
    })

/* For malloc'd memory. */
static inline void sl_freep(void *pointer)
{
    free(*(void **)pointer);
    *(void **)pointer = NULL;
}

/* For file descriptors; -1 is none. */
static inline void sl_closep(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

#endif
