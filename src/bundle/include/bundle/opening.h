/*
 * From a bundle as it lies on disk to its container: what comes before any of it can be trusted.
 */
#ifndef BUNDLE_OPENING_H
#define BUNDLE_OPENING_H

#include "io/stream.h"
#include <sealift/age.h>

/*
 * Takes off the age layer, where there is one, and gzip. Which it is shows in the first bytes, not in the file's
 * name. `file` becomes the source's, also when this fails; where it waits (io/stream.h), the source does. `keys` (NULL: none) is
 * used in here only.
 *
 * SL_E_USAGE: it is encrypted and there is no key; SL_E_REFUSED: no key opens it, or its header was changed.
 * What comes out is not trusted: age says nothing of who made it.
 */
int sl_source_bundle(struct sl_source **out, struct sl_source *file, const struct sl_age_keys *keys,
                     struct sl_err *err) SL_MUST_USE;

/*
 * The same in a process of its own that can do nothing else (io/isolated.h): nobody has signed for what is unpacked yet, and
 * who reads it may hold keys and rights. `fd` is taken over; on failure it stays the caller's. sl_source_isolation() may be
 * asked.
 */
int sl_source_bundle_apart(struct sl_source **out, int fd, const struct sl_age_keys *keys,
                           struct sl_err *err) SL_MUST_USE;

#endif
