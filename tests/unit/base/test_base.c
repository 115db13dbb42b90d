#include <criterion/criterion.h>

#include "base/arena.h"
#include "base/index.h"
#include "base/limits.h"
#include "base/map.h"
#include <errno.h>
#include <sealift/text.h>
#include <stdint.h>
#include <stdio.h>

Test(err, wrap_puts_context_in_front_and_keeps_the_code)
{
    struct sl_err err = {0};
    cr_assert_eq(sl_fail(&err, SL_E_REFUSED, "bad %d", 7), -1);
    cr_assert_eq(sl_wrap(&err, "pack %s", "customer-a"), -1);
    cr_assert_str_eq(err.message, "pack customer-a: bad 7");
    cr_assert_eq(err.code, SL_E_REFUSED);
}

Test(err, a_full_disk_has_a_code_of_its_own)
{
    struct sl_err err = {0};
    errno = ENOSPC;
    cr_assert_eq(sl_fail_errno(&err, SL_E_IO, "write x"), -1);
    cr_assert_eq(err.code, SL_E_NO_SPACE);
    cr_assert_str_eq(err.message, "write x: No space left on device");
}

Test(err, overlong_messages_are_cut_and_terminated)
{
    struct sl_err err = {0};
    char longer[3000];
    memset(longer, 'x', sizeof longer);
    longer[sizeof longer - 1] = '\0';
    (void)sl_fail(&err, SL_E_IO, "%s", longer);
    cr_assert_eq(strlen(err.message), SL_ERR_MESSAGE_MAX - 1);
    (void)sl_wrap(&err, "%s", longer);
    cr_assert_eq(strlen(err.message), SL_ERR_MESSAGE_MAX - 1);
}

Test(err, the_nearest_file_stays_and_a_new_failure_has_none)
{
    struct sl_err err = {0};
    (void)sl_fail(&err, SL_E_IO, "read");
    cr_assert_eq(sl_err_about(&err, "near"), -1);
    (void)sl_wrap(&err, "pack");
    (void)sl_err_about(&err, "far");
    cr_expect_str_eq(err.file, "near");
    (void)sl_fail(&err, SL_E_IO, "again");
    cr_expect_str_eq(err.file, "");
    char longer[SL_ERR_FILE_MAX + 1];
    memset(longer, 'x', sizeof longer);
    longer[sizeof longer - 1] = '\0';
    (void)sl_err_about(&err, longer);
    cr_expect_str_eq(err.file, "");
}

Test(err, every_code_has_a_name_and_an_exit_status)
{
    for (int code = SL_OK; code <= SL_E_INTERNAL; code++) {
        cr_expect_not_null(sl_code_name((enum sl_code)code), "code %d", code);
        int status = sl_err_exit_status((enum sl_code)code);
        cr_expect(status >= 0 && status <= 4, "code %d has status %d", code, status);
    }
}

Test(str, order_is_by_unsigned_bytes)
{
    cr_expect_lt(sl_str_compare(SL_STR("a"), SL_STR("b")), 0);
    cr_expect_lt(sl_str_compare(SL_STR("a"), SL_STR("ab")), 0);
    cr_expect_lt(sl_str_compare(SL_STR("z"), SL_STR("\xc3\xa4")), 0);
    cr_expect_eq(sl_str_compare(SL_STR(""), (struct sl_str){NULL, 0}), 0);
}

static const struct {
    struct sl_str text, lines; /* each with "|" behind it */
} line_cases[] = {
    {SL_STR_INIT(""), SL_STR_INIT("")},
    {{NULL, 0}, SL_STR_INIT("")},
    {SL_STR_INIT("\n"), SL_STR_INIT("|")},
    {SL_STR_INIT("a"), SL_STR_INIT("a|")},
    {SL_STR_INIT("a\n"), SL_STR_INIT("a|")},
    {SL_STR_INIT("a\nb"), SL_STR_INIT("a|b|")},
    {SL_STR_INIT("\n\na\n\n"), SL_STR_INIT("||a||")},
    {SL_STR_INIT("a\r\nb\0c\n"), SL_STR_INIT("a\r|b\0c|")},
};

