/*
 * Commands of a shell in a test's own directory: stock tools, to hold what they make against what we make.
 */
#ifndef TEMP_SHELL_H
#define TEMP_SHELL_H

#include "temp_dir.h"

/* The exit status; -1 where no shell could be started. What it prints goes to the file "log" there. */
__attribute__((format(printf, 2, 3))) int temp_shell(const struct temp_dir *dir, const char *format, ...);

#endif
