#include "leak_long.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "leak_encoded.h"
#include "leak_hunt.h"

#include <stdlib.h>

/* A line that is longer is searched in pieces, which have the longest string of anybody's in common. */
enum { PIECE = 1 << 20, COMMON = 4096 };

struct streaming {
    struct leaks *leaks;
    struct leak_list *list;
    const size_t *customer;
    struct sl_str file;
    struct sl_source *source;
    char *room; /* of PIECE bytes */
    size_t held;
    struct sl_buf decoded[LEAK_ENCODED_DEPTH];
    uint32_t line;
};

static void streaming_release(struct streaming *streaming)
{
    sl_source_freep(&streaming->source);
    free(streaming->room);
    for (size_t i = 0; i < LEAK_ENCODED_DEPTH; i++)
        sl_buf_release(&streaming->decoded[i]);
}

static int pass_over(struct sl_err *err)
{
    if (err->code == SL_E_NO_MEMORY || err->code == SL_E_INTERNAL)
        return -1;
    sl_err_clear(err);
    return 0;
}

/* What was found refers to a text that is soon gone. */
static int keep_place(struct streaming *streaming, struct leak *before, struct sl_err *err)
{
    struct leak *first = before ? before->next : streaming->list->first;
    if (!first)
        return 0;
    struct leak_text *at = sl_arena_alloc(&streaming->leaks->arena, sizeof *at);
    if (!at)
        return sl_fail_memory(err);
    *at = (struct leak_text){.file = streaming->file, .line = streaming->line, .column = 1};
    for (struct leak *leak = first; leak; leak = leak->next)
        leak->at = at;
    return 0;
}

/* NOLINTNEXTLINE(misc-no-recursion): no deeper than LEAK_ENCODED_DEPTH. */
static int search_text(struct streaming *streaming, struct sl_str text, unsigned depth, struct sl_err *err)
{
    const struct leak_text at = {.text = text, .file = streaming->file};
    struct leak *before = streaming->list->last;
    if (leak_hunt_text(streaming->leaks, streaming->list, &at, streaming->customer, err) < 0 ||
        keep_place(streaming, before, err) < 0)
        return -1;
    if (depth == LEAK_ENCODED_DEPTH)
        return 0;
    struct sl_buf *decoded = &streaming->decoded[depth];
    for (size_t from = 0; leak_next_encoded(text, &from, decoded);)
        if (search_text(streaming, sl_buf_view(decoded), depth + 1, err) < 0)
            return -1;
    return 0;
}

/* What is held; of the last line, which has no end yet, only where there is no room for more. */
static int search_held(struct streaming *streaming, bool ended, struct sl_err *err)
{
    struct sl_str rest = {streaming->room, streaming->held};
    while (rest.len) {
        size_t end = sl_str_find(rest, '\n');
        bool whole = end < rest.len;
        if (!whole && !ended && rest.len < PIECE)
            break;
        if (search_text(streaming, sl_str_slice(rest, 0, end), 0, err) < 0)
            return -1;
        streaming->line += whole;
        rest = sl_str_slice(rest, whole ? end + 1 : rest.len - (ended ? 0 : COMMON), rest.len);
        if (!whole)
            break;
    }
    memmove(streaming->room, rest.ptr, rest.len);
    streaming->held = rest.len;
    return 0;
}

/* 1: all of it, or it is no text; 0: it is longer than is searched. */
static int search_file(struct streaming *streaming, struct sl_err *err)
{
    for (uint64_t bytes = 0; bytes < SL_VALIDATE_STREAMED_MAX;) {
        ssize_t got = sl_source_read(streaming->source, streaming->room + streaming->held,
                                     PIECE - streaming->held, err);
        if (got < 0)
            return pass_over(err) < 0 ? -1 : 1;
        if (bytes == 0 && memchr(streaming->room, '\0', (size_t)got))
            return 1;
        bytes += (uint64_t)got;
        streaming->held += (size_t)got;
        if (search_held(streaming, got == 0, err) < 0)
            return -1;
        if (got == 0)
            return 1;
    }
    return 0;
}

static int open_file(struct streaming *streaming, struct sl_tree *tree, struct sl_err *err)
{
    for (size_t i = 0; i < LEAK_ENCODED_DEPTH; i++)
        sl_buf_init(&streaming->decoded[i], PIECE);
    streaming->room = malloc(PIECE);
    if (!streaming->room)
        return sl_fail_memory(err);
    if (sl_tree_source(tree, streaming->file, &streaming->source, err) < 0)
        return pass_over(err);
    return 1;
}

int leak_hunt_long(struct leaks *leaks, struct leak_list *list, struct leak_texts *texts,
                   const size_t *customer, struct sl_tree *tree, struct sl_err *err)
{
    struct leak_long *left = NULL;
    for (struct leak_long *file = texts->long_files, *next; file; file = next) {
        SL_CLEANUP(streaming_release)
        struct streaming streaming = {
            .leaks = leaks, .list = list, .customer = customer, .file = file->file, .line = 1};
        next = file->next;
        int opened = open_file(&streaming, tree, err);
        int all = opened > 0 ? search_file(&streaming, err) : opened < 0 ? -1 : 1;
        if (all < 0)
            return -1;
        if (all == 0) {
            file->next = left;
            left = file;
        }
    }
    texts->long_files = left;
    return 0;
}
