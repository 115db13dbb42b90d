#include "merge_case.h"

#include "base/cleanup.h"
#include "base/limits.h"

#include <criterion/criterion.h>
#include <stdio.h>

void read_case_file(struct sl_buf *out, const char *file)
{
    char path[1024];
    char bytes[4096];
    size_t count;
    (void)snprintf(path, sizeof path, SEALIFT_SOURCE_DIR "/tests/unit/docops/%s", file);
    FILE *stream = fopen(path, "r");
    cr_assert_not_null(stream, "%s", path);
    sl_buf_init(out, SL_MIB);
    while ((count = fread(bytes, 1, sizeof bytes, stream)) > 0)
        sl_buf_append(out, bytes, count);
    cr_assert_eq(fclose(stream), 0);
    cr_assert_eq(out->fail, SL_OK);
}

struct sl_node *read_document(struct sl_doc *doc, struct sl_str text, const char *name,
                              enum sl_yaml_rules rules)
{
    struct sl_node *root = NULL;
    struct sl_err err = {0};
    cr_assert_eq(sl_yaml_read_one(&root, doc, text, sl_str_from(name), rules, &err), 0, "%s\n" SL_FMT,
                 err.message, SL_ARG(text));
    cr_assert_not_null(root);
    return root;
}

struct sl_str write_document(struct sl_buf *buf, const struct sl_node *node)
{
    struct sl_err err = {0};
    sl_buf_reset(buf);
    cr_assert_eq(sl_yaml_write(buf, node, &err), 0, "%s", err.message);
    cr_assert_eq(sl_buf_check(buf, "document", &err), 0);
    return sl_buf_view(buf);
}

/* The text up to the next line that begins with `mark`, which *rest then begins with. */
static struct sl_str take_until(struct sl_str *rest, const char *mark)
{
    size_t length = strlen(mark);
    size_t at = 0;
    while (at < rest->len && !(rest->len - at >= length && memcmp(rest->ptr + at, mark, length) == 0))
        at += sl_str_find(sl_str_slice(*rest, at, rest->len), '\n') + 1;
    struct sl_str taken = sl_str_slice(*rest, 0, at);
    *rest = sl_str_slice(*rest, at, rest->len);
    return taken;
}

static struct sl_str take_line(struct sl_str *rest)
{
    size_t end = sl_str_find(*rest, '\n');
    struct sl_str line = sl_str_slice(*rest, 0, end);
    *rest = sl_str_slice(*rest, end + 1, rest->len);
    return line;
}

struct one_case {
    struct sl_str name, target, patch;
    struct sl_str verdict;  /* the line that begins with @merged, @deleted or @error */
    struct sl_str expected; /* of @merged */
};

static bool next_case(struct one_case *out, struct sl_str *rest)
{
    (void)take_until(rest, "== ");
    if (rest->len == 0)
        return false;
    struct sl_str line = take_line(rest);
    out->name = sl_str_slice(line, 3, line.len);
    cr_assert(sl_str_equal(take_line(rest), SL_STR("@target")), SL_FMT, SL_ARG(out->name));
    out->target = take_until(rest, "@patch");
    (void)take_line(rest);
    out->patch = take_until(rest, "@");
    out->verdict = take_line(rest);
    out->expected = take_until(rest, "== ");
    if (sl_str_ends_with(out->expected, SL_STR("\n\n")) || sl_str_equal(out->expected, SL_STR("\n")))
        out->expected.len--;
    return true;
}

static void check_case(const struct one_case *one, struct sl_buf *text, const struct sl_node *merged,
                       const struct sl_node *patch, struct sl_str patch_before)
{
    struct sl_str got = merged ? write_document(text, merged) : SL_STR("");
    cr_expect(sl_str_equal(one->verdict, merged ? SL_STR("@merged") : SL_STR("@deleted")), SL_FMT,
              SL_ARG(one->name));
    cr_expect(sl_str_equal(got, one->expected), SL_FMT ":\n" SL_FMT "instead of\n" SL_FMT, SL_ARG(one->name),
              SL_ARG(got), SL_ARG(one->expected));
    cr_expect(sl_str_equal(write_document(text, patch), patch_before), SL_FMT ": the patch has changed",
              SL_ARG(one->name));
}

static void run_case(const struct one_case *one, enum sl_yaml_rules patch_rules, merge_function *merge,
                     const void *context)
{
    SL_CLEANUP(sl_doc_release) struct sl_doc doc;
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    SL_CLEANUP(sl_buf_release) struct sl_buf before;
    struct sl_node *merged = NULL;
    struct sl_err err = {0};
    sl_doc_init(&doc);
    sl_buf_init(&text, SL_MIB);
    sl_buf_init(&before, SL_MIB);
    struct sl_node *target = read_document(&doc, one->target, "target", SL_YAML_RESOURCE);
    struct sl_node *patch = read_document(&doc, one->patch, "patch", patch_rules);
    struct sl_str patch_before = write_document(&before, patch);
    if (merge(&merged, &doc, target, patch, context, &err) == 0) {
        check_case(one, &text, merged, patch, patch_before);
        return;
    }
    sl_buf_printf(&text, "@error %s", err.message);
    cr_expect(sl_str_equal(sl_buf_view(&text), one->verdict), SL_FMT ":\n" SL_FMT "\ninstead of\n" SL_FMT,
              SL_ARG(one->name), SL_ARG(sl_buf_view(&text)), SL_ARG(one->verdict));
    cr_expect_eq(err.code, SL_E_INPUT);
}

void run_merge_cases(const char *file, enum sl_yaml_rules patch_rules, merge_function *merge,
                     const void *context, size_t expected)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    struct one_case one;
    size_t count = 0;
    read_case_file(&text, file);
    struct sl_str rest = sl_buf_view(&text);
    while (next_case(&one, &rest)) {
        run_case(&one, patch_rules, merge, context);
        count++;
    }
    cr_expect_geq(count, expected, "%zu cases in %s", count, file);
}
