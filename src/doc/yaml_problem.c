#include "yaml_problem.h"

#include "yaml_text.h"
#include "yaml_value.h"

#include <sealift/text.h>

/* libyaml's words and ours; `context` where the error is better told at the place where the thing began. */
static const struct {
    const char *problem;
    const char *message;
    const char *hint;
    bool context;
} problems[] = {
    {"could not find expected ':'", "a key without \":\" behind it",
     "a colon and a blank end a key; text that goes over several lines needs quotes or |", true},
    {"mapping values are not allowed in this context", "a \": \" where no key can be",
     "put a value that contains \": \" in quotes, or check the indentation", false},
    {"block sequence entries are not allowed in this context", "a \"- \" where no list can begin",
     "begin the list in a line of its own", false},
    {"block mapping keys are not allowed in this context", "a \"? \" where no key can be", NULL, false},
    {"mapping keys are not allowed in this context", "a \"? \" where no key can be", NULL, false},
    {"did not find expected key", "expected a key of the map that began earlier, or its end",
     "check the indentation: keys of one map begin in the same column", false},
    {"did not find expected '-' indicator", "expected a \"- \" of the list that began earlier, or its end",
     "check the indentation: items of one list begin in the same column", false},
    {"did not find expected ',' or ']'", "expected \",\" or \"]\" in the list that began earlier", NULL,
     false},
    {"did not find expected ',' or '}'", "expected \",\" or \"}\" in the map that began earlier", NULL,
     false},
    {"found unexpected ':'", "a colon at the end of a value between brackets", "put the value in quotes",
     false},
    {"did not find expected node content", "expected a value", NULL, false},
    {"did not find expected <document start>", "text that belongs to no document",
     "check the indentation, or begin a new document with ---", false},
    {"found unexpected end of stream", "a quoted string that does not end", NULL, true},
    {"found unexpected document indicator", "a quoted string that does not end", NULL, true},
    {"found unknown escape character", "a backslash with nothing it could stand for",
     "in double quotes write \\\\ for a backslash, or use single quotes", false},
    {"did not find expected hexdecimal number", "an escape that needs more hexadecimal digits", NULL, false},
    {"found invalid Unicode character escape code", "an escape that is no Unicode character", NULL, false},
    {"found a tab character where an indentation space is expected", "a tab where indentation is expected",
     "indent with blanks", false},
    {"found a tab character that violates indentation", "a tab where indentation is expected",
     "indent with blanks", false},
    {"found character that cannot start any token", "no value can begin like this", NULL, false},
    {"found an indentation indicator equal to 0", "a block of text cannot be indented by 0", NULL, false},
    {"did not find expected comment or line break", "text behind | or >",
     "begin the block of text in the next line", false},
    {"did not find expected alphabetic or numeric character", "an anchor or alias without a name",
     "put a value that begins with * or & in quotes", false},
    {"did not find expected whitespace or line break", "a tag that does not end with a blank", NULL, false},
    {"found undefined tag handle", "a tag with a prefix that no %TAG line explains",
     "put a value that begins with ! in quotes", false},
    {"found incompatible YAML document", "a version of YAML other than 1.1 and 1.2", NULL, false},
    {"control characters are not allowed", "a control character", NULL, false},
    {"invalid leading UTF-8 octet", "bytes that are not UTF-8", "save the file as UTF-8", false},
    {"incomplete UTF-8 octet sequence", "bytes that are not UTF-8", "save the file as UTF-8", false},
    {"invalid trailing UTF-8 octet", "bytes that are not UTF-8", "save the file as UTF-8", false},
    {"invalid length of a UTF-8 sequence", "bytes that are not UTF-8", "save the file as UTF-8", false},
    {"invalid Unicode character", "bytes that are not UTF-8", "save the file as UTF-8", false},
};

/* The line with a number from 0, without its end. libyaml ends lines at more than LF, so does this. */
static struct sl_str find_line(struct sl_str text, size_t number)
{
    size_t start = 0;
    size_t at = 0;
    while (at < text.len) {
        size_t length = sl_text_break(text, at);
        if (length == 0) {
            at++;
            continue;
        }
        if (number == 0)
            break;
        bool crlf = text.ptr[at] == '\r' && at + 1 < text.len && text.ptr[at + 1] == '\n';
        at += crlf ? 2 : length;
        start = at;
        number--;
    }
    return sl_str_slice(text, start, at);
}

