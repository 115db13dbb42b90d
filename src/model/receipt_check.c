/*
 * Receipts of one site, from any number of exports, proved and held against each other.
 */
#include <sealift/receipt.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"
#include "crypto/digest.h"
#include "crypto/minisig.h"
#include "doc/json.h"

#include <sealift/text.h>
#include <stdio.h>
#include <stdlib.h>

struct sl_receipt_check {
    struct sl_public_key key;
    unsigned char site[32];
    struct sl_doc doc; /* owns the texts */
    struct sl_receipt_entry *entries;
    size_t count, capacity;
    struct sl_receipt_problem *problems;
    size_t problem_count, problem_capacity;
};

const char *sl_receipt_fault_name(enum sl_receipt_fault fault)
{
    static const char *const names[] = {
        [SL_RECEIPT_UNSIGNED] = "unsigned", [SL_RECEIPT_GAP] = "gap",     [SL_RECEIPT_FORK] = "fork",
        [SL_RECEIPT_OTHER] = "other-site",  [SL_RECEIPT_CLOCK] = "clock", [SL_RECEIPT_FLOOR] = "fell",
        [SL_RECEIPT_GRANT] = "grant-twice",
    };
    return names[fault];
}

int sl_receipt_check_new(struct sl_receipt_check **out, const struct sl_public_key *key, struct sl_err *err)
{
    struct sl_receipt_check *check = calloc(1, sizeof *check);
    if (!check)
        return sl_fail_memory(err);
    check->key = *key;
    struct sl_digest site;
    sl_sha256(&site, key->point, sizeof key->point);
    memcpy(check->site, site.bytes, sizeof check->site);
    sl_doc_init(&check->doc);
    *out = check;
    return 0;
}

void sl_receipt_check_free(struct sl_receipt_check *check)
{
    if (!check)
        return;
    sl_doc_release(&check->doc);
    free(check->entries);
    free(check->problems);
    free(check);
}

void sl_receipt_check_freep(struct sl_receipt_check **check)
{
    sl_receipt_check_free(*check);
    *check = NULL;
}

/* One more place in an array that grows by doubling; NULL without memory. */
static void *grow(void **items, size_t count, size_t *capacity, size_t size)
{
    if (count == *capacity) {
        size_t more = *capacity ? 2 * *capacity : 64;
        void *moved = reallocarray(*items, more, size);
        if (!moved)
            return NULL;
        *items = moved;
        *capacity = more;
    }
    return (char *)*items + count * size;
}

SL_PRINTF(5, 6)
static int add_problem(struct sl_receipt_check *check, struct sl_err *err, enum sl_receipt_fault fault,
                       uint64_t number, const char *format, ...)
{
    struct sl_receipt_problem *problem =
        grow((void **)&check->problems, check->problem_count, &check->problem_capacity, sizeof *problem);
    if (!problem)
        return sl_fail_memory(err);
    *problem = (struct sl_receipt_problem){.fault = fault, .number = number};
    va_list args;
    va_start(args, format);
    (void)vsnprintf(problem->text, sizeof problem->text, format, args);
    va_end(args);
    check->problem_count++;
    return 0;
}

/* -- adding -- */

/* Signature first: nothing of a receipt is read before. 1 a receipt, 0 a problem was noted, -1. */
static int prove(struct sl_receipt_check *check, struct sl_receipt_entry *entry, struct sl_str json,
                 struct sl_str signature, const char *where, struct sl_err *err)
{
    struct sl_minisig minisig;
    struct sl_signed_message message;
    struct sl_err why = {0};
    sl_signed_message_of(&message, json);
    if (sl_minisig_read(&minisig, signature, where, &why) < 0 ||
        sl_minisig_verify(&minisig, &check->key, &message, where, &why) < 0 ||
        sl_receipt_read(&entry->receipt, entry->signers, json, where, &why) < 0) {
        if (why.code == SL_E_NO_MEMORY)
            return sl_fail_memory(err);
        return add_problem(check, err, SL_RECEIPT_UNSIGNED, 0, "%s", why.message);
    }
    struct sl_digest digest;
    sl_sha256(&digest, json.ptr, json.len);
    memcpy(entry->sha256, digest.bytes, sizeof entry->sha256);
    if (memcmp(entry->receipt.site, check->site, sizeof check->site) != 0)
        return add_problem(check, err, SL_RECEIPT_OTHER, entry->receipt.number,
                           "%s: it says that it is of another site", where);
    return 1;
}

