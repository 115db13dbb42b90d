#include "values_spoken.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "templates.h"
#include "values_charts.h"

#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 64, CHARTS_MAX = 32 };

struct listener {
    const struct sl_chart *chart;
    struct values_reader reader;
    struct listener *next;
};

struct values_spoken {
    struct sl_arena arena;
    struct templates *templates;
    struct listener *listeners;
};

/* The charts that may run a text: those in whose values it stands. */
struct scope {
    struct values_reader *readers[CHARTS_MAX];
    size_t count;
    const struct sl_chart *chart; /* whose values begin here, or NULL */
};

void values_spoken_free(struct values_spoken *spoken)
{
    if (!spoken)
        return;
    templates_free(spoken->templates);
    sl_arena_release(&spoken->arena);
    free(spoken);
}

static void spoken_freep(struct values_spoken **spoken)
{
    values_spoken_free(*spoken);
    *spoken = NULL;
}

static bool is_text(struct sl_str text)
{
    return text.len && memmem(text.ptr, text.len, "{{", 2);
}

/* A key may be one as well: tpl $k $ */
/* NOLINTNEXTLINE(misc-no-recursion): no deeper than DEPTH_MAX. */
static bool has_text(const struct sl_node *node, unsigned depth)
{
    if (!node || depth > DEPTH_MAX)
        return false;
    if (node->kind == SL_STRING)
        return is_text(node->as.text);
    for (uint32_t i = 0; node->kind == SL_LIST && i < node->count; i++)
        if (has_text(node->as.items[i], depth + 1))
            return true;
    for (uint32_t i = 0; node->kind == SL_MAP && i < node->count; i++)
        if (is_text(node->as.entries[i].key) || has_text(node->as.entries[i].value, depth + 1))
            return true;
    return false;
}

/* NOLINTNEXTLINE(misc-no-recursion): charts lie in one another no deeper than SL_CHART_DEPTH_MAX. */
static bool chart_has_text(const struct sl_chart *chart)
{
    bool any = has_text(chart->values, 0);
    for (size_t i = 0; !any && i < chart->subchart_count; i++)
        any = chart_has_text(&chart->subcharts[i]);
    return any;
}

static bool any_has_text(const struct sl_values *values)
{
    bool any = values->chart && chart_has_text(values->chart);
    for (size_t i = 0; !any && i < values->layer_count; i++)
        any = has_text(values->layers[i].root, 0);
    return any;
}

static struct listener *find_listener(const struct values_spoken *spoken, const struct sl_chart *chart)
{
    struct listener *listener = spoken->listeners;
    while (listener && listener->chart != chart)
        listener = listener->next;
    return listener;
}

const struct values_read *values_spoken_of(const struct values_spoken *spoken, const struct sl_chart *chart)
{
    const struct listener *listener = spoken ? find_listener(spoken, chart) : NULL;
    return listener ? &listener->reader.root : NULL;
}

/* NOLINTNEXTLINE(misc-no-recursion): charts lie in one another no deeper than SL_CHART_DEPTH_MAX. */
static int add_listeners(struct values_spoken *spoken, const struct sl_chart *chart, struct sl_err *err)
{
    struct listener *listener = sl_arena_alloc(&spoken->arena, sizeof *listener);
    if (!listener)
        return sl_fail_memory(err);
    *listener =
        (struct listener){.chart = chart, .reader = {.arena = &spoken->arena}, .next = spoken->listeners};
    spoken->listeners = listener;
    for (size_t i = 0; chart && i < chart->subchart_count; i++)
        if (add_listeners(spoken, &chart->subcharts[i], err) < 0)
            return -1;
    return 0;
}

static void enter(struct scope *scope, const struct values_spoken *spoken, const struct sl_chart *chart)
{
    struct listener *listener = find_listener(spoken, chart);
    scope->chart = chart;
    if (listener && scope->count < CHARTS_MAX)
        scope->readers[scope->count++] = &listener->reader;
}

