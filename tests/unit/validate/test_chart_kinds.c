#include "chart_kinds.h"

#include "base/limits.h"

#include <criterion/criterion.h>
#include <stdio.h>

struct kinds_case {
    const char *name, *text, *kinds;
};

static const struct kinds_case cases[] = {
    {"one", "apiVersion: v1\nkind: Service\n", "/Service"},
    {"several, each once",
     "apiVersion: v1\nkind: A\n---\napiVersion: a.b/v1\nkind: B\n---\nkind: A\napiVersion: v2\n", "/A a.b/B"},
    {"in quotes", "apiVersion: \"apps/v1\"\nkind: 'Deployment'\n", "apps/Deployment"},
    {"under a condition",
     "{{- if .Values.a }}\napiVersion: v1\nkind: A\n{{- end }}\n---\napiVersion: v1\nkind: B\n", "/B"},
    {"behind a condition", "metadata:\n{{ if .a }}{{ with .b }}{{ end }}{{ end }}\napiVersion: v1\nkind: A\n",
     "/A"},
    {"in a definition", "{{ define \"a\" -}}\napiVersion: v1\nkind: A\n{{ end }}\n", ""},
    {"made by an action", "apiVersion: {{ include \"a\" . }}\nkind: A\n", ""},
    {"not at the top", "spec:\n  apiVersion: v1\n  kind: A\n", ""},
    {"too many ends", "{{ end }}\napiVersion: v1\nkind: A", "/A"},
};

Test(chart_kinds, are_those_that_a_template_makes_in_any_case)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sl_arena arena;
        struct sl_err err = {0};
        char found[256] = "";
        sl_arena_init(&arena, SL_MIB);
        struct chart_kinds kinds = {.arena = &arena};
        cr_assert_eq(chart_kinds_read(&kinds, sl_str_from(cases[i].text), &err), 0, "%s", err.message);
        for (const struct chart_kind *kind = kinds.first; kind; kind = kind->next) {
            size_t used = strlen(found);
            (void)snprintf(found + used, sizeof found - used, "%s%s/%s", used ? " " : "", kind->group.ptr,
                           kind->kind.ptr);
        }
        cr_expect_str_eq(found, cases[i].kinds, "%s: %s instead of %s", cases[i].name, found, cases[i].kinds);
        sl_arena_release(&arena);
    }
}
