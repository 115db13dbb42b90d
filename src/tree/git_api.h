/*
 * libgit2, loaded when the first repository is opened.
 *
 * It brings a TLS and an SSH library, Kerberos and more, none of which we call, and which take longer to load
 * and start than most commands take altogether; most commands never meet a repository. So it is not linked:
 * its functions are in a table that sl_git_api_load() fills. The names are libgit2's without "git_", the
 * types are those of its headers, and the library asked for is the one of those headers.
 */
#ifndef TREE_GIT_API_H
#define TREE_GIT_API_H

#include <git2.h>
#include <git2/sys/repository.h>
#include <sealift/err.h>

#define SL_GIT_LIBRARY "libgit2.so." LIBGIT2_SOVERSION

/* Every function that is used. */
#define SL_GIT_FUNCTIONS(X)                                                                                  \
    X(attr_get)                                                                                              \
    X(blob_free)                                                                                             \
    X(blob_lookup)                                                                                           \
    X(blob_rawcontent)                                                                                       \
    X(blob_rawsize)                                                                                          \
    X(buf_dispose)                                                                                           \
    X(commit_free)                                                                                           \
    X(commit_lookup)                                                                                         \
    X(commit_time)                                                                                           \
    X(commit_tree)                                                                                           \
    X(error_last)                                                                                            \
    X(index_entrycount)                                                                                      \
    X(index_free)                                                                                            \
    X(index_get_byindex)                                                                                     \
    X(index_get_bypath)                                                                                      \
    X(libgit2_init)                                                                                          \
    X(libgit2_opts)                                                                                          \
    X(libgit2_shutdown)                                                                                      \
    X(object_free)                                                                                           \
    X(object_id)                                                                                             \
    X(object_peel)                                                                                           \
    X(object_type)                                                                                           \
    X(object_type2string)                                                                                    \
    X(odb_free)                                                                                              \
    X(odb_object_data)                                                                                       \
    X(odb_object_free)                                                                                       \
    X(odb_object_size)                                                                                       \
    X(odb_object_type)                                                                                       \
    X(odb_open_rstream)                                                                                      \
    X(odb_read)                                                                                              \
    X(odb_read_header)                                                                                       \
    X(odb_stream_free)                                                                                       \
    X(odb_stream_read)                                                                                       \
    X(oid_equal)                                                                                             \
    X(oid_fromstr)                                                                                           \
    X(oid_tostr)                                                                                             \
    X(reference_free)                                                                                        \
    X(reference_peel)                                                                                        \
    X(repository__cleanup)                                                                                   \
    X(repository_commondir)                                                                                  \
    X(repository_discover)                                                                                   \
    X(repository_free)                                                                                       \
    X(repository_hashfile)                                                                                   \
    X(repository_head)                                                                                       \
    X(repository_index)                                                                                      \
    X(repository_is_bare)                                                                                    \
    X(repository_is_shallow)                                                                                 \
    X(repository_odb)                                                                                        \
    X(repository_open_ext)                                                                                   \
    X(repository_path)                                                                                       \
    X(repository_workdir)                                                                                    \
    X(revparse_single)                                                                                       \
    X(revwalk_free)                                                                                          \
    X(revwalk_new)                                                                                           \
    X(revwalk_next)                                                                                          \
    X(revwalk_push)                                                                                          \
    X(revwalk_simplify_first_parent)                                                                         \
    X(status_byindex)                                                                                        \
    X(status_list_entrycount)                                                                                \
    X(status_list_free)                                                                                      \
    X(status_list_new)                                                                                       \
    X(status_options_init)                                                                                   \
    X(strarray_dispose)                                                                                      \
    X(tag_list)                                                                                              \
    X(tree_entry_byindex)                                                                                    \
    X(tree_entry_bypath)                                                                                     \
    X(tree_entry_filemode)                                                                                   \
    X(tree_entry_free)                                                                                       \
    X(tree_entry_id)                                                                                         \
    X(tree_entry_name)                                                                                       \
    X(tree_entrycount)                                                                                       \
    X(tree_free)                                                                                             \
    X(tree_id)                                                                                               \
    X(tree_lookup)

struct sl_git_api {
    void *library; /* NULL: not loaded */
/* NOLINTNEXTLINE(bugprone-macro-parentheses): a name in parentheses is no member. */
#define SL_GIT_MEMBER(name) __typeof__(git_##name) *name;
    SL_GIT_FUNCTIONS(SL_GIT_MEMBER)
#undef SL_GIT_MEMBER
};

/* Fills a zeroed table from `library`, which is SL_GIT_LIBRARY. SL_E_UNSUPPORTED where it is not there or is
 * not what its name says. To be unloaded in every case, after the last use of what came from it. */
int sl_git_api_load(struct sl_git_api *api, const char *library, struct sl_err *err) SL_MUST_USE;
void sl_git_api_unload(struct sl_git_api *api);

/*
 * What libgit2 gives to keep, with the function that takes it back, for SL_CLEANUP(sl_git_NAME_release):
 *     SL_CLEANUP(sl_git_commit_release) struct sl_git_commit commit = {api, NULL};
 *     api->commit_lookup(&commit.it, ...)
 */
/* NOLINTBEGIN(bugprone-macro-parentheses): a type in parentheses declares nothing. */
#define SL_GIT_KEPT(name, type, release)                                                                     \
    struct sl_git_##name {                                                                                   \
        const struct sl_git_api *api;                                                                        \
        type *it;                                                                                            \
    };                                                                                                       \
    static inline void sl_git_##name##_release(struct sl_git_##name *kept)                                   \
    {                                                                                                        \
        kept->api->release(kept->it);                                                                        \
        kept->it = NULL;                                                                                     \
    }
/* NOLINTEND(bugprone-macro-parentheses) */
SL_GIT_KEPT(blob, git_blob, blob_free)
SL_GIT_KEPT(commit, git_commit, commit_free)
SL_GIT_KEPT(index, git_index, index_free)
SL_GIT_KEPT(object, git_object, object_free)
SL_GIT_KEPT(odb_object, git_odb_object, odb_object_free)
SL_GIT_KEPT(reference, git_reference, reference_free)
SL_GIT_KEPT(revwalk, git_revwalk, revwalk_free)
SL_GIT_KEPT(status, git_status_list, status_list_free)
SL_GIT_KEPT(tree, git_tree, tree_free)
SL_GIT_KEPT(tree_entry, git_tree_entry, tree_entry_free)
#undef SL_GIT_KEPT

#endif
