#include "cmd.h"
#include "release_report.h"

#include <sealift/kubeschema.h>
#include <sealift/schema.h>
#include <sealift/text.h>
#include <stdlib.h>
#include <string.h>

enum { DOCUMENTS_MAX = 100000 };

struct context {
    const char *schema;
    struct cli_list maps;
    bool assert_formats;
    const char *kubernetes, *kubernetes_schemas, *out;
    struct cli_list crds;
    bool force;
    enum cli_format format;
};

static const struct cli_option options[] = {
    {"schema", "FILE", "check: the schema, JSON or YAML", CLI_TEXT, offsetof(struct context, schema), false},
    {"schema-map", "URL=DIR", "check: read references below URL from DIR (can be given several times)",
     CLI_LIST, offsetof(struct context, maps), false},
    {"assert-formats", NULL, "check: `format` too: dates, addresses, URIs and the like", CLI_FLAG,
     offsetof(struct context, assert_formats), false},
    {"kubernetes", "VERSION", "check: objects of Kubernetes, of this version; import: what the files are of",
     CLI_TEXT, offsetof(struct context, kubernetes), false},
    {"kubernetes-schemas", "DIR", "check: where the schemas are (default schemas/kubernetes)", CLI_TEXT,
     offsetof(struct context, kubernetes_schemas), false},
    {"crd", "FILE", "check: CustomResourceDefinitions (can be given several times)", CLI_LIST,
     offsetof(struct context, crds), false},
    {"out", "DIR", "import: write DIR/VERSION/kinds.json (default schemas/kubernetes)", CLI_TEXT,
     offsetof(struct context, out), false},
    {"force", NULL, "import: replace a file that is there", CLI_FLAG, offsetof(struct context, force), false},
    CLI_FORMAT_OPTION(context),
    CLI_OPTIONS_END,
};

/* "URL=DIR", cut at the first "=". The copies of the URLs are the caller's to free, also after an error. */
static int read_maps(struct sl_schema_map *maps, size_t *count, const struct cli_list *list,
                     struct sl_err *err)
{
    for (size_t i = 0; i < list->count; i++) {
        const char *equals = strchr(list->items[i], '=');
        if (!equals || equals == list->items[i] || equals[1] == '\0')
            return sl_fail(err, SL_E_USAGE, "--schema-map wants URL=DIR");
        char *url = strndup(list->items[i], (size_t)(equals - list->items[i]));
        if (!url)
            return sl_fail_memory(err);
        maps[(*count)++] = (struct sl_schema_map){url, equals + 1};
    }
    return 0;
}

static void print(struct cli *cli, const struct context *context, const struct sl_findings *findings,
                  const struct sl_schema_tally *tally)
{
    if (context->format == CLI_AS_TEXT) {
        sl_buf_printf(&cli->out, "%zu of %zu documents fit ", tally->documents - tally->invalid,
                      tally->documents);
        cli_escaped(cli, sl_str_from(context->schema));
        sl_buf_byte(&cli->out, '\n');
        return;
    }
    struct sl_json *json = cli_json(cli);
    sl_json_key_text(json, "schema", sl_str_from(context->schema));
    sl_json_key_unsigned(json, "documents", tally->documents);
    sl_json_key_unsigned(json, "invalid", tally->invalid);
    findings_json(json, findings);
}

static int check(struct cli *cli, const struct context *context, struct sl_schema_checker *checker,
                 struct sl_findings *findings, struct sl_err *err)
{
    struct sl_schema_tally tally = {0};
    for (size_t i = 1; i < cli->word_count; i++)
        if (sl_schema_check_file(checker, cli->words[i], findings, &tally, err) < 0)
            return -1;
    findings_print(findings);
    print(cli, context, findings, &tally);
    if (tally.invalid == 0)
        return 0;
    char shown[256];
    return sl_fail(err, SL_E_FINDINGS, "%zu of %zu documents do not fit %s", tally.invalid, tally.documents,
                   sl_escape(shown, sizeof shown, sl_str_from(context->schema)));
}

static int run_check(struct cli *cli, const struct context *context, struct sl_err *err)
{
    struct sl_schema_map maps[CLI_LIST_MAX];
    struct sl_schema_request request = {
        .schema = context->schema, .maps = maps, .assert_formats = context->assert_formats};
    struct sl_findings *findings = NULL;
    struct sl_schema_checker *checker = NULL;
    int result = read_maps(maps, &request.map_count, &context->maps, err);
    if (result == 0)
        result = sl_findings_new(&findings, err);
    if (result == 0)
        result = sl_schema_checker_new(&checker, &request, err);
    if (result == 0)
        result = check(cli, context, checker, findings, err);
    sl_schema_checker_free(checker);
    sl_findings_free(findings);
    for (size_t i = 0; i < request.map_count; i++)
        free((char *)maps[i].url);
    return result;
}

/* -- Kubernetes -- */

static const char default_schemas[] = "schemas/kubernetes";

static void print_objects(struct cli *cli, const struct context *context, const struct sl_findings *findings,
                          const struct sl_kube_counts *counts)
{
    if (context->format == CLI_AS_TEXT) {
        sl_buf_printf(&cli->out, "%zu of %zu objects fit, %zu have no schema\n",
                      counts->objects - counts->invalid, counts->objects, counts->unchecked);
        return;
    }
    struct sl_json *json = cli_json(cli);
    sl_json_key_unsigned(json, "objects", counts->objects);
    sl_json_key_unsigned(json, "invalid", counts->invalid);
    sl_json_key_unsigned(json, "without_schema", counts->unchecked);
    findings_json(json, findings);
}

