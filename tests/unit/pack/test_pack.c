#include "../tree/repository.h"
#include "listing.h"
#include "pack_kit.h"
#include "release_repo.h"
#include "tgz.h"

#include <criterion/criterion.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct temp_dir temp; /* repo/ is the repository, out/ where bundles go */
static struct pack_kit kit;
static char repo[PATH_MAX];

static void set_up(void)
{
    struct temp_dir inner;
    repository_make_temp(&temp);
    temp_dir_make_dir(&temp, "repo");
    (void)snprintf(inner.path, sizeof inner.path, "%s", temp_dir_join(&temp, "repo", repo));
    release_repo_write(&inner);
    temp_dir_make_dir(&temp, "repo/releases/v1.0/artifacts/images");
    temp_dir_write_text(&temp, "repo/releases/v1.0/artifacts/images/index.json", "{}\n");
    temp_dir_write_text(&temp, "repo/releases/v1.0/artifacts/notes/read me.txt", "notes\n");
    temp_dir_write_text(&temp, "repo/releases/v1.0/artifacts/.gitkeep", "");
    temp_dir_write_text(&temp, "repo/releases/v1.0/docs/a/upgrade.md", "upgrade\n");
    temp_dir_write_text(&temp, "repo/releases/v1.0/schemas/web.schema.json", "{}\n");
    static const struct tgz_member chart[] = {
        {"web/Chart.yaml", "name: web\nversion: 1.2.3\n"},
        {"web/values.yaml", "replicas: 0\nchart: default\nimage: {tag: none}\nenv: none\ntier: none\n"},
        {"web/charts/store/Chart.yaml", "name: store\nversion: 0.4.0\n"}};
    char path[PATH_MAX];
    tgz_write(temp_dir_join(&temp, "repo/releases/v1.0/artifacts/web-1.2.3.tgz", path), chart, 3);
}

static void tear_down(void)
{
    temp_dir_remove(&temp);
}

TestSuite(pack, .init = set_up, .fini = tear_down);

static void commit(void)
{
    repository_run(&temp, "cd repo && git init -q -b main . && git add -A . && git commit -q -m first");
}

/* Packs into `out` below temp, signed by `signers` keys; the bundle's path in `path`. */
static int pack_as(const struct sl_release_query *query, const char *out, unsigned signers,
                   char path[PATH_MAX])
{
    struct sl_pack_result result = {0};
    char directory[PATH_MAX];
    pack_kit_render(&kit, query);
    int packed = kit.result;
    if (packed == 0)
        packed = pack_kit_pack(&kit, &result, temp_dir_join(&temp, out, directory), signers);
    (void)snprintf(path, PATH_MAX, "%.4000s", result.path);
    return packed;
}

static void pack(const char *out, char path[PATH_MAX])
{
    struct sl_release_query query = pack_kit_query(repo);
    cr_assert_eq(pack_as(&query, out, 1, path), 0, "%s: %s", kit.err.message, pack_kit_findings(&kit));
    pack_kit_release(&kit);
}

static char *unpacked(const char *name)
{
    char path[PATH_MAX], file[PATH_MAX];
    size_t size;
    (void)snprintf(file, sizeof file, "out/customer-a-v1.0-3/%s", name);
    return pack_kit_read(temp_dir_join(&temp, file, path), &size);
}

