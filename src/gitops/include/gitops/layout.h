/*
 * What the LTS release layout means: from release, customer and environment to everything a delivery is made
 * of.
 *
 *     releases/RELEASE/{applications/APP-app.yaml, clusters/ENV-cluster.yaml, projects/X-project.yaml,
 *                       values/ENV/APP-values.yaml, artifacts/, release.yaml, kustomization.yaml}
 *     overlays/CUSTOMER/{kustomization.yaml, cluster-config.yaml, custom-values/APP-custom.yaml}
 *     overlays/default/{kustomization.yaml, custom-values/APP-custom.yaml}
 *     base/values/APP-values.yaml
 *
 * Nothing is read of any other release or overlay, except what one of these files names, and then only to be
 * refused (gitops/compose.h); a symbolic link that leads there is SL_E_INPUT. What a directory does not state
 * is derived, and where from is told.
 */
#ifndef GITOPS_LAYOUT_H
#define GITOPS_LAYOUT_H

#include "gitops/artifacts.h"
#include "gitops/compose.h"
#include "model/customer.h"
#include "model/release.h"
#include "values/layers.h"
#include "values/substitute.h"

struct sl_layout_query {
    struct sl_str release;
    struct sl_str customer;
    struct sl_str environment; /* empty: derive it */
    uint64_t sequence;         /* 0: derive it */
    enum sl_helm_compat helm_compat;
};

/* Where values of an application may stand, lowest first; below all of them is the chart's own values.yaml.
 */
enum sl_values_place {
    SL_VALUES_BASE,     /* base/values */
    SL_VALUES_RELEASE,  /* releases/RELEASE/values/ENV */
    SL_VALUES_DEFAULT,  /* overlays/default/custom-values */
    SL_VALUES_CUSTOMER, /* overlays/CUSTOMER/custom-values */
    SL_VALUES_PLACES,
};

struct sl_application {
    struct sl_str name; /* of its file, without "-app.yaml" */
    struct sl_str file;
    struct sl_str chart_name, chart_version; /* what it asks for; empty: none, or more than one */
    struct sl_mark chart_mark;               /* of the chart's name, in chart_doc */
    const struct sl_doc *chart_doc;
    bool chart_unsure; /* nothing says that it is a chart, but that the release carries one of that name */
    bool several_charts;
    struct sl_str chart_folder;      /* the path of a source that names no chart; empty: none, or several */
    const struct sl_artifact *chart; /* the chart in the release's artifacts, or at chart_folder; or NULL */
    struct sl_str values_files[SL_VALUES_PLACES]; /* paths; empty where there is none */
    /* What Helm is given, one for each object that asks for Helm's work (an Argo CD Application, or one of its
     * sources; a Flux HelmRelease); where there is no such object, or several charts, one of the files alone.
     * None where there is no layer at all, not even the chart's. Most have exactly one. */
    struct sl_values *values;
    size_t values_count;
};

/* An object as it goes into the bundle: with the customer's variables, and, where it asks for Helm's work, with the
 * values that are carried in the place of its own. Whoever looks at what is delivered looks here: what the build made
 * (reading->build) still has ${name} in names, namespaces and values. */
struct sl_object {
    struct sl_built built;             /* all of it as it goes into the bundle */
    const struct sl_doc *doc;          /* that its marks belong to */
    const struct sl_node *substituted; /* with the variables, and its own values still */
};

/* Lives as long as the reading. */
struct sl_layout {
    struct sl_str release, customer;
    struct sl_str release_directory, overlay_directory;
    struct sl_release_file release_file;
    struct sl_customer_file customer_file;
    struct sl_str environment, environment_from;
    uint64_t sequence; /* 0: it could not be derived */
    struct sl_str sequence_from;
    bool composed;             /* release and overlays could be built; else there are no objects */
    struct sl_object *objects; /* what they come to, in the order of composition */
    size_t object_count;
    struct sl_substitution_trail
        trail; /* where variables were put in; marks are those of the reading's document */
    struct sl_application *applications; /* in the order of composition */
    size_t application_count;
    struct sl_artifacts artifacts; /* of releases/RELEASE/artifacts */
    enum sl_helm_compat helm_compat;
    bool told_of_variables; /* that there are none, and values name one */
};

/*
 * Gives the reading's tree a guard that lasts as long as the reading.
 * SL_E_USAGE: a name that is no label, a release or customer that does not exist (the message lists those
 * that do). Otherwise 0, with findings, besides those of compose.h, artifacts.h, model/release.h and
 * model/customer.h: release/version-disagrees   VERSION.md or release.yaml against the directory's name
 *   release/unknown-alias       an alias of no application, or one that is itself an application
 *   release/application-name    a file APP-app.yaml whose APP is no label
 *   release/application-twice   two composed files of one name APP-app.yaml
 *   release/no-cluster (warning), release/no-values (warning), release/unknown-environment
 *   release/not-composed (warning)  a YAML file in the release's folders that its name keeps out
 *   customer/name-disagrees     cluster-config.yaml against the directory's name
 *   values/no-application       a values file of no application; in base/ and overlays/default, which other
 *                               releases share, a warning
 *   values/misnamed             a YAML file among values that is not named for any application
 *   values/two-files            two files of one place belong to one application, by an alias
 *   values/chart-name (warning)     the release does not carry the chart, but one of nearly that name
 *   values/chart-version (warning)  the release carries the chart, but not the version that is asked for
 *   values/several-charts (note)    an application of more than one chart: chart defaults are left out
 *   values/file-elsewhere (warning), values/from-elsewhere (warning)  values of an Application or HelmRelease that are
 *                               not in the repository: they stay in the object
 *   values/from-key             a ConfigMap or Secret does not have the key that is asked for
 *   values/ignored (warning)    values beside valuesObject, which Argo CD does not look at
 *   values/not-taken (warning)  values files, and no object of the application that takes values
 *   values/argo-variable (note) a parameter that only Argo CD can fill in: it stays in the object
 *   values/lost-variable (warning)  a parameter with a $NAME that Argo CD knows nothing of, and so makes empty
 *   values/parameter            a parameter or targetPath that Helm cannot read
 *   values/secret-carried (note)  values of a Secret become part of what is carried in plain text
 *   values/target-path (warning)  a targetPath and inline values that set the same
 *   values/unreadable           values within an object that cannot be parsed
 *   substitute/no-variables (warning)  ${name} in values, and the customer has no variables at all
 * and those of values/layers.h and values/substitute.h.
 * -1 also for files that cannot be read or parsed. SL_E_FINDINGS: release and overlays cannot be built, and a
 * finding says why; what is derived before that is in `out`.
 */
int sl_layout_resolve(struct sl_layout *out, struct sl_reading *reading, const struct sl_layout_query *query,
                      struct sl_err *err) SL_MUST_USE;

#endif
