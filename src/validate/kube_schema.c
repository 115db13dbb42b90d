/*
 * kube/...: the objects of a delivery against the schemas of their kinds.
 *
 * Asked in this order: the CustomResourceDefinitions among the objects themselves; what the release brings, in its
 * schemas/ and in its charts; what the repository has for all releases. The last two are read once for all customers
 * with the same release and the same version of Kubernetes.
 */
#include "groups.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "doc/yaml.h"
#include "kubeschema/kubeschema.h"
#include "manifest_rules.h"
#include "model/report.h"

#include <sealift/text.h>
#include <stdlib.h>

enum { PLACES = 2, KEY_MAX = 512 };

/* Something about the schemas that every customer is told who uses them. */
struct complaint {
    struct complaint *next;
    enum sl_severity severity;
    const char *rule;
    struct sl_str message;
    const char *hint; /* or NULL */
};

/* What a release and the repository bring for one version of Kubernetes. */
struct schemas {
    struct sl_kubeschema *set;
    struct sl_doc doc;                 /* owns all texts */
    struct sl_str directories[PLACES]; /* of the version; empty where there is none */
    struct complaint *first, *last;
};

/* What it depends on. */
struct wanted {
    const struct sl_layout *layout; /* the release's part of it */
    struct sl_str version;
};

static void schemas_free(void *made)
{
    struct schemas *schemas = made;
    if (!schemas)
        return;
    sl_kubeschema_free(schemas->set);
    sl_doc_release(&schemas->doc);
    free(schemas);
}

static int complain(struct schemas *schemas, struct complaint complaint, struct sl_str message,
                    struct sl_err *err)
{
    struct complaint *kept = sl_arena_alloc(&schemas->doc.arena, sizeof *kept);
    if (!kept)
        return sl_fail_memory(err);
    *kept = complaint;
    kept->message = sl_arena_str(&schemas->doc.arena, message);
    if (!kept->message.ptr)
        return sl_fail_memory(err);
    *(schemas->last ? &schemas->last->next : &schemas->first) = kept;
    schemas->last = kept;
    return 0;
}

/* A source that is not what it should be takes no other with it. */
static int complain_of(struct schemas *schemas, const struct sl_err *why, struct sl_err *err)
{
    struct sl_err cause = *why;
    if (cause.code != SL_E_INPUT && cause.code != SL_E_UNSUPPORTED)
        return -1;
    sl_err_clear(err);
    return complain(schemas, (struct complaint){.severity = SL_WARNING, .rule = "kube/bad-schema"},
                    sl_str_from(cause.message), err);
}

static int complain_of_file(void *schemas, const struct sl_err *why, struct sl_err *err)
{
    return complain_of(schemas, why, err);
}

static int add_directory(struct schemas *schemas, struct sl_tree *tree, struct sl_str directory,
                         struct sl_err *err)
{
    int there = sl_tree_stat(tree, directory, NULL, err);
    if (there <= 0)
        return there;
    struct sl_kubeproblems problems = {complain_of_file, schemas};
    return sl_kubeschema_add_directory(schemas->set, tree, directory, &problems, err);
}

static int complain_of_version(struct schemas *schemas, struct sl_str version, struct sl_str nearest,
                               struct sl_err *err)
{
    struct sl_shown wanted, found;
    SL_CLEANUP(sl_buf_release) struct sl_buf message;
    sl_buf_init(&message, SL_FINDING_TEXT_MAX);
    sl_buf_printf(&message, "there are no schemas of Kubernetes %s, the nearest are in %s",
                  sl_shown(&wanted, version), sl_shown(&found, nearest));
    if (sl_buf_check(&message, "a message", err) < 0)
        return -1;
    return complain(
        schemas,
        (struct complaint){.severity = SL_WARNING,
                           .rule = "kube/version",
                           .hint = "sealift schema import makes them of what the cluster publishes"},
        sl_buf_view(&message), err);
}

static int complain_of_no_version(struct schemas *schemas, struct sl_str taken, struct sl_err *err)
{
    struct sl_shown shown;
    SL_CLEANUP(sl_buf_release) struct sl_buf message;
    sl_buf_init(&message, SL_FINDING_TEXT_MAX);
    sl_buf_printf(&message, "the version of the customer's cluster is not stated: %s is taken",
                  sl_shown(&shown, taken));
    if (sl_buf_check(&message, "a message", err) < 0)
        return -1;
    return complain(schemas,
                    (struct complaint){.severity = SL_NOTE,
                                       .rule = "kube/version",
                                       .hint = "say it in cluster-config.yaml, as cluster: version:"},
                    sl_buf_view(&message), err);
}

