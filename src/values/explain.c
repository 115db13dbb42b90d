#include "base/cleanup.h"
#include "base/limits.h"
#include "doc/json.h"
#include "doc/pointer.h"
#include "model/report.h"
#include "provenance.h"
#include "values/line.h"

#include <sealift/text.h>
#include <stdlib.h>

/* Keys of one map that a hint is chosen of. */
enum { NAMES_MAX = 256 };

struct sl_explanation {
    struct sl_arena arena;
    const struct sl_values *values;
    struct sources *sources;
    struct steps steps; /* of the place at hand; room for SL_DOC_DEPTH_MAX */
    struct sl_value_place *places;
    size_t count, capacity;
};

static const char *const effects[] = {
    [SL_VALUE_WINS] = "wins",
    [SL_VALUE_REPLACED] = "replaced",
    [SL_VALUE_DELETED] = "deleted",
    [SL_VALUE_DELETES] = "deletes",
};

const char *sl_value_effect_name(enum sl_value_effect effect)
{
    return effect <= SL_VALUE_DELETES ? effects[effect] : "unknown";
}

void sl_explanation_free(struct sl_explanation *explanation)
{
    if (!explanation)
        return;
    sources_release(explanation->sources);
    sl_arena_release(&explanation->arena);
    free(explanation);
}

SL_DEFINE_FREEP(struct sl_explanation, sl_explanation_free)

size_t sl_explanation_count(const struct sl_explanation *explanation)
{
    return explanation->count;
}

const struct sl_value_place *sl_explanation_at(const struct sl_explanation *explanation, size_t index)
{
    return &explanation->places[index];
}

int sl_values_line(struct sl_str *out, struct sl_arena *arena, const struct sl_node *node, struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    sl_buf_init(&text, 4 * SL_DOC_BYTES_MAX);
    if (sl_json_write(&text, node, err) < 0 || sl_buf_check(&text, "a value", err) < 0)
        return -1;
    /* No text holds a line break as such: those are white space between values. */
    size_t to = 0;
    for (size_t from = 0; from < text.len; from++) {
        if (text.ptr[from] != '\n') {
            text.ptr[to++] = text.ptr[from];
            continue;
        }
        while (from + 1 < text.len && text.ptr[from + 1] == ' ')
            from++;
        bool opened = to > 0 && (text.ptr[to - 1] == '{' || text.ptr[to - 1] == '[');
        bool closes = from + 1 < text.len && (text.ptr[from + 1] == '}' || text.ptr[from + 1] == ']');
        if (!opened && !closes)
            text.ptr[to++] = ' ';
    }
    while (to > 0 && text.ptr[to - 1] == ' ')
        to--;
    *out = sl_arena_str(arena, (struct sl_str){text.ptr, to});
    return out->ptr ? 0 : sl_fail_memory(err);
}

/* Whether a say ends what lower layers said: everything but a map over a map. */
static bool deletes(const struct say *say)
{
    return !say->node || say->node->kind == SL_NULL;
}

static int make_say(struct sl_value_say *out, struct sl_explanation *explanation, const struct say *say,
                    struct sl_err *err)
{
    const struct sl_node *node = say->node ? say->node : say->above;
    const struct sl_doc *doc = say->layer->doc;
    struct sl_mark mark = node->mark;
    *out = (struct sl_value_say){
        .layer = sl_str_from(sl_layer_kind_name(say->layer->kind)),
        .file = say->layer->file,
        .line = mark.line,
        .column = mark.line ? mark.column : 0,
    };
    if (doc && mark.file > 0 && mark.file <= doc->file_count)
        out->file = doc->files[mark.file - 1];
    return sl_values_line(&out->value, &explanation->arena, node, err);
}

