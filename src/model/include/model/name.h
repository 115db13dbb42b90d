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
 * A member name: relative, at most SL_PATH_MAX bytes in at most SL_NAME_COMPONENTS_MAX components of 1 to
 * SL_NAME_MAX bytes joined by single slashes, none of them "." or ".."; valid UTF-8 in NFC; only characters
 * that Unicode (as utf8proc knows it) has assigned, no controls, no private use, no bidirectional or
 * otherwise invisible ones, no white space but the blank; no backslash, none of : * ? " < > | (file systems
 * on which a disk may be prepared refuse them), no component that begins with "-" or ends with "." or a
 * blank, and none that Windows reserves (con, nul, com1 ..., with any extension). SL_E_INPUT with the rule it
 * breaks, the name escaped.
 */
int sl_member_name_check(struct sl_str name, struct sl_err *err) SL_MUST_USE;

/* The name as file systems that ignore case and normalisation see it (NFC of full case folding), for
 * comparing. In the arena; .ptr NULL without memory, and for a name that did not pass the check. */
struct sl_str sl_member_name_fold(struct sl_arena *arena, struct sl_str name);

/*
 * A label: 1 to SL_LABEL_MAX of [A-Za-z0-9._+-], beginning and ending with a letter or digit, without "..".
 * `what` begins the message ("customer"). SL_E_USAGE.
 */
int sl_label_check(const char *what, struct sl_str label, struct sl_err *err) SL_MUST_USE;

#endif
