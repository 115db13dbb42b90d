/*
 * A site of a test's own, and bundles to install in it.
 *
 *     struct site_kit kit;
 *     site_kit_make(&kit);
 *     ...
 *     site_kit_remove(&kit);
 *
 * Bundles are those of delivery.h: A is customer-a, v1.0, 17; B is customer-a, v1.1, 18, with a file
 * more and one changed.
 */
#ifndef SITE_KIT_H
#define SITE_KIT_H

#include "temp_dir.h"

#include <sealift/site.h>

#define SITE_KIT_TIME 1763716734 /* the clock of the first call; each later one is a second on */

struct site_kit {
    struct temp_dir temp;
    char root[PATH_MAX]; /* below temp; not there before the first install */
    struct sl_public_key key;
    int64_t now; /* what the clock in `options` says; the kit must stay where it was made */
    struct sl_site_options options;
    struct sl_buf a, b;
};

void site_kit_make(struct site_kit *kit);
void site_kit_remove(struct site_kit *kit);

/* sl_site_install() of a bundle with key 1 as the trusted one. */
int site_kit_install(struct site_kit *kit, const struct sl_buf *bundle, struct sl_install_result *result,
                     struct sl_err *err);

/* The same, which must work. Returns the generation's name; lives until the next call. */
const char *site_kit_must_install(struct site_kit *kit, const struct sl_buf *bundle);

/* A path below the root, put together like printf. Returns `out`. */
const char *site_kit_path(const struct site_kit *kit, char out[PATH_MAX], const char *format, ...)
    SL_PRINTF(3, 4);

/* The differences that status finds, as "kind path" lines, in `out` (initialised here); the result is
 * status's. `state` may be NULL. */
int site_kit_status(const struct site_kit *kit, struct sl_buf *out, struct sl_site_state *state,
                    struct sl_err *err);

/*
 * Runs work(context) in a child without the rights of root, where this process has them: as "nobody", who may
 * enter the test's directory but owns nothing in it. What `work` puts in its error comes back in `err`; a
 * child that does not come to its end ends the test.
 */
void site_kit_as_nobody(const struct site_kit *kit, void (*work)(void *context, struct sl_err *err),
                        void *context, struct sl_err *err);

#endif