/* Picks the directory of the version below `parent`. */
static int add_version(struct schemas *schemas, struct sl_tree *tree, size_t place, struct sl_str parent,
                       struct sl_str version, struct sl_err *err)
{
    struct sl_str found = {0};
    int picked = sl_kubeschema_pick(&found, &schemas->doc, tree, parent, version, err);
    if (picked < 0)
        return complain_of(schemas, err, err);
    if (picked == 0)
        return found.len ? complain_of_version(schemas, version, found, err) : 0;
    schemas->directories[place] = found;
    if (version.len == 0 && complain_of_no_version(schemas, found, err) < 0)
        return -1;
    return add_directory(schemas, tree, found, err);
}

static int add_crds(struct schemas *schemas, struct sl_str text, struct sl_str name, struct sl_err *err)
{
    SL_CLEANUP(sl_doc_release) struct sl_doc doc;
    struct sl_node *documents = NULL;
    sl_doc_init(&doc);
    if (sl_yaml_read(&documents, &doc, text, name, SL_YAML_RESOURCE, err) < 0)
        return complain_of(schemas, err, err);
    for (uint32_t i = 0; i < documents->count; i++)
        if (sl_kubeschema_add_crd(schemas->set, &doc, documents->as.items[i], err) < 0)
            return -1;
    return 0;
}

/* What Helm installs before a chart of the release. */
static int add_chart(struct schemas *schemas, struct sl_tree *tree, const struct sl_artifact *artifact,
                     struct sl_err *err)
{
    SL_CLEANUP(sl_doc_release) struct sl_doc doc;
    struct sl_source *source = NULL;
    struct sl_chart_file *files = NULL;
    size_t count = 0;
    sl_doc_init(&doc);
    if (sl_tree_source(tree, artifact->path, &source, err) < 0)
        return complain_of(schemas, err, err);
    int found = sl_chart_read_crds(&files, &count, &doc, source, artifact->path, err);
    sl_source_free(source);
    if (found < 0)
        return complain_of(schemas, err, err);
    for (size_t i = 0; i < count; i++)
        if (add_crds(schemas, files[i].text, files[i].file, err) < 0)
            return -1;
    return 0;
}

static int fill(struct schemas *schemas, struct sl_tree *tree, const struct wanted *wanted,
                struct sl_err *err)
{
    struct sl_arena *arena = &schemas->doc.arena;
    const struct sl_artifacts *artifacts = &wanted->layout->artifacts;
    struct sl_str own =
        sl_arena_join(arena, wanted->layout->release_directory, SL_STR("/schemas/kubernetes"));
    struct sl_str own_crds = sl_arena_join(arena, wanted->layout->release_directory, SL_STR("/schemas/crds"));
    if (!own.ptr || !own_crds.ptr)
        return sl_fail_memory(err);
    if (sl_kubeschema_new(&schemas->set, err) < 0 || add_directory(schemas, tree, own_crds, err) < 0 ||
        add_version(schemas, tree, 0, own, wanted->version, err) < 0)
        return -1;
    for (size_t i = 0; i < artifacts->count; i++)
        if (artifacts->items[i].kind == SL_ARTIFACT_CHART &&
            add_chart(schemas, tree, &artifacts->items[i], err) < 0)
            return -1;
    if (add_directory(schemas, tree, SL_STR("schemas/crds"), err) < 0)
        return -1;
    return add_version(schemas, tree, 1, SL_STR("schemas/kubernetes"), wanted->version, err);
}

static int make_schemas(void **made, struct sl_tree *whole, const void *context, struct sl_err *err)
{
    struct schemas *schemas = calloc(1, sizeof *schemas);
    if (!schemas)
        return sl_fail_memory(err);
    sl_doc_init(&schemas->doc);
    if (fill(schemas, whole, context, err) < 0) {
        schemas_free(schemas);
        return -1;
    }
    *made = schemas;
    return 0;
}

/* -- files of one kind -- */

/* Which file; both directories, in their order. */
struct wanted_kind {
    const struct schemas *schemas;
    struct sl_str api_version, kind;
};

static void set_free(void *made)
{
    sl_kubeschema_free(made);
}

static int make_kind(void **made, struct sl_tree *whole, const void *context, struct sl_err *err)
{
    const struct wanted_kind *wanted = context;
    SL_CLEANUP(sl_kubeschema_freep) struct sl_kubeschema *set = NULL;
    if (sl_kubeschema_new(&set, err) < 0)
        return -1;
    for (size_t i = 0; i < PLACES; i++)
        if (wanted->schemas->directories[i].len &&
            sl_kubeschema_add_kind_file(set, whole, wanted->schemas->directories[i], wanted->api_version,
                                        wanted->kind, err) < 0)
            return -1;
    *made = sl_steal(&set);
    return 0;
}

/* -- one customer -- */

