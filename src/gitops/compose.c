/*
 * Documents as they are, in the order kustomize would accumulate them: for each kustomization its resources,
 * then its bases, then its components, depth first.
 */
#include "gitops/compose.h"

#include "base/limits.h"
#include "kustomization.h"
#include "model/report.h"
#include "scope.h"
#include "tree/path.h"

#include <sealift/text.h>
#include <stdio.h>

/* A kustomization that is being composed, and who named it. */
struct frame {
    const struct frame *above;
    struct sl_str directory;
    unsigned depth;
};

struct composer {
    struct sl_reading *reading;
    const struct sl_composition *composition;
    struct sl_resources *out;
    size_t level;      /* the one whose kustomizations are being composed */
    bool below_taken;  /* that level has named what is below it */
    uint64_t visited;  /* kustomizations */
    const char *field; /* "resources", "bases" or "components", for messages */
};

static int compose_level(struct composer *composer, size_t level, const struct frame *above,
                         struct sl_err *err);
static int compose_directory(struct composer *composer, struct sl_str directory, struct sl_str file,
                             const struct frame *above, struct sl_err *err);

static struct sl_finding finding_about(const struct composer *composer, const struct sl_node *entry,
                                       const char *rule)
{
    return sl_finding_at(&composer->reading->doc, entry->mark, SL_ERROR, rule);
}

static int add_resource(struct composer *composer, struct sl_node *root, struct sl_str file,
                        struct sl_err *err)
{
    struct sl_resources *out = composer->out;
    if (out->count == SL_COMPOSE_DOCUMENTS_MAX)
        return sl_fail(err, SL_E_LIMIT, "the release and overlay come to more than %llu documents",
                       (unsigned long long)SL_COMPOSE_DOCUMENTS_MAX);
    if (out->count == out->capacity) {
        size_t capacity = out->capacity ? 2 * out->capacity : 64;
        struct sl_resource *items = sl_arena_array(&composer->reading->doc.arena, capacity, sizeof *items);
        if (!items)
            return sl_fail_memory(err);
        if (out->count)
            memcpy(items, out->items, out->count * sizeof *items);
        out->items = items;
        out->capacity = capacity;
    }
    out->items[out->count++] = (struct sl_resource){.root = root, .file = file};
    return 0;
}

/* A List is only a way to write several documents as one. */
static const struct sl_node *items_of_list(const struct sl_node *root)
{
    struct sl_str kind = sl_node_text(sl_node_get(root, "kind"));
    const struct sl_node *items = sl_node_get(root, "items");
    bool is_list = sl_str_ends_with(kind, SL_STR("List")) && items && items->kind == SL_LIST;
    return is_list ? items : NULL;
}

static int add_file(struct composer *composer, struct sl_str file, struct sl_err *err)
{
    struct sl_node *documents;
    if (sl_reading_documents(composer->reading, file, SL_YAML_RESOURCE, &documents, err) < 0)
        return -1;
    for (uint32_t i = 0; i < documents->count; i++) {
        struct sl_node *root = documents->as.items[i];
        const struct sl_node *items = items_of_list(root);
        if (!items && add_resource(composer, root, file, err) < 0)
            return -1;
        for (uint32_t j = 0; items && j < items->count; j++)
            if (add_resource(composer, items->as.items[j], file, err) < 0)
                return -1;
    }
    return 0;
}

/* "a -> b -> a", from the outermost of the circle; cut where it is long. */
static int report_cycle(struct composer *composer, struct sl_str directory, const struct frame *above,
                        const struct sl_node *entry, struct sl_err *err)
{
    struct sl_buf circle;
    sl_buf_init(&circle, SL_ERR_MESSAGE_MAX / 2);
    const struct frame *frames[SL_COMPOSE_DEPTH_MAX + 1];
    size_t count = 0;
    for (const struct frame *frame = above; frame; frame = frame->above) {
        frames[count++] = frame;
        if (sl_str_equal(frame->directory, directory))
            break;
    }
    while (count > 0) {
        sl_buf_escaped(&circle, frames[--count]->directory);
        sl_buf_text(&circle, " -> ");
    }
    sl_buf_escaped(&circle, directory);
    struct sl_finding finding = finding_about(composer, entry, "kustomization/cycle");
    int result = sl_finding_report(composer->reading->findings, &finding, err, "builds on itself: %s",
                                   circle.ptr ? circle.ptr : "");
    sl_buf_release(&circle);
    return result;
}

static bool is_on_stack(struct sl_str directory, const struct frame *above)
{
    while (above && !sl_str_equal(above->directory, directory))
        above = above->above;
    return above != NULL;
}

