/*
 * More signatures for a bundle that is there: in it, or beside it.
 *
 * Order of calls on the ops side: sl_bundle_sign(), once for each who signs, on whose machine ever. At the site:
 * sl_detached_find(), sl_detached_add() for files named otherwise, sl_detached_list() into the policy of
 * sealift/verify.h; sl_detached_free() after everything that was made with that policy.
 *
 * A detached signature is a minisign signature over the bytes of manifest.json, as in the bundle. Its file has
 * the bundle's path, a dot, the 16 digits of the key id and ".minisig"; a bundle that ends in ".age" is looked
 * at without that: what is signed is inside. docs/formats/bundle.md, section "Signatures", is normative.
 */
#ifndef SEALIFT_SIGN_H
#define SEALIFT_SIGN_H

#include <sealift/verify.h>

/* -- signing -- */

struct sl_sign_options {
    const struct sl_signing_key *keys; /* at least one, no two the same */
    size_t key_count;
    const char *out;             /* path of the signed bundle; NULL: in place of the bundle itself */
    bool detached;               /* the bundle stays as it is, and the signatures are written beside it */
    bool replace;                /* files of these names may be there; needed without `out` and `detached` */
    struct sl_age_keys age_keys; /* for an encrypted bundle, which can only be signed beside it: `detached` */
    struct sl_progress progress;
};

/* What was signed, and by whom. */
struct sl_sign_result {
    char bundle[256]; /* CUSTOMER-RELEASE-SEQUENCE */
    unsigned char manifest_sha256[32];
    uint64_t files, bytes;
    bool added[SL_DETACHED_MAX]; /* per key of the options; false: it had signed before */
    size_t added_count;
    size_t signatures; /* in the bundle, with those that were added to it */
};

/*
 * Reads the whole bundle once, as strictly as a site does, and signs its manifest. Everything else stays, byte
 * for byte of the container. With nothing to add, nothing is written.
 *
 * Whether the signatures that are there come from anybody in particular is not asked: whoever signs should look
 * at what (sl_inspect()) and verify it with the keys of those before (sealift/verify.h).
 *
 *   SL_E_REFUSED  the bundle is not in itself what its manifest says; it has a malformed signature, or one under
 *                 the id of a given key that is not that key's; an external signer returned a wrong one
 *   SL_E_USAGE    no keys, the same key twice, nothing said about where to
 *   SL_E_LIMIT    more signatures than a bundle may have
 *   SL_E_EXISTS   something is there already, without `replace`
 * A failure leaves what was there, and no part of anything new; but of several detached signatures some may
 * have been written.
 */
int sl_bundle_sign(struct sl_sign_result *out, const char *bundle, const struct sl_sign_options *options,
                   struct sl_err *err) SL_MUST_USE;

/* -- detached signatures -- */

/* The path of a detached signature by that key. SL_E_USAGE when it is longer than 4,095 bytes. */
int sl_detached_path(char out[4096], const char *bundle, const unsigned char key_id[SL_KEY_ID_BYTES],
                     struct sl_err *err) SL_MUST_USE;

struct sl_detached_files;

/*
 * Reads every file beside the bundle that has such a name, ascending by it. None where the directory cannot be
 * listed for lack of rights, or is not there. A link, or anything but a regular file, is SL_E_INPUT; more than SL_DETACHED_MAX of
 * them, or one larger than a signature can be, SL_E_LIMIT.
 */
int sl_detached_find(struct sl_detached_files **out, const char *bundle, struct sl_err *err) SL_MUST_USE;

/* Reads one more, whatever it is called. One that is there under the same path is not read again. */
int sl_detached_add(struct sl_detached_files *files, const char *path, struct sl_err *err) SL_MUST_USE;

/* Lives until the next sl_detached_add(); the texts in it as long as the files. */
const struct sl_detached *sl_detached_list(const struct sl_detached_files *files, size_t *count);

void sl_detached_free(struct sl_detached_files *files);
void sl_detached_freep(struct sl_detached_files **files);

#endif
