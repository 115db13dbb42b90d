#include "trust/meter.h"

#include <stddef.h>

#define REPORTS 100

static void tell(const struct sl_meter *meter)
{
    if (meter->progress.report)
        meter->progress.report(meter->progress.context, meter->phase, meter->done, meter->total);
}

void sl_meter_start(struct sl_meter *meter, const struct sl_progress *progress, const char *phase,
                    uint64_t total)
{
    uint64_t step = total / REPORTS + 1;
    *meter = (struct sl_meter){.phase = phase, .total = total, .step = step, .next = step};
    if (progress)
        meter->progress = *progress;
    tell(meter);
}

void sl_meter_add(struct sl_meter *meter, uint64_t amount)
{
    meter->done += amount;
    if (meter->done < meter->next && meter->done != meter->total)
        return;
    meter->next = meter->done + meter->step;
    tell(meter);
}
