#include <criterion/criterion.h>

#include "../crypto/age_fixture.h"
#include "alloc_fault.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "crypto/age.h"
#include "io/age.h"
#include "scratch.h"
#include "sys_fault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CHUNK       SL_AGE_CHUNK_BYTES
#define SEALED      (CHUNK + SL_AGE_TAG_BYTES)
#define CONTENT_MAX (4 * CHUNK)

static struct sl_age_identities identities;
static struct sl_age_recipients recipients;
static struct sl_age_keys keys;
static const struct sl_str passphrase = SL_STR_INIT(AGE_PASSPHRASE);

static void make_keys(void)
{
    struct sl_err err = {0};
    sl_age_identities_wipe(&identities);
    recipients.count = 0;
    cr_assert_eq(sl_age_identities_read(&identities, SL_STR(AGE_IDENTITY), "site", &err), 0);
    cr_assert_eq(sl_age_recipients_add(&recipients, &identities.items[0].recipient, &err), 0);
    keys = (struct sl_age_keys){identities.items, 1, &passphrase, 1};
}

TestSuite(age, .init = make_keys);

/* Bytes that count up; a fixed seed gives a fixed file. `fail_at` counts calls from 1. */
struct counter {
    unsigned char next;
    unsigned calls, fail_at;
};

static int counter_fill(void *context, void *out, size_t len, struct sl_err *err)
{
    struct counter *counter = context;
    if (++counter->calls == counter->fail_at)
        return sl_fail(err, SL_E_IO, "no randomness today");
    for (size_t i = 0; i < len; i++)
        ((unsigned char *)out)[i] = counter->next++;
    return 0;
}

static unsigned char *content(void)
{
    static unsigned char bytes[CONTENT_MAX];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * 7 + i / 251);
    return bytes;
}

/* Encrypts the first `len` bytes of content() in writes of `step` bytes. Initialises `out`. */
static void encrypt(struct sl_buf *out, size_t len, size_t step)
{
    struct counter counter = {.next = 1};
    struct sl_random random = {counter_fill, &counter};
    struct sl_err err = {0};
    struct sl_sink *below = NULL;
    SL_CLEANUP(sl_sink_freep) struct sl_sink *sink = NULL;
    sl_buf_init(out, CONTENT_MAX + 4096);
    cr_assert_eq(sl_sink_buf(&below, out, &err), 0);
    cr_assert_eq(sl_sink_age(&sink, below, &recipients, &random, &err), 0, "%s", err.message);
    for (size_t at = 0; at < len; at += step)
        cr_assert_eq(sl_sink_write(sink, content() + at, step < len - at ? step : len - at, &err), 0);
    cr_assert_eq(sl_sink_finish(sink, &err), 0, "%s", err.message);
}

/* Decrypts in reads of at most `step` bytes: 0 or -1, what came in `out` (initialised here). */
static int decrypt(struct sl_buf *out, struct sl_str file, size_t step, enum sl_age_outcome *outcome,
                   struct sl_err *err)
{
    struct sl_source *below = NULL;
    SL_CLEANUP(sl_source_freep) struct sl_source *source = NULL;
    sl_buf_init(out, CONTENT_MAX);
    if (sl_source_memory(&below, file, err) < 0 || sl_source_age(&source, below, &keys, outcome, err) < 0)
        return -1;
    for (;;) {
        const void *bytes;
        ssize_t got = sl_source_borrow(source, &bytes, step, err);
        if (got > 0)
            cr_assert_leq((size_t)got, step);
        if (got < 0) {
            struct sl_err again = {0};
            cr_expect_eq(sl_source_borrow(source, &bytes, step, &again), -1, "errors are sticky");
        }
        if (got <= 0)
            return (int)got;
        sl_buf_append(out, bytes, (size_t)got);
    }
}

