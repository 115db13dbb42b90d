/*
 * repo/not-read and values/not-read: YAML and JSON files below the release, base/, overlays/default and the customer's
 * overlay that nothing reads, neither this delivery nor, as far as kustomizations and cluster files tell, another one.
 *
 * What the delivery read is known exactly. Other customers and environments are asked only about what it left.
 */
#include "groups.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "folders.h"
#include "mentions.h"
#include "model/config.h"
#include "model/report.h"
#include "tree/path.h"

#include <stdio.h>
#include <stdlib.h>

/* Paths of files, in memory of their own. */
struct paths {
    struct sl_arena arena;
    struct sl_str *items;
    size_t count, capacity;
    struct folders folders;
};

static void free_paths(void *made)
{
    struct paths *paths = made;
    if (!paths)
        return;
    folders_release(&paths->folders);
    sl_arena_release(&paths->arena);
    free(paths);
}

static void free_pathsp(struct paths **paths)
{
    free_paths(*paths);
}

static struct paths *new_paths(void)
{
    struct paths *paths = calloc(1, sizeof *paths);
    if (!paths)
        return NULL;
    sl_arena_init(&paths->arena, SL_DOC_MEMORY_MAX);
    folders_init(&paths->folders);
    return paths;
}

/* -- which files there are -- */

static bool is_data(struct sl_str name)
{
    return sl_str_ends_with(name, SL_STR(".yaml")) || sl_str_ends_with(name, SL_STR(".yml")) ||
           sl_str_ends_with(name, SL_STR(".json"));
}

static int append(struct paths *paths, struct sl_str path, struct sl_err *err)
{
    if (paths->count == paths->capacity) {
        size_t capacity = paths->capacity ? 2 * paths->capacity : 64;
        struct sl_str *items = sl_arena_array(&paths->arena, capacity, sizeof *items);
        if (!items)
            return sl_fail_memory(err);
        if (paths->count)
            memcpy(items, paths->items, paths->count * sizeof *items);
        paths->items = items;
        paths->capacity = capacity;
    }
    paths->items[paths->count++] = path;
    return 0;
}

/* What cannot be listed is told by whoever needs it. */
/* NOLINTNEXTLINE(misc-no-recursion): no deeper than SL_TREE_DEPTH_MAX. */
static int collect(struct paths *paths, struct sl_tree *tree, struct sl_str directory, unsigned depth,
                   struct sl_err *err)
{
    const struct sl_tree_entry *entries;
    size_t count;
    struct sl_err ignored = {0};
    int enter = folders_enter(&paths->folders, tree, directory, err);
    if (enter <= 0)
        return enter;
    if (sl_tree_list(tree, directory, &entries, &count, &ignored) < 0)
        return ignored.code == SL_E_NO_MEMORY ? sl_fail_memory(err) : 0;
    for (size_t i = 0; i < count && paths->count < SL_TREE_FILES_MAX; i++) {
        bool folder = entries[i].kind == SL_TREE_DIRECTORY;
        if (is_kept_apart(entries[i].name) ||
            (folder ? depth == SL_TREE_DEPTH_MAX : !is_data(entries[i].name)))
            continue;
        struct sl_str path = sl_arena_join(&paths->arena, directory, SL_STR("/"));
        path = path.ptr ? sl_arena_join(&paths->arena, path, entries[i].name) : path;
        if (!path.ptr)
            return sl_fail_memory(err);
        if ((folder ? collect(paths, tree, path, depth + 1, err) : append(paths, path, err)) < 0)
            return -1;
    }
    return 0;
}

static int collect_common(void **made, struct sl_tree *whole, const void *context, struct sl_err *err)
{
    const struct sl_layout *layout = context;
    SL_CLEANUP(free_pathsp) struct paths *paths = new_paths();
    if (!paths)
        return sl_fail_memory(err);
    const struct sl_str areas[] = {SL_STR("base"), SL_STR("overlays/default"), layout->release_directory};
    for (size_t i = 0; i < sizeof areas / sizeof areas[0]; i++)
        if (collect(paths, whole, areas[i], 0, err) < 0)
            return -1;
    *made = sl_steal(&paths);
    return 0;
}

/* -- what is read of them -- */

