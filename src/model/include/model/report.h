/*
 * Short ways to report a finding about a place in a document.
 *
 *     struct sl_finding finding = sl_finding_at(doc, node->mark, SL_ERROR, "release/version-disagrees");
 *     finding.hint = SL_STR("...");
 *     if (sl_finding_report(findings, &finding, err, "says %s, the directory is %s", ...) < 0)
 *         return -1;
 *
 * Text from outside goes into the message through sl_shown().
 */
#ifndef MODEL_REPORT_H
#define MODEL_REPORT_H

#include "doc/node.h"
#include <sealift/finding.h>

/* A finding at `mark`, without message, hint and pointer; it borrows the file's name from `doc`. A blank mark
 * gives a finding about no file. */
struct sl_finding sl_finding_at(const struct sl_doc *doc, struct sl_mark mark, enum sl_severity severity,
                                const char *rule);

/* A finding about a file as a whole. */
struct sl_finding sl_finding_in_file(struct sl_str file, enum sl_severity severity, const char *rule);

/* Moves the "file:line:column: " in front of an error's message, where there is one, into the finding, whose file then
 * borrows from it. Returns what is left. */
struct sl_str sl_finding_split_place(struct sl_finding *finding, struct sl_str message);

/* Adds `finding` with the message that the format gives, cut at SL_ERR_MESSAGE_MAX. */
int sl_finding_report(struct sl_findings *findings, const struct sl_finding *finding, struct sl_err *err,
                      const char *format, ...) SL_PRINTF(4, 5) SL_MUST_USE;

/*
 * Asks `keep` about every finding that is kept, in their order: it may change the severity, and false takes the finding
 * out. Those beyond the limit, which are only counted, stay counted as they are.
 */
void sl_findings_revise(struct sl_findings *findings, bool (*keep)(void *context, struct sl_finding *finding),
                        void *context);

/* Appends a text to the hint of the finding at `index`, behind "; " where it has one. */
int sl_findings_add_hint(struct sl_findings *findings, size_t index, struct sl_str text,
                         struct sl_err *err) SL_MUST_USE;

/* Memory for one escaped name in a message. */
struct sl_shown {
    char text[160];
};

/* `text` escaped and cut with "..." into `shown`; returns shown->text. */
const char *sl_shown(struct sl_shown *shown, struct sl_str text);

/*
 * Of `count` names the one that somebody who wrote `wrong` most likely meant, for "did you mean": the nearest
 * by edit distance, at most a third of the length away (and never more than 3); of equals the first. -1: none
 * is near.
 */
ptrdiff_t sl_nearest(struct sl_str wrong, const struct sl_str *names, size_t count);

#endif
