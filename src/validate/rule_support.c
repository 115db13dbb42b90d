/*
 * What long-term support promises: how long it lasts, which releases this one follows, which tag it has.
 */
#include "groups.h"

#include "model/report.h"
#include "releases.h"
#include "validate/policy.h"

#include <stdio.h>

enum { SOON_DAYS = 90, DAY_SECONDS = 86400 };

static struct sl_finding at(const struct sl_validation_subject *subject, struct sl_mark mark,
                            enum sl_severity severity, const char *rule, const char *pointer)
{
    struct sl_finding finding = sl_finding_at(&subject->reading->doc, mark, severity, rule);
    finding.pointer = sl_str_from(pointer);
    return finding;
}

/* -- how long -- */

static int check_window(const struct sl_validation_subject *subject, struct sl_err *err)
{
    const struct sl_release_file *file = &subject->layout->release_file;
    struct sl_str until = file->support_until;
    if (until.len == 0)
        return 0;
    struct sl_findings *findings = subject->reading->findings;
    struct sl_finding finding =
        at(subject, file->support_until_mark, SL_NOTE, "support/unknown-time", "/support/until");
    if (subject->now <= 0)
        return sl_finding_report(findings, &finding, err, "is not compared with today, which nobody said");
    char today[11];
    char soon[11];
    struct sl_shown shown;
    sl_validation_day(today, subject->now);
    sl_validation_day(soon, subject->now + (int64_t)SOON_DAYS * DAY_SECONDS);
    if (sl_str_compare(until, sl_str_from(today)) < 0) {
        finding.severity = SL_ERROR;
        finding.rule = "support/ended";
        finding.hint = SL_STR("pack a release that is supported, or extend its support");
        return sl_finding_report(findings, &finding, err, "the support of this release ended on %s",
                                 sl_shown(&shown, until));
    }
    if (sl_str_compare(until, sl_str_from(soon)) > 0)
        return 0;
    finding.severity = SL_WARNING;
    finding.rule = "support/ends-soon";
    return sl_finding_report(findings, &finding, err,
                             "the support of this release ends on %s, within %d days",
                             sl_shown(&shown, until), SOON_DAYS);
}

/* The terms that a site judges by, as far as they can be wrong when the disk leaves. */
static int check_terms(const struct sl_validation_subject *subject, struct sl_err *err)
{
    const struct sl_layout *layout = subject->layout;
    const struct sl_release_file *file = &layout->release_file;
    struct sl_str path;
    char today[11];
    if (sl_reading_path(subject->reading, &path, layout->release_directory, SL_STR("release.yaml"), err) < 0)
        return -1;
    struct sl_finding finding = sl_finding_in_file(path, SL_ERROR, "support/floor");
    finding.pointer = SL_STR("/floor");
    finding.hint = SL_STR("a floor is at most the release's own sequence");
    if (layout->sequence && file->floor > layout->sequence &&
        sl_finding_report(
            subject->reading->findings, &finding, err,
            "floor %llu is above the sequence %llu of this release, so nothing could be installed",
            (unsigned long long)file->floor, (unsigned long long)layout->sequence) < 0)
        return -1;
    if (subject->now <= 0)
        return 0;
    struct sl_shown day;
    sl_validation_day(today, subject->now);
    finding.rule = "support/expired";
    finding.pointer = SL_STR("/expires");
    finding.hint = SL_STR("give it a later day, or pack a release that sites may still take");
    if (file->expires.len && sl_str_compare(file->expires, sl_str_from(today)) < 0 &&
        sl_finding_report(subject->reading->findings, &finding, err,
                          "no site may take this release after %s, which is over",
                          sl_shown(&day, file->expires)) < 0)
        return -1;
    finding.rule = "support/not-begun";
    finding.severity = SL_WARNING;
    finding.pointer = SL_STR("/support/from");
    finding.hint = SL_STR("deliver it then, or let its support begin earlier");
    if (file->support_from.len == 0 || sl_str_compare(file->support_from, sl_str_from(today)) <= 0)
        return 0;
    return sl_finding_report(subject->reading->findings, &finding, err,
                             "the support of this release begins on %s", sl_shown(&day, file->support_from));
}

