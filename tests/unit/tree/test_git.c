/*
 * What only a view of a git revision has.
 */
#include "repository.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct temp_dir temp;

static void set_up(void)
{
    repository_make_temp(&temp);
}

static void tear_down(void)
{
    temp_dir_remove(&temp);
}

TestSuite(git, .init = set_up, .fini = tear_down);

/* Opens what must not open; the error is in *err. */
static void expect_no_view(const char *name, const char *revision, struct sl_err *err)
{
    char path[PATH_MAX];
    struct sl_tree *tree = NULL;
    sl_err_clear(err);
    cr_assert_eq(sl_tree_open_git(&tree, temp_dir_join(&temp, name, path), revision, err), -1, "%s of %s",
                 revision, name);
    cr_expect_null(tree);
}

static void expect_file(struct sl_tree *tree, const char *path, const char *text)
{
    struct sl_str bytes;
    struct sl_err err = {0};
    cr_assert_eq(sl_tree_read(tree, sl_str_from(path), &bytes, &err), 0, "%s", err.message);
    cr_expect_str_eq(bytes.ptr, text);
}

Test(git, the_revision_is_read_and_not_the_work_tree)
{
    repository_init(&temp);
    temp_dir_write_text(&temp, "a/file", "committed");
    repository_commit_all(&temp);
    temp_dir_write_text(&temp, "a/file", "staged");
    repository_run(&temp, "git tag v1.0; git add .");
    temp_dir_write_text(&temp, "a/file", "in the work tree");
    temp_dir_write_text(&temp, "a/new", "");
    struct sl_tree *tree = repository_open_git(&temp, "", "v1.0");
    struct sl_err err = {0};
    expect_file(tree, "a/file", "committed");
    cr_expect_eq(sl_tree_stat(tree, SL_STR("a/new"), NULL, &err), 0);
    sl_tree_free(tree);
}

static const char *const good_revisions[] = {
    "v1.0", "annotated", "HEAD", "main", "main~0", "refs/tags/v1.0", "HEAD@{0}", "annotated^{commit}",
};

Test(git, a_revision_is_named_in_gits_ways)
{
    struct sl_tree_revision expected;
    struct sl_tree_revision revision;
    struct sl_err err = {0};
    repository_init(&temp);
    temp_dir_write_text(&temp, "file", "1");
    repository_commit_all(&temp);
    repository_run(&temp, "git tag v1.0; git tag -a -m note annotated");
    struct sl_tree *head = repository_open_git(&temp, "", "HEAD");
    cr_assert_eq(sl_tree_revision(head, &expected, &err), 0);
    cr_expect_eq(strlen(expected.commit), 40);
    cr_expect_eq(expected.time, 1700000100);
    cr_expect(expected.is_git && !expected.dirty && !expected.shallow);
    for (size_t i = 0; i < sizeof good_revisions / sizeof good_revisions[0]; i++) {
        struct sl_tree *tree = repository_open_git(&temp, "", good_revisions[i]);
        cr_assert_eq(sl_tree_revision(tree, &revision, &err), 0);
        cr_expect_str_eq(revision.commit, expected.commit, "%s", good_revisions[i]);
        sl_tree_free(tree);
    }
    char abbreviated[8];
    (void)snprintf(abbreviated, sizeof abbreviated, "%.7s", expected.commit);
    sl_tree_free(repository_open_git(&temp, "", abbreviated));
    sl_tree_free(repository_open_git(&temp, "", expected.commit));
    sl_tree_free(head);
}

