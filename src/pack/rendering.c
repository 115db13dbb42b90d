#include "rendering.h"

#include "base/cleanup.h"
#include "folder.h"

const struct sl_release_facts *sl_rendering_facts(const struct sl_rendering *rendering)
{
    return &rendering->facts;
}

size_t sl_rendering_count(const struct sl_rendering *rendering)
{
    return rendering->files.count;
}

void sl_rendering_at(const struct sl_rendering *rendering, size_t index, struct sl_str *path,
                     struct sl_str *text)
{
    *path = rendering->files.items[index].path;
    *text = rendering->files.items[index].text;
}

size_t sl_rendering_values_count(const struct sl_rendering *rendering)
{
    size_t count = 0;
    for (size_t i = 0; i < rendering->layout.application_count; i++)
        count += rendering->layout.applications[i].values_count;
    return count;
}

const struct sl_values *sl_rendering_values_at(const struct sl_rendering *rendering, size_t index)
{
    for (size_t i = 0; i < rendering->layout.application_count; i++) {
        const struct sl_application *application = &rendering->layout.applications[i];
        if (index < application->values_count)
            return &application->values[index];
        index -= application->values_count;
    }
    return NULL;
}

struct sl_str sl_rendering_application(const struct sl_rendering *rendering, struct sl_str name)
{
    const struct sl_release_file *release = &rendering->layout.release_file;
    for (size_t i = 0; i < release->alias_count; i++)
        if (sl_str_equal(release->aliases[i].name, name))
            return release->aliases[i].application;
    return name;
}

int sl_rendering_write(const struct sl_rendering *rendering, const char *directory, struct sl_err *err)
{
    SL_CLEANUP(folder_release) struct folder folder;
    if (folder_begin(&folder, directory, err) < 0)
        return -1;
    for (size_t i = 0; i < rendering->files.count; i++) {
        const struct rendered_file *file = &rendering->files.items[i];
        if (folder_add(&folder, file->path, file->text, false, err) < 0)
            return -1;
    }
    return folder_finish(&folder, err);
}
