/*
 * The JSON Schema Test Suite, run over the library.
 *
 *     json_schema_suite DIRECTORY [--verbose]
 *
 * DIRECTORY has the suite's tests/ and remotes/. Runs the required tests of the five drafts, the optional ones
 * on ECMA-262's regular expressions, on characters beyond the basic plane and on large numbers, and the formats
 * without the internationalised ones. Prints a line per group of tests and one per
 * test that fails. Exit status 0, 1 where a test fails, 77 where the data is not there.
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "doc/json.h"
#include "schema/schema.h"

#include <dirent.h>
#include <sealift/file.h>
#include <stdio.h>
#include <string.h>

enum { SKIP = 77, REMOTES_MAX = 200 };

struct remote {
    struct sl_str uri;
    const struct sl_node *root;
};

struct suite {
    const char *directory;
    struct sl_doc remotes;
    struct remote remote[REMOTES_MAX];
    size_t remote_count;
    size_t passed, failed;
    bool verbose;
};

struct part {
    const char *name;
    const char *path; /* a folder, or a file that ends in .json */
    enum sl_schema_draft draft;
    bool formats; /* asserted, and not the internationalised ones */
};

static const struct part parts[] = {
    {"draft 4", "draft4", SL_DRAFT_4, false},
    {"draft 6", "draft6", SL_DRAFT_6, false},
    {"draft 7", "draft7", SL_DRAFT_7, false},
    {"draft 2019-09", "draft2019-09", SL_DRAFT_2019_09, false},
    {"draft 2020-12", "draft2020-12", SL_DRAFT_2020_12, false},
    {"draft 4, bignum", "draft4/optional/bignum.json", SL_DRAFT_4, false},
    {"draft 4, ecmascript-regex", "draft4/optional/ecmascript-regex.json", SL_DRAFT_4, false},
    {"draft 4, non-bmp-regex", "draft4/optional/non-bmp-regex.json", SL_DRAFT_4, false},
    {"draft 6, bignum", "draft6/optional/bignum.json", SL_DRAFT_6, false},
    {"draft 6, ecmascript-regex", "draft6/optional/ecmascript-regex.json", SL_DRAFT_6, false},
    {"draft 6, non-bmp-regex", "draft6/optional/non-bmp-regex.json", SL_DRAFT_6, false},
    {"draft 7, bignum", "draft7/optional/bignum.json", SL_DRAFT_7, false},
    {"draft 7, ecmascript-regex", "draft7/optional/ecmascript-regex.json", SL_DRAFT_7, false},
    {"draft 7, non-bmp-regex", "draft7/optional/non-bmp-regex.json", SL_DRAFT_7, false},
    {"draft 2019-09, bignum", "draft2019-09/optional/bignum.json", SL_DRAFT_2019_09, false},
    {"draft 2019-09, ecmascript-regex", "draft2019-09/optional/ecmascript-regex.json", SL_DRAFT_2019_09,
     false},
    {"draft 2019-09, non-bmp-regex", "draft2019-09/optional/non-bmp-regex.json", SL_DRAFT_2019_09, false},
    {"draft 2020-12, bignum", "draft2020-12/optional/bignum.json", SL_DRAFT_2020_12, false},
    {"draft 2020-12, ecmascript-regex", "draft2020-12/optional/ecmascript-regex.json", SL_DRAFT_2020_12,
     false},
    {"draft 2020-12, non-bmp-regex", "draft2020-12/optional/non-bmp-regex.json", SL_DRAFT_2020_12, false},
    {"draft 2020-12, format-assertion", "draft2020-12/optional/format-assertion.json", SL_DRAFT_2020_12,
     false},
    {"draft 4, formats", "draft4/optional/format", SL_DRAFT_4, true},
    {"draft 6, formats", "draft6/optional/format", SL_DRAFT_6, true},
    {"draft 7, formats", "draft7/optional/format", SL_DRAFT_7, true},
    {"draft 2019-09, formats", "draft2019-09/optional/format", SL_DRAFT_2019_09, true},
    {"draft 2020-12, formats", "draft2020-12/optional/format", SL_DRAFT_2020_12, true},
};

static int stop(const struct sl_err *err)
{
    (void)fprintf(stderr, "json_schema_suite: %s\n", err->message);
    return -1;
}

static int read_json(struct sl_node **out, struct sl_doc *doc, const char *path)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    struct sl_err err = {0};
    sl_buf_init(&text, SL_DOC_BYTES_MAX);
    if (sl_file_read(&text, path, SL_DOC_BYTES_MAX, &err) < 0 ||
        sl_json_read(out, doc, sl_buf_view(&text), sl_str_from(path), &err) < 0)
        return stop(&err);
    return 0;
}

/* -- remotes -- */

static int ends_with_json(const char *name)
{
    return sl_str_ends_with(sl_str_from(name), SL_STR(".json"));
}

/* What the suite serves on a port of this machine; read when it is asked for. */
static int load_remote(void *context, struct sl_schema_source *out, struct sl_str uri, struct sl_err *err)
{
    struct suite *suite = context;
    struct sl_str base = SL_STR("http://localhost:1234/");
    for (size_t i = 0; i < suite->remote_count; i++)
        if (sl_str_equal(suite->remote[i].uri, uri)) {
            *out = (struct sl_schema_source){.doc = &suite->remotes, .root = suite->remote[i].root};
            return 1;
        }
    if (!sl_str_starts_with(uri, base))
        return 0;
    char path[1024];
    struct sl_str rest = sl_str_slice(uri, base.len, uri.len);
    (void)snprintf(path, sizeof path, "%s/remotes/" SL_FMT, suite->directory, SL_ARG(rest));
    struct sl_node *root = NULL;
    if (suite->remote_count == REMOTES_MAX || read_json(&root, &suite->remotes, path) < 0)
        return sl_fail(err, SL_E_NOT_FOUND, "no remote %s", path);
    suite->remote[suite->remote_count++] = (struct remote){sl_arena_str(&suite->remotes.arena, uri), root};
    *out = (struct sl_schema_source){.doc = &suite->remotes, .root = root};
    return 1;
}

