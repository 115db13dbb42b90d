#include "template_value.h"

#include "base/limits.h"

/* Maps in one another. */
enum { DEPTH_MAX = 24, HASH_DEPTH_MAX = 8 };

/* Comparing so many keys takes as long as a step. */
enum { MEMBERS_A_STEP = 8 };

bool template_values_go_on(struct template_values *values)
{
    values->steps++;
    values->spent = values->spent || values->steps > SL_VALIDATE_TEMPLATES_STEPS ||
                    values->arena.used > SL_VALIDATE_TEMPLATES_MEMORY;
    return !values->spent && !values->lost;
}

static void *make(struct template_values *values, size_t size)
{
    if (!template_values_go_on(values))
        return NULL;
    void *made = sl_arena_alloc(&values->arena, size);
    values->lost = !made;
    return made;
}

struct template_value *template_value_make(struct template_values *values, enum template_value_kind kind)
{
    struct template_value *value = make(values, sizeof *value);
    if (value)
        value->kind = kind;
    return value;
}

struct template_value *template_value_text(struct template_values *values, enum template_value_kind kind,
                                           struct sl_str text)
{
    struct template_value *value = template_value_make(values, kind);
    if (value)
        value->text = text;
    return value;
}

struct template_value *template_value_root(struct template_values *values, struct values_reader *reader)
{
    struct template_value *value = template_value_make(values, TEMPLATE_VALUE_ROOT);
    if (value)
        value->reader = reader;
    return value;
}

static struct template_value *path_to(struct template_values *values, struct values_reader *reader,
                                      struct values_read *read)
{
    struct template_value *value = read ? template_value_make(values, TEMPLATE_VALUE_PATH) : NULL;
    values->lost = values->lost || reader->lost;
    if (value) {
        value->reader = reader;
        value->read = read;
    }
    return value;
}

/* -- one of several -- */

struct template_value *template_value_option(struct template_value *value, size_t index)
{
    if (value && value->kind == TEMPLATE_VALUE_ONE_OF)
        return index < value->option_count ? value->options[index] : NULL;
    return index == 0 ? value : NULL;
}

static bool same(const struct template_value *one, const struct template_value *other)
{
    if (one == other)
        return true;
    if (one->kind != other->kind || one->kind == TEMPLATE_VALUE_MAP)
        return false;
    return one->reader == other->reader && one->read == other->read && sl_str_equal(one->text, other->text);
}

static bool has_option(struct template_value *value, const struct template_value *option)
{
    for (size_t i = 0; template_value_option(value, i); i++)
        if (same(template_value_option(value, i), option))
            return true;
    return false;
}

static void add_option(struct template_values *values, struct template_value *to,
                       struct template_value *option)
{
    if (has_option(to, option))
        return;
    if (to->option_count == TEMPLATE_OPTIONS_MAX) {
        to->more = true;
        template_value_escape(values, option);
        return;
    }
    to->options[to->option_count++] = option;
}

struct template_value *template_value_join(struct template_values *values, struct template_value *one,
                                           struct template_value *other)
{
    struct template_value *some = one ? one : other;
    bool more = !one || !other;
    bool text = some && (some->kind == TEMPLATE_VALUE_TEXT || some->kind == TEMPLATE_VALUE_ONE_OF);
    /* Nothing beside a place says nothing new; beside a text it is another one, that is not known. */
    if (!some || one == other || (more && (!text || some->more)))
        return some;
    if (!more && other->kind != TEMPLATE_VALUE_ONE_OF && has_option(one, other))
        return one;
    struct template_value *made = template_value_make(values, TEMPLATE_VALUE_ONE_OF);
    if (!made)
        return NULL;
    made->options = make(values, TEMPLATE_OPTIONS_MAX * sizeof(struct template_value *));
    if (!made->options)
        return NULL;
    struct template_value *const both[] = {one, other};
    made->more = more;
    for (size_t side = 0; side < 2; side++) {
        made->more = made->more || (both[side] && both[side]->more);
        for (size_t i = 0; template_value_option(both[side], i); i++)
            add_option(values, made, template_value_option(both[side], i));
    }
    return made;
}

/* -- what is in it -- */

static struct template_member *find_member(struct template_values *values, const struct template_value *map,
                                           struct sl_str key)
{
    struct template_member *member = map->first;
    size_t passed = 0;
    for (; member && !sl_str_equal(member->key, key); passed++)
        member = member->next;
    values->steps += passed / MEMBERS_A_STEP;
    return member;
}

static struct template_value *join_found(struct template_values *values, struct template_value *found,
                                         struct template_value *other)
{
    return !found ? other : !other ? found : template_value_join(values, found, other);
}

