#include "cmd.h"
#include "release_report.h"
#include "value_report.h"

#include <sealift/explain.h>
#include <sealift/text.h>
#include <stdio.h>

struct context {
    struct release_options release;
    const char *space;
    enum cli_format format;
};

static const struct cli_option options[] = {
    RELEASE_OPTIONS(context),
    {"namespace", "NAME", "the object's namespace, where several have its name", CLI_TEXT,
     offsetof(struct context, space), false},
    CLI_FORMAT_OPTION(context),
    CLI_OPTIONS_END,
};

/* -- text -- */

static void print_step(struct cli *cli, const struct sl_explained_step *step)
{
    sl_buf_printf(&cli->out, "  %-16s  ", step->step);
    if (step->place.file.len) {
        value_place_print(cli, step->place.file, step->place.line, step->place.column);
        sl_buf_text(&cli->out, "  ");
    }
    value_print(cli, step->value);
    if (step->entry.file.len) {
        sl_buf_text(&cli->out, "  (");
        value_place_print(cli, step->entry.file, step->entry.line, step->entry.column);
        sl_buf_byte(&cli->out, ')');
    }
    sl_buf_byte(&cli->out, '\n');
}

static void print_say(struct cli *cli, const struct sl_value_say *say)
{
    sl_buf_printf(&cli->out, "    %-9s " SL_FMT "  ", sl_value_effect_name(say->effect), SL_ARG(say->layer));
    value_place_print(cli, say->file, say->line, say->column);
    sl_buf_text(&cli->out, "  ");
    value_print(cli, say->value);
    sl_buf_byte(&cli->out, '\n');
}

/* Of layers the lowest first, as with the steps. */
static void print_chain(struct cli *cli, const struct sl_value_place *place)
{
    sl_buf_text(&cli->out, "  values ");
    cli_escaped(cli, place->pointer);
    sl_buf_byte(&cli->out, '\n');
    for (size_t i = 0; i < place->say_count; i++)
        print_say(cli, &place->says[i]);
    if (place->say_count == 0)
        sl_buf_text(&cli->out, "    no layer says so: Helm makes it\n");
}

/* The layer of one place of values that decided; NULL: none. */
static const struct sl_value_say *winner_of(const struct sl_value_place *place)
{
    for (size_t i = place->say_count; i > 0; i--)
        if (place->says[i - 1].effect == SL_VALUE_WINS || place->says[i - 1].effect == SL_VALUE_DELETES)
            return &place->says[i - 1];
    return NULL;
}

/* Who won: the layer, where the field is one value; else the last step. */
static void print_winner(struct cli *cli, const struct sl_explained_field *field)
{
    const struct sl_value_say *say = field->values && sl_explanation_count(field->values) == 1
                                         ? winner_of(sl_explanation_at(field->values, 0))
                                         : NULL;
    cli_marked(cli, '+', "won");
    sl_buf_text(&cli->out, "  ");
    if (say) {
        sl_buf_printf(&cli->out, "values, " SL_FMT "  ", SL_ARG(say->layer));
        value_place_print(cli, say->file, say->line, say->column);
    } else if (field->step_count > 0) {
        const struct sl_explained_step *last = &field->steps[field->step_count - 1];
        sl_buf_printf(&cli->out, "%s%s", last->step, last->place.file.len ? "  " : "");
        value_place_print(cli, last->place.file, last->place.line, last->place.column);
    } else {
        sl_buf_text(&cli->out, "values");
    }
    sl_buf_text(&cli->out, "  ");
    value_print(cli, field->value);
    sl_buf_byte(&cli->out, '\n');
}

static void print_text(struct cli *cli, const struct sl_explained_field *field)
{
    cli_escaped(cli, field->kind);
    sl_buf_byte(&cli->out, '/');
    cli_escaped(cli, field->name);
    if (field->space.len) {
        sl_buf_text(&cli->out, " in ");
        cli_escaped(cli, field->space);
    }
    if (!sl_str_equal(field->first_name, field->name)) {
        sl_buf_text(&cli->out, ", at first ");
        cli_escaped(cli, field->first_name);
    }
    sl_buf_text(&cli->out, "\n");
    cli_escaped(cli, field->pointer);
    sl_buf_text(&cli->out, field->pointer.len ? ": " : "(all): ");
    value_print(cli, field->value);
    sl_buf_byte(&cli->out, '\n');
    for (size_t i = 0; i < field->step_count; i++)
        print_step(cli, &field->steps[i]);
    for (size_t i = 0; field->values && i < sl_explanation_count(field->values); i++)
        print_chain(cli, sl_explanation_at(field->values, i));
    print_winner(cli, field);
}

