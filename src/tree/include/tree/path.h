/*
 * Paths inside a tree, as text: nothing here looks at a file.
 */
#ifndef TREE_PATH_H
#define TREE_PATH_H

#include "base/arena.h"
#include <sealift/err.h>
#include <sealift/str.h>
#include <stdbool.h>

/* Whether `path` is what sl_tree_* take: relative, without empty, "." and ".." parts and NUL. "" is. */
bool sl_path_is_plain(struct sl_str path);

/*
 * What `relative`, as somebody wrote it in a file of `directory`, names: joins, then takes out "." and empty
 * parts and resolves "..". "../../releases/v1.0" in "overlays/a" is "releases/v1.0"; "../.." there is "", the
 * root. `directory` is a plain path. The result is in `arena`.
 * SL_E_INPUT: `relative` is empty, absolute, has a NUL, or climbs above the root. SL_E_LIMIT: SL_PATH_MAX,
 * SL_NAME_MAX.
 */
int sl_path_join(struct sl_arena *arena, struct sl_str directory, struct sl_str relative, struct sl_str *out,
                 struct sl_err *err) SL_MUST_USE;

/* "a/b" of "a/b/c", "" of "c" and of "". Borrows from `path`. */
struct sl_str sl_path_directory(struct sl_str path);

/* "c" of "a/b/c", "" of "". Borrows from `path`. */
struct sl_str sl_path_name(struct sl_str path);

#endif
