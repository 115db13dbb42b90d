#include <criterion/criterion.h>

#include "alloc_fault.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "sample.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The sample as text; the caller releases it. */
static struct sl_buf sample_text(void)
{
    struct sample sample;
    sample_init(&sample);
    struct sl_buf text;
    struct sl_err err = {0};
    sl_buf_init(&text, SL_MANIFEST_BYTES_MAX);
    cr_assert_eq(sl_manifest_write(&text, &sample.manifest, &err), 0, "%s", err.message);
    return text;
}

Test(manifest, is_written_in_this_spelling)
{
    struct sl_buf text = sample_text();
    /* Made by another program (Python's json and hashlib). */
    cr_expect_str_eq(
        text.ptr,
        "{\"bundle\":\"customer-a-v1.0-17\",\"container\":{\"compression\":\"gzip\",\"format\":\"ustar\","
        "\"mti"
        "me\":1700000000},\"critical\":[],\"customer\":\"customer-a\",\"environment\":\"production\",\"epoc"
        "h\":0,\"files\":[{\"mode\":\"0644\",\"path\":\"SHA256SUMS\",\"sha256\":\"51d6032afdb2f8c8a1189cbce22"
        "948ce5057cab992527c0aeb36420ea2ce0c6e\",\"size\":243,\"type\":\"file\"},{\"mode\":\"0644\",\"path\""
        ":\"docs/gr\xc3\xbc\xc3\x9f"
        "e.md\",\"sha256\":\"2f5e2eecbeaa4cbfe8b49ba6c197f617dc414d1558f9dcbbe8da6b2cd20"
        "d1636\",\"size\":100,\"type\":\"file\"},{\"mode\":\"0644\",\"path\":\"manifests/"
        "app.yaml\",\"sha256\":\""
        "89da1bee9b0cbaa2090eea680b681b1530326f98c6ff126d645ac0fa8d95e4e2\",\"size\":200,\"type\":\"f"
        "ile\"},{\"mode\":\"0755\",\"path\":\"tools/run\",\"sha256\":\"920e3ad62d14f503f5593b71cb15c8269e0f"
        "437dcb3e49f09a1212558b0426b0\",\"size\":300,\"type\":\"file\"}],\"floor\":3,\"release\":\"v1.0\",\"r"
        "equires\":{\"upgrade_from\":[\"v0.8\",\"v0.9\"]},\"schema\":1,\"sequence\":17,\"source\":{"
        "\"commit\":"
        "\"0123456789abcdef0123456789abcdef01234567\",\"dirty\":false,\"kind\":\"git\"},\"tool\":{\"name\":"
        "\"sealift\",\"version\":\"0.1.0\"},\"totals\":{\"bytes\":843,\"files\":4}}");
    sl_buf_release(&text);
}

Test(manifest, what_was_written_is_read_back)
{
    struct sample sample;
    sample_init(&sample);
    struct sl_buf text = sample_text();
    struct sl_manifest *read = NULL;
    struct sl_err err = {0};
    cr_assert_eq(sl_manifest_read(&read, sl_buf_view(&text), &err), 0, "%s", err.message);
    const struct sl_manifest *written = &sample.manifest;
    cr_expect(sl_str_equal(read->bundle, written->bundle));
    cr_expect(sl_str_equal(read->customer, written->customer));
    cr_expect(sl_str_equal(read->release, written->release));
    cr_expect(sl_str_equal(read->environment, written->environment));
    cr_expect_eq(read->epoch, written->epoch);
    cr_expect_eq(read->sequence, written->sequence);
    cr_expect_eq(read->floor, written->floor);
    cr_assert_eq(read->upgrade_from_count, 2);
    cr_expect(sl_str_equal(read->upgrade_from[1], SL_STR("v0.9")));
    cr_expect(sl_str_equal(read->source_kind, written->source_kind));
    cr_expect(sl_str_equal(read->source_commit, written->source_commit));
    cr_expect_eq(read->source_dirty, written->source_dirty);
    cr_expect(sl_str_equal(read->tool_version, written->tool_version));
    cr_expect_eq(read->mtime, written->mtime);
    cr_expect_eq(read->total_bytes, written->total_bytes);
    cr_assert_eq(read->file_count, written->file_count);
    for (size_t i = 0; i < SAMPLE_FILES; i++) {
        cr_expect(sl_str_equal(read->files[i].path, written->files[i].path));
        cr_expect_eq(read->files[i].size, written->files[i].size);
        cr_expect_eq(read->files[i].executable, written->files[i].executable);
        cr_expect_eq(memcmp(read->files[i].sha256, written->files[i].sha256, 32), 0);
    }
    memset(text.ptr, 'x', text.len); /* nothing is borrowed from the text */
    struct sl_buf again;
    sl_buf_init(&again, SL_MANIFEST_BYTES_MAX);
    cr_expect_eq(sl_manifest_write(&again, read, &err), 0, "%s", err.message);
    struct sl_buf first = sample_text();
    cr_expect_str_eq(again.ptr, first.ptr);
    sl_buf_release(&first);
    sl_buf_release(&again);
    sl_buf_release(&text);
    sl_manifest_free(read);
}

