#include <criterion/criterion.h>

#include "base/limits.h"
#include "delivery.h"
#include "listing.h"
#include "site_kit.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static struct site_kit kit;

static void setup(void)
{
    site_kit_make(&kit);
    (void)site_kit_must_install(&kit, &kit.a);
}

static void teardown(void)
{
    site_kit_remove(&kit);
}

TestSuite(status, .init = setup, .fini = teardown);

static char *in_current(const char *path)
{
    static char paths[4][PATH_MAX];
    static size_t next;
    char *out = paths[next++ % 4];
    (void)site_kit_path(&kit, out, "current/%s", path);
    return out;
}

static void expect_drifts(const char *expected)
{
    struct sl_buf lines;
    struct sl_buf before;
    struct sl_buf after;
    struct sl_site_state state;
    struct sl_err err = {0};
    listing_make(&before, kit.root, NULL);
    cr_assert_eq(site_kit_status(&kit, &lines, &state, &err), 0, "%s", err.message);
    listing_make(&after, kit.root, NULL);
    cr_expect_str_eq(lines.ptr, expected);
    size_t count = 0;
    for (const char *at = expected; *at; at++)
        count += *at == '\n';
    cr_expect_eq(state.drifted, count);
    cr_expect_str_eq(after.ptr, before.ptr, "status changed something");
    sl_buf_release(&before);
    sl_buf_release(&after);
    sl_buf_release(&lines);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(in_current(path), "w");
    cr_assert_not_null(file, "%s", path);
    (void)fputs(text, file);
    cr_assert_eq(fclose(file), 0);
    cr_assert_eq(chmod(in_current(path), 0644), 0);
}

Test(status, an_intact_generation_has_no_differences)
{
    struct sl_buf lines;
    struct sl_site_state state;
    struct sl_err err = {0};
    cr_assert_eq(site_kit_status(&kit, &lines, &state, &err), 0, "%s", err.message);
    cr_expect_str_eq(lines.ptr, "");
    cr_expect_eq(strncmp(state.generation, "17-v1.0-", 8), 0);
    cr_expect_str_eq(state.customer, "customer-a");
    cr_expect_str_eq(state.release, "v1.0");
    cr_expect_eq(state.sequence, 17);
    cr_expect_eq(state.files, delivery_file_count + 1);
    cr_expect_eq(state.drifted, 0);
    cr_expect_not(state.pending);
    sl_buf_release(&lines);
}

Test(status, a_changed_byte_of_the_same_length_is_found)
{
    FILE *file = fopen(in_current("manifests/20-config.yaml"), "r+");
    cr_assert_not_null(file);
    (void)fputc('A', file);
    cr_assert_eq(fclose(file), 0);
    expect_drifts("changed manifests/20-config.yaml\n");
}

Test(status, a_file_that_grew_or_shrank_is_found)
{
    write_file("docs/empty.txt", "x");
    cr_assert_eq(truncate(in_current("docs/tools/check.sh"), 1), 0);
    expect_drifts("changed docs/empty.txt\nchanged docs/tools/check.sh\n");
}

Test(status, what_is_missing_is_found)
{
    cr_assert_eq(unlink(in_current("docs/tools/check.sh")), 0);
    cr_assert_eq(rmdir(in_current("docs/tools")), 0);
    cr_assert_eq(unlink(in_current("SHA256SUMS")), 0);
    cr_assert_eq(unlink(in_current("manifest.json.0101010101010101.minisig")), 0);
    expect_drifts("missing SHA256SUMS\nmissing docs/tools/check.sh\n"
                  "missing manifest.json.0101010101010101.minisig\n");
}

Test(status, modes_are_compared_of_files_and_directories)
{
    cr_assert_eq(chmod(in_current("docs/tools/check.sh"), 0644), 0);
    cr_assert_eq(chmod(in_current("manifests/10-namespace.yaml"), 0666), 0);
    cr_assert_eq(chmod(in_current("docs"), 0777), 0);
    cr_assert_eq(chmod(in_current("manifest.json"), 0755), 0);
    cr_assert_eq(chmod(in_current("."), 0775), 0);
    cr_assert_eq(chmod(in_current("SHA256SUMS"), 04644), 0);
    expect_drifts("mode .\nmode SHA256SUMS\nmode docs\nmode docs/tools/check.sh\nmode manifest.json\n"
                  "mode manifests/10-namespace.yaml\n");
}

/* What the two processes share. */
struct seen {
    char lines[512];
};

