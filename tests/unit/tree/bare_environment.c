/*
 * A container gives a process hardly any environment. Run without one (CMake sees to that), this program
 * looks at a repository both ways; it fails when libgit2 wants a home directory or a configuration. It is not
 * a Criterion test, because Criterion starts libgit2 for itself before any test can take the environment
 * away.
 */
#include "temp_dir.h"

#include <stdio.h>
#include <stdlib.h>
#include <tree/tree.h>
#include <unistd.h>

static int look(const char *path, bool from_git)
{
    struct sl_err err = {0};
    struct sl_tree *tree = NULL;
    struct sl_tree_revision revision = {0};
    struct sl_str bytes = {NULL, 0};
    int result =
        from_git ? sl_tree_open_git(&tree, path, "HEAD", &err) : sl_tree_open_directory(&tree, path, &err);
    if (result == 0)
        result = sl_tree_revision(tree, &revision, &err);
    if (result == 0)
        result = sl_tree_read(tree, SL_STR("file"), &bytes, &err);
    if (result < 0)
        fprintf(stderr, "%s\n", err.message);
    else if (!revision.is_git || revision.dirty || !sl_str_equal(bytes, SL_STR("1\n")))
        result = -1;
    sl_tree_free(tree);
    return result;
}

int main(void)
{
    struct temp_dir temp;
    char script[PATH_MAX + 256];
    if (getenv("HOME"))
        return EXIT_FAILURE;
    temp_dir_make(&temp);
    (void)snprintf(script, sizeof script,
                   "cd '%s' && git init -q . && echo 1 > file && git add file && "
                   "git -c user.name=Ada -c user.email=ada@example.org commit -q -m one",
                   temp.path);
    int result = system(script);
    if (result == 0)
        result = look(temp.path, false);
    if (result == 0)
        result = look(temp.path, true);
    temp_dir_remove(&temp);
    return result == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
