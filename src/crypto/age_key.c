/*
 * Recipients and identities as text, alone and in files.
 */
#include <sealift/age.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "bech32.h"
#include "lines.h"

#include <sealift/text.h>
#include <sodium.h>
#include <strings.h>

static const struct sl_str recipient_prefix = SL_STR_INIT("age");
static const struct sl_str identity_prefix = SL_STR_INIT("AGE-SECRET-KEY-");

_Static_assert(sizeof(((struct sl_age_identity *)0)->scalar) == SL_BECH32_BYTES, "X25519");
_Static_assert(SL_AGE_RECIPIENT_TEXT == 3 + SL_BECH32_TAIL + 1, "age");
_Static_assert(SL_AGE_IDENTITY_TEXT == 15 + SL_BECH32_TAIL + 1, "AGE-SECRET-KEY-");

/* -- recipients -- */

/* An identity anywhere in `text`, in either case, whole or not. */
static bool holds_identity(struct sl_str text)
{
    for (size_t at = 0; at + identity_prefix.len <= text.len; at++)
        if (strncasecmp(text.ptr + at, identity_prefix.ptr, identity_prefix.len) == 0)
            return true;
    return false;
}

/* Mistyped, maybe, but no secret: behind blanks, it begins as a recipient does, in either case. */
static bool looks_like_recipient(struct sl_str text)
{
    size_t at = 0;
    while (at < text.len && (text.ptr[at] == ' ' || text.ptr[at] == '\t'))
        at++;
    return text.len - at >= 4 && strncasecmp(text.ptr + at, "age1", 4) == 0;
}

/* What it is instead. Only what looks like a recipient is repeated: all else could be a secret, of any program. */
static int not_a_recipient(struct sl_str text, struct sl_err *err)
{
    char shown[96];
    if (holds_identity(text)) {
        (void)sl_fail(err, SL_E_INPUT, "this is an identity, the secret half of the pair, not a recipient");
        return sl_hint(err, "the recipient stands in the identity file behind \"# public key: \"");
    }
    if (sl_str_starts_with(text, SL_STR("ssh-")))
        return sl_fail(err, SL_E_INPUT, "an SSH key is no recipient here: only age's own (\"age1...\") are");
    if (!looks_like_recipient(text))
        return sl_fail(err, SL_E_INPUT,
                       "this is not a recipient of age, which begins with \"age1\" and has %d characters",
                       SL_AGE_RECIPIENT_TEXT - 1);
    (void)sl_escape(shown, sizeof shown, text);
    if (sl_str_starts_with(text, SL_STR("age1")) && text.len != SL_AGE_RECIPIENT_TEXT - 1)
        return sl_fail(
            err, SL_E_INPUT,
            "\"%s\" is no recipient here: an X25519 recipient of age has %d characters, this has %zu", shown,
            SL_AGE_RECIPIENT_TEXT - 1, text.len);
    return sl_fail(err, SL_E_INPUT, "\"%s\" is not a recipient of age: mistyped, or something else", shown);
}

int sl_age_recipient_parse(struct sl_age_recipient *out, struct sl_str text, struct sl_err *err)
{
    struct sl_age_recipient recipient;
    if (!sl_bech32_read(recipient.point, recipient_prefix, text))
        return not_a_recipient(text, err);
    /* Any scalar will do: a point of low order gives zero with each, since they are multiples of eight. */
    static const unsigned char any[crypto_scalarmult_SCALARBYTES] = {8};
    unsigned char shared[crypto_scalarmult_BYTES];
    if (crypto_scalarmult(shared, any, recipient.point) != 0)
        return sl_fail(err, SL_E_INPUT, "a recipient that anybody could open: its point is of low order");
    *out = recipient;
    return 0;
}

const char *sl_age_recipient_text(char out[SL_AGE_RECIPIENT_TEXT], const struct sl_age_recipient *recipient)
{
    sl_bech32_write(out, recipient_prefix, recipient->point);
    return out;
}

int sl_age_recipients_add(struct sl_age_recipients *list, const struct sl_age_recipient *recipient,
                          struct sl_err *err)
{
    for (size_t i = 0; i < list->count; i++)
        if (memcmp(list->items[i].point, recipient->point, sizeof recipient->point) == 0)
            return 0;
    if (list->count == SL_AGE_RECIPIENTS_MAX)
        return sl_fail(err, SL_E_LIMIT, "there are more than %d recipients", SL_AGE_RECIPIENTS_MAX);
    list->items[list->count++] = *recipient;
    return 0;
}

/* -- files of either -- */

/* Reads a file line by line; `take` gets each that is neither empty nor a comment. CR LF is accepted, as stock
 * age does: these are files that people edit, and nobody signs them. */
static int read_lines(void *list, struct sl_str text,
                      int (*take)(void *list, struct sl_str line, struct sl_err *), struct sl_err *err)
{
    if (text.len > SL_AGE_KEY_FILE_MAX)
        return sl_fail(err, SL_E_LIMIT, "larger than the limit of %llu bytes",
                       (unsigned long long)SL_AGE_KEY_FILE_MAX);
    unsigned number = 1;
    for (struct sl_str line; sl_str_next_line(&line, &text); number++) {
        if (sl_str_ends_with(line, SL_STR("\r")))
            line.len--;
        if (line.len == 0 || line.ptr[0] == '#')
            continue;
        if (take(list, line, err) < 0)
            return sl_wrap(err, "line %u", number);
    }
    return 0;
}

