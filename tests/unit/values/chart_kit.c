#include "chart_kit.h"

#include <criterion/criterion.h>

static struct sl_str text_of(const struct sl_node *map, const char *key)
{
    return sl_node_text(sl_node_get(map, key));
}

void chart_kit_make(struct sl_chart *out, struct sl_doc *doc, const struct sl_node *json)
{
    const struct sl_node *dependencies = sl_node_get(json, "dependencies");
    const struct sl_node *charts = sl_node_get(json, "charts");
    *out = (struct sl_chart){.name = text_of(json, "name"),
                             .version = text_of(json, "version"),
                             .values = sl_node_get(json, "values")};
    if (dependencies) {
        out->dependencies = sl_arena_array(&doc->arena, dependencies->count, sizeof *out->dependencies);
        cr_assert_not_null(out->dependencies);
        for (; out->dependency_count < dependencies->count; out->dependency_count++) {
            const struct sl_node *entry = dependencies->as.items[out->dependency_count];
            out->dependencies[out->dependency_count] = (struct sl_chart_dependency){
                .name = text_of(entry, "name"),
                .alias = text_of(entry, "alias"),
                .version = text_of(entry, "version"),
                .condition = text_of(entry, "condition"),
                .tags = sl_node_get(entry, "tags"),
                .import_values = sl_node_get(entry, "import-values"),
            };
        }
    }
    if (charts) {
        out->subcharts = sl_arena_array(&doc->arena, charts->count, sizeof *out->subcharts);
        cr_assert_not_null(out->subcharts);
        for (; out->subchart_count < charts->count; out->subchart_count++)
            chart_kit_make(&out->subcharts[out->subchart_count], doc, charts->as.items[out->subchart_count]);
    }
}
