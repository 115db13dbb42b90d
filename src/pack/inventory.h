/*
 * What a delivery consists of beside files: the charts it carries or asks for, the images that its manifests, values
 * and OCI layouts name, and which of them leads to which. sbom.c and provenance.c write it down.
 *
 * Images are found, not resolved: what a chart's templates name by themselves is not seen. docs/formats/sbom.md says
 * what is looked at.
 */
#ifndef PACK_INVENTORY_H
#define PACK_INVENTORY_H

#include "rendering.h"

#include "base/arena.h"
#include "plan/plan.h"

struct inventory_chart {
    struct sl_str ref; /* "chart:portal@1.0.3" */
    struct sl_str name, version;
    bool carried; /* as a file of its own, which the next two are about */
    struct sl_str file;
    struct sl_digest digest;
};

struct inventory_image {
    struct sl_str ref;    /* "image:registry.example/a/portal:1.0.3" */
    struct sl_str name;   /* without tag and digest */
    struct sl_str tag;    /* may be empty */
    struct sl_str digest; /* "sha256:..."; may be empty */
    bool carried;         /* in an OCI layout of the bundle */
};

/* One thing needs another; `from` is empty for the bundle itself. */
struct inventory_edge {
    struct sl_str from, to;
};

struct inventory {
    struct sl_arena arena;
    struct inventory_chart *charts; /* all three ascending by ref, each once */
    size_t chart_count, chart_capacity;
    struct inventory_image *images;
    size_t image_count, image_capacity;
    struct inventory_edge *edges;
    size_t edge_count, edge_capacity;
};

/* `plan` has all files of the delivery, with their digests, and is not finished. */
int inventory_make(struct inventory *out, struct sl_rendering *rendering, const struct sl_plan *plan,
                   struct sl_err *err) SL_MUST_USE;
void inventory_release(struct inventory *inventory);

/* Appends the package URL. */
void inventory_chart_purl(struct sl_buf *out, const struct inventory_chart *chart);
void inventory_image_purl(struct sl_buf *out, const struct inventory_image *image);

/* The 64 digits of an image's digest, empty where it has none by SHA-256. */
struct sl_str inventory_image_sha256(const struct inventory_image *image);

/* Parts of an image reference: name, and tag and digest where it has them. False for what is none. */
bool inventory_image_parse(struct inventory_image *out, struct sl_str reference);

#endif
