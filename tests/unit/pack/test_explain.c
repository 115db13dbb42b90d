/*
 * Who made a field: each kind of step, by the lines that a repository of one deployment gives them.
 */
#include "alloc_fault.h"
#include "release_repo.h"

#include <criterion/criterion.h>
#include <sealift/explain.h>
#include <stdio.h>
#include <stdlib.h>

static struct temp_dir temp;

static const struct repo_file files[] = {
    {"overlays/customer-a/cluster-config.yaml",
     "customer: customer-a\nenvironment: production\nvariables:\n  tier: gold\n  site: north\n"},
    {"overlays/customer-a/kustomization.yaml", "resources:\n"
                                               "- app\n"
                                               "patches:\n"
                                               "- path: more.yaml\n"
                                               "- target: {kind: Deployment}\n"
                                               "  path: operations.yaml\n"
                                               "patchesStrategicMerge:\n"
                                               "- less.yaml\n"},
    {"overlays/customer-a/less.yaml", "apiVersion: apps/v1\n"
                                      "kind: Deployment\n"
                                      "metadata: {name: web}\n"
                                      "spec:\n"
                                      "  paused: null\n"},
    {"overlays/customer-a/more.yaml", "apiVersion: apps/v1\n"
                                      "kind: Deployment\n"
                                      "metadata: {name: web}\n"
                                      "spec:\n"
                                      "  replicas: 3\n"
                                      "  minReadySeconds: 5\n"},
    {"overlays/customer-a/operations.yaml", "- op: replace\n"
                                            "  path: /spec/replicas\n"
                                            "  value: 4\n"
                                            "- op: remove\n"
                                            "  path: /spec/minReadySeconds\n"},
    {"overlays/customer-a/app/kustomization.yaml",
     "resources:\n"
     "- web.yaml\n"
     "- plain.yaml\n"
     "configMapGenerator:\n"
     "- name: conf\n"
     "  literals: [colour=red]\n"
     "namePrefix: a-\n"
     "nameSuffix: -z\n"
     "namespace: harbour\n"
     "labels:\n"
     "- pairs:\n"
     "    team: blue\n"
     "commonAnnotations:\n"
     "  note: hello\n"
     "images:\n"
     "- name: web\n"
     "  newTag: '2'\n"
     "replicas:\n"
     "- name: web\n"
     "  count: 2\n"
     "replacements:\n"
     "- source: {kind: Deployment, fieldPath: metadata.namespace}\n"
     "  targets:\n"
     "  - select: {kind: Deployment}\n"
     "    fieldPaths: [spec.template.spec.hostname]\n"},
    {"overlays/customer-a/app/plain.yaml",
     "{apiVersion: v1, kind: Service, metadata: {name: web, namespace: x}}\n"},
    {"overlays/customer-a/app/web.yaml", "apiVersion: apps/v1\n"
                                         "kind: Deployment\n"
                                         "metadata:\n"
                                         "  name: web\n"
                                         "spec:\n"
                                         "  paused: true\n"
                                         "  replicas: 1\n"
                                         "  template:\n"
                                         "    spec:\n"
                                         "      hostname: h\n"
                                         "      subdomain: ${site}.example\n"
                                         "      containers:\n"
                                         "      - name: web\n"
                                         "        image: web:1\n"
                                         "      volumes:\n"
                                         "      - configMap: {name: conf}\n"},
};

static void set_up(void)
{
    temp_dir_make(&temp);
    release_repo_write(&temp);
    release_repo_change(&temp, files, sizeof files / sizeof files[0]);
}

static void tear_down(void)
{
    temp_dir_remove(&temp);
}

TestSuite(explain, .init = set_up, .fini = tear_down);

static struct sl_explain_query query_of(const char *object, const char *path)
{
    return (struct sl_explain_query){
        .release = {.repository = temp.path,
                    .release = SL_STR("v1.0"),
                    .customer = SL_STR("customer-a"),
                    .allow_dirty = true,
                    .default_mtime = 315532800},
        .object = sl_str_from(object),
        .path = sl_str_from(path),
    };
}

static size_t show_place(char *out, size_t size, struct sl_explained_place place)
{
    static const char overlay[] = "overlays/customer-a/";
    struct sl_str file = place.file;
    if (sl_str_starts_with(file, SL_STR("overlays/customer-a/")))
        file = sl_str_slice(file, sizeof overlay - 1, file.len);
    if (file.len == 0)
        return (size_t)snprintf(out, size, "-");
    return (size_t)snprintf(out, size, SL_FMT ":%u:%u", SL_ARG(file), place.line, place.column);
}

