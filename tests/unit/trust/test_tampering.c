#include <criterion/criterion.h>

#include "alloc_fault.h"
#include "base/limits.h"
#include "delivery.h"

#include <sealift/verify.h>

static struct sl_buf good;      /* a bundle that is accepted */
static struct sl_buf container; /* it, uncompressed */
static struct sl_public_key key;

static void setup(void)
{
    delivery_make(&good, &(struct delivery_options){0});
    delivery_expand(&container, sl_buf_view(&good));
    delivery_key(1, NULL, &key);
}

static void teardown(void)
{
    sl_buf_release(&good);
    sl_buf_release(&container);
}

TestSuite(tampering, .init = setup, .fini = teardown);

static int verify(const struct sl_buf *bundle, struct sl_err *err)
{
    struct sl_policy policy = {.keys = &key, .key_count = 1};
    struct sl_claim *claim = NULL;
    struct sl_verified *verified = NULL;
    int result = sl_claim_open(&claim, delivery_open(bundle), "bundle.tar.gz", &policy, err);
    if (result == 0)
        result = sl_claim_prove(&verified, claim, NULL, NULL, err);
    sl_claim_free(claim);
    sl_verified_free(verified);
    return result;
}

static void expect_refused(const struct sl_buf *bundle, const char *what, size_t at)
{
    struct sl_err err = {0};
    cr_assert_eq(verify(bundle, &err), -1, "%s at %zu was accepted", what, at);
    cr_expect(err.code == SL_E_REFUSED || err.code == SL_E_LIMIT, "%s at %zu: %s: %s", what, at,
              sl_code_name(err.code), err.message);
    cr_expect_neq(err.message[0], '\0', "%s at %zu: no message", what, at);
}

Test(tampering, the_bundle_that_is_altered_here_is_good)
{
    struct sl_err err = {0};
    cr_expect_eq(verify(&good, &err), 0, "%s", err.message);
    struct sl_buf same;
    delivery_compress(&same, sl_buf_view(&container));
    cr_expect_eq(verify(&same, &err), 0, "%s", err.message);
    sl_buf_release(&same);
}

/* What minisign does not sign: anybody may change it, so nothing is made of it. */
static bool in_untrusted_comment(size_t at)
{
    static const char prefix[] = "untrusted comment: ";
    const char *text = memmem(container.ptr, container.len, prefix, sizeof prefix - 1);
    cr_assert_not_null(text);
    size_t begin = (size_t)(text - container.ptr) + sizeof prefix - 1;
    return at >= begin && at < begin + strcspn(text + sizeof prefix - 1, "\n");
}

/* A prime step visits all regions of all blocks, and another bit each time. */
Test(tampering, no_flipped_bit_of_the_container_is_accepted)
{
    for (size_t at = 0; at < container.len; at += 5) {
        if (in_untrusted_comment(at))
            continue;
        char old = container.ptr[at];
        container.ptr[at] = (char)(old ^ (1 << (at % 8)));
        struct sl_buf bundle;
        delivery_compress(&bundle, sl_buf_view(&container));
        expect_refused(&bundle, "a bit of the container", at);
        sl_buf_release(&bundle);
        container.ptr[at] = old;
    }
}

/* Some bits of a compressed stream mean nothing: the time in its header, padding between blocks. The file may
 * only be accepted where it still is the same container. */
Test(tampering, no_flipped_bit_of_the_file_is_accepted_unless_it_means_nothing)
{
    size_t accepted = 0;
    for (size_t at = 0; at < good.len; at++) {
        char old = good.ptr[at];
        good.ptr[at] = (char)(old ^ (1 << (at % 8)));
        struct sl_err err = {0};
        if (verify(&good, &err) == 0) {
            struct sl_buf expanded;
            delivery_expand(&expanded, sl_buf_view(&good));
            cr_expect(sl_str_equal(sl_buf_view(&expanded), sl_buf_view(&container)),
                      "a bit of the file at %zu", at);
            sl_buf_release(&expanded);
            accepted++;
        } else {
            cr_expect(err.code == SL_E_REFUSED || err.code == SL_E_LIMIT, "at %zu: %s", at, err.message);
        }
        good.ptr[at] = old;
    }
    cr_expect_lt(accepted, 16, "%zu bits mean nothing", accepted);
}

Test(tampering, no_part_of_a_bundle_is_accepted_for_all_of_it)
{
    size_t whole = good.len;
    for (good.len = 0; good.len < whole; good.len++)
        expect_refused(&good, "the end of the file", good.len);
    good.len = whole;

    size_t blocks = container.len / 512;
    for (size_t keep = 0; keep < blocks; keep++) {
        struct sl_buf bundle;
        delivery_compress(&bundle, sl_str_slice(sl_buf_view(&container), 0, keep * 512));
        expect_refused(&bundle, "the end of the container, block", keep);
        sl_buf_release(&bundle);
    }
}

Test(tampering, nothing_behind_a_bundle_is_accepted)
{
    sl_buf_byte(&good, '\0');
    expect_refused(&good, "a NUL behind the file", good.len);
    good.len--;
    struct sl_buf twice;
    sl_buf_init(&twice, SL_MIB);
    sl_buf_str(&twice, sl_buf_view(&good));
    sl_buf_str(&twice, sl_buf_view(&good));
    expect_refused(&twice, "a second gzip member", good.len);
    sl_buf_release(&twice);

    static const char zeros[512];
    sl_buf_append(&container, zeros, sizeof zeros);
    struct sl_buf bundle;
    delivery_compress(&bundle, sl_buf_view(&container));
    expect_refused(&bundle, "a third zero block", container.len);
    sl_buf_release(&bundle);
}

Test(tampering, every_failing_allocation_is_an_error_and_nothing_else)
{
    for (size_t nth = 1;; nth++) {
        struct sl_err err = {0};
        alloc_fault_arm(nth);
        int result = verify(&good, &err);
        if (!alloc_fault_disarm()) {
            cr_expect_eq(result, 0, "%s", err.message);
            break;
        }
        cr_expect_eq(result, -1, "allocation %zu", nth);
        cr_expect_eq(err.code, SL_E_NO_MEMORY, "allocation %zu: %s", nth, err.message);
    }
}
