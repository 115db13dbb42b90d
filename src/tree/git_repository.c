#include "git_repository.h"

#include "base/cleanup.h"
#include "io/sys.h"

#include <fcntl.h>
#include <limits.h>
#include <sealift/text.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_SIZE = 400 };

/* How much of a pack libgit2 maps at once, and of all packs. Left alone it maps packs whole, and what was
 * read of them stays resident. */
#define PACK_WINDOW     ((size_t)4 << 20)
#define PACK_MAPPED_MAX ((size_t)16 << 20)

int sl_git_fail(struct sl_err *err, const char *format, ...)
{
    const git_error *last = git_error_last();
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
    sl_fail(err, SL_E_REFUSED,
            "the git repository of %s belongs to another user, and git does not read such unless they are "
            "listed in safe.directory",
            escaped(asked, path));
    return sl_hint(err, "if you trust its owner: git config --global --add safe.directory %s",
                   sl_escape(allowed, sizeof allowed, named));
}

/*
 * Where libgit2 finds no repository there must be nothing of one either: a `.git` that leads nowhere, or
 * lacks its HEAD, was a repository, and to take its work tree for a directory without git would hide every
 * change in it.
 */
static int check_no_remains(const char *path, struct sl_err *err)
{
    char place[PATH_MAX];
    if (!realpath(path, place))
        return sl_fail_errno(err, SL_E_IO, "find %s", path);
    for (;;) {
        char entry[PATH_MAX + sizeof "/.git"];
        char text[TEXT_SIZE];
        struct stat info;
        (void)snprintf(entry, sizeof entry, "%s/.git", place);
        if (sl_sys_fstatat(AT_FDCWD, entry, &info) == 0) {
            (void)sl_fail(err, SL_E_INPUT, "%s is there, but no git repository can be read from it",
                          escaped(text, entry));
            return sl_hint(err, "repair it (git status says more), or pack a copy without .git");
        }
        char *slash = strrchr(place, '/');
        if (!slash || place[0] == '\0')
            return 0;
        *slash = '\0';
    }
}

int sl_git_open(struct sl_git *git, const char *path, struct sl_err *err)
{
    char text[TEXT_SIZE];
    if (git_libgit2_init() < 0)
        return sl_git_fail(err, "start libgit2");
    git->started = true;
    if (git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, PACK_WINDOW) < 0 ||
        git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, PACK_MAPPED_MAX) < 0)
        return sl_git_fail(err, "limit the memory of libgit2");
    int result = git_repository_open_ext(&git->repository, path, 0, NULL);
    if (result == 0)
        return 1;
    if (result != GIT_ENOTFOUND && result != GIT_EOWNER)
        return sl_git_fail(err, "open the git repository of %s", escaped(text, path));

    /* libgit2 1.5 says "not found" for a foreign owner too, where no configuration has a safe.directory. */
    git_buf found = {0};
    bool refused = git_repository_discover(&found, path, 0, NULL) == 0;
    if (refused)
        (void)fail_foreign_owner(err, path, (struct sl_str){found.ptr, found.size});
    git_buf_dispose(&found);
    return refused ? -1 : check_no_remains(path, err);
}

void sl_git_close(struct sl_git *git)
{
    git_repository_free(git->repository);
    if (git->started)
        (void)git_libgit2_shutdown();
    *git = (struct sl_git){0};
}

static void free_object(git_object **object)
{
    git_object_free(*object);
}

static void free_commit(git_commit **commit)
{
    git_commit_free(*commit);
}

static void free_reference(git_reference **reference)
{
    git_reference_free(*reference);
}

static void free_walk(git_revwalk **walk)
{
    git_revwalk_free(*walk);
}

/* The tag nearest to `revision`, into `out`: false when none is near. */
static bool find_near_tag(const struct sl_git *git, const char *revision, char out[TEXT_SIZE])
{
    enum { NEAR = 2 };
    git_strarray tags = {0};
    if (git_tag_list(&tags, git->repository) < 0)
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
    git_strarray_dispose(&tags);
    return best <= NEAR;
}

