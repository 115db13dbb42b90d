#include "validation.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "gitops/layout.h"
#include "io/thread.h"
#include "model/name.h"
#include "model/report.h"

#include <stdatomic.h>
#include <stdlib.h>

enum { THREADS_MAX = 16 };

/* What the threads share: each takes the next customer nobody has. */
struct crew {
    struct sl_validation *validation;
    const struct sl_validation_request *request;
    struct sl_validation_shared *shared;
    struct sl_doc_cache *cache;
    atomic_size_t next;
};

/* One of them. Its tree is opened before the threads start and closed after they have ended: libgit2 has settings that
 * opening sets for all, and keeps something for every thread that it frees when the thread ends, unless its last user
 * has gone before. */
struct worker {
    struct crew *crew;
    struct sl_tree *tree;
};

void sl_validation_free(struct sl_validation *validation)
{
    if (!validation)
        return;
    for (size_t i = 0; i < validation->customer_count; i++) {
        sl_findings_free(validation->customers[i].findings);
        free(validation->customers[i].used);
        sl_arena_release(&validation->customers[i].arena);
    }
    sl_findings_free(validation->general);
    sl_arena_release(&validation->arena);
    free(validation);
}

SL_DEFINE_FREEP(struct sl_validation, sl_validation_free)

static int open_tree(struct sl_tree **out, const struct sl_release_query *query, struct sl_err *err)
{
    return query->revision ? sl_tree_open_git(out, query->repository, query->revision, err)
                           : sl_tree_open_directory(out, query->repository, err);
}

static void *work(void *context)
{
    struct worker *worker = context;
    struct crew *crew = worker->crew;
    for (;;) {
        size_t index = atomic_fetch_add(&crew->next, 1);
        if (index >= crew->validation->customer_count)
            return NULL;
        struct rendering_common common = {.tree = worker->tree, .shared = crew->shared, .cache = crew->cache};
        validation_of_customer(&crew->validation->customers[index], crew->request, &common,
                               crew->validation->customer_count == 1);
    }
}

static unsigned count_threads(const struct crew *crew)
{
    unsigned wanted = crew->request->threads ? crew->request->threads : sl_thread_cpus();
    if (wanted > THREADS_MAX)
        wanted = THREADS_MAX;
    size_t customers = crew->validation->customer_count;
    return wanted > customers ? (unsigned)customers : wanted;
}

static int open_worker(struct worker *worker, struct crew *crew, struct sl_err *err)
{
    struct sl_tree_revision revision;
    worker->crew = crew;
    if (open_tree(&worker->tree, &crew->request->query, err) < 0)
        return -1;
    return sl_tree_revision(worker->tree, &revision, err);
}

/* This thread works too, with `tree`, so that it goes on where no other can be started. */
static int work_together(struct crew *crew, struct sl_tree *tree, struct sl_err *err)
{
    pthread_t threads[THREADS_MAX];
    struct worker others[THREADS_MAX] = {{NULL, NULL}};
    struct worker own = {.crew = crew, .tree = tree};
    unsigned wanted = count_threads(crew);
    unsigned started = 0;
    int result = 0;
    for (unsigned i = 0; i + 1 < wanted && result == 0; i++)
        result = open_worker(&others[i], crew, err);
    while (result == 0 && started + 1 < wanted && sl_thread_start(&threads[started], work, &others[started]))
        started++;
    if (result == 0)
        (void)work(&own);
    for (unsigned i = 0; i < started; i++)
        (void)pthread_join(threads[i], NULL);
    for (unsigned i = 0; i < THREADS_MAX; i++)
        sl_tree_free(others[i].tree);
    return result;
}

/* -- who is looked at -- */

static int report_name(struct sl_validation *validation, struct sl_str name, const struct sl_err *why,
                       struct sl_err *err)
{
    struct sl_str path = sl_arena_join(&validation->arena, SL_STR("overlays/"), name);
    if (!path.ptr)
        return sl_fail_memory(err);
    struct sl_finding finding = sl_finding_in_file(path, SL_ERROR, "repo/customer-name");
    return sl_finding_report(validation->general, &finding, err, "nothing can be packed for it: %s",
                             why->message);
}

