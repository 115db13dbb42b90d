#include "manifest_index.h"

#include "base/limits.h"
#include "model/report.h"

#include <sealift/rules.h>
#include <sealift/text.h>

/* A map's key at most; each of its parts is as long as a document's text may be. */
#define KEY_BYTES_MAX (4 * SL_DOC_BYTES_MAX)

/* Stands for the namespace of what controllers put into all of them: no namespace has this name. */
static const struct sl_str every_space = SL_STR_INIT("*");

struct sl_str manifest_group(struct sl_str api_version)
{
    size_t slash = sl_str_find(api_version, '/');
    return sl_str_slice(api_version, 0, slash < api_version.len ? slash : 0);
}

bool manifest_is(const struct manifest_object *object, const char *group, const char *kind)
{
    return sl_str_equal(object->kind, sl_str_from(kind)) && sl_str_equal(object->group, sl_str_from(group));
}

bool manifest_is_template(struct sl_str text)
{
    for (size_t i = 0; i + 1 < text.len; i++) {
        char next = text.ptr[i + 1];
        if ((text.ptr[i] == '$' && (next == '{' || next == '(')) || (text.ptr[i] == '{' && next == '{'))
            return true;
    }
    return false;
}

bool manifest_is_slip(struct sl_str wrong, struct sl_str near)
{
    if (wrong.len < 5 || sl_edit_distance(wrong, near, 1) != 1)
        return false;
    size_t i = 0;
    while (i < wrong.len && i < near.len && wrong.ptr[i] == near.ptr[i])
        i++;
    bool digit = (i < wrong.len && wrong.ptr[i] >= '0' && wrong.ptr[i] <= '9') ||
                 (i < near.len && near.ptr[i] >= '0' && near.ptr[i] <= '9');
    return !digit;
}

struct sl_str manifests_key(struct manifests *manifests, const struct sl_str *parts, size_t count)
{
    sl_buf_reset(&manifests->key);
    for (size_t i = 0; i < count; i++) {
        if (i)
            sl_buf_byte(&manifests->key, '\0');
        sl_buf_str(&manifests->key, parts[i]);
    }
    manifests->lost = manifests->lost || manifests->key.fail != SL_OK;
    return sl_buf_view(&manifests->key);
}

int manifests_note(struct manifests *manifests, struct sl_map *map, const struct sl_str *parts, size_t count,
                   void *value, struct sl_err *err)
{
    struct sl_str key = manifests_key(manifests, parts, count);
    if (sl_buf_check(&manifests->key, "the name of an object", err) < 0)
        return -1;
    if (sl_map_get(map, key))
        return 0;
    struct sl_str kept = sl_arena_str(&manifests->arena, key);
    if (!kept.ptr)
        return sl_fail_memory(err);
    return sl_map_put(map, kept, value, err) < 0 ? -1 : 0;
}

const struct manifest_object *manifests_find(struct manifests *manifests, struct sl_str group,
                                             struct sl_str kind, struct sl_str space, struct sl_str name)
{
    struct sl_str parts[] = {group, kind, space, name};
    const struct manifest_object *found = sl_map_get(&manifests->by_id, manifests_key(manifests, parts, 4));
    if (found || space.len == 0)
        return found;
    parts[2] = every_space;
    return sl_map_get(&manifests->by_id, manifests_key(manifests, parts, 4));
}

const struct manifest_object *manifests_of_kind(struct manifests *manifests, struct sl_str group,
                                                struct sl_str kind, struct sl_str space)
{
    struct sl_str parts[] = {group, kind, space};
    const struct manifest_list *list = sl_map_get(&manifests->by_kind, manifests_key(manifests, parts, 3));
    return list ? list->first : NULL;
}

/* Kinds that were in extensions/v1beta1 before they got a group of their own are the same objects there. */
static struct sl_str present_group(struct sl_str group, struct sl_str kind)
{
    if (!sl_str_equal(group, SL_STR("extensions")))
        return group;
    if (sl_str_equal(kind, SL_STR("Ingress")) || sl_str_equal(kind, SL_STR("NetworkPolicy")))
        return SL_STR("networking.k8s.io");
    return SL_STR("apps");
}

static int add_to_list(struct manifests *manifests, struct manifest_object *object, struct sl_err *err)
{
    struct sl_str parts[] = {object->group, object->kind, object->space};
    struct manifest_list *list = sl_map_get(&manifests->by_kind, manifests_key(manifests, parts, 3));
    if (list) {
        list->last->next = object;
        list->last = object;
        return 0;
    }
    list = sl_arena_alloc(&manifests->arena, sizeof *list);
    if (!list)
        return sl_fail_memory(err);
    *list = (struct manifest_list){object, object};
    return manifests_note(manifests, &manifests->by_kind, parts, 3, list, err);
}