struct unread {
    const struct sl_validation_subject *subject;
    bool own_composition; /* the release has a kustomization, which says what belongs to it */
    /* Filled once a file is left that this delivery does not read. */
    const struct mentions *mentions;
    struct sl_map objects; /* paths that objects of the delivery name */
    struct sl_map reals;   /* of the files that were read by way of links, without those */
};

static void unread_release(struct unread *unread)
{
    sl_map_release(&unread->objects);
    sl_map_release(&unread->reals);
}

static bool matches_any(struct sl_str path, const char *const *patterns)
{
    for (; *patterns; patterns++)
        if (sl_glob_match(sl_str_from(*patterns), path))
            return true;
    return false;
}

/* Its place says what it is, and whoever reads that place tells what is wrong with its name. */
static bool is_in_its_place(const struct unread *unread, struct sl_str path)
{
    static const char *const always[] = {"base/values/*.yaml",
                                         "base/values/*.yml",
                                         "overlays/*/custom-values/*.yaml",
                                         "overlays/*/custom-values/*.yml",
                                         "overlays/default/cluster-config.yaml",
                                         NULL};
    static const char *const composed[] = {"releases/*/applications/*.yaml",
                                           "releases/*/applications/*.yml",
                                           "releases/*/clusters/*.yaml",
                                           "releases/*/clusters/*.yml",
                                           "releases/*/projects/*.yaml",
                                           "releases/*/projects/*.yml",
                                           NULL};
    return matches_any(path, always) || (!unread->own_composition && matches_any(path, composed));
}

/* The environment whose values the file is; empty where it is none of these. */
static struct sl_str environment_of(struct sl_str path)
{
    static const char *const values[] = {"releases/*/values/*/*.yaml", "releases/*/values/*/*.yml", NULL};
    return matches_any(path, values) ? sl_path_name(sl_path_directory(path)) : SL_STR("");
}

/* Notes a path that leads to a file by links. There are thousands that do not: of those nothing is kept. */
static int find_real(struct unread *unread, struct sl_str path, struct sl_err *err)
{
    SL_CLEANUP(sl_arena_release) struct sl_arena scratch;
    struct sl_reading *reading = unread->subject->reading;
    struct sl_str real;
    sl_arena_init(&scratch, SL_MIB);
    int there = sl_tree_real_path(reading->tree, path, &scratch, &real, err);
    if (there <= 0 || sl_str_equal(real, path))
        return there < 0 ? -1 : 0;
    real = sl_arena_str(&reading->doc.arena, real);
    if (!real.ptr)
        return sl_fail_memory(err);
    return sl_map_put(&unread->reals, real, unread, err) < 0 ? -1 : 0;
}

/* Links may have led to a file by another path. */
static int find_reals(struct unread *unread, struct sl_err *err)
{
    const struct sl_reading *reading = unread->subject->reading;
    for (size_t i = 0; i < reading->file_count; i++)
        if (find_real(unread, reading->files[i], err) < 0)
            return -1;
    return 0;
}

/* What cannot be resolved is told by whoever needs it. */
static int is_read_by_link(struct unread *unread, struct sl_str path, struct sl_err *err)
{
    struct sl_reading *reading = unread->subject->reading;
    struct sl_err ignored = {0};
    struct sl_str real;
    int there = sl_tree_real_path(reading->tree, path, &reading->doc.arena, &real, &ignored);
    if (there < 0)
        return ignored.code == SL_E_NO_MEMORY ? sl_fail_memory(err) : 1;
    return there > 0 && (sl_map_get(&unread->reals, real) || sl_reading_uses(reading, real));
}

static int ask_others(struct unread *unread, struct sl_err *err)
{
    if (unread->mentions)
        return 0;
    struct sl_arena *arena = &unread->subject->reading->doc.arena;
    if (find_reals(unread, err) < 0)
        return -1;
    if (mentions_of_objects(&unread->objects, arena, unread->subject->layout, err) < 0)
        return -1;
    return mentions_of_repository(&unread->mentions, unread->subject->shared, err);
}

static int is_mentioned(struct unread *unread, struct sl_str path, struct sl_err *err)
{
    struct sl_tree *tree = unread->subject->reading->tree;
    int mentioned = mentions_have(&unread->mentions->paths, tree, path, err);
    return mentioned != 0 ? mentioned : mentions_have(&unread->objects, tree, path, err);
}