static void look(void *context, struct sl_err *err)
{
    struct seen *seen = context;
    struct sl_buf lines;
    if (site_kit_status(&kit, &lines, NULL, err) == 0)
        (void)snprintf(seen->lines, sizeof seen->lines, "%s", lines.ptr);
    sl_buf_release(&lines);
}

Test(status, what_its_mode_hides_counts_for_its_mode)
{
    cr_assert_eq(chmod(in_current("manifests/10-namespace.yaml"), 0), 0);
    cr_assert_eq(chmod(in_current("docs"), 0), 0);
    struct seen *seen = mmap(NULL, sizeof *seen, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    cr_assert_neq(seen, MAP_FAILED);
    struct sl_err err;
    site_kit_as_nobody(&kit, look, seen, &err);
    cr_expect_eq(err.code, SL_OK, "%s", err.message);
    cr_expect_str_eq(seen->lines, "mode docs\nmode manifests/10-namespace.yaml\n");
    (void)munmap(seen, sizeof *seen);
    cr_assert_eq(chmod(in_current("docs"), 0755), 0);
}

static void read_history(void *context, struct sl_err *err)
{
    (void)context;
    struct sl_site_log *log = NULL;
    int result = sl_site_history(&log, &kit.options, err);
    cr_assert_eq(result, err->code == SL_OK ? 0 : -1);
    sl_site_log_free(log);
}

Test(status, looking_needs_no_right_to_write)
{
    struct sl_err err;
    site_kit_as_nobody(&kit, read_history, NULL, &err);
    cr_expect_eq(err.code, SL_OK, "%s", err.message);
}

Test(status, another_kind_of_thing_is_found_and_no_link_is_followed)
{
    cr_assert_eq(unlink(in_current("manifests/10-namespace.yaml")), 0);
    cr_assert_eq(symlink("20-config.yaml", in_current("manifests/10-namespace.yaml")), 0);
    cr_assert_eq(unlink(in_current("docs/empty.txt")), 0);
    cr_assert_eq(mkfifo(in_current("docs/empty.txt"), 0644), 0);
    cr_assert_eq(unlink(in_current("SHA256SUMS")), 0);
    cr_assert_eq(mkdir(in_current("SHA256SUMS"), 0755), 0);
    write_file("SHA256SUMS/below", "x");
    cr_assert_eq(rename(in_current("docs/tools"), in_current("../../tools")), 0);
    cr_assert_eq(symlink("../../../tools", in_current("docs/tools")), 0);
    expect_drifts("kind SHA256SUMS\nkind docs/empty.txt\nkind docs/tools\nmissing docs/tools/check.sh\n"
                  "kind manifests/10-namespace.yaml\n");
}

Test(status, what_was_added_is_found_a_directory_once)
{
    write_file("manifests/99-backdoor.yaml", "x");
    write_file("manifests-old", "x");
    write_file("manifest.json.old", "x");
    write_file("manifest.json.0101010101010101.minisig.bak", "x");
    cr_assert_eq(mkdir(in_current("extra"), 0755), 0);
    write_file("extra/one", "x");
    write_file("extra/two", "x");
    cr_assert_eq(symlink("/etc/passwd", in_current("docs/link")), 0);
    expect_drifts("extra docs/link\nextra extra\nextra manifest.json.0101010101010101.minisig.bak\n"
                  "extra manifest.json.old\nextra manifests-old\nextra manifests/99-backdoor.yaml\n");
}

Test(status, a_replaced_manifest_is_refused_whatever_the_files_are)
{
    for (int missing = 0; missing < 2; missing++) {
        write_file("manifest.json", "{}");
        if (missing)
            cr_assert_eq(unlink(in_current("manifest.json")), 0);
        struct sl_buf lines;
        struct sl_err err = {0};
        cr_expect_eq(site_kit_status(&kit, &lines, NULL, &err), -1);
        cr_expect_eq(err.code, SL_E_REFUSED, "%s", err.message);
        cr_expect(strstr(err.message, "manifest.json is not the manifest that was installed"), "%s",
                  err.message);
        sl_buf_release(&lines);
    }
}

Test(status, signature_files_keep_their_kind_and_mode)
{
    cr_assert_eq(chmod(in_current("manifest.json.0101010101010101.minisig"), 0600), 0);
    cr_assert_eq(mkdir(in_current("manifest.json.0202020202020202.minisig"), 0755), 0);
    expect_drifts("mode manifest.json.0101010101010101.minisig\n"
                  "kind manifest.json.0202020202020202.minisig\n");
}

Test(status, beyond_the_limit_differences_are_only_counted)
{
    for (size_t i = 0; i < SL_FINDINGS_MAX + 7; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "extra-%06zu", i);
        int fd = open(in_current(name), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
        cr_assert_geq(fd, 0);
        (void)close(fd);
    }
    struct sl_buf lines;
    struct sl_site_state state;
    struct sl_err err = {0};
    cr_expect_eq(site_kit_status(&kit, &lines, &state, &err), 0, "%s", err.message);
    cr_expect_eq(state.drifted, SL_FINDINGS_MAX + 7);
    cr_expect_eq(lines.len, SL_FINDINGS_MAX * strlen("extra extra-000000\n"));
    sl_buf_release(&lines);
}

Test(status, a_generation_that_no_history_knows_is_not_believed)
{
    char current[PATH_MAX];
    cr_assert_eq(unlink(site_kit_path(&kit, current, "current")), 0);
    cr_assert_eq(symlink("generations/18-v1.1-0123456789ab", current), 0);
    struct sl_buf lines;
    struct sl_err err = {0};
    cr_expect_eq(site_kit_status(&kit, &lines, NULL, &err), -1);
    cr_expect_eq(err.code, SL_E_REFUSED, "%s", err.message);
    cr_expect(strstr(err.message, "current leads to 18-v1.1-0123456789ab, but by the history to 17-v1.0-"),
              "%s", err.message);
    cr_expect(strstr(err.hint, "state/history.jsonl"), "%s", err.hint);
    sl_buf_release(&lines);
}

Test(status, a_current_generation_that_is_gone_is_a_difference_that_installing_again_mends)
{
    char from[PATH_MAX];
    char to[PATH_MAX];
    cr_assert_eq(rename(site_kit_path(&kit, from, "generations"), temp_dir_join(&kit.temp, "gone", to)), 0);
    struct sl_buf lines;
    struct sl_err err = {0};
    cr_expect_eq(site_kit_status(&kit, &lines, NULL, &err), -1);
    cr_expect_eq(err.code, SL_E_DRIFT, "%s", err.message);
    cr_expect(strstr(err.message, "current leads to generations/17-v1.0-"), "%s", err.message);
    cr_expect(strstr(err.message, ", which is no longer there"), "%s", err.message);
    cr_expect(strstr(err.hint, "install its bundle again"), "%s", err.hint);
    sl_buf_release(&lines);
    const char *copy = site_kit_must_install(&kit, &kit.a);
    cr_expect_str_eq(copy + strlen(copy) - 2, ".2");
    expect_drifts("");
}

/* What install and rollback refuse is no intact site for those who only look. */
static void expect_disagreement(const char *message, const char *hint)
{
    struct sl_err refused = {0};
    struct sl_install_result result;
    cr_assert_eq(site_kit_install(&kit, &kit.a, &result, &refused), -1);
    struct sl_buf lines;
    struct sl_err err = {0};
    cr_expect_eq(site_kit_status(&kit, &lines, NULL, &err), -1);
    cr_expect_eq(err.code, SL_E_REFUSED, "%s", err.message);
    cr_expect(strstr(err.message, message), "%s", err.message);
    cr_expect(strstr(err.hint, hint), "%s", err.hint);
    cr_expect_str_eq(err.message, refused.message);
    cr_expect_str_eq(err.hint, refused.hint);
    struct sl_site_log *log = NULL;
    cr_expect_eq(sl_site_history(&log, &kit.options, &err), -1);
    cr_expect_eq(err.code, SL_E_REFUSED, "%s", err.message);
    cr_expect_str_eq(err.message, refused.message);
    sl_buf_release(&lines);
}

Test(status, a_current_that_was_turned_by_hand_is_refused)
{
    char first[PATH_MAX];
    char current[PATH_MAX];
    ssize_t len = readlink(site_kit_path(&kit, current, "current"), first, sizeof first - 1);
    cr_assert_gt(len, 0);
    first[len] = '\0';
    (void)site_kit_must_install(&kit, &kit.b);
    cr_assert_eq(unlink(current), 0);
    cr_assert_eq(symlink(first, current), 0);
    expect_disagreement("by the history to 18-v1.1-", "ln -sfn generations/18-v1.1-");
}

Test(status, a_history_that_is_missing_or_lost_its_end_is_refused)
{
    char path[PATH_MAX];
    struct stat one;
    cr_assert_eq(stat(site_kit_path(&kit, path, "state/history.jsonl"), &one), 0);
    (void)site_kit_must_install(&kit, &kit.b);
    cr_assert_eq(truncate(path, one.st_size), 0);
    expect_disagreement("by the history to 17-v1.0-", "put state/history.jsonl back from a backup");
    cr_assert_eq(unlink(path), 0);
    expect_disagreement("but there is no history", "put state/ back from a backup");
}

/* Somebody else may be between the two steps right now. */
Test(status, a_change_that_is_not_finished_is_no_disagreement)
{
    char history[PATH_MAX];
    char pending[PATH_MAX];
    cr_assert_eq(rename(site_kit_path(&kit, history, "state/history.jsonl"),
                        site_kit_path(&kit, pending, "state/lost")),
                 0);
    temp_dir_write_text(
        &kit.temp, "site/state/pending.json",
        "{\"action\":\"install\",\"bundle\":\"customer-a-v1.1-18\",\"epoch\":0,\"floor\":0,"
        "\"from\":\"\",\"grant\":"
        "\"0000000000000000000000000000000000000000000000000000000000000000\","
        "\"manifest_sha256\":"
        "\"0000000000000000000000000000000000000000000000000000000000000000\","
        "\"schema\":1,\"signers\":[],\"time\":1,\"to\":\"18-v1.1-0123456789ab\",\"trust_version\":0}");
    struct sl_site_log *log = NULL;
    struct sl_err err = {0};
    cr_expect_eq(sl_site_history(&log, &kit.options, &err), 0, "%s", err.message);
    sl_site_log_free(log);
}

Test(status, nothing_installed_is_said_so)
{
    struct site_kit fresh;
    site_kit_make(&fresh);
    struct sl_buf lines;
    struct sl_err err = {0};
    for (int made = 0; made < 2; made++) {
        if (made)
            temp_dir_make_dir(&fresh.temp, "site");
        cr_expect_eq(site_kit_status(&fresh, &lines, NULL, &err), -1);
        cr_expect_eq(err.code, SL_E_NOT_FOUND, "%s", err.message);
        cr_expect(strstr(err.message, "nothing is installed in "), "%s", err.message);
        sl_buf_release(&lines);
    }
    site_kit_remove(&fresh);
}

Test(status, what_a_stopped_install_left_is_told)
{
    struct site_kit fresh;
    site_kit_make(&fresh);
    temp_dir_make_dir(&fresh.temp, "site/state");
    static const struct {
        const char *path;
        bool told;
    } left[] = {
        {"site/staging/upload.bin", false}, /* not ours */
        {"site/staging/17-v1.0-0123456789ab/manifest.json", true},
    };
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++) {
        temp_dir_write_text(&fresh.temp, left[i].path, "x");
        temp_dir_write_text(&kit.temp, left[i].path, "x");
        struct sl_buf lines;
        struct sl_site_state state;
        struct sl_err err = {0};
        cr_expect_eq(site_kit_status(&fresh, &lines, NULL, &err), -1);
        cr_expect_eq(err.code, SL_E_NOT_FOUND, "%s", err.message);
        cr_expect_eq(strstr(err.message, "an install was stopped") != NULL, left[i].told, "%s", err.message);
        cr_expect_eq(err.hint[0] != '\0', left[i].told, "%s", err.hint);
        sl_buf_release(&lines);
        cr_expect_eq(site_kit_status(&kit, &lines, &state, &err), 0, "%s", err.message);
        cr_expect_eq(state.pending, left[i].told, "%s", left[i].path);
        sl_buf_release(&lines);
    }
    site_kit_remove(&fresh);
}

Test(status, a_missing_current_is_not_taken_for_nothing_installed)
{
    char current[PATH_MAX];
    cr_assert_eq(unlink(site_kit_path(&kit, current, "current")), 0);
    struct sl_buf lines;
    struct sl_err err = {0};
    cr_expect_eq(site_kit_status(&kit, &lines, NULL, &err), -1);
    cr_expect_eq(err.code, SL_E_REFUSED, "%s", err.message);
    cr_expect(strstr(err.hint, "ln -sfn generations/17-v1.0-"), "%s", err.hint);
    sl_buf_release(&lines);
}

Test(status, a_root_below_a_link_of_the_users_is_fine)
{
    temp_dir_link(&kit.temp, "link", "site");
    (void)temp_dir_join(&kit.temp, "link", kit.root);
    expect_drifts("");
}
