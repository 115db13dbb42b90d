/*
 * Makes the Nth sl_sink_write() fail, whoever calls it. For programs linked with -Wl,--wrap=sl_sink_write. Used as
 * alloc_fault.h is.
 */
#ifndef SINK_FAULT_H
#define SINK_FAULT_H

#include <stdbool.h>
#include <stddef.h>

/* The nth write from here, counted from 1, fails; later ones work again. */
void sink_fault_arm(size_t nth);

/* No more faults. True when the fault has happened. */
bool sink_fault_disarm(void);

#endif
