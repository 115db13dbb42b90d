#include "values/substitute.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "doc/yaml.h"
#include "model/report.h"
#include "tables.h"

#include <stdio.h>

/* A text that is read from the front. */
struct scanner {
    struct sl_str text;
    size_t at;
    const struct sl_node *variables;
    struct sl_substitute_verdict *verdict;
    unsigned depth;
};

static bool is_of_name(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           byte == '_';
}

static bool begins(const struct scanner *scanner, const char *what)
{
    return sl_str_starts_with(sl_str_slice(scanner->text, scanner->at, scanner->text.len), sl_str_from(what));
}

static void note(struct scanner *scanner, enum sl_substitute_trouble trouble, size_t from, struct sl_str name)
{
    if (scanner->verdict->trouble != SL_SUBSTITUTE_FINE)
        return;
    scanner->verdict->trouble = trouble;
    scanner->verdict->at = sl_str_slice(scanner->text, from, scanner->at);
    scanner->verdict->name = name;
}

/* The variable's text without its line breaks. Numbers are as they were written. */
static int append_variable(struct sl_buf *out, const struct sl_node *value, struct sl_err *err)
{
    struct sl_str text = value->kind == SL_STRING ? value->as.text : sl_node_source(value);
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] != '\n')
            sl_buf_byte(out, text.ptr[i]);
    if (text.len > 0 || value->kind == SL_STRING || value->kind == SL_NULL)
        return 0;
    /* The rest has one spelling, which is a line of YAML. */
    if (sl_yaml_write(out, value, err) < 0)
        return -1;
    if (out->len > 0 && out->ptr[out->len - 1] == '\n')
        out->ptr[--out->len] = '\0';
    return 0;
}

static int scan_default(struct sl_buf *out, struct scanner *scanner, struct sl_err *err);

/* What stands behind "${", up to and with its "}". 1: appended; 0: trouble, noted, and nothing is appended. */
static int scan_variable(struct sl_buf *out, struct scanner *scanner, size_t from, struct sl_err *err)
{
    size_t first = scanner->at;
    while (scanner->at < scanner->text.len && is_of_name(scanner->text.ptr[scanner->at]))
        scanner->at++;
    struct sl_str name = sl_str_slice(scanner->text, first, scanner->at);
    const struct sl_entry *known = sl_node_entry(scanner->variables, name);
    size_t before = out->len;
    bool has_default = begins(scanner, ":=") || begins(scanner, ":-") || begins(scanner, "=");
    bool named = name.len > 0 && (name.ptr[0] < '0' || name.ptr[0] > '9');
    if (!named || (!has_default && !begins(scanner, "}"))) {
        note(scanner, SL_SUBSTITUTE_SYNTAX, from, name);
        return 0;
    }
    if (known && append_variable(out, known->value, err) < 0)
        return -1;
    if (!scanner->verdict->used)
        scanner->verdict->used = known;
    if (!has_default) {
        scanner->at++;
        if (!known)
            note(scanner, SL_SUBSTITUTE_UNKNOWN, from, name);
        return known != NULL;
    }
    scanner->at += begins(scanner, "=") ? 1 : 2;
    SL_CLEANUP(sl_buf_release) struct sl_buf other;
    sl_buf_init(&other, SL_DOC_BYTES_MAX);
    int good = scan_default(&other, scanner, err);
    if (good <= 0)
        return good;
    if (out->len == before)
        sl_buf_str(out, sl_buf_view(&other));
    return sl_buf_check(&other, "a substituted text", err) < 0 ? -1 : 1;
}

/* The text of a default, up to and with the "}" that ends it. */
static int scan_default(struct sl_buf *out, struct scanner *scanner, struct sl_err *err)
{
    size_t from = scanner->at;
    if (scanner->depth == SL_SUBSTITUTE_DEPTH_MAX) {
        note(scanner, SL_SUBSTITUTE_SYNTAX, from, (struct sl_str){NULL, 0});
        return 0;
    }
    scanner->depth++;
    int good = 1;
    while (good > 0 && scanner->at < scanner->text.len && scanner->text.ptr[scanner->at] != '}') {
        size_t here = scanner->at;
        if (begins(scanner, "${")) {
            scanner->at += 2;
            good = scan_variable(out, scanner, here, err);
        } else {
            sl_buf_byte(out, scanner->text.ptr[scanner->at++]);
        }
    }
    scanner->depth--;
    if (good <= 0)
        return good;
    if (scanner->at == scanner->text.len) {
        note(scanner, SL_SUBSTITUTE_SYNTAX, from, (struct sl_str){NULL, 0});
        return 0;
    }
    scanner->at++;
    return 1;
}

