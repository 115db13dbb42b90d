#include "rendering.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "model/report.h"

#include <stdlib.h>

void sl_rendering_free(struct sl_rendering *rendering)
{
    if (!rendering)
        return;
    sl_reading_release(&rendering->reading);
    free(rendering->carried.items);
    free(rendering->carried.expected);
    if (!rendering->tree_is_lent)
        sl_tree_free(rendering->tree);
    free(rendering);
}

void sl_rendering_freep(struct sl_rendering **rendering)
{
    sl_rendering_free(*rendering);
    *rendering = NULL;
}

static int fail_dirty(const struct sl_tree_revision *revision, struct sl_err *err)
{
    struct sl_shown shown;
    if (!revision->commit[0]) {
        (void)sl_fail(err, SL_E_INPUT, "the git repository has no commit yet");
        return sl_hint(err, "commit the release, or give --allow-dirty, which marks the bundle");
    }
    (void)sl_shown(&shown, revision->changed);
    if (revision->changed_count > 1)
        (void)sl_fail(err, SL_E_INPUT, "the work tree is not what commit %.12s holds: %s and %zu more",
                      revision->commit, shown.text, revision->changed_count - 1);
    else
        (void)sl_fail(err, SL_E_INPUT, "the work tree is not what commit %.12s holds: %s", revision->commit,
                      shown.text);
    return sl_hint(
        err, "commit the changes, pack a commit with --rev, or give --allow-dirty, which marks the bundle");
}

/* What lies in a bare repository are git's own files, unless somebody put a release there. */
static int check_not_bare(struct sl_rendering *rendering, const struct sl_release_query *query,
                          struct sl_err *err)
{
    struct sl_shown shown;
    int there = sl_tree_stat(rendering->tree, SL_STR("releases"), NULL, err);
    if (there != 0)
        return there < 0 ? -1 : 0;
    (void)sl_fail(err, SL_E_USAGE, "%s is a bare git repository, which has commits and no work tree",
                  sl_shown(&shown, sl_str_from(query->repository)));
    return sl_hint(err, "name the commit with --rev, for example --rev HEAD");
}

int check_repository(struct sl_tree *tree, const char *repository, struct sl_err *err)
{
    static const char *const folders[] = {"releases", "overlays"};
    struct sl_shown shown;
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        int there = sl_tree_stat(tree, sl_str_from(folders[i]), NULL, err);
        if (there < 0)
            return -1;
        if (there)
            continue;
        (void)sl_fail(err, SL_E_USAGE, "%s is no release repository: it has no directory %s",
                      sl_shown(&shown, sl_str_from(repository)), folders[i]);
        return sl_hint(err, "name the repository with -C, or make a new one with `sealift init`");
    }
    return 0;
}

int rendering_open(struct sl_rendering *rendering, const struct sl_release_query *query, struct sl_err *err)
{
    int opened = query->revision ? sl_tree_open_git(&rendering->tree, query->repository, query->revision, err)
                                 : sl_tree_open_directory(&rendering->tree, query->repository, err);
    if (opened < 0 || sl_tree_revision(rendering->tree, &rendering->revision, err) < 0)
        return -1;
    const struct sl_tree_revision *revision = &rendering->revision;
    if (revision->is_bare && !query->revision && check_not_bare(rendering, query, err) < 0)
        return -1;
    if (check_repository(rendering->tree, query->repository, err) < 0)
        return -1;
    rendering->facts.dirty = revision->dirty || (revision->is_git && !revision->commit[0]);
    rendering->facts.source_commit = sl_str_from(revision->commit);
    return rendering->facts.dirty && !query->allow_dirty ? fail_dirty(revision, err) : 0;
}

static int compare_files(const void *left, const void *right)
{
    const struct rendered_file *a = left;
    const struct rendered_file *b = right;
    return sl_str_compare(a->path, b->path);
}

int rendering_add(struct sl_rendering *rendering, struct sl_str path, struct sl_str text, struct sl_err *err)
{
    struct rendered_files *files = &rendering->files;
    struct sl_arena *arena = &rendering->reading.doc.arena;
    if (files->count == files->capacity) {
        size_t capacity = files->capacity ? 2 * files->capacity : 64;
        struct rendered_file *items = sl_arena_array(arena, capacity, sizeof *items);
        if (!items)
            return sl_fail_memory(err);
        if (files->count)
            memcpy(items, files->items, files->count * sizeof *items);
        files->items = items;
        files->capacity = capacity;
    }
    struct rendered_file file = {.path = sl_arena_str(arena, path), .text = sl_arena_str(arena, text)};
    if (!file.path.ptr || !file.text.ptr)
        return sl_fail_memory(err);
    files->items[files->count++] = file;
    return 0;
}

