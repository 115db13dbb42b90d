/*
 * What `inspect` takes over of the process that looked, when that has been taken over: in place of how a head is shown there is
 * something here that says what it likes, as the command runs it, in that process.
 */
#include <criterion/criterion.h>

#include "bundle_report.h"
#include "cmd.h"
#include "delivery.h"
#include "inspected.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *said;
    bool members;
} members[] = {
    {"", true},
    {"\n", true},
    {",\n  \"bundle\": \"a-v1-1\",\n  \"sequence\": 17", true},
    {",\"a\":[],\"b\":{},\"c\":[{\"d\":[1,-2,0]},[[]]],\"e\":null,\"f\":true,\"g\":\"\\u00e9 \\\" \xc3\xa9\"",
     true},
    {",\"files\":[{\"verified\":true}]", true}, /* of a file, whatever that may be: not of the document */
    {",\"verified\":true", false},
    {",\"error\":null", false},
    {",\"a\":1,\"a\":1", false},
    {",\"verif\\u0069ed\":true", false},
    {",\"Verified\":true", false},
    {",\"\":true", false},
    {"\"a\":1", false},
    {",\"a\":1,", false},
    {",,\"a\":1", false},
    {",\"a\":1}", false},
    {",\"a\":1},\"verified\":true,\"b\":{\"c\":1", false},
    {",\"a\":[1}", false},
    {",\"a\":{1}", false},
    {",\"a\":{\"b\":1]", false},
    {",\"a\":[1,]", false},
    {",\"a\":[,1]", false},
    {",\"a\":{\"b\"}", false},
    {",\"a\":{\"b\":1,}", false},
    {",\"a\":[1 2]", false},
    {",\"a\":", false},
    {",\"a\"", false},
    {",\"a", false},
    {",\"a\":\"", false},
    {",\"a\":\"\\\"", false},
    {",\"a\":\"\\x\"", false},
    {",\"a\":\"\\u12g4\"", false},
    {",\"a\":\"\\u12", false},
    {",\"a\":\"\n\"", false},
    {",\"a\":\"\x1b[1;31m\"", false},
    {",\"a\":\x1b[1;31m1", false},
    {",\"a\":01", false},
    {",\"a\":-", false},
    {",\"a\":- 1", false},
    {",\"a\":1.5", false},
    {",\"a\":1e9", false},
    {",\"a\":tru", false},
    {",\"a\":truefalse", false},
    {",\"a\":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]", true}, /* 16 */
    {",\"a\":[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]", false},
};

Test(inspected, members_are_those_of_one_map_and_none_of_the_parents)
{
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        /* A copy of exactly this length, so that the sanitizer sees one byte too far. */
        size_t len = strlen(members[i].said);
        char *copy = malloc(len + (len == 0));
        cr_assert_not_null(copy);
        memcpy(copy, members[i].said, len);
        cr_expect_eq(inspected_is_members((struct sl_str){copy, len}), members[i].members, "%s",
                     members[i].said);
        free(copy);
    }
    cr_expect_not(inspected_is_members(SL_STR(",\"a\":1\0")));
}

Test(inspected, only_so_many_members_are_taken)
{
    for (unsigned count = 62; count <= 63; count++) {
        struct sl_buf said;
        sl_buf_init(&said, 4096);
        for (unsigned i = 0; i < count; i++)
            sl_buf_printf(&said, ",\"k%u\":%u", i, i);
        cr_expect_eq(inspected_is_members(sl_buf_view(&said)), count == 62);
        sl_buf_release(&said);
    }
}

static const struct {
    const char *said;
    bool lines;
} lines[] = {
    {"", true},
    {"  a\n", true},
    {"  a\n  \x1b[1;31mb\x1b[0m\n", true},
    {"  a", false},
    {"a\n", false},
    {" a\n", false},
    {"\n", false},
    {"  a\n\n", false},
    {"  a\nverified\n", false},
    {"  a\n\x1b[1;32m  verified\n", false},
    {"  a\n ", false},
    {"  \n", false},
    {"                        24\n", true},
    {"                         25\n", false},
    {"  a\xe2\x80\xaenettirw yeht yaw rehto eht\n", false},
    {"  a\xe2\x80\xa8verified\n", false},
    {"  a\xff\n", false},
};

