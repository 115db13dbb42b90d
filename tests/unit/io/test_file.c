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
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

/* -- read -- */

static const struct {
    const char *path;
    size_t max;
    enum sl_code code; /* SL_OK: "content" is read */
    const char *message;
} read_cases[] = {
    {"a/file", 100, SL_OK, NULL},
    {"a/file", 7, SL_OK, NULL},
    {"a/file", 6, SL_E_LIMIT, "a/file is larger than the limit of 6 bytes"},
    {"a/file", 0, SL_E_LIMIT, "a/file is larger than the limit of 0 bytes"},
    {"a/none", 100, SL_E_NOT_FOUND, "open a/none: No such file or directory"},
    {"a", 100, SL_E_INPUT, "a is not a regular file"},
    {"fifo", 100, SL_E_INPUT, "fifo is not a regular file"},
    {"link", 100, SL_E_INPUT, "link is a symbolic link or lies behind one; links are not followed"},
    {"up/file", 100, SL_E_INPUT, "up/file is a symbolic link or lies behind one; links are not followed"},
    {"../file", 100, SL_E_INPUT, "\"../file\" is not a plain relative path"},
    {"a\x1b[1m//file", 100, SL_E_INPUT, "\"a\\x1b[1m//file\" is not a plain relative path"},
};

Test(file_read, beneath_reads_regular_files_only)
{
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    scratch_write(&scratch, "a/file", "content");
    scratch_link(&scratch, "link", "a/file");
    scratch_link(&scratch, "up", "a");
    cr_assert_eq(mkfifoat(scratch.dir, "fifo", 0644), 0);
    for (size_t i = 0; i < sizeof read_cases / sizeof read_cases[0]; i++) {
        struct sl_err err = {0};
        SL_CLEANUP(sl_buf_release) struct sl_buf buf;
        sl_buf_init(&buf, read_cases[i].max);
        int result = sl_file_read_beneath(&buf, scratch.dir, read_cases[i].path, read_cases[i].max, &err);
        cr_expect_eq(err.code, read_cases[i].code, "case %zu: %s", i, err.message);
        cr_expect_eq(result, read_cases[i].code == SL_OK ? 0 : -1);
        if (result == 0)
            cr_expect_str_eq(buf.ptr, "content");
        else
            cr_expect_str_eq(err.message, read_cases[i].message);
    }
}

Test(file_read, a_named_file_may_be_a_link_or_a_pipe)
{
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    scratch_write(&scratch, "a/file", "content");
    scratch_link(&scratch, "link", "a/file");
    struct sl_err err = {0};
    SL_CLEANUP(sl_buf_release) struct sl_buf buf;
    sl_buf_init(&buf, 100);
    cr_expect_eq(sl_file_read(&buf, scratch_path(&scratch, "link"), 100, &err), 0, "%s", err.message);

    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    cr_assert_eq(write(ends[1], " piped", 6), 6);
    (void)close(ends[1]);
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", ends[0]);
    cr_expect_eq(sl_file_read(&buf, path, 100, &err), 0, "%s", err.message);
    cr_expect_str_eq(buf.ptr, "content piped");
    (void)close(ends[0]);
}

Test(file_read, a_large_file_comes_whole)
{
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    int fd = openat(scratch.dir, "large", O_WRONLY | O_CREAT, 0644);
    cr_assert_eq(ftruncate(fd, 300001), 0);
    (void)close(fd);
    struct sl_err err = {0};
    SL_CLEANUP(sl_buf_release) struct sl_buf buf;
    sl_buf_init(&buf, 300001);
    cr_expect_eq(sl_file_read(&buf, scratch_path(&scratch, "large"), 300001, &err), 0, "%s", err.message);
    cr_expect_eq(buf.len, 300001);
}

/* -- replace -- */

static mode_t mode_of(const struct scratch *scratch, const char *path)
{
    struct stat info;
    cr_assert_eq(fstatat(scratch->dir, path, &info, AT_SYMLINK_NOFOLLOW), 0);
    return info.st_mode & 07777;
}

Test(file_replace, gives_content_and_mode_whatever_the_umask)
{
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    umask(077);
    struct sl_err err = {0};
    scratch_write(&scratch, "state.tmp", "left by a kill");
    cr_expect_eq(sl_file_replace(scratch.dir, "state", SL_STR("one"), 0644, &err), 0, "%s", err.message);
    cr_expect_str_eq(scratch_read(&scratch, "state"), "one");
    cr_expect_eq(mode_of(&scratch, "state"), 0644);
    umask(0);
    cr_expect_eq(sl_file_replace(scratch.dir, "state", SL_STR(""), 0600, &err), 0, "%s", err.message);
    cr_expect_str_eq(scratch_read(&scratch, "state"), "");
    cr_expect_eq(mode_of(&scratch, "state"), 0600);
    cr_expect(!scratch_has(&scratch, "state.tmp"));
}