/* "step place [entry] value" of each, in lines. */
static const char *steps_of(const struct sl_explained_field *field)
{
    static char all[8192];
    size_t used = 0;
    all[0] = '\0';
    for (size_t i = 0; i < field->step_count; i++) {
        const struct sl_explained_step *step = &field->steps[i];
        used += (size_t)snprintf(all + used, sizeof all - used, "%s%s ", i ? "\n" : "", step->step);
        used += show_place(all + used, sizeof all - used, step->place);
        if (step->entry.file.len) {
            used += (size_t)snprintf(all + used, sizeof all - used, " [");
            used += show_place(all + used, sizeof all - used, step->entry);
            used += (size_t)snprintf(all + used, sizeof all - used, "]");
        }
        used += (size_t)snprintf(all + used, sizeof all - used, " " SL_FMT,
                                 SL_ARG(step->value.ptr ? step->value : SL_STR("gone")));
    }
    return all;
}

struct step_case {
    const char *object, *path, *steps;
};

static const struct step_case cases[] = {
    {"Deployment/web", "spec.replicas",
     "resources app/web.yaml:7:13 [app/kustomization.yaml:2:3] 1\n"
     "replicas app/kustomization.yaml:19:3 2\n"
     "patches more.yaml:5:13 [kustomization.yaml:4:3] 3\n"
     "patches operations.yaml:3:10 [kustomization.yaml:5:3] 4"},
    {"Deployment/a-web-z", "/spec/minReadySeconds",
     "patches more.yaml:6:20 [kustomization.yaml:4:3] 5\n"
     "patches operations.yaml:4:3 [kustomization.yaml:5:3] gone"},
    {"Deployment/web", "spec.paused",
     "resources app/web.yaml:6:11 [app/kustomization.yaml:2:3] true\n"
     "patchesStrategicMerge less.yaml:5:11 gone"},
    {"Deployment/web", "metadata.name",
     "resources app/web.yaml:4:9 [app/kustomization.yaml:2:3] \"web\"\n"
     "namePrefix app/kustomization.yaml:7:13 \"a-web\"\n"
     "nameSuffix app/kustomization.yaml:8:13 \"a-web-z\""},
    {"Deployment/web", "metadata.namespace", "namespace app/kustomization.yaml:9:12 \"harbour\""},
    {"Deployment/web", "metadata.labels.team",
     "labels app/kustomization.yaml:12:11 [app/kustomization.yaml:11:3] \"blue\""},
    {"Deployment/web", "metadata.annotations",
     "commonAnnotations app/kustomization.yaml:14:9 {\"note\": \"hello\"}"},
    {"Deployment/web", "spec.template.spec.containers[0].image",
     "resources app/web.yaml:14:16 [app/kustomization.yaml:2:3] \"web:1\"\n"
     "images app/kustomization.yaml:16:3 \"web:2\""},
    {"Deployment/web", "spec.template.spec.hostname",
     "resources app/web.yaml:10:17 [app/kustomization.yaml:2:3] \"h\"\n"
     "replacements app/kustomization.yaml:9:12 [app/kustomization.yaml:22:3] \"harbour\""},
    {"Deployment/web", "spec.template.spec.subdomain",
     "resources app/web.yaml:11:18 [app/kustomization.yaml:2:3] \"${site}.example\"\n"
     "substitution cluster-config.yaml:5:9 \"north.example\""},
    {"Deployment/web", "spec.template.spec.volumes[0].configMap.name",
     "resources app/web.yaml:16:27 [app/kustomization.yaml:2:3] \"conf\"\n"
     "name reference - \"a-conf-z-5k9ch927gb\""},
    {"ConfigMap/conf", "metadata.name",
     "configMapGenerator app/kustomization.yaml:5:9 [app/kustomization.yaml:5:3] \"conf\"\n"
     "namePrefix app/kustomization.yaml:7:13 \"a-conf\"\n"
     "nameSuffix app/kustomization.yaml:8:13 \"a-conf-z\"\n"
     "name hash - \"a-conf-z-5k9ch927gb\""},
    {"Application/web", "spec.source.helm.valuesObject.image.tag", "values - \"two\""},
    {"ConfigMap/conf", "data.colour",
     "configMapGenerator app/kustomization.yaml:6:14 [app/kustomization.yaml:5:3] \"red\""},
};

Test(explain, each_step_that_made_or_changed_the_field_is_named_in_order)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sl_explain_query query = query_of(cases[i].object, cases[i].path);
        struct sl_findings *findings = NULL;
        struct sl_explained *explained = NULL;
        struct sl_err err = {0};
        cr_assert(sl_findings_new(&findings, &err) == 0);
        cr_assert(sl_explain(&explained, &query, findings, &err) == 0, "%s %s: %s", cases[i].object,
                  cases[i].path, err.message);
        cr_expect_str_eq(steps_of(sl_explained_get(explained)), cases[i].steps, "%s %s:\n%s", cases[i].object,
                         cases[i].path, steps_of(sl_explained_get(explained)));
        sl_explained_free(explained);
        sl_findings_free(findings);
    }
}

