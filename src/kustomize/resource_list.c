#include "resource.h"

#include "data_map.h"
#include "scalar.h"
#include "trace.h"

#include <stdlib.h>

enum key_kind { BY_ID, BY_NAME, BY_KIND };

static uint64_t mix(uint64_t hash, struct sl_str text)
{
    return (hash ^ sl_hash(text)) * UINT64_C(0x9e3779b97f4a7c15);
}

static uint64_t key_hash(enum key_kind kind, struct sl_str resource_kind, struct sl_str name,
                         struct sl_str space)
{
    uint64_t hash = (uint64_t)kind + 1;
    if (kind != BY_NAME)
        hash = mix(hash, resource_kind);
    if (kind != BY_KIND)
        hash = mix(hash, name);
    if (kind == BY_ID)
        hash = mix(hash, space);
    return hash ^ (hash >> 29);
}

static void link_slot(struct kz_list_index *index, uint32_t number)
{
    struct kz_slot *slot = &index->slots[number];
    size_t head = slot->hash & (index->head_count - 1);
    slot->next = 0;
    if (index->tails[head])
        index->slots[index->tails[head] - 1].next = number + 1;
    else
        index->heads[head] = number + 1;
    index->tails[head] = number + 1;
}

static int grow_heads(struct sl_build *build, struct kz_list_index *index, struct sl_err *err)
{
    size_t count = index->head_count ? index->head_count * 4 : 64;
    index->heads = sl_arena_array(&build->doc.arena, count, sizeof *index->heads);
    index->tails = sl_arena_array(&build->doc.arena, count, sizeof *index->tails);
    if (!index->heads || !index->tails)
        return kz_no_memory(build, err);
    index->head_count = count;
    for (size_t i = 0; i < index->count; i++)
        link_slot(index, (uint32_t)i);
    return 0;
}

static int add_key(struct sl_build *build, struct kz_list_index *index, uint64_t hash,
                   struct kz_resource *resource, struct sl_err *err)
{
    if (index->count >= index->head_count && grow_heads(build, index, err) < 0)
        return -1;
    if (!kz_grow(build, &index->slots, index->count, &index->capacity, sizeof *index->slots))
        return kz_no_memory(build, err);
    index->slots[index->count++] = (struct kz_slot){hash, resource, 0};
    link_slot(index, (uint32_t)(index->count - 1));
    return 0;
}

/* Keys of id `number` of a resource (its previous ids, then the current one), without those that an earlier
 * of its ids has already. */
static int add_id(struct sl_build *build, struct kz_list_index *index, struct kz_resource *r, size_t number,
                  struct sl_err *err)
{
    struct kz_id current = kz_current_id(r);
    struct kz_previous id = {current.gvk.kind, current.name, current.space};
    if (number < r->previous_count)
        id = r->previous[number];
    bool name_known = false, kind_known = false, id_known = false;
    for (size_t i = 0; i < number; i++) {
        const struct kz_previous *earlier = &r->previous[i];
        bool same_name = sl_str_equal(earlier->name, id.name),
             same_kind = sl_str_equal(earlier->kind, id.kind);
        name_known = name_known || same_name;
        kind_known = kind_known || same_kind;
        id_known = id_known || (same_name && same_kind && sl_str_equal(earlier->space, id.space));
    }
    if ((!name_known && add_key(build, index, key_hash(BY_NAME, id.kind, id.name, id.space), r, err) < 0) ||
        (!kind_known && add_key(build, index, key_hash(BY_KIND, id.kind, id.name, id.space), r, err) < 0) ||
        (!id_known && add_key(build, index, key_hash(BY_ID, id.kind, id.name, id.space), r, err) < 0))
        return -1;
    return 0;
}

int kz_resmap_changed(struct sl_build *build, struct kz_resmap *map, struct kz_resource *r,
                      struct sl_err *err)
{
    if (kz_is_empty(r->node))
        map->has_empty = true;
    struct kz_id before = kz_current_id(r);
    kz_resource_refresh(build, r);
    struct kz_id after = kz_current_id(r);
    if (kz_id_equal(&before, &after) && r->previous_count == r->indexed)
        return 0;
    r->indexed = r->previous_count;
    return add_id(build, &map->index, r, r->previous_count, err);
}

