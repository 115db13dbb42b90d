/*
 * JSON Schema, drafts 4, 6, 7, 2019-09 and 2020-12: compiled once, run many times.
 *
 * Order of calls: sl_schema_compile() makes a program of a schema document and of everything its references
 * lead to; sl_schema_validate() holds an instance against it, any number of times, also from several threads;
 * sl_schema_free(). The program borrows: the documents (the caller's and those its loader handed out) must
 * outlive it. A report owns its texts and needs neither program nor instance.
 *
 * Which draft holds is said by `$schema`, for each embedded resource by its own; where there is none, by the
 * resource around it, then by the options. The metaschemas are compiled in. Keywords that the draft or its
 * vocabularies do not have are ignored, as the specification wants; a keyword that it has and whose value
 * makes no sense is an error that names the place.
 *
 * Numbers are compared exactly, by their text. Lengths count code points. Patterns are ECMA-262's, unanchored,
 * run by PCRE2 under limits. `format` is an annotation unless the options or the vocabulary say otherwise;
 * the `content` keywords always are. Hostile schemas end in SL_E_LIMIT (base/limits.h), never in a hang.
 */
#ifndef SCHEMA_SCHEMA_H
#define SCHEMA_SCHEMA_H

#include "doc/node.h"

/* Drafts, oldest first. */
enum sl_schema_draft {
    SL_DRAFT_DEFAULT, /* 2020-12 */
    SL_DRAFT_4,
    SL_DRAFT_6,
    SL_DRAFT_7,
    SL_DRAFT_2019_09,
    SL_DRAFT_2020_12
};

enum sl_schema_formats {
    SL_FORMATS_ANNOTATE, /* `format` says something, and checks nothing */
    SL_FORMATS_ASSERT,   /* the formats of the specification are checked; unknown ones, and the
                            internationalised ones (idn-*, iri*), are not */
    SL_FORMATS_BY_DRAFT  /* asserted up to draft 7, as Helm does */
};

/* A document: `doc` owns the nodes and has the names for marks. */
struct sl_schema_source {
    const struct sl_doc *doc;
    const struct sl_node *root;
    struct sl_str
        uri; /* where it came from, absolute, without fragment; may be empty for a schema that refers
                          to itself only */
};

/* Finds the documents that references lead to. 1: *out is there (its uri is filled in by the caller); 0: no
 * such document is known, which the compiler reports; -1: an error. Never asked for a metaschema, nor twice
 * for the same URI. */
struct sl_schema_loader {
    int (*load)(void *context, struct sl_schema_source *out, struct sl_str uri, struct sl_err *err);
    void *context;
};

struct sl_schema_options {
    enum sl_schema_draft draft; /* of a document without `$schema` that nobody refers to */
    enum sl_schema_formats formats;
    struct sl_schema_loader loader; /* load may be NULL: no other documents */
};

struct sl_schema;

/* Compiles the whole document, and of others what is referred to. `options` may be NULL. Errors: SL_E_INPUT
 * beginning "file:line:column: " for a schema that is wrong or refers to what is not there; SL_E_UNSUPPORTED
 * for a draft or a required vocabulary nobody here knows; SL_E_LIMIT; SL_E_NO_MEMORY. */
int sl_schema_compile(struct sl_schema **out, const struct sl_schema_source *source,
                      const struct sl_schema_options *options, struct sl_err *err) SL_MUST_USE;
void sl_schema_free(struct sl_schema *schema); /* NULL is fine */
void sl_schema_freep(struct sl_schema **schema);

/* One way in which an instance does not fit. */
struct sl_schema_error {
    struct sl_str instance; /* JSON Pointer into the instance; for a member that must not be there: to it */
    struct sl_str location; /* the keyword: absolute URI of the resource, "#", JSON Pointer */
    struct sl_str keyword;  /* "required"; "false" where the schema is just `false` */
    struct sl_str message;  /* what is expected and what is there: "must be an integer, not a string" */
    struct sl_str hint;     /* empty, or "did you mean 'replicas'?" */
    struct sl_mark mark;    /* of the instance, in its document */
};

struct sl_schema_report;

/* 1: valid; 0: not, and *report says why, best error first (NULL where the caller does not want to know: that
 * is faster); -1: SL_E_LIMIT for what takes too much work, SL_E_NO_MEMORY. */
int sl_schema_validate(struct sl_schema_report **report, const struct sl_schema *schema,
                       const struct sl_node *instance, struct sl_err *err) SL_MUST_USE;

size_t sl_schema_report_count(const struct sl_schema_report *report);
const struct sl_schema_error *sl_schema_report_at(const struct sl_schema_report *report, size_t index);
/* Were there more than SL_SCHEMA_ERRORS_MAX? */
bool sl_schema_report_is_cut(const struct sl_schema_report *report);
void sl_schema_report_free(struct sl_schema_report *report); /* NULL is fine */
void sl_schema_report_freep(struct sl_schema_report **report);

#endif
