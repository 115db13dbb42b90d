#include "base/cleanup.h"
#include "base/limits.h"
#include "canon.h"
#include "crypto/digest.h"
#include "trust_check.h"

#include <sealift/text.h>
#include <stdlib.h>

enum { SHOWN_MAX = 96 };

/* The document on its way: what is not of its own shape is kept beside it. */
struct reading {
    struct sl_trust *trust;
    struct sl_str customer, clock;
    uint64_t version, epoch, floor, issued, expires, schema;
};

/* One role on its way. */
struct role_reading {
    struct sl_trust *trust;
    enum sl_trust_role role;
    uint64_t threshold;
};

static int refuse_many(const struct sl_canon *canon, const char *what, size_t max, struct sl_err *err)
{
    return sl_fail(err, SL_E_REFUSED, "%s: there are more than %zu %s", canon->name, max, what);
}

static int read_key(struct sl_canon *canon, struct sl_trust_key *out, struct sl_str name, struct sl_err *err)
{
    struct sl_digest digest = {0};
    struct sl_str text = {0};
    char line[SL_PUBLIC_KEY_LINE + 1];
    if (sl_digest_parse(&digest, name, err) < 0) {
        err->code = SL_E_REFUSED;
        return sl_wrap(err, "%s: the name of a key", canon->name);
    }
    if (sl_canon_text(canon, &text, err) < 0)
        return -1;
    /* The reader of key files takes more than one spelling. */
    if (sl_public_key_read(&out->key, text, canon->name, err) < 0) {
        err->code = SL_E_REFUSED;
        return -1;
    }
    if (!sl_str_equal(text, sl_str_from(sl_public_key_line(line, &out->key))))
        return sl_fail(err, SL_E_REFUSED, "%s: a public key is not the one line of base64 that it must be",
                       canon->name);
    memcpy(out->sha256, digest.bytes, sizeof out->sha256);
    return 0;
}

static int read_keys(struct sl_canon *canon, void *into, struct sl_err *err)
{
    struct sl_trust *trust = ((struct reading *)into)->trust;
    struct sl_canon_level level = {0};
    struct sl_str name = {0};
    if (sl_canon_map(canon, &level, err) < 0)
        return -1;
    int more;
    while ((more = sl_canon_key(canon, &level, &name, err)) > 0) {
        if (trust->key_count == SL_TRUST_KEYS_MAX)
            return refuse_many(canon, "keys", SL_TRUST_KEYS_MAX, err);
        if (read_key(canon, &trust->keys[trust->key_count++], name, err) < 0)
            return -1;
    }
    return more;
}

static int read_policy(struct sl_canon *canon, void *into, struct sl_err *err)
{
    static const struct sl_canon_field fields[] = {
        {"clock", SL_CANON_WORD, offsetof(struct reading, clock), NULL},
    };
    return sl_canon_fields(canon, fields, 1, into, SL_CANON_REFUSE, err);
}

static int read_revoked_bundles(struct sl_canon *canon, void *into, struct sl_err *err)
{
    struct sl_trust *trust = ((struct reading *)into)->trust;
    struct sl_canon_level level = {0};
    if (sl_canon_list(canon, &level, err) < 0)
        return -1;
    int more;
    while ((more = sl_canon_item(canon, &level, err)) > 0) {
        if (trust->revoked_bundle_count == SL_TRUST_REVOKED_BUNDLES_MAX)
            return refuse_many(canon, "revoked bundles", SL_TRUST_REVOKED_BUNDLES_MAX, err);
        if (sl_canon_sha256(canon, trust->revoked_bundles[trust->revoked_bundle_count++], err) < 0)
            return -1;
    }
    return more;
}

static int read_revoked_keys(struct sl_canon *canon, void *into, struct sl_err *err)
{
    static const struct sl_canon_field fields[] = {
        {"epoch", SL_CANON_COUNT, offsetof(struct sl_trust_revoked_key, epoch), NULL},
        {"key", SL_CANON_SHA256, offsetof(struct sl_trust_revoked_key, sha256), NULL},
        {"void_after_sequence", SL_CANON_COUNT, offsetof(struct sl_trust_revoked_key, void_after_sequence),
         NULL},
    };
    struct sl_trust *trust = ((struct reading *)into)->trust;
    struct sl_canon_level level = {0};
    if (sl_canon_list(canon, &level, err) < 0)
        return -1;
    int more;
    while ((more = sl_canon_item(canon, &level, err)) > 0) {
        if (trust->revoked_key_count == SL_TRUST_REVOKED_KEYS_MAX)
            return refuse_many(canon, "revoked keys", SL_TRUST_REVOKED_KEYS_MAX, err);
        if (sl_canon_fields(canon, fields, sizeof fields / sizeof fields[0],
                            &trust->revoked_keys[trust->revoked_key_count++], SL_CANON_REFUSE, err) < 0)
            return -1;
    }
    return more;
}

