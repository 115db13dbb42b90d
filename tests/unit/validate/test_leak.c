#include "leak_token.h"
#include "manifest_kit.h"

#include <criterion/criterion.h>
#include <stdio.h>

struct weight_case {
    const char *token;
    enum leak_weight weight;
};

static const struct weight_case weights[] = {
    {"usb", LEAK_COMMON},
    {"acceptance", LEAK_COMMON},
    {"500Gi", LEAK_COMMON},
    {"v1.30.8", LEAK_COMMON},
    {"1.30.8", LEAK_COMMON},
    {"15.4.0-debian-11-r10", LEAK_COMMON},
    {"ghcr.io", LEAK_COMMON},
    {"topology.kubernetes.io", LEAK_COMMON},
    {"kubernetes.io/hostname", LEAK_COMMON},
    {"hooks.slack.com", LEAK_COMMON},
    {"portal-db.harborline.svc", LEAK_COMMON},
    {"8080", LEAK_COMMON},
    {"confidentiality", LEAK_COMMON},
    {"LoadBalancer", LEAK_COMMON},
    {"ReadWriteOnce", LEAK_COMMON},
    {"local-path", LEAK_COMMON},
    {"letsencrypt-prod", LEAK_COMMON},
    {"eu-central-1", LEAK_COMMON},
    {"oauth2-proxy", LEAK_COMMON},
    {"sha256", LEAK_COMMON},
    {"monitoring-custom.yaml", LEAK_COMMON},
    {"upgrades", LEAK_COMMON},
    {"rollingUpd", LEAK_COMMON},
    {"Europe/Berlin", LEAK_COMMON},
    {"\"level\": \"info\"", LEAK_COMMON},
    {"r.example/portal@sha256:0123456789012345678901234567890123456789012345678901234567890123", LEAK_COMMON},
    {"heterogeneities", LEAK_WORD},
    {"xkqvbzrt", LEAK_WORD},
    {"banujvet", LEAK_WORD},
    {"zfs-river", LEAK_NAME},
    {"quay-north-1", LEAK_NAME},
    {"10.0.0.0", LEAK_NAME},
    {"192.0.2.0", LEAK_NAME},
    {"Two sticks at gate four", LEAK_NAME},
    {"192.0.2.17", LEAK_STRONG},
    {"images.north.example", LEAK_STRONG},
    {"kx7f9zq2", LEAK_STRONG},
    {"kx7f9zq2.yaml", LEAK_STRONG},
    {"SN-00417263", LEAK_STRONG},
    {"https://a.north.example/x", LEAK_STRONG},
    {"b.s3.amazonaws.com", LEAK_STRONG},
};

Test(leak, what_anybody_may_write_is_no_sign_of_a_customer)
{
    for (size_t i = 0; i < sizeof weights / sizeof weights[0]; i++)
        cr_expect_eq(leak_weigh(sl_str_from(weights[i].token)), weights[i].weight, "%s: %d", weights[i].token,
                     (int)leak_weigh(sl_str_from(weights[i].token)));
}

#define OTHER                                                                                                \
    "customer: harbour-nord\ndomain: north.harbour.example\nstorage: {class: zfs-river}\n"                   \
    "contacts: [{role: ops, email: crane-desk@north.harbour.example}]\n"

struct leak_case {
    const char *name, *facts, *findings;
};

#define FACTS(data) "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: facts}\ndata:\n" data
#define FOUND       "leak/other-customer overlays/customer-a/facts.yaml:"

static const struct leak_case in_overlays[] = {
    {"its own", FACTS("  a: lake.shore.example\n  class: zfs-lake\n"), ""},
    {"a value", FACTS("  a: zfs-river\n"), FOUND "5:6 /data/a\n"},
    {"within a longer name", FACTS("  a: fast-zfs-river-2\n"), FOUND "5:6 /data/a\n"},
    {"the name of the customer", FACTS("  a: https://x/harbour-nord/y\n"), FOUND "5:6 /data/a\n"},
    {"the domain", FACTS("  a: https://db.north.harbour.example:5432/x\n"), FOUND "5:6 /data/a\n"},
    {"a key", FACTS("  north.harbour.example: b\n"), FOUND "5:3\n"},
    {"in base64", FACTS("  a: bm9ydGguaGFyYm91ci5leGFtcGxl\n"), FOUND "5:6 /data/a\n"},
    {"a part in base64 of what is in base64",
     FACTS("  a: eyJhdXRoIjoiZFhObGNqcHViM0owYUM1b1lYSmliM1Z5TG1WNFlXMXdiR1U9In0=\n"), FOUND "5:6 /data/a\n"},
    {"in capitals", FACTS("  a: HARBOUR_NORD\n"), FOUND "5:6 /data/a\n"},
    {"a comment", FACTS("  a: b # as in north.harbour.example\n"), FOUND "5:8\n"},
    {"a number sign in a text", FACTS("  a: 'b # c'\n"), ""},
    {"part of another word", FACTS("  a: xnorth.harbour.examples\n"), ""},
    {"a file that cannot be parsed", "zfs-river: [\n", FOUND "1:1\n"},
};

