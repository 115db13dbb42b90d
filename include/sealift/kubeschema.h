/*
 * Kubernetes schemas for the command: importing them from what an API server publishes, and checking files.
 *
 * sl_kubeschema_import() turns OpenAPI documents (`kubectl get --raw /openapi/v2`, or the files below /openapi/v3)
 * into one compact file, DIRECTORY/VERSION/kinds.json, which docs/formats/kinds.md describes. Equal input gives
 * equal bytes, in whatever order the files are named.
 *
 * sl_kube_checker_new() reads schemas; sl_kube_checker_file() for each file; sl_kube_checker_finish() for what is
 * said once per kind; sl_kube_checker_free().
 */
#ifndef SEALIFT_KUBESCHEMA_H
#define SEALIFT_KUBESCHEMA_H

#include <sealift/finding.h>
#include <stdbool.h>

struct sl_kubeschema_import {
    const char *const *files;
    size_t file_count;
    const char *version;   /* "1.29.3"; NULL: what the documents say */
    const char *directory; /* made where it is missing, with those above it */
    bool replace;          /* an existing kinds.json */
};

struct sl_kubeschema_imported {
    char path[4096];
    char version[32];
    size_t kinds, definitions;
    size_t bytes;
};

/* SL_E_INPUT for a document that is no OpenAPI of Kubernetes, or that says no version where none was given;
 * SL_E_EXISTS; SL_E_NOT_FOUND, SL_E_IO, SL_E_LIMIT. */
int sl_kubeschema_import(struct sl_kubeschema_imported *out, const struct sl_kubeschema_import *request,
                         struct sl_err *err) SL_MUST_USE;

struct sl_kube_request {
    const char *directory;   /* schemas: a directory per version, or the files themselves; NULL: none */
    const char *version;     /* NULL: the files are in `directory` */
    const char *const *crds; /* files with CustomResourceDefinitions */
    size_t crd_count;
};

struct sl_kube_checker;

/* SL_E_NOT_FOUND where there are no schemas of that minor version. */
int sl_kube_checker_new(struct sl_kube_checker **out, const struct sl_kube_request *request,
                        struct sl_err *err) SL_MUST_USE;
void sl_kube_checker_free(struct sl_kube_checker *checker); /* NULL is fine */

struct sl_kube_counts {
    size_t objects, invalid; /* a file that cannot be parsed counts as one that is invalid */
    size_t unchecked;        /* objects without a schema */
};

/* Every object of a YAML or JSON file, read as kustomize reads resources; the items of a List count one by one.
 * Adds "kube/..." and "schema/unreadable". -1 where the file cannot be read, or takes too much work. */
int sl_kube_checker_file(struct sl_kube_checker *checker, const char *path, struct sl_findings *findings,
                         struct sl_kube_counts *counts, struct sl_err *err) SL_MUST_USE;

/* Adds what is said once per kind. */
int sl_kube_checker_finish(const struct sl_kube_checker *checker, struct sl_findings *findings,
                           struct sl_err *err) SL_MUST_USE;

#endif
