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

void tgz_write(const char *path, const struct tgz_member *members, size_t count)
{
    struct archive *archive = archive_write_new();
    require(archive_write_add_filter_gzip(archive), archive);
    require(archive_write_set_format_pax_restricted(archive), archive);
    require(archive_write_open_filename(archive, path), archive);
    for (size_t i = 0; i < count; i++) {
        struct archive_entry *entry = archive_entry_new();
        size_t size = members[i].text ? strlen(members[i].text) : 0;
        archive_entry_set_pathname(entry, members[i].path);
        archive_entry_set_filetype(entry, members[i].text ? AE_IFREG : AE_IFDIR);
        archive_entry_set_perm(entry, 0755);
        archive_entry_set_size(entry, (la_int64_t)size);
        require(archive_write_header(archive, entry), archive);
        if (size > 0 && archive_write_data(archive, members[i].text, size) != (la_ssize_t)size)
            require(ARCHIVE_FATAL, archive);
        archive_entry_free(entry);
    }
    require(archive_write_close(archive), archive);
    require(archive_write_free(archive), archive);
}
