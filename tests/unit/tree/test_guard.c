/*
 * A tree with a guard: no way to anything leads past it, in either loader.
 */
#include "repository.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct temp_dir temp;

static void set_up(void)
{
    repository_make_temp(&temp);
    repository_init(&temp);
    temp_dir_write_text(&temp, "secret/inner/file", "secret");
    temp_dir_write_text(&temp, "open/file", "open");
    temp_dir_link(&temp, "open/to-file", "../secret/inner/file");
    temp_dir_link(&temp, "open/to-directory", "../secret/inner");
    temp_dir_link(&temp, "open/through", "../secret/back/file");
    temp_dir_link(&temp, "secret/back", "../open");
    temp_dir_link(&temp, "open/twice", "to-file");
    repository_commit_all(&temp);
}

static void tear_down(void)
{
    temp_dir_remove(&temp);
}

TestSuite(guard, .init = set_up, .fini = tear_down);

/* Refuses what is below secret/; the context counts how often it was asked. */
static int refuse_secret(void *context, struct sl_str path, bool is_link, struct sl_err *err)
{
    unsigned *asked = context;
    ++*asked;
    if (!sl_str_starts_with(path, SL_STR("secret/")))
        return 0;
    return sl_fail(err, SL_E_INPUT, SL_FMT " is secret%s", SL_ARG(path), is_link ? ", a link" : "");
}

static struct sl_tree *open_guarded(bool git, unsigned *asked)
{
    struct sl_tree *tree =
        git ? repository_open_git(&temp, "", "HEAD") : repository_open_directory(&temp, "");
    sl_tree_set_guard(tree, refuse_secret, asked);
    return tree;
}

static const struct {
    const char *path, *message;
} refused[] = {
    {"secret/inner/file", "secret/inner/file is secret"},
    {"secret/inner", "secret/inner is secret"},
    {"open/to-file",
     "the symbolic link open/to-file leads to \"../secret/inner/file\": secret/inner/file is secret"},
    {"open/twice",
     "the symbolic link open/to-file leads to \"../secret/inner/file\": secret/inner/file is secret"},
    {"open/to-directory",
     "the symbolic link open/to-directory leads to \"../secret/inner\": secret/inner is secret"},
    {"open/to-directory/file",
     "the symbolic link open/to-directory leads to \"../secret/inner\": secret/inner/file is secret"},
    {"open/through",
     "the symbolic link open/through leads to \"../secret/back/file\": secret/back is secret, a link"},
};

static void expect_refused(int result, const struct sl_err *err, size_t row, const char *how)
{
    cr_expect_eq(result, -1, "%s %s", how, refused[row].path);
    cr_expect_eq(err->code, SL_E_INPUT, "%s %s", how, refused[row].path);
    cr_expect_str_eq(err->message, refused[row].message, "%s %s: %s", how, refused[row].path, err->message);
}

Test(guard, refuses_every_way_to_look_at_a_thing)
{
    for (size_t i = 0; i < 2 * sizeof refused / sizeof refused[0]; i++) {
        unsigned asked = 0;
        struct sl_tree *tree = open_guarded(i % 2, &asked);
        struct sl_str path = sl_str_from(refused[i / 2].path);
        struct sl_err err = {0};
        struct sl_str bytes;
        struct sl_source *source;
        const struct sl_tree_entry *entries;
        size_t count;
        expect_refused(sl_tree_stat(tree, path, NULL, &err), &err, i / 2, "stat");
        err = (struct sl_err){0};
        expect_refused(sl_tree_read(tree, path, &bytes, &err), &err, i / 2, "read");
        err = (struct sl_err){0};
        expect_refused(sl_tree_source(tree, path, &source, &err), &err, i / 2, "stream");
        err = (struct sl_err){0};
        expect_refused(sl_tree_list(tree, path, &entries, &count, &err), &err, i / 2, "list");
        cr_expect_geq(asked, 4);
        sl_tree_free(tree);
    }
}

Test(guard, lists_what_it_refuses_as_an_empty_file)
{
    for (size_t i = 0; i < 2; i++) {
        unsigned asked = 0;
        struct sl_tree *tree = open_guarded(i, &asked);
        struct sl_err err = {0};
        const struct sl_tree_entry *entries;
        size_t count;
        cr_assert_eq(sl_tree_list(tree, SL_STR("open"), &entries, &count, &err), 0, "%s", err.message);
        cr_assert_eq(count, 5);
        for (size_t entry = 0; entry < count; entry++) {
            bool open = sl_str_equal(entries[entry].name, SL_STR("file"));
            cr_expect_eq(entries[entry].kind, SL_TREE_FILE);
            cr_expect_eq(entries[entry].size, open ? 4 : 0, SL_FMT, SL_ARG(entries[entry].name));
        }
        sl_tree_free(tree);
    }
}

Test(guard, lets_the_rest_through_and_ends_when_it_is_taken_away)
{
    for (size_t i = 0; i < 2; i++) {
        unsigned asked = 0;
        struct sl_tree *tree = open_guarded(i, &asked);
        struct sl_err err = {0};
        struct sl_str bytes;
        cr_expect_eq(sl_tree_read(tree, SL_STR("open/file"), &bytes, &err), 0, "%s", err.message);
        cr_expect_eq(sl_tree_stat(tree, SL_STR("open/nothing"), NULL, &err), 0, "%s", err.message);
        sl_tree_set_guard(tree, NULL, NULL);
        cr_expect_eq(sl_tree_read(tree, SL_STR("open/to-file"), &bytes, &err), 0, "%s", err.message);
        sl_tree_free(tree);
    }
}

static const struct sl_tree_entry *entry_of(struct sl_tree *tree, const char *directory, const char *name)
{
    const struct sl_tree_entry *entries;
    size_t count;
    struct sl_err err = {0};
    cr_assert_eq(sl_tree_list(tree, sl_str_from(directory), &entries, &count, &err), 0, "%s", err.message);
    for (size_t i = 0; i < count; i++)
        if (sl_str_equal(entries[i].name, sl_str_from(name)))
            return &entries[i];
    cr_assert_fail("%s has no %s", directory, name);
    return NULL;
}

Test(guard, a_list_is_made_anew_for_another_guard)
{
    for (int git = 0; git < 2; git++) {
        unsigned asked = 0;
        struct sl_tree *tree = open_guarded(git == 1, &asked);
        cr_expect_eq(entry_of(tree, "open", "to-directory")->kind, SL_TREE_FILE);
        sl_tree_set_guard(tree, NULL, NULL);
        cr_expect_eq(entry_of(tree, "open", "to-directory")->kind, SL_TREE_DIRECTORY);
        cr_expect_eq(entry_of(tree, "open", "to-file")->size, 6);
        sl_tree_set_guard(tree, refuse_secret, &asked);
        cr_expect_eq(entry_of(tree, "open", "to-directory")->kind, SL_TREE_FILE);
        cr_expect_eq(entry_of(tree, "open", "to-file")->size, 0);
        sl_tree_free(tree);
    }
}
