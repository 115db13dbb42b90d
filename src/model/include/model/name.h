/*
 * The rules for names that travel: member names of a bundle, and labels (customer, release, environment,
 * application). docs/formats/bundle.md states them; this is the one place that keeps them, for writer and
 * reader.
 */
#ifndef MODEL_NAME_H
#define MODEL_NAME_H

#include "base/arena.h"
#include <sealift/err.h>

/*
 * A member name: relative, at most SL_PATH_MAX bytes; components of 1 to SL_NAME_MAX bytes joined by single
 * slashes, none of them "." or ".."; valid UTF-8 in NFC; no control characters, no bidirectional or invisible
 * formatting characters, no backslash, none of : * ? " < > | (file systems on which a disk may be prepared
 * refuse them), no component that begins with "-" or ends with "." or a blank, and none that Windows reserves
 * (con, nul, com1 ...). SL_E_INPUT with the rule it breaks, the name escaped.
 */
int sl_member_name_check(struct sl_str name, struct sl_err *err) SL_MUST_USE;

/* The name as file systems that ignore case and normalisation see it (NFC of full case folding), for
 * comparing. In the arena; .ptr NULL without memory. The name must have passed the check. */
struct sl_str sl_member_name_fold(struct sl_arena *arena, struct sl_str name);

/*
 * A label: 1 to SL_LABEL_MAX of [A-Za-z0-9._+-], beginning and ending with a letter or digit, without "..".
 * `what` begins the message ("customer"). SL_E_USAGE.
 */
int sl_label_check(const char *what, struct sl_str label, struct sl_err *err) SL_MUST_USE;

#endif
