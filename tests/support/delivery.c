#include "delivery.h"

#include "base/limits.h"
#include "bundle/container.h"
#include "bundle/writer.h"
#include "crypto/minisig.h"
#include "io/gzip.h"
#include "made_text.h"
#include "model/trust_name.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define DELIVERY_BYTES_MAX (64 * SL_MIB)

const struct delivery_file delivery_files[] = {
    {"manifests/10-namespace.yaml", "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: harbor\n", false},
    {"manifests/20-config.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: harbor\n", false},
    {"docs/empty.txt", "", false},
    {"docs/tools/check.sh", "#!/bin/sh\nexec kubectl get pods\n", true},
};
const size_t delivery_file_count = sizeof delivery_files / sizeof delivery_files[0];

static _Noreturn void give_up(const char *what, const struct sl_err *err)
{
    (void)fprintf(stderr, "delivery: %s: %s\n", what, err ? err->message : "failed");
    abort();
}

void delivery_key(unsigned number, struct sl_secret_key *secret, struct sl_public_key *public_key)
{
    if (sodium_init() < 0)
        give_up("sodium_init", NULL);
    unsigned char seed[crypto_sign_SEEDBYTES];
    memset(seed, (int)number, sizeof seed);
    unsigned char point[crypto_sign_PUBLICKEYBYTES];
    unsigned char pair[crypto_sign_SECRETKEYBYTES];
    (void)crypto_sign_seed_keypair(point, pair, seed);
    if (secret) {
        memset(secret->id, (int)number, sizeof secret->id);
        memcpy(secret->seed_and_point, pair, sizeof pair);
    }
    if (public_key) {
        memset(public_key->id, (int)number, sizeof public_key->id);
        memcpy(public_key->point, point, sizeof point);
    }
}

void delivery_sign(struct delivery_signatures *signatures, unsigned number, struct sl_str message)
{
    struct sl_err err = {0};
    struct sl_secret_key key;
    delivery_key(number, &key, NULL);
    size_t at = signatures->count++;
    struct sl_buf *text = &signatures->items[at].text;
    (void)sl_key_id_text(signatures->items[at].key_id, key.id);
    sl_buf_init(text, SL_SIGNATURE_FILE_MAX);
    if (sl_minisig_write(text, &key, message, SL_STR("sample"), &err) < 0)
        give_up("sign", &err);
}

static void add_text(struct sl_plan *plan, const struct sl_trust_name *name, struct sl_str text)
{
    struct sl_err err = {0};
    char below[SL_TRUST_NAME_MAX];
    char path[SL_TRUST_NAME_MAX + sizeof SL_TRUST_FOLDER];
    (void)snprintf(path, sizeof path, SL_TRUST_FOLDER "%s", sl_trust_name_text(below, name));
    if (sl_plan_add_text(plan, sl_str_from(path), text, false, &err) < 0)
        give_up(path, &err);
}

static void add_step(struct sl_plan *plan, const struct sl_trust_step *step)
{
    struct sl_trust_name name = {.version = step->version};
    add_text(plan, &name, step->json);
    for (size_t i = 0; i < step->signature_count; i++) {
        memcpy(name.key_id, step->signatures[i].key_id, sizeof name.key_id);
        add_text(plan, &name, step->signatures[i].text);
    }
}

static void fill_plan(struct sl_plan *plan, const struct delivery_options *options)
{
    struct sl_err err = {0};
    const struct delivery_file *files = options->files ? options->files : delivery_files;
    size_t count = options->files ? options->file_count : delivery_file_count;
    for (size_t i = 0; i < count; i++)
        if (sl_plan_add_text(plan, sl_str_from(files[i].path), sl_str_from(files[i].text),
                             files[i].executable, &err) < 0)
            give_up(files[i].path, &err);
    struct sl_manifest facts = {
        .customer = sl_str_from(options->customer ? options->customer : "customer-a"),
        .release = sl_str_from(options->release ? options->release : "v1.0"),
        .environment = SL_STR("production"),
        .sequence = options->sequence ? options->sequence : 17,
        .source_kind = SL_STR("git"),
        .source_commit = SL_STR("0123456789abcdef0123456789abcdef01234567"),
        .tool_version = SL_STR("0.1.0"),
        .mtime = 1763716734,
    };
    if (options->alter_facts)
        options->alter_facts(options->context, &facts);
    for (size_t i = 0; i < options->step_count; i++)
        add_step(plan, &options->steps[i]);
    if (sl_plan_finish(plan, &facts, &err) < 0)
        give_up("plan", &err);
}

static void fill_signatures(struct delivery_signatures *signatures, const struct delivery_options *options,
                            struct sl_str manifest)
{
    static const unsigned first[] = {1};
    const unsigned *signers = options->signers ? options->signers : first;
    size_t count = options->signers ? options->signer_count : 1;
    for (size_t i = 0; i < count && !options->unsigned_bundle; i++)
        delivery_sign(signatures, signers[i], manifest);
    if (options->alter_signatures)
        options->alter_signatures(options->context, signatures, manifest);
}

