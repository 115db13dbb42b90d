/*
 * What an object is: that it says so at all, and that no other one is the same.
 */
#include "manifest_rules.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "model/report.h"

/* The key of one object, at most; names are limited by the document's size only. */
#define KEY_MAX (4 * SL_TREE_FILE_MAX)

struct identities {
    struct manifests *manifests;
    struct sl_map objects; /* to the struct sl_object that came first */
    struct sl_buf key;
};

static void identities_release(struct identities *identities)
{
    sl_map_release(&identities->objects);
    sl_buf_release(&identities->key);
}

/* What an object goes by, as it is written: a name that is a number is none. */
struct identity {
    struct sl_str version, kind, space, name;
};

static struct identity identity_of(const struct sl_object *object)
{
    const struct sl_node *root = object->built.node;
    const struct sl_node *metadata = sl_node_get(root, "metadata");
    return (struct identity){.version = sl_node_text(sl_node_get(root, "apiVersion")),
                             .kind = sl_node_text(sl_node_get(root, "kind")),
                             .space = sl_node_text(sl_node_get(metadata, "namespace")),
                             .name = sl_node_text(sl_node_get(metadata, "name"))};
}

static const char *what_lacks(const struct identity *identity)
{
    struct sl_str version = identity->version;
    if (version.len == 0 || sl_str_find(version, '/') + 1 == version.len)
        return "it has no apiVersion";
    if (identity->kind.len == 0)
        return "it has no kind";
    return identity->name.len == 0 ? "it has no metadata.name" : NULL;
}

static int report_lack(const struct identities *identities, const struct sl_object *object, const char *lacks,
                       struct sl_err *err)
{
    struct sl_finding finding =
        sl_finding_at(object->doc, object->built.node->mark, SL_ERROR, "manifests/not-kubernetes");
    finding.file = object->built.file;
    finding.hint = SL_STR("every document needs apiVersion, kind and metadata.name");
    return sl_finding_report(identities->manifests->findings, &finding, err, "is no Kubernetes object: %s",
                             lacks);
}

static int report_second(const struct identities *identities, const struct sl_object *object,
                         const struct sl_object *first, struct sl_err *err)
{
    struct identity identity = identity_of(object);
    struct sl_finding finding =
        sl_finding_at(object->doc, object->built.node->mark, SL_ERROR, "manifests/duplicate");
    finding.hint = SL_STR("to change an object, patch it; to replace it, leave the other out");
    char where[256];
    struct sl_shown kind, name, space;
    return sl_finding_report(identities->manifests->findings, &finding, err,
                             "a second %s %s%s%s; the first is at %s", sl_shown(&kind, identity.kind),
                             sl_shown(&name, identity.name), identity.space.len ? " in namespace " : "",
                             sl_shown(&space, identity.space),
                             sl_mark_text(where, sizeof where, first->doc, first->built.node->mark));
}

static int check_object(struct identities *identities, struct sl_object *object, struct sl_err *err)
{
    struct identity identity = identity_of(object);
    const struct sl_str parts[] = {manifest_group(identity.version), identity.kind, identity.space,
                                   identity.name};
    const char *lacks = what_lacks(&identity);
    if (lacks)
        return report_lack(identities, object, lacks, err);
    sl_buf_reset(&identities->key);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        sl_buf_printf(&identities->key, "%zu ", parts[i].len);
        sl_buf_str(&identities->key, parts[i]);
    }
    if (sl_buf_check(&identities->key, "the name of an object", err) < 0)
        return -1;
    const struct sl_object *first = sl_map_get(&identities->objects, sl_buf_view(&identities->key));
    if (first)
        return report_second(identities, object, first, err);
    struct sl_str key = sl_arena_str(&identities->manifests->arena, sl_buf_view(&identities->key));
    if (!key.ptr)
        return sl_fail_memory(err);
    return sl_map_put(&identities->objects, key, object, err) < 0 ? -1 : 0;
}

int manifests_check_identities(struct manifests *manifests, struct sl_err *err)
{
    SL_CLEANUP(identities_release) struct identities identities = {.manifests = manifests};
    const struct sl_layout *layout = manifests->subject->layout;
    sl_map_init(&identities.objects);
    sl_buf_init(&identities.key, KEY_MAX);
    for (size_t i = 0; i < layout->object_count; i++)
        if (check_object(&identities, &layout->objects[i], err) < 0)
            return -1;
    return 0;
}
