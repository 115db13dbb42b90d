#include "transformers.h"

#include "scalar.h"

/* Which namespaces the resources have that once were in a namespace: what tells whether a reference with a
 * namespace means the original one. */
struct origin_space {
    struct sl_str original;     /* effective */
    struct sl_str now, written; /* effective; as it stands in metadata */
    bool cluster;
};

struct fixer {
    struct sl_build *build;
    struct kz_resmap *map;
    struct kz_resource *referrer;
    struct kz_texts bound; /* namespaces of the service accounts that a RoleBinding names */
    const struct kz_gvk *referent;
    const struct kz_spec *spec;
    struct origin_space *spaces;
    size_t space_count, space_capacity;
    struct sl_map space_index; /* all four of an origin_space as one text */
};

static int note_space(struct fixer *f, const struct kz_resource *r, struct sl_err *err)
{
    struct kz_id original = kz_original_id(r), now = kz_current_id(r);
    struct sl_str key = kz_join(f->build, original.space, SL_STR("\n"), now.space);
    if (key.ptr)
        key = kz_join(f->build, key, SL_STR("\n"), r->space);
    if (!key.ptr)
        return kz_no_memory(f->build, err);
    if (sl_map_get(&f->space_index, key))
        return 0;
    if (!kz_grow(f->build, &f->spaces, f->space_count, &f->space_capacity, sizeof *f->spaces))
        return kz_no_memory(f->build, err);
    f->spaces[f->space_count++] = (struct origin_space){original.space, now.space, r->space, r->cluster};
    return sl_map_put(&f->space_index, key, f->build, err) < 0 ? -1 : 0;
}

/* Could the referrer refer to a resource that is in this namespace? */
static bool reaches(const struct fixer *f, bool cluster, struct sl_str now, struct sl_str written)
{
    if (f->referrer->cluster || cluster)
        return true;
    return sl_str_equal(now, kz_effective_space(false, f->referrer->space)) ||
           kz_texts_have(&f->bound, written);
}

static bool had_name_and_kind(const struct kz_resource *r, struct sl_str name, const struct kz_gvk *kind)
{
    bool named = false, selected = false;
    for (size_t i = 0; i < r->previous_count; i++) {
        struct kz_gvk gvk = {r->gvk.group, r->gvk.version, r->previous[i].kind};
        named = named || sl_str_equal(r->previous[i].name, name);
        selected = selected || kz_gvk_selected(&gvk, kind);
    }
    return named && selected;
}

static bool had_kind(const struct kz_resource *r, const struct kz_gvk *kind)
{
    for (size_t i = 0; i < r->previous_count; i++) {
        struct kz_gvk gvk = {r->gvk.group, r->gvk.version, r->previous[i].kind};
        if (kz_gvk_selected(&gvk, kind))
            return true;
    }
    return false;
}

/* What roleRef of the referrer says; false where it does not say all of it. */
static bool role_kind(const struct fixer *f, struct kz_gvk *out)
{
    const struct sl_node *role = sl_node_get(f->referrer->node, "roleRef");
    const struct sl_node *group = sl_node_get(role, "apiGroup"), *kind = sl_node_get(role, "kind");
    *out = (struct kz_gvk){sl_node_text(group), {NULL, 0}, sl_node_text(kind)};
    return group && kind;
}

static bool same_space(const struct fixer *f, const struct kz_resource *r)
{
    if (f->referrer->cluster || r->cluster || sl_str_equal(r->gvk.kind, SL_STR("ServiceAccount")))
        return true;
    return sl_str_equal(kz_effective_space(false, f->referrer->space), kz_effective_space(false, r->space));
}

/* Whether the shorter of two lists is how the longer one ends. */
static bool same_ending(const struct kz_texts *a, const struct kz_texts *b)
{
    const struct kz_texts *shorter = a->count < b->count ? a : b, *longer = a->count < b->count ? b : a;
    if (shorter->count == 0)
        return longer->count == 0;
    for (size_t i = 1; i <= shorter->count; i++)
        if (!sl_str_equal(shorter->items[shorter->count - i].text, longer->items[longer->count - i].text))
            return false;
    return true;
}

static bool same_affixes(const struct kz_resource *a, const struct kz_resource *b, bool allow_empty)
{
    bool prefixes = allow_empty && (a->prefixes.count == 0 || b->prefixes.count == 0);
    bool suffixes = allow_empty && (a->suffixes.count == 0 || b->suffixes.count == 0);
    return (prefixes || same_ending(&a->prefixes, &b->prefixes)) &&
           (suffixes || same_ending(&a->suffixes, &b->suffixes));
}

