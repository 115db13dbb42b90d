/* CustomResourceDefinitions as they are found: versions, old ones, broken ones. */
#include "kit.h"

#include <criterion/criterion.h>

static struct kit kit;

static void make(void)
{
    kit_init(&kit);
}

static void drop(void)
{
    kit_release(&kit);
}

TestSuite(kubeschema_crd, .init = make, .fini = drop);

static void add_fixture(void)
{
    struct sl_buf crds;
    kit_fixture(&crds, "crds.yaml");
    cr_assert_eq(kit_add_crds(&kit, crds.ptr), 1, "%s", kit.err.message);
    sl_buf_release(&crds);
}

Test(kubeschema_crd, a_version_that_is_served_is_a_kind)
{
    add_fixture();
    cr_expect_eq(sl_kubeschema_count(kit.set), 2);
    cr_expect(sl_kubeschema_has(kit.set, SL_STR("harbour.example.com/v1"), SL_STR("Berth")));
    cr_expect(sl_kubeschema_has(kit.set, SL_STR("harbour.example.com/v1beta1"), SL_STR("Crane")));
    cr_expect_not(sl_kubeschema_has(kit.set, SL_STR("harbour.example.com/v1alpha1"), SL_STR("Berth")));
}

Test(kubeschema_crd, one_that_is_not_served_is_an_error_that_names_the_others)
{
    add_fixture();
    cr_expect_eq(
        kit_check(&kit, "{apiVersion: harbour.example.com/v1alpha1, kind: Berth, metadata: {name: b}}"), 0);
    cr_expect_str_eq(kit_findings(&kit),
                     "kube/not-served /apiVersion: harbour.example.com/v1alpha1 is not served "
                     "here, but harbour.example.com/v1");
}

Test(kubeschema_crd, an_object_that_uses_every_field_fits)
{
    add_fixture();
    cr_expect_eq(kit_check(&kit, "apiVersion: harbour.example.com/v1\n"
                                 "kind: Berth\n"
                                 "metadata: {name: north-1, labels: {a: b}}\n"
                                 "spec:\n"
                                 "  length: 320\n"
                                 "  draught: 14.5\n"
                                 "  side: port\n"
                                 "  code: QN12\n"
                                 "  note: null\n"
                                 "  crane: 3\n"
                                 "  power: 1.5k\n"
                                 "  stay: 36h\n"
                                 "  since: 2026-11-21T09:58:54Z\n"
                                 "  network: 10.0.0.0/8\n"
                                 "  key: aGFyYm91cg==\n"
                                 "  flags: [NO, DK]\n"
                                 "  ships: [{name: a, flag: NO}, {name: a, flag: DK, tonnes: 3}]\n"
                                 "  labels: {x: y}\n"
                                 "  extra: {known: 1, other: [2]}\n"
                                 "  sealed: {}\n"
                                 "  one: {a: x}\n"
                                 "  never: {a: x}\n"
                                 "  template: {apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {}}\n"
                                 "status: {anything: 1}\n"),
                 1);
    cr_expect_str_eq(kit_findings(&kit), "");
}

Test(kubeschema_crd, rules_in_cel_are_told_once_and_never_silently_passed_over)
{
    add_fixture();
    static const char berth[] =
        "{apiVersion: harbour.example.com/v1, kind: Berth, metadata: {name: b}, spec: {length: 1}}\n";
    cr_expect_eq(kit_check(&kit, berth), 1);
    cr_expect_eq(kit_check(&kit, berth), 1);
    cr_assert_eq(sl_kubetally_report(kit.tally, kit.findings, &kit.err), 0);
    cr_expect_str_eq(
        kit_findings(&kit),
        "kube/rules-not-checked: 1 kind has rules in CEL (x-kubernetes-validations), which were not "
        "checked: Berth (2 rules)");
}

Test(kubeschema_crd, what_it_says_of_metadata_holds_beside_what_metadata_is)
{
    add_fixture();
    cr_expect_eq(kit_check(&kit, "{apiVersion: harbour.example.com/v1, kind: Berth, metadata: {name: "
                                 "a-name-of-more-than-twenty, labls: {}}, spec: {length: 1}}"),
                 0);
    cr_expect_str_eq(
        kit_findings(&kit),
        "kube/mismatch /metadata/name: must have at most 20 characters, not 26\n"
        "kube/unknown-field /metadata/labls: the member \"labls\" is not known here; did you mean "
        "\"labels\"?");
}