/* A path that is in no repository at all: a URL, or what go-getter would take for one. */
static bool is_remote(struct sl_str path)
{
    static const struct sl_str prefixes[] = {SL_STR_INIT("git@"), SL_STR_INIT("git::"),
                                             SL_STR_INIT("github.com/"), SL_STR_INIT("gitlab.com/"),
                                             SL_STR_INIT("bitbucket.org/")};
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (sl_str_starts_with(path, prefixes[i]))
            return true;
    for (size_t i = 0; i < path.len; i++) {
        struct sl_str rest = sl_str_slice(path, i, path.len);
        if (sl_str_starts_with(rest, SL_STR("://")) || sl_str_starts_with(rest, SL_STR("?ref=")))
            return true;
    }
    return false;
}

static int report_remote(struct composer *composer, const struct sl_node *entry, struct sl_err *err)
{
    struct sl_finding finding = finding_about(composer, entry, "kustomization/remote");
    finding.hint = SL_STR("copy it into the repository, base/ say, and name it there");
    struct sl_shown shown;
    return sl_finding_report(composer->reading->findings, &finding, err,
                             "%s is not in this repository: nothing is fetched while packing",
                             sl_shown(&shown, entry->as.text));
}

static int report_scope(struct composer *composer, const struct sl_node *entry, enum sl_scope scope,
                        struct sl_str name, struct sl_err *err)
{
    bool release = scope == SL_SCOPE_OTHER_RELEASE;
    struct sl_finding finding =
        finding_about(composer, entry, release ? "overlay/other-release" : "overlay/other-customer");
    struct sl_shown other, own;
    if (!release)
        return sl_finding_report(composer->reading->findings, &finding, err,
                                 "names the overlay of %s, but this delivery is for %s",
                                 sl_shown(&other, name), sl_shown(&own, composer->composition->customer));
    finding.hint = SL_STR("name no release: the one that is packed is then put first");
    return sl_finding_report(composer->reading->findings, &finding, err, "names release %s, but %s is packed",
                             sl_shown(&other, name), sl_shown(&own, composer->composition->release));
}

/* Nothing is at `path`: says so, with the name in that directory that was probably meant. */
static int report_missing(struct composer *composer, const struct sl_node *entry, struct sl_str path,
                          struct sl_err *err)
{
    const struct sl_tree_entry *siblings;
    size_t count;
    struct sl_err ignored = {0};
    if (sl_reading_list(composer->reading, sl_path_directory(path), &siblings, &count, &ignored) < 0)
        count = 0;
    struct sl_finding finding = finding_about(composer, entry, "kustomization/missing");
    char hint[SL_NAME_MAX + 32];
    ptrdiff_t nearest = -1;
    struct sl_str *names = sl_arena_array(&composer->reading->doc.arena, count, sizeof *names);
    if (!names)
        return sl_fail_memory(err);
    for (size_t i = 0; i < count; i++)
        names[i] = siblings[i].name;
    nearest = sl_nearest(sl_path_name(path), names, count);
    struct sl_shown shown;
    if (nearest >= 0) {
        (void)snprintf(hint, sizeof hint, "did you mean %s?", sl_shown(&shown, names[nearest]));
        finding.hint = sl_str_from(hint);
    }
    return sl_finding_report(composer->reading->findings, &finding, err, "there is no %s in this repository",
                             sl_shown(&shown, path));
}

/* A directory that is named: a lower level stands for all that is below this one, any other is built. */
static int follow_directory(struct composer *composer, struct sl_str path, const struct sl_node *entry,
                            const struct frame *frame, struct sl_err *err)
{
    if (is_on_stack(path, frame))
        return report_cycle(composer, path, frame, entry, err);
    for (size_t i = 0; i < composer->level; i++) {
        if (!sl_str_equal(path, composer->composition->levels[i].directory))
            continue;
        composer->below_taken = true;
        return compose_level(composer, composer->level - 1, frame, err);
    }
    struct sl_str file;
    int found = sl_kustomization_find(composer->reading, path, &file, err);
    if (found < 0)
        return -1;
    if (found)
        return compose_directory(composer, path, file, frame, err);
    struct sl_finding finding = finding_about(composer, entry, "kustomization/missing");
    struct sl_shown shown;
    return sl_finding_report(composer->reading->findings, &finding, err,
                             "%s is a directory without kustomization.yaml", sl_shown(&shown, path));
}