static void keep_same_affixes(const struct fixer *f, struct kz_resources *list, bool allow_empty)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++)
        if (same_affixes(list->items[i], f->referrer, allow_empty))
            list->items[kept++] = list->items[i];
    list->count = kept;
}

enum by_space { ANY_SPACE, ORIGINAL_SPACE, CURRENT_SPACE };

static bool in_space(const struct kz_resource *r, enum by_space by, struct sl_str space)
{
    if (by == ANY_SPACE)
        return true;
    struct kz_id id = by == ORIGINAL_SPACE ? kz_original_id(r) : kz_current_id(r);
    return sl_str_equal(id.space, space) && !sl_str_equal(id.space, KZ_CLUSTER_SPACE);
}

static int ambiguous(const struct fixer *f, const struct sl_node *node, const struct kz_resources *list,
                     struct sl_err *err)
{
    struct sl_shown owner, first, second;
    struct kz_id id = kz_current_id(f->referrer), a = kz_current_id(list->items[0]),
                 b = kz_current_id(list->items[1]);
    return kz_fail(f->build, node->mark, err, "%s of %s could mean %s or %s (%zu resources in all)",
                   "this name", kz_id_shown(&owner, &id), kz_id_shown(&first, &a), kz_id_shown(&second, &b),
                   list->count);
}

/* What a reference says of what it refers to. */
struct wanted {
    struct sl_str name;
    enum by_space by;
    struct sl_str space;
    bool with_space; /* the namespace is written into the reference, too */
};

/* The resource that is meant: *out is NULL where it is none that was renamed. */
static int find_referral(struct fixer *f, const struct sl_node *node, const struct wanted *wanted,
                         struct kz_resource **out, struct sl_err *err)
{
    *out = NULL;
    if (kz_resmap_named(f->build, f->map, wanted->name, err) < 0)
        return -1;
    struct kz_resources *list = &f->map->found;
    struct kz_gvk role;
    bool is_role = sl_str_ends_with(f->spec->path, SL_STR("roleRef/name")) && role_kind(f, &role);
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        struct kz_resource *r = list->items[i];
        if (had_name_and_kind(r, wanted->name, f->referent) && (!is_role || had_kind(r, &role)) &&
            reaches(f, r->cluster, kz_effective_space(r->cluster, r->space), r->space) && same_space(f, r) &&
            in_space(r, wanted->by, wanted->space))
            list->items[kept++] = r;
    }
    list->count = kept;
    if (kept != 1)
        keep_same_affixes(f, list, true);
    if (kept != 1 && list->count > 1)
        keep_same_affixes(f, list, false);
    if (list->count == 0)
        return 0;
    *out = list->items[0];
    for (size_t i = 1; i < list->count; i++)
        if (!sl_str_equal(list->items[i]->name, (*out)->name) ||
            (wanted->with_space && !sl_str_equal(list->items[i]->space, (*out)->space)))
            return ambiguous(f, node, list, err);
    return 0;
}

static int fix_scalar(struct fixer *f, struct sl_node *node, struct sl_err *err)
{
    struct sl_str name = kz_scalar_keep(f->build, node);
    struct kz_resource *referral;
    if (!name.ptr)
        return kz_no_memory(f->build, err);
    struct wanted wanted = {.name = name, .by = ANY_SPACE};
    if (find_referral(f, node, &wanted, &referral, err) < 0)
        return -1;
    if (!referral || sl_str_equal(referral->name, name))
        return 0;
    return kz_set_plain(f->build, node, referral->name, err);
}

/* Whether some resource in reach was in this namespace at first. */
static bool was_original(const struct fixer *f, struct sl_str space)
{
    for (size_t i = 0; i < f->space_count; i++)
        if (sl_str_equal(f->spaces[i].original, space) &&
            reaches(f, f->spaces[i].cluster, f->spaces[i].now, f->spaces[i].written))
            return !sl_str_equal(space, KZ_CLUSTER_SPACE);
    return false;
}