Test(pack, the_bundle_holds_what_the_release_and_the_customer_come_to)
{
    char path[PATH_MAX];
    pack("out", path);
    cr_expect_str_eq(strrchr(path, '/'), "/customer-a-v1.0-3.tar.gz");
    repository_run(&temp, "cd out && tar xzf customer-a-v1.0-3.tar.gz && cd customer-a-v1.0-3 &&"
                          "sha256sum --quiet -c SHA256SUMS && find . -type f | LC_ALL=C sort > ../list");
    size_t size;
    char *list = pack_kit_read(temp_dir_join(&temp, "out/list", path), &size);
    cr_expect_str_eq(list, "./SHA256SUMS\n./artifacts/notes/read me.txt\n./charts/web-1.2.3.tgz\n"
                           "./docs/DEPLOYMENT.md\n./docs/a/upgrade.md\n./images/index.json\n./manifest.json\n"
                           "./manifest.json.0101010101010101.minisig\n"
                           "./manifests/argoproj.io_v1alpha1_application_argocd_web.yaml\n"
                           "./manifests/argoproj.io_v1alpha1_appproject_shop.yaml\n"
                           "./manifests/helm.toolkit.fluxcd.io_v2_helmrelease_prometheus.yaml\n"
                           "./manifests/kustomization.yaml\n./manifests/v1_configmap_site.yaml\n"
                           "./manifests/v1_namespace_shop.yaml\n./provenance.intoto.json\n./sbom.cdx.json\n"
                           "./schemas/web.schema.json\n"
                           "./values/prometheus.yaml\n./values/web.yaml\n");
    free(list);
    char *values = unpacked("values/web.yaml");
    cr_expect_str_eq(values, "chart: default\nenv: production\nimage:\n  tag: two\nreplicas: 2\ntier: lts\n");
    free(values);
}

Test(pack, signatures_name_what_they_sign)
{
    char path[PATH_MAX];
    struct sl_release_query query = pack_kit_query(repo);
    cr_assert_eq(pack_as(&query, "out", 3, path), 0, "%s", kit.err.message);
    pack_kit_release(&kit);
    repository_run(&temp, "cd out && tar xzf customer-a-v1.0-3.tar.gz && cd customer-a-v1.0-3 &&"
                          "tar tzf ../customer-a-v1.0-3.tar.gz | head -5 > ../head &&"
                          "sha256sum manifest.json | cut -c1-64 | tr -d '\\n' > ../digest");
    size_t size;
    char *head = pack_kit_read(temp_dir_join(&temp, "out/head", path), &size);
    cr_expect_str_eq(head, "customer-a-v1.0-3/manifest.json\n"
                           "customer-a-v1.0-3/manifest.json.0101010101010101.minisig\n"
                           "customer-a-v1.0-3/manifest.json.0202020202020202.minisig\n"
                           "customer-a-v1.0-3/manifest.json.0303030303030303.minisig\n"
                           "customer-a-v1.0-3/SHA256SUMS\n");
    char *digest = pack_kit_read(temp_dir_join(&temp, "out/digest", path), &size);
    char *signature = unpacked("manifest.json.0202020202020202.minisig");
    char comment[512];
    (void)snprintf(
        comment, sizeof comment,
        "trusted comment: sealift bundle=customer-a-v1.0-3 customer=customer-a release=v1.0 sequence=3 "
        "manifest-sha256=%s\n",
        digest);
    cr_expect(strstr(signature, comment), "%s", signature);
    free(head);
    free(digest);
    free(signature);
}

Test(pack, one_key_given_twice_is_refused)
{
    struct sl_release_query query = pack_kit_query(repo);
    struct sl_pack_result result;
    struct sl_secret_key secrets[2] = {pack_kit_key(1), pack_kit_key(2)};
    struct sl_signing_key keys[2];
    sl_signing_key_of(&keys[0], &secrets[0]);
    keys[1] = keys[0];
    struct sl_pack_options options = {.keys = keys, .key_count = 2, .out = temp.path};
    pack_kit_render(&kit, &query);
    cr_assert_eq(kit.result, 0, "%s", kit.err.message);
    cr_expect_eq(sl_release_pack(&result, kit.rendering, &options, &kit.err), -1);
    cr_expect_eq(kit.err.code, SL_E_USAGE);
    cr_expect(strstr(kit.err.message, "keys 1 and 2 are the same"), "%s", kit.err.message);
    keys[1].public_key.id[0] ^= 1; /* another name for it makes no other key */
    cr_expect_eq(sl_release_pack(&result, kit.rendering, &options, &kit.err), -1);
    sl_signing_key_of(&keys[1], &secrets[1]);
    memcpy(keys[1].public_key.id, keys[0].public_key.id, sizeof keys[1].public_key.id);
    cr_expect_eq(sl_release_pack(&result, kit.rendering, &options, &kit.err), -1);
    cr_expect(strstr(kit.err.message, "two with one key id"), "%s", kit.err.message);
    pack_kit_release(&kit);
}

