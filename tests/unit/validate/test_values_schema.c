/* Schemas of values: those that ask for too much, those in several files, and charts inside that are switched off. */
#include "manifest_kit.h"
#include "tgz.h"

#include <criterion/criterion.h>

#define APPLICATION                                                                                          \
    "{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: web, namespace: argocd}, spec: " \
    "{project: default, source: {repoURL: \"oci://r.example\", chart: web, targetRevision: 1.0.0}, "         \
    "destination: {namespace: web}}}\n"
#define CUSTOM   "overlays/customer-a/custom-values/web-custom.yaml"
#define CHART    "releases/v1.0/artifacts/chart.tgz!web/values.schema.json"
#define TOO_MUCH "what else it says of these values is not known; write it so that it takes less work"

/* Alternatives inside alternatives: twice as many at each step. */
#define STEP(from, to)                                                                                       \
    "\"" from "\": {\"oneOf\": [{\"$ref\": \"#/definitions/" to "\"}, {\"$ref\": \"#/definitions/" to        \
    "\"}, {\"$ref\": \"#/definitions/" to "\"}, {\"$ref\": \"#/definitions/" to                              \
    "\"}, {\"$ref\": \"#/definitions/" to "\"}, {\"$ref\": \"#/definitions/" to "\"}]}, "
#define STEPS                                                                                                \
    STEP("a", "b") STEP("b", "c") STEP("c", "d") STEP("d", "e") STEP("e", "f") STEP("f", "g") STEP("g", "h")

static const struct {
    const char *name, *schema, *values, *messages;
} cases[] = {
    {"what does not fit", "{\"properties\": {\"name\": {\"type\": \"integer\"}}}", "name: x\n",
     "values/schema " CUSTOM ":1:7 /name: values of web, /name: must be an integer, not a string (" CHART
     ", type) ()\n"},
    {"a pattern that takes too much", "{\"properties\": {\"name\": {\"pattern\": \"^(a+)+$\"}}}",
     "name: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\n",
     "values/bad-schema " CHART
     ":0:0: the values of web cannot be checked: the pattern \"^(a+)+$\": takes too "
     "much work to match (" TOO_MUCH ")\n"},
    {"a reference to itself",
     "{\"properties\": {\"name\": {\"$ref\": \"#/definitions/a\"}}, \"definitions\": {\"a\": {\"$ref\": "
     "\"#/definitions/a\"}}}",
     "name: x\n",
     "values/bad-schema " CHART
     ":0:0: the values of web cannot be checked: checking goes through more than 2000 "
     "schemas inside one another (" TOO_MUCH ")\n"},
    {"more alternatives than can be told",
     "{\"properties\": {\"name\": {\"$ref\": \"#/definitions/a\"}}, \"definitions\": {" STEPS
     "\"h\": {\"type\": \"integer\"}}}",
     "name: x\n",
     "values/bad-schema " CHART
     ":0:0: the values of web cannot be checked: the schema has too many alternatives "
     "inside one another to say what does not fit (" TOO_MUCH ")\n"},
    {"a pattern that Go does not have", "{\"properties\": {\"name\": {\"pattern\": \"^(?!x)a\"}}}",
     "name: x\n",
     "values/bad-schema " CHART
     ":1:37: the pattern ^(?!x)a looks around or back, which Go's regular expressions "
     "cannot (nothing is checked against it; Helm refuses a chart with such a schema)\n"},
    {"the same in a key, and back", "{\"patternProperties\": {\"(a)\\\\1\": {}}}", "name: x\n",
     "values/bad-schema " CHART
     ":1:24: the pattern (a)\\\\1 looks around or back, which Go's regular expressions "
     "cannot (nothing is checked against it; Helm refuses a chart with such a schema)\n"},
    {"what only looks like it",
     "{\"properties\": {\"name\": {\"pattern\": \"[(?=\\\\\\\\1]|\\\\(?=|(?:a)|(?P<n>b)\"}, \"x\": {\"enum\": "
     "[{\"pattern\": \"(?=a)\"}]}}}",
     "name: \"=\"\n", ""},
};

Test(values_schema, a_schema_that_cannot_be_used_is_a_finding_and_nothing_stops)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct tgz_member chart[] = {{"web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"},
                                           {"web/values.yaml", "name: \"\"\n"},
                                           {"web/values.schema.json", cases[i].schema}};
        struct delivery delivery = {
            .chart = chart,
            .chart_count = 3,
            .files = {{"releases/v1.0/applications/web-app.yaml", APPLICATION}, {CUSTOM, cases[i].values}},
        };
        const char *found = manifest_kit_messages(&delivery, "values");
        cr_expect_str_eq(found, cases[i].messages, "%s:\n%s", cases[i].name, found);
    }
}

