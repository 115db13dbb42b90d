/*
 * Giving up rights, for good, in a child that has only to compute.
 */
#ifndef IO_CONFINE_H
#define IO_CONFINE_H

#include "io/isolated.h"

/* A sanitizer needs room and a place to complain. */
#if defined(__SANITIZE_ADDRESS__)
#define CONFINE_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CONFINE_SANITIZED 1
#endif
#endif

/* Confines the calling process, which has one thread. What the kernel lacks is left out. */
struct sl_isolation confine_process(void);

#endif
