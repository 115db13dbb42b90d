/*
 * The steps from audience to expiry, as a pure function: what was found goes in, lines of a verdict come out.
 */
#include "verdict.h"

#include <sealift/text.h>
#include <stdio.h>

enum { SHOWN_MAX = 128 };

static const char *const step_names[SL_STEP_COUNT] = {
    [SL_STEP_LIMITS] = "limits",     [SL_STEP_TRUST] = "trust",       [SL_STEP_SIGNATURES] = "signatures",
    [SL_STEP_MANIFEST] = "manifest", [SL_STEP_AUDIENCE] = "audience", [SL_STEP_REVOCATIONS] = "revocations",
    [SL_STEP_EPOCH] = "epoch",       [SL_STEP_SEQUENCE] = "sequence", [SL_STEP_REQUIRES] = "requires",
    [SL_STEP_FLOOR] = "floor",       [SL_STEP_EXPIRY] = "expiry",     [SL_STEP_PAYLOAD] = "payload",
};

static const char *const outcome_names[] = {
    [SL_NOT_REACHED] = "not reached", [SL_PASSED] = "passed",   [SL_WARNED] = "warned",
    [SL_SKIPPED] = "skipped",         [SL_REFUSED] = "refused",
};

const char *sl_verdict_step_name(enum sl_verdict_step step)
{
    return step_names[step];
}

const char *sl_step_outcome_name(enum sl_step_outcome outcome)
{
    return outcome_names[outcome];
}

void verdict_say(struct sl_verdict *verdict, enum sl_verdict_step step, enum sl_step_outcome outcome,
                 const char *format, ...)
{
    struct sl_verdict_line *line = &verdict->steps[step];
    va_list args;
    line->outcome = outcome;
    va_start(args, format);
    (void)vsnprintf(line->text, sizeof line->text, format, args);
    va_end(args);
}

int verdict_refuse(struct sl_verdict *verdict, enum sl_verdict_step step, const struct sl_err *err)
{
    /* A disk that cannot be read is no verdict about the bundle. */
    verdict_say(verdict, step, err->code == SL_E_REFUSED ? SL_REFUSED : SL_NOT_REACHED, "%s", err->message);
    return -1;
}

static unsigned long long number(uint64_t value)
{
    return (unsigned long long)value;
}

static bool is_zero(const unsigned char sha256[32])
{
    static const unsigned char zeros[32];
    return memcmp(sha256, zeros, sizeof zeros) == 0;
}

bool verdict_is_installed(const struct sl_judged *in)
{
    return in->site && !is_zero(in->site->installed_sha256) &&
           memcmp(in->site->installed_sha256, in->manifest_sha256, 32) == 0;
}

/* -- audience -- */

int verdict_not_for(struct sl_str customer, struct sl_err *err)
{
    /* Who it is for is that customer's business; the file's name, which mostly says it, stays out too. */
    char shown[SHOWN_MAX];
    (void)sl_fail(err, SL_E_REFUSED, "this bundle is not for %s", sl_escape(shown, sizeof shown, customer));
    return sl_hint(err, "look at where it came from: the wrong disk or the wrong file was handed over");
}

static int judge_audience(struct sl_verdict *verdict, const struct sl_judged *in, struct sl_err *err)
{
    struct sl_str audience = in->manifest->customer;
    struct sl_str trusted = sl_str_from(in->trust ? in->trust->customer : "*");
    bool anybody = sl_str_equal(trusted, SL_STR("*"));
    if (in->customer.len > 0 && !sl_str_equal(audience, in->customer))
        return verdict_not_for(in->customer, err);
    if (!anybody && !sl_str_equal(audience, trusted))
        return verdict_not_for(trusted, err);
    char shown[SHOWN_MAX];
    (void)sl_escape(shown, sizeof shown, audience);
    if (anybody && in->customer.len == 0)
        verdict_say(verdict, SL_STEP_AUDIENCE, SL_SKIPPED, "it is for %s, and nothing says who is asked for",
                    shown);
    else
        verdict_say(verdict, SL_STEP_AUDIENCE, SL_PASSED, "it is for %s", shown);
    (void)sl_escape(verdict->bundle, sizeof verdict->bundle, in->manifest->bundle);
    return 0;
}

/* -- revocations -- */

