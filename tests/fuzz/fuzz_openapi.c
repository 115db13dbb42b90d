#include "fuzz.h"

#include "kubeschema/kubeschema.h"
#include "openapi.h"

#include "base/limits.h"

static int run(struct sl_buf *out, struct sl_str text, struct sl_err *err)
{
    struct import import;
    size_t definitions;
    int result = import_init(&import, err);
    if (result == 0)
        result = import_document(&import, text, SL_STR("o.json"), err);
    if (result == 0)
        result = import_write(out, &import, SL_STR("1.29.3"), &definitions, err);
    import_release(&import);
    return result;
}

/* What is written can be read, and is written again as it is. Whether its schemas make sense is another matter. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sl_err err = {0};
    struct sl_buf once, twice;
    sl_buf_init(&once, 64 * SL_MIB);
    sl_buf_init(&twice, 64 * SL_MIB);
    if (run(&once, (struct sl_str){(const char *)data, size}, &err) < 0) {
        FUZZ_REQUIRE(err.message[0] && (err.code == SL_E_INPUT || err.code == SL_E_LIMIT));
    } else {
        struct sl_kubeschema *set = NULL;
        FUZZ_REQUIRE(run(&twice, sl_buf_view(&once), &err) == 0);
        FUZZ_REQUIRE(sl_str_equal(sl_buf_view(&once), sl_buf_view(&twice)));
        FUZZ_REQUIRE(sl_kubeschema_new(&set, &err) == 0);
        int added = sl_kubeschema_add_kinds(set, sl_buf_view(&once), SL_STR("kinds.json"), &err);
        FUZZ_REQUIRE(added == 0 || err.code == SL_E_INPUT || err.code == SL_E_LIMIT ||
                     err.code == SL_E_UNSUPPORTED);
        sl_kubeschema_free(set);
    }
    sl_buf_release(&once);
    sl_buf_release(&twice);
    return 0;
}
