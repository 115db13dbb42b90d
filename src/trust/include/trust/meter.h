/*
 * Progress in steps: whoever works tells every piece, the meter tells the caller about a hundred times.
 *
 * Order of calls: sl_meter_start() tells 0; sl_meter_add() with each piece; when the sum reaches the total,
 * that is told too. Keep the meter on the stack of the work.
 */
#ifndef TRUST_METER_H
#define TRUST_METER_H

#include <sealift/progress.h>

struct sl_meter {
    struct sl_progress progress;
    const char *phase; /* a literal */
    uint64_t done, total;
    uint64_t step; /* how much makes a report */
    uint64_t next; /* told when done reaches it */
};

/* `progress` may be NULL. */
void sl_meter_start(struct sl_meter *meter, const struct sl_progress *progress, const char *phase,
                    uint64_t total);
/* `amount` is not 0. */
void sl_meter_add(struct sl_meter *meter, uint64_t amount);

#endif