/* -- roles -- */

static struct sl_trust_key *listed_key(struct sl_trust *trust, const unsigned char sha256[32])
{
    for (size_t i = 0; i < trust->key_count; i++)
        if (memcmp(trust->keys[i].sha256, sha256, SL_SHA256_BYTES) == 0)
            return &trust->keys[i];
    return NULL;
}

/* Ascending, so that one key stands only once in a role. */
static int read_role_keys(struct sl_canon *canon, void *into, struct sl_err *err)
{
    struct role_reading *reading = into;
    struct sl_canon_level level = {0};
    unsigned char last[SL_SHA256_BYTES] = {0};
    if (sl_canon_list(canon, &level, err) < 0)
        return -1;
    int more;
    for (bool first = true; (more = sl_canon_item(canon, &level, err)) > 0; first = false) {
        unsigned char name[SL_SHA256_BYTES];
        char shown[SL_TRUST_KEY_SHOWN];
        if (sl_canon_sha256(canon, name, err) < 0)
            return -1;
        (void)sl_trust_key_shown(shown, name);
        if (!first && memcmp(last, name, sizeof name) >= 0)
            return sl_fail(err, SL_E_REFUSED, "%s: the role %s has the key %s twice or out of order",
                           canon->name, sl_trust_role_name(reading->role), shown);
        struct sl_trust_key *key = listed_key(reading->trust, name);
        if (!key)
            return sl_fail(err, SL_E_REFUSED, "%s: the role %s has the key %s, which is not listed",
                           canon->name, sl_trust_role_name(reading->role), shown);
        key->roles |= 1U << reading->role;
        memcpy(last, name, sizeof last);
    }
    return more;
}

static int read_role(struct sl_canon *canon, struct sl_trust *trust, enum sl_trust_role role,
                     struct sl_err *err)
{
    static const struct sl_canon_field fields[] = {
        {"keys", SL_CANON_OTHER, 0, read_role_keys},
        {"threshold", SL_CANON_COUNT, offsetof(struct role_reading, threshold), NULL},
    };
    struct role_reading reading = {.trust = trust, .role = role};
    if (sl_canon_fields(canon, fields, sizeof fields / sizeof fields[0], &reading, SL_CANON_REFUSE, err) < 0)
        return -1;
    /* No role has more keys than there are; what is above that is refused like the number after it. */
    trust->thresholds[role] =
        reading.threshold > SL_TRUST_KEYS_MAX ? SL_TRUST_KEYS_MAX + 1 : (unsigned)reading.threshold;
    return 0;
}

static int read_grant(struct sl_canon *canon, void *into, struct sl_err *err)
{
    return read_role(canon, ((struct reading *)into)->trust, SL_ROLE_GRANT, err);
}

static int read_release(struct sl_canon *canon, void *into, struct sl_err *err)
{
    return read_role(canon, ((struct reading *)into)->trust, SL_ROLE_RELEASE, err);
}

static int read_root(struct sl_canon *canon, void *into, struct sl_err *err)
{
    return read_role(canon, ((struct reading *)into)->trust, SL_ROLE_ROOT, err);
}

static int read_site(struct sl_canon *canon, void *into, struct sl_err *err)
{
    return read_role(canon, ((struct reading *)into)->trust, SL_ROLE_SITE, err);
}

static int read_roles(struct sl_canon *canon, void *into, struct sl_err *err)
{
    static const struct sl_canon_field fields[] = {
        {"grant", SL_CANON_OTHER, 0, read_grant},
        {"release", SL_CANON_OTHER, 0, read_release},
        {"root", SL_CANON_OTHER, 0, read_root},
        {"site", SL_CANON_OTHER, 0, read_site},
    };
    return sl_canon_fields(canon, fields, sizeof fields / sizeof fields[0], into, SL_CANON_REFUSE, err);
}

/* -- the whole -- */

/* The schema first: a later one may give every member another shape. Also sees to it that all of the text is
 * canonical. */
