#include "values_read.h"

#include "base/limits.h"

#include <criterion/criterion.h>
#include <stdio.h>

/* "a.b* c+ d? e.[]": "*" is handed on as a whole, of "+" the entries are gone through, of "?" one is read whose name is not
 * known, and "[]" is each of them. "!": there may be more. */
struct read_case {
    const char *name, *text, *reads;
};

static void add(char *out, size_t size, const char *text)
{
    size_t used = strlen(out);
    (void)snprintf(out + used, size - used, "%s", text);
}

static void print(char *out, size_t size, const struct values_read *read, const char *way)
{
    char below_way[256];
    if (*way && (!(read->first || read->any) || read->whole || read->ranged || read->indexed)) {
        add(out, size, *out ? " " : "");
        add(out, size, way);
    }
    add(out, size, read->whole ? "*" : "");
    add(out, size, read->ranged ? "+" : "");
    add(out, size, read->indexed ? "?" : "");
    for (const struct values_read *below = read->first; below; below = below->next) {
        (void)snprintf(below_way, sizeof below_way, "%s%s%s", way, *way ? "." : "", below->key.ptr);
        print(out, size, below, below_way);
    }
    if (read->any) {
        (void)snprintf(below_way, sizeof below_way, "%s%s[]", way, *way ? "." : "");
        print(out, size, read->any, below_way);
    }
}

static void expect(const struct read_case *cases, size_t count,
                   int (*read)(struct values_reader *reader, struct sl_str text, struct sl_err *err))
{
    for (size_t i = 0; i < count; i++) {
        struct sl_arena arena;
        struct sl_err err = {0};
        char found[1024] = "";
        sl_arena_init(&arena, SL_MIB);
        struct values_reader reader = {.arena = &arena};
        cr_assert_eq(read(&reader, sl_str_from(cases[i].text), &err), 0, "%s", err.message);
        print(found, sizeof found, &reader.root, "");
        add(found, sizeof found, reader.unsure ? "!" : "");
        cr_expect_str_eq(found, cases[i].reads, "%s: %s instead of %s", cases[i].name, found, cases[i].reads);
        sl_arena_release(&arena);
    }
}

