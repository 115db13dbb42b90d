/*
 * The ops side: from a release repository to a bundle.
 *
 * Order of calls: sl_repository_init() once for a new product. Then per delivery sl_release_render(), which
 * reads everything, and of what came out sl_rendering_write() to look at it or sl_release_pack() to deliver
 * it; sl_rendering_free(). docs/repository.md describes what is read and what it means.
 *
 * Nothing of another customer's overlay or another release can get into what is rendered: rules look there only to compare
 * (whether a release follows another, whether a customer's name is where it must not be). Equal files give equal bytes, whatever
 * the machine; neither clock nor randomness has a part in it.
 */
#ifndef SEALIFT_RELEASE_H
#define SEALIFT_RELEASE_H

#include <sealift/age.h>
#include <sealift/finding.h>
#include <sealift/key.h>
#include <sealift/manifest.h>
#include <sealift/progress.h>
#include <sealift/values.h>

/* Writes a fresh, valid release repository into `directory`, which must be missing or empty (SL_E_EXISTS) and
 * have a name of its own (not "."); complete or not at all. Every path that was written is told to `wrote`
 * (may be NULL), once all of it is there. */
int sl_repository_init(const char *directory, void (*wrote)(void *context, const char *path), void *context,
                       struct sl_err *err) SL_MUST_USE;

struct sl_release_query {
    const char *repository; /* directory of the release repository */
    const char *revision;   /* a git revision, or NULL for the work tree */
    struct sl_str release;  /* "v1.0" */
    struct sl_str customer;
    struct sl_str environment;       /* empty: the customer's, else production */
    uint64_t sequence;               /* 0: release.yaml's, else the first-parent commit count */
    enum sl_helm_compat helm_compat; /* which Helm merges the values at the site */
    bool allow_dirty;                /* take a work tree that is not what its commit holds, and say so */
    int64_t
        default_mtime; /* of members when there is no commit, or changes on top of one; seconds since 1970 */
    int64_t now; /* seconds since 1970, for rules about time (support, exceptions); 0: they are left out */
    struct sl_progress progress;
};

/* What was derived, and from where: "shown, never asked for". */
struct sl_release_facts {
    struct sl_str environment, environment_from;
    uint64_t sequence; /* 0: nothing says one, and sl_release_pack() will refuse */
    struct sl_str sequence_from;
    struct sl_str source_commit; /* empty: not in git, or no commit yet */
    bool dirty;                  /* something that was read is not as in that commit */
};

struct sl_rendering;
/*
 * Reads, checks by every rule (docs/validation.md) and renders. `findings` is made by the caller, and sorted here. On SL_E_FINDINGS, which means
 * that one of them has severity error, *out is still set, so that it can be shown; it holds no files where
 * kustomize refused to build release and overlay. Not so on any other failure:
 *   SL_E_USAGE      a name that is no label, or a release or customer that is not there (with those that are)
 *   SL_E_INPUT      YAML outside of the build that cannot be parsed, with its place; a work tree that is not
 *                   what its commit holds: changed or new files anywhere in it, or files with a part in the
 *                   result that git ignores or changes when it checks them out
 *   SL_E_NOT_FOUND  no such directory or revision
 *   SL_E_LIMIT, SL_E_IO, SL_E_NO_MEMORY
 */
int sl_release_render(struct sl_rendering **out, const struct sl_release_query *query,
                      struct sl_findings *findings, struct sl_err *err) SL_MUST_USE;
void sl_rendering_free(struct sl_rendering *rendering);
void sl_rendering_freep(struct sl_rendering **rendering);

const struct sl_release_facts *sl_rendering_facts(const struct sl_rendering *rendering);
/* The rendered files, ascending by path: manifests/... and values/...; texts live as long as the rendering.
 */
size_t sl_rendering_count(const struct sl_rendering *rendering);
void sl_rendering_at(const struct sl_rendering *rendering, size_t index, struct sl_str *path,
                     struct sl_str *text);
/* The values of the applications, in the order of composition: what each comes to, for each object that asks for
 * Helm's work. They live as long as the rendering. */
