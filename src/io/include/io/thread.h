/*
 * Worker threads: of the streams, and of work on many customers.
 */
#ifndef IO_THREAD_H
#define IO_THREAD_H

#include <pthread.h>
#include <stdbool.h>

/* Starts a thread that takes no signals: those are for the program's own. False when it cannot be. */
bool sl_thread_start(pthread_t *thread, void *(*run)(void *context), void *context);

/* How many CPUs this process may run on; at least 1. */
unsigned sl_thread_cpus(void);

#endif
