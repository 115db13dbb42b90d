/*
 * The public test vectors for age (C2SP/CCTV), run over the library's public functions.
 *
 *     age_vectors DIRECTORY [--verbose]
 *
 * DIRECTORY has a file per vector; scripts/age-vectors fetches them. Each is read in large and in small pieces.
 * What is compared is the kind of the outcome and the SHA-256 of everything that was handed out, also before a
 * failure. Those for post-quantum recipients ("hybrid") pass when they come to what is expected or end without
 * a match: sealift knows no ML-KEM. Prints a line per category and one per vector that fails. Exit status 0, 1
 * where one fails, 77 where there are none.
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "crypto/digest.h"

#include <dirent.h>
#include <sealift/age.h>
#include <sealift/file.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

enum { SKIP = 77, CATEGORIES_MAX = 16, PASSPHRASES_MAX = 4, VECTORS_MAX = 1000 };

#define VECTOR_BYTES_MAX ((size_t)32 * 1024 * 1024)

struct vector {
    struct sl_str name;
    struct sl_str expect, payload;
    bool compressed;
    struct sl_age_identities identities;
    struct sl_str passphrases[PASSPHRASES_MAX];
    size_t passphrase_count;
    struct sl_buf file; /* the age file */
};

struct category {
    char name[32];
    size_t count, passed, as_expected;
};

struct tally {
    struct category categories[CATEGORIES_MAX];
    size_t count, failed;
    bool verbose;
};

/* -- one vector -- */

static const char *outcome_name(enum sl_age_outcome outcome)
{
    static const char *const names[] = {
        [SL_AGE_OPENED] = "success",
        [SL_AGE_BAD_ARMOR] = "armor failure",
        [SL_AGE_BAD_HEADER] = "header failure",
        [SL_AGE_NO_MATCH] = "no match",
        [SL_AGE_BAD_MAC] = "HMAC failure",
        [SL_AGE_BAD_PAYLOAD] = "payload failure",
        [SL_AGE_NOT_READ] = "not read",
    };
    return names[outcome];
}

static int inflate_into(struct sl_buf *out, struct sl_str compressed, struct sl_err *err)
{
    unsigned char *room = sl_buf_reserve(out, VECTOR_BYTES_MAX);
    uLongf len = VECTOR_BYTES_MAX;
    if (!room)
        return sl_buf_check(out, "the vector", err);
    if (uncompress(room, &len, (const unsigned char *)compressed.ptr, (uLong)compressed.len) != Z_OK)
        return sl_fail(err, SL_E_INPUT, "the vector does not inflate");
    sl_buf_commit(out, len);
    return 0;
}

/* "key: value". What other kinds of identity there are is left out: nothing opens it. */
static int take_line(struct vector *vector, struct sl_str line, struct sl_err *err)
{
    size_t colon = sl_str_find(line, ':');
    struct sl_str key = sl_str_slice(line, 0, colon);
    struct sl_str value = sl_str_slice(line, colon + 2, line.len);
    if (sl_str_equal(key, SL_STR("expect")))
        vector->expect = value;
    else if (sl_str_equal(key, SL_STR("payload")))
        vector->payload = value;
    else if (sl_str_equal(key, SL_STR("compressed")))
        vector->compressed = true;
    else if (sl_str_equal(key, SL_STR("passphrase")) && vector->passphrase_count < PASSPHRASES_MAX)
        vector->passphrases[vector->passphrase_count++] = value;
    else if (sl_str_equal(key, SL_STR("identity")) &&
             !sl_str_starts_with(value, SL_STR("AGE-SECRET-KEY-PQ-")))
        return sl_age_identities_read(&vector->identities, value, "the vector", err);
    return 0;
}

static int parse(struct vector *vector, struct sl_str text, struct sl_err *err)
{
    for (;;) {
        size_t length = sl_str_find(text, '\n');
        if (length == text.len)
            return sl_fail(err, SL_E_INPUT, "the vector has no empty line");
        struct sl_str line = sl_str_slice(text, 0, length);
        text = sl_str_slice(text, length + 1, text.len);
        if (line.len == 0)
            break;
        if (take_line(vector, line, err) < 0)
            return -1;
    }
    if (vector->compressed)
        return inflate_into(&vector->file, text, err);
    sl_buf_append(&vector->file, text.ptr, text.len);
    return sl_buf_check(&vector->file, "the vector", err);
}

struct feed {
    struct sl_str rest;
    size_t step;
};

static ssize_t feed_read(void *context, void *out, size_t len, struct sl_err *err)
{
    (void)err;
    struct feed *feed = context;
    size_t piece = len < feed->step ? len : feed->step;
    piece = piece < feed->rest.len ? piece : feed->rest.len;
    if (piece)
        memcpy(out, feed->rest.ptr, piece);
    feed->rest = sl_str_slice(feed->rest, piece, feed->rest.len);
    return (ssize_t)piece;
}

