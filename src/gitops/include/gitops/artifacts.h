/*
 * What a release carries beside manifests: the files of a directory of the tree, told apart by what they are.
 */
#ifndef GITOPS_ARTIFACTS_H
#define GITOPS_ARTIFACTS_H

#include "gitops/reading.h"
#include "values/chart.h"

enum sl_artifact_kind {
    SL_ARTIFACT_FILE,
    SL_ARTIFACT_CHART, /* a .tgz that holds a Helm chart */
};

struct sl_artifact {
    struct sl_str path;  /* in the tree */
    struct sl_str below; /* the same, relative to the directory that was asked for */
    enum sl_artifact_kind kind;
    const struct sl_chart *chart; /* of a chart; NULL for all else, of which there may be many */
    uint64_t size;
    bool executable;
};

/* Lives as long as the reading. */
struct sl_artifacts {
    struct sl_artifact *items; /* ascending by bytes of the path, within each directory */
    size_t count;
    size_t capacity;
};

/*
 * Appends every file at and below `path`, a directory or a file, to `out`, and notes it as used; nothing
 * where there is nothing. What only git reads (.gitkeep, .gitignore, .gitattributes) is left out. With
 * `open_charts` every .tgz is looked into. Findings: artifacts/lfs-pointer (error)   a file is only Git LFS's
 * note about itself artifacts/unreadable (error; a warning beyond a limit)  a .tgz that cannot be read, or holds a
 * broken chart; it is an ordinary file then SL_E_LIMIT beyond SL_TREE_FILES_MAX files or SL_TREE_DEPTH_MAX levels.
 */
int sl_artifacts_find(struct sl_artifacts *out, struct sl_reading *reading, struct sl_str path,
                      bool open_charts, struct sl_err *err) SL_MUST_USE;

#endif
