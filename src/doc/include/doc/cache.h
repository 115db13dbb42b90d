/*
 * YAML files that are read again and again, each parsed once: the files that many deliveries have in common.
 *
 * Order of calls: sl_doc_cache_new(); any number of reads, from any thread; sl_doc_cache_free(). What a read gives is a
 * copy in the reader's own document, to be changed at will; the cache is not needed for it any more. A file that
 * cannot be parsed is not kept: its error is made each time.
 */
#ifndef DOC_CACHE_H
#define DOC_CACHE_H

#include "doc/yaml.h"

struct sl_doc_cache;

int sl_doc_cache_new(struct sl_doc_cache **out, struct sl_err *err) SL_MUST_USE;
void sl_doc_cache_free(struct sl_doc_cache *cache); /* NULL is fine */
void sl_doc_cache_freep(struct sl_doc_cache **cache);

/* A file as it was read. */
struct sl_doc_text {
    struct sl_str bytes;
    struct sl_str name; /* for marks and messages */
    enum sl_yaml_rules rules;
};

/* As sl_yaml_read() and sl_yaml_read_one(), and just these where `cache` is NULL. A text counts as the same where
 * name, rules and every byte are. Beyond SL_DOC_CACHE_BYTES_MAX of text nothing new is kept. */
int sl_doc_cache_read(struct sl_doc_cache *cache, struct sl_node **documents, struct sl_doc *doc,
                      const struct sl_doc_text *text, struct sl_err *err) SL_MUST_USE;
int sl_doc_cache_read_one(struct sl_doc_cache *cache, struct sl_node **root, struct sl_doc *doc,
                          const struct sl_doc_text *text, struct sl_err *err) SL_MUST_USE;

#endif
