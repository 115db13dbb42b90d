#include <criterion/criterion.h>

#include "alloc_fault.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "io/file.h"
#include "io/sys.h"
#include "scratch.h"
#include "sys_fault.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* -- walk -- */

struct seen {
    struct sl_buf text;
    const char *skip;
    const char *stop;
};

static int note(void *context, const struct sl_dir_entry *entry, struct sl_err *err)
{
    struct seen *seen = context;
    const char *type = S_ISDIR(entry->info.st_mode) ? "/" : S_ISLNK(entry->info.st_mode) ? "@" : "";
    sl_buf_printf(&seen->text, "%s%s\n", entry->path, type);
    if (seen->stop && strcmp(entry->path, seen->stop) == 0)
        return sl_fail(err, SL_E_FINDINGS, "stopped");
    return seen->skip && strcmp(entry->path, seen->skip) == 0;
}

static void make_tree(const struct scratch *scratch)
{
    static const char *const files[] = {"b",  "a/x", "a/sub/y",  "a-b",  "a.d/z",
                                        "a0", "B",   "\xc3\xa4", "a/x-1"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        scratch_write(scratch, files[i], "");
    scratch_link(scratch, "a/up", "..");
    scratch_mkdir(scratch, "empty");
}

static const struct {
    const char *skip, *stop;
    int result;
    const char *seen;
} walk_cases[] = {
    {NULL, NULL, 0, "B\na/\na-b\na.d/\na.d/z\na/sub/\na/sub/y\na/up@\na/x\na/x-1\na0\nb\nempty/\n\xc3\xa4\n"},
    {"a", NULL, 0, "B\na/\na-b\na.d/\na.d/z\na0\nb\nempty/\n\xc3\xa4\n"},
    {"a/sub", NULL, 0, "B\na/\na-b\na.d/\na.d/z\na/sub/\na/up@\na/x\na/x-1\na0\nb\nempty/\n\xc3\xa4\n"},
    {"b", NULL, 0, "B\na/\na-b\na.d/\na.d/z\na/sub/\na/sub/y\na/up@\na/x\na/x-1\na0\nb\nempty/\n\xc3\xa4\n"},
    {NULL, "a/sub/y", -1, "B\na/\na-b\na.d/\na.d/z\na/sub/\na/sub/y\n"},
};

Test(dir_walk, goes_in_byte_order_of_the_paths)
{
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    make_tree(&scratch);
    for (size_t i = 0; i < sizeof walk_cases / sizeof walk_cases[0]; i++) {
        struct sl_err err = {0};
        struct seen seen = {.skip = walk_cases[i].skip, .stop = walk_cases[i].stop};
        sl_buf_init(&seen.text, SL_MIB);
        cr_expect_eq(sl_dir_walk(scratch.dir, note, &seen, &err), walk_cases[i].result, "%s", err.message);
        cr_expect_str_eq(seen.text.ptr, walk_cases[i].seen, "case %zu:\n%s", i, seen.text.ptr);
        if (walk_cases[i].result < 0)
            cr_expect_str_eq(err.message, "stopped");
        sl_buf_release(&seen.text);
    }
}

static int count(void *context, const struct sl_dir_entry *entry, struct sl_err *err)
{
    (void)entry;
    (void)err;
    ++*(size_t *)context;
    return 0;
}

/* A chain of directories d/d/d/... below `dir`. */
static void make_chain(int dir, unsigned depth)
{
    int at = dup(dir);
    for (unsigned i = 0; i < depth; i++) {
        cr_assert_eq(mkdirat(at, "d", 0755), 0);
        int next = openat(at, "d", O_PATH | O_DIRECTORY);
        cr_assert_geq(next, 0);
        (void)close(at);
        at = next;
    }
    (void)close(at);
}

Test(dir_walk, stops_at_the_depth_limit)
{
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    make_chain(scratch.dir, SL_TREE_DEPTH_MAX - 1);
    struct sl_err err = {0};
    size_t entries = 0;
    cr_expect_eq(sl_dir_walk(scratch.dir, count, &entries, &err), 0, "%s", err.message);
    cr_expect_eq(entries, SL_TREE_DEPTH_MAX - 1);
    cr_assert_eq(renameat(scratch.dir, "d", scratch.dir, "e"), 0);
    scratch_mkdir(&scratch, "d");
    cr_assert_eq(renameat(scratch.dir, "e", scratch.dir, "d/d"), 0);
    cr_expect_eq(sl_dir_walk(scratch.dir, count, &entries, &err), -1);
    cr_expect_eq(err.code, SL_E_LIMIT);
    cr_expect_not_null(strstr(err.message, "nested deeper than the limit of 64 directories"), "%s",
                       err.message);
}

Test(dir_walk, refuses_a_path_that_is_too_long)
{
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    char name[251];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    int at = dup(scratch.dir);
    for (int i = 0; i < 9; i++) {
        cr_assert_eq(mkdirat(at, name, 0755), 0);
        int next = openat(at, name, O_PATH | O_DIRECTORY);
        (void)close(at);
        at = next;
    }
    (void)close(at);
    struct sl_err err = {0};
    size_t entries = 0;
    cr_expect_eq(sl_dir_walk(scratch.dir, count, &entries, &err), -1);
    cr_expect_eq(err.code, SL_E_LIMIT);
    cr_expect_eq(entries, 8);
    cr_expect_eq(sl_dir_remove(scratch.dir, "none", &err), 0);
}

Test(dir_walk, many_entries_come_in_order)
{
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    for (int i = 0; i < 2000; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "a-long-enough-name-%04d", (i * 7) % 2000);
        scratch_write(&scratch, name, "");
    }
    struct sl_err err = {0};
    struct seen seen = {0};
    sl_buf_init(&seen.text, SL_MIB);
    cr_expect_eq(sl_dir_walk(scratch.dir, note, &seen, &err), 0, "%s", err.message);
    struct sl_buf expected;
    sl_buf_init(&expected, SL_MIB);
    for (int i = 0; i < 2000; i++)
        sl_buf_printf(&expected, "a-long-enough-name-%04d\n", i);
    cr_expect_str_eq(seen.text.ptr, expected.ptr);
    sl_buf_release(&seen.text);
    sl_buf_release(&expected);
}

