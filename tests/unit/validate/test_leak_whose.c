/*
 * Whose a string is: what stops a delivery, what is only told, and what is nobody's business. The one whose delivery is
 * looked at is always customer-a.
 */
#include "manifest_kit.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define CUSTOMER_A "customer: customer-a\ndomain: lake.shore.example\n"
#define NORD       "customer: harbour-nord\ndomain: north.harbour.example\n"
#define OTHER_TWO                                                                                            \
    {"overlays/zuidkade/cluster-config.yaml", "customer: zuidkade\ndomain: zuidkade.example\n"},             \
    {                                                                                                        \
        "overlays/seaholm/cluster-config.yaml", "customer: seaholm\ndomain: seaholm.example\n"               \
    }
#define FACTS(name, data) "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " name "}\ndata:\n" data
#define COMPONENT         "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [c.yaml]\n"
#define TAKES             "resources: [facts.yaml]\ncomponents: [../../components/corp]\n"

/* Files of customer-a, of harbour-nord, of a component that customer-a takes, and of the release. */
struct whose_case {
    const char *name, *own, *config, *nord, *component, *release, *findings;
};

#define COMPONENT_WARNING(text, where)                                                                       \
    "warning components/corp/c.yaml:5 " text " stands in the overlay of customer harbour-nord too "          \
    "(overlays/harbour-nord/" where ")\n"
#define OWN_ERROR(text) "error overlays/customer-a/facts.yaml:5 " text " belongs to customer harbour-nord\n"
#define OWN_WARNING(text, where)                                                                             \
    "warning overlays/customer-a/facts.yaml:5 " text " stands in the overlay of customer harbour-nord too "  \
    "(overlays/harbour-nord/" where ")\n"