Test(pack, a_bundle_that_is_there_is_replaced_only_when_asked)
{
    char path[PATH_MAX], out[PATH_MAX];
    pack("out", path);
    struct sl_release_query query = pack_kit_query(repo);
    cr_expect_eq(pack_as(&query, "out", 1, path), -1);
    cr_expect_eq(kit.err.code, SL_E_EXISTS, "%s", kit.err.message);
    struct sl_pack_result result;
    struct sl_pack_options options = {.out = temp_dir_join(&temp, "out", out), .replace = true};
    cr_expect_eq(sl_release_pack(&result, kit.rendering, &options, &kit.err), 0, "%s", kit.err.message);
    pack_kit_release(&kit);
}

Test(pack, a_chart_inside_a_chart_is_in_the_inventory)
{
    char path[PATH_MAX];
    pack("out", path);
    repository_run(&temp, "cd out && tar xzf customer-a-v1.0-3.tar.gz");
    char *sbom = unpacked("sbom.cdx.json");
    cr_expect(strstr(sbom, "\"purl\": \"pkg:helm/store@0.4.0\""), "%s", sbom);
    cr_expect(strstr(sbom, "\"dependsOn\": [\n        \"chart:store@0.4.0\"\n      ],\n      \"ref\": "
                           "\"chart:web@1.2.3\""),
              "%s", sbom);
    free(sbom);
}

Test(pack, the_result_counts_what_is_in_the_bundle)
{
    struct sl_release_query query = pack_kit_query(repo);
    struct sl_pack_result result;
    char out[PATH_MAX];
    pack_kit_render(&kit, &query);
    cr_assert_eq(pack_kit_pack(&kit, &result, temp_dir_join(&temp, "new", out), 0), 0, "%s", kit.err.message);
    pack_kit_release(&kit);
    struct stat info;
    cr_assert_eq(stat(result.path, &info), 0);
    cr_expect_eq(result.bundle_bytes, (uint64_t)info.st_size);
    cr_expect_eq(result.files, 17);
    cr_expect_gt(result.bytes, 0);
}

static void count_hashing(void *context, const char *phase, uint64_t done, uint64_t total)
{
    (void)done;
    (void)total;
    *(unsigned *)context += strcmp(phase, "hashing") == 0;
}

Test(pack, what_is_wrong_with_trust_json_is_said_before_anything_is_hashed)
{
    static const char *const wrong[] = {"nothing", "empty", "no-document"};
    temp_dir_make_dir(&temp, "empty");
    temp_dir_write_text(&temp, "no-document", "{}\n");
    for (size_t i = 0; i <= sizeof wrong / sizeof wrong[0]; i++) {
        bool good = i == sizeof wrong / sizeof wrong[0]; /* without any */
        unsigned hashed = 0;
        char trust[PATH_MAX];
        char out[PATH_MAX];
        struct sl_release_query query = pack_kit_query(repo);
        struct sl_pack_result result;
        query.progress = (struct sl_progress){count_hashing, &hashed};
        pack_kit_render(&kit, &query);
        cr_assert_eq(kit.result, 0, "%s", kit.err.message);
        struct sl_pack_options options = {.out = temp_dir_join(&temp, "out", out),
                                          .trust = good ? NULL : temp_dir_join(&temp, wrong[i], trust)};
        cr_expect_eq(sl_release_pack_check(kit.rendering, &options, &kit.err), good ? 0 : -1);
        cr_expect_eq(sl_release_pack(&result, kit.rendering, &options, &kit.err), good ? 0 : -1, "%s",
                     kit.err.message);
        cr_expect_eq(hashed > 0, good, "case %zu: %u", i, hashed);
        pack_kit_release(&kit);
    }
}