static int add_customer(struct sl_validation *validation, struct sl_str name, struct sl_err *err)
{
    struct validated_customer *customer = &validation->customers[validation->customer_count];
    customer->name = sl_arena_str(&validation->arena, name);
    if (!customer->name.ptr)
        return sl_fail_memory(err);
    if (sl_findings_new(&customer->findings, err) < 0)
        return -1;
    validation->customer_count++;
    return 0;
}

static int add_all(struct sl_validation *validation, struct sl_tree *tree, struct sl_err *err)
{
    const struct sl_tree_entry *entries;
    size_t count;
    if (sl_tree_list(tree, SL_STR("overlays"), &entries, &count, err) < 0)
        return -1;
    validation->customers = sl_arena_array(&validation->arena, count, sizeof *validation->customers);
    if (!validation->customers)
        return sl_fail_memory(err);
    for (size_t i = 0; i < count; i++) {
        struct sl_str name = entries[i].name;
        if (entries[i].kind != SL_TREE_DIRECTORY || sl_str_equal(name, SL_STR("default")))
            continue;
        struct sl_err why = {0};
        bool good = sl_label_check("customer", name, &why) == 0;
        if ((good ? add_customer(validation, name, err) : report_name(validation, name, &why, err)) < 0)
            return -1;
    }
    if (validation->customer_count == 0 && sl_findings_count(validation->general) == 0)
        return sl_fail(err, SL_E_USAGE, "there is no customer: overlays/ has no directory but default");
    return 0;
}

static int choose_customers(struct sl_validation *validation, struct sl_tree *tree, struct sl_str customer,
                            struct sl_err *err)
{
    if (customer.len == 0)
        return add_all(validation, tree, err);
    validation->customers = sl_arena_array(&validation->arena, 1, sizeof *validation->customers);
    return validation->customers ? add_customer(validation, customer, err) : sl_fail_memory(err);
}

/* -- what is about no customer -- */

static int report_dirty(struct sl_validation *validation, struct sl_tree *tree,
                        const struct sl_release_query *query, struct sl_err *err)
{
    struct sl_tree_revision revision;
    if (query->revision || query->allow_dirty)
        return 0;
    if (sl_tree_revision(tree, &revision, err) < 0)
        return -1;
    if (!revision.is_git || !revision.commit[0] || !revision.dirty)
        return 0;
    struct sl_finding finding = sl_finding_in_file(revision.changed, SL_WARNING, "repo/dirty");
    finding.hint = SL_STR("commit before you pack; --allow-dirty leaves this out");
    return sl_finding_report(
        validation->general, &finding, err,
        "is not as in commit %.12s (%zu paths in all): what is validated is not what a commit holds",
        revision.commit, revision.changed_count);
}

static void collect_used(struct sl_validation_policy *policy, const struct sl_validation *validation)
{
    for (size_t i = 0; i < validation->customer_count; i++) {
        const struct validated_customer *customer = &validation->customers[i];
        for (size_t j = 0; j < customer->used_count && j < policy->config.exception_count; j++)
            policy->used[j] = policy->used[j] || customer->used[j];
    }
}

/* sealift.yaml once more, for the findings that are about no customer and for exceptions that nobody needed. */
static int judge_generally(struct sl_validation *validation, struct sl_reading *reading,
                           const struct sl_release_query *query, struct sl_err *err)
{
    struct sl_validation_policy policy;
    struct sl_err why = {0};
    if (sl_validation_policy_read(&policy, reading, query->now, &why) < 0) {
        /* A file that cannot be parsed has been found by every customer. */
        if (why.code == SL_E_INPUT || why.code == SL_E_LIMIT)
            return 0;
        *err = why;
        return -1;
    }
    (void)sl_validation_policy_apply(&policy, validation->general, query->release, (struct sl_str){NULL, 0});
    collect_used(&policy, validation);
    return sl_validation_policy_report_unused(&policy, &reading->doc, validation->general, query->release,
                                              query->customer, err);
}

static int find_general(struct sl_validation *validation, struct sl_tree *tree,
                        const struct sl_release_query *query, struct sl_err *err)
{
    SL_CLEANUP(sl_findings_freep) struct sl_findings *known = NULL;
    if (sl_findings_new(&known, err) < 0)
        return -1;
    struct sl_reading reading;
    sl_reading_init(&reading, tree, known);
    int result = report_dirty(validation, tree, query, err);
    if (result == 0)
        result = judge_generally(validation, &reading, query, err);
    sl_reading_release(&reading);
    return result;
}

