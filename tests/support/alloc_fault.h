/*
 * Makes the Nth allocation fail. For programs linked with
 * -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc, which have alloc_fault.c among their sources; allocations
 * inside shared libraries are not counted.
 *
 *     for (size_t nth = 1;; nth++) {
 *         alloc_fault_arm(nth);
 *         int result = sl_thing_do(...);
 *         if (!alloc_fault_disarm())
 *             break;             // the work needed fewer than `nth` allocations: the sweep is complete
 *         cr_assert_lt(result, 0);
 *     }
 */
#ifndef ALLOC_FAULT_H
#define ALLOC_FAULT_H

#include <stdbool.h>
#include <stddef.h>

/* The nth allocation from here, counted from 1, fails; later ones work again. */
void alloc_fault_arm(size_t nth);

/* No more faults. True when the fault has happened. */
bool alloc_fault_disarm(void);

#endif