Test(pack, without_a_sequence_it_says_how_to_give_one)
{
    char path[PATH_MAX];
    temp_dir_write_text(&temp, "repo/releases/v1.0/release.yaml", "aliases: {monitoring: prometheus}\n");
    struct sl_release_query query = pack_kit_query(repo);
    cr_expect_eq(pack_as(&query, "out", 0, path), -1);
    cr_expect_eq(kit.err.code, SL_E_USAGE, "%s", kit.err.message);
    cr_expect(strstr(kit.err.message, "nothing says the sequence"), "%s", kit.err.message);
    cr_expect(strstr(kit.err.hint, "--sequence"), "%s", kit.err.hint);
    pack_kit_release(&kit);
    query.sequence = 5;
    cr_expect_eq(pack_as(&query, "out", 0, path), 0, "%s", kit.err.message);
    cr_expect(strstr(path, "customer-a-v1.0-5.tar.gz"), "%s", path);
    pack_kit_release(&kit);
}

Test(pack, without_a_stated_sequence_commits_are_counted)
{
    char path[PATH_MAX];
    temp_dir_write_text(&temp, "repo/releases/v1.0/release.yaml", "aliases: {monitoring: prometheus}\n");
    commit();
    repository_run(&temp, "cd repo && git commit -q --allow-empty -m second");
    struct sl_release_query query = pack_kit_query(repo);
    query.allow_dirty = false;
    cr_assert_eq(pack_as(&query, "out", 0, path), 0, "%s", kit.err.message);
    cr_expect(strstr(path, "customer-a-v1.0-2.tar.gz"), "%s", path);
    pack_kit_release(&kit);
}

Test(pack, a_dirty_work_tree_is_refused_or_marks_the_bundle)
{
    char path[PATH_MAX];
    commit();
    temp_dir_write_text(&temp, "repo/README.md", "changed\n");
    temp_dir_write_text(&temp, "repo/new.txt", "new\n");
    struct sl_release_query query = pack_kit_query(repo);
    query.allow_dirty = false;
    cr_expect_eq(pack_as(&query, "out", 1, path), -1);
    cr_expect_eq(kit.err.code, SL_E_INPUT);
    cr_expect(strstr(kit.err.message, "README.md and 1 more"), "%s", kit.err.message);
    cr_expect(strstr(kit.err.hint, "--allow-dirty"), "%s", kit.err.hint);
    pack_kit_release(&kit);

    query.allow_dirty = true;
    cr_assert_eq(pack_as(&query, "out", 1, path), 0, "%s", kit.err.message);
    cr_expect(sl_rendering_facts(kit.rendering)->dirty);
    pack_kit_release(&kit);
    repository_run(&temp, "cd out && tar xzf customer-a-v1.0-3.tar.gz");
    char *manifest = unpacked("manifest.json");
    cr_expect(strstr(manifest, "\"dirty\":true"), "%s", manifest);
    cr_expect(strstr(manifest, "\"mtime\":315532800"), "%s", manifest);
    free(manifest);
}

Test(pack, a_repository_without_a_commit_says_so)
{
    char path[PATH_MAX];
    /* With and without a file that git would call untracked. */
    for (int ignored = 0; ignored < 2; ignored++) {
        repository_run(&temp, ignored ? "echo '*' > repo/.git/info/exclude" : "git init -q -b main repo");
        struct sl_release_query query = pack_kit_query(repo);
        query.allow_dirty = false;
        cr_expect_eq(pack_as(&query, "out", 1, path), -1);
        cr_expect_eq(kit.err.code, SL_E_INPUT);
        cr_expect_str_eq(kit.err.message, "the git repository has no commit yet");
        pack_kit_release(&kit);
    }
    struct sl_release_query query = pack_kit_query(repo);
    cr_expect_eq(pack_as(&query, "out", 1, path), 0, "%s", kit.err.message);
    cr_expect(sl_rendering_facts(kit.rendering)->dirty);
    pack_kit_release(&kit);
}