static const struct whose_case cases[] = {
    {.name = "a component's host that one overlay has under another key",
     .component = FACTS("c", "  HTTPS_PROXY: \"http://proxy.corp.example:3128\"\n"),
     .nord = FACTS("f", "  x: proxy.corp.example\n"),
     .findings = COMPONENT_WARNING("proxy.corp.example", "facts.yaml:5")},
    {.name = "a component's host that one overlay has under its key",
     .component = FACTS("c", "  HTTPS_PROXY: \"http://proxy.corp.example:3128\"\n"),
     .nord = FACTS("f", "  HTTPS_PROXY: \"http://proxy.corp.example:3128\"\n"),
     .findings = ""},
    {.name = "a component's host, and two overlays have it",
     .own = FACTS("f", "  a: proxy.corp.example\n"),
     .component = FACTS("c", "  b: \"http://proxy.corp.example:3128\"\n"),
     .nord = FACTS("f", "  x: proxy.corp.example\n"),
     .findings = ""},
    {.name = "a customer's host in a component",
     .component = FACTS("c", "  a: vault.north.harbour.example\n"),
     .findings = "error components/corp/c.yaml:5 north.harbour.example belongs to customer harbour-nord\n"},
    {.name = "a customer's host in a component, and in its overlay",
     .component = FACTS("c", "  a: vault.north.harbour.example\n"),
     .nord = FACTS("f", "  a: vault.north.harbour.example\n"),
     .findings = "error components/corp/c.yaml:5 north.harbour.example belongs to customer harbour-nord\n"},
    {.name = "a customer's name in a component",
     .component = FACTS("c", "  a: only for harbour-nord\n"),
     .findings = "error components/corp/c.yaml:5 harbour-nord belongs to customer harbour-nord\n"},
    {.name = "a vendor's address among the contacts of one",
     .release = FACTS("r", "  a: support@vendor-soft.example\n"),
     .nord = NORD "contacts: [{role: vendor, email: support@vendor-soft.example}]\n",
     .findings =
         "warning releases/v1.0/clusters/production-cluster.yaml:5 support@vendor-soft.example stands in "
         "the overlay of customer harbour-nord too (overlays/harbour-nord/cluster-config.yaml:3)\n"},
    {.name = "an address in the customer's domain",
     .release = FACTS("r", "  a: desk@north.harbour.example\n"),
     .nord = NORD "contacts: [{role: desk, email: desk@north.harbour.example}]\n",
     .findings =
         "error releases/v1.0/clusters/production-cluster.yaml:5 desk@north.harbour.example belongs to "
         "customer harbour-nord\n"},
    {.name = "the cluster of another one",
     .own = FACTS("f", "  a: elbe-quay-01\n"),
     .nord = NORD "cluster: {name: elbe-quay-01}\n",
     .findings = OWN_ERROR("elbe-quay-01")},
    {.name = "the registry of another one, where this one has its own",
     .own = FACTS("f", "  image: images.harbour.internal/web\n"),
     .config = CUSTOMER_A "registry: {host: images.shore.internal}\n",
     .nord = NORD "registry: {host: \"images.harbour.internal:5443\"}\n",
     .findings = OWN_ERROR("images.harbour.internal")},
    {.name = "the registry of another one, and this one states none",
     .own = FACTS("f", "  image: images.harbour.internal/web\n"),
     .nord = NORD "registry: {host: \"images.harbour.internal:5443\"}\n",
     .findings = OWN_WARNING("images.harbour.internal", "cluster-config.yaml:3")},
    {.name = "the storage class of another one, where this one has its own",
     .own = FACTS("f", "  storageClass: zfs-river\n"),
     .config = CUSTOMER_A "storage: {class: ceph-lake}\n",
     .nord = NORD "storage: {class: zfs-river}\n",
     .findings = OWN_WARNING("zfs-river", "cluster-config.yaml:3")},
    {.name = "the storage class of another one, and this one states none",
     .own = FACTS("f", "  storageClass: zfs-river\n"),
     .nord = NORD "storage: {class: zfs-river}\n",
     .findings = OWN_WARNING("zfs-river", "cluster-config.yaml:3")},
    {.name = "the registry of another one is the vendor's",
     .own = FACTS("f", "  image: registry.vendor-soft.example/web\n"),
     .config = CUSTOMER_A "registry: {host: images.shore.internal}\n",
     .release = FACTS("r", "  a: charts.vendor-soft.example\n"),
     .nord = NORD "registry: {host: registry.vendor-soft.example}\n",
     .findings = OWN_WARNING(
         "registry.vendor-soft.example",
         "cluster-config.yaml:3") "warning releases/v1.0/clusters/production-cluster.yaml:5 vendor-soft.example stands in the overlay of "
                                  "customer harbour-nord too (overlays/harbour-nord/cluster-config.yaml:3)\n"},
    {.name = "hosts of one provider",
     .own = FACTS("f", "  s3: s3.gra.io.cloud-host.example\n"),
     .nord = NORD "registry: {host: harbor.gra7.registry.cloud-host.example}\n",
     .findings = OWN_WARNING("cloud-host.example", "cluster-config.yaml:3")},
    {.name = "the same in both, oftener in the other",
     .own = FACTS("f", "  a: packages.software.example\n"),
     .nord = FACTS("f", "  b: packages.software.example\n  c: packages.software.example\n"),
     .findings = OWN_WARNING("packages.software.example", "facts.yaml:5")},
    {.name = "time zones, resolvers, first addresses, days, sizes",
     .own =
         FACTS("f", "  a: America/Argentina/Buenos_Aires\n  b: 8.8.8.8\n  c: 192.168.1.1\n  d: 1.4-20251102\n"
                    "  e: standard-d8s-v5\n"),
     .nord =
         FACTS("f", "  z: America/Argentina/Buenos_Aires\n  y: 8.8.8.8\n  x: 192.168.1.1\n  w: 1.4-20251102\n"
                    "  v: standard-d8s-v5\n"),
     .findings = ""},
};

/* What a file of harbour-nord is for shows by its beginning. */
static const char *path_of_nord(const char *text)
{
    return strncmp(text, "customer:", 9) == 0 ? "overlays/harbour-nord/cluster-config.yaml"
                                              : "overlays/harbour-nord/facts.yaml";
}

