/*
 * What both loaders must agree on: most tests here run over a directory and over the commit made of it.
 */
#include "repository.h"

#include <base/limits.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct temp_dir temp;

static void set_up(void)
{
    repository_make_temp(&temp);
    repository_init(&temp);
}

static void tear_down(void)
{
    temp_dir_remove(&temp);
}

TestSuite(view, .init = set_up, .fini = tear_down);

struct both {
    struct sl_tree *trees[2]; /* directory, git */
};

static const char *const loader_names[] = {"directory", "git"};

static struct both open_both(const char *name)
{
    repository_commit_all(&temp);
    return (struct both){{repository_open_directory(&temp, name), repository_open_git(&temp, name, "HEAD")}};
}

static void close_both(struct both *both)
{
    sl_tree_freep(&both->trees[0]);
    sl_tree_freep(&both->trees[1]);
}

static void expect_names(struct sl_tree *tree, const char *directory, const char *const *names, size_t count)
{
    const struct sl_tree_entry *entries;
    size_t found;
    struct sl_err err = {0};
    cr_assert_eq(sl_tree_list(tree, sl_str_from(directory), &entries, &found, &err), 0, "%s", err.message);
    cr_assert_eq(found, count, "%zu entries in \"%s\"", found, directory);
    for (size_t i = 0; i < count; i++)
        cr_expect(sl_str_equal(entries[i].name, sl_str_from(names[i])), "entry %zu is " SL_FMT, i,
                  SL_ARG(entries[i].name));
}

