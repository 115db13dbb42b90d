#include <criterion/criterion.h>

#include "base/limits.h"
#include "delivery.h"
#include "io/lock.h"
#include "listing.h"
#include "site_kit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct site_kit kit;

static void setup(void)
{
    site_kit_make(&kit);
}

static void teardown(void)
{
    site_kit_remove(&kit);
}

TestSuite(install, .init = setup, .fini = teardown);

static char *path_of(const char *path)
{
    static char paths[4][PATH_MAX];
    static size_t next;
    char *out = paths[next++ % 4];
    (void)site_kit_path(&kit, out, "%s", path);
    return out;
}

static void expect_link(const char *generation)
{
    char target[PATH_MAX] = "";
    char expected[PATH_MAX];
    (void)snprintf(expected, sizeof expected, "generations/%s", generation);
    cr_expect_gt(readlink(path_of("current"), target, sizeof target - 1), 0);
    cr_expect_str_eq(target, expected);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file, "%s: %s", path, strerror(errno));
    (void)fputs(text, file);
    cr_assert_eq(fclose(file), 0);
}

static bool exists(const char *path)
{
    struct stat info;
    return lstat(path_of(path), &info) == 0;
}

Test(install, the_first_makes_the_root_and_a_complete_copy_of_the_bundle)
{
    (void)umask(077);
    struct sl_install_result result;
    struct sl_err err = {0};
    cr_assert_eq(site_kit_install(&kit, &kit.a, &result, &err), 0, "%s", err.message);
    cr_expect_eq(result.outcome, SL_INSTALLED);
    cr_expect_eq(strncmp(result.generation, "17-v1.0-", 8), 0, "%s", result.generation);
    cr_expect_eq(strlen(result.generation), 8 + 12);
    cr_expect_str_eq(result.previous, "");
    cr_expect_eq(result.files, delivery_file_count + 1, "the files and SHA256SUMS");
    expect_link(result.generation);

    static const struct {
        const char *path;
        mode_t mode;
    } entries[] = {
        {"current/manifest.json", 0100644},
        {"current/manifest.json.0101010101010101.minisig", 0100644},
        {"current/SHA256SUMS", 0100644},
        {"current/docs", 0040755},
        {"current/docs/empty.txt", 0100644},
        {"current/docs/tools/check.sh", 0100755},
        {"current/manifests/20-config.yaml", 0100644},
        {"current/.", 0040755},
        {"generations", 0040755},
        {"state", 0040755},
        {"state/site.json", 0100644},
        {"state/history.jsonl", 0100644},
        {".", 0040755},
    };
    for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++) {
        struct stat info = {0};
        cr_expect_eq(stat(path_of(entries[i].path), &info), 0, "%s", entries[i].path);
        cr_expect_eq(info.st_mode, entries[i].mode, "%s: %o", entries[i].path, (unsigned)info.st_mode);
    }
    cr_expect_not(exists("staging"));
    cr_expect_not(exists("state/pending.json"));
}

Test(install, of_a_missing_root_only_the_last_directory_is_made)
{
    (void)temp_dir_join(&kit.temp, "a//b/./c/", kit.root);
    struct sl_install_result result;
    struct sl_err err = {0};
    cr_expect_eq(site_kit_install(&kit, &kit.a, &result, &err), -1);
    cr_expect_eq(err.code, SL_E_NOT_FOUND, "%s", err.message);
    cr_expect(strstr(err.hint, "is it spelt rightly"), "%s", err.hint);
    struct stat info;
    char made[PATH_MAX];
    cr_expect_neq(stat(temp_dir_join(&kit.temp, "a", made), &info), 0);
    temp_dir_make_dir(&kit.temp, "a");
    temp_dir_make_dir(&kit.temp, "a/b");
    cr_expect_neq(site_kit_must_install(&kit, &kit.a)[0], '\0');
    cr_expect(exists("../c/current/manifest.json"));
}

