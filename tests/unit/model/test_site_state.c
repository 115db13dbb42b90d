#include <criterion/criterion.h>

#include "alloc_fault.h"
#include "base/limits.h"
#include "model/site_state.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIXTY_FOUR_TWOS  "2222222222222222222222222222222222222222222222222222222222222222"
#define SIXTY_FOUR_FOURS "4444444444444444444444444444444444444444444444444444444444444444"
#define SIXTY_FOUR_ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

static struct sl_str signers[] = {SL_STR_INIT("00000000000000AB"), SL_STR_INIT("FEDCBA9876543210")};

static struct sl_site_change change(void)
{
    struct sl_site_change change = {.action = SL_SITE_INSTALL,
                                    .bundle = SL_STR("customer-a-v1.0-17"),
                                    .from = SL_STR(""),
                                    .to = SL_STR("17-v1.0-22222222"),
                                    .epoch = 2,
                                    .floor = 5,
                                    .trust_version = 3,
                                    .signers = signers,
                                    .signer_count = 2,
                                    .time = 1700000000};
    memset(change.manifest.bytes, 0x22, sizeof change.manifest.bytes);
    memset(change.grant.bytes, 0x44, sizeof change.grant.bytes);
    return change;
}

static const char pending_text[] =
    "{\"action\":\"install\",\"bundle\":\"customer-a-v1.0-17\",\"epoch\":2,\"floor\":5,\"from\":\"\",\"grant\":"
    "\"" SIXTY_FOUR_FOURS "\",\"manifest_sha256\":\"" SIXTY_FOUR_TWOS
    "\",\"schema\":1,\"signers\":[\"00000000000000AB\",\"FEDCBA9876543210\"],"
    "\"time\":1700000000,\"to\":\"17-v1.0-22222222\",\"trust_version\":3}";

Test(site_state, identity_is_written_and_read_back)
{
    struct sl_buf text;
    struct sl_arena arena;
    struct sl_err err = {0};
    sl_buf_init(&text, SL_STATE_FILE_MAX);
    sl_arena_init(&arena, SL_MIB);
    struct sl_site_identity identity = {.customer = SL_STR("customer-a")};
    cr_assert_eq(sl_site_identity_write(&text, &identity, &err), 0);
    cr_expect_str_eq(text.ptr, "{\"customer\":\"customer-a\",\"schema\":1}");
    struct sl_site_identity read;
    cr_assert_eq(sl_site_identity_read(&read, &arena, sl_buf_view(&text), &err), 0, "%s", err.message);
    cr_expect(sl_str_equal(read.customer, identity.customer));
    sl_arena_release(&arena);
    sl_buf_release(&text);
}

Test(site_state, bad_identities_are_refused)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"", "a map is expected, not the end of the text"},
        {"{}", "\"customer\" is missing"},
        {"{\"customer\":\"a\",\"schema\":3}", "newer"},
        {"{\"customer\":\"a\",\"schema\":2}", "other members"},
        {"{\"customer\":\"a/b\",\"schema\":1}", "may only have letters"},
        {"{\"customer\":\"a\",\"schema\":1}\n", "something follows"},
        {"{\"customer\":\"a\",\"owner\":\"b\",\"schema\":1}", "\"owner\" does not belong here"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sl_arena arena;
        struct sl_err err = {0};
        struct sl_site_identity read;
        sl_arena_init(&arena, SL_MIB);
        cr_expect_eq(sl_site_identity_read(&read, &arena, sl_str_from(rows[i].text), &err), -1);
        cr_expect_eq(err.code, SL_E_REFUSED);
        cr_expect_eq(strncmp(err.message, "state/site.json", 15), 0, "%s", err.message);
        cr_expect(strstr(err.message, rows[i].why) || strstr(err.hint, rows[i].why), "row %zu: %s", i,
                  err.message);
        sl_arena_release(&arena);
    }
    struct sl_buf text;
    struct sl_err err = {0};
    sl_buf_init(&text, SL_STATE_FILE_MAX);
    struct sl_site_identity identity = {.customer = SL_STR("a b")};
    cr_expect_eq(sl_site_identity_write(&text, &identity, &err), -1);
    sl_buf_release(&text);
}

