/*
 * A directory of files that appears complete or not at all.
 *
 * Order of calls: folder_begin() with the path the user named; folder_add() for each file; folder_finish().
 * In every case folder_release(), which removes what was not finished. The files are written below
 * NAME.partial, beside the directory, and get their place by one rename. Where something has that name already,
 * NAME.partial-2 and so on is taken: what this call has not made, it neither writes to nor removes. So a kill leaves
 * files that are nobody's to remove but the user's.
 */
#ifndef PACK_FOLDER_H
#define PACK_FOLDER_H

#include "model/report.h"
#include <sealift/err.h>
#include <sealift/str.h>
#include <stdbool.h>

struct folder {
    int parent;           /* -1: not begun */
    int partial;          /* what is being written */
    char name[256];       /* of the directory in its parent */
    struct sl_shown path; /* as the user named it, for messages */
    char unfinished[256]; /* the name it is written under; empty when there is nothing to remove */
};

/* `path` must be missing or an empty directory (SL_E_EXISTS), and its parent must be there. */
int folder_begin(struct folder *folder, const char *path, struct sl_err *err) SL_MUST_USE;

/* `path` is relative to the directory; missing directories are made. Mode 0755 or 0644 whatever the umask. */
int folder_add(struct folder *folder, struct sl_str path, struct sl_str content, bool executable,
               struct sl_err *err) SL_MUST_USE;

int folder_finish(struct folder *folder, struct sl_err *err) SL_MUST_USE;
void folder_release(struct folder *folder);

#endif