Test(install, an_upgrade_keeps_the_generation_before)
{
    char first[SL_GENERATION_NAME_MAX];
    (void)snprintf(first, sizeof first, "%s", site_kit_must_install(&kit, &kit.a));
    struct sl_buf before;
    listing_make(&before, path_of("current/"), NULL);
    struct sl_install_result result;
    struct sl_err err = {0};
    cr_assert_eq(site_kit_install(&kit, &kit.b, &result, &err), 0, "%s", err.message);
    cr_expect_eq(result.outcome, SL_INSTALLED);
    cr_expect_str_eq(result.previous, first);
    expect_link(result.generation);
    cr_expect(exists("current/manifests/30-service.yaml"));

    char old[PATH_MAX];
    struct sl_buf after;
    (void)site_kit_path(&kit, old, "generations/%s", first);
    listing_make(&after, old, NULL);
    cr_expect_str_eq(after.ptr, before.ptr);
    sl_buf_release(&before);
    sl_buf_release(&after);
}

Test(install, the_current_bundle_again_changes_nothing)
{
    (void)site_kit_must_install(&kit, &kit.a);
    struct sl_buf before;
    struct sl_buf after;
    listing_make(&before, kit.root, NULL);
    struct sl_install_result result;
    struct sl_err err = {0};
    cr_assert_eq(site_kit_install(&kit, &kit.a, &result, &err), 0, "%s", err.message);
    cr_expect_eq(result.outcome, SL_ALREADY_CURRENT);
    listing_make(&after, kit.root, NULL);
    cr_expect_str_eq(after.ptr, before.ptr);
    sl_buf_release(&before);
    sl_buf_release(&after);
}

Test(install, an_altered_generation_is_replaced_by_a_fresh_copy)
{
    char first[SL_GENERATION_NAME_MAX];
    (void)snprintf(first, sizeof first, "%s", site_kit_must_install(&kit, &kit.a));
    for (int copy = 2; copy <= 3; copy++) {
        write_file(path_of("current/docs/empty.txt"), "not empty");
        struct sl_install_result result;
        struct sl_err err = {0};
        cr_assert_eq(site_kit_install(&kit, &kit.a, &result, &err), 0, "%s", err.message);
        cr_expect_eq(result.outcome, SL_REPAIRED);
        char expected[SL_GENERATION_NAME_MAX + 8];
        (void)snprintf(expected, sizeof expected, "%s.%d", first, copy);
        cr_expect_str_eq(result.generation, expected);
        expect_link(expected);
        struct sl_buf drifts;
        cr_expect_eq(site_kit_status(&kit, &drifts, NULL, &err), 0, "%s", err.message);
        cr_expect_str_eq(drifts.ptr, "");
        sl_buf_release(&drifts);
    }
}

Test(install, a_generation_that_was_deleted_by_hand_is_restored_under_a_new_name)
{
    char first[SL_GENERATION_NAME_MAX];
    char moved[PATH_MAX];
    (void)snprintf(first, sizeof first, "%s", site_kit_must_install(&kit, &kit.a));
    (void)snprintf(moved, sizeof moved, "generations/%s", first);
    cr_assert_eq(rename(path_of(moved), path_of("elsewhere")), 0);
    struct sl_install_result result;
    struct sl_err err = {0};
    cr_assert_eq(site_kit_install(&kit, &kit.a, &result, &err), 0, "%s", err.message);
    cr_expect_eq(result.outcome, SL_REPAIRED);
    cr_expect_str_neq(result.generation, first);
    cr_expect(exists("current/manifest.json"));
}

