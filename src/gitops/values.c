#include "layout_parts.h"

/* The layers of files, lowest first, the chart's own first of all. */
static int read_layers(struct sl_values *values, struct sl_reading *reading,
                       const struct sl_application *application, struct sl_err *err)
{
    static const enum sl_layer_kind kinds[SL_VALUES_PLACES] = {
        [SL_VALUES_BASE] = SL_LAYER_BASE,
        [SL_VALUES_RELEASE] = SL_LAYER_RELEASE,
        [SL_VALUES_DEFAULT] = SL_LAYER_DEFAULT,
        [SL_VALUES_CUSTOMER] = SL_LAYER_CUSTOMER,
    };
    if (values->chart)
        values->layers[values->layer_count++] = (struct sl_values_layer){
            .kind = SL_LAYER_CHART,
            .file = values->chart->values_file,
            .root = values->chart->values,
            .doc = &reading->doc,
        };
    for (int place = 0; place < SL_VALUES_PLACES; place++) {
        struct sl_str file = application->values_files[place];
        if (file.len == 0)
            continue;
        struct sl_values_layer *layer = &values->layers[values->layer_count++];
        *layer = (struct sl_values_layer){.kind = kinds[place], .file = file, .doc = &reading->doc};
        if (sl_reading_optional(reading, file, SL_YAML_VALUES, &layer->root, err) < 0)
            return -1;
    }
    return 0;
}

static int resolve(struct sl_application *application, const struct sl_layout *layout,
                   struct sl_reading *reading, struct sl_err *err)
{
    struct sl_values *values = sl_arena_alloc(&reading->doc.arena, sizeof *values);
    if (!values)
        return sl_fail_memory(err);
    *values = (struct sl_values){
        .application = application->name,
        .chart = application->chart ? &application->chart->chart : NULL,
        .compat = layout->helm_compat,
        .layers = sl_arena_array(&reading->doc.arena, SL_VALUES_PLACES + 1, sizeof *values->layers),
    };
    if (!values->layers)
        return sl_fail_memory(err);
    if (read_layers(values, reading, application, err) < 0)
        return -1;
    if (values->layer_count == 0)
        return 0;
    application->values = values;
    application->values_count = 1;
    return sl_values_resolve(values, &reading->doc, reading->findings, err);
}

int sl_layout_values(struct sl_layout *layout, struct sl_reading *reading, struct sl_err *err)
{
    for (size_t i = 0; i < layout->application_count; i++)
        if (resolve(&layout->applications[i], layout, reading, err) < 0)
            return -1;
    return 0;
}
