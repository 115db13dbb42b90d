#include "bundle/opening.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "crypto/age.h"
#include "io/age.h"
#include "io/gzip.h"
#include "io/isolated.h"

/* More than any container may have: the files, and for each at most a header and padding. */
#define CONTAINER_MAX (2 * SL_BUNDLE_BYTES_MAX)

/* Puts the decrypting stage on *stage; NULL there when it fails. */
static int decrypt(struct sl_source **stage, const struct sl_age_keys *keys, struct sl_err *err)
{
    if (!keys || keys->identity_count + keys->passphrase_count == 0)
        return sl_fail(err, SL_E_USAGE, "the bundle is encrypted for age recipients; give --identity");
    struct sl_source *below = sl_steal(stage);
    return sl_source_age(stage, below, keys, NULL, err);
}

/* Told apart here, because whoever takes the wrong file needs no word about gzip. */
static int is_no_bundle(struct sl_str beginning, struct sl_err *err)
{
    if (beginning.len == 0)
        return sl_fail(err, SL_E_REFUSED, "this is no bundle: the file is empty");
    (void)sl_fail(err, SL_E_REFUSED,
                  "this is no bundle: it is neither gzip data, as a .tar.gz is, nor encrypted with age");
    return sl_hint(err,
                   "take the file whose name ends in .tar.gz or .tar.gz.age; when it is that, copy it again");
}

int sl_source_bundle(struct sl_source **out, struct sl_source *file, const struct sl_age_keys *keys,
                     struct sl_err *err)
{
    SL_CLEANUP(sl_source_freep) struct sl_source *stage = file;
    bool waits = file->waits;
    struct sl_source *ahead;
    struct sl_str beginning;
    if (sl_source_ahead(&ahead, stage, &beginning, err) < 0)
        return -1;
    stage = ahead;
    bool encrypted = sl_age_is_file(beginning);
    if (!encrypted && !sl_str_starts_with(beginning, SL_STR("\x1f\x8b")))
        return is_no_bundle(beginning, err);
    if (encrypted && decrypt(&stage, keys, err) < 0)
        return -1;
    if (sl_source_gzip(out, stage, CONTAINER_MAX, err) < 0)
        return -1;
    stage = NULL;
    (*out)->waits = waits;
    return 0;
}

static int unpack(void *context, struct sl_source **out, struct sl_source *file, struct sl_err *err)
{
    return sl_source_bundle(out, file, context, err);
}

int sl_source_bundle_apart(struct sl_source **out, int fd, const struct sl_age_keys *keys, struct sl_err *err)
{
    const struct sl_isolated_work work = {unpack, (void *)keys};
    sl_age_prepare();
    return sl_source_isolated(out, fd, "the bundle", &work, err);
}
