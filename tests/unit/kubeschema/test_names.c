/* Names, labels and annotations, and the formats of texts. */
#include "kit.h"
#include "kube_format.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define A10 "aaaaaaaaaa"
#define A60 A10 A10 A10 A10 A10 A10

static const struct {
    const char *api_version, *kind, *name;
    bool fits;
} names[] = {
    {"v1", "ConfigMap", "a", true},
    {"v1", "ConfigMap", "a.b-c.0", true},
    {"v1", "ConfigMap", "kube-root-ca.crt", true},
    {"v1", "ConfigMap", "", false},
    {"v1", "ConfigMap", "A", false},
    {"v1", "ConfigMap", "a_b", false},
    {"v1", "ConfigMap", "-a", false},
    {"v1", "ConfigMap", "a-", false},
    {"v1", "ConfigMap", "a..b", false},
    {"v1", "ConfigMap", ".a", false},
    {"v1", "ConfigMap", "a.", false},
    {"v1", "ConfigMap", "a-.b", false},
    {"v1", "ConfigMap", "a.-b", false},
    {"v1", "ConfigMap", A60 A60 A60 A60 "aaaaaaaaaaaaa", true},
    {"v1", "ConfigMap", A60 A60 A60 A60 "aaaaaaaaaaaaaa", false},
    {"v1", "Namespace", A60 "aaa", true},
    {"v1", "Namespace", A60 "aaaa", false},
    {"v1", "Namespace", "a.b", false},
    {"v1", "Namespace", "0a", true},
    {"v1", "Service", "a-0", true},
    {"v1", "Service", "0a", false},
    {"v1", "Service", "a.b", false},
    {"batch/v1", "CronJob", A10 A10 A10 A10 A10 "aa", true},
    {"batch/v1", "CronJob", A10 A10 A10 A10 A10 "aaa", false},
    {"rbac.authorization.k8s.io/v1", "ClusterRole", "system:Node_x", true},
    {"rbac.authorization.k8s.io/v1", "ClusterRole", "a/b", false},
    {"rbac.authorization.k8s.io/v1", "ClusterRole", "..", false},
    {"rbac.authorization.k8s.io/v1", "ClusterRole", "a%b", false},
    {"storage.k8s.io/v1", "StorageClass", "A", false},
    {"unknown.example.com/v1", "Thing", "A:b", true},
    {"unknown.example.com/v1", "Thing", "a/b", false},
    {"v1", "ConfigMap", "${NAME}-x", true},
};

Test(kubeschema_names, follow_the_rule_of_the_kind)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct kit kit;
        char yaml[1024];
        kit_init(&kit);
        (void)snprintf(yaml, sizeof yaml, "{apiVersion: %s, kind: %s, metadata: {name: \"%s\"}}",
                       names[i].api_version, names[i].kind, names[i].name);
        cr_expect_eq(kit_check(&kit, yaml), names[i].fits, "%s: %s", yaml, kit_findings(&kit));
        cr_expect_eq(sl_findings_count(kit.findings), names[i].fits ? 0 : 1, "%s: %s", yaml,
                     kit_findings(&kit));
        kit_release(&kit);
    }
}

/* Members of metadata, and what is found. */
static const struct {
    const char *metadata, *findings;
} rows[] = {
    {"name: a, labels: {app: web, app.kubernetes.io/name: Web_1.0, empty: ''}", ""},
    {"generateName: a-", ""},
    {"namespace: b", "kube/name /metadata: has no name"},
    {"name: a, namespace: team.a",
     "kube/name /metadata/namespace: \"team.a\" cannot be a namespace: it must have at most 63 of a-z, 0-9 and "
     "\"-\", with a letter or digit at both ends"},
    {"name: a, annotations: {a: 'any text, of any kind!'}", ""},
    {"name: a, labels: {x: '${LATER}', '${K}': y}", ""},
};

Test(kubeschema_names, metadata_is_looked_at_without_a_schema)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct kit kit;
        char yaml[1024];
        kit_init(&kit);
        (void)snprintf(yaml, sizeof yaml, "{apiVersion: v1, kind: ConfigMap, metadata: {%s}}",
                       rows[i].metadata);
        cr_assert_geq(kit_check(&kit, yaml), 0);
        cr_expect_str_eq(kit_findings(&kit), rows[i].findings, "%s: %s", yaml, kit_findings(&kit));
        kit_release(&kit);
    }
}

static const struct {
    const char *key, *value;
    bool label, annotation; /* can it be one? */
} labels[] = {
    {"a", "b", true, true},
    {"A-b_c.d", "X", true, true},
    {"a", "-b", false, true},
    {"a", "b c", false, true},
    {"a", A60 "abc", true, true},
    {"a", A60 "abcd", false, true},
    {"", "b", false, false},
    {"-a", "b", false, false},
    {"a b", "b", false, false},
    {A60 "abc", "b", true, true},
    {A60 "abcd", "b", false, false},
    {"example.com/a", "b", true, true},
    {"Example.com/a", "b", false, false},
    {"/a", "b", false, false},
    {"example.com/", "b", false, false},
    {"a/b/c", "b", false, false},
};

