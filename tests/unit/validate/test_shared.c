/*
 * Things that are made once for all customers.
 */
#include "temp_dir.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <validate/validate.h>

static struct temp_dir temp;

static void set_up(void)
{
    temp_dir_make(&temp);
    temp_dir_write_text(&temp, "a", "text");
}

static void tear_down(void)
{
    temp_dir_remove(&temp);
}

TestSuite(shared, .init = set_up, .fini = tear_down);

struct counts {
    atomic_uint made;
    unsigned failures_left;
    struct sl_validation_shared *shared;
};

static atomic_uint released;

static void release(void *made)
{
    atomic_fetch_add(&released, 1);
    free(made);
}

static int make(void **made, struct sl_tree *whole, const void *context, struct sl_err *err)
{
    struct counts *counts = (struct counts *)context;
    struct sl_str *bytes = malloc(sizeof *bytes);
    cr_assert_not_null(bytes);
    if (counts->failures_left > 0) {
        counts->failures_left--;
        free(bytes);
        return sl_fail(err, SL_E_INPUT, "not yet");
    }
    atomic_fetch_add(&counts->made, 1);
    if (sl_tree_read(whole, SL_STR("a"), bytes, err) < 0) {
        free(bytes);
        return -1;
    }
    *made = bytes;
    return 0;
}

static int make_two(void **made, struct sl_tree *whole, const void *context, struct sl_err *err)
{
    const struct counts *counts = context;
    void *inner;
    if (sl_validation_once(&inner, counts->shared, SL_STR("inner"), make, context, release, err) < 0)
        return -1;
    return make(made, whole, context, err);
}

static void open_shared(struct counts *counts)
{
    struct sl_err err = {0};
    cr_assert_eq(sl_validation_shared_new(&counts->shared, temp.path, NULL, &err), 0, "%s", err.message);
}

Test(shared, a_thing_is_made_once_and_freed_with_it)
{
    struct counts counts = {0};
    struct sl_err err = {0};
    void *first, *second, *other;
    open_shared(&counts);
    cr_assert_eq(sl_validation_once(&first, counts.shared, SL_STR("k"), make, &counts, release, &err), 0);
    cr_assert_eq(sl_validation_once(&second, counts.shared, SL_STR("k"), make, &counts, release, &err), 0);
    cr_assert_eq(sl_validation_once(&other, counts.shared, SL_STR("l"), make_two, &counts, release, &err), 0);
    cr_expect_eq(first, second);
    cr_expect_neq(first, other);
    cr_expect_eq(counts.made, 3);
    cr_expect(sl_str_equal(*(struct sl_str *)first, SL_STR("text")), "what the tree gave stays");
    sl_validation_shared_free(counts.shared);
    cr_expect_eq(released, 3);
}

Test(shared, a_failure_is_not_kept)
{
    struct counts counts = {.failures_left = 1};
    struct sl_err err = {0};
    void *thing;
    open_shared(&counts);
    cr_expect_eq(sl_validation_once(&thing, counts.shared, SL_STR("k"), make, &counts, release, &err), -1);
    cr_expect_str_eq(err.message, "not yet");
    cr_expect_null(thing);
    cr_assert_eq(sl_validation_once(&thing, counts.shared, SL_STR("k"), make, &counts, release, &err), 0);
    cr_expect_not_null(thing);
    sl_validation_shared_free(counts.shared);
}

static void *ask(void *context)
{
    struct counts *counts = context;
    for (int i = 0; i < 100; i++) {
        struct sl_err err = {0};
        char key[2] = {(char)('a' + i % 10), '\0'};
        void *thing;
        if (sl_validation_once(&thing, counts->shared, sl_str_from(key), make, counts, release, &err) < 0)
            return counts;
    }
    return NULL;
}

Test(shared, threads_get_the_same_thing)
{
    struct counts counts = {0};
    pthread_t threads[4];
    open_shared(&counts);
    for (int i = 0; i < 4; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, ask, &counts), 0);
    for (int i = 0; i < 4; i++) {
        void *failed;
        cr_assert_eq(pthread_join(threads[i], &failed), 0);
        cr_expect_null(failed);
    }
    cr_expect_eq(counts.made, 10);
    sl_validation_shared_free(counts.shared);
    sl_validation_shared_free(NULL);
}

Test(shared, a_repository_that_is_not_there_is_told)
{
    struct sl_validation_shared *shared = NULL;
    struct sl_err err = {0};
    cr_expect_eq(sl_validation_shared_new(&shared, "/nowhere/at/all", NULL, &err), -1);
    cr_expect_eq(err.code, SL_E_NOT_FOUND);
    cr_expect_null(shared);
}
