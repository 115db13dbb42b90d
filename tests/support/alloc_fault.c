#include "alloc_fault.h"

#include <errno.h>
#include <pthread.h>

/* The linker's names, see ld(1) under --wrap. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *pointer, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *pointer, size_t size);

static size_t countdown;
static bool happened;

static bool fails_now(void)
{
    if (countdown == 0 || --countdown > 0)
        return false;
    happened = true;
    errno = ENOMEM;
    return true;
}

/* What the code under test forks has its own memory, whose failures nobody here would see. */
static void disarm_child(void)
{
    countdown = 0;
}

void alloc_fault_arm(size_t nth)
{
    static bool watches_forks;
    if (!watches_forks)
        watches_forks = pthread_atfork(NULL, NULL, disarm_child) == 0;
    countdown = nth;
    happened = false;
}

bool alloc_fault_disarm(void)
{
    countdown = 0;
    return happened;
}

void *__wrap_malloc(size_t size)
{
    return fails_now() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails_now() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *pointer, size_t size)
{
    return fails_now() ? NULL : __real_realloc(pointer, size);
}
