#include "git_source.h"

#include "base/cleanup.h"
#include "git_repository.h"

#include <sealift/text.h>

enum { NAME_SIZE = 300 };

/* Bytes asked of libgit2 at once; it counts in int. */
#define STEP_MAX ((size_t)1 << 20)

/* -- loose objects, inflated piece by piece -- */

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

int sl_git_source_stream(struct sl_source **out, const struct sl_git *git, git_odb *objects,
                         const git_oid *id, struct sl_str path, struct sl_err *err)
{
    git_odb_stream *stream = NULL;
    size_t size;
    git_object_t type;
    if (git->api.odb_open_rstream(&stream, &size, &type, objects, id) < 0)
        return 0;
    struct stream_source *self = type == GIT_OBJECT_BLOB ? calloc(1, sizeof *self) : NULL;
    if (!self) {
        git->api.odb_stream_free(stream);
        return type == GIT_OBJECT_BLOB ? sl_fail_memory(err) : 0;
    }
    self->base.ops = &stream_ops;
    self->git = git;
    self->stream = stream;
    self->left = size;
    sl_escape(self->name, sizeof self->name, path);
    *out = &self->base;
    return 1;
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
