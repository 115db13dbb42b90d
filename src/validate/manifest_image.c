/*
 * Images that may be another one tomorrow: without a tag, or with one that moves.
 */
#include "manifest_rules.h"

#include "model/report.h"

/* Tags that people move from one image to the next. */
static const char *const moving_tags[] = {
    "canary",   "current", "dev",     "develop", "development", "edge",  "experimental", "head",    "latest",
    "main",     "master",  "nightly", "next",    "preview",     "prod",  "production",   "release", "rolling",
    "snapshot", "stable",  "staging", "test",    "testing",     "trunk", "unstable",
};

/* Custom resources that say in one field which image runs. */
static const struct row {
    const char *group, *kind, *path;
} image_fields[] = {
    {"monitoring.coreos.com", "Alertmanager", "spec/image"},
    {"monitoring.coreos.com", "Prometheus", "spec/image"},
    {"monitoring.coreos.com", "PrometheusAgent", "spec/image"},
    {"monitoring.coreos.com", "ThanosRuler", "spec/image"},
    {"postgresql.cnpg.io", "Cluster", "spec/imageName"},
    {"postgresql.cnpg.io", "Pooler", "spec/template/spec/containers/*/image"},
    {"argoproj.io", "CronWorkflow", "spec/workflowSpec/templates/*/container/image"},
    {"argoproj.io", "Workflow", "spec/templates/*/container/image"},
    {"argoproj.io", "WorkflowTemplate", "spec/templates/*/container/image"},
    {"tekton.dev", "Task", "spec/steps/*/image"},
};

/* Where the tag begins, behind the colon; the length where there is none. A colon before a slash is a port's. */
static size_t tag_of(struct sl_str image)
{
    for (size_t i = image.len; i > 0 && image.ptr[i - 1] != '/'; i--)
        if (image.ptr[i - 1] == ':')
            return i;
    return image.len;
}

static bool is_moving(struct sl_str tag)
{
    for (size_t i = 0; i < sizeof moving_tags / sizeof moving_tags[0]; i++) {
        struct sl_str moving = sl_str_from(moving_tags[i]);
        bool same = tag.len == moving.len;
        for (size_t j = 0; same && j < tag.len; j++) {
            char byte = tag.ptr[j];
            same = (byte >= 'A' && byte <= 'Z' ? byte - 'A' + 'a' : byte) == moving.ptr[j];
        }
        if (same)
            return true;
    }
    return false;
}

struct check {
    struct manifests *manifests;
    const struct manifest_object *object;
};

static int check_image(const struct place *place, void *context, struct sl_err *err)
{
    const struct check *check = context;
    struct sl_str image = place_text(place);
    /* "auto" is what Istio replaces. */
    if (image.len == 0 || manifest_is_template(image) || sl_str_find(image, '@') < image.len ||
        sl_str_equal(image, SL_STR("auto")))
        return 0;
    size_t at = tag_of(image);
    struct sl_str tag = sl_str_slice(image, at, image.len);
    if (tag.len && !is_moving(tag))
        return 0;
    struct sl_finding finding =
        manifests_finding(check->manifests, check->object, place, "manifests/image-tag");
    finding.hint = SL_STR("name a version, or better a digest (name@sha256:...)");
    struct sl_shown shown, moving;
    if (tag.len)
        return sl_finding_report(check->manifests->findings, &finding, err,
                                 "image %s has the tag %s, which is another image tomorrow",
                                 sl_shown(&shown, image), sl_shown(&moving, tag));
    return sl_finding_report(check->manifests->findings, &finding, err,
                             "image %s has no tag: what runs is whatever is latest", sl_shown(&shown, image));
}

static int check_pod(struct manifests *manifests, const struct manifest_pod *pod, struct sl_err *err)
{
    static const char *const paths[] = {"containers/*/image", "initContainers/*/image",
                                        "ephemeralContainers/*/image", "volumes/*/image/reference"};
    struct check check = {manifests, pod->object};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        if (place_each(&pod->spec, paths[i], check_image, &check, err) < 0)
            return -1;
    return 0;
}

int manifests_check_images(struct manifests *manifests, struct sl_err *err)
{
    for (const struct manifest_pod *pod = manifests->pods; pod; pod = pod->next)
        if (check_pod(manifests, pod, err) < 0)
            return -1;
    for (size_t i = 0; i < manifests->count; i++) {
        const struct manifest_object *object = &manifests->objects[i];
        struct check check = {manifests, object};
        struct place root = place_root(object->node);
        for (size_t j = 0; j < sizeof image_fields / sizeof image_fields[0]; j++)
            if (manifest_is(object, image_fields[j].group, image_fields[j].kind) &&
                place_each(&root, image_fields[j].path, check_image, &check, err) < 0)
                return -1;
    }
    return 0;
}
