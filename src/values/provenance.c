#include "provenance.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "doc/node_index.h"

/* One layer, and the place of .Values that its root is at: a chart inside another has its values below its name. */
struct source {
    struct sl_values_layer layer;
    struct sl_str *prefix;
    size_t prefix_count;
    bool globals_only; /* the globals of a chart as the charts inside it see them */
};

struct sources {
    struct sl_arena *arena;
    const struct sl_values *values;
    struct source *items;
    size_t count, capacity;
    struct say *says;
    size_t says_capacity;
    struct sl_node_index index; /* of large maps */
};

static const struct sl_str global = SL_STR_INIT("global");

static int add(struct sources *sources, const struct source *source, struct sl_err *err)
{
    if (sources->count == sources->capacity) {
        size_t capacity = sources->capacity ? 2 * sources->capacity : 16;
        struct source *items = sl_arena_array(sources->arena, capacity, sizeof *items);
        if (!items)
            return sl_fail_memory(err);
        if (sources->count)
            memcpy(items, sources->items, sources->count * sizeof *items);
        sources->items = items;
        sources->capacity = capacity;
    }
    sources->items[sources->count++] = *source;
    return 0;
}

/* The names that a chart inside has there: those that dependencies give it, else its own. */
static size_t names_of(struct sl_str *names, const struct sl_chart *chart, const struct sl_chart *inside)
{
    size_t count = 0;
    for (size_t i = 0; i < chart->dependency_count; i++) {
        const struct sl_chart_dependency *dependency = &chart->dependencies[i];
        if (sl_str_equal(dependency->name, inside->name))
            names[count++] = dependency->alias.len > 0 ? dependency->alias : dependency->name;
    }
    if (count == 0)
        names[count++] = inside->name;
    return count;
}

/* The defaults of the charts inside `chart`, the deepest first: what is further out wins over them. */
/* NOLINTNEXTLINE(misc-no-recursion): charts lie in one another no deeper than SL_CHART_DEPTH_MAX. */
static int add_inside(struct sources *sources, const struct sl_chart *chart, const struct source *outer,
                      struct sl_err *err)
{
    struct sl_str *names = sl_arena_array(sources->arena, chart->dependency_count + 1, sizeof *names);
    if (!names)
        return sl_fail_memory(err);
    for (size_t i = 0; i < chart->subchart_count; i++) {
        const struct sl_chart *inside = &chart->subcharts[i];
        size_t count = names_of(names, chart, inside);
        for (size_t name = 0; name < count; name++) {
            struct source source = *outer;
            source.layer.root = inside->values;
            source.layer.file = inside->values_file;
            source.prefix = sl_arena_array(sources->arena, outer->prefix_count + 1, sizeof *source.prefix);
            if (!source.prefix)
                return sl_fail_memory(err);
            if (outer->prefix_count)
                memcpy(source.prefix, outer->prefix, outer->prefix_count * sizeof *source.prefix);
            source.prefix[source.prefix_count++] = names[name];
            if (add_inside(sources, inside, &source, err) < 0 || add(sources, &source, err) < 0)
                return -1;
        }
    }
    return 0;
}

int sources_new(struct sources **out, struct sl_arena *arena, const struct sl_values *values,
                struct sl_err *err)
{
    struct sources *sources = sl_arena_alloc(arena, sizeof *sources);
    if (!sources)
        return sl_fail_memory(err);
    *sources = (struct sources){.arena = arena, .values = values};
    sl_node_index_init(&sources->index);
    *out = sources;
    struct source outer = {.layer = {.kind = SL_LAYER_CHART}};
    if (values->layer_count > 0)
        outer.layer.doc = values->layers[0].doc;
    if (values->chart && add_inside(sources, values->chart, &outer, err) < 0)
        return -1;
    for (size_t i = 0; i < values->layer_count; i++) {
        struct source source = {.layer = values->layers[i]};
        if (add(sources, &source, err) < 0)
            return -1;
    }
    /* Below every chart inside, the globals of the outermost one win. */
    for (size_t i = 0; values->chart && values->chart->subchart_count > 0 && i < values->layer_count; i++) {
        struct source source = {.layer = values->layers[i], .globals_only = true};
        if (add(sources, &source, err) < 0)
            return -1;
    }
    sources->says_capacity = sources->count;
    sources->says = sl_arena_array(arena, sources->count, sizeof *sources->says);
    return sources->says ? 0 : sl_fail_memory(err);
}

