#include <criterion/criterion.h>

#include "alloc_fault.h"
#include "base/limits.h"
#include "doc/json.h"
#include "doc/pointer.h"
#include "doc/yaml.h"
#include <sealift/json.h>
#include <stdio.h>

/* One piece of work that allocates; what it needs is made before the faults begin. */
struct work {
    const char *name;
    int (*run)(struct sl_doc *doc, struct sl_buf *out, struct sl_err *err);
};

static const char json[] =
    "{\"a\":[1,2.5,1e30,\"x\\n\",{\"b\":null,\"a\":true}],\"b\":{},\"c\":[[[]]],\"z\":-0,\"k\":\"\"}";

static const char yaml[] = "a: &x {k: 1, j: [0x10, 2001-01-01, 1.0]}\nb: {<<: *x, l: !!binary /w==}\n"
                           "c: |\n  text\nd: >+\n  a\n   b\n\n? [1, 2]\n";

static const char resources[] =
    "a: &x {k: 1, j: [0x10, 2001-01-01, 1.0]}\r\nb: {<<: [*x, {z: 1}], l: !!binary /w==}\n"
    "&k key: \"a\\u0085b\"\nother: *k\nd: >+\n  a\n   b\n\n---\nz: 1\na: 2\nm: 3\n";

static int read_json(struct sl_doc *doc, struct sl_buf *out, struct sl_err *err)
{
    struct sl_node *root;
    if (sl_json_read(&root, doc, sl_str_from(json), SL_STR("f"), err) < 0 ||
        sl_json_write(out, root, err) < 0)
        return -1;
    return 0;
}

static int write_canonical(struct sl_doc *doc, struct sl_buf *out, struct sl_err *err)
{
    struct sl_node *root;
    if (sl_json_read(&root, doc, SL_STR("{\"b\":1,\"a\":{\"d\":2,\"c\":3}}"), SL_STR("f"), err) < 0)
        return -1;
    return sl_json_write_canonical(out, root, err);
}

static int read_and_write(struct sl_doc *doc, struct sl_buf *out, const char *text, enum sl_yaml_rules rules,
                          struct sl_err *err)
{
    struct sl_node *documents;
    struct sl_doc other;
    if (sl_yaml_read(&documents, doc, sl_str_from(text), SL_STR("f"), rules, err) < 0)
        return -1;
    for (uint32_t i = 0; i < documents->count; i++)
        if (sl_yaml_write(out, documents->as.items[i], err) < 0)
            return -1;
    sl_doc_init(&other);
    bool copied = sl_node_copy(&other, doc, documents) != NULL;
    sl_doc_release(&other);
    return copied ? 0 : sl_fail_memory(err);
}

static int read_resources(struct sl_doc *doc, struct sl_buf *out, struct sl_err *err)
{
    return read_and_write(doc, out, resources, SL_YAML_RESOURCE, err);
}

static int read_kustomization(struct sl_doc *doc, struct sl_buf *out, struct sl_err *err)
{
    return read_and_write(doc, out, "a: 1\nb: {c: 1, c: 2}\na: 3\n", SL_YAML_KUSTOMIZATION, err);
}

static int refuse_yaml(struct sl_doc *doc, struct sl_buf *out, struct sl_err *err)
{
    struct sl_node *documents;
    (void)out;
    int result = sl_yaml_read(&documents, doc, sl_str_from(yaml), SL_STR("f"), SL_YAML_VALUES, err);
    return result < 0 && err->code == SL_E_INPUT ? 0 : -1;
}

static int find_duplicate(struct sl_doc *doc, struct sl_buf *out, struct sl_err *err)
{
    struct sl_node *root;
    sl_buf_byte(out, '{');
    for (int i = 0; i < 100; i++)
        sl_buf_printf(out, "\"k%d\":0,", (i * 37) % 100);
    sl_buf_text(out, "\"k5\":0}");
    if (sl_buf_check(out, "text", err) < 0)
        return -1;
    int result = sl_json_read(&root, doc, sl_buf_view(out), SL_STR("f"), err);
    return result < 0 && err->code == SL_E_INPUT ? 0 : -1;
}

static int make_path(struct sl_doc *doc, struct sl_buf *out, struct sl_err *err)
{
    (void)doc;
    return sl_pointer_from_path(out, SL_STR("spec.template.spec.containers[0].env[12].name"), err);
}

static int build(struct sl_doc *doc, struct sl_buf *out, struct sl_err *err)
{
    struct sl_node *map = sl_node_map(doc);
    struct sl_node *list = sl_node_list(doc);
    for (int i = 0; i < 20; i++) {
        char key[8];
        (void)snprintf(key, sizeof key, "k%d", 20 - i);
        if (sl_list_add(doc, list, sl_node_int(doc, i), err) < 0 ||
            sl_map_set(doc, map, sl_str_from(key), sl_node_string(doc, SL_STR("v")), err) < 0)
            return -1;
    }
    if (sl_map_set(doc, map, SL_STR("list"), list, err) < 0)
        return -1;
    return sl_yaml_write(out, map, err);
}

static int write_report(struct sl_doc *doc, struct sl_buf *out, struct sl_err *err)
{
    struct sl_json writer;
    (void)doc;
    sl_json_begin(&writer, out, SL_JSON_INDENTED);
    sl_json_list(&writer);
    for (int i = 0; i < 100; i++)
        sl_json_text(&writer, SL_STR("some text"));
    sl_json_end(&writer);
    return sl_json_close(&writer, err);
}

static const struct work works[] = {
    {"read JSON", read_json},           {"write canonical JSON", write_canonical},
    {"read resources", read_resources}, {"read a kustomization", read_kustomization},
    {"refuse YAML", refuse_yaml},       {"find a duplicate", find_duplicate},
    {"make a path", make_path},         {"build a tree", build},
    {"write a report", write_report},
};

static void sweep(const struct work *work)
{
    size_t nth = 1;
    for (;; nth++) {
        struct sl_doc doc;
        struct sl_buf out;
        struct sl_err err = {0};
        sl_doc_init(&doc);
        sl_buf_init(&out, SL_MIB);
        alloc_fault_arm(nth);
        int result = work->run(&doc, &out, &err);
        bool happened = alloc_fault_disarm();
        sl_buf_release(&out);
        sl_doc_release(&doc);
        if (!happened) {
            cr_expect_eq(result, 0, "%s: %s", work->name, err.message);
            break;
        }
        /* The index of file names may do without: marks then lead nowhere. */
        if (result < 0)
            cr_expect_eq(err.code, SL_E_NO_MEMORY, "%s, allocation %zu: %s", work->name, nth, err.message);
    }
    cr_expect_gt(nth, 1, "%s", work->name);
}

Test(doc_memory, every_failed_allocation_is_an_error_and_nothing_worse)
{
    for (size_t i = 0; i < sizeof works / sizeof works[0]; i++)
        sweep(&works[i]);
}
