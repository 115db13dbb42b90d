/*
 * Where a view comes from: commit, changes of the work tree, length of the history.
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

TestSuite(revision, .init = set_up, .fini = tear_down);

static struct sl_tree_revision look(struct sl_tree *tree)
{
    struct sl_tree_revision revision;
    struct sl_err err = {0};
    cr_assert_eq(sl_tree_revision(tree, &revision, &err), 0, "%s", err.message);
    return revision;
}

/* From a clean work tree with the files a/x, a/y, b and base/z, and build/ and *.log ignored. */
static const struct {
    const char *script;
    size_t changed_count;
    const char *changed;
} change_cases[] = {
    {"true", 0, ""},
    {"echo 2 > a/x", 1, "a/x"},
    {"echo 1 > a/x", 0, ""},
    {"echo 2 > a/x; git add .", 1, "a/x"},
    {"echo 2 > a/x; git add .; echo 1 > a/x", 1, "a/x"},
    {"echo 2 > a/x; git add .; echo 3 > a/x; echo 4 > b", 2, "a/x"},
    {"rm a/x", 1, "a/x"},
    {"git rm -q a/x a/y", 2, "a/x"},
    {"git rm -q --cached b", 1, "b"},
    {"git mv b c", 2, "b"},
    {"chmod +x b", 1, "b"},
    {"rm b; ln -s a/x b", 1, "b"},
    {"touch -d 2001-02-03 b a/x", 0, ""},
    {"echo new > a/new", 1, "a/new"},
    {"mkdir -p new/deep; echo 1 > new/deep/1; echo 2 > new/2", 1, "new/"},
    {"echo new > z; git add -N z", 1, "z"},
    {"mkdir -p empty/dir", 0, ""},
    {"echo log > a/some.log", 0, ""},
    {"mkdir build logs; echo 1 > build/out; echo 1 > logs/x.log", 0, ""},
    {"git update-index --skip-worktree b; rm b", 0, ""},
    {"git update-index --skip-worktree b", 0, ""},
    {"git update-index --skip-worktree b; echo 2 > b", 1, "b"},
    {"git update-index --assume-unchanged a/x; echo 2 > a/x", 1, "a/x"},
    {"git update-index --assume-unchanged a/x; touch -d 2001-02-03 a/x", 0, ""},
    {"echo 5 > 'n\nl'", 1, "n\nl"},
    {"git checkout -q --detach", 0, ""},
    {"git init -q inner; cd inner; echo 1 > 1; git add 1; git commit -q -m inner", 1, "inner/"},
};

Test(revision, a_work_tree_is_dirty_when_anything_but_ignored_files_differs)
{
    repository_run(&temp, "git init -q -b main template; cd template; mkdir a base; echo 1 > base/z; echo 1 "
                          "> a/x; echo 1 > a/y; echo 1 > b\n"
                          "printf 'build/\\n*.log\\n' > .gitignore; git add .; git commit -q -m one");
    for (size_t i = 0; i < sizeof change_cases / sizeof change_cases[0]; i++) {
        char script[512];
        (void)snprintf(script, sizeof script, "rm -rf work; cp -a template work; cd work\n%s",
                       change_cases[i].script);
        repository_run(&temp, script);
        /* Nothing of this is in base/, so that whoever asks about that alone is told of no change. */
        struct sl_tree *beside = repository_open_directory(&temp, "work/base");
        cr_expect_not(look(beside).dirty, "%s", change_cases[i].script);
        sl_tree_free(beside);
        struct sl_tree *tree = repository_open_directory(&temp, "work");
        struct sl_tree_revision revision = look(tree);
        cr_expect(revision.is_git && !revision.shallow);
        cr_expect_eq(strlen(revision.commit), 40);
        cr_expect_eq(revision.time, 1700000100);
        cr_expect_eq(revision.changed_count, change_cases[i].changed_count, "%s: %zu", change_cases[i].script,
                     revision.changed_count);
        cr_expect_eq(revision.dirty, change_cases[i].changed_count > 0, "%s", change_cases[i].script);
        cr_expect(sl_str_equal(revision.changed, sl_str_from(change_cases[i].changed)), "%s: " SL_FMT,
                  change_cases[i].script, SL_ARG(revision.changed));
        sl_tree_free(tree);
    }
}

