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

static int add_sbom(struct sl_plan *plan, struct inventory *inventory, const struct sl_manifest *facts,
                    struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    sl_buf_init(&text, SL_DSSE_BYTES_MAX);
    if (sbom_write(&text, inventory, facts, err) < 0 ||
        sl_plan_add_text(plan, SL_STR(SL_SBOM_NAME), sl_buf_view(&text), false, err) < 0)
        return -1;
    inventory_add_file(inventory, sl_plan_member(plan, sl_plan_count(plan) - 1));
    return 0;
}

static int add_both(struct sl_plan *plan, struct inventory *inventory, struct sl_rendering *rendering,
                    const struct provenance_facts *facts, struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    sl_buf_init(&text, SL_PROVENANCE_MAX);
    if (inventory_make(inventory, rendering, plan, err) < 0 ||
        add_sbom(plan, inventory, facts->manifest, err) < 0 || provenance_write(&text, facts, err) < 0)
        return -1;
    return sl_plan_add_text(plan, SL_STR(SL_PROVENANCE_NAME), sl_buf_view(&text), false, err);
}

int attest_add(struct sl_plan *plan, struct sl_rendering *rendering, const struct sl_manifest *facts,
               const struct sl_pack_options *options, struct sl_err *err)
{
    if (check_key(options, err) < 0 || check_builder(options->builder, err) < 0)
        return -1;
    SL_CLEANUP(inventory_release) struct inventory inventory = {.file_count = 0};
    struct provenance_facts provenance = {
        .manifest = facts,
        .inventory = &inventory,
        .builder = options->builder,
        .helm_compat = sl_helm_compat_name(rendering->layout.helm_compat),
        .key = options->provenance_key,
    };
    return add_both(plan, &inventory, rendering, &provenance, err);
}
