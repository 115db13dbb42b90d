#include "attest.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include <sealift/provenance.h>

/* A key that signs bundles signs nothing else: what one signature says must never be taken for another. */
static int check_key(const struct sl_pack_options *options, struct sl_err *err)
{
    if (!options->provenance_key)
        return 0;
    struct sl_public_key key;
    sl_secret_key_public(&key, options->provenance_key);
    for (size_t i = 0; i < options->key_count; i++) {
        if (!sl_public_key_same(&key, &options->keys[i].public_key))
            continue;
        (void)sl_fail(err, SL_E_USAGE, "the key of the provenance signs the bundle too; one key has one use");
        return sl_hint(err, "make one for provenance: sealift keygen --out provenance");
    }
    return 0;
}

/* A scheme, a colon, and no character that a URI cannot have. */
static int check_builder(const char *builder, struct sl_err *err)
{
    if (!builder)
        return 0;
    size_t len = strlen(builder);
    const char *colon = strchr(builder, ':');
    bool plain = colon && colon > builder && colon[1] && len < SL_BUILDER_MAX;
    for (size_t i = 0; i < len; i++)
        plain = plain && builder[i] > ' ' && builder[i] < 0x7f && !strchr("\"<>\\^`{|}", builder[i]);
    if (plain)
        return 0;
    return sl_fail(err, SL_E_USAGE, "the builder is not a URI of less than %d bytes", SL_BUILDER_MAX);
}

bool attest_next_file(struct sl_plan_member *out, const struct attest *attest, bool with_sbom, size_t *place)
{
    while (*place < sl_plan_count(attest->plan)) {
        *out = sl_plan_member(attest->plan, (*place)++);
        if (!out->maker || (with_sbom && sl_str_equal(out->path, SL_STR(SL_SBOM_NAME))))
            return true;
    }
    return false;
}

int attest_add(struct attest *attest, struct sl_plan *plan, struct sl_rendering *rendering,
               const struct sl_pack_options *options, struct sl_err *err)
{
    const struct sl_maker sbom = {sbom_write, attest};
    const struct sl_maker provenance = {provenance_write, attest};
    if (check_key(options, err) < 0 || check_builder(options->builder, err) < 0)
        return -1;
    attest->plan = plan;
    attest->builder = options->builder;
    attest->helm_compat = sl_helm_compat_name(rendering->layout.helm_compat);
    attest->key = options->provenance_key;
    attest->signature = calloc(1, sizeof *attest->signature);
    if (!attest->signature)
        return sl_fail_memory(err);
    if (inventory_make(&attest->inventory, rendering, plan, err) < 0 ||
        sl_plan_add_made(plan, SL_STR(SL_SBOM_NAME), &sbom, SL_DSSE_BYTES_MAX, err) < 0)
        return -1;
    return sl_plan_add_made(plan, SL_STR(SL_PROVENANCE_NAME), &provenance, SL_PROVENANCE_MAX, err);
}

void attest_release(struct attest *attest)
{
    inventory_release(&attest->inventory);
    free(attest->signature);
    attest->signature = NULL;
}