static int check_objects(struct cli *cli, const struct context *context, struct sl_kube_checker *checker,
                         struct sl_findings *findings, struct sl_err *err)
{
    struct sl_kube_counts counts = {0};
    for (size_t i = 1; i < cli->word_count; i++)
        if (sl_kube_checker_file(checker, cli->words[i], findings, &counts, err) < 0)
            return -1;
    if (sl_kube_checker_finish(checker, findings, err) < 0)
        return -1;
    findings_print(findings);
    print_objects(cli, context, findings, &counts);
    if (counts.invalid == 0)
        return 0;
    return sl_fail(err, SL_E_FINDINGS, "%zu of %zu objects do not fit", counts.invalid, counts.objects);
}

static int run_kubernetes(struct cli *cli, const struct context *context, struct sl_err *err)
{
    struct sl_findings *findings = NULL;
    struct sl_kube_checker *checker = NULL;
    struct sl_kube_request request = {.directory = context->kubernetes_schemas,
                                      .version = context->kubernetes,
                                      .crds = context->crds.items,
                                      .crd_count = context->crds.count};
    if (!request.directory && request.version)
        request.directory = default_schemas;
    int result = sl_findings_new(&findings, err);
    if (result == 0)
        result = sl_kube_checker_new(&checker, &request, err);
    if (result == 0)
        result = check_objects(cli, context, checker, findings, err);
    sl_kube_checker_free(checker);
    sl_findings_free(findings);
    return result;
}

static int run_import(struct cli *cli, const struct context *context, struct sl_err *err)
{
    struct sl_kubeschema_imported imported;
    struct sl_kubeschema_import request = {.files = (const char *const *)&cli->words[1],
                                           .file_count = cli->word_count - 1,
                                           .version = context->kubernetes,
                                           .directory = context->out ? context->out : default_schemas,
                                           .replace = context->force};
    if (sl_kubeschema_import(&imported, &request, err) < 0)
        return -1;
    char size[16];
    if (context->format == CLI_AS_TEXT) {
        cli_escaped(cli, sl_str_from(imported.path));
        sl_buf_printf(&cli->out, ": Kubernetes %s, %zu kinds, %zu definitions, %s\n", imported.version,
                      imported.kinds, imported.definitions, sl_size_text(size, imported.bytes));
        return 0;
    }
    struct sl_json *json = cli_json(cli);
    sl_json_key_text(json, "path", sl_str_from(imported.path));
    sl_json_key_text(json, "kubernetes", sl_str_from(imported.version));
    sl_json_key_unsigned(json, "kinds", imported.kinds);
    sl_json_key_unsigned(json, "definitions", imported.definitions);
    sl_json_key_unsigned(json, "bytes", imported.bytes);
    return 0;
}

static int run(struct cli *cli, const void *data, struct sl_err *err)
{
    const struct context *context = data;
    if (strcmp(cli->words[0], "import") == 0)
        return run_import(cli, context, err);
    if (strcmp(cli->words[0], "check") != 0) {
        char shown[64];
        (void)sl_fail(err, SL_E_USAGE, "schema does not know how to '%s'",
                      sl_escape(shown, sizeof shown, sl_str_from(cli->words[0])));
        return sl_hint(err, "sealift schema check --schema FILE DOC..., or schema import FILE...");
    }
    bool of_kubernetes = context->kubernetes || context->kubernetes_schemas || context->crds.count;
    if (!of_kubernetes && !context->schema) {
        (void)sl_fail(err, SL_E_USAGE, "schema needs --schema FILE, or --kubernetes VERSION");
        return sl_hint(err, "sealift schema check --schema FILE DOC...");
    }
    if (of_kubernetes && context->schema)
        return sl_fail(err, SL_E_USAGE,
                       "--schema is for any documents, --kubernetes and --crd are for objects of "
                       "Kubernetes: take one");
    return of_kubernetes ? run_kubernetes(cli, context, err) : run_check(cli, context, err);
}

const struct cli_command cmd_schema = {
    .name = "schema",
    .words = "check DOC... | import FILE...",
    .words_min = 2,
    .words_max = DOCUMENTS_MAX,
    .summary = "check documents against a JSON Schema, or objects against those of Kubernetes",
    .description =
        "check holds each document of each file DOC against the schema. Files whose names end in .json are JSON, "
        "others\n"
        "YAML as Helm reads it. The draft is the one that $schema names: 4, 6, 7, 2019-09 or 2020-12, which is\n"
        "also the one where it names none. What does not fit is listed with its place, the best first.\n"
        "\n"
        "References are followed to files in or below the directory of the schema, and to those of a mapped "
        "URL;\n"
        "nothing is fetched.\n"
        "Numbers are compared exactly. The exit status is 1 where a document does not fit.\n"
        "\n"
        "With --kubernetes, --kubernetes-schemas or --crd each document is an object of Kubernetes: fields that are\n"
        "unknown, types, lists with equal keys, quantities, names and labels. The schemas are those of the nearest\n"
        "patch level of the version, without --kubernetes those in the directory itself.\n"
        "\n"
        "import makes such schemas, DIR/VERSION/kinds.json, of what an API server publishes as OpenAPI v2 or v3.",
    .examples = "  sealift schema check --schema values.schema.json values.yaml\n"
                "  sealift schema check --schema app.json --schema-map https://example.com/schemas=schemas "
                "deploy/*.yaml\n"
                "  kubectl get --raw /openapi/v2 > openapi.json; sealift schema import openapi.json\n"
                "  sealift schema check --kubernetes 1.29 --crd crds.yaml manifests/*.yaml\n",
    .options = options,
    .context_size = sizeof(struct context),
    .run = run,
};
