#include "anchor.h"

#include <sealift/site.h>
#include <sealift/text.h>

static int open_trust(struct cli_anchor *out, const char *path, struct sl_err *err)
{
    if (sl_trust_steps_load(&out->steps, path, err) == 0 && sl_trust_chain(&out->trust, out->steps, err) == 0)
        return 0;
    if (err->code != SL_E_REFUSED && err->code != SL_E_INPUT && err->code != SL_E_LIMIT)
        return -1;
    /* Exit status 1 would tell a script that the bundle was refused. */
    err->code = SL_E_USAGE;
    (void)sl_wrap(err, "--trust");
    return err->hint[0] ? -1 : sl_hint(err, "sealift trust check says what is wrong with it");
}

int cli_anchor_open(struct cli_anchor *out, const char *command, const struct cli_list *keys,
                    const char *trust, struct sl_err *err)
{
    out->steps = NULL;
    out->trust = NULL;
    out->keys.count = 0;
    if (keys->count > 0 && trust)
        return sl_fail(err, SL_E_USAGE, "%s takes --pubkey or --trust, not both: only one can decide",
                       command);
    if (trust)
        return open_trust(out, trust, err);
    if (keys->count > 0)
        return cli_public_keys(&out->keys, keys, err);
    (void)sl_fail(err, SL_E_USAGE, "%s needs --pubkey FILE or --trust FILE", command);
    return sl_hint(err, "'sealift %s --help' lists the options", command);
}

int cli_anchor_open_for(struct cli_anchor *out, const char *command, const struct cli_list *keys,
                        const char *trust, const char *root, struct sl_err *err)
{
    bool enrolled = false;
    const struct sl_site_options site = {.root = root};
    *out = (struct cli_anchor){.trust = NULL};
    if (root && keys->count == 0 && !trust && sl_site_is_enrolled(&enrolled, &site, err) < 0)
        return -1;
    if (enrolled)
        return 0;
    if (!root || keys->count > 0 || trust)
        return cli_anchor_open(out, command, keys, trust, err);
    char shown[512];
    (void)sl_escape(shown, sizeof shown, sl_str_from(root));
    (void)sl_fail(err, SL_E_USAGE, "%s needs --pubkey FILE or --trust FILE: %s %s", command, shown,
                  cli_is_missing(root) ? "does not exist"
                                       : "is no enrolled site, which would know whom it trusts");
    return sl_hint(err, "'sealift %s --help' lists the options", command);
}

void cli_anchor_release(struct cli_anchor *anchor)
{
    sl_trust_free(anchor->trust);
    sl_trust_steps_free(anchor->steps);
}

void cli_anchor_apply(struct sl_policy *policy, const struct cli_anchor *anchor)
{
    policy->now = cli_now();
    if (!anchor->trust) {
        policy->keys = anchor->keys.keys;
        policy->key_count = anchor->keys.count;
        return;
    }
    policy->trust = anchor->trust;
    policy->trust_json = sl_trust_steps_at(anchor->steps, sl_trust_steps_count(anchor->steps) - 1)->json;
}
