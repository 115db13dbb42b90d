#include "manifest_kit.h"

#include <criterion/criterion.h>

#define APPLICATION                                                                                          \
    "{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: web, namespace: argocd}, spec: " \
    "{project: default, source: {repoURL: \"oci://r.example\", chart: web, targetRevision: 1.0.0}, "         \
    "destination: {namespace: web}}}\n"

static const char release[] = "replicas: 2\n"
                              "image: {tag: \"1\", registry: r.example}\n"
                              "server: {persistence: {size: 1Gi}}\n"
                              "hosts: [{host: a, path: /}]\n"
                              "resources: {limits: {cpu: 1}}\n"
                              "config: {}\n"
                              "podLabels: {a: b}\n";

static const char schema[] =
    "{\"properties\": {\"tuning\": {\"$ref\": \"#/$defs/tuning\"}, \"open\": {\"type\": \"object\"}},"
    " \"$defs\": {\"tuning\": {\"properties\": {\"depth\": {}}}}}";

struct key_case {
    const char *name, *custom, *schema, *messages;
};

#define PLACE    "values/unknown-key overlays/customer-a/custom-values/web-custom.yaml:"
#define NO_CHART " is in no schema and no lower layer of web, and the release does not carry its chart "

static const struct key_case cases[] = {
    {"known", "replicas: 3\nimage: {tag: \"2\"}\n", NULL, ""},
    {"a letter is missing", "replcas: 3\n", NULL,
     PLACE "1:1 /replcas: replcas" NO_CHART "(did you mean replicas?)\n"},
    {"deep down", "server:\n  persistence: {sise: 2Gi}\n", NULL,
     PLACE "2:17 /server/persistence/sise: sise" NO_CHART "(did you mean size?)\n"},
    {"what another map has may be in this one too", "size: 2Gi\n", NULL, ""},
    {"misspelt in another map", "image: {persistense: 1}\n", NULL,
     PLACE "1:9 /image/persistense: persistense" NO_CHART "(did you mean server.persistence?)\n"},
    {"nothing like it: the chart may have it", "whatever: 1\nresources: {persistence: {a: 1}}\n", NULL, ""},
    {"null takes nothing away", "imag: null\n", NULL,
     PLACE "1:1 /imag: imag" NO_CHART "(did you mean image?)\n"},
    {"free-form", "config: {a: {b: 1}}\npodLabels: {c: d}\nhosts: [{host: b, path: /, pathType: Prefix}]\n",
     NULL, ""},
    {"a slip in a list", "hosts:\n- {hots: b, path: /}\n", NULL,
     PLACE "2:4 /hosts/0/hots: hots" NO_CHART "(did you mean host?)\n"},
    {"Kubernetes' own words",
     "resources: {limits: {cpu: 2, memory: 1Gi, nvidia.com/gpu: 1}, requests: {cpu: 1}}\n", NULL, ""},
    {"misspelt", "resources: {request: {cpu: 2}}\n", NULL,
     PLACE "1:13 /resources/request: request" NO_CHART "(did you mean requests?)\n"},
    {"in the items of what may have any", "extraEnv: [{nam: a, value: b}]\n", NULL,
     PLACE "1:13 /extraEnv/0/nam: nam" NO_CHART "(did you mean name?)\n"},
    {"a template of a claim",
     "config: {volumeClaimTemplate: {spec: {accesModes: [], storageClassName: a}}}\n", NULL,
     PLACE "1:39 /config/volumeClaimTemplate/spec/accesModes: accesModes" NO_CHART
           "(did you mean accessModes?)\n"},
    {"a spec of something else", "config: {spec: {accesModes: []}}\n", NULL, ""},
    {"spread over nodes", "topologySpreadConstraints: [{maxSkew: 1, topologKey: a}]\n", NULL,
     PLACE "1:42 /topologySpreadConstraints/0/topologKey: topologKey" NO_CHART
           "(did you mean topologyKey?)\n"},
    {"a schema knows", "tuning: {depth: 1}\nopen: {a: 1}\nreplicas: 1\n", schema, ""},
    {"a schema does not", "tuning: {deph: 1}\n", schema,
     PLACE "1:10 /tuning/deph: deph" NO_CHART "(did you mean depth?)\n"},
};

