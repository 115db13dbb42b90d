#include "leak_token.h"
#include "manifest_kit.h"

#include <criterion/criterion.h>

struct weight_case {
    const char *token;
    enum leak_weight weight;
};

static const struct weight_case weights[] = {
    {"usb", LEAK_COMMON},        {"acceptance", LEAK_COMMON},
    {"500Gi", LEAK_COMMON},      {"v1.30.8", LEAK_COMMON},
    {"1.30.8", LEAK_COMMON},     {"ghcr.io", LEAK_COMMON},
    {"8080", LEAK_COMMON},       {"confidentiality", LEAK_WORD},
    {"xkqvbzrt", LEAK_WORD},     {"banujvet", LEAK_WORD},
    {"LoadBalancer", LEAK_WORD}, {"monitoring-custom.yaml", LEAK_COMMON},
    {"upgrades", LEAK_COMMON},   {"kx7f9zq2.yaml", LEAK_STRONG},
    {"rollingUpd", LEAK_COMMON}, {"zfs-river", LEAK_NAME},
    {"10.0.0.0", LEAK_NAME},     {"Europe/Berlin", LEAK_NAME},
    {"192.0.2.17", LEAK_STRONG}, {"images.north.example", LEAK_STRONG},
    {"kx7f9zq2", LEAK_STRONG},   {"https://a.north.example/x", LEAK_STRONG},
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

static const struct leak_case cases[] = {
    {"its own", FACTS("  a: lake.shore.example\n  class: zfs-lake\n"), ""},
    {"a value", FACTS("  a: zfs-river\n"), FOUND "5:6 /data/a\n"},
    {"within a longer name", FACTS("  a: fast-zfs-river-2\n"), FOUND "5:6 /data/a\n"},
    {"the name of the customer", FACTS("  a: https://x/harbour-nord/y\n"), FOUND "5:6 /data/a\n"},
    {"the domain", FACTS("  a: https://db.north.harbour.example:5432/x\n"), FOUND "5:6 /data/a\n"},
    {"a key", FACTS("  north.harbour.example: b\n"), FOUND "5:3\n"},
    {"in base64", FACTS("  a: bm9ydGguaGFyYm91ci5leGFtcGxl\n"), FOUND "5:6 /data/a\n"},
    {"part of another word", FACTS("  a: xnorth.harbour.examples\n"), ""},
    {"a file that cannot be parsed", "zfs-river: [\n", FOUND "1:1\n"},
};

Test(leak, what_is_another_customers_is_found_wherever_it_stands)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct delivery delivery = {.files = {{"overlays/harbour-nord/cluster-config.yaml", OTHER},
                                              {"overlays/harbour-nord/kustomization.yaml", "broken: ["},
                                              {"overlays/customer-a/facts.yaml", cases[i].facts}}};
        const char *found = manifest_kit_findings(&delivery, "leak/");
        cr_expect_str_eq(found, cases[i].findings, "%s:\n%s\ninstead of\n%s", cases[i].name, found,
                         cases[i].findings);
    }
}
