/*
 * How the process that unpacks a bundle is held: what a kernel lacks is left out, and here it shows.
 */
#ifndef SEALIFT_ISOLATION_H
#define SEALIFT_ISOLATION_H

#include <stdbool.h>

struct sl_isolation {
    bool no_new_privs; /* it cannot gain rights: prctl(2) */
    bool limits;       /* no new files, processes or cores, little memory: setrlimit(2) */
    bool seccomp;      /* no system calls but reading, writing, memory and ending: seccomp(2) */
    int landlock; /* no path and no port can be opened: the version of the kernel's Landlock; 0: it has none */
};

#endif
