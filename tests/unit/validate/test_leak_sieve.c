#include "leak_sieve.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static const char *const strings[] = {"harbour-nord", "db.north.harbour.example", "crane desk nord",
                                      "4711471147", "2026-03-01t00:00:00z"};

static struct leak_sieve *sieve_of_all(void)
{
    struct leak_sieve *sieve = malloc(sizeof *sieve);
    cr_assert(sieve);
    leak_sieve_init(sieve);
    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++)
        leak_sieve_add(sieve, sl_str_from(strings[i]));
    return sieve;
}

struct sieve_case {
    const char *name;
    const char *bytes;
    bool yaml, may_hold;
};

static const struct sieve_case sieve_cases[] = {
    {"nothing", "", true, false},
    {"somebody else's", "a: harbour-south\nb: north.harbour.example\n", true, false},
    {"the first part alone", "a: harbour\n", true, false},
    {"within a longer word", "a: xharbour-nord\nb: harbour-nords\n", true, false},
    {"words and numbers", "name: production\nreplicas: 3\nimage: r.example/kubernetes:1.30.8\n", true, false},
    {"as it is", "a: harbour-nord\n", true, true},
    {"at the end of the bytes", "harbour-nord", false, true},
    {"in capitals", "A: HARBOUR_NORD\n", true, true},
    {"a key", "\"db.north.harbour.example\": x\n", true, true},
    {"in a URL", "a: https://db.north.harbour.example:5432/x\n", true, true},
    {"a number", "a: 4711471147\n", true, true},
    {"broken by a line", "a: crane desk\n  nord\n", true, true},
    {"broken by a line in a block", "a: >-\n  crane\n\n    desk nord\n", true, true},
    {"in quotes", "a: 'it''s crane desk nord'\n", true, true},
    {"an escape", "a: \"h\\x61rbour-nord\"\n", true, true},
    {"a line that goes on", "a: \"harbour-\\\n  nord\"\n", true, true},
    {"what is no YAML has no escapes", "h\\x61rbour-nord\n", false, false},
    {"a date", "a: 2026-3-1\n", true, true},
    {"a date within a line", "x 2026-3-1\n", false, false},
    {"a tag", "a: !!binary aGFy\n", true, true},
    {"a tag in full", "a: !<tag:yaml.org,2002:binary> aGFy\n", true, true},
    {"a tag's name", "%TAG !b! tag:yaml.org,2002:bin\n---\na: !b!ary aGFy\n", true, true},
    {"a tag that says nothing", "a: !Ref b\n", true, false},
    {"another line break", "a: xx\xc2\x85harbour-nord\n", true, true},
    {"one more", "a: xx\xe2\x80\xa8harbour-nord\n", true, true},
    {"a byte order mark", "\xef\xbb\xbfharbour-nord: x\n", true, true},
    {"base64, all of a value", "a: aGFyYm91cg==\n", true, true},
    {"base64 in a line", "x aGFyYm91ci1ub3Jk\n", false, true},
    {"a long line of digits",
     "a: |\n  0123456789012345678901234567890123456789012345678901234567890123456789\n", true, true},
    {"digits that come to no text", "a: 8444218515250481\nb: kubernetes\n", true, false},
};

Test(leak_sieve, holds_back_what_cannot_hold_a_string_of_anybody_and_nothing_else)
{
    struct leak_sieve *sieve = sieve_of_all();
    for (size_t i = 0; i < sizeof sieve_cases / sizeof sieve_cases[0]; i++) {
        const struct sieve_case *tried = &sieve_cases[i];
        cr_expect_eq(leak_sieve_may_hold(sieve, sl_str_from(tried->bytes), tried->yaml), tried->may_hold,
                     "%s", tried->name);
    }
    free(sieve);
}

Test(leak_sieve, is_crossed_by_nothing_while_it_is_empty)
{
    struct leak_sieve *sieve = malloc(sizeof *sieve);
    cr_assert(sieve);
    leak_sieve_init(sieve);
    cr_expect_not(leak_sieve_may_hold(sieve, SL_STR("a: harbour-nord\nb: x.example\n"), true));
    free(sieve);
}
