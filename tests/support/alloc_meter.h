/*
 * How much memory was allocated at once, at most. For programs linked with
 * -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=aligned_alloc,--wrap=free, which have alloc_meter.c among their
 * sources; allocations inside shared libraries are not counted.
 *
 *     alloc_meter_start();
 *     ...
 *     size_t peak = alloc_meter_peak();
 */
#ifndef ALLOC_METER_H
#define ALLOC_METER_H

#include <stddef.h>

/* From here on; what is allocated now does not count. */
void alloc_meter_start(void);

/* Bytes, since the start. */
size_t alloc_meter_peak(void);

#endif
