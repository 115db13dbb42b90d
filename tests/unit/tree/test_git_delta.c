/*
 * Differences: what the instructions make, what they may not ask for, and blobs that git keeps so.
 */
#include "base/cleanup.h"
#include "git_delta.h"
#include "repository.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* -- instructions -- */

#define BASE "0123456789abcdef"

#define BYTES(literal)                                                                                       \
    {                                                                                                        \
        literal, sizeof(literal) - 1                                                                         \
    }

static const struct {
    const char *what;
    struct sl_str instructions;
    const char *content; /* NULL: damaged */
} cases[] = {
    {"copy", BYTES("\x10\x04\x91\x04\x04"), "4567"},
    {"copy from the beginning", BYTES("\x10\x03\x90\x03"), "012"},
    {"copy to the end", BYTES("\x10\x02\x91\x0e\x02"), "ef"},
    {"insert", BYTES("\x10\x05\x05hello"), "hello"},
    {"both, twice", BYTES("\x10\x0a\x91\x01\x02\x02xy\x91\x0a\x04\x02zz"), "12xyabcdzz"},
    {"sizes with more bytes than they need", BYTES("\x90\x00\x83\x00\x90\x03"), "012"},
    {"nothing", BYTES("\x10\x00"), ""},
    {"no instructions at all", BYTES(""), NULL},
    {"half a head", BYTES("\x10"), NULL},
    {"a size without end", BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), NULL},
    {"another base", BYTES("\x11\x04\x91\x04\x04"), NULL},
    {"less than it says", BYTES("\x10\x05\x91\x04\x04"), NULL},
    {"more than it says", BYTES("\x10\x03\x91\x04\x04"), NULL},
    {"something behind the end", BYTES("\x10\x04\x91\x04\x04\x01x"), NULL},
    {"the reserved instruction", BYTES("\x10\x04\x00\x91\x04\x04"), NULL},
    {"a copy beyond the base", BYTES("\x10\x04\x91\x0d\x04"), NULL},
    {"a copy from beyond the base", BYTES("\x10\x04\x91\x11\x04"), NULL},
    {"a copy from the end of all numbers", BYTES("\x10\x04\x9f\xff\xff\xff\xff\x04"), NULL},
    {"a copy of the size that 0 means", BYTES("\x10\x04\x80"), NULL},
    {"an insert that is cut off", BYTES("\x10\x05\x05hell"), NULL},
    {"a copy that is cut off", BYTES("\x10\x04\x91\x04"), NULL},
};

static int apply(char *out, size_t room, size_t step, struct sl_str instructions, struct sl_err *err)
{
    struct sl_source *below = NULL;
    SL_CLEANUP(sl_source_freep) struct sl_source *source = NULL;
    uint64_t size;
    int base = memfd_create("base", MFD_CLOEXEC);
    cr_assert(base >= 0 && write(base, BASE, sizeof BASE - 1) == sizeof BASE - 1);
    cr_assert_eq(sl_source_memory(&below, instructions, err), 0);
    if (sl_delta_source(&source, &size, below, (struct sl_delta_base){base, sizeof BASE - 1}, "image.tar",
                        err) < 0)
        return -1;
    size_t len = 0;
    ssize_t got;
    while ((got = sl_source_read(source, out + len, step, err)) > 0) {
        len += (size_t)got;
        cr_assert(len <= size && len + step < room);
    }
    out[len] = '\0';
    cr_assert(got < 0 || len == size);
    return (int)got;
}

Test(git_delta, instructions_make_content_or_are_damaged)
{
    static const size_t steps[] = {1, 3, 100};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (size_t step = 0; step < 3; step++) {
            char out[400];
            struct sl_err err = {0};
            int result = apply(out, sizeof out, steps[step], cases[i].instructions, &err);
            cr_expect_eq(result, cases[i].content ? 0 : -1, "%s: %s", cases[i].what, err.message);
            if (result == 0 && cases[i].content)
                cr_expect_str_eq(out, cases[i].content, "%s", cases[i].what);
            if (result < 0) {
                cr_expect_eq(err.code, SL_E_INPUT);
                cr_expect_str_eq(err.message, "image.tar: its object in git is damaged", "%s", cases[i].what);
            }
        }
    }
}

/* -- in repositories -- */

enum { SIZE = 2 << 20 };

static struct temp_dir temp;

/* Two megabytes, and later the same with something changed and added, which git prefers to keep whole; `id` is the first's. */
static void set_up(void)
{
    repository_make_temp(&temp);
    repository_init(&temp);
    repository_run(
        &temp,
        "head -c 2097152 /dev/urandom > large; git add large; git commit -q -m 1; git rev-parse HEAD:large > id\n"
        "cp large kept; for at in 1000 900000 2000000; do\n"
        "head -c 3000 /dev/urandom | dd of=large bs=1 seek=$at conv=notrunc 2>/dev/null; done\n"
        "head -c 100 /dev/urandom >> large; git add large; git commit -q -m 2");
}