Test(install, a_bundle_that_is_there_and_intact_is_switched_to_without_another_copy)
{
    char first[SL_GENERATION_NAME_MAX];
    (void)snprintf(first, sizeof first, "%s", site_kit_must_install(&kit, &kit.a));
    (void)site_kit_must_install(&kit, &kit.b);
    struct sl_install_result result;
    struct sl_err err = {0};
    cr_assert_eq(site_kit_install(&kit, &kit.a, &result, &err), 0, "%s", err.message);
    cr_expect_eq(result.outcome, SL_INSTALLED);
    cr_expect_str_eq(result.generation, first);
    expect_link(first);

    /* Altered in the meantime, it is not good enough. */
    (void)site_kit_must_install(&kit, &kit.b);
    char altered[PATH_MAX];
    (void)snprintf(altered, sizeof altered, "generations/%s/SHA256SUMS", first);
    cr_assert_eq(unlink(path_of(altered)), 0);
    cr_assert_eq(site_kit_install(&kit, &kit.a, &result, &err), 0, "%s", err.message);
    cr_expect_eq(result.outcome, SL_INSTALLED);
    cr_expect_str_neq(result.generation, first);
    cr_expect(exists("current/SHA256SUMS"));
}

Test(install, an_older_bundle_than_the_current_one_is_told_by_its_sequence)
{
    struct sl_buf *const bundles[] = {&kit.a, &kit.b, &kit.a, &kit.a};
    static const uint64_t expected[][2] = {{0, 17}, {17, 18}, {18, 17}, {17, 17}};
    for (size_t i = 0; i < sizeof bundles / sizeof bundles[0]; i++) {
        struct sl_install_result result;
        struct sl_err err = {0};
        cr_assert_eq(site_kit_install(&kit, bundles[i], &result, &err), 0, "%s", err.message);
        cr_expect_eq(result.previous_sequence, expected[i][0], "install %zu", i);
        cr_expect_eq(result.sequence, expected[i][1], "install %zu", i);
    }
}

/* As a slow disk or a long wait for the lock: the clock goes on while the bundle is read. */
static void let_time_pass(void *context, const char *phase, uint64_t done, uint64_t total)
{
    (void)context;
    (void)phase;
    (void)done;
    (void)total;
    kit.now += 60;
}

Test(install, the_history_tells_when_the_switch_was_and_not_when_the_work_began)
{
    kit.options.progress = (struct sl_progress){let_time_pass, NULL};
    (void)site_kit_must_install(&kit, &kit.a);
    int64_t first = kit.now - 1;
    (void)site_kit_must_install(&kit, &kit.b);
    struct sl_rollback_result back;
    struct sl_err err = {0};
    cr_assert_eq(
        sl_site_rollback(&back, &kit.options, &(struct sl_rollback_request){.generation = NULL}, &err), 0,
        "%s", err.message);
    int64_t last = kit.now;
    struct sl_site_log *log = NULL;
    cr_assert_eq(sl_site_history(&log, &kit.options, &err), 0, "%s", err.message);
    cr_assert_eq(sl_site_log_count(log), 3);
    cr_expect_geq(first, SITE_KIT_TIME + 60);
    cr_expect_eq(sl_site_log_at(log, 0)->time, first);
    cr_expect_eq(sl_site_log_at(log, 2)->time, last);
    sl_site_log_free(log);
}

/* -- whose site -- */

Test(install, another_customers_bundle_is_refused_without_naming_them)
{
    (void)site_kit_must_install(&kit, &kit.a);
    struct sl_buf before;
    struct sl_buf after;
    listing_make(&before, kit.root, NULL);
    struct sl_buf other;
    delivery_make(&other, &(struct delivery_options){.customer = "nosy-neighbour"});
    struct sl_install_result result;
    struct sl_err err = {0};
    cr_expect_eq(site_kit_install(&kit, &other, &result, &err), -1);
    cr_expect_eq(err.code, SL_E_REFUSED);
    cr_expect_str_eq(err.message, "this bundle is not for customer-a");
    listing_make(&after, kit.root, NULL);
    cr_expect_str_eq(after.ptr, before.ptr);
    sl_buf_release(&before);
    sl_buf_release(&after);
    sl_buf_release(&other);
}

