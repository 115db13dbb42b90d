#include <criterion/criterion.h>

#include "base/limits.h"
#include "bundle/container.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct sl_buf header_of(const struct sl_tar_member *member)
{
    struct sl_buf out;
    struct sl_err err = {0};
    sl_buf_init(&out, SL_TAR_HEADER_MAX);
    cr_assert_eq(sl_tar_header_write(&out, member, &err), 0, "%s", err.message);
    cr_assert_eq(out.len % SL_TAR_BLOCK, 0);
    return out;
}

/* `name` of so many bytes, with a slash at `slash` (0: none). */
static char *name_of(size_t len, size_t slash)
{
    char *name = calloc(len + 1, 1);
    cr_assert_not_null(name);
    memset(name, 'n', len);
    if (slash)
        name[slash] = '/';
    return name;
}

Test(container, an_ordinary_header_to_the_byte)
{
    struct sl_tar_member member = {.top = SL_STR("customer-a-v1.0-17"),
                                   .path = SL_STR("tools/run"),
                                   .size = 1234,
                                   .mtime = 1700000000,
                                   .executable = true};
    struct sl_buf header = header_of(&member);
    cr_assert_eq(header.len, 512);
    static const struct {
        size_t offset;
        const char *bytes;
        size_t len;
    } fields[] = {
        {0, "customer-a-v1.0-17/tools/run", 28},
        {100,
         "0000755\0"
         "0000000\0"
         "0000000\0"
         "00000002322\0"
         "14524770400\0",
         48},
        {154, "\0 0", 3},
        {257,
         "ustar\0"
         "00",
         8},
        {329,
         "0000000\0"
         "0000000\0",
         16},
    };
    char expected[512] = {0};
    unsigned sum = 0;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        memcpy(expected + fields[i].offset, fields[i].bytes, fields[i].len);
    for (size_t i = 0; i < 512; i++)
        sum += i >= 148 && i < 156 ? ' ' : (unsigned char)expected[i];
    char checksum[8];
    snprintf(checksum, sizeof checksum, "%06o", sum);
    memcpy(expected + 148, checksum, 7);
    cr_expect_arr_eq(header.ptr, expected, 512);
    sl_buf_release(&header);
}

Test(container, where_a_name_goes)
{
    static const struct {
        size_t len, slash;
        size_t blocks; /* 1: ustar alone; 3: one block of pax records */
        size_t prefix; /* bytes in the prefix field */
    } rows[] = {
        {99, 0, 1, 0},    {100, 0, 1, 0},  {101, 0, 3, 0},     {101, 1, 1, 1},     {101, 100, 3, 0},
        {102, 1, 1, 1},   {103, 1, 3, 0},  {256, 155, 1, 155}, {256, 156, 3, 0},   {257, 156, 3, 0},
        {200, 99, 1, 99}, {200, 98, 3, 0}, {201, 100, 1, 100}, {255, 155, 1, 155}, {255, 154, 1, 154},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *name = name_of(rows[i].len, rows[i].slash);
        if (rows[i].len == 101 && rows[i].slash == 100)
            name[100] = 'n'; /* a name cannot end with a slash */
        struct sl_tar_member member = {.path = sl_str_from(name), .size = 1};
        struct sl_buf header = header_of(&member);
        cr_expect_eq(header.len, rows[i].blocks * 512, "row %zu: %zu bytes", i, header.len);
        const char *ustar = header.ptr + header.len - 512;
        cr_expect_eq(strnlen(ustar + 345, 155), rows[i].prefix, "row %zu", i);
        if (rows[i].blocks == 1) {
            cr_expect_arr_eq(ustar + 345, name, rows[i].prefix);
            size_t skipped = rows[i].prefix ? rows[i].prefix + 1 : 0;
            cr_expect_arr_eq(ustar, name + skipped, rows[i].len - skipped);
        } else {
            cr_expect_str_eq(ustar, "././@PaxName");
            cr_expect_str_eq(header.ptr, "././@PaxHeader");
            cr_expect_eq(header.ptr[156], 'x');
        }
        sl_buf_release(&header);
        free(name);
    }
}

Test(container, the_prefix_is_as_short_as_it_can_be)
{
    char *name = name_of(180, 90);
    name[70] = name[85] = name[150] = '/';
    struct sl_tar_member member = {.path = sl_str_from(name)};
    struct sl_buf header = header_of(&member);
    cr_assert_eq(header.len, 512);
    cr_expect_eq(strnlen(header.ptr + 345, 155), 85); /* 180 - 100 <= 85 + 1, and 70 leaves too much */
    sl_buf_release(&header);
    free(name);
}