static const struct {
    const char *script, *changed;
} inside_cases[] = {
    {"echo 2 > base/z", "base/z"},
    {"echo 2 > base/new; echo 2 > base2", "base/new"},
    {"git rm -q base/z; mkdir -p base", "base/z"},
    {"git rm -q --cached -r base; git commit -q -m two", "base/"},
    {"git mv base/z z; mkdir -p base", "base/z"},
    {"mkdir base2; echo 1 > base2/z; echo 1 > basez", ""},
};

Test(revision, of_a_directory_only_what_is_in_it_counts)
{
    repository_run(&temp,
                   "git init -q -b main template; cd template; mkdir base; echo 1 > base/z; echo 1 > b\n"
                   "git add .; git commit -q -m one");
    for (size_t i = 0; i < sizeof inside_cases / sizeof inside_cases[0]; i++) {
        char script[512];
        (void)snprintf(script, sizeof script, "rm -rf work; cp -a template work; cd work\n%s",
                       inside_cases[i].script);
        repository_run(&temp, script);
        struct sl_tree *tree = repository_open_directory(&temp, "work/base");
        struct sl_tree_revision revision = look(tree);
        cr_expect_eq(revision.dirty, inside_cases[i].changed[0] != '\0', "%s", inside_cases[i].script);
        cr_expect(sl_str_equal(revision.changed, sl_str_from(inside_cases[i].changed)), "%s: " SL_FMT,
                  inside_cases[i].script, SL_ARG(revision.changed));
        sl_tree_free(tree);
    }
}

/* A change in the same second, of the same size, is what a check by time and size alone would miss. */
Test(revision, a_change_of_equal_size_right_after_the_commit_is_seen)
{
    repository_init(&temp);
    for (int i = 0; i < 5; i++) {
        temp_dir_write_text(&temp, "file", "1");
        repository_commit_all(&temp);
        temp_dir_write_text(&temp, "file", "2");
        struct sl_tree *tree = repository_open_directory(&temp, "");
        cr_expect(look(tree).dirty, "round %d", i);
        sl_tree_free(tree);
    }
}

/* The pointer is committed as a plain file; then the attribute and the content come, as git-lfs would bring
 * them, and the index is told the content's size and time. */
static const struct {
    const char *content, *attribute;
    bool dirty;
} lfs_cases[] = {
    {"abc", "filter=lfs", false}, {"abd", "filter=lfs", true},   {"abcd", "filter=lfs", true},
    {"abc", "text", true},        {"abc", "filter=other", true},
};

Test(revision, a_file_that_its_git_lfs_pointer_stands_for_is_no_change)
{
    static const char script[] =
        "rm -rf work; git init -q -b main work; cd work\n"
        "printf 'version https://git-lfs.github.com/spec/v1\\noid sha256:%%s\\nsize 3\\n' "
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad > image.tar\n"
        "git add .; echo '*.tar %s' > .gitattributes; git add .gitattributes; git commit -q -m one\n"
        "printf %s > image.tar; touch -d 2001-02-03 image.tar";
    for (size_t i = 0; i < sizeof lfs_cases / sizeof lfs_cases[0]; i++) {
        char filled[1024];
        (void)snprintf(filled, sizeof filled, script, lfs_cases[i].attribute, lfs_cases[i].content);
        repository_run(&temp, filled);
        struct sl_tree *tree = repository_open_directory(&temp, "work");
        struct sl_tree_revision revision = look(tree);
        cr_expect_eq(revision.dirty, lfs_cases[i].dirty, "case %zu", i);
        cr_expect_eq(revision.changed_count, lfs_cases[i].dirty ? 1 : 0, "case %zu", i);
        sl_tree_free(tree);
    }
}

Test(revision, it_is_looked_at_once)
{
    repository_init(&temp);
    temp_dir_write_text(&temp, "file", "1");
    repository_commit_all(&temp);
    struct sl_tree *tree = repository_open_directory(&temp, "");
    cr_expect_not(look(tree).dirty);
    temp_dir_write_text(&temp, "new", "1");
    cr_expect_not(look(tree).dirty);
    sl_tree_free(tree);
}

Test(revision, what_is_left_of_a_repository_is_not_taken_for_a_directory_without_git)
{
    static const char *const names[] = {"file", "file/below", "folder"};
    repository_run(&temp, "mkdir -p file/below folder; echo 'gitdir: /nowhere' > file/.git\n"
                          "git init -q folder; rm folder/.git/HEAD");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct sl_tree *tree = repository_open_directory(&temp, names[i]);
        struct sl_tree_revision revision;
        struct sl_err err = {0};
        cr_expect_eq(sl_tree_revision(tree, &revision, &err), -1, "%s", names[i]);
        cr_expect_not_null(strstr(err.message, "/.git is there, but no git repository can be read from it"),
                           "%s", err.message);
        sl_tree_free(tree);
    }
}

