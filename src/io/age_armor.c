/*
 * The armor of age: strict PEM. Lines of 64 columns, the last one maybe shorter; LF or CR LF; canonical base64;
 * nothing but lines of white space before and after.
 */
#include "base/limits.h"
#include "crypto/age.h"
#include "io/age.h"

#include <stdlib.h>

enum { COLUMNS = 64, LINE_MAX_BYTES = COLUMNS + 2 };

#define PIECE_BYTES ((size_t)64 * 1024) /* asked from below at a time */

static const struct sl_str first_line = SL_STR_INIT("-----BEGIN AGE ENCRYPTED FILE-----");
static const struct sl_str last_line = SL_STR_INIT("-----END AGE ENCRYPTED FILE-----");

struct armor_source {
    struct sl_source source;
    struct sl_source *below;
    enum sl_age_outcome *outcome;
    struct sl_str piece; /* lent from below */
    char line[LINE_MAX_BYTES];
    unsigned number; /* of the line read last */
    bool begun;      /* the first line was there */
    bool over;       /* the last line was there */
    unsigned char bytes[SL_AGE_ARMOR_BYTES];
    size_t at, len; /* of them, still to be read */
};

static int refuse(struct armor_source *armor, const char *why, struct sl_err *err)
{
    *armor->outcome = SL_AGE_BAD_ARMOR;
    return sl_fail(err, SL_E_REFUSED, "age armor, line %u: %s", armor->number, why);
}

/* 1 when there is something in `piece`, 0 at the end. */
static int refill(struct armor_source *armor, struct sl_err *err)
{
    if (armor->piece.len > 0)
        return 1;
    const void *bytes;
    ssize_t got = sl_source_borrow(armor->below, &bytes, PIECE_BYTES, err);
    if (got <= 0)
        return (int)got;
    armor->piece = (struct sl_str){bytes, (size_t)got};
    return 1;
}

/* A line without its end: 1; 0 where there is nothing more. The last one may lack its end. */
static int read_line(struct armor_source *armor, struct sl_str *line, struct sl_err *err)
{
    size_t have = 0;
    armor->number++;
    for (;;) {
        int more = refill(armor, err);
        if (more < 0)
            return -1;
        if (more == 0)
            break;
        size_t length = sl_str_find(armor->piece, '\n');
        bool ends = length < armor->piece.len;
        if (length > sizeof armor->line - have)
            return refuse(armor, "longer than 64 columns", err);
        memcpy(armor->line + have, armor->piece.ptr, length);
        have += length;
        armor->piece = sl_str_slice(armor->piece, length + ends, armor->piece.len);
        if (!ends)
            continue;
        if (have > 0 && armor->line[have - 1] == '\r')
            have--;
        *line = (struct sl_str){armor->line, have};
        return 1;
    }
    *line = (struct sl_str){armor->line, have};
    return have > 0;
}

static bool is_space(struct sl_str line)
{
    for (size_t i = 0; i < line.len; i++)
        if (line.ptr[i] != ' ' && line.ptr[i] != '\t' && line.ptr[i] != '\r')
            return false;
    return true;
}

/* Skips lines of white space: 1 and the first that is none, or 0 at the end. */
static int skip_space(struct armor_source *armor, struct sl_str *line, struct sl_err *err)
{
    for (size_t skipped = 0;; skipped += line->len + 1) {
        if (skipped > SL_AGE_ARMOR_SPACE_MAX)
            return refuse(armor, "more white space than the limit of 1 KiB", err);
        int more = read_line(armor, line, err);
        if (more <= 0 || !is_space(*line))
            return more;
    }
}

static int read_begin(struct armor_source *armor, struct sl_err *err)
{
    struct sl_str line = {NULL, 0};
    int more = skip_space(armor, &line, err);
    if (more < 0)
        return -1;
    if (more == 0 || !sl_str_equal(line, first_line)) {
        *armor->outcome = SL_AGE_BAD_ARMOR;
        return sl_fail(err, SL_E_REFUSED, "this is not an age file, neither binary nor armored");
    }
    armor->begun = true;
    return 0;
}

static int read_after(struct armor_source *armor, struct sl_err *err)
{
    struct sl_str line = {NULL, 0};
    armor->over = true;
    int more = skip_space(armor, &line, err);
    if (more < 0)
        return -1;
    return more ? refuse(armor, "there is something after the last line of the armor", err) : 0;
}

/* The next bytes; none at the end. */
static int decode_line(struct armor_source *armor, struct sl_err *err)
{
    struct sl_str line = {NULL, 0};
    int more = read_line(armor, &line, err);
    if (more < 0)
        return -1;
    if (more == 0)
        return refuse(armor, "the armor ends in the middle", err);
    armor->at = 0;
    armor->len = 0;
    if (sl_str_equal(line, last_line))
        return read_after(armor, err);
    if (line.len == 0 || !sl_age_armor_decode(armor->bytes, &armor->len, line))
        return refuse(armor, "not strict base64 of at most 64 columns", err);
    if (armor->len == sizeof armor->bytes)
        return 0;
    /* Only the last line may be short. */
    more = read_line(armor, &line, err);
    if (more < 0)
        return -1;
    if (more == 0 || !sl_str_equal(line, last_line))
        return refuse(armor, "a short line before this, and it is not the last", err);
    return read_after(armor, err);
}

static ssize_t armor_borrow(struct sl_source *self, const void **bytes, size_t max, struct sl_err *err)
{
    struct armor_source *armor = (struct armor_source *)self;
    if (!armor->begun && read_begin(armor, err) < 0)
        return -1;
    if (armor->at == armor->len && !armor->over && decode_line(armor, err) < 0)
        return -1;
    size_t rest = armor->len - armor->at;
    size_t len = rest < max ? rest : max;
    *bytes = armor->bytes + armor->at;
    armor->at += len;
    return (ssize_t)len;
}

static void armor_free(struct sl_source *self)
{
    struct armor_source *armor = (struct armor_source *)self;
    sl_source_free(armor->below);
    free(armor);
}

int sl_source_age_armor(struct sl_source **out, struct sl_source *below, enum sl_age_outcome *outcome,
                        struct sl_err *err)
{
    static const struct sl_source_ops ops = {.borrow = armor_borrow, .free = armor_free};
    struct armor_source *armor = calloc(1, sizeof *armor);
    if (!armor)
        return sl_fail_memory(err);
    armor->source.ops = &ops;
    armor->below = below;
    armor->outcome = outcome;
    *out = &armor->source;
    return 0;
}
