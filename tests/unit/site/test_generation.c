#include <criterion/criterion.h>

#include "generation.h"

static const struct {
    struct sl_str name;
    bool valid;
} names[] = {
    {SL_STR_INIT("17-v1.0-0123456789ab"), true},
    {SL_STR_INIT("1-2024.1-rc.1+b-0123456789ab"), true},
    {SL_STR_INIT("17-v1.0-0123456789ab.2"), true},
    {SL_STR_INIT("17-v1.0-0123456789ab.10"), true},
    {SL_STR_INIT("18446744073709551615-v-0123456789ab"), true},
    {SL_STR_INIT(""), false},
    {SL_STR_INIT("17"), false},
    {SL_STR_INIT("17-0123456789ab"), false},
    {SL_STR_INIT("0-v1.0-0123456789ab"), false},
    {SL_STR_INIT("017-v1.0-0123456789ab"), false},
    {SL_STR_INIT("x-v1.0-0123456789ab"), false},
    {SL_STR_INIT("-v1.0-0123456789ab"), false},
    {SL_STR_INIT("17--0123456789ab"), false},
    {SL_STR_INIT("17-v1.0-0123456789a"), false},
    {SL_STR_INIT("17-v1.0-0123456789abc"), false},
    {SL_STR_INIT("17-v1.0-0123456789AB"), false},
    {SL_STR_INIT("17-v1.0-0123456789ab."), false},
    {SL_STR_INIT("17-v1.0-0123456789ab.x"), false},
    {SL_STR_INIT("17-v1.0-0123456789ab.02"), false},
    {SL_STR_INIT("17-v1.0-0123456789ab/"), false},
    {SL_STR_INIT("17-../..-0123456789ab"), false},
    {SL_STR_INIT("17-v1/0-0123456789ab"), false},
    {SL_STR_INIT("17-v1\0.0-0123456789ab"), false},
    {SL_STR_INIT("17-.v1-0123456789ab"), false},
    {SL_STR_INIT("17-v1\n-0123456789ab"), false},
    {SL_STR_INIT("../17-v1.0-0123456789ab"), false},
};

Test(generation, only_names_that_sealift_gives_are_names)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        cr_expect_eq(site_generation_valid(names[i].name), names[i].valid, SL_FMT, SL_ARG(names[i].name));
}

Test(generation, the_longest_name_fits_and_a_longer_one_is_none)
{
    static const char end[] = "-0123456789ab";
    for (size_t len = SL_GENERATION_NAME_MAX - 1; len <= SL_GENERATION_NAME_MAX; len++) {
        struct sl_buf name;
        sl_buf_init(&name, 2 * (size_t)SL_GENERATION_NAME_MAX);
        sl_buf_text(&name, "1-");
        while (name.len < len - (sizeof end - 1))
            sl_buf_byte(&name, 'v');
        sl_buf_text(&name, end);
        cr_assert_eq(name.len, len);
        cr_expect_eq(site_generation_valid(sl_buf_view(&name)), len < SL_GENERATION_NAME_MAX);
        sl_buf_release(&name);
    }
}

Test(generation, names_of_copies_count_from_two)
{
    struct sl_manifest manifest = {.sequence = 17, .release = SL_STR("v1.0")};
    struct sl_bundle_head head = {.manifest = &manifest, .manifest_sha256 = {0xab, 0xcd, 0xef}};
    const struct {
        unsigned copy;
        const char *name;
    } cases[] = {
        {1, "17-v1.0-abcdef000000"}, {2, "17-v1.0-abcdef000000.2"}, {4096, "17-v1.0-abcdef000000.4096"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char name[SL_GENERATION_NAME_MAX];
        struct sl_err err = {0};
        cr_assert_eq(site_generation_name(name, &head, cases[i].copy, &err), 0, "%s", err.message);
        cr_expect_str_eq(name, cases[i].name);
        cr_expect(site_generation_valid(sl_str_from(name)));
    }
}

Test(generation, a_name_tells_the_sequence)
{
    static const struct {
        struct sl_str name;
        uint64_t sequence;
    } cases[] = {
        {SL_STR_INIT("17-v1.0-0123456789ab"), 17},
        {SL_STR_INIT("9007199254740992-v1.0-0123456789ab.2"), UINT64_C(9007199254740992)},
        {SL_STR_INIT("18446744073709551616-v1.0-0123456789ab"), UINT64_MAX},
        {SL_STR_INIT("99999999999999999999999-v1.0-0123456789ab"), UINT64_MAX},
        {SL_STR_INIT(""), 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        cr_expect_eq(site_generation_sequence(cases[i].name), cases[i].sequence, SL_FMT,
                     SL_ARG(cases[i].name));
}