static void expect_same(const struct sl_site_change *a, const struct sl_site_change *b)
{
    cr_expect_eq(a->action, b->action);
    cr_expect(sl_str_equal(a->bundle, b->bundle));
    cr_expect(sl_str_equal(a->from, b->from));
    cr_expect(sl_str_equal(a->to, b->to));
    cr_expect(sl_digest_equal(&a->manifest, &b->manifest));
    cr_expect_eq(a->time, b->time);
    cr_expect_eq(a->epoch, b->epoch);
    cr_expect_eq(a->floor, b->floor);
    cr_expect_eq(a->trust_version, b->trust_version);
    cr_expect(sl_digest_equal(&a->grant, &b->grant));
    cr_assert_eq(a->signer_count, b->signer_count);
    for (size_t i = 0; i < a->signer_count; i++)
        cr_expect(sl_str_equal(a->signers[i], b->signers[i]));
}

Test(site_state, a_pending_change_is_written_and_read_back)
{
    struct sl_buf text;
    struct sl_arena arena;
    struct sl_err err = {0};
    sl_buf_init(&text, SL_STATE_FILE_MAX);
    sl_arena_init(&arena, SL_MIB);
    struct sl_site_change written = change();
    cr_assert_eq(sl_site_pending_write(&text, &written, &err), 0, "%s", err.message);
    cr_expect_str_eq(text.ptr, pending_text);
    struct sl_site_change read;
    cr_assert_eq(sl_site_pending_read(&read, &arena, sl_buf_view(&text), &err), 0, "%s", err.message);
    expect_same(&read, &written);
    sl_arena_release(&arena);
    sl_buf_release(&text);
}

