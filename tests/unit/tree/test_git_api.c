/*
 * How libgit2 is loaded, and what is said where it cannot be.
 */
#include "git_api.h"
#include "repository.h"

#include <criterion/criterion.h>
#include <dlfcn.h>
#include <string.h>

Test(git_api, every_function_is_found_and_works)
{
    struct sl_git_api api = {0};
    struct sl_err err = {0};
    cr_assert_eq(sl_git_api_load(&api, SL_GIT_LIBRARY, &err), 0, "%s", err.message);
    void *const *slots = (void *const *)(const void *)&api;
    for (size_t i = 0; i < sizeof api / sizeof *slots; i++)
        cr_expect_not_null(slots[i], "slot %zu", i);
    git_oid id;
    char text[GIT_OID_HEXSZ + 1];
    const char *hex = "0123456789abcdef0123456789abcdef01234567";
    cr_expect_eq(api.oid_fromstr(&id, hex), 0);
    cr_expect_str_eq(api.oid_tostr(text, sizeof text, &id), hex);
    sl_git_api_unload(&api);
    cr_expect_null(api.library);
}

Test(git_api, what_cannot_be_loaded_is_named_with_the_reason)
{
    static const struct {
        const char *library, *reason;
    } cases[] = {
        {"libgit2.so.0.0", "libgit2.so.0.0: cannot open shared object file"},
        {"libdl.so.2", "undefined symbol: git_attr_get"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sl_git_api api = {0};
        struct sl_err err = {0};
        cr_assert_eq(sl_git_api_load(&api, cases[i].library, &err), -1);
        cr_expect_eq(err.code, SL_E_UNSUPPORTED);
        cr_expect_not_null(strstr(err.message, cases[i].library), "%s", err.message);
        cr_expect_not_null(strstr(err.message, cases[i].reason), "%s", err.message);
        cr_expect_not_null(strstr(err.hint, "libgit2-1.5"), "%s", err.hint);
        sl_git_api_unload(&api);
    }
}
