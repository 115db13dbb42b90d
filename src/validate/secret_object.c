/*
 * Secrets in rendered objects: what a Secret has in plain text, and what looks like a token in any text; and
 * tokens in merged values that are part of no object. A message says where and what kind, and never the secret:
 * of a token four characters at most, where they only tell who made it.
 */
#include "manifest_rules.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "model/report.h"
#include "secret_scan.h"

/* The longest text whose tokens can be found: shorter ones are skipped at once. */
enum { TOKEN_MIN = 12, TELLING = 4 };

struct search {
    struct manifests *manifests;
    const struct manifest_object *object;     /* NULL: merged values are searched */
    const struct sl_application *application; /* whose values they are */
    const struct sl_doc *doc;                 /* that marks belong to */
    struct sl_buf decoded;                    /* of the value at hand */
    struct sl_mark known;                     /* the file of this mark ... */
    bool is_chart;                            /* ... is one of a chart */
};

static void search_release(struct search *search)
{
    sl_buf_release(&search->decoded);
}

/* Whether a chart in the release says so itself: archives are not looked into, and neither is what values have of
 * them. */
static bool is_of_chart(struct search *search, struct sl_mark mark)
{
    if (mark.file == 0)
        return false;
    if (mark.file != search->known.file) {
        struct sl_str name = search->doc->files[mark.file - 1];
        search->known = mark;
        search->is_chart = memmem(name.ptr, name.len, ".tgz!", 5) != NULL;
    }
    return search->is_chart;
}

/* Whether the token was found in the file where the text stands, as such findings have no pointer: values files are
 * searched as files, too. */
static bool is_told(const struct search *search, const struct sl_node *node, struct sl_str text)
{
    const struct sl_findings *findings = search->manifests->findings;
    struct sl_finding here = sl_finding_at(search->doc, node->mark, SL_ERROR, "secrets/token");
    uint32_t last = here.line + 1;
    for (size_t i = 0; i < text.len; i++)
        last += text.ptr[i] == '\n';
    for (size_t i = 0; here.line > 0 && i < sl_findings_count(findings); i++) {
        const struct sl_finding *told = sl_findings_at(findings, i);
        if (told->line >= here.line && told->line <= last && told->pointer.len == 0 &&
            strcmp(told->rule, here.rule) == 0 && sl_str_equal(told->file, here.file))
            return true;
    }
    return false;
}

static struct sl_finding token_finding(struct search *search, const struct place *place)
{
    if (search->object)
        return manifests_finding(search->manifests, search->object, place, "secrets/token");
    struct manifests *manifests = search->manifests;
    struct sl_finding finding = sl_finding_at(search->doc, place->node->mark, SL_ERROR, "secrets/token");
    if (finding.file.len == 0)
        finding.file = search->application->file;
    sl_buf_reset(&manifests->pointer);
    place_pointer(&manifests->pointer, place);
    manifests->lost = manifests->lost || manifests->pointer.fail != SL_OK;
    finding.pointer = sl_buf_view(&manifests->pointer);
    return finding;
}

static int report_token(struct search *search, const struct place *place, struct sl_str text,
                        const struct secret_hit *hit, struct sl_err *err)
{
    struct sl_finding finding = token_finding(search, place);
    struct sl_str of_kind = search->object ? search->object->kind : SL_STR("the values of");
    struct sl_str of_name = search->object ? search->object->name : search->application->name;
    const char *holds = search->object ? "holds" : "hold";
    finding.hint =
        SL_STR("take it out and revoke it; carry it encrypted (SOPS, SealedSecret), or let the site's "
               "vault hold it (ExternalSecret)");
    struct sl_shown kind, name, begins;
    (void)sl_shown(&begins, sl_str_slice(text, hit->at, hit->at + TELLING));
    return sl_finding_report(search->manifests->findings, &finding, err, "%s %s %s %s in plain text%s%s",
                             sl_shown(&kind, of_kind), sl_shown(&name, of_name), holds, hit->what,
                             hit->telling ? ", beginning with " : "", hit->telling ? begins.text : "");
}

/* One finding for a text, however many tokens are in it. */
static int search_text(struct search *search, const struct place *place, struct sl_str text,
                       struct sl_err *err)
{
    struct secret_hit hit;
    if (text.len < TOKEN_MIN || is_of_chart(search, place->node->mark) || !secret_next(text, 0, &hit) ||
        is_told(search, place->node, text))
        return 0;
    return report_token(search, place, text, &hit, err);
}

static int search_below(struct search *search, const struct place *place, struct sl_err *err)
{
    const struct sl_node *node = place->node;
    if (node->kind == SL_STRING)
        return search_text(search, place, node->as.text, err);
    for (uint32_t i = 0; i < node->count; i++) {
        struct place child = node->kind == SL_MAP ? place_entry(place, i) : place_item(place, i);
        if (search_below(search, &child, err) < 0)
            return -1;
    }
    return 0;
}

/* -- Secrets -- */

