/*
 * Pieces of git's files, by position.
 */
#ifndef TREE_GIT_READ_AT_H
#define TREE_GIT_READ_AT_H

#include <sealift/err.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Exactly `len` bytes from `at`. 1; 0: the file ends before; -1: error. */
int sl_read_at(int fd, uint64_t at, void *out, size_t len, struct sl_err *err) SL_MUST_USE;

/* The size of a regular file; anything else is SL_E_INPUT. */
int sl_read_size(int fd, uint64_t *out, struct sl_err *err) SL_MUST_USE;

static inline uint32_t sl_be32(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | (uint32_t)bytes[3];
}

#endif
