/*
 * SHA256SUMS: the member that lets a site check a bundle with coreutils alone.
 *
 * It follows from the other files of the manifest to the byte, so whoever reads a manifest can tell whether
 * it says the same as the manifest does, before seeing it.
 */
#ifndef MODEL_SUMS_H
#define MODEL_SUMS_H

#include <sealift/buf.h>
#include <sealift/manifest.h>

#define SL_SUMS_NAME "SHA256SUMS"

/* Appends the line of one file: 64 hexadecimal digits, two blanks, the path, a newline. Names that would need
 * the backslash that sha256sum puts in front are not allowed in a bundle. */
void sl_sums_line(struct sl_buf *out, const struct sl_manifest_file *file);

#endif