static int place(struct sl_build *build, struct kz_resmap *map, struct kz_resource *r, struct sl_err *err)
{
    if (!kz_grow(build, &map->list.items, map->list.count, &map->list.capacity, sizeof(struct kz_resource *)))
        return kz_no_memory(build, err);
    r->position = map->list.count;
    r->indexed = r->previous_count;
    map->list.items[map->list.count++] = r;
    for (size_t i = 0; i <= r->previous_count; i++)
        if (add_id(build, &map->index, r, i, err) < 0)
            return -1;
    return 0;
}

int kz_resmap_append(struct sl_build *build, struct kz_resmap *map, struct kz_resource *r, struct sl_err *err)
{
    struct kz_id id = kz_current_id(r);
    if (kz_resmap_current(build, map, &id, err) < 0)
        return -1;
    if (map->found.count == 0)
        return place(build, map, r, err);
    struct sl_shown shown;
    char first[512];
    return kz_fail(build, r->node->mark, err, "%s is there already, from %s", kz_id_shown(&shown, &id),
                   sl_mark_text(first, sizeof first, &build->doc, map->found.items[0]->node->mark));
}

int kz_resmap_append_all(struct sl_build *build, struct kz_resmap *map, const struct kz_resmap *other,
                         struct sl_err *err)
{
    for (size_t i = 0; i < other->list.count; i++)
        if (kz_resmap_append(build, map, other->list.items[i], err) < 0)
            return -1;
    return 0;
}

void kz_resmap_drop_empty(struct kz_resmap *map)
{
    size_t kept = 0;
    if (!map->has_empty)
        return;
    map->has_empty = false;
    for (size_t i = 0; i < map->list.count; i++) {
        struct kz_resource *r = map->list.items[i];
        if (kz_is_empty(r->node)) {
            r->node = NULL; /* nothing finds it any more */
            continue;
        }
        r->position = kept;
        map->list.items[kept++] = r;
    }
    map->list.count = kept;
}

static bool had_id(const struct kz_resource *r, const struct kz_id *id)
{
    if (!sl_str_equal(r->gvk.group, id->gvk.group) || !sl_str_equal(r->gvk.version, id->gvk.version))
        return false;
    for (size_t i = 0; i < r->previous_count; i++) {
        const struct kz_previous *p = &r->previous[i];
        if (sl_str_equal(p->name, id->name) && sl_str_equal(p->kind, id->gvk.kind) &&
            (!id->space.ptr || sl_str_equal(p->space, id->space)))
            return true;
    }
    return false;
}

static bool has_id(const struct kz_resource *r, const struct kz_id *id)
{
    struct kz_id current = kz_current_id(r);
    if (!id->space.ptr)
        current.space = id->space;
    return kz_id_equal(&current, id);
}

struct search {
    enum key_kind kind;
    bool only_current;
    struct kz_id id;
};

static bool fits(const struct search *search, const struct kz_resource *r)
{
    if (kz_is_empty(r->node))
        return false;
    if (search->kind == BY_ID || search->id.gvk.version.ptr)
        return has_id(r, &search->id) || (!search->only_current && had_id(r, &search->id));
    bool by_name = search->kind == BY_NAME;
    struct sl_str wanted = by_name ? search->id.name : search->id.gvk.kind;
    if (sl_str_equal(by_name ? r->name : r->gvk.kind, wanted))
        return true;
    for (size_t i = 0; i < r->previous_count; i++)
        if (sl_str_equal(by_name ? r->previous[i].name : r->previous[i].kind, wanted))
            return true;
    return false;
}

static int compare_positions(const void *a, const void *b)
{
    const struct kz_resource *const *x = a;
    const struct kz_resource *const *y = b;
    return ((*x)->position > (*y)->position) - ((*x)->position < (*y)->position);
}