/* The roots of all charts: which one is meant by .Subcharts.name does not matter much. */
static struct template_value *subcharts(struct template_values *values)
{
    struct template_value *map = template_value_make(values, TEMPLATE_VALUE_MAP);
    for (size_t i = 0; map && i < values->reader_count; i++)
        map->rest = join_found(values, map->rest, template_value_root(values, values->readers[i]));
    return map;
}

static struct template_value *root_field(struct template_values *values, const struct template_value *root,
                                         struct sl_str name)
{
    if (sl_str_equal(name, SL_STR("Values")))
        return path_to(values, root->reader, &root->reader->root);
    if (sl_str_equal(name, SL_STR("Template")))
        return template_value_make(values, TEMPLATE_VALUE_BASE);
    return sl_str_equal(name, SL_STR("Subcharts")) ? subcharts(values) : NULL;
}

/* Of .Values: AsMap and YAML are all of them; Table and PathValue take a way down, see template_value_at(). */
static bool is_method(struct template_values *values, struct template_value *option, struct sl_str name)
{
    if (option->kind != TEMPLATE_VALUE_PATH || option->read != &option->reader->root)
        return false;
    bool yaml = sl_str_equal(name, SL_STR("YAML"));
    if (yaml)
        template_value_escape(values, option);
    return yaml || sl_str_equal(name, SL_STR("AsMap")) || sl_str_equal(name, SL_STR("Table")) ||
           sl_str_equal(name, SL_STR("PathValue"));
}

/* NOLINTNEXTLINE(misc-no-recursion): maps in one another, no deeper than DEPTH_MAX. */
static struct template_value *field_at(struct template_values *values, struct template_value *value,
                                       struct sl_str name, unsigned depth)
{
    struct template_value *found = NULL, *option;
    values->spent = values->spent || depth > DEPTH_MAX;
    for (size_t i = 0; template_values_go_on(values) && (option = template_value_option(value, i)); i++) {
        struct template_value *here = NULL;
        if (option->kind == TEMPLATE_VALUE_ROOT) {
            here = root_field(values, option, name);
        } else if (option->kind == TEMPLATE_VALUE_BASE || is_method(values, option, name)) {
            here = option;
        } else if (option->kind == TEMPLATE_VALUE_PATH) {
            here = path_to(values, option->reader, values_reader_below(option->reader, option->read, name));
        } else if (option->kind == TEMPLATE_VALUE_MAP) {
            const struct template_member *member = find_member(values, option, name);
            here = join_found(values, member ? member->value : NULL, option->rest);
            here = join_found(values, here, field_at(values, option->under, name, depth + 1));
        }
        found = join_found(values, found, here);
    }
    return found;
}

struct template_value *template_value_field(struct template_values *values, struct template_value *value,
                                            struct sl_str name)
{
    return field_at(values, value, name, 0);
}

struct template_value *template_value_at(struct template_values *values, struct template_value *value,
                                         struct template_value *way)
{
    if (!value || value->kind != TEMPLATE_VALUE_PATH || value->read != &value->reader->root)
        return NULL;
    if (!way || way->kind != TEMPLATE_VALUE_TEXT) {
        template_value_escape(values, value);
        return NULL;
    }
    for (size_t from = 0; from < way->text.len && value;) {
        struct sl_str rest = sl_str_slice(way->text, from, way->text.len);
        struct sl_str key = sl_str_slice(rest, 0, sl_str_find(rest, '.'));
        value = template_value_field(values, value, key);
        from += key.len + 1;
    }
    return value;
}

static struct template_value *path_items(struct template_values *values, struct template_value *value,
                                         enum template_reason reason)
{
    value->read->ranged = value->read->ranged || reason == TEMPLATE_RANGED;
    value->read->indexed = value->read->indexed || reason == TEMPLATE_INDEXED;
    return path_to(values, value->reader, values_reader_any(value->reader, value->read));
}

/* NOLINTNEXTLINE(misc-no-recursion): maps in one another, no deeper than DEPTH_MAX. */
static struct template_value *items_at(struct template_values *values, struct template_value *value,
                                       enum template_reason reason, unsigned depth)
{
    struct template_value *found = NULL, *option;
    values->spent = values->spent || depth > DEPTH_MAX;
    for (size_t i = 0; template_values_go_on(values) && (option = template_value_option(value, i)); i++) {
        if (option->kind == TEMPLATE_VALUE_ROOT)
            template_value_escape(values, option);
        if (option->kind == TEMPLATE_VALUE_PATH)
            found = join_found(values, found, path_items(values, option, reason));
        if (option->kind != TEMPLATE_VALUE_MAP)
            continue;
        /* What is not known of one item may be a text as well. */
        for (const struct template_member *member = option->first; member; member = member->next)
            found = member == option->first && !found ? member->value
                                                      : template_value_join(values, found, member->value);
        found = join_found(values, found, option->rest);
        found = join_found(values, found, items_at(values, option->under, reason, depth + 1));
    }
    return found;
}