Test(install, a_first_install_that_did_not_come_to_its_end_binds_nobody)
{
    temp_dir_write_text(&kit.temp, "site/state/site.json", "{\"customer\":\"somebody\",\"schema\":1}");
    (void)site_kit_must_install(&kit, &kit.a);
    struct sl_buf other;
    delivery_make(&other, &(struct delivery_options){.customer = "somebody"});
    struct sl_install_result result;
    struct sl_err err = {0};
    cr_expect_eq(site_kit_install(&kit, &other, &result, &err), -1);
    cr_expect_str_eq(err.message, "this bundle is not for customer-a");
    sl_buf_release(&other);
}

Test(install, asking_for_another_customer_than_the_sites_is_refused)
{
    (void)site_kit_must_install(&kit, &kit.a);
    struct sl_policy policy = {.keys = &kit.key, .key_count = 1, .customer = SL_STR("customer-b")};
    struct sl_install_result result;
    struct sl_err err = {0};
    int fd = delivery_open(&kit.a);
    cr_expect_eq(sl_site_install(&result, &kit.options, fd, "x", &policy, &err), -1);
    cr_expect_eq(err.code, SL_E_REFUSED);
    cr_expect(strstr(err.message, "is the site of customer-a, not of customer-b"), "%s", err.message);
    cr_expect_lt(fcntl(fd, F_GETFD), 0, "the descriptor was left open");
}

/* -- bundles that are not as they should be -- */

static void flip_payload(void *context, struct sl_buf *tar)
{
    (void)context;
    char *at = memmem(tar->ptr, tar->len, "kind: ConfigMap", 15);
    cr_assert_not_null(at);
    *at = 'K';
}

static void cut_end(void *context, struct sl_buf *tar)
{
    (void)context;
    tar->len -= 512;
}

static void append_member(void *context, struct sl_buf *tar)
{
    (void)context;
    char block[512];
    memcpy(block, tar->ptr, sizeof block);
    sl_buf_append(tar, block, sizeof block);
}

static const struct {
    const char *what;
    struct delivery_options options;
    bool payload; /* it shows only after the head was accepted */
} evil_bundles[] = {
    {"a changed byte of the payload", {.alter_container = flip_payload}, true},
    {"no end", {.alter_container = cut_end}, true},
    {"something behind the end", {.alter_container = append_member}, true},
    {"no signature", {.unsigned_bundle = true}, false},
    {"another's signature", {.signers = (const unsigned[]){2}, .signer_count = 1}, false},
};

/* The manifest is the same, so the site has all of it already; the copy is bad all the same. */
Test(install, a_damaged_copy_of_the_current_bundle_is_refused)
{
    struct sl_buf damaged;
    delivery_make(&damaged, &(struct delivery_options){.alter_container = flip_payload});
    (void)site_kit_must_install(&kit, &kit.a);
    struct sl_install_result result;
    struct sl_err err = {0};
    cr_expect_eq(site_kit_install(&kit, &damaged, &result, &err), -1);
    cr_expect_eq(err.code, SL_E_REFUSED, "%s", err.message);
    cr_expect(strstr(err.message, "20-config.yaml"), "%s", err.message);
    sl_buf_release(&damaged);
}

static bool is_staging_or_lock(const char *path)
{
    return strcmp(path, "state/lock") == 0;
}

