/*
 * What the signatures of a bundle that was taken once are worth by the versions of trust.json that came since.
 */
#include <criterion/criterion.h>

#include "crypto/digest.h"
#include "trust/standing.h"
#include "trust_kit.h"

#include "alloc_fault.h"
#include "temp_dir.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_VERSIONS = 4 };

/* A line of versions on a disk, read as a site reads its own. */
struct line {
    struct temp_dir temp;
    struct sl_trust *versions[LINE_MAX_VERSIONS];
    size_t count;
    struct sl_trust_steps *steps;
};

static void change_nothing(struct sl_trust *trust)
{
    (void)trust;
}

static void drop_1(struct sl_trust *trust)
{
    unsigned char name[32];
    struct sl_err err = {0};
    trust_kit_name(name, 1);
    cr_assert_eq(sl_trust_drop_key(trust, name, SL_ROLE_RELEASE, &err), 0, "%s", err.message);
}

static void revoke_1(struct sl_trust *trust)
{
    unsigned char name[32];
    struct sl_err err = {0};
    trust_kit_name(name, 1);
    cr_assert_eq(sl_trust_revoke_key(trust, name, &(struct sl_trust_point){1, 17}, 1, &err), 0, "%s",
                 err.message);
}

static void want_two(struct sl_trust *trust)
{
    trust->thresholds[SL_ROLE_RELEASE] = 2;
}

static void exchange_both(struct sl_trust *trust)
{
    unsigned char name[32];
    struct sl_err err = {0};
    drop_1(trust);
    trust_kit_name(name, 2);
    cr_assert_eq(sl_trust_drop_key(trust, name, SL_ROLE_RELEASE, &err), 0, "%s", err.message);
    trust_kit_add(trust, 3, SL_ROLE_RELEASE);
}

/* Version 1 has release keys 1 and 2, of which one must sign; each change makes the next version. */
static const struct {
    const char *what;
    void (*changes[LINE_MAX_VERSIONS - 1])(struct sl_trust *trust);
    unsigned signers[4];
    uint64_t epoch, sequence;
    enum sl_standing standing;
} cases[] = {
    {"by a key of the newest", {NULL}, {1}, 1, 18, SL_STANDING_GOOD},
    {"by nobody", {NULL}, {0}, 1, 18, SL_STANDING_NONE},
    {"by a stranger", {change_nothing}, {4}, 1, 18, SL_STANDING_NONE},
    {"by a root key", {change_nothing}, {11, 12, 13}, 1, 18, SL_STANDING_NONE},
    {"by a key that came later", {exchange_both}, {3}, 1, 18, SL_STANDING_GOOD},
    {"by a key that was dropped", {exchange_both}, {1}, 1, 18, SL_STANDING_GOOD},
    {"by a key that was dropped versions ago",
     {exchange_both, change_nothing, change_nothing},
     {2},
     1,
     18,
     SL_STANDING_GOOD},
    {"revoked above it", {revoke_1}, {1}, 1, 17, SL_STANDING_GOOD},
    {"revoked", {revoke_1}, {1}, 1, 18, SL_STANDING_REVOKED},
    {"revoked, of another epoch", {revoke_1}, {1}, 0, 17, SL_STANDING_REVOKED},
    {"revoked, of a later epoch", {revoke_1}, {1}, 2, 17, SL_STANDING_REVOKED},
    {"revoked and then dropped", {revoke_1, drop_1}, {1}, 1, 18, SL_STANDING_REVOKED},
    {"revoked and then dropped, above it", {revoke_1, drop_1}, {1}, 1, 17, SL_STANDING_GOOD},
    {"dropped and then revoked", {drop_1, revoke_1}, {1}, 1, 18, SL_STANDING_REVOKED},
    {"one of two signers is revoked", {revoke_1}, {1, 2}, 1, 18, SL_STANDING_GOOD},
    {"a revoked one and a stranger", {revoke_1}, {1, 4}, 1, 18, SL_STANDING_REVOKED},
    {"one, and two are wanted since", {want_two}, {1}, 1, 18, SL_STANDING_GOOD},
    {"two, of which one is revoked where two were wanted", {want_two}, {1, 2}, 1, 18, SL_STANDING_GOOD},
};

static void make_line(struct line *out, void (*const *changes)(struct sl_trust *trust), size_t count)
{
    static const unsigned roots[] = {11, 12, 13, 0};
    struct sl_err err = {0};
    *out = (struct line){.count = 1};
    temp_dir_make(&out->temp);
    out->versions[0] = trust_kit_first();
    for (size_t i = 0; i < count && changes[i]; i++) {
        out->versions[out->count] = trust_kit_next(out->versions[out->count - 1]);
        changes[i](out->versions[out->count++]);
    }
    for (size_t i = 0; i < out->count; i++) {
        struct trust_kit_step step;
        char name[32];
        (void)snprintf(name, sizeof name, "%zu.json", i + 1);
        trust_kit_write(&step, out->versions[i], roots);
        temp_dir_write(&out->temp, name, step.json.ptr, step.json.len);
        trust_kit_release(&step);
    }
    cr_assert_eq(sl_trust_steps_load(&out->steps, out->temp.path, &err), 0, "%s", err.message);
}

static void line_release(struct line *line)
{
    sl_trust_steps_free(line->steps);
    for (size_t i = 0; i < line->count; i++)
        free(line->versions[i]);
    temp_dir_remove(&line->temp);
}

