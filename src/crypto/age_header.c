#include "age_wrap.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "hkdf.h"
#include "sodium_start.h"

static const struct sl_str armor_begin = SL_STR_INIT("-----BEGIN AGE ENCRYPTED FILE-----");
static const struct sl_str binary_begin = SL_STR_INIT("age-encryption.org/");

bool sl_age_is_file(struct sl_str beginning)
{
    static const struct sl_str spaces = SL_STR_INIT(" \t\r\n");
    size_t space = 0;
    while (space < beginning.len && sl_str_find(spaces, beginning.ptr[space]) < spaces.len)
        space++;
    struct sl_str after = sl_str_slice(beginning, space, beginning.len);
    return sl_str_starts_with(beginning, binary_begin) || sl_str_starts_with(after, armor_begin);
}

size_t sl_age_header_length(struct sl_str text)
{
    static const char mac[] = "\n---";
    const char *found = text.len ? memmem(text.ptr, text.len, mac, sizeof mac - 1) : NULL;
    if (!found)
        return 0;
    size_t start = (size_t)(found - text.ptr) + 1;
    size_t length = start + sl_str_find(sl_str_slice(text, start, text.len), '\n') + 1;
    return length <= text.len ? length : 0;
}

/* -- reading -- */

/* What the first look at a header tells. */
struct survey {
    struct sl_age_lines first; /* the header behind its version */
    unsigned char mac[32];
    size_t stanzas, for_recipients, for_passphrases;
};

static int survey_stanza(struct survey *survey, const struct sl_age_lines *lines,
                         const struct sl_age_stanza *stanza, struct sl_err *err)
{
    struct sl_age_x25519 x25519;
    struct sl_age_scrypt scrypt;
    const char *wrong = NULL;
    survey->stanzas++;
    if (survey->stanzas > SL_AGE_STANZAS_MAX)
        return sl_fail(err, SL_E_REFUSED, "age header: more than the limit of %d stanzas",
                       SL_AGE_STANZAS_MAX);
    if (sl_age_is_x25519(stanza)) {
        survey->for_recipients++;
        wrong = sl_age_x25519_read(&x25519, stanza);
    } else if (sl_age_is_scrypt(stanza)) {
        survey->for_passphrases++;
        wrong = sl_age_scrypt_read(&scrypt, stanza);
    }
    return wrong ? sl_age_lines_fail(lines, wrong, err) : 0;
}

/* Every line, before any key is tried. */
static int check(struct survey *survey, struct sl_str header, struct sl_err *err)
{
    struct sl_age_lines lines;
    struct sl_age_stanza stanza;
    int more;
    *survey = (struct survey){.stanzas = 0};
    if (sl_age_lines_start(&lines, header, err) < 0)
        return -1;
    survey->first = lines;
    while ((more = sl_age_stanza_next(&lines, &stanza, err)) > 0)
        if (survey_stanza(survey, &lines, &stanza, err) < 0)
            return -1;
    if (more < 0 || sl_age_lines_mac(&lines, survey->mac, err) < 0)
        return -1;
    if (survey->stanzas == 0)
        return sl_fail(err, SL_E_REFUSED, "age header: there is no stanza in it");
    /* Otherwise somebody who knows the passphrase would pass for the only one who could have made the file. */
    if (survey->for_passphrases > 0 && survey->stanzas > 1)
        return sl_fail(err, SL_E_REFUSED, "age header: a scrypt stanza is not alone");
    return 0;
}

static int try_identities(struct sl_age_file_key *out, const struct sl_age_stanza *stanza,
                          const struct sl_age_keys *keys, struct sl_err *err)
{
    struct sl_age_x25519 wrapped = {.share = {0}};
    (void)sl_age_x25519_read(&wrapped, stanza); /* which check() has seen */
    for (size_t i = 0; i < keys->identity_count; i++) {
        int opened = sl_age_x25519_unwrap(out, &wrapped, &keys->identities[i], err);
        if (opened != 0)
            return opened;
    }
    return 0;
}

static int try_passphrases(struct sl_age_file_key *out, const struct sl_age_stanza *stanza,
                           const struct sl_age_keys *keys, struct sl_err *err)
{
    struct sl_age_scrypt wrapped = {.work_factor = 0};
    (void)sl_age_scrypt_read(&wrapped, stanza); /* which check() has seen */
    for (size_t i = 0; i < keys->passphrase_count; i++) {
        int opened = sl_age_scrypt_unwrap(out, &wrapped, keys->passphrases[i], err);
        if (opened != 0)
            return opened;
    }
    return 0;
}

/* 1 and the key of the first stanza that opens, 0 when none does. */
static int unwrap(struct sl_age_file_key *out, const struct survey *survey, const struct sl_age_keys *keys,
                  struct sl_err *err)
{
    struct sl_age_lines lines = survey->first;
    struct sl_age_stanza stanza;
    int more;
    while ((more = sl_age_stanza_next(&lines, &stanza, err)) > 0) {
        int opened = 0;
        if (sl_age_is_x25519(&stanza))
            opened = try_identities(out, &stanza, keys, err);
        else if (sl_age_is_scrypt(&stanza))
            opened = try_passphrases(out, &stanza, keys, err);
        if (opened != 0)
            return opened;
    }
    return more;
}

