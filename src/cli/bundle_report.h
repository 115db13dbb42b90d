/*
 * How `inspect`, `verify` and `install` show the head of a bundle. Every text in it comes from outside and is
 * escaped.
 */
#ifndef CLI_BUNDLE_REPORT_H
#define CLI_BUNDLE_REPORT_H

#include "cli.h"
#include <sealift/json.h>
#include <sealift/verify.h>

/* Fields of the manifest and of its signers. `proved` says whether the signatures were checked. */
void head_print(struct cli *cli, const struct sl_bundle_head *head, bool proved);
void head_json(struct sl_json *json, const struct sl_bundle_head *head, bool proved);

/* The files, one per line, or as a JSON list. */
void files_print(struct cli *cli, const struct sl_manifest *manifest);
void files_json(struct sl_json *json, const struct sl_manifest *manifest);

/* The steps of a verdict, one per line. */
void verdict_print(struct cli *cli, const struct sl_verdict *verdict);

/* The digest as 64 digits; nothing where it is not known, all zeros. */
void digest_json(struct sl_json *json, const char *key, const unsigned char sha256[32]);

#endif