static const struct {
    const char *revision;
    enum sl_code code;
    const char *message; /* behind the path */
    const char *hint;
} bad_revisions[] = {
    {"v1.1", SL_E_USAGE, "there is no revision \"v1.1\" in the git repository", "did you mean the tag v1.0?"},
    {"1.0", SL_E_USAGE, "there is no revision \"1.0\" in the git repository", "did you mean the tag v1.0?"},
    {"nothing-like-it", SL_E_USAGE, "there is no revision \"nothing-like-it\" in the git repository", ""},
    {"HEAD~7", SL_E_USAGE, "there is no revision \"HEAD~7\" in the git repository", ""},
    {"v\x1b", SL_E_USAGE, "\"v\\x1b\" is not a revision as git writes them", ""},
    {"v\xff", SL_E_USAGE, "there is no revision \"v\\xff\" in the git repository", ""},
    {"HEAD:", SL_E_USAGE, "the revision \"HEAD:\" is a tree, not a commit", ""},
    {"HEAD:file", SL_E_USAGE, "the revision \"HEAD:file\" is a blob, not a commit", ""},
    {"v1.0..main", SL_E_USAGE, "\"v1.0..main\" is not a revision as git writes them", ""},
    {"", SL_E_USAGE, "\"\" is not a revision as git writes them", ""},
};

Test(git, a_revision_that_is_not_there_is_named_and_a_near_tag_offered)
{
    repository_init(&temp);
    temp_dir_write_text(&temp, "file", "1");
    repository_commit_all(&temp);
    repository_run(&temp, "git tag v1.0; git tag v10.0");
    for (size_t i = 0; i < sizeof bad_revisions / sizeof bad_revisions[0]; i++) {
        struct sl_err err = {0};
        char expected[PATH_MAX + 256];
        expect_no_view("", bad_revisions[i].revision, &err);
        (void)snprintf(expected, sizeof expected, "%s/: %s", temp.path, bad_revisions[i].message);
        cr_expect_eq(err.code, bad_revisions[i].code, "case %zu", i);
        cr_expect_str_eq(err.message, expected);
        cr_expect_str_eq(err.hint, bad_revisions[i].hint);
    }
}

Test(git, a_revision_of_a_repository_without_commits_is_not_found)
{
    struct sl_err err = {0};
    repository_init(&temp);
    expect_no_view("", "HEAD", &err);
    cr_expect_eq(err.code, SL_E_USAGE);
}

Test(git, a_place_without_a_repository_is_told_from_no_place)
{
    struct sl_err err = {0};
    temp_dir_make_dir(&temp, "plain");
    expect_no_view("missing", "HEAD", &err);
    cr_expect_eq(err.code, SL_E_NOT_FOUND);
    cr_expect_eq(err.sys_errno, ENOENT);
    expect_no_view("plain", "HEAD", &err);
    cr_expect_eq(err.code, SL_E_USAGE);
    cr_expect_not_null(strstr(err.message, "plain: it is not in a git repository"), "%s", err.message);
}

Test(git, a_directory_in_the_repository_is_the_root_as_it_is_in_the_commit)
{
    struct sl_err err = {0};
    repository_init(&temp);
    temp_dir_write_text(&temp, "products/portal/releases/v1/x", "one");
    temp_dir_write_text(&temp, "products/file", "");
    temp_dir_link(&temp, "link", "products/portal");
    repository_commit_all(&temp);
    temp_dir_make_dir(&temp, "products/later");
    repository_run(&temp, "mkdir .git/inside");

    /* A link on the way is resolved by the system, a bare path ends at the top. */
    static const struct {
        const char *name, *path;
    } places[] = {
        {"products/portal", "releases/v1/x"},
        {"products/portal/releases/../releases/v1/", "x"},
        {"link/releases", "v1/x"},
        {"", "products/portal/releases/v1/x"},
        {".git", "products/portal/releases/v1/x"},
        {".git/inside", "products/portal/releases/v1/x"},
    };
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        struct sl_tree *tree = repository_open_git(&temp, places[i].name, "HEAD");
        expect_file(tree, places[i].path, "one");
        sl_tree_free(tree);
    }
    expect_no_view("products/later", "HEAD", &err);
    cr_expect_eq(err.code, SL_E_USAGE);
    cr_expect_not_null(strstr(err.message, "the revision \"HEAD\" has no directory products/later"), "%s",
                       err.message);
    expect_no_view("products/file", "HEAD", &err);
    cr_expect_eq(err.code, SL_E_USAGE);
}

