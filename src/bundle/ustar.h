/*
 * A ustar header block as it lies in the file: POSIX.1-1988, section 10.1.1.
 */
#ifndef USTAR_H
#define USTAR_H

#include "bundle/container.h"

struct ustar {
    char name[100];
    char mode[8];
    char uid[8];
    char gid[8];
    char size[12];
    char mtime[12];
    char checksum[8];
    char type;
    char link[100];
    char magic[6];
    char version[2];
    char uname[32];
    char gname[32];
    char device_major[8];
    char device_minor[8];
    char prefix[155];
    char unused[12];
};

_Static_assert(sizeof(struct ustar) == SL_TAR_BLOCK, "a header is one block");

enum { USTAR_FILE = '0', USTAR_PAX = 'x' };

/* The sum that `checksum` must state: of all bytes, with blanks for the field itself. */
unsigned ustar_checksum(const struct ustar *header);

#endif