size_t sl_rendering_values_count(const struct sl_rendering *rendering);
const struct sl_values *sl_rendering_values_at(const struct sl_rendering *rendering, size_t index);
/* The application that an alias of release.yaml stands for; every other name is itself. */
struct sl_str sl_rendering_application(const struct sl_rendering *rendering, struct sl_str name);
/* Writes the files below `directory`, which must be missing or empty (SL_E_EXISTS) and have a name of its own (not
 * "."); complete or not at all. Its parent must be there. */
int sl_rendering_write(const struct sl_rendering *rendering, const char *directory,
                       struct sl_err *err) SL_MUST_USE;

#define SL_PACK_MISSING_MAX 32 /* as many keys as a trust.json may have */
#define SL_PACK_OTHERS_MAX  16 /* as many signatures as a bundle may have */

struct sl_pack_options {
    const struct sl_signing_key *keys; /* none: the bundle is not signed */
    size_t key_count;
    const struct sl_age_recipients *encrypt_to; /* NULL: only those of the customer's cluster-config.yaml */
    bool plain;                                 /* not even for those: the bundle is not encrypted */
    struct sl_random
        random; /* for encrypting, and for nothing else; not needed when nobody is to be encrypted for */
    const struct sl_secret_key
        *provenance_key; /* signs the provenance and nothing else; NULL: it is not signed */
    const char *builder; /* URI of what builds (CI), for the provenance; NULL: it is not stated */
    const char *out;     /* directory; made when missing, with those above it */
    bool replace;        /* an existing bundle of the same name */
    const char
        *trust; /* the versions of trust.json that travel along: a directory of N.json, or one document;
                          NULL: none */
    int64_t
        now; /* seconds since 1970: a commit, or a trust.json, that is dated later is SL_E_INPUT; 0: not asked */
    unsigned char
        requires_receipt[32]; /* digest of a bundle that the site must have installed; zeros: none */
};
/* What the newest version of trust.json that travels along says of the keys that signed: every enrolled site judges by it. */
struct sl_pack_signers {
    uint64_t version; /* 0: none travels along */
    unsigned counted,
        needed; /* of its keys of role release; fewer than needed: no such site takes the bundle yet */
    size_t missing_count; /* then: the keys that may still sign, by their ids */
    char missing[SL_PACK_MISSING_MAX][SL_KEY_ID_HEX + 1];
    size_t
        other_count; /* those of options->keys that it does not list for role release, by their numbers there */
    size_t others[SL_PACK_OTHERS_MAX];
};
struct sl_pack_result {
    char path[4096];                     /* of the bundle */
    struct sl_age_recipients recipients; /* whom it is encrypted for; none: it is not */
    unsigned char manifest_sha256[32];
    uint64_t files, bytes, bundle_bytes;
    struct sl_pack_signers signers;
};
/* What can be known before anything is hashed, and before a password is asked for: SL_E_INPUT without a sequence and for
 * versions of trust.json that no site would take, SL_E_EXISTS where the bundle is there already. sl_release_pack() asks again. */
int sl_release_pack_check(const struct sl_rendering *rendering, const struct sl_pack_options *options,
                          struct sl_err *err) SL_MUST_USE;

/*
 * Writes CUSTOMER-RELEASE-SEQUENCE.tar.gz into options->out; encrypted, as CUSTOMER-RELEASE-SEQUENCE.tar.gz.age,
 * for the recipients given and those of the customer's cluster-config.yaml where there are any. What is inside
 * is the same, byte for byte; the layer around it is another one every time.
 *
 * Artifacts are read twice: to be hashed, and to be written, where they must still be the same. SL_E_USAGE   two keys that are one, or have one id
 *   SL_E_INPUT   no sequence; a name that no bundle may have, or two that collide; an artifact that changed,
 * or is not the one its Git LFS pointer names; versions of trust.json that do not follow one from the other or
 * are not signed enough; a key that the newest of them revokes for this sequence, or keys of which it lists none for role
 * release
 *   SL_E_EXISTS  there is a bundle of that name A failure leaves no
 * bundle, nor a part of one.
 */
int sl_release_pack(struct sl_pack_result *out, struct sl_rendering *rendering,
                    const struct sl_pack_options *options, struct sl_err *err) SL_MUST_USE;

#endif
