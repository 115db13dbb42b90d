/*
 * Texts within a text in base64: values of Secrets, and what stands in the values of those.
 */
#ifndef LEAK_ENCODED_H
#define LEAK_ENCODED_H

#include <sealift/buf.h>
#include <stdbool.h>

/* How deep they lie in one another: the password of a registry is in base64 in a document in base64. */
enum { LEAK_ENCODED_DEPTH = 2 };

/* The next one at or behind *at, decoded in `out`; false at the end. What comes to no readable text is passed over. A
 * short one counts only where it is the whole text. */
bool leak_next_encoded(struct sl_str text, size_t *at, struct sl_buf *out);

/* Whether that may find anything in a text that is written somewhere in these bytes, in lines of its own or of the file. */
bool leak_may_be_encoded(struct sl_str bytes);

#endif