#define NORD                                                                                                 \
    {"overlays/harbour-nord/cluster-config.yaml", OTHER},                                                    \
    {                                                                                                        \
        "overlays/harbour-nord/kustomization.yaml", "broken: ["                                              \
    }

Test(leak, what_is_another_customers_is_found_wherever_it_stands)
{
    for (size_t i = 0; i < sizeof in_overlays / sizeof in_overlays[0]; i++) {
        struct delivery delivery = {
            .files = {NORD, {"overlays/customer-a/facts.yaml", in_overlays[i].facts}}};
        const char *found = manifest_kit_findings(&delivery, "leak/");
        cr_expect_str_eq(found, in_overlays[i].findings, "%s:\n%s\ninstead of\n%s", in_overlays[i].name,
                         found, in_overlays[i].findings);
    }
}

/* A file of the repository, and what customer-a is told. */
struct given_case {
    const char *name, *path, *text, *findings;
};

#define APPLICATION                                                                                          \
    "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web, namespace: argocd}\n"        \
    "spec: {destination: {namespace: web}}\n"

static const struct given_case given[] = {
    {"an object of the release", "releases/v1.0/clusters/production-cluster.yaml",
     FACTS("  a: crane-desk@north.harbour.example\n"), "leak/other-customer 5:6 /data/a\n"},
    {"in base64 in the release", "releases/v1.0/clusters/production-cluster.yaml",
     "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata:\n  a: bm9ydGguaGFyYm91ci5leGFtcGxl\n",
     "leak/other-customer 5:6 /data/a\n"},
    {"release.yaml", "releases/v1.0/release.yaml", "version: v1.0\nsequence: 3\nnotes: for harbour-nord\n",
     "leak/other-customer releases/v1.0/release.yaml:3:8 /notes\n"},
    {"an artifact", "releases/v1.0/artifacts/notes.txt", "first\nask harbour-nord\n",
     "leak/other-customer releases/v1.0/artifacts/notes.txt:2:1\n"},
    {"the name of an artifact", "releases/v1.0/artifacts/harbour-nord/notes.txt", "",
     "leak/other-customer releases/v1.0/artifacts/harbour-nord:0:0\n"},
    {"a file that is not packed", "releases/v1.0/values/staging/web-values.yaml", "a: harbour-nord\n", ""},
    {"another release", "releases/v0.9/clusters/production-cluster.yaml", FACTS("  a: harbour-nord\n"), ""},
};

Test(leak, what_all_are_given_is_looked_at_too)
{
    for (size_t i = 0; i < sizeof given / sizeof given[0]; i++) {
        struct delivery delivery = {.files = {NORD,
                                              {"releases/v1.0/applications/web-app.yaml", APPLICATION},
                                              {given[i].path, given[i].text}}};
        const char *found = manifest_kit_findings(&delivery, "leak/");
        cr_expect_str_eq(found, given[i].findings, "%s:\n%s\ninstead of\n%s", given[i].name, found,
                         given[i].findings);
    }
}

/* What the release says, and the other customer says again. */
struct restated_case {
    const char *name, *release, *other, *findings;
};

static const struct restated_case restated[] = {
    {"the vendor's registry", FACTS("  image: registry.vendor.example:5000/portal\n"),
     "registry: {host: \"registry.vendor.example:5000\"}\n", ""},
    {"the same pointer", FACTS("  relay: mail.relay.example\n"), "data: {relay: mail.relay.example}\n", ""},
    {"a domain that the release is full of",
     FACTS("  a: charts.vendor.example\n  b: docs.vendor.example\n  c: images.vendor.example\n"),
     "variables: {mirror: docs.vendor.example}\n", ""},
    {"something else that is the other's alone", FACTS("  a: kx7f9zq2vb3m\n"), "serial: kx7f9zq2vb3m\n",
     "leak/other-customer 5:6 /data/a\n"},
};

Test(leak, what_a_customer_says_again_of_the_release_is_not_theirs)
{
    for (size_t i = 0; i < sizeof restated / sizeof restated[0]; i++) {
        struct delivery delivery = {
            .objects = restated[i].release,
            .files = {{"overlays/harbour-nord/cluster-config.yaml", restated[i].other}}};
        const char *found = manifest_kit_findings(&delivery, "leak/");
        cr_expect_str_eq(found, restated[i].findings, "%s:\n%s\ninstead of\n%s", restated[i].name, found,
                         restated[i].findings);
    }
}

struct made_case {
    const char *name, *kustomization, *facts, *config, *findings;
};