/* -- JSON -- */

static void steps_json(struct sl_json *json, const struct sl_explained_field *field)
{
    sl_json_key(json, "steps");
    sl_json_list(json);
    for (size_t i = 0; i < field->step_count; i++) {
        const struct sl_explained_step *step = &field->steps[i];
        sl_json_map(json);
        sl_json_key_text(json, "step", sl_str_from(step->step));
        value_place_json(json, step->place.file, step->place.line, step->place.column);
        if (step->entry.file.len) {
            sl_json_key(json, "entry");
            sl_json_map(json);
            value_place_json(json, step->entry.file, step->entry.line, step->entry.column);
            sl_json_end(json);
        }
        value_json(json, step->value);
        sl_json_end(json);
    }
    sl_json_end(json);
}

static void print_json(struct cli *cli, const struct sl_explained_field *field)
{
    struct sl_json *json = cli_json(cli);
    sl_json_key_text(json, "kind", field->kind);
    sl_json_key_text(json, "name", field->name);
    sl_json_key_text(json, "namespace", field->space);
    sl_json_key_text(json, "first_name", field->first_name);
    sl_json_key_text(json, "pointer", field->pointer);
    value_json(json, field->value);
    steps_json(json, field);
    sl_json_key(json, "values");
    sl_json_list(json);
    for (size_t i = 0; field->values && i < sl_explanation_count(field->values); i++)
        value_chain_json(json, sl_explanation_at(field->values, i));
    sl_json_end(json);
}

static int run(struct cli *cli, const void *data, struct sl_err *err)
{
    const struct context *context = data;
    struct release_options question = context->release;
    question.allow_dirty = true; /* looking is always allowed */
    struct sl_explain_query query = {.object = sl_str_from(cli->words[0]),
                                     .path = sl_str_from(cli->words[1]),
                                     .space = sl_str_from(context->space)};
    struct sl_findings *findings = NULL;
    struct sl_explained *explained = NULL;
    if (release_query(&query.release, cli, &question, err) < 0 || sl_findings_new(&findings, err) < 0)
        return -1;
    int result = sl_explain(&explained, &query, findings, err);
    if (result < 0 && err->code == SL_E_FINDINGS) {
        findings_print(findings);
        if (context->format == CLI_AS_JSON)
            findings_json(cli_json(cli), findings);
    }
    if (result == 0) {
        const struct sl_explained_field *field = sl_explained_get(explained);
        if (context->format == CLI_AS_JSON)
            print_json(cli, field);
        else
            print_text(cli, field);
    }
    sl_explained_free(explained);
    sl_findings_free(findings);
    return result;
}

const struct cli_command cmd_explain = {
    .name = "explain",
    .words = "KIND/NAME PATH",
    .words_min = 2,
    .words_max = 2,
    .summary = "name every step that made a field of a delivered object",
    .description =
        "Composes what one customer gets of one release and prints, for one field of one object, where its value came\n"
        "from and what changed it, in order: the resource file or generator, each patch and transformer of a\n"
        "kustomization, the substitution of ${name}, and the merge of values. The last line says which one won.\n"
        "\n"
        "NAME is the name that is delivered, or the one the object has in its file. PATH is dotted (a.b[0].c, with a\n"
        "backslash before a dot that is part of a key) or a JSON Pointer (/a/b/0/c). A path into the values of an\n"
        "Application or HelmRelease goes on with the layers that `sealift values --explain` names.",
    .examples =
        "  sealift explain --release v1.0 --customer customer-a Namespace/harborline metadata.labels\n"
        "  sealift explain --release v1.0 --customer customer-a Application/portal "
        "spec.source.helm.valuesObject.replicaCount\n",
    .options = options,
    .context_size = sizeof(struct context),
    .in_repository = true,
    .run = run,
};