/* One entry of resources, bases or components. */
static int follow(struct composer *composer, const struct sl_node *entry, const struct frame *frame,
                  struct sl_err *err)
{
    struct sl_reading *reading = composer->reading;
    if (entry->kind != SL_STRING) {
        struct sl_finding finding = finding_about(composer, entry, "kustomization/field");
        return sl_finding_report(reading->findings, &finding, err, "%s must hold paths, this is %s",
                                 composer->field, sl_kind_name(entry->kind));
    }
    if (is_remote(entry->as.text))
        return report_remote(composer, entry, err);
    struct sl_str path;
    struct sl_err join_err = {0};
    if (sl_path_join(&reading->doc.arena, frame->directory, entry->as.text, &path, &join_err) < 0) {
        if (join_err.code == SL_E_NO_MEMORY)
            return sl_fail_memory(err);
        struct sl_finding finding = finding_about(composer, entry, "kustomization/path");
        return sl_finding_report(reading->findings, &finding, err, "%s", join_err.message);
    }
    struct sl_str name;
    enum sl_scope scope =
        sl_scope_of(path, composer->composition->release, composer->composition->customer, &name);
    if (scope != SL_SCOPE_OPEN)
        return report_scope(composer, entry, scope, name, err);

    struct sl_tree_entry what;
    int there = sl_tree_stat(reading->tree, path, &what, err);
    if (there < 0) {
        char where[256];
        return sl_wrap(err, "%s", sl_mark_text(where, sizeof where, &reading->doc, entry->mark));
    }
    if (!there)
        return report_missing(composer, entry, path, err);
    if (what.kind == SL_TREE_DIRECTORY)
        return follow_directory(composer, path, entry, frame, err);
    return add_file(composer, path, err);
}

/* All entries of the kustomization in `file`. */
static int compose_directory(struct composer *composer, struct sl_str directory, struct sl_str file,
                             const struct frame *above, struct sl_err *err)
{
    static const char *const fields[] = {"resources", "bases", "components"};
    struct frame frame = {.above = above, .directory = directory, .depth = above ? above->depth + 1 : 1};
    struct sl_shown shown;
    if (frame.depth > SL_COMPOSE_DEPTH_MAX)
        return sl_fail(err, SL_E_LIMIT, "%s: kustomizations are nested deeper than %d",
                       sl_shown(&shown, file), SL_COMPOSE_DEPTH_MAX);
    if (++composer->visited > SL_COMPOSE_VISITS_MAX)
        return sl_fail(err, SL_E_LIMIT, "%s: more than %llu kustomizations are named one by another",
                       sl_shown(&shown, file), (unsigned long long)SL_COMPOSE_VISITS_MAX);
    const struct sl_node *root;
    if (sl_kustomization_read(composer->reading, file, &root, err) < 0)
        return -1;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const struct sl_node *list = sl_node_get(root, fields[i]);
        for (uint32_t j = 0; list && list->kind == SL_LIST && j < list->count; j++) {
            composer->field = fields[i];
            if (follow(composer, list->as.items[j], &frame, err) < 0)
                return -1;
        }
    }
    return 0;
}

/* Moves what was added from `middle` on in front of what was added from `first` on. */
static int move_to_front(struct composer *composer, size_t first, size_t middle, struct sl_err *err)
{
    struct sl_resource *items = composer->out->items;
    size_t last = composer->out->count;
    if (first == middle || middle == last)
        return 0;
    size_t moved = last - middle;
    struct sl_resource *copy = sl_arena_array(&composer->reading->doc.arena, moved, sizeof *copy);
    if (!copy)
        return sl_fail_memory(err);
    memcpy(copy, items + middle, moved * sizeof *copy);
    memmove(items + first + moved, items + first, (middle - first) * sizeof *items);
    memcpy(items + first, copy, moved * sizeof *copy);
    return 0;
}

static int compose_level(struct composer *composer, size_t level, const struct frame *above,
                         struct sl_err *err)
{
    const struct sl_level *current = &composer->composition->levels[level];
    size_t outer_level = composer->level;
    bool outer_taken = composer->below_taken;
    composer->level = level;
    composer->below_taken = level == 0;

    size_t first = composer->out->count;
    struct sl_str file;
    int found = sl_kustomization_find(composer->reading, current->directory, &file, err);
    if (found < 0 || (found && compose_directory(composer, current->directory, file, above, err) < 0))
        return -1;
    for (size_t i = 0; !found && i < current->file_count; i++)
        if (add_file(composer, current->files[i], err) < 0)
            return -1;
    /* Only now is it known whether anything in there named what is below. */
    size_t middle = composer->out->count;
    if (!composer->below_taken && (compose_level(composer, level - 1, above, err) < 0 ||
                                   move_to_front(composer, first, middle, err) < 0))
        return -1;
    composer->level = outer_level;
    composer->below_taken = outer_taken;
    return 0;
}

int sl_compose(struct sl_resources *out, struct sl_reading *reading, const struct sl_composition *composition,
               struct sl_err *err)
{
    struct composer composer = {.reading = reading, .composition = composition, .out = out};
    *out = (struct sl_resources){0};
    if (composition->level_count == 0)
        return 0;
    return compose_level(&composer, composition->level_count - 1, NULL, err);
}
