/*
 * Every single field of the manifest and of trust.json, changed, left out, and one put in: with the signatures that were
 * there, with those of strangers, and with those of the right keys.
 */
#include <criterion/criterion.h>

#include "trust_kit.h"

#include "base/limits.h"
#include "bundle/container.h"
#include "delivery.h"
#include "doc/json.h"

#include <sealift/verify.h>
#include <stdio.h>
#include <stdlib.h>

/* -- changing -- */

/* Changes one thing after another and puts it back; for each the text as it is then. */
struct changes {
    struct sl_doc doc;
    struct sl_node *root;
    struct sl_buf text;
    char path[128];
    const char *how;
    size_t count;
    void (*look)(struct changes *changes);
    void *context;
};

static void look(struct changes *changes, const char *how)
{
    struct sl_err err = {0};
    sl_buf_reset(&changes->text);
    cr_assert_eq(sl_json_write_canonical(&changes->text, changes->root, &err), 0, "%s", err.message);
    changes->how = how;
    changes->count++;
    changes->look(changes);
}

/* Another text of the same length and of the same kind of characters. */
static struct sl_str other_text(char room[512], struct sl_str text)
{
    if (text.len == 0)
        return SL_STR("x");
    cr_assert_lt(text.len, 512);
    memcpy(room, text.ptr, text.len);
    char *last = &room[text.len - 1];
    *last = *last == '0' || *last == 'a' || *last == 'A' ? (char)(*last + 1) : *last - 1;
    return (struct sl_str){room, text.len};
}

static void change_scalar(struct changes *changes, struct sl_node *node)
{
    char room[512];
    const struct sl_node old = *node;
    if (node->kind == SL_STRING)
        node->as.text = other_text(room, node->as.text);
    else if (node->kind == SL_BOOL)
        node->as.boolean = !node->as.boolean;
    else
        node->as.integer++;
    look(changes, "changed");
    *node = old;
}

static void change(struct changes *changes, struct sl_node *node);

static void step_into(struct changes *changes, struct sl_node *node, struct sl_str name)
{
    size_t len = strlen(changes->path);
    (void)snprintf(changes->path + len, sizeof changes->path - len, "%s" SL_FMT, len ? "." : "",
                   SL_ARG(name));
    change(changes, node);
    changes->path[len] = '\0';
}

/* Keys that are digests are called "*". */
static struct sl_str name_of(struct sl_str key)
{
    return key.len == 64 ? SL_STR("*") : key;
}

static void change_map(struct changes *changes, struct sl_node *map)
{
    struct sl_entry *entries = map->as.entries;
    const uint32_t count = map->count;
    struct sl_entry *shorter = calloc(count + 1, sizeof *shorter);
    struct sl_node one = {.kind = SL_INT, .as.integer = 1};
    cr_assert_not_null(shorter);
    for (uint32_t i = 0; i < count; i++) {
        memcpy(shorter, entries, i * sizeof *entries);
        memcpy(shorter + i, entries + i + 1, (count - i - 1) * sizeof *entries);
        map->as.entries = shorter;
        map->count = count - 1;
        size_t len = strlen(changes->path);
        (void)snprintf(changes->path + len, sizeof changes->path - len, "%s" SL_FMT, len ? "." : "",
                       SL_ARG(name_of(entries[i].key)));
        look(changes, "left out");
        changes->path[len] = '\0';
        map->as.entries = entries;
        map->count = count;
        step_into(changes, entries[i].value, name_of(entries[i].key));
    }
    memcpy(shorter, entries, count * sizeof *entries);
    shorter[count] = (struct sl_entry){.key = SL_STR("zzz"), .value = &one};
    map->as.entries = shorter;
    map->count = count + 1;
    look(changes, "one more");
    map->as.entries = entries;
    map->count = count;
    free(shorter);
}