Test(manifest, files_are_found_by_path)
{
    struct sample sample;
    sample_init(&sample);
    for (size_t i = 0; i < SAMPLE_FILES; i++)
        cr_expect_eq(sl_manifest_find(&sample.manifest, sample.files[i].path), &sample.files[i]);
    cr_expect_null(sl_manifest_find(&sample.manifest, SL_STR("manifests")));
    cr_expect_null(sl_manifest_find(&sample.manifest, SL_STR("zzz")));
    cr_expect_null(sl_manifest_find(&sample.manifest, SL_STR("A")));
    struct sl_manifest empty = {0};
    cr_expect_null(sl_manifest_find(&empty, SL_STR("a")));
}

/* `text` with the first `from` replaced by `to`; NULL `from` puts `to` at the end. */
static struct sl_buf replaced(struct sl_str text, const char *from, const char *to)
{
    struct sl_buf out;
    sl_buf_init(&out, 2 * SL_MANIFEST_BYTES_MAX);
    const char *place = from ? strstr(text.ptr, from) : text.ptr + text.len;
    cr_assert_not_null(place, "%s is not in the sample", from);
    sl_buf_append(&out, text.ptr, (size_t)(place - text.ptr));
    sl_buf_text(&out, to);
    sl_buf_text(&out, place + (from ? strlen(from) : 0));
    return out;
}

