/*
 * What others make of our container: libarchive, GNU tar, Python's tarfile, bsdtar, gzip, sha256sum. Each
 * must see the members that were planned, with the same content, without a word on stderr.
 */
#include <criterion/criterion.h>

#include "base/limits.h"
#include "bundle/container.h"
#include "sample_bundle.h"
#include "temp_dir.h"
#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct temp_dir temp;
static struct sample_bundle sample;

static void make(void)
{
    temp_dir_make(&temp);
    sample_bundle_make(&sample);
    temp_dir_write(&temp, "bundle.tar.gz", sample.file.ptr, sample.file.len);
    temp_dir_write(&temp, "bundle.tar", sample.container.ptr, sample.container.len);
}

static void unmake(void)
{
    sample_bundle_release(&sample);
    temp_dir_remove(&temp);
}

TestSuite(stock_tools, .init = make, .fini = unmake);

/* Runs a shell command in the directory; its output, diagnostics too, in `out`. Returns the exit status. */
static int run(const char *command, struct sl_buf *out)
{
    char whole[8192];
    snprintf(whole, sizeof whole, "cd '%s' && { %s\n} 2>&1", temp.path, command);
    /* The command is the test's own, and the shell is what is wanted. NOLINTNEXTLINE(cert-env33-c) */
    FILE *pipe = popen(whole, "r");
    cr_assert_not_null(pipe);
    char piece[4096];
    size_t got;
    sl_buf_reset(out);
    while ((got = fread(piece, 1, sizeof piece, pipe)) > 0)
        sl_buf_append(out, piece, got);
    sl_buf_byte(out, '\0');
    return pclose(pipe);
}

static bool is_installed(const char *tool)
{
    struct sl_buf out;
    char command[256];
    sl_buf_init(&out, SL_MIB);
    snprintf(command, sizeof command, "command -v %s", tool);
    int status = run(command, &out);
    sl_buf_release(&out);
    if (status != 0)
        printf("skipped: %s is not installed\n", tool);
    return status == 0;
}

/* The names of all members, one on a line. */
static struct sl_buf expected_names(void)
{
    struct sl_buf out;
    const struct sl_manifest *manifest = sl_plan_manifest(sample.plan);
    sl_buf_init(&out, SL_MIB);
    sl_buf_printf(&out, "%s/manifest.json\n", manifest->bundle.ptr);
    for (size_t i = 0; i < SAMPLE_SIGNATURES; i++)
        sl_buf_printf(&out, "%s/manifest.json.%s.minisig\n", manifest->bundle.ptr,
                      sample.signatures[i].key_id);
    for (size_t i = 0; i < manifest->file_count; i++)
        sl_buf_printf(&out, "%s/%s\n", manifest->bundle.ptr, manifest->files[i].path.ptr);
    return out;
}

Test(stock_tools, every_lister_sees_the_same_names_and_says_nothing_else)
{
    static const struct {
        const char *tool, *command;
    } rows[] = {
        {"tar", "LC_ALL=C.UTF-8 tar --quoting-style=literal -tzf bundle.tar.gz"},
        {"tar", "LC_ALL=C tar --quoting-style=literal --show-stored-names -tf bundle.tar"},
        {"bsdtar", "LC_ALL=C.UTF-8 bsdtar -tzf bundle.tar.gz"},
        {"python3", "PYTHONUTF8=1 python3 -c 'import tarfile\n"
                    "for m in tarfile.open(\"bundle.tar.gz\", errorlevel=2): print(m.name)'"},
    };
    struct sl_buf names = expected_names();
    struct sl_buf out;
    sl_buf_init(&out, SL_MIB);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!is_installed(rows[i].tool))
            continue;
        cr_expect_eq(run(rows[i].command, &out), 0, "%s", rows[i].command);
        cr_expect_str_eq(out.ptr, names.ptr, "%s", rows[i].command);
    }
    sl_buf_release(&out);
    sl_buf_release(&names);
}

