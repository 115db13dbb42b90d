/* values/unknown-key where the chart is there: what its templates can be seen to read decides what is said, and how loud. */
#include "manifest_kit.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define APPLICATION                                                                                          \
    "{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: web, namespace: argocd}, spec: " \
    "{project: default, source: {repoURL: \"oci://r.example\", chart: web, targetRevision: 1.0.0}, "         \
    "destination: {namespace: web}}}\n"

static const char *findings_of(const char *values, const char *path, const char *template, const char *custom)
{
    const struct tgz_member chart[] = {{"web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"},
                                       {"web/values.yaml", values},
                                       {path, template}};
    struct delivery delivery = {.files = {{"releases/v1.0/applications/web-app.yaml", APPLICATION},
                                          {"overlays/customer-a/custom-values/web-custom.yaml", custom}},
                                .chart = chart,
                                .chart_count = 3};
    return manifest_kit_severities(&delivery, "values/unknown-key");
}

struct template_case {
    const char *name, *template;
};

/* a.hosts, which values.yaml has no default for, beside a.host, which it has. */
static const struct template_case that_read_it[] = {
    {"by its name", "{{ .Values.a.hosts }}"},
    {"from the root in a variable",
     "{{ $root := . }}{{ range .Values.q }}{{ $root.Values.a.hosts }}{{ end }}"},
    {"from $ in a variable", "{{ $root := $ }}{{ $root.Values.a.hosts }}"},
    {"from values in a variable", "{{ $v := $.Values }}{{ $v.a.hosts }}"},
    {"from a variable set later", "{{ $a := dict }}{{ $a = .Values.a }}{{ $a.hosts }}"},
    {"of a map that carries the root",
     "{{ define \"x\" }}{{ .context.Values.a.hosts }}{{ end }}{{ include \"x\" (dict \"context\" $) }}"},
    {"of a list that carries the root",
     "{{ define \"x\" }}{{ $r := index . 0 }}{{ $r.Values.a.hosts }}{{ end }}{{ include \"x\" (list . 1) }}"},
    {"in a define that is given the map",
     "{{ define \"x\" }}{{ .hosts }}{{ end }}{{ include \"x\" .Values.a }}"},
    {"in a define that is given it by template",
     "{{ define \"x\" }}{{ .hosts }}{{ end }}{{ template \"x\" .Values.a }}"},
    {"by index with names that stand there",
     "{{ range $n := list \"a\" \"b\" }}{{ (index $.Values $n).hosts }}{{ end }}"},
    {"by index", "{{ index .Values \"a\" \"hosts\" }}"},
    {"by get, dig and hasKey",
     "{{ if hasKey .Values.a \"hosts\" }}{{ end }}{{ dig \"a\" \"hosts\" 1 .Values }}"},
    {"by pick", "{{ toYaml (pick .Values.a \"hosts\") }}"},
    {"of a merged map", "{{ $m := merge (dict) .Values.a }}{{ $m.hosts }}"},
    {"of a copy", "{{ $m := deepCopy .Values.a }}{{ $m.hosts }}"},
    {"of one of two", "{{ $m := .Values.b | default .Values.a }}{{ $m.hosts }}"},
    {"with set", "{{ $_ := set .Values.a \"hosts\" list }}"},
    {"over several lines", "{{- include \"x\" (dict\n  \"h\" .Values.a.hosts\n) }}"},
    {"in a text that is a template", "{{ tpl \"{{ .Values.a.hosts }}\" $ }}"},
    {"in a text with escapes", "{{ tpl \"{{ .Values.a.ho\\x73ts }}\\n\" . }}"},
    {"in a text that is put together", "{{ tpl (print \"{{ .Values.a.ho\" \"sts }}\") . }}"},
    {"in words put together", "{{ tpl (cat \"{{ .Values.a.hosts\" \"}}\") . }}"},
    {"in a text that is filled in", "{{ tpl (printf \"{{ .Values.a.%s }}\" \"hosts\") . }}"},
    {"by a way down", "{{ .Values.PathValue \"a.hosts\" }}"},
    {"of a table", "{{ (.Values.Table \"a\").hosts }}"},
    {"of a plain map", "{{ .Values.AsMap.a.hosts }}{{ dig \"a\" \"hosts\" 1 .Values.AsMap }}"},
    {"of the rest of a list", "{{ (index (rest (list 1 .Values.a)) 0).hosts }}"},
    {"of lists in one", "{{ (index (concat (list 1) (list .Values.a)) 1).hosts }}"},
    {"of a list turned round", "{{ (index (reverse (list 1 .Values.a)) 0).hosts }}"},
    {"through variables that hand it on",
     "{{ $v := dict }}{{ $w := dict }}{{ $x := dict }}{{ $y := dict }}{{ $z := dict }}{{ range list 1 2 3 4 5 6 }}"
     "{{ $z.hosts }}{{ $z = $y }}{{ $y = $x }}{{ $x = $w }}{{ $w = $v }}{{ $v = $.Values.a }}{{ end }}"},
    {"as an entry like any other, by a define that goes down all of it",
     "{{ define \"w\" }}{{ range $k, $v := .p }}{{ include \"w\" (dict \"p\" $v) }}{{ end }}{{ end }}"
     "{{ include \"w\" (dict \"p\" .Values.a) }}"},
};

