/*
 * Argo CD Applications against their AppProject, with Argo CD's own rules: a source or destination is
 * permitted when any pattern matches it and no pattern with a "!" in front speaks against it.
 * Source: argo-cd v2.14, AppProject.IsSourcePermitted and isDestinationMatched.
 */
#include "manifest_rules.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "manifest_glob.h"
#include "manifest_project_kind.h"
#include "manifest_reference.h"
#include "model/report.h"

static const struct sl_str this_cluster = SL_STR_INIT("https://kubernetes.default.svc");

/* An Application, or the template of an ApplicationSet. */
struct application {
    struct manifests *manifests;
    const struct manifest_object *object;
    const struct place *spec;
    const struct sl_node *project; /* spec of its AppProject */
    struct sl_str project_name;
};

static bool is_negation(struct sl_str pattern)
{
    return pattern.len > 0 && pattern.ptr[0] == '!';
}

static bool pattern_matches(struct sl_str pattern, struct sl_str text, char separator)
{
    if (is_negation(pattern))
        return !glob_matches(sl_str_slice(pattern, 1, pattern.len), text, separator);
    return glob_matches(pattern, text, separator);
}

/* -- sources -- */

/* Repositories are the same whatever their case and with or without ".git". git@HOST:PATH is HOST/PATH of ssh. */
static void normalize(struct sl_buf *out, struct sl_str url)
{
    sl_buf_reset(out);
    size_t at = sl_str_find(url, '@');
    bool scp = at < url.len && sl_str_find(url, '/') > at;
    bool joined = false;
    if (sl_str_starts_with(url, SL_STR("ssh://")))
        url = sl_str_slice(url, 6, url.len);
    if (sl_str_ends_with(url, SL_STR(".git")))
        url = sl_str_slice(url, 0, url.len - 4);
    for (size_t i = 0; i < url.len; i++) {
        char byte = url.ptr[i];
        bool joint = scp && !joined && byte == ':';
        joined = joined || joint;
        sl_buf_byte(out, joint ? '/' : (char)(byte >= 'A' && byte <= 'Z' ? byte - 'A' + 'a' : byte));
    }
}

static int permits_source(const struct sl_node *patterns, struct sl_str url, bool *permits,
                          struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf wanted;
    SL_CLEANUP(sl_buf_release) struct sl_buf pattern;
    sl_buf_init(&wanted, SL_DOC_BYTES_MAX);
    sl_buf_init(&pattern, SL_DOC_BYTES_MAX);
    normalize(&wanted, url);
    *permits = false;
    for (uint32_t i = 0; patterns && patterns->kind == SL_LIST && i < patterns->count; i++) {
        struct sl_str text = sl_node_text(patterns->as.items[i]);
        bool negated = is_negation(text);
        normalize(&pattern, negated ? sl_str_slice(text, 1, text.len) : text);
        bool matches = glob_matches(sl_buf_view(&pattern), sl_buf_view(&wanted), '/') != negated;
        if (!matches && negated) {
            *permits = false;
            break;
        }
        *permits = *permits || matches;
    }
    if (sl_buf_check(&wanted, "the address of a repository", err) < 0)
        return -1;
    return sl_buf_check(&pattern, "the pattern of a repository", err);
}

static int check_source(const struct place *source, void *context, struct sl_err *err)
{
    const struct application *application = context;
    struct manifests *manifests = application->manifests;
    struct place url = place_get(source, "repoURL");
    struct sl_str text = place_text(&url);
    bool permits;
    if (text.len == 0 || manifest_is_template(text))
        return 0;
    if (permits_source(sl_node_get(application->project, "sourceRepos"), text, &permits, err) < 0)
        return -1;
    if (permits)
        return 0;
    struct sl_finding finding =
        manifests_finding(manifests, application->object, &url, "manifests/project-source");
    finding.hint = SL_STR("add it to spec.sourceRepos of the project, or correct the address");
    struct sl_shown kind, name, shown, project;
    return sl_finding_report(
        manifests->findings, &finding, err, "%s %s reads from %s, which AppProject %s does not permit",
        sl_shown(&kind, application->object->kind), sl_shown(&name, application->object->name),
        sl_shown(&shown, text), sl_shown(&project, application->project_name));
}

/* -- destinations -- */

struct destination {
    struct sl_str server, name, space;
};

