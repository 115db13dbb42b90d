#include <sealift/kubeschema.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "io/file.h"
#include "kubeschema/kubeschema.h"
#include "schema/documents.h"

#include <sealift/text.h>
#include <stdlib.h>

struct sl_kube_checker {
    struct sl_kubeschema *set;
    struct sl_kubetally *tally;
    struct sl_tree *tree;    /* of the schemas; NULL: none */
    struct sl_doc doc;       /* has `directory` */
    struct sl_str directory; /* in the tree, of the version */
};

/* -- schemas -- */

/* The items of a List, or the document itself. */
static const struct sl_node *items_of(const struct sl_node *document)
{
    const struct sl_node *items = sl_node_get(document, "items");
    bool is_list = sl_str_equal(sl_node_text(sl_node_get(document, "kind")), SL_STR("List"));
    return is_list && items && items->kind == SL_LIST ? items : NULL;
}

static int add_crd_file(struct sl_kubeschema *set, const char *path, struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    SL_CLEANUP(sl_doc_release) struct sl_doc doc;
    struct sl_node *documents = NULL;
    sl_buf_init(&text, SL_DOC_BYTES_MAX);
    sl_doc_init(&doc);
    if (sl_file_read(&text, path, SL_DOC_BYTES_MAX, err) < 0 ||
        sl_documents_read(&documents, &doc, sl_buf_view(&text), sl_str_from(path), SL_YAML_RESOURCE, err) < 0)
        return -1;
    for (uint32_t i = 0; i < documents->count; i++) {
        const struct sl_node *items = items_of(documents->as.items[i]);
        uint32_t count = items ? items->count : 1;
        for (uint32_t j = 0; j < count; j++)
            if (sl_kubeschema_add_crd(set, &doc, items ? items->as.items[j] : documents->as.items[i], err) <
                0)
                return -1;
    }
    return 0;
}

static int open_directory(struct sl_kube_checker *checker, const struct sl_kube_request *request,
                          struct sl_err *err)
{
    char shown[256], version[64], nearest[64];
    if (sl_tree_open_directory(&checker->tree, request->directory, err) < 0)
        return -1;
    if (!request->version)
        return 0;
    int found = sl_kubeschema_pick(&checker->directory, &checker->doc, checker->tree, SL_STR(""),
                                   sl_str_from(request->version), err);
    if (found != 0)
        return found < 0 ? -1 : 0;
    (void)sl_fail(err, SL_E_NOT_FOUND, "%s has no schemas of Kubernetes %s",
                  sl_escape(shown, sizeof shown, sl_str_from(request->directory)),
                  sl_escape(version, sizeof version, sl_str_from(request->version)));
    if (checker->directory.len == 0)
        return sl_hint(err, "sealift schema import FILE... --out DIR makes them");
    return sl_hint(err, "the nearest are of %s; sealift schema import FILE... --out DIR makes others",
                   sl_escape(nearest, sizeof nearest, checker->directory));
}

static int fill(struct sl_kube_checker *checker, const struct sl_kube_request *request, struct sl_err *err)
{
    if (sl_kubeschema_new(&checker->set, err) < 0 || sl_kubetally_new(&checker->tally, err) < 0)
        return -1;
    for (size_t i = 0; i < request->crd_count; i++)
        if (add_crd_file(checker->set, request->crds[i], err) < 0)
            return -1;
    if (!request->directory)
        return 0;
    if (open_directory(checker, request, err) < 0)
        return -1;
    return sl_kubeschema_add_directory(checker->set, checker->tree, checker->directory, NULL, err);
}

int sl_kube_checker_new(struct sl_kube_checker **out, const struct sl_kube_request *request,
                        struct sl_err *err)
{
    struct sl_kube_checker *checker = calloc(1, sizeof *checker);
    if (!checker)
        return sl_fail_memory(err);
    sl_doc_init(&checker->doc);
    if (fill(checker, request, err) < 0) {
        sl_kube_checker_free(checker);
        return -1;
    }
    *out = checker;
    return 0;
}

void sl_kube_checker_free(struct sl_kube_checker *checker)
{
    if (!checker)
        return;
    sl_kubeschema_free(checker->set);
    sl_kubetally_free(checker->tally);
    sl_tree_free(checker->tree);
    sl_doc_release(&checker->doc);
    free(checker);
}

/* -- checking -- */

/* The files of kinds are read when an object of the kind is met: a directory can have thousands. */
static int find_schema(struct sl_kube_checker *checker, const struct sl_node *object, struct sl_err *err)
{
    struct sl_str api_version = sl_node_text(sl_node_get(object, "apiVersion"));
    struct sl_str kind = sl_node_text(sl_node_get(object, "kind"));
    if (!checker->tree || sl_kubeschema_has(checker->set, api_version, kind))
        return 0;
    return sl_kubeschema_add_kind_file(checker->set, checker->tree, checker->directory, api_version, kind,
                                       err) < 0
               ? -1
               : 0;
}

struct file_check {
    struct sl_kube_checker *checker;
    const struct sl_doc *doc;
    struct sl_findings *findings;
    struct sl_kube_counts *counts;
};

static int check_object(const struct file_check *file, const struct sl_node *object, struct sl_err *err)
{
    const struct sl_kubeschema *sets[] = {file->checker->set};
    struct sl_kubecheck check = {sets, 1, file->findings, file->checker->tally, false};
    if (find_schema(file->checker, object, err) < 0)
        return -1;
    int fits = sl_kubecheck(&check, file->doc, object, err);
    if (fits < 0)
        return -1;
    file->counts->objects++;
    file->counts->invalid += fits == 0;
    return 0;
}

static int check_document(const struct file_check *file, const struct sl_node *document, struct sl_err *err)
{
    const struct sl_node *items = items_of(document);
    for (uint32_t i = 0; items && i < items->count; i++)
        if (check_object(file, items->as.items[i], err) < 0)
            return -1;
    return items ? 0 : check_object(file, document, err);
}

int sl_kube_checker_file(struct sl_kube_checker *checker, const char *path, struct sl_findings *findings,
                         struct sl_kube_counts *counts, struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    SL_CLEANUP(sl_doc_release) struct sl_doc doc;
    struct sl_node *documents = NULL;
    struct file_check file = {checker, &doc, findings, counts};
    sl_buf_init(&text, SL_DOC_BYTES_MAX);
    sl_doc_init(&doc);
    if (sl_file_read(&text, path, SL_DOC_BYTES_MAX, err) < 0)
        return -1;
    if (sl_documents_read(&documents, &doc, sl_buf_view(&text), sl_str_from(path), SL_YAML_RESOURCE, err) <
        0) {
        if (sl_documents_unreadable(path, findings, err) < 0)
            return -1;
        counts->objects++;
        counts->invalid++;
        return 0;
    }
    for (uint32_t i = 0; i < documents->count; i++)
        if (check_document(&file, documents->as.items[i], err) < 0)
            return -1;
    size_t checked;
    sl_kubetally_counts(checker->tally, &checked, &counts->unchecked);
    return 0;
}

int sl_kube_checker_finish(const struct sl_kube_checker *checker, struct sl_findings *findings,
                           struct sl_err *err)
{
    return sl_kubetally_report(checker->tally, findings, err);
}
