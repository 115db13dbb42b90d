/*
 * What `inspect` takes over of the process that looked at a bundle. That process may have been taken over by the bundle: it may say
 * of the bundle what it likes, but not that it was verified.
 */
#ifndef CLI_INSPECTED_H
#define CLI_INSPECTED_H

#include <sealift/buf.h>
#include <stdbool.h>

/* Whether every line is indented, and by so little that no terminal takes blanks for a line of their own, and has but what a
 * terminal may be shown, colours beside; so that none stands beside the line that says "not verified". */
bool inspected_is_lines(struct sl_str said);

/* Whether it is members of a map, as they follow another one: a comma, a key in lower case, a colon and a value of JSON; each key
 * once, and none that the document has of the parent, `verified` and `error`. */
bool inspected_is_members(struct sl_str said);

#endif
