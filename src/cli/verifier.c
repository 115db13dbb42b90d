/*
 * The site's binary travels beside the bundle.
 */
#include "cli.h"

#include <sealift/file.h>
#include <sealift/text.h>
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

const char *cli_verifier_path(char out[CLI_VERIFIER_PATH], const char *directory)
{
    bool here = strcmp(directory, ".") == 0;
    size_t len = strlen(directory);
    (void)snprintf(out, CLI_VERIFIER_PATH, "%s%ssealift-site", here ? "" : directory,
                   here || (len > 0 && directory[len - 1] == '/') ? "" : "/");
    return out;
}

int cli_verifier_look(const struct sl_buf *program, const char *directory, bool replace, struct sl_err *err)
{
    char target[CLI_VERIFIER_PATH];
    char shown[512];
    (void)cli_verifier_path(target, directory);
    if (replace || access(target, F_OK) < 0)
        return 0;
    struct sl_buf there;
    struct sl_err unread = {0};
    sl_buf_init(&there, CLI_VERIFIER_MAX);
    bool same = sl_file_read(&there, target, CLI_VERIFIER_MAX, &unread) == 0 &&
                sl_str_equal(sl_buf_view(&there), sl_buf_view(program));
    sl_buf_release(&there);
    if (same)
        return 1;
    return sl_fail(err, SL_E_EXISTS, "%s is there already, and is not the one that would go there",
                   sl_escape(shown, sizeof shown, sl_str_from(target)));
}

int cli_verifier_put(const struct sl_buf *program, const char *directory, struct sl_err *err)
{
    char target[CLI_VERIFIER_PATH];
    (void)cli_verifier_path(target, directory);
    return sl_file_create(target, sl_buf_view(program), 0755, true, err);
}
