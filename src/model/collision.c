#include "collision.h"

#include "base/limits.h"
#include "crypto/digest.h"
#include "fold.h"

#include <sealift/text.h>
#include <stdlib.h>

enum { HASH_BYTES = 16, SHOWN_MAX = 256, ENTRIES_FIRST = 256 };

/*
 * One path or directory, by the hash of its folded name: 24 bytes where the name itself would have a hundred.
 * Of SHA-256 the first 128 bits are kept, so that nobody can make two names collide that do not.
 */
struct entry {
    unsigned char hash[HASH_BYTES];
    uint32_t file;
    uint32_t len; /* of files[file].path: all of it for the file, less for a directory on its way */
};

struct table {
    struct entry *entries;
    size_t count;
    size_t capacity;
};

static int add(struct table *table, const struct entry *entry, struct sl_err *err)
{
    if (table->count == table->capacity) {
        size_t capacity = table->capacity ? 2 * table->capacity : ENTRIES_FIRST;
        struct entry *entries = realloc(table->entries, capacity * sizeof *entries);
        if (!entries)
            return sl_fail_memory(err);
        table->entries = entries;
        table->capacity = capacity;
    }
    table->entries[table->count++] = *entry;
    return 0;
}

/* How many bytes of `path` are directories that `before` is in, too: up to and with their last slash. */
static size_t shared_directories(struct sl_str before, struct sl_str path)
{
    size_t shared = 0;
    for (size_t i = 0; i < before.len && i < path.len && before.ptr[i] == path.ptr[i]; i++) {
        if (path.ptr[i] == '/')
            shared = i + 1;
    }
    return shared;
}

static void hash_name(struct entry *entry, struct sl_str folded)
{
    struct sl_digest digest;
    sl_sha256(&digest, folded.ptr, folded.len);
    memcpy(entry->hash, digest.bytes, sizeof entry->hash);
}

/*
 * Adds a path and the directories on its way from `known` bytes on: those before were added with the path
 * before it. Folding neither makes, removes nor joins a slash, so the n-th of the folded path is the n-th of
 * the path.
 */
static int add_path(struct table *table, struct entry entry, struct sl_str path, size_t known,
                    struct sl_err *err)
{
    struct sl_fold room;
    struct sl_str folded = sl_fold_into(&room, path);
    if (!folded.ptr)
        return sl_fail(err, SL_E_INTERNAL, "a name was not checked before it was compared");
    size_t at = 0;
    for (size_t i = 0; i < path.len; i++) {
        if (path.ptr[i] != '/')
            continue;
        at += sl_str_find(sl_str_slice(folded, at, folded.len), '/');
        entry.len = (uint32_t)i;
        if (i >= known) {
            hash_name(&entry, sl_str_slice(folded, 0, at));
            if (add(table, &entry, err) < 0)
                return -1;
        }
        at++;
    }
    entry.len = (uint32_t)path.len;
    hash_name(&entry, folded);
    return add(table, &entry, err);
}

static int compare_entries(const void *left, const void *right)
{
    const struct entry *a = left;
    const struct entry *b = right;
    int order = memcmp(a->hash, b->hash, sizeof a->hash);
    if (order == 0)
        order = (a->file > b->file) - (a->file < b->file);
    return order ? order : (a->len > b->len) - (a->len < b->len);
}

static int report(const struct sl_manifest_file *files, const struct entry *a, const struct entry *b,
                  struct sl_err *err)
{
    struct sl_str first = sl_str_slice(files[a->file].path, 0, a->len);
    struct sl_str second = sl_str_slice(files[b->file].path, 0, b->len);
    char first_shown[SHOWN_MAX];
    char second_shown[SHOWN_MAX];
    sl_escape(first_shown, sizeof first_shown, first);
    if (sl_str_equal(first, second)) {
        sl_escape(second_shown, sizeof second_shown, files[b->file].path);
        return sl_fail(err, SL_E_INPUT, "\"%s\" is a file and also the directory of \"%s\"", first_shown,
                       second_shown);
    }
    sl_escape(second_shown, sizeof second_shown, second);
    return sl_fail(err, SL_E_INPUT,
                   "\"%s\" and \"%s\" are one name where case or normalisation does not count", first_shown,
                   second_shown);
}

static int fill(struct table *table, const struct sl_manifest_file *files, size_t count, struct sl_err *err)
{
    for (size_t i = 0; i < count; i++) {
        size_t known = i > 0 ? shared_directories(files[i - 1].path, files[i].path) : 0;
        struct entry entry = {.file = (uint32_t)i};
        if (add_path(table, entry, files[i].path, known, err) < 0)
            return -1;
        if (table->count - (i + 1) > SL_BUNDLE_DIRECTORIES_MAX)
            return sl_fail(err, SL_E_INPUT, "the files lie in more than %llu directories",
                           (unsigned long long)SL_BUNDLE_DIRECTORIES_MAX);
    }
    return 0;
}

static int find_equals(struct table *table, const struct sl_manifest_file *files, struct sl_err *err)
{
    if (table->count > 1)
        qsort(table->entries, table->count, sizeof table->entries[0], compare_entries);
    for (size_t i = 1; i < table->count; i++) {
        if (memcmp(table->entries[i - 1].hash, table->entries[i].hash, HASH_BYTES) == 0)
            return report(files, &table->entries[i - 1], &table->entries[i], err);
    }
    return 0;
}

int sl_collision_check(const struct sl_manifest_file *files, size_t count, struct sl_err *err)
{
    struct table table = {0};
    int result = fill(&table, files, count, err);
    if (result == 0)
        result = find_equals(&table, files, err);
    free(table.entries);
    return result;
}
