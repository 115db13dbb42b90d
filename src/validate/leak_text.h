/*
 * Every text in files: scalars and keys of YAML, what they hold in base64, lines of other text files, comments, the names
 * of files and folders.
 */
#ifndef LEAK_TEXT_H
#define LEAK_TEXT_H

#include "base/arena.h"
#include "doc/node.h"
#include "tree/tree.h"

enum leak_text_kind {
    LEAK_SCALAR,
    LEAK_KEY,        /* of a map */
    LEAK_VOCABULARY, /* apiVersion, kind and time zones, which are nobody's own */
    LEAK_FILE_NAME,  /* of a folder too */
    LEAK_COMMENT,    /* of YAML: it goes nowhere, but people read it */
};

/* How a customer is known by what its cluster-config.yaml states. */
enum leak_known {
    LEAK_UNKNOWN,
    LEAK_STATED, /* it is there: a contact, a note, the domain that a host of it is in */
    LEAK_SET,    /* what the site is set to use and others may too: its registry, its storage class */
    LEAK_OWN,    /* the name of its cluster */
    LEAK_DOMAIN, /* what it is reached under */
};

struct leak_text {
    enum leak_text_kind kind;
    struct sl_str text;
    struct sl_str file;    /* in the tree; a folder, where it is the name of one */
    struct sl_str pointer; /* of a scalar */
    uint32_t line, column; /* 0: the file as a whole */
    uint64_t
        place; /* equal for the same pointer in equal documents of files of one name below their folders */
    enum leak_known known; /* UNKNOWN outside cluster-config.yaml, and of variables */
};

/* A file that is too long to be kept; leak_long.h searches it. */
struct leak_long {
    struct sl_str file;
    uint64_t size;
    struct leak_long *next;
};

struct leak_texts {
    struct leak_text *items;
    size_t count, capacity;
    struct leak_long *long_files; /* the last one first */
};

struct carried_hits;
struct leak_index;

struct leak_source {
    struct sl_arena *arena; /* of the texts */
    /* NULL: all texts are kept. Else only those that a token of anybody's is in, and what leads out of the folder of a
     * kustomization: a release may have thousands of files, and nearly none is of interest. */
    const struct leak_index *index;
    struct carried_hits *carried; /* is given what is read of carried files; or NULL */
    struct sl_tree *tree;
    bool only_yaml; /* leaves other files out */
    bool comments;
    bool no_links; /* leaves out what links lead to: of an overlay only what lies there is its customer's */
};

/* Appends those of a folder, or of one file of it; a folder that links lead to again is not read again. What cannot be read or parsed is left out: that is a finding of those
 * who need the file. */
int leak_texts_read(struct leak_texts *texts, const struct leak_source *source, struct sl_str folder,
                    struct sl_err *err) SL_MUST_USE;
int leak_texts_read_file(struct leak_texts *texts, const struct leak_source *source, struct sl_str folder,
                         struct sl_str path, struct sl_err *err) SL_MUST_USE;

/* Appends those of a tree of nodes that `file`, of which `name` is the path below its folder, holds. */
int leak_texts_read_node(struct leak_texts *texts, const struct leak_source *source, struct sl_str file,
                         struct sl_str name, const struct sl_node *root, struct sl_err *err) SL_MUST_USE;

/* A number of many digits, as it is written, in `room`; empty for what tells nobody. */
struct sl_str leak_number(char room[32], const struct sl_node *node);

#endif
