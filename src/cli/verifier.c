/*
 * The site's binary travels beside the bundle.
 */
#include "cli.h"

#include <sealift/file.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Far above what it weighs; a file of that name larger than this is something else. */
#define VERIFIER_MAX (64U << 20)

static int read_first(struct sl_buf *out, const char *base, struct sl_err *err)
{
    static const char *const places[] = {"sealift-site", "../libexec/sealift/sealift-site"};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        char path[8192];
        (void)snprintf(path, sizeof path, "%s/%s", base, places[i]);
        if (access(path, R_OK) == 0)
            return sl_file_read(out, path, VERIFIER_MAX, err);
    }
    (void)sl_fail(err, SL_E_NOT_FOUND,
                  "there is no sealift-site beside this program to put beside the bundle");
    return sl_hint(err, "build it with cmake -DSEALIFT_SITE=ON and install it");
}

int cli_copy_verifier(const char *directory, struct sl_err *err)
{
    char base[4096];
    ssize_t len = readlink("/proc/self/exe", base, sizeof base - 1);
    if (len < 0)
        return sl_fail_errno(err, SL_E_IO, "find this program's own place");
    base[len] = '\0';
    char *slash = strrchr(base, '/');
    if (slash)
        *slash = '\0';

    struct sl_buf program;
    sl_buf_init(&program, VERIFIER_MAX);
    int result = read_first(&program, base, err);
    char target[8192];
    (void)snprintf(target, sizeof target, "%s/sealift-site", directory);
    if (result == 0)
        result = sl_file_create(target, sl_buf_view(&program), 0755, true, err);
    sl_buf_release(&program);
    return result;
}
