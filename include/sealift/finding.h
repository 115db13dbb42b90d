/*
 * Findings: what validation has to say. Data, not failures: there may be many, each with a place and a hint.
 *
 * Order of calls: sl_findings_new(); whoever checks something calls sl_finding_add(); the command sorts and
 * prints them and asks sl_findings_of() for its verdict; sl_findings_free(). Texts are copied into the list's
 * arena.
 */
#ifndef SEALIFT_FINDING_H
#define SEALIFT_FINDING_H

#include <sealift/err.h>
#include <sealift/str.h>
#include <stddef.h>
#include <stdint.h>

enum sl_severity { SL_NOTE, SL_WARNING, SL_ERROR };

struct sl_finding {
    enum sl_severity severity;
    const char *rule;      /* stable id, "release/version-disagrees"; a literal */
    struct sl_str file;    /* relative to the repository; empty where there is none */
    uint32_t line, column; /* from 1; 0: the whole file */
    struct sl_str pointer; /* JSON Pointer into the document; empty: its root, or no document */
    struct sl_str message; /* one sentence, names what was expected */
    struct sl_str hint;    /* what to do; may be empty */
};

struct sl_findings;

int sl_findings_new(struct sl_findings **out, struct sl_err *err) SL_MUST_USE;
void sl_findings_free(struct sl_findings *findings);
void sl_findings_freep(struct sl_findings **findings);

/* Copies the texts of `finding` (not `rule`), each cut at 4 KiB. The first 10,000 are kept, further ones only
 * counted. 0, or -1 without memory. */
int sl_finding_add(struct sl_findings *findings, const struct sl_finding *finding,
                   struct sl_err *err) SL_MUST_USE;

/* Sorts by file, line, column, rule; then they may be read by index. */
void sl_findings_sort(struct sl_findings *findings);
size_t sl_findings_count(const struct sl_findings *findings);
const struct sl_finding *sl_findings_at(const struct sl_findings *findings, size_t index);
/* How many there were of a severity, with those that were only counted. */
size_t sl_findings_of(const struct sl_findings *findings, enum sl_severity severity);

/* "note", "warning", "error". */
const char *sl_severity_name(enum sl_severity severity);

#endif