#define SITE "customer: customer-a\n"

static const struct made_case made[] = {
    {"a prefix and a name", "namePrefix: harbour-\nresources: [facts.yaml]\n",
     "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: nord\n", SITE, FOUND "4:9 /metadata/name\n"},
    {"variables", "resources: [facts.yaml]\n", FACTS("  a: zfs-${side}\n"), SITE "variables: {side: river}\n",
     FOUND "5:6 /data/a\n"},
    {"its own of variables", "resources: [facts.yaml]\n", FACTS("  a: zfs-${side}\n"),
     SITE "variables: {side: lake}\n", ""},
};

Test(leak, what_only_the_build_puts_together_is_found)
{
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
        struct delivery delivery = {
            .files = {{"overlays/harbour-nord/cluster-config.yaml", OTHER},
                      {"overlays/customer-a/cluster-config.yaml", made[i].config},
                      {"overlays/customer-a/kustomization.yaml", made[i].kustomization},
                      {"overlays/customer-a/facts.yaml", made[i].facts}}};
        const char *found = manifest_kit_findings(&delivery, "leak/");
        cr_expect_str_eq(found, made[i].findings, "%s:\n%s\ninstead of\n%s", made[i].name, found,
                         made[i].findings);
    }
}

/* Both have it, and one has copied it. The one whose delivery is looked at is always customer-a. */
struct copied_case {
    const char *name, *config, *facts, *other, *findings;
};

#define OWN_DOMAIN   SITE "domain: lake.shore.example\n"
#define COPIED(host) "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: copy}\ndata: {db: " host "}\n"

static const struct copied_case copied[] = {
    {"the other one has copied a host", OWN_DOMAIN, FACTS("  a: db.lake.shore.example\n"),
     COPIED("db.lake.shore.example"), ""},
    {"the other one has copied what is put together here", OWN_DOMAIN "variables: {d: lake.shore.example}\n",
     FACTS("  a: db.${d}\n"), COPIED("db.lake.shore.example"), ""},
    {"the other one has copied the domain", OWN_DOMAIN, FACTS("  a: b\n"), COPIED("lake.shore.example"), ""},
    {"this one has copied a host", OWN_DOMAIN, FACTS("  a: db.north.harbour.example\n"),
     COPIED("db.north.harbour.example"), FOUND "5:6 /data/a\n"},
};

Test(leak, what_was_copied_is_told_to_who_copied_it)
{
    for (size_t i = 0; i < sizeof copied / sizeof copied[0]; i++) {
        struct delivery delivery = {.files = {{"overlays/harbour-nord/cluster-config.yaml", OTHER},
                                              {"overlays/harbour-nord/copy.yaml", copied[i].other},
                                              {"overlays/customer-a/cluster-config.yaml", copied[i].config},
                                              {"overlays/customer-a/facts.yaml", copied[i].facts}}};
        const char *found = manifest_kit_findings(&delivery, "leak/");
        cr_expect_str_eq(found, copied[i].findings, "%s:\n%s\ninstead of\n%s", copied[i].name, found,
                         copied[i].findings);
    }
}

/* What two sites may both have: nothing of it is a sign. */
static const char *const ordinary[] = {
    "service: {type: LoadBalancer}\nissuer: letsencrypt-prod\nzone: eu-central-1\n",
    "topologyKey: topology.kubernetes.io/zone\nimage: docker.io/library/nginx\nclass: local-path\n",
    "hook: https://hooks.slack.com/services\narch: amd64\nhash: sha256\nmodes: [ReadWriteMany]\n",
    "zone: Europe/Berlin\nhost: prometheus.monitoring.svc.cluster.local\n",
};

Test(leak, what_everybody_writes_raises_no_alarm)
{
    for (size_t i = 0; i < sizeof ordinary / sizeof ordinary[0]; i++) {
        char twice[512];
        (void)snprintf(twice, sizeof twice, "%sagain:\n  %s", ordinary[i], "x: 1\n");
        struct delivery delivery = {
            .files = {{"overlays/harbour-nord/custom-values/web-custom.yaml", ordinary[i]},
                      {"overlays/customer-a/more.yaml", twice}}};
        const char *found = manifest_kit_findings(&delivery, "leak/");
        cr_expect_str_empty(found, "%s:\n%s", ordinary[i], found);
    }
}

Test(leak, a_customer_called_by_an_ordinary_word_stops_nobody)
{
    struct delivery delivery = {.objects = FACTS("  a: berths\n  berths: b\n"),
                                .files = {{"overlays/berths/cluster-config.yaml", "customer: berths\n"},
                                          {"overlays/customer-a/facts.yaml", FACTS("  a: twelve berths\n")}}};
    cr_expect_str_empty(manifest_kit_findings(&delivery, "leak/"));
}
