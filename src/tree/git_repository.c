#include "git_repository.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "io/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sealift/text.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_SIZE = 400 };

/* How much of a pack libgit2 maps at once, and of all packs. Left alone it maps packs whole, and what was
 * read of them stays resident. */
#define PACK_WINDOW     ((size_t)1 << 20)
#define PACK_MAPPED_MAX ((size_t)4 << 20)

int sl_git_fail(const struct sl_git *git, struct sl_err *err, const char *format, ...)
{
    const git_error *last = git->api.error_last();
    int class = last ? last->klass : GIT_ERROR_NONE;
    if (class == GIT_ERROR_NOMEMORY)
        return sl_fail_memory(err);

    char what[SL_ERR_MESSAGE_MAX / 2];
    va_list args;
    va_start(args, format);
    if (vsnprintf(what, sizeof what, format, args) < 0)
        what[0] = '\0';
    va_end(args);
    char reason[TEXT_SIZE];
    sl_escape(reason, sizeof reason, sl_str_from(last ? last->message : "no reason given"));
    enum sl_code code = class == GIT_ERROR_OS || class == GIT_ERROR_FILESYSTEM ? SL_E_IO : SL_E_INPUT;
    return sl_fail(err, code, "%s: %s", what, reason);
}

static const char *escaped(char out[TEXT_SIZE], const char *text)
{
    return sl_escape(out, TEXT_SIZE, sl_str_from(text));
}

/* Says whose repository it is and how to allow it. `repository` is the directory with git's own files, ending
 * in a slash; what git wants to be named is the work tree around it. */
static int fail_foreign_owner(struct sl_err *err, const char *path, struct sl_str repository)
{
    struct sl_str named = sl_str_slice(repository, 0, repository.len ? repository.len - 1 : 0);
    if (sl_str_ends_with(named, SL_STR("/.git")))
        named.len -= strlen("/.git");
    char asked[TEXT_SIZE];
    char allowed[SL_ERR_HINT_MAX];
    sl_fail(err, SL_E_IO,
            "the git repository of %s belongs to another user, and git does not read such unless they are "
            "listed in safe.directory",
            escaped(asked, path));
    return sl_hint(err, "if you trust its owner: git config --global --add safe.directory %s",
                   sl_escape(allowed, sizeof allowed, named));
}

/* Whether `directory` has an entry of this name, or has one that cannot be looked at. */
static bool has_entry(const char *directory, const char *name)
{
    char entry[PATH_MAX + sizeof "/.git"];
    struct stat info;
    (void)snprintf(entry, sizeof entry, "%s/%s", directory, name);
    return sl_sys_fstatat(AT_FDCWD, entry, &info) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

/* From a directory to the one around it; false at the root. `place` is absolute, the root is "". */
static bool go_up(char *place)
{
    char *slash = strrchr(place, '/');
    if (slash)
        *slash = '\0';
    return slash != NULL;
}

/* The nearest directory from `path` up that has ".git" or, where `bare`, what every repository has, HEAD:
 * 1 and in `place`, 0 none, -1 error. */
static int find_remains(char place[PATH_MAX], const char *path, bool bare, struct sl_err *err)
{
    size_t len = strlen(path);
    if (len >= PATH_MAX)
        return sl_fail(err, SL_E_LIMIT, "the path of the directory has more than %d bytes", PATH_MAX - 1);
    memcpy(place, path, len + 1);
    if (len == 1)
        place[0] = '\0';
    do {
        if (has_entry(place, ".git") || (bare && has_entry(place, "HEAD")))
            return 1;
    } while (go_up(place));
    return 0;
}

/*
 * Where libgit2 finds no repository there must be nothing of one either: a `.git` that leads nowhere, or
 * lacks its HEAD, was a repository, and to take its work tree for a directory without git would hide every
 * change in it.
 */
static int check_no_remains(const char *path, struct sl_err *err)
{
    char place[PATH_MAX];
    char text[TEXT_SIZE];
    int found = find_remains(place, path, false, err);
    if (found <= 0)
        return found;
    (void)sl_fail(err, SL_E_INPUT, "%s/.git is there, but no git repository can be read from it",
                  escaped(text, place));
    return sl_hint(err, "repair it (git status says more), or pack a copy without .git");
}

static int start(struct sl_git *git, struct sl_err *err)
{
    if (sl_git_api_load(&git->api, SL_GIT_LIBRARY, err) < 0)
        return -1;
    if (git->api.libgit2_init() < 0)
        return sl_git_fail(git, err, "start libgit2");
    git->started = true;
    if (git->api.libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, PACK_WINDOW) < 0 ||
        git->api.libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, PACK_MAPPED_MAX) < 0)
        return sl_git_fail(git, err, "limit the memory of libgit2");
    return 0;
}