Test(kubeschema_crd, the_old_kind_keeps_what_it_does_not_list)
{
    add_fixture();
    cr_expect_eq(
        kit_check(&kit, "{apiVersion: harbour.example.com/v1beta1, kind: Crane, metadata: {name: c}, spec: "
                        "{reach: 3, anything: {at: all}}}"),
        1);
    cr_expect_eq(
        kit_check(&kit, "{apiVersion: harbour.example.com/v1beta1, kind: Crane, metadata: {name: c}, spec: "
                        "{reach: 3, rech: 3}}"),
        0);
    cr_expect_str_eq(kit_findings(&kit),
                     "kube/unknown-field /spec/rech: the member \"rech\" is not known here");
}

/* Whatever is wrong with a schema, its kind is known as one that cannot be checked, and no other is affected. */
static const struct {
    const char *schema, *problem;
} broken[] = {
    {"{type: object, properties: {a: {type: string, pattern: '('}}}", "is not a regular expression"},
    {"{type: strng}", "type"},
    {"{type: object, properties: [a]}", "a map of schemas is expected, not a list"},
    {"{type: object, properties: {a: 3}}", "a schema must be a map, not a number"},
    {"{type: object, required: a}", "required"},
    {"{allOf: {}}", "a list of schemas is expected, not a map"},
};

Test(kubeschema_crd, a_schema_that_makes_no_sense_is_told_once_with_its_reason)
{
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        struct kit own;
        kit_init(&own);
        cr_assert_eq(kit_add_thing(&own, broken[i].schema), 1, "%s: %s", broken[i].schema, own.err.message);
        cr_expect_eq(own.err.code, SL_OK);
        cr_expect_eq(kit_check_thing(&own, "{a: 1}"), 1);
        cr_expect_eq(kit_check_thing(&own, "{b: 1}"), 1);
        cr_assert_eq(sl_kubetally_report(own.tally, own.findings, &own.err), 0);
        cr_assert_eq(sl_findings_count(own.findings), 1);
        cr_expect_str_eq(sl_findings_at(own.findings, 0)->rule, "kube/bad-schema");
        cr_expect(strstr(kit_findings(&own), "example.com/v1/Thing"), "%s", kit_findings(&own));
        cr_expect(strstr(kit_findings(&own), "2 objects"), "%s", kit_findings(&own));
        cr_expect(strstr(kit_findings(&own), broken[i].problem), "%s", kit_findings(&own));
        kit_release(&own);
    }
}

Test(kubeschema_crd, a_kind_nobody_knows_is_listed_once_with_the_number_of_objects)
{
    size_t checked, unchecked;
    cr_expect_eq(kit_check(&kit, "{apiVersion: a.b/v1, kind: C, metadata: {name: c}}\n---\n"
                                 "{apiVersion: a.b/v1, kind: C, metadata: {name: d}}\n"),
                 1);
    cr_assert_eq(sl_kubetally_report(kit.tally, kit.findings, &kit.err), 0);
    cr_expect(strstr(kit_findings(&kit),
                     "kube/no-schema: 2 resources of 1 kind have no schema and were not checked: C (2)"),
              "%s", kit_findings(&kit));
    sl_kubetally_counts(kit.tally, &checked, &unchecked);
    cr_expect_eq(checked, 0);
    cr_expect_eq(unchecked, 2);
}

Test(kubeschema_crd, the_first_of_two_that_have_a_kind_counts)
{
    cr_assert_eq(kit_add_thing(&kit, "{type: integer}"), 1);
    cr_assert_eq(kit_add_thing(&kit, "{type: string}"), 1);
    cr_expect_eq(kit_check_thing(&kit, "3"), 1);
    cr_expect_eq(sl_kubeschema_count(kit.set), 1);
}

Test(kubeschema_crd, other_documents_are_none)
{
    cr_expect_eq(kit_add_crds(&kit, "{apiVersion: v1, kind: ConfigMap}"), 0);
    cr_expect_eq(kit_add_crds(&kit, "{apiVersion: other/v1, kind: CustomResourceDefinition}"), 0);
    cr_expect_eq(kit_add_crds(&kit, "[]"), 0);
    cr_expect_eq(kit_add_crds(&kit, "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition}"),
                 1);
    cr_expect_eq(sl_kubeschema_count(kit.set), 0);
}

Test(kubeschema_crd, what_is_no_object_of_kubernetes_is_a_finding)
{
    cr_expect_eq(kit_check(&kit, "{kind: A}\n---\n[a]\n---\n{apiVersion: 1, kind: A}\n"), 0);
    cr_expect_eq(sl_findings_of(kit.findings, SL_ERROR), 3);
    cr_expect(strstr(kit_findings(&kit), "an apiVersion and a kind are expected"));
}