/* -- tests -- */

static void report(struct suite *suite, const char *path, const struct sl_node *group,
                   const struct sl_node *test, const char *what)
{
    struct sl_str title = sl_node_text(sl_node_get(group, "description"));
    struct sl_str name = sl_node_text(sl_node_get(test, "description"));
    suite->failed++;
    printf("  failed: %s: " SL_FMT ": " SL_FMT ": %s\n", path, SL_ARG(title), SL_ARG(name), what);
}

static void run_test(struct suite *suite, const char *path, const struct sl_node *group,
                     const struct sl_node *test, const struct sl_schema *schema)
{
    struct sl_err err = {0};
    const struct sl_node *valid = sl_node_get(test, "valid");
    SL_CLEANUP(sl_schema_report_freep) struct sl_schema_report *errors = NULL;
    int result = sl_schema_validate(&errors, schema, sl_node_get(test, "data"), &err);
    if (result == (valid && valid->as.boolean))
        suite->passed++;
    else
        report(suite, path, group, test,
               result < 0 ? err.message
                          : (result ? "is taken" : sl_schema_report_at(errors, 0)->message.ptr));
    if (result == 0 && suite->verbose)
        printf("    " SL_FMT ": %s: %s [%s]\n", SL_ARG(sl_node_text(sl_node_get(test, "description"))),
               sl_schema_report_at(errors, 0)->instance.ptr, sl_schema_report_at(errors, 0)->message.ptr,
               sl_schema_report_at(errors, 0)->location.ptr);
}

static void run_group(struct suite *suite, const struct part *part, const char *path,
                      const struct sl_doc *doc, const struct sl_node *group)
{
    const struct sl_node *tests = sl_node_get(group, "tests");
    struct sl_schema_options options = {.draft = part->draft,
                                        .formats = part->formats ? SL_FORMATS_ASSERT : SL_FORMATS_ANNOTATE,
                                        .loader = {load_remote, suite}};
    struct sl_schema_source source = {.doc = doc, .root = sl_node_get(group, "schema")};
    struct sl_err err = {0};
    SL_CLEANUP(sl_schema_freep) struct sl_schema *schema = NULL;
    int compiled = sl_schema_compile(&schema, &source, &options, &err);
    for (uint32_t i = 0; i < tests->count; i++) {
        if (compiled < 0)
            report(suite, path, group, tests->as.items[i], err.message);
        else
            run_test(suite, path, group, tests->as.items[i], schema);
    }
}

static int run_file(struct suite *suite, const struct part *part, const char *path)
{
    SL_CLEANUP(sl_doc_release) struct sl_doc doc;
    struct sl_node *groups = NULL;
    sl_doc_init(&doc);
    if (read_json(&groups, &doc, path) < 0)
        return -1;
    for (uint32_t i = 0; i < groups->count; i++)
        run_group(suite, part, path, &doc, groups->as.items[i]);
    return 0;
}

static bool is_left_out(const struct part *part, const char *name)
{
    static const struct sl_str international[] = {SL_STR_INIT("idn-"), SL_STR_INIT("iri")};
    for (size_t i = 0; part->formats && i < sizeof international / sizeof international[0]; i++)
        if (sl_str_starts_with(sl_str_from(name), international[i]))
            return true;
    return false;
}

static int run_folder(struct suite *suite, const struct part *part, const char *path)
{
    struct dirent **entries = NULL;
    int count = scandir(path, &entries, NULL, alphasort);
    int result = count < 0 ? -1 : 0;
    for (int i = 0; i < count; i++) {
        char file[1536];
        (void)snprintf(file, sizeof file, "%s/%s", path, entries[i]->d_name);
        if (result == 0 && ends_with_json(entries[i]->d_name) && !is_left_out(part, entries[i]->d_name))
            result = run_file(suite, part, file);
        free(entries[i]);
    }
    free(entries);
    return result;
}

static int run_part(struct suite *suite, const struct part *part)
{
    char path[1024];
    suite->passed = suite->failed = 0;
    (void)snprintf(path, sizeof path, "%s/tests/%s", suite->directory, part->path);
    if (ends_with_json(path) && access(path, R_OK) < 0)
        return 0; /* not every draft has every optional file */
    int result = ends_with_json(path) ? run_file(suite, part, path) : run_folder(suite, part, path);
    printf("%-34s %5zu passed %5zu failed\n", part->name, suite->passed, suite->failed);
    if (result == 0 && suite->passed + suite->failed == 0)
        result = -1;
    return result;
}

int main(int argc, char **argv)
{
    static struct suite suite;
    const char *directory = argc > 1 ? argv[1] : "";
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/tests/draft2020-12", directory);
    if (access(path, R_OK) < 0) {
        printf("skipped: there is no JSON Schema Test Suite at \"%s\"\n", directory);
        return SKIP;
    }
    suite.directory = directory;
    suite.verbose = argc > 2 && strcmp(argv[2], "--verbose") == 0;
    sl_doc_init(&suite.remotes);
    size_t failed = 0;
    int result = 0;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && result == 0; i++) {
        result = run_part(&suite, &parts[i]);
        failed += suite.failed;
    }
    sl_doc_release(&suite.remotes);
    return result < 0 || failed ? 1 : 0;
}
