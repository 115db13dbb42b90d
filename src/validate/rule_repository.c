/*
 * repo/schema and repo/unreadable: every file of a release, of base/, overlays/default and the customer's overlay
 * against the schema of its kind, whether the delivery needs it or not.
 *
 * What is the same for all customers is looked at once; each of them gets those findings.
 */
#include "groups.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "file_kinds.h"
#include "folders.h"
#include "model/config.h"
#include "model/report.h"

#include <sealift/text.h>
#include <stdio.h>

/* More of one document says nothing new. */
enum { ERRORS_MAX = 20 };

struct walk {
    struct sl_tree *tree;
    struct sl_validation_shared *shared;
    struct sl_findings *findings;
    struct sl_doc_cache *cache; /* or NULL */
    uint64_t files;
    struct folders folders;
};

static void walk_release(struct walk *walk)
{
    folders_release(&walk->folders);
}

/* -- one file -- */

static int report_errors(struct walk *walk, const struct sl_doc *doc, const struct sl_schema_report *report,
                         enum sl_severity severity, struct sl_err *err)
{
    for (size_t i = 0; i < sl_schema_report_count(report) && i < ERRORS_MAX; i++) {
        const struct sl_schema_error *error = sl_schema_report_at(report, i);
        struct sl_finding finding = sl_finding_at(doc, error->mark, severity, "repo/schema");
        finding.pointer = error->instance;
        finding.message = error->message;
        finding.hint = error->hint;
        if (sl_finding_add(walk->findings, &finding, err) < 0)
            return -1;
    }
    return 0;
}

static int check_document(struct walk *walk, const struct sl_doc *doc, const struct sl_node *document,
                          const struct file_kind *kind, struct sl_err *err)
{
    const struct sl_schema *schema;
    SL_CLEANUP(sl_schema_report_freep) struct sl_schema_report *report = NULL;
    if (file_kind_schema(&schema, kind, walk->shared, err) < 0)
        return -1;
    int fits = sl_schema_validate(&report, schema, document, err);
    if (fits < 0)
        return -1;
    return fits > 0 ? 0 : report_errors(walk, doc, report, kind->severity, err);
}

static int report_unreadable(struct walk *walk, struct sl_str path, const struct sl_err *why,
                             struct sl_err *err)
{
    if (why->code != SL_E_INPUT && why->code != SL_E_LIMIT && why->code != SL_E_UNSUPPORTED) {
        *err = *why;
        return -1;
    }
    struct sl_finding finding = sl_finding_in_file(path, SL_ERROR, "repo/unreadable");
    finding.hint = sl_str_from(why->hint);
    finding.message = sl_finding_split_place(&finding, sl_str_from(why->message));
    return sl_finding_add(walk->findings, &finding, err);
}

/* kustomize takes the last of two equal keys without a word; whoever wrote them meant one of them. */
static int check_keys(struct walk *walk, const struct sl_doc_text *text, struct sl_err *err)
{
    SL_CLEANUP(sl_doc_release) struct sl_doc doc;
    struct sl_node *documents;
    struct sl_err why = {0};
    sl_doc_init(&doc);
    if (sl_yaml_read(&documents, &doc, text->bytes, text->name, SL_YAML_VALUES, &why) == 0)
        return 0;
    if (why.code == SL_E_NO_MEMORY)
        return sl_fail_memory(err);
    struct sl_finding finding = sl_finding_in_file(text->name, SL_WARNING, "repo/duplicate-key");
    finding.message = sl_finding_split_place(&finding, sl_str_from(why.message));
    return sl_finding_add(walk->findings, &finding, err);
}

static int check_text(struct walk *walk, struct sl_doc *doc, struct sl_str path, const struct file_kind *kind,
                      struct sl_err *err)
{
    struct sl_node *documents;
    struct sl_err why = {0};
    struct sl_doc_text text = {{NULL, 0}, path, kind->rules};
    if (sl_tree_read(walk->tree, path, &text.bytes, &why) < 0 ||
        sl_doc_cache_read(walk->cache, &documents, doc, &text, &why) < 0)
        return report_unreadable(walk, path, &why, err);
    if (kind->rules == SL_YAML_KUSTOMIZATION && check_keys(walk, &text, err) < 0)
        return -1;
    for (uint32_t i = 0; i < documents->count; i++)
        if (check_document(walk, doc, documents->as.items[i], kind, err) < 0)
            return -1;
    return 0;
}

static int check_file(struct walk *walk, struct sl_str path, struct sl_err *err)
{
    const struct file_kind *kind = file_kind_of(path);
    if (!kind)
        return 0;
    if (++walk->files > SL_TREE_FILES_MAX)
        return sl_fail(err, SL_E_LIMIT, "there are more than %llu files to check",
                       (unsigned long long)SL_TREE_FILES_MAX);
    SL_CLEANUP(sl_doc_release) struct sl_doc doc;
    sl_doc_init(&doc);
    char shown[256];
    if (check_text(walk, &doc, path, kind, err) < 0)
        return sl_wrap(err, "%s", sl_escape(shown, sizeof shown, path));
    return 0;
}

