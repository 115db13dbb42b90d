#include "pack_kit.h"

#include <criterion/criterion.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

struct sl_release_query pack_kit_query(const char *path)
{
    return (struct sl_release_query){
        .now = INT64_C(1795219200), /* 2026-11-21 */
        .repository = path,
        .release = SL_STR("v1.0"),
        .customer = SL_STR("customer-a"),
        .allow_dirty = true,
        .default_mtime = 315532800,
    };
}

void pack_kit_render(struct pack_kit *kit, const struct sl_release_query *query)
{
    *kit = (struct pack_kit){0};
    cr_assert_eq(sl_findings_new(&kit->findings, &kit->err), 0);
    kit->result = sl_release_render(&kit->rendering, query, kit->findings, &kit->err);
}

void pack_kit_release(struct pack_kit *kit)
{
    sl_rendering_free(kit->rendering);
    sl_findings_free(kit->findings);
    *kit = (struct pack_kit){0};
}

struct sl_secret_key pack_kit_key(unsigned number)
{
    struct sl_secret_key key;
    unsigned char seed[crypto_sign_SEEDBYTES];
    unsigned char point[crypto_sign_PUBLICKEYBYTES];
    memset(seed, (int)number, sizeof seed);
    memset(key.id, (int)number, sizeof key.id);
    cr_assert_eq(crypto_sign_seed_keypair(point, key.seed_and_point, seed), 0);
    return key;
}

int pack_kit_pack(struct pack_kit *kit, struct sl_pack_result *result, const char *out, unsigned signers)
{
    struct sl_secret_key secrets[16];
    struct sl_signing_key keys[16];
    cr_assert_leq(signers, 16);
    for (unsigned i = 0; i < signers; i++) {
        secrets[i] = pack_kit_key(i + 1);
        sl_signing_key_of(&keys[i], &secrets[i]);
    }
    struct sl_pack_options options = {.keys = keys, .key_count = signers, .out = out};
    kit->err = (struct sl_err){0};
    return sl_release_pack(result, kit->rendering, &options, &kit->err);
}

const char *pack_kit_text(const struct pack_kit *kit, const char *path)
{
    for (size_t i = 0; i < sl_rendering_count(kit->rendering); i++) {
        struct sl_str name, text;
        sl_rendering_at(kit->rendering, i, &name, &text);
        if (sl_str_equal(name, sl_str_from(path)))
            return text.ptr;
    }
    return NULL;
}

const char *pack_kit_paths(const struct pack_kit *kit)
{
    static char all[8192];
    all[0] = '\0';
    for (size_t i = 0; i < sl_rendering_count(kit->rendering); i++) {
        struct sl_str name, text;
        sl_rendering_at(kit->rendering, i, &name, &text);
        size_t used = strlen(all);
        (void)snprintf(all + used, sizeof all - used, "%s" SL_FMT, i ? " " : "", SL_ARG(name));
    }
    return all;
}

const char *pack_kit_findings(const struct pack_kit *kit)
{
    static char all[8192];
    all[0] = '\0';
    for (size_t i = 0; i < sl_findings_count(kit->findings); i++) {
        const struct sl_finding *finding = sl_findings_at(kit->findings, i);
        size_t used = strlen(all);
        /* The repository has no schemas, and a note says so: no test here is about that. */
        if (strcmp(finding->rule, "kube/no-schema") == 0)
            continue;
        (void)snprintf(all + used, sizeof all - used, "%s%s %s:%u:%u", used ? ";" : "", finding->rule,
                       finding->file.ptr, finding->line, finding->column);
    }
    return all;
}

char *pack_kit_read(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    cr_assert_not_null(file, "%s", path);
    cr_assert_eq(fseek(file, 0, SEEK_END), 0);
    long length = ftell(file);
    cr_assert_geq(length, 0);
    rewind(file);
    char *bytes = malloc((size_t)length + 1);
    cr_assert_not_null(bytes);
    *size = fread(bytes, 1, (size_t)length, file);
    bytes[*size] = '\0';
    (void)fclose(file);
    return bytes;
}

void pack_kit_expect_same(const char *path_a, const char *path_b, const char *why)
{
    size_t size_a, size_b;
    char *a = pack_kit_read(path_a, &size_a);
    char *b = pack_kit_read(path_b, &size_b);
    cr_assert(size_a == size_b && memcmp(a, b, size_a) == 0, "%s: %s and %s differ", why, path_a, path_b);
    free(a);
    free(b);
}