static int judge_revocations(struct sl_verdict *verdict, const struct sl_judged *in, struct sl_err *err)
{
    const struct sl_trust *trust = in->trust;
    if (!trust) {
        verdict_say(verdict, SL_STEP_REVOCATIONS, SL_SKIPPED, "plain keys cannot be revoked");
        return 0;
    }
    if (sl_trust_bundle_revoked(trust, in->manifest_sha256)) {
        (void)sl_fail(err, SL_E_REFUSED, "this bundle is revoked by version %llu of trust.json",
                      number(trust->version));
        return sl_hint(err, "ask for a newer bundle");
    }
    unsigned valid = sl_trust_count_valid(trust, in->signed_by, in->manifest->epoch, in->manifest->sequence);
    unsigned threshold = trust->thresholds[SL_ROLE_RELEASE];
    if (threshold == 0 || valid < threshold) {
        (void)sl_fail(err, SL_E_REFUSED,
                      "only %u of %u release signatures count: the others are by keys that are revoked for "
                      "sequence %llu of epoch %llu",
                      valid, threshold, number(in->manifest->sequence), number(in->manifest->epoch));
        return sl_hint(err, "the key may be stolen: do not use this bundle, and ask where it came from");
    }
    verdict_say(verdict, SL_STEP_REVOCATIONS, SL_PASSED,
                "%u of %u release signatures count for sequence %llu", valid, threshold,
                number(in->manifest->sequence));
    return 0;
}

/* -- epoch and sequence -- */

static int judge_epoch(struct sl_verdict *verdict, const struct sl_judged *in, struct sl_err *err)
{
    if (!in->trust) {
        verdict_say(verdict, SL_STEP_EPOCH, SL_SKIPPED, "there is no epoch without trust.json");
        return 0;
    }
    uint64_t epoch = in->manifest->epoch;
    if (epoch == in->trust->epoch) {
        verdict_say(verdict, SL_STEP_EPOCH, SL_PASSED, "epoch %llu, as trust.json says", number(epoch));
        return 0;
    }
    if (verdict_is_installed(in)) {
        verdict_say(verdict, SL_STEP_EPOCH, SL_PASSED, "epoch %llu, the bundle that is installed",
                    number(epoch));
        return 0;
    }
    (void)sl_fail(err, SL_E_REFUSED, "the bundle is of epoch %llu, and version %llu of trust.json says %llu",
                  number(epoch), number(in->trust->version), number(in->trust->epoch));
    if (epoch > in->trust->epoch)
        return sl_hint(
            err, "trust.json here is too old: ask for a bundle that was packed with its newer versions");
    return sl_hint(err,
                   "what was packed in an earlier epoch no longer counts: ask for a bundle that was packed "
                   "with --trust since");
}

/* What was accepted in an earlier epoch says nothing about this one's sequences. */
static bool same_epoch(const struct sl_judged *in)
{
    return in->site && in->site->epoch >= in->manifest->epoch;
}

static int judge_sequence(struct sl_verdict *verdict, const struct sl_judged *in, struct sl_err *err)
{
    uint64_t sequence = in->manifest->sequence;
    uint64_t highest = same_epoch(in) ? in->site->highest_sequence : 0;
    if (highest == 0) {
        verdict_say(verdict, SL_STEP_SEQUENCE, SL_SKIPPED,
                    "sequence %llu, and none is known that was accepted before", number(sequence));
        return 0;
    }
    bool replaced = sequence == highest && !is_zero(in->site->highest_sha256) &&
                    memcmp(in->site->highest_sha256, in->manifest_sha256, 32) != 0;
    if (sequence >= highest && !replaced) {
        verdict_say(verdict, SL_STEP_SEQUENCE, SL_PASSED,
                    "sequence %llu, and %llu is the highest that was accepted", number(sequence),
                    number(highest));
        return 0;
    }
    if (verdict_is_installed(in)) {
        verdict_say(verdict, SL_STEP_SEQUENCE, SL_PASSED, "sequence %llu, the bundle that is installed",
                    number(sequence));
        return 0;
    }
    const char *why = replaced ? "another bundle with this sequence was accepted before"
                               : "a later one was accepted before";
    if (!in->trust) {
        verdict_say(verdict, SL_STEP_SEQUENCE, SL_WARNED, "sequence %llu, and %s (%llu)", number(sequence),
                    why, number(highest));
        return 0;
    }
    (void)sl_fail(err, SL_E_REFUSED, "the bundle has sequence %llu, and %s: sequence %llu", number(sequence),
                  why, number(highest));
    return sl_hint(err, "to go back to what is still installed, use sealift rollback");
}

/* -- floor -- */