/* -- telling -- */

/* The application that a name like APP-custom.yaml or APP-values.yaml is for; empty: none of the release. */
static struct sl_str application_of(const struct sl_layout *layout, struct sl_str name)
{
    static const char *const suffixes[] = {"-custom", "-values"};
    struct sl_str stem = sl_str_slice(name, 0, sl_str_find(name, '.'));
    struct sl_str found = {NULL, 0};
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (sl_str_ends_with(stem, sl_str_from(suffixes[i])))
            found = sl_str_slice(stem, 0, stem.len - strlen(suffixes[i]));
    for (size_t i = 0; i < layout->application_count; i++)
        if (sl_str_equal(layout->applications[i].name, found))
            return found;
    for (size_t i = 0; i < layout->release_file.alias_count; i++)
        if (sl_str_equal(layout->release_file.aliases[i].name, found))
            return found;
    return (struct sl_str){NULL, 0};
}

static int tell_values(struct unread *unread, struct sl_str path, struct sl_str application,
                       struct sl_err *err)
{
    const struct sl_layout *layout = unread->subject->layout;
    bool of_release = sl_str_starts_with(path, SL_STR("releases/"));
    bool shared =
        sl_str_starts_with(path, SL_STR("base/")) || sl_str_starts_with(path, SL_STR("overlays/default/"));
    struct sl_finding finding = sl_finding_in_file(path, shared ? SL_WARNING : SL_ERROR, "values/not-read");
    char hint[640];
    struct sl_shown directory, name, environment;
    sl_shown(&name, application);
    struct sl_str folder = sl_path_name(sl_path_directory(path));
    if (!mentions_know_environment(unread->mentions, folder))
        folder = SL_STR("ENVIRONMENT");
    if (of_release)
        (void)snprintf(hint, sizeof hint, "move it to %s/values/%s/%s-values.yaml",
                       sl_shown(&directory, layout->release_directory), sl_shown(&environment, folder),
                       name.text);
    else if (sl_str_starts_with(path, SL_STR("base/")))
        (void)snprintf(hint, sizeof hint, "move it to base/values/%s-values.yaml", name.text);
    else
        (void)snprintf(hint, sizeof hint, "move it to %s/custom-values/%s-custom.yaml",
                       shared ? "overlays/default" : sl_shown(&directory, layout->overlay_directory),
                       name.text);
    finding.hint = sl_str_from(hint);
    return sl_finding_report(unread->subject->reading->findings, &finding, err,
                             "is read by nobody: values of %s do not stand here", name.text);
}

static int tell_environment(struct unread *unread, struct sl_str path, struct sl_str name, struct sl_err *err)
{
    const struct mentions *mentions = unread->mentions;
    struct sl_finding finding = sl_finding_in_file(path, SL_WARNING, "values/not-read");
    struct sl_shown shown, near;
    char hint[256];
    ptrdiff_t nearest = sl_nearest(name, mentions->environments, mentions->environment_count);
    for (size_t i = 0; nearest < 0 && i < mentions->environment_count; i++)
        if (sl_str_starts_with(mentions->environments[i], name))
            nearest = (ptrdiff_t)i; /* prod is production */
    if (nearest >= 0) {
        (void)snprintf(hint, sizeof hint, "did you mean %s?",
                       sl_shown(&near, mentions->environments[nearest]));
        finding.hint = sl_str_from(hint);
    }
    return sl_finding_report(unread->subject->reading->findings, &finding, err,
                             "is read by nobody: no customer is in the environment %s, and no release has "
                             "a cluster file for it",
                             sl_shown(&shown, name));
}

/* A file whose name is nearly one that is read where it lies. */
static const char *nearly(struct sl_str path)
{
    static const char *const of_release[] = {"release.yaml", "kustomization.yaml"};
    static const char *const of_overlay[] = {"cluster-config.yaml", "kustomization.yaml"};
    bool release = sl_glob_match(SL_STR("releases/*/*"), path);
    if (!release && !sl_glob_match(SL_STR("overlays/*/*"), path))
        return NULL;
    const char *const *names = release ? of_release : of_overlay;
    const struct sl_str both[] = {sl_str_from(names[0]), sl_str_from(names[1])};
    ptrdiff_t nearest = sl_nearest(sl_path_name(path), both, 2);
    return nearest >= 0 ? names[nearest] : NULL;
}

