/*
 * Which regular expressions are taken and what they match, held to a table of kubectl's answers: patterns/table.tsv, which
 * scripts/compare-patterns describes and makes.
 */
#include "base/cleanup.h"
#include "doc/json.h"
#include "doc/node.h"
#include "kustomize/build.h"

#include "../../support/temp_dir.h"

#include <criterion/criterion.h>
#include <sealift/json.h>
#include <stdio.h>
#include <stdlib.h>

#define PATTERNS SEALIFT_SOURCE_DIR "/tests/unit/kustomize/patterns/"

enum { TEXT_MAX = 1 << 20 };

static struct temp_dir temp;
static void make(void)
{
    temp_dir_make(&temp);
}
static void remove_it(void)
{
    temp_dir_remove(&temp);
}
TestSuite(patterns, .init = make, .fini = remove_it, .timeout = 300);

static char *read_text(const char *path)
{
    FILE *stream = fopen(path, "rb");
    cr_assert(stream, "%s", path);
    char *text = calloc(1, TEXT_MAX);
    cr_assert(text && fread(text, 1, TEXT_MAX - 1, stream) > 0);
    (void)fclose(stream);
    return text;
}

/* One JSON file of the tree under way. */
struct writer {
    struct sl_buf out;
    struct sl_json json;
};

static void begin(struct writer *writer)
{
    sl_buf_init(&writer->out, TEXT_MAX);
    sl_json_begin(&writer->json, &writer->out, SL_JSON_COMPACT);
    sl_json_map(&writer->json);
}

static void end(struct writer *writer, const char *name)
{
    struct sl_err err = {0};
    sl_json_end(&writer->json);
    cr_assert(sl_json_close(&writer->json, &err) == 0, "%s", err.message);
    temp_dir_write(&temp, name, writer->out.ptr, writer->out.len);
    sl_buf_release(&writer->out);
}

static void key_text(struct writer *writer, const char *key, const char *text)
{
    sl_json_key_text(&writer->json, key, sl_str_from(text));
}

/* A ConfigMap per text, or a container per text. */
static void write_resources(const struct sl_node *texts, bool images)
{
    struct writer writer;
    begin(&writer);
    key_text(&writer, "apiVersion", "v1");
    key_text(&writer, "kind", images ? "Pod" : "List");
    if (images)
        sl_json_key(&writer.json, "spec"), sl_json_map(&writer.json);
    sl_json_key(&writer.json, images ? "containers" : "items");
    sl_json_list(&writer.json);
    for (uint32_t i = 0; i < texts->count; i++) {
        struct sl_str text = sl_node_text(texts->as.items[i]);
        sl_json_map(&writer.json);
        if (images) {
            sl_json_key_text(&writer.json, "image", text);
        } else {
            key_text(&writer, "apiVersion", "v1");
            key_text(&writer, "kind", "ConfigMap");
            sl_json_key(&writer.json, "metadata");
            sl_json_map(&writer.json);
            sl_json_key_text(&writer.json, "name", text);
            sl_json_end(&writer.json);
        }
        sl_json_end(&writer.json);
    }
    sl_json_end(&writer.json);
    if (images) {
        sl_json_end(&writer.json);
        sl_json_key(&writer.json, "metadata"), sl_json_map(&writer.json);
        key_text(&writer, "name", "p");
        sl_json_end(&writer.json);
    }
    end(&writer, images ? "image.json" : "target.json");
}

static void write_kustomization(const char *place, const char *pattern)
{
    struct writer writer;
    bool images = strcmp(place, "image") == 0;
    begin(&writer);
    sl_json_key(&writer.json, "resources"), sl_json_list(&writer.json);
    sl_json_text(&writer.json, images ? SL_STR("image.json") : SL_STR("target.json"));
    sl_json_end(&writer.json);
    sl_json_key(&writer.json, images ? "images" : "patches"), sl_json_list(&writer.json),
        sl_json_map(&writer.json);
    if (images) {
        key_text(&writer, "name", pattern);
        key_text(&writer, "newName", "FOUND");
    } else {
        sl_json_key(&writer.json, "target"), sl_json_map(&writer.json);
        key_text(&writer, "name", pattern);
        sl_json_end(&writer.json);
        key_text(&writer, "patch", "[{\"op\": \"add\", \"path\": \"/found\", \"value\": true}]");
    }
    sl_json_end(&writer.json), sl_json_end(&writer.json);
    end(&writer, "kustomization.yaml");
}

/* What the table says of it: "refused", or the bits of the texts that were found. */
static void result_of(const char *place, const char *pattern, size_t count, char *out)
{
    SL_CLEANUP(sl_tree_freep) struct sl_tree *tree = NULL;
    SL_CLEANUP(sl_build_freep) struct sl_build *build = NULL;
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    struct sl_err err = {0};
    struct sl_build_options options = {.order = SL_BUILD_ORDER_NONE};
    sl_buf_init(&text, TEXT_MAX);
    write_kustomization(place, pattern);
    cr_assert(sl_tree_open_directory(&tree, temp.path, &err) == 0);
    strcpy(out, "refused");
    if (sl_build(&build, tree, SL_STR(""), &options, &err) < 0)
        return;
    cr_assert(sl_build_write(build, &text, &err) == 0, "%s: %s", pattern, err.message);
    bool images = strcmp(place, "image") == 0;
    const char *separator = images ? "- image: " : "kind: ConfigMap", *hit = images ? "FOUND" : "found: true";
    unsigned char digits[64] = {0};
    const char *at = text.ptr;
    for (size_t i = 0; i < count; i++) {
        const char *here = strstr(at, separator);
        cr_assert(here, "%s: text %zu is not there", pattern, i);
        const char *found = strstr(images ? here : at, hit);
        const char *next = strstr(here + 1, separator);
        at = here + 1;
        /* "found" stands before "kind", the name of an image behind "image". */
        bool is_hit = found && (images ? !next || found < next : found < here);
        digits[i / 4] = (unsigned char)(digits[i / 4] | (is_hit ? 1U << i % 4 : 0U));
    }
    size_t last = sizeof digits - 1;
    while (last > 0 && digits[last] == 0)
        last--;
    for (size_t i = 0; i <= last; i++)
        out[i] = "0123456789abcdef"[digits[last - i]];
    out[last + 1] = '\0';
}

Test(patterns, are_taken_and_match_as_in_go)
{
    SL_CLEANUP(sl_freep) char *table = read_text(PATTERNS "table.tsv");
    SL_CLEANUP(sl_freep) char *words = read_text(PATTERNS "texts.json");
    struct sl_doc doc;
    struct sl_err err = {0};
    struct sl_node *texts = NULL;
    sl_doc_init(&doc);
    cr_assert(sl_json_read(&texts, &doc, sl_str_from(words), SL_STR("texts.json"), &err) == 0, "%s",
              err.message);
    write_resources(texts, false);
    write_resources(texts, true);
    size_t rows = 0;
    for (char *line = table, *next; *line; line = next, rows++) {
        char *end_of_line = strchr(line, '\n'), *wanted = strchr(line, '\t');
        char *pattern = strchr(wanted + 1, '\t');
        cr_assert(end_of_line && wanted && pattern);
        next = end_of_line + 1;
        *end_of_line = *wanted = *pattern = '\0';
        char got[80];
        result_of(line, pattern + 1, texts->count, got);
        cr_expect_str_eq(got, wanted + 1, "%s \"%s\": %s, kubectl says %s", line, pattern + 1, got,
                         wanted + 1);
    }
    sl_doc_release(&doc);
    cr_assert_gt(rows, 1000);
}
