#include "manifest_rules.h"

#include "base/cleanup.h"
#include "model/report.h"

#include <stdio.h>

/* A namespace that nobody makes: who uses it first, and how many do. */
struct lack {
    struct sl_str space;
    const struct manifest_object *first;
    bool destination; /* that one is an Application that installs there */
    size_t count;
    struct lack *next;
};

struct lacks {
    struct manifests *manifests;
    struct sl_map by_space;
    struct lack *first, *last;
};

static void lacks_release(struct lacks *lacks)
{
    sl_map_release(&lacks->by_space);
}

static int note(struct lacks *lacks, struct sl_str space, const struct manifest_object *user,
                bool destination, struct sl_err *err)
{
    if (space.len == 0 || manifest_is_template(space) || manifest_is_platform_space(space) ||
        sl_map_get(&lacks->manifests->made_spaces, space))
        return 0;
    struct lack *lack = sl_map_get(&lacks->by_space, space);
    if (lack) {
        lack->count++;
        return 0;
    }
    lack = sl_arena_alloc(&lacks->manifests->arena, sizeof *lack);
    if (!lack)
        return sl_fail_memory(err);
    *lack = (struct lack){.space = space, .first = user, .destination = destination, .count = 1};
    if (lacks->last)
        lacks->last->next = lack;
    else
        lacks->first = lack;
    lacks->last = lack;
    return sl_map_put(&lacks->by_space, space, lack, err) < 0 ? -1 : 0;
}

/* Where an Application installs, if that is the cluster it is in. */
static struct sl_str destination_of(const struct manifest_object *object)
{
    const struct sl_node *destination = sl_node_get(sl_node_get(object->node, "spec"), "destination");
    struct sl_str server = sl_node_text(sl_node_get(destination, "server"));
    struct sl_str name = sl_node_text(sl_node_get(destination, "name"));
    bool here = sl_str_equal(server, SL_STR("https://kubernetes.default.svc")) ||
                sl_str_equal(name, SL_STR("in-cluster"));
    return here ? sl_node_text(sl_node_get(destination, "namespace")) : (struct sl_str){NULL, 0};
}

static int report(struct lacks *lacks, const struct lack *lack, struct sl_err *err)
{
    struct manifests *manifests = lacks->manifests;
    struct place root = place_root(lack->first->node);
    struct place outer = place_get(&root, lack->destination ? "spec" : "metadata");
    struct place inner = place_get(&outer, "destination");
    struct place at = place_get(lack->destination ? &inner : &outer, "namespace");
    struct sl_str near;
    bool has_near = manifests_nearest(
        manifests, manifests_of_kind(manifests, SL_STR(""), SL_STR("Namespace"), SL_STR("")), lack->space,
        &near);
    struct sl_finding finding = manifests_finding(manifests, lack->first, &at, "manifests/unknown-namespace");
    struct sl_shown kind, name, space, shown;
    char hint[256] = "add a Namespace: where the site has it already, that changes nothing";
    if (has_near)
        (void)snprintf(hint, sizeof hint, "did you mean %s?", sl_shown(&shown, near));
    finding.hint = sl_str_from(hint);
    char more[64] = "";
    if (lack->count > 1)
        (void)snprintf(more, sizeof more, " (and %zu more)", lack->count - 1);
    return sl_finding_report(manifests->findings, &finding, err,
                             "%s %s%s %s namespace %s, and nothing makes it",
                             sl_shown(&kind, lack->first->kind), sl_shown(&name, lack->first->name), more,
                             lack->destination ? "installs into" : "is in", sl_shown(&space, lack->space));
}

/* Of subjects only a slip is told: sites have service accounts in namespaces of their own. */
static int check_subject(struct manifests *manifests, const struct manifest_object *object,
                         const struct place *subject, struct sl_err *err)
{
    struct place at = place_get(subject, "namespace");
    struct sl_str space = place_text(&at);
    struct sl_str near;
    if (space.len == 0 || manifest_is_template(space) || manifest_is_platform_space(space) ||
        sl_map_get(&manifests->spaces, space) ||
        !manifests_nearest(manifests,
                           manifests_of_kind(manifests, SL_STR(""), SL_STR("Namespace"), SL_STR("")), space,
                           &near))
        return 0;
    struct sl_finding finding = manifests_finding(manifests, object, &at, "manifests/unknown-namespace");
    struct sl_shown kind, name, shown, meant;
    char hint[192];
    (void)snprintf(hint, sizeof hint, "did you mean %s?", sl_shown(&meant, near));
    finding.hint = sl_str_from(hint);
    return sl_finding_report(
        manifests->findings, &finding, err, "%s %s has a subject in namespace %s, and nothing makes it",
        sl_shown(&kind, object->kind), sl_shown(&name, object->name), sl_shown(&shown, space));
}

static int check_subjects(struct manifests *manifests, const struct manifest_object *object,
                          struct sl_err *err)
{
    if (!manifest_is(object, "rbac.authorization.k8s.io", "RoleBinding") &&
        !manifest_is(object, "rbac.authorization.k8s.io", "ClusterRoleBinding"))
        return 0;
    struct place root = place_root(object->node);
    struct place subjects = place_get(&root, "subjects");
    for (size_t i = 0; i < place_items(&subjects); i++) {
        struct place subject = place_item(&subjects, i);
        if (check_subject(manifests, object, &subject, err) < 0)
            return -1;
    }
    return 0;
}

int manifests_check_namespaces(struct manifests *manifests, struct sl_err *err)
{
    /* Other repositories may make any. */
    if (manifests->foreign)
        return 0;
    SL_CLEANUP(lacks_release) struct lacks lacks = {.manifests = manifests};
    sl_map_init(&lacks.by_space);
    for (size_t i = 0; i < manifests->count; i++) {
        const struct manifest_object *object = &manifests->objects[i];
        if (object->stated && note(&lacks, object->space, object, false, err) < 0)
            return -1;
        if (manifest_is(object, "argoproj.io", "Application") &&
            note(&lacks, destination_of(object), object, true, err) < 0)
            return -1;
        if (check_subjects(manifests, object, err) < 0)
            return -1;
    }
    for (const struct lack *lack = lacks.first; lack; lack = lack->next)
        if (report(&lacks, lack, err) < 0)
            return -1;
    return 0;
}