static int explain(struct sl_explained **out, const char *object, const char *path, const char *space,
                   struct sl_err *err)
{
    struct sl_explain_query query = query_of(object, path);
    struct sl_findings *findings = NULL;
    query.space = sl_str_from(space);
    *out = NULL;
    cr_assert(sl_findings_new(&findings, err) == 0);
    int result = sl_explain(out, &query, findings, err);
    sl_findings_free(findings);
    return result;
}

Test(explain, the_object_is_known_by_the_name_it_gets_and_the_one_it_had)
{
    static const char *const names[] = {"Deployment/web", "Deployment/a-web-z"};
    for (size_t i = 0; i < 2; i++) {
        struct sl_explained *explained;
        struct sl_err err = {0};
        cr_assert(explain(&explained, names[i], "spec.replicas", "harbour", &err) == 0, "%s", err.message);
        const struct sl_explained_field *field = sl_explained_get(explained);
        cr_expect(sl_str_equal(field->name, SL_STR("a-web-z")));
        cr_expect(sl_str_equal(field->first_name, SL_STR("web")));
        cr_expect(sl_str_equal(field->space, SL_STR("harbour")));
        cr_expect(sl_str_equal(field->pointer, SL_STR("/spec/replicas")));
        cr_expect(sl_str_equal(field->value, SL_STR("4")));
        cr_expect_null(field->values);
        sl_explained_free(explained);
    }
}

Test(explain, a_place_in_values_goes_on_with_the_layers)
{
    static const char path[] = "spec.source.helm.valuesObject.image.tag";
    struct sl_explained *explained;
    struct sl_err err = {0};
    cr_assert(explain(&explained, "Application/web", path, "", &err) == 0, "%s", err.message);
    const struct sl_explanation *values = sl_explained_get(explained)->values;
    cr_assert_not_null(values);
    cr_assert_eq(sl_explanation_count(values), 1);
    const struct sl_value_place *place = sl_explanation_at(values, 0);
    cr_expect(sl_str_equal(place->pointer, SL_STR("/image/tag")));
    cr_assert_eq(place->say_count, 2);
    cr_expect(sl_str_equal(place->says[0].layer, SL_STR("base")));
    cr_expect(sl_str_equal(place->says[1].layer, SL_STR("customer")));
    cr_expect_eq(place->says[1].effect, SL_VALUE_WINS);
    sl_explained_free(explained);
}

Test(explain, what_a_generator_merges_or_replaces_is_a_step_of_what_was_there)
{
    static const struct repo_file more[] = {
        {"overlays/customer-a/kustomization.yaml", "resources:\n"
                                                   "- app\n"
                                                   "configMapGenerator:\n"
                                                   "- name: conf\n"
                                                   "  namespace: harbour\n"
                                                   "  behavior: merge\n"
                                                   "  literals: [colour=green]\n"},
    };
    struct sl_explained *explained;
    struct sl_err err = {0};
    release_repo_change(&temp, more, 1);
    cr_assert(explain(&explained, "ConfigMap/conf", "data.colour", "", &err) == 0, "%s", err.message);
    cr_expect_str_eq(steps_of(sl_explained_get(explained)),
                     "configMapGenerator app/kustomization.yaml:6:14 [app/kustomization.yaml:5:3] \"red\"\n"
                     "configMapGenerator kustomization.yaml:7:14 [kustomization.yaml:4:3] \"green\"");
    sl_explained_free(explained);
}

Test(explain, an_object_of_which_a_patch_makes_another_kind_is_followed_from_its_file)
{
    static const struct repo_file more[] = {
        {"overlays/customer-a/kustomization.yaml",
         "resources:\n"
         "- app\n"
         "patches:\n"
         "- target: {kind: Deployment}\n"
         "  options: {allowNameChange: true, allowKindChange: true}\n"
         "  patch: |-\n"
         "    {apiVersion: apps/v1, kind: StatefulSet, metadata: {name: other}}\n"},
    };
    struct sl_explained *explained;
    struct sl_err err = {0};
    release_repo_change(&temp, more, 1);
    cr_assert(explain(&explained, "StatefulSet/other", "metadata.name", "", &err) == 0, "%s", err.message);
    cr_expect_str_eq(steps_of(sl_explained_get(explained)),
                     "resources app/web.yaml:4:9 [app/kustomization.yaml:2:3] \"web\"\n"
                     "namePrefix app/kustomization.yaml:7:13 \"a-web\"\n"
                     "nameSuffix app/kustomization.yaml:8:13 \"a-web-z\"\n"
                     "patches kustomization.yaml:6:10 (inline):1:59 [kustomization.yaml:4:3] \"other\"");
    sl_explained_free(explained);
}