Test(file_replace, replaces_a_link_and_not_what_it_leads_to)
{
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    scratch_write(&scratch, "target", "target");
    scratch_link(&scratch, "state", "target");
    scratch_link(&scratch, "state.tmp", "target");
    struct sl_err err = {0};
    cr_expect_eq(sl_file_replace(scratch.dir, "state", SL_STR("new"), 0644, &err), 0, "%s", err.message);
    cr_expect_str_eq(scratch_read(&scratch, "target"), "target");
    cr_expect_str_eq(scratch_read(&scratch, "state"), "new");
}

Test(file_replace, takes_one_plain_name)
{
    static const char *const names[] = {"", ".", "..", "a/b", "/a", "../a"};
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    scratch_mkdir(&scratch, "a");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct sl_err err = {0};
        cr_expect_eq(sl_file_replace(scratch.dir, names[i], SL_STR("x"), 0644, &err), -1, "%s", names[i]);
        cr_expect_eq(err.code, SL_E_INTERNAL);
    }
}

/* With or without files that have no name yet, as on a FAT disk: what comes next is the first thing that changes anything. */
static void unnamed_files(bool there)
{
    if (there)
        (void)sys_fault_disarm();
    else
        sys_fault_arm((struct sys_fault){SYS_FAULT_FAIL, 1, EOPNOTSUPP, true});
}

/* A kill cannot show what a power cut would: that the content, and later the name, wait for the disk. */
Test(file_replace, makes_each_change_and_syncs_file_and_directory)
{
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    struct sl_err err = {0};
    /* unlink, create, write, fchmod, fsync, rename, fsync */
    sys_fault_arm((struct sys_fault){.action = SYS_FAULT_COUNT, .changes_only = true});
    cr_expect_eq(sl_file_replace(scratch.dir, "state", SL_STR("new"), 0644, &err), 0, "%s", err.message);
    cr_expect_eq(sys_fault_count(), 7);
    /* create without a name, write, fchmod, fsync, link, fsync */
    sys_fault_arm((struct sys_fault){.action = SYS_FAULT_COUNT, .changes_only = true});
    cr_expect_eq(sl_file_create(scratch_path(&scratch, "out"), SL_STR("new"), 0644, false, &err), 0);
    cr_expect_eq(sys_fault_count(), 6);
    (void)sys_fault_disarm();
    /* the same without success, create, write, fchmod, fsync, rename, fsync */
    unnamed_files(false);
    cr_expect_eq(sl_file_create(scratch_path(&scratch, "named"), SL_STR("new"), 0644, false, &err), 0);
    cr_expect_eq(sys_fault_count(), 7);
    (void)sys_fault_disarm();
}

static const int fault_numbers[] = {ENOSPC, EIO};

Test(file_replace, an_error_at_any_call_leaves_old_or_new)
{
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    for (size_t kind = 0; kind < sizeof fault_numbers / sizeof fault_numbers[0]; kind++) {
        for (size_t nth = 1;; nth++) {
            scratch_write(&scratch, "state", "old");
            struct sl_err err = {0};
            sys_fault_arm((struct sys_fault){SYS_FAULT_FAIL, nth, fault_numbers[kind], false});
            int result = sl_file_replace(scratch.dir, "state", SL_STR("new"), 0644, &err);
            bool happened = sys_fault_disarm();
            const char *now = scratch_read(&scratch, "state");
            cr_expect(strcmp(now, "new") == 0 || (result < 0 && strcmp(now, "old") == 0), "call %zu: %s", nth,
                      now);
            cr_expect(result == 0 || err.code == (kind ? SL_E_IO : SL_E_NO_SPACE), "call %zu: %s", nth,
                      err.message);
            cr_expect(!scratch_has(&scratch, "state.tmp"), "call %zu", nth);
            if (!happened) {
                cr_expect_eq(result, 0);
                cr_expect_geq(nth, 8);
                break;
            }
        }
    }
}

static void replace_state(void *context)
{
    const struct scratch *scratch = context;
    struct sl_err err = {0};
    if (sl_file_replace(scratch->dir, "state", SL_STR("new content"), 0644, &err) < 0)
        _exit(1);
}

