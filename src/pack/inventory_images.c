#include "inventory_parts.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "doc/json.h"
#include "tree/path.h"

#include <inttypes.h>

/* An index.json of a layout that is larger is none that anybody made. */
enum { LAYOUT_INDEX_MAX = 4 * 1024 * 1024 };

static int add_image(struct inventory *inventory, const struct inventory_image *found,
                     struct sl_str reference, struct sl_str from, struct sl_err *err)
{
    struct inventory_image image = *found;
    image.ref = sl_arena_join(&inventory->arena, SL_STR("image:"), reference);
    if (!image.ref.ptr)
        return sl_fail_memory(err);
    for (size_t i = 0; i < inventory->image_count; i++) {
        struct inventory_image *there = &inventory->images[i];
        if (!sl_str_equal(there->ref, image.ref))
            continue;
        there->carried = there->carried || image.carried;
        return inventory_add_edge(inventory, from, there->ref, err);
    }
    struct inventory_image *images = inventory_grow(inventory, inventory->images, inventory->image_count,
                                                    &inventory->image_capacity, sizeof *images);
    if (!images)
        return sl_fail_memory(err);
    inventory->images = images;
    images[inventory->image_count++] = image;
    return inventory_add_edge(inventory, from, image.ref, err);
}

/* Notes what may be a reference; what is none was never meant as an image. `text` is copied. */
static int note_reference(struct inventory *inventory, struct sl_str text, struct sl_str from,
                          struct sl_err *err)
{
    struct inventory_image image;
    struct sl_str reference = sl_arena_str(&inventory->arena, text);
    if (!reference.ptr)
        return sl_fail_memory(err);
    return inventory_image_parse(&image, reference) ? add_image(inventory, &image, reference, from, err) : 0;
}

static bool is_container_list(struct sl_str key)
{
    return sl_str_equal(key, SL_STR("containers")) || sl_str_equal(key, SL_STR("initContainers")) ||
           sl_str_equal(key, SL_STR("ephemeralContainers"));
}

/* Wherever a pod may stand in an object: its containers' images. */
static int walk_manifest(struct inventory *inventory, const struct sl_node *node, bool in_containers,
                         struct sl_err *err)
{
    if (node->kind == SL_LIST) {
        for (uint32_t i = 0; i < node->count; i++) {
            const struct sl_node *item = node->as.items[i];
            struct sl_str image = sl_node_text(sl_node_get(item, "image"));
            if (in_containers && image.len &&
                note_reference(inventory, image, (struct sl_str){NULL, 0}, err) < 0)
                return -1;
            if (walk_manifest(inventory, item, false, err) < 0)
                return -1;
        }
    }
    if (node->kind != SL_MAP)
        return 0;
    for (uint32_t i = 0; i < node->count; i++) {
        const struct sl_entry *entry = &node->as.entries[i];
        if (walk_manifest(inventory, entry->value, is_container_list(entry->key), err) < 0)
            return -1;
    }
    return 0;
}

/* A tag may have been written as a number. */
static void add_scalar(struct sl_buf *out, const struct sl_node *node)
{
    struct sl_str source = sl_node_source(node);
    if (node->kind == SL_STRING)
        sl_buf_str(out, node->as.text);
    else if (source.len)
        sl_buf_str(out, source);
    else if (node->kind == SL_INT)
        sl_buf_printf(out, "%" PRId64, node->as.integer);
}

static void add_part(struct sl_buf *out, char mark, const struct sl_node *node)
{
    size_t before = out->len;
    sl_buf_byte(out, mark);
    if (node)
        add_scalar(out, node);
    if (out->len == before + 1)
        out->len = before;
}

/* The map that most charts have for an image: registry, repository, tag, digest. */
static int note_image_map(struct inventory *inventory, const struct sl_node *map, struct sl_str from,
                          struct sl_err *err)
{
    struct sl_str repository = sl_node_text(sl_node_get(map, "repository"));
    struct sl_str registry = sl_node_text(sl_node_get(map, "registry"));
    if (repository.len == 0)
        return 0;
    struct sl_buf text;
    sl_buf_init(&text, SL_KIB);
    if (registry.len) {
        sl_buf_str(&text, registry);
        sl_buf_byte(&text, '/');
    }
    sl_buf_str(&text, repository);
    add_part(&text, ':', sl_node_get(map, "tag"));
    add_part(&text, '@', sl_node_get(map, "digest"));
    /* One that is longer than a reference can be is none. */
    int result = text.fail == SL_OK ? note_reference(inventory, sl_buf_view(&text), from, err) : 0;
    if (text.fail == SL_E_NO_MEMORY)
        result = sl_fail_memory(err);
    sl_buf_release(&text);
    return result;
}

