/*
 * Errors: what stopped the work.
 *
 * A function that can fail returns int: 0 (or a count) when it worked, -1 when it did not, and then it has
 * filled the `struct sl_err` its caller passed as last parameter. The struct is fixed in size and lives on
 * the caller's stack, so reporting that memory ran out needs no memory.
 *
 * Order of calls:
 *     struct sl_err err = {0};
 *     if (sl_thing_do(&thing, name, &err) < 0)
 *         return sl_wrap(&err, "pack %s", customer);      // adds context in front, keeps the code
 * and where something goes wrong first:
 *     return sl_fail_errno(err, SL_E_IO, "open %s", path);   // appends strerror(errno)
 *     return sl_fail(err, SL_E_INPUT, "%s:%u:%u: ...", file, line, column);
 * A hint, if there is one, is what the reader can do next: sl_hint(err, "see `sealift history`").
 *
 * An error is not a finding: an error stops the work and there is one; findings (sealift/finding.h) are data
 * and there may be many.
 */
#ifndef SEALIFT_ERR_H
#define SEALIFT_ERR_H

#include <stdarg.h>

/* Every code there is. sl_err_exit_status() maps them, once, to the exit statuses of the command. */
enum sl_code {
    SL_OK = 0,
    SL_E_INPUT,       /* a document, key or repository says something it must not */
    SL_E_FINDINGS,    /* validation came to findings of severity error */
    SL_E_REFUSED,     /* a bundle, signature or state is not to be trusted */
    SL_E_DRIFT,       /* an installed tree differs from its manifest */
    SL_E_USAGE,       /* the caller asked for something that makes no sense */
    SL_E_NOT_FOUND,   /* a file that has to be there is not */
    SL_E_EXISTS,      /* something is in the way */
    SL_E_IO,          /* reading or writing failed */
    SL_E_NO_SPACE,    /* the disk or a quota is full */
    SL_E_BUSY,        /* somebody else holds the lock */
    SL_E_LIMIT,       /* larger than a documented limit */
    SL_E_NO_MEMORY,   /* an allocation failed */
    SL_E_UNSUPPORTED, /* known, and deliberately not done */
    SL_E_INTERNAL,    /* a defect of ours */
};

#define SL_ERR_MESSAGE_MAX 1024
#define SL_ERR_HINT_MAX    256
#define SL_ERR_FILE_MAX    512

struct sl_err {
    enum sl_code code;
    int sys_errno; /* 0, or the errno that caused it */
    char message[SL_ERR_MESSAGE_MAX];
    char hint[SL_ERR_HINT_MAX]; /* empty, or what to do next */
    char file[SL_ERR_FILE_MAX]; /* empty, or the path of the file that it is about, as it is: not escaped */
};

#define SL_MUST_USE     __attribute__((warn_unused_result))
#define SL_PRINTF(f, a) __attribute__((format(printf, f, a)))

/* Fills `err` and returns -1. Text longer than the message is cut; the struct is always NUL terminated. */
int sl_fail(struct sl_err *err, enum sl_code code, const char *format, ...) SL_PRINTF(3, 4);

/* Like sl_fail() for a failed system call: takes errno, appends ": " and its text, and turns SL_E_IO into
 * SL_E_NO_SPACE for ENOSPC and EDQUOT, SL_E_NOT_FOUND for ENOENT, SL_E_NO_MEMORY for ENOMEM. */
int sl_fail_errno(struct sl_err *err, enum sl_code code, const char *format, ...) SL_PRINTF(3, 4);

/* The one message for a failed allocation. */
int sl_fail_memory(struct sl_err *err);

/* Puts "format: " in front of the message that is there; returns -1. Code, errno, hint and file stay. */
int sl_wrap(struct sl_err *err, const char *format, ...) SL_PRINTF(2, 3);

/* Sets the hint; returns -1 so that `return sl_hint(err, ...)` can follow an sl_fail(). */
int sl_hint(struct sl_err *err, const char *format, ...) SL_PRINTF(2, 3);

/* Says which file it is about, for reports to machines: the message names it anyway. The first one to say so is the
 * nearest and stays; a path that is too long is left out. Returns -1. */
int sl_err_about(struct sl_err *err, const char *path);

/* Makes `err` blank again, for a caller that goes on after a failure it expected. */
void sl_err_clear(struct sl_err *err);

/* 0 done; 1 a verdict against you; 2 usage; 3 cannot read or write something; 4 a defect of ours. */
int sl_err_exit_status(enum sl_code code);

/* The code's stable name for machines, for example "refused". Never NULL. */
const char *sl_code_name(enum sl_code code);

#endif