Test(install, a_bundle_that_is_refused_leaves_nothing)
{
    for (int installed = 0; installed < 2; installed++) {
        if (installed)
            (void)site_kit_must_install(&kit, &kit.b);
        for (size_t i = 0; i < sizeof evil_bundles / sizeof evil_bundles[0]; i++) {
            struct sl_buf evil;
            struct sl_buf before;
            struct sl_buf after;
            listing_make(&before, kit.root, is_staging_or_lock);
            delivery_make(&evil, &evil_bundles[i].options);
            struct sl_install_result result;
            struct sl_err err = {0};
            cr_expect_eq(site_kit_install(&kit, &evil, &result, &err), -1, "%s", evil_bundles[i].what);
            cr_expect_eq(err.code, SL_E_REFUSED, "%s: %s", evil_bundles[i].what, err.message);
            listing_make(&after, kit.root, is_staging_or_lock);
            if (installed)
                cr_expect_str_eq(after.ptr, before.ptr, "%s", evil_bundles[i].what);
            else if (!evil_bundles[i].payload)
                cr_expect(i < 3 || !exists("current"));
            cr_expect_not(exists("staging"), "%s", evil_bundles[i].what);
            cr_expect_eq(exists("current"), installed == 1, "%s", evil_bundles[i].what);
            cr_expect_eq(exists("state/site.json"), installed == 1, "%s", evil_bundles[i].what);
            sl_buf_release(&evil);
            sl_buf_release(&before);
            sl_buf_release(&after);
        }
    }
}

Test(install, a_first_one_that_is_refused_leaves_the_lock_alone)
{
    struct sl_buf evil;
    delivery_make(&evil, &(struct delivery_options){.alter_container = cut_end});
    struct sl_install_result result;
    struct sl_err err = {0};
    cr_expect_eq(site_kit_install(&kit, &evil, &result, &err), -1);
    struct sl_buf left;
    listing_make(&left, path_of("state"), NULL);
    cr_expect_eq(strncmp(left.ptr, "100644 lock", 11), 0, "%s", left.ptr);
    cr_expect_eq(strcspn(left.ptr, "\n") + 1, left.len, "%s", left.ptr);
    struct stat info;
    cr_assert_eq(stat(path_of("state/lock"), &info), 0);
    cr_expect_eq(info.st_size, 0);
    cr_expect_not(exists("generations"));
    cr_expect_not(exists("staging"));
    sl_buf_release(&left);
    sl_buf_release(&evil);
}

Test(install, a_bundle_whose_head_is_refused_does_not_even_make_the_root)
{
    struct sl_buf evil;
    delivery_make(&evil, &(struct delivery_options){.unsigned_bundle = true});
    struct sl_install_result result;
    struct sl_err err = {0};
    cr_expect_eq(site_kit_install(&kit, &evil, &result, &err), -1);
    cr_expect_lt(access(kit.root, F_OK), 0);
    sl_buf_release(&evil);
}

/* -- a root that is not as it should be -- */

Test(install, what_others_keep_in_the_root_stays_as_it_is)
{
    static const char *const foreign[] = {"notes.txt", "staging/upload.bin", "generations/mine/file",
                                          "staging/17-v1.0-xyz/file"};
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
        char path[PATH_MAX];
        (void)snprintf(path, sizeof path, "site/%s", foreign[i]);
        temp_dir_write_text(&kit.temp, path, "mine");
    }
    (void)site_kit_must_install(&kit, &kit.a);
    (void)site_kit_must_install(&kit, &kit.b);
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
        cr_expect(exists(foreign[i]), "%s is gone", foreign[i]);
}

Test(install, an_empty_root_is_no_root)
{
    kit.root[0] = '\0';
    struct sl_install_result result;
    struct sl_err err = {0};
    cr_expect_eq(site_kit_install(&kit, &kit.a, &result, &err), -1);
    cr_expect_eq(err.code, SL_E_USAGE, "%s", err.message);
}

struct root_case {
    const char *what, *path, *link_to; /* a file, or a link, before the install */
    enum sl_code code;
    const char *message;
};

