#include "report.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "doc/pointer.h"

#include <sealift/text.h>
#include <stdio.h>
#include <stdlib.h>

enum { CAPACITY_FIRST = 8, NEAR_MAX = 3 };

#define REPORT_MEMORY_MAX (16 * SL_MIB)

int collector_init(struct collector *collector, struct sl_err *err)
{
    *collector = (struct collector){0};
    collector->report = calloc(1, sizeof *collector->report);
    if (!collector->report)
        return sl_fail_memory(err);
    sl_arena_init(&collector->report->arena, REPORT_MEMORY_MAX);
    return 0;
}

void collector_release(struct collector *collector)
{
    sl_schema_report_free(collector->report);
    collector->report = NULL;
}

void sl_schema_report_free(struct sl_schema_report *report)
{
    if (!report)
        return;
    sl_arena_release(&report->arena);
    free(report->errors);
    free(report);
}

void sl_schema_report_freep(struct sl_schema_report **report)
{
    sl_schema_report_free(*report);
    *report = NULL;
}

size_t sl_schema_report_count(const struct sl_schema_report *report)
{
    return report->count;
}

const struct sl_schema_error *sl_schema_report_at(const struct sl_schema_report *report, size_t index)
{
    return &report->errors[index].error;
}

bool sl_schema_report_is_cut(const struct sl_schema_report *report)
{
    return report->cut;
}

/* -- adding -- */

static void push_steps(struct sl_buf *out, const struct step *at)
{
    /* The steps hang together from the inside out; they are as many as the schema's depth at most. */
    const struct step *steps[SL_SCHEMA_DEPTH_MAX + 1];
    size_t count = 0;
    for (; at && count < SL_SCHEMA_DEPTH_MAX; at = at->outer)
        steps[count++] = at;
    while (count-- > 0) {
        char number[16];
        struct sl_str token = steps[count]->key;
        if (!token.ptr) {
            int len = snprintf(number, sizeof number, "%u", steps[count]->index);
            token = (struct sl_str){number, (size_t)len};
        }
        sl_pointer_push(out, token);
    }
}

/* Errors of alternatives are dropped again, and their texts stay: a schema may have so many alternatives inside one
 * another that the room for texts ends. */
static int fail_full(const struct sl_schema_report *report, struct sl_err *err)
{
    if (report->arena.used < REPORT_MEMORY_MAX - 4 * SL_MIB)
        return sl_fail_memory(err);
    return sl_fail(err, SL_E_LIMIT,
                   "the schema has too many alternatives inside one another to say what does not fit");
}

static int put_places(struct sl_schema_report *report, struct sl_schema_error *error,
                      const struct finding_place *place, struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    sl_buf_init(&text, SL_MIB);
    push_steps(&text, place->at);
    if (sl_buf_check(&text, "a pointer", err) < 0)
        return -1;
    error->instance = sl_arena_str(&report->arena, sl_buf_view(&text));
    sl_buf_reset(&text);
    sl_buf_str(&text, place->schema->resource->uri);
    sl_buf_byte(&text, '#');
    sl_buf_str(&text, place->schema->pointer);
    if (place->keyword)
        sl_pointer_push(&text, sl_str_from(place->keyword));
    if (sl_buf_check(&text, "a pointer", err) < 0)
        return -1;
    error->location = sl_arena_str(&report->arena, sl_buf_view(&text));
    return error->instance.ptr && error->location.ptr ? 0 : fail_full(report, err);
}

static int make_room(struct sl_schema_report *report, struct sl_err *err)
{
    if (report->count < report->capacity)
        return 0;
    size_t capacity = report->capacity ? 2 * report->capacity : CAPACITY_FIRST;
    struct collected *errors = realloc(report->errors, capacity * sizeof *errors);
    if (!errors)
        return sl_fail_memory(err);
    report->errors = errors;
    report->capacity = capacity;
    return 0;
}

bool collector_is_full(const struct collector *collector)
{
    return collector->report->count == SL_SCHEMA_ERRORS_MAX;
}

int collector_add(struct collector *collector, const struct finding_place *place, struct sl_str message,
                  struct sl_str hint, struct sl_err *err)
{
    struct sl_schema_report *report = collector->report;
    if (report->count == SL_SCHEMA_ERRORS_MAX) {
        report->cut = true;
        return 0;
    }
    if (make_room(report, err) < 0)
        return -1;
    struct collected *collected = &report->errors[report->count];
    *collected = (struct collected){.op = place->op, .number = collector->numbers++};
    for (const struct step *step = place->at; step; step = step->outer)
        collected->depth++;
    collected->depth -= place->member;
    struct sl_schema_error *error = &collected->error;
    if (put_places(report, error, place, err) < 0)
        return -1;
    error->keyword = sl_arena_str(&report->arena, sl_str_from(place->keyword ? place->keyword : "false"));
    error->message = sl_arena_str(&report->arena, message);
    error->hint = sl_arena_str(&report->arena, hint);
    error->mark = place->mark;
    if (!error->keyword.ptr || !error->message.ptr || !error->hint.ptr)
        return fail_full(report, err);
    report->count++;
    return 0;
}

size_t collector_mark(const struct collector *collector)
{
    return collector->report->count;
}

