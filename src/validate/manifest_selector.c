#include "manifest_rules.h"

#include "base/cleanup.h"
#include "manifest_labels.h"
#include "model/report.h"

#include <stdio.h>

struct check {
    struct manifests *manifests;
    struct labels pods, services;
};

static void check_release(struct check *check)
{
    labels_release(&check->pods);
    labels_release(&check->services);
}

static int index_carriers(struct check *check, struct sl_err *err)
{
    for (const struct manifest_pod *pod = check->manifests->pods; pod; pod = pod->next) {
        struct label_carrier carrier = {pod->object, pod->labels};
        if (labels_add(&check->pods, &carrier, err) < 0)
            return -1;
    }
    for (size_t i = 0; i < check->manifests->count; i++) {
        const struct manifest_object *object = &check->manifests->objects[i];
        struct label_carrier carrier = {object, sl_node_get(sl_node_get(object->node, "metadata"), "labels")};
        if (manifest_is(object, "", "Service") && labels_add(&check->services, &carrier, err) < 0)
            return -1;
    }
    return 0;
}

/* -- a workload against its own pods -- */

static bool has_own_selector(const struct manifest_object *object)
{
    return sl_str_equal(object->group, SL_STR("apps")) || manifest_is(object, "argoproj.io", "Rollout");
}

static int check_workload(struct manifests *manifests, const struct manifest_pod *pod, struct sl_err *err)
{
    const struct manifest_object *object = pod->object;
    bool plain = manifest_is(object, "", "ReplicationController");
    if (!plain && !has_own_selector(object))
        return 0;
    struct place root = place_root(object->node);
    struct place spec = place_get(&root, "spec");
    struct place place = place_get(&spec, "selector");
    struct selector selector = plain ? (struct selector){place.node, NULL} : selector_of(place.node);
    if (!place.node || selector_matches(&selector, pod->labels))
        return 0;
    struct sl_finding finding = manifests_finding(manifests, object, &place, "manifests/selector-mismatch");
    finding.hint = SL_STR("selector and template.metadata.labels must agree");
    struct sl_shown kind, name;
    return sl_finding_report(manifests->findings, &finding, err,
                             "%s %s selects other pods than its template makes: the API server refuses it",
                             sl_shown(&kind, object->kind), sl_shown(&name, object->name));
}

/* -- objects that select others -- */

/* Whether there may be more to select in a namespace than is seen here. Charts label what they make with names
 * like their own. */
static enum manifest_elsewhere elsewhere(struct manifests *manifests, struct sl_str space,
                                         const struct selector *selector)
{
    if (sl_map_get(&manifests->operated, space))
        return MANIFEST_LIKELY;
    enum manifest_elsewhere where = manifests_elsewhere(manifests, space, SL_STR(""));
    const struct sl_node *labels = selector->labels;
    if (where == MANIFEST_PERHAPS && (!labels || labels->kind != SL_MAP || labels->count == 0))
        return MANIFEST_LIKELY;
    for (uint32_t i = 0; where == MANIFEST_PERHAPS && i < labels->count; i++)
        where = manifests_elsewhere(manifests, space, sl_node_text(labels->as.entries[i].value));
    return where;
}

/* Who comes nearest, for a hint. */
static void describe_nearest(char *out, size_t size, struct labels *labels, struct sl_str space,
                             const struct selector *selector)
{
    const struct sl_entry *lacking = NULL;
    const struct label_carrier *near = labels_nearest(labels, space, selector, &lacking);
    struct sl_shown kind, name, key, value;
    if (!near || !lacking) {
        (void)snprintf(out, size, "correct the selector, or leave the object out");
        return;
    }
    (void)sl_shown(&kind, near->object->kind);
    (void)sl_shown(&name, near->object->name);
    (void)sl_shown(&key, lacking->key);
    const struct sl_entry *entry = sl_node_entry(near->labels, lacking->key);
    if (entry)
        (void)snprintf(out, size, "the nearest is %s %s, which has %s: %s", kind.text, name.text, key.text,
                       sl_shown(&value, sl_node_text(entry->value)));
    else
        (void)snprintf(out, size, "the nearest is %s %s, which has no label %s", kind.text, name.text,
                       key.text);
}