/* Base64 with white space anywhere, as kustomize breaks it; what is none is taken as it stands. */
static struct sl_str decode(struct sl_buf *out, struct sl_str digits)
{
    unsigned bits = 0;
    unsigned count = 0;
    sl_buf_reset(out);
    for (size_t i = 0; i < digits.len; i++) {
        char byte = digits.ptr[i];
        if (byte == '\n' || byte == '\r' || byte == ' ' || byte == '=')
            continue;
        int digit = secret_base64_digit(byte);
        if (digit < 0)
            return digits;
        bits = (bits << 6 | (unsigned)digit) & 0xffffU;
        count += 6;
        if (count >= 8) {
            count -= 8;
            sl_buf_byte(out, (char)(bits >> count & 0xffU));
        }
    }
    return sl_buf_view(out);
}

static bool is_one_of(struct sl_str text, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (sl_str_equal(text, sl_str_from(list[i])))
            return true;
    return false;
}

/* What is in a Secret and needs none: certificates, switches, what Argo CD wants to know of a repository. */
static bool is_public(const struct manifest_object *object, struct sl_str key, struct sl_str value)
{
    static const char *const switches[] = {"true", "false", "yes", "no", "on", "off"};
    static const char *const argo_keys[] = {"clusterResources",
                                            "enableLfs",
                                            "enableOCI",
                                            "insecure",
                                            "insecureIgnoreHostKey",
                                            "name",
                                            "namespaces",
                                            "project",
                                            "server",
                                            "type",
                                            "url"};
    const struct sl_node *labels = sl_node_get(sl_node_get(object->node, "metadata"), "labels");
    if (is_one_of(value, switches, sizeof switches / sizeof switches[0]) ||
        sl_str_starts_with(value, SL_STR("-----BEGIN CERTIFICATE-----")) ||
        sl_str_starts_with(value, SL_STR("-----BEGIN PUBLIC KEY-----")) ||
        sl_str_starts_with(value, SL_STR("ssh-ed25519 AAAA")) ||
        sl_str_starts_with(value, SL_STR("ssh-rsa AAAA")))
        return true;
    return sl_node_get(labels, "argocd.argoproj.io/secret-type") &&
           is_one_of(key, argo_keys, sizeof argo_keys / sizeof argo_keys[0]);
}

static int report_plain(struct search *search, const struct place *place, struct sl_err *err)
{
    struct sl_finding finding = manifests_finding(search->manifests, search->object, place, "secrets/plain");
    finding.hint =
        SL_STR("encrypt it (SOPS, SealedSecret), or let the site's vault hold it (ExternalSecret)");
    struct sl_shown name, key;
    return sl_finding_report(search->manifests->findings, &finding, err,
                             "Secret %s has the value of %s in plain text",
                             sl_shown(&name, search->object->name), sl_shown(&key, place->key));
}

/* All values of data or stringData: tokens of each, and one finding for the first that is in plain text. */
static int search_values(struct search *search, const struct place *map, bool encoded, bool *reported,
                         struct sl_err *err)
{
    if (!map->node || map->node->kind != SL_MAP)
        return 0;
    for (uint32_t i = 0; i < map->node->count; i++) {
        struct place place = place_entry(map, i);
        struct sl_str value = place_text(&place);
        if (secret_is_placeholder(value))
            continue;
        if (encoded)
            value = decode(&search->decoded, value);
        if (sl_buf_check(&search->decoded, "a value of a Secret", err) < 0)
            return -1;
        if (secret_is_placeholder(value) || is_public(search->object, place.key, value))
            continue;
        if (search_text(search, &place, value, err) < 0 ||
            (!*reported && report_plain(search, &place, err) < 0))
            return -1;
        *reported = true;
    }
    return 0;
}

static int search_object(struct search *search, struct sl_err *err)
{
    struct place root = place_root(search->object->node);
    if (!manifest_is(search->object, "", "Secret"))
        return search_below(search, &root, err);
    struct place data = place_get(&root, "data");
    struct place text = place_get(&root, "stringData");
    struct place metadata = place_get(&root, "metadata");
    bool reported = false;
    if (search_values(search, &data, true, &reported, err) < 0 ||
        search_values(search, &text, false, &reported, err) < 0)
        return -1;
    return metadata.node ? search_below(search, &metadata, err) : 0;
}

/* Values that are only in values/APP.yaml: those that an object has have been searched there. */
static int search_applications(struct search *search, struct sl_err *err)
{
    const struct sl_layout *layout = search->manifests->subject->layout;
    search->doc = &search->manifests->subject->reading->doc;
    search->known = (struct sl_mark){0};
    for (size_t i = 0; i < layout->application_count; i++) {
        search->application = &layout->applications[i];
        for (size_t j = 0; j < search->application->values_count; j++) {
            const struct sl_values *values = &search->application->values[j];
            struct place root = place_root(values->carried);
            if (values->release_name.len == 0 && root.node && search_below(search, &root, err) < 0)
                return -1;
        }
    }
    return 0;
}

int manifests_check_secrets(struct manifests *manifests, struct sl_err *err)
{
    SL_CLEANUP(search_release) struct search search = {.manifests = manifests};
    sl_buf_init(&search.decoded, SL_DOC_BYTES_MAX);
    for (size_t i = 0; i < manifests->count; i++) {
        search.object = &manifests->objects[i];
        if (search.doc != search.object->doc)
            search.known = (struct sl_mark){0};
        search.doc = search.object->doc;
        if (search_object(&search, err) < 0)
            return -1;
    }
    search.object = NULL;
    return search_applications(&search, err);
}
