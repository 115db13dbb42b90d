/*
 * Large blobs out of packs. The content is random bytes, so that git keeps it as it is. Differences: test_git_delta.c.
 */
#include "git_pack.h"
#include "repository.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SIZE = 2 << 20 };

static struct temp_dir temp;

static void set_up(void)
{
    repository_make_temp(&temp);
    repository_init(&temp);
    repository_run(&temp,
                   "head -c 2097152 /dev/urandom > large; echo small > small; git add .; git commit -q -m 1\n"
                   "git gc -q; git rev-parse HEAD:large > id");
}

static void tear_down(void)
{
    temp_dir_remove(&temp);
}

TestSuite(git_pack, .init = set_up, .fini = tear_down);

/* sl_pack_stream() of the large blob. */
static int stream(uint64_t size, struct sl_source **out)
{
    char objects[PATH_MAX];
    struct sl_err err = {0};
    struct sl_blob_id id = repository_read_id(&temp, "id");
    int result =
        sl_pack_stream(out, temp_dir_join(&temp, ".git/objects", objects), &id, size, SL_STR("large"), &err);
    cr_assert_geq(result, 0, "%s", err.message);
    return result;
}

/* Scripts that leave the large blob whole in a pack, in forms that are read. */
static const char *const whole[] = {
    "true",
    "touch many; for i in $(seq 300); do echo $i > many; git add many; done; git commit -q -m 2; git gc -q",
    "echo 2 > other; git add .; git commit -q -m 2; git repack -q -d; ls .git/objects/pack | grep -c idx | grep -qx 2",
    "cd .git/objects/pack; chmod u+w *; rm -f *.idx *.rev; for p in *.pack; do git index-pack --index-version=2,16 $p >/dev/null; done",
    "git multi-pack-index write",
    "git repack -q -a -d --write-bitmap-index",
};

Test(git_pack, a_blob_that_is_whole_in_a_pack_is_streamed)
{
    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++) {
        repository_run(&temp, whole[i]);
        struct sl_source *source = NULL;
        cr_assert_eq(stream(SIZE, &source), 1, "after %s", whole[i]);
        repository_expect_content(&temp, "large", source);
    }
}

/* Scripts after which it is not for us. */
static const char *const others[] = {
    "cd .git/objects/pack; chmod u+w *; git index-pack --index-version=1 *.pack >/dev/null",
    "cd .git/objects/pack; chmod u+w *; mv *.pack p; git unpack-objects -q < p; rm -f pack* p",
};

Test(git_pack, what_is_not_whole_in_a_pack_with_a_known_index_is_left_to_libgit2_which_has_it)
{
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct sl_err err = {0};
        struct sl_source *source = NULL;
        repository_run(&temp, "rm -rf copy; cp -a .git copy");
        repository_run(&temp, others[i]);
        cr_expect_eq(stream(SIZE, &source), 0, "after %s", others[i]);
        struct sl_tree *tree = repository_open_git(&temp, "", "HEAD");
        cr_assert_eq(sl_tree_source(tree, SL_STR("large"), &source, &err), 0, "%s: %s", others[i],
                     err.message);
        repository_expect_content(&temp, "large", source);
        sl_tree_free(tree);
        repository_run(&temp, "rm -rf .git; mv copy .git");
    }
}

Test(git_pack, another_size_or_id_is_not_found)
{
    struct sl_source *source = NULL;
    struct sl_err err = {0};
    char objects[PATH_MAX];
    struct sl_blob_id id = repository_read_id(&temp, "id");
    cr_expect_eq(stream(SIZE - 1, &source), 0);
    temp_dir_join(&temp, ".git/objects", objects);
    for (size_t i = 0; i < SL_SHA1_BYTES; i += 19) {
        for (int bit = 0; bit < 8; bit++) {
            id.bytes[i] ^= (unsigned char)(1 << bit);
            cr_expect_eq(sl_pack_stream(&source, objects, &id, SIZE, SL_STR("large"), &err), 0);
            id.bytes[i] ^= (unsigned char)(1 << bit);
        }
    }
    cr_expect_eq(sl_pack_stream(&source, "/nonexistent", &id, SIZE, SL_STR("large"), &err), 0);
}

/* Damage in the middle of the content, of the pack or of the loose object: the checksums at the ends of the files
 * do not show it, reading does. */