Test(values_templates, a_key_that_templates_read_is_known_however_they_reach_it)
{
    for (size_t i = 0; i < sizeof that_read_it / sizeof that_read_it[0]; i++) {
        const char *found = findings_of("a: {host: x}\nq: []\n", "web/templates/a.yaml",
                                        that_read_it[i].template, "a: {hosts: [y]}\n");
        cr_expect_str_empty(found, "%s: %s", that_read_it[i].name, found);
    }
}

/* Where the map goes out of sight the key is named all the same, and stops nothing. */
static const struct template_case that_may_read_it[] = {
    {"toYaml", "{{ toYaml .Values.a }}"},
    {"behind a variable", "{{ $a := .Values.a }}{{ toYaml $a }}"},
    {"below with", "{{ with .Values.a }}{{ toYaml . | nindent 2 }}{{ end }}"},
    {"a helper that is not there", "{{ include \"library.x\" .Values.a }}"},
    {"a helper that is not there, in a map", "{{ include \"library.x\" (dict \"v\" .Values.a) }}"},
    {"the root to a helper that is not there", "{{ include \"library.x\" $ }}"},
    {"all values", "{{ toYaml .Values }}"},
    {"a key whose name is made", "{{ index .Values.a (printf \"%s\" .Chart.Name) }}"},
    {"a map whose name is made", "{{ index .Values .Chart.Name | toYaml }}"},
    {"merged into another value", "{{ $_ := merge .Values.b .Values.a }}"},
    {"a function that nobody knows", "{{ whatever .Values.a }}"},
    {"a comment without an end", "{{ .Values.a.host }}{{/* "},
    {"how many there are", "{{ len .Values.a }}"},
    {"a template that makes no sense", "{{ if .Values.a.host }}"},
    {"all values as YAML", "{{ .Values.YAML }}"},
    {"a text whose middle comes from elsewhere", "{{ tpl (printf \"{{ %s }}\" .Values.b) . }}"},
    {"a text that a function makes", "{{ tpl (replace \"X\" \"hosts\" \"{{ .Values.a.X }}\") . }}"},
    {"a text of a define",
     "{{ define \"t\" }}{{ `{{ .Values.a.hosts }}` }}{{ end }}{{ tpl (include \"t\" .) . }}"},
    {"a text of values, run with the map", "{{ tpl .Values.b .Values.a }}"},
};