static void kill_at_each_call(const struct scratch *scratch, enum sys_fault_action action)
{
    bool died = true;
    for (size_t nth = 1; died; nth++) {
        scratch_write(scratch, "state", "old content");
        sys_fault_arm((struct sys_fault){.action = action, .nth = nth});
        died = sys_fault_run(replace_state, (void *)scratch);
        const char *now = scratch_read(scratch, "state");
        cr_expect(strcmp(now, "new content") == 0 || (died && strcmp(now, "old content") == 0),
                  "call %zu: %s", nth, now);
        replace_state((void *)scratch);
        cr_expect_str_eq(scratch_read(scratch, "state"), "new content");
    }
}

Test(file_replace, a_kill_at_any_call_leaves_old_or_new)
{
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    kill_at_each_call(&scratch, SYS_FAULT_DIE);
    kill_at_each_call(&scratch, SYS_FAULT_DIE_WRITING);
}

/* -- new file -- */

static void write_and_finish(const struct scratch *scratch, bool unnamed)
{
    struct sl_err err = {0};
    SL_CLEANUP(sl_sink_freep) struct sl_sink *sink = NULL;
    unnamed_files(unnamed);
    cr_assert_eq(sl_sink_new_file(&sink, scratch_path(scratch, "out"), 0644, false, &err), 0, "%s",
                 err.message);
    (void)sys_fault_disarm();
    cr_expect_eq(sl_sink_write(sink, "content", 7, &err), 0);
    cr_expect(!scratch_has(scratch, "out"));
    cr_expect_eq(scratch_has(scratch, "out.partial"), !unnamed);
    if (!unnamed)
        cr_expect_eq(mode_of(scratch, "out.partial"), 0600);
    cr_expect_eq(sl_sink_finish(sink, &err), 0, "%s", err.message);
    cr_expect_str_eq(scratch_read(scratch, "out"), "content");
    cr_expect_eq(mode_of(scratch, "out"), 0644);
    cr_expect(!scratch_has(scratch, "out.partial"));
}

Test(new_file, has_its_name_only_when_finished)
{
    umask(077);
    for (int unnamed = 0; unnamed <= 1; unnamed++) {
        SL_CLEANUP(scratch_remove) struct scratch scratch;
        scratch_make(&scratch);
        write_and_finish(&scratch, unnamed);
    }
}

Test(new_file, leaves_nothing_when_it_is_not_finished)
{
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    for (int unnamed = 0; unnamed <= 1; unnamed++) {
        struct sl_err err = {0};
        struct sl_sink *sink = NULL;
        unnamed_files(unnamed);
        cr_assert_eq(sl_sink_new_file(&sink, scratch_path(&scratch, "out"), 0644, false, &err), 0);
        (void)sys_fault_disarm();
        cr_expect_eq(sl_sink_write(sink, "content", 7, &err), 0);
        sl_sink_free(sink);
        cr_expect(!scratch_has(&scratch, "out"));
        cr_expect(!scratch_has(&scratch, "out.partial"));
    }
}

static const struct {
    const char *path;
    bool replace;
    enum sl_code code;
} new_file_cases[] = {
    {"there", false, SL_E_EXISTS},
    {"there", true, SL_OK},
    {"link", false, SL_E_EXISTS},
    {"link", true, SL_OK},
    {"dangling", false, SL_E_EXISTS},
    {"directory", true, SL_E_EXISTS},
    {"behind/new", false, SL_OK},
    {"left", false, SL_OK},
    {"left", true, SL_OK},
    {"fifo", false, SL_OK},
    {"fifo", true, SL_OK},
    {"linked", false, SL_OK},
    {"trap", false, SL_OK},
    {"trap", true, SL_OK},
    {"folder", false, SL_OK},
    {"none/new", false, SL_E_NOT_FOUND},
    {"there/new", false, SL_E_IO},
    {"directory/", false, SL_E_USAGE},
    {"directory/..", false, SL_E_USAGE},
};

static void make_what_is_there(const struct scratch *scratch)
{
    scratch_write(scratch, "there", "old");
    scratch_write(scratch, "target", "target");
    scratch_link(scratch, "link", "target");
    scratch_link(scratch, "dangling", "nothing");
    scratch_mkdir(scratch, "directory");
    scratch_link(scratch, "behind", "directory");
    /* Names that sealift would like to use, and that are somebody's. */
    scratch_write(scratch, "left.partial", "somebody's work");
    scratch_write(scratch, "left.partial-2", "more of it");
    scratch_write(scratch, "folder.partial/file", "somebody's work");
    cr_assert_eq(mkfifoat(scratch->dir, "fifo.partial", 0600), 0);
    cr_assert_eq(linkat(scratch->dir, "target", scratch->dir, "linked.partial", 0), 0);
    scratch_link(scratch, "trap.partial", "target");
}

