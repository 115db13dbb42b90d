/*
 * Four fences, each of which holds where the ones before are missing. Sources: prctl(2), setrlimit(2), landlock(7),
 * seccomp(2) and the kernel's headers.
 */
#include "confine.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define MACHINE AUDIT_ARCH_AARCH64
#endif

/* -- limits -- */

/* Inflating takes 2 MiB, and the parent's memory counts with it. A sanitizer maps terabytes, so there it is not set. */
#define MEMORY_MAX ((rlim_t)2 << 30)

static bool limit(int resource, rlim_t value)
{
    struct rlimit limit = {value, value};
    return setrlimit((__rlimit_resource_t)resource, &limit) == 0;
}

static bool set_limits(void)
{
    /* One byte is too little for a core, and 0 would not keep one from a program that takes it through a pipe (core(5)). */
    bool no_core = limit(RLIMIT_CORE, 1) || limit(RLIMIT_CORE, 0);
    bool set = limit(RLIMIT_NOFILE, 0) && limit(RLIMIT_FSIZE, 0) && limit(RLIMIT_NPROC, 0) && no_core;
#ifndef CONFINE_SANITIZED
    set = limit(RLIMIT_AS, MEMORY_MAX) && set;
#endif
    return set;
}

/* -- Landlock -- */

/* As far as any kernel knows it; a kernel is given the part that its version has. The header of the build machine may be older. */
struct landlock_rules {
    uint64_t paths, network, scope;
};

/* All rights over paths by version of the interface, from linux/landlock.h. */
static const struct {
    uint64_t paths, network, scope;
    size_t size;
} landlock_versions[] = {
    {0x1fff, 0, 0, 8},  {0x3fff, 0, 0, 8},  {0x7fff, 0, 0, 8},
    {0x7fff, 3, 0, 16}, {0xffff, 3, 0, 16}, {0xffff, 3, 3, 24},
};

static int deny_paths(void)
{
    enum { KNOWN = sizeof landlock_versions / sizeof landlock_versions[0] };
    int version = (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version <= 0)
        return 0;
    int known = version < KNOWN ? version : KNOWN;
    struct landlock_rules rules = {
        .paths = landlock_versions[known - 1].paths,
        .network = landlock_versions[known - 1].network,
        .scope = landlock_versions[known - 1].scope,
    };
    int set = (int)syscall(SYS_landlock_create_ruleset, &rules, landlock_versions[known - 1].size, 0);
    if (set < 0)
        return 0;
    bool restricted = syscall(SYS_landlock_restrict_self, set, 0) == 0;
    (void)close(set);
    return restricted ? version : 0;
}

/* -- seccomp -- */

#ifdef MACHINE
#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offsetof(struct seccomp_data, field))
#define ALLOW       BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define REFUSE      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)
#define LET(number) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(number), 0, 1), ALLOW

/* Memory that cannot be run: the lower half of the third argument, the protection, without PROT_EXEC. */
#define LET_WITHOUT_EXEC(number)                                                                             \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(number), 0, 4), LOAD(args[2]),                            \
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1), REFUSE, ALLOW

/* Memory that is given up, and nothing else that madvise can do, to pages that others have too: with the rights of root, poison
 * them. */
#define LET_GIVE_UP(number)                                                                                  \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(number), 0, 4), LOAD(args[2]),                            \
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MADV_DONTNEED, 1, 0), REFUSE, ALLOW

/* What is not named is refused and not killed: a C library of another year may ask for something harmless first. Little-endian
 * machines only, for args[2]; the two above are. */
static const struct sock_filter filter[] = {
    LOAD(arch),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MACHINE, 1, 0),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    LOAD(nr),
    LET(SYS_read),
    LET(SYS_write),
    LET(SYS_futex),
    LET(SYS_munmap),
    LET(SYS_mremap),
    LET(SYS_brk),
    LET(SYS_close),
    LET(SYS_rt_sigreturn),
    LET(SYS_rt_sigprocmask),
    LET(SYS_restart_syscall),
    LET(SYS_clock_gettime),
#ifdef CONFINE_SANITIZED
    LET(SYS_sigaltstack),
#endif
    LET(SYS_exit),
    LET(SYS_exit_group),
    LET_WITHOUT_EXEC(SYS_mmap),
    LOAD(nr),
    LET_WITHOUT_EXEC(SYS_mprotect),
    LOAD(nr),
    LET_GIVE_UP(SYS_madvise),
    REFUSE,
};

static bool filter_calls(void)
{
    struct sock_fprog program = {.len = sizeof filter / sizeof filter[0],
                                 .filter = (struct sock_filter *)filter};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}
#else
static bool filter_calls(void)
{
    return false; /* the numbers of the calls are known for the two machines above */
}
#endif

struct sl_isolation confine_process(void)
{
    struct sl_isolation isolation = {.no_new_privs = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0};
    isolation.landlock = deny_paths();
    isolation.limits = set_limits();
    isolation.seccomp = filter_calls();
    return isolation;
}
