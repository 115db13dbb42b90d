/*
 * Symbolic links and the walls between releases and customers: where a link leads decides, not where it lies.
 */
#include "../tree/repository.h"
#include "pack_kit.h"
#include "release_repo.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct temp_dir temp; /* repo/ is the repository */
static struct pack_kit kit;
static char repo[PATH_MAX];

static void set_up(void)
{
    struct temp_dir inner;
    repository_make_temp(&temp);
    temp_dir_make_dir(&temp, "repo");
    (void)snprintf(inner.path, sizeof inner.path, "%s", temp_dir_join(&temp, "repo", repo));
    release_repo_write(&inner);
    temp_dir_write_text(&temp, "repo/releases/v1.0/artifacts/a", "a\n");
    repository_run(&temp, "cd repo && cp -r releases/v1.0 releases/v1.1 && cp -r overlays/customer-a "
                          "overlays/customer-b && echo theirs > releases/v1.1/artifacts/a &&"
                          "git init -q -b main . && git add -A . && git commit -q -m first");
}

static void tear_down(void)
{
    temp_dir_remove(&temp);
}

TestSuite(links, .init = set_up, .fini = tear_down);

/* What to do in the repository, and what the message or the one finding has to name. */
struct link_case {
    const char *script;
    const char *names[2];
};

static const struct link_case refused[] = {
    {"cd overlays/customer-a/custom-values && ln -sf ../../customer-b/custom-values/web-custom.yaml .",
     {"overlays/customer-a/custom-values/web-custom.yaml leads to",
      "overlays/customer-b/custom-values/web-custom.yaml is another customer's"}},
    {"cd overlays/customer-a && rm -r custom-values && ln -s ../customer-b/custom-values custom-values",
     {"overlays/customer-a/custom-values leads to", "customer-b/custom-values is another customer's"}},
    {"cd overlays/customer-a && ln -sf ../customer-b/cluster-config.yaml cluster-config.yaml",
     {"overlays/customer-a/cluster-config.yaml leads to", "customer-b/cluster-config.yaml is another"}},
    {"cd overlays/customer-a && mkdir -p ../customer-b && echo 'resources: []' > "
     "../customer-b/kustomization.yaml && ln -sf ../customer-b/kustomization.yaml kustomization.yaml",
     {"overlays/customer-a/kustomization.yaml leads to", "customer-b/kustomization.yaml is another"}},
    {"cd overlays/customer-a && echo 'resources: [more.yaml]' > kustomization.yaml &&"
     "ln -s ../customer-b/custom-values/web-custom.yaml more.yaml",
     {"overlays/customer-a/more.yaml leads to", "customer-b/custom-values/web-custom.yaml is another"}},
    {"cd overlays/customer-a && echo 'resources: [more]' > kustomization.yaml &&"
     "ln -s ../../releases/v1.1 more",
     {"overlays/customer-a/more leads to", "releases/v1.1 is of another release"}},
    {"cd releases/v1.0/applications && ln -sf ../../v1.1/applications/web-app.yaml web-app.yaml",
     {"releases/v1.0/applications/web-app.yaml leads to", "v1.1/applications/web-app.yaml is of another"}},
    {"cd releases/v1.0 && ln -sf ../v1.1/release.yaml release.yaml",
     {"releases/v1.0/release.yaml leads to", "v1.1/release.yaml is of another release"}},
    {"cd releases/v1.0/values/production && ln -sf ../../../v1.1/values/production/web-values.yaml .",
     {"releases/v1.0/values/production/web-values.yaml leads to", "web-values.yaml is of another release"}},
    {"cd base/values && ln -sf ../../overlays/customer-b/custom-values/web-custom.yaml web-values.yaml",
     {"base/values/web-values.yaml leads to", "customer-b/custom-values/web-custom.yaml is another"}},
    {"cd releases/v1.0/artifacts && ln -s ../../../overlays/customer-b/custom-values/web-custom.yaml leak",
     {"releases/v1.0/artifacts/leak leads to", "customer-b/custom-values/web-custom.yaml is another"}},
    {"cd releases/v1.0/artifacts && ln -s ../../v1.1 v11",
     {"releases/v1.0/artifacts/v11 leads to", "releases/v1.1 is of another release"}},
    {"cd releases/v1.0/artifacts && ln -s ../../../overlays/customer-b/custom-values more",
     {"releases/v1.0/artifacts/more leads to", "overlays/customer-b/custom-values is another"}},
    {"cd releases/v1.0/artifacts && ln -s ../../../overlays all",
     {"releases/v1.0/artifacts/all leads to", "overlays/customer-b is another"}},
    {"cd releases/v1.0 && ln -s ../v1.1/artifacts docs",
     {"releases/v1.0/docs leads to", "releases/v1.1/artifacts is of another"}},
    {"cd releases/v1.0 && mkdir -p docs && ln -s ../../v1.1/artifacts/a docs/b",
     {"releases/v1.0/docs/b leads to", "releases/v1.1/artifacts/a is of another"}},
    {"cd releases/v1.0 && ln -s ../v1.1/artifacts schemas",
     {"releases/v1.0/schemas leads to", "releases/v1.1/artifacts is of another"}},
    {"ln -sf releases/v1.1/artifacts/a DEPLOYMENT.md",
     {"DEPLOYMENT.md leads to", "releases/v1.1/artifacts/a is of another"}},
    {"ln -sf overlays/customer-b/custom-values/web-custom.yaml VERSION.md",
     {"VERSION.md leads to", "customer-b/custom-values/web-custom.yaml is another"}},
    /* The last of several links is to blame. */
    {"ln -s overlays/customer-b/custom-values shared && ln -s ../../../shared/web-custom.yaml "
     "releases/v1.0/artifacts/leak",
     {"link shared leads to", "overlays/customer-b/custom-values/web-custom.yaml is another"}},
    /* A link of theirs is theirs, wherever it leads. */
    {"mkdir apart && ln -s ../../apart overlays/customer-b/apart && echo x > apart/x &&"
     "ln -s ../../../overlays/customer-b/apart/x releases/v1.0/artifacts/leak",
     {"releases/v1.0/artifacts/leak leads to", "overlays/customer-b/apart is another"}},
    /* What tells them apart must not be a link. */
    {"mv overlays/customer-a apart && ln -s ../apart overlays/customer-a",
     {"overlays/customer-a is a symbolic link", "must be a directory"}},
    {"mv releases/v1.0 apart && ln -s ../apart releases/v1.0",
     {"releases/v1.0 is a symbolic link", "must be a directory"}},
    {"mv overlays apart && ln -s apart overlays", {"overlays is a symbolic link", "must be a directory"}},
    {"mv releases apart && ln -s apart releases", {"releases is a symbolic link", "must be a directory"}},
    {"rm -rf overlays/default && ln -s customer-b overlays/default",
     {"overlays/default leads to", "overlays/customer-b"}},
};

