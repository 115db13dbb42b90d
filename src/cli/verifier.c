/*
 * The site's binary travels beside the bundle.
 */
#include "cli.h"

#include <sealift/file.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int cli_verifier_find(struct sl_buf *out, struct sl_err *err)
{
    static const char *const places[] = {"sealift-site", "../libexec/sealift/sealift-site"};
    char base[4096];
    ssize_t len = readlink("/proc/self/exe", base, sizeof base - 1);
    if (len < 0)
        return sl_fail_errno(err, SL_E_IO, "find this program's own place");
    base[len] = '\0';
    char *slash = strrchr(base, '/');
    if (slash)
        *slash = '\0';
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        char path[8192];
        (void)snprintf(path, sizeof path, "%s/%s", base, places[i]);
        if (access(path, R_OK) == 0)
            return sl_file_read(out, path, CLI_VERIFIER_MAX, err);
    }
    (void)sl_fail(err, SL_E_NOT_FOUND,
                  "there is no sealift-site beside this program to put beside the bundle");
    return sl_hint(err, "build it with cmake -DSEALIFT_SITE=ON and install it");
}

int cli_verifier_put(const struct sl_buf *program, const char *directory, struct sl_err *err)
{
    char target[8192];
    (void)snprintf(target, sizeof target, "%s/sealift-site", directory);
    return sl_file_create(target, sl_buf_view(program), 0755, true, err);
}
