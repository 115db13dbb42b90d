#include "alloc_fault.h"
#include "base/limits.h"
#include "doc/yaml.h"
#include "values/substitute.h"

#include <criterion/criterion.h>

static const char variables[] =
    "site: north\nnum: 3\nv: \"1.30\"\nflag: true\nempty: \"\"\nnothing:\nlines: \"a\\nb\"\n"
    "odd: 1.50\nbig: 12345678901234567890\nhex: 0x1F\n"
    "evil: \"b: c\"\nbrace: \"{x: 1}\"\n";

static struct sl_node *parse(struct sl_doc *doc, const char *text, const char *name)
{
    struct sl_node *root = NULL;
    struct sl_err err = {0};
    cr_assert_eq(sl_yaml_read_one(&root, doc, sl_str_from(text), sl_str_from(name), SL_YAML_VALUES, &err), 0,
                 "%s", err.message);
    return root;
}

static const struct {
    const char *text, *expected;
    enum sl_substitute_trouble trouble;
} texts[] = {
    {"", "", SL_SUBSTITUTE_FINE},
    {"no variable", "no variable", SL_SUBSTITUTE_FINE},
    {"${site}", "north", SL_SUBSTITUTE_FINE},
    {"a-${site}-b${site}", "a-north-bnorth", SL_SUBSTITUTE_FINE},
    {"${num}${v}", "31.30", SL_SUBSTITUTE_FINE},
    {"${odd} ${hex} ${flag}", "1.50 0x1F true", SL_SUBSTITUTE_FINE},
    {"${lines}", "ab", SL_SUBSTITUTE_FINE},
    {"${empty}", "", SL_SUBSTITUTE_FINE},
    {"${empty:=d}", "d", SL_SUBSTITUTE_FINE},
    {"${empty:-d}", "d", SL_SUBSTITUTE_FINE},
    {"${nothing:=d}", "d", SL_SUBSTITUTE_FINE},
    {"${site:=d}", "north", SL_SUBSTITUTE_FINE},
    {"${none:=d}", "d", SL_SUBSTITUTE_FINE},
    {"${none=d}", "d", SL_SUBSTITUTE_FINE},
    {"${none:=}", "", SL_SUBSTITUTE_FINE},
    {"${none:=a b,c:d}", "a b,c:d", SL_SUBSTITUTE_FINE},
    {"${none:=${site}}", "north", SL_SUBSTITUTE_FINE},
    {"${none:=x${nope:-${site}-y}z}", "xnorth-yz", SL_SUBSTITUTE_FINE},
    {"$${site}", "${site}", SL_SUBSTITUTE_FINE},
    {"$$${site}", "$north", SL_SUBSTITUTE_FINE},
    {"$$$${site}", "$${site}", SL_SUBSTITUTE_FINE},
    {"$site $ $(x) $", "$site $ $(x) $", SL_SUBSTITUTE_FINE},
    {"a$$b", "a$b", SL_SUBSTITUTE_FINE},
    {"${none}", "${none}", SL_SUBSTITUTE_UNKNOWN},
    {"a${none}b${site}", "a${none}bnorth", SL_SUBSTITUTE_UNKNOWN},
    {"${none:=${nope}}", "${none:=${nope}}", SL_SUBSTITUTE_UNKNOWN},
    {"${", "${", SL_SUBSTITUTE_SYNTAX},
    {"${}", "${}", SL_SUBSTITUTE_SYNTAX},
    {"${site", "${site", SL_SUBSTITUTE_SYNTAX},
    {"${site:=a", "${site:=a", SL_SUBSTITUTE_SYNTAX},
    {"${a b}", "${a b}", SL_SUBSTITUTE_SYNTAX},
    {"${1st}", "${1st}", SL_SUBSTITUTE_SYNTAX},
    {"${site^^} ${site}", "${site^^} north", SL_SUBSTITUTE_SYNTAX},
    {"${#site}", "${#site}", SL_SUBSTITUTE_SYNTAX},
    {"${site:0:2}", "${site:0:2}", SL_SUBSTITUTE_SYNTAX},
    {"${site:?}", "${site:?}", SL_SUBSTITUTE_SYNTAX},
};

