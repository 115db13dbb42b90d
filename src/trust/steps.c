#include "steps.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "beside.h"
#include "io/file.h"
#include "io/sys.h"
#include "trust/steps_dir.h"

#include <fcntl.h>
#include <sealift/text.h>
#include <stdio.h>
#include <stdlib.h>

enum { SHOWN_MAX = 256 };

/* Texts, and for each step room for all the signatures it may have. */
#define STEP_BYTES_MAX (SL_TRUST_FILE_MAX + UINT64_C(2) * SL_SIGNATURES_MAX * SL_SIGNATURE_FILE_MAX)

struct sl_trust_steps {
    struct sl_arena arena;
    struct sl_trust_step *items;
    size_t count, capacity;
    size_t max; /* how many there may be */
};

int trust_steps_new(struct sl_trust_steps **out, size_t max, struct sl_err *err)
{
    struct sl_trust_steps *steps = calloc(1, sizeof *steps);
    if (!steps) {
        (void)sl_fail_memory(err);
        return -1;
    }
    sl_arena_init(&steps->arena, max * STEP_BYTES_MAX);
    steps->max = max;
    *out = steps;
    return 0;
}

void sl_trust_steps_free(struct sl_trust_steps *steps)
{
    if (!steps)
        return;
    sl_arena_release(&steps->arena);
    free(steps->items);
    free(steps);
}

void sl_trust_steps_freep(struct sl_trust_steps **steps)
{
    sl_trust_steps_free(*steps);
    *steps = NULL;
}

size_t sl_trust_steps_count(const struct sl_trust_steps *steps)
{
    return steps->count;
}

const struct sl_trust_step *sl_trust_steps_at(const struct sl_trust_steps *steps, size_t index)
{
    return &steps->items[index];
}

/* Room for one more. */
static int grow(struct sl_trust_steps *steps, struct sl_err *err)
{
    if (steps->count < steps->capacity)
        return 0;
    size_t more = steps->capacity ? 2 * steps->capacity : 8;
    struct sl_trust_step *items = reallocarray(steps->items, more, sizeof *items);
    if (!items)
        return sl_fail_memory(err);
    steps->items = items;
    steps->capacity = more;
    return 0;
}

static int add_document(struct sl_trust_steps *steps, uint64_t version, struct sl_str text,
                        struct sl_err *err)
{
    if (steps->count == steps->max)
        return sl_fail(err, SL_E_REFUSED, "there are more than %zu versions of trust.json", steps->max);
    if (grow(steps, err) < 0)
        return -1;
    struct sl_trust_step step = {.version = version, .json = sl_arena_str(&steps->arena, text)};
    step.signatures = sl_arena_array(&steps->arena, SL_SIGNATURES_MAX, sizeof *step.signatures);
    if (!step.json.ptr || !step.signatures)
        return sl_fail_memory(err);
    steps->items[steps->count++] = step;
    return 1;
}

static int add_signature(struct sl_trust_steps *steps, const struct sl_trust_name *name, struct sl_str text,
                         struct sl_err *err)
{
    struct sl_trust_step *step = steps->count > 0 ? &steps->items[steps->count - 1] : NULL;
    if (!step || step->version != name->version)
        return 0;
    if (step->signature_count == SL_SIGNATURES_MAX)
        return sl_fail(err, SL_E_REFUSED, "version %llu of trust.json has more than %d signatures",
                       (unsigned long long)name->version, SL_SIGNATURES_MAX);
    struct sl_trust_signature *signature =
        (struct sl_trust_signature *)&step->signatures[step->signature_count];
    memcpy(signature->key_id, name->key_id, sizeof signature->key_id);
    signature->text = sl_arena_str(&steps->arena, text);
    if (!signature->text.ptr)
        return sl_fail_memory(err);
    step->signature_count++;
    return 1;
}

int trust_steps_add(struct sl_trust_steps *steps, const struct sl_trust_name *name, struct sl_str text,
                    struct sl_err *err)
{
    return name->key_id[0] ? add_signature(steps, name, text, err)
                           : add_document(steps, name->version, text, err);
}

static int compare_versions(const void *left, const void *right)
{
    uint64_t a = ((const struct sl_trust_step *)left)->version;
    uint64_t b = ((const struct sl_trust_step *)right)->version;
    return (a > b) - (a < b);
}

void trust_steps_sort(struct sl_trust_steps *steps)
{
    if (steps->count > 1)
        qsort(steps->items, steps->count, sizeof steps->items[0], compare_versions);
}

int trust_steps_of_bundle(struct sl_trust_steps **out, const struct sl_bundle_reader *reader,
                          struct sl_err *err)
{
    SL_CLEANUP(sl_trust_steps_freep) struct sl_trust_steps *steps = NULL;
    if (trust_steps_new(&steps, SL_TRUST_STEPS_MAX, err) < 0)
        return -1;
    for (size_t i = 0; i < sl_bundle_reader_trust_count(reader); i++) {
        struct sl_str text;
        const struct sl_trust_name *name = sl_bundle_reader_trust(reader, i, &text);
        int added = trust_steps_add(steps, name, text, err);
        if (added < 0)
            return -1;
        if (added == 0)
            return sl_fail(err, SL_E_REFUSED,
                           "the bundle has a signature over version %llu of trust.json and not "
                           "that version",
                           (unsigned long long)name->version);
    }
    trust_steps_sort(steps);
    *out = sl_steal(&steps);
    return 0;
}