static void expect_what_was_there(const struct scratch *scratch, size_t i)
{
    static const char *const names[] = {"there",          "link",         "dangling",
                                        "directory",      "behind",       "fifo.partial",
                                        "linked.partial", "trap.partial", "folder.partial/file"};
    cr_expect_str_eq(scratch_read(scratch, "target"), "target", "case %zu", i);
    cr_expect_str_eq(scratch_read(scratch, "left.partial"), "somebody's work", "case %zu", i);
    cr_expect_str_eq(scratch_read(scratch, "left.partial-2"), "more of it", "case %zu", i);
    for (size_t n = 0; n < sizeof names / sizeof names[0]; n++)
        cr_expect(scratch_has(scratch, names[n]), "case %zu: %s is gone", i, names[n]);
}

static void expect_new_file(const struct scratch *scratch, size_t i, bool unnamed)
{
    struct sl_err err = {0};
    SL_CLEANUP(sl_sink_freep) struct sl_sink *sink = NULL;
    const char *path = scratch_path(scratch, new_file_cases[i].path);
    unnamed_files(unnamed);
    int result = sl_sink_new_file(&sink, path, 0644, new_file_cases[i].replace, &err);
    (void)sys_fault_disarm();
    cr_expect_eq(err.code, new_file_cases[i].code, "case %zu: %s", i, err.message);
    if (result < 0) {
        cr_expect_str_eq(scratch_read(scratch, "there"), "old");
        return;
    }
    cr_expect_eq(sl_sink_write(sink, "new", 3, &err), 0);
    cr_expect_eq(sl_sink_finish(sink, &err), 0, "case %zu: %s", i, err.message);
    cr_expect_str_eq(scratch_read(scratch, new_file_cases[i].path), "new");
}

Test(new_file, replaces_only_what_it_may)
{
    for (size_t i = 0; i < 2 * (sizeof new_file_cases / sizeof new_file_cases[0]); i++) {
        SL_CLEANUP(scratch_remove) struct scratch scratch;
        scratch_make(&scratch);
        make_what_is_there(&scratch);
        expect_new_file(&scratch, i / 2, i % 2);
        expect_what_was_there(&scratch, i / 2);
    }
}

Test(new_file, says_so_where_every_name_is_taken)
{
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    for (int i = 1; i <= 99; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, i > 1 ? "out.partial-%d" : "out.partial", i);
        scratch_write(&scratch, name, "somebody's");
    }
    struct sl_err err = {0};
    SL_CLEANUP(sl_sink_freep) struct sl_sink *sink = NULL;
    unnamed_files(false);
    cr_expect_eq(sl_sink_new_file(&sink, scratch_path(&scratch, "out"), 0644, false, &err), -1);
    (void)sys_fault_disarm();
    cr_expect_eq(err.code, SL_E_EXISTS);
    cr_expect(strstr(err.message, "out.partial is in the way, and so is every name up to "), "%s",
              err.message);
    cr_expect_str_eq(scratch_read(&scratch, "out.partial-99"), "somebody's");
}

Test(new_file, does_not_replace_what_came_while_it_was_written)
{
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    struct sl_err err = {0};
    SL_CLEANUP(sl_sink_freep) struct sl_sink *sink = NULL;
    cr_assert_eq(sl_sink_new_file(&sink, scratch_path(&scratch, "out"), 0644, false, &err), 0);
    scratch_write(&scratch, "out", "came first");
    cr_expect_eq(sl_sink_finish(sink, &err), -1);
    cr_expect_eq(err.code, SL_E_EXISTS);
    cr_expect_str_eq(scratch_read(&scratch, "out"), "came first");
    sl_sink_freep(&sink);
    cr_expect(!scratch_has(&scratch, "out.partial"));
}

/* Who made it may hold it open, and would read what is written into it: a secret key. */
Test(new_file, nothing_is_written_into_a_file_that_was_there)
{
    for (int unnamed = 0; unnamed <= 1; unnamed++) {
        SL_CLEANUP(scratch_remove) struct scratch scratch;
        scratch_make(&scratch);
        scratch_write(&scratch, "out", "old");
        scratch_write(&scratch, "out.partial", "of somebody");
        struct sl_err err = {0};
        unnamed_files(unnamed);
        cr_expect_eq(sl_file_create(scratch_path(&scratch, "out"), SL_STR("secret"), 0600, true, &err), 0);
        (void)sys_fault_disarm();
        cr_expect_str_eq(scratch_read(&scratch, "out.partial"), "of somebody");
        cr_expect_str_eq(scratch_read(&scratch, "out"), "secret");
    }
}