Test(substitute, texts_by_the_table)
{
    struct sl_doc doc;
    sl_doc_init(&doc);
    const struct sl_node *map = parse(&doc, variables, "cluster-config.yaml");
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct sl_buf out;
        struct sl_err err = {0};
        struct sl_substitute_verdict verdict;
        sl_buf_init(&out, SL_MIB);
        cr_assert_eq(sl_substitute_text(&out, &verdict, sl_str_from(texts[i].text), map, &err), 0, "%s",
                     err.message);
        cr_expect(sl_str_equal(sl_buf_view(&out), sl_str_from(texts[i].expected)), "%s comes to %s",
                  texts[i].text, out.ptr ? out.ptr : "");
        cr_expect_eq(verdict.trouble, texts[i].trouble, "%s", texts[i].text);
        sl_buf_release(&out);
    }
    sl_doc_release(&doc);
}

/* Nobody may make the time grow with the square of a text. */
Test(substitute, defaults_in_one_another_end)
{
    struct sl_doc doc;
    struct sl_buf text, out;
    struct sl_err err = {0};
    struct sl_substitute_verdict verdict;
    sl_doc_init(&doc);
    sl_buf_init(&text, SL_MIB);
    sl_buf_init(&out, SL_MIB);
    for (int i = 0; i < 100000; i++)
        sl_buf_text(&text, "${a:=");
    cr_assert_eq(sl_substitute_text(&out, &verdict, sl_buf_view(&text),
                                    parse(&doc, variables, "cluster-config.yaml"), &err),
                 0, "%s", err.message);
    cr_expect_eq(verdict.trouble, SL_SUBSTITUTE_SYNTAX);
    cr_expect(sl_str_equal(sl_buf_view(&out), sl_buf_view(&text)));
    sl_buf_release(&text);
    sl_buf_release(&out);
    sl_doc_release(&doc);
}

static const struct {
    const char *why, *values, *expected, *rule;
    unsigned line, column;
} trees[] = {
    {"nothing to do", "a: 1\nb: [x, {c: d}]\n", "a: 1\nb:\n- x\n- c: d\n", NULL, 0, 0},
    {"a plain value is typed", "a: ${num}\nb: ${flag}\nc: ${site}\nd: x${num}\n",
     "a: 3\nb: true\nc: north\nd: x3\n", NULL, 0, 0},
    {"one in quotes is a text", "a: \"${num}\"\nb: '${flag}'\nc: |-\n  ${num}\n",
     "a: \"3\"\nb: \"true\"\nc: \"3\"\n", NULL, 0, 0},
    {"a version in quotes in the variable is a number where it stands plain", "a: ${v}\nb: \"${v}\"\n",
     "a: 1.3\nb: \"1.30\"\n", NULL, 0, 0},
    {"nothing is null, or an empty text", "a: ${empty}\nb: \"${empty}\"\n", "a: null\nb: \"\"\n", NULL, 0, 0},
    {"a variable brings in no YAML", "a: ${evil}\nb: ${brace}\n", "a: 'b: c'\nb: '{x: 1}'\n", NULL, 0, 0},
    {"lists and maps in them", "a:\n- ${site}\n- b: ${num}\n", "a:\n- north\n- b: 3\n", NULL, 0, 0},
    {"keys", "${site}-x: 1\n", "north-x: 1\n", NULL, 0, 0},
    {"an escaped one", "a: $${site}\n", "a: ${site}\n", NULL, 0, 0},
    {"an unknown one", "a: 1\nb:\n  c: x-${none}\n", "a: 1\nb:\n  c: x-${none}\n",
     "substitute/unknown-variable", 3, 6},
    {"none at all", "a: ${site!}\n", "a: ${site!}\n", "substitute/syntax", 1, 4},
    {"two keys that become one", "north: 1\n${site}: 2\n", "north: 1\n", "substitute/duplicate-key", 2, 1},
};

