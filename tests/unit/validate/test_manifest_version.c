#include "manifest_kit.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* -- images -- */

static const struct {
    const char *image;
    const char *message; /* NULL: none */
} images[] = {
    {"registry.example/web:1.2.3", NULL},
    {"registry.example:5000/web:1.2.3", NULL},
    {"registry.example:5000/web",
     "image registry.example:5000/web has no tag: what runs is whatever is latest"},
    {"web", "image web has no tag: what runs is whatever is latest"},
    {"web:latest", "image web:latest has the tag latest, which is another image tomorrow"},
    {"web:Main", "image web:Main has the tag Main, which is another image tomorrow"},
    {"web:mainline-1.2", NULL},
    {"web@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", NULL},
    {"web:latest@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", NULL},
    {"${REGISTRY}/web", NULL},
    {"auto", NULL},
};

Test(manifest_image, an_image_has_a_tag_that_stays)
{
    for (size_t i = 0; i < sizeof images / sizeof images[0]; i++) {
        char objects[512];
        (void)snprintf(objects, sizeof objects,
                       "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {initContainers: [{name: a, "
                       "image: \"%s\"}]}}\n",
                       images[i].image);
        struct delivery delivery = {.objects = objects};
        const char *found = manifest_kit_messages(&delivery, "manifests");
        if (images[i].message)
            cr_expect(strstr(found, images[i].message), "%s: %s", images[i].image, found);
        else
            cr_expect_str_eq(found, "", "%s: %s", images[i].image, found);
    }
}

static const struct manifest_case image_places[] = {
    {"all containers of a CronJob",
     "{apiVersion: batch/v1, kind: CronJob, metadata: {name: c}, spec: {jobTemplate: {spec: {template: {spec: "
     "{containers: [{image: a}], initContainers: [{image: b}]}}}}}}\n",
     "manifests/image-tag 1:127 /spec/jobTemplate/spec/template/spec/containers/0/image\n"
     "manifests/image-tag 1:157 /spec/jobTemplate/spec/template/spec/initContainers/0/image\n"},
    {"a custom resource that names one",
     "{apiVersion: monitoring.coreos.com/v1, kind: Prometheus, metadata: {name: p}, spec: {image: \"q:latest\"}}\n",
     "manifests/image-tag 1:93 /spec/image\n"},
    {"a field of that name elsewhere",
     "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {image: nginx}}\n", ""},
};

Test(manifest_image, images_are_found_where_pods_have_them)
{
    manifest_kit_expect(image_places, sizeof image_places / sizeof image_places[0], "manifests");
}

/* -- API versions -- */

static const struct {
    const char *version, *api, *kind, *found;
} apis[] = {
    {"1.24", "policy/v1beta1", "PodDisruptionBudget", "manifests/deprecated-api 1:14 /apiVersion\n"},
    {"1.25", "policy/v1beta1", "PodDisruptionBudget", "manifests/removed-api 1:14 /apiVersion\n"},
    {"1.20", "policy/v1beta1", "PodDisruptionBudget", ""},
    {"1.31", "policy/v1", "PodDisruptionBudget", ""},
    {"v1.30.6+rke2r1", "batch/v1beta1", "CronJob", "manifests/removed-api 1:14 /apiVersion\n"},
    {"1.21.9", "extensions/v1beta1", "Ingress", "manifests/deprecated-api 1:14 /apiVersion\n"},
    {"1.31", "example.com/v1beta1", "Ingress", ""},
    {NULL, "policy/v1beta1", "PodDisruptionBudget", ""},
};

Test(manifest_api, the_cluster_serves_every_version)
{
    for (size_t i = 0; i < sizeof apis / sizeof apis[0]; i++) {
        char objects[256];
        (void)snprintf(objects, sizeof objects, "{apiVersion: %s, kind: %s, metadata: {name: a}}\n",
                       apis[i].api, apis[i].kind);
        struct delivery delivery = {.objects = objects, .version = apis[i].version};
        const char *found = manifest_kit_findings(&delivery, "manifests");
        cr_expect_str_eq(found, apis[i].found, "%s %s of %s: %s", apis[i].api, apis[i].kind,
                         apis[i].version ? apis[i].version : "no version", found);
    }
}

Test(manifest_api, the_message_says_until_when_and_what_instead)
{
    struct delivery delivery = {.objects =
                                    "{apiVersion: policy/v1beta1, kind: PodDisruptionBudget, metadata: "
                                    "{name: a}}\n",
                                .version = "1.31.4"};
    cr_expect_str_eq(
        manifest_kit_messages(&delivery, "manifests"),
        "manifests/removed-api 1:14 /apiVersion: PodDisruptionBudget a is of policy/v1beta1, which "
        "Kubernetes serves until 1.24; the cluster has 1.31.4 (write it as policy/v1)\n");
}
