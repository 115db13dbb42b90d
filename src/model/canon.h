/*
 * Reads canonical JSON piece by piece, without a tree.
 *
 * Why not doc's reader: a manifest of 50,000 files makes a tree of some 40 MB, and a hostile one of the same
 * length ten times that, while verify has 32 MiB for everything. Here the text is the only copy until a field
 * is known to be wanted.
 *
 * Canonical is what docs/formats/bundle.md says: no white space, keys ascending by bytes and each only once,
 * integers within +-(2^53 - 1) and no other numbers, the shortest escapes; and keys are printable ASCII
 * without quote and backslash, so that their order never depends on how text is encoded. Everything is
 * checked, also in what is skipped. Refusals are SL_E_REFUSED and name the byte, counted from 1.
 *
 * Order of calls: sl_canon_open(); then either sl_canon_fields() with a table, or the single steps: a map is
 * sl_canon_map(), sl_canon_key() until it gives 0 with one value read after each; a list is sl_canon_list(),
 * sl_canon_item() until 0, likewise. sl_canon_end() last.
 *
 * A text comes back as it stands between its quotes, escapes not resolved: no text that sealift's own files
 * hold may have a character that needs one, so the check of its value refuses them.
 */
#ifndef CANON_H
#define CANON_H

#include "base/arena.h"
#include "crypto/digest.h"
#include <sealift/err.h>
#include <stdint.h>

/* Maps and lists in each other, in what is skipped. What sealift writes stays under 8. */
#define SL_CANON_DEPTH_MAX 32

struct sl_canon {
    struct sl_str text;
    size_t at;
    const char *name;       /* begins every message */
    struct sl_str field;    /* the key read last, for messages */
    struct sl_arena *arena; /* where sl_canon_fields() copies texts */
};

/* One map or list that is being read. */
struct sl_canon_level {
    struct sl_str last; /* key */
    bool begun;
};

void sl_canon_open(struct sl_canon *canon, struct sl_str text, const char *name, struct sl_arena *arena);

int sl_canon_map(struct sl_canon *canon, struct sl_canon_level *level, struct sl_err *err) SL_MUST_USE;
int sl_canon_key(struct sl_canon *canon, struct sl_canon_level *level, struct sl_str *key,
                 struct sl_err *err) SL_MUST_USE;
int sl_canon_list(struct sl_canon *canon, struct sl_canon_level *level, struct sl_err *err) SL_MUST_USE;
int sl_canon_item(struct sl_canon *canon, struct sl_canon_level *level, struct sl_err *err) SL_MUST_USE;

int sl_canon_text(struct sl_canon *canon, struct sl_str *text, struct sl_err *err) SL_MUST_USE;
int sl_canon_integer(struct sl_canon *canon, int64_t *value, struct sl_err *err) SL_MUST_USE;
int sl_canon_bool(struct sl_canon *canon, bool *value, struct sl_err *err) SL_MUST_USE;
int sl_canon_skip(struct sl_canon *canon, struct sl_err *err) SL_MUST_USE;

/* How many items the list that begins here has; does not move. More than `max` is refused. */
int sl_canon_count(const struct sl_canon *canon, size_t *count, size_t max, struct sl_err *err) SL_MUST_USE;

/* SL_E_REFUSED at the byte where the reading stands; -1. */
int sl_canon_refuse(const struct sl_canon *canon, struct sl_err *err, const char *format, ...)
    SL_PRINTF(3, 4);

/* Nothing may follow. */
int sl_canon_end(const struct sl_canon *canon, struct sl_err *err) SL_MUST_USE;

/* -- canon_fields.c -- */

/* A text that is a SHA-256 in 64 lower-case hexadecimal digits. */
int sl_canon_sha256(struct sl_canon *canon, unsigned char out[SL_SHA256_BYTES],
                    struct sl_err *err) SL_MUST_USE;

enum sl_canon_type {
    SL_CANON_TEXT,   /* struct sl_str, copied into the arena */
    SL_CANON_WORD,   /* struct sl_str, borrowed from the text that is read */
    SL_CANON_COUNT,  /* uint64_t, 0 to 2^53 - 1 */
    SL_CANON_TIME,   /* int64_t */
    SL_CANON_BOOL,   /* bool */
    SL_CANON_SHA256, /* unsigned char[32], 64 lower-case hexadecimal digits */
    SL_CANON_OTHER,  /* `read` does it */
    SL_CANON_MAYBE,  /* `read` does it, and the key may be missing */
};

struct sl_canon_field {
    const char *name;
    enum sl_canon_type type;
    size_t offset;                                                       /* into the struct that is filled */
    int (*read)(struct sl_canon *canon, void *into, struct sl_err *err); /* gets the whole struct */
};

/* 0 for a schema from 1 to `most`; else SL_E_REFUSED, with what to do. */
int sl_canon_known(const char *name, uint64_t schema, uint64_t most, struct sl_err *err) SL_MUST_USE;

/* After a document was refused: where it has a later schema than `most`, that is the reason, whatever else does not fit, and the
 * refusal says so instead. Returns -1. */
int sl_canon_blame_schema(struct sl_str text, const char *name, uint64_t most, struct sl_err *err);

/* The hint where the members are not those of the schema. Returns -1. */
int sl_canon_hint_other(struct sl_err *err);

/* What to do with a key that the table does not have. */
enum sl_canon_unknown { SL_CANON_REFUSE, SL_CANON_IGNORE };

/* Reads one map whose keys are exactly those of `fields` (ascending, required but for SL_CANON_MAYBE) into `into`. */
int sl_canon_fields(struct sl_canon *canon, const struct sl_canon_field *fields, size_t count, void *into,
                    enum sl_canon_unknown unknown, struct sl_err *err) SL_MUST_USE;

#endif
