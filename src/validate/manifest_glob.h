/*
 * The patterns of an AppProject, as Argo CD matches them.
 */
#ifndef MANIFEST_GLOB_H
#define MANIFEST_GLOB_H

#include <sealift/str.h>
#include <stdbool.h>

/*
 * Whether all of `text` matches: "*" any characters but `separator` (0: none is special), "**" any at all, "?" one
 * that is not the separator, [a-z] and [!a-z] one of a class, {a,b} one of several patterns, "\" takes the next
 * character as it is. A pattern "*" alone matches everything. Braces in one another and patterns that take too
 * long match nothing.
 */
bool glob_matches(struct sl_str pattern, struct sl_str text, char separator);

#endif