/* A reference by name and namespace, both of which are written anew. */
static int fix_map(struct fixer *f, struct sl_node *node, struct sl_err *err)
{
    struct sl_node *name_node = sl_node_get(node, "name");
    const struct sl_node *space_node = sl_node_get(node, "namespace");
    if (!name_node)
        return kz_fail(f->build, node->mark, err, "a reference needs a name");
    struct sl_str name = kz_scalar_keep(f->build, name_node);
    struct sl_str space = kz_scalar_keep(f->build, space_node);
    if (!name.ptr || !space.ptr)
        return kz_no_memory(f->build, err);
    struct wanted wanted = {name, ANY_SPACE, space, true};
    if (space_node)
        wanted.by = was_original(f, space) ? ORIGINAL_SPACE : CURRENT_SPACE;
    struct kz_resource *referral;
    if (find_referral(f, name_node, &wanted, &referral, err) < 0)
        return -1;
    if (!referral || (sl_str_equal(referral->name, name) && referral->space.len == 0))
        return 0;
    if (kz_set_plain(f->build, name_node, referral->name, err) < 0)
        return -1;
    if (referral->space.len == 0)
        return 0;
    struct sl_node *value;
    if (kz_map_need(f->build, node, SL_STR("namespace"), SL_NULL, &value, err) < 0)
        return -1;
    if (space_node)
        return kz_set_plain(f->build, value, referral->space, err);
    kz_set_new(value, referral->space);
    return 0;
}

static int fix(struct sl_build *build, const void *context, struct sl_node *node, struct sl_err *err)
{
    struct fixer *f = *(struct fixer *const *)context;
    switch (node->kind) {
    case SL_NULL:
        return 0;
    case SL_MAP:
        return fix_map(f, node, err);
    case SL_LIST:
        for (uint32_t i = 0; i < node->count; i++) {
            struct sl_node *item = node->as.items[i];
            if (item->kind == SL_LIST)
                return kz_fail(build, item->mark, err, "a name or a map is expected here, this is a list");
            if (item->kind != SL_NULL && fix(build, context, item, err) < 0)
                return -1;
        }
        return 0;
    default:
        return fix_scalar(f, node, err);
    }
}

/* Namespaces whose service accounts a RoleBinding binds. */
static int find_bound(struct fixer *f, struct sl_err *err)
{
    f->bound.count = 0;
    if (!sl_str_equal(f->referrer->gvk.kind, SL_STR("RoleBinding")))
        return 0;
    const struct sl_node *subjects = sl_node_get(f->referrer->node, "subjects");
    for (uint32_t i = 0; subjects && subjects->kind == SL_LIST && i < subjects->count; i++) {
        const struct sl_node *subject = subjects->as.items[i];
        const struct sl_node *space = sl_node_get(subject, "namespace");
        if (!space || !sl_str_equal(sl_node_text(sl_node_get(subject, "kind")), SL_STR("ServiceAccount")))
            continue;
        if (space->kind != SL_STRING)
            return kz_fail(f->build, space->mark, err,
                           "the namespace of a subject must be a string, this is %s",
                           sl_kind_name(space->kind));
        struct kz_text text = {space->as.text, space->mark};
        if (kz_texts_add(f->build, &f->bound, text, err) < 0)
            return -1;
    }
    return 0;
}

static int fix_resource(struct fixer *f, const struct kz_config *config, struct sl_err *err)
{
    struct kz_gvk original = kz_original_id(f->referrer).gvk;
    struct kz_setter setter = {fix, &f, SL_LIST};
    if (find_bound(f, err) < 0)
        return -1;
    for (size_t i = 0; i < config->reference_count; i++) {
        struct kz_reference *reference = &config->references[i];
        for (size_t j = 0; j < reference->referrers.count; j++) {
            struct kz_spec *spec = &reference->referrers.items[j];
            if (!kz_gvk_selected(&original, &spec->gvk))
                continue;
            f->referent = &reference->referent;
            f->spec = spec;
            if (kz_spec_apply(f->build, spec, f->referrer->node, &setter, err) < 0)
                return -1;
        }
    }
    return 0;
}

static int fix_all(struct fixer *f, const struct kz_config *config, struct sl_err *err)
{
    for (size_t i = 0; i < f->map->list.count; i++)
        if (note_space(f, f->map->list.items[i], err) < 0)
            return -1;
    for (size_t i = 0; i < f->map->list.count; i++) {
        f->referrer = f->map->list.items[i];
        if (fix_resource(f, config, err) < 0)
            return -1;
    }
    for (size_t i = 0; i < f->map->list.count; i++)
        if (kz_resmap_changed(f->build, f->map, f->map->list.items[i], err) < 0)
            return -1;
    return 0;
}

int kz_fix_references(struct sl_build *build, struct kz_resmap *map, const struct kz_config *config,
                      struct sl_err *err)
{
    struct fixer fixer = {.build = build, .map = map};
    sl_map_init(&fixer.space_index);
    int result = fix_all(&fixer, config, err);
    sl_map_release(&fixer.space_index);
    return result;
}
