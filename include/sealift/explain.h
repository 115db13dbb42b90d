/*
 * Who made a field: every step of composing a delivery that set or changed one field of one object, in order.
 *
 * Order of calls: sl_explain(); sl_explained_get() and everything it leads to; sl_explained_free(), after which all of
 * that is gone. The steps are noted while the release is composed as sl_release_render() composes it; whoever does not
 * ask pays nothing for it. docs/explain.md has a session.
 */
#ifndef SEALIFT_EXPLAIN_H
#define SEALIFT_EXPLAIN_H

#include <sealift/release.h>
#include <sealift/values.h>

struct sl_explain_query {
    struct sl_release_query release; /* of it, `sequence`, `default_mtime` and `now` change nothing */
    struct sl_str object;            /* "Deployment/web": the name it has at the end, or had in its file */
    struct sl_str space;             /* its namespace; empty: whichever */
    struct sl_str path; /* as of sl_values_explain(): dotted, or a JSON Pointer; "" is the whole object */
};

struct sl_explained_place {
    struct sl_str file;    /* empty: there is no such place */
    uint32_t line, column; /* from 1; 0: the whole file */
};

struct sl_explained_step {
    /* A field of a kustomization ("resources", "patches", "namePrefix", ...); "name hash", "name reference", "vars",
     * "buildMetadata": of the build as a whole; "substitution" of ${name}; "values": the merge of an application's
     * values, which sl_explained.values takes apart. */
    const char *step;
    struct sl_explained_place place; /* where the value, or what took it away, is written */
    struct sl_explained_place
        entry;           /* the entry of the kustomization that had it done, where that is elsewhere */
    struct sl_str value; /* JSON in one line, after the step; .ptr NULL: it is not there */
};

struct sl_explained_field {
    struct sl_str kind, name, space;
    struct sl_str first_name; /* what it was called in its file */
    struct sl_str pointer;    /* JSON Pointer */
    struct sl_str value;      /* JSON in one line, as it is delivered; .ptr NULL: it is not there */
    const struct sl_explained_step
        *steps; /* the first one first; the last one won, unless `values` has more to say */
    size_t step_count;
    /* Of a place in an Application's valuesObject, or in a HelmRelease's values: which layer said what. NULL for all
     * else. */
    const struct sl_explanation *values;
};

struct sl_explained;

/*
 * `findings` is made by the caller; what is found on the way goes there, and stops nothing but a build that kustomize
 * refuses (SL_E_FINDINGS). Otherwise as sl_release_render(), and
 *   SL_E_USAGE  `object` is not of the form KIND/NAME, or `path` malformed; the delivery has no such object (the hint
 *               names a near one), or several; the object never had such a field (the message says how far the path
 *               leads)
 */
int sl_explain(struct sl_explained **out, const struct sl_explain_query *query, struct sl_findings *findings,
               struct sl_err *err) SL_MUST_USE;
void sl_explained_free(struct sl_explained *explained); /* NULL is fine */
void sl_explained_freep(struct sl_explained **explained);

const struct sl_explained_field *sl_explained_get(const struct sl_explained *explained);

#endif
