/*
 * What will be in a bundle: pure computation from content to member list and manifest. No file is opened
 * here.
 *
 * Order of calls: sl_plan_new(); sl_plan_add_text(), sl_plan_add_file() and sl_plan_add_made() in any order;
 * sl_plan_finish() once, which sorts, has made what is to be made, checks the names against each other, and derives
 * SHA256SUMS and the manifest. Then the plan is read-only.
 *
 * Neither SHA256SUMS nor manifest.json is ever held as a text, nor is what somebody else makes: each is made once to be
 * measured and hashed, and made again to be written. So a plan takes some 90 bytes a file, and what its own texts have.
 */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include "base/maker.h"
#include "crypto/minisig.h"
#include <sealift/manifest.h>

/* What a plan knows of a file, and where its bytes come from: from `origin` where that is not empty, else from `maker` where
 * there is one, else they are `text`. */
struct sl_plan_member {
    struct sl_str path;
    struct sl_str text;
    struct sl_str
        origin; /* a path in the tree that is packed, streamed while writing and checked against the digest */
    const struct sl_maker *maker;
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

/* Content that stays where it is; the caller has measured and hashed it. Path and origin are not copied: they must outlive
 * the plan. */
int sl_plan_add_file(struct sl_plan *plan, const struct sl_plan_member *member,
                     struct sl_err *err) SL_MUST_USE;

/*
 * Content that follows from the plan itself, of at most `max` bytes, for at most SL_PLAN_MADE_MAX files; `path` must outlive
 * the plan. sl_plan_finish() has it made after everything that was added before; from then on a maker may ask for the facts in
 * sl_plan_manifest() and for the members, which ascend by path, and of which those that are made after it have no digest yet.
 */
#define SL_PLAN_MADE_MAX 4
int sl_plan_add_made(struct sl_plan *plan, struct sl_str path, const struct sl_maker *maker, size_t max,
                     struct sl_err *err) SL_MUST_USE;

/*
 * `facts` gives everything of the manifest but bundle, files, file_count and total_bytes, which are derived;
 * upgrade_from may come in any order and with repetitions, stops in any order. SL_E_INPUT for a name against the rules, one that
 * the format keeps for itself (SHA256SUMS, manifest.json), or two names that collide (both are named).
 * Whatever the order of adding, the same content gives the same bytes.
 */
int sl_plan_finish(struct sl_plan *plan, const struct sl_manifest *facts, struct sl_err *err) SL_MUST_USE;

/* Before finish, what was added so far, in the order of adding. After finish, the members in bundle order (SHA256SUMS first). */
size_t sl_plan_count(const struct sl_plan *plan);
struct sl_plan_member sl_plan_member(const struct sl_plan *plan, size_t index);

/* After finish: the manifest, what makes its canonical text, and what is known of that. */
const struct sl_manifest *sl_plan_manifest(const struct sl_plan *plan);
struct sl_maker sl_plan_manifest_maker(const struct sl_plan *plan);
const struct sl_text_digests *sl_plan_manifest_digests(const struct sl_plan *plan);

#endif
