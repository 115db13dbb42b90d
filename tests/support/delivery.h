/*
 * Small signed bundles for tests of verifying and installing, made by the product's own plan, minisign writer
 * and container writer from fixed bytes: the same options give the same bundle.
 *
 *     struct sl_buf bundle;
 *     delivery_make(&bundle, &(struct delivery_options){.sequence = 18, .release = "v1.1"});
 *     int fd = delivery_open(&bundle);
 *     ...
 *     sl_buf_release(&bundle);
 *
 * What is not set in the options is customer-a, v1.0, 17, the files of delivery_files and a signature by
 * key 1. For evil bundles there are two places to alter: the signatures, before they go in, and the whole
 * container, before it is compressed. (sample_bundle.h has a bundle with every kind of member, for tests of
 * the container.)
 *
 * Needs the modules trust and plan. Whatever goes wrong in here ends the test with a line that says so.
 */
#ifndef DELIVERY_H
#define DELIVERY_H

#include <sealift/buf.h>
#include <sealift/key.h>
#include <sealift/manifest.h>
#include <sealift/trust.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct delivery_file {
    const char *path;
    const char *text;
    bool executable;
};

/* Four files in three directories, one executable, one empty. */
extern const struct delivery_file delivery_files[];
extern const size_t delivery_file_count;

/* The key pair number `number`; its id is eight bytes of that number. `secret` or `public_key` may be NULL.
 */
void delivery_key(unsigned number, struct sl_secret_key *secret, struct sl_public_key *public_key);

#define DELIVERY_SIGNATURES_MAX 20

struct delivery_signatures {
    struct {
        char key_id[SL_KEY_ID_HEX + 1]; /* what the member's name says */
        struct sl_buf text;
    } items[DELIVERY_SIGNATURES_MAX];
    size_t count;
};

/* Adds a good signature of `message` by key number `number`. */
void delivery_sign(struct delivery_signatures *signatures, unsigned number, struct sl_str message);

struct delivery_options {
    const char *customer;
    const char *release;
    uint64_t sequence;
    const struct delivery_file *files;
    size_t file_count;
    const unsigned *signers; /* numbers of keys, ascending */
    size_t signer_count;
    bool unsigned_bundle;
    void (*alter_facts)(void *context, struct sl_manifest *facts); /* before the plan is finished */
    const struct sl_trust_step *steps; /* versions of trust.json that it carries */
    size_t step_count;
    void (*alter_signatures)(void *context, struct delivery_signatures *signatures, struct sl_str manifest);
    void (*alter_container)(void *context, struct sl_buf *tar);
    void *context;
};

/* Initialises `out` and fills it. */
void delivery_make(struct sl_buf *out, const struct delivery_options *options);

/* A descriptor at the beginning of the bytes. */
int delivery_open(const struct sl_buf *bundle);

/* For whoever alters: gzip as the product writes it, and back. Both initialise `out`. */
void delivery_compress(struct sl_buf *out, struct sl_str bytes);
void delivery_expand(struct sl_buf *out, struct sl_str bytes);

#endif