Test(git, bare_repositories_and_linked_work_trees_are_repositories_too)
{
    temp_dir_make_dir(&temp, "main");
    repository_run(
        &temp, "git init -q -b main main; cd main; mkdir a; echo one > a/x; git add .;"
               "git commit -q -m one; git clone -q --bare . ../bare.git;"
               "git worktree add -q -b other ../other; cd ../other; echo two > a/x; git commit -q -a -m two");
    struct sl_tree *tree = repository_open_git(&temp, "bare.git", "main");
    expect_file(tree, "a/x", "one\n");
    sl_tree_free(tree);
    tree = repository_open_git(&temp, "other/a", "HEAD");
    expect_file(tree, "x", "two\n");
    sl_tree_free(tree);
}

Test(git, a_submodule_is_a_directory_that_cannot_be_entered)
{
    static const char *const paths[] = {"sub", "sub/file", "dir/link/file"};
    struct sl_err err = {0};
    struct sl_tree_entry entry;
    const struct sl_tree_entry *entries;
    size_t count;
    repository_init(&temp);
    repository_run(&temp,
                   "git update-index --add --cacheinfo 160000,1234567890123456789012345678901234567890,sub;"
                   "git commit -q -m submodule");
    temp_dir_link(&temp, "dir/link", "../sub");
    repository_run(&temp, "git add dir; git commit -q -m link");
    struct sl_tree *tree = repository_open_git(&temp, "", "HEAD");
    cr_assert_eq(sl_tree_list(tree, SL_STR(""), &entries, &count, &err), 0);
    cr_expect(count == 2 && entries[1].kind == SL_TREE_DIRECTORY);
    cr_expect_eq(sl_tree_stat(tree, SL_STR("sub"), &entry, &err), 1);
    cr_expect_eq(entry.kind, SL_TREE_DIRECTORY);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        sl_err_clear(&err);
        cr_expect_eq(sl_tree_list(tree, sl_str_from(paths[i]), &entries, &count, &err), -1);
        cr_expect_eq(err.code, SL_E_UNSUPPORTED, "%s: %s", paths[i], err.message);
        cr_expect_str_eq(
            err.message,
            "sub is a git submodule: its files are in another repository and cannot be read from here");
    }
    sl_tree_free(tree);
}

/* One raw tree object each: mode, name, NUL, 20 bytes of an id that is filled in. Git's own tools do not
 * write such, but whoever made the repository may have. */
static const struct {
    const char *script;
    enum sl_code code;
    const char *part;
} hostile_trees[] = {
    {"entry ..", SL_E_INPUT, "the name \"..\" is not one that a file can have"},
    {"entry .", SL_E_INPUT, "the name \".\" is not one that a file can have"},
    {"entry a/b", SL_E_INPUT, "the name \"a/b\" is not one that a file can have"},
    {"entry /etc", SL_E_INPUT, "the name \"/etc\" is not one that a file can have"},
    {"entry twice; entry twice", SL_E_INPUT, "the name \"twice\" is there twice"},
    {"entry \"$(printf %0256d 7)\"", SL_E_LIMIT, "has more than 255 bytes"},
};

