#include "sign_kit.h"

#include "base/limits.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <sealift/file.h>
#include <stdio.h>
#include <unistd.h>

#define NAME "customer-a-v1.0-17.tar.gz"

void sign_kit_make(struct sign_kit *kit)
{
    static const unsigned second[] = {2};
    temp_dir_make(&kit->temp);
    delivery_make(&kit->bytes, &(struct delivery_options){.signers = second, .signer_count = 1});
    (void)temp_dir_join(&kit->temp, NAME, kit->bundle);
    for (unsigned i = 0; i < 4; i++) {
        delivery_key(i + 1, &kit->secrets[i], NULL);
        sl_signing_key_of(&kit->keys[i], &kit->secrets[i]);
    }
    sign_kit_reset(kit);
}

void sign_kit_remove(struct sign_kit *kit)
{
    sl_buf_release(&kit->bytes);
    temp_dir_remove(&kit->temp);
}

static void load(struct sl_buf *out, const char *path)
{
    struct sl_err err = {0};
    sl_buf_init(out, 64 * SL_MIB);
    cr_assert_eq(sl_file_read(out, path, 64 * SL_MIB, &err), 0, "%s", err.message);
}

void sign_kit_container(const struct sign_kit *kit, struct sl_buf *out, const char *name)
{
    char path[PATH_MAX];
    struct sl_buf file;
    load(&file, temp_dir_join(&kit->temp, name, path));
    delivery_expand(out, sl_buf_view(&file));
    sl_buf_release(&file);
}

void sign_kit_reset(const struct sign_kit *kit)
{
    DIR *dir = opendir(kit->temp.path);
    cr_assert_not_null(dir);
    for (struct dirent *entry; (entry = readdir(dir));) {
        char path[PATH_MAX];
        if (entry->d_name[0] != '.')
            cr_assert_eq(unlink(temp_dir_join(&kit->temp, entry->d_name, path)), 0);
    }
    (void)closedir(dir);
    temp_dir_write(&kit->temp, NAME, kit->bytes.ptr, kit->bytes.len);
}

unsigned sign_kit_entries(const struct sign_kit *kit)
{
    DIR *dir = opendir(kit->temp.path);
    unsigned count = 0;
    cr_assert_not_null(dir);
    for (struct dirent *entry; (entry = readdir(dir));)
        count += entry->d_name[0] != '.';
    (void)closedir(dir);
    return count;
}

bool sign_kit_unchanged(const struct sign_kit *kit)
{
    struct sl_buf now;
    load(&now, kit->bundle);
    bool same = sl_str_equal(sl_buf_view(&now), sl_buf_view(&kit->bytes));
    sl_buf_release(&now);
    return same;
}
