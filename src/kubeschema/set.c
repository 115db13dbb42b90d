#include "set.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "doc/json.h"
#include "doc/pointer.h"
#include "normalise.h"

#include <sealift/text.h>
#include <stdlib.h>

static const struct sl_str kinds_mark = SL_STR_INIT("kubernetes-kinds/1");

int sl_kubeschema_new(struct sl_kubeschema **out, struct sl_err *err)
{
    *out = calloc(1, sizeof **out);
    if (!*out)
        return sl_fail_memory(err);
    sl_arena_init(&(*out)->arena, SL_SCHEMA_MEMORY_MAX);
    sl_map_init(&(*out)->kinds);
    sl_map_init(&(*out)->families);
    return 0;
}

void sl_kubeschema_free(struct sl_kubeschema *set)
{
    if (!set)
        return;
    while (set->sources) {
        struct source *source = set->sources;
        set->sources = source->next;
        sl_schema_free(source->program);
        sl_doc_release(&source->doc);
        free(source);
    }
    sl_map_release(&set->kinds);
    sl_map_release(&set->families);
    sl_arena_release(&set->arena);
    free(set);
}

void sl_kubeschema_freep(struct sl_kubeschema **set)
{
    sl_kubeschema_free(*set);
    *set = NULL;
}

struct sl_str key_of(struct sl_buf *out, struct sl_str api_version, struct sl_str kind)
{
    sl_buf_reset(out);
    sl_buf_str(out, api_version);
    sl_buf_byte(out, '/');
    sl_buf_str(out, kind);
    return sl_buf_view(out);
}

/* Where the parts of a key begin: of "apps/v1/Deployment" 5 and 8, of "v1/Service" 0 and 3. */
static void cut_key(struct sl_str key, size_t *version, size_t *kind)
{
    size_t end = key.len;
    while (end > 0 && key.ptr[end - 1] != '/')
        end--;
    *kind = end;
    size_t start = end ? end - 1 : 0;
    while (start > 0 && key.ptr[start - 1] != '/')
        start--;
    *version = start;
}

struct sl_str family_of(struct sl_buf *out, struct sl_str key)
{
    size_t version, kind;
    cut_key(key, &version, &kind);
    sl_buf_reset(out);
    sl_buf_str(out, sl_str_slice(key, 0, version ? version - 1 : 0));
    sl_buf_byte(out, '/');
    sl_buf_str(out, sl_str_slice(key, kind, key.len));
    return sl_buf_view(out);
}

struct source *source_new(struct sl_kubeschema *set)
{
    struct source *source = calloc(1, sizeof *source);
    if (!source)
        return NULL;
    sl_doc_init(&source->doc);
    source->next = set->sources;
    set->sources = source;
    return source;
}

const struct kind *set_find(const struct sl_kubeschema *set, struct sl_str key)
{
    return sl_map_get(&set->kinds, key);
}

bool sl_kubeschema_has(const struct sl_kubeschema *set, struct sl_str api_version, struct sl_str kind)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf key;
    sl_buf_init(&key, KEY_MAX);
    return set_find(set, key_of(&key, api_version, kind)) != NULL;
}

size_t sl_kubeschema_count(const struct sl_kubeschema *set)
{
    return set->count;
}

/* -- adding -- */

static int add_to_family(struct sl_kubeschema *set, struct sl_str key, struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf name;
    size_t version, kind;
    cut_key(key, &version, &kind);
    struct sl_str served = sl_str_slice(key, 0, kind ? kind - 1 : 0);
    sl_buf_init(&name, KEY_MAX);
    (void)family_of(&name, key);
    if (sl_buf_check(&name, "the name of a kind", err) < 0)
        return -1;
    struct family *family = sl_map_get(&set->families, sl_buf_view(&name));
    if (family) {
        struct sl_str more = sl_arena_join(&set->arena, SL_STR(" and "), served);
        family->versions = more.ptr ? sl_arena_join(&set->arena, family->versions, more) : more;
        return family->versions.ptr ? 0 : sl_fail_memory(err);
    }
    struct sl_str kept = sl_arena_str(&set->arena, sl_buf_view(&name));
    family = sl_arena_alloc(&set->arena, sizeof *family);
    if (!kept.ptr || !family)
        return sl_fail_memory(err);
    family->versions = served;
    return sl_map_put(&set->families, kept, family, err) < 0 ? -1 : 0;
}

/* For a key that the set does not have. NULL without memory. */
static struct kind *add_kind(struct sl_kubeschema *set, struct sl_str key, struct sl_err *err)
{
    struct kind *kind = sl_arena_alloc(&set->arena, sizeof *kind);
    struct sl_str kept = sl_arena_str(&set->arena, key);
    if (!kind || !kept.ptr) {
        (void)sl_fail_memory(err);
        return NULL;
    }
    kind->key = kept;
    if (sl_map_put(&set->kinds, kept, kind, err) < 0)
        return NULL;
    set->count++;
    return kind;
}

/* Sets source->program, or *problem to why there can be none. */
static int compile(struct sl_kubeschema *set, struct source *source, struct sl_str *problem,
                   struct sl_err *err)
{
    struct sl_schema_source from = {.doc = &source->doc, .root = source->root};
    struct sl_schema_options options = {.draft = SL_DRAFT_4, .formats = SL_FORMATS_BY_DRAFT};
    if (sl_schema_compile(&source->program, &from, &options, err) == 0)
        return 0;
    if (err->code != SL_E_INPUT && err->code != SL_E_UNSUPPORTED)
        return -1;
    *problem = sl_arena_str(&set->arena, sl_str_from(err->message));
    if (!problem->ptr)
        return sl_fail_memory(err);
    return 0;
}

