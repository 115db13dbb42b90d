/*
 * Every allocation and every system call fails once. What failed says so, nothing leaks, and the same tree
 * gives everything at the second try.
 */
#include "alloc_fault.h"
#include "repository.h"
#include "sys_fault.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { LARGE_SIZE = 1500000 };

static struct temp_dir temp;
static char root[PATH_MAX];

static void set_up(void)
{
    repository_make_temp(&temp);
    repository_init(&temp);
    temp_dir_write_text(&temp, "view/d/file", "content");
    temp_dir_write_text(&temp, "view/d/e/other", "other");
    temp_dir_link(&temp, "view/link", "d/e/../up");
    temp_dir_link(&temp, "view/d/up", "../d/file");
    temp_dir_link(&temp, "view/dangling", "nowhere");
    temp_dir_link(&temp, "view/out", "../out");
    for (int i = 0; i < 40; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "view/many/%d", i);
        temp_dir_write_text(&temp, name, "");
    }
    repository_commit_all(&temp);
    temp_dir_join(&temp, "view", root);
}

static void tear_down(void)
{
    temp_dir_remove(&temp);
}

TestSuite(faults, .init = set_up, .fini = tear_down);

static int open_view(bool from_git, struct sl_tree **out, struct sl_err *err)
{
    return from_git ? sl_tree_open_git(out, root, "HEAD", err) : sl_tree_open_directory(out, root, err);
}

static int drain(struct sl_source *source, struct sl_err *err)
{
    char bytes[16];
    size_t total = 0;
    ssize_t got;
    while ((got = sl_source_read(source, bytes, sizeof bytes, err)) > 0)
        total += (size_t)got;
    sl_source_free(source);
    if (got == 0)
        cr_assert_eq(total, 5);
    return (int)got;
}

/* One of everything; without reading the source to its end unless `drains`. */
static int use(struct sl_tree *tree, bool drains, struct sl_err *err)
{
    const struct sl_tree_entry *entries;
    size_t count;
    struct sl_str bytes;
    struct sl_source *source;
    struct sl_tree_revision revision;
    uint64_t commits;
    if (sl_tree_list(tree, SL_STR(""), &entries, &count, err) < 0)
        return -1;
    cr_assert_eq(count, 5);
    if (sl_tree_list(tree, SL_STR("many"), &entries, &count, err) < 0)
        return -1;
    cr_assert_eq(count, 40);
    int there = sl_tree_stat(tree, SL_STR("dangling"), NULL, err);
    if (there < 0 || sl_tree_read(tree, SL_STR("link"), &bytes, err) < 0 ||
        sl_tree_source(tree, SL_STR("d/e/other"), &source, err) < 0)
        return -1;
    if (!drains)
        sl_source_free(source);
    else if (drain(source, err) < 0)
        return -1;
    cr_assert_eq(there, 0);
    cr_assert(sl_str_equal(bytes, SL_STR("content")));
    if (sl_tree_revision(tree, &revision, err) < 0 || sl_tree_first_parent_count(tree, &commits, err) < 0)
        return -1;
    cr_assert(revision.is_git && !revision.dirty && commits == 1);
    return 0;
}

static void expect_second_try(struct sl_tree *tree)
{
    struct sl_err err = {0};
    cr_expect_eq(use(tree, true, &err), 0, "%s", err.message);
}

static void sweep_allocations(bool from_git)
{
    size_t failures = 0;
    for (size_t nth = 1;; nth++) {
        struct sl_tree *tree = NULL;
        struct sl_err err = {0};
        alloc_fault_arm(nth);
        int result = open_view(from_git, &tree, &err);
        if (result == 0)
            result = use(tree, true, &err);
        bool happened = alloc_fault_disarm();
        cr_assert_eq(result, happened ? -1 : 0, "allocation %zu: %s", nth, err.message);
        if (!happened) {
            sl_tree_free(tree);
            break;
        }
        failures++;
        cr_assert_eq(err.code, SL_E_NO_MEMORY, "allocation %zu: %s", nth, err.message);
        if (tree)
            expect_second_try(tree);
        sl_tree_free(tree);
    }
    /* An arena that does not call malloc each time fails in chunks only. */
#ifdef SEALIFT_ARENA_MALLOC
    cr_expect_gt(failures, 50);
#else
    cr_expect_gt(failures, 20);
#endif
}

Test(faults, an_allocation_that_fails_in_a_directory_view_is_reported)
{
    sweep_allocations(false);
}

Test(faults, an_allocation_that_fails_in_a_git_view_is_reported)
{
    sweep_allocations(true);
}

static const int numbers[] = {EIO, ENOENT, EACCES};