Test(view, lists_ascend_by_bytes_and_leave_out_git_itself)
{
    static const char *const top[] = {"A", "a", "a-b", "a.b", "a0", "b", "\xc3\xa9", "\xff"};
    static const char *const inner[] = {".gitignore", "x"};
    static const char *const files[] = {"a/x", "a/.gitignore", "a-b",      "a.b/y", "a0",
                                        "A",   "\xff",         "\xc3\xa9", "b/z"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        temp_dir_write_text(&temp, files[i], "");
    struct both both = open_both("");
    temp_dir_write_text(&temp, "a/.git", "gitdir: elsewhere");
    for (size_t i = 0; i < 2; i++) {
        expect_names(both.trees[i], "", top, sizeof top / sizeof top[0]);
        expect_names(both.trees[i], "a", inner, 2);
        struct sl_err err = {0};
        cr_expect_eq(sl_tree_stat(both.trees[i], SL_STR(".git/HEAD"), NULL, &err), 0);
        cr_expect_eq(sl_tree_stat(both.trees[i], SL_STR("a/.git"), NULL, &err), 0);
    }
    close_both(&both);
}

Test(view, an_entry_says_kind_size_and_whether_it_runs)
{
    temp_dir_write_text(&temp, "run.sh", "#!/bin/sh\n");
    temp_dir_write_text(&temp, "dir/plain", "12345");
    repository_run(&temp, "chmod 744 run.sh; chmod 666 dir/plain");
    struct both both = open_both("");
    for (size_t i = 0; i < 2; i++) {
        struct sl_err err = {0};
        struct sl_tree_entry entry;
        cr_assert_eq(sl_tree_stat(both.trees[i], SL_STR("run.sh"), &entry, &err), 1);
        cr_expect(entry.kind == SL_TREE_FILE && entry.executable && entry.size == 10);
        cr_expect(sl_str_equal(entry.name, SL_STR("run.sh")));
        cr_assert_eq(sl_tree_stat(both.trees[i], SL_STR("dir/plain"), &entry, &err), 1);
        cr_expect(entry.kind == SL_TREE_FILE && !entry.executable && entry.size == 5);
        cr_expect(sl_str_equal(entry.name, SL_STR("plain")));
        cr_assert_eq(sl_tree_stat(both.trees[i], SL_STR("dir"), &entry, &err), 1);
        cr_expect(entry.kind == SL_TREE_DIRECTORY && !entry.executable && entry.size == 0);
        cr_assert_eq(sl_tree_stat(both.trees[i], SL_STR(""), &entry, &err), 1);
        cr_expect(entry.kind == SL_TREE_DIRECTORY && entry.name.len == 0);
    }
    close_both(&both);
}

Test(view, the_real_path_has_no_link_on_the_way)
{
    static const struct {
        const char *path, *real; /* NULL: not there */
    } paths[] = {{"values/a.yaml", "values/a.yaml"},
                 {"same", "values/a.yaml"},
                 {"folder/a.yaml", "values/a.yaml"},
                 {"folder/b.yaml", NULL},
                 {"", ""}};
    temp_dir_write_text(&temp, "values/a.yaml", "");
    temp_dir_link(&temp, "same", "values/a.yaml");
    temp_dir_link(&temp, "folder", "values");
    struct both both = open_both("");
    struct sl_arena arena;
    sl_arena_init(&arena, SL_MIB);
    for (size_t i = 0; i < 2 * sizeof paths / sizeof paths[0]; i++) {
        struct sl_err err = {0};
        struct sl_str real = {"", 0};
        int there = sl_tree_real_path(both.trees[i % 2], sl_str_from(paths[i / 2].path), &arena, &real, &err);
        cr_expect_eq(there, paths[i / 2].real ? 1 : 0, "%s: %s", paths[i / 2].path, err.message);
        cr_expect_str_eq(real.ptr, paths[i / 2].real ? paths[i / 2].real : "");
    }
    sl_arena_release(&arena);
    close_both(&both);
}

Test(view, what_was_read_once_stays_as_it_was)
{
    temp_dir_write_text(&temp, "values/a.yaml", "before: 1\n");
    temp_dir_link(&temp, "same", "values/a.yaml");
    struct both both = open_both("");
    for (size_t i = 0; i < 2; i++) {
        struct sl_tree *tree = both.trees[i];
        struct sl_err err = {0};
        struct sl_str first;
        struct sl_str second;
        struct sl_source *source;
        const struct sl_tree_entry *entries[2];
        size_t count;
        cr_assert_eq(sl_tree_read(tree, SL_STR("values/a.yaml"), &first, &err), 0, "%s", err.message);
        cr_assert_eq(sl_tree_list(tree, SL_STR("values"), &entries[0], &count, &err), 0);
        cr_expect_str_eq(first.ptr, "before: 1\n");
        temp_dir_write_text(&temp, "values/a.yaml", "after: 22\n");
        temp_dir_write_text(&temp, "values/b.yaml", "");

        cr_assert_eq(sl_tree_read(tree, SL_STR("same"), &second, &err), 0);
        cr_expect_eq(second.ptr, first.ptr);
        cr_assert_eq(sl_tree_list(tree, SL_STR("values"), &entries[1], &count, &err), 0);
        cr_expect(entries[1] == entries[0] && count == 1);
        cr_assert_eq(sl_tree_source(tree, SL_STR("values/a.yaml"), &source, &err), 0);
        char *bytes = repository_drain(source, &count, &err);
        cr_expect(bytes && count == first.len && memcmp(bytes, first.ptr, count) == 0);
        free(bytes);
        temp_dir_write_text(&temp, "values/a.yaml", "before: 1\n");
    }
    close_both(&both);
}

Test(view, a_peek_gives_the_first_bytes_and_keeps_nothing)
{
    static const struct {
        size_t room;
        const char *seen;
    } rows[] = {{1, "b"}, {6, "before"}, {10, "before: 1\n"}, {100, "before: 1\n"}, {0, ""}};
    temp_dir_write_text(&temp, "a.yaml", "before: 1\n");
    temp_dir_write_text(&temp, "empty", "");
    struct both both = open_both("");
    for (size_t i = 0; i < 2; i++) {
        struct sl_err err = {0};
        char bytes[100];
        for (size_t j = 0; j < sizeof rows / sizeof rows[0]; j++) {
            ssize_t len = sl_tree_peek(both.trees[i], SL_STR("a.yaml"), bytes, rows[j].room, &err);
            cr_assert_eq(len, (ssize_t)strlen(rows[j].seen), "%zu: %s", rows[j].room, err.message);
            cr_expect_eq(memcmp(bytes, rows[j].seen, (size_t)len), 0);
        }
        cr_expect_eq(sl_tree_peek(both.trees[i], SL_STR("empty"), bytes, sizeof bytes, &err), 0);
        cr_expect_eq(sl_tree_peek(both.trees[i], SL_STR("nothing"), bytes, sizeof bytes, &err), -1);
        cr_expect_eq(err.code, SL_E_NOT_FOUND);
    }
    struct sl_err err = {0};
    struct sl_str bytes;
    temp_dir_write_text(&temp, "a.yaml", "after: 22\n");
    cr_assert_eq(sl_tree_read(both.trees[0], SL_STR("a.yaml"), &bytes, &err), 0, "%s", err.message);
    cr_expect_str_eq(bytes.ptr, "after: 22\n");
    close_both(&both);
}

static const struct {
    const char *path;
    enum sl_code stat, list, read;
} path_cases[] = {
    {"missing", SL_OK, SL_E_NOT_FOUND, SL_E_NOT_FOUND},
    {"dir/missing", SL_OK, SL_E_NOT_FOUND, SL_E_NOT_FOUND},
    {"file/below", SL_OK, SL_E_NOT_FOUND, SL_E_NOT_FOUND},
    {"file", SL_OK, SL_E_INPUT, SL_OK},
    {"dir", SL_OK, SL_OK, SL_E_INPUT},
    {"dir/", SL_E_INPUT, SL_E_INPUT, SL_E_INPUT},
    {"/dir", SL_E_INPUT, SL_E_INPUT, SL_E_INPUT},
    {"./dir", SL_E_INPUT, SL_E_INPUT, SL_E_INPUT},
    {"dir/../file", SL_E_INPUT, SL_E_INPUT, SL_E_INPUT},
    {"..", SL_E_INPUT, SL_E_INPUT, SL_E_INPUT},
    {"dir//x", SL_E_INPUT, SL_E_INPUT, SL_E_INPUT},
};

Test(view, paths_that_are_missing_or_not_plain_are_told_apart)
{
    temp_dir_write_text(&temp, "dir/x", "");
    temp_dir_write_text(&temp, "file", "");
    struct both both = open_both("");
    for (size_t i = 0; i < 2 * sizeof path_cases / sizeof path_cases[0]; i++) {
        struct sl_tree *tree = both.trees[i % 2];
        struct sl_str path = sl_str_from(path_cases[i / 2].path);
        const struct sl_tree_entry *entries;
        size_t count;
        struct sl_str bytes;
        struct sl_source *source = NULL;
        struct sl_err err = {0};
        int result = sl_tree_stat(tree, path, NULL, &err);
        cr_expect_eq(err.code, path_cases[i / 2].stat, "stat %s: %s", path.ptr, err.message);
        cr_expect_eq(result < 0, err.code != SL_OK);
        sl_err_clear(&err);
        result = sl_tree_list(tree, path, &entries, &count, &err);
        cr_expect_eq(err.code, path_cases[i / 2].list, "list %s: %s", path.ptr, err.message);
        cr_expect_eq(result < 0, err.code != SL_OK);
        sl_err_clear(&err);
        result = sl_tree_source(tree, path, &source, &err);
        cr_expect_eq(err.code, path_cases[i / 2].read, "source %s: %s", path.ptr, err.message);
        cr_expect_eq(result < 0, err.code != SL_OK);
        sl_source_free(source);
        sl_err_clear(&err);
        result = sl_tree_read(tree, path, &bytes, &err);
        cr_expect_eq(err.code, path_cases[i / 2].read, "read %s: %s", path.ptr, err.message);
        cr_expect_eq(result < 0, err.code != SL_OK);
    }
    close_both(&both);
}

/* Links of one tree: name and target. */
static const struct {
    const char *name, *target;
} links[] = {
    {"near", "file"},
    {"dir/up", "../file"},
    {"dir/dots", "./.././dir//x"},
    {"to-dir", "dir"},
    {"slash", "dir/"},
    {"deep", "to-dir/inner/y"},
    {"to-root", "."},
    {"dir/root", ".."},
    {"chain", "chain1"},
    {"chain1", "chain2"},
    {"chain2", "dir/up"},
    {"dangling", "nowhere"},
    {"far-dangling", "chain-out"},
    {"chain-out", "dir/nowhere"},
    {"through-file", "file/x"},
    {"into-git", ".git/HEAD"},
    {"self", "self"},
    {"ping", "pong"},
    {"pong", "ping"},
    {"absolute", "/etc/passwd"},
    {"out", "../secret"},
    {"dir/out", "../../secret"},
    {"back", "../VIEW/file"},
    {"late", "dir/inner/../../../file"},
    {"outer", "dir/out"},
    {"escape\x1b", "../\x1b[2J"},
};

static const struct {
    const char *path;
    const char *bytes; /* NULL: not read */
    enum sl_code code;
    const char *message; /* NULL: any */
} link_cases[] = {
    {"near", "F", SL_OK, NULL},
    {"dir/up", "F", SL_OK, NULL},
    {"dir/dots", "X", SL_OK, NULL},
    {"to-dir/x", "X", SL_OK, NULL},
    {"slash/x", "X", SL_OK, NULL},
    {"slash/inner/y", "Y", SL_OK, NULL},
    {"deep", "Y", SL_OK, NULL},
    {"to-root/to-root/to-root/file", "F", SL_OK, NULL},
    {"dir/root/dir/root/near", "F", SL_OK, NULL},
    {"chain", "F", SL_OK, NULL},
    {"dangling", NULL, SL_E_NOT_FOUND,
     "dangling is not there: the symbolic link dangling leads to \"nowhere\", which does not exist"},
    {"far-dangling", NULL, SL_E_NOT_FOUND,
     "far-dangling is not there: the symbolic link chain-out leads to \"dir/nowhere\", which does not exist"},
    {"to-dir/missing", NULL, SL_E_NOT_FOUND, "to-dir/missing is not there"},
    {"through-file", NULL, SL_E_NOT_FOUND, NULL},
    {"into-git", NULL, SL_E_NOT_FOUND, NULL},
    {"self", NULL, SL_E_INPUT, "more than 40 symbolic links on one path, the last one self to \"self\""},
    {"ping", NULL, SL_E_INPUT, NULL},
    {"absolute", NULL, SL_E_INPUT,
     "the symbolic link absolute leads out of the tree: its target is \"/etc/passwd\""},
    {"out", NULL, SL_E_INPUT, "the symbolic link out leads out of the tree: its target is \"../secret\""},
    {"dir/out", NULL, SL_E_INPUT,
     "the symbolic link dir/out leads out of the tree: its target is \"../../secret\""},
    {"back", NULL, SL_E_INPUT,
     "the symbolic link back leads out of the tree: its target is \"../VIEW/file\""},
    {"late", NULL, SL_E_INPUT, NULL},
    {"outer", NULL, SL_E_INPUT,
     "the symbolic link dir/out leads out of the tree: its target is \"../../secret\""},
    {"to-dir/out", NULL, SL_E_INPUT,
     "the symbolic link dir/out leads out of the tree: its target is \"../../secret\""},
    {"escape\x1b", NULL, SL_E_INPUT,
     "the symbolic link escape\\x1b leads out of the tree: its target is \"../\\x1b[2J\""},
};

static void write_links(void)
{
    temp_dir_write_text(&temp, "secret", "outside");
    temp_dir_write_text(&temp, "VIEW/file", "F");
    temp_dir_write_text(&temp, "VIEW/dir/x", "X");
    temp_dir_write_text(&temp, "VIEW/dir/inner/y", "Y");
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "VIEW/%s", links[i].name);
        temp_dir_link(&temp, name, links[i].target);
    }
}

