#include "alloc_meter.h"

#include <malloc.h>
#include <stdatomic.h>

/* The linker's names, see ld(1) under --wrap. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *pointer, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void __real_free(void *pointer);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *pointer, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
void __wrap_free(void *pointer);

/* Several threads allocate. What a shared library allocated and is freed here makes the sum too small by that. */
static atomic_llong now, peak;

void alloc_meter_start(void)
{
    atomic_store(&now, 0);
    atomic_store(&peak, 0);
}

size_t alloc_meter_peak(void)
{
    long long bytes = atomic_load(&peak);
    return bytes > 0 ? (size_t)bytes : 0;
}

static void *count(void *pointer)
{
    if (!pointer)
        return NULL;
    long long size = (long long)malloc_usable_size(pointer);
    long long sum = atomic_fetch_add(&now, size) + size;
    long long before = atomic_load(&peak);
    while (sum > before && !atomic_compare_exchange_weak(&peak, &before, sum)) {
    }
    return pointer;
}

static void discount(void *pointer)
{
    if (pointer)
        (void)atomic_fetch_sub(&now, (long long)malloc_usable_size(pointer));
}

void *__wrap_malloc(size_t size)
{
    return count(__real_malloc(size));
}

void *__wrap_calloc(size_t amount, size_t size)
{
    return count(__real_calloc(amount, size));
}

void *__wrap_realloc(void *pointer, size_t size)
{
    long long before = pointer ? (long long)malloc_usable_size(pointer) : 0;
    void *moved = __real_realloc(pointer, size);
    if (moved)
        (void)atomic_fetch_sub(&now, before);
    return count(moved);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return count(__real_aligned_alloc(alignment, size));
}

void __wrap_free(void *pointer)
{
    discount(pointer);
    __real_free(pointer);
}
