/*
 * The parts of `sealift trust`: cmd_trust.c has the options and the signing, trust_make.c makes versions, trust_revoke.c has
 * what is revoked in them, trust_report.c shows and checks them.
 */
#ifndef CLI_CMD_TRUST_H
#define CLI_CMD_TRUST_H

#include "signers.h"
#include <sealift/trust.h>

struct trust_context {
    const char *out, *customer, *issued, *expires, *clock;
    struct cli_list role_keys[SL_ROLE_COUNT]; /* --root-key and so on: .pub files */
    struct cli_list thresholds;               /* ROLE=N */
    struct cli_signer_options signers;        /* sign; revoke: .keys is whom */
    struct cli_list bundles;                  /* --bundle: digests */
    uint64_t epoch;
    struct cli_list void_after; /* [EPOCH:]SEQUENCE */
    bool unlisted;              /* revoke: a key that no version here lists is meant */
    const char *before;         /* no option: what trust_run_revoke() was given */
    struct cli_count floor;
    enum cli_format format;
};

/* One document with what it was read from. */
struct trust_opened {
    struct sl_trust_steps *steps;
    const struct sl_trust_step *step; /* the only one */
    struct sl_trust *trust;
};
/* SL_E_USAGE for a directory. trust_opened_release() in every case. */
int trust_open_one(struct trust_opened *out, const char *path, struct sl_err *err) SL_MUST_USE;
void trust_opened_release(struct trust_opened *opened);

/* trust_make.c: each writes one new document; `path` is what it is made from, or where the first one goes. */
int trust_run_init(struct cli *cli, const struct trust_context *context, const char *path,
                   struct sl_err *err);
int trust_run_add_key(struct cli *cli, const struct trust_context *context, const char *path,
                      struct sl_err *err);
int trust_run_drop_key(struct cli *cli, const struct trust_context *context, const char *path,
                       struct sl_err *err);
int trust_run_revoke(struct cli *cli, const struct trust_context *context, const char *path,
                     struct sl_err *err);
int trust_run_set(struct cli *cli, const struct trust_context *context, const char *path, struct sl_err *err);

/* trust_revoke.c: what --key, --void-after and --bundle say. */
int trust_revoke(struct sl_trust *trust, const struct trust_context *context, struct sl_err *err) SL_MUST_USE;

/* trust_report.c */
int trust_run_show(struct cli *cli, const struct trust_context *context, const char *path,
                   struct sl_err *err);
int trust_run_check(struct cli *cli, const struct trust_context *context, const char *path,
                    struct sl_err *err);

#endif
