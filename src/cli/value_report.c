#include "value_report.h"

void value_place_print(struct cli *cli, struct sl_str file, uint32_t line, uint32_t column)
{
    cli_escaped(cli, file);
    if (line)
        sl_buf_printf(&cli->out, ":%u:%u", line, column);
}

void value_print(struct cli *cli, struct sl_str value)
{
    if (value.ptr)
        cli_json_value(cli, value);
    else
        sl_buf_text(&cli->out, "not there");
}

void value_place_json(struct sl_json *json, struct sl_str file, uint32_t line, uint32_t column)
{
    cli_json_text(json, "file", file);
    if (line == 0)
        return;
    sl_json_key_unsigned(json, "line", line);
    sl_json_key_unsigned(json, "column", column);
}

void value_json(struct sl_json *json, struct sl_str value)
{
    sl_json_key_bool(json, "there", value.ptr != NULL);
    if (!value.ptr)
        return;
    sl_json_key(json, "value");
    sl_json_raw(json, value);
}

void value_chain_json(struct sl_json *json, const struct sl_value_place *place)
{
    sl_json_map(json);
    sl_json_key_text(json, "pointer", place->pointer);
    value_json(json, place->value);
    sl_json_key(json, "layers");
    sl_json_list(json);
    for (size_t i = 0; i < place->say_count; i++) {
        const struct sl_value_say *say = &place->says[i];
        sl_json_map(json);
        sl_json_key_text(json, "layer", say->layer);
        sl_json_key_text(json, "effect", sl_str_from(sl_value_effect_name(say->effect)));
        value_place_json(json, say->file, say->line, say->column);
        sl_json_key(json, "value");
        sl_json_raw(json, say->value);
        sl_json_end(json);
    }
    sl_json_end(json);
    sl_json_end(json);
}