static int search(struct sl_build *build, struct kz_resmap *map, const struct search *wanted,
                  struct sl_err *err)
{
    const struct kz_list_index *index = &map->index;
    map->found.count = 0;
    if (index->head_count == 0)
        return 0;
    uint64_t hash = key_hash(wanted->kind, wanted->id.gvk.kind, wanted->id.name, wanted->id.space);
    bool sorted = true;
    for (uint32_t number = index->heads[hash & (index->head_count - 1)]; number;
         number = index->slots[number - 1].next) {
        struct kz_resource *r = index->slots[number - 1].resource;
        if (index->slots[number - 1].hash != hash || !fits(wanted, r))
            continue;
        struct kz_resources *found = &map->found;
        if (!kz_grow(build, &found->items, found->count, &found->capacity, sizeof(struct kz_resource *)))
            return kz_no_memory(build, err);
        sorted = sorted && (found->count == 0 || found->items[found->count - 1]->position < r->position);
        found->items[found->count++] = r;
    }
    if (sorted)
        return 0;
    qsort(map->found.items, map->found.count, sizeof(struct kz_resource *), compare_positions);
    size_t kept = 1;
    for (size_t i = 1; i < map->found.count; i++)
        if (map->found.items[i] != map->found.items[kept - 1])
            map->found.items[kept++] = map->found.items[i];
    map->found.count = kept;
    return 0;
}

int kz_resmap_current(struct sl_build *build, struct kz_resmap *map, const struct kz_id *id,
                      struct sl_err *err)
{
    struct search wanted = {BY_ID, true, *id};
    return search(build, map, &wanted, err);
}

int kz_resmap_any(struct sl_build *build, struct kz_resmap *map, const struct kz_id *id, struct sl_err *err)
{
    struct search wanted = {id->space.ptr ? BY_ID : BY_NAME, false, *id};
    if (!wanted.id.gvk.version.ptr)
        wanted.id.gvk.version = SL_STR("");
    return search(build, map, &wanted, err);
}

int kz_resmap_named(struct sl_build *build, struct kz_resmap *map, struct sl_str name, struct sl_err *err)
{
    struct search wanted = {BY_NAME, false, {.name = name}};
    return search(build, map, &wanted, err);
}

int kz_resmap_of_kind(struct sl_build *build, struct kz_resmap *map, struct sl_str kind, struct sl_err *err)
{
    struct search wanted = {BY_KIND, false, {.gvk = {.kind = kind}}};
    return search(build, map, &wanted, err);
}

/* -- what generators make -- */

static int replace_old(struct sl_build *build, struct kz_resmap *map, struct kz_resource *r,
                       struct kz_resource *old, struct sl_err *err)
{
    if (r->behavior != KZ_REPLACE && r->behavior != KZ_MERGE) {
        struct sl_shown shown;
        struct kz_id id = kz_current_id(r);
        (void)kz_fail(build, r->node->mark, err, "%s is there already", kz_id_shown(&shown, &id));
        return sl_hint(err, "behavior: merge adds to it, behavior: replace replaces it");
    }
    size_t position = old->position;
    if (kz_take_over(build, r, old, r->behavior == KZ_MERGE, err) < 0)
        return -1;
    kz_resource_refresh(build, r);
    kz_trace_replaced(build, old, r);
    old->node = NULL;
    r->position = position;
    r->indexed = r->previous_count;
    map->list.items[position] = r;
    for (size_t i = 0; i <= r->previous_count; i++)
        if (add_id(build, &map->index, r, i, err) < 0)
            return -1;
    return 0;
}

int kz_resmap_absorb(struct sl_build *build, struct kz_resmap *map, struct kz_resource *r, struct sl_err *err)
{
    struct kz_id id = kz_current_id(r);
    struct sl_shown shown;
    if (kz_resmap_any(build, map, &id, err) < 0)
        return -1;
    if (map->found.count > 1)
        return kz_fail(build, r->node->mark, err, "%zu resources are or were %s", map->found.count,
                       kz_id_shown(&shown, &id));
    if (map->found.count == 1)
        return replace_old(build, map, r, map->found.items[0], err);
    if (r->behavior != KZ_REPLACE && r->behavior != KZ_MERGE)
        return kz_resmap_append(build, map, r, err);
    return kz_fail(build, r->node->mark, err, "there is no %s to %s", kz_id_shown(&shown, &id),
                   r->behavior == KZ_MERGE ? "merge with" : "replace");
}
