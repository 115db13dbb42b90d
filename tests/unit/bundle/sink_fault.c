#include "sink_fault.h"

#include "io/stream.h"

static size_t countdown;
static bool happened;

void sink_fault_arm(size_t nth)
{
    countdown = nth;
    happened = false;
}

bool sink_fault_disarm(void)
{
    countdown = 0;
    return happened;
}

/* The linker's names, see ld(1) under --wrap. */
int __real_sl_sink_write(struct sl_sink *sink, const void *bytes, size_t len, struct sl_err *err);
int __wrap_sl_sink_write(struct sl_sink *sink, const void *bytes, size_t len, struct sl_err *err);
int __wrap_sl_sink_write(struct sl_sink *sink, const void *bytes, size_t len, struct sl_err *err)
{
    if (countdown == 0 || --countdown > 0)
        return __real_sl_sink_write(sink, bytes, len, err);
    happened = true;
    return sl_fail(err, SL_E_NO_SPACE, "this write was to fail");
}
