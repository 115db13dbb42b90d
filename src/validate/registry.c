#include <sealift/rules.h>

#include "model/report.h"

#include <sealift/text.h>
#include <string.h>

/* Ascending by id: a rule is found by bisection. */
static const struct sl_rule rules[] = {
    {"artifacts/lfs-pointer", SL_ERROR, true, "a carried file is only Git LFS's note about itself"},
    {"artifacts/unreadable", SL_ERROR, false, "a .tgz among the artifacts is no readable Helm chart"},
    {"config/expired", SL_WARNING, false, "an exception of sealift.yaml is past its last day"},
    {"config/field", SL_ERROR, true, "a value of sealift.yaml is of the wrong kind, or missing"},
    {"config/fixed-rule", SL_WARNING, false, "sealift.yaml wants to change a rule that has to stay as it is"},
    {"config/unknown-key", SL_WARNING, false, "sealift.yaml has a key that nothing reads"},
    {"config/unknown-rule", SL_WARNING, false, "sealift.yaml names a rule that there is not"},
    {"config/unused", SL_WARNING, false, "an exception of sealift.yaml excepts nothing"},
    {"customer/field", SL_ERROR, false, "a value of cluster-config.yaml is of the wrong kind"},
    {"customer/name-disagrees", SL_ERROR, false,
     "cluster-config.yaml names another customer than its directory"},
    {"customer/unknown-key", SL_WARNING, false, "cluster-config.yaml has a key that nothing reads"},
    {"kube/bad-schema", SL_WARNING, false, "the schema of a kind cannot be used"},
    {"kube/duplicate-item", SL_ERROR, false, "a list has an item twice that may be there once"},
    {"kube/duplicate-merge-key", SL_WARNING, false,
     "two items of a list are the same one where lists are merged"},
    {"kube/label", SL_ERROR, false, "a label or annotation has a key or value that it cannot have"},
    {"kube/mismatch", SL_ERROR, false, "an object does not fit the schema of its kind"},
    {"kube/name", SL_ERROR, false, "an object has no name, or one that it cannot have"},
    {"kube/no-schema", SL_NOTE, false, "kinds that no schema is known of"},
    {"kube/not-served", SL_ERROR, false, "the kind is there, but in other versions of its group"},
    {"kube/placeholder", SL_NOTE, false, "a value with ${...} in it is not checked"},
    {"kube/rules-not-checked", SL_NOTE, false, "kinds with CEL rules, which are not checked"},
    {"kube/unknown-field", SL_ERROR, false, "an object has a field that its kind does not have"},
    {"kube/version", SL_WARNING, false, "there are no schemas of the customer's version of Kubernetes"},
    {"kustomization/build", SL_ERROR, true, "release and overlay cannot be built"},
    {"kustomization/deprecated", SL_WARNING, false,
     "a kustomization uses a field that kustomize wants replaced"},
    {"leak/not-searched", SL_WARNING, false,
     "a text file is too long to be searched for what is another customer's"},
    {"leak/other-customer", SL_ERROR, false, "something that is packed is another customer's"},
    {"manifests/deprecated-api", SL_WARNING, false,
     "an API version that a coming Kubernetes no longer serves"},
    {"manifests/doubtful-reference", SL_NOTE, false,
     "a name that is one character away from one that is there"},
    {"manifests/doubtful-selector", SL_NOTE, false,
     "a selector that is one character away from labels that are there"},
    {"manifests/duplicate", SL_ERROR, true, "two documents are the same Kubernetes object"},
    {"manifests/image-tag", SL_WARNING, false, "an image without a tag, or with one that moves"},
    {"manifests/missing-key", SL_ERROR, false, "a key that the ConfigMap or Secret does not have"},
    {"manifests/missing-reference", SL_ERROR, false, "an object refers to one that nothing makes"},
    {"manifests/missing-secret", SL_WARNING, false, "an object refers to a Secret that nothing makes"},
    {"manifests/not-kubernetes", SL_ERROR, true, "a document is no Kubernetes object"},
    {"manifests/project-destination", SL_ERROR, false,
     "an Application installs where its AppProject does not let it"},
    {"manifests/project-kind", SL_WARNING, false,
     "a chart makes objects of a kind that the AppProject does not permit"},
    {"manifests/project-source", SL_ERROR, false,
     "an Application reads from where its AppProject does not let it"},
    {"manifests/removed-api", SL_ERROR, false, "an API version that the customer's cluster does not serve"},
    {"manifests/selector-mismatch", SL_ERROR, false, "a workload selects other pods than it makes"},
    {"manifests/selects-nothing", SL_WARNING, false, "a selector that nothing in the delivery matches"},
    {"manifests/unknown-namespace", SL_WARNING, false, "objects are in a namespace that nothing makes"},
    {"overlay/other-customer", SL_ERROR, true, "the overlay names another customer's"},
    {"overlay/other-release", SL_ERROR, true,
     "the overlay names another release than the one that is packed"},
    {"overlay/patch-without-effect", SL_WARNING, false, "a patch leaves every object as it was"},
    {"release/application-name", SL_ERROR, false, "an application's file is not named for a valid name"},
    {"release/application-twice", SL_ERROR, false, "two composed files name the same application"},
    {"release/field", SL_ERROR, false, "a value of release.yaml is of the wrong kind, or outside its range"},
    {"release/no-cluster", SL_WARNING, false, "the release has clusters, but none for the environment"},
    {"release/no-values", SL_WARNING, false, "the release has values, but none for the environment"},
    {"release/not-composed", SL_WARNING, false,
     "a file in the release's folders is left out because of its name"},
    {"release/other-tag", SL_WARNING, false, "the commit that is packed is tagged as another release"},
    {"release/tag-elsewhere", SL_WARNING, false,
     "the release's tag names another commit than the one that is packed"},
    {"release/unknown-alias", SL_ERROR, false, "an alias of release.yaml leads to no application"},
    {"release/unknown-environment", SL_ERROR, false, "the release knows nothing of the environment"},
    {"release/unknown-key", SL_WARNING, false, "release.yaml has a key that nothing reads"},
    {"release/version-disagrees", SL_ERROR, false,
     "VERSION.md, release.yaml and the directory's name disagree"},
    {"repo/customer-name", SL_ERROR, true, "a directory of overlays/ has a name that no bundle can have"},
    {"repo/dirty", SL_WARNING, false, "the work tree is not what its commit holds"},
    {"repo/duplicate-key", SL_WARNING, false, "a kustomization has a key twice, and only the last counts"},
    {"repo/not-read", SL_WARNING, false, "a YAML or JSON file lies where nothing reads it"},
    {"repo/schema", SL_ERROR, false, "a file does not fit the schema of its kind"},
    {"repo/unreadable", SL_ERROR, true, "a file of the delivery cannot be read or parsed"},
    {"schema/mismatch", SL_ERROR, false, "a document does not fit the schema it was checked against"},
    {"schema/unreadable", SL_ERROR, false, "a file that was to be checked against a schema cannot be parsed"},
    {"secrets/plain", SL_ERROR, false, "a Secret has its values in plain text"},
    {"secrets/token", SL_ERROR, false, "something that looks like a token, key or password in plain text"},
    {"substitute/duplicate-key", SL_ERROR, false,
     "two keys of a map become one once variables are substituted"},
    {"substitute/no-variables", SL_WARNING, false,
     "values name a variable, and the customer has none at all"},
    {"substitute/syntax", SL_ERROR, false, "a ${ begins nothing that can be substituted"},
    {"substitute/unknown-variable", SL_ERROR, false,
     "a ${name} is neither a variable of the customer nor has a default"},
    {"support/ended", SL_ERROR, false, "the release's support has ended"},
    {"support/ends-soon", SL_WARNING, false, "the release's support ends within 90 days"},
    {"support/expired", SL_ERROR, false, "no site may take the release any more"},
    {"support/floor", SL_ERROR, false, "the release's floor is above its own sequence"},
    {"support/not-begun", SL_WARNING, false, "the release's support has not begun"},
    {"support/sequence", SL_ERROR, false, "the release does not come after one that it follows"},
    {"support/unknown-release", SL_WARNING, false,
     "upgrade-from names a release that the repository does not have"},
    {"support/unknown-time", SL_NOTE, false, "nobody said what day it is, so support is not judged"},
    {"support/upgrade-path", SL_WARNING, false, "upgrade-from leaves out the release just before this one"},
    {"values/argo-variable", SL_NOTE, false,
     "a parameter that only Argo CD can fill in stays in the Application"},
    {"values/bad-schema", SL_WARNING, false, "a schema of values cannot be used"},
    {"values/chart-name", SL_WARNING, false,
     "the release carries no chart of that name, but one of nearly the same"},
    {"values/chart-version", SL_WARNING, false,
     "the release carries the chart, but not in the version asked for"},
    {"values/empty-key", SL_WARNING, false, "a key without a value takes away what lower layers have there"},
    {"values/file-elsewhere", SL_WARNING, false,
     "an Application names a values file that is not in the repository"},
    {"values/from-elsewhere", SL_WARNING, false,
     "a HelmRelease takes values from an object that is not in the release"},
    {"values/from-key", SL_ERROR, false,
     "a ConfigMap or Secret has no values under the key that is asked for"},
    {"values/ignored", SL_WARNING, false,
     "values stand beside valuesObject, so Argo CD does not look at them"},
    {"values/large-integer", SL_WARNING, false, "a whole number beyond 2^53, which Helm rounds"},
    {"values/list-replaced", SL_NOTE, false, "a layer replaces a list of which nothing stays"},
    {"values/lost-variable", SL_WARNING, false, "a parameter holds a $NAME that Argo CD makes empty"},
    {"values/map-over-scalar", SL_WARNING, false, "a map stands where a lower layer has a single value"},
    {"values/misnamed", SL_ERROR, false, "a YAML file among values is not named for any application"},
    {"values/no-application", SL_ERROR, false, "a values file belongs to no application of the release"},
    {"values/no-effect", SL_NOTE, false, "a layer sets what is so without it"},
    {"values/not-a-map", SL_ERROR, false, "a values file holds something else than a map"},
    {"values/not-read", SL_ERROR, false, "values of an application lie where nothing reads them"},
    {"values/not-taken", SL_WARNING, false, "values files of an application that takes no values"},
    {"values/null-without-chart", SL_WARNING, false,
     "a null deletes a value, but the chart's default may come back"},
    {"values/parameter", SL_ERROR, false, "a parameter or targetPath is nothing that Helm can set"},
    {"values/scalar-over-map", SL_WARNING, false, "a single value stands where a lower layer has a map"},
    {"values/schema", SL_ERROR, false, "values do not fit the schema of the chart or the release"},
    {"values/secret-carried", SL_NOTE, false, "the values of a Secret become part of what is carried"},
    {"values/several-charts", SL_NOTE, false,
     "an application of several charts: their defaults are left out"},
    {"values/subchart-not-a-map", SL_ERROR, false,
     "a value stands where a chart's dependency has its values"},
    {"values/target-path", SL_WARNING, false, "targetPath and inline values set the same"},
    {"values/two-files", SL_ERROR, false, "two values files of one place belong to one application"},
    {"values/type-change", SL_WARNING, false, "a value is of another kind than in the layers below"},
    {"values/unknown-key", SL_ERROR, false, "a layer sets a key that no chart, schema or lower layer knows"},
    {"values/unreadable", SL_ERROR, false, "values within an object cannot be parsed"},
};

enum { RULES = sizeof rules / sizeof rules[0] };

size_t sl_rule_count(void)
{
    return RULES;
}

const struct sl_rule *sl_rule_at(size_t index)
{
    return &rules[index];
}

const struct sl_rule *sl_rule_find(struct sl_str id)
{
    size_t low = 0;
    size_t high = RULES;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = sl_str_compare(id, sl_str_from(rules[middle].id));
        if (order == 0)
            return &rules[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const char *sl_rule_nearest(struct sl_str wrong)
{
    struct sl_str ids[RULES];
    for (size_t i = 0; i < RULES; i++)
        ids[i] = sl_str_from(rules[i].id);
    ptrdiff_t nearest = sl_nearest(wrong, ids, RULES);
    return nearest < 0 ? NULL : rules[nearest].id;
}