Test(git, a_tree_with_impossible_names_is_refused)
{
    static const char script[] = "id=$(echo content | git hash-object -w --stdin)\n"
                                 "raw=$(echo $id | sed 's/../\\\\x&/g')\n"
                                 "entry() { printf '100644 %%s\\000' \"$1\"; /bin/echo -en \"$raw\"; }\n"
                                 "bad=$( { %s; } | git hash-object -t tree -w --literally --stdin)\n"
                                 "top=$( (printf '100644 blob %%s\\tgood\\n' $id; printf '040000 tree "
                                 "%%s\\tbad\\n' $bad) | git mktree --missing)\n"
                                 "git update-ref refs/heads/main $(git commit-tree -m hostile $top)\n";
    repository_init(&temp);
    for (size_t i = 0; i < sizeof hostile_trees / sizeof hostile_trees[0]; i++) {
        char filled[2048];
        const struct sl_tree_entry *entries;
        size_t count;
        struct sl_err err = {0};
        (void)snprintf(filled, sizeof filled, script, hostile_trees[i].script);
        repository_run(&temp, filled);
        struct sl_tree *tree = repository_open_git(&temp, "", "main");
        expect_file(tree, "good", "content\n");
        cr_expect_eq(sl_tree_list(tree, SL_STR("bad"), &entries, &count, &err), -1, "case %zu", i);
        cr_expect_eq(err.code, hostile_trees[i].code, "case %zu: %s", i, err.message);
        cr_expect_not_null(strstr(err.message, hostile_trees[i].part), "%s", err.message);
        cr_expect(sl_str_starts_with(sl_str_from(err.message), SL_STR("directory bad: ")), "%s", err.message);
        sl_tree_free(tree);
    }
}

/* Bytes that do not shrink, so that the object is as long as they are. */
static char *make_noise(size_t len)
{
    char *bytes = malloc(len);
    cr_assert_not_null(bytes);
    uint32_t state = 1;
    for (size_t i = 0; i < len; i++) {
        state = state * 1664525 + 1013904223;
        bytes[i] = (char)(state >> 24);
    }
    return bytes;
}

static const size_t stream_sizes[] = {0, 1, 1000, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 5000003};

static void expect_streams(struct sl_tree *tree, const char *noise)
{
    for (size_t i = 0; i < sizeof stream_sizes / sizeof stream_sizes[0]; i++) {
        char name[32];
        size_t len;
        struct sl_source *source;
        struct sl_err err = {0};
        (void)snprintf(name, sizeof name, "s%zu", i);
        cr_assert_eq(sl_tree_source(tree, sl_str_from(name), &source, &err), 0, "%s", err.message);
        char *bytes = repository_drain(source, &len, &err);
        cr_assert_not_null(bytes, "%s", err.message);
        cr_expect(len == stream_sizes[i] && memcmp(bytes, noise, len) == 0, "%zu bytes of %zu", len,
                  stream_sizes[i]);
        free(bytes);
    }
}

Test(git, blobs_stream_the_same_loose_and_packed)
{
    char *noise = make_noise(stream_sizes[6]);
    repository_init(&temp);
    for (size_t i = 0; i < sizeof stream_sizes / sizeof stream_sizes[0]; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "s%zu", i);
        temp_dir_write(&temp, name, noise, stream_sizes[i]);
    }
    repository_commit_all(&temp);
    struct sl_tree *tree = repository_open_git(&temp, "", "HEAD");
    expect_streams(tree, noise);
    sl_tree_free(tree);
    repository_run(&temp,
                   "git repack -q -a -d; git prune-packed -q; test $(git count-objects | cut -d' ' -f1) = 0");
    tree = repository_open_git(&temp, "", "HEAD");
    expect_streams(tree, noise);
    sl_tree_free(tree);
    free(noise);
}