Test(pack, a_bare_repository_wants_a_revision)
{
    char path[PATH_MAX], bare[PATH_MAX];
    commit();
    repository_run(&temp, "git clone -q --bare repo bare.git");
    struct sl_release_query query = pack_kit_query(temp_dir_join(&temp, "bare.git", bare));
    cr_expect_eq(pack_as(&query, "out", 1, path), -1);
    cr_expect_eq(kit.err.code, SL_E_USAGE);
    cr_expect(strstr(kit.err.message, "bare git repository"), "%s", kit.err.message);
    cr_expect(strstr(kit.err.hint, "--rev"), "%s", kit.err.hint);
    pack_kit_release(&kit);
    query.revision = "HEAD";
    cr_expect_eq(pack_as(&query, "out", 1, path), 0, "%s", kit.err.message);
    pack_kit_release(&kit);
}

Test(pack, files_that_git_ignores_are_refused_or_mark_the_bundle)
{
    char path[PATH_MAX];
    temp_dir_write_text(&temp, "repo/.gitignore", "*.tgz\n");
    commit();
    struct sl_release_query query = pack_kit_query(repo);
    query.allow_dirty = false;
    cr_expect_eq(pack_as(&query, "out", 1, path), -1);
    cr_expect_eq(kit.err.code, SL_E_INPUT);
    cr_expect(strstr(kit.err.message, "releases/v1.0/artifacts/web-1.2.3.tgz"), "%s", kit.err.message);
    cr_expect(strstr(kit.err.hint, "git add -f"), "%s", kit.err.hint);
    pack_kit_release(&kit);
    query.allow_dirty = true;
    cr_expect_eq(pack_as(&query, "out", 1, path), 0, "%s", kit.err.message);
    cr_expect(sl_rendering_facts(kit.rendering)->dirty);
    pack_kit_release(&kit);
}

/* Nothing of this is a change to git. */
static const struct {
    const char *why, *script, *named;
} unseen[] = {
    {"line ends",
     "echo 'site.yaml text eol=crlf' > .git/info/attributes && rm overlays/customer-a/site.yaml &&"
     "git checkout -q -- .",
     "overlays/customer-a/site.yaml"},
    {"a filter that keeps the size of a carried file",
     "git config filter.sw.clean 'tr no on' && git config filter.sw.smudge 'tr no on' &&"
     "echo '*.txt filter=sw' > .git/info/attributes && rm -r releases/v1.0/artifacts/notes &&"
     "git checkout -q -- .",
     "releases/v1.0/artifacts/notes/read me.txt"},
    {"a filter that keeps the size of a file that is only read",
     "git config filter.sw.clean 'tr 12 21' && git config filter.sw.smudge 'tr 12 21' &&"
     "echo 'web-values.yaml filter=sw' > .git/info/attributes && rm base/values/web-values.yaml &&"
     "git checkout -q -- .",
     "base/values/web-values.yaml"},
    {"the executable bit", "git config core.fileMode false && chmod +x releases/v1.0/artifacts/web-1.2.3.tgz",
     "releases/v1.0/artifacts/web-1.2.3.tgz"},
};