/* -- make -- */

static const struct {
    const char *path;
    enum sl_code code;
    const char *message;
} make_cases[] = {
    {"new", SL_OK, NULL},
    {"new/x/y/z", SL_OK, NULL},
    {"new/x/y/z", SL_OK, NULL},
    {"file", SL_E_EXISTS, "cannot make the directory file: a file named \"file\" is in the way"},
    {"file/x", SL_E_EXISTS, "cannot make the directory file/x: a file named \"file\" is in the way"},
    {"out/x", SL_E_EXISTS, "cannot make the directory out/x: a symbolic link named \"out\" is in the way"},
    {"dangling", SL_E_EXISTS,
     "cannot make the directory dangling: a symbolic link named \"dangling\" is in the way"},
    {"../x", SL_E_INPUT, "\"../x\" is not a plain relative path"},
    {"/x", SL_E_INPUT, "\"/x\" is not a plain relative path"},
    {"new//x", SL_E_INPUT, "\"new//x\" is not a plain relative path"},
};

Test(dir_make, makes_what_is_missing_and_follows_nothing)
{
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    scratch_write(&scratch, "root/file", "");
    scratch_mkdir(&scratch, "outside");
    scratch_link(&scratch, "root/out", "../outside");
    scratch_link(&scratch, "root/dangling", "../nothing");
    SL_CLEANUP(sl_closep) int root = openat(scratch.dir, "root", O_RDONLY | O_DIRECTORY);
    umask(0777);
    for (size_t i = 0; i < sizeof make_cases / sizeof make_cases[0]; i++) {
        struct sl_err err = {0};
        int result = sl_dir_make(root, make_cases[i].path, &err);
        cr_expect_eq(err.code, make_cases[i].code, "%s: %s", make_cases[i].path, err.message);
        if (result < 0) {
            cr_expect_str_eq(err.message, make_cases[i].message);
            continue;
        }
        struct stat info;
        cr_expect_eq(fstatat(root, make_cases[i].path, &info, 0), 0);
        cr_expect_eq(info.st_mode, S_IFDIR | 0755);
    }
    cr_expect(!scratch_has(&scratch, "outside/x"));
    cr_expect(!scratch_has(&scratch, "nothing"));
    umask(022);
}

