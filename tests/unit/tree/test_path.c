#include <criterion/criterion.h>
#include <stdlib.h>
#include <tree/path.h>

#include <base/limits.h>

static const struct {
    const char *directory, *relative;
    const char *joined; /* NULL: refused */
    enum sl_code code;
} join_cases[] = {
    {"overlays/a", "../../releases/v1.0", "releases/v1.0", SL_OK},
    {"overlays/a", "patch.yaml", "overlays/a/patch.yaml", SL_OK},
    {"overlays/a", "./patches//one.yaml", "overlays/a/patches/one.yaml", SL_OK},
    {"overlays/a", "b/", "overlays/a/b", SL_OK},
    {"overlays/a", "b/../c", "overlays/a/c", SL_OK},
    {"overlays/a", "b/./../../c/.", "overlays/c", SL_OK},
    {"overlays/a", ".", "overlays/a", SL_OK},
    {"overlays/a", "../..", "", SL_OK},
    {"overlays/a", "../../", "", SL_OK},
    {"", "a", "a", SL_OK},
    {"", ".", "", SL_OK},
    {"", "a/..", "", SL_OK},
    {"a", "...", "a/...", SL_OK},
    {"a", "..b", "a/..b", SL_OK},
    {"", "..", NULL, SL_E_INPUT},
    {"overlays/a", "../../..", NULL, SL_E_INPUT},
    {"overlays/a", "../../../back/in", NULL, SL_E_INPUT},
    {"a", "b/../../../c", NULL, SL_E_INPUT},
    {"a", "/etc/passwd", NULL, SL_E_INPUT},
    {"a", "/", NULL, SL_E_INPUT},
    {"a", "", NULL, SL_E_INPUT},
};

Test(path, what_is_written_is_resolved_against_its_directory)
{
    for (size_t i = 0; i < sizeof join_cases / sizeof join_cases[0]; i++) {
        struct sl_arena arena;
        struct sl_err err = {0};
        struct sl_str out = {NULL, 0};
        sl_arena_init(&arena, SL_MIB);
        int result = sl_path_join(&arena, sl_str_from(join_cases[i].directory),
                                  sl_str_from(join_cases[i].relative), &out, &err);
        cr_expect_eq(err.code, join_cases[i].code, "case %zu: %s", i, err.message);
        if (join_cases[i].joined) {
            cr_assert_eq(result, 0, "case %zu: %s", i, err.message);
            cr_expect_str_eq(out.ptr, join_cases[i].joined, "case %zu", i);
            cr_expect(sl_path_is_plain(out), "case %zu", i);
        } else {
            cr_expect_eq(result, -1, "case %zu", i);
        }
        sl_arena_release(&arena);
    }
}

Test(path, a_refusal_shows_the_path_escaped)
{
    struct sl_arena arena;
    struct sl_err err = {0};
    struct sl_str out;
    sl_arena_init(&arena, SL_MIB);
    cr_expect_eq(sl_path_join(&arena, SL_STR("a"), SL_STR("../\x1b[2J/../.."), &out, &err), -1);
    cr_expect_str_eq(err.message, "the path \"../\\x1b[2J/../..\" leads out of the tree");
    cr_expect_eq(sl_path_join(&arena, SL_STR("a"), SL_STR("b\0c"), &out, &err), -1);
    cr_expect_str_eq(err.message, "the path \"b\\x00c\" has a NUL in it");
    cr_expect_eq(err.code, SL_E_INPUT);
    sl_arena_release(&arena);
}

Test(path, lengths_are_bounded)
{
    struct sl_arena arena;
    struct sl_err err = {0};
    struct sl_str out;
    char name[SL_NAME_MAX + 1];
    char path[SL_PATH_MAX + 1];
    memset(name, 'n', sizeof name);
    memset(path, 'p', sizeof path);
    for (size_t i = 100; i < sizeof path; i += 100)
        path[i] = '/';
    sl_arena_init(&arena, SL_MIB);
    cr_expect_eq(sl_path_join(&arena, SL_STR(""), (struct sl_str){name, SL_NAME_MAX}, &out, &err), 0);
    cr_expect_eq(sl_path_join(&arena, SL_STR(""), (struct sl_str){name, SL_NAME_MAX + 1}, &out, &err), -1);
    cr_expect_eq(err.code, SL_E_LIMIT);
    cr_expect_eq(sl_path_join(&arena, SL_STR(""), (struct sl_str){path, SL_PATH_MAX}, &out, &err), 0);
    cr_expect_eq(sl_path_join(&arena, SL_STR(""), (struct sl_str){path, SL_PATH_MAX + 1}, &out, &err), -1);
    cr_expect_eq(err.code, SL_E_LIMIT);
    sl_arena_release(&arena);
}

static const struct {
    const char *path;
    bool plain;
    const char *directory, *name;
} plain_cases[] = {
    {"", true, "", ""},         {"a", true, "", "a"},
    {"a/b", true, "a", "b"},    {"a/b/c.yaml", true, "a/b", "c.yaml"},
    {"...", true, "", "..."},   {".a", true, "", ".a"},
    {"a/", false, "a", ""},     {"/a", false, "", "a"},
    {"a//b", false, "a/", "b"}, {".", false, "", "."},
    {"..", false, "", ".."},    {"a/./b", false, "a/.", "b"},
    {"a/..", false, "a", ".."},
};

Test(path, plain_paths_are_told_from_others_and_taken_apart)
{
    for (size_t i = 0; i < sizeof plain_cases / sizeof plain_cases[0]; i++) {
        struct sl_str path = sl_str_from(plain_cases[i].path);
        cr_expect_eq(sl_path_is_plain(path), plain_cases[i].plain, "case %zu", i);
        cr_expect(sl_str_equal(sl_path_directory(path), sl_str_from(plain_cases[i].directory)), "case %zu",
                  i);
        cr_expect(sl_str_equal(sl_path_name(path), sl_str_from(plain_cases[i].name)), "case %zu", i);
    }
    cr_expect_not(sl_path_is_plain(SL_STR("a\0b")));
}