Test(str, lines_come_one_by_one_and_the_last_needs_no_end)
{
    for (size_t i = 0; i < sizeof line_cases / sizeof line_cases[0]; i++) {
        struct sl_buf seen;
        struct sl_str line = SL_STR("before"), rest = line_cases[i].text;
        sl_buf_init(&seen, 64);
        while (sl_str_next_line(&line, &rest)) {
            sl_buf_str(&seen, line);
            sl_buf_byte(&seen, '|');
        }
        cr_expect_eq(line.len, 0);
        cr_expect(sl_str_equal(sl_buf_view(&seen), line_cases[i].lines), "case %zu", i);
        sl_buf_release(&seen);
    }
}

Test(buf, an_append_beyond_the_maximum_is_remembered)
{
    struct sl_buf buf;
    struct sl_err err = {0};
    sl_buf_init(&buf, 10);
    sl_buf_text(&buf, "12345");
    sl_buf_text(&buf, "678901");
    sl_buf_text(&buf, "x");
    cr_expect_eq(sl_buf_check(&buf, "list", &err), -1);
    cr_expect_eq(err.code, SL_E_LIMIT);
    cr_expect_str_eq(err.message, "list is larger than the limit of 10 bytes");
    sl_buf_release(&buf);
}

Test(buf, printf_takes_texts_longer_than_its_stack)
{
    struct sl_buf buf;
    sl_buf_init(&buf, SL_MIB);
    sl_buf_printf(&buf, "%0500d", 7);
    cr_expect_eq(buf.len, 500);
    cr_expect_eq(buf.ptr[499], '7');
    cr_expect_eq(buf.ptr[500], '\0');
    sl_buf_release(&buf);
}

struct pieces {
    struct sl_buf all;
    size_t count, longest;
    size_t fails_at; /* the piece, from 1, that is not taken; 0: none */
};

static int take_piece(void *context, struct sl_str bytes, struct sl_err *err)
{
    struct pieces *pieces = context;
    if (++pieces->count == pieces->fails_at)
        return sl_fail(err, SL_E_NO_SPACE, "the disk is full");
    if (bytes.len > pieces->longest)
        pieces->longest = bytes.len;
    sl_buf_str(&pieces->all, bytes);
    return 0;
}

/* Appends as everybody does, 100,000 lines and one of 40,000 bytes. */
static void append_lines(struct sl_buf *buf)
{
    static char large[40000];
    memset(large, 'x', sizeof large);
    for (unsigned i = 0; i < 100000; i++) {
        sl_buf_printf(buf, "line %u", i);
        sl_buf_byte(buf, '\n');
        if (i == 50000)
            sl_buf_append(buf, large, sizeof large);
    }
}

Test(buf, what_drains_is_what_would_have_been_held)
{
    struct sl_err err = {0};
    struct sl_buf held, buf;
    struct pieces pieces = {.count = 0};
    struct sl_drain drain = {.take = take_piece, .context = &pieces};
    sl_buf_init(&held, SL_MIB * 4);
    sl_buf_init(&pieces.all, SL_MIB * 4);
    append_lines(&held);
    sl_buf_init_draining(&buf, held.len, &drain);
    append_lines(&buf);
    cr_expect_eq(sl_buf_check(&buf, "list", &err), 0, "%s", err.message);
    cr_assert_eq(sl_buf_drain(&buf, "list", &err), 0, "%s", err.message);
    cr_expect(sl_str_equal(sl_buf_view(&pieces.all), sl_buf_view(&held)));
    cr_expect_eq(drain.taken, held.len);
    cr_expect_leq(pieces.longest, 65536, "twice the longest append");
    cr_expect_leq(buf.capacity, 65536);
    cr_expect_gt(pieces.count, 20);
    sl_buf_release(&buf);
    sl_buf_release(&held);
    sl_buf_release(&pieces.all);
}

Test(buf, the_maximum_of_a_draining_buffer_bounds_all_of_it)
{
    struct sl_err err = {0};
    struct sl_buf buf;
    struct pieces pieces = {.count = 0};
    struct sl_drain drain = {.take = take_piece, .context = &pieces};
    sl_buf_init(&pieces.all, SL_MIB * 4);
    sl_buf_init_draining(&buf, 100000, &drain);
    append_lines(&buf);
    cr_expect_eq(sl_buf_drain(&buf, "list", &err), -1);
    cr_expect_eq(err.code, SL_E_LIMIT);
    cr_expect_str_eq(err.message, "list is larger than the limit of 100000 bytes");
    cr_expect_leq(drain.taken, 100000);
    sl_buf_release(&buf);
    sl_buf_release(&pieces.all);
}