/* One change, and what the refusal must say. */
static const struct {
    const char *from, *to, *why;
} mutations[] = {
    /* the text */
    {NULL, "\n", "something follows"},
    {NULL, "{}", "something follows"},
    {"{\"bundle\"", " {\"bundle\"", "a map is expected"},
    {"{\"bundle\"", "{ \"bundle\"", "a key is expected"},
    {"\"bundle\":", "\"bundle\": ", "a value is expected"},
    {"{\"bundle\"", "\xef\xbb\xbf{\"bundle\"", "a map is expected"},
    {",\"critical\":[]", ", \"critical\":[]", "a key is expected"},
    {"\"critical\":[]", "\"critical\":[ ]", "\"critical\" must be a text"},
    {"\"epoch\":0", "\"epoch\":00", "shortest form"},
    {"\"epoch\":0", "\"epoch\":-0", "shortest form"},
    {"\"epoch\":0", "\"epoch\":0.0", "shortest form"},
    {"\"epoch\":0", "\"epoch\":1e2", "shortest form"},
    {"\"epoch\":0", "\"epoch\":+1", "a value is expected"},
    {"\"epoch\":0", "\"epoch\":-", "\"epoch\" must be an integer"},
    {"\"customer\":\"c", "\"customer\":\"\\u0063", "escape that canonical JSON has not"},
    {"\"customer\":\"c", "\"customer\":\"\\/c", "escape that canonical JSON has not"},
    {"\"customer\":\"c", "\"customer\":\"\xff", "not UTF-8"},
    {"\"customer\":\"c", "\"customer\":\"\x01", "bare control character"},
    {",\"files\":4}}", ",\"files\":4},\"z\":\"", "ends inside a string"},
    /* keys */
    {"\"customer\":\"customer-a\",\"environment\":\"production\"",
     "\"environment\":\"production\",\"customer\":\"customer-a\"", "twice or out of order"},
    {"\"epoch\":0", "\"epoch\":0,\"epoch\":0", "twice or out of order"},
    {"\"epoch\":0,", "", "\"epoch\" is missing"},
    {"\"bundle\":\"customer-a-v1.0-17\",", "", "\"bundle\" is missing"},
    {"\"critical\":[],", "", "\"critical\" is missing"},
    {"\"customer\":\"customer-a\",", "", "\"customer\" is missing"},
    {"\"environment\":\"production\",", "", "\"environment\" is missing"},
    {"\"floor\":3,", "", "\"floor\" is missing"},
    {"\"release\":\"v1.0\",", "", "\"release\" is missing"},
    {"\"requires\":{\"upgrade_from\":[\"v0.8\",\"v0.9\"]},", "", "\"requires\" is missing"},
    {"\"schema\":1,", "", "\"schema\" is missing"},
    {"\"sequence\":17,", "", "\"sequence\" is missing"},
    {"\"tool\":{\"name\":\"sealift\",\"version\":\"0.1.0\"},", "", "\"tool\" is missing"},
    {"\"epoch\":0", "\"eb\\\"\":1,\"epoch\":0", "printable ASCII"},
    {"\"epoch\":0", "\"eb\xc3\xa9\":1,\"epoch\":0", "printable ASCII"},
    {"\"bundle\"", "\"\":1,\"bundle\"", "printable ASCII"},
    /* version */
    {"\"schema\":1", "\"schema\":2", "has schema 2, and this sealift knows schema 1"},
    {"\"schema\":1", "\"schema\":0", "has schema 0"},
    {"\"schema\":1", "\"schema\":\"1\"", "\"schema\" must be an integer"},
    {"\"critical\":[]", "\"critical\":[\"vault\"]", "must understand \"vault\""},
    {"\"critical\":[]", "\"critical\":[1]", "\"critical\" must be a text"},
    {"\"critical\":[]", "\"critical\":{}", "\"critical\" must be a list"},
    {"\"critical\":[]", "\"critical\":[\"expires\"]", "critical must name those of"},
    {"\"critical\":[]", "\"critical\":[\"requires.stops\"]", "critical must name those of"},
    {"\"critical\":[]", "\"critical\":[\"expires\",\"expires\"]", "twice or out of order"},
    {"\"critical\":[]", "\"critical\":[\"expires\",\"zeal\"]", "must understand \"zeal\""},
    {"\"epoch\":0", "\"epoch\":0,\"expires\":1800000000", "critical must name those of"},
    {"\"upgrade_from\"", "\"stops\":[{\"release\":\"v0.8\",\"sequence\":8}],\"upgrade_from\"",
     "critical must name those of"},
    {"\"upgrade_from\"", "\"stops\":[],\"upgrade_from\"", "critical must name those of"},
    {"\"upgrade_from\"", "\"stops\":{},\"upgrade_from\"", "\"stops\" must be a list"},
    {"\"upgrade_from\"", "\"stops\":[{\"release\":\"v0.8\"}],\"upgrade_from\"", "\"sequence\" is missing"},
    {"\"upgrade_from\"", "\"stops\":[{\"release\":1,\"sequence\":8}],\"upgrade_from\"", "must be a text"},
    /* types */
    {"\"bundle\":\"customer-a-v1.0-17\"", "\"bundle\":17", "\"bundle\" must be a text, not a number"},
    {"\"customer\":\"customer-a\"", "\"customer\":null", "\"customer\" must be a text, not null"},
    {"\"environment\":\"production\"", "\"environment\":[]", "\"environment\" must be a text, not a list"},
    {"\"epoch\":0", "\"epoch\":\"0\"", "\"epoch\" must be an integer, not a text"},
    {"\"floor\":3", "\"floor\":false", "\"floor\" must be an integer, not a boolean"},
    {"\"sequence\":17", "\"sequence\":{}", "\"sequence\" must be an integer, not a map"},
    {"\"dirty\":false", "\"dirty\":0", "\"dirty\" must be true or false"},
    {"\"files\":[{", "\"files\":[[],{", "must be a map, not a list"},
    {"\"upgrade_from\":[\"v0.8\"", "\"upgrade_from\":[8", "must be a text, not a number"},
    /* values */
    {"\"bundle\":\"customer-a-v1.0-17\"", "\"bundle\":\"customer-b-v1.0-17\"",
     "bundle is not the name that customer, release and sequence make"},
    {"\"bundle\":\"customer-a-v1.0-17\"", "\"bundle\":\"customer-a-v1.0-017\"",
     "customer, release and sequence"},
    {"\"customer\":\"customer-a\"", "\"customer\":\"../a\"", "customer \"../a\" may only have"},
    {"\"customer\":\"customer-a\"", "\"customer\":\"\"", "customer \"\" is empty"},
    {"\"release\":\"v1.0\"", "\"release\":\"v1.0-\"", "release \"v1.0-\" must begin and end"},
    {"\"environment\":\"production\"", "\"environment\":\"a b\"", "environment \"a b\" may only have"},
    {"\"epoch\":0", "\"epoch\":-1", "\"epoch\" must not be negative"},
    {"\"epoch\":0", "\"epoch\":9007199254740992", "beyond 2^53 - 1"},
    {"\"epoch\":0", "\"epoch\":99999999999999999999999999", "beyond 2^53 - 1"},
    {"\"sequence\":17", "\"sequence\":0", "sequence is 0"},
    {"\"floor\":3", "\"floor\":18", "floor is 18, and must be from 0 to 17"},
    {"[\"v0.8\",\"v0.9\"]", "[\"v0.9\",\"v0.8\"]", "twice or out of order"},
    {"[\"v0.8\",\"v0.9\"]", "[\"v0.9\",\"v0.9\"]", "twice or out of order"},
    {"[\"v0.8\",\"v0.9\"]", "[\"v0.8/\"]", "requires.upgrade_from \"v0.8/\""},
    {"\"compression\":\"gzip\"", "\"compression\":\"xz\"", "compression is \"xz\", and must be \"gzip\""},
    {"\"format\":\"ustar\"", "\"format\":\"zip\"", "format is \"zip\", and must be \"ustar\""},
    {"\"mtime\":1700000000", "\"mtime\":-1", "container.mtime is -1"},
    {"\"mtime\":1700000000", "\"mtime\":8589934592", "container.mtime is 8589934592"},
    {"\"mtime\":1700000000}", "\"mtime\":1700000000,\"zone\":1}", "\"zone\" does not belong here"},
    {"\"commit\":\"0123", "\"commit\":\"012", "40 or 64 hexadecimal digits"},
    {"\"commit\":\"0123456789abc", "\"commit\":\"0123456789ABC", "40 or 64 hexadecimal digits"},
    {"\"kind\":\"git\"", "\"kind\":\"svn\"", "source.kind is \"svn\""},
    {"\"kind\":\"git\"", "\"kind\":\"directory\"", "a directory has no commit"},
    {"\"version\":\"0.1.0\"", "\"version\":\"\"", "tool.version \"\" is empty"},
    {"\"name\":\"sealift\"", "\"name\":\"sea lift\"", "tool.name \"sea lift\""},
    {"\"totals\":{\"bytes\":", "\"totals\":{\"bytes\":1", "totals.bytes is"},
    {"\"files\":4", "\"files\":5", "totals.files is 5, but there are 4 files"},
    {"\"files\":4", "\"files\":4,\"links\":0", "\"links\" does not belong here"},
    /* files */
    {"\"mode\":\"0755\"", "\"mode\":\"4755\"", "has the mode \"4755\""},
    {"\"mode\":\"0755\"", "\"mode\":\"0644\"", NULL}, /* another manifest, as good as this one */
    {"\"type\":\"file\"", "\"type\":\"link\"", "has the type \"link\""},
    {"\"type\":\"file\"", "\"target\":\"/etc\",\"type\":\"file\"", "\"target\" does not belong here"},
    {"\"path\":\"manifests/app.yaml\"", "\"path\":\"../app.yaml\"", "component \".\" or \"..\""},
    {"\"path\":\"manifests/app.yaml\"", "\"path\":\"/app.yaml\"", "an absolute path"},
    {"\"path\":\"manifests/app.yaml\"", "\"path\":\"manifests/a\\npp.yaml\"", "cannot travel in a bundle"},
    {"\"path\":\"manifests/app.yaml\"", "\"path\":\"manifests/\\u001b.yaml\"", "cannot travel in a bundle"},
    {"\"path\":\"manifests/app.yaml\"", "\"path\":\"a/app.yaml\"",
     "\"a/app.yaml\" comes twice or out of order"},
    {"\"path\":\"manifests/app.yaml\"", "\"path\":\"manifests/app.yml\"", "SHA256SUMS must have"},
    {"\"path\":\"manifests/app.yaml\"",
     "\"path\":\"docs/gr\xc3\xbc\xc3\x9f"
     "e.md\"",
     "comes twice or out of order"},
    {"\"path\":\"manifests/app.yaml\"", "\"path\":\"manifest.json\"", "is kept for the manifest"},
    {"\"path\":\"manifests/app.yaml\"", "\"path\":\"manifest.json/a\"", "is kept for the manifest"},
    {"\"path\":\"manifests/app.yaml\"", "\"path\":\"manifeST.JSON.00000000000000AB.minisig\"",
     "is kept for the manifest"},
    {"\"path\":\"manifests/app.yaml\"", "\"path\":\"manife\xc5\xbft.json\"", "is kept for the manifest"},
    {"\"path\":\"SHA256SUMS\"", "\"path\":\"sums\"", "the first file is not SHA256SUMS"},
    {"\"size\":200", "\"size\":201", "the sizes add up to"},
    {"\"size\":200", "\"size\":-200", "\"size\" must not be negative"},
    {"\"size\":200", "\"size\":17592186044417", "all may have 17592186044416 together"},
    {"\"sha256\":\"", "\"sha256\":\"0", "a SHA-256 digest has 64"},
};