static int compare_names(const void *left, const void *right)
{
    return sl_str_compare(*(const struct sl_str *)left, *(const struct sl_str *)right);
}

static int collect_unchecked(struct sl_validation *validation, struct sl_err *err)
{
    size_t room = 1;
    for (size_t i = 0; i < validation->customer_count; i++)
        room += validation->customers[i].unchecked_count;
    validation->unchecked = sl_arena_array(&validation->arena, room, sizeof *validation->unchecked);
    if (!validation->unchecked)
        return sl_fail_memory(err);
    size_t count = 0, kept = 0;
    for (size_t i = 0; i < validation->customer_count; i++)
        for (size_t j = 0; j < validation->customers[i].unchecked_count; j++)
            validation->unchecked[count++] = validation->customers[i].unchecked[j];
    if (count > 1)
        qsort(validation->unchecked, count, sizeof *validation->unchecked, compare_names);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || !sl_str_equal(validation->unchecked[kept - 1], validation->unchecked[i]))
            validation->unchecked[kept++] = validation->unchecked[i];
    validation->unchecked_count = kept;
    return 0;
}

static int run(struct sl_validation *validation, const struct sl_validation_request *request,
               struct sl_err *err)
{
    const struct sl_release_query *query = &request->query;
    SL_CLEANUP(sl_tree_freep) struct sl_tree *tree = NULL;
    SL_CLEANUP(sl_validation_shared_freep) struct sl_validation_shared *shared = NULL;
    SL_CLEANUP(sl_doc_cache_freep) struct sl_doc_cache *cache = NULL;
    if (sl_findings_new(&validation->general, err) < 0 || open_tree(&tree, query, err) < 0 ||
        check_repository(tree, query->repository, err) < 0 ||
        choose_customers(validation, tree, query->customer, err) < 0 ||
        sl_validation_shared_new(&shared, query->repository, query->revision, err) < 0 ||
        sl_doc_cache_new(&cache, err) < 0)
        return -1;
    struct crew crew = {.validation = validation, .request = request, .shared = shared, .cache = cache};
    struct sl_tree_revision revision;
    /* Asked before the threads start, for the reason said at struct worker. */
    if (sl_tree_revision(tree, &revision, err) < 0 || work_together(&crew, tree, err) < 0)
        return -1;
    for (size_t i = 0; i < validation->customer_count; i++) {
        if (validation->customers[i].failure.code == SL_OK)
            continue;
        *err = validation->customers[i].failure;
        return -1;
    }
    if (collect_unchecked(validation, err) < 0 || find_general(validation, tree, query, err) < 0)
        return -1;
    return validation_merge(validation, err);
}

int sl_validation_run(struct sl_validation **out, const struct sl_validation_request *request,
                      struct sl_err *err)
{
    *out = NULL;
    SL_CLEANUP(sl_validation_freep) struct sl_validation *validation = calloc(1, sizeof *validation);
    if (!validation)
        return sl_fail_memory(err);
    sl_arena_init(&validation->arena, SL_TREE_MEMORY_MAX);
    if (run(validation, request, err) < 0)
        return -1;
    *out = sl_steal(&validation);
    return 0;
}

/* -- asking -- */

size_t sl_validation_customer_count(const struct sl_validation *validation)
{
    return validation->customer_count;
}

struct sl_str sl_validation_customer(const struct sl_validation *validation, size_t index)
{
    return validation->customers[index].name;
}

const struct sl_findings *sl_validation_findings_of(const struct sl_validation *validation, size_t index)
{
    return validation->customers[index].findings;
}

size_t sl_validation_count(const struct sl_validation *validation)
{
    return validation->merged.count;
}

struct sl_merged_finding sl_validation_at(const struct sl_validation *validation, size_t index)
{
    return validation->merged.items[index];
}

size_t sl_validation_of(const struct sl_validation *validation, enum sl_severity severity)
{
    return validation->merged.of[severity];
}

size_t sl_validation_excepted(const struct sl_validation *validation)
{
    size_t count = 0;
    for (size_t i = 0; i < validation->customer_count; i++)
        count += validation->customers[i].excepted;
    return count;
}

size_t sl_validation_unchecked_count(const struct sl_validation *validation)
{
    return validation->unchecked_count;
}

struct sl_str sl_validation_unchecked(const struct sl_validation *validation, size_t index)
{
    return validation->unchecked[index];
}
