#include "doc/cache.h"

#include "base/cleanup.h"
#include "base/limits.h"

#include <pthread.h>
#include <string.h>

/* One file; never changed once it is in the list. */
struct parsed {
    struct sl_doc doc;
    struct sl_str key; /* in the document's memory */
    struct sl_str bytes;
    struct sl_node *documents;
    struct parsed *next;
};

struct sl_doc_cache {
    pthread_mutex_t lock; /* of everything below */
    struct sl_map by_key;
    struct parsed *newest;
    uint64_t bytes; /* of all texts */
};

/* A path and a number. */
enum { KEY_MAX = SL_PATH_MAX + 64 };

int sl_doc_cache_new(struct sl_doc_cache **out, struct sl_err *err)
{
    struct sl_doc_cache *cache = calloc(1, sizeof *cache);
    if (!cache)
        return sl_fail_memory(err);
    if (pthread_mutex_init(&cache->lock, NULL) != 0) {
        free(cache);
        return sl_fail_memory(err);
    }
    sl_map_init(&cache->by_key);
    *out = cache;
    return 0;
}

static void free_parsed(struct parsed **parsed)
{
    if (*parsed)
        sl_doc_release(&(*parsed)->doc);
    free(*parsed);
}

void sl_doc_cache_free(struct sl_doc_cache *cache)
{
    if (!cache)
        return;
    while (cache->newest) {
        struct parsed *parsed = cache->newest;
        cache->newest = parsed->next;
        free_parsed(&parsed);
    }
    sl_map_release(&cache->by_key);
    (void)pthread_mutex_destroy(&cache->lock);
    free(cache);
}

void sl_doc_cache_freep(struct sl_doc_cache **cache)
{
    sl_doc_cache_free(*cache);
    *cache = NULL;
}

/* Parses and keeps a file. *out stays NULL where it cannot be kept. */
static int keep(struct sl_doc_cache *cache, const struct parsed **out, struct sl_str key,
                const struct sl_doc_text *text, struct sl_err *err)
{
    SL_CLEANUP(free_parsed) struct parsed *parsed = calloc(1, sizeof *parsed);
    if (!parsed)
        return sl_fail_memory(err);
    sl_doc_init(&parsed->doc);
    parsed->key = sl_arena_str(&parsed->doc.arena, key);
    parsed->bytes = sl_arena_str(&parsed->doc.arena, text->bytes);
    if (!parsed->key.ptr || !parsed->bytes.ptr)
        return sl_fail_memory(err);
    if (sl_yaml_read(&parsed->documents, &parsed->doc, parsed->bytes, text->name, text->rules, err) < 0 ||
        sl_map_put(&cache->by_key, parsed->key, parsed, err) < 0)
        return -1;
    cache->bytes += text->bytes.len;
    parsed->next = cache->newest;
    cache->newest = parsed;
    *out = sl_steal(&parsed);
    return 0;
}

/* What is kept of this very text; NULL where it cannot be: another text of that name is, or there is no room. */
static int find(struct sl_doc_cache *cache, const struct parsed **out, const struct sl_doc_text *text,
                struct sl_err *err)
{
    *out = NULL;
    SL_CLEANUP(sl_buf_release) struct sl_buf key;
    sl_buf_init(&key, KEY_MAX);
    sl_buf_printf(&key, "%d ", (int)text->rules);
    sl_buf_str(&key, text->name);
    if (key.fail == SL_E_LIMIT)
        return 0;
    if (sl_buf_check(&key, "the name of a file", err) < 0)
        return -1;
    const struct parsed *known = sl_map_get(&cache->by_key, sl_buf_view(&key));
    if (known) {
        *out = sl_str_equal(known->bytes, text->bytes) ? known : NULL;
        return 0;
    }
    if (text->bytes.len > SL_DOC_CACHE_BYTES_MAX - cache->bytes)
        return 0;
    return keep(cache, out, sl_buf_view(&key), text, err);
}

static int find_locked(struct sl_doc_cache *cache, const struct parsed **out, const struct sl_doc_text *text,
                       struct sl_err *err)
{
    if (pthread_mutex_lock(&cache->lock) != 0)
        return sl_fail(err, SL_E_INTERNAL, "the lock of the parsed files cannot be taken");
    int result = find(cache, out, text, err);
    (void)pthread_mutex_unlock(&cache->lock);
    return result;
}

/* Each document by itself: the list around them is no level of their nesting. */
static int copy(struct sl_node **documents, struct sl_doc *doc, const struct parsed *parsed,
                struct sl_err *err)
{
    struct sl_node *list = sl_node_list(doc);
    if (!list)
        return sl_node_fail(doc, err);
    for (uint32_t i = 0; i < parsed->documents->count; i++) {
        struct sl_node *document = sl_node_copy(doc, &parsed->doc, parsed->documents->as.items[i]);
        if (sl_list_add(doc, list, document, err) < 0)
            return -1;
    }
    *documents = list;
    return 0;
}

int sl_doc_cache_read(struct sl_doc_cache *cache, struct sl_node **documents, struct sl_doc *doc,
                      const struct sl_doc_text *text, struct sl_err *err)
{
    const struct parsed *parsed = NULL;
    *documents = NULL;
    if (cache && find_locked(cache, &parsed, text, err) < 0)
        return -1;
    return parsed ? copy(documents, doc, parsed, err)
                  : sl_yaml_read(documents, doc, text->bytes, text->name, text->rules, err);
}

int sl_doc_cache_read_one(struct sl_doc_cache *cache, struct sl_node **root, struct sl_doc *doc,
                          const struct sl_doc_text *text, struct sl_err *err)
{
    const struct parsed *parsed = NULL;
    *root = NULL;
    if (cache && find_locked(cache, &parsed, text, err) < 0)
        return -1;
    /* What to say of a second document is said there. */
    if (!parsed || parsed->documents->count > 1)
        return sl_yaml_read_one(root, doc, text->bytes, text->name, text->rules, err);
    if (parsed->documents->count == 0)
        return 0;
    *root = sl_node_copy(doc, &parsed->doc, parsed->documents->as.items[0]);
    return *root ? 0 : sl_node_fail(doc, err);
}
