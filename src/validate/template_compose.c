/*
 * Texts that a template makes of others, as far as it takes to run them.
 */
#include "template_run.h"

#include "base/cleanup.h"
#include "base/limits.h"

/* What stands for a text that is not known: where it comes from the values, it is run with what is at hand there. */
static const char unknown[] = "{{tpl nil .}}";

struct composition {
    struct sl_buf text;
    bool raw;  /* a part is not known, and may be a template of the chart's own making */
    bool part; /* a part is not known */
};

static void composition_release(struct composition *made)
{
    sl_buf_release(&made->text);
}

static void add_part(struct template_run *run, struct composition *made, struct template_value *value)
{
    bool known = value && (value->kind == TEMPLATE_VALUE_TEXT || value->kind == TEMPLATE_VALUE_NUMBER);
    made->raw = made->raw || (!known && template_value_is_raw(&run->values, value));
    made->part = made->part || !known;
    if (known)
        sl_buf_str(&made->text, value->text);
    else
        sl_buf_text(&made->text, unknown);
}

/* "%s", "%v" and "%d". What any other makes of its part is not known. */
static void add_format(struct template_run *run, struct composition *made, struct template_value **arguments,
                       size_t count)
{
    const struct sl_str format = arguments[0]->text;
    bool braces = template_value_is_raw(&run->values, arguments[0]);
    size_t used = 1;
    for (size_t at = 0; at < format.len; at++) {
        char verb = format.ptr[at] == '%' && at + 1 < format.len ? format.ptr[at + 1] : 0;
        at += verb != 0;
        if (verb == 0 || verb == '%') {
            sl_buf_byte(&made->text, format.ptr[at]);
        } else if ((verb == 's' || verb == 'v' || verb == 'd') && used < count) {
            add_part(run, made, arguments[used++]);
        } else {
            made->part = true;
            made->raw = made->raw || braces;
        }
    }
}

static void add_all(struct template_run *run, struct composition *made, struct template_value **arguments,
                    size_t count, bool apart)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && apart)
            sl_buf_byte(&made->text, ' ');
        add_part(run, made, arguments[i]);
    }
}

static bool has_raw(struct template_run *run, struct template_value **arguments, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (template_value_is_raw(&run->values, arguments[i]))
            return true;
    return false;
}

struct template_value *template_compose(struct template_run *run, struct sl_str function,
                                        struct template_value **arguments, size_t count)
{
    SL_CLEANUP(composition_release) struct composition made = {.raw = false};
    bool raw = has_raw(run, arguments, count), format = sl_str_equal(function, SL_STR("printf"));
    sl_buf_init(&made.text, SL_MIB);
    if (!format)
        add_all(run, &made, arguments, count, sl_str_equal(function, SL_STR("cat")));
    else if (count > 0 && arguments[0] && arguments[0]->kind == TEMPLATE_VALUE_TEXT)
        add_format(run, &made, arguments, count);
    else
        made.raw = made.part = true;
    run->values.lost = run->values.lost || made.text.fail == SL_E_NO_MEMORY;
    if ((made.part && !raw) || made.text.fail)
        return raw ? template_value_make(&run->values, TEMPLATE_VALUE_RAW) : NULL;
    if (made.raw)
        return template_value_make(&run->values, TEMPLATE_VALUE_RAW);
    struct sl_str text = sl_arena_str(&run->values.arena, sl_buf_view(&made.text));
    run->values.lost = run->values.lost || !text.ptr;
    return text.ptr ? template_value_text(&run->values, TEMPLATE_VALUE_TEXT, text) : NULL;
}
