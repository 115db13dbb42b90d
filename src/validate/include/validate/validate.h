/*
 * Validation of one delivery: every rule looks at what gitops made of release, customer and environment, and at the
 * files that would be packed, and says what it finds. docs/validation.md lists the rules for users.
 *
 * To add rules: a file rule_AREA.c (or manifest_*.c, values_*.c, leak_*.c) with one function per group, its prototype
 * in src/validate/groups.h, one line in the table of src/validate/rules.c; for each rule id one line in
 * src/validate/registry.c and one section in docs/validation.md. A test holds the three together. A rule id is a
 * literal "area/what".
 *
 * A group reports through sl_finding_report() (model/report.h) into subject->reading->findings, with the default
 * severity that the registry states; severities and exceptions of sealift.yaml are applied afterwards, to all findings
 * of a delivery (sl_validation_policy_apply()), so a group looks at neither. It returns 0, however much it found; -1 is
 * for what stops the work: SL_E_NO_MEMORY, SL_E_LIMIT, SL_E_IO. Text from outside goes into messages through
 * sl_shown().
 *
 * Two threads may run the groups at the same time, each for a subject of its own. So a group keeps nothing, and
 * what is the same for all customers goes through sl_validation_once().
 */
#ifndef VALIDATE_VALIDATE_H
#define VALIDATE_VALIDATE_H

#include "gitops/layout.h"

/* One file of the bundle. */
struct sl_validation_file {
    struct sl_str path;   /* in the bundle: manifests/..., values/APP.yaml, artifacts/... */
    struct sl_str text;   /* of what was made here; .ptr NULL for a file that is carried as it is */
    struct sl_str origin; /* of a carried file: its path in the tree; else empty */
    uint64_t size;
};

struct sl_validation_files {
    const struct sl_validation_file *items; /* ascending by bytes of the path */
    size_t count;
};

struct sl_validation_shared;

struct sl_validation_subject {
    struct sl_reading *reading; /* its document is for new nodes and texts; its tree has a guard: nothing of
                                        another customer can be read there, see sl_validation_whole() */
    const struct sl_layout *layout;   /* resolved; layout->composed is false where the build was refused */
    struct sl_validation_files files; /* may be empty: the build was refused, or nothing is to be packed */
    int64_t now; /* seconds since 1970, from the command; 0: unknown, rules about time are left
                                        out, with a note */
    struct sl_validation_shared *shared; /* never NULL */
};

/*
 * Runs every group of rules.c on the subject, in the order of the table. Where layout->composed is false only the
 * groups that can do without run. 0 whatever was found; -1 as said above, with the name of the group in front.
 */
int sl_validate_subject(const struct sl_validation_subject *subject, struct sl_err *err) SL_MUST_USE;

/*
 * -- what is the same for all customers --
 *
 * Order of calls: sl_validation_shared_new(); sl_validation_once() and the like from any thread;
 * sl_validation_shared_free() after the last subject is done.
 */

/* Opens the repository once more, for itself: a directory, or with `revision` not NULL a git revision. */
int sl_validation_shared_new(struct sl_validation_shared **out, const char *repository, const char *revision,
                             struct sl_err *err) SL_MUST_USE;
void sl_validation_shared_free(struct sl_validation_shared *shared); /* NULL is fine */
void sl_validation_shared_freep(struct sl_validation_shared **shared);

/* What sl_validation_once() calls to make the thing: `whole` is the repository without a guard, so with every customer
 * and release, to be used only until this returns; *made must not refer to it (tree memory lives as long as `shared`,
 * so texts that the tree handed out may be kept). `context` is the caller's. *made is not changed any more
 * afterwards, because several threads read it. */
typedef int sl_validation_make(void **made, struct sl_tree *whole, const void *context, struct sl_err *err);

/*
 * *out is what `make` made for this key, at the first call with that key, whoever calls it; freed by `release` with
 * `shared`. `key` names it among all rules ("leak: strings"; with what it depends on behind it, "kubeschema: 1.29"). A
 * failure is not kept: the next call tries again. One thread at a time is in a `make`, and `make` may call this for
 * other keys.
 */
int sl_validation_once(void **out, struct sl_validation_shared *shared, struct sl_str key,
                       sl_validation_make *make, const void *context, void (*release)(void *made),
                       struct sl_err *err) SL_MUST_USE;

#endif
