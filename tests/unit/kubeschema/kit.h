/* A set of schemas made of texts, and objects checked against it. */
#ifndef KUBE_KIT_H
#define KUBE_KIT_H

#include "kubeschema/kubeschema.h"

#include <sealift/finding.h>

struct kit {
    struct sl_kubeschema *set;
    struct sl_kubetally *tally;
    struct sl_findings *findings;
    struct sl_err err;
    struct sl_buf text; /* see kit_findings() */
};

void kit_init(struct kit *kit);
void kit_release(struct kit *kit);

/* The file of that name in tests/fixtures/kubernetes. The caller releases it. */
void kit_fixture(struct sl_buf *out, const char *name);

/* Every CustomResourceDefinition of a YAML text; the last result of sl_kubeschema_add_crd(). */
int kit_add_crds(struct kit *kit, const char *yaml);
/* One of group example.com, version v1 and kind Thing, whose spec has this schema, in YAML's flow style. */
int kit_add_thing(struct kit *kit, const char *spec);
/* The kinds of tests/fixtures/kubernetes/openapi-v2.json. */
void kit_add_openapi(struct kit *kit);

/* Checks each document of a YAML text; -1, or whether all fit. */
int kit_check(struct kit *kit, const char *yaml);
/* A Thing with this spec, whose findings begin at line 1. */
int kit_check_thing(struct kit *kit, const char *spec);

/* "rule pointer: message; hint" of each finding, sorted, a line each, without the object's name. */
const char *kit_findings(struct kit *kit);

#endif
