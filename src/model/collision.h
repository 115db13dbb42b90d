/*
 * Names that would be one name on a file system that ignores case or normalisation.
 */
#ifndef COLLISION_H
#define COLLISION_H

#include <sealift/err.h>
#include <sealift/manifest.h>

/*
 * SL_E_INPUT when two of the paths, or of the directories that they name, become one name there, when a file
 * is also the directory of another, or when there are more than SL_BUNDLE_DIRECTORIES_MAX directories; both
 * names are in the message. The paths have passed sl_member_name_check() and ascend from files[1] on;
 * files[0] has no directory.
 */
int sl_collision_check(const struct sl_manifest_file *files, size_t count, struct sl_err *err) SL_MUST_USE;

#endif
