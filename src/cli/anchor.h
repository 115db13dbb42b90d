/*
 * Whom the one who calls trusts: plain public keys, or a trust.json.
 */
#ifndef CLI_ANCHOR_H
#define CLI_ANCHOR_H

#include "cli.h"
#include <sealift/verify.h>

#define TRUST_OPTION(type)                                                                                   \
    {                                                                                                        \
        "trust", "FILE", "a trust.json with its signatures beside it, instead of --pubkey", CLI_TEXT,        \
            offsetof(struct type, trust), false                                                              \
    }

struct cli_anchor {
    struct cli_keys keys;
    struct sl_trust_steps *steps;
    struct sl_trust *trust; /* the newest of the steps; NULL: plain keys */
};

/* Exactly one of the two must be given; SL_E_USAGE also for a trust.json that is not signed by its own root.
 * cli_anchor_release() in every case. */
int cli_anchor_open(struct cli_anchor *out, const char *command, const struct cli_list *keys,
                    const char *trust, struct sl_err *err) SL_MUST_USE;
/* The same, but with neither where the site in `root` is enrolled and knows itself whom it trusts. */
int cli_anchor_open_for(struct cli_anchor *out, const char *command, const struct cli_list *keys,
                        const char *trust, const char *root, struct sl_err *err) SL_MUST_USE;
void cli_anchor_release(struct cli_anchor *anchor);

/* Into the policy, which borrows. */
void cli_anchor_apply(struct sl_policy *policy, const struct cli_anchor *anchor);

#endif
