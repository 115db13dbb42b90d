#include <sealift/sign.h>

#include "base/cleanup.h"
#include "bundle/opening.h"
#include "crypto/digest.h"
#include "crypto/minisig.h"
#include "io/file.h"
#include "io/sys.h"
#include "sign/signatures.h"

#include <fcntl.h>
#include <sealift/text.h>
#include <stdio.h>

_Static_assert(SL_DETACHED_MAX == SL_SIGNATURES_MAX, "one answer per key");

enum { SHOWN_MAX = 256 };

struct signing {
    const struct sl_sign_options *options;
    const char *path;
    struct sl_bundle_reader *reader;
    struct sl_manifest *manifest;
    struct sl_str json;
    struct sl_text_digests digests; /* of these bytes */
    struct sl_signatures signatures;
    struct sl_sign_result *result;
};

static void signing_release(struct signing *signing)
{
    sl_signatures_release(&signing->signatures);
    sl_bundle_reader_free(signing->reader);
    sl_manifest_free(signing->manifest);
}

static int check_options(const struct sl_sign_options *options, struct sl_err *err)
{
    if (options->key_count == 0)
        return sl_fail(err, SL_E_USAGE, "no key was given to sign with");
    if (options->detached && options->out)
        return sl_fail(err, SL_E_USAGE, "detached signatures lie beside the bundle and nowhere else");
    /* Written anew it would be written as it is inside: not encrypted. */
    if (!options->detached && options->age_keys.identity_count > 0)
        return sl_fail(err, SL_E_USAGE, "an encrypted bundle can only be signed beside it: --detached");
    if (!options->detached && !options->out && !options->replace)
        return sl_fail(err, SL_E_USAGE, "where the signed bundle goes was not said");
    return sl_signing_keys_check(options->keys, options->key_count, err);
}

static int open_bundle(struct signing *signing, struct sl_err *err)
{
    char shown[SHOWN_MAX];
    int fd = sl_sys_open(signing->path, O_RDONLY, 0);
    (void)sl_escape(shown, sizeof shown, sl_str_from(signing->path));
    if (fd < 0) {
        (void)sl_fail_errno(err, SL_E_IO, "open the bundle %s", shown);
        return sl_err_about(err, signing->path);
    }
    struct stat info;
    if (sl_sys_fstat(fd, &info) < 0 || S_ISDIR(info.st_mode)) {
        sl_closep(&fd);
        (void)sl_fail(err, SL_E_IO, "open the bundle %s: it is a directory", shown);
        return sl_err_about(err, signing->path);
    }
    struct sl_source *container = NULL;
    if (sl_source_bundle_apart(&container, fd, &signing->options->age_keys, err) < 0) {
        sl_closep(&fd);
        return -1;
    }
    if (sl_bundle_reader_open_container(&signing->reader, container, err) < 0)
        return -1;
    signing->json = sl_bundle_reader_manifest(signing->reader);
    sl_text_digests(&signing->digests, signing->json);
    if (sl_manifest_read(&signing->manifest, signing->json, err) < 0)
        return -1;
    return sl_bundle_reader_bind(signing->reader, signing->manifest, err);
}

static int tell_what(const struct signing *signing, struct sl_err *err)
{
    struct sl_sign_result *result = signing->result;
    const struct sl_manifest *manifest = signing->manifest;
    memcpy(result->manifest_sha256, signing->digests.sha256.bytes, sizeof result->manifest_sha256);
    result->files = manifest->file_count;
    result->bytes = manifest->total_bytes;
    if (manifest->bundle.len >= sizeof result->bundle)
        return sl_fail(err, SL_E_INTERNAL, "a bundle's name is longer than its parts can make it");
    memcpy(result->bundle, manifest->bundle.ptr, manifest->bundle.len);
    return 0;
}

static int keep_signatures(struct signing *signing, struct sl_err *err)
{
    size_t count = sl_bundle_reader_signature_count(signing->reader);
    for (size_t i = 0; i < count; i++) {
        struct sl_str name;
        struct sl_str text;
        struct sl_minisig signature;
        char id[SL_KEY_ID_HEX + 1];
        char expected[sizeof "manifest.json..minisig" + SL_KEY_ID_HEX];
        sl_bundle_reader_signature(signing->reader, i, &name, &text);
        if (sl_minisig_read(&signature, text, name.ptr, err) < 0)
            return -1;
        (void)snprintf(expected, sizeof expected, "manifest.json.%s.minisig",
                       sl_key_id_text(id, signature.key_id));
        if (!sl_str_equal(name, sl_str_from(expected)))
            return sl_fail(err, SL_E_REFUSED, SL_FMT ": the signature in it names the key %s", SL_ARG(name),
                           id);
        if (sl_signatures_keep(&signing->signatures, signature.key_id, text, err) < 0)
            return -1;
    }
    return 0;
}