Test(leak_whose, what_says_who_it_is_about_stops_and_the_rest_is_told)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct whose_case *test = &cases[i];
        struct delivery delivery = {
            .objects = test->release,
            .files = {OTHER_TWO,
                      {"overlays/harbour-nord/cluster-config.yaml", NORD},
                      {"overlays/customer-a/cluster-config.yaml", test->config ? test->config : CUSTOMER_A},
                      {"overlays/customer-a/facts.yaml", test->own ? test->own : FACTS("f", "  a: b\n")},
                      {"overlays/customer-a/kustomization.yaml",
                       test->component ? TAKES : "resources: [facts.yaml]\n"},
                      {"components/corp/kustomization.yaml", COMPONENT},
                      {"components/corp/c.yaml", test->component ? test->component : FACTS("c", "  a: b\n")},
                      {test->nord ? path_of_nord(test->nord) : NULL, test->nord}}};
        const char *found = manifest_kit_verdicts(&delivery, "leak/");
        cr_expect_str_eq(found, test->findings, "%s:\n%s\ninstead of\n%s", test->name, found, test->findings);
    }
}

/* Two sites of one company, and somebody else's. */
struct sister_case {
    const char *name, *config, *facts, *kustomization, *findings;
};

#define NORTH      "customer: acme-north\ndomain: north.acme.example\nregistry: {host: images.acme.example}\n"
#define SOUTH      "customer: acme-south\ndomain: south.acme.example\nregistry: {host: images.acme.example}\n"
#define HOSTS(one) FACTS("f", "  sso: sso.acme.example\n  web: web." one ".acme.example\n")

static const struct sister_case sisters[] = {
    {"a sister has what the domain has in common",
     "customer: customer-a\ndomain: west.acme.example\nregistry: {host: images.acme.example}\n",
     HOSTS("west"), "", ""},
    {"a sister has a host of the other one's own domain", "customer: customer-a\ndomain: west.acme.example\n",
     HOSTS("south"), "",
     "error overlays/customer-a/facts.yaml:6 web.south.acme.example belongs to customer acme-south\n"},
    {"the domain itself of another one", "customer: customer-a\ndomain: south.acme.example\n", HOSTS("x"), "",
     "warning overlays/customer-a/cluster-config.yaml:2 south.acme.example stands in the overlay of customer "
     "acme-south too (overlays/acme-south/cluster-config.yaml:2)\n"},
    {"somebody else has a host of theirs", CUSTOMER_A, FACTS("f", "  a: sso.acme.example\n"), "",
     "warning overlays/customer-a/facts.yaml:5 acme.example stands in the overlay of customer acme-north too "
     "(overlays/acme-north/cluster-config.yaml:2)\n"},
    {"somebody else takes a component of theirs", CUSTOMER_A, FACTS("f", "  a: b\n"),
     "components: [../../components/corp]\n",
     "warning components/corp/c.yaml:5 acme.example stands in the overlay of customer acme-north too "
     "(overlays/acme-north/cluster-config.yaml:2)\n"},
    {"a sister takes it", "customer: customer-a\ndomain: west.acme.example\n", FACTS("f", "  a: b\n"),
     "components: [../../components/corp]\n", ""},
};

Test(leak_whose, sites_of_one_company_may_have_what_they_have_in_common_and_others_may_not)
{
    for (size_t i = 0; i < sizeof sisters / sizeof sisters[0]; i++) {
        const struct sister_case *test = &sisters[i];
        char kustomization[256];
        (void)snprintf(kustomization, sizeof kustomization, "resources: [facts.yaml]\n%s",
                       test->kustomization);
        struct delivery delivery = {
            .files = {OTHER_TWO,
                      {"overlays/acme-north/cluster-config.yaml", NORTH},
                      {"overlays/acme-north/facts.yaml", HOSTS("north")},
                      {"overlays/acme-south/cluster-config.yaml", SOUTH},
                      {"overlays/acme-south/facts.yaml", HOSTS("south")},
                      {"overlays/customer-a/cluster-config.yaml", test->config},
                      {"overlays/customer-a/facts.yaml", test->facts},
                      {"overlays/customer-a/kustomization.yaml", kustomization},
                      {"components/corp/kustomization.yaml", COMPONENT},
                      {"components/corp/c.yaml", FACTS("c", "  proxy: proxy.acme.example\n")}}};
        const char *found = manifest_kit_verdicts(&delivery, "leak/");
        cr_expect_str_eq(found, test->findings, "%s:\n%s\ninstead of\n%s", test->name, found, test->findings);
    }
}

/* The domain of customer-a, and what another customer's name is for it, who is reached under b.shore.example. */
struct name_case {
    const char *domain, *other, *findings;
};

