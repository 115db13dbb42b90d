/* What one more file costs a pack: docs/performance.md says how much all of them may. */
#include "alloc_meter.h"
#include "pack_kit.h"
#include "release_repo.h"

#include <criterion/criterion.h>
#include <stdio.h>

/* At most, in bytes; 450 are measured with sanitizers, where each allocation counts as it is, and up to 600 without, where
 * arenas get their memory in pieces that double. */
enum { FILE_MAX = 700, FEW = 1000, MANY = 4000 };

static struct temp_dir temp;
static char repo[PATH_MAX], out[PATH_MAX];

static void set_up(void)
{
    temp_dir_make(&temp);
    release_repo_write(&temp);
    (void)snprintf(repo, sizeof repo, "%s", temp.path);
    (void)temp_dir_join(&temp, "out", out);
}

static void tear_down(void)
{
    temp_dir_remove(&temp);
}

TestSuite(memory, .init = set_up, .fini = tear_down);

/* Of rendering and packing; with a provenance that is signed, or not. */
static size_t peak_of_pack(bool attested)
{
    struct pack_kit kit;
    struct sl_pack_result result;
    struct sl_secret_key secret = pack_kit_key(1), provenance = pack_kit_key(2);
    struct sl_signing_key key;
    struct sl_release_query query = pack_kit_query(repo);
    struct sl_pack_options options = {.keys = &key,
                                      .key_count = 1,
                                      .out = out,
                                      .replace = true,
                                      .provenance_key = attested ? &provenance : NULL};
    sl_signing_key_of(&key, &secret);
    alloc_meter_start();
    pack_kit_render(&kit, &query);
    cr_assert_eq(kit.result, 0, "%s: %s", kit.err.message, pack_kit_findings(&kit));
    cr_assert_eq(sl_release_pack(&result, kit.rendering, &options, &kit.err), 0, "%s", kit.err.message);
    pack_kit_release(&kit);
    return alloc_meter_peak();
}

static void add_files(size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        char path[64];
        (void)snprintf(path, sizeof path, "releases/v1.0/artifacts/small/%02zu/%zu.yaml", i % 50, i);
        temp_dir_write_text(&temp, path, "name: item\n");
    }
}

static void expect_little(size_t few, size_t many, const char *what)
{
    cr_assert_gt(many, few, "%s: nothing was measured", what);
    cr_expect_leq((many - few) / (MANY - FEW), FILE_MAX, "%s: %zu bytes a file", what,
                  (many - few) / (MANY - FEW));
}

Test(memory, of_a_pack_grows_little_with_every_file)
{
    add_files(0, FEW);
    size_t plain = peak_of_pack(false);
    size_t attested = peak_of_pack(true);
    add_files(FEW, MANY);
    expect_little(plain, peak_of_pack(false), "plain");
    expect_little(attested, peak_of_pack(true), "with a signed provenance");
}
