/*
 * The ops side: from a release repository to a bundle.
 *
 * Order of calls: sl_repository_init() once for a new product. Then per delivery sl_release_render() to look,
 * or sl_release_pack() to write. Both fill `findings` and fail with SL_E_FINDINGS when one has severity
 * error. Nothing is read from another customer's overlay or another release.
 */
#ifndef SEALIFT_RELEASE_H
#define SEALIFT_RELEASE_H

#include <sealift/finding.h>
#include <sealift/key.h>
#include <sealift/manifest.h>
#include <sealift/progress.h>

/* Writes a fresh, valid release repository into `directory`, which must be missing or empty. Every path that
 * was written is told to `wrote` (may be NULL). */
int sl_repository_init(const char *directory, void (*wrote)(void *context, const char *path), void *context,
                       struct sl_err *err) SL_MUST_USE;

struct sl_release_query {
    const char *repository; /* directory of the release repository */
    const char *revision;   /* a git revision, or NULL for the work tree */
    struct sl_str release;  /* "v1.0" */
    struct sl_str customer;
    struct sl_str environment; /* empty: the customer's, else production */
    uint64_t sequence;         /* 0: release.yaml's, else the first-parent commit count */
    bool allow_dirty;
    int64_t
        default_mtime; /* of members when there is no commit, or changes on top of one; seconds since 1970 */
    struct sl_progress progress;
};

/* What was derived, and from where: "shown, never asked for". */
struct sl_release_facts {
    struct sl_str environment, environment_from;
    uint64_t sequence;
    struct sl_str sequence_from;
    struct sl_str source_commit;
    bool dirty;
};

struct sl_rendering;
/* `findings` is made by the caller. On SL_E_FINDINGS *out is still set, so that it can be shown. */
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
/* Writes them below `directory`, which must be missing or empty; complete or not at all. */
int sl_rendering_write(const struct sl_rendering *rendering, const char *directory,
                       struct sl_err *err) SL_MUST_USE;

struct sl_pack_options {
    const struct sl_secret_key *keys; /* none: the bundle is not signed */
    size_t key_count;
    const char *out; /* directory; made when missing */
    bool replace;    /* an existing bundle of the same name */
};
struct sl_pack_result {
    char path[4096]; /* of the bundle */
    unsigned char manifest_sha256[32];
    uint64_t files, bytes, bundle_bytes;
};
int sl_release_pack(struct sl_pack_result *out, struct sl_rendering *rendering,
                    const struct sl_pack_options *options, struct sl_err *err) SL_MUST_USE;

#endif