/* The one question that ENOENT answers: whether there is a .git. */
static bool is_answer(int number, const struct sl_err *err)
{
    return number == ENOENT && err->code == SL_E_INPUT && strstr(err->message, "is not in a git repository");
}

Test(faults, a_system_call_that_fails_is_reported_and_never_as_a_missing_file)
{
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        size_t failures = 0;
        size_t answers = 0;
        for (size_t nth = 1;; nth++) {
            struct sl_tree *tree = repository_open_directory(&temp, "view");
            struct sl_err err = {0};
            sys_fault_arm((struct sys_fault){.action = SYS_FAULT_FAIL, .nth = nth, .number = numbers[i]});
            /* An open file does not go missing, so ENOENT is no error of reading it. */
            int result = use(tree, numbers[i] != ENOENT, &err);
            bool happened = sys_fault_disarm();
            if (result < 0 && is_answer(numbers[i], &err)) {
                answers++;
            } else if (result < 0) {
                failures++;
                cr_assert_eq(err.code, SL_E_IO, "call %zu, errno %d: %s", nth, numbers[i], err.message);
                cr_assert_eq(err.sys_errno, numbers[i], "call %zu: %s", nth, err.message);
                expect_second_try(tree);
            }
            sl_tree_free(tree);
            if (!happened)
                break;
        }
        cr_expect_gt(failures, 10);
        cr_expect_eq(answers, numbers[i] == ENOENT ? 1 : 0);
    }
}

/* Opens the view, and streams a blob that git keeps packed. */
static int stream_large(struct sl_err *err)
{
    struct sl_tree *tree = NULL;
    struct sl_source *source = NULL;
    size_t total = 0;
    const void *bytes;
    ssize_t got = -1;
    if (sl_tree_open_git(&tree, temp.path, "HEAD", err) == 0 &&
        sl_tree_source(tree, SL_STR("large"), &source, err) == 0) {
        while ((got = sl_source_borrow(source, &bytes, SIZE_MAX, err)) > 0)
            total += (size_t)got;
        sl_source_free(source);
    }
    cr_assert(got < 0 || total == LARGE_SIZE);
    sl_tree_free(tree);
    return (int)got;
}

/* Kept as it is, and as the difference to another. */
static const char *const ways_to_keep[] = {
    "head -c 1500000 /dev/urandom > large; git add large; git commit -q -m large; git gc -q",
    "cp large kept; head -c 3000 /dev/urandom | dd of=large bs=1 seek=70000 conv=notrunc 2>/dev/null\n"
    "head -c 100 /dev/urandom >> large; git add large; git commit -q -m larger\n"
    "mv kept large; git add large; git commit -q -m again; git repack -q -a -d -f\n"
    "git rev-parse HEAD:large | git cat-file --batch-check='%(deltabase)' | grep -v '^0*$'",
};
enum { WAYS = sizeof ways_to_keep / sizeof ways_to_keep[0] };

static void allocation_sweep(void)
{
    for (size_t nth = 1;; nth++) {
        struct sl_err err = {0};
        alloc_fault_arm(nth);
        int result = stream_large(&err);
        bool happened = alloc_fault_disarm();
        cr_assert_eq(result, happened ? -1 : 0, "allocation %zu: %s", nth, err.message);
        if (!happened)
            break;
        cr_assert_eq(err.code, SL_E_NO_MEMORY, "allocation %zu: %s", nth, err.message);
    }
}

Test(faults, an_allocation_that_fails_while_a_packed_blob_is_streamed_is_reported)
{
    for (size_t way = 0; way < WAYS; way++) {
        repository_run(&temp, ways_to_keep[way]);
        allocation_sweep();
    }
}

/* What we cannot open libgit2 may, so not every failure is one. */
static void call_sweep(void)
{
    size_t failures = 0;
    for (size_t nth = 1;; nth++) {
        struct sl_err err = {0};
        sys_fault_arm((struct sys_fault){.action = SYS_FAULT_FAIL, .nth = nth, .number = EIO});
        int result = stream_large(&err);
        bool happened = sys_fault_disarm();
        if (!happened) {
            cr_assert_eq(result, 0, "%s", err.message);
            break;
        }
        if (result < 0) {
            failures++;
            cr_assert_eq(err.code, SL_E_IO, "call %zu: %s", nth, err.message);
            cr_assert_eq(err.sys_errno, EIO, "call %zu: %s", nth, err.message);
        }
    }
    cr_expect_gt(failures, 10);
}

Test(faults, a_system_call_that_fails_while_a_packed_blob_is_streamed_gives_no_other_content)
{
    for (size_t way = 0; way < WAYS; way++) {
        repository_run(&temp, ways_to_keep[way]);
        call_sweep();
    }
}
