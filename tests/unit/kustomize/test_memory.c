#include "alloc_fault.h"
#include "base/cleanup.h"
#include "kustomize/build.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { TEXT_MAX = 1 << 20 };

/* The builds whose allocations are made to fail, one after the other. */
static const char *const builds[] = {
    "built-in-plugins",         "components-work-on-what-is-there",
    "configurations",           "crds-teach-references",
    "deprecated-fields",        "generator-merge-and-replace",
    "origins-and-transformers", "patch-target-by-pattern",
    "replacement-of-parts",     "vars-in-commands",
};

static int build_named(const char *name, struct sl_buf *out, struct sl_err *err)
{
    char path[1024];
    SL_CLEANUP(sl_tree_freep) struct sl_tree *tree = NULL;
    SL_CLEANUP(sl_build_freep) struct sl_build *build = NULL;
    (void)snprintf(path, sizeof path, SEALIFT_SOURCE_DIR "/tests/unit/kustomize/cases/%s/in", name);
    if (sl_tree_open_directory(&tree, path, err) < 0)
        return -1;
    int overlay = sl_tree_stat(tree, SL_STR("overlay"), NULL, err);
    if (overlay < 0 || sl_build(&build, tree, overlay ? SL_STR("overlay") : SL_STR(""), NULL, err) < 0)
        return -1;
    return sl_build_write(build, out, err);
}

static void sweep(const char *name)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf whole;
    struct sl_err first = {0};
    sl_buf_init(&whole, TEXT_MAX);
    cr_assert_eq(build_named(name, &whole, &first), 0, "%s: %s", name, first.message);
    for (size_t nth = 1;; nth++) {
        SL_CLEANUP(sl_buf_release) struct sl_buf out;
        struct sl_err err = {0};
        sl_buf_init(&out, TEXT_MAX);
        alloc_fault_arm(nth);
        int result = build_named(name, &out, &err);
        if (!alloc_fault_disarm())
            break;
        if (result < 0)
            cr_expect_eq(err.code, SL_E_NO_MEMORY, "%s, allocation %zu: %s", name, nth, err.message);
        else
            cr_expect(sl_str_equal(sl_buf_view(&out), sl_buf_view(&whole)), "%s, allocation %zu", name, nth);
    }
}

Test(kustomize_memory, a_failed_allocation_is_an_error_and_nothing_worse, .timeout = 200)
{
    for (size_t i = 0; i < sizeof builds / sizeof builds[0]; i++)
        sweep(builds[i]);
}