static int hash_write(void *context, const void *bytes, size_t len, struct sl_err *err)
{
    (void)err;
    sl_sha256_update(context, bytes, len);
    return 0;
}

static enum sl_age_outcome decrypt(const struct vector *vector, size_t step, char hex[SL_SHA256_HEX + 1],
                                   struct sl_err *err)
{
    struct sl_sha256 state;
    struct sl_digest digest;
    struct feed feed = {sl_buf_view(&vector->file), step};
    struct sl_age_keys keys = {vector->identities.items, vector->identities.count, vector->passphrases,
                               vector->passphrase_count};
    struct sl_age_input in = {feed_read, &feed};
    struct sl_age_output out = {hash_write, &state};
    enum sl_age_outcome outcome = SL_AGE_NOT_READ;
    sl_sha256_init(&state);
    int result = sl_age_decrypt(&out, &in, &keys, &outcome, err);
    sl_sha256_final(&state, &digest);
    (void)sl_digest_hex(hex, &digest);
    return (result == 0) == (outcome == SL_AGE_OPENED) ? outcome : SL_AGE_NOT_READ;
}

/* 2 as expected, 1 as far as can be without ML-KEM, 0 wrong. */
static int judge(const struct vector *vector, size_t step, bool verbose)
{
    struct sl_err err = {0};
    char hex[SL_SHA256_HEX + 1];
    enum sl_age_outcome outcome = decrypt(vector, step, hex, &err);
    bool payload = vector->payload.len == 0 || sl_str_equal(vector->payload, sl_str_from(hex));
    bool hybrid = memmem(vector->name.ptr, vector->name.len, "hybrid", 6) != NULL;
    int result = 0;
    if (payload && sl_str_equal(vector->expect, sl_str_from(outcome_name(outcome))))
        result = 2;
    else if (hybrid && outcome == SL_AGE_NO_MATCH)
        result = 1;
    if (verbose || result == 0)
        printf("%s " SL_FMT ": expected " SL_FMT ", got %s%s; %s\n", result ? "  " : "! ",
               SL_ARG(vector->name), SL_ARG(vector->expect), outcome_name(outcome),
               payload ? "" : " with another payload", err.message);
    return result;
}

/* -- all of them -- */

static struct category *category_of(struct tally *tally, struct sl_str name)
{
    struct sl_str prefix = sl_str_slice(name, 0, sl_str_find(name, '_'));
    for (size_t i = 0; i < tally->count; i++)
        if (sl_str_equal(sl_str_from(tally->categories[i].name), prefix))
            return &tally->categories[i];
    struct category *category = &tally->categories[tally->count];
    if (tally->count < CATEGORIES_MAX - 1)
        tally->count++;
    (void)snprintf(category->name, sizeof category->name, SL_FMT, SL_ARG(prefix));
    return category;
}

static void vector_release(struct vector *vector)
{
    sl_age_identities_wipe(&vector->identities);
    sl_buf_release(&vector->file);
}

static int run_vector(struct tally *tally, const char *directory, const char *name, struct sl_err *err)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s", directory, name);
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    SL_CLEANUP(vector_release) struct vector vector = {.name = sl_str_from(name)};
    sl_buf_init(&text, VECTOR_BYTES_MAX);
    sl_buf_init(&vector.file, VECTOR_BYTES_MAX);
    if (sl_file_read(&text, path, VECTOR_BYTES_MAX, err) < 0 || parse(&vector, sl_buf_view(&text), err) < 0)
        return -1;
    int result = judge(&vector, SIZE_MAX, tally->verbose);
    if (result && vector.file.len < 100000)
        result = judge(&vector, 1, false);
    struct category *category = category_of(tally, vector.name);
    category->count++;
    category->passed += result > 0;
    category->as_expected += result == 2;
    tally->failed += result == 0;
    return 0;
}

static int wanted(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int run(struct tally *tally, const char *directory, struct sl_err *err)
{
    struct dirent **entries = NULL;
    int count = scandir(directory, &entries, wanted, alphasort);
    if (count <= 0)
        return count;
    int result = count;
    for (int i = 0; i < count; i++) {
        if (result > 0 && run_vector(tally, directory, entries[i]->d_name, err) < 0)
            result = sl_wrap(err, "%s", entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return result;
}

int main(int argc, char **argv)
{
    struct tally tally = {.verbose = argc > 2};
    struct sl_err err = {0};
    int count = argc > 1 ? run(&tally, argv[1], &err) : -1;
    if (count < 0 && err.code != SL_OK) {
        (void)fprintf(stderr, "age_vectors: %s\n", err.message);
        return 1;
    }
    if (count <= 0) {
        puts("skipped: the vectors are not there; scripts/age-vectors fetches them");
        return SKIP;
    }
    for (size_t i = 0; i < tally.count; i++) {
        const struct category *category = &tally.categories[i];
        printf("%-8s %3zu of %zu pass, %zu of them as expected\n", category->name, category->passed,
               category->count, category->as_expected);
    }
    return tally.failed > 0;
}