/* -- files -- */

struct loading {
    struct sl_trust_steps *steps;
    int dir;
    char shown[SHOWN_MAX]; /* of the directory or the document, for messages */
    const char *document;  /* the only one that is wanted, or NULL: all that are named N.json */
    uint64_t version;      /* of that one */
};

/* Whether a file of the directory belongs here, and as what. */
static bool is_wanted(struct sl_trust_name *out, const struct loading *loading, const char *name)
{
    if (!loading->document)
        return sl_trust_name_parse(out, sl_str_from(name));
    out->version = loading->version;
    return trust_is_beside(out->key_id, sl_str_from(loading->document), sl_str_from(name));
}

static int visit(void *context, const struct sl_dir_entry *entry, struct sl_err *err)
{
    struct loading *loading = context;
    struct sl_trust_name name;
    if (S_ISDIR(entry->info.st_mode))
        return 1;
    if (!is_wanted(&name, loading, entry->path))
        return 0;
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    sl_buf_init(&text, SL_TRUST_FILE_MAX);
    size_t max = name.key_id[0] ? SL_SIGNATURE_FILE_MAX : SL_TRUST_FILE_MAX;
    if (sl_file_read_beneath(&text, loading->dir, entry->path, max, err) < 0)
        return sl_wrap(err, "%s", loading->shown);
    return trust_steps_add(loading->steps, &name, sl_buf_view(&text), err) < 0 ? -1 : 0;
}

static int load_file(struct loading *loading, const char *path, struct sl_err *err)
{
    (void)sl_escape(loading->shown, sizeof loading->shown, sl_str_from(path));
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    SL_CLEANUP(sl_trust_freep) struct sl_trust *trust = NULL;
    sl_buf_init(&text, SL_TRUST_FILE_MAX);
    if (sl_file_read(&text, path, SL_TRUST_FILE_MAX, err) < 0 ||
        sl_trust_read(&trust, sl_buf_view(&text), loading->shown, err) < 0)
        return -1;
    loading->version = trust->version;
    if (add_document(loading->steps, trust->version, sl_buf_view(&text), err) < 0)
        return -1;
    struct sl_str name = {loading->shown, strlen(loading->shown) + 1};
    loading->steps->items[0].name = sl_arena_str(&loading->steps->arena, name).ptr;
    if (!loading->steps->items[0].name)
        return sl_fail_memory(err);
    loading->dir = trust_open_parent(&loading->document, path, err);
    return loading->dir < 0 ? -1 : sl_dir_walk(loading->dir, visit, loading, err);
}

/* Each document must be of the version that its name says. */
static int check_versions(const struct loading *loading, struct sl_err *err)
{
    for (size_t i = 0; i < loading->steps->count; i++) {
        struct sl_trust_step *step = &loading->steps->items[i];
        SL_CLEANUP(sl_trust_freep) struct sl_trust *trust = NULL;
        char name[SHOWN_MAX + SL_TRUST_NAME_MAX];
        (void)snprintf(name, sizeof name, "%s/%llu.json", loading->shown, (unsigned long long)step->version);
        if (sl_trust_read(&trust, step->json, name, err) < 0)
            return -1;
        if (trust->version != step->version)
            return sl_fail(err, SL_E_INPUT, "%s says that it is version %llu", name,
                           (unsigned long long)trust->version);
        step->name = sl_arena_str(&loading->steps->arena, (struct sl_str){name, strlen(name) + 1}).ptr;
        if (!step->name)
            return sl_fail_memory(err);
    }
    return 0;
}

static int load_directory(struct loading *loading, const char *path, struct sl_err *err)
{
    (void)sl_escape(loading->shown, sizeof loading->shown, sl_str_from(path));
    if (sl_dir_walk(loading->dir, visit, loading, err) < 0)
        return -1;
    if (loading->steps->count == 0) {
        (void)sl_fail(err, SL_E_NOT_FOUND, "%s holds no version of trust.json", loading->shown);
        return sl_hint(err, "they are called 1.json, 2.json and so on; sealift trust init makes the first");
    }
    trust_steps_sort(loading->steps);
    return check_versions(loading, err);
}

int sl_trust_steps_load_dir(struct sl_trust_steps **out, int dir, const char *name, struct sl_err *err)
{
    SL_CLEANUP(sl_trust_steps_freep) struct sl_trust_steps *steps = NULL;
    if (trust_steps_new(&steps, SL_TRUST_VERSIONS_MAX, err) < 0)
        return -1;
    struct loading loading = {.steps = steps, .dir = dir};
    if (load_directory(&loading, name, err) < 0)
        return -1;
    *out = sl_steal(&steps);
    return 0;
}

int sl_trust_steps_load(struct sl_trust_steps **out, const char *path, struct sl_err *err)
{
    SL_CLEANUP(sl_trust_steps_freep) struct sl_trust_steps *steps = NULL;
    if (trust_steps_new(&steps, SL_TRUST_VERSIONS_MAX, err) < 0)
        return -1;
    struct loading loading = {.steps = steps, .dir = sl_sys_open(path, O_RDONLY | O_DIRECTORY, 0)};
    int result = loading.dir < 0 ? load_file(&loading, path, err) : load_directory(&loading, path, err);
    if (loading.dir >= 0)
        (void)sl_sys_close(loading.dir);
    if (result < 0)
        return -1;
    *out = sl_steal(&steps);
    return 0;
}