struct run {
    const struct sl_validation_subject *subject;
    const struct schemas *schemas;
    struct sl_str schemas_key;
    struct sl_kubeschema *own; /* CustomResourceDefinitions among the objects */
    struct sl_kubetally *tally;
    struct sl_err *err;
};

/* The set with the file of this kind, which may be empty; NULL where the kind is known without. */
static int find_kind_file(const struct sl_kubeschema **out, const struct run *run,
                          const struct sl_built *object)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf key;
    struct wanted_kind wanted = {run->schemas, object->api_version, object->kind};
    void *made = NULL;
    sl_buf_init(&key, 2 * SL_KIB);
    *out = NULL;
    bool has_files = run->schemas->directories[0].len || run->schemas->directories[1].len;
    if (!has_files || sl_kubeschema_has(run->own, object->api_version, object->kind) ||
        sl_kubeschema_has(run->schemas->set, object->api_version, object->kind))
        return 0;
    sl_buf_str(&key, run->schemas_key);
    sl_buf_byte(&key, ' ');
    sl_buf_str(&key, object->api_version);
    sl_buf_byte(&key, ' ');
    sl_buf_str(&key, object->kind);
    if (sl_buf_check(&key, "the name of a kind", run->err) < 0 ||
        sl_validation_once(&made, run->subject->shared, sl_buf_view(&key), make_kind, &wanted, set_free,
                           run->err) < 0)
        return -1;
    *out = made;
    return 0;
}

static int check_object(const struct run *run, const struct sl_object *shipped)
{
    struct sl_built object = shipped->built;
    const struct sl_kubeschema *file = NULL;
    struct sl_err *err = run->err;
    /* What is no object at all has been said: manifests/not-kubernetes. */
    if (object.api_version.len == 0 || object.kind.len == 0 || object.name.len == 0)
        return 0;
    if (find_kind_file(&file, run, &object) < 0) {
        struct sl_finding finding =
            sl_finding_at(shipped->doc, object.node->mark, SL_WARNING, "kube/bad-schema");
        struct sl_err why = *err;
        if (why.code != SL_E_INPUT)
            return -1;
        sl_err_clear(err);
        return sl_finding_report(run->subject->reading->findings, &finding, err, "%s", why.message);
    }
    const struct sl_kubeschema *sets[] = {run->own, run->schemas->set, file};
    struct sl_str version = run->subject->layout->customer_file.cluster_version;
    struct sl_kubecheck check = {.sets = sets,
                                 .set_count = file ? 3 : 2,
                                 .findings = run->subject->reading->findings,
                                 .tally = run->tally,
                                 .version_is_told =
                                     manifests_api_is_removed(object.api_version, object.kind, version)};
    return sl_kubecheck(&check, shipped->doc, object.node, err) < 0 ? -1 : 0;
}

static int report_complaints(const struct run *run)
{
    for (const struct complaint *complaint = run->schemas->first; complaint; complaint = complaint->next) {
        struct sl_finding finding = {.severity = complaint->severity,
                                     .rule = complaint->rule,
                                     .message = complaint->message,
                                     .hint = sl_str_from(complaint->hint)};
        if (sl_finding_add(run->subject->reading->findings, &finding, run->err) < 0)
            return -1;
    }
    return 0;
}

static int check_all(struct run *run)
{
    const struct sl_layout *layout = run->subject->layout;
    if (sl_kubeschema_new(&run->own, run->err) < 0 || sl_kubetally_new(&run->tally, run->err) < 0)
        return -1;
    for (size_t i = 0; i < layout->object_count; i++)
        if (sl_kubeschema_add_crd(run->own, layout->objects[i].doc, layout->objects[i].built.node, run->err) <
            0)
            return -1;
    for (size_t i = 0; i < layout->object_count; i++)
        if (check_object(run, &layout->objects[i]) < 0)
            return -1;
    if (report_complaints(run) < 0)
        return -1;
    return sl_kubetally_report(run->tally, run->subject->reading->findings, run->err);
}

int sl_rules_kubernetes(const struct sl_validation_subject *subject, struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf key;
    const struct sl_layout *layout = subject->layout;
    struct wanted wanted = {layout, layout->customer_file.cluster_version};
    struct run run = {.subject = subject, .err = err};
    void *made = NULL;
    sl_buf_init(&key, KEY_MAX);
    sl_buf_printf(&key, "kubernetes " SL_FMT " " SL_FMT, SL_ARG(layout->release), SL_ARG(wanted.version));
    if (sl_buf_check(&key, "a release and a version", err) < 0 ||
        sl_validation_once(&made, subject->shared, sl_buf_view(&key), make_schemas, &wanted, schemas_free,
                           err) < 0)
        return -1;
    run.schemas = made;
    run.schemas_key = sl_buf_view(&key);
    int result = check_all(&run);
    sl_kubeschema_free(run.own);
    sl_kubetally_free(run.tally);
    return result;
}