static bool is_image_key(struct sl_str key)
{
    return sl_str_equal(key, SL_STR("image")) || sl_str_ends_with(key, SL_STR("Image"));
}

static int walk_values(struct inventory *inventory, const struct sl_node *node, struct sl_str from,
                       struct sl_err *err)
{
    for (uint32_t i = 0; node->kind == SL_LIST && i < node->count; i++)
        if (walk_values(inventory, node->as.items[i], from, err) < 0)
            return -1;
    for (uint32_t i = 0; node->kind == SL_MAP && i < node->count; i++) {
        const struct sl_entry *entry = &node->as.entries[i];
        struct sl_str text = sl_node_text(entry->value);
        bool is_image = is_image_key(entry->key);
        /* A text needs a mark of a reference: "image: nginx" may be anything. */
        if (is_image && (sl_str_find(text, '/') < text.len || sl_str_find(text, ':') < text.len) &&
            note_reference(inventory, text, from, err) < 0)
            return -1;
        if (is_image && note_image_map(inventory, entry->value, from, err) < 0)
            return -1;
        if (walk_values(inventory, entry->value, from, err) < 0)
            return -1;
    }
    return 0;
}

int inventory_values_images(struct inventory *inventory, const struct sl_node *values, struct sl_str from,
                            struct sl_err *err)
{
    return walk_values(inventory, values, from, err);
}

int inventory_manifest_images(struct inventory *inventory, const struct sl_node *object, struct sl_err *err)
{
    return walk_manifest(inventory, object, false, err);
}

/* -- OCI layouts -- */

static int note_layout_entry(struct inventory *inventory, const struct sl_node *entry, struct sl_err *err)
{
    const struct sl_node *annotations = sl_node_get(entry, "annotations");
    struct sl_str digest = sl_node_text(sl_node_get(entry, "digest"));
    struct sl_str name = sl_node_text(sl_node_get(annotations, "io.containerd.image.name"));
    if (name.len == 0)
        name = sl_node_text(sl_node_get(annotations, "org.opencontainers.image.ref.name"));
    if (name.len == 0 || digest.len == 0)
        return 0;
    struct sl_str reference = sl_arena_join(&inventory->arena, name, SL_STR("@"));
    if (reference.ptr)
        reference = sl_arena_join(&inventory->arena, reference, digest);
    if (!reference.ptr)
        return sl_fail_memory(err);
    struct inventory_image image;
    if (!inventory_image_parse(&image, reference))
        return 0;
    image.carried = true;
    return add_image(inventory, &image, reference, (struct sl_str){NULL, 0}, err);
}

/* The index of one layout. What cannot be read as one is an ordinary file. */
static int read_layout(struct inventory *inventory, struct sl_rendering *rendering,
                       const struct carried_file *file, struct sl_err *err)
{
    struct sl_str bytes;
    struct sl_node *root = NULL;
    if (sl_tree_read(rendering->tree, file->artifact->path, &bytes, err) < 0)
        return -1;
    SL_CLEANUP(sl_doc_release) struct sl_doc doc;
    sl_doc_init(&doc);
    if (sl_doc_add_file(&doc, file->artifact->path) == 0)
        return sl_fail_memory(err);
    if (sl_json_read(&root, &doc, bytes, file->artifact->path, err) < 0) {
        if (err->code == SL_E_NO_MEMORY)
            return -1;
        sl_err_clear(err);
        return 0;
    }
    const struct sl_node *manifests = sl_node_get(root, "manifests");
    for (uint32_t i = 0; manifests && manifests->kind == SL_LIST && i < manifests->count; i++)
        if (note_layout_entry(inventory, manifests->as.items[i], err) < 0)
            return -1;
    return 0;
}

int inventory_layout_images(struct inventory *inventory, struct sl_rendering *rendering, struct sl_err *err)
{
    for (size_t i = 0; i < rendering->carried.count; i++) {
        const struct carried_file *file = &rendering->carried.items[i];
        if (sl_str_starts_with(file->member, SL_STR("images/")) &&
            sl_str_equal(sl_path_name(file->member), SL_STR("index.json")) &&
            file->artifact->size <= LAYOUT_INDEX_MAX && read_layout(inventory, rendering, file, err) < 0)
            return -1;
    }
    return 0;
}
