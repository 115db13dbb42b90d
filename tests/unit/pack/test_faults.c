/* Every allocation fails once, and every system call that changes something. */
#include "alloc_fault.h"
#include "pack_kit.h"
#include "release_repo.h"
#include "sys_fault.h"
#include "tgz.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct temp_dir temp;
static char repo[PATH_MAX], out[PATH_MAX];

/* As small as a repository with one of everything can be. */
static const struct repo_file files[] = {
    {"repo/VERSION.md", "v1.0\n"},
    {"repo/releases/v1.0/release.yaml", "sequence: 1\nupgrade-from: [v0]\naliases: {w: web}\n"},
    {"repo/releases/v1.0/applications/web-app.yaml",
     "{apiVersion: v1, kind: A, metadata: {name: web}, spec: {containers: [{image: a/b:1}]}}\n"},
    {"repo/releases/v1.0/artifacts/a", "x"},
    {"repo/releases/v1.0/artifacts/images/web/index.json",
     "{\"manifests\":[{\"digest\":\"sha256:1\",\"annotations\":{\"org.opencontainers.image.ref.name\":\"web:1\"}}]}"},
    {"repo/base/values/w-values.yaml", "a: {b: 1}\nimage: {repository: web, tag: 1}\n"},
    {"repo/overlays/customer-a/kustomization.yaml", "resources: [../../releases/v1.0, nothing.yaml]\n"},
    {"repo/overlays/customer-a/custom-values/web-custom.yaml", "a: {b: null, c: 1}\n"},
};

static void set_up(void)
{
    temp_dir_make(&temp);
    release_repo_change(&temp, files, sizeof files / sizeof files[0]);
    static const struct tgz_member chart[] = {{"c/Chart.yaml", "name: c\nversion: 1.0.0\n"},
                                              {"c/charts/d/Chart.yaml", "name: d\nversion: 1.0.0\n"}};
    char path[PATH_MAX];
    tgz_write(temp_dir_join(&temp, "repo/releases/v1.0/artifacts/c.tgz", path), chart, 2);
    (void)temp_dir_join(&temp, "repo", repo);
    (void)temp_dir_join(&temp, "out", out);
}

static void tear_down(void)
{
    temp_dir_remove(&temp);
}

TestSuite(faults, .init = set_up, .fini = tear_down);

static bool exists(const char *name)
{
    char path[PATH_MAX];
    struct stat info;
    return lstat(temp_dir_join(&temp, name, path), &info) == 0;
}

Test(faults, a_failing_allocation_while_rendering_is_reported)
{
    struct sl_release_query query = pack_kit_query(repo);
    for (size_t nth = 1;; nth++) {
        struct pack_kit kit = {0};
        cr_assert_eq(sl_findings_new(&kit.findings, &kit.err), 0);
        alloc_fault_arm(nth);
        kit.result = sl_release_render(&kit.rendering, &query, kit.findings, &kit.err);
        bool failed = alloc_fault_disarm();
        /* One finding is there on purpose, so that making findings is swept too. */
        cr_assert_eq(kit.result, -1);
        if (!failed) {
            cr_expect_eq(kit.err.code, SL_E_FINDINGS, "%s", kit.err.message);
            pack_kit_release(&kit);
            break;
        }
        cr_expect(kit.err.code == SL_E_NO_MEMORY || kit.err.code == SL_E_FINDINGS, "allocation %zu: %s", nth,
                  kit.err.message);
        pack_kit_release(&kit);
    }
}

static void render_good(struct pack_kit *kit)
{
    struct sl_release_query query = pack_kit_query(repo);
    temp_dir_write_text(&temp, "repo/overlays/customer-a/kustomization.yaml", "resources: []\n");
    pack_kit_render(kit, &query);
    cr_assert_eq(kit->result, 0, "%s: %s", kit->err.message, pack_kit_findings(kit));
}

Test(faults, a_failing_allocation_while_packing_leaves_no_bundle)
{
    struct pack_kit kit;
    render_good(&kit);
    for (size_t nth = 1;; nth++) {
        struct sl_pack_result result;
        struct sl_secret_key secret = pack_kit_key(1);
        struct sl_signing_key key;
        sl_signing_key_of(&key, &secret);
        struct sl_secret_key provenance = pack_kit_key(2);
        struct sl_pack_options options = {
            .keys = &key, .key_count = 1, .provenance_key = &provenance, .out = out};
        alloc_fault_arm(nth);
        int packed = sl_release_pack(&result, kit.rendering, &options, &kit.err);
        bool failed = alloc_fault_disarm();
        cr_assert_eq(packed, failed ? -1 : 0, "allocation %zu: %s", nth, kit.err.message);
        if (!failed)
            break;
        cr_expect_eq(kit.err.code, SL_E_NO_MEMORY, "allocation %zu: %s", nth, kit.err.message);
        cr_expect_not(exists("out/customer-a-v1.0-1.tar.gz"), "allocation %zu", nth);
        cr_expect_not(exists("out/customer-a-v1.0-1.tar.gz.partial"), "allocation %zu", nth);
    }
    cr_expect(exists("out/customer-a-v1.0-1.tar.gz"));
    pack_kit_release(&kit);
}