/* A configuration that cannot be read says nothing about the release: mostly it is that of HOME, and somebody else's. */
static int fail_open(const struct sl_git *git, const char *shown, struct sl_err *err)
{
    const git_error *last = git->api.error_last();
    bool configuration = last && last->klass == GIT_ERROR_CONFIG;
    (void)sl_git_fail(git, err, "open the git repository of %s", shown);
    if (!configuration)
        return -1;
    err->code = SL_E_IO;
    return sl_hint(err,
                   "git's settings lie in HOME, in /etc and in the repository: make that file readable and "
                   "right, or set HOME to the home of the user who runs this");
}

int sl_git_open(struct sl_git *git, const char *path, struct sl_err *err)
{
    char text[TEXT_SIZE];
    char place[PATH_MAX];
    int found = find_remains(place, path, true, err);
    if (found <= 0)
        return found;
    if (start(git, err) < 0)
        return -1;
    int result = git->api.repository_open_ext(&git->repository, path, 0, NULL);
    if (result == 0)
        return 1;
    if (result != GIT_ENOTFOUND && result != GIT_EOWNER)
        return fail_open(git, escaped(text, path), err);

    /* libgit2 1.5 says "not found" for a foreign owner too, where no configuration has a safe.directory. */
    git_buf discovered = {0};
    bool refused = git->api.repository_discover(&discovered, path, 0, NULL) == 0;
    if (refused)
        (void)fail_foreign_owner(err, path, (struct sl_str){discovered.ptr, discovered.size});
    git->api.buf_dispose(&discovered);
    return refused ? -1 : check_no_remains(path, err);
}

void sl_git_close(struct sl_git *git)
{
    if (git->repository)
        git->api.repository_free(git->repository);
    if (git->started)
        (void)git->api.libgit2_shutdown();
    sl_git_api_unload(&git->api);
    *git = (struct sl_git){0};
}

/* The tag nearest to `revision`, into `out`: false when none is near. */
static bool find_near_tag(const struct sl_git *git, const char *revision, char out[TEXT_SIZE])
{
    enum { NEAR = 2 };
    git_strarray tags = {0};
    if (git->api.tag_list(&tags, git->repository) < 0)
        return false;
    unsigned best = NEAR + 1;
    struct sl_str name = {NULL, 0};
    for (size_t i = 0; i < tags.count; i++) {
        struct sl_str tag = sl_str_from(tags.strings[i]);
        unsigned distance = sl_edit_distance(sl_str_from(revision), tag, NEAR);
        if (distance < best || (distance == best && name.ptr && sl_str_compare(tag, name) < 0)) {
            best = distance;
            name = tag;
        }
    }
    if (name.ptr)
        sl_escape(out, TEXT_SIZE, name);
    git->api.strarray_dispose(&tags);
    return best <= NEAR;
}

static int fail_revision(const struct sl_git *git, const char *revision, int result, struct sl_err *err)
{
    char text[TEXT_SIZE];
    char near[TEXT_SIZE];
    escaped(text, revision);
    switch (result) {
    case GIT_EAMBIGUOUS:
        return sl_fail(err, SL_E_USAGE, "the revision \"%s\" is ambiguous: it fits several objects", text);
    case GIT_EINVALIDSPEC:
        return sl_fail(err, SL_E_USAGE, "\"%s\" is not a revision as git writes them", text);
    case GIT_ENOTFOUND:
        break;
    default:
        return sl_git_fail(git, err, "look up the revision \"%s\"", text);
    }
    sl_fail(err, SL_E_USAGE, "there is no revision \"%s\" in the git repository", text);
    if (find_near_tag(git, revision, near))
        return sl_hint(err, "did you mean the tag %s?", near);
    if (git->api.repository_is_shallow(git->repository) == 1)
        return sl_hint(err,
                       "the repository is a shallow clone; git fetch --unshallow --tags brings the rest");
    return -1;
}

int sl_git_find_commit(const struct sl_git *git, const char *revision, git_oid *out, struct sl_err *err)
{
    SL_CLEANUP(sl_git_object_release) struct sl_git_object object = {&git->api, NULL};
    SL_CLEANUP(sl_git_object_release) struct sl_git_object commit = {&git->api, NULL};
    int result = git->api.revparse_single(&object.it, git->repository, revision);
    if (result < 0)
        return fail_revision(git, revision, result, err);
    result = git->api.object_peel(&commit.it, object.it, GIT_OBJECT_COMMIT);
    if (result == GIT_EINVALIDSPEC || result == GIT_EPEEL) {
        char text[TEXT_SIZE];
        return sl_fail(err, SL_E_USAGE, "the revision \"%s\" is a %s, not a commit", escaped(text, revision),
                       git->api.object_type2string(git->api.object_type(object.it)));
    }
    if (result < 0)
        return fail_revision(git, revision, result, err);
    *out = *git->api.object_id(commit.it);
    return 0;
}