/* That this file ends so after `len` bytes of content(). */
static void expect(struct sl_str file, enum sl_age_outcome outcome, size_t len, const char *message)
{
    enum sl_age_outcome actual;
    struct sl_err err = {0};
    SL_CLEANUP(sl_buf_release) struct sl_buf out;
    int result = decrypt(&out, file, CONTENT_MAX, &actual, &err);
    cr_expect_eq(result, outcome == SL_AGE_OPENED ? 0 : -1, "%s", err.message);
    cr_expect_eq(actual, outcome, "%d: %s", actual, err.message);
    cr_expect_eq(out.len, len, "%zu bytes: %s", out.len, err.message);
    cr_expect(out.len == 0 || memcmp(out.ptr, content(), out.len) == 0);
    cr_expect(strstr(err.message, message), "%s", err.message);
    if (result < 0)
        cr_expect_eq(err.code, SL_E_REFUSED);
}

static size_t header_of(const struct sl_buf *file)
{
    return sl_age_header_length(sl_buf_view(file)) + SL_AGE_NONCE_BYTES;
}

/* -- there and back -- */

Test(age, any_size_comes_back_whatever_the_steps)
{
    static const size_t sizes[] = {0, 1, 2, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 1, 200000};
    static const size_t steps[] = {1000, CHUNK, CHUNK + 1, CONTENT_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        SL_CLEANUP(sl_buf_release) struct sl_buf file;
        encrypt(&file, sizes[i], CONTENT_MAX);
        size_t chunks = sizes[i] ? (sizes[i] + CHUNK - 1) / CHUNK : 1;
        cr_expect_eq(file.len, header_of(&file) + sizes[i] + chunks * SL_AGE_TAG_BYTES, "%zu", sizes[i]);
        for (size_t j = 0; j < sizeof steps / sizeof steps[0]; j++) {
            struct sl_err err = {0};
            SL_CLEANUP(sl_buf_release) struct sl_buf again;
            SL_CLEANUP(sl_buf_release) struct sl_buf out;
            encrypt(&again, sizes[i], steps[j]);
            cr_expect(sl_str_equal(sl_buf_view(&file), sl_buf_view(&again)),
                      "the size of writes does not show");
            cr_assert_eq(decrypt(&out, sl_buf_view(&file), steps[j], NULL, &err), 0, "%s", err.message);
            cr_expect_eq(out.len, sizes[i]);
            cr_expect(out.len == 0 || memcmp(out.ptr, content(), out.len) == 0);
        }
    }
}

static void expect_text(struct sl_str file, const char *text)
{
    enum sl_age_outcome outcome;
    struct sl_err err = {0};
    SL_CLEANUP(sl_buf_release) struct sl_buf out;
    cr_expect_eq(decrypt(&out, file, 100, &outcome, &err), 0, "%s", err.message);
    cr_expect_eq(outcome, SL_AGE_OPENED);
    cr_expect(sl_str_equal(sl_buf_view(&out), sl_str_from(text)));
}

Test(age, files_of_other_programs_are_read)
{
    expect_text(SL_STR(AGE_HELLO_HEADER AGE_HELLO_PAYLOAD), "hello, site\n");
    expect_text(SL_STR(AGE_WORDS_HEADER AGE_WORDS_PAYLOAD), "said in words\n");
}

/* -- what is not whole -- */

