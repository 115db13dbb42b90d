#include "git_api.h"

#include <dlfcn.h>
#include <sealift/text.h>
#include <stddef.h>
#include <string.h>

enum { TEXT_SIZE = 400 };

_Static_assert(sizeof(void (*)(void)) == sizeof(void *), "POSIX: dlsym() returns functions as void *");

struct entry {
    const char *symbol;
    size_t offset; /* of the table's member */
};

static const struct entry entries[] = {
#define ENTRY(name) {"git_" #name, offsetof(struct sl_git_api, name)},
    SL_GIT_FUNCTIONS(ENTRY)
#undef ENTRY
};

static int fail_load(const char *library, struct sl_err *err)
{
    char reason[TEXT_SIZE];
    const char *text = dlerror();
    sl_fail(err, SL_E_UNSUPPORTED, "git repositories are read with %s, which cannot be used: %s", library,
            sl_escape(reason, sizeof reason, sl_str_from(text ? text : "no reason given")));
    return sl_hint(err, "install libgit2 (in Debian 12 the package libgit2-1.5)");
}

int sl_git_api_load(struct sl_git_api *api, const char *library, struct sl_err *err)
{
    /* It stays in memory even when closed: its libraries leave functions to be called at the end of threads
     * and of the process. */
    api->library = dlopen(library, RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
    if (!api->library)
        return fail_load(library, err);
    for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++) {
        void *function = dlsym(api->library, entries[i].symbol);
        if (!function)
            return fail_load(library, err);
        memcpy((char *)api + entries[i].offset, &function, sizeof function);
    }
    return 0;
}

void sl_git_api_unload(struct sl_git_api *api)
{
    if (api->library)
        (void)dlclose(api->library);
    *api = (struct sl_git_api){0};
}
