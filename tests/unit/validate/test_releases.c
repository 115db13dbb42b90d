#include "releases.h"

#include <criterion/criterion.h>

/* Ascending. */
static const char *const ordered[] = {"v0.9", "1.0-rc1", "1.0-rc2", "1.0-rc10", "v1.0", "v1.0.1",
                                      "1.1",  "v1.9",    "v1.10",   "v2",       "v10",  "vx"};

Test(releases, versions_are_ordered_by_their_numbers)
{
    size_t count = sizeof ordered / sizeof ordered[0];
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++) {
            int order = compare_versions(sl_str_from(ordered[i]), sl_str_from(ordered[j]));
            cr_expect_eq((order > 0) - (order < 0), (i > j) - (i < j), "%s against %s", ordered[i],
                         ordered[j]);
        }
}

Test(releases, a_leading_v_makes_no_other_release)
{
    cr_expect(is_same_release(SL_STR("v1.0"), SL_STR("1.0")));
    cr_expect(is_same_release(SL_STR("V1.0"), SL_STR("v1.0")));
    cr_expect_not(is_same_release(SL_STR("v1.0"), SL_STR("v1.00")));
    cr_expect_not(is_same_release(SL_STR("value"), SL_STR("alue")));
    cr_expect_eq(compare_versions(SL_STR("v1.0"), SL_STR("1.0")), 0);
    cr_expect_eq(compare_versions(SL_STR("1.007"), SL_STR("1.7")), 0);
}
