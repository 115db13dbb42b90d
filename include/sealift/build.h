/*
 * kustomize's build of a directory, the bytes that `kubectl kustomize` (kustomize v5.5.0) writes.
 *
 * Order of calls: sl_directory_build(); sl_built_stream() or sl_built_write(); sl_built_free(). The directory
 * may name bases anywhere on the same file system tree, as with kustomize; packing a release keeps within its
 * repository instead (sealift/release.h).
 */
#ifndef SEALIFT_BUILD_H
#define SEALIFT_BUILD_H

#include <sealift/buf.h>
#include <stdbool.h>

enum sl_build_order {
    SL_BUILD_ORDER_DEFAULT, /* what `kubectl kustomize` does: legacy, unless the kustomization says */
    SL_BUILD_ORDER_LEGACY,  /* the same, spelled out */
    SL_BUILD_ORDER_NONE     /* the order of the sources, unless the kustomization says */
};

struct sl_directory_request {
    const char *directory;
    const char *working_directory; /* absolute; messages name files below it relative to it. May be NULL */
    bool load_restrict_none;       /* a kustomization may name files that are not in or below its directory */
    bool managed_by_label;         /* kustomize's --enable-managedby-label */
    enum sl_build_order order;
};

struct sl_built_directory;

/* SL_E_INPUT for what is wrong with the files, beginning "file:line:column: " where there is such a place;
 * SL_E_NOT_FOUND; SL_E_UNSUPPORTED for remote bases, Helm charts and plugins that are programs; SL_E_LIMIT.
 */
int sl_directory_build(struct sl_built_directory **out, const struct sl_directory_request *request,
                       struct sl_err *err) SL_MUST_USE;
void sl_built_free(struct sl_built_directory *built); /* NULL is fine */

size_t sl_built_count(const struct sl_built_directory *built);

/* Appends all resources as one YAML stream. */
int sl_built_stream(const struct sl_built_directory *built, struct sl_buf *out,
                    struct sl_err *err) SL_MUST_USE;

/* Writes each resource into a file of its own, named as kustomize names them, below `directory`, which is
 * made when it is missing. Files of these names are replaced, others left alone. */
int sl_built_write(const struct sl_built_directory *built, const char *directory,
                   struct sl_err *err) SL_MUST_USE;

/* What kustomize warns of: fields that are deprecated. One line each. */
size_t sl_built_warning_count(const struct sl_built_directory *built);
struct sl_str sl_built_warning(const struct sl_built_directory *built, size_t index);

#endif