static const struct read_case templates[] = {
    {"a value", "replicas: {{ .Values.replicaCount }}", "replicaCount*"},
    {"white space is cut", "{{- .Values.a.b -}}", "a.b*"},
    {"several", "{{ if and .Values.a (not $.Values.b.c) }}{{ end }}", "a b.c"},
    {"brackets", "{{ if ((.Values.a).b).c | default \"x\" }}{{ end }}", "a.b.c"},
    {"handed on", "{{ toYaml .Values.a.b | nindent 4 }}", "a.b*"},
    {"by a pipe", "{{ .Values.a.b | toYaml | nindent 4 }}", "a.b*"},
    {"to a helper that nobody knows", "{{ include \"x.y\" (dict \"value\" .Values.a \"context\" $) }}",
     "a*!"},
    {"by its entries", "{{ range $k, $v := .Values.env }}{{ $k }}{{ end }}", "env+ env.[]"},
    {"with", "{{- with .Values.a }}{{ .b.c }}{{ end }}{{ .d }}", "a.b.c*"},
    {"with, handed on", "{{- with .Values.a.b }}\nx:\n  {{- toYaml . | nindent 2 }}\n{{- end }}", "a.b*"},
    {"else with", "{{ with .Values.a }}{{ .b }}{{ else with .Values.c }}{{ .d }}{{ else }}{{ .e }}{{ end }}",
     "a.b* c.d*"},
    {"if within with", "{{ with .Values.a }}{{ if .b }}{{ .c }}{{ end }}{{ .d }}{{ end }}", "a.b a.c* a.d*"},
    {"else if", "{{ if .Values.a }}{{ else if .Values.b }}{{ .Values.c }}{{ else }}{{ .Values.d }}{{ end }}",
     "a b c* d*"},
    {"entries", "{{ range .Values.a }}{{ .b }}{{ end }}", "a+ a.[].b*"},
    {"entries with names", "{{ range $k, $v := .Values.a }}{{ $v.b }}{{ .c }}{{ end }}",
     "a+ a.[].b* a.[].c*"},
    {"the root in a range", "{{ range .Values.a }}{{ $.Values.b }}{{ end }}", "a+ a.[] b*"},
    {"a variable", "{{ $s := .Values.service }}{{ $s.port }}{{ $.Chart.Name }}", "service.port*"},
    {"a variable is the root", "{{ $root := . }}{{ range .Values.q }}{{ $root.Values.a.b }}{{ end }}",
     "q+ q.[] a.b*"},
    {"a variable is $", "{{ $root := $ }}{{ $root.Values.a }}", "a*"},
    {"a variable is all values", "{{ $v := .Values }}{{ $v.a.b }}", "a.b*"},
    {"a variable that changes", "{{ $a := dict }}{{ if .Values.x }}{{ $a = .Values.a }}{{ end }}{{ $a.b }}",
     "x a.b*"},
    {"it changes later in the loop",
     "{{ $a := .Values.a }}{{ range .Values.l }}{{ $a.c }}{{ $a = $.Values.b }}{{ end }}",
     "a.c* l+ l.[] b.c*"},
    {"a variable of a block ends",
     "{{ $a := .Values.a }}{{ if true }}{{ $a := .Values.b }}{{ end }}{{ $a.c }}", "a.c* b"},
    {"index", "{{ index .Values \"grafana.ini\" \"server\" }}", "grafana.ini.server*"},
    {"index below", "{{ (index .Values.a \"b-c\").d }}", "a.b-c.d*"},
    {"an item of a list", "{{ (index .Values.a 0).b }}", "a.[].b*"},
    {"index, by a name that is made", "{{ $c := index .Values.a .Release.Name }}{{ $c.d }}", "a? a.[].d*"},
    {"index, by names that stand there",
     "{{ range $n := list \"a\" \"b\" }}{{ (index $.Values $n).c }}{{ end }}", "b.c* a.c*"},
    {"names and what they stand for",
     "{{ range $n, $v := dict \"a\" .Values.x }}{{ (index $.Values $n).c }}{{ $v.d }}{{ end }}", "x.d* a.c*"},
    {"hasKey", "{{ if hasKey .Values.a \"b\" }}{{ end }}", "a.b"},
    {"get", "{{ (get .Values.a \"b\").c }}", "a.b.c*"},
    {"dig", "{{ dig \"a\" \"b\" \"none\" .Values }}{{ .Values.c | dig \"d\" \"\" }}", "a.b* c.d*"},
    {"pick", "{{ pick .Values.a \"b\" \"c\" | toYaml }}", "a.b* a.c*"},
    {"omit", "{{ omit .Values.a \"b\" | toYaml }}", "a* a.b"},
    {"default, coalesce, ternary",
     "{{ (default .Values.a .Values.b).c }}{{ (coalesce .Values.d .Values.e).f }}"
     "{{ (ternary .Values.g .Values.h .Values.i).j }}",
     "a.c* b.c* d.f* e.f* g.j* h.j* i"},
    {"merged", "{{ $m := merge (dict) .Values.a .Values.b }}{{ $m.c }}", "a.c* b.c*"},
    {"merged into a copy", "{{ $m := mustMergeOverwrite (deepCopy .Values.a) .Values.b }}{{ $m.c }}",
     "a.c* b.c*"},
    {"merged into the values", "{{ $_ := merge .Values.a .Values.b }}{{ .Values.a.c }}", "a.c* b*"},
    {"set", "{{ $_ := set .Values.a \"b\" (default 1 .Values.c) }}", "a.b c*"},
    {"put into a map",
     "{{ $m := dict \"a\" .Values.a }}{{ $_ := set $m \"b\" .Values.b }}{{ $m.a.c }}{{ $m.b.d }}",
     "a.c* b.d*"},
    {"put into a list", "{{ $l := list }}{{ $l = append $l .Values.a }}{{ range $l }}{{ .b }}{{ end }}",
     "a.b*"},
    {"first", "{{ (first .Values.a).b }}", "a.[].b*"},
    {"keys", "{{ range keys .Values.a | sortAlpha }}{{ (get $.Values.a .).b }}{{ end }}", "a+? a.[].b*"},
    {"a define", "{{ define \"x\" }}{{ .Values.a }}{{ end }}{{ include \"x\" . }}", "a*"},
    {"a define of a part", "{{ include \"x\" .Values.a }}{{ define \"x\" }}{{ .b }}{{ $.c }}{{ end }}",
     "a.b* a.c*"},
    {"a define with a context",
     "{{ define \"x\" }}{{ .context.Values.a }}{{ .v.b }}{{ end }}{{ include \"x\" (dict \"context\" $ \"v\" .Values.c) }}",
     "c.b* a*"},
    {"a define with a list",
     "{{ define \"x\" }}{{ $r := index . 0 }}{{ $r.Values.a }}{{ (index . 1).b }}{{ end }}"
     "{{ include \"x\" (list . .Values.c) }}",
     "c.b* a*"},
    {"a define by a name that is made",
     "{{ define \"x\" }}{{ .a }}{{ end }}{{ include (printf \"%s\" .Chart.Name) .Values.v }}", "v.a*"},
    {"a define that changes what it is given",
     "{{ define \"x\" }}{{ $_ := set . \"r\" .v.b }}{{ end }}{{ $a := dict \"v\" .Values.a }}{{ include \"x\" $a }}"
     "{{ $a.r.d }}{{ $b := dict \"v\" .Values.c }}{{ include \"x\" $b }}{{ $b.r.e }}",
     "a.b.d* c.b.e*"},
    {"a define that calls itself, with what lies deeper handed on",
     "{{ define \"x\" }}{{ if .a }}{{ end }}{{ range .c }}{{ include \"x\" . }}{{ end }}{{ end }}{{ include \"x\" .Values }}",
     "a c+ c.[].a c.[].c+ c.[].c.[]*"},
    {"a define that nobody calls", "{{ define \"x\" }}{{ .Values.a }}{{ end }}", "a*"},
    {"a define that nobody calls, with a context",
     "{{ define \"x\" }}{{ .root.Values.a }}{{ (index . 1).Values.b }}{{ end }}", "a* b*"},
    {"template", "{{ template \"x\" .Values.a }}{{ define \"x\" }}{{ .b }}{{ end }}", "a.b*"},
    {"block", "{{ block \"x\" .Values.a }}{{ .b }}{{ end }}", "a.b*"},
    {"another file of the chart",
     "checksum: {{ include (print $.Template.BasePath \"/a.yaml\") . | sha256sum }}{{ if .Values.a }}{{ end }}",
     "a"},
    {"the root goes somewhere", "{{ include \"library.x\" . }}{{ .Values.a.b }}", "a.b*!"},
    {"all values go somewhere", "{{ toYaml .Values }}", "!"},
    {"any key at the top", "{{ $c := index .Values .Chart.Name }}{{ $c.a }}", "? [].a*"},
    {"a text that is a template", "{{ tpl \"{{ .Values.a.b }}\" . }}{{ tpl .Values.c $ }}", "a.b* c"},
    {"braces in a text", "{{ \"}}\" }}{{ printf `}}` }}{{ .Values.a }}", "a*"},
    {"over several lines",
     "{{- include \"x\" (dict\n  \"a\" .Values.a.b\n) }}{{ define \"x\" }}{{ .a.c }}{{ end }}", "a.b.c*"},
    {"a number is no field", "{{ add .5 -1 .Values.a }}{{ 'x' }}{{ nil }}", "a"},
    {"a method", "{{ .Files.Get .Values.a }}{{ .Capabilities.APIVersions.Has \"a/v1\" }}", "a*"},
    {"a comment", "{{/* .Values.a */}}{{- /* .Values.b }} */ -}}", ""},
    {"another object", "{{ .Release.Name }}{{ .Chart.Values }}{{ .ValuesFoo }}", ""},
    {"no template", "a: .Values.b", ""},
    {"it ends too early", "{{ .Values.a", "a*!"},
    {"too many ends", "{{ end }}{{ end }}{{ .Values.a }}", "a*!"},
    {"too few ends", "{{ if .Values.a }}", "a!"},
    {"no such sign", "{{ .Values.a ; }}{{ .Values.b }}", "a* b*!"},
};

