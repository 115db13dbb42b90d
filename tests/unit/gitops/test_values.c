/*
 * What Applications and HelmReleases add to values, what is carried, and what becomes of the objects: each case is the
 * sound repository with another web-app.yaml, and the sections of what is expected.
 */
#include "base/limits.h"
#include "doc/yaml.h"
#include "gitops/layout.h"
#include "release_repo.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define ARGO                                                                                                 \
    "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: web\n  namespace: argocd\nspec:\n"
#define FLUX                                                                                                 \
    "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: web\n  namespace: apps\nspec:\n"
#define CHART "    chart: web\n    targetRevision: 1.2.3\n"
#define CONFIG(name, data)                                                                                   \
    "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: " name "\n  namespace: apps\ndata:\n" data
#define WEB "releases/v1.0/applications/web-app.yaml"

enum { FILES_MAX = 4 };

struct values_case {
    const char *why;
    struct repo_file files[FILES_MAX];
    const char *carried; /* YAML, without what the layers of files come to: see `files_carried` */
    const char *object;  /* what has to stand in the object that results; NULL: not looked at */
    const char *rules;   /* "rule:line rule:line" */
};

/* The layers of files come to this, as YAML of sorted keys. */
#define FILES_CARRIED "env: production\nimage:\n  tag: two\n"
#define FILES_REST    "replicas: 2\ntier: lts\n"

