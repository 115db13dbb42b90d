#include <sealift/err.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

SL_PRINTF(2, 0)
static void set_message(struct sl_err *err, const char *format, va_list args)
{
    if (vsnprintf(err->message, sizeof err->message, format, args) < 0)
        err->message[0] = '\0';
}

int sl_fail(struct sl_err *err, enum sl_code code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    set_message(err, format, args);
    va_end(args);
    err->code = code;
    err->sys_errno = 0;
    err->hint[0] = '\0';
    err->file[0] = '\0';
    return -1;
}

static enum sl_code code_of_errno(enum sl_code code, int number)
{
    if (code != SL_E_IO)
        return code;
    switch (number) {
    case ENOSPC:
    case EDQUOT:
        return SL_E_NO_SPACE;
    case ENOENT:
        return SL_E_NOT_FOUND;
    case ENOMEM:
        return SL_E_NO_MEMORY;
    default:
        return SL_E_IO;
    }
}

int sl_fail_errno(struct sl_err *err, enum sl_code code, const char *format, ...)
{
    int number = errno;
    va_list args;
    va_start(args, format);
    set_message(err, format, args);
    va_end(args);
    err->code = code_of_errno(code, number);
    err->sys_errno = number;
    err->hint[0] = '\0';
    err->file[0] = '\0';

    /* strerror() may share memory between threads; the XSI strerror_r() does not. */
    char reason[128];
    const char *text = strerror_r(number, reason, sizeof reason);
    size_t used = strlen(err->message);
    (void)snprintf(err->message + used, sizeof err->message - used, ": %s", text);
    return -1;
}

int sl_fail_memory(struct sl_err *err)
{
    return sl_fail(err, SL_E_NO_MEMORY, "not enough memory");
}

int sl_wrap(struct sl_err *err, const char *format, ...)
{
    char inner[SL_ERR_MESSAGE_MAX];
    memcpy(inner, err->message, sizeof inner);
    inner[sizeof inner - 1] = '\0';

    va_list args;
    va_start(args, format);
    set_message(err, format, args);
    va_end(args);
    size_t used = strlen(err->message);
    (void)snprintf(err->message + used, sizeof err->message - used, ": %s", inner);
    return -1;
}

int sl_hint(struct sl_err *err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (vsnprintf(err->hint, sizeof err->hint, format, args) < 0)
        err->hint[0] = '\0';
    va_end(args);
    return -1;
}

int sl_err_about(struct sl_err *err, const char *path)
{
    size_t len = strlen(path);
    if (err->file[0] == '\0' && len < sizeof err->file)
        memcpy(err->file, path, len + 1);
    return -1;
}

void sl_err_clear(struct sl_err *err)
{
    err->code = SL_OK;
    err->sys_errno = 0;
    err->message[0] = '\0';
    err->hint[0] = '\0';
    err->file[0] = '\0';
}

/* One row per code, in the order of the enum. */
static const struct {
    const char *name;
    int exit_status;
} codes[] = {
    [SL_OK] = {"ok", 0},
    [SL_E_INPUT] = {"input", 1},
    [SL_E_FINDINGS] = {"findings", 1},
    [SL_E_REFUSED] = {"refused", 1},
    [SL_E_DRIFT] = {"drift", 1},
    [SL_E_USAGE] = {"usage", 2},
    [SL_E_NOT_FOUND] = {"not-found", 3},
    [SL_E_EXISTS] = {"exists", 3},
    [SL_E_IO] = {"io", 3},
    [SL_E_NO_SPACE] = {"no-space", 3},
    [SL_E_BUSY] = {"busy", 3},
    [SL_E_LIMIT] = {"limit", 1},
    [SL_E_NO_MEMORY] = {"no-memory", 3},
    [SL_E_UNSUPPORTED] = {"unsupported", 1},
    [SL_E_INTERNAL] = {"internal", 4},
};

int sl_err_exit_status(enum sl_code code)
{
    if ((size_t)code >= sizeof codes / sizeof codes[0])
        return codes[SL_E_INTERNAL].exit_status;
    return codes[code].exit_status;
}

const char *sl_code_name(enum sl_code code)
{
    if ((size_t)code >= sizeof codes / sizeof codes[0])
        return codes[SL_E_INTERNAL].name;
    return codes[code].name;
}
