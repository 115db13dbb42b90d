#include "site_text.h"

bool site_text_is_file_name(struct sl_str text, size_t max)
{
    if (text.len == 0 || text.len > max || text.ptr[0] == '.' || text.ptr[0] == '-')
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.ptr[i];
        bool plain =
            (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
        if (!plain && (byte == '\0' || !strchr("._+-", byte)))
            return false;
    }
    return true;
}