Test(pack, what_git_overlooks_is_refused_or_marks_the_bundle)
{
    char path[PATH_MAX], other[PATH_MAX], script[1024], out[32];
    commit();
    for (size_t i = 0; i < sizeof unseen / sizeof unseen[0]; i++) {
        (void)snprintf(script, sizeof script,
                       "rm -rf repo%zu && cp -a repo repo%zu && cd repo%zu && %s && "
                       "test -z \"$(git status --porcelain)\"",
                       i, i, i, unseen[i].script);
        repository_run(&temp, script);
        (void)snprintf(out, sizeof out, "repo%zu", i);
        struct sl_release_query query = pack_kit_query(temp_dir_join(&temp, out, other));
        query.allow_dirty = false;
        cr_expect_eq(pack_as(&query, "out", 1, path), -1, "%s", unseen[i].why);
        cr_expect_eq(kit.err.code, SL_E_INPUT, "%s: %s", unseen[i].why, kit.err.message);
        cr_expect(strstr(kit.err.message, unseen[i].named), "%s: %s", unseen[i].why, kit.err.message);
        cr_expect(strstr(kit.err.hint, "--rev HEAD"), "%s: %s", unseen[i].why, kit.err.hint);
        pack_kit_release(&kit);
        query.allow_dirty = true;
        (void)snprintf(out, sizeof out, "out%zu", i);
        cr_expect_eq(pack_as(&query, out, 1, path), 0, "%s: %s", unseen[i].why, kit.err.message);
        cr_expect(sl_rendering_facts(kit.rendering)->dirty, "%s", unseen[i].why);
        pack_kit_release(&kit);
        (void)snprintf(script, sizeof script,
                       "cd out%zu && tar xzf customer-a-v1.0-3.tar.gz && "
                       "grep -q '\"dirty\":true' customer-a-v1.0-3/manifest.json",
                       i);
        repository_run(&temp, script);
    }
}

/* As Git LFS leaves it: the commit has the pointer, the work tree the file, and git sees no difference. */
Test(pack, a_file_of_git_lfs_must_be_the_one_its_pointer_names)
{
    static const char name[] = "repo/releases/v1.0/artifacts/large.bin";
    char path[PATH_MAX];
    temp_dir_write_text(
        &temp, name,
        "version https://git-lfs.github.com/spec/v1\n"
        "oid sha256:5f5a0fa2b3c9ff0b2b54edec5ab4ba6e8b3e1ba3eae2ba3a09d0b6a4f5a0b0a4\nsize 6\n");
    temp_dir_write_text(&temp, "repo/.gitattributes", "*.bin filter=lfs\n");
    commit();
    struct sl_release_query query = pack_kit_query(repo);
    query.allow_dirty = false;
    query.revision = "HEAD";
    cr_expect_eq(pack_as(&query, "out", 0, path), -1);
    cr_expect_str_eq(pack_kit_findings(&kit), "artifacts/lfs-pointer releases/v1.0/artifacts/large.bin:0:0");
    pack_kit_release(&kit);

    repository_run(&temp, "cd repo && git update-index --assume-unchanged releases/v1.0/artifacts/large.bin");
    temp_dir_write_text(&temp, name, "large\n");
    query.revision = NULL;
    cr_expect_eq(pack_as(&query, "out", 0, path), -1);
    cr_expect_eq(kit.err.code, SL_E_INPUT);
    cr_expect(strstr(kit.err.message, "releases/v1.0/artifacts/large.bin"), "%s", kit.err.message);
    pack_kit_release(&kit);

    repository_run(&temp, "cd repo && f=releases/v1.0/artifacts/large.bin && printf 'large\\n' > $f.real &&"
                          "git update-index --no-assume-unchanged $f && "
                          "printf 'version https://git-lfs.github.com/spec/v1\\noid sha256:%s\\nsize 6\\n' "
                          "$(sha256sum < $f.real | cut -c1-64) > $f && git add $f && git commit -q -m lfs && "
                          "mv $f.real $f && git update-index --assume-unchanged $f");
    cr_expect_eq(pack_as(&query, "out", 0, path), 0, "%s", kit.err.message);
    cr_expect_not(sl_rendering_facts(kit.rendering)->dirty);
    pack_kit_release(&kit);
}