static int tell_file(struct unread *unread, struct sl_str path, struct sl_err *err)
{
    const struct sl_layout *layout = unread->subject->layout;
    struct sl_finding finding = sl_finding_in_file(path, SL_WARNING, "repo/not-read");
    const char *near = nearly(path);
    char hint[320];
    struct sl_shown shown;
    struct sl_str area = layout->overlay_directory;
    if (sl_str_starts_with(path, SL_STR("releases/")))
        area = layout->release_directory;
    else if (sl_str_starts_with(path, SL_STR("overlays/default/")))
        area = SL_STR("overlays/default");
    if (near)
        (void)snprintf(hint, sizeof hint, "did you mean %s?", near);
    else if (sl_str_starts_with(path, SL_STR("base/")))
        (void)snprintf(hint, sizeof hint, "name it in a kustomization.yaml, or take it out");
    else
        (void)snprintf(hint, sizeof hint, "name it in %s/kustomization.yaml, or take it out",
                       sl_shown(&shown, area));
    finding.hint = sl_str_from(hint);
    return sl_finding_report(unread->subject->reading->findings, &finding, err,
                             "is read by nobody: no kustomization names it");
}

static int check_file(struct unread *unread, struct sl_str path, struct sl_err *err)
{
    const struct sl_validation_subject *subject = unread->subject;
    if (sl_reading_uses(subject->reading, path) || is_in_its_place(unread, path))
        return 0;
    struct sl_str environment = environment_of(path);
    if (ask_others(unread, err) < 0)
        return -1;
    if (sl_str_equal(environment, subject->layout->environment) ||
        (environment.len > 0 && mentions_know_environment(unread->mentions, environment)))
        return 0;
    int read = is_read_by_link(unread, path, err);
    if (read == 0)
        read = is_mentioned(unread, path, err);
    if (read != 0)
        return read < 0 ? -1 : 0;
    if (environment.len > 0)
        return tell_environment(unread, path, environment, err);
    struct sl_str application = application_of(subject->layout, sl_path_name(path));
    return application.len > 0 ? tell_values(unread, path, application, err) : tell_file(unread, path, err);
}

static int check_files(struct unread *unread, const struct paths *paths, struct sl_err *err)
{
    for (size_t i = 0; i < paths->count; i++)
        if (check_file(unread, paths->items[i], err) < 0)
            return -1;
    return 0;
}

static bool is_read(const struct sl_validation_subject *subject, struct sl_str directory, const char *name)
{
    char path[SL_PATH_MAX + 1];
    int length = snprintf(path, sizeof path, SL_FMT "/%s", SL_ARG(directory), name);
    return length > 0 && (size_t)length < sizeof path &&
           sl_reading_uses(subject->reading, (struct sl_str){path, (size_t)length});
}

int sl_rules_unread(const struct sl_validation_subject *subject, struct sl_err *err)
{
    static const char *const names[] = {"kustomization.yaml", "kustomization.yml", "Kustomization"};
    const struct sl_layout *layout = subject->layout;
    SL_CLEANUP(unread_release) struct unread unread = {.subject = subject};
    SL_CLEANUP(free_pathsp) struct paths *own = new_paths();
    void *common;
    char key[SL_LABEL_MAX + 32];
    sl_map_init(&unread.objects);
    sl_map_init(&unread.reals);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        unread.own_composition =
            unread.own_composition || is_read(subject, layout->release_directory, names[i]);
    int length = snprintf(key, sizeof key, "unread: files of " SL_FMT, SL_ARG(layout->release));
    if (!own)
        return sl_fail_memory(err);
    if (sl_validation_once(&common, subject->shared, (struct sl_str){key, (size_t)length}, collect_common,
                           layout, free_paths, err) < 0 ||
        collect(own, subject->reading->tree, layout->overlay_directory, 0, err) < 0 ||
        check_files(&unread, common, err) < 0)
        return -1;
    return check_files(&unread, own, err);
}