int sl_substitute_text(struct sl_buf *out, struct sl_substitute_verdict *verdict, struct sl_str text,
                       const struct sl_node *variables, struct sl_err *err)
{
    struct scanner scanner = {.text = text, .variables = variables, .verdict = verdict};
    *verdict = (struct sl_substitute_verdict){0};
    while (scanner.at < text.len) {
        size_t from = scanner.at;
        if (begins(&scanner, "$$")) {
            sl_buf_byte(out, '$');
            scanner.at += 2;
        } else if (begins(&scanner, "${")) {
            size_t before = out->len;
            scanner.at += 2;
            int good = scan_variable(out, &scanner, from, err);
            if (good < 0)
                return -1;
            if (good == 0) {
                /* It stays as it was, and what follows may be fine. */
                out->len = before;
                sl_buf_text(out, "${");
                scanner.at = from + 2;
            }
        } else {
            sl_buf_byte(out, text.ptr[scanner.at++]);
        }
    }
    return sl_buf_check(out, "a substituted text", err);
}

/* -- trees -- */

static int report(const struct sl_substitution *substitution, struct sl_mark mark,
                  const struct sl_substitute_verdict *verdict, struct sl_err *err)
{
    bool unknown = verdict->trouble == SL_SUBSTITUTE_UNKNOWN;
    struct sl_finding finding = sl_finding_at(substitution->doc, mark, SL_ERROR,
                                              unknown ? "substitute/unknown-variable" : "substitute/syntax");
    struct sl_shown at, name;
    char hint[256];
    if (unknown) {
        (void)snprintf(hint, sizeof hint,
                       "state it under variables in %s, give a default as ${%s:=text}, or write "
                       "$${...} for what is no variable",
                       sl_shown(&at, substitution->file), sl_shown(&name, verdict->name));
        finding.hint = sl_str_from(hint);
        return sl_finding_report(substitution->findings, &finding, err, "no variable %s, and no default",
                                 sl_shown(&name, verdict->name));
    }
    finding.hint = SL_STR("write $${ where no variable is meant; an object with the annotation "
                          "kustomize.toolkit.fluxcd.io/substitute: disabled is left alone");
    return sl_finding_report(substitution->findings, &finding, err,
                             "%s is none of ${name}, ${name:=default} and ${name:-default}",
                             sl_shown(&at, verdict->at));
}

/* Whether a plain scalar of that text is, to YAML, something else than a text, and nothing more than a scalar. */
static bool may_be_typed(struct sl_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!is_of_name(text.ptr[i]) && (text.ptr[i] == '\0' || !strchr("+-.~:", text.ptr[i])))
            return false;
    return true;
}

/* The scalar that `text` is when it stands plain. */
static int retype(struct sl_node **out, const struct sl_substitution *substitution, struct sl_str text,
                  struct sl_err *err)
{
    struct sl_err read_err = {0};
    struct sl_node *node = NULL;
    *out = NULL;
    if (!may_be_typed(text))
        return 0;
    if (sl_yaml_read_one(&node, substitution->doc, text, SL_STR("a variable"), SL_YAML_RESOURCE, &read_err) <
        0) {
        if (read_err.code == SL_E_INPUT)
            return 0;
        *err = read_err;
        return -1;
    }
    if (!node)
        node = sl_node_null(substitution->doc);
    if (!node)
        return sl_node_fail(substitution->doc, err);
    if (node->kind == SL_NULL && text.len == 0)
        node->style = SL_STYLE_OMITTED;
    bool scalar = node->kind == SL_BOOL || node->kind == SL_INT || node->kind == SL_UINT ||
                  node->kind == SL_FLOAT || node->kind == SL_NULL;
    *out = scalar ? node : NULL;
    return 0;
}

static int note_used(const struct sl_substitution *substitution, struct sl_mark mark,
                     const struct sl_entry *variable, struct sl_err *err)
{
    struct sl_substitution_trail *trail = substitution->trail;
    if (!trail || !variable || mark.file == 0)
        return 0;
    if (trail->count == trail->capacity) {
        size_t capacity = trail->capacity ? 2 * trail->capacity : 64;
        struct sl_substituted *items = sl_arena_array(&substitution->doc->arena, capacity, sizeof *items);
        if (!items)
            return sl_fail_memory(err);
        if (trail->count)
            memcpy(items, trail->items, trail->count * sizeof *items);
        trail->items = items;
        trail->capacity = capacity;
    }
    trail->items[trail->count++] = (struct sl_substituted){mark, variable};
    return 0;
}

/* *changed is the text with variables substituted; .ptr is NULL where it is the same. */
static int substitute_string(struct sl_str *changed, const struct sl_substitution *substitution,
                             struct sl_str text, struct sl_mark mark, struct sl_err *err)
{
    *changed = (struct sl_str){NULL, 0};
    if (sl_str_find(text, '$') == text.len)
        return 0;
    SL_CLEANUP(sl_buf_release) struct sl_buf out;
    struct sl_substitute_verdict verdict;
    sl_buf_init(&out, SL_DOC_BYTES_MAX);
    if (sl_substitute_text(&out, &verdict, text, substitution->variables, err) < 0)
        return -1;
    if (verdict.trouble != SL_SUBSTITUTE_FINE && report(substitution, mark, &verdict, err) < 0)
        return -1;
    if (note_used(substitution, mark, verdict.used, err) < 0)
        return -1;
    if (sl_str_equal(sl_buf_view(&out), text))
        return 0;
    *changed = sl_arena_str(&substitution->doc->arena, sl_buf_view(&out));
    return changed->ptr ? 0 : sl_fail_memory(err);
}

