/*
 * What functions of templates do with values: those of Go, of sprig and of Helm that hand on a part of what they are
 * given. Any other hands it on to where nobody follows.
 */
#include "template_run.h"

enum effect {
    LOOKS,    /* says something about it, and hands nothing on */
    COUNTS,   /* says how much is in it */
    SHUFFLES, /* is a list of some items of the first, under other numbers */
    GATHERS,  /* is a list of the items of all */
    LAST,     /* is the last one */
    ONE,      /* is one of them */
    ITEM,     /* is an item of the first */
    COPY,     /* is what may be changed without changing it */
    MERGES,   /* puts the others into the first */
    MAKES_MAP,
    MAKES_LIST,
    SETS,
    INDEXES,
    DIGS,
    PICKS,
    PLUCKS,
    OMITS,
    HAS_KEY,
    KEYS,
    VALUES,
    ADDS,
    CHOOSES,
    COMPOSES, /* is a text made of them, or the path of a template */
    INCLUDES,
    RUNS,
};

/* Source: Go's text/template; sprig 3.3; Helm 4.0, pkg/engine. "must" before a name changes nothing here. */
static const struct {
    const char *name;
    enum effect effect;
} functions[] = {
    {"eq", LOOKS},
    {"ne", LOOKS},
    {"lt", LOOKS},
    {"le", LOOKS},
    {"gt", LOOKS},
    {"ge", LOOKS},
    {"not", LOOKS},
    {"len", COUNTS},
    {"empty", LOOKS},
    {"kindIs", LOOKS},
    {"kindOf", LOOKS},
    {"typeIs", LOOKS},
    {"typeIsLike", LOOKS},
    {"typeOf", LOOKS},
    {"fail", LOOKS},
    {"contains", LOOKS},
    {"hasPrefix", LOOKS},
    {"hasSuffix", LOOKS},
    {"int", LOOKS},
    {"int64", LOOKS},
    {"float64", LOOKS},
    {"atoi", LOOKS},
    {"lookup", LOOKS},
    {"semverCompare", LOOKS},
    {"has", LOOKS},
    {"regexMatch", LOOKS},
    {"any", LOOKS},
    {"all", LOOKS},
    {"add", LOOKS},
    {"add1", LOOKS},
    {"sub", LOOKS},
    {"mul", LOOKS},
    {"div", LOOKS},
    {"mod", LOOKS},
    {"until", LOOKS},
    {"untilStep", LOOKS},
    {"default", ONE},
    {"coalesce", ONE},
    {"and", ONE},
    {"or", ONE},
    {"concat", GATHERS},
    {"required", LAST},
    {"ternary", CHOOSES},
    {"deepCopy", COPY},
    {"merge", MERGES},
    {"mergeOverwrite", MERGES},
    {"dict", MAKES_MAP},
    {"list", MAKES_LIST},
    {"tuple", MAKES_LIST},
    {"set", SETS},
    {"unset", OMITS},
    {"omit", OMITS},
    {"index", INDEXES},
    {"get", INDEXES},
    {"dig", DIGS},
    {"pick", PICKS},
    {"pluck", PLUCKS},
    {"hasKey", HAS_KEY},
    {"keys", KEYS},
    {"values", VALUES},
    {"first", ITEM},
    {"last", ITEM},
    {"rest", SHUFFLES},
    {"initial", SHUFFLES},
    {"reverse", SHUFFLES},
    {"uniq", SHUFFLES},
    {"compact", SHUFFLES},
    {"without", SHUFFLES},
    {"sortAlpha", SHUFFLES},
    {"slice", SHUFFLES},
    {"append", ADDS},
    {"prepend", ADDS},
    {"push", ADDS},
    {"print", COMPOSES},
    {"printf", COMPOSES},
    {"cat", COMPOSES},
    {"include", INCLUDES},
    {"tpl", RUNS},
};

struct call {
    struct template_run *run;
    struct template_value **arguments;
    size_t count;
};

static struct template_value *argument(const struct call *call, size_t index)
{
    return index < call->count ? call->arguments[index] : NULL;
}

static void escape_all(const struct call *call)
{
    for (size_t i = 0; i < call->count; i++)
        template_value_escape(&call->run->values, call->arguments[i]);
}

static struct template_value *one_of(const struct call *call, size_t from, size_t to)
{
    struct template_value *found = argument(call, from);
    for (size_t i = from + 1; i < to && i < call->count; i++)
        found = template_value_join(&call->run->values, found, call->arguments[i]);
    return found;
}