static int set_prefix(struct sl_kubeschema *set, struct kind *kind, struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf pointer;
    sl_buf_init(&pointer, (size_t)2 * KEY_MAX);
    sl_pointer_push(&pointer, kind->key);
    if (sl_buf_check(&pointer, "the name of a kind", err) < 0)
        return -1;
    kind->prefix = sl_arena_str(&set->arena, sl_buf_view(&pointer));
    return kind->prefix.ptr ? 0 : sl_fail_memory(err);
}

static int add_one(struct kind *kind, const struct source *source, struct shaper *shaper,
                   const struct sl_node *schema, struct sl_err *err)
{
    struct shape *shape = NULL;
    uint64_t before = shaper->rules;
    kind->program = source->program;
    if (schema->kind != SL_MAP)
        return sl_fail(err, SL_E_INPUT, "the schema of a kind must be a map");
    if (source->program && shape_make(&shape, shaper, schema) < 0)
        return -1;
    kind->shape = shape;
    kind->rules = shaper->rules - before;
    return 0;
}

static int add_all(struct sl_kubeschema *set, const struct source *source, struct shaper *shaper,
                   struct sl_str problem, struct sl_err *err)
{
    const struct sl_node *kinds = sl_node_get(source->root, "properties");
    for (uint32_t i = 0; kinds && kinds->kind == SL_MAP && i < kinds->count; i++) {
        if (set_find(set, kinds->as.entries[i].key))
            continue;
        struct kind *kind = add_kind(set, kinds->as.entries[i].key, err);
        if (!kind)
            return -1;
        kind->problem = problem;
        if (set_prefix(set, kind, err) < 0 || add_to_family(set, kind->key, err) < 0 ||
            add_one(kind, source, shaper, kinds->as.entries[i].value, err) < 0)
            return -1;
    }
    return 0;
}

int source_add_kinds(struct sl_kubeschema *set, struct source *source, bool keep_problem, struct sl_err *err)
{
    struct sl_str problem = {0};
    if (compile(set, source, &problem, err) < 0 || (problem.len && !keep_problem))
        return -1;
    struct shaper shaper = {
        .arena = &set->arena, .definitions = sl_node_get(source->root, "definitions"), .err = err};
    sl_map_init(&shaper.known);
    int result = add_all(set, source, &shaper, problem, err);
    sl_map_release(&shaper.known);
    if (result == 0)
        sl_err_clear(err);
    return result;
}

int set_add_problem(struct sl_kubeschema *set, struct sl_str key, struct sl_str problem, struct sl_err *err)
{
    if (set_find(set, key))
        return 0;
    struct kind *kind = add_kind(set, key, err);
    if (!kind)
        return -1;
    kind->problem = sl_arena_str(&set->arena, problem);
    return kind->problem.ptr ? 0 : sl_fail_memory(err);
}

int source_add_one(struct sl_kubeschema *set, struct source *source, struct sl_str key, struct sl_err *err)
{
    struct sl_str problem = {0};
    if (set_find(set, key))
        return 0;
    struct kind *kind = add_kind(set, key, err);
    if (!kind || compile(set, source, &problem, err) < 0)
        return -1;
    kind->problem = problem;
    struct shaper shaper = {
        .arena = &set->arena, .definitions = sl_node_get(source->root, "definitions"), .err = err};
    sl_map_init(&shaper.known);
    int result = add_one(kind, source, &shaper, source->root, err);
    sl_map_release(&shaper.known);
    if (result == 0)
        sl_err_clear(err);
    return result;
}

int sl_kubeschema_add_kinds(struct sl_kubeschema *set, struct sl_str text, struct sl_str name,
                            struct sl_err *err)
{
    struct source *source = source_new(set);
    struct sl_node *root = NULL;
    char shown[256];
    if (!source)
        return sl_fail_memory(err);
    if (sl_json_read(&root, &source->doc, text, name, err) < 0)
        return -1;
    if (!sl_str_equal(sl_node_text(sl_node_get(root, "sealift")), kinds_mark)) {
        (void)sl_fail(err, SL_E_INPUT,
                      "%s:1:1: not a file of Kubernetes kinds: it has no \"sealift\": \"%s\"",
                      sl_escape(shown, sizeof shown, name), kinds_mark.ptr);
        return sl_hint(err, "make it with sealift schema import");
    }
    source->root = root;
    return source_add_kinds(set, source, false, err);
}

int sl_kubeschema_add_file(struct sl_kubeschema *set, struct sl_str api_version, struct sl_str kind,
                           struct sl_str text, struct sl_str name, struct sl_err *err)
{
    SL_CLEANUP(sl_doc_release) struct sl_doc doc;
    SL_CLEANUP(sl_buf_release) struct sl_buf key;
    struct sl_node *root = NULL, *made = NULL;
    struct source *source = source_new(set);
    sl_doc_init(&doc);
    sl_buf_init(&key, KEY_MAX);
    if (!source)
        return sl_fail_memory(err);
    struct normaliser normaliser = {&source->doc, &doc, CLOSE_NOTHING, err};
    if (sl_json_read(&root, &doc, text, name, err) < 0 || normalise(&made, &normaliser, root) < 0)
        return -1;
    source->root = made;
    (void)key_of(&key, api_version, kind);
    if (sl_buf_check(&key, "the name of a kind", err) < 0)
        return -1;
    return source_add_one(set, source, sl_buf_view(&key), err);
}
