#include <criterion/criterion.h>

#include <sealift/rules.h>

Test(registry, is_in_ascending_order_and_found_by_id)
{
    cr_assert_gt(sl_rule_count(), 30);
    for (size_t i = 0; i < sl_rule_count(); i++) {
        const struct sl_rule *rule = sl_rule_at(i);
        cr_expect_eq(sl_rule_find(sl_str_from(rule->id)), rule, "%s", rule->id);
        cr_expect(*rule->summary, "%s", rule->id);
        if (i > 0)
            cr_expect_lt(strcmp(sl_rule_at(i - 1)->id, rule->id), 0, "%s", rule->id);
    }
    cr_expect_null(sl_rule_find(SL_STR("release/versio")));
    cr_expect_null(sl_rule_find(SL_STR("")));
}

Test(registry, names_the_rule_that_was_meant)
{
    cr_expect_str_eq(sl_rule_nearest(SL_STR("release/feild")), "release/field");
    cr_expect_str_eq(sl_rule_nearest(SL_STR("values/no-aplication")), "values/no-application");
    cr_expect_null(sl_rule_nearest(SL_STR("something else")));
}
