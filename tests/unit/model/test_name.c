#include <criterion/criterion.h>

#include "alloc_fault.h"
#include "base/limits.h"
#include "model/name.h"
#include <stdlib.h>
#include <string.h>

#define TEXT(literal)                                                                                        \
    {                                                                                                        \
        literal, sizeof(literal) - 1                                                                         \
    }

Test(name, names_that_may_travel)
{
    static const struct sl_str good[] = {
        TEXT("a"),
        TEXT("manifests/app.yaml"),
        TEXT(".helmignore"),
        TEXT("a b/c d"),
        TEXT(" a"),
        TEXT("..a/...b"),
        TEXT("a@b=c,d;e~f'g!h#i$j%k&l(m)n[o]p{q}r^s`t"),
        TEXT("com/con_/comx/com10/lpt/nul1"),
        TEXT("gr\xc3\xbc\xc3\x9f"
             "e/\xe6\x97\xa5\xe6\x9c\xac/\xf0\x9f\x9a\xa2"), /* grüße, 日本, a ship */
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct sl_err err = {0};
        cr_expect_eq(sl_member_name_check(good[i], &err), 0, "%s: %s", good[i].ptr, err.message);
    }
}

Test(name, names_that_may_not_travel_and_why)
{
    static const struct {
        struct sl_str name;
        const char *why;
    } bad[] = {
        {TEXT(""), "it is empty"},
        {TEXT("/etc/passwd"), "it is an absolute path"},
        {TEXT("a/"), "an empty component"},
        {TEXT("a//b"), "an empty component"},
        {TEXT("."), "\".\" or \"..\""},
        {TEXT(".."), "\".\" or \"..\""},
        {TEXT("a/../b"), "\".\" or \"..\""},
        {TEXT("a/./b"), "\".\" or \"..\""},
        {TEXT("a/-rf"), "begins with \"-\""},
        {TEXT("a./b"), "ends with a dot or a blank"},
        {TEXT("a /b"), "ends with a dot or a blank"},
        {TEXT("a\nb"), "a control character"},
        {TEXT("a\033[31mb"), "a control character"},
        {TEXT("a\0b"), "a control character"},
        {TEXT("a\x7f"), "a control character"},
        {TEXT("a\xc2\x9b"), "a control character"},
        {TEXT("a\\b"), "one of \\ : * ?"},
        {TEXT("a:b"), "one of \\ : * ?"},
        {TEXT("a*"), "one of \\ : * ?"},
        {TEXT("a?"), "one of \\ : * ?"},
        {TEXT("a\"b"), "one of \\ : * ?"},
        {TEXT("<a"), "one of \\ : * ?"},
        {TEXT("a>"), "one of \\ : * ?"},
        {TEXT("a|b"), "one of \\ : * ?"},
        {TEXT("a/CON"), "a device on Windows"},
        {TEXT("prn.txt"), "a device on Windows"},
        {TEXT("Nul .tar.gz"), "a device on Windows"},
        {TEXT("aux"), "a device on Windows"},
        {TEXT("com1"), "a device on Windows"},
        {TEXT("LPT9.x"), "a device on Windows"},
        {TEXT("com\xc2\xb2"), "a device on Windows"},
        {TEXT("conout$"), "a device on Windows"},
        {TEXT("a\xff"), "not valid UTF-8"},
        {TEXT("a\xc0\xaf"), "not valid UTF-8"},
        {TEXT("a\xed\xa0\x80"), "not valid UTF-8"},
        {TEXT("a\xe2\x80\xae"
              "gpj.exe"),
         "an invisible formatting character"},                        /* right-to-left override */
        {TEXT("a\xe2\x80\x8b"), "an invisible formatting character"}, /* zero width space */
        {TEXT("a\xef\xb8\x8f"), "an invisible character"},            /* variation selector */
        {TEXT("a\xe3\x85\xa4"), "an invisible character"},            /* Hangul filler */
        {TEXT("a\xc2\xa0"
              "b"),
         "white space other than the plain blank"},
        {TEXT("a\xe2\x80\xa8"
              "b"),
         "white space other than the plain blank"},
        {TEXT("a\xee\x80\x80"), "has not assigned"}, /* private use */
        {TEXT("a\xcd\xb8"), "has not assigned"},     /* U+0378 */
        {TEXT("caf"
              "e\xcc\x81"),
         "normal form NFC"},
        {TEXT("\xe2\x84\xab"), "normal form NFC"},             /* the Angstrom sign */
        {TEXT("a\xcc\x81\xcc\xa7"), "normal form NFC"},        /* marks out of order */
        {TEXT("\xe1\x84\x80\xe1\x85\xa1"), "normal form NFC"}, /* Hangul in pieces */
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct sl_err err = {0};
        cr_expect_eq(sl_member_name_check(bad[i].name, &err), -1, "row %zu", i);
        cr_expect_eq(err.code, SL_E_INPUT);
        cr_expect_not_null(strstr(err.message, bad[i].why), "row %zu: %s", i, err.message);
        cr_expect_null(strchr(err.message, '\033'), "row %zu", i);
        cr_expect_null(strchr(err.message, '\n'), "row %zu", i);
    }
}