Test(stock_tools, tar_and_sha256sum_check_a_bundle_alone)
{
    static const char *const commands[] = {
        "gzip -t bundle.tar.gz",
        "umask 022; LC_ALL=C tar xzf bundle.tar.gz && cd customer-a-v1.0-17 && sha256sum -c --strict --quiet "
        "SHA256SUMS",
        "cd customer-a-v1.0-17 && test $(stat -c %a tools/run) = 755 -a $(stat -c %a SHA256SUMS) = 644",
        "cd customer-a-v1.0-17 && test $(stat -c %Y tools/run) = 1700000000",
        /* The commands of docs/formats/bundle.md, section 9. */
        "cd customer-a-v1.0-17 && grep -qF \"\\\"SHA256SUMS\\\",\\\"sha256\\\":\\\"$(sha256sum < SHA256SUMS "
        "| cut -c"
        " 1-64)\\\"\" manifest.json",
        "cd customer-a-v1.0-17 && test \"$(find . -type f ! -name 'manifest.json*' ! -path ./SHA256SUMS | wc "
        "-l)\" ="
        " \"$(wc -l < SHA256SUMS)\"",
        "cd customer-a-v1.0-17 && test -z \"$(find . ! -type f ! -type d)\"",
        "cd customer-a-v1.0-17 && LC_ALL=C find . -type f ! -name 'manifest.json*' ! -name SHA256SUMS"
        " | sed 's,^./,,' | LC_ALL=C sort | LC_ALL=C xargs -d '\\n' sha256sum | cmp - SHA256SUMS",
    };
    struct sl_buf out;
    sl_buf_init(&out, SL_MIB);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        cr_expect_eq(run(commands[i], &out), 0, "%s: %s", commands[i], out.ptr);
        cr_expect_str_eq(out.ptr, "", "%s", commands[i]);
    }
    sl_buf_release(&out);
}

Test(stock_tools, a_second_writer_made_from_the_format_page_gives_the_same_bytes)
{
    struct sl_buf out;
    sl_buf_init(&out, SL_MIB);
    if (is_installed("python3")) {
        cr_expect_eq(run("tar xf bundle.tar && PYTHONUTF8=1 python3 '" SEALIFT_SOURCE_DIR
                         "/tests/conformance/bundle_writer.py' customer-a-v1.0-17 again.tar && cmp "
                         "bundle.tar again.tar",
                         &out),
                     0);
        cr_expect_str_eq(out.ptr, "");
    }
    sl_buf_release(&out);
}

Test(stock_tools, a_member_of_nine_gigabytes_is_seen_as_one)
{
    struct sl_tar_member member = {.top = SL_STR("t"), .path = SL_STR("big"), .size = 9 * SL_GIB};
    struct sl_tar_member after = {.top = SL_STR("t"), .path = SL_STR("small"), .size = 1};
    struct sl_buf header;
    struct sl_err err = {0};
    char path[PATH_MAX];
    sl_buf_init(&header, SL_MIB);
    cr_assert_eq(sl_tar_header_write(&header, &member, &err), 0);
    temp_dir_write(&temp, "big.tar", header.ptr, header.len);
    off_t at = (off_t)(header.len + member.size);
    cr_assert_eq(truncate(temp_dir_join(&temp, "big.tar", path), at), 0);
    sl_buf_reset(&header);
    cr_assert_eq(sl_tar_header_write(&header, &after, &err), 0);
    FILE *file = fopen(path, "ab");
    cr_assert_not_null(file);
    static const char rest[SL_TAR_BLOCK + SL_TAR_END];
    cr_assert_eq(fwrite(header.ptr, 1, header.len, file), header.len);
    cr_assert_eq(fwrite(rest, 1, sizeof rest, file), sizeof rest);
    cr_assert_eq(fclose(file), 0);
    static const struct {
        const char *tool, *command;
    } rows[] = {
        {"tar", "tar --utc --full-time -tvf big.tar | awk '{print $3, $6}'"},
        {"python3", "python3 -c 'import tarfile\n"
                    "for m in tarfile.open(\"big.tar\", errorlevel=2): print(m.size, m.name)'"},
        {"bsdtar", "bsdtar -tvf big.tar | awk '{print $5, $9}'"},
    };
    struct sl_buf out;
    sl_buf_init(&out, SL_MIB);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!is_installed(rows[i].tool))
            continue;
        cr_expect_eq(run(rows[i].command, &out), 0);
        cr_expect_str_eq(out.ptr, "9663676416 t/big\n1 t/small\n", "%s", rows[i].command);
    }
    sl_buf_release(&out);
    sl_buf_release(&header);
}