Test(git, a_damaged_or_missing_object_is_an_error_and_never_not_found)
{
    static const struct {
        const char *name, *script;
    } damages[] = {
        {"small", "printf x | dd of=$object bs=1 seek=$(($size / 2)) conv=notrunc status=none"},
        {"large", "printf xyz | dd of=$object bs=1 seek=$(($size / 2)) conv=notrunc status=none"},
        {"large", "printf xyz | dd of=$object bs=1 seek=$(($size - 3)) conv=notrunc status=none"},
    };
    char *noise = make_noise(3000000);
    repository_init(&temp);
    temp_dir_write(&temp, "small", noise, 5000);
    temp_dir_write(&temp, "large", noise, 3000000);
    repository_commit_all(&temp);
    repository_run(&temp, "cp -r .git/objects saved");
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        char script[1024];
        struct sl_err err = {0};
        struct sl_source *source = NULL;
        struct sl_str path = sl_str_from(damages[i].name);
        size_t len;
        (void)snprintf(
            script, sizeof script,
            "rm -rf .git/objects; cp -r saved .git/objects; id=$(git rev-parse HEAD:%s)\n"
            "object=.git/objects/$(echo $id | cut -c1-2)/$(echo $id | cut -c3-); chmod u+w $object\n"
            "size=$(stat -c %%s $object)\n%s",
            damages[i].name, damages[i].script);
        repository_run(&temp, script);
        struct sl_tree *tree = repository_open_git(&temp, "", "HEAD");
        if (sl_tree_source(tree, path, &source, &err) == 0)
            cr_expect_null(repository_drain(source, &len, &err), "case %zu", i);
        cr_expect_eq(err.code, SL_E_INPUT, "case %zu: %s", i, err.message);
        sl_tree_free(tree);
    }
    struct sl_err err = {0};
    struct sl_str bytes;
    repository_run(&temp, "id=$(git rev-parse HEAD:small); rm -f .git/objects/$(echo $id | cut -c1-2)/*");
    struct sl_tree *tree = repository_open_git(&temp, "", "HEAD");
    cr_expect_eq(sl_tree_read(tree, SL_STR("small"), &bytes, &err), -1);
    cr_expect_eq(err.code, SL_E_INPUT, "%s", err.message);
    sl_tree_free(tree);
    free(noise);
}

/* A partial clone has format version 1, and on that libgit2 1.5 leaks what PCRE2 gave it, for each line of
 * the configuration; that is not what is tested here. */
Test(git, a_partial_clone_is_an_error_that_says_what_is_missing)
{
    const struct sl_tree_entry *entries;
    size_t count;
    struct sl_err err = {0};
    repository_run(&temp,
                   "git init -q -b main full; cd full; mkdir a; echo 1 > a/x; git add .; git commit -q -m 1\n"
                   "git config uploadpack.allowFilter true; cd ..\n"
                   "git clone -q --filter=blob:none --no-checkout file://$PWD/full partial\n"
                   "git -C partial config core.repositoryformatversion 0");
    struct sl_tree *tree = repository_open_git(&temp, "partial", "HEAD");
    cr_expect_eq(sl_tree_list(tree, SL_STR("a"), &entries, &count, &err), -1);
    cr_expect_eq(err.code, SL_E_INPUT);
    cr_expect(
        sl_str_starts_with(sl_str_from(err.message), SL_STR("directory a: look at x: object not found")),
        "%s", err.message);
    cr_expect_not_null(strstr(err.hint, "a partial clone"));
    sl_tree_free(tree);
}

Test(git, nothing_is_written_in_the_repository)
{
    static const char snapshot[] = "find . -printf '%%p %%T@ %%m %%s\\n' | sort > ../%s";
    char script[256];
    struct sl_err err = {0};
    struct sl_tree_revision revision;
    const struct sl_tree_entry *entries;
    size_t count;
    uint64_t commits;
    repository_run(&temp,
                   "git init -q -b main r; cd r; mkdir a; echo 1 > a/x; git add .; git commit -q -m one;"
                   "touch -d '2001-02-03' a/x");
    (void)snprintf(script, sizeof script, snapshot, "before");
    char inside[512];
    (void)snprintf(inside, sizeof inside, "cd r; %s", script);
    repository_run(&temp, inside);
    struct sl_tree *trees[] = {repository_open_directory(&temp, "r"),
                               repository_open_git(&temp, "r", "HEAD")};
    for (size_t i = 0; i < 2; i++) {
        struct sl_str bytes;
        cr_expect_eq(sl_tree_list(trees[i], SL_STR("a"), &entries, &count, &err), 0);
        cr_expect_eq(sl_tree_read(trees[i], SL_STR("a/x"), &bytes, &err), 0);
        cr_expect_eq(sl_tree_revision(trees[i], &revision, &err), 0);
        cr_expect_not(revision.dirty);
        cr_expect_eq(sl_tree_first_parent_count(trees[i], &commits, &err), 0);
        sl_tree_free(trees[i]);
    }
    (void)snprintf(script, sizeof script, snapshot, "after");
    (void)snprintf(inside, sizeof inside, "cd r; %s; cmp ../before ../after", script);
    repository_run(&temp, inside);
}

