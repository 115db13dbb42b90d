#include "temp_shell.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int temp_shell(const struct temp_dir *dir, const char *format, ...)
{
    char command[1024];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(command, sizeof command, format, args);
    va_end(args);
    char line[PATH_MAX + sizeof command + 64];
    (void)snprintf(line, sizeof line, "cd '%s' && { %s; } >>log 2>&1", dir->path, command);
    int status = system(line);
    return status == -1 ? -1 : status >> 8;
}