struct template_value *template_value_items(struct template_values *values, struct template_value *value,
                                            enum template_reason reason)
{
    return items_at(values, value, reason, 0);
}

struct template_value *template_value_index(struct template_values *values, struct template_value *value,
                                            struct template_value *key)
{
    struct template_value *found = NULL, *option;
    bool any = !key || key->more;
    for (size_t i = 0; (option = template_value_option(key, i)); i++) {
        bool number = option->kind == TEMPLATE_VALUE_NUMBER;
        if (option->kind == TEMPLATE_VALUE_TEXT || number) {
            struct template_value *holder;
            for (size_t at = 0; (holder = template_value_option(value, at)); at++)
                found = join_found(values, found,
                                   number && holder->kind == TEMPLATE_VALUE_PATH
                                       ? template_value_items(values, holder, TEMPLATE_QUIET)
                                       : template_value_field(values, holder, option->text));
        } else {
            any = true;
        }
    }
    return any ? join_found(values, found, template_value_items(values, value, TEMPLATE_INDEXED)) : found;
}

struct template_value *template_value_keys(struct template_values *values, struct template_value *value)
{
    struct template_value *keys = NULL, *option;
    for (size_t i = 0; (option = template_value_option(value, i)); i++) {
        if (option->kind != TEMPLATE_VALUE_MAP || option->rest || option->under)
            return NULL;
        for (const struct template_member *member = option->first; member; member = member->next)
            keys = join_found(values, keys, template_value_text(values, TEMPLATE_VALUE_TEXT, member->key));
    }
    return value && value->more ? NULL : keys;
}

/* -- changes -- */

static void set_member(struct template_values *values, struct template_value *map, struct sl_str key,
                       struct template_value *value)
{
    struct template_member *member = find_member(values, map, key);
    if (!member) {
        member = make(values, sizeof *member);
        if (!member)
            return;
        *member = (struct template_member){.key = key, .value = value, .next = map->first};
        map->first = member;
        values->changes++;
        return;
    }
    struct template_value *joined = template_value_join(values, member->value, value);
    values->changes += joined != member->value;
    member->value = joined;
}

void template_value_set(struct template_values *values, struct template_value *map,
                        struct template_value *key, struct template_value *value)
{
    struct template_value *option;
    bool named = key && key->kind == TEMPLATE_VALUE_TEXT;
    if (!map)
        template_value_escape(values, value);
    for (size_t i = 0; (option = template_value_option(map, i)); i++) {
        if (option->kind == TEMPLATE_VALUE_MAP && named) {
            set_member(values, option, key->text, value);
        } else if (option->kind == TEMPLATE_VALUE_MAP) {
            struct template_value *joined = join_found(values, option->rest, value);
            values->changes += joined != option->rest;
            option->rest = joined;
        } else {
            (void)template_value_index(values, option, key);
            template_value_escape(values, value);
        }
    }
}

void template_value_merge(struct template_values *values, struct template_value *map,
                          struct template_value *value)
{
    struct template_value *option;
    if (!map)
        template_value_escape(values, value);
    for (size_t i = 0; (option = template_value_option(map, i)); i++) {
        if (option->kind != TEMPLATE_VALUE_MAP) {
            template_value_escape(values, value);
            continue;
        }
        struct template_value *joined =
            option == value ? option->under : join_found(values, option->under, value);
        values->changes += joined != option->under;
        option->under = joined;
    }
}

static uint64_t mix(uint64_t hash, uint64_t with)
{
    hash = (hash ^ with) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ (hash >> 29);
}

/* NOLINTNEXTLINE(misc-no-recursion): no deeper than HASH_DEPTH_MAX. */
static uint64_t hash_at(struct template_values *values, const struct template_value *value, unsigned depth)
{
    if (!value)
        return 1;
    /* What lies too deep to look at is like nothing else. */
    if (depth > HASH_DEPTH_MAX || !template_values_go_on(values))
        return (uint64_t)(uintptr_t)value;
    uint64_t hash = mix(value->kind, value->more);
    hash = mix(hash, (uint64_t)(uintptr_t)value->reader);
    hash = mix(hash, (uint64_t)(uintptr_t)value->read);
    hash = mix(hash, sl_hash(value->text));
    for (const struct template_member *member = value->first; member; member = member->next)
        hash = mix(mix(hash, sl_hash(member->key)), hash_at(values, member->value, depth + 1));
    hash = mix(mix(hash, hash_at(values, value->rest, depth + 1)), hash_at(values, value->under, depth + 1));
    for (size_t i = 0; i < value->option_count; i++)
        hash = mix(hash, hash_at(values, value->options[i], depth + 1));
    return hash;
}

uint64_t template_value_hash(struct template_values *values, const struct template_value *value)
{
    return hash_at(values, value, 0);
}