/* -- all files below a path -- */

/* What a release carries as it is: no file of ours. */
static bool is_carried(struct sl_str path)
{
    static const char *const folders[] = {"releases/*/artifacts", "releases/*/docs", "releases/*/schemas"};
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
        if (sl_glob_match(sl_str_from(folders[i]), path))
            return true;
    return false;
}

static int check_below(struct walk *walk, struct sl_str path, unsigned depth, struct sl_err *err);

static int check_entries(struct walk *walk, struct sl_str directory, unsigned depth, struct sl_err *err)
{
    const struct sl_tree_entry *entries;
    size_t count;
    if (sl_tree_list(walk->tree, directory, &entries, &count, err) < 0)
        return -1;
    char path[SL_PATH_MAX + 1];
    for (size_t i = 0; i < count; i++) {
        int length =
            snprintf(path, sizeof path, SL_FMT "/" SL_FMT, SL_ARG(directory), SL_ARG(entries[i].name));
        if (length < 0 || (size_t)length >= sizeof path)
            continue; /* nothing can be packed that has such a path, and whoever tries is told */
        if (check_below(walk, (struct sl_str){path, (size_t)length}, depth + 1, err) < 0)
            return -1;
    }
    return 0;
}

static int check_below(struct walk *walk, struct sl_str path, unsigned depth, struct sl_err *err)
{
    struct sl_tree_entry entry;
    struct sl_err why = {0};
    int there = sl_tree_stat(walk->tree, path, &entry, &why);
    if (there < 0)
        return report_unreadable(walk, path, &why, err);
    if (there == 0)
        return 0;
    if (entry.kind == SL_TREE_FILE)
        return check_file(walk, path, err);
    if (depth >= SL_TREE_DEPTH_MAX || is_carried(path))
        return 0;
    int enter = folders_enter(&walk->folders, walk->tree, path, err);
    return enter > 0 ? check_entries(walk, path, depth, err) : enter;
}

/* -- the part that is the same for all customers -- */

static void free_findings(void *made)
{
    sl_findings_free(made);
}

static int check_common(void **made, struct sl_tree *whole, const void *context, struct sl_err *err)
{
    const struct sl_validation_subject *subject = context;
    SL_CLEANUP(sl_findings_freep) struct sl_findings *findings = NULL;
    if (sl_findings_new(&findings, err) < 0)
        return -1;
    SL_CLEANUP(walk_release)
    struct walk walk = {
        .tree = whole, .shared = subject->shared, .findings = findings, .cache = subject->reading->cache};
    folders_init(&walk.folders);
    const struct sl_str places[] = {SL_STR("sealift.yaml"), SL_STR("base"), SL_STR("overlays/default"),
                                    subject->layout->release_directory};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if (check_below(&walk, places[i], 0, err) < 0)
            return -1;
    *made = sl_steal(&findings);
    return 0;
}

/* -- telling them -- */

/* Whether whoever reads the file for the delivery has spoken about that line already: in better words, and it is one
 * fault. */
static bool is_known(const struct sl_findings *findings, size_t count, const struct sl_finding *finding)
{
    for (size_t i = 0; i < count; i++) {
        const struct sl_finding *other = sl_findings_at(findings, i);
        if (other->line == finding->line && finding->line > 0 && sl_str_equal(other->file, finding->file))
            return true;
    }
    return false;
}

static int hand_on(struct sl_findings *to, const struct sl_findings *from, struct sl_err *err)
{
    size_t before = sl_findings_count(to);
    for (size_t i = 0; i < sl_findings_count(from); i++) {
        const struct sl_finding *finding = sl_findings_at(from, i);
        if (!is_known(to, before, finding) && sl_finding_add(to, finding, err) < 0)
            return -1;
    }
    return 0;
}

int sl_rules_repository(const struct sl_validation_subject *subject, struct sl_err *err)
{
    void *common;
    SL_CLEANUP(sl_findings_freep) struct sl_findings *own = NULL;
    if (sl_validation_once(&common, subject->shared, SL_STR("repo: common files"), check_common, subject,
                           free_findings, err) < 0 ||
        sl_findings_new(&own, err) < 0)
        return -1;
    SL_CLEANUP(walk_release)
    struct walk walk = {.tree = subject->reading->tree,
                        .shared = subject->shared,
                        .findings = own,
                        .cache = subject->reading->cache};
    folders_init(&walk.folders);
    if (check_below(&walk, subject->layout->overlay_directory, 0, err) < 0 ||
        hand_on(subject->reading->findings, common, err) < 0)
        return -1;
    return hand_on(subject->reading->findings, own, err);
}