static bool permits_destination(const struct sl_node *items, const struct destination *wanted)
{
    bool permits = false;
    for (uint32_t i = 0; items && items->kind == SL_LIST && i < items->count; i++) {
        const struct sl_node *item = items->as.items[i];
        struct sl_str server = sl_node_text(sl_node_get(item, "server"));
        struct sl_str name = sl_node_text(sl_node_get(item, "name"));
        struct sl_str space = sl_node_text(sl_node_get(item, "namespace"));
        bool server_matches = wanted->server.len && pattern_matches(server, wanted->server, 0);
        bool name_matches = wanted->name.len && pattern_matches(name, wanted->name, 0);
        bool space_matches = pattern_matches(space, wanted->space, 0);
        if ((server_matches || name_matches) && space_matches)
            permits = true;
        else if ((!name_matches && is_negation(name)) || (!server_matches && is_negation(server)) ||
                 (!space_matches && is_negation(space)))
            return false;
    }
    return permits;
}

static int check_destination(const struct application *application, struct sl_err *err)
{
    struct manifests *manifests = application->manifests;
    struct place place = place_get(application->spec, "destination");
    struct place at = place_get(&place, "namespace");
    struct destination wanted = {
        .server = sl_node_text(sl_node_get(place.node, "server")),
        .name = sl_node_text(sl_node_get(place.node, "name")),
        .space = place_text(&at),
    };
    if ((wanted.server.len == 0 && wanted.name.len == 0) || manifest_is_template(wanted.server) ||
        manifest_is_template(wanted.name) || manifest_is_template(wanted.space))
        return 0;
    struct sl_str cluster = wanted.server.len ? wanted.server : wanted.name;
    /* Argo CD knows its own cluster by both. */
    if (sl_str_equal(wanted.name, SL_STR("in-cluster")))
        wanted.server = this_cluster;
    else if (sl_str_equal(wanted.server, this_cluster))
        wanted.name = SL_STR("in-cluster");
    if (permits_destination(sl_node_get(application->project, "destinations"), &wanted))
        return 0;
    struct sl_finding finding = manifests_finding(manifests, application->object, at.node ? &at : &place,
                                                  "manifests/project-destination");
    finding.hint = SL_STR("add it to spec.destinations of the project, or correct the destination");
    struct sl_shown kind, name, space, shown, project;
    return sl_finding_report(manifests->findings, &finding, err,
                             "%s %s installs into namespace %s of %s, which AppProject %s does not permit",
                             sl_shown(&kind, application->object->kind),
                             sl_shown(&name, application->object->name), sl_shown(&space, wanted.space),
                             sl_shown(&shown, cluster), sl_shown(&project, application->project_name));
}

/* -- the project itself -- */

/* In the Application's own namespace, or in that of Argo CD, which may be another. */
static const struct manifest_object *find_project(struct manifests *manifests, struct sl_str space,
                                                  struct sl_str name)
{
    struct sl_str group = SL_STR("argoproj.io");
    struct sl_str kind = SL_STR("AppProject");
    const struct manifest_object *found = manifests_find(manifests, group, kind, space, name);
    return found ? found : manifests_find(manifests, group, kind, SL_STR("argocd"), name);
}

static int check_application(struct manifests *manifests, const struct manifest_object *object,
                             const struct place *spec, struct sl_err *err)
{
    struct place name = place_get(spec, "project");
    struct sl_str project = place_text(&name);
    if (project.len == 0)
        project = SL_STR("default");
    const struct manifest_object *found = find_project(manifests, object->space, project);
    if (!found && !sl_str_equal(project, SL_STR("default"))) {
        struct manifest_reference reference = {
            .from = object,
            .at = &name,
            .group = SL_STR("argoproj.io"),
            .kind = SL_STR("AppProject"),
            .space = object->space,
            .name = project,
        };
        return manifests_check_reference(manifests, &reference, NULL, err);
    }
    if (!found)
        return 0;
    struct application application = {manifests, object, spec, sl_node_get(found->node, "spec"), project};
    if (place_each(spec, "source", check_source, &application, err) < 0 ||
        place_each(spec, "sources/*", check_source, &application, err) < 0)
        return -1;
    struct place at = name.node ? name : *spec;
    if (manifest_is(object, "argoproj.io", "Application") &&
        manifests_check_project_kinds(manifests, object, &at, application.project, project, err) < 0)
        return -1;
    return check_destination(&application, err);
}

int manifests_check_projects(struct manifests *manifests, struct sl_err *err)
{
    for (size_t i = 0; i < manifests->count; i++) {
        const struct manifest_object *object = &manifests->objects[i];
        if (!sl_str_equal(object->group, SL_STR("argoproj.io")))
            continue;
        struct place root = place_root(object->node);
        struct place spec = place_get(&root, "spec");
        struct place template = place_get(&spec, "template");
        struct place inner = place_get(&template, "spec");
        if (manifest_is(object, "argoproj.io", "Application") &&
            check_application(manifests, object, &spec, err) < 0)
            return -1;
        if (manifest_is(object, "argoproj.io", "ApplicationSet") &&
            check_application(manifests, object, &inner, err) < 0)
            return -1;
    }
    return 0;
}
