/* What a schema of a CustomResourceDefinition says, keyword by keyword. */
#include "kit.h"

#include <criterion/criterion.h>

static const struct {
    const char *schema, *spec;
    const char *findings; /* "": it fits */
} rows[] = {
    /* types */
    {"{type: object, properties: {n: {type: integer}}}", "{n: 3}", ""},
    {"{type: object, properties: {n: {type: integer}}}", "{n: three}",
     "kube/mismatch /spec/n: must be an integer, not a string"},
    {"{type: object, properties: {n: {type: string}}}", "{n: 3}",
     "kube/mismatch /spec/n: must be a string, not 3"},
    {"{type: object, properties: {n: {type: boolean}}}", "{n: 'true'}",
     "kube/mismatch /spec/n: must be a boolean, not a string"},
    {"{type: object}", "[]", "kube/mismatch /spec: must be a map, not a list"},
    {"{type: object, properties: {n: {type: string, enum: [a, b]}}}", "{n: c}",
     "kube/mismatch /spec/n: must be one of \"a\", \"b\", not \"c\""},
    {"{type: object, properties: {n: {type: integer, minimum: 1, maximum: 5}}}", "{n: 6}",
     "kube/mismatch /spec/n: must be at most 5, not 6"},
    {"{type: object, properties: {n: {type: integer, minimum: 1, exclusiveMinimum: true}}}", "{n: 1}",
     "kube/mismatch /spec/n: must be above 1, not 1"},
    {"{type: object, properties: {n: {type: string, pattern: '^[a-z]+$'}}}", "{n: A}",
     "kube/mismatch /spec/n: \"A\" does not match the pattern \"^[a-z]+$\""},
    {"{type: object, properties: {n: {type: string, maxLength: 2}}}", "{n: abc}",
     "kube/mismatch /spec/n: must have at most 2 characters, not 3"},

    /* unknown fields */
    {"{type: object, properties: {replicas: {type: integer}}}", "{replcas: 3}",
     "kube/unknown-field /spec/replcas: the member \"replcas\" is not known here; did you mean \"replicas\"?"},
    {"{type: object}", "{any: 3}", "kube/unknown-field /spec/any: the member \"any\" is not known here"},
    {"{type: object, x-kubernetes-preserve-unknown-fields: true}", "{any: 3}", ""},
    {"{x-kubernetes-preserve-unknown-fields: true}", "[any]", ""},
    {"{type: object, x-kubernetes-preserve-unknown-fields: true, properties: {in: {type: object, properties: "
     "{a: {type: integer}}}}}",
     "{any: 3, in: {b: 1}}", "kube/unknown-field /spec/in/b: the member \"b\" is not known here"},
    {"{type: object, additionalProperties: {type: integer}}", "{any: 3}", ""},
    {"{type: object, additionalProperties: {type: integer}}", "{any: x}",
     "kube/mismatch /spec/any: must be an integer, not a string"},
    {"{type: object, additionalProperties: true}", "{any: x}", ""},
    {"{type: array, items: {type: object, properties: {a: {type: string}}}}", "[{b: x}]",
     "kube/unknown-field /spec/0/b: the member \"b\" is not known here"},

    /* required, and null, which is as good as absent */
    {"{type: object, required: [a], properties: {a: {type: string}}}", "{}",
     "kube/mismatch /spec: lacks the required member \"a\""},
    {"{type: object, required: [a], properties: {a: {type: string}}}", "{a: null}",
     "kube/mismatch /spec: lacks the required member \"a\""},
    {"{type: object, required: [a], properties: {a: {type: string, nullable: true}}}", "{a: null}", ""},
    {"{type: object, properties: {a: {type: string}}}", "{a: null}", ""},
    {"{type: object, properties: {a: {type: object, properties: {b: {type: string}}}}}",
     "{a: {b: null, c: null}}", ""},
    {"{type: array, items: {type: string}}", "[null]", "kube/mismatch /spec/0: must be a string, not null"},
    {"{type: array, items: {type: object, properties: {a: {type: string}}}}", "[{a: null}, {a: 1}]",
     "kube/mismatch /spec/1/a: must be a string, not 1"},

    /* integer or string */
    {"{x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}]}", "5", ""},
    {"{x-kubernetes-int-or-string: true}", "50%", ""},
    {"{x-kubernetes-int-or-string: true}", "[5]",
     "kube/mismatch /spec: must be a string or an integer, not a list"},
    {"{x-kubernetes-int-or-string: true, pattern: '^[0-9]+%$'}", "50", ""},
    {"{x-kubernetes-int-or-string: true, pattern: '^[0-9]+%$'}", "half",
     "kube/mismatch /spec: \"half\" does not match the pattern \"^[0-9]+%$\""},

    /* lists */
    {"{type: array, x-kubernetes-list-type: set, items: {type: string}}", "[a, b, a]",
     "kube/duplicate-item /spec/2: a second item with \"a\"; the first one is at t.yaml:1:71"},
    {"{type: array, x-kubernetes-list-type: set, items: {type: string}}", "[a, '1', b]", ""},
    {"{type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [a, b], items: {type: object, "
     "properties: {a: {type: string}, b: {type: integer}, c: {type: integer}}}}",
     "[{a: x, b: 1}, {a: x, b: 2}, {a: x, b: 1, c: 3}]",
     "kube/duplicate-item /spec/2: a second item with a=x, b=1; the first one is at t.yaml:1:71"},
    {"{type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [a, b], items: {type: object, "
     "properties: {a: {type: string}, b: {type: integer}}}}",
     "[{a: x}, {a: x}]",
     "kube/duplicate-item /spec/1: a second item with a=x; the first one is at t.yaml:1:71"},
    {"{type: array, x-kubernetes-patch-merge-key: a, items: {type: object, properties: {a: {type: string}}}}",
     "[{a: x}, {a: x}, {}, {}]",
     "kube/duplicate-merge-key /spec/1: a second item with a=x; the first one is at t.yaml:1:71; where lists are "
     "merged, only one of them can stay"},
    {"{type: array, x-kubernetes-list-map-keys: [n, a], items: {type: object, properties: {a: {type: string}, n: "
     "{type: integer}}}}",
     "[{n: 80, a: x}, {a: x, n: 80}]",
     "kube/duplicate-item /spec/1: a second item with n=80, a=x; the first one is at t.yaml:1:71"},
    {"{type: array, x-kubernetes-list-type: set, items: {type: object, x-kubernetes-preserve-unknown-fields: true}}",
     "[{a: 1, b: 2}, {b: 2, a: 1}]",
     "kube/duplicate-item /spec/1: a second item with {\"a\":1,\"b\":2}; the first one is at t.yaml:1:71"},
    {"{type: array, x-kubernetes-list-type: atomic, items: {type: string}}", "[a, a]", ""},

    /* what holds beside the type */
    {"{type: object, properties: {a: {type: string}, b: {type: string}}, oneOf: [{required: [a]}, {required: [b]}]}",
     "{a: x}", ""},
    {"{type: object, properties: {a: {type: string}, b: {type: string}}, oneOf: [{required: [a]}, {required: [b]}]}",
     "{a: x, b: y}", "kube/mismatch /spec: fits alternatives 1 and 2, and must fit exactly one"},
    {"{type: object, properties: {a: {type: string}}, allOf: [{properties: {a: {minLength: 2}}}]}", "{a: x}",
     "kube/mismatch /spec/a: must have at least 2 characters, not 1"},
    {"{type: object, properties: {a: {type: string}}, not: {required: [a]}}", "{a: x}",
     "kube/mismatch /spec: is what the schema says it must not be"},

    /* objects in objects */
    {"{type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}",
     "{apiVersion: v1, kind: A, metadata: {name: x}, more: 1}", ""},
    {"{type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}",
     "{apiVersion: v1, kind: A, metadata: {nme: x}}",
     "kube/unknown-field /spec/metadata/nme: the member \"nme\" is not known here; did you mean \"name\"?"},
    {"{type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}",
     "{apiVersion: v1, metadata: {labels: {a: b c}}}",
     "kube/mismatch /spec: lacks the required member \"kind\"\n"
     "kube/label /spec/metadata/labels/a: \"b c\" cannot be the value of a label: it must have at most 63 letters, "
     "digits, \"-\", \"_\" and \".\", with a letter or digit at both ends"},

    /* formats */
    {"{type: string, format: duration}", "1h30m", ""},
    {"{type: string, format: duration}", "1d",
     "kube/mismatch /spec: must be a duration like 90s or 1h30m, not \"1d\""},
    {"{type: string, format: date-time}", "2026-11-21 at noon",
     "kube/mismatch /spec: \"2026-11-21 at noon\" is not a date and time like 2026-11-21T09:58:54Z"},
    {"{type: integer, format: int32}", "2147483648", "kube/mismatch /spec: must be an integer of 32 bits"},
    {"{type: integer, format: int64}", "9223372036854775808",
     "kube/mismatch /spec: must be an integer of 64 bits"},
    {"{type: string, format: a-format-of-their-own}", "x", ""},
    {"{x-kubernetes-int-or-string: true, pattern: '^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|"
     "[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$'}",
     "512MB", "kube/mismatch /spec: must be a quantity like 500m, 2 or 1.5Gi, not \"512MB\""},

    /* what is filled in later */
    {"{type: integer}", "'${REPLICAS}'",
     "kube/placeholder /spec: must be an integer, not a string; what stands in the place of ${...} is not known here"},
    {"{type: string, format: duration}", "'${STAY}'",
     "kube/placeholder /spec: whether \"${STAY}\" becomes a duration like 90s or 1h30m is not checked"},
};

Test(kubeschema_keywords, say_what_does_not_fit_and_where)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct kit kit;
        kit_init(&kit);
        cr_assert_eq(kit_add_thing(&kit, rows[i].schema), 1, "row %zu: %s", i, kit.err.message);
        int fits = kit_check_thing(&kit, rows[i].spec);
        cr_assert_geq(fits, 0, "row %zu: %s", i, kit.err.message);
        cr_expect_str_eq(kit_findings(&kit), rows[i].findings, "row %zu\n  %s\n  %s\nis\n%s\nnot\n%s", i,
                         rows[i].schema, rows[i].spec, kit_findings(&kit), rows[i].findings);
        bool has_more = sl_findings_of(kit.findings, SL_NOTE) < sl_findings_count(kit.findings);
        cr_expect_eq(fits, !has_more, "row %zu", i);
        kit_release(&kit);
    }
}
