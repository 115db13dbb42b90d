/*
 * What will be in a bundle: pure computation from content to member list and manifest. No file is opened
 * here.
 *
 * Order of calls: sl_plan_new(); sl_plan_add_text() and sl_plan_add_file() in any order; sl_plan_finish()
 * once, which sorts, checks the names against each other, makes SHA256SUMS and the manifest. Then the plan is
 * read-only.
 */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include "crypto/digest.h"
#include <sealift/manifest.h>

/* Where a member's bytes come from. */
struct sl_plan_member {
    struct sl_str path;
    struct sl_str text; /* the content, when `origin` is empty */
    struct sl_str
        origin; /* a path in the tree that is packed, streamed while writing and checked against the digest */
    uint64_t size;
    struct sl_digest digest;
    bool executable;
};

struct sl_plan;

int sl_plan_new(struct sl_plan **out, struct sl_err *err) SL_MUST_USE;
void sl_plan_free(struct sl_plan *plan);
void sl_plan_freep(struct sl_plan **plan);

/* Content made here; copied and hashed. */
int sl_plan_add_text(struct sl_plan *plan, struct sl_str path, struct sl_str text, bool executable,
                     struct sl_err *err) SL_MUST_USE;

/* Content that stays where it is; the caller has measured and hashed it. */
int sl_plan_add_file(struct sl_plan *plan, const struct sl_plan_member *member,
                     struct sl_err *err) SL_MUST_USE;

/*
 * `facts` gives everything of the manifest but bundle, files, file_count and total_bytes, which are derived;
 * upgrade_from may come in any order and with repetitions, stops in any order. SL_E_INPUT for a name against the rules, one that
 * the format keeps for itself (SHA256SUMS, manifest.json), or two names that collide (both are named).
 * Whatever the order of adding, the same content gives the same bytes.
 */
int sl_plan_finish(struct sl_plan *plan, const struct sl_manifest *facts, struct sl_err *err) SL_MUST_USE;

/* Before finish, what was added so far, in the order of adding; until the next is added. After finish, the members in
 * bundle order (SHA256SUMS first). */
size_t sl_plan_count(const struct sl_plan *plan);
const struct sl_plan_member *sl_plan_member(const struct sl_plan *plan, size_t index);

/* After finish: canonical manifest.json, and its struct. */
struct sl_str sl_plan_manifest_json(const struct sl_plan *plan);
const struct sl_manifest *sl_plan_manifest(const struct sl_plan *plan);

#endif