int manifests_add_made(struct manifests *manifests, struct sl_str kind, struct sl_str space,
                       struct sl_str name, struct sl_err *err)
{
    struct sl_str id[] = {{"", 0}, kind, space, name};
    if (name.len == 0 || sl_map_get(&manifests->by_id, manifests_key(manifests, id, 4)))
        return 0;
    struct manifest_object *object = sl_arena_alloc(&manifests->arena, sizeof *object);
    if (!object)
        return sl_fail_memory(err);
    *object = (struct manifest_object){.kind = kind, .name = name, .space = space};
    if (manifests_note(manifests, &manifests->by_id, id, 4, object, err) < 0)
        return -1;
    return add_to_list(manifests, object, err);
}

/* What has no id is reported by manifests_check_identities(), and left out here. */
static int add_object(struct manifests *manifests, const struct sl_object *shipped, struct sl_err *err)
{
    const struct sl_built *built = &shipped->built;
    struct sl_str name = sl_node_text(sl_node_get(sl_node_get(built->node, "metadata"), "name"));
    if (built->api_version.len == 0 || built->kind.len == 0 || name.len == 0)
        return 0;
    struct manifest_object *object = &manifests->objects[manifests->count++];
    *object = (struct manifest_object){
        .node = built->node,
        .doc = shipped->doc,
        .file = built->file,
        .group = present_group(manifest_group(built->api_version), built->kind),
        .api = built->api_version,
        .kind = built->kind,
        .name = name,
        .space = built->cluster ? (struct sl_str){NULL, 0} : built->effective_space,
        .stated = !built->cluster && built->space.len > 0,
    };
    struct sl_str id[] = {object->group, object->kind, object->space, object->name};
    if (manifests_note(manifests, &manifests->by_id, id, 4, object, err) < 0 ||
        add_to_list(manifests, object, err) < 0 || manifests_add_pod(manifests, object, err) < 0)
        return -1;
    if (object->space.len == 0)
        return 0;
    return manifests_note(manifests, &manifests->spaces, &object->space, 1, object, err);
}

struct sl_finding manifests_finding(struct manifests *manifests, const struct manifest_object *object,
                                    const struct place *at, const char *rule)
{
    /* What a transformer made has no mark; what it is in has one. */
    const struct place *marked = at;
    while (marked->above && (!marked->node || marked->node->mark.file == 0))
        marked = marked->above;
    struct sl_finding finding =
        sl_finding_at(object->doc, marked->node->mark, sl_rule_find(sl_str_from(rule))->severity, rule);
    if (finding.file.len == 0)
        finding.file = object->file;
    sl_buf_reset(&manifests->pointer);
    place_pointer(&manifests->pointer, at);
    manifests->lost = manifests->lost || manifests->pointer.fail != SL_OK;
    finding.pointer = sl_buf_view(&manifests->pointer);
    return finding;
}

bool manifests_nearest(struct manifests *manifests, const struct manifest_object *first, struct sl_str wrong,
                       struct sl_str *out)
{
    struct sl_str best = {NULL, 0};
    unsigned limit = 4;
    for (const struct manifest_object *object = first; object && manifests->nearness_left > 0;
         object = object->next) {
        manifests->nearness_left--;
        unsigned distance = sl_edit_distance(wrong, object->name, limit);
        if (distance < limit && sl_nearest(wrong, &object->name, 1) == 0) {
            best = object->name;
            limit = distance;
        }
    }
    *out = best;
    return best.len > 0;
}

int manifests_init(struct manifests *manifests, const struct sl_validation_subject *subject,
                   struct sl_err *err)
{
    *manifests = (struct manifests){
        .subject = subject,
        .findings = subject->reading->findings,
        .nearness_left = SL_VALIDATE_NEARNESS_MAX,
        .values_left = SL_VALIDATE_VALUES_MAX,
    };
    sl_arena_init(&manifests->arena, SL_DOC_MEMORY_MAX);
    sl_buf_init(&manifests->key, KEY_BYTES_MAX);
    sl_buf_init(&manifests->pointer, KEY_BYTES_MAX);
    size_t count = subject->layout->object_count;
    manifests->objects = sl_arena_array(&manifests->arena, count ? count : 1, sizeof *manifests->objects);
    if (!manifests->objects)
        return sl_fail_memory(err);
    for (size_t i = 0; i < count; i++)
        if (add_object(manifests, &subject->layout->objects[i], err) < 0)
            return -1;
    return manifests_find_makers(manifests, err);
}

void manifests_release(struct manifests *manifests)
{
    struct sl_map *maps[] = {&manifests->by_id,   &manifests->by_kind,  &manifests->spaces,
                             &manifests->filled,  &manifests->operated, &manifests->made_spaces,
                             &manifests->mentions};
    for (size_t i = 0; i < sizeof maps / sizeof maps[0]; i++)
        sl_map_release(maps[i]);
    sl_buf_release(&manifests->key);
    sl_buf_release(&manifests->pointer);
    sl_arena_release(&manifests->arena);
}