Test(manifest, every_change_is_refused_with_its_reason)
{
    struct sl_buf text = sample_text();
    for (size_t i = 0; i < sizeof mutations / sizeof mutations[0]; i++) {
        struct sl_buf changed = replaced(sl_buf_view(&text), mutations[i].from, mutations[i].to);
        struct sl_manifest *manifest = NULL;
        struct sl_err err = {0};
        int result = sl_manifest_read(&manifest, sl_buf_view(&changed), &err);
        if (!mutations[i].why) {
            cr_expect_eq(result, 0, "row %zu: %s", i, err.message);
        } else {
            cr_expect_eq(result, -1, "row %zu: %s", i, mutations[i].to);
            cr_expect_eq(err.code, SL_E_REFUSED, "row %zu", i);
            cr_expect_eq(strncmp(err.message, "manifest.json", 13), 0, "row %zu: %s", i, err.message);
            cr_expect_not_null(strstr(err.message, mutations[i].why), "row %zu: %s", i, err.message);
            cr_expect_null(manifest);
        }
        sl_manifest_free(manifest);
        sl_buf_release(&changed);
    }
    sl_buf_release(&text);
}

Test(manifest, a_message_counts_the_bytes)
{
    struct sl_buf text = sample_text();
    struct sl_buf changed = replaced(sl_buf_view(&text), "\"epoch\":0", "\"epoch\":true");
    size_t place = (size_t)(strstr(changed.ptr, "true") - changed.ptr) + 1;
    char wanted[64];
    snprintf(wanted, sizeof wanted, "manifest.json, byte %zu: ", place);
    struct sl_manifest *manifest = NULL;
    struct sl_err err = {0};
    cr_expect_eq(sl_manifest_read(&manifest, sl_buf_view(&changed), &err), -1);
    cr_expect_eq(strncmp(err.message, wanted, strlen(wanted)), 0, "%s", err.message);
    sl_buf_release(&changed);
    sl_buf_release(&text);
}

