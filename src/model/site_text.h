/*
 * What the texts in files of a site may be: names that become paths.
 */
#ifndef SITE_TEXT_H
#define SITE_TEXT_H

#include "base/limits.h"
#include <sealift/str.h>
#include <stdbool.h>

#define SITE_TEXT_GENERATION_MAX 127
#define SITE_TEXT_BUNDLE_MAX     (2 * SL_LABEL_MAX + 18)

/* Names of generations and bundles become paths: one component of 1 to `max` bytes, in the characters of labels. */
bool site_text_is_file_name(struct sl_str text, size_t max);

#endif