Test(values_templates, a_map_that_goes_out_of_sight_has_warnings_at_most)
{
    for (size_t i = 0; i < sizeof that_may_read_it / sizeof that_may_read_it[0]; i++) {
        const char *found = findings_of("a: {host: x}\nb: {}\n", "web/templates/a.yaml",
                                        that_may_read_it[i].template, "a: {hosts: [y]}\n");
        cr_expect_str_eq(found, "warning /a/hosts (did you mean host?)\n", "%s: %s", that_may_read_it[i].name,
                         found);
    }
}

/* Nothing of this lets the key go anywhere. */
static const struct template_case that_cannot_read_it[] = {
    {"no template", "kind: ConfigMap"},
    {"its neighbour by name", "{{ .Values.a.host }}"},
    {"the usual helpers",
     "{{ define \"web.fullname\" }}{{ .Values.fullnameOverride | default .Release.Name }}{{ end }}"
     "{{ define \"web.labels\" }}{{ include \"web.fullname\" . }}{{ end }}"
     "{{ include \"web.labels\" . | nindent 4 }}{{ .Values.a.host }}"},
    {"a checksum", "{{ include (print $.Template.BasePath \"/a.yaml\") . | sha256sum }}{{ .Values.a.host }}"},
    {"a question", "{{ if and .Values.a (not (empty .Values.a)) }}{{ end }}"},
    {"another map", "{{ toYaml .Values.b }}{{ range .Values.c }}{{ . }}{{ end }}"},
    {"a text of values with words around it",
     "{{ tpl (cat \"{{ with $.b }}\" .Values.b \"{{ end }}\") (merge (dict \"b\" .Values.b) $) }}{{ .Values.a.host }}"},
    {"braces that are looked for",
     "{{ if contains \"{{\" (toJson .Values.b) }}{{ tpl .Values.b $ }}{{ end }}"},
    {"a define that goes down another map",
     "{{ define \"w\" }}{{ range $k, $v := .p }}{{ include \"w\" (dict \"p\" $v \"root\" $.root) }}{{ end }}{{ end }}"
     "{{ include \"w\" (dict \"p\" .Values.b \"root\" $) }}{{ .Values.a.host }}"},
    {"a variable of the range's own",
     "{{ range .Values.b }}{{ $p := \"\" }}{{ $p = .x }}{{ $p }}{{ end }}{{ .Values.a.host }}"},
    {"a variable that goes down another map",
     "{{ $v := .Values.b }}{{ range list 1 2 }}{{ $v = index $v (.x | lower) }}{{ end }}{{ .Values.a.host }}"},
    {"a list that grows",
     "{{ $l := list }}{{ range .Values.b }}{{ $l = append $l .x }}{{ end }}{{ range $l }}{{ . }}{{ end }}{{ .Values.a.host }}"},
    {"a define for a part", "{{ define \"x\" }}{{ .host }}{{ end }}{{ include \"x\" .Values.a }}"},
};

Test(values_templates, a_slip_that_nothing_can_read_is_an_error)
{
    for (size_t i = 0; i < sizeof that_cannot_read_it / sizeof that_cannot_read_it[0]; i++) {
        const char *found = findings_of("a: {host: x}\nb: {}\n", "web/templates/a.yaml",
                                        that_cannot_read_it[i].template, "a: {hosts: [y]}\n");
        cr_expect_str_eq(found, "error /a/hosts (did you mean host?)\n", "%s: %s",
                         that_cannot_read_it[i].name, found);
    }
}

struct range_case {
    const char *name, *values, *custom, *findings;
};

