/* Go's os.Expand(), by which Argo CD puts its build environment into parameters. */
#include "helm_work.h"

static bool is_special(char byte)
{
    return byte == '*' || byte == '#' || byte == '$' || byte == '@' || byte == '!' || byte == '?' ||
           byte == '-' || (byte >= '0' && byte <= '9');
}

static bool is_of_name(char byte)
{
    return byte == '_' || (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
           (byte >= 'A' && byte <= 'Z');
}

/* The name that begins `text`, which stands behind a dollar sign, and in *width how much of the text that is. An empty
 * name with a width is no name, and goes; with none, the dollar sign is just that. */
static struct sl_str read_name(struct sl_str text, size_t *width)
{
    size_t length = 0;
    if (text.ptr[0] == '{') {
        size_t end = sl_str_find(text, '}');
        bool special = text.len > 2 && is_special(text.ptr[1]) && text.ptr[2] == '}';
        *width = end == text.len ? 1 : end + 1;
        return special ? sl_str_slice(text, 1, 2) : sl_str_slice(text, 1, *width - 1);
    }
    if (is_special(text.ptr[0])) {
        *width = 1;
        return sl_str_slice(text, 0, 1);
    }
    while (length < text.len && is_of_name(text.ptr[length]))
        length++;
    *width = length;
    return sl_str_slice(text, 0, length);
}

/* What Argo CD has a value for: ARGOCD_APP_NAME and the like, KUBE_VERSION, KUBE_API_VERSIONS. */
static bool is_known(struct sl_str name)
{
    return sl_str_starts_with(name, SL_STR("ARGOCD_")) || sl_str_equal(name, SL_STR("KUBE_VERSION")) ||
           sl_str_equal(name, SL_STR("KUBE_API_VERSIONS"));
}

void argo_expand(struct sl_buf *out, struct argo_text *found, struct sl_str text)
{
    size_t at = 0;
    while (at < text.len) {
        char byte = text.ptr[at++];
        if (byte != '$' || at == text.len) {
            sl_buf_byte(out, byte);
            continue;
        }
        size_t width;
        struct sl_str name = read_name(sl_str_slice(text, at, text.len), &width);
        at += width;
        if (width == 0 || sl_str_equal(name, SL_STR("$")))
            sl_buf_byte(out, '$');
        else if (is_known(name))
            found->known = name;
        else if (found->unknown.len == 0)
            found->unknown = width > 0 && name.len == 0 ? sl_str_slice(text, at - width - 1, at) : name;
    }
}