static int survey(const char *name, struct sl_str json, struct sl_err *err)
{
    struct sl_canon canon;
    struct sl_canon_level level = {0};
    struct sl_str key = {0};
    int64_t schema = 0;
    sl_canon_open(&canon, json, name, NULL);
    if (sl_canon_map(&canon, &level, err) < 0)
        return -1;
    int more;
    while ((more = sl_canon_key(&canon, &level, &key, err)) > 0) {
        bool is_schema = sl_str_equal(key, SL_STR("schema"));
        if ((is_schema ? sl_canon_integer(&canon, &schema, err) : sl_canon_skip(&canon, err)) < 0)
            return -1;
    }
    if (more < 0 || sl_canon_end(&canon, err) < 0)
        return -1;
    return sl_canon_known(name, schema < 0 ? 0 : (uint64_t)schema, SL_TRUST_SCHEMA, err);
}

static int read_fields(struct sl_canon *canon, struct reading *reading, struct sl_err *err)
{
    static const struct sl_canon_field fields[] = {
        {"customer", SL_CANON_WORD, offsetof(struct reading, customer), NULL},
        {"epoch", SL_CANON_COUNT, offsetof(struct reading, epoch), NULL},
        {"expires", SL_CANON_COUNT, offsetof(struct reading, expires), NULL},
        {"floor", SL_CANON_COUNT, offsetof(struct reading, floor), NULL},
        {"issued", SL_CANON_COUNT, offsetof(struct reading, issued), NULL},
        {"keys", SL_CANON_OTHER, 0, read_keys},
        {"policy", SL_CANON_OTHER, 0, read_policy},
        {"revoked_bundles", SL_CANON_OTHER, 0, read_revoked_bundles},
        {"revoked_keys", SL_CANON_OTHER, 0, read_revoked_keys},
        {"roles", SL_CANON_OTHER, 0, read_roles},
        {"schema", SL_CANON_COUNT, offsetof(struct reading, schema), NULL},
        {"version", SL_CANON_COUNT, offsetof(struct reading, version), NULL},
    };
    return sl_canon_fields(canon, fields, sizeof fields / sizeof fields[0], reading, SL_CANON_REFUSE, err);
}

static int take_fields(const struct sl_canon *canon, const struct reading *reading, struct sl_err *err)
{
    struct sl_trust *trust = reading->trust;
    char shown[SHOWN_MAX];
    if (reading->customer.len >= sizeof trust->customer)
        return sl_fail(err, SL_E_REFUSED, "%s: customer \"%s\" is longer than 63 characters", canon->name,
                       sl_escape(shown, sizeof shown, reading->customer));
    memcpy(trust->customer, reading->customer.ptr, reading->customer.len);
    trust->clock_refuses = sl_str_equal(reading->clock, SL_STR("refuse"));
    if (!trust->clock_refuses && !sl_str_equal(reading->clock, SL_STR("warn")))
        return sl_fail(err, SL_E_REFUSED, "%s: policy.clock is \"%s\", and must be \"warn\" or \"refuse\"",
                       canon->name, sl_escape(shown, sizeof shown, reading->clock));
    trust->version = reading->version;
    trust->epoch = reading->epoch;
    trust->floor = reading->floor;
    trust->issued = (int64_t)reading->issued;
    trust->expires = (int64_t)reading->expires;
    if (sl_trust_check(trust, err) == 0)
        return 0;
    err->code = SL_E_REFUSED;
    return sl_wrap(err, "%s", canon->name);
}

int sl_trust_read(struct sl_trust **out, struct sl_str json, const char *name, struct sl_err *err)
{
    if (json.len > SL_TRUST_FILE_MAX)
        return sl_fail(err, SL_E_REFUSED, "%s has %zu bytes, and may have %llu", name, json.len,
                       (unsigned long long)SL_TRUST_FILE_MAX);
    if (survey(name, json, err) < 0)
        return -1;
    SL_CLEANUP(sl_trust_freep) struct sl_trust *trust = calloc(1, sizeof *trust);
    if (!trust)
        return sl_fail_memory(err);
    struct reading reading = {.trust = trust};
    struct sl_canon canon;
    sl_canon_open(&canon, json, name, NULL);
    if (read_fields(&canon, &reading, err) < 0 || take_fields(&canon, &reading, err) < 0)
        return -1;
    *out = sl_steal(&trust);
    return 0;
}

void sl_trust_free(struct sl_trust *trust)
{
    free(trust);
}

void sl_trust_freep(struct sl_trust **trust)
{
    sl_trust_free(*trust);
    *trust = NULL;
}
