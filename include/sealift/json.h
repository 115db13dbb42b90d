/*
 * Writing JSON straight into a buffer, without a tree, for reports and for files of fixed shape.
 *
 * Order of calls: sl_json_begin(); one value, where a map is sl_json_map(), then sl_json_key() before each
 * value, then sl_json_end(), and a list is sl_json_list(), values, sl_json_end(); finally sl_json_close().
 * Commas, escapes and nesting are the writer's business. Keys are written in the order they come: whoever
 * wants canonical JSON gives them in ascending order and style SL_JSON_COMPACT.
 */
#ifndef SEALIFT_JSON_H
#define SEALIFT_JSON_H

#include <sealift/buf.h>
#include <stdbool.h>
#include <stdint.h>

/* Maps and lists in one another. */
#define SL_JSON_WRITER_DEPTH 32

enum sl_json_style { SL_JSON_COMPACT, SL_JSON_INDENTED };

struct sl_json {
    struct sl_buf *out;
    enum sl_json_style style;
    unsigned depth;
    bool after_key;
    bool misused; /* nesting wrong or too deep: a defect of the caller's, reported by sl_json_close() */
    struct {
        char close; /* '}' or ']' */
        bool empty;
    } levels[SL_JSON_WRITER_DEPTH + 1]; /* the first one holds the root */
};

void sl_json_begin(struct sl_json *json, struct sl_buf *out, enum sl_json_style style);
void sl_json_map(struct sl_json *json);
void sl_json_list(struct sl_json *json);
void sl_json_end(struct sl_json *json);
void sl_json_key(struct sl_json *json, const char *key);
void sl_json_text(struct sl_json *json, struct sl_str text); /* malformed UTF-8 becomes U+FFFD */
void sl_json_integer(struct sl_json *json, int64_t value);
void sl_json_unsigned(struct sl_json *json, uint64_t value);
void sl_json_bool(struct sl_json *json, bool value);
void sl_json_null(struct sl_json *json);
/* A value that is JSON already, as it stands. */
void sl_json_raw(struct sl_json *json, struct sl_str value);

/* key and value at once */
void sl_json_key_text(struct sl_json *json, const char *key, struct sl_str text);
void sl_json_key_unsigned(struct sl_json *json, const char *key, uint64_t value);
/* Lower-case hexadecimal: digests. */
void sl_json_key_hex(struct sl_json *json, const char *key, const unsigned char *bytes, size_t len);
void sl_json_key_bool(struct sl_json *json, const char *key, bool value);

/* Indented style ends with a newline. -1: misuse (SL_E_INTERNAL) or the buffer's own failure. */
int sl_json_close(struct sl_json *json, struct sl_err *err) SL_MUST_USE;

/* One JSON string with its quotes, in the shortest escapes (RFC 8785, section 3.2.2.2). */
void sl_buf_json_string(struct sl_buf *out, struct sl_str text);

#endif