void collector_drop(struct collector *collector, size_t from, size_t to)
{
    struct sl_schema_report *report = collector->report;
    memmove(&report->errors[from], &report->errors[to], (report->count - to) * sizeof *report->errors);
    report->count -= to - from;
}

/* -- the best first -- */

/* A misspelt name explains the member that is missing, and both come before what is merely out of bounds. What
 * says only that no alternative fits comes last. */
static unsigned weight(const struct collected *collected)
{
    if (collected->error.hint.len)
        return 0;
    switch (collected->op) {
    case OP_FALSE:
    case OP_TYPE:
        return 1;
    case OP_PROPERTIES:
    case OP_UNEVALUATED_PROPERTIES:
    case OP_REQUIRED:
        return 2;
    case OP_ANY_OF:
    case OP_ONE_OF:
    case OP_NOT:
        return 4;
    default:
        return 3;
    }
}

static int compare_errors(const void *left, const void *right)
{
    const struct collected *a = left;
    const struct collected *b = right;
    unsigned a_weight = weight(a);
    unsigned b_weight = weight(b);
    bool a_vague = a_weight == 4;
    bool b_vague = b_weight == 4;
    if (a_vague != b_vague)
        return a_vague ? 1 : -1;
    if (a->depth != b->depth)
        return a->depth < b->depth ? -1 : 1;
    if (a_weight != b_weight)
        return a_weight < b_weight ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

/* The same, said twice because two references lead to it. */
static bool says_the_same(const struct collected *a, const struct collected *b)
{
    return sl_str_equal(a->error.instance, b->error.instance) &&
           sl_str_equal(a->error.message, b->error.message);
}

static void drop_repeated(struct sl_schema_report *report)
{
    size_t kept = 0;
    for (size_t i = 0; i < report->count; i++) {
        bool repeated = false;
        for (size_t j = 0; j < kept && !repeated; j++)
            repeated = says_the_same(&report->errors[i], &report->errors[j]);
        if (!repeated)
            report->errors[kept++] = report->errors[i];
    }
    report->count = kept;
}

int collector_finish(struct collector *collector, struct sl_schema_report **out, struct sl_err *err)
{
    struct sl_schema_report *report = collector->report;
    if (report->count == 0)
        return sl_fail(err, SL_E_INTERNAL, "an instance that does not fit for no reason");
    qsort(report->errors, report->count, sizeof *report->errors, compare_errors);
    drop_repeated(report);
    *out = sl_steal(&collector->report);
    return 0;
}

/* -- words -- */

struct sl_str cut_text(struct sl_str text, size_t max)
{
    if (text.len <= max)
        return text;
    while (max > 0 && ((unsigned char)text.ptr[max] & 0xc0) == 0x80)
        max--;
    return sl_str_slice(text, 0, max);
}

const char *show_name(char out[SHOWN_MAX], struct sl_str name)
{
    out[0] = '"';
    (void)sl_escape(out + 1, SHOWN_MAX - 2, name);
    size_t len = strlen(out);
    memcpy(out + len, "\"", 2);
    return out;
}

const char *show_value(char out[SHOWN_MAX], const struct sl_node *node)
{
    switch (node->kind) {
    case SL_BOOL:
        return node->as.boolean ? "true" : "false";
    case SL_STRING:
        return show_name(out, node->as.text);
    case SL_INT:
    case SL_UINT:
    case SL_FLOAT:
        break;
    default:
        return sl_kind_name(node->kind);
    }
    if (node->kind == SL_FLOAT && node->as.source)
        return sl_escape(out, SHOWN_MAX, sl_str_from(node->as.source));
    if (node->kind == SL_INT)
        (void)snprintf(out, SHOWN_MAX, "%lld", (long long)node->as.integer);
    else if (node->kind == SL_UINT)
        (void)snprintf(out, SHOWN_MAX, "%llu", (unsigned long long)node->as.uinteger);
    else
        (void)snprintf(out, SHOWN_MAX, "%.17g", node->as.number);
    return out;
}

struct nearest nearest_start(struct sl_str name, uint64_t *budget)
{
    /* Short names are near to everything. */
    unsigned limit = name.len < 3 ? 1 : name.len < 6 ? 2 : NEAR_MAX;
    return (struct nearest){.name = name, .distance = limit, .budget = budget};
}

bool nearest_is_nearer(struct nearest *nearest, struct sl_str candidate, unsigned *distance)
{
    if (*nearest->budget == 0)
        return false;
    --*nearest->budget;
    *distance = sl_edit_distance(nearest->name, candidate, nearest->distance);
    if (*distance >= nearest->distance && (nearest->best.ptr || *distance > nearest->distance))
        return false;
    return *distance < candidate.len;
}

void nearest_try(struct nearest *nearest, struct sl_str candidate)
{
    unsigned distance;
    if (!nearest_is_nearer(nearest, candidate, &distance))
        return;
    nearest->distance = distance;
    nearest->best = candidate;
}

struct sl_str nearest_hint(char out[MEANT_MAX], const struct nearest *nearest, const char *question)
{
    char shown[SHOWN_MAX];
    out[0] = '\0';
    if (nearest->best.ptr)
        (void)snprintf(out, MEANT_MAX, "%s %s?", question, show_name(shown, nearest->best));
    else if (*nearest->budget == 0)
        (void)snprintf(out, MEANT_MAX, "there are too many names to look for the one that is meant");
    return sl_str_from(out);
}