static int add_line(struct sl_receipt_check *check, struct sl_str line, const char *where, struct sl_err *err)
{
    struct sl_node *root;
    struct sl_err why = {0};
    if (check->count >= SL_RECEIPTS_MAX)
        return sl_fail(err, SL_E_LIMIT, "%s: more than %d receipts at once", where, SL_RECEIPTS_MAX);
    if (sl_json_read(&root, &check->doc, line, sl_str_from(where), &why) < 0) {
        if (why.code == SL_E_NO_MEMORY)
            return sl_fail_memory(err);
        return add_problem(check, err, SL_RECEIPT_UNSIGNED, 0, "%s", why.message);
    }
    struct sl_receipt_entry *entry =
        grow((void **)&check->entries, check->count, &check->capacity, sizeof *entry);
    if (!entry)
        return sl_fail_memory(err);
    int proved = prove(check, entry, sl_node_text(sl_node_get(root, "receipt")),
                       sl_node_text(sl_node_get(root, "signature")), where, err);
    check->count += proved > 0;
    return proved < 0 ? -1 : 0;
}

int sl_receipt_check_add(struct sl_receipt_check *check, struct sl_str text, const char *name,
                         struct sl_err *err)
{
    char shown[128];
    char where[192];
    (void)sl_escape(shown, sizeof shown, sl_str_from(name));
    size_t number = 1;
    for (struct sl_str line; sl_str_next_line(&line, &text); number++) {
        (void)snprintf(where, sizeof where, "%s, line %zu", shown, number);
        if (line.len > 0 && add_line(check, line, where, err) < 0)
            return -1;
    }
    return 0;
}

/* 1 a receipt, 0 something else, -1 no memory. */
static int site_of_line(unsigned char out[32], struct sl_str line, struct sl_err *err)
{
    struct sl_node *root = NULL;
    struct sl_receipt receipt;
    struct sl_str signers[SL_RECEIPT_SIGNERS_MAX];
    SL_CLEANUP(sl_doc_release) struct sl_doc doc;
    sl_doc_init(&doc);
    if (sl_json_read(&root, &doc, line, SL_STR("an export"), err) < 0 ||
        sl_receipt_read(&receipt, signers, sl_node_text(sl_node_get(root, "receipt")), "an export", err) < 0)
        return err->code == SL_E_NO_MEMORY ? -1 : 0;
    memcpy(out, receipt.site, sizeof receipt.site);
    return 1;
}

int sl_receipt_export_site(unsigned char out[32], struct sl_str text, struct sl_err *err)
{
    for (struct sl_str line; sl_str_next_line(&line, &text);) {
        int found = site_of_line(out, line, err);
        if (found != 0)
            return found < 0 ? -1 : 0;
    }
    return sl_fail(err, SL_E_REFUSED, "there is no receipt in what was given");
}

/* -- holding them against each other -- */

static int by_number(const void *left, const void *right)
{
    const struct sl_receipt_entry *a = left;
    const struct sl_receipt_entry *b = right;
    if (a->receipt.number != b->receipt.number)
        return a->receipt.number < b->receipt.number ? -1 : 1;
    return memcmp(a->sha256, b->sha256, sizeof a->sha256);
}

/* The same receipt may have come in several exports. */
static void drop_repetitions(struct sl_receipt_check *check)
{
    size_t kept = 0;
    for (size_t i = 0; i < check->count; i++)
        if (kept == 0 || memcmp(check->entries[kept - 1].sha256, check->entries[i].sha256, 32) != 0)
            check->entries[kept++] = check->entries[i];
    check->count = kept;
}

/* What only ever rises. Within an epoch, that is, for floor and sequence; and within one of trust.json for the time, which
 * a new one may say anew. */
static bool fell(const struct sl_receipt *a, const struct sl_receipt *b)
{
    bool same_epoch = a->epoch == b->epoch;
    return b->epoch < a->epoch || b->trust_epoch < a->trust_epoch || b->trust_version < a->trust_version ||
           (a->trust_epoch == b->trust_epoch && b->proved_time < a->proved_time) ||
           (same_epoch && (b->floor < a->floor || b->highest_sequence < a->highest_sequence));
}