static enum sl_standing standing_of(const struct line *line, const struct trust_kit_step *signed_text,
                                    uint64_t epoch, uint64_t sequence)
{
    const struct sl_signed_bundle bundle = {
        .manifest_json = sl_buf_view(&signed_text->json),
        .signatures = signed_text->step.signatures,
        .signature_count = signed_text->step.signature_count,
        .epoch = epoch,
        .sequence = sequence,
    };
    enum sl_standing standing = SL_STANDING_REVOKED;
    struct sl_err err = {0};
    cr_assert_eq(sl_trust_standing(&standing, line->versions[line->count - 1], line->steps, &bundle, &err), 0,
                 "%s", err.message);
    return standing;
}

Test(standing, what_was_signed_once_is_worth_what_the_newest_version_leaves_of_it)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct line line;
        struct trust_kit_step manifest;
        make_line(&line, cases[i].changes, LINE_MAX_VERSIONS - 1);
        trust_kit_sign_text(&manifest, 1, SL_STR("{\"manifest\":1}"), cases[i].signers);
        cr_expect_eq(standing_of(&line, &manifest, cases[i].epoch, cases[i].sequence), cases[i].standing,
                     "%s", cases[i].what);
        trust_kit_release(&manifest);
        line_release(&line);
    }
}

/* One that is malformed, or of other bytes, or not the key's whose name it has, counts for nothing and spoils no other. */
Test(standing, a_signature_that_is_none_is_passed_over)
{
    struct line line;
    struct trust_kit_step manifest, other;
    make_line(&line, cases[0].changes, 0);
    trust_kit_sign_text(&manifest, 1, SL_STR("{\"manifest\":1}"), (const unsigned[]){1, 2, 0});
    trust_kit_sign_text(&other, 1, SL_STR("{\"manifest\":2}"), (const unsigned[]){1, 0});
    struct sl_trust_signature good = manifest.signatures[0];
    const struct sl_str bad[] = {SL_STR("rubbish"), other.signatures[0].text, manifest.signatures[1].text,
                                 sl_str_slice(good.text, 0, good.text.len - 1)};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        manifest.signatures[0].text = bad[i];
        manifest.step.signature_count = 1;
        cr_expect_eq(standing_of(&line, &manifest, 1, 18), SL_STANDING_NONE, "signature %zu", i);
        manifest.step.signature_count = 2;
        cr_expect_eq(standing_of(&line, &manifest, 1, 18), SL_STANDING_GOOD, "beside signature %zu", i);
    }
    trust_kit_release(&other);
    trust_kit_release(&manifest);
    line_release(&line);
}

/* -- what it costs -- */

static size_t hashed;

void __real_sl_blake2b_512(unsigned char out[SL_BLAKE2B_BYTES], const void *bytes, size_t len);
void __wrap_sl_blake2b_512(unsigned char out[SL_BLAKE2B_BYTES], const void *bytes, size_t len);

void __wrap_sl_blake2b_512(unsigned char out[SL_BLAKE2B_BYTES], const void *bytes, size_t len)
{
    hashed += len;
    __real_sl_blake2b_512(out, bytes, len);
}

/* A manifest may have 11 MiB, and there may be thousands of versions, each of which is asked where nobody of them signed. */
Test(standing, a_manifest_is_hashed_once_whatever_the_number_of_versions_and_signatures)
{
    static void (*const changes[])(struct sl_trust *) = {change_nothing, change_nothing, change_nothing};
    struct line line;
    struct trust_kit_step manifest;
    make_line(&line, changes, sizeof changes / sizeof changes[0]);
    trust_kit_sign_text(&manifest, 1, SL_STR("{\"manifest\":1}"), (const unsigned[]){11, 12, 4, 0});
    for (size_t i = 0; i < 3; i++) {
        hashed = 0;
        manifest.step.signature_count = i + 1;
        cr_expect_eq(standing_of(&line, &manifest, 1, 18), SL_STANDING_NONE);
        cr_expect_eq(hashed, manifest.json.len, "%zu signatures: %zu bytes", i + 1, hashed);
    }
    trust_kit_release(&manifest);
    trust_kit_sign_text(&manifest, 1, SL_STR("{\"manifest\":1}"), (const unsigned[]){1, 0});
    hashed = 0;
    cr_expect_eq(standing_of(&line, &manifest, 1, 18), SL_STANDING_GOOD);
    cr_expect_eq(hashed, manifest.json.len);
    trust_kit_release(&manifest);
    line_release(&line);
}

Test(standing, without_memory_nothing_is_good)
{
    struct line line;
    struct trust_kit_step manifest;
    make_line(&line, cases[0].changes, 0);
    trust_kit_sign_text(&manifest, 1, SL_STR("{\"manifest\":1}"), (const unsigned[]){1, 0});
    const struct sl_signed_bundle bundle = {sl_buf_view(&manifest.json), manifest.step.signatures, 1, 1, 18};
    enum sl_standing standing = SL_STANDING_GOOD;
    struct sl_err err = {0};
    alloc_fault_arm(1);
    int result = sl_trust_standing(&standing, line.versions[0], line.steps, &bundle, &err);
    cr_assert(alloc_fault_disarm());
    cr_expect_eq(result, -1);
    cr_expect_eq(err.code, SL_E_NO_MEMORY);
    cr_expect_eq(standing, SL_STANDING_NONE);
    trust_kit_release(&manifest);
    line_release(&line);
}
