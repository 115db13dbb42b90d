/*
 * Reads a bundle from its first byte to its last, once, and accepts exactly one spelling of it.
 *
 * Order of calls:
 *   sl_bundle_reader_open()      reads manifest.json and its signatures; nothing in them is trusted or
 *                                interpreted
 *   sl_bundle_reader_manifest(), _signature(), _trust()
 *                                raw bytes, for whoever checks signatures
 *   sl_bundle_reader_bind()      with the manifest that was read from those very bytes after they were proved
 *                                (or, for `inspect`, not proved): from here on it says what every byte of a
 *                                header must be
 *   sl_bundle_reader_next()      1: the next file of the manifest is open; 0: all files, the end of the
 *                                container and of the gzip member were read and are right
 *   sl_bundle_reader_read()      the bytes of the open file, borrowed until the next call; 0 at its end,
 * which is only reported when size and SHA-256 are right. What a caller leaves unread is read and checked by
 * the next sl_bundle_reader_next(). A caller that only wants them checked, and to know how far that is, gives
 * NULL for `bytes`: that is faster.
 *
 * Every refusal is SL_E_REFUSED, one line that names the member and the reason. After a failure only explain()
 * and free() are allowed.
 */
#ifndef BUNDLE_READER_H
#define BUNDLE_READER_H

#include "io/stream.h"
#include "model/trust_name.h"
#include <sealift/manifest.h>

struct sl_bundle_reader;

/* `file` is the bundle as it lies on disk, not encrypted; it becomes the reader's, also when this fails. */
int sl_bundle_reader_open(struct sl_bundle_reader **out, struct sl_source *file,
                          struct sl_err *err) SL_MUST_USE;
/* The same for the container, as sl_source_bundle() (bundle/opening.h) gives it. */
int sl_bundle_reader_open_container(struct sl_bundle_reader **out, struct sl_source *container,
                                    struct sl_err *err) SL_MUST_USE;

void sl_bundle_reader_free(struct sl_bundle_reader *reader);
void sl_bundle_reader_freep(struct sl_bundle_reader **reader);

struct sl_str sl_bundle_reader_manifest(const struct sl_bundle_reader *reader);
/* At most SL_SIGNATURES_MAX. */
size_t sl_bundle_reader_signature_count(const struct sl_bundle_reader *reader);
/* `name` is the member's name; both live as long as the reader. */
void sl_bundle_reader_signature(const struct sl_bundle_reader *reader, size_t index, struct sl_str *name,
                                struct sl_str *text);

/* What came below trust/, ascending by the bytes of its name. They are files of the manifest, and
 * sl_bundle_reader_next() gives them in their place among the others. */
size_t sl_bundle_reader_trust_count(const struct sl_bundle_reader *reader);
const struct sl_trust_name *sl_bundle_reader_trust(const struct sl_bundle_reader *reader, size_t index,
                                                   struct sl_str *text);

/* `manifest` must outlive the reader. Checks what was read so far against it: top folder, time, and all below
 * trust/. */
int sl_bundle_reader_bind(struct sl_bundle_reader *reader, const struct sl_manifest *manifest,
                          struct sl_err *err) SL_MUST_USE;

int sl_bundle_reader_next(struct sl_bundle_reader *reader, const struct sl_manifest_file **file,
                          struct sl_err *err) SL_MUST_USE;
ssize_t sl_bundle_reader_read(struct sl_bundle_reader *reader, const void **bytes,
                              struct sl_err *err) SL_MUST_USE;

/*
 * The one call that may come after a failure, once. Where it was a refusal, the rest of the compressed data is read to see
 * whether it is damaged too, which a bad stick does more often than anybody means harm; then `err` gets that as its hint, or
 * behind the one it has; never where it says so already, nor where the process that unpacks came to its end. What was refused
 * stays refused, with the same message. Unpacks at most SL_REFUSED_BYTES_MAX, for which sl_source_gzip() reads not much more than
 * twice that (io/gzip.h), since whoever waits for the refusal waits for this; and reads nothing of a pipe, whose end may never come.
 * sl_bundle_reader_open() does so itself.
 */
void sl_bundle_reader_explain(struct sl_bundle_reader *reader, struct sl_err *err);

#endif
