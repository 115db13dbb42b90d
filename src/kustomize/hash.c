#include "hash.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "doc/json.h"
#include "scalar.h"

#include <sealift/text.h>
#include <stdlib.h>

/* Go escapes what could end a script element in HTML, and the line separators of JavaScript. */
static void go_string(struct sl_buf *out, struct sl_str text)
{
    sl_buf_byte(out, '"');
    for (size_t i = 0; i < text.len;) {
        unsigned char byte = (unsigned char)text.ptr[i];
        if (byte >= 0x80) {
            uint32_t character = 0;
            size_t len = sl_utf8_decode(sl_str_slice(text, i, text.len), &character);
            if (len == 0)
                sl_buf_text(out, "\\ufffd");
            else if (character == 0x2028 || character == 0x2029)
                sl_buf_printf(out, "\\u%04x", (unsigned)character);
            else
                sl_buf_append(out, text.ptr + i, len);
            i += len ? len : 1;
            continue;
        }
        if (byte == '"' || byte == '\\')
            sl_buf_printf(out, "\\%c", byte);
        else if (byte == '\n')
            sl_buf_text(out, "\\n");
        else if (byte == '\r')
            sl_buf_text(out, "\\r");
        else if (byte == '\t')
            sl_buf_text(out, "\\t");
        else if (byte == '\b')
            sl_buf_text(out, "\\b");
        else if (byte == '\f')
            sl_buf_text(out, "\\f");
        else if (byte < 0x20 || byte == '<' || byte == '>' || byte == '&')
            sl_buf_printf(out, "\\u%04x", byte);
        else
            sl_buf_byte(out, (char)byte);
        i++;
    }
    sl_buf_byte(out, '"');
}

static int compare_entries(const void *a, const void *b)
{
    return sl_str_compare((*(const struct sl_entry *const *)a)->key,
                          (*(const struct sl_entry *const *)b)->key);
}

static int go_json(struct sl_buf *out, const struct sl_node *node, unsigned depth, struct sl_err *err);

static int go_map(struct sl_buf *out, const struct sl_node *node, unsigned depth, struct sl_err *err)
{
    SL_CLEANUP(sl_freep)
    const struct sl_entry **sorted = calloc(node->count ? node->count : 1, sizeof(struct sl_entry *));
    if (!sorted)
        return sl_fail_memory(err);
    for (uint32_t i = 0; i < node->count; i++)
        sorted[i] = &node->as.entries[i];
    qsort(sorted, node->count, sizeof(struct sl_entry *), compare_entries);
    sl_buf_byte(out, '{');
    for (uint32_t i = 0; i < node->count; i++) {
        if (i)
            sl_buf_byte(out, ',');
        go_string(out, sorted[i]->key);
        sl_buf_byte(out, ':');
        if (go_json(out, sorted[i]->value, depth + 1, err) < 0)
            return -1;
    }
    sl_buf_byte(out, '}');
    return 0;
}

/* Go reads numbers back as doubles before it writes them. */
static int go_number(struct sl_buf *out, const struct sl_node *node, struct sl_err *err)
{
    struct sl_node number = *node;
    if (node->kind == SL_INT || node->kind == SL_UINT) {
        number.kind = SL_FLOAT;
        number.as.number = node->kind == SL_INT ? (double)node->as.integer : (double)node->as.uinteger;
        number.as.source = NULL;
    }
    if (sl_json_write(out, &number, err) < 0)
        return -1;
    if (out->len && out->ptr[out->len - 1] == '\n')
        out->len--;
    return 0;
}

static int go_json(struct sl_buf *out, const struct sl_node *node, unsigned depth, struct sl_err *err)
{
    if (depth > SL_DOC_DEPTH_MAX)
        return sl_fail(err, SL_E_LIMIT, "data is nested deeper than %d", SL_DOC_DEPTH_MAX);
    switch (node->kind) {
    case SL_NULL:
        sl_buf_text(out, "null");
        return 0;
    case SL_BOOL:
        sl_buf_text(out, node->as.boolean ? "true" : "false");
        return 0;
    case SL_STRING:
        go_string(out, node->as.text);
        return 0;
    case SL_MAP:
        return go_map(out, node, depth, err);
    case SL_LIST:
        sl_buf_byte(out, '[');
        for (uint32_t i = 0; i < node->count; i++) {
            if (i)
                sl_buf_byte(out, ',');
            if (go_json(out, node->as.items[i], depth + 1, err) < 0)
                return -1;
        }
        sl_buf_byte(out, ']');
        return 0;
    default:
        return go_number(out, node, err);
    }
}

/* `"key":` and the value, which is "" where there is none; a scalar is its text. */
static int member(struct sl_buf *out, const char *key, const struct sl_node *node, struct sl_err *err)
{
    sl_buf_printf(out, "%c\"%s\":", out->len ? ',' : '{', key);
    if (node && !kz_is_scalar(node))
        return go_json(out, node, 0, err);
    struct kz_digits digits;
    go_string(out, kz_scalar_text(node, &digits));
    return 0;
}

static int content(struct sl_buf *out, const struct kz_resource *r, struct sl_err *err)
{
    const struct sl_node *data = sl_node_get(r->node, "data");
    bool secret = sl_str_equal(r->gvk.kind, SL_STR("Secret"));
    const char *other = secret ? "stringData" : "binaryData";
    const struct sl_node *more = sl_node_get(r->node, other);
    bool has_more = more && more->kind == SL_MAP;
    int result = 0;
    if (!secret && has_more)
        result = member(out, other, more, err);
    if (result == 0)
        result = member(out, "data", data, err);
    /* kustomize looks for the name under the wrong key, and so finds none */
    sl_buf_printf(out, ",\"kind\":\"%s\",\"name\":\"\"", secret ? "Secret" : "ConfigMap");
    if (result == 0 && secret && has_more)
        result = member(out, other, more, err);
    if (result == 0 && secret)
        result = member(out, "type", sl_node_get(r->node, "type"), err);
    sl_buf_byte(out, '}');
    return result;
}

int kz_content_hash(struct sl_build *build, const struct kz_resource *resource, char out[KZ_HASH_LENGTH + 1],
                    struct sl_err *err)
{
    bool known = sl_str_equal(resource->gvk.kind, SL_STR("Secret")) ||
                 sl_str_equal(resource->gvk.kind, SL_STR("ConfigMap"));
    if (!known)
        return kz_refuse(build, resource->node->mark, err,
                         "only a ConfigMap or a Secret can have its hash in its name");
    SL_CLEANUP(sl_buf_release) struct sl_buf json;
    sl_buf_init(&json, 2 * SL_DOC_BYTES_MAX);
    if (content(&json, resource, err) < 0 || sl_buf_check(&json, "the content of a ConfigMap", err) < 0)
        return kz_wrap(build, resource->node->mark, err);
    struct sl_digest digest;
    sl_sha256(&digest, json.ptr, json.len);
    char hex[SL_SHA256_HEX + 1];
    sl_digest_hex(hex, &digest);
    /* digits and vowels that could make a word are replaced by other letters */
    static const char from[] = "013ae", to[] = "ghkmt";
    for (size_t i = 0; i < KZ_HASH_LENGTH; i++) {
        const char *found = strchr(from, hex[i]);
        out[i] = found ? to[found - from] : hex[i];
    }
    out[KZ_HASH_LENGTH] = '\0';
    return 0;
}
