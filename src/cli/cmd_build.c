#include "cmd.h"

#include <sealift/build.h>
#include <sealift/text.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct context {
    const char *load_restrictor;
    const char *reorder;
    const char *output;
    bool managed_by_label;
};

static const struct cli_option options[] = {
    {"load-restrictor", "WHICH",
     "root-only: a kustomization names files below its directory (default); or none", CLI_TEXT,
     offsetof(struct context, load_restrictor), false},
    {"reorder", "ORDER", "legacy: kinds as they are installed (default); none: as in the sources", CLI_TEXT,
     offsetof(struct context, reorder), false},
    {"output", "DIR", "write each resource into a file of its own in DIR instead of printing them", CLI_TEXT,
     offsetof(struct context, output), false},
    {"enable-managedby-label", NULL, "label every resource with what made it", CLI_FLAG,
     offsetof(struct context, managed_by_label), false},
    CLI_OPTIONS_END,
};

static int read_restrictor(const char *text, bool *none, struct sl_err *err)
{
    *none = text && (strcmp(text, "none") == 0 || strcmp(text, "LoadRestrictionsNone") == 0);
    if (!text || *none || strcmp(text, "root-only") == 0 || strcmp(text, "LoadRestrictionsRootOnly") == 0)
        return 0;
    return sl_fail(err, SL_E_USAGE, "--load-restrictor must be root-only or none");
}

static int read_order(const char *text, enum sl_build_order *order, struct sl_err *err)
{
    *order = SL_BUILD_ORDER_DEFAULT;
    if (!text)
        return 0;
    if (strcmp(text, "none") == 0)
        *order = SL_BUILD_ORDER_NONE;
    else if (strcmp(text, "legacy") == 0)
        *order = SL_BUILD_ORDER_LEGACY;
    else
        return sl_fail(err, SL_E_USAGE, "--reorder must be legacy or none");
    return 0;
}

static void print_warnings(const struct sl_built_directory *built)
{
    for (size_t i = 0; i < sl_built_warning_count(built); i++) {
        char text[512];
        (void)fprintf(stderr, "warning: %s\n", sl_escape(text, sizeof text, sl_built_warning(built, i)));
    }
}

static int deliver(struct cli *cli, const struct context *context, const struct sl_built_directory *built,
                   struct sl_err *err)
{
    print_warnings(built);
    if (!context->output)
        return sl_built_stream(built, &cli->out, err);
    if (sl_built_write(built, context->output, err) < 0)
        return -1;
    size_t count = sl_built_count(built);
    sl_buf_printf(&cli->out, "wrote %zu file%s into ", count, count == 1 ? "" : "s");
    cli_escaped(cli, sl_str_from(context->output));
    sl_buf_byte(&cli->out, '\n');
    return 0;
}

/* DIR, seen from -C. */
static int target_directory(char out[4096], const struct cli *cli, struct sl_err *err)
{
    const char *directory = cli->word_count ? cli->words[0] : ".";
    bool from_here = directory[0] == '/' || strcmp(cli->repository, ".") == 0;
    int length = from_here ? snprintf(out, 4096, "%s", directory)
                           : snprintf(out, 4096, "%s/%s", cli->repository, directory);
    if (length < 0 || length >= 4096)
        return sl_fail(err, SL_E_USAGE, "the path of the directory is longer than 4095 bytes");
    return 0;
}

static int run(struct cli *cli, const void *data, struct sl_err *err)
{
    const struct context *context = data;
    char directory[4096];
    struct sl_directory_request request = {.directory = directory,
                                           .managed_by_label = context->managed_by_label};
    char working_directory[4096];
    if (target_directory(directory, cli, err) < 0)
        return -1;
    if (read_restrictor(context->load_restrictor, &request.load_restrict_none, err) < 0 ||
        read_order(context->reorder, &request.order, err) < 0)
        return -1;
    request.working_directory = getcwd(working_directory, sizeof working_directory);
    struct sl_built_directory *built = NULL;
    if (sl_directory_build(&built, &request, err) < 0)
        return -1;
    int result = deliver(cli, context, built, err);
    sl_built_free(built);
    return result;
}

const struct cli_command cmd_build = {
    .name = "build",
    .words = "[DIR]",
    .words_min = 0,
    .words_max = 1,
    .summary = "build a kustomization, as kubectl kustomize does",
    .description =
        "Prints the resources of the kustomization in DIR (default: the current directory), the same bytes as\n"
        "`kubectl kustomize` with kustomize v5.5.0. Nothing is fetched and no program is started: remote bases,\n"
        "Helm charts and plugins that are programs are refused, naming the line. Fields that are deprecated are\n"
        "warned of on standard error.\n"
        "\n"
        "kustomize's own spellings LoadRestrictionsNone and LoadRestrictionsRootOnly are taken too.",
    .examples = "  sealift build overlays/customer-a\n"
                "  sealift build overlays/customer-a --load-restrictor none --output rendered\n",
    .options = options,
    .context_size = sizeof(struct context),
    .in_repository = true,
    .run = run,
};