Test(pack, a_commit_and_its_clean_work_tree_give_the_same_bytes)
{
    char first[PATH_MAX], second[PATH_MAX], third[PATH_MAX];
    commit();
    pack("out", first);
    struct sl_release_query query = pack_kit_query(repo);
    query.revision = "HEAD";
    query.allow_dirty = false;
    cr_assert_eq(pack_as(&query, "rev", 1, second), 0, "%s", kit.err.message);
    pack_kit_release(&kit);
    pack_kit_expect_same(first, second, "work tree and commit");

    /* Neither what came later nor what lies about reaches a commit. */
    repository_run(&temp,
                   "cd repo && git tag packed && rm -rf releases overlays && git commit -q -a -m gone &&"
                   "echo x > VERSION.md");
    query.revision = "packed";
    cr_assert_eq(pack_as(&query, "later", 1, third), 0, "%s", kit.err.message);
    pack_kit_release(&kit);
    pack_kit_expect_same(first, third, "work tree and commit of the past");
}

Test(pack, a_release_repository_may_be_a_folder_of_a_larger_one)
{
    char first[PATH_MAX], second[PATH_MAX];
    repository_run(&temp, "mkdir top && mv repo top/ && cd top && echo x > other && git init -q -b main . &&"
                          "git add -A . && git commit -q -m first");
    (void)temp_dir_join(&temp, "top/repo", repo);
    struct sl_release_query query = pack_kit_query(repo);
    query.allow_dirty = false;
    cr_assert_eq(pack_as(&query, "out", 1, first), 0, "%s", kit.err.message);
    cr_expect_not(sl_rendering_facts(kit.rendering)->dirty);
    pack_kit_release(&kit);
    query.revision = "main";
    cr_assert_eq(pack_as(&query, "rev", 1, second), 0, "%s", kit.err.message);
    pack_kit_release(&kit);
    pack_kit_expect_same(first, second, "work tree and commit");
}

/* Git has no empty directories: an overlay that is one is not in any commit. */
Test(pack, an_overlay_that_only_the_work_tree_has_is_refused)
{
    char path[PATH_MAX];
    commit();
    temp_dir_make_dir(&temp, "repo/overlays/customer-c");
    struct sl_release_query query = pack_kit_query(repo);
    query.customer = SL_STR("customer-c");
    query.allow_dirty = false;
    cr_expect_eq(pack_as(&query, "out", 1, path), -1);
    cr_expect_eq(kit.err.code, SL_E_INPUT, "%s", kit.err.message);
    cr_expect(strstr(kit.err.message, "has no directory overlays/customer-c"), "%s", kit.err.message);
    pack_kit_release(&kit);
}

/* Everything about a machine that must not matter, one after the other. */
static const struct surroundings {
    const char *why;
    const char *script; /* run in the temporary directory before packing */
    const char *repo;
    const char *name, *value; /* of the environment */
    mode_t mask;
} surroundings[] = {
    {"umask", "true", "repo", NULL, NULL, 0077},
    {"time zone", "true", "repo", "TZ", "Pacific/Auckland", 0022},
    {"locale", "true", "repo", "LC_ALL", "C.UTF-8", 0022},
    {"modes of the files", "chmod -R go-rwx repo", "repo", NULL, NULL, 0022},
    {"times of the files", "find repo -exec touch -d 2001-02-03 {} +", "repo", NULL, NULL, 0022},
    {"path and order of the directory",
     "cd repo && find . -type f | LC_ALL=C sort -r | while IFS= read -r file; do"
     " mkdir -p \"../other/${file%/*}\" && cp \"$file\" \"../other/$file\"; done",
     "other", NULL, NULL, 0022},
    {"working directory", "true", "repo", NULL, NULL, 0022},
};