static struct sl_str read_entry(struct archive *archive, char *room, size_t size)
{
    la_ssize_t got;
    size_t len = 0;
    while ((got = archive_read_data(archive, room + len, size - len)) > 0)
        len += (size_t)got;
    cr_assert_eq(got, 0, "%s", archive_error_string(archive));
    return (struct sl_str){room, len};
}

static void expect_entry(struct archive_entry *entry, struct sl_str path, mode_t mode)
{
    char name[4096];
    snprintf(name, sizeof name, "customer-a-v1.0-17/" SL_FMT, SL_ARG(path));
    cr_expect_str_eq(archive_entry_pathname(entry), name);
    cr_expect_eq(archive_entry_mode(entry), S_IFREG | mode);
    cr_expect_eq(archive_entry_mtime(entry), 1700000000);
    cr_expect_eq(archive_entry_mtime_nsec(entry), 0);
    cr_expect_eq(archive_entry_uid(entry), 0);
    cr_expect_eq(archive_entry_gid(entry), 0);
    cr_expect_null(archive_entry_hardlink(entry));
    cr_expect_null(archive_entry_symlink(entry));
}

Test(stock_tools, libarchive_sees_the_same_members_with_the_same_content)
{
    cr_assert_not_null(setlocale(LC_ALL, "C.UTF-8"));
    struct archive *archive = archive_read_new();
    struct archive_entry *entry;
    static char room[100000];
    cr_assert_eq(archive_read_support_format_tar(archive), ARCHIVE_OK);
    cr_assert_eq(archive_read_support_filter_gzip(archive), ARCHIVE_OK);
    cr_assert_eq(archive_read_open_memory(archive, sample.file.ptr, sample.file.len), ARCHIVE_OK);

    cr_assert_eq(archive_read_next_header(archive, &entry), ARCHIVE_OK);
    expect_entry(entry, SL_STR("manifest.json"), 0644);
    cr_expect(sl_str_equal(read_entry(archive, room, sizeof room), sl_buf_view(&sample.manifest)));
    for (size_t i = 0; i < SAMPLE_SIGNATURES; i++) {
        char name[64];
        snprintf(name, sizeof name, "manifest.json.%s.minisig", sample.signatures[i].key_id);
        cr_assert_eq(archive_read_next_header(archive, &entry), ARCHIVE_OK);
        expect_entry(entry, sl_str_from(name), 0644);
        cr_expect(sl_str_equal(read_entry(archive, room, sizeof room), sample.signatures[i].text));
    }
    for (size_t i = 0; i < sl_plan_count(sample.plan); i++) {
        const struct sl_plan_member member = sl_plan_member(sample.plan, i);
        cr_assert_eq(archive_read_next_header(archive, &entry), ARCHIVE_OK, "%s",
                     archive_error_string(archive));
        expect_entry(entry, member.path, member.executable ? 0755 : 0644);
        cr_expect_eq((uint64_t)archive_entry_size(entry), member.size);
        cr_expect(sl_str_equal(read_entry(archive, room, sizeof room), sample_content_of(&sample, &member)));
    }
    cr_expect_eq(archive_read_next_header(archive, &entry), ARCHIVE_EOF);
    cr_expect_eq(archive_filter_bytes(archive, 0), (la_int64_t)sample.container.len,
                 "nothing behind the end");
    cr_expect_eq(archive_read_free(archive), ARCHIVE_OK);
}
