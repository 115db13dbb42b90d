#include "io/thread.h"

#include <sched.h>
#include <signal.h>

bool sl_thread_start(pthread_t *thread, void *(*run)(void *context), void *context)
{
    sigset_t all;
    sigset_t before;
    (void)sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0)
        return false;
    bool started = pthread_create(thread, NULL, run, context) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

unsigned sl_thread_cpus(void)
{
    /* Fails on a machine with more CPUs than the set holds. */
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return CPU_SETSIZE;
    int count = CPU_COUNT(&set);
    return count > 0 ? (unsigned)count : 1;
}