Test(age, every_cut_and_every_flipped_bit_of_a_small_file_is_noticed)
{
    struct sl_str file = SL_STR(AGE_HELLO_HEADER AGE_HELLO_PAYLOAD);
    size_t payload = sizeof AGE_HELLO_HEADER - 1 + SL_AGE_NONCE_BYTES;
    size_t known = sizeof "age-encryption.org/" - 1; /* less could be anything */
    for (size_t len = 0; len < file.len; len++) {
        enum sl_age_outcome outcome;
        struct sl_err err = {0};
        SL_CLEANUP(sl_buf_release) struct sl_buf out;
        cr_expect_eq(decrypt(&out, sl_str_slice(file, 0, len), 100, &outcome, &err), -1, "%zu", len);
        enum sl_age_outcome expected = len < payload ? SL_AGE_BAD_HEADER : SL_AGE_BAD_PAYLOAD;
        cr_expect_eq(outcome, len > 0 && len < known ? SL_AGE_BAD_ARMOR : expected, "%zu: %s", len,
                     err.message);
        cr_expect_eq(out.len, 0);
    }
    char flipped[512];
    for (size_t bit = 0; bit < 8 * file.len; bit++) {
        struct sl_err err = {0};
        SL_CLEANUP(sl_buf_release) struct sl_buf out;
        memcpy(flipped, file.ptr, file.len);
        flipped[bit / 8] ^= (char)(1 << bit % 8);
        cr_expect_eq(decrypt(&out, (struct sl_str){flipped, file.len}, 100, NULL, &err), -1, "bit %zu", bit);
        cr_expect_eq(err.code, SL_E_REFUSED);
        cr_expect_eq(out.len, 0);
    }
}

/* Appends a chunk, sealed as number `number` of the file with that header. */
static void append_chunk(struct sl_buf *file, const struct sl_buf *header, unsigned number,
                         struct sl_str text, bool last)
{
    static unsigned char sealed[SEALED];
    struct sl_age_file_key key;
    struct sl_age_stream stream;
    enum sl_age_outcome outcome;
    struct sl_err err = {0};
    size_t length = sl_age_header_length(sl_buf_view(header));
    cr_assert_eq(
        sl_age_header_open(&key, sl_str_slice(sl_buf_view(header), 0, length), &keys, &outcome, &err), 0);
    sl_age_stream_start(&stream, &key, (const unsigned char *)header->ptr + length);
    for (unsigned i = 0; i < number; i++)
        sl_age_chunk_seal(&stream, sealed, sealed, 0, false);
    sl_age_chunk_seal(&stream, sealed, (const unsigned char *)text.ptr, text.len, last);
    sl_buf_append(file, sealed, text.len + SL_AGE_TAG_BYTES);
}

/* What follows header and nonce: chunks of content(), as they are flagged. */
struct shape {
    struct {
        size_t len;
        bool last;
    } chunks[3];
    size_t count;
    size_t released; /* bytes before the failure */
    enum sl_age_outcome outcome;
    const char *message;
};

Test(age, chunks_count_only_in_the_one_form_they_have)
{
    static const struct shape shapes[] = {
        {{{CHUNK, false}, {5, true}}, 2, CHUNK + 5, SL_AGE_OPENED, ""},
        {{{CHUNK, false}, {CHUNK, true}}, 2, 2 * CHUNK, SL_AGE_OPENED, ""},
        {{{0, true}}, 1, 0, SL_AGE_OPENED, ""},
        {{{0, false}}, 1, 0, SL_AGE_BAD_PAYLOAD, "changed or cut off"},
        {{{0, false}}, 0, 0, SL_AGE_BAD_PAYLOAD, "cut off"},
        {{{5, false}}, 1, 0, SL_AGE_BAD_PAYLOAD, "changed or cut off"},
        {{{CHUNK, false}}, 1, CHUNK, SL_AGE_BAD_PAYLOAD, "the encrypted data is cut off"},
        {{{CHUNK, false}, {CHUNK, false}}, 2, 2 * CHUNK, SL_AGE_BAD_PAYLOAD, "the encrypted data is cut off"},
        {{{CHUNK, false}, {0, true}}, 2, CHUNK, SL_AGE_BAD_PAYLOAD, "the last chunk is empty"},
        {{{CHUNK, true}, {5, true}}, 2, CHUNK, SL_AGE_BAD_PAYLOAD, "bytes after the end"},
        {{{CHUNK, true}, {CHUNK, true}}, 2, CHUNK, SL_AGE_BAD_PAYLOAD, "bytes after the end"},
        {{{5, true}, {5, true}}, 2, 0, SL_AGE_BAD_PAYLOAD, "changed or cut off"},
        {{{5, false}, {CHUNK, true}}, 2, 0, SL_AGE_BAD_PAYLOAD, "the encrypted data was changed"},
    };
    SL_CLEANUP(sl_buf_release) struct sl_buf header;
    encrypt(&header, 0, 1);
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        SL_CLEANUP(sl_buf_release) struct sl_buf file;
        sl_buf_init(&file, CONTENT_MAX);
        sl_buf_append(&file, header.ptr, header_of(&header));
        size_t at = 0;
        for (unsigned j = 0; j < shapes[i].count; j++) {
            size_t len = shapes[i].chunks[j].len;
            append_chunk(&file, &header, j, (struct sl_str){(char *)content() + at, len},
                         shapes[i].chunks[j].last);
            at += len;
        }
        expect(sl_buf_view(&file), shapes[i].outcome, shapes[i].released, shapes[i].message);
    }
}