Test(view, links_are_followed_only_below_the_root)
{
    write_links();
    struct both both = open_both("VIEW");
    for (size_t i = 0; i < 2 * sizeof link_cases / sizeof link_cases[0]; i++) {
        struct sl_str path = sl_str_from(link_cases[i / 2].path);
        struct sl_str bytes = {NULL, 0};
        struct sl_err err = {0};
        int result = sl_tree_read(both.trees[i % 2], path, &bytes, &err);
        cr_expect_eq(err.code, link_cases[i / 2].code, "%s, %s: %s", loader_names[i % 2], path.ptr,
                     err.message);
        if (link_cases[i / 2].bytes)
            cr_expect(result == 0 && sl_str_equal(bytes, sl_str_from(link_cases[i / 2].bytes)), "%s",
                      path.ptr);
        else
            cr_expect_eq(result, -1, "%s", path.ptr);
        if (link_cases[i / 2].message)
            cr_expect_str_eq(err.message, link_cases[i / 2].message);
        sl_err_clear(&err);
        int there = sl_tree_stat(both.trees[i % 2], path, NULL, &err);
        cr_expect_eq(there,
                     result == 0                                ? 1
                     : link_cases[i / 2].code == SL_E_NOT_FOUND ? 0
                                                                : -1,
                     "%s", path.ptr);
    }
    close_both(&both);
}

