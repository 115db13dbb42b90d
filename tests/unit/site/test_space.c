/*
 * The room on disk, as a file system answers it. Linked with --wrap=sl_sys_fstatvfs.
 */
#include <criterion/criterion.h>

#include "io/sys.h"
#include "site_kit.h"

#include <unistd.h>

static const struct statvfs *answer;

int __real_sl_sys_fstatvfs(int fd, struct statvfs *out);
int __wrap_sl_sys_fstatvfs(int fd, struct statvfs *out);
int __wrap_sl_sys_fstatvfs(int fd, struct statvfs *out)
{
    if (!answer)
        return __real_sl_sys_fstatvfs(fd, out);
    *out = *answer;
    return 0;
}

static const struct {
    const char *what;
    struct statvfs answer;
    const char *message; /* NULL: there is room */
} cases[] = {
    {"plenty", {.f_frsize = 4096, .f_bavail = 1000000, .f_files = 1000, .f_favail = 1000}, NULL},
    {"no fixed number of inodes", {.f_frsize = 4096, .f_bavail = 1000000}, NULL},
    {"more than 64 bits hold", {.f_frsize = 4096, .f_bavail = UINT64_MAX}, NULL},
    {"blocks of no power of two", {.f_frsize = 1000, .f_bavail = 10000000}, NULL},
    {"no block size", {.f_frsize = 0, .f_bavail = UINT64_MAX}, NULL},
    {"a full disk", {.f_frsize = 4096, .f_bavail = 0}, "and 0 B is free"},
    {"nearly full", {.f_frsize = 4096, .f_bavail = 256}, "needs 1.0 MiB, and 1.0 MiB is free"},
    {"too few inodes", {.f_frsize = 4096, .f_bavail = 1000000, .f_files = 9, .f_favail = 7}, "7 are free"},
};

Test(space, is_asked_before_the_payload_is_read)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct site_kit kit;
        site_kit_make(&kit);
        struct sl_install_result result;
        struct sl_err err = {0};
        answer = &cases[i].answer;
        int status = site_kit_install(&kit, &kit.a, &result, &err);
        cr_expect_eq(status, cases[i].message ? -1 : 0, "%s: %s", cases[i].what, err.message);
        if (cases[i].message) {
            char staging[PATH_MAX];
            cr_expect_eq(err.code, SL_E_NO_SPACE, "%s: %s", cases[i].what, err.message);
            cr_expect(strstr(err.message, cases[i].message), "%s: %s", cases[i].what, err.message);
            cr_expect(err.hint[0], "%s: no hint", cases[i].what);
            cr_expect_lt(access(site_kit_path(&kit, staging, "staging"), F_OK), 0);
        }
        site_kit_remove(&kit);
    }
    answer = NULL;
}
