/*
 * Rendering and packing in tests: one query, one rendering, one set of findings at a time.
 */
#ifndef PACK_KIT_H
#define PACK_KIT_H

#include <sealift/release.h>

struct pack_kit {
    struct sl_findings *findings;
    struct sl_rendering *rendering;
    struct sl_err err;
    int result;
};

/* v1.0 for customer-a of the work tree at `path`, dirty or not. */
struct sl_release_query pack_kit_query(const char *path);

/* Renders; the caller looks at kit->result and calls pack_kit_release(). */
void pack_kit_render(struct pack_kit *kit, const struct sl_release_query *query);
void pack_kit_release(struct pack_kit *kit);

/* Packs it into `out` with keys 1 to `signers` (made from their numbers). */
int pack_kit_pack(struct pack_kit *kit, struct sl_pack_result *result, const char *out, unsigned signers);

/* Key number `number`. */
struct sl_secret_key pack_kit_key(unsigned number);

/* The text of a rendered file, or NULL; lives as long as the rendering. */
const char *pack_kit_text(const struct pack_kit *kit, const char *path);

/* "path path ..." of all rendered files; lives until the next call. */
const char *pack_kit_paths(const struct pack_kit *kit);

/* "rule file:line:column;..." of all findings; lives until the next call. */
const char *pack_kit_findings(const struct pack_kit *kit);

/* The bytes of a file, malloc'd; ends the test where it cannot be read. */
char *pack_kit_read(const char *path, size_t *size);

/* Ends the test unless two files hold the same bytes. */
void pack_kit_expect_same(const char *path_a, const char *path_b, const char *why);

#endif