/* -- what it follows -- */

static int report_unknown(const struct sl_validation_subject *subject, const struct known_releases *releases,
                          size_t index, struct sl_err *err)
{
    const struct sl_release_file *file = &subject->layout->release_file;
    char pointer[48];
    char hint[192];
    struct sl_shown near, name;
    (void)snprintf(pointer, sizeof pointer, "/upgrade-from/%zu", index);
    struct sl_finding finding =
        at(subject, file->upgrade_from_marks[index], SL_WARNING, "support/unknown-release", pointer);
    ptrdiff_t nearest = sl_nearest(file->upgrade_from[index], releases->names, releases->count);
    if (nearest >= 0) {
        (void)snprintf(hint, sizeof hint, "did you mean %s?", sl_shown(&near, releases->names[nearest]));
        finding.hint = sl_str_from(hint);
    }
    return sl_finding_report(subject->reading->findings, &finding, err,
                             "there is no release %s in the repository",
                             sl_shown(&name, file->upgrade_from[index]));
}

/* A stated sequence has to be larger than the one of every release that may be installed before. */
static int check_sequence(const struct sl_validation_subject *subject, const struct known_release *before,
                          struct sl_err *err)
{
    const struct sl_release_file *file = &subject->layout->release_file;
    if (file->sequence == 0 || before->sequence == 0 || file->sequence > before->sequence ||
        is_same_release(before->name, subject->layout->release))
        return 0;
    struct sl_finding finding = at(subject, file->sequence_mark, SL_ERROR, "support/sequence", "/sequence");
    finding.hint = SL_STR("a site that has the other release refuses this one; give it a larger sequence");
    struct sl_shown name;
    return sl_finding_report(
        subject->reading->findings, &finding, err,
        "sequence %llu is not larger than %llu, which %s has, and this release follows it",
        (unsigned long long)file->sequence, (unsigned long long)before->sequence,
        sl_shown(&name, before->name));
}

static bool follows(const struct sl_release_file *file, struct sl_str name)
{
    for (size_t i = 0; i < file->upgrade_from_count; i++)
        if (is_same_release(file->upgrade_from[i], name))
            return true;
    return false;
}

static int check_before(const struct sl_validation_subject *subject, const struct known_release *before,
                        struct sl_err *err)
{
    const struct sl_release_file *file = &subject->layout->release_file;
    if (file->upgrade_from_count == 0)
        return check_sequence(subject, before, err); /* it follows any release */
    if (follows(file, before->name))
        return 0; /* judged where it is named */
    struct sl_finding finding =
        at(subject, file->upgrade_from_mark, SL_WARNING, "support/upgrade-path", "/upgrade-from");
    finding.hint = SL_STR("add it, or except this with the reason why its sites cannot come here");
    struct sl_shown name;
    return sl_finding_report(subject->reading->findings, &finding, err,
                             "leaves out %s, the release just before this one: its sites cannot be upgraded",
                             sl_shown(&name, before->name));
}

static int check_path(const struct sl_validation_subject *subject, struct sl_err *err)
{
    const struct sl_release_file *file = &subject->layout->release_file;
    const struct known_releases *releases;
    if (known_releases(&releases, subject->shared, err) < 0)
        return -1;
    for (size_t i = 0; i < file->upgrade_from_count; i++) {
        const struct known_release *before = known_release_find(releases, file->upgrade_from[i]);
        int result =
            before ? check_sequence(subject, before, err) : report_unknown(subject, releases, i, err);
        if (result < 0)
            return -1;
    }
    const struct known_release *before = known_release_before(releases, subject->layout->release);
    return before ? check_before(subject, before, err) : 0;
}

/* -- tags -- */

/* "v1.0" of the tags v1.0, 1.0, release-v1.0 and releases/1.0. */
static struct sl_str release_of_tag(struct sl_str tag)
{
    static const char *const beginnings[] = {"release-", "rel-"};
    for (size_t slash = sl_str_find(tag, '/'); slash < tag.len; slash = sl_str_find(tag, '/'))
        tag = sl_str_slice(tag, slash + 1, tag.len);
    for (size_t i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++)
        if (sl_str_starts_with(tag, sl_str_from(beginnings[i])))
            return sl_str_slice(tag, strlen(beginnings[i]), tag.len);
    return tag;
}