Test(age, nothing_of_a_changed_chunk_is_handed_out_and_the_ones_before_it_are)
{
    for (size_t chunk = 0; chunk < 3; chunk++) {
        SL_CLEANUP(sl_buf_release) struct sl_buf file;
        encrypt(&file, 3 * CHUNK, CHUNK);
        file.ptr[header_of(&file) + chunk * SEALED + 100] ^= 1;
        expect(sl_buf_view(&file), SL_AGE_BAD_PAYLOAD, chunk * CHUNK, "the encrypted data was changed");
    }
}

Test(age, chunks_cannot_change_places_or_go_missing)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf file;
    encrypt(&file, 3 * CHUNK, CHUNK);
    size_t header = header_of(&file);
    char *second = file.ptr + header + SEALED;
    SL_CLEANUP(sl_freep) char *copy = malloc(SEALED);
    cr_assert_not_null(copy);
    memcpy(copy, second, SEALED);
    memmove(second, second + SEALED, SEALED);
    expect((struct sl_str){file.ptr, file.len - SEALED}, SL_AGE_BAD_PAYLOAD, CHUNK, "was changed");
    memcpy(second, copy, SEALED);
    memcpy(file.ptr + header, copy, SEALED);
    expect(sl_buf_view(&file), SL_AGE_BAD_PAYLOAD, 0, "was changed");
}

Test(age, one_byte_too_many_is_noticed)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf file;
    encrypt(&file, CHUNK, CHUNK);
    sl_buf_byte(&file, '\0');
    expect(sl_buf_view(&file), SL_AGE_BAD_PAYLOAD, CHUNK, "bytes after the end");
}

Test(age, a_header_has_a_limit)
{
    for (size_t more = 0; more < 2; more++) {
        SL_CLEANUP(sl_buf_release) struct sl_buf file;
        sl_buf_init(&file, CONTENT_MAX);
        sl_buf_text(&file, "age-encryption.org/v1\n-> x ");
        while (file.len < SL_AGE_HEADER_MAX - 50 + more)
            sl_buf_byte(&file, 'x');
        sl_buf_text(&file, "\n\n--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n");
        sl_buf_text(&file, "and more");
        expect(sl_buf_view(&file), more ? SL_AGE_BAD_HEADER : SL_AGE_NO_MATCH, 0,
               more ? "larger than the limit of 64 KiB" : "recipients of other kinds");
    }
}

/* -- armor -- */

#define BEGIN "-----BEGIN AGE ENCRYPTED FILE-----\n"
#define END   "-----END AGE ENCRYPTED FILE-----\n"

