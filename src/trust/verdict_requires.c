/*
 * What may follow what: the step of a verdict that asks what is installed.
 */
#include "verdict.h"

#include <sealift/text.h>
#include <stdio.h>

enum { SHOWN_MAX = 128 };

static unsigned long long number(uint64_t value)
{
    return (unsigned long long)value;
}

static bool may_follow(const struct sl_manifest *manifest, struct sl_str release)
{
    if (manifest->upgrade_from_count == 0 || sl_str_equal(manifest->release, release))
        return true;
    for (size_t i = 0; i < manifest->upgrade_from_count; i++)
        if (sl_str_equal(manifest->upgrade_from[i], release))
            return true;
    return false;
}

/* "v0.8, v0.9", cut where there are many. */
static void list_releases(char *out, size_t size, const struct sl_manifest *manifest)
{
    size_t used = 0;
    for (size_t i = 0; i < manifest->upgrade_from_count && used < size; i++) {
        char shown[SHOWN_MAX];
        int len = snprintf(out + used, size - used, "%s%s", i ? ", " : "",
                           sl_escape(shown, sizeof shown, manifest->upgrade_from[i]));
        used += (size_t)len;
    }
}

static int refuse_upgrade(const struct sl_judged *in, struct sl_err *err)
{
    char listed[256] = "";
    char installed[SHOWN_MAX];
    char release[SHOWN_MAX];
    list_releases(listed, sizeof listed, in->manifest);
    (void)sl_escape(release, sizeof release, in->manifest->release);
    (void)sl_fail(err, SL_E_REFUSED, "%s is installed, and %s may only follow %s",
                  sl_escape(installed, sizeof installed, in->site->installed_release), release, listed);
    return sl_hint(err, "install one of these releases first, then this bundle");
}

/* By its sequence: a bundle of that release which was packed before is not the one that is meant. In another epoch a sequence
 * says nothing, and the name of a release all there is. */
static bool is_past(const struct sl_judged *in, const struct sl_manifest_stop *stop)
{
    const struct sl_site_view *site = in->site;
    if (site->installed_epoch == in->manifest->epoch)
        return site->installed_sequence >= stop->sequence;
    return sl_str_equal(site->installed_release, stop->release);
}

static int refuse_stop(const struct sl_judged *in, const struct sl_manifest_stop *stop, struct sl_err *err)
{
    char installed[SHOWN_MAX];
    char release[SHOWN_MAX];
    (void)sl_escape(release, sizeof release, stop->release);
    (void)sl_fail(
        err, SL_E_REFUSED,
        "%s (sequence %llu of epoch %llu) is installed, and %s (sequence %llu of epoch %llu) must be "
        "installed on the way",
        sl_escape(installed, sizeof installed, in->site->installed_release),
        number(in->site->installed_sequence), number(in->site->installed_epoch), release,
        number(stop->sequence), number(in->manifest->epoch));
    return sl_hint(err, "install the bundle of that release first, then this one");
}

/* Also of a fresh site: what must have been there cannot have been. */
static int judge_receipt(const struct sl_judged *in, struct sl_err *err)
{
    const struct sl_manifest *manifest = in->manifest;
    if (!in->site || !sl_manifest_requires_receipt(manifest) || verdict_is_installed(in))
        return 0;
    for (size_t i = 0; i < in->site->accepted_count; i++)
        if (memcmp(in->site->accepted[i], manifest->requires_receipt, 32) == 0)
            return 0;
    (void)sl_fail(
        err, SL_E_REFUSED,
        "the bundle wants another one to have been installed before, and this site has no receipt of it");
    return sl_hint(err, "`sealift inspect` shows its digest: install that bundle first");
}

int verdict_requires(struct sl_verdict *verdict, const struct sl_judged *in, struct sl_err *err)
{
    const struct sl_manifest *manifest = in->manifest;
    if (judge_receipt(in, err) < 0)
        return -1;
    if (manifest->upgrade_from_count == 0 && manifest->stop_count == 0 &&
        (in->site || !sl_manifest_requires_receipt(manifest))) {
        verdict_say(verdict, SL_STEP_REQUIRES, SL_PASSED, "it may follow any release");
        return 0;
    }
    if (!in->site) {
        verdict_say(verdict, SL_STEP_REQUIRES, SL_SKIPPED,
                    "it names what it may follow, and what is installed is not known here");
        return 0;
    }
    if (in->site->installed_release.len == 0) {
        verdict_say(verdict, SL_STEP_REQUIRES, SL_PASSED, "nothing is installed yet");
        return 0;
    }
    char shown[SHOWN_MAX];
    (void)sl_escape(shown, sizeof shown, in->site->installed_release);
    if (verdict_is_installed(in)) {
        verdict_say(verdict, SL_STEP_REQUIRES, SL_PASSED, "it is the bundle that is installed");
        return 0;
    }
    if (!may_follow(manifest, in->site->installed_release))
        return refuse_upgrade(in, err);
    for (size_t i = 0; i < manifest->stop_count; i++)
        if (!is_past(in, &manifest->stops[i]))
            return refuse_stop(in, &manifest->stops[i], err);
    verdict_say(verdict, SL_STEP_REQUIRES, SL_PASSED, "it may follow %s, which is installed", shown);
    return 0;
}
