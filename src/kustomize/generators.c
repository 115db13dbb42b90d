#include "generators.h"

#include "data_map.h"
#include "scalar.h"

static int set(struct sl_build *build, struct sl_node *map, const char *key, struct sl_str text,
               struct sl_mark mark, struct sl_err *err)
{
    return kz_map_text(build, map, sl_str_from(key), (struct kz_text){text, mark}, err);
}

/* apiVersion, kind and metadata. */
static int base_node(struct sl_build *build, const char *kind, struct kz_text name, struct sl_str space,
                     struct sl_node **out, struct sl_err *err)
{
    struct sl_node *metadata;
    *out = sl_node_map(&build->doc);
    if (!*out)
        return kz_no_memory(build, err);
    (*out)->mark = name.mark;
    if (set(build, *out, "apiVersion", SL_STR("v1"), name.mark, err) < 0 ||
        set(build, *out, "kind", sl_str_from(kind), name.mark, err) < 0 ||
        kz_map_need(build, *out, SL_STR("metadata"), SL_MAP, &metadata, err) < 0 ||
        set(build, metadata, "name", name.text, name.mark, err) < 0 ||
        (space.len && set(build, metadata, "namespace", space, name.mark, err) < 0))
        return -1;
    for (uint32_t i = 0; i < metadata->count; i++)
        kz_set_new(metadata->as.entries[i].value, metadata->as.entries[i].value->as.text);
    return 0;
}

/* The generator's own pairs, then those of the kustomization that it does not have. */
static int set_pairs(struct sl_build *build, struct sl_node *root, const char *field,
                     const struct kz_pairs *own, const struct kz_pairs *global, struct sl_err *err)
{
    const struct kz_pairs *sources[] = {global, own};
    for (size_t i = 0; i < 2; i++) {
        if (!sources[i] || sources[i]->count == 0)
            continue;
        struct sl_node *metadata, *map;
        if (kz_map_need(build, root, SL_STR("metadata"), SL_MAP, &metadata, err) < 0 ||
            kz_map_need(build, metadata, sl_str_from(field), SL_MAP, &map, err) < 0)
            return -1;
        for (size_t j = 0; j < sources[i]->count; j++)
            if (kz_map_text(build, map, sources[i]->items[j].key, sources[i]->items[j].value, err) < 0)
                return -1;
    }
    return 0;
}

static int set_options(struct sl_build *build, struct sl_node *root, const struct kz_generator_options *own,
                       const struct kz_generator_options *global, struct sl_err *err)
{
    if (set_pairs(build, root, "labels", own ? &own->labels : NULL, global ? &global->labels : NULL, err) <
            0 ||
        set_pairs(build, root, "annotations", own ? &own->annotations : NULL,
                  global ? &global->annotations : NULL, err) < 0)
        return -1;
    if ((own && own->immutable) || (global && global->immutable))
        return sl_map_set(&build->doc, root, SL_STR("immutable"), sl_node_bool(&build->doc, true), err);
    return 0;
}

static int set_data(struct sl_build *build, const struct kz_place *place,
                    const struct kz_generator *generator, struct sl_node *root, struct sl_err *err)
{
    bool is_secret = generator->is_secret;
    struct kz_key_values data;
    int result = kz_key_values(build, place, generator, &data, err);
    struct sl_node *map;
    if (result == 0 && is_secret)
        result = kz_map_need(build, root, SL_STR("data"), SL_MAP, &map, err);
    for (size_t i = 0; i < data.count && result == 0; i++)
        result = is_secret ? kz_data_add_encoded(build, root, data.items[i].key, data.items[i].value, err)
                           : kz_data_add(build, root, data.items[i].key, data.items[i].value, err);
    sl_map_release(&data.index);
    return result;
}

int kz_generate(struct sl_build *build, const struct kz_place *place, const struct kz_generator *generator,
                const struct kz_generator_options *global, struct kz_resource **out, struct sl_err *err)
{
    bool is_secret = generator->is_secret;
    const struct kz_object_meta *metadata = generator->metadata;
    struct kz_text name = generator->name;
    struct sl_str space = generator->space.text;
    if (name.text.len == 0 && metadata)
        name = metadata->name;
    if (space.len == 0 && metadata)
        space = metadata->space.text;
    if (name.text.len == 0)
        return kz_fail(build, generator->mark, err, "a generated %s needs a name",
                       is_secret ? "Secret" : "ConfigMap");
    struct sl_node *root;
    if (base_node(build, is_secret ? "Secret" : "ConfigMap", name, space, &root, err) < 0)
        return -1;
    struct sl_str type = generator->type.text.len ? generator->type.text : SL_STR("Opaque");
    if (is_secret && set(build, root, "type", type, generator->mark, err) < 0)
        return -1;
    if (set_data(build, place, generator, root, err) < 0 ||
        set_options(build, root, generator->options, global, err) < 0 ||
        kz_resource_new(build, out, root, err) < 0)
        return -1;
    const struct kz_generator_options *own = generator->options;
    (*out)->needs_hash = !(own && own->disable_hash) && !(global && global->disable_hash);
    (*out)->behavior = kz_behavior_of(generator->behavior.text);
    (*out)->generated = true;
    return 0;
}

int kz_generate_account(struct sl_build *build, const struct sl_node *config, struct kz_resource **out,
                        struct sl_err *err)
{
    const struct sl_node *service = sl_node_get(config, "kubernetesService");
    const struct sl_node *account = sl_node_get(config, "serviceAccount");
    struct sl_shown shown;
    struct sl_str cloud = sl_node_text(sl_node_get(config, "cloud"));
    if (!sl_str_equal(cloud, SL_STR("gke")))
        return kz_fail(build, config->mark, err, "IAMPolicyGenerator knows the cloud gke, not \"%s\"",
                       sl_shown(&shown, cloud));
    struct kz_text name = {sl_node_text(sl_node_get(service, "name")), config->mark};
    struct sl_node *root, *metadata, *annotations;
    if (base_node(build, "ServiceAccount", name, sl_node_text(sl_node_get(service, "namespace")), &root,
                  err) < 0)
        return -1;
    struct sl_str address = kz_join(build, sl_node_text(sl_node_get(account, "name")), SL_STR("@"),
                                    sl_node_text(sl_node_get(account, "projectId")));
    if (address.ptr)
        address = kz_join(build, address, SL_STR(".iam.gserviceaccount.com"), SL_STR(""));
    if (!address.ptr)
        return kz_no_memory(build, err);
    if (kz_map_need(build, root, SL_STR("metadata"), SL_MAP, &metadata, err) < 0 ||
        kz_map_need(build, metadata, SL_STR("annotations"), SL_MAP, &annotations, err) < 0 ||
        set(build, annotations, "iam.gke.io/gcp-service-account", address, config->mark, err) < 0)
        return -1;
    return kz_resource_new(build, out, root, err);
}