Test(values_unknown, a_key_that_nothing_knows_is_named_with_the_likely_one)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct delivery delivery = {
            .files = {{"releases/v1.0/applications/web-app.yaml", APPLICATION},
                      {"base/values/web-values.yaml", release},
                      {"overlays/customer-a/custom-values/web-custom.yaml", cases[i].custom},
                      {cases[i].schema ? "releases/v1.0/schemas/web.schema.json" : NULL, cases[i].schema}}};
        const char *found = manifest_kit_messages(&delivery, "values/unknown-key");
        cr_expect_str_eq(found, cases[i].messages, "%s:\n%s\ninstead of\n%s", cases[i].name, found,
                         cases[i].messages);
    }
}

struct layer_case {
    const char *name, *values, *messages;
};

#undef PLACE
#define PLACE "values/unknown-key releases/v1.0/values/production/web-values.yaml:"

static const struct layer_case of_the_release[] = {
    {"a new key may be the chart's", "replicaCount: 3\nwhatever: {a: 1}\n", ""},
    {"one letter away", "replcas: 3\n", PLACE "1:1 /replcas: replcas" NO_CHART "(did you mean replicas?)\n"},
    {"deep down", "server: {persistance: {size: 1Gi}}\n",
     PLACE "1:10 /server/persistance: persistance" NO_CHART "(did you mean persistence?)\n"},
    {"both are there", "replicas: 1\nreplica: 3\n", ""},
    {"two letters away", "repliccass: 3\n", ""},
    {"counted on", "server: {persistence2: {size: 1Gi}}\n", ""},
};

Test(values_unknown, layers_of_the_release_know_slips_of_the_pen_of_each_other)
{
    for (size_t i = 0; i < sizeof of_the_release / sizeof of_the_release[0]; i++) {
        struct delivery delivery = {
            .files = {{"releases/v1.0/applications/web-app.yaml", APPLICATION},
                      {"base/values/web-values.yaml", release},
                      {"releases/v1.0/values/production/web-values.yaml", of_the_release[i].values}}};
        const char *found = manifest_kit_messages(&delivery, "values/unknown-key");
        cr_expect_str_eq(found, of_the_release[i].messages, "%s:\n%s\ninstead of\n%s", of_the_release[i].name,
                         found, of_the_release[i].messages);
    }
}

#undef PLACE
#define PLACE "values/unknown-key overlays/customer-a/custom-values/web-custom.yaml:"

/* Entries of a map that are alike, of a chart that nobody has. */
static const struct layer_case siblings[] = {
    {"a slip in a new entry", "workers: {c: {replcas: 3, port: 1}}\n",
     PLACE "1:15 /workers/c/replcas: replcas" NO_CHART "(did you mean replicas?)\n"},
    {"a new key", "workers: {c: {replicas: 3, port: 1, whatever: 2}}\n", ""},
    {"both are there", "workers: {c: {replicas: 3, replica: 1}}\n", ""},
    {"what only one of the others has", "workers: {c: {extr: 3}}\n", ""},
    {"maps that are not alike", "server: {ingress: {hots: [a]}}\n", ""},
    {"one other is not enough", "one: {c: {replcas: 3}}\n", ""},
    {"among themselves", "mine: {a: {replicas: 1, port: 1}, b: {replicas: 1, port: 2}, c: {replcas: 3}}\n",
     PLACE "1:66 /mine/c/replcas: replcas" NO_CHART "(did you mean replicas?)\n"},
};

Test(values_unknown, what_all_other_entries_of_a_map_have_a_new_one_was_to_have)
{
    for (size_t i = 0; i < sizeof siblings / sizeof siblings[0]; i++) {
        struct delivery delivery = {
            .files = {
                {"releases/v1.0/applications/web-app.yaml", APPLICATION},
                {"base/values/web-values.yaml",
                 "workers: {a: {replicas: 1, port: 1, extra: 1}, b: {replicas: 2, port: 2}}\n"
                 "server: {service: {host: a, port: 1}, tls: {secret: b}}\none: {a: {replicas: 1, port: 1}}\n"},
                {"overlays/customer-a/custom-values/web-custom.yaml", siblings[i].values}}};
        const char *found = manifest_kit_messages(&delivery, "values/unknown-key");
        cr_expect_str_eq(found, siblings[i].messages, "%s:\n%s\ninstead of\n%s", siblings[i].name, found,
                         siblings[i].messages);
    }
}
