/*
 * Documents of another version of sealift.
 */
#include "canon.h"

int sl_canon_known(const char *name, uint64_t schema, uint64_t most, struct sl_err *err)
{
    if (schema >= 1 && schema <= most)
        return 0;
    (void)sl_fail(err, SL_E_REFUSED, "%s has schema %llu, and this sealift knows schema %llu", name,
                  (unsigned long long)schema, (unsigned long long)most);
    return schema > most ? sl_hint(err, "a newer sealift wrote it: use that one, or a later one")
                         : sl_canon_hint_other(err);
}

int sl_canon_hint_other(struct sl_err *err)
{
    return sl_hint(err,
                   "another version of sealift wrote it, which is the one to use then; or it was changed, "
                   "and has to be put back as it was");
}

/* The value of "schema"; 0 where there is none, or the text is not canonical up to it. */
static int64_t schema_of(struct sl_str text)
{
    struct sl_canon canon;
    struct sl_canon_level level = {0};
    struct sl_str key = {0};
    struct sl_err ignored = {0};
    int64_t schema = 0;
    sl_canon_open(&canon, text, "", NULL);
    if (sl_canon_map(&canon, &level, &ignored) < 0)
        return 0;
    while (sl_canon_key(&canon, &level, &key, &ignored) > 0) {
        if (sl_str_equal(key, SL_STR("schema")))
            return sl_canon_integer(&canon, &schema, &ignored) < 0 ? 0 : schema;
        if (sl_canon_skip(&canon, &ignored) < 0)
            return 0;
    }
    return 0;
}

int sl_canon_blame_schema(struct sl_str text, const char *name, uint64_t most, struct sl_err *err)
{
    int64_t schema = err->code == SL_E_REFUSED ? schema_of(text) : 0;
    if (schema <= 0 || (uint64_t)schema <= most)
        return -1;
    sl_err_clear(err);
    return sl_canon_known(name, (uint64_t)schema, most, err);
}
