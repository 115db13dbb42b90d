/*
 * The name of the file a Kubernetes object is written to.
 */
#ifndef PACK_FILE_NAME_H
#define PACK_FILE_NAME_H

#include <sealift/buf.h>

/* What makes two documents the same object, and the version it is written in. */
struct object_id {
    struct sl_str group, version, kind, namespace, name; /* group and namespace may be empty */
};

/*
 * Appends "GROUP_VERSION_KIND_NAMESPACE_NAME.yaml" without what is empty, in lower case, as `kustomize build
 * --output` names files (but always with the namespace, so that a file's name never depends on other
 * objects). Names from outside may be anything: what is not a letter, digit, dot or dash becomes a dash, and
 * a name that was changed by that, by lower case or by being cut gets 16 digits of the object's SHA-256 at
 * its end; so does every name when `distinct`.
 */
void object_file_name(struct sl_buf *out, const struct object_id *id, bool distinct);

/* Appends a key that two ids share exactly when group, kind, namespace and name are the same. */
void object_key(struct sl_buf *out, const struct object_id *id);

#endif
