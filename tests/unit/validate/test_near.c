#include "near.h"

#include <criterion/criterion.h>
#include <sealift/text.h>
#include <stdio.h>
#include <stdlib.h>

enum { MANY = 3000, TEXT = 24 };

struct names {
    char texts[MANY][TEXT];
    struct sl_str items[MANY];
    size_t count;
};

struct found {
    bool seen[MANY];
    size_t wrong; /* whose distance is not what it is */
    struct sl_str asked;
};

static void see(void *context, size_t index, struct sl_str name, unsigned distance)
{
    struct found *found = context;
    found->seen[index] = true;
    found->wrong += sl_edit_distance(found->asked, name, 8) != distance;
}

/* "key17", "long17", "other17" and so on: many that are near to one another. */
static struct names *make(size_t count)
{
    static const char *const stems[] = {"key", "longName", "other", "k", "replicaCount"};
    struct names *names = calloc(1, sizeof *names);
    cr_assert_not_null(names);
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(names->texts[i], TEXT, "%s%zu", stems[i % 5], i / 5 * 7);
        names->items[i] = sl_str_from(names->texts[i]);
    }
    names->count = count;
    return names;
}

static void expect_all(const struct names *names, const char *asked, unsigned limit)
{
    struct sl_err err = {0};
    struct near_names *near = NULL;
    struct found *found = calloc(1, sizeof *found);
    cr_assert(found && near_names_new(&near, names->items, names->count, &err) == 0);
    found->asked = sl_str_from(asked);
    near_names_each(near, found->asked, limit, see, found);
    cr_expect_eq(found->wrong, 0, "%s", asked);
    cr_expect_not(near_names_is_spent(near));
    for (size_t i = 0; i < names->count; i++) {
        unsigned distance = sl_edit_distance(found->asked, names->items[i], limit);
        cr_expect_eq(found->seen[i], distance > 0 && distance <= limit, "%s among %zu: %s", asked,
                     names->count, names->texts[i]);
    }
    near_names_free(near);
    free(found);
}

static const char *const asked[] = {
    "key7", "kye14", "longNam", "logName21",      "replicaCont", "replcaCount35", "otherwise",   "",
    "k",    "ky",    "othr70",  "nothing at all", "other",       "other7x",       "longName4200"};

Test(near, finds_what_comparing_with_all_would_find)
{
    for (size_t size = 5; size <= MANY; size *= 5) {
        struct names *names = make(size);
        for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++)
            for (unsigned limit = 1; limit <= 3; limit++)
                expect_all(names, asked[i], limit);
        free(names);
    }
}

Test(near, names_one_letter_away_are_found_when_the_rest_is_too_much)
{
    struct sl_err err = {0};
    struct near_names *near = NULL;
    struct names *names = make(MANY);
    struct found *found = calloc(1, sizeof *found);
    cr_assert(found && near_names_new(&near, names->items, names->count, &err) == 0);
    char text[TEXT];
    for (size_t i = 0; i < MANY && !near_names_is_spent(near); i++) {
        (void)snprintf(text, sizeof text, "replicaCount%zux", i);
        found->asked = sl_str_from(text);
        near_names_each(near, found->asked, 3, see, found);
    }
    cr_expect(near_names_is_spent(near));
    memset(found->seen, 0, sizeof found->seen);
    found->asked = SL_STR("replicaCoutn0");
    near_names_each(near, found->asked, 3, see, found);
    cr_expect(found->seen[4]);
    near_names_free(near);
    free(found);
    free(names);
}

Test(near, few_names_have_no_budget)
{
    struct sl_err err = {0};
    struct near_names *near = NULL;
    struct names *names = make(40);
    struct found *found = calloc(1, sizeof *found);
    cr_assert(found && near_names_new(&near, names->items, names->count, &err) == 0);
    found->asked = SL_STR("longNmae0");
    for (size_t i = 0; i < 20000; i++)
        near_names_each(near, found->asked, 3, see, found);
    cr_expect(!near_names_is_spent(near) && found->seen[1]);
    near_names_free(near);
    free(found);
    free(names);
}
