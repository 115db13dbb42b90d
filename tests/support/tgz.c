#include "tgz.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void require(int status, struct archive *archive)
{
    if (status >= ARCHIVE_WARN)
        return;
    (void)fprintf(stderr, "tgz_write: %s\n", archive_error_string(archive));
    abort();
}

static void add(struct archive *archive, const char *path, const char *bytes, size_t size)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, path);
    archive_entry_set_filetype(entry, bytes ? AE_IFREG : AE_IFDIR);
    archive_entry_set_perm(entry, 0755);
    archive_entry_set_size(entry, (la_int64_t)size);
    require(archive_write_header(archive, entry), archive);
    if (size > 0 && archive_write_data(archive, bytes, size) != (la_ssize_t)size)
        require(ARCHIVE_FATAL, archive);
    archive_entry_free(entry);
}

static struct archive *begin(const char *path, const struct tgz_member *members, size_t count)
{
    struct archive *archive = archive_write_new();
    require(archive_write_add_filter_gzip(archive), archive);
    require(archive_write_set_format_pax_restricted(archive), archive);
    require(archive_write_open_filename(archive, path), archive);
    for (size_t i = 0; i < count; i++)
        add(archive, members[i].path, members[i].text, members[i].text ? strlen(members[i].text) : 0);
    return archive;
}

static void end(struct archive *archive)
{
    require(archive_write_close(archive), archive);
    require(archive_write_free(archive), archive);
}

void tgz_write(const char *path, const struct tgz_member *members, size_t count)
{
    end(begin(path, members, count));
}

void tgz_write_with(const char *path, const struct tgz_member *members, size_t count, const char *name,
                    const char *source)
{
    enum { SIZE_MAX_OF_FILE = 1 << 20 };
    struct archive *archive = begin(path, members, count);
    char *bytes = malloc(SIZE_MAX_OF_FILE);
    FILE *file = fopen(source, "rb");
    if (!bytes || !file)
        abort();
    add(archive, name, bytes, fread(bytes, 1, SIZE_MAX_OF_FILE, file));
    (void)fclose(file);
    free(bytes);
    end(archive);
}