/* Whether labels are all that is selected but for one character. */
static bool is_slip_away(const struct sl_node *labels, const struct selector *selector)
{
    bool slip = false;
    for (uint32_t i = 0; i < selector->labels->count; i++) {
        const struct sl_entry *pair = &selector->labels->as.entries[i];
        if (selector_pair_matches(pair, labels))
            continue;
        const struct sl_entry *entry = sl_node_entry(labels, pair->key);
        if (slip || !entry || !manifest_is_slip(sl_node_text(pair->value), sl_node_text(entry->value)))
            return false;
        slip = true;
    }
    return slip;
}

static bool is_slip(struct check *check, const struct manifest_object *object,
                    const struct selector *selector)
{
    const struct sl_entry *lacking = NULL;
    if (!selector->labels || selector->labels->kind != SL_MAP || selector->expressions)
        return false;
    const struct label_carrier *near = labels_nearest(&check->pods, object->space, selector, &lacking);
    return near && is_slip_away(near->labels, selector);
}

static int report_doubt(struct check *check, const struct manifest_object *object, const struct place *place,
                        const struct selector *selector, struct sl_err *err)
{
    char hint[SL_ERR_HINT_MAX * 3];
    describe_nearest(hint, sizeof hint, &check->pods, object->space, selector);
    struct sl_finding finding =
        manifests_finding(check->manifests, object, place, "manifests/doubtful-selector");
    finding.hint = sl_str_from(hint);
    struct sl_shown kind, name;
    return sl_finding_report(
        check->manifests->findings, &finding, err,
        "%s %s selects no pod that is seen here, only some that a chart or operator could make",
        sl_shown(&kind, object->kind), sl_shown(&name, object->name));
}

static int report_nothing(struct check *check, struct labels *labels, const struct manifest_object *object,
                          const struct place *place, const struct selector *selector, struct sl_err *err)
{
    char hint[SL_ERR_HINT_MAX * 3];
    describe_nearest(hint, sizeof hint, labels, object->space, selector);
    struct sl_finding finding =
        manifests_finding(check->manifests, object, place, "manifests/selects-nothing");
    finding.hint = sl_str_from(hint);
    struct sl_shown kind, name;
    return sl_finding_report(check->manifests->findings, &finding, err,
                             "%s %s selects nothing: no %s where it looks has these labels",
                             sl_shown(&kind, object->kind), sl_shown(&name, object->name),
                             labels == &check->pods ? "pod" : "Service");
}

/* Objects whose selector is at spec.PATH. */
static const struct row {
    const char *group, *kind, *field;
    bool plain; /* the field is a map of labels itself */
} rows[] = {
    {"", "Service", "selector", true},
    {"networking.k8s.io", "NetworkPolicy", "podSelector", false},
    {"policy", "PodDisruptionBudget", "selector", false},
};

/* A selector of pods in the object's own namespace. */
static int check_pods(struct check *check, const struct manifest_object *object, const struct place *place,
                      const struct selector *selector, struct sl_err *err)
{
    if (selector_is_empty(selector) || labels_find(&check->pods, object->space, selector))
        return 0;
    enum manifest_elsewhere where = elsewhere(check->manifests, object->space, selector);
    if (where == MANIFEST_NOWHERE)
        return report_nothing(check, &check->pods, object, place, selector, err);
    if (where == MANIFEST_LIKELY && !is_slip(check, object, selector))
        return 0;
    return report_doubt(check, object, place, selector, err);
}

static int check_selecting(struct check *check, const struct manifest_object *object, const struct row *row,
                           struct sl_err *err)
{
    struct place root = place_root(object->node);
    struct place spec = place_get(&root, "spec");
    struct place place = place_get(&spec, row->field);
    struct selector selector = row->plain ? (struct selector){place.node, NULL} : selector_of(place.node);
    bool outside = sl_str_equal(sl_node_text(sl_node_get(spec.node, "type")), SL_STR("ExternalName"));
    return !place.node || outside ? 0 : check_pods(check, object, &place, &selector, err);
}

