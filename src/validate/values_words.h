/*
 * What keys of values mean by their names alone: maps that may have any key, and maps that charts hand on to Kubernetes
 * as they are, whose keys are Kubernetes' own.
 */
#ifndef VALUES_WORDS_H
#define VALUES_WORDS_H

#include <sealift/str.h>

/* annotations, labels, env, extra... and the like: docs/validation.md has the list. */
bool values_is_free(struct sl_str key);

/* A map that is another program's configuration, handed on as it is: config, ...Config, and names of files (grafana.ini). */
bool values_is_configuration(struct sl_str key);

/* The keys of a map below `key` (or of the items of a list), itself below the key `above`, in Kubernetes, ending with NULL;
 * or NULL. */
const char *const *values_words(struct sl_str above, struct sl_str key);

/* Whether it is one of them, or a name that Kubernetes lets everybody make up there (nvidia.com/gpu). */
bool values_is_word(const char *const *words, struct sl_str key);

#endif
