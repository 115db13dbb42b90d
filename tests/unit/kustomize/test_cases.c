/*
 * The rules of kustomize, one small build each, in cases/NAME:
 *   in/           the tree; built is in/overlay, where that is there, else in/
 *   expected.yaml what kubectl kustomize (v5.5.0) prints for it, or
 *   error.txt     texts, one a line, that the message or its hint must hold
 *   options       words: "none" for the order of the sources, "unrestricted" for files from anywhere
 */
#include "base/cleanup.h"
#include "kustomize/build.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>

#define CASES SEALIFT_SOURCE_DIR "/tests/unit/kustomize/cases"

enum { TEXT_MAX = 1 << 20 };

/* The file's text, or NULL; the caller frees it. */
static char *read_text(const char *name, const char *file)
{
    char path[1024];
    (void)snprintf(path, sizeof path, CASES "/%s/%s", name, file);
    FILE *stream = fopen(path, "rb");
    if (!stream)
        return NULL;
    char *text = calloc(1, TEXT_MAX);
    if (text && fread(text, 1, TEXT_MAX - 1, stream) == 0)
        text[0] = '\0';
    (void)fclose(stream);
    return text;
}

static bool has_overlay(struct sl_tree *tree)
{
    struct sl_err err = {0};
    return sl_tree_stat(tree, SL_STR("overlay"), NULL, &err) == 1;
}

static int build_case(const char *name, struct sl_buf *out, struct sl_err *err)
{
    char path[1024];
    (void)snprintf(path, sizeof path, CASES "/%s/in", name);
    SL_CLEANUP(sl_tree_freep) struct sl_tree *tree = NULL;
    SL_CLEANUP(sl_build_freep) struct sl_build *build = NULL;
    SL_CLEANUP(sl_freep) char *words = read_text(name, "options");
    struct sl_build_options options = {0};
    if (words && strstr(words, "none"))
        options.order = SL_BUILD_ORDER_NONE;
    options.load_restrict_none = words && strstr(words, "unrestricted");
    if (sl_tree_open_directory(&tree, path, err) < 0)
        return -1;
    if (sl_build(&build, tree, has_overlay(tree) ? SL_STR("overlay") : SL_STR(""), &options, err) < 0)
        return -1;
    return sl_build_write(build, out, err);
}

static void check_error(const char *name, char *expected, int result, const struct sl_err *err)
{
    cr_expect(result < 0, "%s: an error was expected", name);
    for (char *line = strtok(expected, "\n"); line; line = strtok(NULL, "\n"))
        cr_expect(strstr(err->message, line) || strstr(err->hint, line), "%s: \"%s\" is not in \"%s\" (%s)",
                  name, line, err->message, err->hint);
}

static void check_case(const char *name)
{
    SL_CLEANUP(sl_freep) char *expected = read_text(name, "expected.yaml");
    SL_CLEANUP(sl_freep) char *error = read_text(name, "error.txt");
    SL_CLEANUP(sl_buf_release) struct sl_buf out;
    struct sl_err err = {0};
    sl_buf_init(&out, TEXT_MAX);
    int result = build_case(name, &out, &err);
    cr_expect((expected == NULL) != (error == NULL), "%s: needs either expected.yaml or error.txt", name);
    if (error) {
        check_error(name, error, result, &err);
        return;
    }
    cr_expect(result == 0, "%s: %s (%s)", name, err.message, err.hint);
    if (result == 0)
        cr_expect_str_eq(out.ptr ? out.ptr : "", expected, "%s:\n%s", name, out.ptr ? out.ptr : "");
}

Test(kustomize, builds_what_kubectl_builds)
{
    DIR *directory = opendir(CASES);
    cr_assert(directory);
    size_t count = 0;
    for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory)) {
        if (entry->d_name[0] == '.')
            continue;
        check_case(entry->d_name);
        count++;
    }
    (void)closedir(directory);
    cr_assert_gt(count, 40);
}