static void tear_down(void)
{
    temp_dir_remove(&temp);
}

TestSuite(git_delta_stored, .init = set_up, .fini = tear_down);

/* sl_pack_stream() of the large blob. */
static int stream(struct sl_source **out, struct sl_err *err)
{
    char path[PATH_MAX];
    const struct sl_blob_id id = repository_read_id(&temp, "id");
    return sl_pack_stream(out, temp_dir_join(&temp, ".git/objects", path), &id, SIZE, SL_STR("large"), err);
}

/* Scripts after which large is a difference to something that is whole, and to something that is one itself. */
static const char *const differences[] = {
    "git gc -q; git cat-file --batch-check='%(deltabase)' < id | grep -v '^0*$' > base",
    "for at in 100 400000 800000 1600000; do\n"
    "head -c 60000 /dev/urandom | dd of=large bs=1 seek=$at conv=notrunc 2>/dev/null; done\n"
    "head -c 100 /dev/urandom >> large; git add large; git commit -q -m 3; git repack -q -a -d -f\n"
    "git cat-file --batch-check='%(deltabase)' < id | grep -v '^0*$' > base\n"
    "git cat-file --batch-check='%(deltabase)' < base | grep -v '^0*$'",
};

Test(git_delta_stored, a_blob_that_is_a_difference_is_streamed)
{
    for (size_t i = 0; i < sizeof differences / sizeof differences[0]; i++) {
        struct sl_source *source = NULL;
        struct sl_err err = {0};
        repository_run(&temp, differences[i]);
        cr_assert_eq(stream(&source, &err), 1, "after %s: %s", differences[i], err.message);
        repository_expect_content(&temp, "kept", source);
    }
}

Test(git_delta_stored, one_whose_base_is_given_by_name_is_left_to_libgit2_which_has_it)
{
    struct sl_source *source = NULL;
    struct sl_err err = {0};
    repository_run(&temp, "git config repack.useDeltaBaseOffset false; git repack -q -a -d -f\n"
                          "git cat-file --batch-check='%(deltabase)' < id | grep -v '^0*$'");
    cr_expect_eq(stream(&source, &err), 0);
    struct sl_tree *tree = repository_open_git(&temp, "", "HEAD~1");
    cr_assert_eq(sl_tree_source(tree, SL_STR("large"), &source, &err), 0, "%s", err.message);
    repository_expect_content(&temp, "kept", source);
    sl_tree_free(tree);
}

/* A byte of the base, in the middle of the pack, where its content is. */
Test(git_delta_stored, damage_in_the_base_is_found_and_named)
{
    struct sl_source *source = NULL;
    struct sl_err err = {0};
    repository_run(&temp, differences[0]);
    repository_run(
        &temp, "cd .git/objects/pack; chmod u+w *; printf abcdefgh | dd of=$(echo *.pack) bs=1 seek=1000000 "
               "conv=notrunc 2>/dev/null");
    cr_expect_eq(stream(&source, &err), -1);
    cr_expect_eq(err.code, SL_E_INPUT);
    cr_expect_str_eq(err.message, "large: its object in git is damaged");
}

/* Every byte of what stands before the instructions, and the first of their zlib stream. */
Test(git_delta_stored, no_bit_of_its_head_leads_astray)
{
    char path[PATH_MAX];
    char offset[32] = "";
    repository_run(&temp, differences[0]);
    repository_run(
        &temp,
        "chmod u+w .git/objects/pack/*; cp .git/objects/pack/*.pack whole; ln .git/objects/pack/*.pack pack\n"
        "git show-index < $(echo .git/objects/pack/*.idx) | grep $(cat id) | cut -d' ' -f1 > offset");
    FILE *file = fopen(temp_dir_join(&temp, "offset", path), "r");
    cr_assert(file && fgets(offset, sizeof offset, file));
    (void)fclose(file);
    off_t begin = strtol(offset, NULL, 10);
    int pack = open(temp_dir_join(&temp, "pack", path), O_RDWR | O_CLOEXEC);
    cr_assert_geq(pack, 0);
    for (off_t at = begin; at < begin + 12; at++) {
        for (int bit = 0; bit < 8; bit++) {
            unsigned char byte;
            cr_assert_eq(pread(pack, &byte, 1, at), 1);
            byte ^= (unsigned char)(1 << bit);
            cr_assert_eq(pwrite(pack, &byte, 1, at), 1);
            struct sl_source *source = NULL;
            struct sl_err err = {0};
            size_t len = 0;
            int found = stream(&source, &err);
            char *bytes = found > 0 ? repository_drain(source, &len, &err) : NULL;
            cr_expect(found == 0 || bytes || err.code == SL_E_INPUT, "%s", err.message);
            cr_expect(!bytes || len == SIZE);
            free(bytes);
            byte ^= (unsigned char)(1 << bit);
            cr_assert_eq(pwrite(pack, &byte, 1, at), 1);
        }
    }
    (void)close(pack);
}