static void change_list(struct changes *changes, struct sl_node *list)
{
    struct sl_node **items = list->as.items;
    const uint32_t count = list->count;
    struct sl_node **other = calloc(count + 1, sizeof(struct sl_node *));
    struct sl_node text = {.kind = SL_STRING, .as.text = SL_STR("x")};
    cr_assert_not_null(other);
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t k = 0; k + 1 < count; k++)
            other[k] = items[k < i ? k : k + 1];
        list->as.items = other;
        list->count = count - 1;
        look(changes, "shorter");
        list->as.items = items;
        list->count = count;
        step_into(changes, items[i], SL_STR("[]"));
    }
    for (uint32_t k = 0; k < count; k++)
        other[k] = items[k];
    other[count] = count ? items[0] : &text;
    list->as.items = other;
    list->count = count + 1;
    look(changes, "longer");
    list->as.items = items;
    list->count = count;
    free(other);
}

static void change(struct changes *changes, struct sl_node *node)
{
    if (node->kind == SL_MAP)
        change_map(changes, node);
    else if (node->kind == SL_LIST)
        change_list(changes, node);
    else
        change_scalar(changes, node);
}

static void change_everything(struct changes *changes, struct sl_str json)
{
    struct sl_err err = {0};
    sl_doc_init(&changes->doc);
    sl_buf_init(&changes->text, SL_MIB);
    cr_assert_eq(sl_json_read_canonical(&changes->root, &changes->doc, json, SL_STR("the document"), &err), 0,
                 "%s", err.message);
    change(changes, changes->root);
    sl_buf_release(&changes->text);
    sl_doc_release(&changes->doc);
}

/* Changes that make another good document of it, which says something else: those are for who signs. */
struct allowed {
    const char *how, *path;
    unsigned seen;
};

static struct allowed *find_allowed(struct allowed *list, const struct changes *changes)
{
    for (; list->how; list++)
        if (strcmp(list->how, changes->how) == 0 && strcmp(list->path, changes->path) == 0)
            return list;
    return NULL;
}

static void expect_all_seen(const struct allowed *list)
{
    for (; list->how; list++)
        cr_expect_gt(list->seen, 0, "%s %s is refused, too", list->path, list->how);
}

static int verify(const struct sl_buf *bundle, const struct sl_policy *policy, struct sl_err *err)
{
    struct sl_claim *claim = NULL;
    struct sl_verified *verified = NULL;
    int result = sl_claim_open(&claim, delivery_open(bundle), "b", policy, err);
    if (result == 0)
        result = sl_claim_prove(&verified, claim, NULL, NULL, err);
    sl_claim_free(claim);
    sl_verified_free(verified);
    return result;
}

static void expect_refused(const struct sl_buf *bundle, const struct sl_policy *policy,
                           const struct changes *changes, const char *signers)
{
    struct sl_err err = {0};
    cr_expect_eq(verify(bundle, policy, &err), -1, "%s %s, %s: accepted", changes->path, changes->how,
                 signers);
    cr_expect_eq(err.code, SL_E_REFUSED, "%s %s, %s: %s", changes->path, changes->how, signers, err.message);
}

/* -- the manifest -- */

struct manifest_corpus {
    struct sl_buf container; /* of the good bundle, signed by key 1 */
    struct sl_str signature;
    size_t payload; /* where SHA256SUMS begins */
    struct sl_policy policy;
    struct allowed *allowed;
};

/* The content of the member that begins at `at`; where the next one begins. */
static size_t member_at(struct sl_str *content, const struct sl_buf *tar, size_t at)
{
    size_t size = strtoul(tar->ptr + at + 124, NULL, 8);
    *content = sl_str_slice(sl_buf_view(tar), at + SL_TAR_BLOCK, at + SL_TAR_BLOCK + size);
    return at + SL_TAR_BLOCK + size + sl_tar_padding(size);
}

