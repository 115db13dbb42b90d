/*
 * Package URLs. Source: https://github.com/package-url/purl-spec, PURL-SPECIFICATION.rst, and the types oci and helm.
 */
#include "inventory.h"

static bool is_plain(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_' || c == '~';
}

static void add_encoded(struct sl_buf *out, struct sl_str text, bool keep_slash)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (is_plain(c) || (c == '/' && keep_slash))
            sl_buf_byte(out, c);
        else
            sl_buf_printf(out, "%%%02X", (unsigned)(unsigned char)c);
    }
}

void inventory_chart_purl(struct sl_buf *out, const struct inventory_chart *chart)
{
    sl_buf_text(out, "pkg:helm/");
    add_encoded(out, chart->name, false);
    if (chart->version.len) {
        sl_buf_byte(out, '@');
        add_encoded(out, chart->version, false);
    }
}

/* A name without registry means Docker Hub, and one without folder its folder "library". */
static const char *hub_prefix(struct sl_str name)
{
    size_t slash = sl_str_find(name, '/');
    if (slash == name.len)
        return "docker.io/library/";
    struct sl_str first = sl_str_slice(name, 0, slash);
    bool is_registry = sl_str_find(first, '.') < first.len || sl_str_find(first, ':') < first.len ||
                       sl_str_equal(first, SL_STR("localhost"));
    return is_registry ? "" : "docker.io/";
}

void inventory_image_purl(struct sl_buf *out, const struct inventory_image *image)
{
    size_t start = image->name.len;
    while (start > 0 && image->name.ptr[start - 1] != '/')
        start--;
    sl_buf_text(out, "pkg:oci/");
    add_encoded(out, sl_str_slice(image->name, start, image->name.len), false);
    if (image->digest.len) {
        sl_buf_byte(out, '@');
        add_encoded(out, image->digest, false);
    }
    sl_buf_text(out, "?repository_url=");
    sl_buf_text(out, hub_prefix(image->name));
    add_encoded(out, image->name, true);
    if (image->tag.len) {
        sl_buf_text(out, "&tag=");
        add_encoded(out, image->tag, false);
    }
}

struct sl_str inventory_image_sha256(const struct inventory_image *image)
{
    struct sl_str prefix = SL_STR("sha256:");
    if (!sl_str_starts_with(image->digest, prefix) || image->digest.len != prefix.len + SL_SHA256_HEX)
        return (struct sl_str){NULL, 0};
    return sl_str_slice(image->digest, prefix.len, image->digest.len);
}

/* What registries and their names are made of: RFC 3986 hosts, and the grammar of the OCI distribution
 * specification, taken widely. */
static bool is_reference_byte(char c)
{
    return is_plain(c) || c == '/' || c == ':' || c == '@' || c == '+';
}

bool inventory_image_parse(struct inventory_image *out, struct sl_str reference)
{
    *out = (struct inventory_image){.carried = false};
    for (size_t i = 0; i < reference.len; i++)
        if (!is_reference_byte(reference.ptr[i]))
            return false;
    size_t at = sl_str_find(reference, '@');
    out->digest = sl_str_slice(reference, at + 1, reference.len);
    struct sl_str name = sl_str_slice(reference, 0, at);
    size_t slash = name.len;
    while (slash > 0 && name.ptr[slash - 1] != '/')
        slash--;
    struct sl_str last = sl_str_slice(name, slash, name.len);
    size_t colon = slash + sl_str_find(last, ':');
    out->tag = sl_str_slice(name, colon + 1, name.len);
    out->name = sl_str_slice(name, 0, colon);
    return out->name.len > slash && name.ptr[0] != '/' && (at == reference.len || out->digest.len > 0);
}