static int substitute_scalar(struct sl_node **out, const struct sl_substitution *substitution,
                             struct sl_node *node, struct sl_err *err)
{
    struct sl_str text;
    *out = node;
    if (node->kind != SL_STRING)
        return 0;
    if (substitute_string(&text, substitution, node->as.text, node->mark, err) < 0)
        return -1;
    if (!text.ptr)
        return 0;
    struct sl_node *typed = NULL;
    bool plain = node->style != SL_STYLE_QUOTED && node->style != SL_STYLE_FOLDED;
    if (plain && retype(&typed, substitution, text, err) < 0)
        return -1;
    if (!typed) {
        typed = sl_node_string(substitution->doc, text);
        if (!typed)
            return sl_node_fail(substitution->doc, err);
        typed->style = node->style;
    }
    typed->mark = node->mark;
    *out = typed;
    return 0;
}

static int substitute_at(struct sl_node **out, const struct sl_substitution *substitution,
                         struct sl_node *node, struct sl_err *err);

static int substitute_list(struct sl_node **out, const struct sl_substitution *substitution,
                           struct sl_node *list, struct sl_err *err)
{
    struct sl_node *copy = NULL;
    *out = list;
    for (uint32_t i = 0; i < list->count; i++) {
        struct sl_node *item;
        if (substitute_at(&item, substitution, list->as.items[i], err) < 0)
            return -1;
        if (!copy && item == list->as.items[i])
            continue;
        if (!copy) {
            copy = sl_node_list(substitution->doc);
            if (!copy)
                return sl_node_fail(substitution->doc, err);
            copy->mark = list->mark;
            for (uint32_t before = 0; before < i; before++)
                if (sl_list_add(substitution->doc, copy, list->as.items[before], err) < 0)
                    return -1;
            *out = copy;
        }
        if (sl_list_add(substitution->doc, copy, item, err) < 0)
            return -1;
    }
    return 0;
}

static int report_duplicate(const struct sl_substitution *substitution, const struct sl_entry *entry,
                            struct sl_str key, struct sl_err *err)
{
    struct sl_shown shown, was;
    struct sl_finding finding =
        sl_finding_at(substitution->doc, entry->key_mark, SL_ERROR, "substitute/duplicate-key");
    return sl_finding_report(substitution->findings, &finding, err,
                             "the key %s comes to %s, which is in this map already",
                             sl_shown(&was, entry->key), sl_shown(&shown, key));
}

/* The entry that one of a map becomes. */
static int substitute_entry(struct sl_entry *out, const struct sl_substitution *substitution,
                            const struct sl_entry *entry, struct sl_err *err)
{
    struct sl_str key;
    *out = *entry;
    if (substitute_string(&key, substitution, entry->key, entry->key_mark, err) < 0)
        return -1;
    if (key.ptr)
        out->key = key;
    return substitute_at(&out->value, substitution, entry->value, err);
}

static int substitute_map(struct sl_node **out, const struct sl_substitution *substitution,
                          struct sl_node *map, struct sl_err *err)
{
    struct sl_node *copy = NULL;
    *out = map;
    for (uint32_t i = 0; i < map->count; i++) {
        const struct sl_entry *entry = &map->as.entries[i];
        struct sl_entry made;
        if (substitute_entry(&made, substitution, entry, err) < 0)
            return -1;
        bool renamed = made.key.ptr != entry->key.ptr;
        if (!copy && !renamed && made.value == entry->value)
            continue;
        if (!copy) {
            copy = sl_node_map(substitution->doc);
            if (!copy)
                return sl_node_fail(substitution->doc, err);
            copy->mark = map->mark;
            for (uint32_t before = 0; before < i; before++)
                if (tables_push(substitution->doc, copy, &map->as.entries[before],
                                map->as.entries[before].value, err) < 0)
                    return -1;
            *out = copy;
        }
        bool twice = renamed && (sl_node_entry(map, made.key) || sl_node_entry(copy, made.key));
        if (twice ? report_duplicate(substitution, entry, made.key, err) < 0
                  : tables_push(substitution->doc, copy, &made, made.value, err) < 0)
            return -1;
    }
    return 0;
}

/* NOLINTNEXTLINE(misc-no-recursion): the reader of documents limits their depth. */
static int substitute_at(struct sl_node **out, const struct sl_substitution *substitution,
                         struct sl_node *node, struct sl_err *err)
{
    switch (node->kind) {
    case SL_LIST:
        return substitute_list(out, substitution, node, err);
    case SL_MAP:
        return substitute_map(out, substitution, node, err);
    default:
        return substitute_scalar(out, substitution, node, err);
    }
}

int sl_substitute(struct sl_node **out, const struct sl_substitution *substitution, struct sl_node *node,
                  struct sl_err *err)
{
    *out = node;
    if (!node || !substitution->variables || substitution->variables->count == 0)
        return 0;
    return substitute_at(out, substitution, node, err);
}