/* The message, or that of the finding it came to. */
static const char *said(void)
{
    if (kit.err.code != SL_E_FINDINGS || sl_findings_count(kit.findings) == 0)
        return kit.err.message;
    return sl_findings_at(kit.findings, 0)->message.ptr;
}

static void change(const char *script)
{
    char line[2048];
    (void)snprintf(line, sizeof line, "cd repo && rm -rf -- * && git reset -q --hard HEAD && (%s)", script);
    repository_run(&temp, line);
}

/* Renders the work tree, or what is committed of it and then taken back. */
static void render(bool committed)
{
    struct sl_release_query query = pack_kit_query(repo);
    if (committed) {
        repository_run(
            &temp,
            "cd repo && git add -A . && git commit -q -m changed && git update-ref refs/tags/changed HEAD && "
            "git reset -q --hard HEAD~1");
        query.revision = "changed";
    }
    pack_kit_render(&kit, &query);
}

Test(links, to_another_release_or_customer_are_refused_naming_both_ends)
{
    for (size_t i = 0; i < 2 * sizeof refused / sizeof refused[0]; i++) {
        const struct link_case *row = &refused[i / 2];
        change(row->script);
        render(i % 2 == 1);
        cr_expect_eq(kit.result, -1, "%s", row->script);
        cr_expect(kit.err.code == SL_E_INPUT || kit.err.code == SL_E_FINDINGS, "%s", row->script);
        for (size_t name = 0; name < 2; name++)
            cr_expect(strstr(said(), row->names[name]), "%s: %s lacks \"%s\"", row->script, said(),
                      row->names[name]);
        pack_kit_release(&kit);
    }
}

static const char *const allowed[] = {
    "cd overlays/customer-a/custom-values && mv web-custom.yaml ../mine && ln -s ../mine web-custom.yaml",
    "cd overlays/customer-a && mv custom-values mine && ln -s mine custom-values",
    "mv overlays/customer-a/site.yaml base/ && ln -s ../../base/site.yaml overlays/customer-a/site.yaml",
    "mv releases/v1.0/artifacts base/carried && ln -s ../../base/carried releases/v1.0/artifacts",
    "ln -s releases/v1.0/artifacts/a b && mkdir -p releases/v1.0/docs && ln -s ../../../b releases/v1.0/docs/b",
    "mkdir -p base/default && rm -rf overlays/default && ln -s ../base/default overlays/default",
    /* Links that nobody follows are nobody's business. */
    "ln -s ../releases/v1.1 releases/latest && ln -s customer-b overlays/customer-c && ln -s releases/v1.1 new",
};

Test(links, within_what_a_delivery_may_read_are_followed)
{
    for (size_t i = 0; i < 2 * sizeof allowed / sizeof allowed[0]; i++) {
        change(allowed[i / 2]);
        render(i % 2 == 1);
        cr_expect_eq(kit.result, 0, "%s: %s: %s", allowed[i / 2], kit.err.message, pack_kit_findings(&kit));
        pack_kit_release(&kit);
    }
}

Test(links, are_escaped_in_what_is_said_about_them)
{
    change("ln -s ../../v1.1 \"releases/v1.0/artifacts/$(printf 'x\\033[31m')\"");
    render(false);
    cr_expect_eq(kit.err.code, SL_E_INPUT);
    cr_expect(strstr(kit.err.message, "releases/v1.0/artifacts/x\\x1b[31m leads to"), "%s", kit.err.message);
    pack_kit_release(&kit);
}