/* The byte at a column counted in characters from 0; 0 behind the end. */
static char byte_at(struct sl_str line, size_t column)
{
    size_t at = 0;
    while (at < line.len) {
        if (column-- == 0)
            return line.ptr[at];
        do {
            at++;
        } while (at < line.len && ((unsigned char)line.ptr[at] & 0xc0) == 0x80);
    }
    return '\0';
}

int sl_yaml_template_hint(struct sl_err *err, const struct sl_yaml_source *source, size_t line)
{
    struct sl_str text = find_line(source->text, line);
    for (size_t at = 0; at + 1 < text.len; at++)
        if (text.ptr[at] == '{' && text.ptr[at + 1] == '{')
            return sl_hint(err, "{{ ... }} of a template is not YAML: render it first, or put it in quotes");
    return -1;
}

/* What a line's own look says better than the rule that it broke. */
static void look_at_line(struct sl_err *err, const struct sl_yaml_source *source, yaml_mark_t mark,
                         const char *problem)
{
    struct sl_str line = find_line(source->text, mark.line);
    char byte = byte_at(line, mark.column);
    if (strcmp(problem, "found character that cannot start any token") == 0) {
        if (byte == '\t')
            (void)sl_hint(err, "a tab cannot indent; use blanks");
        else if (byte)
            (void)sl_hint(err, "put a value that begins with %c in quotes", byte);
    }
    size_t colon = sl_str_find(line, ':');
    bool without_blank = colon + 1 < line.len && line.ptr[colon + 1] != ' ' && line.ptr[colon + 1] != '/';
    if (strcmp(problem, "could not find expected ':'") == 0 && without_blank)
        (void)sl_hint(err, "a blank is missing behind the colon");
    (void)sl_yaml_template_hint(err, source, mark.line);
}

/* The mark of a byte, for the errors of libyaml's reader, which have none. */
static yaml_mark_t mark_of_offset(struct sl_str text, size_t offset)
{
    yaml_mark_t mark = {0};
    for (size_t at = 0; at < offset && at < text.len; at++) {
        if (text.ptr[at] == '\n') {
            mark.line++;
            mark.column = 0;
        } else if (((unsigned char)text.ptr[at] & 0xc0) != 0x80) {
            mark.column++;
        }
    }
    return mark;
}

int sl_yaml_problem(const struct sl_builder *builder, const struct sl_yaml_source *source,
                    const yaml_parser_t *parser)
{
    if (parser->error == YAML_MEMORY_ERROR || !parser->problem)
        return sl_fail_memory(builder->err);
    yaml_mark_t mark = parser->problem_mark;
    if (parser->error == YAML_READER_ERROR)
        mark = mark_of_offset(source->text, parser->problem_offset);
    const char *message = parser->problem;
    const char *hint = NULL;
    for (size_t i = 0; i < sizeof problems / sizeof problems[0]; i++) {
        if (strcmp(problems[i].problem, parser->problem) != 0)
            continue;
        message = problems[i].message;
        hint = problems[i].hint;
        if (problems[i].context && parser->context)
            mark = parser->context_mark;
    }
    bool in_context = parser->context && strstr(message, "began earlier");
    if (in_context && parser->context_mark.index == mark.index) {
        message = "no key before the colon";
        hint = NULL;
        in_context = false;
    }
    struct sl_place place = sl_yaml_place(builder, mark, source->line);
    if (in_context)
        (void)sl_fail_at(builder->err, SL_E_INPUT, place, "%s (%zu:%zu)", message,
                         source->line + parser->context_mark.line, parser->context_mark.column + 1);
    else
        (void)sl_fail_at(builder->err, SL_E_INPUT, place, "%s", message);
    if (hint)
        (void)sl_hint(builder->err, "%s", hint);
    look_at_line(builder->err, source, mark, parser->problem);
    return -1;
}