Test(view, a_link_is_listed_as_what_it_leads_to_and_a_bad_one_as_an_empty_file)
{
    write_links();
    struct both both = open_both("VIEW");
    for (size_t i = 0; i < 2; i++) {
        const struct sl_tree_entry *entries;
        size_t count;
        size_t seen = 0;
        struct sl_err err = {0};
        cr_assert_eq(sl_tree_list(both.trees[i], SL_STR(""), &entries, &count, &err), 0, "%s", err.message);
        for (size_t k = 0; k < count; k++) {
            bool directory = entries[k].kind == SL_TREE_DIRECTORY;
            if (sl_str_equal(entries[k].name, SL_STR("to-dir")) ||
                sl_str_equal(entries[k].name, SL_STR("to-root")))
                seen += directory ? 1 : 0;
            if (sl_str_equal(entries[k].name, SL_STR("chain")))
                seen += !directory && entries[k].size == 1 ? 1 : 0;
            if (sl_str_equal(entries[k].name, SL_STR("out")) ||
                sl_str_equal(entries[k].name, SL_STR("self")) ||
                sl_str_equal(entries[k].name, SL_STR("dangling")))
                seen += !directory && entries[k].size == 0 ? 1 : 0;
        }
        cr_expect_eq(seen, 6, "%s", loader_names[i]);
        cr_expect_eq(err.code, SL_OK);
    }
    close_both(&both);
}

