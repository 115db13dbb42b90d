/*
 * manifest.json: the authority over everything in a bundle. docs/formats/bundle.md is the normative
 * description.
 *
 * A manifest that was read is only as good as the signature over the bytes it was read from:
 * sealift/verify.h. All texts and arrays belong to the manifest and live until sl_manifest_free().
 */
#ifndef SEALIFT_MANIFEST_H
#define SEALIFT_MANIFEST_H

#include <sealift/buf.h>
#include <stdbool.h>
#include <stdint.h>

#define SL_MANIFEST_SCHEMA 1

struct sl_manifest_file {
    struct sl_str path; /* below the bundle's top folder; obeys the rules for member names */
    uint64_t size;      /* bytes */
    unsigned char sha256[32];
    bool executable; /* mode 0755, else 0644 */
};

/* A bundle that a site must have installed, or a later one, before it may install this one. */
struct sl_manifest_stop {
    struct sl_str release; /* what people call it */
    uint64_t sequence;     /* what counts */
};

struct sl_manifest {
    struct sl_str bundle; /* CUSTOMER-RELEASE-SEQUENCE: top folder, and file name without its ending */
    struct sl_str customer;
    struct sl_str release; /* what people read: "v1.0" */
    struct sl_str environment;
    struct sl_str helm_compat;   /* whose merge of values is in it: "4.2"; empty: not stated */
    uint64_t epoch;              /* of trust; 0 until trust.json is used */
    uint64_t sequence;           /* what may follow what */
    uint64_t floor;              /* sequence below which nothing may come back; 0: none */
    struct sl_str *upgrade_from; /* releases this one may follow; none listed: any */
    size_t upgrade_from_count;
    struct sl_manifest_stop *stops; /* ascending by sequence, all below this one's */
    size_t stop_count;
    unsigned char
        requires_receipt[32];       /* digest of a bundle that the site must have installed; zeros: none */
    int64_t expires;                /* seconds since 1970, from when on it is not to be installed; 0: never */
    struct sl_str source_kind;      /* "git" or "directory" */
    struct sl_str source_commit;    /* 40 or 64 hexadecimal digits; empty for a directory */
    bool source_dirty;              /* packed from a tree with changes that are not in the commit */
    struct sl_str tool_version;     /* of the sealift that packed it */
    int64_t mtime;                  /* of every member, seconds since 1970 */
    uint64_t total_bytes;           /* sum of the sizes */
    struct sl_manifest_file *files; /* ascending by bytes of the path, but SHA256SUMS comes first */
    size_t file_count;
};

/*
 * Reads canonical JSON. SL_E_REFUSED for anything but: canonical bytes, schema 1, in `critical` nothing but
 * those of `expires`, `requires.receipt` and `requires.stops` that are there, every field of its type and range, names by the rules, files in
 * strictly ascending order (SHA256SUMS first, and saying what the others say), no two names that differ only
 * in case or normalisation, no name that is also a directory of another, sums that agree, `bundle` equal to
 * CUSTOMER-RELEASE-SEQUENCE. Unknown members are ignored beside the known ones and in `requires`, `source`
 * and `tool`; in `container`, `totals` and the entries of `files` they are refused.
 *
 * Needs, beside the text, about 100 bytes and the path for each file.
 */
int sl_manifest_read(struct sl_manifest **out, struct sl_str json, struct sl_err *err) SL_MUST_USE;

/* Appends canonical JSON. Same manifest, same bytes. What sl_manifest_read() would refuse is not written:
 * SL_E_INPUT or SL_E_USAGE, with the same reason. */
int sl_manifest_write(struct sl_buf *out, const struct sl_manifest *manifest, struct sl_err *err) SL_MUST_USE;

/* Whether requires_receipt names a bundle. */
bool sl_manifest_requires_receipt(const struct sl_manifest *manifest);

void sl_manifest_free(struct sl_manifest *manifest);
void sl_manifest_freep(struct sl_manifest **manifest);

/* The file of that path, or NULL; binary search. */
const struct sl_manifest_file *sl_manifest_find(const struct sl_manifest *manifest, struct sl_str path);

#endif