Test(pack, nothing_of_the_machine_reaches_the_bundle)
{
    char first[PATH_MAX], again[PATH_MAX], path[PATH_MAX], out[32];
    pack("out", first);
    for (size_t i = 0; i < sizeof surroundings / sizeof surroundings[0]; i++) {
        const struct surroundings *row = &surroundings[i];
        repository_run(&temp, row->script);
        if (row->name)
            cr_assert_eq(setenv(row->name, row->value, 1), 0);
        cr_assert_not_null(setlocale(LC_ALL, ""));
        (void)umask(row->mask);
        cr_assert_eq(chdir(i % 2 ? "/" : temp.path), 0);
        struct sl_release_query query = pack_kit_query(temp_dir_join(&temp, row->repo, path));
        (void)snprintf(out, sizeof out, "again%zu", i);
        cr_assert_eq(pack_as(&query, out, 1, again), 0, "%s: %s", row->why, kit.err.message);
        pack_kit_release(&kit);
        pack_kit_expect_same(first, again, row->why);
    }
}

/* Other releases and customers may be broken, or gone: nothing changes. */
Test(pack, nothing_of_another_release_or_customer_is_read)
{
    static const struct {
        const char *why, *script;
    } changes[] = {
        {"there are others",
         "cp -r releases/v1.0 releases/v1.1 && cp -r overlays/customer-a overlays/customer-b"},
        {"every file of theirs is broken", "find releases/v1.1 overlays/customer-b -type f -exec sh -c "
                                           "'printf \"\\001[broken: {{\" > \"$1\"' _ {} ';'"},
        {"theirs are links to nowhere and pipes",
         "rm -r releases/v1.1/* overlays/customer-b/* && ln -s /nonexistent releases/v1.1/release.yaml &&"
         "mkfifo overlays/customer-b/kustomization.yaml && ln -s .. overlays/customer-b/loop"},
        {"theirs cannot be entered", "chmod 0 releases/v1.1 overlays/customer-b"},
        {"they are gone",
         "chmod 755 releases/v1.1 overlays/customer-b && rm -r releases/v1.1 overlays/customer-b"},
    };
    char first[PATH_MAX], again[PATH_MAX], out[32], script[1024];
    pack("out", first);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        (void)snprintf(script, sizeof script, "cd repo && %s", changes[i].script);
        repository_run(&temp, script);
        (void)snprintf(out, sizeof out, "again%zu", i);
        pack(out, again);
        pack_kit_expect_same(first, again, changes[i].why);
    }
}

Test(pack, a_link_out_of_the_repository_is_refused)
{
    char path[PATH_MAX];
    temp_dir_write_text(&temp, "secret", "secret\n");
    temp_dir_link(&temp, "repo/releases/v1.0/artifacts/leak", "../../../../secret");
    struct sl_release_query query = pack_kit_query(repo);
    cr_expect_eq(pack_as(&query, "out", 0, path), -1);
    cr_expect_eq(kit.err.code, SL_E_INPUT, "%s", kit.err.message);
    cr_expect(strstr(kit.err.message, "leak"), "%s", kit.err.message);
    pack_kit_release(&kit);
}

Test(pack, names_that_no_bundle_may_have_are_refused_naming_them)
{
    char path[PATH_MAX];
    temp_dir_write_text(&temp, "repo/releases/v1.0/artifacts/a:b", "x\n");
    struct sl_release_query query = pack_kit_query(repo);
    cr_expect_eq(pack_as(&query, "out", 0, path), -1);
    cr_expect_eq(kit.err.code, SL_E_INPUT, "%s", kit.err.message);
    cr_expect(strstr(kit.err.message, "artifacts/a:b"), "%s", kit.err.message);
    pack_kit_release(&kit);
    struct stat info;
    cr_expect_neq(stat(temp_dir_join(&temp, "out/customer-a-v1.0-3.tar.gz", path), &info), 0);
}

Test(pack, findings_of_severity_error_stop_before_anything_is_written)
{
    char path[PATH_MAX];
    temp_dir_write_text(&temp, "repo/VERSION.md", "v9\n");
    struct sl_release_query query = pack_kit_query(repo);
    cr_expect_eq(pack_as(&query, "out", 0, path), -1);
    cr_expect_eq(kit.err.code, SL_E_FINDINGS);
    cr_expect_str_eq(pack_kit_findings(&kit), "release/version-disagrees VERSION.md:0:0");
    pack_kit_release(&kit);
}