Test(explain, an_object_that_a_patch_renames_is_followed_from_its_file)
{
    static const struct repo_file more[] = {
        {"overlays/customer-a/kustomization.yaml",
         "resources:\n"
         "- app\n"
         "patches:\n"
         "- target: {kind: Deployment}\n"
         "  options: {allowNameChange: true}\n"
         "  patch: |-\n"
         "    {apiVersion: apps/v1, kind: Deployment, metadata: {name: other}}\n"},
    };
    struct sl_explained *explained;
    struct sl_err err = {0};
    release_repo_change(&temp, more, 1);
    cr_assert(explain(&explained, "Deployment/other", "metadata.name", "", &err) == 0, "%s", err.message);
    cr_expect_str_eq(steps_of(sl_explained_get(explained)),
                     "resources app/web.yaml:4:9 [app/kustomization.yaml:2:3] \"web\"\n"
                     "namePrefix app/kustomization.yaml:7:13 \"a-web\"\n"
                     "nameSuffix app/kustomization.yaml:8:13 \"a-web-z\"\n"
                     "patches kustomization.yaml:6:10 (inline):1:58 [kustomization.yaml:4:3] \"other\"");
    sl_explained_free(explained);
}

struct error_case {
    const char *object, *path, *space, *message, *hint;
};

static const struct error_case errors[] = {
    {"Deployment", "spec", "", "an object is named KIND/NAME, not Deployment", "for example Deployment/web"},
    {"/web", "spec", "", "an object is named KIND/NAME, not /web", "for example Deployment/web"},
    {"Deployment/a-wed-z", "spec", "", "the delivery has no Deployment/a-wed-z",
     "did you mean Deployment/a-web-z?"},
    {"Deployment/web", "spec", "nowhere", "the delivery has no Deployment/web in nowhere", NULL},
    {"Deployment/web", "spec.replcas", "",
     "Deployment/a-web-z never had /spec/replcas; /spec is there: a map", "did you mean replicas?"},
    {"Deployment/web", "spec.template.spec.containers[3].image", "",
     "Deployment/a-web-z never had /spec/template/spec/containers/3/image; /spec/template/spec/containers is there: "
     "a list",
     NULL},
    {"Deployment/web", "sec", "", "Deployment/a-web-z never had /sec; the object is there: a map",
     "did you mean spec?"},
    {"Service/other", "kind", "", "2 objects are Service/other, a-other-z in x and a-other-z in y among them",
     NULL},
};

Test(explain, what_is_not_there_is_an_error_that_names_what_is)
{
    static const struct repo_file more[] = {
        {"overlays/customer-a/app/kustomization.yaml",
         "resources: [web.yaml, one.yaml]\nnamePrefix: a-\nnameSuffix: -z\n"},
        {"overlays/customer-a/app/one.yaml",
         "{apiVersion: v1, kind: Service, metadata: {name: other, namespace: x}}\n---\n"
         "{apiVersion: v1, kind: Service, metadata: {name: other, namespace: y}}\n"},
    };
    release_repo_change(&temp, more, 2);
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        struct sl_explained *explained;
        struct sl_err err = {0};
        cr_assert(explain(&explained, errors[i].object, errors[i].path, errors[i].space, &err) < 0);
        cr_expect_null(explained);
        cr_expect_eq(err.code, SL_E_USAGE);
        cr_expect_str_eq(err.message, errors[i].message);
        if (errors[i].hint)
            cr_expect_str_eq(err.hint, errors[i].hint);
    }
}

Test(explain, a_release_that_cannot_be_built_is_a_finding)
{
    static const struct repo_file more[] = {
        {"overlays/customer-a/kustomization.yaml", "resources: [nothing]\n"}};
    struct sl_explained *explained;
    struct sl_err err = {0};
    release_repo_change(&temp, more, 1);
    cr_assert(explain(&explained, "Deployment/web", "spec", "", &err) < 0);
    cr_expect_eq(err.code, SL_E_FINDINGS);
}

Test(explain, a_failing_allocation_is_reported_and_nothing_leaks)
{
    /* Most are of lower floors, which are swept one by one in their own tests. */
    for (size_t nth = 1;; nth += 7) {
        struct sl_explain_query query = query_of("Deployment/web", "spec.replicas");
        struct sl_findings *findings = NULL;
        struct sl_explained *explained = NULL;
        struct sl_err err = {0};
        cr_assert(sl_findings_new(&findings, &err) == 0);
        alloc_fault_arm(nth);
        int result = sl_explain(&explained, &query, findings, &err);
        bool failed = alloc_fault_disarm();
        cr_assert(failed || result == 0, "allocation %zu: %s", nth, err.message);
        if (result < 0)
            cr_expect_eq(err.code, SL_E_NO_MEMORY, "allocation %zu: %s", nth, err.message);
        sl_explained_free(explained);
        sl_findings_free(findings);
        if (!failed)
            break;
    }
}