static const struct root_case root_cases[] = {
    {"current is a file", "site/current", NULL, SL_E_EXISTS,
     "current is in the way: it is not a symbolic link"},
    {"current leads out", "site/current", "../elsewhere", SL_E_REFUSED, "leads to ../elsewhere"},
    {"current leads to no generation", "site/current", "generations/mine", SL_E_REFUSED, "generations/mine"},
    {"current leads deeper", "site/current", "generations/17-v1.0-0123456789ab/docs", SL_E_REFUSED,
     "no generation of this site"},
    {"current was never installed", "site/current", "generations/17-v1.0-0123456789ab", SL_E_REFUSED,
     "there is no history"},
    {"current would draw on the terminal", "site/current", "generations/\x1b[31m", SL_E_REFUSED, "\\x1b[31m"},
    {"state is a link", "site/state", "../elsewhere", SL_E_EXISTS, "state is in the way"},
    {"staging is a link", "site/staging", "../elsewhere", SL_E_EXISTS, "staging is in the way"},
    {"generations is a link", "site/generations", "../elsewhere", SL_E_EXISTS, "generations is in the way"},
    {"staging is a file", "site/staging", NULL, SL_E_EXISTS, "staging is in the way"},
    {"state is somebody's", "site/state/terraform.tfstate", NULL, SL_E_EXISTS, "it holds terraform.tfstate"},
    {"the root is a file", "site", NULL, SL_E_IO, "Not a directory"},
};

Test(install, a_root_that_is_in_the_way_is_refused_with_what_to_do)
{
    for (size_t i = 0; i < sizeof root_cases / sizeof root_cases[0]; i++) {
        const struct root_case *test = &root_cases[i];
        struct site_kit own;
        site_kit_make(&own);
        temp_dir_write_text(&own.temp, "elsewhere/file", "theirs");
        if (test->link_to)
            temp_dir_link(&own.temp, test->path, test->link_to);
        else
            temp_dir_write_text(&own.temp, test->path, "theirs");
        struct sl_install_result result;
        struct sl_err err = {0};
        cr_expect_eq(site_kit_install(&own, &own.a, &result, &err), -1, "%s", test->what);
        cr_expect_eq(err.code, test->code, "%s: %s: %s", test->what, sl_code_name(err.code), err.message);
        cr_expect(strstr(err.message, test->message), "%s: %s", test->what, err.message);
        cr_expect(test->code == SL_E_IO || err.hint[0], "%s: no hint", test->what);
        struct sl_buf listing;
        char path[PATH_MAX];
        listing_make(&listing, temp_dir_join(&own.temp, "elsewhere", path), NULL);
        cr_expect_eq(strcspn(listing.ptr, "\n") + 1, listing.len, "%s: more than one file elsewhere",
                     test->what);
        sl_buf_release(&listing);
        site_kit_remove(&own);
    }
}

static void install_a(void *context, struct sl_err *err)
{
    struct sl_install_result result;
    (void)context;
    cr_assert_eq(site_kit_install(&kit, &kit.a, &result, err), -1);
}

Test(install, a_root_that_may_not_be_written_says_who_may)
{
    cr_assert_eq(mkdir(kit.root, 0755), 0);
    struct sl_err err;
    site_kit_as_nobody(&kit, install_a, NULL, &err);
    cr_expect_eq(err.code, SL_E_IO, "%s", err.message);
    cr_expect(strstr(err.message, "Permission denied"), "%s", err.message);
    cr_expect(strstr(err.hint, "the user that owns it"), "%s", err.hint);
}

