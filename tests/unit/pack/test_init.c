#include "../tree/repository.h"
#include "pack_kit.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <sys/stat.h>

static struct temp_dir temp;
static char path[PATH_MAX];

static void set_up(void)
{
    repository_make_temp(&temp);
    (void)temp_dir_join(&temp, "product", path);
}

static void tear_down(void)
{
    temp_dir_remove(&temp);
}

TestSuite(init, .init = set_up, .fini = tear_down);

static void count(void *context, const char *name)
{
    (void)name;
    ++*(size_t *)context;
}

Test(init, a_fresh_repository_can_be_committed_and_packed_without_findings)
{
    struct sl_err err = {0};
    size_t files = 0;
    cr_assert_eq(sl_repository_init(path, count, &files, &err), 0, "%s", err.message);
    cr_expect_gt(files, 10);
    repository_run(&temp, "cd product && git init -q -b main . && git add -A . && git commit -q -m first");
    struct sl_release_query query = pack_kit_query(path);
    query.allow_dirty = false;
    struct pack_kit kit;
    pack_kit_render(&kit, &query);
    cr_assert_eq(kit.result, 0, "%s: %s", kit.err.message, pack_kit_findings(&kit));
    cr_expect_str_eq(pack_kit_findings(&kit), "");
    struct sl_pack_result result;
    cr_expect_eq(pack_kit_pack(&kit, &result, temp.path, 1), 0, "%s", kit.err.message);
    pack_kit_release(&kit);
}

Test(init, every_file_of_the_template_is_there_byte_for_byte)
{
    struct sl_err err = {0};
    char script[3 * PATH_MAX];
    (void)umask(0077);
    cr_assert_eq(sl_repository_init(path, NULL, NULL, &err), 0, "%s", err.message);
    (void)snprintf(script, sizeof script, "diff -r '%s/src/pack/template' product", SEALIFT_SOURCE_DIR);
    repository_run(&temp, script);
    struct stat info;
    char file[PATH_MAX];
    cr_assert_eq(stat(temp_dir_join(&temp, "product/scripts/deploy-to-customer", file), &info), 0);
    cr_expect_eq(info.st_mode & 07777, 0755);
    cr_assert_eq(stat(temp_dir_join(&temp, "product/VERSION.md", file), &info), 0);
    cr_expect_eq(info.st_mode & 07777, 0644);
}

Test(init, a_directory_with_anything_in_it_is_left_alone)
{
    struct sl_err err = {0};
    struct stat info;
    char file[PATH_MAX];
    temp_dir_write_text(&temp, "product/.hidden", "x");
    cr_expect_eq(sl_repository_init(path, NULL, NULL, &err), -1);
    cr_expect_eq(err.code, SL_E_EXISTS);
    cr_expect(strstr(err.message, ".hidden"), "%s", err.message);
    cr_expect_neq(stat(temp_dir_join(&temp, "product/VERSION.md", file), &info), 0);
}