static void put_member(struct sl_buf *tar, const char *path, struct sl_str content)
{
    static const char zeros[SL_TAR_BLOCK];
    struct sl_err err = {0};
    struct sl_tar_member member = {.top = SL_STR("customer-a-v1.0-17"),
                                   .path = sl_str_from(path),
                                   .size = content.len,
                                   .mtime = 1763716734};
    cr_assert_eq(sl_tar_header_write(tar, &member, &err), 0);
    sl_buf_str(tar, content);
    sl_buf_append(tar, zeros, sl_tar_padding(content.len));
}

/* The bundle with this manifest, its signature by key `signer`, or the one that it had (0). */
static void make_bundle(struct sl_buf *out, const struct manifest_corpus *corpus, struct sl_str manifest,
                        unsigned signer)
{
    struct delivery_signatures signatures = {0};
    struct sl_buf tar;
    char name[64] = "manifest.json.0101010101010101.minisig";
    struct sl_str signature = corpus->signature;
    if (signer) {
        delivery_sign(&signatures, signer, manifest);
        signature = sl_buf_view(&signatures.items[0].text);
        (void)snprintf(name, sizeof name, "manifest.json.%s.minisig", signatures.items[0].key_id);
    }
    sl_buf_init(&tar, SL_MIB);
    put_member(&tar, "manifest.json", manifest);
    put_member(&tar, name, signature);
    sl_buf_str(&tar, sl_str_slice(sl_buf_view(&corpus->container), corpus->payload, corpus->container.len));
    delivery_compress(out, sl_buf_view(&tar));
    sl_buf_release(&tar);
    if (signer)
        sl_buf_release(&signatures.items[0].text);
}

static void try_manifest(struct changes *changes)
{
    const struct manifest_corpus *corpus = changes->context;
    static const struct {
        unsigned signer;
        const char *what;
    } ways[] = {{0, "with the old signature"}, {99, "signed by a stranger"}};
    struct sl_buf bundle;
    for (size_t i = 0; i < 2; i++) {
        make_bundle(&bundle, corpus, sl_buf_view(&changes->text), ways[i].signer);
        expect_refused(&bundle, &corpus->policy, changes, ways[i].what);
        sl_buf_release(&bundle);
    }
    make_bundle(&bundle, corpus, sl_buf_view(&changes->text), 1);
    struct allowed *allowed = find_allowed(corpus->allowed, changes);
    struct sl_err err = {0};
    if (!allowed)
        expect_refused(&bundle, &corpus->policy, changes, "signed by the right key");
    else if (verify(&bundle, &corpus->policy, &err) == 0)
        allowed->seen++;
    sl_buf_release(&bundle);
}

static void set_facts(void *context, struct sl_manifest *facts)
{
    static struct sl_str upgrades[] = {SL_STR_INIT("v0.8"), SL_STR_INIT("v0.9")};
    static struct sl_manifest_stop stops[] = {{SL_STR_INIT("v0.8"), 8}};
    (void)context;
    facts->helm_compat = SL_STR("3");
    facts->upgrade_from = upgrades;
    facts->upgrade_from_count = 2;
    facts->stops = stops;
    facts->stop_count = 1;
    facts->epoch = 1;
    facts->floor = 5;
    facts->expires = 4000000000;
    memset(facts->requires_receipt, 0x77, sizeof facts->requires_receipt);
}