Test(site_state, bad_pending_changes_are_refused)
{
    static const struct {
        const char *from, *to, *why;
    } rows[] = {
        {"\"install\"", "\"remove\"", "action is \"remove\""},
        {"\"17-v1.0-22222222\"", "\"../17\"", "to is \"../17\""},
        {"\"17-v1.0-22222222\"", "\"\"", "to is \"\""},
        {"\"17-v1.0-22222222\"", "\"a/b\"", "to is \"a/b\""},
        {"\"from\":\"\"", "\"from\":\"..\"", "from is \"..\""},
        {"customer-a-v1.0-17", ".", "bundle is \".\""},
        {"FEDCBA9876543210", "fEDCBA9876543210", "upper case"},
        {"FEDCBA9876543210", "FEDCBA987654321", "upper case"},
        {"\"schema\":1", "\"schema\":7", "schema 7"},
        {"\"time\":1700000000", "\"time\":\"now\"", "\"time\" must be an integer"},
        {"\"time\":1700000000", "\"time\":-1", "must not be before 1970"},
        {"\"222", "\"22G", "digits 0-9 and a-f"},
        {"\"444", "\"44G", "digits 0-9 and a-f"},
        {"\"epoch\":2,", "", "\"epoch\" is missing"},
        {"\"floor\":5", "\"floor\":-5", "must not be negative"},
        {",\"trust_version\":3", "", "\"trust_version\" is missing"},
        {"\"action\"", "\"Action\"", "\"Action\" does not belong here"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[1024];
        const char *place = strstr(pending_text, rows[i].from);
        cr_assert_not_null(place);
        snprintf(text, sizeof text, "%.*s%s%s", (int)(place - pending_text), pending_text, rows[i].to,
                 place + strlen(rows[i].from));
        struct sl_arena arena;
        struct sl_err err = {0};
        struct sl_site_change read;
        sl_arena_init(&arena, SL_MIB);
        cr_expect_eq(sl_site_pending_read(&read, &arena, sl_str_from(text), &err), -1, "row %zu", i);
        cr_expect_eq(err.code, SL_E_REFUSED);
        cr_expect_not_null(strstr(err.message, rows[i].why), "row %zu: %s", i, err.message);
        sl_arena_release(&arena);
    }
}

Test(site_state, what_could_not_be_read_back_is_not_written)
{
    struct sl_buf text;
    sl_buf_init(&text, SL_STATE_FILE_MAX);
    struct sl_err err = {0};
    struct sl_site_change bad = change();
    bad.to = SL_STR("../../etc");
    cr_expect_eq(sl_site_pending_write(&text, &bad, &err), -1);
    cr_expect_eq(err.code, SL_E_INTERNAL);
    bad = change();
    bad.signer_count = SL_SIGNATURES_MAX + 1;
    struct sl_str many[SL_SIGNATURES_MAX + 1];
    for (size_t i = 0; i < bad.signer_count; i++)
        many[i] = signers[0];
    bad.signers = many;
    cr_expect_eq(sl_site_pending_write(&text, &bad, &err), -1);
    bad = change();
    bad.time = INT64_MAX;
    struct sl_site_history empty = {0};
    cr_expect_eq(sl_site_history_append(&text, &empty, &bad, &err), -1);
    cr_expect_eq(text.len, 0);
    sl_buf_release(&text);
}

/* Three lines, made the way a site makes them: read what is there, append one. */
static struct sl_buf history_of_three(void)
{
    struct sl_buf text;
    sl_buf_init(&text, SL_HISTORY_BYTES_MAX);
    for (int i = 0; i < 3; i++) {
        struct sl_arena arena;
        struct sl_err err = {0};
        struct sl_site_history history;
        sl_arena_init(&arena, SL_MIB);
        cr_assert_eq(sl_site_history_read(&history, &arena, sl_buf_view(&text), &err), 0, "%s", err.message);
        cr_assert_eq(history.count, (size_t)i);
        struct sl_site_change next = change();
        next.action = i == 2 ? SL_SITE_ROLLBACK : SL_SITE_INSTALL;
        next.time += i;
        cr_assert_eq(sl_site_history_append(&text, &history, &next, &err), 0, "%s", err.message);
        sl_arena_release(&arena);
    }
    return text;
}

Test(site_state, the_history_is_a_chain)
{
    struct sl_buf text = history_of_three();
    struct sl_arena arena;
    struct sl_err err = {0};
    struct sl_site_history history;
    sl_arena_init(&arena, SL_MIB);
    cr_assert_eq(sl_site_history_read(&history, &arena, sl_buf_view(&text), &err), 0, "%s", err.message);
    cr_assert_eq(history.count, 3);
    cr_expect_eq(history.changes[0].time, 1700000000);
    cr_expect_eq(history.changes[2].action, SL_SITE_ROLLBACK);
    cr_expect_str_eq(sl_site_action_name(history.changes[2].action), "rollback");
    struct sl_str first = sl_str_slice(sl_buf_view(&text), 0, sl_str_find(sl_buf_view(&text), '\n'));
    cr_expect_not_null(strstr(text.ptr, "\"number\":1,\"previous\":\"" SIXTY_FOUR_ZEROS "\""));
    struct sl_digest digest;
    char wanted[128];
    char hex[SL_SHA256_HEX + 1];
    sl_sha256(&digest, first.ptr, first.len);
    snprintf(wanted, sizeof wanted, "\"number\":2,\"previous\":\"%s\"", sl_digest_hex(hex, &digest));
    cr_expect_not_null(strstr(text.ptr, wanted));
    sl_arena_release(&arena);
    sl_buf_release(&text);
}

Test(site_state, every_flipped_byte_of_the_history_is_noticed)
{
    struct sl_buf text = history_of_three();
    struct sl_str whole = sl_buf_view(&text);
    /* The last line is covered by no later one: a change there that leaves it well-formed stays unseen. */
    size_t covered = whole.len - 1;
    while (whole.ptr[covered - 1] != '\n')
        covered--;
    for (size_t i = 0; i < covered; i++) {
        text.ptr[i] ^= 1;
        struct sl_arena arena;
        struct sl_err err = {0};
        struct sl_site_history history;
        sl_arena_init(&arena, SL_MIB);
        cr_expect_eq(sl_site_history_read(&history, &arena, whole, &err), -1, "byte %zu", i);
        cr_expect_eq(err.code, SL_E_REFUSED, "byte %zu", i);
        cr_expect_eq(strncmp(err.message, "state/history.jsonl, line ", 26), 0, "%s", err.message);
        sl_arena_release(&arena);
        text.ptr[i] ^= 1;
    }
    sl_buf_release(&text);
}

Test(site_state, only_whole_lines_make_a_history)
{
    struct sl_buf text = history_of_three();
    for (size_t len = 0; len <= text.len; len++) {
        bool whole = len == 0 || text.ptr[len - 1] == '\n';
        struct sl_arena arena;
        struct sl_err err = {0};
        struct sl_site_history history;
        sl_arena_init(&arena, SL_MIB);
        int result = sl_site_history_read(&history, &arena, (struct sl_str){text.ptr, len}, &err);
        cr_expect_eq(result, whole ? 0 : -1, "%zu bytes: %s", len, err.message);
        sl_arena_release(&arena);
    }
    sl_buf_release(&text);
}

Test(site_state, lines_left_out_or_moved_are_noticed)
{
    struct sl_buf text = history_of_three();
    struct sl_str whole = sl_buf_view(&text);
    size_t first = sl_str_find(whole, '\n') + 1;
    size_t second = first + sl_str_find(sl_str_slice(whole, first, whole.len), '\n') + 1;
    struct sl_str parts[3] = {sl_str_slice(whole, 0, first), sl_str_slice(whole, first, second),
                              sl_str_slice(whole, second, whole.len)};
    static const int orders[][3] = {{1, 2, -1}, {0, 2, -1}, {0, 2, 1}, {0, 0, -1}};
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        struct sl_buf mixed;
        sl_buf_init(&mixed, SL_MIB);
        for (int k = 0; k < 3; k++) {
            if (orders[i][k] >= 0)
                sl_buf_str(&mixed, parts[orders[i][k]]);
        }
        struct sl_arena arena;
        struct sl_err err = {0};
        struct sl_site_history history;
        sl_arena_init(&arena, SL_MIB);
        cr_expect_eq(sl_site_history_read(&history, &arena, sl_buf_view(&mixed), &err), -1, "row %zu", i);
        cr_expect_eq(err.code, SL_E_REFUSED);
        sl_arena_release(&arena);
        sl_buf_release(&mixed);
    }
    sl_buf_release(&text);
}