Test(new_file, two_writers_do_not_meet)
{
    for (int unnamed = 0; unnamed <= 1; unnamed++) {
        SL_CLEANUP(scratch_remove) struct scratch scratch;
        scratch_make(&scratch);
        const char *path = scratch_path(&scratch, "out");
        struct sl_err err = {0};
        SL_CLEANUP(sl_sink_freep) struct sl_sink *first = NULL;
        SL_CLEANUP(sl_sink_freep) struct sl_sink *second = NULL;
        unnamed_files(unnamed);
        cr_assert_eq(sl_sink_new_file(&first, path, 0644, true, &err), 0);
        unnamed_files(unnamed);
        cr_assert_eq(sl_sink_new_file(&second, path, 0644, true, &err), 0, "%s", err.message);
        (void)sys_fault_disarm();
        cr_expect_eq(sl_sink_write(first, "first", 5, &err), 0);
        cr_expect_eq(sl_sink_write(second, "the second", 10, &err), 0);
        cr_expect_eq(sl_sink_finish(second, &err), 0, "%s", err.message);
        cr_expect_str_eq(scratch_read(&scratch, "out"), "the second");
        cr_expect_eq(sl_sink_finish(first, &err), 0, "%s", err.message);
        cr_expect_str_eq(scratch_read(&scratch, "out"), "first");
        cr_expect(!scratch_has(&scratch, "out.partial"));
        cr_expect(!scratch_has(&scratch, "out.partial-2"));
    }
}

static int write_new_out(const struct scratch *scratch, struct sl_err *err)
{
    return sl_file_create(scratch_path(scratch, "out"), SL_STR("new"), 0644, true, err);
}

Test(new_file, an_error_at_any_call_leaves_old_or_new)
{
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    for (size_t kind = 0; kind < sizeof fault_numbers / sizeof fault_numbers[0]; kind++) {
        for (size_t nth = 1;; nth++) {
            scratch_write(&scratch, "out", "old");
            struct sl_err err = {0};
            sys_fault_arm((struct sys_fault){SYS_FAULT_FAIL, nth, fault_numbers[kind], true});
            int result = write_new_out(&scratch, &err);
            bool happened = sys_fault_disarm();
            const char *now = scratch_read(&scratch, "out");
            cr_expect(strcmp(now, "new") == 0 || (result < 0 && strcmp(now, "old") == 0), "call %zu: %s", nth,
                      now);
            cr_expect(!scratch_has(&scratch, "out.partial"), "call %zu", nth);
            if (!happened) {
                cr_expect_eq(result, 0, "%s", err.message);
                break;
            }
            cr_expect_eq(result, -1);
        }
    }
}

static void create_out(void *context)
{
    struct sl_err err = {0};
    if (write_new_out(context, &err) < 0)
        _exit(1);
}

Test(new_file, a_kill_at_any_call_leaves_old_or_new_and_is_no_hindrance)
{
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    bool died = true;
    int lefts = 0;
    for (size_t nth = 1; died; nth++) {
        scratch_write(&scratch, "out", "old");
        sys_fault_arm((struct sys_fault){.action = SYS_FAULT_DIE_WRITING, .nth = nth});
        died = sys_fault_run(create_out, &scratch);
        const char *now = scratch_read(&scratch, "out");
        cr_expect(strcmp(now, "new") == 0 || (died && strcmp(now, "old") == 0), "call %zu: %s", nth, now);
        /* Only between the link and the rename that replace a file is there a second name. */
        bool left = scratch_has(&scratch, "out.partial");
        lefts += left;
        create_out(&scratch);
        cr_expect_str_eq(scratch_read(&scratch, "out"), "new");
        cr_expect_eq(scratch_has(&scratch, "out.partial"), left);
        cr_expect(!scratch_has(&scratch, "out.partial-2"));
        (void)unlinkat(scratch.dir, "out.partial", 0);
    }
    cr_expect_leq(lefts, 1);
}

Test(new_file, without_memory_nothing_is_made)
{
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    struct sl_err err = {0};
    alloc_fault_arm(1);
    cr_expect_eq(write_new_out(&scratch, &err), -1);
    cr_expect(alloc_fault_disarm());
    cr_expect_eq(err.code, SL_E_NO_MEMORY);
    cr_expect(!scratch_has(&scratch, "out.partial"));
    cr_expect(!scratch_has(&scratch, "out"));
}
