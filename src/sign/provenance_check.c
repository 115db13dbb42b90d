#include <sealift/provenance.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "crypto/dsse.h"
#include "doc/json.h"
#include "model/sums.h"
#include "sign/statement.h"

#include <sealift/text.h>
#include <stdio.h>

enum { SHOWN_MAX = 128 };

struct checking {
    struct sl_provenance *out;
    const struct sl_manifest *manifest;
    const struct sl_public_key *keys;
    size_t key_count;
    struct sl_doc envelope, statement;
    struct sl_buf body; /* the statement's bytes: what was verified, and what is read */
};

static void checking_release(struct checking *checking)
{
    sl_doc_release(&checking->envelope);
    sl_doc_release(&checking->statement);
    sl_buf_release(&checking->body);
}

static int refuse(struct sl_err *err, const char *reason)
{
    return sl_fail(err, SL_E_REFUSED, SL_PROVENANCE_NAME ": %s", reason);
}

/* Whatever is no JSON, or no JSON to be used, is refused; running out of memory is not. */
static int read_json(struct sl_node **root, struct sl_doc *doc, struct sl_str text, struct sl_err *err)
{
    if (sl_json_read(root, doc, text, SL_STR(SL_PROVENANCE_NAME), err) == 0)
        return 0;
    if (err->code != SL_E_NO_MEMORY)
        err->code = SL_E_REFUSED;
    return -1;
}

/* -- the envelope -- */

/* 1: the signature is that of a given key; 0: not. */
static int try_signature(struct checking *checking, struct sl_str signature, struct sl_str type,
                         struct sl_err *err)
{
    for (size_t i = 0; i < checking->key_count; i++) {
        bool right = false;
        if (sl_dsse_verify(&right, &checking->keys[i], signature, type, sl_buf_view(&checking->body), err) <
            0)
            return -1;
        if (!right)
            continue;
        (void)sl_dsse_key_id(checking->out->signer, &checking->keys[i]);
        return 1;
    }
    return 0;
}

static int verify_signatures(struct checking *checking, const struct sl_node *signatures, struct sl_str type,
                             struct sl_err *err)
{
    if (!signatures || signatures->kind != SL_LIST || signatures->count == 0)
        return refuse(err, "the envelope has no signatures");
    checking->out->signatures = signatures->count;
    if (signatures->count > SL_SIGNATURES_MAX)
        return refuse(err, "the envelope has more than 16 signatures");
    for (uint32_t i = 0; i < signatures->count; i++) {
        SL_CLEANUP(sl_buf_release) struct sl_buf signature;
        sl_buf_init(&signature, SL_KIB);
        struct sl_str text = sl_node_text(sl_node_get(signatures->as.items[i], "sig"));
        if (!sl_dsse_decode(&signature, text) && signature.fail == SL_E_NO_MEMORY)
            return sl_fail_memory(err);
        int right = try_signature(checking, sl_buf_view(&signature), type, err);
        if (right != 0)
            return right < 0 ? -1 : 0;
    }
    return refuse(err, "none of the given keys signed it");
}

static int open_envelope(struct checking *checking, struct sl_str text, struct sl_err *err)
{
    struct sl_node *root = NULL;
    if (read_json(&root, &checking->envelope, text, err) < 0)
        return -1;
    if (sl_node_get(root, "_type"))
        return refuse(err, "it is a statement that nobody signed");
    struct sl_str type = sl_node_text(sl_node_get(root, "payloadType"));
    if (!sl_str_equal(type, SL_STR(SL_INTOTO_PAYLOAD_TYPE)))
        return refuse(err, "it is no envelope with an in-toto statement");
    if (!sl_dsse_decode(&checking->body, sl_node_text(sl_node_get(root, "payload")))) {
        if (checking->body.fail == SL_E_NO_MEMORY)
            return sl_fail_memory(err);
        return refuse(err, "its payload is not base64");
    }
    return verify_signatures(checking, sl_node_get(root, "signatures"), type, err);
}

/* -- the statement -- */

static bool is_text(const struct sl_node *node, struct sl_str expected)
{
    return node && node->kind == SL_STRING && sl_str_equal(node->as.text, expected);
}

static int check_parameter(const struct checking *checking, const struct sl_entry *entry, struct sl_err *err)
{
    const struct sl_manifest *manifest = checking->manifest;
    const struct {
        const char *name;
        struct sl_str value;
    } texts[] = {
        {"customer", manifest->customer},
        {"release", manifest->release},
        {"environment", manifest->environment},
    };
    char shown[SHOWN_MAX];
    (void)sl_escape(shown, sizeof shown, entry->key);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (!sl_str_equal(entry->key, sl_str_from(texts[i].name)))
            continue;
        if (is_text(entry->value, texts[i].value))
            return 0;
        return sl_fail(err, SL_E_REFUSED, SL_PROVENANCE_NAME ": its %s is not the bundle's", shown);
    }
    if (sl_str_equal(entry->key, SL_STR("sequence"))) {
        if (entry->value->kind == SL_INT && entry->value->as.integer >= 0 &&
            (uint64_t)entry->value->as.integer == manifest->sequence)
            return 0;
        return refuse(err, "its sequence is not the bundle's");
    }
    if (sl_str_equal(entry->key, SL_STR("helm_compat")))
        return 0;
    return sl_fail(err, SL_E_REFUSED, SL_PROVENANCE_NAME ": the external parameter \"%s\" is not known",
                   shown);
}