static int all_of_it(struct sl_err *err)
{
    struct sl_arena arena;
    struct sl_buf text;
    sl_arena_init(&arena, SL_MIB);
    sl_buf_init(&text, SL_MIB);
    struct sl_site_history history = {0};
    struct sl_site_change next = change();
    struct sl_site_change read;
    struct sl_site_identity identity = {.customer = SL_STR("a")};
    int result = sl_site_history_append(&text, &history, &next, err);
    if (result == 0)
        result = sl_site_history_read(&history, &arena, sl_buf_view(&text), err);
    if (result == 0)
        result = sl_site_pending_read(&read, &arena, sl_str_from(pending_text), err);
    sl_buf_reset(&text);
    if (result == 0)
        result = sl_site_identity_write(&text, &identity, err);
    if (result == 0)
        result = sl_site_identity_read(&identity, &arena, sl_buf_view(&text), err);
    sl_buf_release(&text);
    sl_arena_release(&arena);
    return result;
}

Test(site_state, every_failing_allocation_is_reported)
{
    size_t nth = 1;
    for (;; nth++) {
        struct sl_err err = {0};
        alloc_fault_arm(nth);
        int result = all_of_it(&err);
        if (!alloc_fault_disarm()) {
            cr_expect_eq(result, 0, "%s", err.message);
            break;
        }
        cr_assert_eq(result, -1, "allocation %zu", nth);
        cr_assert_eq(err.code, SL_E_NO_MEMORY, "allocation %zu: %s", nth, err.message);
    }
    cr_expect_gt(nth, 3);
}