/* What comes out of the armor: the text, or NULL and a message. */
static void expect_armor(const char *armor, size_t step, const char *text, const char *message)
{
    struct sl_err err = {0};
    enum sl_age_outcome outcome = SL_AGE_OPENED;
    struct sl_source *below = NULL;
    SL_CLEANUP(sl_source_freep) struct sl_source *source = NULL;
    char got[256];
    size_t have = 0;
    ssize_t more;
    cr_assert_eq(sl_source_memory(&below, sl_str_from(armor), &err), 0);
    cr_assert_eq(sl_source_age_armor(&source, below, &outcome, &err), 0);
    while ((more = sl_source_read(source, got + have, step, &err)) > 0)
        have += (size_t)more;
    cr_expect_eq(more, text ? 0 : -1, "%s: %s", armor, err.message);
    if (text)
        cr_expect(have == strlen(text) && memcmp(got, text, have) == 0, "%s", armor);
    cr_expect_eq(outcome, text ? SL_AGE_OPENED : SL_AGE_BAD_ARMOR, "%s", armor);
    cr_expect(strstr(err.message, message), "%s: %s", armor, err.message);
}

Test(age_armor, is_read_in_the_forms_it_may_have_and_no_other)
{
#define FULL      "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3"
#define FULL_TEXT "012345678901234567890123456789012345678901234567"
    static const struct {
        const char *armor, *text, *message;
    } rows[] = {
        {BEGIN END, "", ""},
        {BEGIN "aGk=\n" END, "hi", ""},
        {BEGIN "aGk=\n-----END AGE ENCRYPTED FILE-----", "hi", ""},
        {BEGIN FULL "\n" END, FULL_TEXT, ""},
        {BEGIN FULL "\n" FULL "\naGk=\n" END, FULL_TEXT FULL_TEXT "hi", ""},
        {"-----BEGIN AGE ENCRYPTED FILE-----\r\naGk=\r\n-----END AGE ENCRYPTED FILE-----\r\n", "hi", ""},
        {"\n \t\n\r\n" BEGIN "aGk=\n" END "\n  \n \t ", "hi", ""},
        {"", NULL, "this is not an age file"},
        {"\n\n", NULL, "this is not an age file"},
        {"x" BEGIN "aGk=\n" END, NULL, "this is not an age file"},
        {" " BEGIN "aGk=\n" END, NULL, "this is not an age file"},
        {"-----BEGIN AGE ENCRYPTED FILE----- \naGk=\n" END, NULL, "this is not an age file"},
        {"-----BEGIN SOMETHING ELSE-----\naGk=\n" END, NULL, "this is not an age file"},
        {BEGIN, NULL, "line 2: the armor ends in the middle"},
        {BEGIN FULL "\n", NULL, "line 3: the armor ends in the middle"},
        {BEGIN "aGk=\n", NULL, "line 3: a short line before this"},
        {BEGIN "aGk=\n\n" END, NULL, "line 3: a short line before this"},
        {BEGIN "aGk=\naGk=\n" END, NULL, "line 3: a short line before this"},
        {BEGIN "\naGk=\n" END, NULL, "line 2: not strict base64"},
        {BEGIN "aGk\n" END, NULL, "line 2: not strict base64"},
        {BEGIN "aGl=\n" END, NULL, "line 2: not strict base64"},
        {BEGIN "aGk==\n" END, NULL, "line 2: not strict base64"},
        {BEGIN "aGk= \n" END, NULL, "line 2: not strict base64"},
        {BEGIN " aGk=\n" END, NULL, "line 2: not strict base64"},
        {BEGIN "aG_=\n" END, NULL, "line 2: not strict base64"},
        {BEGIN FULL "MDEy\n" END, NULL, "line 2: longer than 64 columns"},
        {BEGIN FULL "A\n" END, NULL, "line 2: not strict base64 of at most 64"},
        {BEGIN "aGk=\n" END "x\n", NULL, "line 4: there is something after"},
        {BEGIN FULL "\n" END "\n\n" BEGIN END, NULL, "there is something after"},
        {BEGIN "aGk=\n-----END AGE ENCRYPTED FILE----- \n", NULL, "line 3: a short line before this"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        expect_armor(rows[i].armor, 100, rows[i].text, rows[i].message);
        expect_armor(rows[i].armor, 1, rows[i].text, rows[i].message);
    }
}

Test(age_armor, white_space_around_it_has_a_limit)
{
    for (int after = 0; after < 2; after++) {
        for (size_t lines = 1024; lines < 1027; lines++) {
            SL_CLEANUP(sl_buf_release) struct sl_buf text;
            sl_buf_init(&text, 65536);
            if (after)
                sl_buf_text(&text, BEGIN "aGk=\n" END);
            for (size_t i = 0; i < lines; i++)
                sl_buf_byte(&text, '\n');
            if (!after)
                sl_buf_text(&text, BEGIN "aGk=\n" END);
            bool fits = lines <= SL_AGE_ARMOR_SPACE_MAX;
            expect_armor(text.ptr, 10, fits ? "hi" : NULL, fits ? "" : "more white space than the limit");
        }
    }
}

/* -- looking ahead -- */

Test(ahead, what_was_seen_is_read_all_the_same)
{
    static const size_t sizes[] = {
        0, 1, SL_SOURCE_AHEAD_MAX - 1, SL_SOURCE_AHEAD_MAX, SL_SOURCE_AHEAD_MAX + 1, 1000};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (size_t step = 1; step <= 1000; step = step * 3 + 1) {
            struct sl_err err = {0};
            struct sl_source *below = NULL;
            SL_CLEANUP(sl_source_freep) struct sl_source *source = NULL;
            struct sl_str beginning;
            char got[1000];
            size_t have = 0;
            cr_assert_eq(sl_source_memory(&below, (struct sl_str){(char *)content(), sizes[i]}, &err), 0);
            cr_assert_eq(sl_source_ahead(&source, below, &beginning, &err), 0);
            cr_expect_eq(beginning.len, sizes[i] < SL_SOURCE_AHEAD_MAX ? sizes[i] : SL_SOURCE_AHEAD_MAX);
            cr_expect(beginning.len == 0 || memcmp(beginning.ptr, content(), beginning.len) == 0);
            for (bool borrow = false;; borrow = !borrow) {
                const void *bytes = NULL;
                ssize_t more = borrow ? sl_source_borrow(source, &bytes, step, &err)
                                      : sl_source_read(source, got + have,
                                                       step < 1000 - have ? step : 1000 - have, &err);
                cr_assert_geq(more, 0);
                if (more == 0)
                    break;
                if (borrow)
                    memcpy(got + have, bytes, (size_t)more);
                have += (size_t)more;
            }
            cr_expect_eq(have, sizes[i]);
            cr_expect(have == 0 || memcmp(got, content(), have) == 0);
        }
    }
}

