#include "rendering.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "values/layers.h"

/* The layers of an application, lowest first; returns how many, or -1. */
static int read_layers(struct sl_rendering *rendering, const struct sl_application *application,
                       struct sl_values_layer *layers, struct sl_err *err)
{
    int count = 0;
    if (application->chart)
        layers[count++] = (struct sl_values_layer){.file = application->chart->path,
                                                   .root = application->chart->chart.values};
    for (int place = 0; place < SL_VALUES_PLACES; place++) {
        struct sl_str file = application->values_files[place];
        if (file.len == 0)
            continue;
        struct sl_values_layer *layer = &layers[count++];
        layer->file = file;
        if (sl_reading_optional(&rendering->reading, file, SL_YAML_VALUES, &layer->root, err) < 0)
            return -1;
    }
    return count;
}

static int render_application(struct sl_rendering *rendering, const struct sl_application *application,
                              struct sl_err *err)
{
    struct sl_reading *reading = &rendering->reading;
    struct sl_values_layer layers[SL_VALUES_PLACES + 1];
    int count = read_layers(rendering, application, layers, err);
    if (count <= 0)
        return count;
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    sl_buf_init(&text, 4 * SL_TREE_FILE_MAX);
    struct sl_node *merged;
    struct sl_str path;
    if (sl_values_layers_merge(&merged, &reading->doc, layers, (size_t)count, reading->findings, err) < 0 ||
        sl_yaml_write(&text, merged, err) < 0 || sl_buf_check(&text, "merged values", err) < 0 ||
        sl_reading_format(reading, &path, err, "values/" SL_FMT ".yaml", SL_ARG(application->name)) < 0)
        return -1;
    return rendering_add(rendering, path, sl_buf_view(&text), err);
}

int render_values(struct sl_rendering *rendering, struct sl_err *err)
{
    for (size_t i = 0; i < rendering->layout.application_count; i++)
        if (render_application(rendering, &rendering->layout.applications[i], err) < 0)
            return -1;
    return 0;
}