Test(manifest, members_of_later_versions_are_passed_over_where_they_may_be)
{
    static const struct {
        const char *from, *to;
    } rows[] = {
        {"\"bundle\"",
         "\"a\":[[],{},{\"x\":null,\"y\":[true,false,-5,\"\\\"\\\\\\b\\f\\n\\r\\t\\u001f\"]}],\"bundle\""},
        {"\"requires\":{", "\"requires\":{\"moon\":\"x\","},
        {"\"kind\":\"git\"", "\"kind\":\"git\",\"tag\":\"v1\""},
        {"\"version\":\"0.1.0\"", "\"url\":\"\",\"version\":\"0.1.0\""},
        {"\"files\":4}}", "\"files\":4},\"trust\":{\"step\":[1,2,3]}}"},
    };
    struct sl_buf text = sample_text();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sl_buf changed = replaced(sl_buf_view(&text), rows[i].from, rows[i].to);
        struct sl_manifest *manifest = NULL;
        struct sl_err err = {0};
        cr_expect_eq(sl_manifest_read(&manifest, sl_buf_view(&changed), &err), 0, "row %zu: %s", i,
                     err.message);
        sl_manifest_free(manifest);
        sl_buf_release(&changed);
    }
    sl_buf_release(&text);
}

Test(manifest, what_is_passed_over_must_be_canonical_too)
{
    static const char *const values[] = {"01",
                                         "1.5",
                                         "\"\\u000a\"",
                                         "\"\\u001F\"",
                                         "{\"b\":1,\"a\":1}",
                                         "[1,]",
                                         "[,1]",
                                         "{\"a\"}",
                                         "tru",
                                         "nul",
                                         "\"\\x\"",
                                         "[1 ]",
                                         "}",
                                         "",
                                         "\"\\ud800\"",
                                         "{\"a\":1,}",
                                         "[[[1]]",
                                         "1]"};
    struct sl_buf text = sample_text();
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        char member[128];
        snprintf(member, sizeof member, "{\"a\":%s,\"bundle\"", values[i]);
        struct sl_buf changed = replaced(sl_buf_view(&text), "{\"bundle\"", member);
        struct sl_manifest *manifest = NULL;
        struct sl_err err = {0};
        cr_expect_eq(sl_manifest_read(&manifest, sl_buf_view(&changed), &err), -1, "%s", values[i]);
        cr_expect_eq(err.code, SL_E_REFUSED);
        sl_buf_release(&changed);
    }
    sl_buf_release(&text);
}

