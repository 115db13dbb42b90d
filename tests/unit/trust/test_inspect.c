/*
 * Where a bundle that nobody signed for is looked at: in a process of its own.
 */
#include <criterion/criterion.h>

#include "base/limits.h"
#include "delivery.h"

#include <fcntl.h>
#include <sealift/verify.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

struct looked {
    pid_t parent;
    unsigned calls;
    int signal; /* that ends it; 0: none */
};

static int show(void *context, struct sl_buf *out, const struct sl_bundle_head *head, struct sl_err *err)
{
    (void)err;
    struct looked *looked = context;
    looked->calls++;
    if (looked->signal) {
        (void)signal(looked->signal, SIG_DFL);
        __builtin_trap();
    }
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    sl_buf_str(out, head->manifest->bundle);
    sl_buf_text(out, getpid() == looked->parent ? ", here" : ", elsewhere");
    sl_buf_text(out, fd < 0 ? ", nothing to open\n" : ", everything to open\n");
    return 0;
}

static int look(struct sl_buf *out, struct looked *looked, struct sl_err *err)
{
    struct sl_buf bundle;
    delivery_make(&bundle, &(struct delivery_options){0});
    sl_buf_init(out, SL_KIB);
    int result = sl_inspect(out, delivery_open(&bundle), "bundle.tar.gz", NULL,
                            &(struct sl_inspector){show, looked}, err);
    sl_buf_release(&bundle);
    return result;
}

Test(inspect, what_nobody_signed_for_is_interpreted_in_a_process_that_can_do_nothing_else)
{
    struct sl_buf shown;
    struct looked looked = {.parent = getpid()};
    struct sl_err err = {0};
    cr_assert_eq(look(&shown, &looked, &err), 0, "%s", err.message);
    cr_expect(sl_str_equal(sl_buf_view(&shown), SL_STR("customer-a-v1.0-17, elsewhere, nothing to open\n")),
              SL_FMT, SL_ARG(sl_buf_view(&shown)));
    cr_expect_eq(looked.calls, 0, "what it changed is lost with it");
    sl_buf_release(&shown);
}

Test(inspect, what_ends_that_process_ends_no_other)
{
    struct sl_buf shown;
    struct looked looked = {.parent = getpid(), .signal = SIGILL};
    struct sl_err err = {0};
    cr_assert_eq(look(&shown, &looked, &err), -1);
    cr_expect_eq(err.code, SL_E_REFUSED);
    cr_expect(strstr(err.message, "bundle.tar.gz: the process that unpacks the bundle"), "%s", err.message);
    cr_expect_eq(shown.len, 0);
    sl_buf_release(&shown);
}
