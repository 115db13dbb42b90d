/* Files against a schema in a file. */
#include "base/cleanup.h"
#include "temp_dir.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <sealift/schema.h>
#include <stdio.h>

static struct temp_dir temp;

static void make(void)
{
    temp_dir_make(&temp);
}

static void remove_it(void)
{
    temp_dir_remove(&temp);
}

TestSuite(schema_checker, .init = make, .fini = remove_it);

static void free_checker(struct sl_schema_checker **checker)
{
    sl_schema_checker_free(*checker);
}

static int open_checker(struct sl_schema_checker **out, const char *name, const struct sl_schema_map *map,
                        struct sl_err *err)
{
    char path[PATH_MAX];
    struct sl_schema_request request = {
        .schema = temp_dir_join(&temp, name, path), .maps = map, .map_count = map ? 1 : 0};
    return sl_schema_checker_new(out, &request, err);
}

Test(schema_checker, each_document_of_a_stream_is_checked_and_findings_have_places)
{
    SL_CLEANUP(free_checker) struct sl_schema_checker *checker = NULL;
    SL_CLEANUP(sl_findings_freep) struct sl_findings *findings = NULL;
    struct sl_schema_tally tally = {0};
    struct sl_err err = {0};
    char path[PATH_MAX];
    temp_dir_write_text(&temp, "s.json",
                        "{\"properties\":{\"port\":{\"$ref\":\"sub/t.yaml#/definitions/p\"}}}");
    temp_dir_write_text(&temp, "sub/t.yaml", "definitions: {p: {type: integer}}\n");
    temp_dir_write_text(&temp, "v.yaml", "port: 1\n---\nport: text\n---\nport: yes\n");
    cr_assert_eq(open_checker(&checker, "s.json", NULL, &err), 0, "%s", err.message);
    cr_assert_eq(sl_findings_new(&findings, &err), 0);
    cr_assert_eq(sl_schema_check_file(checker, temp_dir_join(&temp, "v.yaml", path), findings, &tally, &err),
                 0);
    cr_assert_eq(tally.documents, 3);
    cr_assert_eq(tally.invalid, 2);
    cr_assert_eq(sl_findings_count(findings), 2);
    const struct sl_finding *finding = sl_findings_at(findings, 0);
    cr_expect_eq(finding->line, 3);
    cr_expect_eq(finding->column, 7);
    cr_expect_str_eq(finding->pointer.ptr, "/port");
    cr_expect_str_eq(finding->rule, "schema/mismatch");
    cr_expect_str_eq(finding->message.ptr,
                     "must be an integer, not a string (sub/t.yaml#/definitions/p/type)");
}

Test(schema_checker, a_file_that_cannot_be_parsed_is_a_finding)
{
    SL_CLEANUP(free_checker) struct sl_schema_checker *checker = NULL;
    SL_CLEANUP(sl_findings_freep) struct sl_findings *findings = NULL;
    struct sl_schema_tally tally = {0};
    struct sl_err err = {0};
    char path[PATH_MAX];
    temp_dir_write_text(&temp, "s.yaml", "type: object\n");
    temp_dir_write_text(&temp, "v.json", "{\"a\":}");
    cr_assert_eq(open_checker(&checker, "s.yaml", NULL, &err), 0, "%s", err.message);
    cr_assert_eq(sl_findings_new(&findings, &err), 0);
    cr_assert_eq(sl_schema_check_file(checker, temp_dir_join(&temp, "v.json", path), findings, &tally, &err),
                 0);
    cr_assert_eq(tally.invalid, 1);
    cr_assert_str_eq(sl_findings_at(findings, 0)->rule, "schema/unreadable");
    cr_assert_eq(
        sl_schema_check_file(checker, temp_dir_join(&temp, "none.json", path), findings, &tally, &err), -1);
    cr_assert_eq(err.code, SL_E_NOT_FOUND);
}

Test(schema_checker, references_stay_below_the_schema_and_what_is_mapped)
{
    static const struct {
        const char *reference;
        bool mapped;
        enum sl_code code;
    } cases[] = {
        {"beside.json", false, SL_OK},
        {"../outside.json", false, SL_E_INPUT},
        {"%2e%2e/outside.json", false, SL_E_INPUT},
        {"link.json", false, SL_E_INPUT},
        {"file:///etc/hostname", false, SL_E_INPUT},
        {"https://example.com/s/outside.json", false, SL_E_INPUT},
        {"https://example.com/s/outside.json", true, SL_OK},
        {"https://example.com/s2/outside.json", true, SL_E_INPUT},
        {"https://example.com/s/none.json", true, SL_E_INPUT},
    };
    char directory[PATH_MAX];
    struct sl_schema_map map = {"https://example.com/s", temp.path};
    temp_dir_write_text(&temp, "outside.json", "{}");
    temp_dir_write_text(&temp, "in/beside.json", "{}");
    temp_dir_link(&temp, "in/link.json", "../outside.json");
    (void)temp_dir_join(&temp, "in", directory);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[256];
        SL_CLEANUP(free_checker) struct sl_schema_checker *checker = NULL;
        struct sl_err err = {0};
        (void)snprintf(text, sizeof text, "{\"$ref\":\"%s\"}", cases[i].reference);
        temp_dir_write_text(&temp, "in/s.json", text);
        int result = open_checker(&checker, "in/s.json", cases[i].mapped ? &map : NULL, &err);
        cr_expect_eq(result, cases[i].code == SL_OK ? 0 : -1, "%s: %s", cases[i].reference, err.message);
        cr_expect(result == 0 || err.code != SL_OK);
        cr_expect(result == 0 || strstr(err.message, "refers to"), "%s: %s", cases[i].reference, err.message);
    }
}

Test(schema_checker, the_schemas_of_this_project_compile)
{
    const char *folder = SEALIFT_SOURCE_DIR "/releases-schema";
    DIR *directory = opendir(folder);
    cr_assert(directory);
    unsigned count = 0;
    for (const struct dirent *entry; (entry = readdir(directory));) {
        char path[1024];
        SL_CLEANUP(free_checker) struct sl_schema_checker *checker = NULL;
        struct sl_err err = {0};
        if (!strstr(entry->d_name, ".json"))
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        struct sl_schema_request request = {.schema = path, .assert_formats = true};
        cr_expect_eq(sl_schema_checker_new(&checker, &request, &err), 0, "%s", err.message);
        count++;
    }
    (void)closedir(directory);
    cr_assert_gt(count, 10);
}
