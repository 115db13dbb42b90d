/*
 * Replacements over objects of many shapes. The input is a file of replacements and, behind a line "=====", objects besides
 * those that are always there. Whatever it says, the build ends with a result or an error, a second
 * build ends the same.
 */
#include "fuzz_build.h"

static const char kustomization[] = "resources: [fixed.yaml, r.yaml]\n"
                                    "replacements: [{path: p.yaml}]\n";
/* Lists, maps, numbers, null, texts with delimiters, annotations of kustomize's: places for paths to lead to. */
static const char fixed[] =
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: src, labels: {a: b}, annotations: {a.b/c: d-e.f}}\n"
    "data: {host: a.b.c, list: [x, y], n: 1, map: {k: v}}\n"
    "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\n"
    "spec: {replicas: 1, empty: null, template: {spec: {containers: [{name: main, image: 'x:1', env: [{name: A, value: b}]},"
    " {name: side}]}}}\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char directory[] = "/tmp/sealift-fuzz-XXXXXX";
    FUZZ_REQUIRE(mkdtemp(directory));
    const struct parts parts = split_input(data, size);
    write_file(directory, "kustomization.yaml", (const uint8_t *)kustomization, sizeof kustomization - 1);
    write_file(directory, "fixed.yaml", (const uint8_t *)fixed, sizeof fixed - 1);
    write_file(directory, "p.yaml", parts.head, parts.head_size);
    write_file(directory, "r.yaml", parts.rest ? parts.rest : data, parts.rest_size);
    build_twice(directory);
    static const char *const names[] = {"kustomization.yaml", "fixed.yaml", "p.yaml", "r.yaml"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        remove_file(directory, names[i]);
    (void)rmdir(directory);
    return 0;
}
