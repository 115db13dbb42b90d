/*
 * SARIF 2.1.0 (OASIS, "Static Analysis Results Interchange Format Version 2.1.0"), which code hosts show beside the
 * lines a finding is about.
 */
#include "validate_report.h"

#include "release_report.h"

#include <sealift/rules.h>
#include <sealift/version.h>
#include <stdio.h>

static const char schema[] =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

static void text_object(struct sl_json *json, const char *key, struct sl_str text)
{
    sl_json_key(json, key);
    sl_json_map(json);
    sl_json_key_text(json, "text", text);
    sl_json_end(json);
}

static void write_rule(struct sl_json *json, const struct sl_rule *rule)
{
    sl_json_map(json);
    sl_json_key_text(json, "id", sl_str_from(rule->id));
    text_object(json, "shortDescription", sl_str_from(rule->summary));
    sl_json_key(json, "defaultConfiguration");
    sl_json_map(json);
    sl_json_key_text(json, "level", sl_str_from(sl_severity_name(rule->severity)));
    sl_json_end(json);
    sl_json_end(json);
}

static void write_tool(struct sl_json *json)
{
    sl_json_key(json, "tool");
    sl_json_map(json);
    sl_json_key(json, "driver");
    sl_json_map(json);
    sl_json_key_text(json, "name", SL_STR("sealift"));
    sl_json_key_text(json, "version", sl_str_from(SL_VERSION));
    sl_json_key(json, "rules");
    sl_json_list(json);
    for (size_t i = 0; i < sl_rule_count(); i++)
        write_rule(json, sl_rule_at(i));
    sl_json_end(json);
    sl_json_end(json);
    sl_json_end(json);
}

/* A relative reference (RFC 3986): everything but what is unreserved, and the slash, as %XX. */
static void write_uri(struct sl_json *json, struct sl_str path)
{
    struct sl_buf uri;
    sl_buf_init(&uri, 16384);
    for (size_t i = 0; i < path.len; i++) {
        char byte = path.ptr[i];
        bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                     (byte >= '0' && byte <= '9') || byte == '-' || byte == '.' || byte == '_' ||
                     byte == '~' || byte == '/';
        if (plain)
            sl_buf_byte(&uri, byte);
        else
            sl_buf_printf(&uri, "%%%02X", (unsigned)(unsigned char)byte);
    }
    sl_json_key_text(json, "uri", sl_buf_view(&uri));
    sl_buf_release(&uri);
}

static void write_physical(struct sl_json *json, const struct sl_finding *finding)
{
    sl_json_key(json, "physicalLocation");
    sl_json_map(json);
    sl_json_key(json, "artifactLocation");
    sl_json_map(json);
    write_uri(json, finding->file);
    sl_json_key_text(json, "uriBaseId", SL_STR("%SRCROOT%"));
    sl_json_end(json);
    if (finding->line > 0) {
        sl_json_key(json, "region");
        sl_json_map(json);
        sl_json_key_unsigned(json, "startLine", finding->line);
        if (finding->column > 0)
            sl_json_key_unsigned(json, "startColumn", finding->column);
        sl_json_end(json);
    }
    sl_json_end(json);
}

static void write_locations(struct sl_json *json, const struct sl_finding *finding)
{
    sl_json_key(json, "locations");
    sl_json_list(json);
    if (finding->file.len > 0 || finding->pointer.len > 0) {
        sl_json_map(json);
        if (finding->file.len > 0)
            write_physical(json, finding);
        if (finding->pointer.len > 0) {
            sl_json_key(json, "logicalLocations");
            sl_json_list(json);
            sl_json_map(json);
            sl_json_key_text(json, "fullyQualifiedName", finding->pointer);
            sl_json_key_text(json, "kind", SL_STR("value"));
            sl_json_end(json);
            sl_json_end(json);
        }
        sl_json_end(json);
    }
    sl_json_end(json);
}

static void write_message(struct sl_json *json, const struct sl_finding *finding)
{
    struct sl_buf text;
    sl_buf_init(&text, 16384);
    sl_buf_str(&text, finding->message);
    if (finding->hint.len > 0) {
        sl_buf_text(&text, " (");
        sl_buf_str(&text, finding->hint);
        sl_buf_byte(&text, ')');
    }
    text_object(json, "message", sl_buf_view(&text));
    sl_buf_release(&text);
}

static size_t rule_index(const char *id)
{
    size_t index = 0;
    while (index < sl_rule_count() && sl_rule_at(index) != sl_rule_find(sl_str_from(id)))
        index++;
    return index;
}

static void write_result(struct sl_json *json, const struct sl_validation *validation,
                         const struct sl_merged_finding *merged)
{
    const struct sl_finding *finding = &merged->finding;
    size_t index = rule_index(finding->rule);
    sl_json_map(json);
    sl_json_key_text(json, "ruleId", sl_str_from(finding->rule));
    if (index < sl_rule_count())
        sl_json_key_unsigned(json, "ruleIndex", index);
    sl_json_key_text(json, "level", sl_str_from(sl_severity_name(finding->severity)));
    write_message(json, finding);
    write_locations(json, finding);
    sl_json_key(json, "properties");
    sl_json_map(json);
    sl_json_key(json, "customers");
    sl_json_list(json);
    for (size_t i = 0; i < merged->customer_count; i++)
        sl_json_text(json, sl_validation_customer(validation, merged->customers[i]));
    sl_json_end(json);
    sl_json_end(json);
    sl_json_end(json);
}

int validate_sarif(struct cli *cli, const struct validate_subject *subject, struct sl_err *err)
{
    struct sl_json json;
    sl_json_begin(&json, &cli->out, SL_JSON_INDENTED);
    sl_json_map(&json);
    sl_json_key_text(&json, "$schema", sl_str_from(schema));
    sl_json_key_text(&json, "version", SL_STR("2.1.0"));
    sl_json_key(&json, "runs");
    sl_json_list(&json);
    sl_json_map(&json);
    write_tool(&json);
    sl_json_key_text(&json, "columnKind", SL_STR("unicodeCodePoints"));
    sl_json_key(&json, "results");
    sl_json_list(&json);
    for (size_t i = 0; i < sl_validation_count(subject->validation); i++) {
        struct sl_merged_finding merged = sl_validation_at(subject->validation, i);
        write_result(&json, subject->validation, &merged);
    }
    sl_json_end(&json);
    sl_json_end(&json);
    sl_json_end(&json);
    sl_json_end(&json);
    if (sl_json_close(&json, err) < 0)
        return -1;
    cli_json_shield(cli);
    return 0;
}
