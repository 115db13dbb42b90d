#include "manifest_survey.h"

#include <sealift/manifest.h>
#include <sealift/text.h>

enum { SHOWN_MAX = 96 };

struct survey {
    bool has_schema;
    int64_t schema;
    unsigned known;         /* names in `critical` that this reader knows: enum manifest_critical */
    struct sl_str critical; /* the first one that it does not */
    bool has_critical;
};

static unsigned known_critical(struct sl_str name)
{
    if (sl_str_equal(name, SL_STR("expires")))
        return CRITICAL_EXPIRES;
    if (sl_str_equal(name, SL_STR("requires.receipt")))
        return CRITICAL_RECEIPT;
    return sl_str_equal(name, SL_STR("requires.stops")) ? CRITICAL_STOPS : 0;
}

static int read_critical(struct sl_canon *canon, struct survey *survey, struct sl_err *err)
{
    struct sl_canon_level level = {0};
    struct sl_str name = {0};
    struct sl_str last = {0};
    if (sl_canon_list(canon, &level, err) < 0)
        return -1;
    int more;
    for (bool first = true; (more = sl_canon_item(canon, &level, err)) > 0; first = false) {
        if (sl_canon_text(canon, &name, err) < 0)
            return -1;
        unsigned known = known_critical(name);
        if (!known && !survey->has_critical)
            survey->critical = name;
        survey->has_critical = survey->has_critical || !known;
        survey->known |= known;
        if (!first && sl_str_compare(last, name) >= 0)
            return sl_fail(err, SL_E_REFUSED, "%s: critical has a name twice or out of order", canon->name);
        last = name;
    }
    return more;
}

static int read_fields(struct sl_canon *canon, struct survey *survey, struct sl_err *err)
{
    struct sl_canon_level level = {0};
    struct sl_str key = {0};
    if (sl_canon_map(canon, &level, err) < 0)
        return -1;
    int more;
    while ((more = sl_canon_key(canon, &level, &key, err)) > 0) {
        int result;
        if (sl_str_equal(key, SL_STR("schema"))) {
            survey->has_schema = true;
            result = sl_canon_integer(canon, &survey->schema, err);
        } else if (sl_str_equal(key, SL_STR("critical"))) {
            result = read_critical(canon, survey, err);
        } else {
            result = sl_canon_skip(canon, err);
        }
        if (result < 0)
            return -1;
    }
    return more < 0 ? -1 : sl_canon_end(canon, err);
}

static int check(const struct sl_canon *canon, const struct survey *survey, struct sl_err *err)
{
    char shown[SHOWN_MAX];
    if (!survey->has_schema)
        return sl_fail(err, SL_E_REFUSED, "%s: \"schema\" is missing", canon->name);
    if (survey->schema != SL_MANIFEST_SCHEMA) {
        (void)sl_fail(err, SL_E_REFUSED, "%s has schema %lld, and this sealift knows schema %d", canon->name,
                      (long long)survey->schema, SL_MANIFEST_SCHEMA);
        return sl_hint(err, "a newer sealift may read it");
    }
    if (survey->has_critical) {
        (void)sl_fail(err, SL_E_REFUSED,
                      "%s says that whoever reads it must understand \"%s\", and this sealift does not",
                      canon->name, sl_escape(shown, sizeof shown, survey->critical));
        return sl_hint(err, "a newer sealift may read it");
    }
    return 0;
}

int sl_manifest_survey(struct sl_canon *canon, unsigned *named, struct sl_err *err)
{
    struct survey survey = {0};
    if (read_fields(canon, &survey, err) < 0 || check(canon, &survey, err) < 0)
        return -1;
    *named = survey.known;
    return 0;
}