Test(kubeschema_names, keys_and_values_of_labels_and_annotations)
{
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
        for (int annotation = 0; annotation < 2; annotation++) {
            struct kit kit;
            char yaml[1024];
            kit_init(&kit);
            (void)snprintf(yaml, sizeof yaml,
                           "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, %s: {\"%s\": \"%s\"}}}",
                           annotation ? "annotations" : "labels", labels[i].key, labels[i].value);
            cr_expect_eq(kit_check(&kit, yaml), annotation ? labels[i].annotation : labels[i].label, "%s: %s",
                         yaml, kit_findings(&kit));
            kit_release(&kit);
        }
}

Test(kubeschema_names, annotations_have_a_size_together)
{
    static char yaml[300000];
    struct kit kit;
    kit_init(&kit);
    int len = snprintf(yaml, sizeof yaml,
                       "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, annotations: {a: ");
    memset(yaml + len, 'x', 262143);
    (void)snprintf(yaml + len + 262143, sizeof yaml - (size_t)len - 262143, "}}}");
    cr_expect_eq(kit_check(&kit, yaml), 1, "%.200s", kit_findings(&kit));
    (void)snprintf(yaml + len + 262143, sizeof yaml - (size_t)len - 262143, "x}}}");
    cr_expect_eq(kit_check(&kit, yaml), 0);
    cr_expect_str_eq(kit_findings(&kit),
                     "kube/label /metadata/annotations: all annotations together have 262145 "
                     "bytes, and may have 262144");
    kit_release(&kit);
}

static const struct {
    const char *format, *text;
    bool fits;
} texts[] = {
    {"quantity", "0", true},
    {"quantity", "500m", true},
    {"quantity", "1.5Gi", true},
    {"quantity", ".5", true},
    {"quantity", "1.", true},
    {"quantity", "+1", true},
    {"quantity", "-1Ki", true},
    {"quantity", "1e3", true},
    {"quantity", "1E-3", true},
    {"quantity", "1E", true},
    {"quantity", "1Ei", true},
    {"quantity", "100n", true},
    {"quantity", "1k", true},
    {"quantity", "", false},
    {"quantity", ".", false},
    {"quantity", "1K", false},
    {"quantity", "1MB", false},
    {"quantity", "1 Gi", false},
    {"quantity", "1gi", false},
    {"quantity", "1ki", false},
    {"quantity", "1.2.3", false},
    {"quantity", "1e", false},
    {"quantity", "1e1.5", false},
    {"quantity", "--1", false},
    {"quantity", "Gi", false},
    {"go-duration", "0", true},
    {"go-duration", "90s", true},
    {"go-duration", "1h30m", true},
    {"go-duration", "1.5h", true},
    {"go-duration", "-1ms", true},
    {"go-duration", "10us", true},
    {"go-duration", "10\xc2\xb5s", true},
    {"go-duration", "", false},
    {"go-duration", "5", false},
    {"go-duration", "5d", false},
    {"go-duration", "h", false},
    {"go-duration", "1h 30m", false},
    {"go-duration", "P1D", false},
    {"byte", "", true},
    {"byte", "YQ==", true},
    {"byte", "YWI=", true},
    {"byte", "YW\nJj", true},
    {"byte", "YQ", false},
    {"byte", "Y===", false},
    {"byte", "Y=Q=", false},
    {"byte", "a b=", false},
    {"cidr", "10.0.0.0/8", true},
    {"cidr", "fd00::/128", true},
    {"cidr", "10.0.0.0/33", false},
    {"cidr", "fd00::/129", false},
    {"cidr", "10.0.0.0", false},
    {"cidr", "10.0.0/8", false},
    {"cidr", "10.0.0.0/", false},
    {"cidr", "/8", false},
    {"mac", "02:00:5e:10:00:00", true},
    {"mac", "0200.5e10.0000", true},
    {"mac", "02:00:5e:10:00", false},
    {"mac", "zz:00:5e:10:00:00", false},
};

Test(kubeschema_names, formats_of_texts)
{
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const struct kube_format *format = kube_format_of(sl_str_from(texts[i].format));
        struct sl_node node = {.kind = SL_STRING, .as.text = sl_str_from(texts[i].text)};
        cr_assert(format, "%s", texts[i].format);
        cr_expect_eq(kube_format_fits(format, &node), texts[i].fits, "%s %s", texts[i].format, texts[i].text);
    }
    cr_expect_null(kube_format_of(SL_STR("uri")));
}