Test(buf, what_a_drain_fails_with_is_told_and_nothing_follows)
{
    struct sl_err err = {0};
    struct sl_buf buf;
    struct pieces pieces = {.fails_at = 3};
    struct sl_drain drain = {.take = take_piece, .context = &pieces};
    sl_buf_init(&pieces.all, SL_MIB * 4);
    sl_buf_init_draining(&buf, SL_MIB * 4, &drain);
    append_lines(&buf);
    cr_expect_eq(sl_buf_check(&buf, "list", &err), -1);
    cr_expect_eq(err.code, SL_E_NO_SPACE);
    sl_err_clear(&err);
    cr_expect_eq(sl_buf_drain(&buf, "list", &err), -1);
    cr_expect_str_eq(err.message, "the disk is full");
    cr_expect_eq(pieces.count, 3);
    cr_expect_eq(drain.taken, pieces.all.len);
    sl_buf_release(&buf);
    sl_buf_release(&pieces.all);
}

static const struct {
    const char *bytes;
    size_t len;
    bool valid;
} utf8_cases[] = {
    {"plain", 5, true},
    {"\xc3\xa9", 2, true},
    {"\xf0\x9f\x98\x80", 4, true},
    {"\xc0\x80", 2, false},
    {"\xed\xa0\x80", 3, false},
    {"\xf4\x90\x80\x80", 4, false},
    {"\xe2\x82", 2, false},
    {"\x80", 1, false},
    {"a\xff", 2, false},
    {"\xf0\x80\x80\x80", 4, false},
    {"", 0, true},
};

Test(text, utf8_is_judged_by_rfc_3629)
{
    for (size_t i = 0; i < sizeof utf8_cases / sizeof utf8_cases[0]; i++)
        cr_expect_eq(sl_utf8_valid((struct sl_str){utf8_cases[i].bytes, utf8_cases[i].len}),
                     utf8_cases[i].valid, "case %zu", i);
}

static const struct {
    const char *in, *out;
} escape_cases[] = {
    {"plain", "plain"},
    {"\x1b[31mred", "\\x1b[31mred"},
    {"two\nlines\r", "two\\x0alines\\x0d"},
    {"back\\slash", "back\\\\slash"},
    {"\xc3\xa4", "\xc3\xa4"},
    {"\xe2\x80\xae", "\\u{202e}"},
    {"\xc2\x9b", "\\u{009b}"},
    {"\xff", "\\xff"},
    {"\xe2\x80\xa8", "\\u{2028}"},
};

Test(text, nothing_escaped_can_reach_a_terminal)
{
    for (size_t i = 0; i < sizeof escape_cases / sizeof escape_cases[0]; i++) {
        char out[64];
        cr_expect_str_eq(sl_escape(out, sizeof out, sl_str_from(escape_cases[i].in)), escape_cases[i].out);
        struct sl_buf buf;
        sl_buf_init(&buf, 64);
        sl_buf_escaped(&buf, sl_str_from(escape_cases[i].in));
        cr_expect_str_eq(buf.ptr, escape_cases[i].out);
        sl_buf_release(&buf);
    }
}

static const struct {
    const char *in, *out;
} shell_cases[] = {
    {"/opt/product", "/opt/product"}, {"", "''"},
    {"my product", "'my product'"},   {"it's", "'it'\\''s'"},
    {"$(reboot)", "'$(reboot)'"},     {"a\\b", "'a\\b'"},
    {"r\xc3\xb6t", "'r\xc3\xb6t'"},   {"a\x1b[31m", "'a\\x1b[31m'"},
};

Test(text, a_shell_reads_a_quoted_word_as_it_was)
{
    for (size_t i = 0; i < sizeof shell_cases / sizeof shell_cases[0]; i++) {
        struct sl_buf buf;
        sl_buf_init(&buf, 256);
        sl_buf_shell_word(&buf, sl_str_from(shell_cases[i].in));
        cr_expect_str_eq(buf.ptr, shell_cases[i].out, "%s", buf.ptr);
        sl_buf_release(&buf);
    }
}

Test(text, an_escaped_text_that_does_not_fit_ends_in_dots)
{
    char out[8];
    cr_expect_str_eq(sl_escape(out, sizeof out, SL_STR("abcdefghij")), "abcd...");
}

Test(text, sizes_read_well)
{
    char out[16];
    cr_expect_str_eq(sl_size_text(out, 0), "0 B");
    cr_expect_str_eq(sl_size_text(out, 1023), "1023 B");
    cr_expect_str_eq(sl_size_text(out, 1536), "1.5 KiB");
    cr_expect_str_eq(sl_size_text(out, UINT64_MAX), "15.9 EiB");
}

