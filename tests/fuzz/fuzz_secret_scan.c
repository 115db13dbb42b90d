/*
 * Searches any text for secrets: hits lie within it, in order, and never without end.
 */
#include "fuzz.h"
#include "secret_scan.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sl_str text = {(const char *)data, size};
    struct secret_hit hit;
    for (size_t at = 0; secret_next(text, at, &hit); at = hit.at + hit.length)
        if (hit.at < at || hit.length == 0 || hit.length > size - hit.at)
            abort();
    (void)secret_is_placeholder(text);
    return 0;
}
