/*
 * Every text in the files of a folder: scalars and keys of YAML, lines of other text files, the files' names.
 */
#ifndef LEAK_TEXT_H
#define LEAK_TEXT_H

#include "base/arena.h"
#include "tree/tree.h"

enum leak_text_kind {
    LEAK_SCALAR,
    LEAK_KEY,        /* of a map */
    LEAK_VOCABULARY, /* apiVersion and kind, which are nobody's own */
    LEAK_FILE_NAME,
};

struct leak_text {
    enum leak_text_kind kind;
    struct sl_str text;
    struct sl_str file;    /* in the tree */
    struct sl_str pointer; /* of a scalar */
    uint32_t line, column; /* 0: the file as a whole */
    uint64_t place;        /* equal for the same pointer in files of the same name below their folders */
    bool identity;         /* in cluster-config.yaml: who the customer is */
};

struct leak_texts {
    struct leak_text *items;
    size_t count, capacity;
};

/* Appends those of `folder`. What cannot be read or parsed is left out: that is a finding of those who need the file.
 * `only_yaml` leaves other files out. Texts live as long as the arena. */
int leak_texts_read(struct leak_texts *texts, struct sl_arena *arena, struct sl_tree *tree,
                    struct sl_str folder, bool only_yaml, struct sl_err *err) SL_MUST_USE;

#endif