static struct template_value *copy_of(const struct call *call, struct template_value *value)
{
    struct template_value *map = template_value_make(&call->run->values, TEMPLATE_VALUE_MAP);
    if (!map || !value || value->kind == TEMPLATE_VALUE_TEXT)
        return value;
    map->under = value;
    return map;
}

/* Of maps that are merged, those within the first ones are changed, and the values with them. */
static void mix_inner(const struct call *call)
{
    bool before = false;
    for (size_t i = 0; i < call->count; i++) {
        struct template_value *option;
        bool any = before;
        for (size_t at = 0; (option = template_value_option(call->arguments[i], at)); at++) {
            bool path = option->kind == TEMPLATE_VALUE_PATH;
            before = before || path;
            if (path && any)
                option->read->mixed = true;
        }
    }
}

static struct template_value *merge(const struct call *call)
{
    mix_inner(call);
    for (size_t i = 1; i < call->count; i++)
        template_value_merge(&call->run->values, call->arguments[0], call->arguments[i]);
    struct template_value *first = argument(call, 0);
    return first && first->kind == TEMPLATE_VALUE_MAP ? first : one_of(call, 0, call->count);
}

static struct template_value *make_map(const struct call *call)
{
    struct template_value *map = template_value_make(&call->run->values, TEMPLATE_VALUE_MAP);
    for (size_t i = 0; map && i + 1 < call->count; i += 2)
        template_value_set(&call->run->values, map, call->arguments[i], call->arguments[i + 1]);
    return map;
}

/* The name of an item. */
static struct sl_str number(struct template_run *run, size_t index)
{
    char text[24];
    size_t at = sizeof text;
    do {
        text[--at] = (char)('0' + index % 10);
        index /= 10;
    } while (index > 0);
    struct sl_str made = sl_arena_str(&run->values.arena, (struct sl_str){text + at, sizeof text - at});
    run->values.lost = run->values.lost || !made.ptr;
    return made;
}

static struct template_value *make_list(const struct call *call)
{
    struct template_run *run = call->run;
    struct template_value *map = template_value_make(&run->values, TEMPLATE_VALUE_MAP);
    for (size_t i = 0; map && i < call->count; i++)
        template_value_set(&run->values, map,
                           template_value_text(&run->values, TEMPLATE_VALUE_TEXT, number(run, i)),
                           call->arguments[i]);
    return map;
}

static struct template_value *index_all(const struct call *call, size_t from, size_t to,
                                        struct template_value *value)
{
    for (size_t i = from; i < to; i++)
        value = template_value_index(&call->run->values, value, call->arguments[i]);
    return value;
}

/* dig "a" "b" default map */
static struct template_value *dig(const struct call *call)
{
    if (call->count < 3) {
        escape_all(call);
        return NULL;
    }
    return template_value_join(&call->run->values,
                               index_all(call, 0, call->count - 2, call->arguments[call->count - 1]),
                               call->arguments[call->count - 2]);
}

/* A map of some keys of another one. */
static struct template_value *pick(const struct call *call)
{
    struct template_value *map = template_value_make(&call->run->values, TEMPLATE_VALUE_MAP);
    for (size_t i = 1; map && i < call->count; i++)
        template_value_set(&call->run->values, map, call->arguments[i],
                           index_all(call, i, i + 1, call->arguments[0]));
    return map;
}

/* A list of what several maps have under a key. */
static struct template_value *pluck(const struct call *call)
{
    struct template_value *map = template_value_make(&call->run->values, TEMPLATE_VALUE_MAP);
    for (size_t i = 1; map && i < call->count; i++)
        template_value_set(&call->run->values, map, NULL, index_all(call, 0, 1, call->arguments[i]));
    return map;
}

static struct template_value *omit(const struct call *call)
{
    for (size_t i = 1; i < call->count; i++)
        (void)index_all(call, i, i + 1, call->arguments[0]);
    return argument(call, 0);
}

static struct template_value *list_of(const struct call *call, struct template_value *item)
{
    struct template_value *map = template_value_make(&call->run->values, TEMPLATE_VALUE_MAP);
    if (map)
        map->rest = item;
    return map;
}

static struct template_value *keys(const struct call *call)
{
    struct template_value *found = NULL;
    for (size_t i = 0; i < call->count; i++) {
        found = i == 0 ? template_value_keys(&call->run->values, call->arguments[i]) : NULL;
        (void)template_value_items(&call->run->values, call->arguments[i], TEMPLATE_RANGED);
    }
    return list_of(call, found);
}

