/*
 * A directory and the commit made of it are the same view: the same names, kinds, bytes and refusals, over
 * trees grown at random, with links of every kind in them. The seeds are fixed, so a failure comes again.
 * What is there and what leaves the root is also asked of the kernel, which can follow links beneath a
 * directory by itself.
 */
#include "repository.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { TREES = 60, WALK_DEPTH = 5 };

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

TestSuite(equal, .init = set_up, .fini = tear_down);

/* xorshift64; Marsaglia, "Xorshift RNGs", 2003. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static const char *pick(uint64_t *state, const char *const *from, size_t count)
{
    return from[next_random(state) % count];
}

static void add_file(uint64_t *state, const char *path)
{
    char bytes[300];
    char full[PATH_MAX];
    size_t len = next_random(state) % sizeof bytes;
    for (size_t i = 0; i < len; i++)
        bytes[i] = (char)next_random(state);
    temp_dir_write(&temp, path, bytes, len);
    if (next_random(state) % 4 == 0)
        cr_assert_eq(chmod(temp_dir_join(&temp, path, full), 0755), 0);
}

/* Some files and links, one or two directories deep. Two things of one name cannot meet: every name ends in
 * its number. */
static void grow_tree(unsigned number)
{
    static const char *const directories[] = {"", "d/", "e.x/", "d/e/", "e.x/d/"};
    static const char *const names[] = {"a", "A", "a-", "b.yaml", "\xc3\xa4", "\xff\xfe", " ", "n\nl", "\\"};
    static const char *const targets[] = {"d",     "e.x",       "..",      "../..", "a0",
                                          "../a1", "./d/e/a0",  "a2/",     "../d",  "d/../e.x",
                                          "/tmp",  "../../a\n", "b.yaml1", "a3/x"};
    uint64_t state = UINT64_C(88172645463325252) + number * UINT64_C(7919);
    for (unsigned i = 0; i < 24; i++) {
        char path[128];
        (void)snprintf(path, sizeof path, "tree%u/%s%s%u", number,
                       pick(&state, directories, sizeof directories / sizeof directories[0]),
                       pick(&state, names, sizeof names / sizeof names[0]), i % 8);
        char full[PATH_MAX];
        struct stat info;
        if (lstat(temp_dir_join(&temp, path, full), &info) == 0)
            continue;
        if (next_random(&state) % 5 < 3)
            add_file(&state, path);
        else
            temp_dir_link(&temp, path, pick(&state, targets, sizeof targets / sizeof targets[0]));
    }
}

struct pair {
    struct sl_tree *directory, *git;
    int fd; /* of the directory, for the kernel */
    size_t files, directories, refusals, answers;
};

static bool same_error(const struct sl_err *a, const struct sl_err *b)
{
    return a->code == b->code && strcmp(a->message, b->message) == 0 && strcmp(a->hint, b->hint) == 0;
}

static bool same_entry(const struct sl_tree_entry *a, const struct sl_tree_entry *b)
{
    return sl_str_equal(a->name, b->name) && a->kind == b->kind && a->executable == b->executable &&
           a->size == b->size;
}

/* What the kernel says of a path below the tree: 1 there, 0 not, -1 refused, or 2 where it cannot tell. */
static int ask_kernel(const struct pair *pair, const char *path)
{
    struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    long fd = syscall(SYS_openat2, pair->fd, path, &how, sizeof how);
    if (fd >= 0) {
        (void)close((int)fd);
        return 1;
    }
    if (errno == ENOENT || errno == ENOTDIR)
        return 0;
    return errno == EXDEV || errno == ELOOP ? -1 : 2;
}

static void compare_with_kernel(struct pair *pair, const char *path)
{
    struct sl_err err = {0};
    int expected = ask_kernel(pair, path);
    if (expected == 2)
        return;
    cr_assert_eq(sl_tree_stat(pair->directory, sl_str_from(path), NULL, &err), expected, "%s: %s", path,
                 err.message);
    pair->answers++;
}

