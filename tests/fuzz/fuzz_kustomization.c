/*
 * Whole builds. The input is a kustomization and, behind a line "=====", the resources it can name as r.yaml
 * (or whatever else it takes r.yaml for: a patch, a configuration, an env file). Whatever it says, the build
 * ends with a result or an error, and a second build of the same files ends the same.
 */
#include "fuzz_build.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char directory[] = "/tmp/sealift-fuzz-XXXXXX";
    FUZZ_REQUIRE(mkdtemp(directory));
    const struct parts parts = split_input(data, size);
    write_file(directory, "kustomization.yaml", parts.head, parts.head_size);
    if (parts.rest)
        write_file(directory, "r.yaml", parts.rest, parts.rest_size);
    build_twice(directory);
    remove_file(directory, "kustomization.yaml");
    remove_file(directory, "r.yaml");
    (void)rmdir(directory);
    return 0;
}
