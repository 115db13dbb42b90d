#include <sealift/release.h>

#include "base/cleanup.h"
#include "folder.h"
#include "template.h"

int sl_repository_init(const char *directory, void (*wrote)(void *context, const char *path), void *context,
                       struct sl_err *err)
{
    SL_CLEANUP(folder_release) struct folder folder;
    if (folder_begin(&folder, directory, err) < 0)
        return -1;
    for (size_t i = 0; i < template_file_count; i++) {
        const struct template_file *file = &template_files[i];
        struct sl_str content = {(const char *)file->bytes, file->size};
        if (folder_add(&folder, sl_str_from(file->path), content, file->executable, err) < 0)
            return -1;
    }
    if (folder_finish(&folder, err) < 0)
        return -1;
    for (size_t i = 0; wrote && i < template_file_count; i++)
        wrote(context, template_files[i].path);
    return 0;
}