Test(container, pax_records_count_their_own_digits)
{
    static const struct {
        size_t len;
        const char *begin;
    } rows[] = {{101, "111 path="},
                {989, "999 path="},
                {990, "1001 path="},
                {991, "1002 path="},
                {2048, "2059 path="}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *name = name_of(rows[i].len, 0);
        struct sl_tar_member member = {.path = sl_str_from(name)};
        struct sl_buf header = header_of(&member);
        const char *record = header.ptr + 512;
        cr_expect_eq(strncmp(record, rows[i].begin, strlen(rows[i].begin)), 0, "row %zu: %.12s", i, record);
        size_t stated = strtoul(record, NULL, 10);
        cr_expect_eq(record[stated - 1], '\n', "row %zu", i);
        cr_expect_eq(record[stated], '\0', "row %zu", i);
        sl_buf_release(&header);
        free(name);
    }
}

Test(container, a_name_beyond_ascii_is_in_both_headers)
{
    struct sl_tar_member member = {
        .top = SL_STR("t"), .path = SL_STR("gr\xc3\xbc"), .size = 5, .executable = true};
    struct sl_buf header = header_of(&member);
    cr_assert_eq(header.len, 1536);
    cr_expect_str_eq(header.ptr + 512, "15 path=t/gr\xc3\xbc\n");
    cr_expect_eq(memcmp(header.ptr + 100, "0000644", 8), 0, "the pax header itself is never executable");
    cr_expect_eq(memcmp(header.ptr + 124, "00000000017", 12), 0);
    cr_expect_str_eq(header.ptr + 1024, "t/gr\xc3\xbc");
    cr_expect_eq(memcmp(header.ptr + 1024 + 100, "0000755", 8), 0);
    cr_expect_eq(memcmp(header.ptr + 1024 + 124, "00000000005", 12), 0);
    sl_buf_release(&header);
}

Test(container, a_size_beyond_eleven_digits_is_in_the_pax_header_alone)
{
    struct sl_tar_member member = {.path = SL_STR("a"), .size = UINT64_C(077777777777)};
    struct sl_buf header = header_of(&member);
    cr_assert_eq(header.len, 512);
    cr_expect_eq(memcmp(header.ptr + 124, "77777777777", 12), 0);
    sl_buf_release(&header);
    member.size++;
    header = header_of(&member);
    cr_assert_eq(header.len, 1536);
    cr_expect_str_eq(header.ptr + 512, "19 size=8589934592\n");
    cr_expect_str_eq(header.ptr + 1024, "a");
    cr_expect_eq(memcmp(header.ptr + 1024 + 124, "00000000000", 12), 0);
    sl_buf_release(&header);
    member.path = SL_STR("\xc3\xa9");
    header = header_of(&member);
    cr_expect_str_eq(header.ptr + 512, "11 path=\xc3\xa9\n19 size=8589934592\n");
    sl_buf_release(&header);
}

Test(container, what_callers_must_have_checked_is_a_defect)
{
    char *name = name_of(SL_PATH_MAX + 1, 0);
    char *top = name_of(SL_NAME_MAX + 1, 0);
    const struct sl_tar_member rows[] = {
        {.path = SL_STR("")},
        {.path = sl_str_from(name)},
        {.top = sl_str_from(top), .path = SL_STR("a")},
        {.path = SL_STR("a"), .mtime = -1},
        {.path = SL_STR("a"), .mtime = SL_MTIME_MAX + 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sl_buf out;
        struct sl_err err = {0};
        sl_buf_init(&out, SL_TAR_HEADER_MAX);
        cr_expect_eq(sl_tar_header_write(&out, &rows[i], &err), -1, "row %zu", i);
        cr_expect_eq(err.code, SL_E_INTERNAL);
        sl_buf_release(&out);
    }
    free(top);
    free(name);
}

Test(container, the_longest_header_has_room)
{
    char *name = name_of(SL_PATH_MAX, 0);
    char *top = name_of(SL_NAME_MAX, 0);
    struct sl_tar_member member = {.top = sl_str_from(top),
                                   .path = sl_str_from(name),
                                   .size = SL_BUNDLE_BYTES_MAX,
                                   .mtime = SL_MTIME_MAX};
    struct sl_buf header = header_of(&member);
    cr_expect_leq(header.len, SL_TAR_HEADER_MAX);
    sl_buf_release(&header);
    free(top);
    free(name);
}

Test(container, padding_fills_the_block)
{
    static const struct {
        uint64_t size;
        size_t padding;
    } rows[] = {{0, 0}, {1, 511}, {511, 1}, {512, 0}, {513, 511}, {UINT64_C(1) << 40, 0}, {UINT64_MAX, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        cr_expect_eq(sl_tar_padding(rows[i].size), rows[i].padding, "row %zu", i);
}