static int fail_revision(const struct sl_git *git, const char *revision, int result, struct sl_err *err)
{
    char text[TEXT_SIZE];
    char near[TEXT_SIZE];
    escaped(text, revision);
    switch (result) {
    case GIT_EAMBIGUOUS:
        return sl_fail(err, SL_E_INPUT, "the revision \"%s\" is ambiguous: it fits several objects", text);
    case GIT_EINVALIDSPEC:
        return sl_fail(err, SL_E_INPUT, "\"%s\" is not a revision as git writes them", text);
    case GIT_ENOTFOUND:
        break;
    default:
        return sl_git_fail(err, "look up the revision \"%s\"", text);
    }
    sl_fail(err, SL_E_NOT_FOUND, "there is no revision \"%s\" in the git repository", text);
    if (find_near_tag(git, revision, near))
        return sl_hint(err, "did you mean the tag %s?", near);
    if (git_repository_is_shallow(git->repository) == 1)
        return sl_hint(err,
                       "the repository is a shallow clone; git fetch --unshallow --tags brings the rest");
    return -1;
}

int sl_git_find_commit(const struct sl_git *git, const char *revision, git_oid *out, struct sl_err *err)
{
    SL_CLEANUP(free_object) git_object *object = NULL;
    SL_CLEANUP(free_object) git_object *commit = NULL;
    int result = git_revparse_single(&object, git->repository, revision);
    if (result < 0)
        return fail_revision(git, revision, result, err);
    result = git_object_peel(&commit, object, GIT_OBJECT_COMMIT);
    if (result == GIT_EINVALIDSPEC || result == GIT_EPEEL) {
        char text[TEXT_SIZE];
        return sl_fail(err, SL_E_INPUT, "the revision \"%s\" is a %s, not a commit", escaped(text, revision),
                       git_object_type2string(git_object_type(object)));
    }
    if (result < 0)
        return fail_revision(git, revision, result, err);
    *out = *git_object_id(commit);
    return 0;
}

int sl_git_head(const struct sl_git *git, git_oid *out, struct sl_err *err)
{
    SL_CLEANUP(free_reference) git_reference *head = NULL;
    SL_CLEANUP(free_object) git_object *commit = NULL;
    int result = git_repository_head(&head, git->repository);
    if (result == GIT_EUNBORNBRANCH)
        return 0;
    if (result < 0 || git_reference_peel(&commit, head, GIT_OBJECT_COMMIT) < 0)
        return sl_git_fail(err, "look up HEAD of the git repository");
    *out = *git_object_id(commit);
    return 1;
}

int sl_git_describe(const struct sl_git *git, const git_oid *commit, struct sl_tree_revision *out,
                    struct sl_err *err)
{
    SL_CLEANUP(free_commit) git_commit *object = NULL;
    git_oid_tostr(out->commit, sizeof out->commit, commit);
    if (git_commit_lookup(&object, git->repository, commit) < 0)
        return sl_git_fail(err, "read commit %s", out->commit);
    out->time = git_commit_time(object);
    return 0;
}

int sl_git_count_first_parents(const struct sl_git *git, const git_oid *commit, uint64_t *out,
                               struct sl_err *err)
{
    if (git_repository_is_shallow(git->repository) != 0) {
        sl_fail(
            err, SL_E_INPUT,
            "the git repository is a shallow clone: its commits cannot be counted, because the first ones "
            "are missing");
        return sl_hint(err, "git fetch --unshallow brings the whole history");
    }
    SL_CLEANUP(free_walk) git_revwalk *walk = NULL;
    if (git_revwalk_new(&walk, git->repository) < 0 || git_revwalk_simplify_first_parent(walk) < 0 ||
        git_revwalk_push(walk, commit) < 0)
        return sl_git_fail(err, "count commits");
    uint64_t count = 0;
    git_oid id;
    int result;
    while ((result = git_revwalk_next(&id, walk)) == 0)
        count++;
    if (result != GIT_ITEROVER)
        return sl_git_fail(err, "count commits");
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
    const char *work_tree = git_repository_workdir(git->repository);
    struct sl_str ignored;
    return work_tree && !is_below(path, git_repository_path(git->repository), &ignored) &&
           is_below(path, work_tree, inside);
}
