/*
 * Go templates, parsed as far as it takes to say which values they read: blocks, pipes, fields, variables and functions.
 * Everything is in the arena of the parser, and borrows the text.
 */
#ifndef TEMPLATE_SYNTAX_H
#define TEMPLATE_SYNTAX_H

#include "base/arena.h"
#include <sealift/err.h>
#include <stdbool.h>

enum template_term_kind {
    TEMPLATE_DOT,      /* "." with the fields that follow: ".a.b" */
    TEMPLATE_VARIABLE, /* "$" or "$name" */
    TEMPLATE_TEXT,     /* a string, without its quotes and escapes */
    TEMPLATE_NUMBER,
    TEMPLATE_LITERAL, /* any other: true, nil, 'a' */
    TEMPLATE_FUNCTION,
    TEMPLATE_PIPE, /* in brackets */
};

struct template_term {
    enum template_term_kind kind;
    struct sl_str text;           /* name of the variable or function, or the literal */
    struct template_field *field; /* ".a.b" behind it */
    struct template_pipe *pipe;
    struct template_term *next; /* the next one of the command: an argument */
};

struct template_field {
    struct sl_str name;
    struct template_field *next;
};

/* A function with its arguments, or a term alone. */
struct template_command {
    struct template_term *first;
    struct template_command *next;
};

struct template_pipe {
    struct sl_str variables[2]; /* "$k, $v := ..." */
    unsigned variable_count;
    bool assigns; /* "=": the variable is there already */
    struct template_command *first;
};

enum template_node_kind { TEMPLATE_ACTION, TEMPLATE_IF, TEMPLATE_WITH, TEMPLATE_RANGE, TEMPLATE_CALL };

struct template_node {
    enum template_node_kind kind;
    struct sl_str name;         /* of the template that is called */
    struct template_pipe *pipe; /* NULL: {{ template "name" }} */
    struct template_node *inside, *otherwise, *next;
};

/* {{ define "name" }} or {{ block "name" . }} */
struct template_define {
    struct sl_str name;
    struct template_node *inside;
    struct template_define *next;
};

struct template_file {
    struct template_node *nodes;
    struct template_define *defines;
    bool broken; /* something of it was not understood, and is left out */
};

/* Blocks and brackets in one another; what is deeper is not understood. */
enum { TEMPLATE_DEPTH_MAX = 100 };

/* Never refuses a text; -1: there is no memory. */
int template_parse(struct template_file *out, struct sl_arena *arena, struct sl_str text,
                   struct sl_err *err) SL_MUST_USE;

/* -- words of an action: template_words.c -- */

enum template_word_kind {
    TEMPLATE_WORD_END, /* of the action */
    TEMPLATE_WORD_BROKEN,
    TEMPLATE_WORD_DOT,
    TEMPLATE_WORD_FIELD,    /* ".name": text is the name */
    TEMPLATE_WORD_VARIABLE, /* "$name": with the "$" */
    TEMPLATE_WORD_NAME,
    TEMPLATE_WORD_TEXT,
    TEMPLATE_WORD_NUMBER,
    TEMPLATE_WORD_LITERAL,
    TEMPLATE_WORD_SIGN, /* one of ( ) | , = and : for ":=" */
};

struct template_word {
    enum template_word_kind kind;
    struct sl_str text;
    char sign;
    bool apart; /* white space stands before it */
};

struct template_words {
    struct sl_str text;
    size_t at;
    bool broken; /* a comment has no end */
};

/* Goes to behind the next "{{"; false: there is none. Comments are passed over. */
bool template_words_open(struct template_words *words);

/* The next word; behind "}}" once that is the end. */
struct template_word template_words_next(struct template_words *words);

/* A quoted string without its escapes, in the arena. False: they are none of Go's. Without memory *out is not set (.ptr is
 * NULL). */
bool template_words_unescape(struct sl_str *out, struct sl_arena *arena, struct sl_str text);

/* Goes to behind the "}}" of an action that is not understood. */
void template_words_skip(struct template_words *words);

#endif