static const struct range_case ranged[] = {
    {"counted", "m: {worker1: {replicas: 1}}\n", "m: {worker2: {replicas: 1}}\n", ""},
    {"lettered", "m: {zone-a: {replicas: 1}}\n", "m: {zone-b: {replicas: 1}}\n", ""},
    {"http and https", "m: {http: {replicas: 1}}\n", "m: {https: {replicas: 1}}\n", ""},
    {"tcp and tcp2", "m: {tcp: {replicas: 1}}\n", "m: {tcp2: {replicas: 1}}\n", ""},
    {"short names", "m: {west: {replicas: 1}}\n", "m: {east: {replicas: 1}}\n", ""},
    {"one of many words", "m: {db1-primary: {replicas: 1}}\n", "m: {db2-primary: {replicas: 1}}\n", ""},
    {"a slip in the middle", "m: {frontend: {replicas: 1}}\n", "m: {fontend: {replicas: 1}}\n",
     "warning /m/fontend (did you mean frontend?)\n"},
    {"in a new entry", "m: {}\n", "m: {w: {replcas: 1}}\n",
     "warning /m/w/replcas (did you mean replicas?)\n"},
    {"in a new entry beside another", "m: {v: {replicas: 1}}\n", "m: {w: {replcas: 1}}\n",
     "warning /m/w/replcas (did you mean replicas?)\n"},
    {"in an entry that is there", "m: {w: {replicas: 1}}\n", "m: {w: {replcas: 1}}\n",
     "error /m/w/replcas (did you mean replicas?)\n"},
    {"in a list", "m: []\n", "m: [{replcas: 1}]\n", "warning /m/0/replcas (did you mean replicas?)\n"},
    {"in a list with a default", "m: [{replicas: 1}]\n", "m: [{replcas: 1}]\n",
     "error /m/0/replcas (did you mean replicas?)\n"},
    {"no default says it", "m: {w: {port: 1}}\n", "m: {w: {replicas: 1}}\n", ""},
};

Test(values_templates, entries_that_are_gone_through_have_names_of_their_own_and_keys_that_are_known)
{
    for (size_t i = 0; i < sizeof ranged / sizeof ranged[0]; i++) {
        const char *found =
            findings_of(ranged[i].values, "web/templates/a.yaml",
                        "{{ range $k, $v := .Values.m }}{{ $v.replicas }}{{ end }}", ranged[i].custom);
        cr_expect_str_eq(found, ranged[i].findings, "%s: %s", ranged[i].name, found);
    }
}

Test(values_templates, other_files_of_the_chart_read_values_too)
{
    const char *custom = "a: {hosts: [y]}\n";
    cr_expect_str_empty(
        findings_of("a: {host: x}\n", "web/templates/NOTES.txt", "{{ .Values.a.hosts }}", custom));
    cr_expect_str_eq(findings_of("a: {host: x}\n", "web/files/x.yaml", "{{ .Values.a.hosts }}", custom),
                     "error /a/hosts (did you mean host?)\n");
    const struct tgz_member chart[] = {
        {"web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"},
        {"web/values.yaml", "a: {host: x}\n"},
        {"web/templates/a.yaml", "{{ tpl (.Files.Get \"files/x.yaml\") . }}"},
        {"web/files/x.yaml", "{{ .Values.a.hosts }}"},
    };
    struct delivery delivery = {.files = {{"releases/v1.0/applications/web-app.yaml", APPLICATION},
                                          {"overlays/customer-a/custom-values/web-custom.yaml", custom}},
                                .chart = chart,
                                .chart_count = 4};
    cr_expect_str_empty(manifest_kit_severities(&delivery, "values/unknown-key"));
}

Test(values_templates, what_a_template_among_the_values_names_is_read)
{
    const char *template = "{{ tpl .Values.text $ }}";
    cr_expect_str_empty(findings_of("a: {host: x}\ntext: \"\"\n", "web/templates/a.yaml", template,
                                    "a: {hosts: y}\ntext: \"to {{ .Values.a.hosts }}\"\n"));
    cr_expect_str_eq(findings_of("a: {host: x}\ntext: \"\"\n", "web/templates/a.yaml", template,
                                 "a: {hosts: y}\ntext: \"to hosts\"\n"),
                     "error /a/hosts (did you mean host?)\n");
}

