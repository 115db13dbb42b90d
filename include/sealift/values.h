/*
 * Helm values: what a template would see, and who set it.
 *
 * A struct sl_values is what one application comes to for one customer: its layers and their merge. Those of
 * a rendering are found with sl_rendering_values() (sealift/release.h); docs/values.md says what the layers
 * are and how they merge.
 */
#ifndef SEALIFT_VALUES_H
#define SEALIFT_VALUES_H

#include <sealift/buf.h>
#include <stdbool.h>
#include <stdint.h>

/* Which Helm merges at the site: they disagree about null (docs/values.md has the table). */
enum sl_helm_compat {
    SL_HELM_4_2,  /* 4.2.0 and later; what counts where nothing else is said */
    SL_HELM_3_20, /* 3.18.0 to 3.20.0, 4.0.0 to 4.1.2 */
    SL_HELM_3_17, /* 3.12 to 3.17 */
    SL_HELM_COMPATS,
};

/* "4.2", "3.20", "3.17". */
const char *sl_helm_compat_name(enum sl_helm_compat compat);

/* The one of that name. SL_E_USAGE, with those there are. */
int sl_helm_compat_parse(enum sl_helm_compat *out, struct sl_str name, struct sl_err *err) SL_MUST_USE;

struct sl_values;

#endif