static const struct {
    const char *script;
    const char *message;
} damages[] = {
    {"cd .git/objects/pack; chmod u+w *; for p in *.pack; do printf abcdefgh | dd of=$p bs=1 seek=1000000 "
     "conv=notrunc 2>/dev/null; done",
     "large: its object in git is damaged"},
    {"cp large other; printf abcdefgh | dd of=other bs=1 seek=1000000 conv=notrunc 2>/dev/null\n"
     "new=$(git hash-object -w other); old=$(cat id); cd .git/objects; mkdir -p ${old%${old#??}}\n"
     "cp -f ${new%${new#??}}/${new#??} ${old%${old#??}}/${old#??}; rm -rf pack/*.keep",
     "large: its object in git is damaged, its content has another id"},
};

Test(git_pack, damage_in_the_content_is_found_and_named)
{
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        struct sl_err err = {0};
        struct sl_source *source = NULL;
        size_t len;
        repository_run(&temp, "rm -rf copy; cp -a .git copy");
        repository_run(&temp, damages[i].script);
        struct sl_tree *tree = repository_open_git(&temp, "", "HEAD");
        cr_assert_eq(sl_tree_source(tree, SL_STR("large"), &source, &err), 0, "%s", err.message);
        cr_expect_null(repository_drain(source, &len, &err));
        cr_expect_eq(err.code, SL_E_INPUT);
        cr_expect_str_eq(err.message, damages[i].message);
        sl_tree_free(tree);
        repository_run(&temp, "rm -rf .git; mv copy .git; rm -f other");
    }
}

/* The one pack or index, after `script` has been run in its directory. */
static int open_one(const char *suffix)
{
    char path[PATH_MAX];
    char script[200];
    (void)snprintf(script, sizeof script, "cp -f .git/objects/pack/pack-*.%s one.%s; chmod u+w one.%s",
                   suffix, suffix, suffix);
    repository_run(&temp, script);
    (void)snprintf(script, sizeof script, "one.%s", suffix);
    int fd = open(temp_dir_join(&temp, script, path), O_RDWR | O_CLOEXEC);
    cr_assert_geq(fd, 0);
    return fd;
}

static int find(int index_fd, int pack_fd, struct sl_pack_blob *blob)
{
    struct sl_err err = {0};
    struct sl_pack_index index;
    uint64_t offset;
    struct sl_blob_id id = repository_read_id(&temp, "id");
    int found = sl_pack_index_open(&index, index_fd, &err);
    if (found > 0)
        found = sl_pack_index_find(&index, &id, &offset, &err);
    if (found > 0)
        found = sl_pack_blob_find(blob, pack_fd, index.checksum, offset, &err);
    cr_assert_geq(found, 0, "%s", err.message);
    return found;
}

Test(git_pack, an_index_or_pack_that_ends_early_is_passed_over)
{
    int index = open_one("idx");
    int pack = open_one("pack");
    struct sl_pack_blob blob;
    cr_assert_eq(find(index, pack, &blob), 1);
    cr_expect_eq(blob.size, SIZE);
    off_t end = lseek(index, 0, SEEK_END);
    for (off_t len = end - 1; len >= 0; len--) {
        cr_assert_eq(ftruncate(index, len), 0);
        cr_assert_eq(find(index, pack, &blob), 0, "index of %ld bytes", (long)len);
    }
    (void)close(index);
    index = open_one("idx");
    for (off_t len = lseek(pack, 0, SEEK_END) - 1; len >= 0; len /= 3) {
        cr_assert_eq(ftruncate(pack, len), 0);
        cr_assert_eq(find(index, pack, &blob), 0, "pack of %ld bytes", (long)len);
        if (len == 0)
            break;
    }
    (void)close(index);
    (void)close(pack);
}

Test(git_pack, no_byte_of_an_index_leads_out_of_the_pack)
{
    int index = open_one("idx");
    int pack = open_one("pack");
    uint64_t pack_size = (uint64_t)lseek(pack, 0, SEEK_END);
    off_t end = lseek(index, 0, SEEK_END);
    for (off_t at = 0; at < end; at++) {
        for (int bit = 0; bit < 8; bit++) {
            struct sl_pack_blob blob;
            unsigned char byte;
            cr_assert_eq(pread(index, &byte, 1, at), 1);
            byte ^= (unsigned char)(1 << bit);
            cr_assert_eq(pwrite(index, &byte, 1, at), 1);
            if (find(index, pack, &blob) > 0)
                cr_assert(blob.begin < blob.end && blob.end == pack_size - SL_SHA1_BYTES);
            byte ^= (unsigned char)(1 << bit);
            cr_assert_eq(pwrite(index, &byte, 1, at), 1);
        }
    }
    (void)close(index);
    (void)close(pack);
}
