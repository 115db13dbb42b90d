#include "regex.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "value.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>

struct regex {
    pcre2_code *code;
};

/* Room that the rewriting may need: each byte can become a class of some hundred. */
enum { REWRITTEN_PER_BYTE = 300, MATCH_BASE_STEPS = 4 };

/* The smallest number of steps a match is allowed, before it is tried again with more. */
#define REGEX_STEPS_FIRST UINT32_C(1000)

/* Through our own malloc(), which tests can make fail. */
static void *allocate(PCRE2_SIZE size, void *context)
{
    (void)context;
    return malloc(size);
}

static void release(void *memory, void *context)
{
    (void)context;
    free(memory);
}

static void free_general(pcre2_general_context **context)
{
    pcre2_general_context_free(*context);
}

static void free_compile(pcre2_compile_context **context)
{
    pcre2_compile_context_free(*context);
}

static int compile_with(struct regex *regex, struct sl_str pattern, char why[128], struct sl_err *err)
{
    SL_CLEANUP(free_general)
    pcre2_general_context *general = pcre2_general_context_create(allocate, release, NULL);
    SL_CLEANUP(free_compile)
    pcre2_compile_context *context = general ? pcre2_compile_context_create(general) : NULL;
    if (!context)
        return sl_fail_memory(err);
    (void)pcre2_set_compile_extra_options(context, PCRE2_EXTRA_ALT_BSUX);
    uint32_t options = PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_ALT_BSUX | PCRE2_ALLOW_EMPTY_CLASS |
                       PCRE2_MATCH_UNSET_BACKREF | PCRE2_NEVER_BACKSLASH_C;
    int code = 0;
    PCRE2_SIZE at = 0;
    regex->code = pcre2_compile((PCRE2_SPTR)pattern.ptr, pattern.len, options, &code, &at, context);
    if (regex->code)
        return 1;
    if (code == PCRE2_ERROR_NOMEMORY || code == PCRE2_ERROR_HEAP_FAILED)
        return sl_fail_memory(err);
    (void)pcre2_get_error_message(code, (PCRE2_UCHAR *)why, 128);
    return 0;
}

int regex_compile(struct regex **out, struct sl_str pattern, char why[128], struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    sl_buf_init(&text, REWRITTEN_PER_BYTE * SL_SCHEMA_PATTERN_MAX + 1);
    if (pattern.len > SL_SCHEMA_PATTERN_MAX) {
        memcpy(why, "it is too long", sizeof "it is too long");
        return 0;
    }
    sl_buf_text(&text, "");
    regex_rewrite(&text, pattern);
    if (sl_buf_check(&text, "a pattern", err) < 0)
        return -1;
    struct regex *regex = calloc(1, sizeof *regex);
    if (!regex)
        return sl_fail_memory(err);
    struct sl_str rewritten = text.ptr ? sl_buf_view(&text) : SL_STR("");
    int result = compile_with(regex, rewritten, why, err);
    if (result != 1)
        regex_free(regex);
    else
        *out = regex;
    return result;
}

void regex_free(struct regex *regex)
{
    if (!regex)
        return;
    pcre2_code_free(regex->code);
    free(regex);
}

void regex_matcher_release(struct regex_matcher *matcher)
{
    pcre2_match_data_free(matcher->match);
    pcre2_match_context_free(matcher->context);
    *matcher = (struct regex_matcher){0};
}

static int make_matcher(struct regex_matcher *matcher, struct sl_err *err)
{
    SL_CLEANUP(free_general)
    pcre2_general_context *general = pcre2_general_context_create(allocate, release, NULL);
    if (!general)
        return sl_fail_memory(err);
    matcher->match = pcre2_match_data_create(1, general);
    matcher->context = pcre2_match_context_create(general);
    if (!matcher->match || !matcher->context) {
        regex_matcher_release(matcher);
        return sl_fail_memory(err);
    }
    (void)pcre2_set_depth_limit(matcher->context, SL_REGEX_DEPTH_MAX);
    (void)pcre2_set_heap_limit(matcher->context, SL_REGEX_HEAP_KIB_MAX);
    return 0;
}

static int match_failed(int code, struct sl_err *err)
{
    if (code == PCRE2_ERROR_NOMEMORY)
        return sl_fail_memory(err);
    if (code == PCRE2_ERROR_MATCHLIMIT || code == PCRE2_ERROR_DEPTHLIMIT || code == PCRE2_ERROR_HEAPLIMIT)
        return sl_fail(err, SL_E_LIMIT, "takes too much work to match");
    return sl_fail(err, SL_E_INTERNAL, "PCRE2 fails to match with code %d", code);
}

/* PCRE2 does not say how much work a match was. So it gets little at first, and ten times more each time it
 * asks; what it was allowed is what it is charged. */
int regex_match(const struct regex *regex, struct regex_matcher *matcher, struct sl_str text,
                uint64_t *budget, struct sl_err *err)
{
    if (!matcher->match && make_matcher(matcher, err) < 0)
        return -1;
    PCRE2_SPTR subject = (PCRE2_SPTR)(text.ptr ? text.ptr : "");
    uint64_t cost = MATCH_BASE_STEPS + text.len / 16;
    int result = PCRE2_ERROR_MATCHLIMIT;
    for (uint32_t limit = REGEX_STEPS_FIRST; limit <= SL_REGEX_STEPS_MAX; limit *= 10) {
        if (budget_take(budget, cost, err) < 0)
            return -1;
        (void)pcre2_set_match_limit(matcher->context, limit);
        result = pcre2_match(regex->code, subject, text.len, 0, PCRE2_NO_UTF_CHECK, matcher->match,
                             matcher->context);
        if (result != PCRE2_ERROR_MATCHLIMIT)
            break;
        cost = UINT64_C(10) * limit;
    }
    if (result >= 0 || result == PCRE2_ERROR_NOMATCH)
        return result >= 0;
    return match_failed(result, err);
}
