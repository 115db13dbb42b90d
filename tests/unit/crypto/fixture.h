/*
 * What the tests of keys and signatures share: a key pair and a signature that stock minisign 0.11 made (-G
 * -W, then -S), and random bytes that are not.
 */
#ifndef FIXTURE_H
#define FIXTURE_H

#include <sealift/key.h>

#define STOCK_ID             "A0F27C830255648C"
#define STOCK_PUBLIC_COMMENT "untrusted comment: minisign public key A0F27C830255648C\n"
#define STOCK_PUBLIC_BASE64  "RWSMZFUCg3zyoH+FjXwNsM5gzOyO/i742JG/XWAFidAbnCx0yhSq3IRB"
#define STOCK_PUBLIC         STOCK_PUBLIC_COMMENT STOCK_PUBLIC_BASE64 "\n"

#define STOCK_SECRET_COMMENT "untrusted comment: minisign encrypted secret key\n"
#define STOCK_SECRET_BASE64                                                                                  \
    "RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAjGRVAoN88qABwhvrkZoc9AmVCOEtww" \
    "Oz0Yf0Oesp"                                                                                             \
    "QG19x+mkCbwwR3+FjXwNsM5gzOyO/i742JG/XWAFidAbnCx0yhSq3IRBAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define STOCK_SECRET STOCK_SECRET_COMMENT STOCK_SECRET_BASE64 "\n"

/* Of the message "hi\n". The trusted comment is minisign's default, with its TABs. */
#define STOCK_MESSAGE         "hi\n"
#define STOCK_TRUSTED_COMMENT "timestamp:1795256159\tfile:m\thashed"
#define STOCK_LINE_1          "untrusted comment: signature from minisign secret key\n"
#define STOCK_SIGNATURE_BASE64                                                                               \
    "RUSMZFUCg3zyoHtfW96PHAYCkIk7/AhX/cWCak3d1xJCPfWjyFomcEuT42tsAnl1kbIpEf+J8xhXokYGzdVSDYzMrlkWldVF4QM="
#define STOCK_LINE_2 STOCK_SIGNATURE_BASE64 "\n"
#define STOCK_LINE_3 "trusted comment: " STOCK_TRUSTED_COMMENT "\n"
#define STOCK_GLOBAL_BASE64                                                                                  \
    "Do5S7OanBOaI43eKsLf7YY91AVtTv+qo+lxRI2ZkKhvVHzkEf6U/E6gX3/XZWg80k2FkuCFthOf1ZkBfryH9Dg=="
#define STOCK_LINE_4    STOCK_GLOBAL_BASE64 "\n"
#define STOCK_SIGNATURE STOCK_LINE_1 STOCK_LINE_2 STOCK_LINE_3 STOCK_LINE_4

/* The least scrypt does: milliseconds. */
#define FAST_OPS UINT64_C(32768)
#define FAST_MEM UINT64_C(16777216)

/* Bytes that count up from `next`; the call number `fail_at` fails, counted from 1, 0 is never. */
struct counter {
    unsigned char next;
    unsigned calls;
    unsigned fail_at;
};

static inline int counter_fill(void *context, void *out, size_t len, struct sl_err *err)
{
    struct counter *counter = context;
    if (++counter->calls == counter->fail_at)
        return sl_fail(err, SL_E_IO, "no randomness today");
    for (size_t i = 0; i < len; i++)
        ((unsigned char *)out)[i] = counter->next++;
    return 0;
}

/* A pair whose bytes count up from `first`; an empty password makes an unencrypted key. */
static inline int make_pair(struct sl_buf *public_text, struct sl_buf *secret_text, unsigned char first,
                            const char *password, struct sl_err *err)
{
    struct counter counter = {.next = first};
    struct sl_key_options options = {
        .random = {counter_fill, &counter},
        .password = sl_str_from(password),
        .ops_limit = FAST_OPS,
        .mem_limit = FAST_MEM,
    };
    sl_buf_init(public_text, 4096);
    sl_buf_init(secret_text, 4096);
    return sl_key_generate(public_text, secret_text, &options, err);
}

#endif
