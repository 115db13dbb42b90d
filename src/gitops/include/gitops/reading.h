/*
 * One reading of a release repository: the files it is read from, the document everything is read into, where
 * findings go, and the list of files that had a part in the result.
 *
 * Order of calls: sl_reading_init(); the functions of this floor; sl_reading_release(), after which
 * everything they gave is gone. The tree and the findings stay the caller's and must live longer.
 */
#ifndef GITOPS_READING_H
#define GITOPS_READING_H

#include "base/index.h"
#include "doc/cache.h"
#include "kustomize/build.h"
#include "tree/tree.h"
#include <sealift/finding.h>

struct sl_reading {
    struct sl_tree *tree;
    struct sl_findings *findings;
    struct sl_doc_cache *cache; /* of files parsed before, to be set by the caller, whose it stays; or NULL */
    const struct sl_build_trace *trace; /* what to follow through the build, likewise; or NULL */
    struct sl_doc doc;                  /* owns all texts and arrays that this floor hands out */
    struct sl_str *files; /* and the overlay's directory; in the order of their first use, each once */
    size_t file_count;
    size_t file_capacity;
    struct sl_index file_index;
    /* What sl_compose() made, with a document of its own; NULL before. It is asked how an object came about; what is
     * delivered is in layout->objects. */
    struct sl_build *build;
};

void sl_reading_init(struct sl_reading *reading, struct sl_tree *tree, struct sl_findings *findings);
void sl_reading_release(struct sl_reading *reading);

/* Notes that what is at `path` has a part in the result. */
int sl_reading_use(struct sl_reading *reading, struct sl_str path, struct sl_err *err) SL_MUST_USE;
/* The same with a path that lives as long as the reading, as those of sl_reading_path() do: it is not copied. */
int sl_reading_use_kept(struct sl_reading *reading, struct sl_str path, struct sl_err *err) SL_MUST_USE;
/* Whether that was noted. */
bool sl_reading_uses(const struct sl_reading *reading, struct sl_str path);

/* All documents of a YAML file, noted as used: a list node, see sl_yaml_read(). */
int sl_reading_documents(struct sl_reading *reading, struct sl_str path, enum sl_yaml_rules rules,
                         struct sl_node **documents, struct sl_err *err) SL_MUST_USE;

/* The one document of a YAML file that may be missing. 1: read, *root is NULL where the file is empty; 0:
 * there is no such file. */
int sl_reading_optional(struct sl_reading *reading, struct sl_str path, enum sl_yaml_rules rules,
                        struct sl_node **root, struct sl_err *err) SL_MUST_USE;

/* What is in a directory, none where there is no such directory. -1 where it is a file. */
int sl_reading_list(struct sl_reading *reading, struct sl_str directory, const struct sl_tree_entry **entries,
                    size_t *count, struct sl_err *err) SL_MUST_USE;

/* directory/name in the document's memory. `name` is one name or a plain path; an empty directory is the
 * root. -1 only without memory. */
int sl_reading_path(struct sl_reading *reading, struct sl_str *out, struct sl_str directory,
                    struct sl_str name, struct sl_err *err) SL_MUST_USE;

/* The same text from a format, at most SL_PATH_MAX bytes (SL_E_LIMIT). */
int sl_reading_format(struct sl_reading *reading, struct sl_str *out, struct sl_err *err, const char *format,
                      ...) SL_PRINTF(4, 5) SL_MUST_USE;

#endif
