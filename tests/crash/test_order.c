/*
 * A kill shows the order of the changes, but not whether each was on disk before the next: only a power cut
 * does. So the calls themselves are written down here, and compared with the order that src/site/change.c
 * promises: what a later step relies on has been synced before it.
 */
#include <criterion/criterion.h>

#include "base/limits.h"
#include "scenario.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static struct sl_buf trace;
static bool tracing;
static const char *root;

/* A descriptor as the path below ROOT that it was opened by. */
static const char *path_of(int fd, char out[PATH_MAX])
{
    char link[64];
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t len = readlink(link, out, PATH_MAX - 1);
    out[len < 0 ? 0 : len] = '\0';
    size_t prefix = strlen(root);
    if (strncmp(out, root, prefix) != 0)
        return "elsewhere";
    return out[prefix] == '/' ? out + prefix + 1 : ".";
}

static void note(const char *call, int dir, const char *name)
{
    char path[PATH_MAX];
    if (!tracing)
        return;
    const char *shown = path_of(dir, path);
    sl_buf_printf(&trace, "%s %s%s%s\n", call, strcmp(shown, ".") == 0 && name ? "" : shown,
                  name && strcmp(shown, ".") != 0 ? "/" : "", name ? name : "");
}

#define TRACE(name, parameters, arguments, dir, what)                                                        \
    int __real_sl_sys_##name parameters;                                                                     \
    int __wrap_sl_sys_##name parameters;                                                                     \
    int __wrap_sl_sys_##name parameters                                                                      \
    {                                                                                                        \
        note(#name, dir, what);                                                                              \
        return __real_sl_sys_##name arguments;                                                               \
    }

TRACE(syncfs, (int fd), (fd), fd, NULL)
TRACE(fsync, (int fd), (fd), fd, NULL)
TRACE(unlinkat, (int dir, const char *name, int flags), (dir, name, flags), dir, name)
TRACE(renameat, (int from, const char *a, int to, const char *b), (from, a, to, b), to, b)

/* As NFS answers it for a directory. */
static bool lacks_noreplace;

int __real_sl_sys_renameat_noreplace(int from, const char *a, int to, const char *b);
int __wrap_sl_sys_renameat_noreplace(int from, const char *a, int to, const char *b);
int __wrap_sl_sys_renameat_noreplace(int from, const char *a, int to, const char *b)
{
    note("renameat_noreplace", to, b);
    if (!lacks_noreplace)
        return __real_sl_sys_renameat_noreplace(from, a, to, b);
    errno = EINVAL;
    return -1;
}
TRACE(symlinkat, (const char *target, int dir, const char *name), (target, dir, name), dir, name)

/* Whose site changes once right behind the next look at `current`, as if by another process. */
static struct site_kit *meanwhile;

ssize_t __real_sl_sys_readlinkat(int dir, const char *name, char *out, size_t size);
ssize_t __wrap_sl_sys_readlinkat(int dir, const char *name, char *out, size_t size);
ssize_t __wrap_sl_sys_readlinkat(int dir, const char *name, char *out, size_t size)
{
    ssize_t got = __real_sl_sys_readlinkat(dir, name, out, size);
    struct site_kit *kit = meanwhile;
    meanwhile = NULL;
    if (kit)
        (void)site_kit_must_install(kit, &kit->b);
    return got;
}

/* The steps of src/site/change.c. The letters are its. */
#define A "syncfs .\n"
#define REPLACE(name)                                                                                        \
    "unlinkat state/" name ".tmp\n"                                                                          \
    "fsync state/" name ".tmp\n"                                                                             \
    "renameat state/" name "\n"                                                                              \
    "fsync state\n"
#define B REPLACE("site.json")
#define C REPLACE("pending.json")
#define D "renameat_noreplace generations/NAME\nfsync staging\nfsync generations\n"
#define E "symlinkat staging/current\nrenameat current\nfsync .\n"
#define F REPLACE("history.jsonl")
#define G "unlinkat state/pending.json\n"
/* Before a change, recovery looks for what a stopped one has left; after it, staging goes. */
#define TIDY                                                                                                 \
    "unlinkat state/site.json.tmp\nunlinkat state/pending.json.tmp\nunlinkat state/history.jsonl.tmp\n"
#define END "unlinkat staging\n"

static const struct {
    const char *plan, *calls;
} cases[] = {
    /* ROOT, the directory it is in, state/; later generations/. */
    {"the first install", "fsync .\nfsync elsewhere\nfsync .\n" TIDY A B C "fsync .\n" D E F G END},
    {"an upgrade", TIDY A C D E F G END},
    {"a repair", TIDY A C D E F G END},
    {"a rollback", TIDY C E F G END},
    {"what is there", TIDY C E F G END},
    {"the same again", TIDY},
};

/* The trace with NAME for the names of generations. */
static void replace_names(struct sl_buf *out, const char *text)
{
    static const char mark[] = "generations/1";
    sl_buf_init(out, SL_MIB);
    for (const char *at; (at = strstr(text, mark)); text = at + strcspn(at, "\n")) {
        sl_buf_append(out, text, (size_t)(at - text));
        sl_buf_text(out, "generations/NAME");
    }
    sl_buf_text(out, text);
}

Test(order, every_step_is_on_disk_before_the_next_one_relies_on_it)
{
    sl_buf_init(&trace, SL_MIB);
    for (size_t i = 0; i < scenario_plan_count; i++) {
        struct scenario scenario;
        scenario_make(&scenario, &scenario_plans[i]);
        scenario_reset(&scenario);
        root = scenario.kit.root;
        sl_buf_reset(&trace);
        sl_buf_text(&trace, "");
        struct sl_err err = {0};
        tracing = true;
        int result = scenario_run(&scenario, &err);
        tracing = false;
        cr_assert_eq(result, 0, "%s", err.message);
        struct sl_buf calls;
        replace_names(&calls, trace.ptr);
        cr_expect_str_eq(cases[i].plan, scenario_plans[i].name);
        cr_expect_str_eq(calls.ptr, cases[i].calls, "%s:\n%s\nand not\n%s", cases[i].plan, calls.ptr,
                         cases[i].calls);
        sl_buf_release(&calls);
        scenario_remove(&scenario);
    }
    sl_buf_release(&trace);
}

Test(order, a_file_system_that_cannot_promise_not_to_replace_will_do)
{
    lacks_noreplace = true;
    for (size_t i = 0; i < scenario_plan_count; i++) {
        struct scenario scenario;
        scenario_make(&scenario, &scenario_plans[i]);
        cr_expect_eq(scenario_state(&scenario), SCENARIO_NEW, "%s", scenario_plans[i].name);
        scenario_remove(&scenario);
    }
}

Test(order, a_whole_change_between_two_looks_of_somebody_without_the_lock_is_no_disagreement)
{
    struct site_kit kit;
    site_kit_make(&kit);
    (void)site_kit_must_install(&kit, &kit.a);
    meanwhile = &kit;
    struct sl_site_state state;
    struct sl_err err = {0};
    cr_expect_eq(sl_site_status(&state, &kit.options, NULL, &err), 0, "%s", err.message);
    cr_expect_null(meanwhile);
    cr_expect_eq(state.sequence, 18);
    site_kit_remove(&kit);
}