/* `text` is the chart's default or the customer's own, and run by tpl with the root. */
static const struct range_case spoken[] = {
    {"handed on", "a: {host: x}\ntext: '{{ toYaml .Values.a }}'\n", "a: {hosts: y}\n",
     "warning /a/hosts (did you mean host?)\n"},
    {"handed on by the customer", "a: {host: x}\ntext: ''\n",
     "a: {hosts: y}\ntext: '{{ with .Values.a }}{{ toYaml . }}{{ end }}'\n",
     "warning /a/hosts (did you mean host?)\n"},
    {"gone through", "a: {host: x}\ntext: '{{ range $k, $v := .Values.a }}{{ $k }}{{ end }}'\n",
     "a: {other: y}\n", ""},
    {"given to a define", "a: {host: x}\ntext: '{{ include \"u\" .Values.a }}'\n", "a: {hosts: y}\n", ""},
    {"a key that is a text", "a: {host: x}\ntext: {}\n",
     "a: {hosts: y}\ntext: {'{{ .Values.a.hosts }}': 1}\n", ""},
    {"the same word elsewhere", "a: {host: x}\nb: {hosts: 1}\ntext: '{{ .Values.b.hosts }}'\n",
     "a: {hosts: y}\n", "error /a/hosts (did you mean host?)\n"},
    {"a name of its own", "a: {host: x}\ntext: ''\n", "myDoamin: y\ntext: '{{ .Values.myDomain }}'\n",
     "error /myDoamin (did you mean myDomain?)\n"},
    {"braces of another program",
     "a: {host: x}\ntext: '{{ $labels.hosts }} {{ template \"mail\" . }} {{ a[1] }}'\n", "a: {hosts: y}\n",
     "error /a/hosts (did you mean host?)\n"},
};

Test(values_templates, templates_among_the_values_are_followed)
{
    for (size_t i = 0; i < sizeof spoken / sizeof spoken[0]; i++) {
        const char *found =
            findings_of(spoken[i].values, "web/templates/a.yaml",
                        "{{ define \"u\" }}{{ .hosts }}{{ end }}{{ tpl .Values.text $ }}", spoken[i].custom);
        cr_expect_str_eq(found, spoken[i].findings, "%s: %s", spoken[i].name, found);
    }
}

static const char *findings_of_chart(const struct tgz_member *chart, size_t count, const char *custom)
{
    struct delivery delivery = {.files = {{"releases/v1.0/applications/web-app.yaml", APPLICATION},
                                          {"overlays/customer-a/custom-values/web-custom.yaml", custom}},
                                .chart = chart,
                                .chart_count = count};
    return manifest_kit_severities(&delivery, "values/unknown-key");
}

Test(values_templates, helm_itself_reads_what_dependencies_name)
{
    const struct tgz_member chart[] = {
        {"web/Chart.yaml",
         "apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies:\n"
         "- {name: sub, version: 1.0.0, condition: 'sub.wanted,features.subon', import-values: [{child: exp, parent: imp}]}\n"},
        {"web/values.yaml", "features: {subo: 1}\nimp: {host: x}\n"},
        {"web/templates/a.yaml", "{{ .Values.features.subo }}{{ .Values.imp.hosts }}"},
        {"web/charts/sub/Chart.yaml", "apiVersion: v2\nname: sub\nversion: 1.0.0\n"},
        {"web/charts/sub/values.yaml", "exp: {host: x}\no: 1\n"},
        {"web/charts/sub/templates/a.yaml", "{{ .Values.o }}"},
    };
    cr_expect_str_eq(
        findings_of_chart(chart, sizeof chart / sizeof chart[0],
                          "features: {subon: true, subom: 1}\nsub: {wanted: 1, exp: {hosts: 1, hostz: 2}}\n"),
        "error /features/subom (did you mean subo?)\nerror /sub/exp/hostz (did you mean host?)\n");
}

struct permit_case {
    const char *schema, *findings;
};

