/*
 * ROOT/staging: where a bundle is unpacked while it is proved. Its content may be lost at any time.
 *
 * Order of calls: site_space_check(); site_stage_begin(); sl_claim_prove() with site_stage_receiver();
 * site_stage_finish(); site_stage_release() in every case. What is left behind by a failure is removed by
 * site_staging_empty().
 */
#ifndef SITE_STAGE_H
#define SITE_STAGE_H

#include "place.h"

/* The descriptor of ROOT/staging, which is made when missing; or -1. */
int site_staging_open(const struct site *site, struct sl_err *err) SL_MUST_USE;

/* Removes whatever sealift left in staging/, and staging/ itself when it is empty then. */
int site_staging_empty(const struct site *site, struct sl_err *err) SL_MUST_USE;

/* 1 when something of sealift's is in staging/, or it cannot be seen because only its owner may look; else 0. */
int site_staging_used(const struct site *site, struct sl_err *err) SL_MUST_USE;

/* Removes staging/ where it is empty. */
void site_staging_remove(const struct site *site);

/* SL_E_NO_SPACE when the file system cannot take the bundle. */
int site_space_check(const struct site *site, const struct sl_bundle_head *head,
                     struct sl_err *err) SL_MUST_USE;

struct site_stage {
    const struct site *site;
    char name[SL_GENERATION_NAME_MAX];
    int tree;   /* staging/NAME */
    int parent; /* the directory of the last file, kept open: its neighbours follow */
    char parent_path[SL_PATH_MAX + 1];
    int file;                   /* the open file */
    char path[SL_PATH_MAX + 1]; /* of it */
    uint64_t left;              /* bytes that it still has to get */
};

/* Makes staging/NAME, which must not be there. */
int site_stage_begin(struct site_stage *stage, const struct site *site, const char *name,
                     struct sl_err *err) SL_MUST_USE;
struct sl_receiver site_stage_receiver(struct site_stage *stage);

/* Gives the tree the mode it will have. */
int site_stage_finish(struct site_stage *stage, struct sl_err *err) SL_MUST_USE;
void site_stage_release(struct site_stage *stage);

#endif
