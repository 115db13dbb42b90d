/*
 * Text files that are too long to be kept: searched line by line as they are read.
 */
#ifndef LEAK_LONG_H
#define LEAK_LONG_H

#include "leak_find.h"

/*
 * Searches those of `texts`, and appends what is found to `list`. Nothing in them is taken for their customer's own.
 * What is no text is passed over. Those of which only the first SL_VALIDATE_STREAMED_MAX bytes were searched stay in
 * texts->long_files; all others are taken out of it.
 */
int leak_hunt_long(struct leaks *leaks, struct leak_list *list, struct leak_texts *texts,
                   const size_t *customer, struct sl_tree *tree, struct sl_err *err) SL_MUST_USE;

#endif
