/*
 * Puts a fault at the Nth system call that goes through io/sys.h.
 *
 * CMake, after sl_test(NAME ...) with this module's users among USES:
 *     sl_test_with_faults(NAME)
 * compiles sys_fault.c into test_NAME and links it with --wrap for every function that io/sys.h declares.
 * Nothing happens before sys_fault_arm().
 *
 * Errors: each call in turn fails once, until a run needs fewer calls than `nth`:
 *     for (size_t nth = 1;; nth++) {
 *         ... make the old state ...
 *         sys_fault_arm((struct sys_fault){.action = SYS_FAULT_FAIL, .nth = nth, .number = ENOSPC,
 *                                          .changes_only = true});
 *         int result = sl_thing_do(...);
 *         bool happened = sys_fault_disarm();
 *         ... what must hold ...
 *         if (!happened)
 *             break;
 *     }
 *
 * Kills: the same in a child, whose exit status tells whether it died:
 *     sys_fault_arm((struct sys_fault){.action = SYS_FAULT_DIE, .nth = nth});
 *     if (sys_fault_run(work, context))    // fork, work(context), wait: true when it was killed
 *         ... recover, and what must hold ...
 *
 * The calls of all threads are counted together; arm and disarm while no other thread works.
 */
#ifndef SYS_FAULT_H
#define SYS_FAULT_H

#include <stdbool.h>
#include <stddef.h>

#define SYS_FAULT_STATUS 137 /* what a shell shows for SIGKILL */

enum sys_fault_action {
    SYS_FAULT_COUNT, /* only counts */
    SYS_FAULT_FAIL,  /* the call is not made (close is) and returns -1 with errno `number`; later ones work */
    SYS_FAULT_FAIL_ON, /* the same for every call from the nth on: what is on disk stays as a kill there would
                        * leave it, and the process lives to be asked */
    SYS_FAULT_DIE,     /* _exit() in place of the call: a kill, between it and the one before */
    SYS_FAULT_DIE_WRITING, /* the same, but a write first writes the half of its bytes, rounded up */
    SYS_FAULT_SHORT_WRITES /* every write of more than one byte takes only the half, rounded up; no nth */
};

struct sys_fault {
    enum sys_fault_action action;
    size_t nth;        /* counted from 1 */
    int number;        /* errno for SYS_FAULT_FAIL */
    bool changes_only; /* counts only calls that change the file system or wait for it to be on disk: not
                        * reading, looking, opening what is there, locking and closing */
};

/* Counts from here. */
void sys_fault_arm(struct sys_fault fault);

/* No more faults. True when the fault has happened. */
bool sys_fault_disarm(void);

/* The calls counted since arming. */
size_t sys_fault_count(void);

/* Runs work(context) in a child with the armed fault and waits for it. True when the child died by the fault;
 * false when it came to its end. Any other end (a crash, a sanitizer's report) aborts this process too. The
 * fault is disarmed here afterwards. */
bool sys_fault_run(void (*work)(void *context), void *context);

#endif
