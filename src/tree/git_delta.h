/*
 * What git keeps as the difference to another object, made into content again. Source: git's
 * Documentation/gitformat-pack.txt, "Deltified representation".
 *
 * The instructions copy from any place of the other object, so that one has to be at hand whole: in a file without a name, not
 * in memory, because artifacts are large. Neither the instructions nor what they say of sizes is believed.
 */
#ifndef TREE_GIT_DELTA_H
#define TREE_GIT_DELTA_H

#include "git_pack.h"

/* What instructions copy from. */
struct sl_delta_base {
    int fd;
    uint64_t size;
};

/* Content by `instructions` from the base; takes both over, also when it fails. *size is what the instructions say will come,
 * and exactly that does, or SL_E_INPUT. `name` is fit for messages, and copied. */
int sl_delta_source(struct sl_source **out, uint64_t *size, struct sl_source *instructions,
                    struct sl_delta_base base, const char *name, struct sl_err *err) SL_MUST_USE;

/* A difference in a pack. */
struct sl_pack_delta {
    int fd;                        /* of the pack, borrowed */
    const unsigned char *checksum; /* of the pack, SL_SHA1_BYTES */
    struct sl_pack_blob blob;      /* as sl_pack_blob_find() found it there */
};

/*
 * The content of a blob that is a difference, by what it is based on: up to SL_GIT_CHAIN_MAX others, each in turn in a
 * temporary file, of which there are two at a time at most. 1 and *out, with `size` bytes; 0: its base is given by name, too far
 * or too large, or there is no place for such a file: libgit2 has to; -1: error.
 */
int sl_pack_delta_source(struct sl_source **out, const struct sl_pack_delta *delta, uint64_t size,
                         struct sl_str path, struct sl_err *err) SL_MUST_USE;

#endif
