#include "git_source.h"

#include "base/cleanup.h"
#include "git_pack.h"
#include "git_repository.h"

#include <limits.h>
#include <sealift/text.h>
#include <stdio.h>
#include <string.h>

enum { NAME_SIZE = 300 };

/* Bytes asked of libgit2 at once; it counts in int. */
#define STEP_MAX ((size_t)1 << 20)

/* -- loose objects, which libgit2 inflates piece by piece -- */

struct stream_source {
    struct sl_source base;
    const struct sl_git *git;
    git_odb_stream *stream;
    uint64_t left; /* bytes still to come by the object's header */
    char name[NAME_SIZE];
};

static ssize_t stream_read(struct sl_source *source, void *out, size_t len, struct sl_err *err)
{
    struct stream_source *self = (struct stream_source *)source;
    if (len > STEP_MAX)
        len = STEP_MAX;
    /* At the end one byte more than there is: only so does zlib come to its check sum. */
    char beyond;
    void *to = self->left ? out : &beyond;
    size_t wanted = self->left ? len : 1;
    int got = self->git->api.odb_stream_read(self->stream, to, wanted);
    if (got < 0)
        return sl_git_fail(self->git, err, "read %s from git", self->name);
    if ((uint64_t)got > self->left || (got == 0 && self->left))
        return sl_fail(err, SL_E_INPUT, "%s: its object in git is not as long as it says", self->name);
    self->left -= (uint64_t)got;
    return got;
}

static void stream_free(struct sl_source *source)
{
    struct stream_source *self = (struct stream_source *)source;
    self->git->api.odb_stream_free(self->stream);
    free(self);
}

static const struct sl_source_ops stream_ops = {.read = stream_read, .free = stream_free};

static int open_loose(struct sl_source **out, const struct sl_git *git, git_odb *objects,
                      const struct sl_git_blob_wanted *wanted, struct sl_err *err)
{
    git_odb_stream *stream = NULL;
    size_t size;
    git_object_t type;
    git_oid id;
    memcpy(id.id, wanted->id.bytes, sizeof id.id);
    if (git->api.odb_open_rstream(&stream, &size, &type, objects, &id) < 0)
        return 0;
    bool fits = type == GIT_OBJECT_BLOB && size == wanted->size;
    struct stream_source *self = fits ? calloc(1, sizeof *self) : NULL;
    if (!self) {
        git->api.odb_stream_free(stream);
        return fits ? sl_fail_memory(err) : 0;
    }
    self->base.ops = &stream_ops;
    self->git = git;
    self->stream = stream;
    self->left = size;
    sl_escape(self->name, sizeof self->name, wanted->path);
    *out = &self->base;
    return 1;
}

/* -- what was streamed is what was asked for -- */

struct checked_source {
    struct sl_source base;
    struct sl_source *below;
    struct sl_sha1 state;
    struct sl_blob_id id;
    char name[NAME_SIZE];
};

static ssize_t checked_read(struct sl_source *source, void *out, size_t len, struct sl_err *err)
{
    struct checked_source *self = (struct checked_source *)source;
    struct sl_blob_id id;
    ssize_t got = sl_source_read(self->below, out, len, err);
    if (got > 0)
        sl_sha1_update(&self->state, out, (size_t)got);
    if (got != 0)
        return got;
    sl_blob_hash_final(&self->state, &id);
    if (sl_blob_id_equal(&id, &self->id))
        return 0;
    (void)sl_fail(err, SL_E_INPUT, "%s: its object in git is damaged, its content has another id",
                  self->name);
    return sl_hint(err, "git fsck says more");
}

static void checked_free(struct sl_source *source)
{
    struct checked_source *self = (struct checked_source *)source;
    sl_source_free(self->below);
    free(self);
}

static const struct sl_source_ops checked_ops = {.read = checked_read, .free = checked_free};

/* Takes `below` over, also where it fails. */
static int check_id(struct sl_source **out, struct sl_source *below, const struct sl_git_blob_wanted *wanted,
                    struct sl_err *err)
{
    struct checked_source *self = calloc(1, sizeof *self);
    if (!self) {
        sl_source_free(below);
        return sl_fail_memory(err);
    }
    self->base.ops = &checked_ops;
    self->below = below;
    self->id = wanted->id;
    sl_blob_hash_init(&self->state, wanted->size);
    sl_escape(self->name, sizeof self->name, wanted->path);
    *out = &self->base;
    return 1;
}

static int open_packed(struct sl_source **out, const struct sl_git *git,
                       const struct sl_git_blob_wanted *wanted, struct sl_err *err)
{
    char objects[PATH_MAX];
    const char *common = git->api.repository_commondir(git->repository);
    if (!common || snprintf(objects, sizeof objects, "%sobjects", common) >= (int)sizeof objects)
        return 0;
    return sl_pack_stream(out, objects, &wanted->id, wanted->size, wanted->path, err);
}

int sl_git_source_stream(struct sl_source **out, const struct sl_git *git, git_odb *objects,
                         const struct sl_git_blob_wanted *wanted, struct sl_err *err)
{
    struct sl_source *found = NULL;
    int result = open_loose(&found, git, objects, wanted, err);
    if (result == 0)
        result = open_packed(&found, git, wanted, err);
    return result <= 0 ? result : check_id(out, found, wanted, err);
}

/* -- objects in memory -- */

struct object_source {
    struct sl_source base;
    const struct sl_git *git;
    git_odb_object *object;
    size_t at;
};

static ssize_t object_borrow(struct sl_source *source, const void **bytes, size_t max, struct sl_err *err)
{
    (void)err;
    struct object_source *self = (struct object_source *)source;
    const struct sl_git_api *api = &self->git->api;
    size_t left = api->odb_object_size(self->object) - self->at;
    size_t len = left < max ? left : max;
    *bytes = (const char *)api->odb_object_data(self->object) + self->at;
    self->at += len;
    return (ssize_t)len;
}

static void object_free(struct sl_source *source)
{
    struct object_source *self = (struct object_source *)source;
    self->git->api.odb_object_free(self->object);
    free(self);
}

static const struct sl_source_ops object_ops = {.borrow = object_borrow, .free = object_free};

int sl_git_source_object(struct sl_source **out, const struct sl_git *git, git_odb_object *object,
                         struct sl_err *err)
{
    struct object_source *self = calloc(1, sizeof *self);
    if (!self)
        return sl_fail_memory(err);
    self->base.ops = &object_ops;
    self->git = git;
    self->object = object;
    *out = &self->base;
    return 0;
}
