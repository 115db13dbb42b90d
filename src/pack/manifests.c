#include "rendering.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "file_name.h"
#include "model/report.h"

static const struct sl_str folder = SL_STR_INIT("manifests/");

/* A key or file name of one object, at most; names are limited by the document's size only. */
#define NAME_BYTES_MAX (4 * SL_TREE_FILE_MAX)

struct writer {
    struct sl_rendering *rendering;
    struct sl_map objects;    /* object_key() of those that are written, to anything */
    struct sl_map names;      /* file names that are taken */
    struct sl_node *list;     /* of kustomization.yaml: file names in the order of composition */
    struct sl_buf text, name; /* of the document at hand */
};

static void writer_release(struct writer *writer)
{
    sl_map_release(&writer->objects);
    sl_map_release(&writer->names);
    sl_buf_release(&writer->text);
    sl_buf_release(&writer->name);
}

/* False: it is no object. The rules say so, and nothing is packed then. */
static bool read_id(const struct sl_object *object, struct object_id *id)
{
    const struct sl_node *root = object->built.node;
    const struct sl_node *metadata = sl_node_get(root, "metadata");
    struct sl_str version = sl_node_text(sl_node_get(root, "apiVersion"));
    size_t slash = sl_str_find(version, '/');
    bool grouped = slash < version.len;
    *id = (struct object_id){
        .group = sl_str_slice(version, 0, grouped ? slash : 0),
        .version = grouped ? sl_str_slice(version, slash + 1, version.len) : version,
        .kind = sl_node_text(sl_node_get(root, "kind")),
        .namespace = sl_node_text(sl_node_get(metadata, "namespace")),
        .name = sl_node_text(sl_node_get(metadata, "name")),
    };
    return id->version.len && id->kind.len && id->name.len;
}

/* The key of an object, in the reading's memory. 1: new; 0: a duplicate, of which the rules say so too; -1. */
static int claim_object(struct writer *writer, struct sl_object *object, const struct object_id *id,
                        struct sl_err *err)
{
    sl_buf_reset(&writer->name);
    object_key(&writer->name, id);
    if (sl_buf_check(&writer->name, "the name of an object", err) < 0)
        return -1;
    if (sl_map_get(&writer->objects, sl_buf_view(&writer->name)))
        return 0;
    struct sl_str key = sl_arena_str(&writer->rendering->reading.doc.arena, sl_buf_view(&writer->name));
    if (!key.ptr)
        return sl_fail_memory(err);
    return sl_map_put(&writer->objects, key, object, err);
}

/* The file name of an object, free of every other's. */
static int choose_name(struct writer *writer, const struct object_id *id, struct sl_str *out,
                       struct sl_err *err)
{
    for (int distinct = 0; distinct < 2; distinct++) {
        sl_buf_reset(&writer->name);
        object_file_name(&writer->name, id, distinct == 1);
        if (sl_buf_check(&writer->name, "the name of an object", err) < 0)
            return -1;
        if (!sl_map_get(&writer->names, sl_buf_view(&writer->name)))
            break;
    }
    *out = sl_arena_str(&writer->rendering->reading.doc.arena, sl_buf_view(&writer->name));
    if (!out->ptr)
        return sl_fail_memory(err);
    return sl_map_put(&writer->names, *out, writer, err) < 0 ? -1 : 0;
}

static int add_file(struct writer *writer, struct sl_str name, const struct sl_node *root, struct sl_err *err)
{
    sl_buf_reset(&writer->text);
    if (sl_yaml_write(&writer->text, root, err) < 0 ||
        sl_buf_check(&writer->text, "a rendered manifest", err) < 0)
        return -1;
    struct sl_str path = sl_arena_join(&writer->rendering->reading.doc.arena, folder, name);
    if (!path.ptr)
        return sl_fail_memory(err);
    return rendering_add(writer->rendering, path, sl_buf_view(&writer->text), err);
}

static int write_document(struct writer *writer, struct sl_object *object, struct sl_err *err)
{
    struct sl_doc *doc = &writer->rendering->reading.doc;
    struct object_id id;
    int good = read_id(object, &id) ? claim_object(writer, object, &id, err) : 0;
    if (good <= 0)
        return good;
    struct sl_str name;
    char where[256];
    if (choose_name(writer, &id, &name, err) < 0)
        return -1;
    if (add_file(writer, name, object->built.node, err) < 0)
        return sl_wrap(err, "%s", sl_mark_text(where, sizeof where, object->doc, object->built.node->mark));
    return sl_list_add(doc, writer->list, sl_node_string(doc, name), err);
}

static int write_list(struct writer *writer, struct sl_err *err)
{
    struct sl_doc *doc = &writer->rendering->reading.doc;
    struct sl_node *root = sl_node_map(doc);
    if (sl_map_add(doc, root, SL_STR("apiVersion"),
                   sl_node_string(doc, SL_STR("kustomize.config.k8s.io/v1beta1")), err) < 0 ||
        sl_map_add(doc, root, SL_STR("kind"), sl_node_string(doc, SL_STR("Kustomization")), err) < 0 ||
        sl_map_add(doc, root, SL_STR("resources"), writer->list, err) < 0)
        return -1;
    return add_file(writer, SL_STR("kustomization.yaml"), root, err);
}

int render_manifests(struct sl_rendering *rendering, struct sl_err *err)
{
    SL_CLEANUP(writer_release) struct writer writer = {.rendering = rendering};
    sl_map_init(&writer.objects);
    sl_map_init(&writer.names);
    sl_buf_init(&writer.text, NAME_BYTES_MAX);
    sl_buf_init(&writer.name, NAME_BYTES_MAX);
    writer.list = sl_node_list(&rendering->reading.doc);
    if (!writer.list)
        return sl_node_fail(&rendering->reading.doc, err);
    for (size_t i = 0; i < rendering->layout.object_count; i++)
        if (write_document(&writer, &rendering->layout.objects[i], err) < 0)
            return -1;
    return write_list(&writer, err);
}