static void write_bundle(struct sl_buf *out, const struct sl_plan *plan)
{
    struct sl_err err = {0};
    struct sl_bundle_input input = {.plan = plan, .workers = 1};
    struct sl_sink *sink = NULL;
    sl_buf_init(out, DELIVERY_BYTES_MAX);
    if (sl_sink_buf(&sink, out, &err) < 0 || sl_bundle_write(sink, &input, &err) < 0)
        give_up("write", &err);
    sl_sink_free(sink);
}

static void add_signature(struct sl_buf *tar, const struct sl_manifest *manifest, const char *key_id,
                          struct sl_str text)
{
    static const char zeros[SL_TAR_BLOCK];
    struct sl_err err = {0};
    char path[64];
    (void)snprintf(path, sizeof path, "manifest.json.%s.minisig", key_id);
    struct sl_tar_member member = {
        .top = manifest->bundle, .path = sl_str_from(path), .size = text.len, .mtime = manifest->mtime};
    if (sl_tar_header_write(tar, &member, &err) < 0)
        give_up(path, &err);
    sl_buf_str(tar, text);
    sl_buf_append(tar, zeros, sl_tar_padding(text.len));
}

/* Not with the bundle writer, which would not take evil ones. */
static void insert_signatures(struct sl_buf *out, const struct sl_plan *plan,
                              const struct delivery_signatures *signatures, struct sl_str tar)
{
    size_t manifest = (size_t)sl_plan_manifest_digests(plan)->size;
    size_t end = SL_TAR_BLOCK + manifest + sl_tar_padding(manifest);
    sl_buf_init(out, DELIVERY_BYTES_MAX);
    sl_buf_str(out, sl_str_slice(tar, 0, end));
    for (size_t i = 0; i < signatures->count; i++)
        add_signature(out, sl_plan_manifest(plan), signatures->items[i].key_id,
                      sl_buf_view(&signatures->items[i].text));
    sl_buf_str(out, sl_str_slice(tar, end, tar.len));
}

void delivery_make(struct sl_buf *out, const struct delivery_options *options)
{
    struct sl_err err = {0};
    struct sl_plan *plan = NULL;
    if (sl_plan_new(&plan, &err) < 0)
        give_up("plan", &err);
    fill_plan(plan, options);
    struct delivery_signatures signatures = {0};
    const struct sl_maker maker = sl_plan_manifest_maker(plan);
    struct sl_buf manifest = made_text(&maker);
    fill_signatures(&signatures, options, sl_buf_view(&manifest));
    sl_buf_release(&manifest);

    struct sl_buf unsigned_file;
    struct sl_buf unsigned_tar;
    struct sl_buf tar;
    write_bundle(&unsigned_file, plan);
    delivery_expand(&unsigned_tar, sl_buf_view(&unsigned_file));
    insert_signatures(&tar, plan, &signatures, sl_buf_view(&unsigned_tar));
    if (options->alter_container)
        options->alter_container(options->context, &tar);
    delivery_compress(out, sl_buf_view(&tar));

    sl_buf_release(&unsigned_file);
    sl_buf_release(&unsigned_tar);
    sl_buf_release(&tar);
    for (size_t i = 0; i < signatures.count; i++)
        sl_buf_release(&signatures.items[i].text);
    sl_plan_free(plan);
}

int delivery_open(const struct sl_buf *bundle)
{
    int fd = memfd_create("bundle", MFD_CLOEXEC);
    if (fd < 0 || write(fd, bundle->ptr, bundle->len) != (ssize_t)bundle->len || lseek(fd, 0, SEEK_SET) != 0)
        give_up("memfd", NULL);
    return fd;
}

void delivery_compress(struct sl_buf *out, struct sl_str bytes)
{
    struct sl_err err = {0};
    struct sl_sink *below = NULL;
    struct sl_sink *sink = NULL;
    sl_buf_init(out, DELIVERY_BYTES_MAX);
    if (sl_sink_buf(&below, out, &err) < 0 || sl_sink_gzip(&sink, below, 1, &err) < 0 ||
        sl_sink_write(sink, bytes.ptr, bytes.len, &err) < 0 || sl_sink_finish(sink, &err) < 0)
        give_up("compress", &err);
    sl_sink_free(sink);
}

void delivery_expand(struct sl_buf *out, struct sl_str bytes)
{
    struct sl_err err = {0};
    struct sl_source *below = NULL;
    struct sl_source *source = NULL;
    sl_buf_init(out, DELIVERY_BYTES_MAX);
    if (sl_source_memory(&below, bytes, &err) < 0 ||
        sl_source_gzip(&source, below, DELIVERY_BYTES_MAX, &err) < 0)
        give_up("expand", &err);
    for (;;) {
        const void *piece = NULL;
        ssize_t got = sl_source_borrow(source, &piece, SL_MIB, &err);
        if (got < 0)
            give_up("expand", &err);
        if (got == 0)
            break;
        sl_buf_append(out, piece, (size_t)got);
    }
    if (sl_buf_check(out, "the container", &err) < 0)
        give_up("expand", &err);
    sl_source_free(source);
}