void sources_release(struct sources *sources)
{
    if (sources)
        sl_node_index_release(&sources->index);
}

const struct sl_entry *sources_entry(struct sources *sources, const struct sl_node *map, struct sl_str key)
{
    return sl_node_index_entry(&sources->index, map, key);
}

static const struct sl_node *child_of(struct sources *sources, const struct sl_node *node, struct sl_str step)
{
    if (node->kind == SL_MAP) {
        const struct sl_entry *entry = sources_entry(sources, node, step);
        return entry ? entry->value : NULL;
    }
    size_t index = 0;
    if (node->kind != SL_LIST || step.len == 0 || step.len > 9)
        return NULL;
    for (size_t i = 0; i < step.len; i++) {
        if (step.ptr[i] < '0' || step.ptr[i] > '9')
            return NULL;
        index = 10 * index + (size_t)(step.ptr[i] - '0');
    }
    return index < node->count ? node->as.items[index] : NULL;
}

const struct sl_node *step_down(struct sources *sources, const struct sl_node *root,
                                const struct steps *steps)
{
    for (size_t i = 0; root && i < steps->count; i++)
        root = child_of(sources, root, steps->items[i]);
    return root;
}

/* The steps below the root of a source that lead to the place, and how many of those of the place they leave out. */
static bool is_below(const struct source *source, const struct steps *steps, size_t *skip)
{
    if (source->globals_only) {
        /* ".Values.db.global.x" is ".Values.global.x". */
        for (size_t i = 1; i < steps->count; i++) {
            if (!sl_str_equal(steps->items[i], global))
                continue;
            *skip = i;
            return true;
        }
        return false;
    }
    if (steps->count < source->prefix_count)
        return false;
    for (size_t i = 0; i < source->prefix_count; i++)
        if (!sl_str_equal(steps->items[i], source->prefix[i]))
            return false;
    *skip = source->prefix_count;
    return true;
}

/* Whether a name is that of a chart inside: only then do globals reach below it. */
static bool is_section(const struct sources *sources, struct sl_str name)
{
    for (size_t i = 0; i < sources->count; i++)
        if (sources->items[i].prefix_count > 0 && sl_str_equal(sources->items[i].prefix[0], name))
            return true;
    return false;
}

size_t sources_says(struct sources *sources, const struct steps *steps, const struct say **says)
{
    size_t count = 0;
    for (size_t i = 0; i < sources->count; i++) {
        const struct source *source = &sources->items[i];
        size_t at;
        if (!source->layer.root || !is_below(source, steps, &at) ||
            (source->globals_only && !is_section(sources, steps->items[0])))
            continue;
        struct say say = {.layer = &source->layer};
        const struct sl_node *node = source->layer.root;
        for (; node && at < steps->count; at++) {
            const struct sl_node *next = child_of(sources, node, steps->items[at]);
            if (!next && node->kind != SL_MAP)
                say.above = node;
            node = next;
        }
        say.node = node;
        if (say.node || say.above)
            sources->says[count++] = say;
    }
    *says = sources->says;
    return count;
}

int sources_keys(struct sources *sources, const struct steps *steps, struct sl_str **keys, size_t *count,
                 struct sl_err *err)
{
    SL_CLEANUP(sl_map_release) struct sl_map seen;
    const struct say *says;
    size_t say_count = sources_says(sources, steps, &says);
    size_t room = 0;
    sl_map_init(&seen);
    *count = 0;
    for (size_t i = 0; i < say_count; i++)
        room += says[i].node && says[i].node->kind == SL_MAP ? says[i].node->count : 0;
    *keys = sl_arena_array(sources->arena, room, sizeof **keys);
    if (!*keys)
        return sl_fail_memory(err);
    for (size_t i = 0; i < say_count; i++)
        for (uint32_t entry = 0; says[i].node && says[i].node->kind == SL_MAP && entry < says[i].node->count;
             entry++) {
            struct sl_str key = says[i].node->as.entries[entry].key;
            int added = sl_map_put(&seen, key, sources, err);
            if (added < 0)
                return -1;
            if (added > 0)
                (*keys)[(*count)++] = key;
        }
    return 0;
}