static void clear(void)
{
    char command[PATH_MAX + 64];
    (void)snprintf(command, sizeof command, "cd '%s' && rm -rf out out.partial", temp.path);
    cr_assert_eq(system(command), 0);
}

static int count_up(void *context, void *bytes, size_t len, struct sl_err *err)
{
    (void)err;
    unsigned char *next = context;
    for (size_t i = 0; i < len; i++)
        ((unsigned char *)bytes)[i] = (*next)++;
    return 0;
}

/* Packs for one recipient, with whatever fault is armed. */
static int pack_encrypted(struct pack_kit *kit)
{
    static const char recipient[] = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";
    struct sl_age_recipients to = {.count = 1};
    unsigned char next = 1;
    struct sl_pack_result result;
    struct sl_pack_options options = {.encrypt_to = &to, .random = {count_up, &next}, .out = out};
    cr_assert_eq(sl_age_recipient_parse(&to.items[0], sl_str_from(recipient), &kit->err), 0);
    return sl_release_pack(&result, kit->rendering, &options, &kit->err);
}

Test(faults, a_failing_allocation_or_system_call_leaves_no_encrypted_bundle)
{
    struct pack_kit kit;
    render_good(&kit);
    for (int calls = 0; calls < 2; calls++) {
        for (size_t nth = 1;; nth++) {
            if (calls)
                sys_fault_arm((struct sys_fault){
                    .action = SYS_FAULT_FAIL, .nth = nth, .number = ENOSPC, .changes_only = true});
            else
                alloc_fault_arm(nth);
            int packed = pack_encrypted(&kit);
            bool failed = calls ? sys_fault_disarm() : alloc_fault_disarm();
            cr_expect(packed == 0 || !exists("out/customer-a-v1.0-1.tar.gz.age.partial"), "%zu", nth);
            cr_expect(packed == 0 || failed, "%zu: %s", nth, kit.err.message);
            bool there = exists("out/customer-a-v1.0-1.tar.gz.age");
            cr_expect(packed < 0 || there, "%zu", nth);
            cr_expect_not(exists("out/customer-a-v1.0-1.tar.gz"), "%zu", nth);
            if (there)
                clear();
            if (!failed)
                break;
        }
    }
    pack_kit_release(&kit);
}

/* What is there after a call that may have failed: all of it or nothing. */
static void expect_all_or_nothing(const char *name, const char *last, int result, size_t nth)
{
    char file[128];
    (void)snprintf(file, sizeof file, "%s/%s", name, last);
    cr_expect(exists(name) == exists(file), "call %zu", nth);
    cr_expect(result < 0 || exists(name), "call %zu", nth);
}

Test(faults, a_failing_system_call_leaves_a_whole_rendering_or_none)
{
    struct pack_kit kit;
    render_good(&kit);
    for (size_t nth = 1;; nth++) {
        sys_fault_arm(
            (struct sys_fault){.action = SYS_FAULT_FAIL, .nth = nth, .number = ENOSPC, .changes_only = true});
        int result = sl_rendering_write(kit.rendering, out, &kit.err);
        bool happened = sys_fault_disarm();
        expect_all_or_nothing("out", "values/web.yaml", result, nth);
        if (!happened) {
            cr_expect_eq(result, 0, "%s", kit.err.message);
            break;
        }
        cr_expect(result == 0 || kit.err.code == SL_E_NO_SPACE, "call %zu: %s", nth, kit.err.message);
        clear();
    }
    pack_kit_release(&kit);
}

static void init_out(void *context)
{
    struct sl_err err = {0};
    int *result = context;
    *result = sl_repository_init(out, NULL, NULL, &err);
}

Test(faults, a_kill_during_init_leaves_a_whole_repository_or_none)
{
    for (size_t nth = 1;; nth += 7) {
        sys_fault_arm((struct sys_fault){.action = SYS_FAULT_DIE, .nth = nth, .changes_only = true});
        int result = 0;
        bool killed = sys_fault_run(init_out, &result);
        expect_all_or_nothing("out", "scripts/validate-manifests", killed ? -1 : 0, nth);
        if (!killed)
            break;
        /* The next attempt is not in the way of the first. */
        if (!exists("out"))
            init_out(&result);
        cr_expect_eq(result, 0, "call %zu", nth);
        cr_expect_not(exists("out.partial-2"), "call %zu", nth);
        clear();
    }
}