static const struct permit_case permits[] = {
    {"{\"additionalProperties\": true}", ""},
    {"{\"additionalProperties\": {\"type\": \"string\"}}", ""},
    {"{\"patternProperties\": {\"^host[a-z]$\": {}}}", ""},
    {"{\"patternProperties\": {\"^port[a-z]$\": {}}}", "error /a/hosts (did you mean host?)\n"},
    {"{\"properties\": {\"host\": {}}}", "error /a/hosts (did you mean host?)\n"},
};

Test(values_templates, a_key_that_a_schema_permits_is_left_alone)
{
    for (size_t i = 0; i < sizeof permits / sizeof permits[0]; i++) {
        char schema[256];
        (void)snprintf(schema, sizeof schema, "{\"properties\": {\"a\": %s}}", permits[i].schema);
        const struct tgz_member chart[] = {{"web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"},
                                           {"web/values.yaml", "a: {host: x}\n"},
                                           {"web/values.schema.json", schema},
                                           {"web/templates/a.yaml", "{{ .Values.a.host }}"}};
        const char *found = findings_of_chart(chart, 4, "a: {hosts: y}\n");
        cr_expect_str_eq(found, permits[i].findings, "%s: %s", permits[i].schema, found);
    }
}

static const struct range_case worded[] = {
    {"only capitals differ", "a: {existingSecretPasswordKey: x}\n", "a: {existingsecretpasswordkey: y}\n",
     "error /a/existingsecretpasswordkey (did you mean existingSecretPasswordKey?)\n"},
    {"a word of it", "a: {replicaCount: 1}\n", "a: {replicas: y}\n",
     "warning /a/replicas (did you mean replicaCount?)\n"},
    {"a word of it, and near to another map", "a: {replicaCount: 1}\nreplica: {}\n", "a: {replicas: y}\n",
     "warning /a/replicas (did you mean replicaCount?)\n"},
    {"it is a word", "a: {registry: 1}\n", "a: {imageRegistry: y}\n",
     "warning /a/imageRegistry (did you mean registry?)\n"},
};

Test(values_templates, the_hint_names_a_key_that_has_the_word_in_it)
{
    for (size_t i = 0; i < sizeof worded / sizeof worded[0]; i++) {
        const char *found =
            findings_of(worded[i].values, "web/templates/a.yaml", "{{ .Values.a.host }}", worded[i].custom);
        cr_expect_str_eq(found, worded[i].findings, "%s: %s", worded[i].name, found);
    }
    const char *whole =
        findings_of("a: {existingSecretPasswordKey: x}\n", "web/templates/a.yaml", "{{ toYaml .Values.a }}",
                    "a: {existingsecretpasswordkey: y, replicas: 1}\n");
    cr_expect_str_eq(whole,
                     "warning /a/existingsecretpasswordkey (did you mean existingSecretPasswordKey?)\n", "%s",
                     whole);
}

Test(values_templates, charts_share_their_defines)
{
    const struct tgz_member chart[] = {
        {"web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"
                           "dependencies: [{name: lib, version: 1.0.0}, {name: sub, version: 1.0.0}]\n"},
        {"web/values.yaml", "a: {host: x}\n"},
        {"web/templates/a.yaml", "{{ include \"lib.a\" (dict \"context\" $) }}"},
        {"web/charts/lib/Chart.yaml", "apiVersion: v2\nname: lib\nversion: 1.0.0\ntype: library\n"},
        {"web/charts/lib/templates/_a.tpl", "{{ define \"lib.a\" }}{{ .context.Values.a.hosts }}{{ end }}"},
        {"web/charts/sub/Chart.yaml", "apiVersion: v2\nname: sub\nversion: 1.0.0\n"},
        {"web/charts/sub/values.yaml", "host: x\n"},
        {"web/charts/sub/templates/a.yaml",
         "{{ $g := . }}{{ $g.Values.hosts }}{{ $g.Values.global.hostz }}{{ include \"lib.a\" (dict \"context\" $) }}"},
    };
    struct delivery delivery = {
        .files = {{"releases/v1.0/applications/web-app.yaml", APPLICATION},
                  {"overlays/customer-a/custom-values/web-custom.yaml",
                   "a: {hosts: 1, hots: 2}\nsub: {hosts: 1, hostx: 2, a: {hosts: 1}}\nglobal: {hostz: 1}\n"}},
        .chart = chart,
        .chart_count = sizeof chart / sizeof chart[0]};
    cr_expect_str_eq(manifest_kit_severities(&delivery, "values/unknown-key"),
                     "error /a/hots (did you mean host?)\nerror /sub/hostx (did you mean host?)\n");
}

