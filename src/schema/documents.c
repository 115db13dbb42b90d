#include "schema/documents.h"

#include "doc/json.h"

int sl_documents_read(struct sl_node **documents, struct sl_doc *doc, struct sl_str text, struct sl_str name,
                      enum sl_yaml_rules rules, struct sl_err *err)
{
    struct sl_node *root = NULL;
    if (!sl_str_ends_with(name, SL_STR(".json")))
        return sl_yaml_read(documents, doc, text, name, rules, err);
    if (sl_json_read(&root, doc, text, name, err) < 0)
        return -1;
    *documents = sl_node_list(doc);
    return sl_list_add(doc, *documents, root, err);
}

int sl_documents_unreadable(const char *path, struct sl_findings *findings, struct sl_err *err)
{
    struct sl_err why = *err;
    if (why.code != SL_E_INPUT)
        return -1;
    sl_err_clear(err);
    struct sl_finding finding = {.severity = SL_ERROR,
                                 .rule = "schema/unreadable",
                                 .file = sl_str_from(path),
                                 .message = sl_str_from(why.message),
                                 .hint = sl_str_from(why.hint)};
    return sl_finding_add(findings, &finding, err);
}
