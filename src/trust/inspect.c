/*
 * Looking at a bundle that nobody has signed for. All of it is interpreted in a process of its own that can do nothing else;
 * what comes over is the text that it shows.
 */
#include <sealift/verify.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "bundle/opening.h"
#include "crypto/age.h"
#include "head.h"
#include "io/isolated.h"

#include <sealift/text.h>
#include <stdlib.h>

/* Of what is shown: a few lines and one for each file, whose names are in the manifest, and escaped are longer. */
#define SHOWN_BYTES_MAX (8 * SL_MANIFEST_BYTES_MAX)

/* -- in the child -- */

struct looking {
    const struct sl_age_keys *keys;
    const struct sl_inspector *inspector;
    struct sl_buf shown; /* the child's */
};

static void looking_release(struct looking *looking)
{
    sl_buf_release(&looking->shown);
}

struct looked_at {
    struct sl_bundle_reader *reader;
    struct sl_manifest *manifest;
    struct trust_judgement judgement;
    struct sl_bundle_head head;
};

static void looked_at_free(struct looked_at *looked_at)
{
    if (!looked_at)
        return;
    sl_bundle_reader_free(looked_at->reader);
    sl_manifest_free(looked_at->manifest);
    free(looked_at);
}

SL_DEFINE_FREEP(struct looked_at, looked_at_free)

static int read_head(struct looked_at **out, struct sl_source *container, struct sl_err *err)
{
    SL_CLEANUP(sl_source_freep) struct sl_source *owned = container;
    SL_CLEANUP(looked_at_freep) struct looked_at *looked_at = calloc(1, sizeof *looked_at);
    if (!looked_at)
        return sl_fail_memory(err);
    if (sl_bundle_reader_open_container(&looked_at->reader, sl_steal(&owned), err) < 0 ||
        trust_judge(&looked_at->judgement, looked_at->reader, NULL, err) < 0 ||
        trust_head_read(&looked_at->head, &looked_at->manifest, looked_at->reader, &looked_at->judgement,
                        err) < 0 ||
        sl_bundle_reader_bind(looked_at->reader, looked_at->manifest, err) < 0) {
        if (looked_at->reader)
            sl_bundle_reader_explain(looked_at->reader, err);
        return -1;
    }
    *out = sl_steal(&looked_at);
    return 0;
}

/* The bundle's file becomes the text that is shown of it. */
static int look(void *context, struct sl_source **out, struct sl_source *file, struct sl_err *err)
{
    struct looking *looking = context;
    const struct sl_inspector *inspector = looking->inspector;
    struct sl_source *container = NULL;
    SL_CLEANUP(looked_at_freep) struct looked_at *looked_at = NULL;
    if (sl_source_bundle(&container, file, looking->keys, err) < 0 ||
        read_head(&looked_at, container, err) < 0 ||
        inspector->show(inspector->context, &looking->shown, &looked_at->head, err) < 0 ||
        sl_buf_check(&looking->shown, "what is shown of the bundle", err) < 0)
        return -1;
    return sl_source_memory(out, sl_buf_view(&looking->shown), err);
}

/* -- in the parent -- */

/* As it was; what was appended is not shown to anybody. */
static void take_back(struct sl_buf *out, size_t before)
{
    if (out->len == before)
        return;
    out->len = before;
    out->ptr[before] = '\0';
}

/* The length of "ESC [ 1 ; 31 m", which gives letters a colour, or 0. */
static size_t colour_len(struct sl_str text)
{
    size_t at = 2;
    if (!sl_str_starts_with(text, SL_STR("\x1b[")))
        return 0;
    while (at < text.len && ((text.ptr[at] >= '0' && text.ptr[at] <= '9') || text.ptr[at] == ';'))
        at++;
    return at < text.len && text.ptr[at] == 'm' ? at + 1 : 0;
}

/* A child that was taken over shall not reach the terminal either. */
static bool is_harmless(struct sl_str text)
{
    while (text.len > 0) {
        uint32_t character = 0;
        size_t len = colour_len(text);
        if (len == 0)
            len = sl_utf8_decode(text, &character);
        else
            character = ' ';
        bool control = (character < 0x20 && character != '\n') || (character >= 0x7f && character < 0xa0);
        if (len == 0 || control)
            return false;
        text = sl_str_slice(text, len, text.len);
    }
    return true;
}

/* Behind what is there. */
static int append(struct sl_buf *out, struct sl_source *source, struct sl_err *err)
{
    size_t before = out->len;
    const void *bytes;
    ssize_t got;
    while ((got = sl_source_borrow(source, &bytes, SHOWN_BYTES_MAX, err)) > 0) {
        if (source->position > SHOWN_BYTES_MAX)
            return sl_fail(err, SL_E_LIMIT,
                           "what is shown of the bundle is larger than the limit of %llu bytes",
                           (unsigned long long)SHOWN_BYTES_MAX);
        sl_buf_append(out, bytes, (size_t)got);
    }
    if (got < 0 || sl_buf_check(out, "what is shown of the bundle", err) < 0)
        return -1;
    if (is_harmless(sl_str_slice(sl_buf_view(out), before, out->len)))
        return 0;
    return sl_fail(err, SL_E_REFUSED, "what is shown of the bundle has control characters in it");
}

static int about(const char *name, struct sl_err *err)
{
    char label[256];
    if (err->code == SL_E_REFUSED)
        (void)sl_err_about(err, name);
    return sl_wrap(err, "%s", sl_escape(label, sizeof label, sl_str_from(name)));
}

int sl_inspect(struct sl_buf *out, int fd, const char *name, const struct sl_age_keys *keys,
               const struct sl_inspector *inspector, struct sl_err *err)
{
    SL_CLEANUP(looking_release) struct looking looking = {.keys = keys, .inspector = inspector};
    SL_CLEANUP(sl_source_freep) struct sl_source *source = NULL;
    const struct sl_isolated_work work = {look, &looking};
    sl_buf_init(&looking.shown, SHOWN_BYTES_MAX);
    sl_age_prepare();
    if (sl_source_isolated(&source, fd, "the bundle", &work, err) < 0) {
        sl_closep(&fd);
        return about(name, err);
    }
    size_t before = out->len;
    if (append(out, source, err) == 0)
        return 0;
    take_back(out, before);
    return about(name, err);
}
