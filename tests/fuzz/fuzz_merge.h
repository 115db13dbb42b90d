/*
 * What fuzz_strategic_merge.c and fuzz_json_patch.c share: an input is documents between lines of "%%".
 */
#ifndef FUZZ_MERGE_H
#define FUZZ_MERGE_H

#include "fuzz.h"

#include "base/limits.h"
#include "doc/yaml.h"

/* Takes the text up to the next line "%%", and that line, from *rest. */
static inline struct sl_str fuzz_take_part(struct sl_str *rest)
{
    size_t at = 0;
    for (; at < rest->len; at += sl_str_find(sl_str_slice(*rest, at, rest->len), '\n') + 1)
        if (sl_str_starts_with(sl_str_slice(*rest, at, rest->len), SL_STR("%%\n")))
            break;
    struct sl_str part = sl_str_slice(*rest, 0, at);
    *rest = sl_str_slice(*rest, at + 3, rest->len);
    return part;
}

/* The document as YAML; empty for one that cannot be written (control characters). */
static inline void fuzz_write(struct sl_buf *out, const struct sl_node *node)
{
    struct sl_err err = {0};
    sl_buf_init(out, 4 * SL_DOC_BYTES_MAX);
    if (sl_yaml_write(out, node, &err) < 0) {
        FUZZ_REQUIRE(err.code == SL_E_INPUT || err.code == SL_E_LIMIT);
        sl_buf_reset(out);
    }
}

/* In a tree each node has one place: a change here must not show up there. */
static inline void fuzz_require_tree(struct sl_map *seen, struct sl_arena *arena, const struct sl_node *node)
{
    struct sl_err err = {0};
    struct sl_str key = sl_arena_str(arena, (struct sl_str){(const char *)&node, sizeof node});
    FUZZ_REQUIRE(sl_map_put(seen, key, (void *)(uintptr_t)node, &err) == 1);
    for (uint32_t i = 0; i < node->count; i++)
        fuzz_require_tree(seen, arena, node->kind == SL_LIST ? node->as.items[i] : node->as.entries[i].value);
}

static inline void fuzz_require_good_result(const struct sl_node *root)
{
    struct sl_map seen;
    struct sl_arena arena;
    struct sl_buf text;
    sl_map_init(&seen);
    sl_arena_init(&arena, SL_DOC_MEMORY_MAX);
    fuzz_require_tree(&seen, &arena, root);
    sl_arena_release(&arena);
    sl_map_release(&seen);
    fuzz_write(&text, root);
    sl_buf_release(&text);
}

#endif