/* -- whole files, and what fails under them -- */

struct feed {
    struct sl_str rest;
    size_t step;
    unsigned calls, fail_at;
};

static ssize_t feed_read(void *context, void *out, size_t len, struct sl_err *err)
{
    struct feed *feed = context;
    if (++feed->calls == feed->fail_at)
        return sl_fail(err, SL_E_IO, "the disk is gone");
    size_t piece = len < feed->step ? len : feed->step;
    piece = piece < feed->rest.len ? piece : feed->rest.len;
    if (piece)
        memcpy(out, feed->rest.ptr, piece);
    feed->rest = sl_str_slice(feed->rest, piece, feed->rest.len);
    return (ssize_t)piece;
}

struct drain {
    struct sl_buf buf;
    unsigned calls, fail_at;
};

static int drain_write(void *context, const void *bytes, size_t len, struct sl_err *err)
{
    struct drain *drain = context;
    if (++drain->calls == drain->fail_at)
        return sl_fail(err, SL_E_NO_SPACE, "the disk is full");
    sl_buf_append(&drain->buf, bytes, len);
    return sl_buf_check(&drain->buf, "the output", err);
}

/* Encrypts 70,000 bytes through callbacks, with what has to go wrong in them. */
static int encrypt_faulty(struct drain *drain, unsigned read_fails, unsigned write_fails,
                          unsigned random_fails, struct sl_err *err)
{
    struct feed feed = {.rest = {(char *)content(), 70000}, .step = 30000, .fail_at = read_fails};
    struct counter counter = {.next = 1, .fail_at = random_fails};
    struct sl_random random = {counter_fill, &counter};
    struct sl_age_input in = {feed_read, &feed};
    struct sl_age_output out = {drain_write, drain};
    *drain = (struct drain){.fail_at = write_fails};
    sl_buf_init(&drain->buf, CONTENT_MAX);
    int result = sl_age_encrypt(&out, &in, &recipients, &random, err);
    return result;
}

