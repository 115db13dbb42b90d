/*
 * The head of a bundle as structs, from the bytes of its manifest.
 */
#ifndef TRUST_HEAD_H
#define TRUST_HEAD_H

#include "judge.h"

/* Interprets the manifest. *manifest is the caller's to free; `out` borrows from all three. Its isolation is left to the
 * caller. */
int trust_head_read(struct sl_bundle_head *out, struct sl_manifest **manifest,
                    const struct sl_bundle_reader *reader, const struct trust_judgement *judgement,
                    struct sl_err *err) SL_MUST_USE;

#endif