static const struct values_case cases[] = {
    {"nothing of its own",
     {{WEB, ARGO "  source:\n" CHART}},
     FILES_CARRIED FILES_REST,
     "helm:\n      valuesObject:\n        env: production\n",
     ""},
    {"inline text",
     {{WEB, ARGO "  source:\n" CHART "    helm:\n      values: |\n        env: text\n        x: 1\n"}},
     "env: text\nimage:\n  tag: two\n" FILES_REST "x: 1\n",
     NULL,
     ""},
    {"an object wins over the text, which is told",
     {{WEB,
       ARGO "  source:\n" CHART
            "    helm:\n      values: |\n        env: text\n      valuesObject:\n        env: object\n"}},
     "env: object\nimage:\n  tag: two\n" FILES_REST,
     NULL,
     "values/ignored:11"},
    {"a text that cannot be parsed",
     {{WEB, ARGO "  source:\n" CHART "    helm:\n      values: |\n        env: 1\n        x: ]\n"}},
     FILES_CARRIED FILES_REST,
     NULL,
     "values/unreadable:13"},
    {"parameters win, texts last",
     {{WEB, ARGO
       "  source:\n" CHART
       "    helm:\n      releaseName: shop\n      parameters:\n      - {name: env, value: \"1\", forceString: true}\n      - {name: env, value: \"2\"}\n"
       "      - {name: image.tag, value: \"3\"}\n      - {name: \"list[1]\", value: \"a,b\"}\n      valuesObject: {env: object, list: [x, y, z]}\n"}},
     "env: \"1\"\nimage:\n  tag: 3\nlist:\n- x\n- a,b\n- z\n" FILES_REST,
     "helm:\n      releaseName: shop\n      valuesObject:\n",
     ""},
    {"a parameter that Helm cannot set",
     {{WEB, ARGO "  source:\n" CHART "    helm:\n      parameters:\n      - {name: env.x, value: \"1\"}\n"}},
     FILES_CARRIED FILES_REST,
     NULL,
     "values/parameter:12"},
    {"a parameter for Argo CD to fill in stays",
     {{WEB, ARGO "  source:\n" CHART
                 "    helm:\n      parameters:\n      - {name: env, value: $ARGOCD_APP_NAME}\n"}},
     FILES_CARRIED FILES_REST,
     "parameters:\n      - name: env\n        value: $ARGOCD_APP_NAME\n",
     "values/argo-variable:12"},
    {"dollar signs in parameters are Argo CD's",
     {{WEB, ARGO "  source:\n" CHART "    helm:\n      parameters:\n"
                 "      - {name: env, value: \"a$$b$\"}\n      - {name: tier, value: \"x$$$name-${}y$\"}\n"
                 "      - {name: x, value: \"$1 ${KUBE_VERSION\"}\n"}},
     "env: a$b$\nimage:\n  tag: two\nreplicas: 2\ntier: x$-y$\nx: ' KUBE_VERSION'\n",
     NULL,
     "values/lost-variable:13 values/lost-variable:14"},
    {"files of the repository, by a ref and by globs; layers not twice",
     {{WEB, ARGO
       "  sources:\n  - chart: web\n    targetRevision: 1.2.3\n    helm:\n      valueFiles:\n      - values.yaml\n"
       "      - $own/extra/*.yaml\n      - $own/base/values/web-values.yaml\n  - repoURL: https://git.example/x\n    ref: own\n"},
      {"extra/a.yaml", "x: a\nz: a\n"},
      {"extra/b.yaml", "x: b\n"}},
     FILES_CARRIED FILES_REST "x: b\nz: a\n",
     "  sources:\n  - chart: web\n    helm:\n      valuesObject:\n",
     ""},
    {"a file that is named itself is not of the glob before it",
     {{WEB,
       ARGO "  source:\n    path: deploy/web\n    helm:\n      valueFiles: [/extra/*.yaml, /extra/a.yaml, "
            "/extra/b.yaml, /extra/a.yaml]\n"},
      {"extra/a.yaml", "x: a\nw: a\nz: a\n"},
      {"extra/b.yaml", "x: b\nw: b\n"},
      {"extra/c.yaml", "x: c\n"}},
     FILES_CARRIED FILES_REST "w: b\nx: b\nz: a\n",
     NULL,
     ""},
    {"beside kustomize no values are written",
     {{WEB, ARGO "  source:\n    path: deploy/web\n    kustomize: {namePrefix: a-}\n"}},
     FILES_CARRIED FILES_REST,
     "spec:\n  source:\n    kustomize:\n      namePrefix: a-\n    path: deploy/web\n",
     "values/not-taken:0"},
    {"nor beside a plugin in one of several sources",
     {{WEB, ARGO "  sources:\n  - path: deploy/web\n    plugin: {name: p}\n    helm: {releaseName: a}\n"}},
     FILES_CARRIED FILES_REST,
     "helm:\n      releaseName: a\n    path",
     "values/not-taken:0"},
    {"an ApplicationSet takes none",
     {{WEB, "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: web}\nspec:\n"
            "  template: {spec: {source: {chart: web}}}\n"}},
     FILES_CARRIED FILES_REST,
     NULL,
     "values/not-taken:0"},
    {"nor does what is neither Argo CD's nor Flux's",
     {{WEB, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n"}},
     FILES_CARRIED FILES_REST,
     NULL,
     "values/not-taken:0"},
    {"a path source, and a file that may be missing",
     {{WEB, ARGO
       "  source:\n    path: deploy/web\n    repoURL: x\n    helm:\n      ignoreMissingValueFiles: true\n      valueFiles: [own.yaml, none.yaml, /extra/a.yaml]\n"},
      {"deploy/web/own.yaml", "x: own\n"},
      {"extra/a.yaml", "z: a\n"}},
     FILES_CARRIED FILES_REST "x: own\n"
                              "z: a\n",
     NULL,
     ""},
    {"files that are elsewhere stay",
     {{WEB, ARGO
       "  source:\n" CHART
       "    helm:\n      valueFiles:\n      - https://x.example/v.yaml\n      - prod.yaml\n      - $none/x.yaml\n      - /gone.yaml\n"}},
     FILES_CARRIED FILES_REST,
     "valueFiles:\n      - https://x.example/v.yaml\n      - prod.yaml\n      - $none/x.yaml\n      - /gone.yaml\n",
     "values/file-elsewhere:12 values/file-elsewhere:13 values/file-elsewhere:14 values/file-elsewhere:15"},
    {"a parameter from a file",
     {{WEB, ARGO "  source:\n" CHART
                 "    helm:\n      fileParameters:\n      - {name: env, path: /extra/motd.txt}\n"},
      {"extra/motd.txt", "hello, 1\n"}},
     "env: |\n  hello, 1\nimage:\n  tag: two\n" FILES_REST,
     NULL,
     ""},
    {"Flux: inline values",
     {{WEB, FLUX "  values:\n    env: inline\n"}},
     "env: inline\nimage:\n  tag: two\n" FILES_REST,
     "  values:\n    env: inline\n",
     ""},
    {"Flux: values from a ConfigMap, below the inline ones",
     {{WEB, FLUX
       "  values:\n    env: inline\n  valuesFrom:\n  - {kind: ConfigMap, name: one}\n  - {kind: ConfigMap, name: one, valuesKey: other}\n" CONFIG(
           "one", "  values.yaml: |\n    env: from\n    x: 1\n  other: 'x: 2'\n")}},
     "env: inline\nimage:\n  tag: two\n" FILES_REST "x: 2\n",
     "spec:\n  values:\n",
     ""},
    {"Flux: a targetPath in a map of the inline values wins, a first one at the top loses",
     {{WEB, FLUX
       "  values:\n    env: inline\n    m: {a: inline}\n  valuesFrom:\n  - {kind: ConfigMap, name: one, valuesKey: k, targetPath: m.a}\n"
       "  - {kind: ConfigMap, name: one, valuesKey: k, targetPath: env}\n" CONFIG("one", "  k: \"7\"\n")}},
     "env: inline\nimage:\n  tag: two\nm:\n  a: 7\n" FILES_REST,
     NULL,
     "values/target-path:11 values/target-path:12"},
    {"Flux: a quoted text, and a literal one",
     {{WEB, FLUX "  valuesFrom:\n  - {kind: ConfigMap, name: one, valuesKey: k, targetPath: m.a}\n"
                 "  - {kind: ConfigMap, name: one, valuesKey: l, targetPath: m.b, literal: true}\n" CONFIG(
                     "one", "  k: '\"7\"'\n  l: a,b={c}\n")}},
     FILES_CARRIED "m:\n  a: \"7\"\n  b: a,b={c}\n" FILES_REST,
     NULL,
     ""},
    {"Flux: a Secret in plain text, in either form",
     {{WEB, FLUX
       "  valuesFrom:\n  - {kind: Secret, name: one}\n"
       "---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: one\n  namespace: apps\ndata:\n  values.yaml: eDogMQo=\n"}},
     FILES_CARRIED FILES_REST "x: 1\n",
     NULL,
     "values/secret-carried:8"},
    {"Flux: what is not there stays; an optional key is passed over",
     {{WEB, FLUX
       "  valuesFrom:\n  - {kind: ConfigMap, name: none}\n  - {kind: ConfigMap, name: one, valuesKey: no}\n"
       "  - {kind: ConfigMap, name: one, valuesKey: no, optional: true}\n" CONFIG("one", "  k: x\n")}},
     FILES_CARRIED FILES_REST,
     "  valuesFrom:\n  - kind: ConfigMap\n    name: none\n",
     "values/from-elsewhere:8 values/from-key:9"},
    {"variables",
     {{WEB,
       ARGO "  source:\n" CHART "    helm:\n      valuesObject:\n        x: \"${site}\"\n        z: $${z}\n"},
      {"overlays/customer-a/cluster-config.yaml", "customer: customer-a\nvariables: {site: north, n: 3}\n"},
      {"overlays/customer-a/custom-values/web-custom.yaml", "replicas: ${none:=4}\ntier: ${tier}\n"}},
     "env: production\nimage:\n  tag: one\nreplicas: 4\ntier: ${tier}\nx: north\nz: ${z}\n",
     NULL,
     "customer/field:2 substitute/unknown-variable:2"},
    {"variables where there are none",
     {{"overlays/customer-a/custom-values/web-custom.yaml", "tier: ${tier}\nenv: ${env}\n"}},
     "env: ${env}\nimage:\n  tag: one\nreplicas: 2\ntier: ${tier}\n",
     NULL,
     "substitute/no-variables:1"},
    {"several directories are given nothing",
     {{WEB, ARGO
       "  sources:\n  - {path: one, helm: {releaseName: a}}\n  - {path: two, helm: {releaseName: b}}\n"}},
     FILES_CARRIED FILES_REST,
     "  sources:\n  - helm:\n      releaseName: a\n    path: one\n",
     "values/several-charts:8"},
    {"beside a chart, a directory keeps what it has",
     {{WEB, ARGO
       "  sources:\n  - {path: one, helm: {releaseName: a}}\n  - {chart: web, targetRevision: 1.2.3}\n"}},
     FILES_CARRIED FILES_REST,
     "  - helm:\n      releaseName: a\n    path: one\n  - chart: web\n    helm:\n      valuesObject:\n",
     ""},
    {"several charts are given nothing",
     {{WEB, ARGO
       "  sources:\n  - {chart: one, targetRevision: 1.0.0}\n  - {chart: two, targetRevision: 1.0.0}\n"}},
     FILES_CARRIED FILES_REST,
     "  sources:\n  - chart: one\n    targetRevision: 1.0.0\n",
     "values/several-charts:9"},
};

static struct temp_dir temp;

static void set_up(void)
{
    temp_dir_make(&temp);
    release_repo_write(&temp);
}

static void tear_down(void)
{
    temp_dir_remove(&temp);
}

static const struct sl_application *web_of(const struct sl_layout *layout)
{
    for (size_t i = 0; i < layout->application_count; i++)
        if (sl_str_equal(layout->applications[i].name, SL_STR("web")))
            return &layout->applications[i];
    cr_assert_fail("no application web");
    return NULL;
}

static const struct sl_node *object_of(const struct sl_layout *layout)
{
    for (size_t i = 0; i < layout->object_count; i++)
        if (sl_str_equal(layout->objects[i].built.name, SL_STR("web")))
            return layout->objects[i].built.node;
    cr_assert_fail("no object web");
    return NULL;
}

static void write_text(struct sl_buf *out, const struct sl_node *node)
{
    struct sl_err err = {0};
    sl_buf_init(out, SL_MIB);
    cr_assert_not_null(node);
    cr_assert_eq(sl_yaml_write(out, node, &err), 0, "%s", err.message);
}

static void check(const struct values_case *values_case, const struct sl_layout *layout,
                  const struct sl_findings *findings)
{
    struct sl_buf carried, object;
    const struct sl_application *web = web_of(layout);
    cr_assert_eq(web->values_count, 1, "%s", values_case->why);
    write_text(&carried, web->values[0].carried);
    cr_expect_str_eq(carried.ptr, values_case->carried, "%s:\n%s", values_case->why, carried.ptr);
    write_text(&object, object_of(layout));
    cr_expect(!values_case->object || strstr(object.ptr, values_case->object), "%s:\n%s", values_case->why,
              object.ptr);
    char rules[1024] = "";
    for (size_t i = 0; i < sl_findings_count(findings); i++) {
        const struct sl_finding *finding = sl_findings_at(findings, i);
        size_t length = strlen(rules);
        (void)snprintf(rules + length, sizeof rules - length, "%s%s:%u", i ? " " : "", finding->rule,
                       finding->line);
    }
    cr_expect_str_eq(rules, values_case->rules, "%s: %s (%s)", values_case->why, rules,
                     sl_findings_count(findings) ? sl_findings_at(findings, 0)->message.ptr : "");
    sl_buf_release(&carried);
    sl_buf_release(&object);
}

/* Every layer knows the file that it is in, and its values do. */
static void check_places(const struct values_case *values_case, const struct sl_layout *layout)
{
    const struct sl_values *values = web_of(layout)->values;
    for (size_t i = 0; i < values->layer_count; i++) {
        const struct sl_values_layer *layer = &values->layers[i];
        cr_assert_not_null(layer->root, "%s", values_case->why);
        struct sl_mark mark =
            layer->root->count > 0 ? layer->root->as.entries[0].value->mark : layer->root->mark;
        cr_assert(mark.file > 0 && mark.file <= layer->doc->file_count, "%s", values_case->why);
        cr_expect(sl_str_equal(layer->doc->files[mark.file - 1], layer->file), "%s: %s is in %s",
                  values_case->why, layer->file.ptr, layer->doc->files[mark.file - 1].ptr);
        cr_expect_gt(mark.line, 0, "%s", values_case->why);
    }
}

Test(layout_values, what_objects_add_by_the_table)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sl_tree *tree = NULL;
        struct sl_findings *findings = NULL;
        struct sl_reading reading;
        struct sl_layout layout;
        struct sl_err err = {0};
        struct sl_layout_query query = {.release = SL_STR("v1.0"), .customer = SL_STR("customer-a")};
        set_up();
        release_repo_change(&temp, cases[i].files, FILES_MAX);
        cr_assert_eq(sl_tree_open_directory(&tree, temp.path, &err), 0, "%s", err.message);
        cr_assert_eq(sl_findings_new(&findings, &err), 0);
        sl_reading_init(&reading, tree, findings);
        cr_assert_eq(sl_layout_resolve(&layout, &reading, &query, &err), 0, "%s: %s", cases[i].why,
                     err.message);
        sl_findings_sort(findings);
        check(&cases[i], &layout, findings);
        check_places(&cases[i], &layout);
        sl_reading_release(&reading);
        sl_findings_free(findings);
        sl_tree_free(tree);
        tear_down();
    }
}
