/*
 * Makes pthread_create fail, for programs linked with -Wl,--wrap=pthread_create.
 */
#ifndef THREAD_FAULT_H
#define THREAD_FAULT_H

/* The first `count` threads from here can be created, no others. */
void thread_fault_allow(unsigned count);

/* How many were created since. */
unsigned thread_fault_created(void);

#endif