Test(dir_make, refuses_what_a_walk_could_not_reach)
{
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    char path[2 * SL_TREE_DEPTH_MAX + 2];
    for (size_t i = 0; i < sizeof path - 1; i++)
        path[i] = i % 2 ? '/' : 'd';
    path[sizeof path - 1] = '\0';
    struct sl_err err = {0};
    cr_expect_eq(sl_dir_make(scratch.dir, path, &err), -1);
    cr_expect_eq(err.code, SL_E_LIMIT);
    path[sizeof path - 3] = '\0';
    cr_expect_eq(sl_dir_make(scratch.dir, path, &err), 0, "%s", err.message);
}

static const struct {
    const char *path;
    int result; /* 1 made, 0 there */
    enum sl_code code;
} open_cases[] = {
    {"new", 1, SL_OK},
    {"new", 0, SL_OK},
    {"linked/new//", 1, SL_OK},
    {"new/./x/./", 1, SL_OK},
    {"linked", 0, SL_OK},
    {"missing/x", -1, SL_E_NOT_FOUND},
    {"missing/..", -1, SL_E_USAGE},
    {"file", -1, SL_E_IO},
    {"file/x", -1, SL_E_IO},
    {"dangling", -1, SL_E_EXISTS},
};

Test(dir_make, of_a_path_only_the_last_directory_is_made)
{
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    scratch_write(&scratch, "file", "");
    scratch_mkdir(&scratch, "real");
    scratch_link(&scratch, "linked", "real");
    scratch_link(&scratch, "dangling", "nothing");
    for (size_t i = 0; i < sizeof open_cases / sizeof open_cases[0]; i++) {
        SL_CLEANUP(sl_closep) int fd = -1;
        struct sl_err err = {0};
        int result = sl_dir_open_or_make(&fd, scratch_path(&scratch, open_cases[i].path), &err);
        cr_expect_eq(result, open_cases[i].result, "%s: %s", open_cases[i].path, err.message);
        cr_expect_eq(err.code, open_cases[i].code, "%s: %s", open_cases[i].path, err.message);
        cr_expect_eq(fd >= 0, result >= 0);
    }
    cr_expect(scratch_has(&scratch, "real/new"));
    cr_expect_not(scratch_has(&scratch, "missing"));
    cr_expect_not(scratch_has(&scratch, "nothing"));
}

/* -- remove -- */

Test(dir_remove, removes_the_tree_and_nothing_behind_its_links)
{
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    scratch_write(&scratch, "outside/file", "kept");
    scratch_write(&scratch, "tree/a/b/c/file", "");
    scratch_write(&scratch, "tree/a-b/file", "");
    scratch_write(&scratch, "tree/file", "");
    scratch_mkdir(&scratch, "tree/a/empty");
    scratch_link(&scratch, "tree/a/out", "../../outside");
    scratch_link(&scratch, "tree/abs", "/");
    scratch_link(&scratch, "link", "outside");
    struct sl_err err = {0};
    cr_expect_eq(sl_dir_remove(scratch.dir, "tree", &err), 0, "%s", err.message);
    cr_expect_eq(sl_dir_remove(scratch.dir, "link", &err), 0, "%s", err.message);
    cr_expect_eq(sl_dir_remove(scratch.dir, "tree", &err), 0, "missing is fine");
    cr_expect(!scratch_has(&scratch, "tree"));
    cr_expect(!scratch_has(&scratch, "link"));
    cr_expect_str_eq(scratch_read(&scratch, "outside/file"), "kept");
    cr_expect_eq(sl_dir_remove(scratch.dir, "../outside", &err), -1);
    cr_expect_eq(sl_dir_remove(scratch.dir, ".", &err), -1);
    cr_expect_str_eq(scratch_read(&scratch, "outside/file"), "kept");
}

