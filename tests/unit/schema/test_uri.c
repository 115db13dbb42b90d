#include "uri.h"

#include "base/cleanup.h"
#include "base/limits.h"

#include <criterion/criterion.h>

/* The examples of RFC 3986, section 5.4, and what schemas use beside them. */
Test(schema_uri, references_are_resolved)
{
    static const struct {
        const char *base, *reference, *result;
    } cases[] = {
        {"http://a/b/c/d;p?q", "g:h", "g:h"},
        {"http://a/b/c/d;p?q", "g", "http://a/b/c/g"},
        {"http://a/b/c/d;p?q", "./g", "http://a/b/c/g"},
        {"http://a/b/c/d;p?q", "g/", "http://a/b/c/g/"},
        {"http://a/b/c/d;p?q", "/g", "http://a/g"},
        {"http://a/b/c/d;p?q", "//g", "http://g"},
        {"http://a/b/c/d;p?q", "?y", "http://a/b/c/d;p?y"},
        {"http://a/b/c/d;p?q", "g?y", "http://a/b/c/g?y"},
        {"http://a/b/c/d;p?q", "#s", "http://a/b/c/d;p?q#s"},
        {"http://a/b/c/d;p?q", "g?y#s", "http://a/b/c/g?y#s"},
        {"http://a/b/c/d;p?q", "", "http://a/b/c/d;p?q"},
        {"http://a/b/c/d;p?q", ".", "http://a/b/c/"},
        {"http://a/b/c/d;p?q", "..", "http://a/b/"},
        {"http://a/b/c/d;p?q", "../g", "http://a/b/g"},
        {"http://a/b/c/d;p?q", "../../g", "http://a/g"},
        {"http://a/b/c/d;p?q", "../../../g", "http://a/g"},
        {"http://a/b/c/d;p?q", "/./g", "http://a/g"},
        {"http://a/b/c/d;p?q", "/../g", "http://a/g"},
        {"http://a/b/c/d;p?q", "g.", "http://a/b/c/g."},
        {"http://a/b/c/d;p?q", "..g", "http://a/b/c/..g"},
        {"http://a/b/c/d;p?q", "./g/.", "http://a/b/c/g/"},
        {"http://a/b/c/d;p?q", "g/../h", "http://a/b/c/h"},
        {"http://a/b/c/d;p?q", "g;x=1/../y", "http://a/b/c/y"},
        {"http://a/b/c/d;p?q", "g?y/../x", "http://a/b/c/g?y/../x"},
        {"http://a", "g", "http://a/g"},
        {"file:///s/a.json", "b.json#/x", "file:///s/b.json#/x"},
        {"urn:uuid:1-2", "#/x", "urn:uuid:1-2#/x"},
        {"", "#/x", "#/x"},
        {"", "a.json", "a.json"},
    };
    SL_CLEANUP(sl_arena_release) struct sl_arena arena;
    sl_arena_init(&arena, SL_MIB);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sl_str result =
            uri_resolve(&arena, sl_str_from(cases[i].base), sl_str_from(cases[i].reference));
        cr_expect(sl_str_equal(result, sl_str_from(cases[i].result)), "%s: " SL_FMT, cases[i].reference,
                  SL_ARG(result));
    }
}

Test(schema_uri, percent_signs_are_undone)
{
    SL_CLEANUP(sl_arena_release) struct sl_arena arena;
    sl_arena_init(&arena, SL_MIB);
    cr_expect(sl_str_equal(uri_decode(&arena, SL_STR("a%25b%2Fc%2")), SL_STR("a%b/c%2")));
    cr_expect(sl_str_equal(uri_decode(&arena, SL_STR("%zz%41")), SL_STR("%zzA")));
}