static int decrypt_faulty(struct drain *drain, struct sl_str file, unsigned read_fails, unsigned write_fails,
                          enum sl_age_outcome *outcome, struct sl_err *err)
{
    struct feed feed = {.rest = file, .step = 30000, .fail_at = read_fails};
    struct sl_age_input in = {feed_read, &feed};
    struct sl_age_output out = {drain_write, drain};
    *drain = (struct drain){.fail_at = write_fails};
    sl_buf_init(&drain->buf, CONTENT_MAX);
    return sl_age_decrypt(&out, &in, &keys, outcome, err);
}

Test(age, callbacks_that_fail_stop_it_with_their_error)
{
    struct drain whole, drain;
    struct sl_err err = {0};
    enum sl_age_outcome outcome;
    cr_assert_eq(encrypt_faulty(&whole, 0, 0, 0, &err), 0, "%s", err.message);
    struct sl_str file = sl_buf_view(&whole.buf);
    static const struct {
        unsigned read_fails, write_fails, random_fails;
        enum sl_code code;
    } rows[] = {{1, 0, 0, SL_E_IO},       {3, 0, 0, SL_E_IO},       {0, 1, 0, SL_E_NO_SPACE},
                {0, 2, 0, SL_E_NO_SPACE}, {0, 3, 0, SL_E_NO_SPACE}, {0, 0, 1, SL_E_IO},
                {0, 0, 2, SL_E_IO},       {0, 0, 3, SL_E_IO}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cr_expect_eq(
            encrypt_faulty(&drain, rows[i].read_fails, rows[i].write_fails, rows[i].random_fails, &err), -1);
        cr_expect_eq(err.code, rows[i].code, "row %zu: %s", i, err.message);
        sl_buf_release(&drain.buf);
    }
    for (unsigned fail_at = 1; fail_at < 3; fail_at++) {
        cr_expect_eq(decrypt_faulty(&drain, file, fail_at, 0, &outcome, &err), -1);
        cr_expect(err.code == SL_E_IO && outcome == SL_AGE_NOT_READ, "%s", err.message);
        sl_buf_release(&drain.buf);
        cr_expect_eq(decrypt_faulty(&drain, file, 0, fail_at, &outcome, &err), -1);
        cr_expect(err.code == SL_E_NO_SPACE && outcome == SL_AGE_NOT_READ, "%s", err.message);
        sl_buf_release(&drain.buf);
    }
    cr_expect_eq(decrypt_faulty(&drain, file, 0, 0, NULL, &err), 0);
    cr_expect(drain.buf.len == 70000 && memcmp(drain.buf.ptr, content(), 70000) == 0);
    sl_buf_release(&drain.buf);
    struct sl_age_recipients nobody = {.count = 0};
    struct sl_age_input in = {feed_read, NULL};
    struct sl_age_output out = {drain_write, NULL};
    struct counter counter = {.next = 1};
    struct sl_random random = {counter_fill, &counter};
    cr_expect_eq(sl_age_encrypt(&out, &in, &nobody, &random, &err), -1);
    cr_expect_eq(err.code, SL_E_USAGE);
    sl_buf_release(&whole.buf);
}