static void compare_file(struct pair *pair, struct sl_str path)
{
    struct sl_err errs[2] = {{0}, {0}};
    struct sl_str bytes[2] = {{NULL, 0}, {NULL, 0}};
    struct sl_source *source = NULL;
    size_t len;
    int first = sl_tree_read(pair->directory, path, &bytes[0], &errs[0]);
    int second = sl_tree_read(pair->git, path, &bytes[1], &errs[1]);
    cr_assert(first == second && same_error(&errs[0], &errs[1]), "%s: \"%s\" and \"%s\"", path.ptr,
              errs[0].message, errs[1].message);
    if (first < 0) {
        pair->refusals++;
        return;
    }
    cr_assert(sl_str_equal(bytes[0], bytes[1]), "%s", path.ptr);
    cr_assert_eq(sl_tree_source(pair->git, path, &source, &errs[1]), 0);
    char *streamed = repository_drain(source, &len, &errs[1]);
    cr_assert(streamed && sl_str_equal((struct sl_str){streamed, len}, bytes[0]), "%s", path.ptr);
    free(streamed);
    pair->files++;
}

/* Everything below `path`, the same in both. */
static void compare_directory(struct pair *pair, struct sl_str path,
                              unsigned depth) // NOLINT(misc-no-recursion)
{
    struct sl_err errs[2] = {{0}, {0}};
    const struct sl_tree_entry *entries[2];
    size_t counts[2];
    int first = sl_tree_list(pair->directory, path, &entries[0], &counts[0], &errs[0]);
    int second = sl_tree_list(pair->git, path, &entries[1], &counts[1], &errs[1]);
    cr_assert(first == second && same_error(&errs[0], &errs[1]), "list \"%s\": \"%s\" and \"%s\"", path.ptr,
              errs[0].message, errs[1].message);
    cr_assert_eq(first, 0, "list \"%s\": %s", path.ptr, errs[0].message);
    cr_assert_eq(counts[0], counts[1]);
    pair->directories++;
    for (size_t i = 0; i < counts[0]; i++) {
        struct sl_tree_entry stats[2];
        char below[512];
        cr_assert(same_entry(&entries[0][i], &entries[1][i]), "%s: " SL_FMT, path.ptr,
                  SL_ARG(entries[0][i].name));
        cr_assert(i == 0 || sl_str_compare(entries[0][i - 1].name, entries[0][i].name) < 0);
        int len = snprintf(below, sizeof below, "%s%s" SL_FMT, path.ptr, path.len ? "/" : "",
                           SL_ARG(entries[0][i].name));
        struct sl_str inner = {below, (size_t)len};
        compare_with_kernel(pair, below);
        if (entries[0][i].kind == SL_TREE_FILE) {
            compare_file(pair, inner);
            continue;
        }
        cr_assert_eq(sl_tree_stat(pair->directory, inner, &stats[0], &errs[0]), 1);
        cr_assert_eq(sl_tree_stat(pair->git, inner, &stats[1], &errs[1]), 1);
        cr_assert(same_entry(&stats[0], &stats[1]) && same_entry(&stats[0], &entries[0][i]));
        if (depth < WALK_DEPTH)
            compare_directory(pair, inner, depth + 1);
    }
}

Test(equal, a_directory_and_its_commit_are_the_same_view)
{
    size_t files = 0;
    size_t directories = 0;
    size_t refusals = 0;
    size_t answers = 0;
    for (unsigned i = 0; i < TREES; i++)
        grow_tree(i);
    repository_commit_all(&temp);
    for (unsigned i = 0; i < TREES; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "tree%u", i);
        struct pair pair = {.directory = repository_open_directory(&temp, name),
                            .git = repository_open_git(&temp, name, "HEAD")};
        char path[PATH_MAX];
        pair.fd = open(temp_dir_join(&temp, name, path), O_PATH | O_DIRECTORY);
        cr_assert_geq(pair.fd, 0);
        compare_directory(&pair, SL_STR(""), 0);
        (void)close(pair.fd);
        sl_tree_free(pair.directory);
        sl_tree_free(pair.git);
        files += pair.files;
        directories += pair.directories;
        refusals += pair.refusals;
        answers += pair.answers;
    }
    /* Nothing was compared if nothing grew. */
    cr_expect_gt(files, (size_t)10 * TREES);
    cr_expect_gt(directories, (size_t)3 * TREES);
    cr_expect_gt(refusals, TREES);
    fprintf(stderr, "compared %zu files, %zu directories, %zu refusals, %zu with the kernel\n", files,
            directories, refusals, answers);
}
