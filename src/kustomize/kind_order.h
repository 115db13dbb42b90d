/*
 * The order of kinds that kustomize installs in: for sorting resources, and for the order of name references.
 * Source: kustomize's default legacy sort order.
 */
#ifndef KUSTOMIZE_KIND_ORDER_H
#define KUSTOMIZE_KIND_ORDER_H

#include <sealift/str.h>

enum { KZ_FIRST_KINDS = 22, KZ_LAST_KINDS = 2 };

extern const char *const kz_first_kinds[KZ_FIRST_KINDS];
extern const char *const kz_last_kinds[KZ_LAST_KINDS];

/* Below 0 for those that come first, above 0 for those that come last, 0 for every other kind. */
int kz_kind_rank(struct sl_str kind);

#endif
