#include "base/maker.h"

#include "base/cleanup.h"

int sl_maker_run(const struct sl_maker *maker, size_t max, struct sl_drain *drain, const char *what,
                 struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf out;
    sl_buf_init_draining(&out, max, drain);
    return maker->write(maker->context, &out, err) < 0 ? -1 : sl_buf_drain(&out, what, err);
}