static int take_recipient(void *list, struct sl_str line, struct sl_err *err)
{
    struct sl_age_recipient recipient;
    if (sl_age_recipient_parse(&recipient, line, err) < 0)
        return -1;
    return sl_age_recipients_add(list, &recipient, err);
}

int sl_age_recipients_read(struct sl_age_recipients *list, struct sl_str text, const char *name,
                           struct sl_err *err)
{
    struct sl_age_recipients added = {.count = 0};
    if (read_lines(&added, text, take_recipient, err) < 0)
        return sl_lines_wrap(name, err);
    if (added.count == 0) {
        (void)sl_fail(err, SL_E_INPUT, "there is no recipient in it");
        return sl_lines_wrap(name, err);
    }
    for (size_t i = 0; i < added.count; i++)
        if (sl_age_recipients_add(list, &added.items[i], err) < 0)
            return sl_lines_wrap(name, err);
    return 0;
}

/* -- identities -- */

void sl_age_identity_wipe(struct sl_age_identity *identity)
{
    sodium_memzero(identity, sizeof *identity);
}

void sl_age_identities_wipe(struct sl_age_identities *list)
{
    sodium_memzero(list, sizeof *list);
}

static void set_recipient(struct sl_age_identity *identity)
{
    /* Fails for no scalar: the base point is not of low order. */
    (void)crypto_scalarmult_base(identity->recipient.point, identity->scalar);
}

static int not_an_identity(struct sl_str line, struct sl_err *err)
{
    if (sl_str_starts_with(line, SL_STR("age1"))) {
        (void)sl_fail(err, SL_E_INPUT, "this is a recipient, not an identity");
        return sl_hint(
            err, "the identity is the file that keygen or age-keygen made, with AGE-SECRET-KEY-1 in it");
    }
    if (sl_str_starts_with(line, SL_STR("age-encryption.org/")) ||
        sl_str_starts_with(line, SL_STR("-----BEGIN AGE ENCRYPTED FILE")))
        return sl_fail(err, SL_E_UNSUPPORTED, "the identity file is itself encrypted: decrypt it first");
    if (sl_str_starts_with(line, SL_STR("AGE-PLUGIN-")) ||
        sl_str_starts_with(line, SL_STR("AGE-SECRET-KEY-PQ-")) ||
        sl_str_starts_with(line, SL_STR("-----BEGIN")))
        return sl_fail(err, SL_E_UNSUPPORTED,
                       "an identity of another kind: only X25519 (AGE-SECRET-KEY-1...) is supported");
    return sl_fail(err, SL_E_INPUT, "not an identity of age: mistyped, or something else");
}

static int take_identity(void *list, struct sl_str line, struct sl_err *err)
{
    struct sl_age_identities *identities = list;
    SL_CLEANUP(sl_age_identity_wipe) struct sl_age_identity identity;
    if (!sl_bech32_read(identity.scalar, identity_prefix, line))
        return not_an_identity(line, err);
    if (identities->count == SL_AGE_IDENTITIES_MAX)
        return sl_fail(err, SL_E_LIMIT, "there are more than %d identities", SL_AGE_IDENTITIES_MAX);
    set_recipient(&identity);
    identities->items[identities->count++] = identity;
    return 0;
}

int sl_age_identities_read(struct sl_age_identities *list, struct sl_str text, const char *name,
                           struct sl_err *err)
{
    size_t before = list->count;
    if (read_lines(list, text, take_identity, err) < 0)
        return sl_lines_wrap(name, err);
    if (list->count == before) {
        (void)sl_fail(err, SL_E_INPUT, "there is no identity in it");
        return sl_lines_wrap(name, err);
    }
    return 0;
}

int sl_age_identity_generate(struct sl_age_identity *out, const struct sl_random *random, struct sl_err *err)
{
    if (random->fill(random->context, out->scalar, sizeof out->scalar, err) < 0)
        return -1;
    set_recipient(out);
    return 0;
}

const char *sl_age_identity_text(char out[SL_AGE_IDENTITY_TEXT], const struct sl_age_identity *identity)
{
    sl_bech32_write(out, identity_prefix, identity->scalar);
    return out;
}

int sl_age_identity_file_write(struct sl_buf *out, const struct sl_age_identity *identity, int64_t created,
                               struct sl_err *err)
{
    /* All the room at once: growing would leave copies of the secret behind in freed memory. */
    char time[24];
    char recipient[SL_AGE_RECIPIENT_TEXT];
    char secret[SL_AGE_IDENTITY_TEXT];
    if (sl_buf_reserve(out, sizeof "# created: \n# public key: \n\n" + sizeof time + sizeof recipient +
                                sizeof secret)) {
        sl_buf_printf(out, "# created: %s\n# public key: %s\n", sl_time_text(time, created),
                      sl_age_recipient_text(recipient, &identity->recipient));
        /* Not through printf, which would keep a copy. */
        sl_buf_text(out, sl_age_identity_text(secret, identity));
        sl_buf_byte(out, '\n');
        sodium_memzero(secret, sizeof secret);
    }
    return sl_buf_check(out, "the identity file", err);
}
