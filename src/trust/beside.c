#include "beside.h"

#include "base/limits.h"
#include "io/sys.h"
#include "model/trust_name.h"

#include <fcntl.h>
#include <sealift/text.h>
#include <sealift/trust.h>
#include <stdio.h>
#include <string.h>

int trust_open_parent(const char **name, const char *path, struct sl_err *err)
{
    char parent[SL_PATH_MAX] = ".";
    char shown[256];
    const char *slash = strrchr(path, '/');
    *name = slash ? slash + 1 : path;
    size_t length = (size_t)(*name - path);
    if (length >= sizeof parent)
        return sl_fail(err, SL_E_USAGE, "a path has more than %zu bytes", sizeof parent - 1);
    if (slash)
        (void)snprintf(parent, sizeof parent, "%.*s", (int)length, path);
    int dir = sl_sys_open(parent, O_RDONLY | O_DIRECTORY, 0);
    if (dir < 0)
        return sl_fail_errno(err, SL_E_IO, "open the directory %s",
                             sl_escape(shown, sizeof shown, sl_str_from(parent)));
    return dir;
}

static const struct sl_str minisig = SL_STR_INIT(".minisig");

int sl_signature_path(char out[SL_SIGNATURE_PATH_MAX], struct sl_str path,
                      const unsigned char key_id[SL_KEY_ID_BYTES], struct sl_err *err)
{
    char id[SL_KEY_ID_HEX + 1];
    size_t rest = 1 + SL_KEY_ID_HEX + minisig.len + 1;
    if (path.len > SL_SIGNATURE_PATH_MAX - rest)
        return sl_fail(err, SL_E_USAGE, "the path of a signature is longer than %d bytes",
                       SL_SIGNATURE_PATH_MAX - 1);
    memcpy(out, path.ptr, path.len);
    (void)snprintf(out + path.len, rest, ".%s%s", sl_key_id_text(id, key_id), minisig.ptr);
    return 0;
}

bool trust_is_beside(char key_id[SL_KEY_ID_HEX + 1], struct sl_str document, struct sl_str file)
{
    if (!sl_str_starts_with(file, document))
        return false;
    struct sl_str rest = sl_str_slice(file, document.len, file.len);
    struct sl_str id = sl_str_slice(rest, 1, 1 + SL_KEY_ID_HEX);
    if (rest.len != 1 + SL_KEY_ID_HEX + minisig.len || rest.ptr[0] != '.' || !sl_is_key_id(id) ||
        !sl_str_ends_with(rest, minisig))
        return false;
    memcpy(key_id, id.ptr, SL_KEY_ID_HEX);
    key_id[SL_KEY_ID_HEX] = '\0';
    return true;
}
