#include "validate/validate.h"

#include "base/cleanup.h"
#include "base/limits.h"

#include <pthread.h>

/* A thing that was made, and how to free it. */
struct made {
    void *thing;
    void (*release)(void *made);
    struct made *next;
};

struct sl_validation_shared {
    pthread_mutex_t lock; /* of everything below; recursive, so that a `make` may ask for other things */
    struct sl_tree *whole;
    struct sl_arena arena; /* keys and list */
    struct sl_map by_key;
    struct made *newest;
};

/* Keys and list items: far above what any set of rules asks for. */
#define ARENA_MAX (16 * SL_MIB)

static int make_lock(pthread_mutex_t *lock, struct sl_err *err)
{
    pthread_mutexattr_t attributes;
    if (pthread_mutexattr_init(&attributes) != 0)
        return sl_fail_memory(err);
    bool made = pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE) == 0 &&
                pthread_mutex_init(lock, &attributes) == 0;
    (void)pthread_mutexattr_destroy(&attributes);
    return made ? 0 : sl_fail_memory(err);
}

int sl_validation_shared_new(struct sl_validation_shared **out, const char *repository, const char *revision,
                             struct sl_err *err)
{
    struct sl_validation_shared *shared = calloc(1, sizeof *shared);
    if (!shared)
        return sl_fail_memory(err);
    if (make_lock(&shared->lock, err) < 0) {
        free(shared);
        return -1;
    }
    sl_arena_init(&shared->arena, ARENA_MAX);
    sl_map_init(&shared->by_key);
    int opened = revision ? sl_tree_open_git(&shared->whole, repository, revision, err)
                          : sl_tree_open_directory(&shared->whole, repository, err);
    if (opened < 0) {
        sl_validation_shared_free(shared);
        return -1;
    }
    *out = shared;
    return 0;
}

void sl_validation_shared_free(struct sl_validation_shared *shared)
{
    if (!shared)
        return;
    /* The newest first: a thing may refer to those that were made before it. */
    for (const struct made *made = shared->newest; made; made = made->next)
        if (made->release)
            made->release(made->thing);
    sl_tree_free(shared->whole);
    sl_map_release(&shared->by_key);
    sl_arena_release(&shared->arena);
    (void)pthread_mutex_destroy(&shared->lock);
    free(shared);
}

void sl_validation_shared_freep(struct sl_validation_shared **shared)
{
    sl_validation_shared_free(*shared);
    *shared = NULL;
}

/* How a thing is made, for make_kept(). */
struct recipe {
    struct sl_str key;
    sl_validation_make *make;
    const void *context;
    void (*release)(void *made);
};

static int make_kept(struct made **out, struct sl_validation_shared *shared, const struct recipe *recipe,
                     struct sl_err *err)
{
    /* All memory first, so that nothing can fail once the thing is there. */
    struct made *made = sl_arena_alloc(&shared->arena, sizeof *made);
    struct sl_str key = sl_arena_str(&shared->arena, recipe->key);
    if (!made || !key.ptr)
        return sl_fail_memory(err);
    if (recipe->make(&made->thing, shared->whole, recipe->context, err) < 0)
        return -1;
    if (sl_map_put(&shared->by_key, key, made, err) < 0) {
        if (recipe->release)
            recipe->release(made->thing);
        return -1;
    }
    made->release = recipe->release;
    made->next = shared->newest;
    shared->newest = made;
    *out = made;
    return 0;
}

/* NOLINTNEXTLINE(readability-function-size): seven things are what it takes, and a call names each once. */
int sl_validation_once(void **out, struct sl_validation_shared *shared, struct sl_str key,
                       sl_validation_make *make, const void *context, void (*release)(void *made),
                       struct sl_err *err)
{
    const struct recipe recipe = {.key = key, .make = make, .context = context, .release = release};
    *out = NULL;
    if (pthread_mutex_lock(&shared->lock) != 0)
        return sl_fail(err, SL_E_INTERNAL, "a lock between the threads of a validation cannot be taken");
    struct made *made = sl_map_get(&shared->by_key, key);
    int result = made ? 0 : make_kept(&made, shared, &recipe, err);
    if (result == 0 && made)
        *out = made->thing;
    (void)pthread_mutex_unlock(&shared->lock);
    return result;
}