Test(values_read, templates_say_which_values_they_read)
{
    expect(templates, sizeof templates / sizeof templates[0], values_read_template);
}

static const struct read_case comments[] = {
    {"at the top", "a: 1\n# b: 2\n", "b"},
    {"without a space", "#b: 2\n", "b"},
    {"in a map", "a:\n  b: 1\n  # c: 1\n  d: 2\n", "a.c"},
    {"below a key without a value", "a: {}\n  # limits:\n  #   cpu: 1\n", "a.limits.cpu"},
    {"a map in a comment", "# resources:\n#  requests:\n#    cpu: 1\na: 1\n", "resources.requests.cpu"},
    {"a comment ends", "a:\n  # b:\n  c:\n    # d: 1\n", "a.b a.c.d"},
    {"what is said", "# Note that this: is no key, and -- neither\n## see https://a.example/b\n", ""},
    {"a key with dots", "# nginx.io/rewrite: x\n", "nginx.io/rewrite"},
    {"in quotes", "# \"a.b\": x\n", "a.b"},
    {"items of a list", "a:\n  - b: 1\n    # c: 2\n", "a..c"},
};

Test(values_read, keys_in_comments_of_values_count)
{
    expect(comments, sizeof comments / sizeof comments[0], values_read_comments);
}

Test(values_read, what_is_too_deep_or_too_much_is_left_out)
{
    struct sl_arena arena;
    struct sl_err err = {0};
    char text[64];
    sl_arena_init(&arena, 64 * SL_MIB);
    struct values_reader reader = {.arena = &arena, .count = SL_VALIDATE_READS_MAX - 2};
    for (int i = 0; i < 5; i++) {
        (void)snprintf(text, sizeof text, "{{ .Values.a%d }}", i);
        cr_assert_eq(values_read_template(&reader, sl_str_from(text), &err), 0);
    }
    cr_expect_not_null(values_read_below(&reader.root, SL_STR("a1")));
    cr_expect_null(values_read_below(&reader.root, SL_STR("a2")));
    cr_expect_eq(reader.count, SL_VALIDATE_READS_MAX);
    sl_arena_release(&arena);
}
