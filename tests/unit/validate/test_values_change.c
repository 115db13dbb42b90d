#include "manifest_kit.h"

#include <criterion/criterion.h>

#define APPLICATION                                                                                          \
    "{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: web, namespace: argocd}, spec: " \
    "{project: default, source: {repoURL: \"oci://r.example\", chart: web, targetRevision: 1.0.0}, "         \
    "destination: {namespace: web}}}\n"

static const char release[] = "port: 8080\n"
                              "debug: false\n"
                              "hosts: [a, b]\n"
                              "db: {size: 10Gi, pool: 5}\n"
                              "extraEnv: [{name: A, value: x}, {name: B, value: y}]\n"
                              "resources: {limits: {cpu: 1}}\n";

static const char schema[] = "{\"properties\": {\"db\": {\"properties\": {\"pool\": {\"maximum\": 9}}}}}";

struct change_case {
    const char *name, *custom, *schema, *findings;
};

#define PLACE " overlays/customer-a/custom-values/web-custom.yaml:"
#define GONE  "values/null-without-chart" PLACE

static const struct change_case cases[] = {
    {"other values of the same kind", "port: 80\ndb: {size: 20Gi}\nhosts: [c]\n", NULL, ""},
    {"the same number in quotes", "port: \"8080\"\n", NULL, "values/type-change" PLACE "1:7 /port\n"},
    {"a text for a list", "hosts: a\n", NULL, "values/type-change" PLACE "1:8 /hosts\n"},
    {"a list for a map", "db: [a]\n", NULL, "values/type-change" PLACE "1:5 /db\n"},
    {"a text for a boolean", "debug: \"no\"\n", NULL, "values/type-change" PLACE "1:8 /debug\n"},
    {"a quantity for a number", "resources: {limits: {cpu: 500m}}\n", NULL, ""},
    {"a list that was to be added to", "extraEnv: [{name: C, value: z}]\n", NULL,
     "values/list-replaced" PLACE "1:11 /extraEnv\n"},
    {"a list that repeats what was there", "extraEnv: [{name: A, value: z}, {name: C, value: z}]\n", NULL,
     ""},
    {"what it already was", "port: 80\ndb: {pool: 5}\n", NULL, "values/no-effect" PLACE "2:12 /db/pool\n"},
    {"a map left empty", "db:\n", NULL, "values/empty-key" PLACE "1:4 /db\n" GONE "1:4\n"},
    {"a key left empty deep down", "db:\n  size: 20Gi\n  pool: # 7\n", NULL,
     "values/empty-key" PLACE "3:8 /db/pool\n" GONE "3:8\n"},
    {"a list left empty, between braces", "{hosts: , port: 80}\n", NULL,
     "values/empty-key" PLACE "1:9 /hosts\n" GONE "1:9\n"},
    {"a written null", "db: null\nhosts: ~\n", NULL, GONE "1:5\n" GONE "2:8\n"},
    {"left empty where nothing is", "other:\n", NULL, ""},
    {"nothing but that", "port: 8080\ndb: {pool: 5}\n", NULL, "values/no-effect" PLACE "0:0\n"},
    {"a schema of the release", "db: {pool: 12}\n", schema, "values/schema" PLACE "1:12 /db/pool\n"},
    {"which fits", "db: {pool: 8}\n", schema, ""},
    {"a schema that is none", "db: {pool: 8}\n", "{\"type\": 3}",
     "values/bad-schema releases/v1.0/schemas/web.schema.json:1:10\n"},
};

Test(values_change, what_a_layer_makes_of_those_below_is_told_where_it_may_not_be_meant)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct delivery delivery = {
            .files = {{"releases/v1.0/applications/web-app.yaml", APPLICATION},
                      {"base/values/web-values.yaml", release},
                      {"overlays/customer-a/custom-values/web-custom.yaml", cases[i].custom},
                      {cases[i].schema ? "releases/v1.0/schemas/web.schema.json" : NULL, cases[i].schema}}};
        const char *found = manifest_kit_findings(&delivery, "values/");
        cr_expect_str_eq(found, cases[i].findings, "%s:\n%s\ninstead of\n%s", cases[i].name, found,
                         cases[i].findings);
    }
}

struct number_case {
    const char *name, *before, *custom;
    bool told;
};

static const struct number_case numbers[] = {
    {"a version over a text", "tag: \"2.3.0\"\n", "tag: 2.30\n", true},
    {"over a text that is the same", "version: \"2.30\"\n", "version: 2.30\n", true},
    {"over an empty text", "tag: \"\"\n", "tag: 2.30\n", true},
    {"over nothing", "other: 1\n", "tag: 2.30\n", true},
    {"over null", "tag: null\n", "tag: 2.30\n", true},
    {"over a number", "tag: 2.2\n", "tag: 2.30\n", true},
    {"of a longer name", "imageTag: v1\nkubeVersion: v1\n", "imageTag: 1.10\n", true},
    {"a date", "tag: abc\n", "tag: 20240101\n", true},
    {"with an exponent", "sha: \"\"\n", "sha: 1234e56\n", true},
    {"with a zero in front", "zip: \"\"\n", "zip: 01067\n", true},
    {"bytes, over an empty text", "quota: \"\"\n", "quota: 10737418240\n", true},
    {"that prints as it stands", "tag: \"2.2\"\n", "tag: 2.3\n", false},
    {"a whole one", "tag: \"7\"\n", "tag: 8\n", false},
    {"in quotes", "tag: \"2.2\"\n", "tag: \"2.30\"\n", false},
    {"small, over an empty text", "delay: \"\"\n", "delay: 0.125\n", false},
    {"a number over a number", "delay: 1\n", "delay: 1.50\n", false},
    {"a number over nothing", "other: 1\n", "delay: 1.50\n", false},
    {"where Kubernetes takes both", "memory: \"\"\n", "memory: 1073741824\n", false},
};

Test(values_change, a_number_that_templates_print_in_another_way_is_told_where_a_text_is_meant)
{
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct delivery delivery = {
            .files = {{"releases/v1.0/applications/web-app.yaml", APPLICATION},
                      {"base/values/web-values.yaml", numbers[i].before},
                      {"overlays/customer-a/custom-values/web-custom.yaml", numbers[i].custom}}};
        const char *found = manifest_kit_messages(&delivery, "values/type-change");
        cr_expect_eq(strstr(found, "print it in another way") != NULL, numbers[i].told, "%s: %s",
                     numbers[i].name, found);
        cr_expect(numbers[i].told || *found == 0, "%s: %s", numbers[i].name, found);
    }
}