/* The says of the place at hand, with what became of each: `seen` is what templates see there. */
static int make_says(struct sl_value_place *place, struct sl_explanation *explanation,
                     const struct sl_node *seen, struct sl_err *err)
{
    const struct say *found;
    size_t count = sources_says(explanation->sources, &explanation->steps, &found);
    struct sl_value_say *says = sl_arena_array(&explanation->arena, count, sizeof *says);
    if (!says)
        return sl_fail_memory(err);
    size_t winner = count;
    for (size_t i = 0; i < count; i++) {
        if (make_say(&says[i], explanation, &found[i], err) < 0)
            return -1;
        if (seen && found[i].node && sl_node_equal(found[i].node, seen))
            winner = i;
    }
    for (size_t i = 0; i < count; i++) {
        bool taken = i + 1 < count ? deletes(&found[i + 1]) : !seen;
        if (i == winner)
            says[i].effect = SL_VALUE_WINS;
        else if (deletes(&found[i]) && (found[i].node || !seen))
            says[i].effect = SL_VALUE_DELETES;
        else
            says[i].effect = taken ? SL_VALUE_DELETED : SL_VALUE_REPLACED;
    }
    place->says = says;
    place->say_count = count;
    return 0;
}

static struct sl_value_place *new_place(struct sl_explanation *explanation)
{
    if (explanation->count == explanation->capacity) {
        size_t capacity = explanation->capacity ? 2 * explanation->capacity : 16;
        struct sl_value_place *places = sl_arena_array(&explanation->arena, capacity, sizeof *places);
        if (!places)
            return NULL;
        if (explanation->count)
            memcpy(places, explanation->places, explanation->count * sizeof *places);
        explanation->places = places;
        explanation->capacity = capacity;
    }
    return &explanation->places[explanation->count++];
}

static int add_place(struct sl_explanation *explanation, const struct sl_node *seen, struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf pointer;
    sl_buf_init(&pointer, SL_DOC_BYTES_MAX);
    for (size_t i = 0; i < explanation->steps.count; i++)
        sl_pointer_push(&pointer, explanation->steps.items[i]);
    if (sl_buf_check(&pointer, "a pointer", err) < 0)
        return -1;
    struct sl_value_place *place = new_place(explanation);
    if (!place)
        return sl_fail_memory(err);
    place->pointer = sl_arena_str(&explanation->arena, sl_buf_view(&pointer));
    if (!place->pointer.ptr)
        return sl_fail_memory(err);
    if (seen && sl_values_line(&place->value, &explanation->arena, seen, err) < 0)
        return -1;
    return make_says(place, explanation, seen, err);
}

static int compare_keys(const void *left, const void *right)
{
    return sl_str_compare(*(const struct sl_str *)left, *(const struct sl_str *)right);
}

/* The keys at the place at hand, of what templates see and of what layers say, ascending. */
static int keys_at(struct sl_explanation *explanation, const struct sl_node *seen, struct sl_str **keys,
                   size_t *count, struct sl_err *err)
{
    struct sl_str *said;
    size_t said_count;
    if (sources_keys(explanation->sources, &explanation->steps, &said, &said_count, err) < 0)
        return -1;
    size_t seen_count = seen && seen->kind == SL_MAP ? seen->count : 0;
    *keys = sl_arena_array(&explanation->arena, said_count + seen_count, sizeof **keys);
    if (!*keys)
        return sl_fail_memory(err);
    *count = 0;
    for (size_t i = 0; i < seen_count; i++)
        (*keys)[(*count)++] = seen->as.entries[i].key;
    for (size_t i = 0; i < said_count; i++)
        if (!sources_entry(explanation->sources, seen, said[i]))
            (*keys)[(*count)++] = said[i];
    if (*count > 1)
        qsort(*keys, *count, sizeof **keys, compare_keys);
    return 0;
}

/* Every leaf at and below the place at hand. */
static int explain_at(struct sl_explanation *explanation, const struct sl_node *seen, struct sl_err *err)
{
    struct sl_str *keys = NULL;
    size_t count = 0;
    if (explanation->steps.count == SL_DOC_DEPTH_MAX)
        return sl_fail(err, SL_E_LIMIT, "values are nested deeper than %d levels", SL_DOC_DEPTH_MAX);
    if (seen && seen->kind != SL_MAP)
        return add_place(explanation, seen, err);
    if (keys_at(explanation, seen, &keys, &count, err) < 0)
        return -1;
    if (count == 0)
        return add_place(explanation, seen, err);
    for (size_t i = 0; i < count; i++) {
        const struct sl_entry *entry = sources_entry(explanation->sources, seen, keys[i]);
        explanation->steps.items[explanation->steps.count++] = keys[i];
        int result = explain_at(explanation, entry ? entry->value : NULL, err);
        explanation->steps.count--;
        if (result < 0)
            return -1;
    }
    return 0;
}

