/*
 * Unpacks bundles in the test's own process: for tests that open thousands of them, where a fork of a sanitized process for
 * each would take minutes. That the product unpacks in a process of its own is tested in tests/unit/io/test_isolated.c and by
 * every test of the command.
 *
 * CMake: sl_test_unisolated(NAME) links it with --wrap.
 */
#include "io/isolated.h"

#include <unistd.h>

int __wrap_sl_source_isolated(struct sl_source **out, int fd, const char *name,
                              const struct sl_isolated_work *work, struct sl_err *err);
struct sl_isolation __wrap_sl_source_isolation(const struct sl_source *source);

int __wrap_sl_source_isolated(struct sl_source **out, int fd, const char *name,
                              const struct sl_isolated_work *work, struct sl_err *err)
{
    struct sl_source *file = NULL;
    int own = dup(fd); /* on failure `fd` stays the caller's */
    if (own < 0)
        return sl_fail_errno(err, SL_E_IO, "dup");
    if (sl_source_fd(&file, own, name, err) < 0) {
        (void)close(own);
        return -1;
    }
    if (work->open(work->context, out, file, err) < 0)
        return -1;
    (void)close(fd);
    return 0;
}

struct sl_isolation __wrap_sl_source_isolation(const struct sl_source *source)
{
    (void)source;
    return (struct sl_isolation){.landlock = 0};
}