static const struct name_case names[] = {
    {"a.shore.example", "customer-pier",
     "warning overlays/customer-a/facts.yaml:5 customer-pier stands in the overlay of customer customer-pier too\n"},
    {"a.shore.example", "harbour-nord",
     "error overlays/customer-a/facts.yaml:5 harbour-nord belongs to customer harbour-nord\n"},
    {"lake.example", "customer-pier",
     "error overlays/customer-a/facts.yaml:5 customer-pier belongs to customer customer-pier\n"},
};

Test(leak_whose, sites_of_one_domain_whose_names_begin_alike_may_name_one_another)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[64], own[128], other[128], facts[128];
        (void)snprintf(path, sizeof path, "overlays/%s/cluster-config.yaml", names[i].other);
        (void)snprintf(own, sizeof own, "customer: customer-a\ndomain: %s\n", names[i].domain);
        (void)snprintf(other, sizeof other, "customer: %s\ndomain: b.shore.example\n", names[i].other);
        (void)snprintf(facts, sizeof facts, FACTS("f", "  peer: %s\n"), names[i].other);
        struct delivery delivery = {
            .files = {{path, other},
                      {"overlays/customer-a/cluster-config.yaml", own},
                      {"overlays/customer-a/kustomization.yaml", "resources: [facts.yaml]\n"},
                      {"overlays/customer-a/facts.yaml", facts}}};
        const char *found = manifest_kit_verdicts(&delivery, "leak/");
        cr_expect_str_eq(found, names[i].findings, "%s:\n%s\ninstead of\n%s", names[i].other, found,
                         names[i].findings);
    }
}

Test(leak_whose, what_nothing_packs_stops_no_delivery)
{
    struct delivery delivery = {
        .files = {{"overlays/harbour-nord/cluster-config.yaml", NORD},
                  {"overlays/customer-a/docs/notes.md", "Copied from harbour-nord.\n"},
                  {"overlays/customer-a/old/facts.yaml", "a: vpn.north.harbour.example\n"}}};
    cr_expect_str_eq(
        manifest_kit_verdicts(&delivery, "leak/"),
        "warning overlays/customer-a/docs/notes.md:1 harbour-nord belongs to customer harbour-nord\n"
        "warning overlays/customer-a/old/facts.yaml:1 north.harbour.example belongs to customer "
        "harbour-nord\n");
}

Test(leak_whose, what_may_be_of_either_is_told_once_in_an_overlay)
{
    struct delivery delivery = {
        .files = {{"overlays/harbour-nord/facts.yaml", FACTS("f", "  z: packages.software.example\n")},
                  {"overlays/customer-a/kustomization.yaml", "resources: [facts.yaml]\n"},
                  {"overlays/customer-a/facts.yaml", FACTS("f", "  a: packages.software.example\n")}}};
    cr_expect_str_eq(
        manifest_kit_verdicts(&delivery, "leak/"),
        "warning overlays/customer-a/facts.yaml:5 packages.software.example stands in the overlay of "
        "customer harbour-nord too (overlays/harbour-nord/facts.yaml:5)\n");
}

Test(leak_whose, of_many_that_may_be_of_either_a_file_tells_how_many)
{
    char own[2048] = FACTS("f", ""), other[2048] = FACTS("f", "");
    for (int i = 0; i < 13; i++) {
        size_t a = strlen(own), b = strlen(other);
        (void)snprintf(own + a, sizeof own - a, "  a%d: host%d.software.example\n", i, i);
        (void)snprintf(other + b, sizeof other - b, "  b%d: host%d.software.example\n", i, i);
    }
    struct delivery delivery = {
        .files = {{"overlays/harbour-nord/facts.yaml", other},
                  {"overlays/customer-a/kustomization.yaml", "resources: [facts.yaml]\n"},
                  {"overlays/customer-a/facts.yaml", own}}};
    const char *found = manifest_kit_verdicts(&delivery, "leak/");
    size_t lines = 0;
    for (const char *at = found; *at; at++)
        lines += *at == '\n';
    cr_expect_eq(lines, 11, "%s", found);
    cr_expect(
        strstr(found,
               "warning overlays/customer-a/facts.yaml:0 3 more strings in it stand in overlays of other "
               "customers too\n"),
        "%s", found);
}