Test(view, forty_links_are_followed_and_no_more)
{
    temp_dir_write_text(&temp, "l0", "end");
    for (int i = 1; i <= SL_TREE_LINKS_MAX + 1; i++) {
        char name[16];
        char target[16];
        (void)snprintf(name, sizeof name, "l%d", i);
        (void)snprintf(target, sizeof target, "l%d", i - 1);
        temp_dir_link(&temp, name, target);
    }
    struct both both = open_both("");
    for (size_t i = 0; i < 2; i++) {
        struct sl_err err = {0};
        cr_expect_eq(sl_tree_stat(both.trees[i], SL_STR("l40"), NULL, &err), 1, "%s", err.message);
        cr_expect_eq(sl_tree_stat(both.trees[i], SL_STR("l41"), NULL, &err), -1);
        cr_expect_eq(err.code, SL_E_INPUT);
    }
    close_both(&both);
}

Test(view, directories_nest_up_to_the_limit)
{
    const size_t deepest = SL_TREE_DEPTH_MAX;
    char path[2 * SL_TREE_DEPTH_MAX + 2] = "";
    for (size_t i = 0; i < deepest; i++) {
        path[2 * i] = 'd';
        path[2 * i + 1] = '/';
    }
    path[2 * deepest] = 'f';
    temp_dir_write_text(&temp, path, "");
    struct both both = open_both("");
    for (size_t i = 0; i < 2; i++) {
        struct sl_err err = {0};
        struct sl_str whole = sl_str_from(path);
        cr_expect_eq(sl_tree_stat(both.trees[i], sl_str_slice(whole, 0, whole.len - 2), NULL, &err), 1, "%s",
                     err.message);
        cr_expect_eq(sl_tree_stat(both.trees[i], whole, NULL, &err), -1);
        cr_expect_eq(err.code, SL_E_LIMIT);
        cr_expect_str_eq(err.message, "more than 64 directories inside each other");
    }
    close_both(&both);
}

