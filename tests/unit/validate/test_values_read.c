#include "values_read.h"

#include "base/limits.h"

#include <criterion/criterion.h>
#include <stdio.h>

struct read_case {
    const char *name, *text, *reads; /* "a.b* c": "*" is handed on as a whole */
};

static void print(char *out, size_t size, const struct values_read *read, const char *before)
{
    for (const struct values_read *below = read->first; below; below = below->next) {
        char way[256];
        (void)snprintf(way, sizeof way, "%s%s%s", before, *before ? "." : "", below->key.ptr);
        size_t used = strlen(out);
        if (!below->first || below->whole)
            (void)snprintf(out + used, size - used, "%s%s%s", used ? " " : "", way, below->whole ? "*" : "");
        print(out, size, below, way);
    }
}

static void expect(const struct read_case *cases, size_t count,
                   int (*read)(struct values_reader *reader, struct sl_str text, struct sl_err *err))
{
    for (size_t i = 0; i < count; i++) {
        struct sl_arena arena;
        struct sl_err err = {0};
        char found[512] = "";
        sl_arena_init(&arena, SL_MIB);
        struct values_reader reader = {.arena = &arena};
        cr_assert_eq(read(&reader, sl_str_from(cases[i].text), &err), 0, "%s", err.message);
        print(found, sizeof found, &reader.root, "");
        cr_expect_str_eq(found, cases[i].reads, "%s: %s instead of %s", cases[i].name, found, cases[i].reads);
        sl_arena_release(&arena);
    }
}

static const struct read_case templates[] = {
    {"a value", "replicas: {{ .Values.replicaCount }}", "replicaCount"},
    {"white space is cut", "{{- .Values.a.b -}}", "a.b"},
    {"several", "{{ if and .Values.a (not $.Values.b.c) }}{{ end }}", "a b.c"},
    {"brackets", "{{ ((.Values.a).b).c | default \"x\" }}", "a.b.c"},
    {"handed on", "{{ toYaml .Values.a.b | nindent 4 }}", "a.b*"},
    {"to a helper", "{{ include \"x.y\" (dict \"value\" .Values.a \"context\" $) }}", "a*"},
    {"by its entries", "{{ range $k, $v := .Values.env }}{{ $k }}{{ end }}", "env*"},
    {"with", "{{- with .Values.a }}{{ .b.c }}{{ end }}{{ .d }}", "a.b.c"},
    {"with, handed on", "{{- with .Values.a.b }}\nx:\n  {{- toYaml . | nindent 2 }}\n{{- end }}", "a.b*"},
    {"if within with", "{{ with .Values.a }}{{ if .b }}{{ .c }}{{ end }}{{ .d }}{{ end }}", "a.b a.c a.d"},
    {"nothing is known in range", "{{ range .Values.a }}{{ .b }}{{ end }}", "a*"},
    {"a variable", "{{ $s := .Values.service }}{{ $s.port }}{{ $.Chart.Name }}", "service.port"},
    {"index", "{{ index .Values \"grafana.ini\" \"server\" }}", "grafana.ini.server"},
    {"index below", "{{ (index .Values.a \"b-c\").d }}", "a.b-c.d"},
    {"hasKey", "{{ if hasKey .Values.a \"b\" }}{{ end }}", "a.b"},
    {"a comment", "{{/* .Values.a */}}{{- /* .Values.b */ -}}", ""},
    {"another object", "{{ .Release.Name }}{{ .Chart.Values }}{{ .ValuesFoo }}", ""},
    {"no template", "a: .Values.b", ""},
    {"it ends too early", "{{ .Values.a", ""},
    {"too many ends", "{{ end }}{{ end }}{{ .Values.a }}", "a"},
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
