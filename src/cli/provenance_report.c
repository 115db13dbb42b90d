#include "provenance_report.h"

#include <sealift/text.h>

static bool is_provenance(const struct sl_manifest_file *file)
{
    return sl_str_equal(file->path, SL_STR(SL_PROVENANCE_NAME));
}

static int begin(void *context, const struct sl_manifest_file *file, struct sl_err *err)
{
    (void)err;
    ((struct cli_provenance *)context)->reading = is_provenance(file);
    return 0;
}

static int take(void *context, const void *bytes, size_t len, struct sl_err *err)
{
    struct cli_provenance *provenance = context;
    if (!provenance->reading)
        return 0;
    sl_buf_append(&provenance->text, bytes, len);
    return sl_buf_check(&provenance->text, SL_PROVENANCE_NAME, err);
}

static int end(void *context, const struct sl_manifest_file *file, struct sl_err *err)
{
    (void)context, (void)file, (void)err;
    return 0;
}

int cli_provenance_open(struct cli_provenance *out, const struct cli_list *keys, struct sl_err *err)
{
    out->reading = out->checked = false;
    sl_buf_init(&out->text, SL_PROVENANCE_MAX);
    return cli_public_keys(&out->keys, keys, err);
}

void cli_provenance_release(struct cli_provenance *provenance)
{
    sl_buf_release(&provenance->text);
}

const struct sl_receiver *cli_provenance_receiver(struct cli_provenance *provenance, struct sl_receiver *room)
{
    *room = (struct sl_receiver){begin, take, end, provenance};
    return provenance->keys.count ? room : NULL;
}

int cli_provenance_check(struct cli_provenance *provenance, const struct sl_manifest *manifest,
                         struct sl_err *err)
{
    if (provenance->keys.count == 0)
        return 0;
    if (!sl_manifest_find(manifest, SL_STR(SL_PROVENANCE_NAME))) {
        (void)sl_fail(err, SL_E_REFUSED, "the bundle has no " SL_PROVENANCE_NAME);
        return sl_hint(err, "sealift pack --provenance-key makes one that a builder signs");
    }
    if (sl_provenance_check(&provenance->result, sl_buf_view(&provenance->text), manifest,
                            provenance->keys.keys, provenance->keys.count, err) < 0)
        return -1;
    provenance->checked = true;
    return 0;
}

void cli_provenance_print(struct cli *cli, const struct cli_provenance *provenance,
                          const struct sl_manifest *manifest)
{
    char builder[SL_BUILDER_MAX * 4];
    if (provenance->checked) {
        cli_field(cli, "provenance", "signed by %s, about exactly these files", provenance->result.signer);
        cli_field(cli, "", "built by %s",
                  sl_escape(builder, sizeof builder, sl_str_from(provenance->result.builder)));
    } else if (sl_manifest_find(manifest, SL_STR(SL_PROVENANCE_NAME))) {
        cli_field(cli, "provenance", "carried in " SL_PROVENANCE_NAME "; --provenance-key checks it");
    }
    if (sl_manifest_find(manifest, SL_STR(SL_SBOM_NAME)))
        cli_field(cli, "inventory", "carried in " SL_SBOM_NAME);
}

void cli_provenance_json(struct sl_json *json, const struct cli_provenance *provenance,
                         const struct sl_manifest *manifest)
{
    bool carried = sl_manifest_find(manifest, SL_STR(SL_PROVENANCE_NAME)) != NULL;
    sl_json_key(json, "provenance");
    sl_json_map(json);
    sl_json_key_bool(json, "carried", carried);
    sl_json_key_bool(json, "checked", provenance->checked);
    if (provenance->checked) {
        sl_json_key_text(json, "signer", sl_str_from(provenance->result.signer));
        sl_json_key_text(json, "builder", sl_str_from(provenance->result.builder));
    }
    sl_json_end(json);
    sl_json_key_bool(json, "sbom_carried", sl_manifest_find(manifest, SL_STR(SL_SBOM_NAME)) != NULL);
}
