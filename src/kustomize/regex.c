#include "regex.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "go_regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

struct kz_regex {
    struct kz_regex *next;
    struct kz_text pattern;
    enum kz_anchor anchor;
    bool literal;
    pcre2_code *code; /* NULL: literal */
    pcre2_match_data *match;
    pcre2_match_context *context;
};

bool kz_regex_is_literal(struct sl_str pattern)
{
    for (size_t i = 0; i < pattern.len; i++)
        if (pattern.ptr[i] == '\0' || strchr("\\.+*?()|[]{}^$", pattern.ptr[i]))
            return false;
    return true;
}

/* As kustomize hands it to Go, which is more than what the kustomization has: an unclosed "\\Q" there swallows the end. */
static struct sl_str anchored(struct sl_build *build, const struct kz_regex *regex)
{
    switch (regex->anchor) {
    case KZ_WHOLE:
        return kz_join(build, SL_STR("^(?:"), regex->pattern.text, SL_STR(")$"));
    case KZ_IMAGE:
        return kz_join(build, SL_STR("^"), regex->pattern.text, SL_STR(KZ_IMAGE_END));
    default:
        return regex->pattern.text;
    }
}

static int translate(struct sl_build *build, const struct kz_regex *regex, struct sl_buf *out,
                     struct sl_err *err)
{
    struct kz_regex_problem problem;
    struct sl_shown shown;
    struct sl_str text = anchored(build, regex);
    if (!text.ptr)
        return kz_no_memory(build, err);
    if (!kz_go_regex(out, text, &problem))
        return kz_fail(build, regex->pattern.mark, err,
                       "\"%s\" is not a regular expression of Go: %s (at character %zu)",
                       sl_shown(&shown, text), problem.why, problem.at + 1);
    return sl_buf_check(out, "a regular expression", err);
}

static int compile(struct sl_build *build, struct kz_regex *regex, struct sl_err *err)
{
    struct sl_shown shown;
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    sl_buf_init(&text, SL_REGEX_TEXT_MAX);
    if (translate(build, regex, &text, err) < 0)
        return -1;
    uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C;
    int code = 0;
    PCRE2_SIZE at = 0;
    regex->code = pcre2_compile((PCRE2_SPTR)(text.ptr ? text.ptr : ""), text.len, options, &code, &at, NULL);
    if (!regex->code) {
        char why[128] = "";
        (void)pcre2_get_error_message(code, (PCRE2_UCHAR *)why, sizeof why);
        return kz_fail(build, regex->pattern.mark, err, "the pattern \"%s\" cannot be used: %s",
                       sl_shown(&shown, regex->pattern.text), why);
    }
    regex->match = pcre2_match_data_create(1, NULL);
    regex->context = pcre2_match_context_create(NULL);
    if (!regex->match || !regex->context)
        return sl_fail_memory(err);
    (void)pcre2_set_match_limit(regex->context, SL_REGEX_STEPS_MAX);
    (void)pcre2_set_depth_limit(regex->context, SL_REGEX_DEPTH_MAX);
    (void)pcre2_set_heap_limit(regex->context, SL_REGEX_HEAP_KIB_MAX);
    return 0;
}

int kz_regex_get(struct sl_build *build, const struct kz_regex **out, const struct kz_text *pattern,
                 enum kz_anchor anchor, struct sl_err *err)
{
    struct sl_str key = kz_join(build,
                                anchor == KZ_WHOLE   ? SL_STR("=")
                                : anchor == KZ_IMAGE ? SL_STR("@")
                                                     : SL_STR("~"),
                                pattern->text, SL_STR(""));
    if (!key.ptr)
        return kz_no_memory(build, err);
    struct kz_regex *regex = sl_map_get(&build->regexes, key);
    if (!regex) {
        regex = kz_alloc(build, sizeof *regex);
        if (!regex)
            return kz_no_memory(build, err);
        *regex = (struct kz_regex){.next = build->regex_list, .pattern = *pattern, .anchor = anchor};
        build->regex_list = regex;
        regex->literal = anchor != KZ_IMAGE && kz_regex_is_literal(pattern->text);
        if (!regex->literal && compile(build, regex, err) < 0)
            return -1;
        if (sl_map_put(&build->regexes, key, regex, err) < 0)
            return -1;
    }
    *out = regex;
    return 0;
}

int kz_regex_match(struct sl_build *build, const struct kz_regex *regex, struct sl_str text,
                   struct sl_err *err)
{
    struct sl_str pattern = regex->pattern.text;
    if (regex->literal && regex->anchor == KZ_WHOLE)
        return sl_str_equal(pattern, text);
    if (regex->literal)
        return pattern.len == 0 || memmem(text.ptr, text.len, pattern.ptr, pattern.len) != NULL;
    int result = pcre2_match(regex->code, (PCRE2_SPTR)(text.ptr ? text.ptr : ""), text.len, 0, 0,
                             regex->match, regex->context);
    if (result >= 0 || result == PCRE2_ERROR_NOMATCH)
        return result >= 0;
    struct sl_shown shown;
    (void)kz_fail(build, regex->pattern.mark, err, "the pattern \"%s\" takes too much work",
                  sl_shown(&shown, pattern));
    err->code = SL_E_LIMIT;
    return -1;
}

void kz_regex_release_all(struct sl_build *build)
{
    for (struct kz_regex *regex = build->regex_list; regex; regex = regex->next) {
        pcre2_match_context_free(regex->context);
        pcre2_match_data_free(regex->match);
        pcre2_code_free(regex->code);
    }
    build->regex_list = NULL;
}