Test(view, devices_pipes_and_sockets_are_listed_but_refused)
{
    static const char *const names[] = {"fifo", "socket"};
    char path[PATH_MAX];
    struct sl_err err = {0};
    const struct sl_tree_entry *entries;
    size_t count;
    temp_dir_make_dir(&temp, "d");
    cr_assert_eq(mkfifo(temp_dir_join(&temp, "d/fifo", path), 0600), 0);
    cr_assert_eq(mknod(temp_dir_join(&temp, "d/socket", path), S_IFSOCK | 0600, 0), 0);

    struct sl_tree *tree = repository_open_directory(&temp, "d");
    cr_assert_eq(sl_tree_list(tree, SL_STR(""), &entries, &count, &err), 0, "%s", err.message);
    cr_assert_eq(count, 2);
    for (size_t i = 0; i < 2; i++) {
        struct sl_source *source = NULL;
        struct sl_str bytes;
        struct sl_str name = sl_str_from(names[i]);
        cr_expect(sl_str_equal(entries[i].name, name) && entries[i].kind == SL_TREE_FILE);
        cr_expect_eq(sl_tree_stat(tree, name, NULL, &err), -1);
        cr_expect_eq(err.code, SL_E_INPUT);
        cr_expect_eq(sl_tree_read(tree, name, &bytes, &err), -1);
        cr_expect_eq(err.code, SL_E_INPUT);
        cr_expect_eq(sl_tree_source(tree, name, &source, &err), -1);
        cr_expect_eq(err.code, SL_E_INPUT);
    }
    cr_expect_str_eq(err.message, "socket is a device, pipe or socket, and only files can be used");
    sl_tree_free(tree);
}

Test(view, a_file_beyond_the_limit_is_streamed_but_not_read_whole)
{
    char path[PATH_MAX];
    struct sl_err err = {0};
    struct sl_str bytes;
    struct sl_source *source;
    char piece[16];
    temp_dir_write_text(&temp, "large", "");
    cr_assert_eq(truncate(temp_dir_join(&temp, "large", path), (off_t)SL_TREE_FILE_MAX + 1), 0);
    struct sl_tree *tree = repository_open_directory(&temp, "");
    cr_expect_eq(sl_tree_read(tree, SL_STR("large"), &bytes, &err), -1);
    cr_expect_eq(err.code, SL_E_LIMIT);
    cr_expect_str_eq(err.message, "large has 64.0 MiB; a file of this kind may have at most 64.0 MiB");
    cr_assert_eq(sl_tree_source(tree, SL_STR("large"), &source, &err), 0);
    cr_expect_eq(sl_source_read(source, piece, sizeof piece, &err), 16);
    sl_source_free(source);
    sl_tree_free(tree);
}

