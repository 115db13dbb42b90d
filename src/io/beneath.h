/*
 * The two ways of sl_sys_open_beneath(), apart so that a test can hold one against the other on any kernel.
 */
#ifndef IO_BENEATH_H
#define IO_BENEATH_H

#include <sys/types.h>

/* 0 when `path` is "." or only plain names with single slashes between them; else -1 and errno. */
int sl_beneath_check(const char *path);

/* By openat2(2). The path has passed the check. */
int sl_beneath_openat2(int dir, const char *path, int flags, mode_t mode);

/* By a walk, one name at a time. The path has passed the check. */
int sl_beneath_walk(int dir, const char *path, int flags, mode_t mode);

#endif
