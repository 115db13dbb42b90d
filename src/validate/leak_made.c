#include "leak_made.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "leak_encoded.h"
#include "manifest_place.h"

struct search {
    const struct leaks *leaks;
    const struct sl_validation_subject *subject;
    size_t customer;
    leak_take_made *take;
    void *context;
    struct leak_made made;
    bool own; /* what is looked at was made of a file of the overlay */
    struct leak_best best;
    struct sl_buf folded, pointer, decoded[LEAK_ENCODED_DEPTH];
};

static void search_release(struct search *search)
{
    sl_buf_release(&search->folded);
    sl_buf_release(&search->pointer);
    for (size_t i = 0; i < LEAK_ENCODED_DEPTH; i++)
        sl_buf_release(&search->decoded[i]);
}

static int take_leak(void *context, const struct leak_match *match, struct sl_err *err)
{
    struct search *search = context;
    struct leak leak = {.token = match->token};
    leak.verdict = leak_judge_made(&leak.owner, &search->leaks->judge, match, search->customer, search->own);
    (void)err;
    if (leak.verdict != LEAK_NONE)
        leak_best_take(&search->best, &leak);
    return 0;
}

/* NOLINTNEXTLINE(misc-no-recursion): no deeper than LEAK_ENCODED_DEPTH. */
static int search_text(struct search *search, struct sl_str text, unsigned depth, struct sl_err *err)
{
    if (leak_index_search(&search->leaks->index, &search->folded, text, take_leak, search, err) < 0)
        return -1;
    if (depth == LEAK_ENCODED_DEPTH)
        return 0;
    struct sl_buf *decoded = &search->decoded[depth];
    for (size_t at = 0; leak_next_encoded(text, &at, decoded);)
        if (search_text(search, sl_buf_view(decoded), depth + 1, err) < 0)
            return -1;
    return 0;
}

static int tell(struct search *search, const struct place *place, struct sl_mark mark, struct sl_err *err)
{
    sl_buf_reset(&search->pointer);
    place_pointer(&search->pointer, place);
    if (sl_buf_check(&search->pointer, "a pointer", err) < 0)
        return -1;
    search->made.mark = mark;
    search->made.pointer = sl_buf_view(&search->pointer);
    search->made.leak = search->best.items[0];
    return search->take(search->context, &search->made, err);
}

static int search_one(struct search *search, const struct place *place, struct sl_str text,
                      struct sl_mark mark, struct sl_err *err)
{
    const struct sl_doc *doc = search->made.doc;
    struct sl_str overlay = search->subject->layout->overlay_directory;
    search->own = mark.file > 0 && mark.file <= doc->file_count &&
                  sl_str_starts_with(doc->files[mark.file - 1], overlay);
    search->best = (struct leak_best){0};
    if (search_text(search, text, 0, err) < 0)
        return -1;
    return search->best.items[0].token ? tell(search, place, mark, err) : 0;
}

/* NOLINTNEXTLINE(misc-no-recursion): no deeper than SL_DOC_DEPTH_MAX. */
static int search_below(struct search *search, const struct place *place, struct sl_err *err)
{
    const struct sl_node *node = place->node;
    char room[32];
    if (node->kind != SL_MAP && node->kind != SL_LIST) {
        struct sl_str text = node->kind == SL_STRING ? node->as.text : leak_number(room, node);
        return text.len ? search_one(search, place, text, node->mark, err) : 0;
    }
    for (uint32_t i = 0; i < node->count; i++) {
        bool map = node->kind == SL_MAP;
        struct place child = map ? place_entry(place, i) : place_item(place, i);
        if ((map && search_one(search, &child, child.key, child.node->mark, err) < 0) ||
            search_below(search, &child, err) < 0)
            return -1;
    }
    return 0;
}

static int search_all(struct search *search, struct sl_err *err)
{
    const struct sl_layout *layout = search->subject->layout;
    for (size_t i = 0; i < layout->object_count; i++) {
        const struct sl_object *object = &layout->objects[i];
        struct place root = place_root(object->built.node);
        search->made =
            (struct leak_made){.doc = object->doc, .kind = object->built.kind, .name = object->built.name};
        if (search_below(search, &root, err) < 0)
            return -1;
    }
    for (size_t i = 0; i < layout->application_count; i++)
        for (size_t j = 0; j < layout->applications[i].values_count; j++) {
            struct place root = place_root(layout->applications[i].values[j].carried);
            search->made = (struct leak_made){.doc = &search->subject->reading->doc};
            if (root.node && search_below(search, &root, err) < 0)
                return -1;
        }
    return 0;
}

int leaks_in_made(const struct leaks *leaks, const struct sl_validation_subject *subject, size_t customer,
                  leak_take_made *take, void *context, struct sl_err *err)
{
    SL_CLEANUP(search_release)
    struct search search = {
        .leaks = leaks, .subject = subject, .customer = customer, .take = take, .context = context};
    sl_buf_init(&search.folded, SL_DOC_BYTES_MAX);
    sl_buf_init(&search.pointer, SL_MIB);
    for (size_t i = 0; i < LEAK_ENCODED_DEPTH; i++)
        sl_buf_init(&search.decoded[i], SL_DOC_BYTES_MAX);
    return search_all(&search, err);
}