/* The armor of AGE_HELLO, made here. */
static void armor_hello(struct sl_buf *out)
{
    struct sl_str file = SL_STR(AGE_HELLO_HEADER AGE_HELLO_PAYLOAD);
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    sl_buf_init(out, 4096);
    sl_buf_text(out, BEGIN);
    for (size_t i = 0; i < file.len; i += 3) {
        unsigned bits = 0;
        for (size_t j = 0; j < 3; j++)
            bits = bits << 8 | (i + j < file.len ? (unsigned char)file.ptr[i + j] : 0);
        for (size_t j = 0; j < 4; j++)
            sl_buf_byte(out, i + j > file.len ? '=' : digits[bits >> (18 - 6 * j) & 63]);
        if ((i / 3 + 1) % 16 == 0)
            sl_buf_byte(out, '\n');
    }
    sl_buf_text(out, file.len % 48 ? "\n" END : END);
}

Test(age, an_armored_file_is_read_and_its_armor_is_held_to_the_end)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf armor;
    armor_hello(&armor);
    expect_text(sl_buf_view(&armor), "hello, site\n");
    for (size_t len = 0; len + 1 < armor.len; len++) {
        struct sl_err err = {0};
        SL_CLEANUP(sl_buf_release) struct sl_buf out;
        cr_expect_eq(decrypt(&out, sl_str_slice(sl_buf_view(&armor), 0, len), 100, NULL, &err), -1, "%zu",
                     len);
    }
}

Test(age, each_allocation_that_fails_fails_it_and_leaks_nothing)
{
    struct drain file, drain;
    struct sl_err err = {0};
    cr_assert_eq(encrypt_faulty(&file, 0, 0, 0, &err), 0);
    SL_CLEANUP(sl_buf_release) struct sl_buf armor;
    armor_hello(&armor);
    for (int kind = 0; kind < 3; kind++) {
        for (size_t nth = 1;; nth++) {
            alloc_fault_arm(nth);
            int result = kind == 0   ? encrypt_faulty(&drain, 0, 0, 0, &err)
                         : kind == 1 ? decrypt_faulty(&drain, sl_buf_view(&file.buf), 0, 0, NULL, &err)
                                     : decrypt_faulty(&drain, sl_buf_view(&armor), 0, 0, NULL, &err);
            bool happened = alloc_fault_disarm();
            cr_expect_eq(result, happened ? -1 : 0, "%d, %zu", kind, nth);
            if (happened)
                cr_expect_eq(err.code, SL_E_NO_MEMORY);
            sl_buf_release(&drain.buf);
            if (!happened)
                break;
        }
    }
    sl_buf_release(&file.buf);
}

/* Both ways through descriptors; -1 where that failed. */
static int there_and_back(struct scratch *scratch, struct sl_err *err)
{
    struct counter counter = {.next = 1};
    struct sl_random random = {counter_fill, &counter};
    SL_CLEANUP(sl_closep) int in = open(scratch_path(scratch, "plain"), O_RDONLY);
    SL_CLEANUP(sl_closep) int out = open(scratch_path(scratch, "sealed"), O_RDWR | O_CREAT | O_TRUNC, 0600);
    SL_CLEANUP(sl_closep) int end = open(scratch_path(scratch, "back"), O_RDWR | O_CREAT | O_TRUNC, 0600);
    cr_assert(in >= 0 && out >= 0 && end >= 0);
    if (sl_age_encrypt_fd(out, in, &recipients, &random, err) < 0)
        return -1;
    cr_assert_eq(lseek(out, 0, SEEK_SET), 0);
    return sl_age_decrypt_fd(end, out, &keys, NULL, err);
}

Test(age, each_system_call_that_fails_fails_it)
{
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    scratch_write(&scratch, "plain", "a few words\n");
    for (size_t nth = 1;; nth++) {
        struct sl_err err = {0};
        sys_fault_arm((struct sys_fault){.action = SYS_FAULT_FAIL, .nth = nth, .number = EIO});
        int result = there_and_back(&scratch, &err);
        bool happened = sys_fault_disarm();
        cr_expect_eq(result, happened ? -1 : 0, "%zu: %s", nth, err.message);
        if (!happened)
            break;
        cr_expect_eq(err.code, SL_E_IO, "%s", err.message);
    }
    cr_expect_str_eq(scratch_read(&scratch, "back"), "a few words\n");
}