static void expect_refusal_of_foreign_owner(const char *directory)
{
    struct sl_err err = {0};
    char hint[SL_ERR_HINT_MAX];
    char path[PATH_MAX];
    struct sl_tree_revision revision;
    expect_no_view("r/a", "HEAD", &err);
    cr_expect_eq(err.code, SL_E_IO, "%s", err.message);
    cr_expect_not_null(strstr(err.message, "belongs to another user"), "%s", err.message);
    (void)snprintf(hint, sizeof hint, "if you trust its owner: git config --global --add safe.directory %s",
                   temp_dir_join(&temp, directory, path));
    cr_expect_str_eq(err.hint, hint);

    struct sl_tree *tree = repository_open_directory(&temp, "r/a");
    cr_expect_eq(sl_tree_revision(tree, &revision, &err), -1);
    cr_expect_eq(err.code, SL_E_IO, "%s", err.message);
    sl_tree_free(tree);
}

Test(git, a_repository_of_another_user_is_refused_unless_it_is_listed)
{
    if (geteuid() != 0) {
        temp_dir_remove(&temp); /* a skipped test has no .fini */
        cr_skip_test("only root can give a repository away");
    }
    repository_run(&temp, "mkdir home; git init -q -b main r; cd r; mkdir a; echo 1 > a/x; git add .;"
                          "git commit -q -m one; chown -R 12345 .");
    (void)unsetenv("SUDO_UID");
    expect_refusal_of_foreign_owner("r");

    char home[PATH_MAX];
    repository_set_home(temp_dir_join(&temp, "home", home));
    temp_dir_write_text(&temp, "home/.gitconfig", "[safe]\n\tdirectory = /elsewhere\n");
    expect_refusal_of_foreign_owner("r");

    char config[PATH_MAX + 64];
    (void)snprintf(config, sizeof config, "[safe]\n\tdirectory = %s/r\n", temp.path);
    temp_dir_write_text(&temp, "home/.gitconfig", config);
    sl_tree_free(repository_open_git(&temp, "r/a", "HEAD"));
}

Test(git, a_blob_id_is_that_of_the_bytes)
{
    repository_init(&temp);
    static const char *const texts[] = {"", "text\n", "a\r\nb\r\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct sl_str text = sl_str_from(texts[i]);
        struct sl_err err = {0};
        struct sl_sha1 state;
        struct sl_blob_id hashed, known;
        temp_dir_write_text(&temp, "file", texts[i]);
        repository_commit_all(&temp);
        struct sl_tree *tree = repository_open_git(&temp, "", "HEAD");
        sl_blob_hash_init(&state, text.len);
        sl_sha1_update(&state, text.ptr, text.len);
        sl_blob_hash_final(&state, &hashed);
        cr_assert_eq(sl_tree_blob_id(tree, SL_STR("file"), &known, &err), 0, "%s", err.message);
        cr_expect(sl_blob_id_equal(&hashed, &known), "%zu", i);
        cr_expect_eq(sl_tree_blob_id(tree, SL_STR("nothing"), &known, &err), -1);
        cr_expect_eq(err.code, SL_E_NOT_FOUND);
        sl_tree_free(tree);
    }
}