Test(manifest, nesting_in_what_is_passed_over_has_a_limit)
{
    struct sl_buf text = sample_text();
    for (int depth = 32; depth <= 33; depth++) {
        char open[64] = "";
        char close[64] = "";
        char member[160];
        memset(open, '[', (size_t)depth);
        memset(close, ']', (size_t)depth);
        snprintf(member, sizeof member, "{\"a\":%s%s,\"bundle\"", open, close);
        struct sl_buf changed = replaced(sl_buf_view(&text), "{\"bundle\"", member);
        struct sl_manifest *manifest = NULL;
        struct sl_err err = {0};
        int result = sl_manifest_read(&manifest, sl_buf_view(&changed), &err);
        cr_expect_eq(result, depth == 32 ? 0 : -1, "depth %d: %s", depth, err.message);
        if (result < 0)
            cr_expect_not_null(strstr(err.message, "deeper than 32"), "%s", err.message);
        sl_manifest_free(manifest);
        sl_buf_release(&changed);
    }
    sl_buf_release(&text);
}

Test(manifest, no_beginning_of_it_is_accepted)
{
    struct sl_buf text = sample_text();
    for (size_t len = 0; len < text.len; len++) {
        char *exact = malloc(len ? len : 1);
        memcpy(exact, text.ptr, len);
        struct sl_manifest *manifest = NULL;
        struct sl_err err = {0};
        cr_expect_eq(sl_manifest_read(&manifest, (struct sl_str){exact, len}, &err), -1, "%zu bytes", len);
        free(exact);
    }
    sl_buf_release(&text);
}

Test(manifest, too_long_a_text_is_refused_unread)
{
    struct sl_manifest *manifest = NULL;
    struct sl_err err = {0};
    struct sl_str text = {"{", SL_MANIFEST_BYTES_MAX + 1};
    cr_expect_eq(sl_manifest_read(&manifest, text, &err), -1);
    cr_expect_eq(err.code, SL_E_REFUSED);
    cr_expect_not_null(strstr(err.message, "may have 12582912"), "%s", err.message);
}

