#include "base/cleanup.h"
#include "checking.h"
#include "doc/pointer.h"
#include "set.h"
#include "tally.h"

#include <sealift/text.h>
#include <stdarg.h>
#include <stdio.h>

bool has_placeholder(struct sl_str text)
{
    for (size_t i = 0; i + 1 < text.len; i++)
        if (text.ptr[i] == '$' && text.ptr[i + 1] == '{')
            return true;
    return false;
}

/* -- reporting -- */

static int report(struct checking *checking, const struct found *found, const char *message)
{
    struct sl_shown shown;
    struct sl_finding finding = sl_finding_at(checking->doc, found->mark, found->severity, found->rule);
    finding.pointer = found->pointer;
    finding.hint = found->hint;
    checking->found |= found->severity != SL_NOTE;
    return sl_finding_report(checking->check->findings, &finding, checking->err, "%s%s%s: %s",
                             checking->title.text, found->pointer.len ? ", " : "",
                             sl_shown(&shown, found->pointer), message);
}

int checking_report(struct checking *checking, const struct found *found, const char *format, ...)
{
    char message[SL_ERR_MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return report(checking, found, message);
}

static void push_steps(struct sl_buf *out, const struct step *at)
{
    char number[16];
    const struct step *steps[SL_DOC_DEPTH_MAX + 1];
    size_t count = 0;
    for (; at && count <= SL_DOC_DEPTH_MAX; at = at->outer)
        steps[count++] = at;
    while (count-- > 0) {
        struct sl_str token = steps[count]->key;
        if (!token.ptr)
            token =
                (struct sl_str){number, (size_t)snprintf(number, sizeof number, "%u", steps[count]->index)};
        sl_pointer_push(out, token);
    }
}

int checking_report_at(struct checking *checking, const struct found_at *found, const char *format, ...)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf pointer;
    char message[SL_ERR_MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    sl_buf_init(&pointer, SL_MIB);
    push_steps(&pointer, found->at);
    if (found->key.ptr)
        sl_pointer_push(&pointer, found->key);
    if (sl_buf_check(&pointer, "a pointer", checking->err) < 0)
        return -1;
    return report(checking,
                  &(struct found){found->rule, found->severity, found->mark, sl_buf_view(&pointer),
                                  sl_str_from(found->hint)},
                  message);
}

/* -- against the schema -- */

static int add_error(struct checking *checking, const struct kind *kind, const struct sl_schema_error *error)
{
    struct found found = {.rule = "kube/mismatch",
                          .severity = SL_ERROR,
                          .mark = error->mark,
                          .pointer = sl_str_slice(error->instance, kind->prefix.len, error->instance.len),
                          .hint = error->hint};
    const struct sl_node *node = sl_pointer_get(checking->object, found.pointer);
    if (sl_str_equal(error->keyword, SL_STR("additionalProperties"))) {
        found.rule = "kube/unknown-field";
    } else if (has_placeholder(sl_node_text(node))) {
        found.rule = "kube/placeholder";
        found.severity = SL_NOTE;
        found.hint = SL_STR("what stands in the place of ${...} is not known here");
    }
    return checking_report(checking, &found, SL_FMT, SL_ARG(error->message));
}

static int add_report(struct checking *checking, const struct kind *kind,
                      const struct sl_schema_report *report)
{
    for (size_t i = 0; i < sl_schema_report_count(report); i++)
        if (add_error(checking, kind, sl_schema_report_at(report, i)) < 0)
            return -1;
    struct found cut = {.rule = "kube/mismatch", .severity = SL_NOTE, .mark = checking->object->mark};
    return sl_schema_report_is_cut(report)
               ? checking_report(checking, &cut, "there is more that does not fit, and is not listed")
               : 0;
}

static int run_program(struct checking *checking, const struct kind *kind, struct sl_node *object)
{
    SL_CLEANUP(sl_schema_report_freep) struct sl_schema_report *report = NULL;
    struct sl_entry entry = {.key = kind->key, .value = object};
    struct sl_node wrapper = {.kind = SL_MAP, .count = 1, .mark = object->mark, .as.entries = &entry};
    int fits =
        sl_schema_validate(&report, kind->program, kind->prefix.len ? &wrapper : object, checking->err);
    if (fits < 0)
        return sl_wrap(checking->err, "check %s", checking->title.text);
    return fits ? 0 : add_report(checking, kind, report);
}

static int check_schema(struct checking *checking, const struct kind *kind)
{
    struct sl_arena arena;
    /* Never written to. */
    struct sl_node *object = (struct sl_node *)checking->object;
    if (walk_object(checking, kind->shape) < 0)
        return -1;
    if (!has_null(object))
        return run_program(checking, kind, object);
    sl_arena_init(&arena, SL_DOC_MEMORY_MAX);
    object = without_nulls(&arena, kind->shape, object);
    int result = object ? run_program(checking, kind, object) : sl_fail_memory(checking->err);
    sl_arena_release(&arena);
    return result;
}

/* -- which schema -- */

static const struct kind *find_kind(const struct sl_kubecheck *check, struct sl_str key)
{
    const struct kind *kind = NULL;
    for (size_t i = 0; !kind && i < check->set_count; i++)
        kind = set_find(check->sets[i], key);
    return kind;
}

/* 1: the kind is served in other versions, which is reported; 0: nobody knows it. */
static int check_served(struct checking *checking, struct sl_str key)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf name;
    struct sl_shown version, known;
    const struct family *family = NULL;
    sl_buf_init(&name, KEY_MAX);
    (void)family_of(&name, key);
    for (size_t i = 0; !family && i < checking->check->set_count; i++)
        family = sl_map_get(&checking->check->sets[i]->families, sl_buf_view(&name));
    if (!family || checking->check->version_is_told)
        return family != NULL;
    const struct sl_node *node = sl_node_get(checking->object, "apiVersion");
    struct found found = {.rule = "kube/not-served",
                          .severity = SL_ERROR,
                          .mark = node->mark,
                          .pointer = SL_STR("/apiVersion")};
    if (checking_report(checking, &found, "%s is not served here, but %s",
                        sl_shown(&version, checking->api_version), sl_shown(&known, family->versions)) < 0)
        return -1;
    return 1;
}

