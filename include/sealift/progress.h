/*
 * Saying how far long work is. The library calls report() at most some hundred times for one piece of work,
 * from the thread that called it, with `done` growing to `total` (0: not known). `phase` is a literal such as
 * "packing". A NULL report is allowed.
 */
#ifndef SEALIFT_PROGRESS_H
#define SEALIFT_PROGRESS_H

#include <stdint.h>

struct sl_progress {
    void (*report)(void *context, const char *phase, uint64_t done, uint64_t total);
    void *context;
};

#endif