Test(view, a_tree_without_a_directory_is_not_opened)
{
    char path[PATH_MAX];
    struct sl_err err = {0};
    struct sl_tree *tree = NULL;
    cr_expect_eq(sl_tree_open_directory(&tree, temp_dir_join(&temp, "none", path), &err), -1);
    cr_expect_eq(err.code, SL_E_NOT_FOUND);
    cr_expect_eq(err.sys_errno, ENOENT);
    temp_dir_write_text(&temp, "file", "");
    cr_expect_eq(sl_tree_open_directory(&tree, temp_dir_join(&temp, "file", path), &err), -1);
    cr_expect_eq(err.code, SL_E_IO);
    cr_expect_null(tree);
}

static const struct {
    const char *text;
    bool pointer;
} lfs_cases[] = {
    {"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", true},
    {"version https://git-lfs.github.com/spec/v1", true},
    {"version https://git-lfs.github.com/spec/v2\n", false},
    {"version https://git-lfs.github.com/spec/v1 \n", false},
    {"\nversion https://git-lfs.github.com/spec/v1\n", false},
    {"", false},
};

Test(view, a_git_lfs_pointer_is_known_by_its_first_line)
{
    for (size_t i = 0; i < sizeof lfs_cases / sizeof lfs_cases[0]; i++)
        cr_expect_eq(sl_tree_is_lfs_pointer(sl_str_from(lfs_cases[i].text)), lfs_cases[i].pointer, "case %zu",
                     i);
}

#define POINTER_HEAD "version https://git-lfs.github.com/spec/v1\n"
#define POINTER_OID  "oid sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n"

static const struct {
    const char *text;
    uint64_t size; /* 0: refused */
} lfs_pointers[] = {
    {POINTER_HEAD POINTER_OID "size 12345\n", 12345},
    {POINTER_HEAD "ext-0-foo sha256:00\n" POINTER_OID "size 18446744073709551615", UINT64_MAX},
    {POINTER_HEAD POINTER_OID "size 18446744073709551616\n", 0},
    {POINTER_HEAD POINTER_OID "size 012\n", 0},
    {POINTER_HEAD POINTER_OID "size -1\n", 0},
    {POINTER_HEAD POINTER_OID "size \n", 0},
    {POINTER_HEAD POINTER_OID "size 1\nsize 2\n", 0},
    {POINTER_HEAD POINTER_OID, 0},
    {POINTER_HEAD "size 1\n", 0},
    {POINTER_HEAD POINTER_OID POINTER_OID "size 1\n", 0},
    {POINTER_HEAD "oid sha256:BA7816\nsize 1\n", 0},
    {POINTER_OID "size 12345\n", 0},
};

Test(view, a_git_lfs_pointer_says_digest_and_size_once)
{
    struct sl_lfs_pointer pointer;
    struct sl_digest expected;
    char padded[2000];
    sl_sha256(&expected, "abc", 3);
    for (size_t i = 0; i < sizeof lfs_pointers / sizeof lfs_pointers[0]; i++) {
        bool found = sl_tree_read_lfs_pointer(sl_str_from(lfs_pointers[i].text), &pointer);
        cr_expect_eq(found, lfs_pointers[i].size > 0, "case %zu", i);
        if (found)
            cr_expect(pointer.size == lfs_pointers[i].size && sl_digest_equal(&pointer.sha256, &expected),
                      "case %zu", i);
    }
    int len = snprintf(padded, sizeof padded, "%s%01500d", lfs_pointers[0].text, 0);
    cr_expect(len > SL_LFS_POINTER_MAX &&
              !sl_tree_read_lfs_pointer((struct sl_str){padded, (size_t)len}, &pointer));
}