#define LEAF           "releases/v1.0/artifacts/chart.tgz!web/charts/cache/values.yaml"
#define RELEASE_SCHEMA "releases/v1.0/schemas/web.schema.json"

static const struct {
    const char *name, *schema, *other_path, *other, *messages;
} references[] = {
    {"a file beside it, which knows what is misspelt", "{\"$ref\": \"parts/all.json#/$defs/web\"}",
     "releases/v1.0/schemas/parts/all.json",
     "{\"$defs\": {\"web\": {\"properties\": {\"name\": {\"$ref\": \"#/$defs/name\"}, \"tier\": {}}}, \"name\": "
     "{\"type\": \"integer\"}}}",
     "values/schema " CUSTOM
     ":1:7 /name: values of web, /name: must be an integer, not a string (" RELEASE_SCHEMA ", type) ()\n"
     "values/unknown-key " CUSTOM
     ":2:1 /teir: teir is in no schema and no lower layer of web, and the release does "
     "not carry its chart (did you mean tier?)\n"},
    {"the repository's schemas",
     "{\"properties\": {\"name\": {\"$ref\": \"../../../schemas/n.json\"}, \"teir\": {}}}", "schemas/n.json",
     "{\"type\": \"integer\"}",
     "values/schema " CUSTOM
     ":1:7 /name: values of web, /name: must be an integer, not a string (" RELEASE_SCHEMA ", type) ()\n"},
    {"another customer's file", "{\"$ref\": \"../../../overlays/customer-b/s.json\"}",
     "overlays/customer-b/s.json", "{}",
     "values/bad-schema " RELEASE_SCHEMA
     ":0:0: a reference leads to overlays/customer-b/s.json, which is in neither "
     "the release nor schemas/ (nothing is checked against it)\n"},
    {"a file that is not there", "{\"$ref\": \"none.json\"}", "schemas/n.json", "{}",
     "values/bad-schema " RELEASE_SCHEMA
     ":1:10: schema: refers to file:///releases/v1.0/schemas/none.json, which is "
     "not there (nothing is checked against it)\n"},
};

Test(values_schema, the_schema_of_the_release_may_be_in_several_files)
{
    for (size_t i = 0; i < sizeof references / sizeof references[0]; i++) {
        struct delivery delivery = {
            .files = {{"releases/v1.0/applications/web-app.yaml", APPLICATION},
                      {CUSTOM, "name: x\nteir: 1\n"},
                      {RELEASE_SCHEMA, references[i].schema},
                      {references[i].other_path, references[i].other}},
        };
        const char *found = manifest_kit_messages(&delivery, "values");
        cr_expect_str_eq(found, references[i].messages, "%s:\n%s", references[i].name, found);
    }
}

Test(values_schema, tags_of_the_outermost_values_switch_charts_off_however_deep)
{
    static const char *const values[] = {"a: 2\ntags: {leafy: false}\n", "tags: {leafy: true}\n",
                                         "tags: {leavy: true}\n"};
    static const char *const findings[] = {"", "values/schema " LEAF ":1:7 /cache/leaf\n",
                                           "values/unknown-key " CUSTOM
                                           ":1:8 /tags/leavy\nvalues/schema " LEAF ":1:7 /cache/leaf\n"};
    const struct tgz_member chart[] = {
        {"web/Chart.yaml",
         "apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies: [{name: cache, version: 1.0.0}]\n"},
        {"web/values.yaml", "a: 1\n"},
        {"web/charts/cache/Chart.yaml",
         "apiVersion: v2\nname: cache\nversion: 1.0.0\ndependencies: [{name: leaf, version: 1.0.0, tags: [leafy]}]\n"},
        {"web/charts/cache/values.yaml", "leaf: {foo: 1}\n"},
        {"web/charts/cache/charts/leaf/Chart.yaml", "apiVersion: v2\nname: leaf\nversion: 1.0.0\n"},
        {"web/charts/cache/charts/leaf/values.schema.json", "{\"required\": [\"must\"]}"},
    };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        struct delivery delivery = {
            .chart = chart,
            .chart_count = sizeof chart / sizeof chart[0],
            .files = {{"releases/v1.0/applications/web-app.yaml", APPLICATION}, {CUSTOM, values[i]}},
        };
        const char *found = manifest_kit_findings(&delivery, "values");
        cr_expect_str_eq(found, findings[i], "%s:\n%s", values[i], found);
    }
}