int sl_git_tag_commit(const struct sl_git *git, struct sl_str name, char commit[65], struct sl_err *err)
{
    char reference[SL_PATH_MAX + sizeof "refs/tags/"];
    SL_CLEANUP(sl_git_object_release) struct sl_git_object object = {&git->api, NULL};
    SL_CLEANUP(sl_git_object_release) struct sl_git_object target = {&git->api, NULL};
    int length = snprintf(reference, sizeof reference, "refs/tags/" SL_FMT, SL_ARG(name));
    if (length < 0 || (size_t)length >= sizeof reference)
        return 0;
    int result = git->api.revparse_single(&object.it, git->repository, reference);
    if (result == GIT_ENOTFOUND || result == GIT_EINVALIDSPEC)
        return 0;
    if (result < 0)
        return sl_git_fail(git, err, "look up a tag of the git repository");
    if (git->api.object_peel(&target.it, object.it, GIT_OBJECT_COMMIT) < 0)
        return 0;
    git->api.oid_tostr(commit, 65, git->api.object_id(target.it));
    return 1;
}

int sl_git_head(const struct sl_git *git, git_oid *out, struct sl_err *err)
{
    SL_CLEANUP(sl_git_reference_release) struct sl_git_reference head = {&git->api, NULL};
    SL_CLEANUP(sl_git_object_release) struct sl_git_object commit = {&git->api, NULL};
    int result = git->api.repository_head(&head.it, git->repository);
    if (result == GIT_EUNBORNBRANCH)
        return 0;
    if (result < 0 || git->api.reference_peel(&commit.it, head.it, GIT_OBJECT_COMMIT) < 0)
        return sl_git_fail(git, err, "look up HEAD of the git repository");
    *out = *git->api.object_id(commit.it);
    return 1;
}

int sl_git_describe(const struct sl_git *git, const git_oid *commit, struct sl_tree_revision *out,
                    struct sl_err *err)
{
    SL_CLEANUP(sl_git_commit_release) struct sl_git_commit object = {&git->api, NULL};
    git->api.oid_tostr(out->commit, sizeof out->commit, commit);
    if (git->api.commit_lookup(&object.it, git->repository, commit) < 0)
        return sl_git_fail(git, err, "read commit %s", out->commit);
    out->time = git->api.commit_time(object.it);
    return 0;
}

int sl_git_count_first_parents(const struct sl_git *git, const git_oid *commit, uint64_t *out,
                               struct sl_err *err)
{
    if (git->api.repository_is_shallow(git->repository) != 0) {
        sl_fail(
            err, SL_E_INPUT,
            "the git repository is a shallow clone: its commits cannot be counted, because the first ones "
            "are missing");
        return sl_hint(err, "git fetch --unshallow brings the whole history");
    }
    SL_CLEANUP(sl_git_revwalk_release) struct sl_git_revwalk walk = {&git->api, NULL};
    if (git->api.revwalk_new(&walk.it, git->repository) < 0 ||
        git->api.revwalk_simplify_first_parent(walk.it) < 0 || git->api.revwalk_push(walk.it, commit) < 0)
        return sl_git_fail(git, err, "count commits");
    uint64_t count = 0;
    git_oid id;
    int result;
    while ((result = git->api.revwalk_next(&id, walk.it)) == 0)
        count++;
    if (result != GIT_ITEROVER)
        return sl_git_fail(git, err, "count commits");
    *out = count;
    return 0;
}

/* Whether `path` is `directory`, which ends in a slash, or lies in it; `rest` is what is left of it. */
static bool is_below(const char *path, const char *directory, struct sl_str *rest)
{
    struct sl_str text = sl_str_from(path);
    size_t len = strlen(directory) - 1;
    if (!sl_str_starts_with(text, (struct sl_str){directory, len}) || (text.len > len && path[len] != '/'))
        return false;
    *rest = sl_str_slice(text, len + 1, text.len);
    return true;
}

bool sl_git_path_inside(const struct sl_git *git, const char *path, struct sl_str *inside)
{
    const char *work_tree = git->api.repository_workdir(git->repository);
    struct sl_str ignored;
    return work_tree && !is_below(path, git->api.repository_path(git->repository), &ignored) &&
           is_below(path, work_tree, inside);
}
