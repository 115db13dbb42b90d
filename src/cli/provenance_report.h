/*
 * What verify says of the provenance that a bundle carries.
 */
#ifndef CLI_PROVENANCE_REPORT_H
#define CLI_PROVENANCE_REPORT_H

#include "cli.h"

#include <sealift/json.h>
#include <sealift/provenance.h>
#include <sealift/verify.h>

struct cli_provenance {
    struct cli_keys keys; /* none: it is not looked into */
    struct sl_buf text;   /* of the file, taken while the bundle is read */
    bool reading;         /* that file comes */
    bool checked;
    struct sl_provenance result;
};

/* Reads the keys. cli_provenance_release() in every case. */
int cli_provenance_open(struct cli_provenance *out, const struct cli_list *keys,
                        struct sl_err *err) SL_MUST_USE;
void cli_provenance_release(struct cli_provenance *provenance);

/* For sl_claim_prove(): takes the file; NULL where there are no keys. `room` is what is returned. */
const struct sl_receiver *cli_provenance_receiver(struct cli_provenance *provenance,
                                                  struct sl_receiver *room);

/* When the bundle has been verified: with keys, the provenance must be there, theirs and about this bundle. */
int cli_provenance_check(struct cli_provenance *provenance, const struct sl_manifest *manifest,
                         struct sl_err *err) SL_MUST_USE;

void cli_provenance_print(struct cli *cli, const struct cli_provenance *provenance,
                          const struct sl_manifest *manifest);
void cli_provenance_json(struct sl_json *json, const struct cli_provenance *provenance,
                         const struct sl_manifest *manifest);

#endif