static int check_parameters(const struct checking *checking, const struct sl_node *parameters,
                            struct sl_err *err)
{
    static const char *const needed[] = {"customer", "environment", "release", "sequence"};
    if (!parameters || parameters->kind != SL_MAP)
        return refuse(err, "it has no external parameters");
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        if (!sl_node_get(parameters, needed[i]))
            return sl_fail(err, SL_E_REFUSED, SL_PROVENANCE_NAME ": it does not say the %s", needed[i]);
    for (uint32_t i = 0; i < parameters->count; i++)
        if (check_parameter(checking, &parameters->as.entries[i], err) < 0)
            return -1;
    return 0;
}

/* The files it must be about: all but the list of digests, which lists it too, and itself. */
static bool is_subject(const struct sl_manifest_file *file)
{
    return !sl_str_equal(file->path, SL_STR(SL_SUMS_NAME)) &&
           !sl_str_equal(file->path, SL_STR(SL_PROVENANCE_NAME));
}

static bool has_digest(const struct sl_node *subject, const struct sl_manifest_file *file)
{
    struct sl_digest digest;
    char hex[SL_SHA256_HEX + 1];
    memcpy(digest.bytes, file->sha256, sizeof digest.bytes);
    return is_text(sl_node_get(sl_node_get(subject, "digest"), "sha256"),
                   sl_str_from(sl_digest_hex(hex, &digest)));
}

/* Both ascend by path, so they are compared in one pass. */
static int check_subjects(const struct checking *checking, const struct sl_node *subjects, struct sl_err *err)
{
    const struct sl_manifest *manifest = checking->manifest;
    uint32_t next = 0;
    uint32_t count = subjects && subjects->kind == SL_LIST ? subjects->count : 0;
    for (size_t i = 0; i < manifest->file_count; i++) {
        const struct sl_manifest_file *file = &manifest->files[i];
        char shown[SHOWN_MAX];
        if (!is_subject(file))
            continue;
        const struct sl_node *subject = next < count ? subjects->as.items[next++] : NULL;
        if (!is_text(sl_node_get(subject, "name"), file->path) || !has_digest(subject, file))
            return sl_fail(err, SL_E_REFUSED,
                           SL_PROVENANCE_NAME ": it is not about %s as it is in the bundle",
                           sl_escape(shown, sizeof shown, file->path));
    }
    return next == count ? 0 : refuse(err, "it is about more files than the bundle has");
}

static int check_statement(struct checking *checking, struct sl_err *err)
{
    struct sl_node *root = NULL;
    if (read_json(&root, &checking->statement, sl_buf_view(&checking->body), err) < 0)
        return -1;
    const struct sl_node *predicate = sl_node_get(root, "predicate");
    const struct sl_node *definition = sl_node_get(predicate, "buildDefinition");
    const struct sl_node *builder = sl_node_get(sl_node_get(predicate, "runDetails"), "builder");
    if (!is_text(sl_node_get(root, "_type"), SL_STR(SL_INTOTO_STATEMENT_TYPE)) ||
        !is_text(sl_node_get(root, "predicateType"), SL_STR(SL_SLSA_PREDICATE_TYPE)))
        return refuse(err, "it is no in-toto statement with SLSA provenance v1");
    if (!is_text(sl_node_get(definition, "buildType"), SL_STR(SL_SLSA_BUILD_TYPE)))
        return refuse(err, "it is about another kind of build");
    struct sl_str id = sl_node_text(sl_node_get(builder, "id"));
    if (id.len == 0 || id.len >= sizeof checking->out->builder)
        return refuse(err, "it does not say who built");
    memcpy(checking->out->builder, id.ptr, id.len);
    checking->out->builder[id.len] = '\0';
    if (check_parameters(checking, sl_node_get(definition, "externalParameters"), err) < 0)
        return -1;
    return check_subjects(checking, sl_node_get(root, "subject"), err);
}

int sl_provenance_check(struct sl_provenance *out, struct sl_str text, const struct sl_manifest *manifest,
                        const struct sl_public_key *keys, size_t key_count, struct sl_err *err)
{
    *out = (struct sl_provenance){.signatures = 0};
    SL_CLEANUP(checking_release)
    struct checking checking = {.out = out, .manifest = manifest, .keys = keys, .key_count = key_count};
    sl_doc_init(&checking.envelope);
    sl_doc_init(&checking.statement);
    sl_buf_init(&checking.body, SL_PROVENANCE_MAX);
    return open_envelope(&checking, text, err) < 0 ? -1 : check_statement(&checking, err);
}
