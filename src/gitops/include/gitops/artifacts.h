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

/* Of these there may be many: nothing is in one that follows from something else. */
struct sl_artifact {
    struct sl_str path;           /* in the tree */
    const struct sl_chart *chart; /* of a chart; NULL for all else, of which there may be many */
    uint64_t size;
    uint32_t front; /* bytes of the path that are the directory that was asked for, with its slash */
    enum sl_artifact_kind kind : 8;
    bool executable;
};

/* The path, relative to the directory that was asked for. */
static inline struct sl_str sl_artifact_below(const struct sl_artifact *artifact)
{
    return sl_str_slice(artifact->path, artifact->front, artifact->path.len);
}

/* Lives as long as the reading. */
struct sl_artifacts {
    struct sl_artifact *items; /* ascending by bytes of the path, within each directory */
    size_t count;
};

/*
 * Fills `out` with every file at and below `path`, a directory or a file, and notes it as used; nothing
 * where there is nothing. What only git reads (.gitkeep, .gitignore, .gitattributes) is left out. With
 * `open_charts` every .tgz is looked into. Findings: artifacts/lfs-pointer (error)   a file is only Git LFS's
 * note about itself artifacts/unreadable (error; a warning beyond a limit)  a .tgz that cannot be read, or holds a
 * broken chart; it is an ordinary file then SL_E_LIMIT beyond SL_TREE_FILES_MAX files or SL_TREE_DEPTH_MAX levels.
 */
int sl_artifacts_find(struct sl_artifacts *out, struct sl_reading *reading, struct sl_str path,
                      bool open_charts, struct sl_err *err) SL_MUST_USE;

#endif