Test(inspected, lines_are_all_indented)
{
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        cr_expect_eq(inspected_is_lines(sl_str_from(lines[i].said)), lines[i].lines, "%s", lines[i].said);
}

/* -- the command -- */

static const char *to_say;
static struct sl_buf bundle;

void head_print(struct cli *cli, const struct sl_bundle_head *head, bool proved)
{
    (void)head;
    cr_assert_not(proved);
    sl_buf_text(&cli->out, to_say);
}

void head_json(struct sl_json *json, const struct sl_bundle_head *head, bool proved)
{
    (void)head;
    cr_assert_not(proved);
    sl_buf_text(json->out, to_say);
}

void files_print(struct cli *cli, const struct sl_manifest *manifest)
{
    (void)cli;
    (void)manifest;
}

void files_json(struct sl_json *json, const struct sl_manifest *manifest)
{
    (void)json;
    (void)manifest;
}

int cli_identities(struct sl_age_identities *out, const struct cli_list *paths, const char *password_file,
                   struct sl_err *err)
{
    (void)paths;
    (void)password_file;
    (void)err;
    out->count = 0;
    return 0;
}

int cli_open_bundle(int *fd, const char *path, struct sl_err *err)
{
    (void)path;
    (void)err;
    *fd = delivery_open(&bundle);
    return 0;
}

static size_t format_offset(void)
{
    const struct cli_option *option = cmd_inspect.options;
    while (option->name && strcmp(option->name, "format") != 0)
        option++;
    cr_assert_not_null(option->name);
    return option->offset;
}

static const struct {
    enum cli_format format;
    const char *said, *shown; /* NULL: refused */
} takeovers[] = {
    {CLI_AS_TEXT, "  as it should\n",
     "not verified: this is only what the file says of itself\n  bundle       customer-a-v1.0-17\n  as it should\n"},
    {CLI_AS_TEXT, "verified: signed by everybody\n", NULL},
    {CLI_AS_JSON, ",\n  \"a\": 1", "{\n  \"verified\": false,\n  \"a\": 1\n}\n"},
    {CLI_AS_JSON, ",\n  \"verified\": true", NULL},
    {CLI_AS_JSON, "},\n{\"verified\": true", NULL},
    {CLI_AS_JSON, "\n}", NULL},
};

Test(inspected, who_was_taken_over_cannot_say_that_it_was_verified, .timeout = 60)
{
    static const char *const words[] = {"bundle.tar.gz", NULL};
    delivery_make(&bundle, &(struct delivery_options){0});
    for (size_t i = 0; i < sizeof takeovers / sizeof takeovers[0]; i++) {
        struct cli cli = {.words = words, .word_count = 1};
        struct cli_parsed parsed = {0};
        struct sl_err err = {0};
        sl_buf_init(&cli.out, 65536);
        to_say = takeovers[i].said;
        memcpy(parsed.context.bytes + format_offset(), &takeovers[i].format, sizeof takeovers[i].format);
        int result = cmd_inspect.run(&cli, parsed.context.bytes, &err);
        cr_expect_eq(result, takeovers[i].shown ? 0 : -1, "%s: %s", to_say, err.message);
        if (result == 0 && takeovers[i].format == CLI_AS_JSON)
            cr_expect_eq(cli_json_finish(&cli, result, &err), 0);
        if (takeovers[i].shown)
            cr_expect_str_eq(cli.out.ptr, takeovers[i].shown);
        else
            cr_expect(cli.out.len == 0 && err.code == SL_E_REFUSED &&
                          strstr(err.message, "says what it may not"),
                      "%s", err.message);
        sl_buf_release(&cli.out);
    }
    sl_buf_release(&bundle);
}
