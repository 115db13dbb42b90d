#include "git_read_at.h"

#include "io/sys.h"

int sl_read_at(int fd, uint64_t at, void *out, size_t len, struct sl_err *err)
{
    for (size_t have = 0; have < len;) {
        if (at + have > INT64_MAX)
            return 0;
        ssize_t got = sl_sys_pread(fd, (char *)out + have, len - have, (off_t)(at + have));
        if (got < 0)
            return sl_fail_errno(err, SL_E_IO, "read a pack of the git repository");
        if (got == 0)
            return 0;
        have += (size_t)got;
    }
    return 1;
}

int sl_read_size(int fd, uint64_t *out, struct sl_err *err)
{
    struct stat info;
    if (sl_sys_fstat(fd, &info) < 0)
        return sl_fail_errno(err, SL_E_IO, "look at a pack of the git repository");
    if (!S_ISREG(info.st_mode))
        return sl_fail(err, SL_E_INPUT, "a pack of the git repository is not a file");
    *out = (uint64_t)info.st_size;
    return 0;
}
