/*
 * What a bundle reader keeps; shared by the reading of the head and of the rest.
 */
#ifndef READER_STATE_H
#define READER_STATE_H

#include "base/limits.h"
#include "bundle/container.h"
#include "bundle/reader.h"
#include "crypto/digest.h"
#include "model/trust_name.h"

/* "manifest.json." + 16 digits + ".minisig" */
#define SL_SIGNATURE_NAME_LEN 38

struct reader_signature {
    char name[SL_SIGNATURE_NAME_LEN + 1];
    struct sl_buf text;
};

/* A member below trust/: a version of trust.json or a signature over one. */
struct reader_trust {
    char path[SL_TRUST_NAME_MAX + sizeof SL_TRUST_FOLDER];
    struct sl_trust_name name;
    struct sl_buf text;
};

struct sl_bundle_reader {
    struct sl_source *tar; /* the bytes of the container */
    bool failed;

    /* The head. */
    char top[SL_NAME_MAX + 1];
    int64_t mtime;
    struct sl_buf manifest_json;
    struct reader_signature signatures[SL_SIGNATURES_MAX];
    size_t signature_count;
    struct reader_trust *trust; /* SL_TRUST_MEMBERS_MAX of them, made for the first */
    size_t trust_count;
    size_t trust_bytes;

    /* The block behind the head, which had to be read to see that the head is over. */
    char ahead[SL_TAR_BLOCK];
    bool has_ahead;

    /* The files. */
    const struct sl_manifest *manifest; /* NULL before sl_bundle_reader_bind() */
    size_t index;                       /* of the next file */
    bool ended;                         /* everything was read and is right */
    bool open;                          /* files[index - 1] is being read */
    uint64_t left;                      /* of its bytes */
    size_t trust_index;                 /* of the next file that was read with the head */
    struct sl_str held;                 /* the open file, when it is one of those */
    struct sl_sha256 digest;            /* of those that were read */
    struct sl_buf header;               /* room for the expected header */
    unsigned char *memory;              /* for what is read of files; NULL before the first */
};

/* Reads up to the first block that is not of the head, which is then in `ahead`. */
int sl_head_read(struct sl_bundle_reader *reader, struct sl_err *err) SL_MUST_USE;

/* A refusal of what unpacks below gets the name of the member in which it came. Returns -1. */
int sl_broke_off(struct sl_str path, struct sl_err *err);

/* Reads the padding behind a member of `size` bytes; anything but zeros is refused. */
int sl_padding_read(struct sl_bundle_reader *reader, uint64_t size, struct sl_str path,
                    struct sl_err *err) SL_MUST_USE;

#endif
