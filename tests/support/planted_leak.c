/*
 * Leaks on purpose. Criterion runs this in a child and calls it passed; the CTest around it must not. CTest
 * runs it with WILL_FAIL, so the suite turns red when the rule that catches leaks stops working.
 */
#include <criterion/criterion.h>
#include <stdlib.h>

Test(planted, leak_is_seen)
{
    char *volatile lost = malloc(77);
    cr_assert_not_null(lost);
    lost = NULL;
}