/* `count` components of `len` bytes. */
static char *path_of(size_t count, size_t len)
{
    char *path = calloc(count * (len + 1) + 1, 1);
    cr_assert_not_null(path);
    for (size_t i = 0; i < count; i++) {
        char *component = path + i * (len + 1);
        memset(component, 'x', len);
        if (i + 1 < count)
            component[len] = '/';
    }
    return path;
}

Test(name, limits_of_length)
{
    static const struct {
        size_t count, len;
        const char *why;
    } rows[] = {
        {1, SL_NAME_MAX, NULL},
        {1, SL_NAME_MAX + 1, "longer than 255"},
        {SL_NAME_COMPONENTS_MAX, 31, NULL}, /* 64 * 32 - 1 bytes */
        {SL_NAME_COMPONENTS_MAX + 1, 1, "more than 64 components"},
        {9, SL_NAME_MAX, "longer than 2048"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *path = path_of(rows[i].count, rows[i].len);
        struct sl_err err = {0};
        int result = sl_member_name_check(sl_str_from(path), &err);
        if (!rows[i].why)
            cr_expect_eq(result, 0, "row %zu: %s", i, err.message);
        else
            cr_expect(result < 0 && strstr(err.message, rows[i].why), "row %zu: %s", i, err.message);
        free(path);
    }
}

Test(name, folding_forgets_case_and_nothing_else)
{
    static const struct {
        const char *name, *folded;
    } rows[] = {
        {"README.md", "readme.md"},
        {"a/B/c", "a/b/c"},
        {"STRASSE", "strasse"},
        {"Stra\xc3\x9f"
         "e",
         "strasse"},                                /* full folding: sharp s */
        {"\xc3\x89t\xc3\xa9", "\xc3\xa9t\xc3\xa9"}, /* Été */
        {"\xce\xa3", "\xcf\x83"},                   /* Sigma */
        {"\xcf\x82", "\xcf\x83"},                   /* final sigma */
        {"\xe2\x84\xaa", "k"},                      /* Kelvin: not NFC, but folds all the same */
        {"\xc5\xbf", "s"},                          /* long s */
        {"\xe1\xbe\x82", "\xe1\xbc\x82\xce\xb9"},
        {"\xe6\x97\xa5", "\xe6\x97\xa5"},
    };
    struct sl_arena arena;
    sl_arena_init(&arena, SL_MIB);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sl_str folded = sl_member_name_fold(&arena, sl_str_from(rows[i].name));
        cr_expect(sl_str_equal(folded, sl_str_from(rows[i].folded)), "row %zu: " SL_FMT, i, SL_ARG(folded));
    }
    sl_arena_release(&arena);
}

Test(name, the_longest_name_of_characters_that_grow_most_can_be_folded)
{
    static const char character[] = {'\xce', '\x90'}; /* U+0390: three characters for two bytes */
    char name[SL_PATH_MAX];
    size_t len = 0;
    for (; len + 2 <= sizeof name; len += 2)
        memcpy(name + len, character, sizeof character);
    struct sl_arena arena;
    sl_arena_init(&arena, SL_MIB);
    struct sl_str folded = sl_member_name_fold(&arena, (struct sl_str){name, len});
    cr_expect_not_null(folded.ptr);
    cr_expect(sl_str_starts_with(folded, SL_STR("\xce\x90\xce\x90")));
    sl_arena_release(&arena);
}

Test(name, folding_without_memory_gives_null)
{
    struct sl_arena arena;
    sl_arena_init(&arena, SL_MIB);
    alloc_fault_arm(1);
    struct sl_str folded = sl_member_name_fold(&arena, SL_STR("a"));
    cr_expect(alloc_fault_disarm());
    cr_expect_null(folded.ptr);
    sl_arena_release(&arena);
}

Test(name, labels)
{
    static const struct {
        struct sl_str label;
        const char *why; /* NULL: good */
    } rows[] = {
        {TEXT("customer-a"), NULL},
        {TEXT("v1.0"), NULL},
        {TEXT("1.2.3+build_5"), NULL},
        {TEXT("x"), NULL},
        {TEXT(""), "is empty"},
        {TEXT("a b"), "may only have letters"},
        {TEXT("a/b"), "may only have letters"},
        {TEXT("a\0b"), "may only have letters"},
        {TEXT("caf\xc3\xa9"), "may only have letters"},
        {TEXT("-a"), "must begin and end"},
        {TEXT("a-"), "must begin and end"},
        {TEXT(".a"), "must begin and end"},
        {TEXT("a."), "must begin and end"},
        {TEXT("a..b"), "two dots"},
        {TEXT("0123456789012345678901234567890123456789012345678901234567890123"), "longer than 63"},
        {TEXT("012345678901234567890123456789012345678901234567890123456789012"), NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sl_err err = {0};
        int result = sl_label_check("customer", rows[i].label, &err);
        if (!rows[i].why) {
            cr_expect_eq(result, 0, "row %zu: %s", i, err.message);
            continue;
        }
        cr_expect_eq(result, -1, "row %zu", i);
        cr_expect_eq(err.code, SL_E_USAGE);
        cr_expect(strstr(err.message, rows[i].why) && strstr(err.message, "customer"), "row %zu: %s", i,
                  err.message);
    }
}