Test(manifest, names_that_collide_are_refused_and_both_named)
{
    static const struct {
        const char *a, *b;
        const char *why; /* NULL: they get along */
    } rows[] = {
        {"README", "readme", "\"README\" and \"readme\" are one name"},
        {"docs/A/x", "docs/a/y", "\"docs/A\" and \"docs/a\" are one name"},
        {"STRASSE",
         "stra\xc3\x9f"
         "e",
         "are one name"},
        {"\xc3\x89", "\xc3\xa9", "are one name"},
        {"a", "a/b", "\"a\" is a file and also the directory of \"a/b\""},
        {"A", "a/b", "\"A\" and \"a\" are one name"},
        {"a/b", "a/b/c/d", "\"a/b\" is a file and also the directory of \"a/b/c/d\""},
        {"Sha256Sums", "a", "\"SHA256SUMS\" and \"Sha256Sums\" are one name"},
        {"SHA256SUMS/a", "a", "\"SHA256SUMS\" is a file and also the directory"},
        {"a/b", "a/c", NULL},
        {"a/b", "ab/c", NULL},
        {"a-b/x", "a/x", NULL},
        {"e", "\xc3\xa9", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sample sample;
        sample_init(&sample);
        sample.files[1].path = sl_str_from(rows[i].a);
        sample.files[2].path = sl_str_from(rows[i].b);
        sample.manifest.file_count = 3;
        sample_settle(&sample);
        struct sl_buf text;
        struct sl_err err = {0};
        sl_buf_init(&text, SL_MANIFEST_BYTES_MAX);
        int result = sl_manifest_write(&text, &sample.manifest, &err);
        if (rows[i].why) {
            cr_expect_eq(result, -1, "row %zu", i);
            cr_expect_eq(err.code, SL_E_INPUT);
            cr_expect_not_null(strstr(err.message, rows[i].why), "row %zu: %s", i, err.message);
        } else {
            cr_expect_eq(result, 0, "row %zu: %s", i, err.message);
        }
        sl_buf_release(&text);
    }
}

Test(manifest, too_many_directories_are_refused)
{
    enum { FILES = 850, DEPTH = 60 };
    static char paths[FILES][2 * DEPTH + 8];
    static struct sl_manifest_file files[FILES + 1];
    files[0].path = SL_STR("SHA256SUMS");
    for (size_t i = 0; i < FILES; i++) {
        int len = snprintf(paths[i], sizeof paths[i], "%03zu", i);
        for (int k = 1; k < DEPTH; k++) {
            paths[i][len++] = '/';
            paths[i][len++] = 'd';
        }
        files[i + 1] = (struct sl_manifest_file){.path = sl_str_from(paths[i])};
    }
    struct sample sample;
    sample_init(&sample);
    sample.manifest.files = files;
    for (size_t count = 848; count <= 849; count++) { /* 847 * 59 = 49,973; 848 * 59 = 50,032 */
        sample.manifest.file_count = count;
        sample_settle(&sample);
        struct sl_buf text;
        struct sl_err err = {0};
        sl_buf_init(&text, SL_MANIFEST_BYTES_MAX);
        int result = sl_manifest_write(&text, &sample.manifest, &err);
        cr_expect_eq(result, count == 848 ? 0 : -1, "%zu: %s", count, err.message);
        if (result < 0)
            cr_expect_not_null(strstr(err.message, "more than 50000 directories"), "%s", err.message);
        sl_buf_release(&text);
    }
}

Test(manifest, a_file_list_beyond_the_limit_is_refused)
{
    struct sl_buf text = sample_text();
    struct sl_buf many;
    sl_buf_init(&many, SL_MANIFEST_BYTES_MAX);
    sl_buf_text(&many, "\"files\":[");
    for (size_t i = 0; i <= SL_BUNDLE_FILES_MAX; i++)
        sl_buf_text(&many, "0,");
    struct sl_buf changed = replaced(sl_buf_view(&text), "\"files\":[", many.ptr);
    struct sl_manifest *manifest = NULL;
    struct sl_err err = {0};
    cr_expect_eq(sl_manifest_read(&manifest, sl_buf_view(&changed), &err), -1);
    cr_expect_not_null(strstr(err.message, "\"files\" has more than 50000 items"), "%s", err.message);
    sl_buf_release(&changed);
    sl_buf_release(&many);
    sl_buf_release(&text);
}

Test(manifest, a_bundle_without_content_is_not_written)
{
    struct sample sample;
    sample_init(&sample);
    sample.manifest.file_count = 1;
    sample_settle(&sample);
    struct sl_buf text;
    struct sl_err err = {0};
    sl_buf_init(&text, SL_MANIFEST_BYTES_MAX);
    cr_expect_eq(sl_manifest_write(&text, &sample.manifest, &err), -1);
    cr_expect_not_null(strstr(err.message, "no file to carry"), "%s", err.message);
    sl_buf_release(&text);
}

Test(manifest, a_directory_without_a_commit_is_a_source)
{
    struct sample sample;
    sample_init(&sample);
    sample.manifest.source_kind = SL_STR("directory");
    sample.manifest.source_commit = SL_STR("");
    struct sl_buf text;
    struct sl_err err = {0};
    sl_buf_init(&text, SL_MANIFEST_BYTES_MAX);
    cr_expect_eq(sl_manifest_write(&text, &sample.manifest, &err), 0, "%s", err.message);
    sl_buf_release(&text);
}

static int write_and_read(const struct sl_manifest *written, struct sl_err *err)
{
    struct sl_buf text;
    sl_buf_init(&text, SL_MANIFEST_BYTES_MAX);
    struct sl_manifest *manifest = NULL;
    int result = sl_manifest_write(&text, written, err);
    if (result == 0)
        result = sl_manifest_read(&manifest, sl_buf_view(&text), err);
    sl_manifest_free(manifest);
    sl_buf_release(&text);
    return result;
}

Test(manifest, every_failing_allocation_is_reported)
{
    struct sample sample;
    sample_init(&sample);
    size_t nth = 1;
    for (;; nth++) {
        struct sl_err err = {0};
        alloc_fault_arm(nth);
        int result = write_and_read(&sample.manifest, &err);
        if (!alloc_fault_disarm()) {
            cr_expect_eq(result, 0, "%s", err.message);
            break;
        }
        cr_assert_eq(result, -1, "allocation %zu", nth);
        cr_assert_eq(err.code, SL_E_NO_MEMORY, "allocation %zu: %s", nth, err.message);
    }
    cr_expect_gt(nth, 10);
}

/* -- what a site must have, and until when -- */

static struct sl_manifest_stop two_stops[] = {{SL_STR_INIT("v0.7"), 7}, {SL_STR_INIT("v0.8"), 16}};

Test(manifest, expiry_and_stops_are_written_when_there_are_any)
{
    struct sample sample;
    struct sl_buf text;
    struct sl_manifest *read = NULL;
    struct sl_err err = {0};
    sample_init(&sample);
    sample.manifest.expires = 1800000000;
    sample.manifest.stops = two_stops;
    sample.manifest.stop_count = 2;
    sl_buf_init(&text, SL_MANIFEST_BYTES_MAX);
    cr_assert_eq(sl_manifest_write(&text, &sample.manifest, &err), 0, "%s", err.message);
    cr_expect(strstr(text.ptr, "\"critical\":[\"expires\",\"requires.stops\"]"));
    cr_expect(strstr(text.ptr, "\"expires\":1800000000,\"files\""));
    cr_expect(strstr(text.ptr, "\"requires\":{\"stops\":[{\"release\":\"v0.7\",\"sequence\":7},{\"release\":"
                               "\"v0.8\",\"sequence\":16}],\"upgrade_from\""));
    cr_assert_eq(sl_manifest_read(&read, sl_buf_view(&text), &err), 0, "%s", err.message);
    cr_expect_eq(read->expires, 1800000000);
    cr_assert_eq(read->stop_count, 2);
    cr_expect_eq(read->stops[1].sequence, 16);
    cr_expect(sl_str_equal(read->stops[1].release, SL_STR("v0.8")));
    for (size_t nth = 1;; nth++) {
        struct sl_manifest *other = NULL;
        alloc_fault_arm(nth);
        int result = sl_manifest_read(&other, sl_buf_view(&text), &err);
        bool happened = alloc_fault_disarm();
        sl_manifest_free(other);
        if (!happened)
            break;
        cr_expect_eq(result, -1);
    }
    sl_manifest_free(read);
    sl_buf_release(&text);
}

Test(manifest, expiry_and_stops_have_rules)
{
    static struct sl_manifest_stop unsorted[] = {{SL_STR_INIT("v0.8"), 8}, {SL_STR_INIT("v0.7"), 8}};
    static struct sl_manifest_stop own[] = {{SL_STR_INIT("v1.0"), 17}};
    static struct sl_manifest_stop none[] = {{SL_STR_INIT("v1.0"), 0}};
    static struct sl_manifest_stop unnamed[] = {{SL_STR_INIT("v/0"), 7}};
    static struct sl_manifest_stop many[SL_STOPS_MAX + 1];
    static const struct {
        struct sl_manifest_stop *stops;
        size_t count;
        int64_t expires;
        const char *why;
    } rows[] = {
        {unsorted, 2, 0, "requires.stops has sequence 8 twice or out of order"},
        {own, 1, 0, "must be from 1 to 16"},
        {none, 1, 0, "must be from 1 to 16"},
        {unnamed, 1, 0, "requires.stops \"v/0\" may only have"},
        {many, SL_STOPS_MAX + 1, 0, "requires.stops has 101 releases, and may have 100"},
        {NULL, 0, -1, "expires is -1"},
        {NULL, 0, SL_MTIME_MAX + 1, "expires is 8589934592"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sample sample;
        struct sl_buf text;
        struct sl_err err = {0};
        sample_init(&sample);
        sample.manifest.stops = rows[i].stops;
        sample.manifest.stop_count = rows[i].count;
        sample.manifest.expires = rows[i].expires;
        sl_buf_init(&text, SL_MANIFEST_BYTES_MAX);
        cr_expect_eq(sl_manifest_write(&text, &sample.manifest, &err), -1, "%s", rows[i].why);
        cr_expect(strstr(err.message, rows[i].why), "%s", err.message);
        sl_buf_release(&text);
    }
}

Test(manifest, below_trust_there_are_only_versions_and_signatures)
{
    static const struct {
        const char *path;
        bool executable;
        bool good;
    } rows[] = {
        {"trust/1.json", false, true},    {"trust/1.json.0123456789ABCDEF.minisig", false, true},
        {"trust/1.json", true, false},    {"trust/README.md", false, false},
        {"trust/1.json/x", false, false}, {"trusted/README.md", false, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sample sample;
        struct sl_buf text;
        struct sl_err err = {0};
        sample_init(&sample);
        sample.files[3].path = sl_str_from(rows[i].path);
        sample.files[3].executable = rows[i].executable;
        sample_settle(&sample);
        sl_buf_init(&text, SL_MANIFEST_BYTES_MAX);
        cr_expect_eq(sl_manifest_write(&text, &sample.manifest, &err) == 0, rows[i].good, "%s: %s",
                     rows[i].path, err.message);
        sl_buf_release(&text);
    }
}