Test(install, while_another_holds_the_lock_it_says_who)
{
    (void)site_kit_must_install(&kit, &kit.a);
    int state = open(path_of("state"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct sl_lock lock;
    struct sl_err err = {0};
    cr_assert_eq(sl_lock_take(&lock, state, "lock", "install, process 4711", false, &err), 0);
    struct sl_install_result result;
    struct sl_rollback_result back;
    cr_expect_eq(site_kit_install(&kit, &kit.b, &result, &err), -1);
    cr_expect_eq(err.code, SL_E_BUSY);
    char expected[PATH_MAX + 64];
    (void)snprintf(expected, sizeof expected, "%s: another sealift is at work: install, process 4711",
                   kit.root);
    cr_expect_str_eq(err.message, expected);
    cr_expect(strstr(err.hint, "--wait"), "%s", err.hint);
    cr_expect_eq(
        sl_site_rollback(&back, &kit.options, &(struct sl_rollback_request){.generation = NULL}, &err), -1);
    cr_expect_eq(err.code, SL_E_BUSY);

    struct sl_site_state now;
    cr_expect_eq(sl_site_status(&now, &kit.options, NULL, &err), 0, "looking needs no lock: %s", err.message);
    struct sl_site_log *log = NULL;
    cr_expect_eq(sl_site_history(&log, &kit.options, &err), 0);
    sl_site_log_free(log);
    sl_lock_release(&lock);
    (void)close(state);
}

struct racer {
    const struct sl_buf *bundle;
    pid_t process;
};

static void race(struct racer *racer)
{
    racer->process = fork();
    cr_assert_geq(racer->process, 0);
    if (racer->process > 0)
        return;
    struct sl_install_result result;
    struct sl_err err = {0};
    kit.options.wait = true;
    int status = site_kit_install(&kit, racer->bundle, &result, &err);
    if (status < 0)
        (void)fprintf(stderr, "%s\n",
                      err.message); /* a race that is lost once in a hundred runs must say why */
    _exit(status == 0 ? 0 : 1);
}

Test(install, two_at_once_come_one_after_the_other_where_they_wait)
{
    struct racer racers[] = {{&kit.a, 0}, {&kit.b, 0}, {&kit.a, 0}, {&kit.b, 0}};
    enum { RACERS = sizeof racers / sizeof racers[0] };
    for (size_t i = 0; i < RACERS; i++)
        race(&racers[i]);
    for (size_t i = 0; i < RACERS; i++) {
        int status = -1;
        cr_assert_eq(waitpid(racers[i].process, &status, 0), racers[i].process);
        cr_expect_eq(status, 0);
    }
    struct sl_site_log *log = NULL;
    struct sl_err err = {0};
    cr_assert_eq(sl_site_history(&log, &kit.options, &err), 0, "%s", err.message);
    size_t count = sl_site_log_count(log);
    cr_expect(count >= 2 && count <= RACERS, "%zu changes", count);
    cr_expect(sl_str_equal(sl_site_log_current(log), sl_site_log_at(log, count - 1)->to));
    sl_site_log_free(log);
    struct sl_buf drifts;
    cr_expect_eq(site_kit_status(&kit, &drifts, NULL, &err), 0, "%s", err.message);
    cr_expect_str_eq(drifts.ptr, "");
    sl_buf_release(&drifts);
}

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"
#define PENDING(from, to)                                                                                    \
    "{\"action\":\"install\",\"bundle\":\"customer-a-v1.0-17\",\"epoch\":0,\"floor\":0,\"from\":\"" from     \
    "\",\"grant\":\"" ZEROS "\",\"manifest_sha256\":\"" ZEROS                                                \
    "\",\"schema\":1,\"signers\":[],\"time\":1,\"to\":\"" to "\",\"trust_version\":0}"

static const struct {
    const char *what, *file, *text; /* NULL: the file is removed */
    const char *message;
} state_cases[] = {
    {"a torn history", "site/state/history.jsonl", "{\"action\":\"inst", "history.jsonl"},
    {"no history", "site/state/history.jsonl", "", "there is no history"},
    {"a torn identity", "site/state/site.json", "{", "site.json"},
    {"no identity", "site/state/site.json", NULL, "site.json is missing"},
    {"no current", "site/current", NULL, "current is missing; by the history it led to 17-v1.0-"},
    {"a change to what is no generation", "site/state/pending.json", PENDING("", "mine"),
     "pending.json names a generation that cannot be one"},
    {"a change from elsewhere", "site/state/pending.json", PENDING("mine", "17-v1.0-0123456789ab"),
     "pending.json names a generation that cannot be one"},
    {"a torn change", "site/state/pending.json", "{", "pending.json"},
};

Test(install, state_that_was_damaged_is_refused_and_nothing_is_removed)
{
    for (size_t i = 0; i < sizeof state_cases / sizeof state_cases[0]; i++) {
        struct site_kit own;
        site_kit_make(&own);
        (void)site_kit_must_install(&own, &own.a);
        char file[PATH_MAX];
        if (state_cases[i].text)
            temp_dir_write_text(&own.temp, state_cases[i].file, state_cases[i].text);
        else
            cr_assert_eq(unlink(temp_dir_join(&own.temp, state_cases[i].file, file)), 0);
        struct sl_buf before;
        struct sl_buf after;
        listing_make(&before, own.root, NULL);
        struct sl_install_result result;
        struct sl_err err = {0};
        cr_expect_eq(site_kit_install(&own, &own.b, &result, &err), -1, "%s", state_cases[i].what);
        cr_expect_eq(err.code, SL_E_REFUSED, "%s: %s", state_cases[i].what, err.message);
        cr_expect(strstr(err.message, state_cases[i].message), "%s: %s", state_cases[i].what, err.message);
        cr_expect(err.hint[0], "%s: no hint", state_cases[i].what);
        listing_make(&after, own.root, NULL);
        cr_expect_str_eq(after.ptr, before.ptr, "%s", state_cases[i].what);
        sl_buf_release(&before);
        sl_buf_release(&after);
        site_kit_remove(&own);
    }
}

/* As if a change had happened that does not follow the one before. */
Test(install, a_stopped_change_that_does_not_fit_the_history_is_refused)
{
    const char *current = site_kit_must_install(&kit, &kit.a);
    char pending[1024];
    (void)snprintf(pending, sizeof pending, PENDING("9-v0.9-0123456789ab", "%s"), current);
    temp_dir_write_text(&kit.temp, "site/state/pending.json", pending);
    struct sl_install_result result;
    struct sl_err err = {0};
    cr_expect_eq(site_kit_install(&kit, &kit.b, &result, &err), -1);
    cr_expect_eq(err.code, SL_E_REFUSED, "%s", err.message);
    cr_expect(strstr(err.message, "recover from the change that was stopped"), "%s", err.message);
    cr_expect(exists("state/pending.json"));
}

Test(install, a_stopped_change_that_did_not_happen_costs_no_generation_the_history_knows)
{
    char first[SL_GENERATION_NAME_MAX];
    char pending[1024];
    (void)snprintf(first, sizeof first, "%s", site_kit_must_install(&kit, &kit.a));
    const char *second = site_kit_must_install(&kit, &kit.b);
    char known[PATH_MAX];
    (void)snprintf(pending, sizeof pending, PENDING("%s", "%s"), second, first);
    (void)snprintf(known, sizeof known, "generations/%s", first);
    temp_dir_write_text(&kit.temp, "site/state/pending.json", pending);
    struct sl_rollback_result back;
    struct sl_err err = {0};
    cr_assert_eq(
        sl_site_rollback(&back, &kit.options, &(struct sl_rollback_request){.generation = NULL}, &err), 0,
        "%s", err.message);
    cr_expect_str_eq(back.to, first);
    cr_expect(exists(known));
}

Test(install, a_current_that_was_changed_by_hand_is_refused_with_the_command_that_mends_it)
{
    char first[SL_GENERATION_NAME_MAX];
    char target[PATH_MAX];
    (void)snprintf(first, sizeof first, "%s", site_kit_must_install(&kit, &kit.a));
    const char *second = site_kit_must_install(&kit, &kit.b);
    (void)snprintf(target, sizeof target, "generations/%s", first);
    cr_assert_eq(unlink(path_of("current")), 0);
    cr_assert_eq(symlink(target, path_of("current")), 0);
    struct sl_install_result result;
    struct sl_err err = {0};
    struct sl_buf b = kit.b;
    cr_expect_eq(site_kit_install(&kit, &b, &result, &err), -1);
    cr_expect_eq(err.code, SL_E_REFUSED, "%s", err.message);
    cr_expect(strstr(err.message, first) && strstr(err.message, second), "%s", err.message);
    cr_expect(strstr(err.hint, "ln -sfn generations/"), "%s", err.hint);
}