static struct template_value *all_values(const struct call *call)
{
    struct template_value *map = template_value_make(&call->run->values, TEMPLATE_VALUE_MAP);
    for (size_t i = 0; map && i < call->count; i++)
        template_value_set(&call->run->values, map, NULL,
                           template_value_items(&call->run->values, call->arguments[i], TEMPLATE_RANGED));
    return map;
}

static struct template_value *gather(const struct call *call, size_t count)
{
    struct template_value *items = NULL;
    for (size_t i = 0; i < count && i < call->count; i++) {
        struct template_value *more =
            template_value_items(&call->run->values, call->arguments[i], TEMPLATE_QUIET);
        items = i == 0 ? more : template_value_join(&call->run->values, items, more);
    }
    return list_of(call, items);
}

static struct template_value *add(const struct call *call)
{
    struct template_value *items =
        template_value_items(&call->run->values, argument(call, 0), TEMPLATE_QUIET);
    return list_of(call, template_value_join(&call->run->values, items, argument(call, 1)));
}

/* print $.Template.BasePath "/configmap.yaml" */
static struct template_value *compose(const struct call *call, struct sl_str name)
{
    struct template_value *option;
    for (size_t i = 0; i < call->count; i++)
        for (size_t at = 0; (option = template_value_option(call->arguments[i], at)); at++)
            if (option->kind == TEMPLATE_VALUE_BASE)
                return option;
    escape_all(call);
    return template_compose(call->run, name, call->arguments, call->count);
}

/* What a function makes of texts that may be templates may be one. */
static struct template_value *unknown_text(const struct call *call)
{
    for (size_t i = 0; i < call->count; i++)
        if (template_value_is_raw(&call->run->values, call->arguments[i]))
            return template_value_make(&call->run->values, TEMPLATE_VALUE_RAW);
    return NULL;
}

static struct template_value *do_effect(const struct call *call, enum effect effect, struct sl_str name)
{
    struct template_values *values = &call->run->values;
    switch (effect) {
    case COUNTS:
        (void)template_value_items(&call->run->values, argument(call, 0), TEMPLATE_INDEXED);
        return NULL;
    case LOOKS:
        return NULL;
    case SHUFFLES:
        return gather(call, 1);
    case GATHERS:
        return gather(call, call->count);
    case LAST:
        return argument(call, call->count - 1);
    case ONE:
        return one_of(call, 0, call->count);
    case CHOOSES:
        return one_of(call, 0, 2);
    case ITEM:
        return template_value_items(values, argument(call, 0), TEMPLATE_QUIET);
    case COPY:
        return copy_of(call, argument(call, 0));
    case MERGES:
        return merge(call);
    case MAKES_MAP:
        return make_map(call);
    case MAKES_LIST:
        return make_list(call);
    case SETS:
        template_value_set(values, argument(call, 0), argument(call, 1), argument(call, 2));
        return argument(call, 0);
    case INDEXES:
        return index_all(call, 1, call->count, argument(call, 0));
    case DIGS:
        return dig(call);
    case PICKS:
        return pick(call);
    case PLUCKS:
        return pluck(call);
    case OMITS:
        return omit(call);
    case HAS_KEY:
        (void)index_all(call, 1, call->count, argument(call, 0));
        return NULL;
    case KEYS:
        return keys(call);
    case VALUES:
        return all_values(call);
    case ADDS:
        return add(call);
    case COMPOSES:
        return compose(call, name);
    case INCLUDES:
        return template_include(call->run, argument(call, 0), argument(call, 1));
    case RUNS:
        template_run_text(call->run, argument(call, 0), argument(call, 1));
        return NULL;
    }
    return NULL;
}

struct template_value *template_call(struct template_run *run, struct sl_str name,
                                     struct template_value **arguments, size_t count)
{
    const struct call call = {run, arguments, count};
    if (sl_str_starts_with(name, SL_STR("must")) && name.len > 5) {
        /* mustMerge: the name goes on with a capital. */
        struct sl_str rest = sl_str_slice(name, 5, name.len);
        for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
            struct sl_str known = sl_str_from(functions[i].name);
            if (name.ptr[4] - 'A' + 'a' == known.ptr[0] &&
                sl_str_equal(rest, sl_str_slice(known, 1, known.len)))
                return do_effect(&call, functions[i].effect, name);
        }
    }
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
        if (sl_str_equal(name, sl_str_from(functions[i].name)))
            return do_effect(&call, functions[i].effect, name);
    escape_all(&call);
    return unknown_text(&call);
}
