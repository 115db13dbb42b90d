#include "fd.h"

#include "beneath.h"
#include "io/sys.h"

#include <errno.h>
#include <sealift/text.h>

const char *sl_label(char out[SL_LABEL_BYTES], const char *name)
{
    return sl_escape(out, SL_LABEL_BYTES, sl_str_from(name));
}

int sl_fd_write_all(int fd, const void *bytes, size_t len, const char *label, struct sl_err *err)
{
    for (size_t done = 0; done < len;) {
        ssize_t put = sl_sys_write(fd, (const char *)bytes + done, len - done);
        if (put == 0)
            errno = EIO;
        if (put <= 0)
            return sl_fail_errno(err, SL_E_IO, "write %s", label);
        done += (size_t)put;
    }
    return 0;
}

int sl_fd_close(int *fd, const char *label, struct sl_err *err)
{
    int closing = *fd;
    *fd = -1;
    if (sl_sys_close(closing) < 0)
        return sl_fail_errno(err, SL_E_IO, "close %s", label);
    return 0;
}

int sl_fd_sync_dir(int fd)
{
    return sl_sys_fsync(fd) < 0 && errno != EINVAL ? -1 : 0;
}

int sl_name_check(const char *name, struct sl_err *err)
{
    if (sl_beneath_check(name) == 0 && strcmp(name, ".") != 0 && !strchr(name, '/'))
        return 0;
    char label[SL_LABEL_BYTES];
    return sl_fail(err, SL_E_INTERNAL, "\"%s\" is not one plain file name", sl_label(label, name));
}