Test(revision, a_directory_outside_every_work_tree_has_none)
{
    static const char *const names[] = {"plain", "bare.git", "r/.git/hooks"};
    repository_run(&temp, "mkdir plain; git init -q --bare bare.git; git init -q r; mkdir -p r/.git/hooks");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct sl_err err = {0};
        uint64_t count;
        struct sl_tree *tree = repository_open_directory(&temp, names[i]);
        struct sl_tree_revision revision = look(tree);
        cr_expect(!revision.is_git && !revision.dirty && revision.commit[0] == '\0', "%s", names[i]);
        cr_expect_eq(sl_tree_first_parent_count(tree, &count, &err), -1);
        cr_expect_eq(err.code, SL_E_INPUT);
        sl_tree_free(tree);
    }
}

Test(revision, a_work_tree_without_commits_has_a_repository_but_no_commit)
{
    struct sl_err err = {0};
    uint64_t count;
    repository_init(&temp);
    temp_dir_write_text(&temp, "file", "1");
    struct sl_tree *tree = repository_open_directory(&temp, "");
    struct sl_tree_revision revision = look(tree);
    cr_expect(revision.is_git && revision.dirty && revision.commit[0] == '\0');
    cr_expect_eq(sl_tree_first_parent_count(tree, &count, &err), -1);
    cr_expect_eq(err.code, SL_E_INPUT);
    sl_tree_free(tree);
}

static uint64_t count_commits(struct sl_tree *tree)
{
    struct sl_err err = {0};
    uint64_t count = 0;
    cr_assert_eq(sl_tree_first_parent_count(tree, &count, &err), 0, "%s", err.message);
    sl_tree_free(tree);
    return count;
}

Test(revision, commits_are_counted_along_first_parents_only)
{
    repository_run(
        &temp, "git init -q -b main .\n"
               "commit() { git commit -q --allow-empty -m \"$1\"; }\n"
               "commit 1; git tag first; commit 2; git checkout -q -b side; commit a; commit b; commit c\n"
               "git checkout -q main; commit 3; git merge -q --no-ff -m merge side; commit 5; git tag last\n"
               "git checkout -q side");
    cr_expect_eq(count_commits(repository_open_git(&temp, "", "first")), 1);
    cr_expect_eq(count_commits(repository_open_git(&temp, "", "last")), 5);
    cr_expect_eq(count_commits(repository_open_git(&temp, "", "side")), 5);
    cr_expect_eq(count_commits(repository_open_git(&temp, "", "last~1^2")), 5);
    cr_expect_eq(count_commits(repository_open_git(&temp, "", "main~2")), 3);
    cr_expect_eq(count_commits(repository_open_directory(&temp, "")), 5);
}

Test(revision, a_shallow_clone_is_not_counted)
{
    static const char message[] =
        "the git repository is a shallow clone: its commits cannot be counted, because "
        "the first ones are missing";
    repository_run(&temp, "git init -q -b main full; cd full; echo 1 > x; git add x; git commit -q -m 1\n"
                          "git commit -q --allow-empty -m 2; git commit -q --allow-empty -m 3; cd ..\n"
                          "git clone -q --depth 1 file://$PWD/full shallow");
    struct sl_tree *trees[] = {repository_open_directory(&temp, "shallow"),
                               repository_open_git(&temp, "shallow", "HEAD")};
    for (size_t i = 0; i < 2; i++) {
        struct sl_err err = {0};
        uint64_t count;
        cr_expect(look(trees[i]).shallow);
        cr_expect_not(look(trees[i]).dirty);
        cr_expect_eq(sl_tree_first_parent_count(trees[i], &count, &err), -1);
        cr_expect_eq(err.code, SL_E_INPUT);
        cr_expect_str_eq(err.message, message);
        cr_expect_str_eq(err.hint, "git fetch --unshallow brings the whole history");
        sl_tree_free(trees[i]);
    }
    char path[PATH_MAX];
    struct sl_err err = {0};
    struct sl_tree *tree = NULL;
    cr_expect_eq(sl_tree_open_git(&tree, temp_dir_join(&temp, "shallow", path), "HEAD~1", &err), -1);
    cr_expect_eq(err.code, SL_E_USAGE);
    cr_expect_str_eq(err.hint,
                     "the repository is a shallow clone; git fetch --unshallow --tags brings the rest");
}