/* The steps of a pointer, in the explanation's memory. */
static int read_steps(struct sl_explanation *explanation, struct sl_str pointer, struct sl_err *err)
{
    struct steps *steps = &explanation->steps;
    steps->items = sl_arena_array(&explanation->arena, SL_DOC_DEPTH_MAX, sizeof *steps->items);
    if (!steps->items)
        return sl_fail_memory(err);
    while (pointer.len > 0) {
        struct sl_str step = sl_str_slice(pointer, 1, pointer.len);
        step = sl_str_slice(step, 0, sl_str_find(step, '/'));
        pointer = sl_str_slice(pointer, step.len + 1, pointer.len);
        char *text = sl_arena_alloc(&explanation->arena, step.len + 1);
        if (!text)
            return sl_fail_memory(err);
        size_t len = 0;
        for (size_t i = 0; i < step.len; i++) {
            bool escaped = step.ptr[i] == '~' && i + 1 < step.len;
            text[len++] = escaped ? (step.ptr[i + 1] == '1' ? '/' : '~') : step.ptr[i];
            i += escaped;
        }
        if (steps->count == SL_DOC_DEPTH_MAX)
            return sl_fail(err, SL_E_USAGE, "a path has more than %d steps", SL_DOC_DEPTH_MAX);
        steps->items[steps->count++] = (struct sl_str){text, len};
    }
    return 0;
}

/* With a hint at a key that is there, in the deepest map that the path leads to. */
static int fail_unknown(const struct sl_explanation *explanation, struct sl_str path, struct sl_err *err)
{
    struct sl_str names[NAMES_MAX];
    const struct steps *steps = &explanation->steps;
    const struct sl_node *map = NULL;
    size_t depth = steps->count, count = 0;
    while (!map && depth > 0) {
        const struct steps above = {steps->items, --depth};
        map = step_down(explanation->sources, explanation->values->effective, &above);
    }
    for (uint32_t i = 0; map && map->kind == SL_MAP && i < map->count && count < NAMES_MAX; i++)
        names[count++] = map->as.entries[i].key;
    ptrdiff_t nearest = depth < steps->count ? sl_nearest(steps->items[depth], names, count) : -1;
    char shown[256];
    (void)sl_fail(err, SL_E_NOT_FOUND, "no layer says anything about %s",
                  sl_escape(shown, sizeof shown, path));
    if (nearest < 0)
        return -1;
    SL_CLEANUP(sl_buf_release) struct sl_buf near;
    sl_buf_init(&near, SL_KIB);
    for (size_t i = 0; i < depth; i++) {
        sl_buf_escaped(&near, steps->items[i]);
        sl_buf_byte(&near, '.');
    }
    sl_buf_escaped(&near, names[nearest]);
    return near.fail ? -1 : sl_hint(err, "did you mean %s?", near.ptr);
}

int sl_values_explain(struct sl_explanation **out, const struct sl_values *values, struct sl_str path,
                      struct sl_err *err)
{
    *out = NULL;
    SL_CLEANUP(sl_explanation_freep) struct sl_explanation *explanation = calloc(1, sizeof *explanation);
    SL_CLEANUP(sl_buf_release) struct sl_buf pointer;
    sl_buf_init(&pointer, SL_DOC_BYTES_MAX);
    if (!explanation)
        return sl_fail_memory(err);
    sl_arena_init(&explanation->arena, SL_DOC_MEMORY_MAX);
    explanation->values = values;
    if ((path.len > 0 && sl_pointer_from_path(&pointer, path, err) < 0) ||
        sl_buf_check(&pointer, "a pointer", err) < 0 ||
        sources_new(&explanation->sources, &explanation->arena, values, err) < 0 ||
        read_steps(explanation, sl_buf_view(&pointer), err) < 0)
        return -1;
    const struct steps *steps = &explanation->steps;
    const struct sl_node *seen = step_down(explanation->sources, values->effective, steps);
    const struct say *says;
    if (!seen && sources_says(explanation->sources, steps, &says) == 0)
        return fail_unknown(explanation, path, err);
    if (explain_at(explanation, seen, err) < 0)
        return -1;
    *out = sl_steal(&explanation);
    return 0;
}