/* The policy whose peers are looked at. */
struct policy {
    struct check *check;
    const struct manifest_object *object;
};

/* Who may come in, or be gone to. What is in other namespaces is mostly not the delivery's. */
static int check_peer(const struct place *peer, void *context, struct sl_err *err)
{
    const struct policy *policy = context;
    struct place place = place_get(peer, "podSelector");
    struct selector selector = selector_of(place.node);
    if (!place.node || sl_node_get(peer->node, "namespaceSelector"))
        return 0;
    return check_pods(policy->check, policy->object, &place, &selector, err);
}

static int check_peers(struct check *check, const struct manifest_object *object, struct sl_err *err)
{
    struct policy policy = {check, object};
    struct place root = place_root(object->node);
    if (!manifest_is(object, "networking.k8s.io", "NetworkPolicy"))
        return 0;
    return place_each(&root, "spec/ingress/*/from/*", check_peer, &policy, err) < 0
               ? -1
               : place_each(&root, "spec/egress/*/to/*", check_peer, &policy, err);
}

/* Whether something is or may be selected in one of the namespaces that a monitor names. */
static bool monitor_finds(struct check *check, struct labels *labels, const struct manifest_object *object,
                          const struct sl_node *spaces, const struct selector *selector)
{
    const struct sl_node *any = sl_node_get(spaces, "any");
    const struct sl_node *names = sl_node_get(spaces, "matchNames");
    if (any && any->kind == SL_BOOL && any->as.boolean)
        return elsewhere(check->manifests, SL_STR(""), selector) != MANIFEST_NOWHERE ||
               labels_find(labels, SL_STR(""), selector);
    if (!names || names->kind != SL_LIST || names->count == 0)
        return elsewhere(check->manifests, object->space, selector) != MANIFEST_NOWHERE ||
               labels_find(labels, object->space, selector);
    for (uint32_t i = 0; i < names->count; i++) {
        struct sl_str space = sl_node_text(names->as.items[i]);
        if (elsewhere(check->manifests, space, selector) != MANIFEST_NOWHERE ||
            labels_find(labels, space, selector))
            return true;
    }
    return false;
}

static int check_monitor(struct check *check, const struct manifest_object *object, struct labels *labels,
                         struct sl_err *err)
{
    struct place root = place_root(object->node);
    struct place spec = place_get(&root, "spec");
    struct place place = place_get(&spec, "selector");
    struct selector selector = selector_of(place.node);
    if (!place.node || selector_is_empty(&selector) ||
        monitor_finds(check, labels, object, sl_node_get(spec.node, "namespaceSelector"), &selector))
        return 0;
    return report_nothing(check, labels, object, &place, &selector, err);
}

static int check_object(struct check *check, const struct manifest_object *object, struct sl_err *err)
{
    if (check_peers(check, object, err) < 0)
        return -1;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (manifest_is(object, rows[i].group, rows[i].kind))
            return check_selecting(check, object, &rows[i], err);
    if (manifest_is(object, "monitoring.coreos.com", "ServiceMonitor"))
        return check_monitor(check, object, &check->services, err);
    if (manifest_is(object, "monitoring.coreos.com", "PodMonitor"))
        return check_monitor(check, object, &check->pods, err);
    return 0;
}

int manifests_check_selectors(struct manifests *manifests, struct sl_err *err)
{
    SL_CLEANUP(check_release) struct check check = {.manifests = manifests};
    labels_init(&check.pods, manifests);
    labels_init(&check.services, manifests);
    if (index_carriers(&check, err) < 0)
        return -1;
    for (const struct manifest_pod *pod = manifests->pods; pod; pod = pod->next)
        if (check_workload(manifests, pod, err) < 0)
            return -1;
    for (size_t i = 0; i < manifests->count; i++)
        if (check_object(&check, &manifests->objects[i], err) < 0)
            return -1;
    return 0;
}
