/*
 * Tags of the repository, seen from a directory and from a revision.
 */
#include "repository.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct temp_dir temp;

static void set_up(void)
{
    repository_make_temp(&temp);
}

static void tear_down(void)
{
    temp_dir_remove(&temp);
}

TestSuite(tags, .init = set_up, .fini = tear_down);

static void expect_tags(struct sl_tree *tree)
{
    static const char *const expected[] = {"a-tree", "releases/v1.0", "v1.0", "v1.1"};
    const struct sl_str *names;
    size_t count;
    struct sl_err err = {0};
    struct sl_tree_revision revision;
    char commit[65];
    cr_assert_eq(sl_tree_tags(tree, &names, &count, &err), 0, "%s", err.message);
    cr_assert_eq(count, 4);
    for (size_t i = 0; i < 4; i++)
        cr_expect_str_eq(names[i].ptr, expected[i]);
    cr_assert_eq(sl_tree_revision(tree, &revision, &err), 0);
    cr_assert_eq(sl_tree_tag_commit(tree, SL_STR("v1.1"), commit, &err), 1);
    cr_expect_str_eq(commit, revision.commit);
    cr_assert_eq(sl_tree_tag_commit(tree, SL_STR("releases/v1.0"), commit, &err), 1, "an annotated one");
    cr_expect_str_neq(commit, revision.commit);
    cr_expect_eq(sl_tree_tag_commit(tree, SL_STR("a-tree"), commit, &err), 0);
    cr_expect_eq(sl_tree_tag_commit(tree, SL_STR("v9"), commit, &err), 0);
    cr_expect_eq(sl_tree_tag_commit(tree, SL_STR("../heads/x"), commit, &err), 0);
    sl_tree_free(tree);
}

Test(tags, are_listed_by_name_and_lead_to_commits)
{
    repository_init(&temp);
    temp_dir_write_text(&temp, "a", "1");
    repository_commit_all(&temp);
    repository_run(&temp, "git tag v1.0; git tag -a -m text releases/v1.0; git tag a-tree 'HEAD^{tree}'");
    temp_dir_write_text(&temp, "a", "2");
    repository_commit_all(&temp);
    repository_run(&temp, "git tag v1.1; git pack-refs --all");
    expect_tags(repository_open_directory(&temp, ""));
    expect_tags(repository_open_git(&temp, "", "HEAD"));
}

Test(tags, there_are_none_without_a_repository)
{
    struct sl_tree *tree = repository_open_directory(&temp, "");
    const struct sl_str *names;
    size_t count;
    struct sl_err err = {0};
    char commit[65];
    cr_assert_eq(sl_tree_tags(tree, &names, &count, &err), 0, "%s", err.message);
    cr_expect_eq(count, 0);
    cr_expect_eq(sl_tree_tag_commit(tree, SL_STR("v1.0"), commit, &err), 0);
    sl_tree_free(tree);
}