/* What is below a key: the values of a chart inside, or `global`, which all charts have. */
static struct scope scope_below(const struct scope *scope, const struct values_spoken *spoken,
                                struct sl_str key)
{
    struct scope below = *scope;
    const struct sl_chart *chart = scope->chart;
    below.chart = NULL;
    if (chart && sl_str_equal(key, SL_STR("global"))) {
        below.count = 0;
        for (struct listener *listener = spoken->listeners; listener && below.count < CHARTS_MAX;
             listener = listener->next)
            below.readers[below.count++] = &listener->reader;
        return below;
    }
    for (size_t i = 0; chart && i < chart->subchart_count; i++)
        if (values_chart_goes_by(chart, &chart->subcharts[i], key)) {
            enter(&below, spoken, &chart->subcharts[i]);
            return below;
        }
    return below;
}

static int run_text(struct values_spoken *spoken, const struct scope *scope, struct sl_str text,
                    struct sl_err *err)
{
    return templates_run_text(spoken->templates, scope->readers, scope->count, text, err);
}

/* NOLINTNEXTLINE(misc-no-recursion): no deeper than DEPTH_MAX. */
static int run_node(struct values_spoken *spoken, const struct sl_node *node, const struct scope *scope,
                    unsigned depth, struct sl_err *err)
{
    if (!node || depth > DEPTH_MAX)
        return 0;
    if (node->kind == SL_STRING && is_text(node->as.text))
        return run_text(spoken, scope, node->as.text, err);
    for (uint32_t i = 0; node->kind == SL_LIST && i < node->count; i++)
        if (run_node(spoken, node->as.items[i], scope, depth + 1, err) < 0)
            return -1;
    for (uint32_t i = 0; node->kind == SL_MAP && i < node->count; i++) {
        const struct sl_entry *entry = &node->as.entries[i];
        bool map = entry->value->kind == SL_MAP && scope->chart;
        const struct scope below = map ? scope_below(scope, spoken, entry->key) : *scope;
        if (run_node(spoken, entry->value, &below, depth + 1, err) < 0 ||
            (is_text(entry->key) && run_text(spoken, scope, entry->key, err) < 0))
            return -1;
    }
    return 0;
}

/* NOLINTNEXTLINE(misc-no-recursion): charts lie in one another no deeper than SL_CHART_DEPTH_MAX. */
static int run_chart(struct values_spoken *spoken, const struct sl_chart *chart, const struct scope *above,
                     struct sl_err *err)
{
    struct scope scope = *above;
    enter(&scope, spoken, chart);
    if (run_node(spoken, chart->values, &scope, 0, err) < 0)
        return -1;
    for (size_t i = 0; i < chart->subchart_count; i++)
        if (run_chart(spoken, &chart->subcharts[i], &scope, err) < 0)
            return -1;
    return 0;
}

static int run_all(struct values_spoken *spoken, const struct sl_values *values, struct sl_err *err)
{
    const struct scope none = {.count = 0};
    if (values->chart && run_chart(spoken, values->chart, &none, err) < 0)
        return -1;
    struct scope scope = none;
    enter(&scope, spoken, values->chart);
    for (size_t i = 0; i < values->layer_count; i++)
        if (values->layers[i].kind != SL_LAYER_CHART &&
            run_node(spoken, values->layers[i].root, &scope, 0, err) < 0)
            return -1;
    for (struct listener *listener = spoken->listeners; listener; listener = listener->next)
        listener->reader.root.unsure = listener->reader.unsure;
    return 0;
}

int values_spoken_new(struct values_spoken **out, const struct sl_validation_subject *subject,
                      const struct sl_values *values, struct sl_err *err)
{
    *out = NULL;
    if (!any_has_text(values))
        return 0;
    SL_CLEANUP(spoken_freep) struct values_spoken *spoken = calloc(1, sizeof *spoken);
    const struct templates *templates = NULL;
    if (!spoken)
        return sl_fail_memory(err);
    sl_arena_init(&spoken->arena, SL_DOC_MEMORY_MAX);
    if ((values->chart && values_templates_of(&templates, subject, values->chart, err) < 0) ||
        templates_follow(&spoken->templates, templates, err) < 0 ||
        add_listeners(spoken, values->chart, err) < 0 || run_all(spoken, values, err) < 0)
        return -1;
    *out = sl_steal(&spoken);
    return 0;
}