Test(corpus, every_single_field_of_the_manifest)
{
    /* What nothing in the bundle speaks against, and members of later versions (docs/formats/bundle.md, section 5). */
    static struct allowed allowed[] = {
        {"changed", "environment", 0},
        {"changed", "epoch", 0},
        {"changed", "expires", 0},
        {"changed", "floor", 0},
        {"changed", "helm_compat", 0},
        {"left out", "helm_compat", 0},
        {"changed", "requires.receipt", 0},
        {"changed", "requires.stops.[].release", 0},
        {"changed", "requires.stops.[].sequence", 0},
        {"changed", "requires.upgrade_from.[]", 0},
        {"shorter", "requires.upgrade_from", 0},
        {"changed", "source.commit", 0},
        {"changed", "source.dirty", 0},
        {"changed", "tool.name", 0},
        {"changed", "tool.version", 0},
        {"one more", "", 0},
        {"one more", "requires", 0},
        {"one more", "source", 0},
        {"one more", "tool", 0},
        {NULL, NULL, 0},
    };
    struct sl_buf bundle;
    struct sl_public_key key;
    struct sl_str manifest;
    struct sl_err err = {0};
    delivery_make(&bundle, &(struct delivery_options){.alter_facts = set_facts});
    delivery_key(1, NULL, &key);
    struct manifest_corpus corpus = {
        .policy = {.keys = &key, .key_count = 1, .customer = SL_STR("customer-a")}, .allowed = allowed};
    delivery_expand(&corpus.container, sl_buf_view(&bundle));
    size_t second = member_at(&manifest, &corpus.container, 0);
    corpus.payload = member_at(&corpus.signature, &corpus.container, second);
    cr_assert_eq(verify(&bundle, &corpus.policy, &err), 0, "%s", err.message);
    struct changes changes = {.look = try_manifest, .context = &corpus};
    change_everything(&changes, manifest);
    cr_expect_gt(changes.count, 80, "%zu changes", changes.count);
    expect_all_seen(allowed);
    sl_buf_release(&corpus.container);
    sl_buf_release(&bundle);
}

/* -- trust.json -- */

struct trust_corpus {
    struct sl_trust *first;
    const struct trust_kit_step *good; /* version 2 */
    struct sl_policy policy;
    struct allowed *allowed;
};

static void epoch_one(void *context, struct sl_manifest *facts)
{
    (void)context;
    facts->epoch = 1;
}

static int try_step(const struct sl_trust_step *step, const struct trust_corpus *corpus, struct sl_err *err)
{
    struct sl_buf bundle;
    delivery_make(&bundle,
                  &(struct delivery_options){.alter_facts = epoch_one, .steps = step, .step_count = 1});
    int result = verify(&bundle, &corpus->policy, err);
    sl_buf_release(&bundle);
    return result;
}

static void try_trust(struct changes *changes)
{
    const struct trust_corpus *corpus = changes->context;
    static const unsigned strangers[] = {98, 99, 0};
    static const unsigned roots[] = {11, 12, 0};
    struct sl_trust_step old = corpus->good->step;
    struct trust_kit_step step;
    struct sl_err err = {0};
    old.json = sl_buf_view(&changes->text);
    cr_expect_eq(try_step(&old, corpus, &err), -1, "%s %s: accepted with the old signatures", changes->path,
                 changes->how);
    cr_expect_eq(err.code, SL_E_REFUSED, "%s %s: %s", changes->path, changes->how, err.message);
    trust_kit_sign_text(&step, 2, sl_buf_view(&changes->text), strangers);
    cr_expect_eq(try_step(&step.step, corpus, &err), -1, "%s %s: accepted from strangers", changes->path,
                 changes->how);
    trust_kit_release(&step);
    trust_kit_sign_text(&step, 2, sl_buf_view(&changes->text), roots);
    struct allowed *allowed = find_allowed(corpus->allowed, changes);
    int result = try_step(&step.step, corpus, &err);
    if (allowed)
        allowed->seen += result == 0;
    else
        cr_expect(result < 0 && err.code == SL_E_REFUSED, "%s %s: %s", changes->path, changes->how,
                  result < 0 ? err.message : "accepted");
    trust_kit_release(&step);
}