/* manifests/, values/ and what is carried. */
static int make_files(struct sl_rendering *rendering, struct sl_err *err)
{
    if (render_manifests(rendering, err) < 0 || render_values(rendering, err) < 0 ||
        find_carried(rendering, err) < 0)
        return -1;
    if (rendering->files.count > 1)
        qsort(rendering->files.items, rendering->files.count, sizeof rendering->files.items[0],
              compare_files);
    return 0;
}

int rendering_resolve(struct sl_rendering *rendering, const struct sl_release_query *query,
                      struct sl_err *err)
{
    struct sl_layout_query layout_query = {
        .release = query->release,
        .customer = query->customer,
        .environment = query->environment,
        .sequence = query->sequence,
        .helm_compat = query->helm_compat,
    };
    struct sl_layout *layout = &rendering->layout;
    int resolved = sl_layout_resolve(layout, &rendering->reading, &layout_query, err);
    rendering->facts.environment = layout->environment;
    rendering->facts.environment_from = layout->environment_from;
    rendering->facts.sequence = layout->sequence;
    rendering->facts.sequence_from = layout->sequence_from;
    return resolved;
}

/* 1: rendered; 0: findings stopped the build, and the rules have been asked all the same; -1. */
static int render(struct sl_rendering *rendering, const struct sl_release_query *query,
                  struct sl_validation_shared *shared, struct sl_err *err)
{
    struct sl_validation_policy *policy = &rendering->policy;
    if (sl_validation_policy_read(policy, &rendering->reading, query->now, err) < 0)
        return -1;
    bool built = rendering_resolve(rendering, query, err) == 0;
    if (!built && err->code != SL_E_FINDINGS)
        return -1;
    if (!built)
        sl_err_clear(err);
    if ((built && make_files(rendering, err) < 0) || rendering_validate(rendering, query, shared, err) < 0)
        return -1;
    rendering->excepted =
        sl_validation_policy_apply(policy, rendering->reading.findings, query->release, query->customer);
    return built ? 1 : 0;
}

struct sl_rendering *rendering_new(const struct sl_release_query *query, struct sl_findings *findings)
{
    struct sl_rendering *rendering = calloc(1, sizeof *rendering);
    if (!rendering)
        return NULL;
    sl_reading_init(&rendering->reading, NULL, findings);
    rendering->allow_dirty = query->allow_dirty;
    rendering->default_mtime = query->default_mtime;
    rendering->progress = query->progress;
    return rendering;
}

int rendering_check(struct sl_rendering **out, const struct sl_release_query *query,
                    const struct rendering_common *common, struct sl_findings *findings, struct sl_err *err)
{
    *out = NULL;
    SL_CLEANUP(sl_rendering_freep) struct sl_rendering *rendering = rendering_new(query, findings);
    if (!rendering)
        return sl_fail_memory(err);
    rendering->tree = common->tree;
    rendering->tree_is_lent = true;
    rendering->reading.tree = common->tree;
    rendering->reading.cache = common->cache;
    if (sl_tree_revision(rendering->tree, &rendering->revision, err) < 0 ||
        render(rendering, query, common->shared, err) < 0)
        return -1;
    *out = sl_steal(&rendering);
    return 0;
}

/* The same for one delivery, with everything that takes. 1, 0 or -1 like render(). */
static int render_alone(struct sl_rendering *rendering, const struct sl_release_query *query,
                        struct sl_err *err)
{
    SL_CLEANUP(sl_validation_shared_freep) struct sl_validation_shared *shared = NULL;
    if (rendering_open(rendering, query, err) < 0 ||
        sl_validation_shared_new(&shared, query->repository, query->revision, err) < 0)
        return -1;
    rendering->reading.tree = rendering->tree;
    int built = render(rendering, query, shared, err);
    if (built < 0 || sl_validation_policy_report_unused(&rendering->policy, &rendering->reading.doc,
                                                        rendering->reading.findings, query->release,
                                                        query->customer, err) < 0)
        return -1;
    /* What the rules saw of the repository, before the commit is looked at beside the work tree. */
    sl_validation_shared_freep(&shared);
    return built > 0 && check_commit(rendering, query, err) < 0 ? -1 : built;
}

int sl_release_render(struct sl_rendering **out, const struct sl_release_query *query,
                      struct sl_findings *findings, struct sl_err *err)
{
    *out = NULL;
    size_t errors_before = sl_findings_of(findings, SL_ERROR);
    SL_CLEANUP(sl_rendering_freep) struct sl_rendering *rendering = rendering_new(query, findings);
    if (!rendering)
        return sl_fail_memory(err);
    int built = render_alone(rendering, query, err);
    sl_findings_sort(findings);
    if (built < 0)
        return -1;
    size_t errors = sl_findings_of(findings, SL_ERROR) - errors_before;
    *out = sl_steal(&rendering);
    if (built > 0 && errors == 0)
        return 0;
    struct sl_shown release, customer;
    return sl_fail(err, SL_E_FINDINGS, "release %s for %s has %zu error%s",
                   sl_shown(&release, query->release), sl_shown(&customer, query->customer), errors,
                   errors == 1 ? "" : "s");
}