struct tags {
    const struct sl_str *names;
    size_t count;
    struct sl_str own, own_elsewhere; /* tags of this release: on the packed commit, on another */
    char elsewhere[65];               /* that one */
    struct sl_str other;              /* a tag of another release on the packed commit */
};

static int look_at_tag(struct tags *tags, const struct sl_validation_subject *subject,
                       const struct sl_tree_revision *revision, struct sl_str tag, struct sl_err *err)
{
    const struct known_releases *releases;
    if (known_releases(&releases, subject->shared, err) < 0)
        return -1;
    const struct known_release *release = known_release_find(releases, release_of_tag(tag));
    if (!release)
        return 0;
    char commit[65];
    int named = sl_tree_tag_commit(subject->reading->tree, tag, commit, err);
    if (named <= 0)
        return named;
    bool here = strcmp(commit, revision->commit) == 0;
    bool own = is_same_release(release->name, subject->layout->release);
    if (own && !here)
        memcpy(tags->elsewhere, commit, sizeof commit);
    struct sl_str *place = own ? (here ? &tags->own : &tags->own_elsewhere) : &tags->other;
    if (own || here)
        *place = tag;
    return 0;
}

static int report_other(const struct sl_validation_subject *subject, const struct tags *tags,
                        const struct sl_tree_revision *revision, struct sl_err *err)
{
    struct sl_finding finding =
        sl_finding_in_file(subject->layout->release_directory, SL_WARNING, "release/other-tag");
    struct sl_shown other, release;
    return sl_finding_report(subject->reading->findings, &finding, err,
                             "commit %.12s is tagged %s, but release %s is packed from it", revision->commit,
                             sl_shown(&other, tags->other), sl_shown(&release, subject->layout->release));
}

static int report_elsewhere(const struct sl_validation_subject *subject, const struct tags *tags,
                            const struct sl_tree_revision *revision, struct sl_err *err)
{
    struct sl_finding finding =
        sl_finding_in_file(subject->layout->release_directory, SL_WARNING, "release/tag-elsewhere");
    char hint[192];
    struct sl_shown tag, name;
    (void)snprintf(hint, sizeof hint, "--rev %s packs what is tagged", sl_shown(&tag, tags->own_elsewhere));
    finding.hint = sl_str_from(hint);
    return sl_finding_report(subject->reading->findings, &finding, err,
                             "the tag %s names commit %.12s, but %.12s is packed",
                             sl_shown(&name, tags->own_elsewhere), tags->elsewhere, revision->commit);
}

/*
 * A work tree that goes on after its release is everyday business. But who asks for a revision, or packs at a tag of a
 * release, means something by it.
 */
static int check_tags(const struct sl_validation_subject *subject, struct sl_err *err)
{
    struct sl_tree *tree = subject->reading->tree;
    struct sl_tree_revision revision;
    struct tags tags = {0};
    if (sl_tree_revision(tree, &revision, err) < 0)
        return -1;
    if (!revision.is_git || !revision.commit[0] || revision.dirty)
        return 0;
    if (sl_tree_tags(tree, &tags.names, &tags.count, err) < 0)
        return -1;
    for (size_t i = 0; i < tags.count; i++)
        if (look_at_tag(&tags, subject, &revision, tags.names[i], err) < 0)
            return -1;
    if (tags.own.len > 0)
        return 0;
    if (tags.other.len > 0)
        return report_other(subject, &tags, &revision, err);
    return revision.is_view && tags.own_elsewhere.len > 0 ? report_elsewhere(subject, &tags, &revision, err)
                                                          : 0;
}

int sl_rules_support(const struct sl_validation_subject *subject, struct sl_err *err)
{
    if (check_window(subject, err) < 0 || check_terms(subject, err) < 0 || check_path(subject, err) < 0)
        return -1;
    return check_tags(subject, err);
}