Test(dir_remove, reaches_everything_that_can_be_made)
{
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    scratch_mkdir(&scratch, "own");
    SL_CLEANUP(sl_closep) int own = openat(scratch.dir, "own", O_PATH | O_DIRECTORY);
    make_chain(own, SL_TREE_DEPTH_MAX);
    struct sl_err err = {0};
    cr_expect_eq(sl_dir_sync_tree(scratch.dir, "own", &err), 0, "%s", err.message);
    cr_expect_eq(sl_dir_remove(scratch.dir, "own", &err), 0, "%s", err.message);
    cr_expect(!scratch_has(&scratch, "own"));
}

Test(dir_remove, an_error_at_any_call_is_told_and_a_second_try_ends_it)
{
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    for (size_t nth = 1;; nth++) {
        scratch_write(&scratch, "tree/a/b/file", "");
        scratch_write(&scratch, "tree/c/file", "");
        struct sl_err err = {0};
        sys_fault_arm((struct sys_fault){SYS_FAULT_FAIL, nth, EIO, false});
        int result = sl_dir_remove(scratch.dir, "tree", &err);
        bool happened = sys_fault_disarm();
        cr_expect(result == 0 || (happened && err.code == SL_E_IO), "call %zu: %s", nth, err.message);
        cr_expect_eq(sl_dir_remove(scratch.dir, "tree", &err), 0, "call %zu: %s", nth, err.message);
        cr_expect(!scratch_has(&scratch, "tree"));
        if (!happened)
            break;
    }
}

/* -- sync -- */

Test(dir_sync, syncs_each_directory_of_a_tree)
{
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    scratch_write(&scratch, "tree/a/b/file", "");
    scratch_write(&scratch, "tree/c/file", "");
    scratch_link(&scratch, "tree/link", "c");
    struct sl_err err = {0};
    /* Of the calls, only fsync changes something: one for each of tree, a, b, c. */
    sys_fault_arm((struct sys_fault){.action = SYS_FAULT_COUNT, .changes_only = true});
    cr_expect_eq(sl_dir_sync_tree(scratch.dir, "tree", &err), 0, "%s", err.message);
    cr_expect_eq(sys_fault_count(), 4);
    sys_fault_arm((struct sys_fault){.action = SYS_FAULT_COUNT, .changes_only = true});
    cr_expect_eq(sl_dir_sync(scratch.dir, ".", &err), 0, "%s", err.message);
    cr_expect_eq(sl_dir_sync(scratch.dir, "tree/a", &err), 0, "%s", err.message);
    cr_expect_eq(sys_fault_count(), 2);
    (void)sys_fault_disarm();
    cr_expect_eq(sl_dir_sync(scratch.dir, "tree/link", &err), -1);
    cr_expect_eq(sl_dir_sync(scratch.dir, "tree/none", &err), -1);
    cr_expect_eq(err.code, SL_E_NOT_FOUND);
}

Test(dir_sync, a_failed_sync_is_told)
{
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    scratch_write(&scratch, "tree/a/file", "");
    for (size_t nth = 1; nth <= 2; nth++) {
        struct sl_err err = {0};
        sys_fault_arm((struct sys_fault){SYS_FAULT_FAIL, nth, EIO, true});
        cr_expect_eq(sl_dir_sync_tree(scratch.dir, "tree", &err), -1);
        cr_expect(sys_fault_disarm());
        cr_expect_eq(err.code, SL_E_IO);
    }
}

Test(dir_walk, a_failed_allocation_is_an_error_and_leaks_nothing)
{
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    make_tree(&scratch);
    for (size_t nth = 1;; nth++) {
        struct sl_err err = {0};
        size_t entries = 0;
        alloc_fault_arm(nth);
        int result = sl_dir_walk(scratch.dir, count, &entries, &err);
        bool happened = alloc_fault_disarm();
        cr_expect_eq(result, happened ? -1 : 0, "allocation %zu", nth);
        cr_expect_eq(err.code, happened ? SL_E_NO_MEMORY : SL_OK, "allocation %zu: %s", nth, err.message);
        if (!happened)
            break;
    }
}