/* Whether `text` is this key's signature of the manifest already; another one under its id is refused. */
static int check_own(const struct signing *signing, const struct sl_signing_key *key, struct sl_str text,
                     const char *name, struct sl_err *err)
{
    struct sl_minisig signature;
    if (sl_minisig_read(&signature, text, name, err) < 0)
        return -1;
    return sl_minisig_verify(&signature, &key->public_key, &signing->digests.message, name, err);
}

/* Adds what is missing to the signatures of the bundle. */
static int sign_inside(struct signing *signing, struct sl_err *err)
{
    const struct sl_sign_options *options = signing->options;
    for (size_t i = 0; i < options->key_count; i++) {
        const struct sl_signing_key *key = &options->keys[i];
        const struct sl_bundle_signature *there =
            sl_signatures_find(&signing->signatures, key->public_key.id);
        if (there && check_own(signing, key, there->text, "the signature that is in the bundle", err) < 0)
            return -1;
        if (there)
            continue;
        if (sl_signatures_make(&signing->signatures, key, signing->manifest, &signing->digests, err) < 0)
            return -1;
        signing->result->added[i] = true;
        signing->result->added_count++;
    }
    signing->result->signatures = signing->signatures.count;
    return 0;
}

static int write_signed(struct signing *signing, struct sl_err *err)
{
    const struct sl_sign_options *options = signing->options;
    if (signing->result->added_count == 0)
        return 0;
    const char *path = options->out ? options->out : signing->path;
    SL_CLEANUP(sl_sink_freep) struct sl_sink *sink = NULL;
    if (sl_sink_new_file(&sink, path, 0644, options->replace, err) < 0)
        return -1;
    struct sl_bundle_copy copy = {
        .reader = signing->reader,
        .manifest = signing->manifest,
        .signatures = signing->signatures.items,
        .signature_count = signing->signatures.count,
        .progress = options->progress,
    };
    return sl_bundle_write_copy(sink, &copy, err);
}

/* -- beside the bundle -- */

static int read_to_end(const struct signing *signing, struct sl_err *err)
{
    for (;;) {
        const struct sl_manifest_file *file;
        int more = sl_bundle_reader_next(signing->reader, &file, err);
        if (more <= 0)
            return more;
    }
}

/* 1: this key has signed, in a file that is there; 0: not, or what is there may be replaced. */
static int look_beside(const struct signing *signing, const struct sl_signing_key *key, const char *path,
                       struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    sl_buf_init(&text, SL_SIGNATURE_FILE_MAX);
    int read = sl_file_read(&text, path, SL_SIGNATURE_FILE_MAX, err);
    if (read < 0 && err->code != SL_E_NOT_FOUND)
        return -1;
    if (read == 0 && check_own(signing, key, sl_buf_view(&text), path, err) == 0)
        return 1;
    if (read == 0 && !signing->options->replace)
        return -1;
    sl_err_clear(err);
    return 0;
}

static int sign_beside(struct signing *signing, struct sl_err *err)
{
    const struct sl_sign_options *options = signing->options;
    signing->result->signatures = signing->signatures.count;
    if (read_to_end(signing, err) < 0)
        return -1;
    for (size_t i = 0; i < options->key_count; i++) {
        const struct sl_signing_key *key = &options->keys[i];
        char path[4096];
        if (sl_detached_path(path, signing->path, key->public_key.id, err) < 0)
            return -1;
        int there = look_beside(signing, key, path, err);
        if (there < 0)
            return -1;
        if (there > 0)
            continue;
        SL_CLEANUP(sl_signatures_release) struct sl_signatures one;
        sl_signatures_init(&one);
        if (sl_signatures_make(&one, key, signing->manifest, &signing->digests, err) < 0 ||
            sl_file_create(path, one.items[0].text, 0644, options->replace, err) < 0)
            return -1;
        signing->result->added[i] = true;
        signing->result->added_count++;
    }
    return 0;
}

static int sign(struct signing *signing, struct sl_err *err)
{
    if (tell_what(signing, err) < 0 || keep_signatures(signing, err) < 0)
        return -1;
    if (signing->options->detached)
        return sign_beside(signing, err);
    return sign_inside(signing, err) < 0 ? -1 : write_signed(signing, err);
}

int sl_bundle_sign(struct sl_sign_result *out, const char *bundle, const struct sl_sign_options *options,
                   struct sl_err *err)
{
    *out = (struct sl_sign_result){.files = 0};
    if (check_options(options, err) < 0)
        return -1;
    SL_CLEANUP(signing_release) struct signing signing = {.options = options, .path = bundle, .result = out};
    sl_signatures_init(&signing.signatures);
    if (open_bundle(&signing, err) == 0 && sign(&signing, err) == 0)
        return 0;
    if (err->code != SL_E_REFUSED)
        return -1;
    if (signing.reader)
        sl_bundle_reader_explain(signing.reader, err);
    char shown[SHOWN_MAX];
    (void)sl_err_about(err, bundle);
    return sl_wrap(err, "%s", sl_escape(shown, sizeof shown, sl_str_from(bundle)));
}
