#include <criterion/criterion.h>

#include "alloc_fault.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "io/stream.h"
#include "scratch.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

static void source_of(struct sl_source **out, const char *text)
{
    struct sl_err err;
    cr_assert_eq(sl_source_memory(out, sl_str_from(text), &err), 0);
}

Test(source, reads_what_is_there_and_then_the_end_for_good)
{
    struct sl_err err = {0};
    char out[16];
    SL_CLEANUP(sl_source_freep) struct sl_source *source = NULL;
    source_of(&source, "hello world");
    cr_expect_eq(sl_source_read(source, out, 5, &err), 5);
    cr_expect_arr_eq(out, "hello", 5);
    cr_expect_eq(sl_source_read(source, out, sizeof out, &err), 6);
    cr_expect_eq(source->position, 11);
    for (int i = 0; i < 3; i++)
        cr_expect_eq(sl_source_read(source, out, sizeof out, &err), 0);
    cr_expect_eq(source->position, 11);
}

Test(source, an_early_end_is_refused_and_sticks)
{
    struct sl_err err = {0};
    char out[16];
    SL_CLEANUP(sl_source_freep) struct sl_source *source = NULL;
    source_of(&source, "12345");
    cr_expect_eq(sl_source_read_exactly(source, out, 3, "the header", &err), 3);
    cr_expect_eq(sl_source_read_exactly(source, out, 3, "the header", &err), -1);
    cr_expect_eq(err.code, SL_E_REFUSED);
    cr_expect_str_eq(err.message, "the data ends in the middle of the header");
    struct sl_err again = {0};
    const void *bytes;
    cr_expect_eq(sl_source_borrow(source, &bytes, 1, &again), -1);
    cr_expect_str_eq(again.message, err.message);
}

/* Both kinds of stage lend: one its memory, the other what was read for the purpose. */
static void expect_lent(struct sl_source *source, const char *expected, size_t max)
{
    struct sl_err err = {0};
    const void *bytes;
    ssize_t got;
    size_t at = 0;
    while ((got = sl_source_borrow(source, &bytes, max, &err)) > 0) {
        cr_assert_leq((size_t)got, max);
        cr_assert_leq(at + (size_t)got, strlen(expected));
        cr_expect_arr_eq(bytes, expected + at, (size_t)got);
        at += (size_t)got;
    }
    cr_expect_eq(got, 0, "%s", err.message);
    cr_expect_eq(at, strlen(expected));
    cr_expect_eq(source->position, at);
}

Test(source, lends_at_most_what_was_asked_for)
{
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    scratch_write(&scratch, "file", "abcdefghijklmnop");
    for (size_t max = 1; max < 20; max++) {
        SL_CLEANUP(sl_source_freep) struct sl_source *memory = NULL;
        source_of(&memory, "abcdefghijklmnop");
        expect_lent(memory, "abcdefghijklmnop", max);

        struct sl_err err = {0};
        SL_CLEANUP(sl_source_freep) struct sl_source *file = NULL;
        int fd = openat(scratch.dir, "file", O_RDONLY | O_CLOEXEC);
        cr_assert_eq(sl_source_fd(&file, fd, "file", &err), 0);
        expect_lent(file, "abcdefghijklmnop", max);
    }
}

Test(source, a_failed_read_names_the_file_escaped_and_sticks)
{
    struct sl_err err = {0};
    char out[4];
    SL_CLEANUP(sl_source_freep) struct sl_source *source = NULL;
    int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    cr_assert_eq(sl_source_fd(&source, fd, "bad\x1bname", &err), 0);
    for (int i = 0; i < 2; i++) {
        struct sl_err each = {0};
        cr_expect_eq(sl_source_read(source, out, sizeof out, &each), -1);
        cr_expect_eq(each.code, SL_E_IO);
        cr_expect_eq(each.sys_errno, EISDIR);
        cr_expect_str_eq(each.message, "read bad\\x1bname: Is a directory");
    }
}

Test(source, freeing_closes_the_descriptor)
{
    struct sl_err err = {0};
    struct sl_source *source = NULL;
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    cr_assert_eq(sl_source_fd(&source, fd, "null", &err), 0);
    sl_source_free(source);
    cr_expect_eq(fcntl(fd, F_GETFD), -1);
    sl_source_free(NULL);
}