static int no_match(const struct survey *survey, const struct sl_age_keys *keys, struct sl_err *err)
{
    size_t given = survey->for_passphrases ? keys->passphrase_count : keys->identity_count;
    if (survey->for_passphrases && given == 0)
        return sl_fail(err, SL_E_REFUSED, "it is encrypted with a passphrase, not for an identity");
    if (survey->for_passphrases)
        return sl_fail(err, SL_E_REFUSED, "the passphrase is not the one it was encrypted with");
    if (given == 0)
        return sl_fail(err, SL_E_REFUSED, "it is encrypted for a recipient, not with a passphrase");
    if (survey->for_recipients == 0)
        return sl_fail(err, SL_E_REFUSED, "it is encrypted for recipients of other kinds than X25519 only");
    if (given == 1)
        (void)sl_fail(err, SL_E_REFUSED,
                      "the identity given cannot open it: it is encrypted for somebody else");
    else
        (void)sl_fail(err, SL_E_REFUSED,
                      "none of the %zu identities given can open it: it is encrypted for somebody else",
                      given);
    return sl_hint(err, "the wrong customer's disk, or the wrong identity file?");
}

/* What follows "---" in the last line: " ", 43 digits and LF. */
enum { MAC_TAIL = 1 + 43 + 1 };

/* HMAC over the header up to and including "---". */
static void mac_of(unsigned char out[32], const struct sl_age_file_key *key, struct sl_str text)
{
    struct sl_str secret = {(const char *)key->bytes, sizeof key->bytes};
    unsigned char mac_key[SL_HKDF_BYTES];
    sl_hkdf_sha256(mac_key, secret, SL_STR(""), SL_STR("header"));
    sl_hmac_sha256(out, (struct sl_str){(const char *)mac_key, sizeof mac_key}, text);
    sodium_memzero(mac_key, sizeof mac_key);
}

int sl_age_header_open(struct sl_age_file_key *out, struct sl_str header, const struct sl_age_keys *keys,
                       enum sl_age_outcome *outcome, struct sl_err *err)
{
    struct survey survey;
    SL_CLEANUP(sl_age_file_key_wipe) struct sl_age_file_key key;
    *outcome = SL_AGE_BAD_HEADER;
    if (check(&survey, header, err) < 0)
        return -1;
    int opened = unwrap(&key, &survey, keys, err);
    if (opened < 0 && err->code != SL_E_REFUSED)
        *outcome = SL_AGE_NOT_READ;
    if (opened < 0)
        return -1;
    *outcome = SL_AGE_NO_MATCH;
    if (opened == 0)
        return no_match(&survey, keys, err);
    unsigned char mac[32];
    mac_of(mac, &key, sl_str_slice(header, 0, header.len - MAC_TAIL));
    *outcome = SL_AGE_BAD_MAC;
    if (sodium_memcmp(mac, survey.mac, sizeof mac) != 0)
        return sl_fail(err, SL_E_REFUSED, "age header: it was changed: its MAC is wrong");
    *outcome = SL_AGE_OPENED;
    *out = key;
    return 0;
}

/* -- writing -- */

static int write_stanza(struct sl_buf *out, const struct sl_age_file_key *key,
                        const struct sl_age_recipient *recipient, const struct sl_random *random,
                        struct sl_err *err)
{
    struct sl_age_x25519 wrapped;
    if (sl_age_x25519_wrap(&wrapped, key, recipient, random, err) < 0)
        return -1;
    sl_buf_text(out, "-> X25519 ");
    sl_age_base64_append(out, wrapped.share, sizeof wrapped.share);
    sl_buf_byte(out, '\n');
    sl_age_base64_append(out, wrapped.body, sizeof wrapped.body);
    sl_buf_byte(out, '\n');
    return 0;
}

int sl_age_header_write(struct sl_buf *out, const struct sl_age_file_key *key,
                        const struct sl_age_recipients *recipients, const struct sl_random *random,
                        struct sl_err *err)
{
    if (recipients->count == 0)
        return sl_fail(err, SL_E_USAGE, "there is no recipient to encrypt for");
    size_t start = out->len;
    sl_sodium_start();
    sl_buf_text(out, SL_AGE_VERSION_LINE);
    for (size_t i = 0; i < recipients->count; i++)
        if (write_stanza(out, key, &recipients->items[i], random, err) < 0)
            return -1;
    sl_buf_text(out, "---");
    if (sl_buf_check(out, "the age header", err) < 0)
        return -1;
    unsigned char mac[32];
    mac_of(mac, key, sl_str_slice(sl_buf_view(out), start, out->len));
    sl_buf_byte(out, ' ');
    sl_age_base64_append(out, mac, sizeof mac);
    sl_buf_byte(out, '\n');
    return sl_buf_check(out, "the age header", err);
}