Test(corpus, every_single_field_of_trust_json)
{
    static struct allowed allowed[] = {
        {"changed", "expires", 0},
        {"changed", "floor", 0},
        {"changed", "issued", 0},
        {NULL, NULL, 0},
    };
    static const unsigned roots[] = {11, 12, 0};
    struct sl_err err = {0};
    struct sl_trust *first = trust_kit_first();
    trust_kit_add(first, 31, SL_ROLE_SITE);
    first->thresholds[SL_ROLE_SITE] = 1;
    first->floor = 3;
    first->issued = 1700000000;
    unsigned char name[32];
    trust_kit_name(name, 2);
    cr_assert_eq(sl_trust_revoke_key(first, name, &(struct sl_trust_point){first->epoch, 20}, 1, &err), 0,
                 "%s", err.message);
    cr_assert_eq(sl_trust_revoke_bundle(first, name, &err), 0);
    struct sl_trust *second = trust_kit_next(first);
    struct trust_kit_step good;
    second->expires = 4000000000;
    trust_kit_write(&good, second, roots);
    struct trust_corpus corpus = {
        .first = first, .good = &good, .policy = {.trust = first}, .allowed = allowed};
    cr_assert_eq(try_step(&good.step, &corpus, &err), 0, "%s", err.message);
    struct changes changes = {.look = try_trust, .context = &corpus};
    change_everything(&changes, good.step.json);
    cr_expect_gt(changes.count, 80, "%zu changes", changes.count);
    expect_all_seen(allowed);
    trust_kit_release(&good);
    free(first);
    free(second);
}

/* -- two bundles -- */

enum { MIX_MEMBERS = 7 }; /* manifest, signature, SHA256SUMS, four files; and the end */

static void split(struct sl_str members[MIX_MEMBERS + 1], const struct sl_buf *tar)
{
    size_t at = 0;
    for (size_t i = 0; i < MIX_MEMBERS; i++) {
        struct sl_str content;
        size_t next = member_at(&content, tar, at);
        members[i] = sl_str_slice(sl_buf_view(tar), at, next);
        at = next;
    }
    members[MIX_MEMBERS] = sl_str_slice(sl_buf_view(tar), at, tar->len);
}

/* Of one name, both signed by the right key, and no file is the same: none of the 126 mixtures is a bundle. */
Test(corpus, parts_of_two_bundles_in_every_mixture)
{
    static const struct delivery_file others[] = {
        {"docs/empty.txt", "not empty\n", false},
        {"docs/tools/check.sh", "#!/bin/sh\nexit 1\n", true},
        {"manifests/10-namespace.yaml", "kind: Other\n", false},
        {"manifests/20-config.yaml", "kind: Another\n", false},
    };
    const struct delivery_options options[2] = {{0}, {.files = others, .file_count = 4}};
    struct sl_buf tars[2];
    struct sl_str members[2][MIX_MEMBERS + 1];
    struct sl_public_key key;
    delivery_key(1, NULL, &key);
    const struct sl_policy policy = {.keys = &key, .key_count = 1};
    for (size_t i = 0; i < 2; i++) {
        struct sl_buf bundle;
        delivery_make(&bundle, &options[i]);
        delivery_expand(&tars[i], sl_buf_view(&bundle));
        split(members[i], &tars[i]);
        sl_buf_release(&bundle);
    }
    for (unsigned mask = 0; mask < 1U << MIX_MEMBERS; mask++) {
        bool whole = mask == 0 || mask == (1U << MIX_MEMBERS) - 1;
        struct sl_buf tar;
        struct sl_buf bundle;
        struct sl_err err = {0};
        sl_buf_init(&tar, SL_MIB);
        for (unsigned i = 0; i < MIX_MEMBERS; i++)
            sl_buf_str(&tar, members[mask >> i & 1][i]);
        sl_buf_str(&tar, members[0][MIX_MEMBERS]);
        delivery_compress(&bundle, sl_buf_view(&tar));
        cr_expect_eq(verify(&bundle, &policy, &err), whole ? 0 : -1, "mixture %#x: %s", mask, err.message);
        cr_expect(whole || err.code == SL_E_REFUSED, "mixture %#x: %s", mask, err.message);
        sl_buf_release(&bundle);
        sl_buf_release(&tar);
    }
    sl_buf_release(&tars[0]);
    sl_buf_release(&tars[1]);
}
