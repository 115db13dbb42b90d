/*
 * Stands in for libFuzzer where there is none: runs the target over every file of the directories given, and
 * over every beginning of each file up to 4 KiB long.
 */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

enum { TRUNCATIONS_MAX = 4096 };

/* A copy of exactly this size, so that the sanitizer sees one byte too far. */
static void run_once(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    if (!copy)
        abort();
    if (size)
        memcpy(copy, bytes, size);
    (void)LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static uint8_t *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    uint8_t *bytes = NULL;
    long length = -1;
    if (fseek(file, 0, SEEK_END) == 0)
        length = ftell(file);
    if (length >= 0 && fseek(file, 0, SEEK_SET) == 0)
        bytes = malloc((size_t)length + 1);
    if (bytes && fread(bytes, 1, (size_t)length, file) != (size_t)length) {
        free(bytes);
        bytes = NULL;
    }
    (void)fclose(file);
    *size = bytes ? (size_t)length : 0;
    return bytes;
}

static int replay_file(const char *path)
{
    size_t size;
    uint8_t *bytes = read_file(path, &size);
    if (!bytes) {
        fprintf(stderr, "cannot read %s\n", path);
        return -1;
    }
    printf("replay %s: %zu bytes\n", path, size);
    (void)fflush(stdout);
    run_once(bytes, size);
    for (size_t length = 0; length < size && length <= TRUNCATIONS_MAX; length++)
        run_once(bytes, length);
    free(bytes);
    return 0;
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* Returns how many files it ran, or -1. */
static int replay_directory(const char *directory)
{
    struct dirent **entries;
    int count = scandir(directory, &entries, is_visible, alphasort);
    if (count < 0) {
        perror(directory);
        return -1;
    }
    int result = count;
    for (int i = 0; i < count; i++) {
        char path[4096];
        int length = snprintf(path, sizeof path, "%s/%s", directory, entries[i]->d_name);
        if (length < 0 || (size_t)length >= sizeof path || replay_file(path) < 0)
            result = -1;
        free(entries[i]);
    }
    free(entries);
    return result;
}

int main(int argc, char **argv)
{
    int total = 0;
    for (int i = 1; i < argc; i++) {
        int count = replay_directory(argv[i]);
        if (count < 0)
            return EXIT_FAILURE;
        total += count;
    }
    if (total == 0) {
        fprintf(stderr, "no corpus: a test that runs nothing proves nothing\n");
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