Test(text, times_are_utc_and_clamped)
{
    char out[24];
    cr_expect_str_eq(sl_time_text(out, 0), "1970-01-01T00:00:00Z");
    cr_expect_str_eq(sl_time_text(out, 951827696), "2000-02-29T12:34:56Z");
    cr_expect_str_eq(sl_time_text(out, 1795255134), "2026-11-21T09:58:54Z");
    cr_expect_str_eq(sl_time_text(out, -1), "1970-01-01T00:00:00Z");
    cr_expect_str_eq(sl_time_text(out, INT64_MAX), "9999-12-31T23:59:59Z");
}

Test(text, edit_distance_counts_a_swap_once)
{
    cr_expect_eq(sl_edit_distance(SL_STR("replicas"), SL_STR("replcas"), 3), 1);
    cr_expect_eq(sl_edit_distance(SL_STR("replicas"), SL_STR("replcias"), 3), 1);
    cr_expect_eq(sl_edit_distance(SL_STR(""), SL_STR("abc"), 5), 3);
    cr_expect_eq(sl_edit_distance(SL_STR("abcdef"), SL_STR("uvwxyz"), 2), 3);
}

Test(arena, memory_is_zeroed_aligned_and_bounded)
{
    struct sl_arena arena;
    sl_arena_init(&arena, 1000);
    unsigned char *first = sl_arena_alloc(&arena, 1);
    cr_assert_not_null(first);
    cr_expect_eq(*first, 0);
    double *second = sl_arena_alloc(&arena, sizeof *second);
    cr_expect_eq((uintptr_t)second % _Alignof(max_align_t), 0);
    cr_expect_null(sl_arena_alloc(&arena, 1000));
    cr_expect_null(sl_arena_array(&arena, SIZE_MAX / 2, 3));
    cr_expect_null(sl_arena_alloc(&arena, SIZE_MAX));
    cr_expect_str_eq(sl_arena_join(&arena, SL_STR("ab"), SL_STR("c")).ptr, "abc");
    sl_arena_release(&arena);
}

Test(map, finds_what_was_put_and_replaces)
{
    struct sl_map map;
    struct sl_err err = {0};
    static char keys[1000][8];
    sl_map_init(&map);
    cr_expect_null(sl_map_get(&map, SL_STR("0")));
    for (int i = 0; i < 1000; i++) {
        (void)snprintf(keys[i], sizeof keys[i], "%d", i);
        cr_assert_eq(sl_map_put(&map, sl_str_from(keys[i]), keys[i], &err), 1);
    }
    for (int i = 0; i < 1000; i++)
        cr_expect_eq(sl_map_get(&map, sl_str_from(keys[i])), keys[i]);
    cr_expect_eq(sl_map_put(&map, SL_STR("7"), keys[0], &err), 0);
    cr_expect_eq(sl_map_get(&map, SL_STR("7")), keys[0]);
    cr_expect_null(sl_map_get(&map, SL_STR("1000")));
    sl_map_release(&map);
}

static struct sl_str name_of(const void *things, uint32_t number)
{
    return sl_str_from(((char(*)[16])things)[number]);
}

Test(index, finds_the_number_of_what_was_added_wherever_the_things_are)
{
    enum { THINGS = 5000 };
    struct sl_err err = {0};
    struct sl_index index;
    char(*things)[16] = calloc(THINGS, sizeof *things);
    cr_assert_not_null(things);
    sl_index_init(&index, name_of);
    cr_expect_eq(sl_index_find(&index, things, SL_STR("thing 0")), SL_INDEX_NONE);
    for (uint32_t i = 0; i < THINGS; i += 2) {
        (void)snprintf(things[i], sizeof things[i], "thing %u", i);
        cr_assert_eq(sl_index_add(&index, things, i, &err), 0, "%s", err.message);
    }
    char(*moved)[16] = calloc(THINGS, sizeof *moved);
    cr_assert_not_null(moved);
    memcpy(moved, things, THINGS * sizeof *things);
    memset(things, 0, THINGS * sizeof *things);
    free(things);
    for (uint32_t i = 0; i < THINGS; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "thing %u", i);
        cr_expect_eq(sl_index_find(&index, moved, sl_str_from(name)), i % 2 ? SL_INDEX_NONE : i);
    }
    cr_expect_leq(index.capacity, (size_t)THINGS * 2, "some bytes a thing");
    sl_index_release(&index);
    free(moved);
}