static int judge_floor(struct sl_verdict *verdict, const struct sl_judged *in, struct sl_err *err)
{
    /* It is of the epoch of trust.json, or the one that is installed. */
    uint64_t floor = in->trust ? in->trust->floor : 0;
    const char *whose = "trust.json";
    if (same_epoch(in) && in->site->floor > floor) {
        floor = in->site->floor;
        whose = "this site";
    }
    if (floor == 0) {
        verdict_say(verdict, SL_STEP_FLOOR, SL_SKIPPED, "there is no floor");
        return 0;
    }
    if (in->manifest->sequence >= floor) {
        verdict_say(verdict, SL_STEP_FLOOR, SL_PASSED, "sequence %llu, and the floor of %s is %llu",
                    number(in->manifest->sequence), whose, number(floor));
        return 0;
    }
    if (verdict_is_installed(in)) {
        verdict_say(verdict, SL_STEP_FLOOR, SL_PASSED, "sequence %llu, the bundle that is installed",
                    number(in->manifest->sequence));
        return 0;
    }
    (void)sl_fail(err, SL_E_REFUSED, "the bundle has sequence %llu, below the floor of %s, %llu",
                  number(in->manifest->sequence), whose, number(floor));
    return sl_hint(err, "what is below the floor must not come back: ask for a newer bundle");
}

/* -- expiry -- */

struct deadline {
    int64_t time;
    const char *what;
};

/* The earlier of the bundle's and of trust.json's; .time 0: neither has one. */
static struct deadline first_deadline(const struct sl_judged *in)
{
    struct deadline bundle = {in->manifest->expires, "the bundle"};
    struct deadline trust = {in->trust ? in->trust->expires : 0, "trust.json"};
    if (trust.time > 0 && (bundle.time == 0 || trust.time < bundle.time))
        return trust;
    return bundle;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* What may be taken as past. A bundle's own time proves nothing: see struct sl_verdict. */
static int64_t proved_time(const struct sl_judged *in)
{
    return later(in->site ? in->site->proved_time : 0, in->trust ? in->trust->issued : 0);
}

static int refuse_expired(const struct deadline *deadline, int64_t time, const char *by, struct sl_err *err)
{
    char when[24];
    char then[24];
    (void)sl_fail(err, SL_E_REFUSED, "%s expired at %s, and %s it is %s", deadline->what,
                  sl_time_text(when, deadline->time), by, sl_time_text(then, time));
    return sl_hint(err, "ask for a bundle that is still supported");
}

static int judge_expiry(struct sl_verdict *verdict, const struct sl_judged *in, struct sl_err *err)
{
    struct deadline deadline = first_deadline(in);
    int64_t proved = proved_time(in);
    char when[24];
    if (deadline.time == 0) {
        verdict_say(verdict, SL_STEP_EXPIRY, SL_SKIPPED, "it never expires");
        return 0;
    }
    (void)sl_time_text(when, deadline.time);
    if (proved >= deadline.time)
        return refuse_expired(&deadline, proved, "by what was signed since", err);
    bool late = in->now >= deadline.time;
    if (late && in->trust && in->trust->clock_refuses)
        return refuse_expired(&deadline, in->now, "by this machine's clock", err);
    if (late)
        verdict_say(verdict, SL_STEP_EXPIRY, SL_WARNED,
                    "%s expired at %s by this machine's clock, which alone refuses nothing", deadline.what,
                    when);
    else if (in->now > 0 && in->now < proved)
        verdict_say(verdict, SL_STEP_EXPIRY, SL_WARNED,
                    "%s expires at %s; this machine's clock is behind a time that is proved", deadline.what,
                    when);
    else
        verdict_say(verdict, SL_STEP_EXPIRY, SL_PASSED, "%s expires at %s", deadline.what, when);
    return 0;
}

/* -- all of them -- */

int sl_judge(struct sl_verdict *verdict, const struct sl_judged *judged, struct sl_err *err)
{
    typedef int judge(struct sl_verdict * verdict, const struct sl_judged *in, struct sl_err *err);
    static const struct {
        enum sl_verdict_step step;
        judge *run;
    } steps[] = {
        {SL_STEP_AUDIENCE, judge_audience},   {SL_STEP_REVOCATIONS, judge_revocations},
        {SL_STEP_EPOCH, judge_epoch},         {SL_STEP_SEQUENCE, judge_sequence},
        {SL_STEP_REQUIRES, verdict_requires}, {SL_STEP_FLOOR, judge_floor},
        {SL_STEP_EXPIRY, judge_expiry},
    };
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        verdict->steps[steps[i].step] = (struct sl_verdict_line){.outcome = SL_NOT_REACHED};
    verdict->bundle[0] = '\0';
    verdict->now = judged->now;
    verdict->trust_version = judged->trust ? judged->trust->version : 0;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        if (steps[i].run(verdict, judged, err) < 0)
            return verdict_refuse(verdict, steps[i].step, err);
    verdict->proved_time = proved_time(judged);
    return 0;
}
