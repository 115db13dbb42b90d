#include "scenario.h"

#include "delivery.h"
#include "listing.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* -- the changes -- */

static int install(struct site_kit *kit, const struct sl_buf *bundle, struct sl_err *err)
{
    struct sl_install_result result;
    kit->now = SITE_KIT_TIME + 100;
    return site_kit_install(kit, bundle, &result, err);
}

static int install_a(struct site_kit *kit, struct sl_err *err)
{
    return install(kit, &kit->a, err);
}

static int install_b(struct site_kit *kit, struct sl_err *err)
{
    return install(kit, &kit->b, err);
}

static int roll_back(struct site_kit *kit, struct sl_err *err)
{
    struct sl_rollback_result result;
    kit->now = SITE_KIT_TIME + 100;
    return sl_site_rollback(&result, &kit->options, &(struct sl_rollback_request){.generation = "17"}, err);
}

static void prepare_nothing(struct site_kit *kit)
{
    (void)kit;
}

static void prepare_a(struct site_kit *kit)
{
    (void)site_kit_must_install(kit, &kit->a);
}

static void prepare_altered_a(struct site_kit *kit)
{
    char path[PATH_MAX];
    prepare_a(kit);
    cr_assert_eq(truncate(site_kit_path(kit, path, "current/docs/tools/check.sh"), 1), 0);
}

static void prepare_a_and_b(struct site_kit *kit)
{
    prepare_a(kit);
    (void)site_kit_must_install(kit, &kit->b);
}

const struct scenario_plan scenario_plans[] = {
    {.name = "the first install", .prepare = prepare_nothing, .change = install_a, .first = true},
    {.name = "an upgrade", .prepare = prepare_a, .change = install_b},
    {.name = "a repair", .prepare = prepare_altered_a, .change = install_a, .altered = true},
    {.name = "a rollback", .prepare = prepare_a_and_b, .change = roll_back, .goes_back = true},
    {.name = "what is there", .prepare = prepare_a_and_b, .change = install_a, .may_copy = true},
    {.name = "the same again", .prepare = prepare_a, .change = install_a, .may_copy = true},
};
const size_t scenario_plan_count = sizeof scenario_plans / sizeof scenario_plans[0];

/* -- states as text -- */

static bool skip_lock(const char *path)
{
    return strcmp(path, "state/lock") == 0;
}

static bool skip_before_first(const char *path)
{
    return skip_lock(path) || strcmp(path, "state/site.json") == 0;
}

static void drop_line(struct sl_buf *listing, const char *line)
{
    char *at = strstr(listing->ptr, line);
    if (!at)
        return;
    size_t len = strlen(line);
    memmove(at, at + len, strlen(at + len) + 1);
    listing->len -= len;
}

static void list(struct sl_buf *out, const struct scenario *scenario)
{
    bool first = scenario->plan->first;
    listing_make(out, scenario->kit.root, first ? skip_before_first : skip_lock);
    if (first) {
        drop_line(out, "040755 state\n");
        drop_line(out, "040755 generations\n");
    }
}

static bool same(const struct sl_buf *a, const struct sl_buf *b)
{
    return strcmp(a->ptr, b->ptr) == 0;
}

enum scenario_state scenario_state(const struct scenario *scenario)
{
    struct sl_buf now;
    list(&now, scenario);
    enum scenario_state state = SCENARIO_OTHER;
    if (same(&now, &scenario->after))
        state = SCENARIO_NEW;
    else if (same(&now, &scenario->before))
        state = SCENARIO_OLD;
    sl_buf_release(&now);
    return state;
}

bool scenario_has(const struct scenario *scenario, const char *path)
{
    char full[PATH_MAX];
    struct stat info;
    return lstat(site_kit_path(&scenario->kit, full, "%s", path), &info) == 0;
}

/* The lines of a listing whose path begins so; behind the mode, which has 6 digits and a blank. */
static void pick(struct sl_buf *out, const struct sl_buf *listing, const char *prefix)
{
    sl_buf_init(out, listing->max);
    sl_buf_text(out, "");
    for (const char *line = listing->ptr; *line;) {
        size_t len = strcspn(line, "\n") + 1;
        if (strncmp(line + 7, prefix, strlen(prefix)) == 0)
            sl_buf_append(out, line, len);
        line += len;
    }
}

/* Whether that part of the site is the new one; it must be the new or the old one. */
static bool part_is_new(const struct scenario *scenario, const struct sl_buf *now, const char *prefix,
                        size_t nth)
{
    struct sl_buf parts[3];
    const struct sl_buf *listings[3] = {now, &scenario->before, &scenario->after};
    for (size_t i = 0; i < 3; i++)
        pick(&parts[i], listings[i], prefix);
    bool is_old = same(&parts[0], &parts[1]);
    bool is_new = same(&parts[0], &parts[2]);
    cr_assert(is_old || is_new, "%s, call %zu: %s is neither old nor new:\n%s", scenario->plan->name, nth,
              prefix, parts[0].ptr);
    for (size_t i = 0; i < 3; i++)
        sl_buf_release(&parts[i]);
    return is_new;
}