Test(values_templates, what_a_schema_refuses_is_an_error_also_where_the_key_is_a_warning)
{
    const struct tgz_member chart[] = {
        {"web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"},
        {"web/values.yaml", "a: {host: x}\n"},
        {"web/values.schema.json",
         "{\"properties\": {\"a\": {\"properties\": {\"host\": {}}, \"additionalProperties\": false}}}"},
        {"web/templates/a.yaml", "{{ toYaml .Values.a }}"},
    };
    struct delivery delivery = {
        .files = {{"releases/v1.0/applications/web-app.yaml", APPLICATION},
                  {"overlays/customer-a/custom-values/web-custom.yaml", "a: {whatever: 1}\n"}},
        .chart = chart,
        .chart_count = 4};
    const char *found = manifest_kit_severities(&delivery, "values/schema");
    cr_expect_str_eq(found, "error /a/whatever ()\n", "%s", found);
}

Test(values_templates, a_chart_that_is_a_folder_of_the_repository_is_one_too)
{
    struct delivery delivery = {
        .files = {
            {"releases/v1.0/applications/web-app.yaml",
             "{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: web, namespace: argocd}, spec: "
             "{source: {repoURL: r, path: charts/web, helm: {parameters: [{name: a.hst, value: b}]}}}}\n"},
            {"charts/web/Chart.yaml", "{apiVersion: v2, name: web, version: 1.0.0}\n"},
            {"charts/web/values.yaml", "a: {host: x}\n"},
            {"charts/web/templates/a.yaml", "{{ .Values.a.host }}{{ .Values.a.hosts }}\n"},
            {"overlays/customer-a/custom-values/web-custom.yaml", "a: {hosts: 1, hots: 2}\n"}}};
    const char *found = manifest_kit_severities(&delivery, "values/unknown-key");
    cr_expect_str_eq(found, "error /a/hots (did you mean host?)\nerror /a/hst (did you mean host?)\n", "%s",
                     found);
}

Test(values_templates, what_switches_a_dependency_is_read)
{
    const struct tgz_member chart[] = {
        {"web/Chart.yaml",
         "apiVersion: v2\nname: web\nversion: 1.0.0\n"
         "dependencies: [{name: sub, version: 1.0.0, condition: \"sub.install,parts.sub.enable\"}]\n"},
        {"web/values.yaml", "parts: {sub: {enabled: true}}\n"},
        {"web/templates/a.yaml", "{{ .Values.parts.sub.enabled }}"},
        {"web/charts/sub/Chart.yaml", "apiVersion: v2\nname: sub\nversion: 1.0.0\n"},
        {"web/charts/sub/values.yaml", "installs: x\n"},
        {"web/charts/sub/templates/a.yaml", "{{ .Values.installs }}"},
    };
    struct delivery delivery = {
        .files = {{"releases/v1.0/applications/web-app.yaml", APPLICATION},
                  {"overlays/customer-a/custom-values/web-custom.yaml",
                   "sub: {install: true, installz: 1}\nparts: {sub: {enable: true}}\n"}},
        .chart = chart,
        .chart_count = sizeof chart / sizeof chart[0]};
    const char *found = manifest_kit_severities(&delivery, "values/unknown-key");
    cr_expect_str_eq(found, "error /sub/installz (did you mean installs?)\n", "%s", found);
}
