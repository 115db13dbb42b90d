/*
 * Large objects out of git's packs, piece by piece. libgit2 gives a packed object only whole, and an artifact
 * may be larger than memory; what follows reads just enough of the two file formats to stream one object that
 * git keeps as it is, or as the difference to another (git_delta.h). Source: git's Documentation/gitformat-pack.txt.
 *
 * Whatever it does not understand (another version of the index, a base given by name) it leaves to libgit2, and what it
 * reads it does not believe: every position is checked against the files, and who reads the object to its end
 * compares it with its id (git_source.h).
 */
#ifndef TREE_GIT_PACK_H
#define TREE_GIT_PACK_H

#include "crypto/sha1.h"
#include "io/stream.h"
#include "tree/tree.h"

/* A pack as its index describes it. */
struct sl_pack_index {
    int fd;                                /* borrowed */
    uint64_t size;                         /* of the index in bytes */
    uint64_t count;                        /* objects */
    unsigned char checksum[SL_SHA1_BYTES]; /* of the pack it belongs to */
};

/* Reads the ends of an index of version 2. 1: it is one; 0: it is not, or damaged; -1: reading failed. */
int sl_pack_index_open(struct sl_pack_index *out, int fd, struct sl_err *err) SL_MUST_USE;

/* Where in the pack the object begins. 1 and *offset; 0: the index does not have it, or is damaged; -1:
 * reading failed. */
int sl_pack_index_find(const struct sl_pack_index *index, const struct sl_blob_id *id, uint64_t *offset,
                       struct sl_err *err) SL_MUST_USE;

/* A blob in a pack that is there whole, or a difference to what begins at `base` of the same pack. */
struct sl_pack_blob {
    uint64_t base;  /* 0: it is whole; else less than where it begins itself */
    uint64_t size;  /* of its content, or of the instructions that make it */
    uint64_t begin; /* of its zlib stream in the pack */
    uint64_t end;   /* no byte from here on can belong to it */
};

/* Looks at what begins at `offset` of a pack. 1: such a blob; 0: something else, or the pack is not the one
 * with this checksum, or damaged; -1: reading failed. */
int sl_pack_blob_find(struct sl_pack_blob *out, int fd, const unsigned char checksum[SL_SHA1_BYTES],
                      uint64_t offset, struct sl_err *err) SL_MUST_USE;

/* Exactly `size` bytes of content or instructions, or SL_E_INPUT; what they are is not looked at. Takes `fd` over, when it
 * succeeds. `path` is for messages and copied. */
int sl_pack_blob_source(struct sl_source **out, int fd, const struct sl_pack_blob *blob, struct sl_str path,
                        struct sl_err *err) SL_MUST_USE;

/* Looks for a blob of this size and id in the packs of an object directory, and streams it. 1 and *out; 0: it
 * is not there in this form; -1: error. */
int sl_pack_stream(struct sl_source **out, const char *objects, const struct sl_blob_id *id, uint64_t size,
                   struct sl_str path, struct sl_err *err) SL_MUST_USE;

/* SL_E_INPUT, for the object `name` (fit for messages); -1. */
int sl_pack_damaged(const char *name, struct sl_err *err);

#endif
