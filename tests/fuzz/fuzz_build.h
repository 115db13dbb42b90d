/*
 * What the fuzz targets of builds share: files in a directory, and a build of them that must end the same twice.
 */
#ifndef FUZZ_BUILD_H
#define FUZZ_BUILD_H

#include "fuzz.h"

#include "kustomize/build.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 64, OUTPUT_MAX = 1 << 26 };

/* The input before the first line "=====" and what is behind it; .rest is NULL where there is no such line. */
struct parts {
    const uint8_t *head, *rest;
    size_t head_size, rest_size;
};

static struct parts split_input(const uint8_t *data, size_t size)
{
    static const char separator[] = "\n=====\n";
    const size_t length = sizeof separator - 1;
    const uint8_t *at = size ? memmem(data, size, separator, length) : NULL;
    if (!at)
        return (struct parts){data, NULL, size, 0};
    size_t head = (size_t)(at - data);
    return (struct parts){data, at + length, head, size - head - length};
}

static void write_file(const char *directory, const char *name, const uint8_t *bytes, size_t size)
{
    char path[PATH_SIZE];
    (void)snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "wb");
    FUZZ_REQUIRE(file);
    FUZZ_REQUIRE(fwrite(bytes, 1, size, file) == size);
    FUZZ_REQUIRE(fclose(file) == 0);
}

static void remove_file(const char *directory, const char *name)
{
    char path[PATH_SIZE];
    (void)snprintf(path, sizeof path, "%s/%s", directory, name);
    (void)unlink(path);
}

static int build_once(const char *directory, struct sl_buf *out, struct sl_err *err)
{
    struct sl_tree *tree = NULL;
    struct sl_build *build = NULL;
    FUZZ_REQUIRE(sl_tree_open_directory(&tree, directory, err) == 0);
    int result = sl_build(&build, tree, SL_STR(""), NULL, err);
    if (result == 0)
        result = sl_build_write(build, out, err);
    FUZZ_REQUIRE(result == 0 || err->message[0]);
    sl_build_free(build);
    sl_tree_free(tree);
    return result;
}

static void build_twice(const char *directory)
{
    struct sl_buf first, second;
    struct sl_err err = {0}, again = {0};
    sl_buf_init(&first, OUTPUT_MAX);
    sl_buf_init(&second, OUTPUT_MAX);
    int result = build_once(directory, &first, &err);
    FUZZ_REQUIRE(build_once(directory, &second, &again) == result);
    if (result == 0)
        FUZZ_REQUIRE(sl_str_equal(sl_buf_view(&first), sl_buf_view(&second)));
    else
        FUZZ_REQUIRE(strcmp(err.message, again.message) == 0);
    sl_buf_release(&first);
    sl_buf_release(&second);
}

#endif