/* -- making and copying -- */

static void copy_file(int from, int to, const char *name, mode_t mode)
{
    char bytes[8192];
    int source = openat(from, name, O_RDONLY | O_CLOEXEC);
    int target = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    cr_assert(source >= 0 && target >= 0, "copy %s", name);
    for (ssize_t got; (got = read(source, bytes, sizeof bytes)) > 0;)
        cr_assert_eq(write(target, bytes, (size_t)got), got);
    cr_assert_eq(fchmod(target, mode & 07777), 0);
    (void)close(source);
    (void)close(target);
}

static void copy_directory(int from, int to)
{
    DIR *names = fdopendir(dup(from));
    cr_assert_not_null(names);
    rewinddir(names);
    for (struct dirent *entry; (entry = readdir(names));) {
        const char *name = entry->d_name;
        struct stat info;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
            continue;
        cr_assert_eq(fstatat(from, name, &info, AT_SYMLINK_NOFOLLOW), 0);
        if (S_ISDIR(info.st_mode)) {
            cr_assert_eq(mkdirat(to, name, 0700), 0);
            int below_from = openat(from, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
            int below_to = openat(to, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
            copy_directory(below_from, below_to);
            cr_assert_eq(fchmod(below_to, info.st_mode & 07777), 0);
            (void)close(below_from);
            (void)close(below_to);
        } else if (S_ISLNK(info.st_mode)) {
            char target[PATH_MAX] = "";
            cr_assert_gt(readlinkat(from, name, target, sizeof target - 1), 0);
            cr_assert_eq(symlinkat(target, to, name), 0);
        } else {
            copy_file(from, to, name, info.st_mode);
        }
    }
    (void)closedir(names);
}

void scenario_reset(struct scenario *scenario)
{
    struct temp_dir old = {{0}};
    (void)snprintf(old.path, sizeof old.path, "%s", scenario->kit.root);
    if (access(old.path, F_OK) == 0)
        temp_dir_remove(&old);
    if (!scenario->template_root[0])
        return;
    cr_assert_eq(mkdir(scenario->kit.root, 0755), 0);
    int from = open(scenario->template_root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int to = open(scenario->kit.root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    copy_directory(from, to);
    (void)close(from);
    (void)close(to);
}

void scenario_keep(struct scenario *scenario)
{
    struct temp_dir old = {{0}};
    (void)snprintf(old.path, sizeof old.path, "%s", scenario->template_root);
    if (old.path[0])
        temp_dir_remove(&old);
    (void)temp_dir_join(&scenario->kit.temp, "template", scenario->template_root);
    cr_assert_eq(rename(scenario->kit.root, scenario->template_root), 0);
}

void scenario_make(struct scenario *scenario, const struct scenario_plan *plan)
{
    *scenario = (struct scenario){.plan = plan};
    site_kit_make(&scenario->kit);
    plan->prepare(&scenario->kit);
    if (!plan->first)
        scenario_keep(scenario);
    scenario_reset(scenario);
    list(&scenario->before, scenario);
    struct sl_err err = {0};
    cr_assert_eq(scenario_run(scenario, &err), 0, "%s: %s", plan->name, err.message);
    list(&scenario->after, scenario);
    char current[PATH_MAX];
    listing_make(&scenario->tree, site_kit_path(&scenario->kit, current, "current/"), NULL);
}

void scenario_remove(struct scenario *scenario)
{
    sl_buf_release(&scenario->before);
    sl_buf_release(&scenario->after);
    sl_buf_release(&scenario->tree);
    site_kit_remove(&scenario->kit);
}

int scenario_run(struct scenario *scenario, struct sl_err *err)
{
    return scenario->plan->change(&scenario->kit, err);
}

void scenario_recover(struct scenario *scenario, struct sl_err *err)
{
    struct sl_rollback_result result;
    scenario->kit.now = SITE_KIT_TIME + 200;
    *err = (struct sl_err){0};
    cr_assert_eq(sl_site_rollback(&result, &scenario->kit.options,
                                  &(struct sl_rollback_request){.generation = "nothing"}, err),
                 -1);
}

/* -- what must hold -- */

/* The listing without what is in staging/. */
static void list_outside(struct sl_buf *out, const struct scenario *scenario)
{
    struct sl_buf staging;
    list(out, scenario);
    pick(&staging, out, "staging");
    if (staging.len)
        drop_line(out, staging.ptr);
    sl_buf_release(&staging);
}

bool scenario_is_staged(const struct scenario *scenario)
{
    static const char arrow[] = " -> generations/";
    char staged[PATH_MAX];
    const char *name = strstr(scenario->after.ptr, arrow) + strlen(arrow);
    (void)site_kit_path(&scenario->kit, staged, "staging/%.*s", (int)strcspn(name, "\n"), name);
    struct sl_buf tree;
    listing_make(&tree, staged, NULL);
    bool complete = same(&tree, &scenario->tree);
    sl_buf_release(&tree);
    return complete;
}

/* An empty staging/ is nothing to finish. */
static bool is_unfinished(const struct scenario *scenario)
{
    struct sl_buf now;
    struct sl_buf staged;
    listing_make(&now, scenario->kit.root, NULL);
    pick(&staged, &now, "staging/");
    bool unfinished = staged.len > 0 || scenario_has(scenario, "state/pending.json");
    sl_buf_release(&now);
    sl_buf_release(&staged);
    return unfinished;
}

static void check_status(const struct scenario *scenario, bool current_is_new, size_t nth)
{
    struct sl_buf lines;
    struct sl_site_state state;
    struct sl_err err = {0};
    int result = site_kit_status(&scenario->kit, &lines, &state, &err);
    bool unfinished = is_unfinished(scenario);
    if (scenario->plan->first && !current_is_new) {
        cr_assert_eq(result, -1);
        cr_assert_eq(err.code, SL_E_NOT_FOUND, "%s, call %zu: %s", scenario->plan->name, nth, err.message);
        cr_assert_eq(strstr(err.message, "an install was stopped") != NULL, unfinished, "%s, call %zu: %s",
                     scenario->plan->name, nth, err.message);
    } else {
        cr_assert_eq(result, 0, "%s, call %zu: %s", scenario->plan->name, nth, err.message);
        cr_assert_eq(state.drifted > 0, scenario->plan->altered && !current_is_new, "%s, call %zu: %s",
                     scenario->plan->name, nth, lines.ptr);
        cr_assert_eq(state.pending, unfinished, "%s, call %zu", scenario->plan->name, nth);
    }
    sl_buf_release(&lines);
}

void scenario_check(const struct scenario *scenario, size_t nth)
{
    const char *name = scenario->plan->name;
    struct sl_buf now;
    list_outside(&now, scenario);
    bool generations = part_is_new(scenario, &now, "generations/", nth);
    bool current = part_is_new(scenario, &now, "current ", nth);
    bool history = part_is_new(scenario, &now, "state/history.jsonl ", nth);
    /* Without a change, a part is old and new at once. */
    bool changes = !same(&scenario->before, &scenario->after);
    cr_assert(!current || generations, "%s, call %zu: current is ahead of generations", name, nth);
    cr_assert(!changes || !history || current, "%s, call %zu: the history is ahead of current", name, nth);
    cr_assert(!changes || current == history || scenario_has(scenario, "state/pending.json"),
              "%s, call %zu: current and history differ, and nothing explains it", name, nth);
    cr_assert(same(&now, &scenario->before) || generations || scenario_is_staged(scenario),
              "%s, call %zu: changed before the staged tree was complete:\n%s", name, nth, now.ptr);
    check_status(scenario, current, nth);
    sl_buf_release(&now);
}

enum scenario_state scenario_check_recovery(struct scenario *scenario, size_t nth)
{
    const char *name = scenario->plan->name;
    struct sl_err err;
    scenario_recover(scenario, &err);
    enum scenario_state state = scenario_state(scenario);
    bool empty = scenario->plan->first && state == SCENARIO_OLD;
    cr_assert_eq(err.code, empty ? SL_E_NOT_FOUND : SL_E_USAGE, "%s, call %zu: %s", name, nth, err.message);
    cr_assert_neq(state, SCENARIO_OTHER, "%s, call %zu: neither old nor new", name, nth);

    struct sl_buf once;
    struct sl_buf twice;
    listing_make(&once, scenario->kit.root, NULL);
    scenario_recover(scenario, &err);
    listing_make(&twice, scenario->kit.root, NULL);
    cr_assert(same(&once, &twice), "%s, call %zu: the second recovery changed:\n%s\nto\n%s", name, nth,
              once.ptr, twice.ptr);
    sl_buf_release(&once);
    sl_buf_release(&twice);

    if (state == SCENARIO_OLD || !scenario->plan->goes_back) {
        err = (struct sl_err){0};
        cr_assert_eq(scenario_run(scenario, &err), 0, "%s, call %zu: %s", name, nth, err.message);
        struct sl_buf now;
        list(&now, scenario);
        cr_assert(same(&now, &scenario->after), "%s, call %zu: not the new state afterwards:\n%s", name, nth,
                  now.ptr);
        sl_buf_release(&now);
    }
    return state;
}

bool scenario_is_copy(const struct scenario *scenario)
{
    char current[PATH_MAX];
    struct sl_buf tree;
    listing_make(&tree, site_kit_path(&scenario->kit, current, "current/"), NULL);
    bool whole = same(&tree, &scenario->tree);
    sl_buf_release(&tree);
    return whole && !scenario_has(scenario, "staging") && !scenario_has(scenario, "state/pending.json");
}
