#include "rendering.h"

#include "base/cleanup.h"
#include "base/limits.h"

static int render_application(struct sl_rendering *rendering, const struct sl_application *application,
                              struct sl_err *err)
{
    struct sl_reading *reading = &rendering->reading;
    if (application->values_count == 0 || !application->values[0].carried)
        return 0;
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    sl_buf_init(&text, 4 * SL_TREE_FILE_MAX);
    struct sl_str path;
    if (sl_yaml_write(&text, application->values[0].carried, err) < 0 ||
        sl_buf_check(&text, "merged values", err) < 0 ||
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