static int check_object(struct checking *checking, struct sl_str key)
{
    const struct kind *kind = find_kind(checking->check, key);
    struct tally_place place = {checking->doc, checking->object->mark, key};
    checking->is_known = kind != NULL;
    if (kube_check_names(checking) < 0)
        return -1;
    if (kind && kind->program) {
        if (tally_add(checking->check->tally, &place, kind->rules ? TALLY_RULES : TALLY_CHECKED, kind,
                      checking->err) < 0)
            return -1;
        return check_schema(checking, kind);
    }
    if (kind)
        return tally_add(checking->check->tally, &place, TALLY_BAD, kind, checking->err);
    int served = check_served(checking, key);
    if (served < 0)
        return -1;
    return tally_add(checking->check->tally, &place, served ? TALLY_OTHER_VERSION : TALLY_UNKNOWN, NULL,
                     checking->err);
}

static void set_title(struct checking *checking)
{
    struct sl_shown kind, name;
    struct sl_str text = sl_node_text(sl_node_get(sl_node_get(checking->object, "metadata"), "name"));
    (void)snprintf(checking->title.text, sizeof checking->title.text, "%.70s%s%.70s",
                   sl_shown(&kind, checking->kind), text.len ? " " : "", sl_shown(&name, text));
}

int sl_kubecheck(const struct sl_kubecheck *check, const struct sl_doc *doc, const struct sl_node *object,
                 struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf key;
    struct checking checking = {.check = check,
                                .doc = doc,
                                .object = object,
                                .api_version = sl_node_text(sl_node_get(object, "apiVersion")),
                                .kind = sl_node_text(sl_node_get(object, "kind")),
                                .title = {"an object"},
                                .err = err};
    sl_buf_init(&key, KEY_MAX);
    if (checking.api_version.len == 0 || checking.kind.len == 0) {
        struct found found = {.rule = "kube/mismatch", .severity = SL_ERROR, .mark = object->mark};
        return checking_report(&checking, &found, "an apiVersion and a kind are expected, as text") < 0 ? -1
                                                                                                        : 0;
    }
    set_title(&checking);
    (void)key_of(&key, checking.api_version, checking.kind);
    if (key.fail == SL_E_NO_MEMORY)
        return sl_fail_memory(err);
    if (check_object(&checking, sl_buf_view(&key)) < 0)
        return -1;
    return !checking.found;
}
