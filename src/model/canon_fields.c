#include "canon.h"
#include "crypto/digest.h"

#include <sealift/text.h>

enum { SHOWN_MAX = 96 };

static int read_count(struct sl_canon *canon, uint64_t *out, struct sl_err *err)
{
    int64_t value = 0;
    size_t start = canon->at;
    if (sl_canon_integer(canon, &value, err) < 0)
        return -1;
    char shown[SHOWN_MAX];
    canon->at = value < 0 ? start : canon->at;
    if (value < 0)
        return sl_canon_refuse(canon, err, "\"%s\" must not be negative",
                               sl_escape(shown, sizeof shown, canon->field));
    *out = (uint64_t)value;
    return 0;
}

static int read_copied(struct sl_canon *canon, struct sl_str *out, struct sl_err *err)
{
    struct sl_str text = {0};
    if (sl_canon_text(canon, &text, err) < 0)
        return -1;
    *out = sl_arena_str(canon->arena, text);
    return out->ptr ? 0 : sl_fail_memory(err);
}

int sl_canon_sha256(struct sl_canon *canon, unsigned char out[SL_SHA256_BYTES], struct sl_err *err)
{
    struct sl_str hex = {0};
    struct sl_digest digest = {0};
    size_t start = canon->at;
    if (sl_canon_text(canon, &hex, err) < 0)
        return -1;
    struct sl_err reason = {0};
    char shown[SHOWN_MAX];
    if (sl_digest_parse(&digest, hex, &reason) < 0) {
        canon->at = start;
        return sl_canon_refuse(canon, err, "\"%s\": %s", sl_escape(shown, sizeof shown, canon->field),
                               reason.message);
    }
    memcpy(out, digest.bytes, sizeof digest.bytes);
    return 0;
}

static int read_field(struct sl_canon *canon, const struct sl_canon_field *field, void *into,
                      struct sl_err *err)
{
    void *target = (char *)into + field->offset;
    switch (field->type) {
    case SL_CANON_TEXT:
        return read_copied(canon, target, err);
    case SL_CANON_WORD:
        return sl_canon_text(canon, target, err);
    case SL_CANON_COUNT:
        return read_count(canon, target, err);
    case SL_CANON_TIME:
        return sl_canon_integer(canon, target, err);
    case SL_CANON_BOOL:
        return sl_canon_bool(canon, target, err);
    case SL_CANON_SHA256:
        return sl_canon_sha256(canon, target, err);
    case SL_CANON_OTHER:
    case SL_CANON_MAYBE:
        break;
    }
    return field->read(canon, into, err);
}

/* How many fields, from the first on, may be missing and are, now that `key` has come. */
static size_t missing_before(const struct sl_canon_field *fields, size_t count, struct sl_str key)
{
    size_t missing = 0;
    while (missing < count && fields[missing].type == SL_CANON_MAYBE &&
           sl_str_compare(key, sl_str_from(fields[missing].name)) > 0)
        missing++;
    return missing;
}

int sl_canon_fields(struct sl_canon *canon, const struct sl_canon_field *fields, size_t count, void *into,
                    enum sl_canon_unknown unknown, struct sl_err *err)
{
    struct sl_canon_level level = {0};
    if (sl_canon_map(canon, &level, err) < 0)
        return -1;
    size_t start = canon->at;
    struct sl_str key = {0};
    size_t next = 0;
    int more;
    while ((more = sl_canon_key(canon, &level, &key, err)) > 0) {
        next += missing_before(fields + next, count - next, key);
        int order = next < count ? sl_str_compare(key, sl_str_from(fields[next].name)) : -1;
        if (order > 0)
            break; /* keys ascend: the wanted one cannot come any more */
        char shown[SHOWN_MAX];
        if (order < 0 && unknown == SL_CANON_REFUSE) {
            (void)sl_canon_refuse(canon, err, "\"%s\" does not belong here",
                                  sl_escape(shown, sizeof shown, key));
            return sl_canon_hint_other(err);
        }
        if ((order < 0 ? sl_canon_skip(canon, err) : read_field(canon, &fields[next], into, err)) < 0)
            return -1;
        next += order == 0;
    }
    if (more < 0)
        return -1;
    while (more == 0 && next < count && fields[next].type == SL_CANON_MAYBE)
        next++;
    if (next == count)
        return 0;
    canon->at = start;
    (void)sl_canon_refuse(canon, err, "\"%s\" is missing in this map", fields[next].name);
    return sl_canon_hint_other(err);
}
