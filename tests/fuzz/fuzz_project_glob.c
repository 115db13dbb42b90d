/*
 * A pattern of an AppProject, up to the first line break, against the rest.
 */
#include "fuzz.h"
#include "manifest_glob.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sl_str text = {(const char *)data, size};
    size_t end = sl_str_find(text, '\n');
    struct sl_str pattern = sl_str_slice(text, 0, end);
    struct sl_str rest = sl_str_slice(text, end + 1, size);
    bool within = glob_matches(pattern, rest, '/');
    /* A separator only takes away. */
    if (within && !glob_matches(pattern, rest, 0))
        abort();
    return 0;
}