Test(sink, a_descriptor_gets_all_that_was_written)
{
    struct sl_err err = {0};
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    SL_CLEANUP(sl_sink_freep) struct sl_sink *sink = NULL;
    int fd = openat(scratch.dir, "out", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    cr_assert_eq(sl_sink_fd(&sink, fd, "out", &err), 0);
    cr_expect_eq(sl_sink_write(sink, "one ", 4, &err), 0);
    cr_expect_eq(sl_sink_write(sink, NULL, 0, &err), 0);
    cr_expect_eq(sl_sink_write(sink, "two", 3, &err), 0);
    cr_expect_eq(sink->position, 7);
    cr_expect_eq(sl_sink_finish(sink, &err), 0);
    cr_expect_eq(fcntl(fd, F_GETFD), -1);
    cr_expect_str_eq(scratch_read(&scratch, "out"), "one two");
}

Test(sink, nothing_is_taken_after_the_end)
{
    struct sl_err err = {0};
    struct sl_buf buf;
    sl_buf_init(&buf, 100);
    SL_CLEANUP(sl_sink_freep) struct sl_sink *sink = NULL;
    cr_assert_eq(sl_sink_buf(&sink, &buf, &err), 0);
    cr_expect_eq(sl_sink_finish(sink, &err), 0);
    cr_expect_eq(sl_sink_write(sink, "x", 1, &err), -1);
    cr_expect_eq(err.code, SL_E_INTERNAL);
    cr_expect_eq(sl_sink_finish(sink, &err), -1);
    cr_expect_eq(buf.len, 0);
    sl_buf_release(&buf);
}

Test(sink, a_full_buffer_is_a_limit_and_sticks)
{
    struct sl_err err = {0};
    struct sl_buf buf;
    sl_buf_init(&buf, 4);
    SL_CLEANUP(sl_sink_freep) struct sl_sink *sink = NULL;
    cr_assert_eq(sl_sink_buf(&sink, &buf, &err), 0);
    cr_expect_eq(sl_sink_write(sink, "123", 3, &err), 0);
    cr_expect_eq(sl_sink_write(sink, "45", 2, &err), -1);
    cr_expect_eq(err.code, SL_E_LIMIT);
    sl_err_clear(&err);
    cr_expect_eq(sl_sink_write(sink, "4", 1, &err), -1);
    cr_expect_eq(err.code, SL_E_LIMIT);
    cr_expect_eq(sl_sink_finish(sink, &err), -1);
    sl_buf_release(&buf);
}

Test(sink, a_full_disk_has_its_own_code)
{
    struct sl_err err = {0};
    SL_CLEANUP(sl_sink_freep) struct sl_sink *sink = NULL;
    int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    cr_assert_eq(sl_sink_fd(&sink, fd, "/dev/full", &err), 0);
    cr_expect_eq(sl_sink_write(sink, "x", 1, &err), -1);
    cr_expect_eq(err.code, SL_E_NO_SPACE);
    cr_expect_str_eq(err.message, "write /dev/full: No space left on device");
}

/* -- without memory -- */

Test(source, a_failed_allocation_leaves_the_descriptor_with_the_caller)
{
    struct sl_err err = {0};
    struct sl_source *source = NULL;
    SL_CLEANUP(sl_closep) int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    alloc_fault_arm(1);
    cr_expect_eq(sl_source_fd(&source, fd, "null", &err), -1);
    cr_expect(alloc_fault_disarm());
    cr_expect_eq(err.code, SL_E_NO_MEMORY);
    cr_expect_neq(fcntl(fd, F_GETFD), -1);
    alloc_fault_arm(1);
    cr_expect_eq(sl_source_memory(&source, SL_STR("x"), &err), -1);
    cr_expect(alloc_fault_disarm());
    cr_expect_null(source);
}

Test(source, lending_without_memory_is_an_error_that_sticks)
{
    struct sl_err err = {0};
    SL_CLEANUP(sl_source_freep) struct sl_source *source = NULL;
    cr_assert_eq(sl_source_fd(&source, open("/dev/zero", O_RDONLY | O_CLOEXEC), "zero", &err), 0);
    const void *bytes;
    alloc_fault_arm(1);
    cr_expect_eq(sl_source_borrow(source, &bytes, 10, &err), -1);
    cr_expect(alloc_fault_disarm());
    cr_expect_eq(err.code, SL_E_NO_MEMORY);
    cr_expect_eq(sl_source_borrow(source, &bytes, 10, &err), -1);
}

Test(sink, a_failed_allocation_leaves_the_descriptor_with_the_caller)
{
    struct sl_err err = {0};
    struct sl_sink *sink = NULL;
    struct sl_buf buf;
    sl_buf_init(&buf, 10);
    SL_CLEANUP(sl_closep) int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    alloc_fault_arm(1);
    cr_expect_eq(sl_sink_fd(&sink, fd, "null", &err), -1);
    cr_expect(alloc_fault_disarm());
    cr_expect_eq(err.code, SL_E_NO_MEMORY);
    cr_expect_neq(fcntl(fd, F_GETFD), -1);
    alloc_fault_arm(1);
    cr_expect_eq(sl_sink_buf(&sink, &buf, &err), -1);
    cr_expect(alloc_fault_disarm());
    cr_expect_null(sink);
}
