/*
 * age files of any bytes, binary and armored, whole; their headers alone; and what was written read back. Two
 * identities are given, one of which the small files of the corpus are for. Passphrases are kept out: a second
 * of scrypt per input finds nothing that the parser would not. The first byte chooses the size of the reads.
 */
#include "fuzz.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "crypto/age.h"
#include "io/age.h"

#define IDENTITY "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX\n"
#define OTHER    "AGE-SECRET-KEY-1QYPQXPQ9QCRSSZG2PVXQ6RS0ZQG3YYC5Z5TPWXQERGD3C8G7RUSQGPQYEE\n"

/* Decrypts to the end: 0, or -1. What comes goes to `out`. */
static int read_all(struct sl_buf *out, struct sl_str file, size_t step, const struct sl_age_identities *list)
{
    struct sl_err err = {0};
    enum sl_age_outcome outcome = SL_AGE_NOT_READ;
    struct sl_age_keys keys = {list->items, list->count, NULL, 0};
    struct sl_source *below = NULL;
    SL_CLEANUP(sl_source_freep) struct sl_source *source = NULL;
    FUZZ_REQUIRE(sl_source_memory(&below, file, &err) == 0);
    int opened = sl_source_age(&source, below, &keys, &outcome, &err);
    ssize_t got = opened;
    const void *bytes;
    while (opened == 0 && (got = sl_source_borrow(source, &bytes, step, &err)) > 0) {
        FUZZ_REQUIRE((size_t)got <= step);
        sl_buf_append(out, bytes, (size_t)got);
    }
    FUZZ_REQUIRE(got == 0 || (err.code == SL_E_REFUSED && err.message[0]));
    FUZZ_REQUIRE((got == 0) == (outcome == SL_AGE_OPENED) && outcome != SL_AGE_NOT_READ);
    return got < 0 ? -1 : 0;
}

static int fill(void *context, void *out, size_t len, struct sl_err *err)
{
    (void)err;
    unsigned char *next = context;
    for (size_t i = 0; i < len; i++)
        ((unsigned char *)out)[i] = (*next)++;
    return 0;
}

static void there_and_back(struct sl_str content, size_t step, const struct sl_age_identities *list)
{
    struct sl_err err = {0};
    unsigned char next = 1;
    struct sl_random random = {fill, &next};
    struct sl_age_recipients recipients = {.items = {list->items[0].recipient}, .count = 1};
    SL_CLEANUP(sl_buf_release) struct sl_buf file;
    SL_CLEANUP(sl_buf_release) struct sl_buf back;
    sl_buf_init(&file, content.len + 1000 + content.len / 1000);
    sl_buf_init(&back, content.len);
    struct sl_sink *below = NULL;
    SL_CLEANUP(sl_sink_freep) struct sl_sink *sink = NULL;
    FUZZ_REQUIRE(sl_sink_buf(&below, &file, &err) == 0);
    FUZZ_REQUIRE(sl_sink_age(&sink, below, &recipients, &random, &err) == 0);
    FUZZ_REQUIRE(sl_sink_write(sink, content.ptr, content.len, &err) == 0);
    FUZZ_REQUIRE(sl_sink_finish(sink, &err) == 0);
    FUZZ_REQUIRE(read_all(&back, sl_buf_view(&file), step, list) == 0);
    FUZZ_REQUIRE(sl_str_equal(sl_buf_view(&back), content));
}

static void header_alone(struct sl_str text, const struct sl_age_identities *list)
{
    struct sl_err err = {0};
    enum sl_age_outcome outcome;
    struct sl_age_file_key key;
    struct sl_age_keys keys = {list->items, list->count, NULL, 0};
    size_t length = sl_age_header_length(text);
    FUZZ_REQUIRE(length <= text.len && (length == 0 || text.ptr[length - 1] == '\n'));
    if (sl_age_header_open(&key, text, &keys, &outcome, &err) == 0)
        FUZZ_REQUIRE(outcome == SL_AGE_OPENED && length == text.len);
    else
        FUZZ_REQUIRE(outcome != SL_AGE_OPENED && err.code == SL_E_REFUSED && err.message[0]);
    sl_age_file_key_wipe(&key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    static struct sl_age_identities list;
    struct sl_err err = {0};
    list.count = 0;
    FUZZ_REQUIRE(sl_age_identities_read(&list, SL_STR(IDENTITY OTHER), "fuzz", &err) == 0);
    size_t step = (size_t)1 << (data[0] & 15);
    struct sl_str rest = {(const char *)data + 1, size - 1};
    SL_CLEANUP(sl_buf_release) struct sl_buf out;
    sl_buf_init(&out, size);
    (void)read_all(&out, rest, step, &list);
    header_alone(rest, &list);
    there_and_back(rest, step, &list);
    return 0;
}
