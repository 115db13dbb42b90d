#include "repository.h"

#include <criterion/criterion.h>
#include <git2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void repository_make_temp(struct temp_dir *temp)
{
    static const struct {
        const char *name, *value;
    } environment[] = {
        {"GIT_CONFIG_GLOBAL", "/dev/null"},
        {"GIT_CONFIG_NOSYSTEM", "1"},
        {"GIT_AUTHOR_NAME", "Ada"},
        {"GIT_AUTHOR_EMAIL", "ada@example.org"},
        {"GIT_AUTHOR_DATE", "1700000000 +0200"},
        {"GIT_COMMITTER_NAME", "Ada"},
        {"GIT_COMMITTER_EMAIL", "ada@example.org"},
        {"GIT_COMMITTER_DATE", "1700000100 +0200"},
    };
    temp_dir_make(temp);
    for (size_t i = 0; i < sizeof environment / sizeof environment[0]; i++)
        (void)setenv(environment[i].name, environment[i].value, 1);
    repository_set_home("");
}

void repository_set_home(const char *home)
{
    static const git_config_level_t levels[] = {GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM,
                                                GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL};
    /* Criterion uses libgit2 itself: it was started long ago and has read the environment then. */
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
        cr_assert_eq(git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, levels[i],
                                      levels[i] == GIT_CONFIG_LEVEL_GLOBAL ? home : ""),
                     0);
}

void repository_run(const struct temp_dir *temp, const char *script)
{
    size_t size = strlen(script) + PATH_MAX + 64;
    char *command = malloc(size);
    cr_assert_not_null(command);
    (void)snprintf(command, size, "set -e\ncd '%s'\n%s", temp->path, script);
    int status = system(command);
    free(command);
    cr_assert_eq(status, 0, "this script failed:\n%s", script);
}

void repository_init(const struct temp_dir *temp)
{
    repository_run(temp, "git init -q -b main .");
}

void repository_commit_all(const struct temp_dir *temp)
{
    repository_run(temp, "git add -A -f . && git commit -q --allow-empty -m change");
}

struct sl_tree *repository_open_directory(const struct temp_dir *temp, const char *name)
{
    char path[PATH_MAX];
    struct sl_err err = {0};
    struct sl_tree *tree = NULL;
    cr_assert_eq(sl_tree_open_directory(&tree, temp_dir_join(temp, name, path), &err), 0, "%s", err.message);
    return tree;
}

struct sl_tree *repository_open_git(const struct temp_dir *temp, const char *name, const char *revision)
{
    char path[PATH_MAX];
    struct sl_err err = {0};
    struct sl_tree *tree = NULL;
    cr_assert_eq(sl_tree_open_git(&tree, temp_dir_join(temp, name, path), revision, &err), 0, "%s",
                 err.message);
    return tree;
}

char *repository_drain(struct sl_source *source, size_t *len, struct sl_err *err)
{
    enum { STEP = 30000 };
    char *bytes = NULL;
    ssize_t got = STEP;
    *len = 0;
    while (got > 0) {
        char *grown = realloc(bytes, *len + STEP);
        cr_assert_not_null(grown);
        bytes = grown;
        got = sl_source_read(source, bytes + *len, STEP, err);
        if (got > 0)
            *len += (size_t)got;
    }
    sl_source_free(source);
    if (got == 0)
        return bytes;
    free(bytes);
    return NULL;
}

struct sl_blob_id repository_read_id(const struct temp_dir *temp, const char *name)
{
    char path[PATH_MAX];
    char hex[2 * SL_SHA1_BYTES + 1] = "";
    struct sl_blob_id id = {{0}};
    FILE *file = fopen(temp_dir_join(temp, name, path), "r");
    cr_assert(file && fread(hex, 1, sizeof hex - 1, file) == sizeof hex - 1);
    (void)fclose(file);
    for (size_t i = 0; i < SL_SHA1_BYTES; i++) {
        char two[3] = {hex[2 * i], hex[2 * i + 1], '\0'};
        id.bytes[i] = (unsigned char)strtoul(two, NULL, 16);
    }
    return id;
}

void repository_expect_content(const struct temp_dir *temp, const char *name, struct sl_source *source)
{
    size_t len;
    struct stat info;
    struct sl_err err = {0};
    char path[PATH_MAX];
    char *bytes = repository_drain(source, &len, &err);
    FILE *file = fopen(temp_dir_join(temp, name, path), "r");
    cr_assert(file && fstat(fileno(file), &info) == 0);
    size_t size = (size_t)info.st_size;
    char *wanted = malloc(size + 1);
    cr_assert(wanted && fread(wanted, 1, size, file) == size);
    (void)fclose(file);
    cr_assert_not_null(bytes, "%s", err.message);
    cr_expect(len == size && memcmp(bytes, wanted, size) == 0);
    free(bytes);
    free(wanted);
}