static int compare_two(struct sl_receipt_check *check, const struct sl_receipt_entry *before,
                       const struct sl_receipt_entry *after, struct sl_err *err)
{
    const struct sl_receipt *a = &before->receipt;
    const struct sl_receipt *b = &after->receipt;
    unsigned long long first = a->number;
    unsigned long long second = b->number;
    if (first == second)
        return add_problem(
            check, err, SL_RECEIPT_FORK, b->number,
            "there are two receipts %llu: the state of the site was put back to an earlier day, or copied",
            second);
    if (second != first + 1)
        return add_problem(check, err, SL_RECEIPT_GAP, b->number, "receipts %llu to %llu are missing",
                           first + 1, second - 1);
    if (memcmp(b->previous, before->sha256, sizeof b->previous) != 0)
        return add_problem(check, err, SL_RECEIPT_FORK, b->number,
                           "receipt %llu does not follow receipt %llu, but another of that number", second,
                           first);
    if (!sl_str_equal(a->customer, b->customer) &&
        add_problem(check, err, SL_RECEIPT_OTHER, b->number, "receipt %llu is of another customer than %llu",
                    second, first) < 0)
        return -1;
    if (fell(a, b) &&
        add_problem(check, err, SL_RECEIPT_FLOOR, b->number,
                    "in receipt %llu floor, epoch, highest sequence, trust version or proved time is lower "
                    "than in %llu",
                    second, first) < 0)
        return -1;
    if (b->time < a->time)
        return add_problem(check, err, SL_RECEIPT_CLOCK, b->number,
                           "the site's clock went back between receipts %llu and %llu", first, second);
    return 0;
}

/* A grant works once: two receipts of one are a state that was put back in between. */
static int check_grants(struct sl_receipt_check *check, struct sl_err *err)
{
    static const unsigned char none[32];
    SL_CLEANUP(sl_map_release) struct sl_map used;
    sl_map_init(&used);
    for (size_t i = 0; i < check->count; i++) {
        struct sl_receipt *receipt = &check->entries[i].receipt;
        struct sl_str grant = {(const char *)receipt->grant, sizeof receipt->grant};
        if (memcmp(receipt->grant, none, sizeof none) == 0)
            continue;
        const struct sl_receipt *before = sl_map_get(&used, grant);
        if (before && before->number != receipt->number &&
            add_problem(check, err, SL_RECEIPT_GRANT, receipt->number,
                        "receipt %llu uses the grant that receipt %llu has used, and a grant works once",
                        (unsigned long long)receipt->number, (unsigned long long)before->number) < 0)
            return -1;
        if (!before && sl_map_put(&used, grant, receipt, err) < 0)
            return -1;
    }
    return 0;
}

int sl_receipt_check_finish(struct sl_receipt_check *check, struct sl_err *err)
{
    if (check->count > 1)
        qsort(check->entries, check->count, sizeof *check->entries, by_number);
    drop_repetitions(check);
    if (check->count == 0)
        return 0;
    for (size_t i = 0; i < check->count; i++)
        check->entries[i].receipt.signers = check->entries[i].signers;
    const struct sl_receipt *first = &check->entries[0].receipt;
    if (first->number > 1 &&
        add_problem(check, err, SL_RECEIPT_GAP, first->number, "receipts 1 to %llu are missing",
                    (unsigned long long)first->number - 1) < 0)
        return -1;
    for (size_t i = 1; i < check->count; i++)
        if (compare_two(check, &check->entries[i - 1], &check->entries[i], err) < 0)
            return -1;
    return check_grants(check, err);
}

size_t sl_receipt_check_count(const struct sl_receipt_check *check)
{
    return check->count;
}

const struct sl_receipt_entry *sl_receipt_check_at(const struct sl_receipt_check *check, size_t index)
{
    return &check->entries[index];
}

size_t sl_receipt_check_problems(const struct sl_receipt_check *check)
{
    return check->problem_count;
}

const struct sl_receipt_problem *sl_receipt_check_problem(const struct sl_receipt_check *check, size_t index)
{
    return &check->problems[index];
}
