/*
 * Generations: their names, and opening one that is on disk.
 */
#ifndef SITE_GENERATION_H
#define SITE_GENERATION_H

#include "compare.h"
#include "place.h"

/* SEQUENCE-RELEASE-DIGEST12, with ".2", ".3" ... for a repaired copy. Whatever ROOT holds under another form
 * is not ours, and is neither followed nor removed. */
bool site_generation_valid(struct sl_str name);

/* `copy` counts from 1. */
int site_generation_name(char out[SL_GENERATION_NAME_MAX], const struct sl_bundle_head *head, unsigned copy,
                         struct sl_err *err) SL_MUST_USE;

/* The number that a valid name begins with; one that no bundle can have is UINT64_MAX, no name 0. */
uint64_t site_generation_sequence(struct sl_str name);

/* Copies a valid name into the fixed memory of a result. */
void site_generation_copy(char out[SL_GENERATION_NAME_MAX], struct sl_str name);

/* Whether a directory of that name is in generations/. 1 yes, 0 no, -1 error. */
int site_generation_present(const struct site *site, struct sl_str name, struct sl_err *err) SL_MUST_USE;

/* The directory of a generation: its descriptor, or -1; SL_E_NOT_FOUND when it is not there. */
int site_generation_dir(const struct site *site, struct sl_str name, struct sl_err *err) SL_MUST_USE;

/* A generation with its manifest, whose digest is the one that the history recorded. */
struct site_generation {
    int dir;
    struct sl_buf manifest_json;
    struct sl_manifest *manifest;
    const struct sl_site_change *change; /* the newest that led to it */
};

/* SL_E_REFUSED when the manifest is not the one that was installed. */
int site_generation_open(struct site_generation *out, const struct site *site, struct sl_str name,
                         struct sl_err *err) SL_MUST_USE;
void site_generation_release(struct site_generation *generation);

/* Fills `out` with where its files differ from the manifest, and its signature files from what the site can prove of them; see
 * site_compare(). The site is loaded. */
int site_generation_compare(struct site_drifts *out, const struct site *site,
                            const struct site_generation *generation, const struct sl_progress *progress,
                            struct sl_err *err) SL_MUST_USE;

/* What to do about a generation that was altered, or is gone: its bundle is installed again, or where this site would refuse that,
 * unpacked by hand. The site is loaded, of an enrolled one also the ledger unless `name` is current. Returns -1. */
int site_hint_altered(const struct site *site, struct sl_str name, bool gone, struct sl_err *err);

#endif
