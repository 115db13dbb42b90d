/*
 * The ledger of a site: written, read, and every damage noticed.
 */
#include <criterion/criterion.h>

#include "model/ledger.h"

static struct sl_ledger sample(void)
{
    struct sl_ledger ledger = {
        .counter = 7,
        .epoch = 2,
        .highest_sequence = 41,
        .floor = 17,
        .proved_time = 1763716734,
        .trust_epoch = 4,
        .trust_version = 3,
        .history_lines = 5,
        .receipts = 9,
        .grant_count = 2,
    };
    ledger.highest.bytes[0] = 1;
    ledger.trust.bytes[1] = 2;
    ledger.history.bytes[2] = 3;
    ledger.receipt.bytes[3] = 4;
    ledger.grants[0].bytes[4] = 5;
    ledger.grants[1].bytes[31] = 6;
    return ledger;
}

Test(ledger, what_is_written_is_read_back)
{
    struct sl_ledger ledger = sample();
    struct sl_ledger back;
    struct sl_buf text;
    struct sl_err err = {0};
    sl_buf_init(&text, 65536);
    cr_assert_eq(sl_ledger_write(&text, &ledger, &err), 0, "%s", err.message);
    cr_assert_eq(sl_ledger_read(&back, sl_buf_view(&text), "ledger.1", &err), 0, "%s", err.message);
    cr_expect_eq(memcmp(&ledger, &back, sizeof ledger), 0);
    sl_buf_release(&text);
}

Test(ledger, every_changed_byte_and_every_cut_is_noticed)
{
    struct sl_ledger ledger = sample();
    struct sl_ledger back;
    struct sl_buf text;
    struct sl_err err = {0};
    sl_buf_init(&text, 65536);
    cr_assert_eq(sl_ledger_write(&text, &ledger, &err), 0);
    for (size_t i = 0; i < text.len; i++) {
        text.ptr[i] ^= 4;
        cr_expect_eq(sl_ledger_read(&back, sl_buf_view(&text), "ledger.1", &err), -1, "byte %zu", i);
        cr_expect_eq(err.code, SL_E_REFUSED);
        text.ptr[i] ^= 4;
        cr_expect_eq(sl_ledger_read(&back, (struct sl_str){text.ptr, i}, "ledger.1", &err), -1, "cut at %zu",
                     i);
    }
    sl_buf_byte(&text, 'x');
    cr_expect_eq(sl_ledger_read(&back, sl_buf_view(&text), "ledger.1", &err), -1);
    sl_buf_release(&text);
}
