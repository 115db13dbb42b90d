#include "thread_fault.h"

#include <errno.h>
#include <pthread.h>

static unsigned allowed = ~0U;
static unsigned created;

void thread_fault_allow(unsigned count)
{
    allowed = count;
    created = 0;
}

unsigned thread_fault_created(void)
{
    return created;
}

/* The linker's names, see ld(1) under --wrap. */
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *context);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *context);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *context)
{
    if (created == allowed)
        return EAGAIN;
    created++;
    return __real_pthread_create(thread, attributes, run, context);
}