Test(substitute, trees_by_the_table)
{
    for (size_t i = 0; i < sizeof trees / sizeof trees[0]; i++) {
        struct sl_doc doc;
        struct sl_err err = {0};
        struct sl_findings *findings = NULL;
        struct sl_buf text;
        sl_doc_init(&doc);
        sl_buf_init(&text, SL_MIB);
        cr_assert_eq(sl_findings_new(&findings, &err), 0);
        struct sl_substitution substitution = {
            .doc = &doc,
            .variables = parse(&doc, variables, "cluster-config.yaml"),
            .file = SL_STR("cluster-config.yaml"),
            .findings = findings,
        };
        struct sl_node *values = parse(&doc, trees[i].values, "values.yaml");
        cr_assert_eq(sl_substitute(&values, &substitution, values, &err), 0, "%s", err.message);
        cr_assert_eq(sl_yaml_write(&text, values, &err), 0, "%s: %s", trees[i].why, err.message);
        cr_expect_str_eq(text.ptr, trees[i].expected, "%s: %s", trees[i].why, text.ptr);
        cr_assert_eq(sl_findings_count(findings), trees[i].rule ? 1 : 0, "%s", trees[i].why);
        if (trees[i].rule) {
            const struct sl_finding *finding = sl_findings_at(findings, 0);
            cr_expect_str_eq(finding->rule, trees[i].rule, "%s", trees[i].why);
            cr_expect(sl_str_equal(finding->file, SL_STR("values.yaml")), "%s", trees[i].why);
            cr_expect_eq(finding->line, trees[i].line, "%s: line %u", trees[i].why, finding->line);
            cr_expect_eq(finding->column, trees[i].column, "%s: column %u", trees[i].why, finding->column);
        }
        sl_buf_release(&text);
        sl_findings_free(findings);
        sl_doc_release(&doc);
    }
}

Test(substitute, without_variables_nothing_is_done)
{
    struct sl_doc doc;
    struct sl_err err = {0};
    sl_doc_init(&doc);
    struct sl_node *values = parse(&doc, "a: $${x} ${y}\n", "values.yaml");
    struct sl_substitution substitution = {.doc = &doc, .variables = sl_node_map(&doc)};
    struct sl_node *same = NULL;
    cr_assert_eq(sl_substitute(&same, &substitution, values, &err), 0);
    cr_expect_eq(same, values);
    substitution.variables = NULL;
    cr_assert_eq(sl_substitute(&same, &substitution, values, &err), 0);
    cr_expect_eq(same, values);
    sl_doc_release(&doc);
}

Test(substitute, every_failing_allocation_is_reported)
{
    for (size_t nth = 1;; nth++) {
        struct sl_doc doc;
        struct sl_err err = {0};
        struct sl_findings *findings = NULL;
        sl_doc_init(&doc);
        cr_assert_eq(sl_findings_new(&findings, &err), 0);
        struct sl_substitution substitution = {
            .doc = &doc, .variables = parse(&doc, variables, "cluster-config.yaml"), .findings = findings};
        struct sl_node *values =
            parse(&doc, "${site}:\n- ${num}\n- \"${none:=${odd}}\"\nb: ${none}\n", "values.yaml");
        alloc_fault_arm(nth);
        int result = sl_substitute(&values, &substitution, values, &err);
        bool failed = alloc_fault_disarm();
        sl_findings_free(findings);
        sl_doc_release(&doc);
        /* A file name for marks may get lost: then they lead nowhere. */
        cr_assert(result == 0 || failed, "allocation %zu", nth);
        if (!failed)
            break;
        cr_expect(result == 0 || err.code == SL_E_NO_MEMORY);
    }
}
