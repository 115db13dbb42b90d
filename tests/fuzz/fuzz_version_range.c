/* A version up to the first line break, and a range of versions. */
#include "constraint.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sl_str text = {(const char *)data, size};
    struct sl_str version = sl_str_slice(text, 0, sl_str_find(text, '\n'));
    struct sl_str range = sl_str_slice(text, version.len + 1, size);
    int within = sl_version_in_range(version, range);
    FUZZ_REQUIRE(within >= -1 && within <= 1);
    /* What is a version is in the range of itself. */
    FUZZ_REQUIRE(sl_version_in_range(version, version) != 0);
    return 0;
}
